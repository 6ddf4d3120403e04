//! The list of sealed columns is complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use server::storage::sealed::TABLES;

use crate::support::{Database, TestApp, on_both_databases};

/// Bytes that are not sealed, and why.
const NOT_SEALED: [(&str, &str); 23] = [
    // Digests are compared and never read back.
    ("api_keys", "digest"),
    ("configure_links", "digest"),
    ("configure_links", "session_digest"),
    ("connect_attempts", "code_digest"),
    ("connect_attempts", "cookie_digest"),
    ("desk_sessions", "digest"),
    ("idempotent_calls", "call_digest"),
    ("known_uses", "rules"),
    ("partner_sign_ins", "opener_digest"),
    ("partner_sign_ins", "state_digest"),
    ("reconnect_links", "digest"),
    ("sent_codes", "digest"),
    ("signed_calls", "digest"),
    ("staff_invitations", "digest"),
    ("staff_oidc_sign_ins", "browser_digest"),
    ("staff_oidc_sign_ins", "state_digest"),
    ("staff_recovery_codes", "digest"),
    ("staff_sessions", "digest"),
    ("staff_sign_ins", "digest"),
    ("staff_slowdowns", "digest"),
    ("webhook_events", "digest"),
    // As received; docs/SECURITY.md says so.
    ("webhook_events", "body"),
    // Each key has a record of its own, which goes with it.
    ("sealing_keys", "proof"),
];

/// Columns of bytes that are no ids. SQLite's own tables and its index for searching hold what we wrote elsewhere.
async fn columns_of_bytes(db: &DatabaseConnection, database: Database) -> BTreeSet<(String, String)> {
    let sql = match database {
        Database::Sqlite => {
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND lower(c.type) IN ('blob', '') \
             AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'tenant_search%'"
        }
        Database::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'bytea'"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
}

async fn rotation_knows_every_sealed_column(database: Database) {
    let app = TestApp::start(database).await;
    let own = |(table, column): (&str, &str)| (table.to_owned(), column.to_owned());
    let sealed: BTreeSet<(String, String)> =
        TABLES.iter().flat_map(|table| table.columns.iter().map(|column| own((table.name, column)))).collect();
    let not_sealed: BTreeSet<(String, String)> = NOT_SEALED.into_iter().map(own).collect();
    assert!(sealed.is_disjoint(&not_sealed));
    let listed: BTreeSet<_> = sealed.union(&not_sealed).cloned().collect();
    let found = columns_of_bytes(app.app.db.read(), database).await;
    assert_eq!(
        found, listed,
        "a column of bytes is either sealed, and then in server/src/storage/sealed.rs, or in the list of this test"
    );
}

on_both_databases!(rotation_knows_every_sealed_column);

/// Nor is anything sealed into a column of text: each table that the source makes a `Slot` for is in the list.
#[test]
fn every_slot_is_of_a_table_that_rotation_knows() {
    let mut named = BTreeSet::new();
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for slot in code.split("Slot {").skip(1) {
            let fields = slot.split('}').next().unwrap();
            if let Some(table) = fields.split("table: \"").nth(1) {
                named.insert(table.split('"').next().unwrap().to_owned());
            } else {
                let passed_on = fields.contains("table: table.name") || fields.contains("table: &'static str");
                let taken_apart = fields.contains("table, ");
                assert!(passed_on || taken_apart || !fields.contains("table"), "{}: {fields}", path.display());
            }
        }
    }
    let mut known: BTreeSet<String> = TABLES.iter().map(|table| table.name.to_owned()).collect();
    known.insert("sealing_keys".to_owned());
    // The cookie of a known browser is sealed, and stands in no table.
    known.insert("staff".to_owned());
    assert_eq!(named, known);
}
