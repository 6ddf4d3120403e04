//! Owners manage accounts, and everybody their own.

use app::ids::StaffId;
use app::role::{Act, Role};
use server::clock::{DAY, MINUTE, SECOND};
use server::crypto::totp;
use server::storage::staff::secrets;

use super::door::set_up_app;
use crate::support::{Browser, Database, PASSWORD, TestApp, on_both_databases};

on_both_databases!(
    an_invitation_makes_one_account,
    everybody_sees_who_is_there_and_owners_change_it,
    there_is_always_an_owner,
    a_change_of_role_ends_sessions_at_once,
    dangerous_acts_ask_again_and_change_the_cookie,
    a_form_that_would_be_lost_is_not_shown,
    the_set_up_of_an_app_is_for_its_owner_and_lapses,
    one_changes_ones_own_password_and_sessions,
    a_reset_gives_a_new_password_and_ends_sessions,
    a_name_and_a_zone_are_ones_own,
);

const NEW: &str = "another long password";

/// The link that the page shows.
fn link(text: &str) -> String {
    let shown = text.split("/invitations/").nth(1).unwrap_or_else(|| panic!("no link: {text}"));
    format!("/invitations/{}", shown.split('<').next().unwrap())
}

async fn invited(owner: &mut Browser, email: &str, role: &str) -> String {
    let form = [("act", "invite"), ("email", email), ("name", "Kim"), ("role", role)];
    let page = owner.submit("/staff", &form).await;
    assert_eq!(page.status, 200, "{}", page.text);
    link(&page.text)
}

async fn an_invitation_makes_one_account(database: Database) {
    let app = TestApp::start(database).await;
    let mut owner = app.staff(Role::Owner).await;
    for (email, name, why) in
        [("no address", "Kim", "Enter an e-mail address"), ("kim@partner.example", " ", "Enter a name")]
    {
        let form = [("act", "invite"), ("email", email), ("name", name), ("role", "engineer")];
        let refused = owner.submit("/staff", &form).await;
        assert!(refused.status == 422 && refused.text.contains(why), "{}", refused.text);
    }
    let first = invited(&mut owner, "kim@partner.example", "engineer").await;
    let link = invited(&mut owner, "Kim@Partner.example", "engineer").await;
    let mut kim = app.browser();
    assert_eq!(kim.get(&first).await.status, 410, "the newer link is the one");
    for _ in 0..2 {
        let page = kim.get(&link).await;
        assert!(page.status == 200 && page.text.contains("Kim@Partner.example"), "{}", page.text);
    }
    for (new, repeat, why) in [
        ("short", "short", "at least 12"),
        (NEW, "different one", "same password"),
        ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "over and over"),
    ] {
        let refused = kim.submit(&link, &[("name", "Kim"), ("new", new), ("repeat", repeat)]).await;
        assert!(refused.status == 422 && refused.text.contains(why) && !refused.text.contains(NEW), "{}", refused.text);
    }
    let done = kim.submit(&link, &[("name", "Kim Ono"), ("new", NEW), ("repeat", NEW)]).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/sign-in?said=ready"), "{}", done.text);
    assert_eq!(kim.get(&link).await.status, 410, "used up");
    assert_eq!(kim.submit(&link, &[("name", "X"), ("new", NEW), ("repeat", NEW)]).await.status, 410);
    assert_eq!(kim.submit("/sign-in", &[("email", "kim@partner.example"), ("password", NEW)]).await.status, 303);
    assert!(kim.get("/account").await.text.contains("engineer"));
    assert_eq!(kim.submit("/staff", &[("act", "invite")]).await.status, 404);
    let form = [("act", "invite"), ("email", "kim@partner.example"), ("name", "Kim"), ("role", "owner")];
    assert!(owner.submit("/staff", &form).await.text.contains("has an account already"));

    // Withdrawn, and after seven days.
    let withdrawn = invited(&mut owner, "w@partner.example", "viewer").await;
    let page = owner.get("/staff").await.text;
    let id = page.split("name=\"invitation\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    owner.submit("/staff", &[("act", "withdraw"), ("invitation", &id)]).await;
    assert_eq!(kim.get(&withdrawn).await.status, 410);
    let late = invited(&mut owner, "late@partner.example", "viewer").await;
    app.clock.advance(7 * DAY - SECOND);
    assert_eq!(kim.get(&late).await.status, 200);
    app.clock.advance(SECOND);
    assert_eq!(kim.get(&late).await.status, 410);
    for kind in ["staff.invited", "staff.joined", "staff.invitation_withdrawn"] {
        assert!(app.staff_kinds().await.contains(&kind.to_owned()), "{kind}");
    }
}

fn change<'f>(act: &'f str, staff: &'f str) -> [(&'static str, &'f str); 2] {
    [("act", act), ("staff", staff)]
}

async fn there_is_always_an_owner(database: Database) {
    let app = TestApp::start(database).await;
    let (a, b) = (
        app.staff_account("a@partner.example", Role::Owner).await,
        app.staff_account("b@partner.example", Role::Owner).await,
    );
    let (mut first, mut second) = (app.signed_in(a).await, app.signed_in(b).await);
    let (id_a, id_b) = (StaffId(a).to_string(), StaffId(b).to_string());
    let (role_a, role_b) = (
        [("act", "role"), ("staff", id_a.as_str()), ("role", "viewer")],
        [("act", "role"), ("staff", id_b.as_str()), ("role", "viewer")],
    );
    // Each makes the other a viewer at the same moment: one is too late.
    let (one, other) = tokio::join!(first.submit("/staff", &role_b), second.submit("/staff", &role_a));
    assert!([one.status, other.status].contains(&303), "{} {}", one.status, other.status);
    let (mut owner, id) = if app.role_of(a).await == Role::Owner { (first, id_a) } else { (second, id_b) };
    let owners = [app.role_of(a).await, app.role_of(b).await];
    assert_eq!(owners.iter().filter(|role| **role == Role::Owner).count(), 1, "{owners:?}");
    for form in [
        vec![("act", "role"), ("staff", id.as_str()), ("role", "engineer")],
        vec![("act", "disable"), ("staff", id.as_str())],
    ] {
        let refused = owner.submit("/staff", &form).await;
        assert_eq!(refused.location, "/staff?said=last-owner");
    }
    let page = owner.get("/staff?said=last-owner").await;
    assert!(page.status == 200 && page.text.contains("this is the last owner"), "{}", page.text);
}

async fn everybody_sees_who_is_there_and_owners_change_it(database: Database) {
    let app = TestApp::start(database).await;
    let mut owner = app.staff(Role::Owner).await;
    let kim = StaffId(app.staff_account("kim@partner.example", Role::Support).await).to_string();
    invited(&mut owner, "new@partner.example", "viewer").await;
    for role in Role::ALL {
        let mut browser = app.staff(role).await;
        let page = browser.get("/staff").await;
        assert_eq!(page.status, 200, "{role}: {}", page.text);
        for part in ["href=\"/staff\"", "Robin support", "is invited as"] {
            assert!(page.text.contains(part), "{role}, {part}: {}", page.text);
        }
        for address in ["kim@partner.example", "new@partner.example"] {
            assert_eq!(page.text.contains(address), role.may(Act::Unmask), "{role}, {address}");
        }
        for form in ["value=\"invite\"", "value=\"disable\"", "value=\"role\"", "value=\"withdraw\""] {
            assert_eq!(page.text.contains(form), role.may(Act::Team), "{role}, {form}");
        }
        if !role.may(Act::Team) {
            assert_eq!(browser.submit("/staff", &change("disable", &kim)).await.status, 404, "{role}");
        }
    }
}

async fn a_change_of_role_ends_sessions_at_once(database: Database) {
    let app = TestApp::start(database).await;
    let mut owner = app.staff(Role::Owner).await;
    let kim = app.staff_account("kim@partner.example", Role::Owner).await;
    let id = StaffId(kim).to_string();
    let mut browser = app.signed_in(kim).await;
    assert_eq!(browser.get("/staff").await.status, 200);
    let (invitation, theirs) = (
        invited(&mut browser, "new@partner.example", "owner").await,
        invited(&mut owner, "other@partner.example", "viewer").await,
    );
    let changed = owner.submit("/staff", &[("act", "role"), ("staff", &id), ("role", "viewer")]).await;
    assert_eq!(changed.location, "/staff?said=saved", "{}", changed.text);
    assert_eq!(browser.get("/account").await.status, 303, "signed out");
    assert_eq!(app.browser().get(&invitation).await.status, 410, "who may invite nobody has invited nobody");
    assert_eq!(app.browser().get(&theirs).await.status, 200, "the invitations of others are good");
    let mut browser = app.signed_in(kim).await;
    assert_eq!(browser.submit("/staff", &[("act", "invite")]).await.status, 404);
    assert_eq!(owner.submit("/staff", &change("disable", &id)).await.location, "/staff?said=disabled");
    assert_eq!(browser.get("/account").await.status, 303);
    let mut late = app.signed_in(kim).await;
    assert_eq!(late.get("/account").await.status, 303, "no session helps a disabled account");
    assert_eq!(owner.submit("/staff", &change("enable", &id)).await.location, "/staff?said=enabled");
    assert_eq!(app.signed_in(kim).await.get("/account").await.status, 200);
    let nobody = StaffId(uuid::Uuid::from_u128(7)).to_string();
    assert_eq!(owner.submit("/staff", &change("disable", &nobody)).await.status, 404);
    let kinds = app.staff_kinds().await;
    for kind in ["staff.role_changed", "staff.disabled", "staff.enabled"] {
        assert_eq!(kinds.iter().filter(|known| *known == kind).count(), 1, "{kind}: {kinds:?}");
    }
}

async fn dangerous_acts_ask_again_and_change_the_cookie(database: Database) {
    let app = TestApp::start(database).await;
    let staff = app.staff_with_password("a@partner.example", Role::Owner).await;
    let mut owner = app.signed_in(staff).await;
    let (secret, _) = set_up_app(&app, &mut owner, staff).await;
    app.clock.advance(10 * MINUTE);
    let invite = [("act", "invite"), ("email", "k@partner.example"), ("name", "Kim"), ("role", "viewer")];
    let asked = owner.submit("/staff", &invite).await;
    assert_eq!((asked.status, asked.location.as_str()), (303, "/sign-in/again?next=%2Fstaff"));
    assert_eq!(owner.submit("/account", &[("act", "app-remove")]).await.location, "/sign-in/again?next=%2Faccount");
    assert_eq!(owner.get(&asked.location).await.status, 200);
    let before = owner.cookies["staff"].clone();
    let wrong = owner.submit("/sign-in/again", &[("password", "wrong wrong wrong"), ("next", "/staff")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(owner.get("/account").await.status, 200, "one's own mistake ends nothing");
    let proved = owner.submit("/sign-in/again", &[("password", PASSWORD), ("next", "//evil.example")]).await;
    assert_eq!((proved.status, proved.location.as_str()), (303, "/"), "{}", proved.text);
    assert_ne!(owner.cookies["staff"], before);
    let mut old = app.browser();
    old.cookies.insert("staff".into(), before);
    assert_eq!(old.get("/account").await.status, 303, "the cookie of before opens nothing");
    assert_eq!(owner.submit("/staff", &invite).await.status, 200);
    // A code of the app does as well.
    app.clock.advance(11 * MINUTE);
    let code = totp::code_now(&secret, app.clock.now_seconds()).unwrap();
    let proved = owner.submit("/sign-in/again", &[("password", &code), ("next", "/staff")]).await;
    assert_eq!(proved.location, "/staff", "{}", proved.text);
    assert_eq!(app.browser().get("/sign-in/again?next=/staff").await.location, "/sign-in?next=%2Fstaff");
}

async fn a_form_that_would_be_lost_is_not_shown(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app::ids::ConnectionId(app.connection_of(&installed).await);
    let mut owner = app.staff(Role::Owner).await;
    let forms = [("/staff", "value=\"invite\""), ("/integrations", "value=\"make\"")];
    let pages = [format!("/connections/{connection}/disconnect"), format!("/connections/{connection}/purge")];
    for (path, form) in forms {
        assert!(owner.get(path).await.text.contains(form), "{path}");
    }
    for path in &pages {
        assert_eq!(owner.get(path).await.status, 200, "{path}");
    }
    app.clock.advance(10 * MINUTE);
    for (path, form) in forms {
        let page = owner.get(path).await;
        let again = app::paths::sign_in_again(path);
        assert!(page.text.contains(&format!("href=\"{again}\"")) && !page.text.contains(form), "{}", page.text);
    }
    for path in &pages {
        let asked = owner.get(path).await;
        assert_eq!((asked.status, asked.location.as_str()), (303, app::paths::sign_in_again(path).as_str()));
        let page = owner.get(&asked.location).await.text;
        assert!(page.contains(&format!("href=\"/connections/{connection}\"")), "the way back asks nothing: {page}");
    }
    // Who may not do it is not asked.
    let mut viewer = app.staff(Role::Viewer).await;
    app.clock.advance(10 * MINUTE);
    for path in &pages {
        assert!(!viewer.get(path).await.location.starts_with("/sign-in"), "{path}");
    }
}

async fn the_set_up_of_an_app_is_for_its_owner_and_lapses(database: Database) {
    let app = TestApp::start(database).await;
    let staff = app.staff_with_password("a@partner.example", Role::Viewer).await;
    let mut mine = app.signed_in(staff).await;
    assert_eq!(mine.submit("/account", &[("act", "app-begin")]).await.status, 303);
    let begun = secrets::second_factor(app.app.db.read(), &app.app.vault, staff).await.unwrap().unwrap();
    assert!(mine.get("/account").await.text.contains("otpauth://"));
    app.clock.advance(10 * MINUTE);
    // Somebody finds the browser open.
    assert!(!mine.get("/account").await.text.contains("otpauth://"));
    let code = |app: &TestApp| totp::code_now(&begun.secret, app.clock.now_seconds()).unwrap();
    let found = mine.submit("/account", &[("act", "app-confirm"), ("code", &code(&app))]).await;
    assert_eq!(found.location, "/sign-in/again?next=%2Faccount");
    let proved = mine.submit("/sign-in/again", &[("password", PASSWORD), ("next", "/account")]).await;
    assert_eq!(proved.location, "/account", "{}", proved.text);
    assert!(mine.get("/account").await.text.contains("otpauth://"));
    app.clock.advance(5 * MINUTE);
    assert!(!mine.get("/account").await.text.contains("otpauth://"));
    let late = mine.submit("/account", &[("act", "app-confirm"), ("code", &code(&app))]).await;
    assert!(late.status == 422 && late.text.contains("took too long"), "{}", late.text);
    set_up_app(&app, &mut mine, staff).await;
}

async fn one_changes_ones_own_password_and_sessions(database: Database) {
    let app = TestApp::start(database).await;
    let staff = app.staff_with_password("a@partner.example", Role::Viewer).await;
    let other = app.staff_account("b@partner.example", Role::Owner).await;
    let (mut mine, mut second, mut third) =
        (app.signed_in(staff).await, app.signed_in(staff).await, app.signed_in(staff).await);
    let mut stranger = app.signed_in(other).await;
    let ids = |text: &str| -> Vec<String> {
        text.split("name=\"end\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let listed = ids(&mine.get("/account").await.text);
    assert_eq!(listed.len(), 2, "the others, not this one");
    // Nobody ends a session of somebody else.
    stranger.submit("/account", &[("end", &listed[0])]).await;
    assert_eq!(ids(&mine.get("/account").await.text).len(), 2);
    mine.submit("/account", &[("end", &listed[0])]).await;
    assert_eq!(ids(&mine.get("/account").await.text), listed[1..]);
    let left = [second.get("/account").await.status, third.get("/account").await.status];
    assert!(left.contains(&303) && left.contains(&200), "{left:?}");

    let form = |present: &'static str, new: &'static str| {
        [("act", "password"), ("password", present), ("new", new), ("repeat", new)]
    };
    assert_eq!(mine.submit("/account", &form("wrong wrong wrong", NEW)).await.status, 422);
    assert_eq!(mine.submit("/account", &form(PASSWORD, "short")).await.status, 422);
    let before = mine.cookies["staff"].clone();
    let done = mine.submit("/account", &form(PASSWORD, NEW)).await;
    assert_eq!(done.location, "/account?said=password", "{}", done.text);
    assert_ne!(mine.cookies["staff"], before);
    assert_eq!(mine.get("/account").await.status, 200);
    assert_eq!([second.get("/account").await.status, third.get("/account").await.status], [303, 303]);
    let sign_in = |password: &'static str| [("email", "a@partner.example"), ("password", password)];
    assert_eq!(app.browser().submit("/sign-in", &sign_in(PASSWORD)).await.status, 422);
    assert_eq!(app.browser().submit("/sign-in", &sign_in(NEW)).await.status, 303);
    assert_eq!(mine.submit("/account", &[("act", "end-others")]).await.location, "/account?said=ended");
    assert_eq!(ids(&mine.get("/account").await.text).len(), 0);
}

async fn a_reset_gives_a_new_password_and_ends_sessions(database: Database) {
    let app = TestApp::start(database).await;
    let mut owner = app.staff(Role::Owner).await;
    let staff = app.staff_with_password("a@partner.example", Role::Support).await;
    let id = StaffId(staff).to_string();
    let mut browser = app.signed_in(staff).await;
    set_up_app(&app, &mut browser, staff).await;
    let page = owner.submit("/staff", &change("reset", &id)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let link = link(&page.text);
    assert_eq!(browser.get("/account").await.status, 200, "making a link ends nothing");
    let done = app.browser().submit(&link, &[("new", NEW), ("repeat", NEW)]).await;
    assert_eq!(done.location, "/sign-in?said=ready", "{}", done.text);
    assert_eq!(browser.get("/account").await.status, 303);
    let sign_in = [("email", "a@partner.example"), ("password", NEW)];
    assert_eq!(
        app.browser().submit("/sign-in", &sign_in).await.location,
        "/sign-in/code",
        "the app is still asked for"
    );
    assert_eq!(owner.submit("/staff", &change("forget-app", &id)).await.location, "/staff?said=app");
    assert_eq!(app.browser().submit("/sign-in", &sign_in).await.location, "/");
}

async fn a_name_and_a_zone_are_ones_own(database: Database) {
    let app = TestApp::start(database).await;
    let mut browser = app.staff(Role::Viewer).await;
    let form = |name: &'static str, zone: &'static str| [("act", "save"), ("name", name), ("zone", zone)];
    let saved = browser.submit("/account", &form("Ann <b>", "Europe/Amsterdam")).await;
    assert_eq!(saved.location, "/account?said=saved");
    let page = browser.get("/account").await.text;
    assert!(page.contains("Ann &lt;b") && !page.contains("Ann <b>") && page.contains("Europe/Amsterdam"), "{page}");
    let wrong = browser.submit("/account", &form("Ann", "Europe/Nowhere")).await;
    assert!(wrong.status == 422 && wrong.text.contains("value=\"Europe/Nowhere\""), "{}", wrong.text);
    assert_eq!(browser.submit("/account", &form("", "")).await.status, 422);
}
