//! The address of the list of tenants: search, filters, order and columns. It is a view that can be sent to a colleague.

use crate::state::ConnectionState;
use crate::texts::COOKIE_NAME;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    #[default]
    Trouble,
    Organization,
    Since,
    LastSuccess,
    Errors,
    GrantEnd,
}

impl Sort {
    pub const ALL: [Self; 6] =
        [Self::Trouble, Self::Organization, Self::Since, Self::LastSuccess, Self::Errors, Self::GrantEnd];

    pub fn slug(self) -> &'static str {
        match self {
            Self::Trouble => "trouble",
            Self::Organization => "organization",
            Self::Since => "since",
            Self::LastSuccess => "success",
            Self::Errors => "errors",
            Self::GrantEnd => "grant",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.slug() == slug)
    }

    /// Whether the greatest value comes first, unless somebody turns it round: the newest change, the most errors.
    pub fn falls(self) -> bool {
        matches!(self, Self::Since | Self::Errors)
    }
}

/// What a row can show beside its organization and state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Since,
    Integration,
    Locations,
    LastSuccess,
    Errors,
    GrantEnd,
    Revision,
    NextRun,
    Ids,
}

impl Column {
    pub const ALL: [Self; 9] = [
        Self::Since,
        Self::Integration,
        Self::Locations,
        Self::LastSuccess,
        Self::Errors,
        Self::GrantEnd,
        Self::Revision,
        Self::NextRun,
        Self::Ids,
    ];
    /// Those of an address that names none.
    pub const USUAL: [Self; 6] =
        [Self::Since, Self::Integration, Self::Locations, Self::LastSuccess, Self::Errors, Self::GrantEnd];

    pub fn slug(self) -> &'static str {
        match self {
            Self::Since => "since",
            Self::Integration => "integration",
            Self::Locations => "locations",
            Self::LastSuccess => "success",
            Self::Errors => "errors",
            Self::GrantEnd => "grant",
            Self::Revision => "revision",
            Self::NextRun => "next",
            Self::Ids => "ids",
        }
    }

    pub fn sort(self) -> Option<Sort> {
        match self {
            Self::Since => Some(Sort::Since),
            Self::LastSuccess => Some(Sort::LastSuccess),
            Self::Errors => Some(Sort::Errors),
            Self::GrantEnd => Some(Sort::GrantEnd),
            Self::Integration | Self::Locations | Self::Revision | Self::NextRun | Self::Ids => None,
        }
    }
}

/// Windows in which a grant may end, in days.
pub const WINDOWS: [u16; 4] = [1, 3, 7, 14];
/// Longer texts are no view of ours.
const LONGEST: usize = 200;
/// A place holds a whole name, and more than a byte for each letter of it.
const LONGEST_PLACE: usize = 4_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListAddress {
    pub search: String,
    pub state: Option<ConnectionState>,
    pub integration: Option<String>,
    /// OfficeRnD's id of a location.
    pub location: Option<String>,
    pub ends_within: Option<u16>,
    pub sort: Sort,
    /// Against the usual direction of the order.
    pub turned: bool,
    pub compact: bool,
    /// In the order of [`Column::ALL`].
    pub columns: Vec<Column>,
    /// The page behind or before a place in the list.
    pub after: Option<String>,
    pub before: Option<String>,
    /// Parameters with a value that says nothing here.
    pub ignored: Vec<String>,
}

impl Default for ListAddress {
    fn default() -> Self {
        Self {
            search: String::new(),
            state: None,
            integration: None,
            location: None,
            ends_within: None,
            sort: Sort::default(),
            turned: false,
            compact: false,
            columns: Column::USUAL.to_vec(),
            after: None,
            before: None,
            ignored: Vec::new(),
        }
    }
}

impl ListAddress {
    /// Of any query. What cannot be understood is left out and named; an empty value is none.
    pub fn read(pairs: &[(String, String)]) -> Self {
        let mut read = Self::default();
        let mut columns: Vec<Column> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            // One parameter may come once, but for columns, which a form sends one by one.
            let again = name != "columns" && seen.contains(&name.as_str());
            seen.push(name);
            let longest = if matches!(name.as_str(), "after" | "before") { LONGEST_PLACE } else { LONGEST };
            let is_text = value.len() <= longest && !value.contains(char::is_control);
            let known = !again && is_text && read.take(name, value, &mut columns);
            if !known && !read.ignored.contains(name) && read.ignored.len() < 5 {
                read.ignored.push(name.chars().take(40).collect());
            }
        }
        if !columns.is_empty() {
            read.columns = Column::ALL.into_iter().filter(|column| columns.contains(column)).collect();
        }
        if read.after.is_some() && read.before.is_some() {
            read.before = None;
        }
        read
    }

    /// The query that says the same without empty fields and usual choices, as forms send them. None where there are
    /// none of these, or something that is to be named as not understood.
    pub fn shorter(pairs: &[(String, String)]) -> Option<String> {
        let read = Self::read(pairs);
        let places = usize::from(read.after.is_some()) + usize::from(read.before.is_some());
        let is_longer = pairs.len() > read.pairs().len() + places;
        let is_asked_in = pairs.iter().any(|(name, _)| name == COOKIE_NAME);
        (is_longer && !is_asked_in && read.ignored.is_empty()).then(|| read.query())
    }

    fn take(&mut self, name: &str, value: &str, columns: &mut Vec<Column>) -> bool {
        match name {
            "q" => self.search = value.to_owned(),
            "state" => {
                self.state = ConnectionState::from_slug(value);
                return self.state.is_some();
            }
            "integration" => self.integration = Some(value.to_owned()),
            "location" => self.location = Some(value.to_owned()),
            "ends" => {
                self.ends_within = value.parse().ok().filter(|days| (1..=400).contains(days));
                return self.ends_within.is_some();
            }
            "sort" => match Sort::from_slug(value) {
                Some(sort) => self.sort = sort,
                None => return false,
            },
            "order" => {
                self.turned = value == "turned";
                return self.turned || value == "usual";
            }
            "rows" => {
                self.compact = value == "compact";
                return self.compact || value == "comfortable";
            }
            "columns" => {
                for slug in value.split(',') {
                    match Column::ALL.into_iter().find(|column| column.slug() == slug) {
                        Some(column) => columns.push(column),
                        None => return false,
                    }
                }
            }
            "after" => self.after = Some(value.to_owned()),
            "before" => self.before = Some(value.to_owned()),
            // Of every page.
            COOKIE_NAME => {}
            _ => return false,
        }
        true
    }

    /// Name and value of everything that is not as usual, without the place in the list.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.search.is_empty() {
            pairs.push(("q", self.search.clone()));
        }
        if let Some(state) = self.state {
            pairs.push(("state", state.slug().to_owned()));
        }
        if let Some(slug) = &self.integration {
            pairs.push(("integration", slug.clone()));
        }
        if let Some(location) = &self.location {
            pairs.push(("location", location.clone()));
        }
        if let Some(days) = self.ends_within {
            pairs.push(("ends", days.to_string()));
        }
        if self.sort != Sort::default() {
            pairs.push(("sort", self.sort.slug().to_owned()));
        }
        if self.turned {
            pairs.push(("order", "turned".to_owned()));
        }
        if self.compact {
            pairs.push(("rows", "compact".to_owned()));
        }
        if self.columns != Column::USUAL {
            let slugs: Vec<&str> = self.columns.iter().map(|column| column.slug()).collect();
            pairs.push(("columns", slugs.join(",")));
        }
        pairs
    }

    /// As a query, without `?`; empty for the whole list in its usual order.
    pub fn query(&self) -> String {
        let pairs = self.pairs();
        let place = [("after", &self.after), ("before", &self.before)];
        let place = place.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        let written: Vec<String> =
            pairs.into_iter().chain(place).map(|(name, value)| format!("{name}={}", encoded(&value))).collect();
        written.join("&")
    }

    /// The same view from its first row on.
    pub fn first(&self) -> Self {
        Self { after: None, before: None, ignored: Vec::new(), ..self.clone() }
    }

    pub fn with_state(&self, state: Option<ConnectionState>) -> Self {
        Self { state, ..self.first() }
    }

    pub fn with_integration(&self, integration: Option<&str>) -> Self {
        Self { integration: integration.map(str::to_owned), ..self.first() }
    }

    /// Sorted by this, or turned round where it is already.
    pub fn sorted(&self, sort: Sort) -> Self {
        let turned = sort == self.sort && !self.turned;
        Self { sort, turned, ..self.first() }
    }

    pub fn has_filter(&self) -> bool {
        self.state.is_some() || self.integration.is_some() || self.location.is_some() || self.ends_within.is_some()
    }
}

fn encoded(value: &str) -> String {
    let mut written = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b',' => written.push(byte as char),
            b' ' => written.push('+'),
            other => written.push_str(&format!("%{other:02X}")),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> ListAddress {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ListAddress::read(&pairs)
    }

    #[test]
    fn an_address_reads_back() {
        assert_eq!(read(&[]), ListAddress::default());
        assert_eq!(ListAddress::default().query(), "");
        assert_eq!(read(&[("language", "de")]), ListAddress::default(), "of every page, and nothing of this list");
        let view = read(&[
            ("q", "Zoë & Søn"),
            ("state", "vendor_outage"),
            ("integration", "tally-desk"),
            ("location", "65f0"),
            ("ends", "7"),
            ("sort", "errors"),
            ("order", "turned"),
            ("rows", "compact"),
            ("columns", "errors"),
            ("columns", "since"),
        ]);
        assert_eq!(view.ignored, Vec::<String>::new());
        assert_eq!(
            view.query(),
            "q=Zo%C3%AB+%26+S%C3%B8n&state=vendor_outage&integration=tally-desk&location=65f0&ends=7&sort=errors&order=turned&rows=compact&columns=since,errors"
        );
        let pairs: Vec<_> = view.pairs().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(ListAddress::read(&pairs), view);
    }

    #[test]
    fn what_says_nothing_is_left_out_and_named() {
        let view =
            read(&[("state", "broken"), ("sort", "x"), ("ends", "-1"), ("ends", "7"), ("who", "me"), ("q", " ")]);
        assert_eq!(view.ignored, ["state", "sort", "ends", "who"]);
        assert_eq!(ListAddress { ignored: Vec::new(), ..view }, ListAddress::default());
        assert_eq!(read(&[("q", &"a".repeat(300))]).ignored, ["q"]);
        let (place, endless) = ("a".repeat(3_000), "a".repeat(4_001));
        assert_eq!(read(&[("after", &place)]).after.as_deref(), Some(place.as_str()), "the place of a long name");
        assert_eq!(read(&[("before", &endless)]).ignored, ["before"]);
        assert_eq!(read(&[("location", "a\0")]).ignored, ["location"]);
    }

    #[test]
    fn what_goes_without_saying_is_not_said() {
        let shorter = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            ListAddress::shorter(&pairs)
        };
        let usual = Column::USUAL.map(|column| ("columns", column.slug()));
        let said: [&[(&str, &str)]; 4] =
            [&[("q", "")], &[("sort", "trouble")], &[("sort", ""), ("order", "usual")], &usual];
        for pairs in said {
            assert_eq!(shorter(pairs).as_deref(), Some(""), "{pairs:?}");
        }
        let form = [("state", "reconnect"), ("q", " harbour "), ("sort", "trouble")];
        assert_eq!(shorter(&form).as_deref(), Some("q=harbour&state=reconnect"));
        assert_eq!(shorter(&[("columns", "errors"), ("columns", "since")]).as_deref(), Some("columns=since,errors"));
        // What is short, names a place, asks for a language or was not understood stays as it is.
        let kept: [&[(&str, &str)]; 4] = [
            &[],
            &[("q", "harbour"), ("sort", "errors"), ("after", "x")],
            &[("sort", "trouble"), ("language", "de")],
            &[("sort", "x"), ("q", "")],
        ];
        for pairs in kept {
            assert_eq!(shorter(pairs), None, "{pairs:?}");
        }
    }

    #[test]
    fn sorting_again_turns_round() {
        let view = ListAddress::default().sorted(Sort::Errors);
        assert!(!view.turned);
        assert!(view.sorted(Sort::Errors).turned && !view.sorted(Sort::Errors).sorted(Sort::Errors).turned);
        let paged = ListAddress { after: Some("x".into()), ..view };
        assert_eq!(paged.with_state(None).query(), "sort=errors");
    }
}
