//! People of the partner, signed in.

use app::role::Role;
use secrecy::{ExposeSecret as _, SecretString};
use server::crypto::digest::secret_digest;
use server::crypto::password;
use server::services::staff::session::{LONGEST, PURPOSE};
use server::storage::staff::sessions::{self, StaffSession};
use server::storage::staff::{self, Staff, secrets};
use uuid::Uuid;

use super::{Browser, TestApp};

/// Of every account that has one.
pub const PASSWORD: &str = "correct horse battery";

impl TestApp {
    /// A browser in which a new member of staff with this role has signed in a moment ago.
    pub async fn staff(&self, role: Role) -> Browser {
        let id = self
            .staff_account(&format!("{role}-{}@partner.example", hex::encode(self.app.random.bytes::<4>())), role)
            .await;
        self.signed_in(id).await
    }

    /// An account without a password.
    pub async fn staff_account(&self, email: &str, role: Role) -> Uuid {
        let now = self.clock.now();
        let account = Staff {
            id: self.app.random.uuid(now),
            email: email.to_owned(),
            name: format!("Robin {role}"),
            role,
            time_zone: None,
            created_at: now,
            signed_in_at: Some(now),
            disabled_at: None,
        };
        let mut tx = self.app.db.begin().await.unwrap();
        staff::create(&mut tx, &account).await.unwrap();
        tx.commit().await.unwrap();
        account.id
    }

    /// A browser in which this member of staff has signed in a moment ago.
    pub async fn signed_in(&self, staff: Uuid) -> Browser {
        let now = self.clock.now();
        let cookie = self.app.random.token();
        self.watch.know(|secrets| secrets.add("staff session", cookie.expose_secret()));
        let session = StaffSession {
            id: self.app.random.uuid(now),
            staff,
            created_at: now,
            seen_at: now,
            expires_at: now + LONGEST,
            confirmed_at: now,
            address: "127.0.0.1".to_owned(),
            agent: "a test".to_owned(),
        };
        let mut tx = self.app.db.begin().await.unwrap();
        sessions::create(&mut tx, &session, &secret_digest(PURPOSE, &cookie)).await.unwrap();
        tx.commit().await.unwrap();
        let mut browser = self.browser();
        browser.cookies.insert("staff".to_owned(), cookie.expose_secret().to_owned());
        browser
    }

    /// An account that signs in with [`PASSWORD`].
    pub async fn staff_with_password(&self, email: &str, role: Role) -> Uuid {
        let staff = self.staff_account(email, role).await;
        let hash = password::hash(&SecretString::from(PASSWORD), self.app.random.bytes()).unwrap();
        let mut tx = self.app.db.begin().await.unwrap();
        secrets::set_password(&mut tx, staff, &hash, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        staff
    }

    /// Changes an account behind the product's back.
    pub async fn change_staff(&self, staff: Uuid, change: impl FnOnce(&mut Staff)) {
        let mut account = staff::get(self.app.db.read(), staff).await.unwrap().unwrap();
        change(&mut account);
        let mut tx = self.app.db.begin().await.unwrap();
        staff::save(&mut tx, &account).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What runs on behind the answers has ended.
    pub async fn written(&self) {
        self.app.unfinished.close();
        self.app.unfinished.wait().await;
        self.app.unfinished.reopen();
    }

    pub async fn role_of(&self, staff: Uuid) -> Role {
        staff::get(self.app.db.read(), staff).await.unwrap().unwrap().role
    }

    /// Kinds of what staff did that concerns no tenant, oldest first.
    pub async fn staff_kinds(&self) -> Vec<String> {
        use sea_orm::{ConnectionTrait as _, Statement};
        let db = self.app.db.read();
        let sql = "SELECT kind FROM staff_activity ORDER BY at, id";
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }
}
