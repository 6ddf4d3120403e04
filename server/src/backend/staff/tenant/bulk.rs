//! Acts on many: the connections that are asked about, and how an order goes on.

use std::sync::Arc;

use app::ids::{BulkId, ConnectionId};
use app::ports::{BulkLine, BulkQuestionView, BulkView, TypedAct};
use app::tenants::ListAddress;
use uuid::Uuid;

use super::super::StaffMember;
use super::page::named_row;
use crate::domain::tenants::{Total, Wanted};
use crate::services::acts::bulk::MOST;
use crate::services::tenants;
use crate::storage::StorageError;
use crate::storage::bulk::{self, BulkAct};

const LATEST: u64 = 10;
/// Rows that the question shows; the number says how many there are.
const SHOWN: usize = 50;

/// What a form asked about.
pub struct BulkAsked {
    pub id: Uuid,
    pub connections: Vec<Uuid>,
    pub typed: TypedAct,
}

/// Connections as an address or a form carries them: `con_…,con_…`.
pub fn read(list: &str) -> Vec<Uuid> {
    let ids = list.split([',', ' ', '\n', '\r']).filter_map(|id| id.trim().parse().ok());
    let mut seen = std::collections::HashSet::new();
    ids.map(|ConnectionId(id)| id).filter(|id| seen.insert(*id)).collect()
}

pub(super) async fn question(desk: &StaffMember) -> Result<BulkQuestionView, StorageError> {
    let asked: Option<Arc<BulkAsked>> = desk.found();
    let (id, (all, count), typed) = match &asked {
        Some(asked) => (asked.id, counted(asked.connections.clone()), asked.typed.clone()),
        None => {
            let named = match (desk.at.query("connections"), desk.at.query("view")) {
                (Some(named), _) => counted(read(named)),
                (None, Some(view)) => of_view(desk, view).await?,
                (None, None) => counted(Vec::new()),
            };
            let act = desk.at.query("act").unwrap_or_default().to_owned();
            (desk.app.random.uuid(desk.app.clock.now()), named, TypedAct { act, ..TypedAct::default() })
        }
    };
    let mut rows = Vec::new();
    for connection in all.iter().take(SHOWN) {
        rows.extend(named_row(&desk.app, *connection).await?);
    }
    let carried: Vec<String> = all.iter().map(|id| ConnectionId(*id).to_string()).collect();
    let latest = bulk::latest(desk.app.db.read(), LATEST).await?;
    Ok(BulkQuestionView {
        id: BulkId(id),
        connections: rows,
        carried: carried.join(","),
        count,
        most: MOST,
        typed,
        latest: latest.iter().map(line).collect(),
    })
}

fn counted(connections: Vec<Uuid>) -> (Vec<Uuid>, usize) {
    let count = connections.len();
    (connections, count)
}

/// The connections of a view of the list as its address names it, and how many they are when those are too many.
async fn of_view(desk: &StaffMember, query: &str) -> Result<(Vec<Uuid>, usize), StorageError> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let address = ListAddress::read(&pairs);
    // What is not understood would make it more than what was looked at.
    if !address.ignored.is_empty() {
        return Ok(counted(Vec::new()));
    }
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    let (all, total) = tenants::connections_of(&desk.app, &Wanted::from(&address), most).await?;
    let count = match total {
        Total::Exactly(count) | Total::MoreThan(count) => usize::try_from(count).unwrap_or(usize::MAX),
    };
    // Only a full list can hold less than there is: what was counted may be a moment older than what was read.
    let count = if all.len() < MOST { all.len() } else { count.max(all.len()) };
    Ok((all, count))
}

fn line(act: &BulkAct) -> BulkLine {
    BulkLine {
        id: BulkId(act.id),
        act: act.act.clone(),
        staff: act.staff.clone(),
        total: u64::try_from(act.total).unwrap_or_default(),
        at: act.created_at,
        ended_at: act.ended_at,
    }
}

/// The order that the address names.
pub(super) async fn progress(desk: &StaffMember) -> Result<Option<BulkView>, StorageError> {
    let Ok(BulkId(id)) = desk.at.segment(1).parse() else { return Ok(None) };
    let db = desk.app.db.read();
    let Some(act) = bulk::get(db, id).await? else { return Ok(None) };
    let items = bulk::items(db, id).await?;
    let mut outcomes: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    let mut waiting = 0;
    let mut rows = Vec::with_capacity(items.len());
    let names = bulk::names(db, id).await?;
    for item in items {
        match &item.outcome {
            Some(outcome) => *outcomes.entry(outcome.clone()).or_default() += 1,
            None => waiting += 1,
        }
        rows.push((ConnectionId(item.connection), names.get(&item.connection).cloned(), item.outcome));
    }
    let outcomes = outcomes.into_iter().collect();
    Ok(Some(BulkView { line: line(&act), reason: act.reason, outcomes, waiting, items: rows }))
}
