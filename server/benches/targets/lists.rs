//! What staff wait for: the list of tenants in every order with every filter, the overview, and the whole list as a file.
//!
//! Times are the server's, without rendering: reading a page with its names, as the page does.

use std::time::Duration;

use app::state::ConnectionState;
use app::tenants::{ListAddress, Sort};
use sea_orm::ConnectionTrait as _;
use server::clock::DAY;
use server::domain::tenants::Wanted;
use server::services::overview;
use server::services::tenants::{self, Export};
use server::storage::{Tx, housekeeping, population};
use tokio::time::Instant;

use crate::deployment::{Database, Deployment};
use crate::report::{Report, Verdict};
use crate::tenants::varied;

const ON_POSTGRESQL: usize = 1_000_000;
const ON_SQLITE: usize = 100_000;
/// Newcomers in one transaction.
const GROUP: usize = 5_000;
/// Pages of each view, one behind the other, and then again.
const PAGES: usize = 5;
const ROUNDS: usize = 4;
const TARGET: Duration = Duration::from_millis(50);
const MEGABYTES: f64 = 64.0;

pub(crate) async fn measure(database: &Database, count: Option<usize>, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("tenants, {}", database.label());
    let usual = if matches!(database, Database::Sqlite(_)) { ON_SQLITE } else { ON_POSTGRESQL };
    let count = count.unwrap_or(usual);
    let deployment = Deployment::start(&database.url()?, &[]).await?;
    settle(&deployment, count).await?;
    let app = &deployment.app;
    let label = database.label();

    let mut times: Vec<(Duration, String)> = Vec::new();
    for view in views() {
        let mut of_view = Vec::new();
        for _ in 0..ROUNDS {
            let mut address = view.clone();
            for _ in 0..PAGES {
                let began = Instant::now();
                let listed = tenants::list(app, &address).await?;
                of_view.push(began.elapsed());
                let Some((last, _)) = listed.rows.last().filter(|_| listed.page.has_after) else { break };
                address.after = Some(server::domain::tenants::Cursor::write(address.sort, &last.key));
            }
        }
        times.push((part(&mut of_view, 0.99), format!("/tenants?{}", view.query())));
    }
    times.sort();
    let (slowest, of) = times.last().cloned().unwrap_or_default();
    let middle = times.get(times.len() / 2).map(|(time, _)| *time).unwrap_or_default();
    report.row(
        &format!("list of {count} tenants, {} views, p99 of the slowest", times.len()),
        label,
        format!("{:.1} ms: {of}", millis(slowest)),
        format!("the view in the middle {:.1} ms", millis(middle)),
        "< 50 ms",
        Verdict::of(slowest < TARGET),
    );

    // The first one counts what is kept for a minute.
    let began = Instant::now();
    overview::read(app, app.clock.now() - DAY / 2).await?;
    let first = began.elapsed();
    let mut overviews = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        overview::read(app, app.clock.now() - DAY / 2).await?;
        overviews.push(began.elapsed());
    }
    let overview = part(&mut overviews, 0.99);
    report.row(
        &format!("overview of {count} tenants, p99"),
        label,
        format!("{:.1} ms", millis(overview)),
        format!("the first of a minute {:.1} ms", millis(first)),
        "< 50 ms",
        Verdict::of(overview < TARGET),
    );

    let before = resident()?;
    let (began, mut most, mut rows) = (Instant::now(), before, 0);
    let mut export = Export::begin(app, Wanted::default()).await?;
    loop {
        let some = export.next().await?;
        if some.is_empty() {
            break;
        }
        rows += some.len();
        most = most.max(resident()?);
    }
    anyhow::ensure!(rows == count, "the file has {rows} rows of {count}");
    report.row(
        &format!("{count} tenants as a file"),
        label,
        format!("{:.1} s, {:.1} MB more than before", began.elapsed().as_secs_f64(), most - before),
        format!("{before:.0} MB before"),
        &format!("< {MEGABYTES:.0} MB"),
        Verdict::of(most - before < MEGABYTES),
    );
    deployment.stop().await
}

async fn settle(deployment: &Deployment, count: usize) -> anyhow::Result<()> {
    let app = &deployment.app;
    let began = Instant::now();
    for from in (0..count).step_by(GROUP) {
        let newcomers: Vec<_> = (from..(from + GROUP).min(count)).map(|index| varied(app, index)).collect();
        let mut tx = app.db.begin().await?;
        population::insert(&mut tx, &app.vault, &newcomers, app.clock.now()).await?;
        live(&tx, app.clock.now() / DAY, newcomers.len()).await?;
        tx.commit().await?;
    }
    let mut tx = app.db.begin().await?;
    housekeeping::analyze(&tx).await?;
    tx.commit().await?;
    tenants::keep_up(app).await?;
    eprintln!("  {count} tenants stored in {:.1} s", began.elapsed().as_secs_f64());
    tx = app.db.begin().await?;
    housekeeping::analyze(&tx).await?;
    tx.commit().await?;
    Ok(())
}

/// What the last so many have been through. One in fifty had errors; grants end within the fifteen days that they live,
/// and OfficeRnD refuses those of tenants that have to connect again.
async fn live(tx: &Tx, today: i64, newcomers: usize) -> anyhow::Result<()> {
    let newest = format!("number > (SELECT MAX(number) FROM tenant_rows) - {newcomers}");
    let rows = format!(
        "UPDATE tenant_rows SET grant_day = {today} + number % 15, errors = CASE WHEN number % 50 = 0 THEN number % 97 ELSE 0 END WHERE {newest}"
    );
    tx.connection().execute_unprepared(&rows).await?;
    // At the end of that day.
    let grants = format!(
        "INSERT INTO grants (connection_id, client_id, state, cause, scope, access_expires_at, access_lifetime_seconds, refresh_expires_at, refreshed_at, version, answer_lost) \
         SELECT connection_id, 'tally-desk', 'needs_reauthorization', 'refused', '', 0, 0, (grant_day + 1) * {DAY} - 1, 0, 1, FALSE \
         FROM tenant_rows WHERE state = 'reconnect' AND {newest}"
    );
    tx.connection().execute_unprepared(&grants).await?;
    Ok(())
}

/// Every order, both ways, with up to two filters, and searches that find many, some and none.
fn views() -> Vec<ListAddress> {
    let mut views = Vec::new();
    for sort in Sort::ALL {
        for turned in [false, true] {
            let plain = ListAddress { sort, turned, ..ListAddress::default() };
            let state = |state| ListAddress { state: Some(state), ..plain.clone() };
            let integration = || Some("portunus-access".to_owned());
            let search = |text: &str| ListAddress { search: text.to_owned(), ..plain.clone() };
            views.extend([
                plain.clone(),
                state(ConnectionState::Connected),
                state(ConnectionState::Reconnect),
                ListAddress { integration: integration(), ..plain.clone() },
                ListAddress { integration: integration(), ..state(ConnectionState::Connected) },
                ListAddress { integration: integration(), ..state(ConnectionState::Delayed) },
                ListAddress { ends_within: Some(1), ..plain.clone() },
                ListAddress { ends_within: Some(7), ..state(ConnectionState::Reconnect) },
                ListAddress { ends_within: Some(14), ..state(ConnectionState::Connected) },
                search("harbour"),
                search("zoe brucke"),
                search("ha"),
                search("kaffee-77"),
                search("nobody is called so"),
                ListAddress { state: Some(ConnectionState::Reconnect), ..search("loom") },
                ListAddress { integration: integration(), ..search("orchard 77") },
            ]);
        }
    }
    views
}

fn part(times: &mut [Duration], part: f64) -> Duration {
    times.sort_unstable();
    let at = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len().max(1)) - 1;
    times.get(at).copied().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Megabytes of this process in memory.
fn resident() -> anyhow::Result<f64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = statm.split_whitespace().nth(1).unwrap_or("0").parse()?;
    Ok(pages * 4_096.0 / 1_048_576.0)
}
