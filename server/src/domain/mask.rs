//! Names and addresses of people, for who may not read them: enough to tell two apart on the telephone.

/// `Mia Jansen` becomes `M… J…`.
pub fn name(name: &str) -> String {
    if name.contains('@') {
        return text(name);
    }
    let words = name.split_whitespace().filter_map(|word| word.chars().next());
    let masked: Vec<String> = words.map(|first| format!("{first}…")).collect();
    if masked.is_empty() { String::from("…") } else { masked.join(" ") }
}

/// E-mail addresses in a text become `m…@…`; everything else stands as it is.
pub fn text(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let from = before
            .rfind(|sign: char| !is_part(sign))
            .map_or(0, |place| place + before[place..].chars().next().map_or(1, char::len_utf8));
        let to = after.find(|sign: char| !is_part(sign)).unwrap_or(after.len());
        let first = before[from..].chars().next();
        if let (Some(first), true) = (first, to > 0) {
            masked.push_str(&before[..from]);
            masked.push(first);
            masked.push_str("…@…");
            // A full stop that ends the sentence is no part of the address.
            let end = after[..to].trim_end_matches('.').len();
            rest = &after[end..];
        } else {
            masked.push_str(before);
            masked.push('@');
            rest = after;
        }
    }
    masked.push_str(rest);
    masked
}

fn is_part(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '.' | '_' | '-' | '+' | '%' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_apart_and_not_named() {
        assert_eq!(name("Mia Jansen"), "M… J…");
        assert_eq!(name("Åse"), "Å…");
        assert_eq!(name("  "), "…");
        assert_eq!(name("mia@harbour.example"), "m…@…");
    }

    #[test]
    fn addresses_in_a_text_are_masked_wherever_they_stand() {
        for (plain, masked) in [
            ("nobody here", "nobody here"),
            ("mia.jansen@harbour.example has no door", "m…@… has no door"),
            ("two: a@b.example, ÿ+x@c.example.", "two: a…@…, ÿ…@…."),
            ("<mia@harbour.example>", "<m…@…>"),
            ("@home and 3 @ 4", "@home and 3 @ 4"),
            ("a@b@c", "a…@…@c"),
            ("name@", "name@"),
        ] {
            assert_eq!(text(plain), masked, "{plain}");
        }
    }
}
