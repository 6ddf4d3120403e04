//! The patterns that a text field may have: a small, linear subset of regular expressions.
//!
//! The subset is what browsers and servers agree on: literals, `.`, classes (`[A-Z0-9_-]`, `[^…]`,
//! `\d \w \s` and their opposites), groups, `|`, and the repeats `* + ? {n} {n,} {n,m}`. A pattern
//! always has to match the whole text, so `^` and `$` may only stand at the ends, where they say
//! what holds anyway. No look-around, back-references, lazy repeats or flags. Matching walks sets of
//! positions and therefore cannot be made slow by a clever value.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

/// Above this a repeat is refused, since its cost grows with the number.
const MAX_REPEAT: usize = 1_000;
const MAX_DEPTH: usize = 20;
const MAX_LENGTH: usize = 500;

/// A compiled pattern together with its text.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern {
    text: String,
    root: Node,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Class { ranges: Vec<(char, char)>, negated: bool },
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    Repeat { node: Box<Node>, min: usize, max: Option<usize> },
}

impl Pattern {
    /// Compiles `text`.
    ///
    /// # Errors
    /// A sentence part that says what is outside the subset, and at which character.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("a pattern must not be empty".to_owned());
        }
        if text.len() > MAX_LENGTH {
            return Err(format!("a pattern has at most {MAX_LENGTH} bytes"));
        }
        let chars: Vec<char> = text.chars().collect();
        let start = usize::from(chars[0] == '^');
        let escaped = chars.iter().rev().skip(1).take_while(|c| **c == '\\').count() % 2 == 1;
        let end =
            if chars.len() > start && chars.last() == Some(&'$') && !escaped { chars.len() - 1 } else { chars.len() };
        let mut parser = Parser { chars: &chars[..end], at: start };
        let root = parser.choice(0)?;
        if parser.at < end {
            return Err(parser.fault("`)` without `(`"));
        }
        if (start == 1 || end < chars.len()) && matches!(root, Node::Choice(_)) {
            return Err(
                "`^` and `$` beside a `|` would hold for one branch only; put the branches in a group".to_owned()
            );
        }
        Ok(Self { text: text.to_owned(), root })
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True when the whole of `text` fits.
    pub fn matches(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        self.root.ends(&chars, BTreeSet::from([0])).contains(&chars.len())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.text)
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::new(&text)
    }
}

impl schemars::JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": 1,
            "description": "A regular expression for the whole text: literals, classes, groups, `|` and repeats only."
        })
    }
}

impl Node {
    /// All positions where a match that began at one of `starts` can end.
    fn ends(&self, text: &[char], starts: BTreeSet<usize>) -> BTreeSet<usize> {
        match self {
            Self::Class { ranges, negated } => starts
                .into_iter()
                .filter(|at| {
                    text.get(*at).is_some_and(|c| ranges.iter().any(|(from, to)| from <= c && c <= to) != *negated)
                })
                .map(|at| at + 1)
                .collect(),
            Self::Sequence(nodes) => nodes.iter().fold(starts, |at, node| node.ends(text, at)),
            Self::Choice(nodes) => nodes.iter().flat_map(|node| node.ends(text, starts.clone())).collect(),
            Self::Repeat { node, min, max } => {
                let mut at = starts;
                for _ in 0..*min {
                    at = node.ends(text, at);
                }
                let mut all = at.clone();
                let mut round = *min;
                while !at.is_empty() && max.is_none_or(|max| round < max) {
                    // Only new positions go on, so that an empty match cannot turn for ever.
                    at = node.ends(text, at).difference(&all).copied().collect();
                    all.extend(&at);
                    round += 1;
                }
                all
            }
        }
    }
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
}

impl Parser<'_> {
    fn fault(&self, what: &str) -> String {
        format!("{what} (character {})", self.at + 1)
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn choice(&mut self, depth: usize) -> Result<Node, String> {
        if depth > MAX_DEPTH {
            return Err(self.fault("groups are nested too deep"));
        }
        let mut branches = vec![self.sequence(depth)?];
        while self.eat('|') {
            branches.push(self.sequence(depth)?);
        }
        Ok(if branches.len() == 1 { branches.swap_remove(0) } else { Node::Choice(branches) })
    }

    fn sequence(&mut self, depth: usize) -> Result<Node, String> {
        let mut nodes = Vec::new();
        while let Some(next) = self.peek().filter(|c| !matches!(c, '|' | ')')) {
            let node = self.atom(next, depth)?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::Sequence(nodes))
    }

    fn atom(&mut self, first: char, depth: usize) -> Result<Node, String> {
        match first {
            '(' => {
                self.at += 1;
                if self.eat('?') && !self.eat(':') {
                    return Err(self.fault("only `(…)` and `(?:…)` are groups here"));
                }
                let inner = self.choice(depth + 1)?;
                if self.eat(')') { Ok(inner) } else { Err(self.fault("`(` without `)`")) }
            }
            '[' => self.class(),
            '\\' => {
                let (ranges, negated) = self.escape()?;
                Ok(Node::Class { ranges, negated })
            }
            '.' => {
                self.at += 1;
                Ok(Node::Class { ranges: vec![('\n', '\n'), ('\r', '\r')], negated: true })
            }
            '^' | '$' => Err(self.fault("`^` and `$` may only stand at the ends")),
            '*' | '+' | '?' | '{' => Err(self.fault("a repeat with nothing before it")),
            ']' | '}' => Err(self.fault("a closing bracket without its opening one")),
            literal => {
                self.at += 1;
                Ok(Node::Class { ranges: vec![(literal, literal)], negated: false })
            }
        }
    }

    fn repeated(&mut self, node: Node) -> Result<Node, String> {
        let (min, max) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => self.bounds()?,
            _ => return Ok(node),
        };
        self.at += 1;
        if matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
            return Err(self.fault("a repeat of a repeat"));
        }
        Ok(Node::Repeat { node: Box::new(node), min, max })
    }

    /// Reads `{n}`, `{n,}` or `{n,m}` up to, not including, the closing brace.
    fn bounds(&mut self) -> Result<(usize, Option<usize>), String> {
        let close =
            self.chars[self.at..].iter().position(|c| *c == '}').ok_or_else(|| self.fault("`{` without `}`"))?;
        let inner: String = self.chars[self.at + 1..self.at + close].iter().collect();
        let number = |text: &str| text.parse::<usize>().ok().filter(|n| *n <= MAX_REPEAT);
        let bounds = match inner.split_once(',') {
            None => number(&inner).map(|n| (n, Some(n))),
            Some((min, "")) => number(min).map(|min| (min, None)),
            Some((min, max)) => {
                number(min).zip(number(max)).filter(|(min, max)| min <= max).map(|(min, max)| (min, Some(max)))
            }
        };
        let bounds =
            bounds.ok_or_else(|| self.fault("a repeat is `{n}`, `{n,}` or `{n,m}` with numbers up to 1000"))?;
        self.at += close;
        Ok(bounds)
    }

    fn class(&mut self) -> Result<Node, String> {
        self.at += 1;
        let negated = self.eat('^');
        let mut ranges = Vec::new();
        loop {
            match self.peek() {
                None => return Err(self.fault("`[` without `]`")),
                Some(']') if ranges.is_empty() => return Err(self.fault("an empty class")),
                Some(']') => break,
                Some('[') => return Err(self.fault("`[` inside a class must be written `\\[`")),
                Some('\\') => {
                    let (inner, opposite) = self.escape()?;
                    if opposite {
                        return Err(self.fault("an opposite class inside a class"));
                    }
                    ranges.extend(inner);
                }
                Some(from) => {
                    self.at += 1;
                    let range_follows =
                        self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|c| *c != ']');
                    let to = if range_follows { self.chars[self.at + 1] } else { from };
                    self.at += if range_follows { 2 } else { 0 };
                    if to < from || (range_follows && to == '\\') {
                        return Err(self.fault("a range runs from a lower to a higher plain character"));
                    }
                    ranges.push((from, to));
                }
            }
        }
        self.at += 1;
        Ok(Node::Class { ranges, negated })
    }

    fn escape(&mut self) -> Result<(Vec<(char, char)>, bool), String> {
        let escaped = *self.chars.get(self.at + 1).ok_or_else(|| self.fault("`\\` at the end"))?;
        let found = match escaped {
            'd' | 'D' => (vec![('0', '9')], escaped == 'D'),
            'w' | 'W' => (vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')], escaped == 'W'),
            's' | 'S' => (vec![('\t', '\r'), (' ', ' '), ('\u{a0}', '\u{a0}')], escaped == 'S'),
            't' => (vec![('\t', '\t')], false),
            'n' => (vec![('\n', '\n')], false),
            c if c.is_ascii_punctuation() => (vec![(c, c)], false),
            _ => return Err(self.fault(&format!("`\\{escaped}` is not known here"))),
        };
        self.at += 2;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_whole_text() {
        let cases = [
            ("^[A-Za-z0-9_-]+$", vec!["hl-prod-7", "_"], vec!["", "a b", "ä", "hl-prod-7\n"]),
            ("^([0-9A-F]{2}:){2}[0-9A-F]{2}$", vec!["00:FF:A1"], vec!["00:FF", "00:ff:a1", "00:FF:A1:"]),
            ("^[A-Z0-9 .*-]{5,22}$", vec!["HARBOUR LOOM", "A.*-B"], vec!["ABCD", "harbour", "ABCDEFGHIJKLMNOPQRSTUVW"]),
            ("^[a-z][a-z0-9-]{0,15}$", vec!["members"], vec!["Members", "-a", "abcdefghijklmnopq"]),
            ("(cat|dog)s?", vec!["cat", "dogs"], vec!["cats and dogs", "do", ""]),
            (r"\d{3,}\.\w*", vec!["123.", "1234.a_Z"], vec!["12.", "123x"]),
            ("[^,;]*", vec!["", "a b"], vec!["a,b"]),
            (r"a\$", vec!["a$"], vec!["a"]),
            ("(a*)*b", vec!["aaab", "b"], vec!["aaa"]),
        ];
        for (text, good, bad) in cases {
            let pattern = Pattern::new(text).unwrap();
            for value in good {
                assert!(pattern.matches(value), "{text} should match {value:?}");
            }
            for value in bad {
                assert!(!pattern.matches(value), "{text} should not match {value:?}");
            }
        }
    }

    #[test]
    fn a_value_cannot_make_matching_slow() {
        let pattern = Pattern::new("((a+)+)+b").unwrap();
        assert!(!pattern.matches(&"a".repeat(2_000)));
    }

    #[test]
    fn what_is_outside_the_subset_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "must not be empty"),
            ("(a", "`(` without `)`"),
            ("a)", "`)` without `(`"),
            ("(?=a)", "only `(…)`"),
            ("a^b", "only stand at the ends"),
            ("*a", "nothing before it"),
            ("a+?", "repeat of a repeat"),
            ("a{2,1}", "a repeat is"),
            ("a{9999}", "numbers up to 1000"),
            ("[z-a]", "from a lower to a higher"),
            ("[]", "empty class"),
            ("[a", "`[` without `]`"),
            (r"\1", "not known here"),
            ("a\\", "`\\` at the end"),
            ("^a|b$", "put the branches in a group"),
        ] {
            let refused = Pattern::new(text).unwrap_err();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
    }
}
