//! What the version before this one writes while the lists are made is in them.

use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, Database as Db, TransactionTrait as _};
use server::storage::tenant_counts;

use crate::support::{Database, new_postgres_database, on_both_databases};

async fn what_is_written_meanwhile_is_counted(database: Database) {
    if database == Database::Sqlite {
        // There is one process.
        return;
    }
    let db = Db::connect(new_postgres_database().await).await.unwrap();
    let before = Migrator::migrations().iter().position(|one| one.name().contains("tenant_lists")).unwrap();
    Migrator::up(&db, Some(u32::try_from(before).unwrap())).await.unwrap();
    let old = db.begin().await.unwrap();
    let insert = "INSERT INTO organizations (id, officernd_id, slug, name, region_url, created_at, updated_at) \
                  VALUES ('00000000-0000-0000-0000-000000000001', '65f0', 'old-mill', 'Old Mill', 'https://o', 0, 0)";
    old.execute_unprepared(insert).await.unwrap();
    let committed = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        old.commit().await.unwrap();
    };
    let (upgraded, ()) = tokio::join!(Migrator::up(&db, Some(1)), committed);
    upgraded.unwrap();
    assert_eq!(tenant_counts::read(&db).await.unwrap().organizations, 1);
    db.close().await.unwrap();
}

on_both_databases!(what_is_written_meanwhile_is_counted);
