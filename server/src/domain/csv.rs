//! Tables for spreadsheets.

/// So that spreadsheets read it as UTF-8.
pub const MARK: &str = "\u{feff}";

/// A line of texts.
pub fn line<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(text, true)).collect();
    cells.join(",") + "\r\n"
}

/// A cell as RFC 4180 has it. A text that a spreadsheet would take for a formula is made one that it does not.
pub fn cell(text: &str, is_text: bool) -> String {
    let formula = is_text && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas_and_numbers_stay_numbers() {
        for (text, is_text, expected) in [
            ("=HYPERLINK(1)", true, "'=HYPERLINK(1)"),
            ("-5", false, "-5"),
            ("@a", true, "'@a"),
            ("a,b", true, "\"a,b\""),
            ("say \"a\"", true, "\"say \"\"a\"\"\""),
            ("\tx", true, "'\tx"),
        ] {
            assert_eq!(cell(text, is_text), expected);
        }
    }
}
