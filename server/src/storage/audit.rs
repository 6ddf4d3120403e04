//! What happened to all connections, and what staff did besides, as one list.

use app::ports::Actor;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::Result;
use crate::clock::Millis;

/// What is looked for. Everything may be missing.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub staff: Option<Uuid>,
    /// `admin`, `officernd`, `key`, `staff` or `deskbridge`.
    pub actor_kind: Option<String>,
    pub kind: Option<String>,
    pub organization: Option<Uuid>,
    pub connection: Option<Uuid>,
    /// Included.
    pub since: Option<Millis>,
    /// Not included.
    pub before: Option<Millis>,
    /// Older than this row.
    pub after: Option<(Millis, Uuid)>,
}

#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct Row {
    pub id: Uuid,
    pub at: Millis,
    pub kind: String,
    pub actor_kind: String,
    pub actor: Option<String>,
    pub staff_id: Option<Uuid>,
    pub subject: Option<String>,
    pub connection_id: Option<Uuid>,
    pub organization: Option<String>,
    pub integration: Option<String>,
    pub detail: Option<String>,
}

impl Row {
    pub fn who(&self) -> Actor {
        let name = || self.actor.clone().unwrap_or_default();
        match self.actor_kind.as_str() {
            "admin" => Actor::Admin(self.actor.clone()),
            "officernd" => Actor::OfficeRnD,
            "key" => Actor::Key(name()),
            "staff" => Actor::Staff { id: self.staff_id.unwrap_or_default(), name: name() },
            _ => Actor::Deskbridge,
        }
    }
}

/// Newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(db: &impl ConnectionTrait, wanted: &Wanted, limit: u64) -> Result<Vec<Row>> {
    let mut values: Vec<Value> = Vec::new();
    let of_tenants = half(wanted, true, limit, &mut values);
    // What concerns no tenant is not found under one.
    let of_staff =
        (wanted.organization.is_none() && wanted.connection.is_none()).then(|| half(wanted, false, limit, &mut values));
    let union = match of_staff {
        Some(of_staff) => format!("SELECT * FROM ({of_tenants}) t UNION ALL SELECT * FROM ({of_staff}) s"),
        None => format!("SELECT * FROM ({of_tenants}) t"),
    };
    let sql = format!(
        "SELECT r.id, r.at, r.kind, r.actor_kind, r.actor, r.staff_id, r.subject, r.connection_id, r.detail, \
         o.name AS organization, c.integration AS integration FROM ({union}) r \
         LEFT JOIN organizations o ON o.id = r.organization_id LEFT JOIN connections c ON c.id = r.connection_id \
         ORDER BY r.at DESC, r.id DESC LIMIT {limit}"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(Row::find_by_statement(statement).all(db).await?)
}

/// One of the two tables, by its index of time, no further than the limit.
fn half(wanted: &Wanted, of_tenants: bool, limit: u64, values: &mut Vec<Value>) -> String {
    let mut conditions: Vec<String> = Vec::new();
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(format!("{condition} ${}", values.len()));
    };
    if let Some(staff) = wanted.staff {
        add("staff_id =", staff.into());
    }
    if let Some(kind) = &wanted.actor_kind {
        add("actor_kind =", kind.as_str().into());
    }
    if let Some(kind) = &wanted.kind {
        add("kind =", kind.as_str().into());
    }
    if let Some(organization) = wanted.organization.filter(|_| of_tenants) {
        add("organization_id =", organization.into());
    }
    if let Some(connection) = wanted.connection.filter(|_| of_tenants) {
        add("connection_id =", connection.into());
    }
    if let Some(since) = wanted.since {
        add("at >=", since.into());
    }
    if let Some(before) = wanted.before {
        add("at <", before.into());
    }
    if let Some((at, id)) = wanted.after {
        values.push(at.into());
        values.push(id.into());
        conditions.push(format!("(at, id) < (${}, ${})", values.len() - 1, values.len()));
    }
    let filter = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    let (columns, table) = if of_tenants {
        ("CAST(NULL AS TEXT) AS subject, organization_id, connection_id", "activity")
    } else {
        // A uuid that is none, in the type that each database has for one.
        ("subject, staff_id AS organization_id, staff_id AS connection_id", "staff_activity")
    };
    format!(
        "SELECT id, at, kind, actor_kind, actor, staff_id, {columns}, detail FROM {table} {filter} \
         ORDER BY at DESC, id DESC LIMIT {limit}"
    )
}
