//! OfficeRnD's Sync call: switches synchronization, or asks for a run now.

use app::ids::RunId;
use app::ports::Actor;
use serde_json::json;

use super::signed_calls::Verified;
use super::{ServiceError, events, health, outbox, to_the_end};
use crate::domain::connection::Connection;
use crate::domain::signed_query::SignedQuery;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::grants;
use crate::storage::{connections, runs, sessions};

pub enum Outcome {
    /// The body, the same for the same call.
    Answered(String),
    Disconnected,
    WrongSwitch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    On,
    Off,
    /// The admin pressed Sync.
    Run,
}

/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn sync(app: &App, verified: &Verified) -> Result<Outcome, ServiceError> {
    let wish = wish(&verified.query);
    let call = verified.digest("sync");
    let connection = verified.known().connection.id;
    let member = verified.query.member_id().map(str::to_owned);
    let kept = verified.remembered_until(app);
    let others = verified.other_locations();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(current) = connections::lock(&tx, connection).await?.filter(|current| current.disconnected.is_none())
        else {
            return Ok(Outcome::Disconnected);
        };
        // After a removal the answer is the same whatever was asked for.
        let Some(wish) = wish else { return Ok(Outcome::WrongSwitch) };
        if let Some(answer) = sessions::answer_once(&mut tx, connection, &call, kept).await? {
            return Ok(Outcome::Answered(answer));
        }
        let actor = Actor::Admin(member);
        let mut happened = Vec::new();
        let wanted_on = wish != Wish::Off;
        let mut after = Connection { sync_on: wanted_on, ..current.clone() };
        if current.sync_on != wanted_on {
            let refused = grants::is_refused(tx.connection(), connection).await?;
            after = health::save(&app, &mut tx, &after, refused, now).await?;
            happened.push(if wanted_on { "sync.on" } else { "sync.off" });
        }
        let mut answer = json!({ "status": if wanted_on { "on" } else { "off" } });
        // The partner system has heard of a run that is under way already.
        let mut new_run = None;
        if wish == Wish::Run {
            let id = app.random.uuid(now);
            let run = runs::start(&mut tx, &current, id, "officernd", now).await?;
            answer["run"] = RunId(run.id).to_string().into();
            happened.push("sync.requested");
            new_run = (run.id == id).then_some(id);
        }
        if new_run.is_some() || current.sync_on != wanted_on {
            outbox::sync(&app, &mut tx, &after, "officernd", new_run, now).await?;
        }
        if current.sync_on != wanted_on {
            events::sync_switched(&app, &mut tx, &after, "officernd", now).await?;
        }
        if let Some(run) = new_run {
            events::sync_requested(&app, &mut tx, &after, "officernd", run, now).await?;
        }
        for kind in happened {
            let activity = Activity { at: now, kind: kind.into(), actor: actor.clone(), detail: None };
            activity::record(&mut tx, &current, app.random.uuid(now), activity).await?;
        }
        let answer = answer.to_string();
        sessions::keep_answer(&mut tx, &call, &answer).await?;
        tx.commit().await?;
        if let Some(others) = others {
            app.jobs.send(others);
        }
        app.outbox.wake();
        Ok(Outcome::Answered(answer))
    })
    .await
}

/// No parameter for it is documented, so three likely names are read; without one the admin pressed Sync.
fn wish(query: &SignedQuery) -> Option<Wish> {
    let Some(value) = ["enabled", "sync", "status"].into_iter().find_map(|name| query.get(name)) else {
        return Some(Wish::Run);
    };
    match value.to_ascii_lowercase().as_str() {
        "true" | "on" | "1" | "enabled" => Some(Wish::On),
        "false" | "off" | "0" | "disabled" => Some(Wish::Off),
        _ => None,
    }
}
