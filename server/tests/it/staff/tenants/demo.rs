//! The tenants of the demo read as the table of `docs/DASHBOARD.md` says, as soon as it listens.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ConnectionTrait as _, Database, Statement};
use server::clock::{Clock, DAY};
use server::demo::scenario::{BEGINS, TENANTS};
use server::demo::{Demo, DemoOptions};
use server::random::Random;
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tenant_reads_as_the_table_says() {
    let folder = tempfile::tempdir().unwrap();
    let options = DemoOptions {
        port: 0,
        simulator_port: 0,
        partner_port: 0,
        data_dir: folder.path().to_owned(),
        empty: false,
        variables: HashMap::new(),
    };
    let (clock, wall) = (Clock::system(), Clock::system());
    let now = clock.now();
    clock.advance(-BEGINS);
    let demo = Demo::start(options, clock.clone(), Random::from_system().unwrap()).await.unwrap();
    demo.populate().await.unwrap();
    let apart = clock.now() - wall.now();
    assert!(apart.abs() < 1_000, "the clock is right when it is over, and not {apart} ms apart");
    let db = Database::connect(format!("sqlite://{}", folder.path().join("deskbridge.db").display())).await.unwrap();
    let sql = "SELECT o.slug, c.integration, c.state, c.state_since, o.name FROM connections c JOIN organizations o ON o.id = c.organization_id";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let mut seen: BTreeMap<(String, String), Vec<(String, i64)>> = BTreeMap::new();
    let mut names = Vec::new();
    let mut down = 0;
    for row in rows {
        let text = |column: &str| row.try_get::<String>("", column).unwrap();
        names.push(text("name"));
        if text("state") == "vendor_outage" {
            down += 1;
        } else {
            let since: i64 = row.try_get("", "state_since").unwrap();
            seen.entry((text("slug"), text("integration"))).or_default().push((text("state"), since));
        }
    }
    assert_eq!(down, 14, "one outage of fourteen: {seen:?}");
    for (slug, integration, state) in TENANTS {
        let of = seen.get(&(slug.to_owned(), integration.to_owned())).cloned().unwrap_or_default();
        let wanted = TENANTS.iter().filter(|one| (one.0, one.1) == (slug, integration)).count();
        let states: Vec<&str> = of.iter().map(|(state, _)| state.as_str()).collect();
        assert_eq!(states, vec![state.slug(); wanted], "{slug} / {integration}");
        if slug == "kaffee-und-werk" {
            let days = (now - of[0].1) / DAY;
            assert!((2..=3).contains(&days), "refused {days} days ago");
        }
    }
    assert_eq!(seen.values().map(Vec::len).sum::<usize>(), TENANTS.len());
    for name in ["=HYPERLINK(1)", "Zoë & Søn, GmbH", "مساحة الميناء"] {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
    assert!(names.iter().any(|name| name.chars().count() == 120));
    let outages =
        Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) AS n FROM outages WHERE closed_at IS NULL");
    assert_eq!(db.query_one_raw(outages).await.unwrap().unwrap().try_get::<i64>("", "n").unwrap(), 1);
    db.close().await.unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    demo.run(&stop).await.unwrap();
}
