//! The statements of the list.

use sea_orm::{DbBackend, Statement, Value};

use crate::clock::Millis;
use crate::domain::tenants::{COUNTED, Cursor, Key, Sort, Term, Wanted, by_trouble, trouble};
use crate::storage::tenant_counts::Counts;
use app::state::ConnectionState;

const COLUMNS: &str = "number, connection_id, trouble, name_key, since, last_success, errors, grant_day, revision";
/// What is only counted.
pub(super) const ONE: &str = "1 AS one";

/// A statement that grows, with its values.
pub(super) struct Sql<'a> {
    backend: DbBackend,
    wanted: &'a Wanted,
    last_day: Option<i64>,
    text: String,
    values: Vec<Value>,
}

/// An integration and a state; none of both for every row.
type Branch<'a> = Option<(&'a str, ConnectionState)>;

impl<'a> Sql<'a> {
    pub(super) fn new(backend: DbBackend, wanted: &'a Wanted, now: Millis) -> Self {
        Self { backend, wanted, last_day: wanted.last_day(now), text: String::new(), values: Vec::new() }
    }

    pub(super) fn statement(self, before: &str, after: &str) -> Statement {
        Statement::from_sql_and_values(self.backend, format!("{before}{}{after}", self.text), self.values)
    }

    /// The first rows in the index of the order.
    pub(super) fn walked(&mut self, counts: &Counts, cursor: Option<&Cursor>, limit: u64) {
        let falls = self.falls(cursor);
        let mut walks = Vec::new();
        for branch in branches(self.wanted, counts) {
            let Some(place) = self.place(branch, cursor, falls) else { continue };
            self.text = format!("SELECT {COLUMNS} FROM tenant_rows WHERE 1 = 1");
            self.branch(branch);
            self.walked_window(cursor, falls);
            self.filters(false);
            let columns = directed(order(self.wanted.sort, branch.is_some()), falls);
            walks.push(format!("{}{place} ORDER BY {columns} LIMIT {limit}", self.text));
        }
        self.text = match walks.as_slice() {
            [] => format!("SELECT {COLUMNS} FROM tenant_rows WHERE number IS NULL"),
            // It has its order already.
            [only] => only.clone(),
            several => {
                let parts: Vec<String> = several.iter().map(|walk| format!("SELECT * FROM ({walk}) AS b")).collect();
                let columns = directed(order(self.wanted.sort, false), falls);
                format!("SELECT {COLUMNS} FROM ({}) AS u ORDER BY {columns} LIMIT {limit}", parts.join(" UNION ALL "))
            }
        };
    }

    /// The first of those that were collected.
    pub(super) fn sorted(&mut self, counts: &Counts, cursor: Option<&Cursor>, limit: u64) {
        let falls = self.falls(cursor);
        self.text.push_str(&format!("SELECT {COLUMNS} FROM ("));
        self.collected(COLUMNS, counts);
        self.text.push_str(") AS c WHERE 1 = 1");
        if let Some(place) = self.place(None, cursor, falls) {
            self.text.push_str(&place);
        }
        let columns = directed(order(self.wanted.sort, false), falls);
        self.text.push_str(&format!(" ORDER BY {columns} LIMIT {limit}"));
    }

    /// All rows that are wanted, as long as they are not too many, in no order.
    pub(super) fn collected(&mut self, what: &str, counts: &Counts) {
        let most = COUNTED + 1;
        let ids = self.wanted.search.terms.iter().any(|term| !matches!(term, Term::Text(_)));
        let filtered = self.wanted.state.is_some() || self.wanted.integration.is_some();
        let few = filtered && counts.of(self.wanted.integration.as_deref(), self.wanted.state) <= COUNTED;
        if let (Some(location), false) = (&self.wanted.location, ids) {
            let location = self.value(location.clone());
            self.text.push_str(&format!(
                "SELECT {what} FROM tenant_rows WHERE connection_id IN (SELECT connection_id FROM connection_locations WHERE location_id = {location})"
            ));
            self.branch_filters();
            self.window("grant_day");
            self.filters(false);
            self.text.push_str(&format!(" LIMIT {most}"));
        } else if ids || (!self.wanted.search.is_empty() && !few) {
            self.text.push_str(&self.search_rows(what));
            self.branch_filters();
            self.window("grant_day");
            self.filters(!ids);
            self.text.push_str(&format!(" LIMIT {most}"));
        } else {
            let mut first = true;
            self.text.push_str("SELECT * FROM (");
            for branch in branches(self.wanted, counts) {
                self.text.push_str(if first { "" } else { " UNION ALL " });
                first = false;
                self.text.push_str(&format!("SELECT * FROM (SELECT {what} FROM tenant_rows WHERE 1 = 1"));
                self.branch(branch);
                self.window("grant_day");
                self.filters(false);
                self.text.push_str(&format!(" LIMIT {most}) AS b"));
            }
            if first {
                self.text.push_str(&format!("SELECT {what} FROM tenant_rows WHERE number IS NULL"));
            }
            self.text.push_str(&format!(") AS u LIMIT {most}"));
        }
    }

    /// Where rows that match texts come from, which have an index of their own.
    fn search_rows(&self, what: &str) -> String {
        let by_id = self.wanted.search.terms.iter().any(|term| !matches!(term, Term::Text(_)));
        let only_texts = self.wanted.state.is_none() && self.wanted.integration.is_none() && self.last_day.is_none();
        if by_id {
            format!("SELECT {what} FROM tenant_rows WHERE 1 = 1")
        } else if what == ONE && only_texts {
            format!("SELECT {what} FROM tenant_search WHERE 1 = 1")
        } else if self.backend == DbBackend::Sqlite {
            // CROSS JOIN keeps the order: the index of texts first.
            format!(
                "SELECT {what} FROM tenant_search CROSS JOIN tenant_rows ON number = tenant_search.rowid WHERE 1 = 1"
            )
        } else {
            // OFFSET keeps the order, one row after the other until there are enough: joined otherwise, all rows that
            // there are would be read first, by several processes that others need.
            format!(
                "SELECT {what} FROM tenant_search CROSS JOIN LATERAL (SELECT connection_id, integration, state, trouble, \
                 name_key, since, last_success, errors, grant_day, revision FROM tenant_rows \
                 WHERE tenant_rows.number = tenant_search.number OFFSET 0) AS tenant_rows WHERE 1 = 1"
            )
        }
    }

    fn falls(&self, cursor: Option<&Cursor>) -> bool {
        self.wanted.falls() != cursor.is_some_and(|cursor| cursor.backwards)
    }

    fn branch(&mut self, branch: Branch<'_>) {
        if let Some((integration, state)) = branch {
            let (integration, state) = (self.value(integration.to_owned()), self.value(state.slug()));
            self.text.push_str(&format!(" AND integration = {integration} AND state = {state}"));
        }
    }

    /// State and integration of rows that were found otherwise. Written so that no index answers it: PostgreSQL would
    /// read a quarter of all rows to save looking at a few.
    fn branch_filters(&mut self) {
        if let Some(state) = self.wanted.state {
            let state = self.value(state.slug());
            self.text.push_str(&format!(" AND state || '' = {state}"));
        }
        if let Some(integration) = self.wanted.integration.clone() {
            let integration = self.value(integration);
            self.text.push_str(&format!(" AND integration || '' = {integration}"));
        }
    }

    /// Grants that end within the days that are wanted.
    fn window(&mut self, column: &str) {
        if let Some(day) = self.last_day {
            let day = self.value(day);
            self.text.push_str(&format!(" AND {column} <= {day}"));
        }
    }

    /// The same for rows that are walked in an order. In any but that of the days it is written so that no index
    /// answers it: all grants of these days would be sorted to find one page. In that of the days, a place among them
    /// is the nearer bound; SQLite, given both, takes the farther one and sorts.
    fn walked_window(&mut self, cursor: Option<&Cursor>, falls: bool) {
        let is_among = |day: i64| falls && cursor.is_some_and(|cursor| cursor.key.grant_day <= day);
        match self.wanted.sort {
            Sort::GrantEnd if self.last_day.is_some_and(is_among) => {}
            Sort::GrantEnd => self.window("grant_day"),
            _ => self.window("grant_day + 0"),
        }
    }

    /// Location and search. What is looked for in the index of texts comes from there.
    fn filters(&mut self, in_text_index: bool) {
        if let Some(location) = self.wanted.location.clone() {
            let location = self.value(location);
            self.text.push_str(&format!(
                " AND EXISTS (SELECT 1 FROM connection_locations l WHERE l.connection_id = tenant_rows.connection_id AND l.location_id = {location})"
            ));
        }
        let mut phrases = Vec::new();
        for term in &self.wanted.search.terms {
            match term {
                Term::Connection(from, to) => self.between("connection_id", *from, *to),
                Term::Organization(from, to) => self.between("organization_id", *from, *to),
                Term::Text(text) if self.backend == DbBackend::Sqlite && in_text_index => {
                    phrases.push(format!("\"{}\"", text.replace('"', "\"\"")));
                }
                Term::Text(text) if self.backend == DbBackend::Sqlite => {
                    let text = self.value(text.clone());
                    self.text.push_str(&format!(" AND instr(tenant_rows.search, {text}) > 0"));
                }
                Term::Text(text) => {
                    let plain = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                    let text = self.value(format!("%{plain}%"));
                    let table = if in_text_index { "tenant_search" } else { "tenant_rows" };
                    self.text.push_str(&format!(" AND {table}.search LIKE {text}"));
                }
            }
        }
        if !phrases.is_empty() {
            let phrases = self.value(phrases.join(" AND "));
            self.text.push_str(&format!(" AND tenant_search MATCH {phrases}"));
        }
    }

    fn between(&mut self, column: &str, from: uuid::Uuid, to: uuid::Uuid) {
        let (from, to) = (self.value(from), self.value(to));
        self.text.push_str(&format!(" AND tenant_rows.{column} BETWEEN {from} AND {to}"));
    }

    /// The condition for rows behind a place; none when a branch lies before it as a whole.
    fn place(&mut self, branch: Branch<'_>, cursor: Option<&Cursor>, falls: bool) -> Option<String> {
        let Some(cursor) = cursor else { return Some(String::new()) };
        let mut in_branch = false;
        if let (Sort::Trouble, Some((_, state))) = (self.wanted.sort, branch) {
            let (here, there) = (trouble(state), cursor.key.trouble);
            if here != there {
                return ((here > there) != falls).then(String::new);
            }
            in_branch = true;
        }
        let columns = order(self.wanted.sort, in_branch);
        let values: Vec<String> = columns.iter().map(|column| self.value(column_value(column, &cursor.key))).collect();
        let side = if falls { "<" } else { ">" };
        Some(format!(" AND ({}) {side} ({})", columns.join(", "), values.join(", ")))
    }

    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }
}

/// The pairs of integration and state that are wanted and have rows.
fn branches<'c>(wanted: &'c Wanted, counts: &'c Counts) -> Vec<Branch<'c>> {
    if wanted.state.is_none() && wanted.integration.is_none() {
        return vec![None];
    }
    let states = by_trouble().into_iter().filter(|state| wanted.state.is_none_or(|only| only == *state));
    let integrations: Vec<&str> =
        counts.integrations().filter(|slug| wanted.integration.as_deref().is_none_or(|only| only == *slug)).collect();
    let of_state = |state| integrations.iter().map(move |slug| (*slug, state)).collect::<Vec<_>>();
    states.flat_map(of_state).filter(|(slug, state)| counts.of(Some(slug), Some(*state)) > 0).map(Some).collect()
}

/// What an order sorts by. Rows of one state have the same trouble.
fn order(sort: Sort, in_branch: bool) -> &'static [&'static str] {
    match sort {
        Sort::Trouble if in_branch => &["since", "number"],
        Sort::Trouble => &["trouble", "since", "number"],
        Sort::Organization => &["name_key", "number"],
        Sort::Since => &["since", "number"],
        Sort::LastSuccess => &["last_success", "number"],
        Sort::Errors => &["errors", "number"],
        Sort::GrantEnd => &["grant_day", "number"],
    }
}

fn directed(columns: &[&str], falls: bool) -> String {
    let direction = if falls { " DESC" } else { "" };
    columns.iter().map(|column| format!("{column}{direction}")).collect::<Vec<_>>().join(", ")
}

fn column_value(column: &str, key: &Key) -> Value {
    match column {
        "trouble" => key.trouble.into(),
        "name_key" => key.name.clone().into(),
        "since" => key.since.into(),
        "last_success" => key.last_success.into(),
        "errors" => key.errors.into(),
        "grant_day" => key.grant_day.into(),
        _ => key.number.into(),
    }
}
