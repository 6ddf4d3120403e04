//! Incidents: found, told once, told again when they are over.

mod channels;
mod many;
mod page;
mod quiet;
mod seen;
mod told;
mod turns;

use std::fs;

use app::role::Role;
use server::clock::MINUTE;
use server::domain::incident::Kind;
use server::jobs::tell_alerts;
use uuid::Uuid;

use crate::support::smtp::{MailServer, Taken};
use crate::support::{Browser, Database, TestApp};

const SLUG: &str = "tally-desk";

/// Connected organizations, a mail server, and an engineer who wants to hear of everything.
struct Scene {
    app: TestApp,
    mail: MailServer,
    engineer: Browser,
    address: String,
    connections: Vec<Uuid>,
}

impl Scene {
    async fn start(database: Database) -> Self {
        let mail = MailServer::start().await;
        let keys = mail.keys();
        let keys: Vec<(&str, &str)> = keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let app = TestApp::start_with(database, &keys).await;
        let address = "night-shift@partner.example".to_owned();
        let engineer = app.staff_account(&address, Role::Engineer).await;
        let mut engineer = app.signed_in(engineer).await;
        let chosen = engineer.submit("/alerts", &[("act", "subscribe"), ("level", "each")]).await;
        assert_eq!(chosen.location, "/alerts?said=saved");
        let mut connections = Vec::new();
        for organization in app.organizations().await.into_iter().take(6) {
            let installed = app.connected(&organization, SLUG, &[]).await;
            connections.push(app.connection_of(&installed).await);
        }
        // What connecting left is worked in.
        app.run_jobs().await;
        Self { app, mail, engineer, address, connections }
    }

    /// OfficeRnD refuses the logins of the first so many, as the state says it.
    async fn refused(&self, count: usize) {
        let now = self.app.clock.now();
        for connection in &self.connections[..count] {
            self.set(*connection, &format!("state = 'reconnect', cause = 'login_refused', state_since = {now}")).await;
        }
    }

    async fn well(&self) {
        for connection in &self.connections {
            self.set(*connection, "state = 'connected', cause = 'none', paused_at = NULL").await;
        }
    }

    async fn set(&self, connection: Uuid, columns: &str) {
        let id = match self.app.database() {
            Database::Postgres => format!("'{connection}'"),
            Database::Sqlite => format!("X'{}'", connection.simple()),
        };
        self.app.execute(&format!("UPDATE connections SET changes_at = NULL, {columns} WHERE id = {id}")).await;
    }

    /// So many minutes later, what came by mail.
    async fn after(&self, minutes: i64) -> Vec<Taken> {
        self.app.clock.advance(minutes * MINUTE);
        tell_alerts(&self.app.app).await.unwrap();
        self.mail.take()
    }

    /// The subjects of what came.
    async fn subjects_after(&self, minutes: i64) -> Vec<String> {
        self.after(minutes).await.iter().map(|mail| mail.header("Subject")).collect()
    }

    async fn rules(&mut self, changes: &[(&str, &str)]) {
        let mut fields = vec![
            ("act", "rules"),
            ("one", "15"),
            ("many", "5"),
            ("from", "1"),
            ("zone", "UTC"),
            ("quiet-from", "0"),
            ("quiet-until", "0"),
            ("digest", ""),
            ("language", "en"),
        ];
        for (name, value) in changes {
            fields.iter_mut().find(|(known, _)| known == name).unwrap().1 = value;
        }
        let saved = self.engineer.submit("/alerts", &fields).await;
        assert_eq!(saved.location, "/alerts?said=saved", "{}", saved.text);
    }
}

/// Every kind has words of its own, and a section of the runbook under its title.
#[test]
fn every_kind_has_words_and_a_section_of_the_runbook() {
    assert_eq!(Kind::ALL.map(Kind::slug), app::texts::INCIDENT_KINDS);
    let runbook = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/RUNBOOK.md")).unwrap();
    let alerts = runbook.split("\n## Alerts\n").nth(1).expect("a part about alerts");
    for kind in Kind::ALL {
        let title = app::texts::incident_title(kind.slug(), 0, "X");
        let title = title.strip_suffix(": X").unwrap();
        let section = alerts.split(&format!("\n### {title}\n")).nth(1).unwrap_or_else(|| panic!("no section {title}"));
        let section = section.split("\n#").next().unwrap();
        for part in ["**Meaning.**", "**Cause.**", "**What to do.**"] {
            assert!(section.contains(part), "{title}: {part}");
        }
        assert!(section.contains(&format!("`{}`", kind.slug())), "{title}: its slug");
    }
}
