//! `grants`: which refreshes are due, which fail, which connections are lost or soon will be, and why.

use app::ids::ConnectionId;
use clap::{Args, ValueEnum};

use super::{End, Outside, say};
use crate::clock::{HOUR, Millis, rfc3339};
use crate::domain::grant::{GrantState, RefusalCause};
use crate::services::refresh::budget_of;
use crate::storage::grant_lists::{self, Listed, Look};

/// More lines nobody reads.
const MOST_LINES: u64 = 1_000;

#[derive(Args)]
pub(super) struct GrantsArgs {
    /// Only these.
    #[arg(long, value_enum, default_value = "all")]
    show: Show,
    /// Only of this integration.
    #[arg(long, value_name = "SLUG")]
    integration: Option<String>,
    /// At most so many, those that end first.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=MOST_LINES))]
    limit: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Show {
    All,
    /// To be renewed soon, or with an access token that is to be renewed now.
    Due,
    /// Whose last refresh failed.
    Failing,
    /// Refused by OfficeRnD, or ending within three days.
    Dying,
}

pub(super) async fn grants(outside: &Outside, args: &GrantsArgs) -> Result<(), End> {
    let config = outside.config()?;
    outside.start_log(config.log_format);
    let db = outside.database(&config).await?;
    let now = outside.clock.now();
    let look = match args.show {
        Show::All => Look::All,
        Show::Due => Look::Due,
        Show::Failing => Look::Failing,
        Show::Dying => Look::Dying,
    };
    let budget = budget_of(&config.refresh, None);
    let due_until = now + budget.outage() + budget.horizon / 30;
    let found = grant_lists::list(db.read(), look, args.integration.as_deref(), due_until, now, args.limit).await?;
    for listed in &found {
        say(line(listed, due_until, now));
    }
    if found.is_empty() {
        say("None.");
    }
    db.close().await;
    Ok(())
}

fn line(listed: &Listed, due_until: Millis, now: Millis) -> String {
    format!(
        "{}  {}  {}  refreshed {}  ends {}  {}",
        ConnectionId(listed.connection),
        listed.integration,
        listed.organization,
        time(listed.grant.refreshed_at),
        time(listed.grant.refresh_expires_at),
        state(listed, due_until, now)
    )
}

fn time(at: Millis) -> String {
    rfc3339(at).unwrap_or_default()
}

/// What is with it, in words.
fn state(listed: &Listed, due_until: Millis, now: Millis) -> String {
    let grant = &listed.grant;
    if let GrantState::NeedsReauthorization(cause) = grant.state {
        let why = match cause {
            RefusalCause::Refused => "OfficeRnD no longer accepts it",
            RefusalCause::AnswerLost => "OfficeRnD renewed it, and its answer was lost on the way",
            RefusalCause::NoRefreshToken => "OfficeRnD gave no refresh token",
        };
        return format!("lost: {why}; the admin must connect again in OfficeRnD");
    }
    let mut words = Vec::new();
    if grant.refresh_expires_at <= now {
        words.push("has ended, as far as we know; tried all the same".to_owned());
    } else if grant.refresh_expires_at - now <= 72 * HOUR {
        words.push("ends within three days".to_owned());
    }
    if let Some(trouble) = &grant.trouble {
        let times = if trouble.failures == 1 { "once".to_owned() } else { format!("{} times", trouble.failures) };
        let again =
            if trouble.again_at > now { format!(", tried again {}", time(trouble.again_at)) } else { String::new() };
        words.push(format!("failed {times}, last {} ({}){again}", time(trouble.at), trouble.what));
    }
    if grant.answer_lost {
        words.push("an answer was lost".to_owned());
    }
    if grant.holder.is_some() && grant.lease_until.is_some_and(|until| until > now) {
        words.push("being refreshed".to_owned());
    } else if grant.refresh_expires_at <= due_until || grant.fresh.is_some_and(|(_, at)| at <= now) {
        words.push("due".to_owned());
    }
    if words.is_empty() { "well".to_owned() } else { words.join("; ") }
}
