//! One tenant in the dashboard: its page, acts on it, its time line, and acts on many.

mod acts;
mod bulk;
mod data;
mod timeline;

use app::ids::ConnectionId;
use app::role::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::settings::desk::{DOORS, Desk};
use crate::support::{Answer, Browser, Database};

const KEY: &[&str] = &["connections:read", "runs:write", "events:read", "events:write", "proxy"];

/// A connection that works, its partner system, and somebody who looks at it.
struct Scene {
    desk: Desk,
    partner: Browser,
    home: String,
}

impl Scene {
    async fn start(database: Database) -> Self {
        let desk = Desk::bare(database, DOORS).await;
        let key = desk.app.api_key(&[DOORS], KEY).await;
        let partner = desk.app.api(&key);
        let home = format!("/connections/{}", ConnectionId(desk.connection));
        Self { desk, partner, home }
    }

    async fn as_role(&self, role: Role) -> Browser {
        self.desk.app.staff(role).await
    }

    fn id(&self) -> Uuid {
        self.desk.connection
    }

    async fn begin(&mut self, would_remove: Value) -> String {
        let path = format!("/api/v1/connections/{}/runs", ConnectionId(self.id()));
        let answer = self.partner.post(&path, &json!({ "reason": "test", "would_remove": would_remove })).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Kind, who and detail of what staff did, oldest first.
    async fn by_staff(&self) -> Vec<(String, String, String)> {
        let sql = "SELECT kind || '|' || actor || '|' || COALESCE(detail, '') FROM activity \
                   WHERE actor_kind = 'staff' ORDER BY at, id";
        let rows = self.desk.app.texts(sql).await.into_iter().flatten();
        let parts = |row: String| {
            let mut parts = row.splitn(3, '|').map(str::to_owned);
            (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap())
        };
        rows.map(parts).collect()
    }
}

/// An entry of [`Scene::by_staff`].
fn did(kind: &str, who: &str, detail: &str) -> (String, String, String) {
    (kind.to_owned(), who.to_owned(), detail.to_owned())
}

/// The act led back to the page, which says this.
#[track_caller]
fn said(answer: &Answer, act: &str, outcome: &str) {
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(answer.location.contains(&format!("?said={act}.{outcome}.")), "{}", answer.location);
}
