//! Mails and the webhook: what they carry, and what happens when they do not arrive.

use app::role::Role;
use secrecy::SecretString;
use server::clock::DAY;
use server::domain::alerting::Rules;
use server::services::alerts::acts::{self, NotSet};
use server::services::staff::permit::acts as kinds;
use server::services::staff::session::Member;
use standardwebhooks::Webhook;

use super::Scene;
use crate::support::partner::{Mood, Received, TestPartner};
use crate::support::smtp::MailServer;
use crate::support::{Database, TestApp, on_both_databases};

on_both_databases!(
    a_mail_names_nobody_and_holds_nothing_that_is_not_asked_for,
    a_mail_that_is_not_taken_is_sent_again,
    the_webhook_is_signed_and_its_secret_shown_once,
    a_new_secret_of_the_webhook_overlaps
);

async fn a_mail_names_nobody_and_holds_nothing_that_is_not_asked_for(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.rules(&[("language", "de"), ("zone", "Europe/Amsterdam")]).await;
    scene.refused(6).await;
    scene.after(0).await;
    let told = scene.after(5).await;
    let [mail] = &told[..] else { panic!("{told:?}") };
    assert_eq!((mail.from.as_str(), &mail.to), ("desk@partner.example", &vec![scene.address.clone()]));
    let mut headers = mail.headers();
    headers.sort();
    assert_eq!(
        headers,
        [
            "Auto-Submitted",
            "Content-Transfer-Encoding",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Subject",
            "To"
        ]
    );
    assert!(mail.header("Content-Type").starts_with("text/plain; charset=utf-8"), "{}", mail.raw);
    assert_eq!(
        mail.header("Subject"),
        "[Deskbridge] =?utf-8?b?U3TDtnJ1bmc6?= Anmeldung abgelehnt: 6 Organisationen bei Tallydesk Print"
    );
    assert!(mail.header("Date").starts_with("Tue, 24 Nov 2026"), "{}", mail.header("Date"));
    let text = mail.text();
    for part in ["OfficeRnD nimmt unsere Anmeldung nicht mehr an", "(Europe/Amsterdam)", "Gruppierungsregel 2"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Its only address is that of the page.
    let addresses: Vec<&str> = text.split_whitespace().filter(|word| word.contains("://")).collect();
    assert_eq!(addresses.len(), 1, "{text}");
    assert!(addresses[0].starts_with(&format!("{}/alerts?incident=inc_", scene.app.url)), "{addresses:?}");
    let names = scene.app.texts("SELECT name FROM organizations").await;
    let slugs = scene.app.texts("SELECT slug FROM organizations").await;
    let mut secret = names.into_iter().chain(slugs).flatten();
    assert!(secret.all(|name| !text.contains(&name)), "{text}");
    for connection in &scene.connections {
        assert!(!mail.raw.contains(&connection.simple().to_string()));
    }
    assert!(!text.contains("@"), "{text}");
}

async fn a_mail_that_is_not_taken_is_sent_again(database: Database) {
    let mut scene = Scene::start(database).await;
    // Without a digest between.
    scene.rules(&[]).await;
    scene.mail.refuse(Some("451 night-shift@partner.example later"));
    scene.refused(6).await;
    scene.after(0).await;
    assert!(scene.after(5).await.is_empty());
    let trouble = scene.app.texts("SELECT trouble FROM alert_notices").await;
    assert_eq!(trouble, [Some("the mail server answered 451".to_owned())], "without what the server said");
    scene.mail.refuse(None);
    let told = scene.after(1).await;
    assert_eq!(told.len(), 1);
    let id = scene.app.rows("SELECT id FROM alert_notices").await[0].try_get_by_index::<uuid::Uuid>(0).unwrap();
    assert_eq!(told[0].header("Message-ID"), format!("<{}@partner.example>", id.simple()));
    assert!(scene.after(600).await.is_empty());
    // A receiver that does not exist is no reason to try for days.
    scene.mail.refuse(Some("550 nobody"));
    scene.well().await;
    assert!(scene.after(1).await.is_empty() && scene.after(10).await.is_empty() && scene.after(600).await.is_empty());
    let states = scene.app.texts("SELECT state FROM alert_notices ORDER BY created_at").await;
    assert_eq!(states, [Some("sent".to_owned()), Some("given_up".to_owned())]);
}

async fn the_webhook_is_signed_and_its_secret_shown_once(database: Database) {
    let mut scene = Scene::start(database).await;
    let partner = TestPartner::start().await;
    let url = format!("{}/alerts", partner.url("acme"));
    let set = scene.engineer.submit("/alerts", &[("act", "webhook"), ("url", &url)]).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let secret = secret_in(&set.text);
    let page = scene.engineer.get("/alerts").await.text;
    assert!(!page.contains(&secret) && page.contains("Notices are posted to"), "it is shown once");
    // The same address again is no way to another secret.
    let again = scene.engineer.submit("/alerts", &[("act", "webhook"), ("url", &url)]).await;
    assert_eq!(again.location, "/alerts?said=saved", "{}", again.text);
    scene.refused(6).await;
    partner.mood("acme", Mood::Status(500));
    scene.after(0).await;
    scene.after(5).await;
    assert_eq!(partner.calls("alerts").len(), 1);
    partner.mood("acme", Mood::Status(200));
    scene.after(1).await;
    let all = partner.calls("alerts");
    assert_eq!(all.len(), 2, "it is sent again");
    assert!(all[0].id == all[1].id && all[0].id.starts_with("ntc_"));
    for told in &all {
        // The reference crate is the oracle; its clock is not ours.
        let webhook = Webhook::new(&secret).unwrap();
        assert_eq!(told.signature, webhook.sign(&told.id, told.timestamp.parse().unwrap(), &told.raw).unwrap());
    }
    let body = all[0].body();
    assert_eq!(body["type"], "incident.opened");
    assert_eq!((&body["data"]["kind"], &body["data"]["organizations"]), (&"reconnect".into(), &6.into()));
    assert_eq!((&body["data"]["grouped"], &body["data"]["grouping_version"]), (&"burst".into(), &2.into()));
    assert_eq!((&body["data"]["integration"], &body["data"]["urgent"]), (&"tally-desk".into(), &true.into()));
    scene.well().await;
    scene.after(1).await;
    scene.after(10).await;
    let all = partner.calls("alerts");
    assert_eq!(all.last().unwrap().body()["type"], "incident.recovered");
    // A new secret is the owner's.
    assert_eq!(scene.engineer.submit("/alerts", &[("act", "webhook-rotate")]).await.status, 404);
    let mut owner = scene.app.staff(Role::Owner).await;
    let rotated = owner.submit("/alerts", &[("act", "webhook-rotate")]).await;
    assert!(rotated.status == 200 && rotated.text.contains("whsec_"), "{}", rotated.text);
    assert!(!rotated.text.contains(&secret));
    assert_eq!(scene.app.staff_kinds().await.last().unwrap(), "alerts.webhook_rotated");
    assert_eq!(scene.engineer.submit("/alerts", &[("act", "webhook-remove")]).await.location, "/alerts?said=removed");
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM alerting WHERE webhook_secret IS NOT NULL").await, 0);
}

/// The secret that a page shows once.
fn secret_in(page: &str) -> String {
    let rest = page.split("whsec_").nth(1).unwrap();
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')).collect()
}

/// The secrets among these that signed it, and how many signatures there are.
fn signed_by(told: &Received, secrets: &[&String]) -> (Vec<bool>, usize) {
    let is_of = |secret: &&String| {
        let own = Webhook::new(secret).unwrap().sign(&told.id, told.timestamp.parse().unwrap(), &told.raw).unwrap();
        told.signature.split(' ').any(|one| one == own)
    };
    (secrets.iter().map(is_of).collect(), told.signature.split(' ').count())
}

/// Both secrets sign while the receiver changes over; then only the new one.
async fn a_new_secret_of_the_webhook_overlaps(database: Database) {
    let mut scene = Scene::start(database).await;
    let partner = TestPartner::start().await;
    let url = format!("{}/alerts", partner.url("acme"));
    let first = secret_in(&scene.engineer.submit("/alerts", &[("act", "webhook"), ("url", &url)]).await.text);
    let mut owner = scene.app.staff(Role::Owner).await;
    let rotated = owner.submit("/alerts", &[("act", "webhook-rotate")]).await;
    assert!(rotated.text.contains("the secret before this one signs them, too"), "{}", rotated.text);
    let second = secret_in(&rotated.text);
    let tested = ("/alerts", [("act", "test")]);
    assert_eq!(scene.engineer.submit(tested.0, &tested.1).await.location, "/alerts?said=tested");
    scene.after(0).await;
    let told = partner.calls("alerts").pop().unwrap();
    assert_eq!(signed_by(&told, &[&first, &second]), (vec![true, true], 2));

    // What was before these two is out of use at once.
    let third = secret_in(&owner.submit("/alerts", &[("act", "webhook-rotate")]).await.text);
    scene.engineer.submit(tested.0, &tested.1).await;
    scene.after(0).await;
    let told = partner.calls("alerts").pop().unwrap();
    assert_eq!(signed_by(&told, &[&first, &second, &third]), (vec![false, true, true], 2));

    // The day is over; nobody has cleared anything when the notice is sent.
    scene.app.clock.advance(DAY);
    let mut engineer = scene.app.staff(Role::Engineer).await;
    assert!(!engineer.get("/alerts").await.text.contains("the secret before this one"));
    engineer.submit(tested.0, &tested.1).await;
    let left = "SELECT COUNT(*) FROM alerting WHERE webhook_previous IS NOT NULL OR webhook_previous_until IS NOT NULL";
    assert_eq!(scene.app.number(left).await, 1);
    scene.after(0).await;
    let told = partner.calls("alerts").pop().unwrap();
    assert_eq!(signed_by(&told, &[&second, &third]), (vec![false, true], 1));
    assert_eq!(scene.app.number(left).await, 0);

    // Another address has a secret of its own from the start.
    let mut owner = scene.app.staff(Role::Owner).await;
    owner.submit("/alerts", &[("act", "webhook-rotate")]).await;
    let elsewhere = format!("{}/elsewhere", partner.url("acme"));
    engineer.submit("/alerts", &[("act", "webhook"), ("url", &elsewhere)]).await;
    assert_eq!(scene.app.number(left).await, 0);
}

/// In production nothing is posted to where only this machine could reach.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_inside_is_refused() {
    let _limit = crate::support::limit();
    let app = TestApp::start_with(Database::Sqlite, &[("PUBLIC_URL", "https://desk.partner.example")]).await;
    let browser = app.staff(Role::Engineer).await;
    let cookie = SecretString::from(browser.cookies["staff"].clone());
    let member = Member::open(&app.app, &cookie).await.unwrap().unwrap();
    let permit = member.permit::<kinds::Alerts>(app.clock.now()).ok().unwrap();
    for (url, is_address) in [
        ("http://hooks.partner.example/x", true),
        ("https://127.0.0.1/x", true),
        ("https://169.254.169.254/latest/meta-data/", true),
        ("https://[::1]/x", true),
        ("https://user:word@hooks.partner.example/x", false),
        ("hooks.partner.example", false),
        ("", false),
    ] {
        let why = acts::set_webhook(&app.app, &permit, url).await.unwrap().unwrap_err();
        assert_eq!(matches!(why, NotSet::Address(_)), is_address, "{url}: {why:?}");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM alerting").await, 0);
}

/// A server that does not encrypt hears nothing, least of all a password.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_in_the_open_where_encryption_is_asked_for() {
    use server::upstream::mail::{Mail, Mailer};
    let _limit = crate::support::limit();
    let server = MailServer::start().await;
    let smtp = |security| server::config::Smtp {
        host: "127.0.0.1".into(),
        port: server.port,
        security,
        login: Some(("desk".into(), SecretString::from("a password of mails"))),
        from: "desk@partner.example".parse().unwrap(),
    };
    let mail = Mail { id: uuid::Uuid::nil(), to: "a@partner.example", subject: "s", body: "b", at: 0 };
    for security in [server::config::SmtpSecurity::StartTls, server::config::SmtpSecurity::Tls] {
        let mailer = Mailer::new(&smtp(security)).unwrap();
        let error = tokio::time::timeout(std::time::Duration::from_secs(60), mailer.send(&mail)).await.unwrap();
        assert!(!error.unwrap_err().for_good);
    }
    assert!(server.take().is_empty() && server.logins().is_empty());
    Mailer::new(&smtp(server::config::SmtpSecurity::None)).unwrap().send(&mail).await.unwrap();
    assert_eq!((server.take().len(), server.logins().len()), (1, 1));
}

#[test]
fn rules_that_were_saved_by_an_older_version_are_read() {
    let rules: Rules = serde_json::from_str(r#"{"one_minutes": 30}"#).unwrap();
    assert_eq!(rules, Rules { one_minutes: 30, ..Rules::default() });
}
