//! What is typed to find a tenant, and the text in which it is looked for. Both are folded alike, so that case and
//! accents do not count.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use uuid::Uuid;

/// Longer texts and more words find nothing that shorter ones do not.
const MOST_CHARACTERS: usize = 100;
const MOST_TERMS: usize = 8;
/// Of one tenant with all its locations.
const MOST_SEARCHED: usize = 16_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Folded, somewhere in the text. A term of two letters begins a word, so it starts with a space.
    Text(String),
    Connection(Uuid, Uuid),
    Organization(Uuid, Uuid),
}

/// Terms that all have to be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// As it was typed.
    pub typed: String,
    pub terms: Vec<Term>,
    /// Something was typed that is too short to be looked for.
    pub too_short: bool,
}

impl Search {
    pub fn read(typed: &str) -> Self {
        let typed: String = typed.trim().chars().take(MOST_CHARACTERS).collect();
        let mut terms = Vec::new();
        let mut short = false;
        for word in fold(&typed).split(' ').filter(|word| !word.is_empty()).take(MOST_TERMS) {
            if let Some((from, to)) = word.strip_prefix("con_").and_then(ids) {
                terms.push(Term::Connection(from, to));
            } else if let Some((from, to)) = word.strip_prefix("org_").and_then(ids) {
                terms.push(Term::Organization(from, to));
            } else {
                match word.chars().count() {
                    1 => short = true,
                    2 => terms.push(Term::Text(format!(" {word}"))),
                    _ => terms.push(Term::Text(word.to_owned())),
                }
            }
        }
        let too_short = short && terms.is_empty();
        Self { typed, terms, too_short }
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

/// All ids that begin like that, as hex digits.
fn ids(beginning: &str) -> Option<(Uuid, Uuid)> {
    let plain = (1..=32).contains(&beginning.len()) && beginning.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !plain {
        return None;
    }
    let filled = |digit: char| {
        let missing = 32 - beginning.len();
        Uuid::try_parse(&(beginning.to_owned() + &digit.to_string().repeat(missing))).ok()
    };
    filled('0').zip(filled('f'))
}

/// Lower case, without accents, with single spaces.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            '’' | '‘' => folded.push('\''),
            letter if letter.is_whitespace() || letter.is_control() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            letter => folded.push(letter),
        }
    }
    folded.trim().to_owned()
}

/// The text of a tenant: each word after a space, each value once.
pub fn searched<'v>(values: impl IntoIterator<Item = &'v str>) -> String {
    let mut text = String::new();
    let mut known: Vec<String> = Vec::new();
    for value in values {
        let folded = fold(value);
        if folded.is_empty() || known.contains(&folded) || text.len() + folded.len() > MOST_SEARCHED {
            continue;
        }
        text.push(' ');
        text.push_str(&folded);
        known.push(folded);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(typed: &str) -> Vec<String> {
        let text = |term| if let Term::Text(text) = term { Some(text) } else { None };
        Search::read(typed).terms.into_iter().filter_map(text).collect()
    }

    #[test]
    fn names_are_found_however_they_are_typed() {
        let text = searched(["Zoë & Søn, GmbH", "zoe-soen", "Łódź", "Weaver’s Yard", "Straße", "Zoë & Søn, GmbH"]);
        assert_eq!(text, " zoe & son, gmbh zoe-soen lodz weaver's yard strasse");
        for typed in ["ZOË", "søn", "lodz", "Weaver's", "STRASSE", "straße", "soen"] {
            assert!(texts(typed).iter().all(|term| text.contains(term.as_str())), "{typed}");
        }
    }

    #[test]
    fn two_letters_begin_a_word_and_one_is_too_short() {
        assert_eq!(texts("ha  bristol"), [" ha", "bristol"]);
        assert!(Search::read("h").too_short);
        assert!(!Search::read("h bristol").too_short);
        assert!(Search::read("  ").is_empty() && !Search::read("  ").too_short);
        assert_eq!(texts(&"abc ".repeat(30)).len(), MOST_TERMS);
    }

    #[test]
    fn our_ids_are_found_by_their_beginning() {
        let id = Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001);
        let Term::Connection(from, to) = Search::read("con_0198").terms.remove(0) else { panic!("no id") };
        assert!(from < id && id < to);
        let whole = Search::read(&format!("ORG_{}", id.simple())).terms;
        assert_eq!(whole, [Term::Organization(id, id)]);
        assert_eq!(texts("con_xyz"), ["con_xyz"]);
    }

    #[test]
    fn a_text_stays_bounded() {
        let names: Vec<String> = (0..5_000).map(|number| format!("Location {number}")).collect();
        let text = searched(names.iter().map(String::as_str));
        assert!(text.len() <= MOST_SEARCHED + 1, "{}", text.len());
    }
}
