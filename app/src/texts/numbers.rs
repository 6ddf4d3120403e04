//! Numbers and sums of money as the page's language writes them.
//!
//! They come as decimal text with a point; what is no number, typed by somebody, stays as it was typed.

use super::{Language, spoken, text_with};

/// Digits in front of the point that are read without groups.
const UNGROUPED: usize = 4;

/// `1.5`, `12,000`; in German `1,5`, `12.000`.
pub fn number(value: &str) -> String {
    let Some((sign, whole, fraction)) = parts(value) else { return value.to_owned() };
    let (point, group) = signs();
    let mut written = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if place > 0 && left % 3 == 0 && whole.len() > UNGROUPED {
            written.push(group);
        }
        written.push(digit);
    }
    if let Some(fraction) = fraction {
        written.push(point);
        written.push_str(fraction);
    }
    written
}

/// In a field: without groups, which nobody has to type.
pub fn in_field(value: &str) -> String {
    let Some((sign, whole, fraction)) = parts(value) else { return value.to_owned() };
    match fraction {
        Some(fraction) => format!("{sign}{whole}{}{fraction}", signs().0),
        None => format!("{sign}{whole}"),
    }
}

/// `EUR 0.25`; in German `0,25 EUR`.
pub fn amount(value: &str, currency: &str) -> String {
    text_with("amount", &[("amount", number(value).into()), ("currency", currency.into())])
}

/// Sign, whole part, fraction.
fn parts(value: &str) -> Option<(&str, &str, Option<&str>)> {
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", value),
    };
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (all_digits(whole) && fraction.is_none_or(all_digits)).then_some((sign, whole, fraction))
}

/// The point and what stands between groups.
fn signs() -> (char, char) {
    match spoken() {
        Language::English => ('.', ','),
        Language::German => (',', '.'),
    }
}

#[cfg(test)]
mod tests {
    use super::super::speaking;
    use super::*;

    #[test]
    fn each_language_has_its_points() {
        for (value, english, german) in [
            ("0", "0", "0"),
            ("1.4", "1.4", "1,4"),
            ("-1200", "-1200", "-1200"),
            ("12000.50", "12,000.50", "12.000,50"),
            ("1234567", "1,234,567", "1.234.567"),
            ("1,5", "1,5", "1,5"),
            ("abc", "abc", "abc"),
            ("", "", ""),
            ("1.", "1.", "1."),
        ] {
            assert_eq!(number(value), english);
            assert_eq!(speaking(Language::German, || number(value)), german);
        }
        assert_eq!(in_field("12000.5"), "12000.5");
        assert_eq!(speaking(Language::German, || in_field("12000.5")), "12000,5");
        assert_eq!(amount("0.25", "EUR"), "EUR 0.25");
        assert_eq!(speaking(Language::German, || amount("0.25", "EUR")), "0,25 EUR");
    }
}
