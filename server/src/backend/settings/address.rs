//! What an address under `/settings/{connection}` is about.

use app::forms::Act;
use uuid::Uuid;

use super::ConnectionDesk;
use crate::backend::page::Look;
use crate::domain::form::decode;
use crate::domain::settings::edits::Of;
use crate::http::query;
use crate::services::settings::later::Subject;

/// In the address that a waiting lock is kept with: the button that was pressed.
const PRESSED: &str = "pressed";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whose settings.
    pub of: Of,
    pub look: Look,
    /// The version that a save made, 0 when it changed nothing, and the version that the person had seen.
    pub saved: Option<(i64, i64)>,
    /// What was typed waits there.
    pub draft: Option<Uuid>,
    /// The run that is looked at.
    pub run: Option<Uuid>,
    /// In the history: a version, or where a page of it begins.
    pub version: Option<i64>,
}

impl Default for Address {
    fn default() -> Self {
        Self { of: Of::Organization, look: Look::default(), saved: None, draft: None, run: None, version: None }
    }
}

impl Address {
    /// `page` and `rest` are the segments behind the connection.
    pub fn read(page: &str, rest: &str, raw_query: &str) -> Self {
        let mut address = Self::default();
        match page {
            "locations" => address.of = Of::Location(decode(rest).unwrap_or_default()),
            "confirm" => address.draft = Some(rest.parse().unwrap_or_default()),
            "runs" => address.run = rest.parse::<app::ids::RunId>().ok().map(|run| run.0),
            "history" => address.version = rest.parse().ok(),
            _ => {}
        }
        let Ok(parameters) = query::parse(raw_query) else { return address };
        let one = |name: &str| query::single(&parameters, name).ok().flatten();
        let number = |name: &str| one(name).and_then(|text| text.parse::<i64>().ok()).filter(|number| *number >= 0);
        address.look.section = one("section");
        address.saved = number("saved").map(|saved| (saved, number("seen").unwrap_or(saved)));
        if let Some(draft) = one("draft").and_then(|draft| draft.parse().ok()) {
            address.draft = address.draft.or(Some(draft));
        }
        if page == "history" && rest.is_empty() {
            address.version = number("before");
        }
        address
    }
}

impl ConnectionDesk {
    /// The place that a page of this connection is about.
    pub fn of_page(&self, page: &str) -> Option<Of> {
        let home = app::paths::settings(app::ids::ConnectionId(self.connection.id));
        let path = page.split('?').next().unwrap_or_default();
        if path == home {
            return Some(Of::Organization);
        }
        let id = path.strip_prefix(&home)?.strip_prefix("/locations/")?;
        Some(Of::Location(decode(id).ok()?))
    }

    /// The page of the place that an address is about, without what was said there once.
    pub fn page_of(&self, address: &str) -> Option<String> {
        let of = self.of_page(address)?;
        let (_, raw_query) = address.split_once('?').unwrap_or_default();
        let section = query::parse(raw_query).ok().and_then(|all| query::single(&all, "section").ok().flatten());
        Some(self.place_page(&of, section.as_deref()))
    }

    /// What the answer to a question that waits is about.
    pub fn subject_of(&self, page: &str) -> Option<Subject> {
        let home = app::paths::settings(app::ids::ConnectionId(self.connection.id));
        let (path, raw_query) = page.split_once('?').unwrap_or((page, ""));
        if let Some(version) = path.strip_prefix(&home).and_then(|rest| rest.strip_prefix("/history/")) {
            return version.parse().ok().map(Subject::Version);
        }
        let parameters = query::parse(raw_query).ok()?;
        match query::single(&parameters, PRESSED).ok()? {
            Some(act) => act.parse().ok().map(Subject::Lock),
            None => self.of_page(page).map(Subject::Place),
        }
    }

    /// The page of the place that this is about.
    pub fn page(&self) -> String {
        self.place_page(&self.address.of, self.address.look.section.as_deref())
    }

    fn place_page(&self, of: &Of, section: Option<&str>) -> String {
        let id = app::ids::ConnectionId(self.connection.id);
        let page = match of {
            Of::Organization => app::paths::settings(id),
            Of::Location(location) => app::paths::location_settings(id, location),
        };
        match section {
            Some(section) => app::paths::section(&page, section),
            None => page,
        }
    }
}

/// The address that a lock waits with until it is confirmed.
pub fn pressed(page: &str, act: &Act) -> String {
    let act: String = url::form_urlencoded::byte_serialize(act.to_string().as_bytes()).collect();
    with(page, &format!("{PRESSED}={act}"))
}

/// The same without what was pressed there.
pub fn unpressed(page: &str) -> &str {
    let at = page.find(&format!("{PRESSED}=")).unwrap_or(page.len());
    page[..at].trim_end_matches(['?', '&'])
}

/// An address with one more parameter.
pub fn with(page: &str, parameters: &str) -> String {
    let sign = if page.contains('?') { '&' } else { '?' };
    format!("{page}{sign}{parameters}")
}
