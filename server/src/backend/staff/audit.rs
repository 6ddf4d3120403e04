//! The record of everything that happened, over all tenants.

use app::ids::{ConnectionId, OrganizationId, StaffId};
use app::ports::{AuditDesk, AuditFilter, AuditMistake, AuditRow, AuditView, Fault};
use app::role::Act;
use async_trait::async_trait;
use chrono::{Days, NaiveDate, TimeZone as _};
use chrono_tz::Tz;
use uuid::Uuid;

use super::StaffMember;
use crate::backend::unavailable;
use crate::clock::Millis;
use crate::services::staff::audit::Sight;
use crate::storage::audit::{self, Row, Wanted};
use crate::storage::{StorageError, organizations, staff};

const ROWS: u64 = 50;
/// Kinds of actors that can be asked for.
const ACTORS: [&str; 5] = ["staff", "admin", "officernd", "key", "deskbridge"];

#[async_trait]
impl AuditDesk for StaffMember {
    async fn audit(&self) -> Result<AuditView, Fault> {
        self.read_audit().await.map_err(|error| unavailable(&error))
    }
}

impl StaffMember {
    async fn read_audit(&self) -> Result<AuditView, StorageError> {
        let db = self.app.db.read();
        let of = |name: &str| self.at.query(name).unwrap_or_default().trim().to_owned();
        let pairs = ["who", "kind", "tenant", "since", "until"].map(|name| (name.to_owned(), of(name)));
        let (wanted, filter) = self.audit_wanted(&pairs).await?;
        let after = self.at.query("after").and_then(cursor);
        let mut rows = match filter.mistake {
            None => audit::list(db, &Wanted { after, ..wanted }, ROWS + 1).await?,
            Some(_) => Vec::new(),
        };
        let more = rows.len() as u64 > ROWS;
        rows.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
        let last = rows.last().filter(|_| more).map(|row| format!("{}-{}", row.at, row.id.simple()));
        let address = |after: Option<&str>| {
            let given = pairs
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.as_str(), value.as_str()));
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(given.chain(after.map(|after| ("after", after))))
                .finish();
            if query.is_empty() { "/activity".to_owned() } else { format!("/activity?{query}") }
        };
        let sight = Sight::of(&self.app, self.member.staff().id, self.member.staff().role).await?;
        let people = staff::all(db).await?.into_iter().map(|one| (StaffId(one.id), one.name)).collect();
        Ok(AuditView {
            older: last.map(|last| address(Some(&last))),
            newest: after.is_some().then(|| address(None)),
            rows: rows.into_iter().map(|row| self.audit_row(sight.through(row))).collect(),
            filter,
            people,
            may_export: self.member.staff().role.may(Act::Export),
        })
    }

    /// What a query or form asks for, and what of it cannot be understood.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_wanted(&self, pairs: &[(String, String)]) -> Result<(Wanted, AuditFilter), StorageError> {
        let of = |name: &str| {
            pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let mut filter = AuditFilter {
            who: of("who"),
            kind: of("kind"),
            tenant: of("tenant"),
            since: of("since"),
            until: of("until"),
            mistake: None,
        };
        let zone = self.member.staff().time_zone.as_deref().and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC);
        let mut wanted = Wanted::default();
        match filter.who.parse() {
            Ok(StaffId(staff)) => wanted.staff = Some(staff),
            Err(_) => wanted.actor_kind = ACTORS.contains(&filter.who.as_str()).then(|| filter.who.clone()),
        }
        wanted.kind = (!filter.kind.is_empty()).then(|| filter.kind.clone());
        if !filter.since.is_empty() {
            wanted.since = begin_of(&filter.since, zone, 0);
            filter.mistake = wanted.since.is_none().then_some(AuditMistake::Since);
        }
        if !filter.until.is_empty() {
            wanted.before = begin_of(&filter.until, zone, 1);
            filter.mistake = filter.mistake.or(wanted.before.is_none().then_some(AuditMistake::Until));
        }
        if !filter.tenant.is_empty() {
            if let Ok(ConnectionId(connection)) = filter.tenant.parse() {
                wanted.connection = Some(connection);
            } else if let Ok(OrganizationId(organization)) = filter.tenant.parse() {
                wanted.organization = Some(organization);
            } else {
                let found = organizations::with_slug(self.app.db.read(), &filter.tenant, 1).await?;
                wanted.organization = found.first().copied();
                filter.mistake = filter.mistake.or(wanted.organization.is_none().then_some(AuditMistake::Tenant));
            }
        }
        Ok((wanted, filter))
    }

    fn audit_row(&self, row: Row) -> AuditRow {
        let actor = row.who();
        let tenant = row.organization.clone().zip(row.connection_id);
        let integration = row.integration.as_deref();
        AuditRow {
            at: row.at,
            actor,
            integration: integration.map(|slug| {
                self.app.integrations.get(slug).map_or_else(|| slug.to_owned(), |known| known.name.clone())
            }),
            tenant: tenant.map(|(name, id)| (name, ConnectionId(id))),
            subject: row.subject,
            detail: row.detail,
            kind: row.kind,
        }
    }
}

fn cursor(text: &str) -> Option<(Millis, Uuid)> {
    let (at, id) = text.split_once('-')?;
    Some((at.parse().ok()?, Uuid::try_parse(id).ok()?))
}

/// When that day begins in this zone, or the one so many days after it.
fn begin_of(day: &str, zone: Tz, plus: u64) -> Option<Millis> {
    let day: NaiveDate = day.parse().ok()?;
    let midnight = day.checked_add_days(Days::new(plus))?.and_hms_opt(0, 0, 0)?;
    // Where the clocks skip midnight, the day begins an hour later.
    let begin = zone.from_local_datetime(&midnight).earliest();
    let begin = begin.or_else(|| zone.from_local_datetime(&(midnight + chrono::Duration::hours(1))).earliest())?;
    Some(begin.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_reader_is() {
        let at = |day, zone: &str, plus| begin_of(day, zone.parse().unwrap(), plus);
        assert_eq!(at("2026-05-03", "UTC", 0), Some(1_777_766_400_000));
        assert_eq!(at("2026-05-03", "Europe/Amsterdam", 0), Some(1_777_759_200_000));
        assert_eq!(at("2026-05-03", "UTC", 1), Some(1_777_852_800_000));
        assert!(at("2026-09-06", "America/Santiago", 0).is_some(), "a day without a midnight");
        assert_eq!(at("3 May", "UTC", 0), None);
        assert_eq!(at("262143-12-31", "UTC", 1), None);
    }
}
