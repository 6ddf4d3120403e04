//! Pages of lists: `limit` and `cursor`.

use std::str::FromStr;

use super::problem::Problem;
use crate::http::query;

const DEFAULT_LIMIT: u64 = 50;
pub(super) const MOST: u64 = 100;

pub(super) struct Asked<Id> {
    /// The last one of the page before.
    pub(super) cursor: Option<Id>,
    pub(super) limit: u64,
}

/// # Errors
/// With the parameter that cannot be read, or that nobody knows.
pub(super) fn asked<Id: FromStr>(raw: Option<&str>) -> Result<Asked<Id>, Problem> {
    let parameters = Parameters::read(raw.unwrap_or_default(), &["cursor", "limit"])?;
    Ok(Asked { cursor: parameters.parsed("cursor")?, limit: parameters.limit()? })
}

/// What a query says, each thing at most once.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// # Errors
    /// When the query cannot be read, or with the parameter that nobody knows.
    pub(super) fn read(raw: &str, known: &[&str]) -> Result<Self, Problem> {
        let parameters = query::parse(raw).map_err(|_| Problem::invalid_request("query"))?;
        match parameters.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((unknown, _)) => Err(Problem::invalid_request(unknown)),
            None => Ok(Self(parameters)),
        }
    }

    /// # Errors
    /// When it stands there twice, or holds what no text of ours does.
    pub(super) fn value(&self, name: &str) -> Result<Option<String>, Problem> {
        match query::single(&self.0, name) {
            // Nothing of ours is called that, and PostgreSQL could not even look for NUL.
            Ok(Some(text)) if text.contains(char::is_control) => Err(Problem::invalid_request(name)),
            read => read.map_err(|_| Problem::invalid_request(name)),
        }
    }

    /// # Errors
    /// As [`Parameters::value`], and when it is none of its kind.
    pub(super) fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let parsed = self.value(name)?.map(|text| text.parse().map_err(|_| Problem::invalid_request(name)));
        parsed.transpose()
    }

    /// # Errors
    /// When it is no number of things that a page may have.
    pub(super) fn limit(&self) -> Result<u64, Problem> {
        let limit = self.parsed("limit")?.unwrap_or(DEFAULT_LIMIT);
        if (1..=MOST).contains(&limit) { Ok(limit) } else { Err(Problem::invalid_request("limit")) }
    }
}

/// Cuts what was read beyond the page, and says where the next one begins.
pub(super) fn next<T>(page: &mut Vec<T>, limit: u64, id: impl Fn(&T) -> String) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = page.len() > limit;
    page.truncate(limit);
    page.last().filter(|_| more).map(id)
}
