//! The logo beside a manifest. It is shown on our pages, so nothing in it may act.

use std::path::Path;

use crate::manifest::read::read_text;

const MAX_BYTES: u64 = 64 * 1024;

/// What an SVG could do besides being a picture: run, embed pages, or load from elsewhere.
const REFUSED: &[&str] =
    &["<script", "<foreignobject", "<iframe", "<!doctype", "<!entity", "javascript:", "<?xml-stylesheet", "@import"];

/// `name.svg`, no folder.
pub(super) fn is_plain_name(name: &str) -> bool {
    name.strip_suffix(".svg").is_some_and(|stem| {
        !stem.is_empty()
            && !stem.starts_with('.')
            && stem.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    })
}

/// The text of the logo named by the manifest at `manifest`.
pub(in crate::manifest) fn read(manifest: &Path, name: &str) -> Result<String, String> {
    let text = read_text(&manifest.with_file_name(name), MAX_BYTES).map_err(|reason| format!("`{name}` {reason}"))?;
    picture(&text).map_err(|reason| format!("`{name}` {reason}"))?;
    Ok(text)
}

fn picture(text: &str) -> Result<(), String> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    while let Some(end) = [("<?xml ", "?>"), ("<!--", "-->")]
        .iter()
        .find_map(|(open, close)| rest.starts_with(open).then(|| rest.find(close).map(|at| at + close.len()))?)
    {
        rest = rest[end..].trim_start();
    }
    if !rest.starts_with("<svg") || !rest.trim_end().ends_with("</svg>") {
        return Err("is not an SVG picture".to_owned());
    }
    let lower = text.to_ascii_lowercase();
    if let Some(refused) = REFUSED.iter().find(|refused| lower.contains(*refused)) {
        return Err(format!("contains `{refused}`, which a logo may not"));
    }
    if attributes(&lower).any(|name| name.starts_with("on")) {
        return Err("contains an event handler, which a logo may not".to_owned());
    }
    let elsewhere = lower.split("href=").skip(1).any(|value| !value.trim_start_matches(['"', '\'']).starts_with('#'));
    if elsewhere || lower.replace([' ', '"', '\''], "").split("url(").skip(1).any(|value| !value.starts_with('#')) {
        return Err("refers to something outside itself, which a logo may not".to_owned());
    }
    Ok(())
}

/// Every word before a `=`, whatever separates it from what stands before: a browser is as generous.
fn attributes(text: &str) -> impl Iterator<Item = &str> {
    text.split('=').map(|before| {
        before.trim_end().rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | ':')).next().unwrap_or("")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_passes_and_everything_that_acts_does_not() {
        let svg = |inner: &str| {
            format!(
                "<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg xmlns=\"http://www.w3.org/2000/svg\">{inner}</svg>\n"
            )
        };
        assert_eq!(
            picture(&svg(
                "<defs><linearGradient id=\"a\"/></defs><path d=\"M0 0\" fill=\"url(#a)\"/><use href=\"#b\"/>"
            )),
            Ok(())
        );
        for wrong in [
            "<script>alert(1)</script>",
            "<SCRIPT/>",
            "<path onload=\"x()\"/>",
            "<path/onclick = 'x()'/>",
            "<foreignObject/>",
            "<image href=\"https://example.org/a.png\"/>",
            "<image xlink:href='data:x'/>",
            "<path fill=\"url( 'https://example.org/a')\"/>",
            "<a href=\"javascript:x\"/>",
            "<style>@import 'a';</style>",
        ] {
            assert!(picture(&svg(wrong)).is_err(), "{wrong}");
        }
        for wrong in ["", "<html></html>", "<!DOCTYPE svg><svg></svg>", "<svg"] {
            assert!(picture(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_logo_stands_beside_its_manifest() {
        assert!(is_plain_name("portunus-access.svg"));
        for wrong in ["", ".svg", "../a.svg", "a/b.svg", "a.png", "a.svg.js", "a b.svg", "..svg"] {
            assert!(!is_plain_name(wrong), "{wrong}");
        }
    }
}
