//! Who gets in, and who does not.

use app::role::Role;
use secrecy::SecretString;
use server::clock::{DAY, MINUTE, SECOND};
use server::crypto::totp;
use server::services::staff::session::{IDLE, LONGEST};
use server::storage::staff::secrets;

use crate::support::{Answer, Browser, Database, PASSWORD, TestApp, answer, on_both_databases};

on_both_databases!(
    nobody_gets_in_without_a_session,
    a_password_opens_a_session_and_sign_out_ends_it,
    nobody_learns_which_part_was_wrong,
    who_guesses_waits_and_the_owner_does_not,
    the_code_of_an_app_is_asked_for_and_good_once,
    recovery_codes_are_good_once_and_wrong_codes_end_the_step,
    who_gets_in_does_not_count_as_a_guesser,
    wrong_codes_of_others_do_not_hold_up_a_known_browser,
    an_old_hash_is_made_anew,
    other_sites_cannot_sign_anybody_in_or_out,
);

async fn nobody_gets_in_without_a_session(database: Database) {
    let app = TestApp::start(database).await;
    let answer = app.browser().get("/tenants?state=reconnect").await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/sign-in?next=%2Ftenants%3Fstate%3Dreconnect"));
    let mut forged = app.browser();
    forged.cookies.insert("staff".into(), "6yJm2Rr9o2b8Vn1xWc0PqA".into());
    assert_eq!(forged.get("/account").await.location, "/sign-in?next=%2Faccount");
    let posted = forged.submit("/staff?said=saved", &[("act", "invite")]).await;
    assert_eq!((posted.status, posted.location.as_str()), (303, "/sign-in?next=%2Fstaff"));
    let piece = crate::support::answer(app.request("GET", "/tenants").header("fragment", "rows")).await;
    assert_eq!((piece.status, piece.text.as_str()), (401, ""));

    let mut owner = app.staff(Role::Owner).await;
    for _ in 0..(LONGEST / IDLE) {
        app.clock.advance(IDLE - 2 * MINUTE);
        assert_eq!(owner.get("/account").await.status, 200, "used lately");
    }
    app.clock.advance(IDLE - 2 * MINUTE);
    assert_eq!(owner.get("/account").await.status, 303, "however busy");
    let mut idle = app.staff(Role::Owner).await;
    app.clock.advance(IDLE);
    assert_eq!(idle.get("/account").await.status, 303);
}

async fn a_password_opens_a_session_and_sign_out_ends_it(database: Database) {
    let app = TestApp::start(database).await;
    app.staff_with_password("Robin@Partner.example", Role::Support).await;
    let mut browser = app.browser();
    // A cookie that somebody planted stays worth nothing.
    browser.cookies.insert("staff".into(), "planted".into());
    let page = browser.get("/sign-in?next=/account").await;
    assert_eq!(page.status, 200);
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-robots-tag", "noindex"),
    ] {
        assert_eq!(page.header(name), value);
    }
    assert!(
        page.header("content-security-policy").contains("form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
    );
    assert!(!page.text.contains("<script"));

    let (email, next) = (" robin@partner.EXAMPLE ", "/account");
    let form = [("email", email), ("password", PASSWORD), ("next", next)];
    let done = browser.submit("/sign-in", &form).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/account"), "{}", done.text);
    let cookie = browser.cookies["staff"].clone();
    assert_ne!(cookie, "planted");
    let set: Vec<&str> = done.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let session = set.iter().find(|value| value.starts_with("staff=")).unwrap();
    assert!(session.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"), "{session}");
    let page = browser.get("/account").await;
    assert!(page.status == 200 && page.text.contains("Robin@Partner.example"), "{}", page.text);
    assert_eq!(browser.get("/sign-in?next=/account").await.location, "/account", "is in already");

    // Each sign-in has a cookie of its own.
    let mut other = app.browser();
    other.submit("/sign-in", &form).await;
    assert_ne!(other.cookies["staff"], cookie);
    for (wanted, led) in [("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example/", "/")] {
        let done =
            app.browser().submit("/sign-in", &[("email", email), ("password", PASSWORD), ("next", wanted)]).await;
        assert_eq!((done.status, done.location.as_str()), (303, led), "{wanted}");
    }

    let out = browser.submit("/sign-out", &[]).await;
    assert_eq!((out.status, out.location.as_str()), (303, "/sign-in?said=out"));
    browser.cookies.insert("staff".into(), cookie);
    assert_eq!(browser.get("/account").await.status, 303, "the old cookie opens nothing");
    assert_eq!(other.get("/account").await.status, 200, "others stay in");
    let kinds = app.staff_kinds().await;
    assert!(
        kinds.contains(&"staff.signed_in".to_owned()) && kinds.contains(&"staff.signed_out".to_owned()),
        "{kinds:?}"
    );
}

fn sign_in<'f>(email: &'f str, password: &'f str) -> [(&'static str, &'f str); 2] {
    [("email", email), ("password", password)]
}

async fn nobody_learns_which_part_was_wrong(database: Database) {
    let app = TestApp::start(database).await;
    app.staff_with_password("a@partner.example", Role::Owner).await;
    app.staff_account("b@partner.example", Role::Owner).await;
    let off = app.staff_with_password("c@partner.example", Role::Viewer).await;
    app.change_staff(off, |staff| staff.disabled_at = Some(1)).await;
    let mut said = Vec::new();
    for (email, password) in [
        ("a@partner.example", "wrong wrong wrong"),
        ("b@partner.example", PASSWORD),
        ("c@partner.example", PASSWORD),
        ("nobody@partner.example", PASSWORD),
        ("", ""),
    ] {
        let answer = app.browser().submit("/sign-in", &sign_in(email, password)).await;
        assert_eq!(answer.status, 422, "{email}");
        assert!(!answer.text.contains(PASSWORD));
        let plain = format!("value=\"{email}\"");
        said.push(answer.text.replace(&plain, "value=\"\"").replace(" value=\"\"", "").replace("value ", ""));
    }
    assert!(said.iter().all(|page| *page == said[0]), "{said:#?}");
}

async fn who_guesses_waits_and_the_owner_does_not(database: Database) {
    let app = TestApp::start_with(database, &[("TRUSTED_PROXIES", "127.0.0.1/32")]).await;
    app.staff_with_password("a@partner.example", Role::Owner).await;
    app.staff_with_password("b@partner.example", Role::Viewer).await;
    let at = |address: &str| {
        let mut browser = app.browser();
        browser.forwarded_for = Some(address.to_owned());
        browser
    };
    let mut known = at("192.0.2.1");
    let right = sign_in("a@partner.example", PASSWORD);
    assert_eq!(known.submit("/sign-in", &right).await.status, 303);
    let mut guesser = at("192.0.2.1");
    let wrong = sign_in("a@partner.example", "wrong wrong wrong");
    for _ in 0..5 {
        assert_eq!(guesser.submit("/sign-in", &wrong).await.status, 422);
    }
    let slowed = guesser.submit("/sign-in", &right).await;
    assert_eq!((slowed.status, slowed.header("retry-after")), (429, "2"), "{}", slowed.text);
    assert!(slowed.text.contains("in 2 seconds"), "{}", slowed.text);
    // Nobody else waits: another address, another account, and the owner's own browser at the same address.
    assert_eq!(at("192.0.2.2").submit("/sign-in", &right).await.status, 303);
    assert_eq!(at("192.0.2.1").submit("/sign-in", &sign_in("b@partner.example", PASSWORD)).await.status, 303);
    known.cookies.remove("staff");
    assert_eq!(known.submit("/sign-in", &right).await.status, 303, "a browser that is known");
    // It is known at its own account only.
    let mut borrowed = at("192.0.2.1");
    borrowed.cookies.insert("staff-known".into(), known.cookies["staff-known"].clone());
    for _ in 0..6 {
        borrowed.submit("/sign-in", &sign_in("b@partner.example", "wrong wrong wrong")).await;
    }
    assert_eq!(borrowed.submit("/sign-in", &sign_in("b@partner.example", PASSWORD)).await.status, 429);
    // Waits end by themselves.
    app.clock.advance(2 * SECOND);
    assert_eq!(guesser.submit("/sign-in", &right).await.status, 303);
    // Many accounts from one address are one guesser.
    let mut sprayer = at("192.0.2.9");
    let mut waits = 0;
    for number in 0..35 {
        let email = format!("{number}@partner.example");
        waits += u32::from(sprayer.submit("/sign-in", &sign_in(&email, "wrong wrong wrong")).await.status == 429);
    }
    assert_eq!(waits, 5);
    assert_eq!(guesser.get("/account").await.status, 200, "a session goes on");
}

/// Signs in by password and returns the page of the second step.
async fn first_step(browser: &mut Browser, email: &str) -> Answer {
    let step = browser.submit("/sign-in", &[("email", email), ("password", PASSWORD), ("next", "/account")]).await;
    assert_eq!((step.status, step.location.as_str()), (303, "/sign-in/code?next=%2Faccount"), "{}", step.text);
    assert!(!browser.cookies.contains_key("staff"), "the password alone opens nothing");
    assert_eq!(browser.get("/account").await.status, 303);
    browser.get(&step.location).await
}

/// Sets up an app in this browser: its secret, and the recovery codes.
pub(super) async fn set_up_app(app: &TestApp, browser: &mut Browser, staff: uuid::Uuid) -> (SecretString, Vec<String>) {
    let begun = browser.submit("/account", &[("act", "app-begin")]).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let factor = secrets::second_factor(app.app.db.read(), &app.app.vault, staff).await.unwrap().unwrap();
    let page = browser.get("/account").await;
    assert!(page.text.contains("otpauth://totp/") && page.text.contains("<path d=\"M"), "{}", page.text);
    let wrong = browser.submit("/account", &[("act", "app-confirm"), ("code", "000000x")]).await;
    assert_eq!(wrong.status, 422);
    let code = totp::code_now(&factor.secret, app.clock.now_seconds()).unwrap();
    let set = browser.submit("/account", &[("act", "app-confirm"), ("code", &code)]).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let shown = set.text.split("<textarea id=\"codes-text\"").nth(1).unwrap();
    let shown = shown.split('>').nth(1).unwrap().split('<').next().unwrap();
    let codes: Vec<String> = shown.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    assert_eq!(codes.len(), 10, "{shown}");
    assert!(!browser.get("/account").await.text.contains(&codes[0]), "shown once");
    (factor.secret, codes)
}

async fn the_code_of_an_app_is_asked_for_and_good_once(database: Database) {
    let app = TestApp::start(database).await;
    let staff = app.staff_with_password("a@partner.example", Role::Owner).await;
    let mut setting_up = app.signed_in(staff).await;
    let (secret, _) = set_up_app(&app, &mut setting_up, staff).await;
    app.clock.advance(MINUTE);
    let code = totp::code_now(&secret, app.clock.now_seconds()).unwrap();
    let mut browser = app.browser();
    let page = first_step(&mut browser, "a@partner.example").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let done = browser.submit("/sign-in/code", &[("code", &code), ("next", "/account")]).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/account"), "{}", done.text);
    assert_eq!(browser.get("/account").await.status, 200);
    // Somebody looked over the shoulder.
    let mut thief = app.browser();
    first_step(&mut thief, "a@partner.example").await;
    assert_eq!(thief.submit("/sign-in/code", &[("code", &code)]).await.status, 422);
    // Without the cookie of the first step a code is worth nothing.
    let next = totp::code_now(&secret, app.clock.now_seconds() + 30).unwrap();
    assert_eq!(app.browser().submit("/sign-in/code", &[("code", &next)]).await.location, "/sign-in");
    app.clock.advance(10 * MINUTE);
    let code = totp::code_now(&secret, app.clock.now_seconds()).unwrap();
    let late = thief.submit("/sign-in/code", &[("code", &code)]).await;
    assert!(late.status == 422 && late.text.contains("Start again with your password"), "{}", late.text);
}

async fn recovery_codes_are_good_once_and_wrong_codes_end_the_step(database: Database) {
    let app = TestApp::start(database).await;
    let staff = app.staff_with_password("a@partner.example", Role::Owner).await;
    let mut setting_up = app.signed_in(staff).await;
    let (_, codes) = set_up_app(&app, &mut setting_up, staff).await;
    let mut browser = app.browser();
    first_step(&mut browser, "a@partner.example").await;
    let written = codes[3].to_lowercase().replace('-', " ");
    assert_eq!(browser.submit("/sign-in/code", &[("code", &written)]).await.status, 303);
    assert!(browser.get("/account").await.text.contains("9 recovery codes are left"));
    let mut again = app.browser();
    first_step(&mut again, "a@partner.example").await;
    for _ in 0..5 {
        let wrong = again.submit("/sign-in/code", &[("code", &codes[3])]).await;
        assert!(wrong.status == 422 && wrong.text.contains("Enter the code"), "{}", wrong.text);
    }
    let over = again.submit("/sign-in/code", &[("code", &codes[4])]).await;
    assert!(over.status == 422 && over.text.contains("Start again with your password"), "{}", over.text);
    assert_eq!(again.get("/account").await.status, 303);
}

async fn who_gets_in_does_not_count_as_a_guesser(database: Database) {
    let app = TestApp::start(database).await;
    app.staff_with_password("a@partner.example", Role::Viewer).await;
    let with_app = app.staff_with_password("b@partner.example", Role::Viewer).await;
    let mut setting_up = app.signed_in(with_app).await;
    set_up_app(&app, &mut setting_up, with_app).await;
    let (right, coded) = (sign_in("a@partner.example", PASSWORD), sign_in("b@partner.example", PASSWORD));
    for number in 0..29 {
        let email = format!("{number}@partner.example");
        assert_eq!(app.browser().submit("/sign-in", &sign_in(&email, "wrong wrong wrong")).await.status, 422);
    }
    for _ in 0..3 {
        assert_eq!(app.browser().submit("/sign-in", &right).await.location, "/");
        assert_eq!(app.browser().submit("/sign-in", &coded).await.location, "/sign-in/code");
    }
    // The wrong ones were not forgotten.
    let last = sign_in("x@partner.example", "wrong wrong wrong");
    assert_eq!(app.browser().submit("/sign-in", &last).await.status, 422);
    assert_eq!(app.browser().submit("/sign-in", &right).await.status, 429);
}

async fn wrong_codes_of_others_do_not_hold_up_a_known_browser(database: Database) {
    let app = TestApp::start_with(database, &[("TRUSTED_PROXIES", "127.0.0.1/32")]).await;
    let staff = app.staff_with_password("a@partner.example", Role::Owner).await;
    let mut setting_up = app.signed_in(staff).await;
    let (_, codes) = set_up_app(&app, &mut setting_up, staff).await;
    let mut known = app.browser();
    first_step(&mut known, "a@partner.example").await;
    assert_eq!(known.submit("/sign-in/code", &[("code", &codes[0])]).await.status, 303);
    known.cookies.remove("staff");
    // Somebody has the password, and changes the address with every step.
    for step in 0..5 {
        let mut thief = app.browser();
        thief.forwarded_for = Some(format!("192.0.2.{step}"));
        first_step(&mut thief, "a@partner.example").await;
        for _ in 0..5 {
            let expected = if step < 4 { 422 } else { 429 };
            let guessed = thief.submit("/sign-in/code", &[("code", "000000x")]).await;
            assert_eq!(guessed.status, expected, "{}", guessed.text);
        }
    }
    first_step(&mut known, "a@partner.example").await;
    let done = known.submit("/sign-in/code", &[("code", &codes[1])]).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn an_old_hash_is_made_anew(database: Database) {
    let app = TestApp::start(database).await;
    let staff = app.staff_account("a@partner.example", Role::Owner).await;
    // Of `correct horse battery`, with parameters that are too weak today.
    let weak = "$argon2id$v=19$m=64,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw";
    let old = {
        use argon2::password_hash::{PasswordHasher as _, SaltString};
        let params = argon2::Params::new(64, 1, 1, None).unwrap();
        let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        argon
            .hash_password(PASSWORD.as_bytes(), SaltString::encode_b64(&[7; 16]).unwrap().as_salt())
            .unwrap()
            .to_string()
    };
    assert!(old.starts_with(weak));
    let mut tx = app.app.db.begin().await.unwrap();
    secrets::set_password(&mut tx, staff, &old, 0).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.browser().submit("/sign-in", &sign_in("a@partner.example", "wrong wrong wrong")).await.status, 422);
    assert_eq!(secrets::password(app.app.db.read(), staff).await.unwrap().unwrap(), old);
    assert_eq!(app.browser().submit("/sign-in", &sign_in("a@partner.example", PASSWORD)).await.status, 303);
    let new = secrets::password(app.app.db.read(), staff).await.unwrap().unwrap();
    assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
    assert_eq!(app.browser().submit("/sign-in", &sign_in("a@partner.example", PASSWORD)).await.status, 303);
}

async fn other_sites_cannot_sign_anybody_in_or_out(database: Database) {
    let app = TestApp::start(database).await;
    let staff = app.staff_with_password("a@partner.example", Role::Owner).await;
    let mut owner = app.signed_in(staff).await;
    let body = format!("email=a%40partner.example&password={}", PASSWORD.replace(' ', "+"));
    for (path, body) in
        [("/sign-in", body.as_str()), ("/sign-out", ""), ("/staff", "act=invite"), ("/account", "act=end-others")]
    {
        let request = app
            .request("POST", path)
            .header("origin", "https://evil.example")
            .header("sec-fetch-site", "cross-site")
            .header("cookie", format!("staff={}", owner.cookies["staff"]))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.to_owned());
        let refused = answer(request).await;
        assert_eq!(refused.status, 403, "{path}: {}", refused.text);
        assert!(refused.headers.get("set-cookie").is_none());
    }
    assert_eq!(owner.get("/account").await.status, 200);
    assert_eq!(owner.get("/sign-out").await.status, 405, "a link signs nobody out");
    app.clock.advance(DAY);
}
