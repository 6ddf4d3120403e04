//! Signing in by the partner's OpenID provider: who gets in as whom.

use app::ids::StaffId;
use app::role::Role;
use serde_json::json;
use server::clock::{HOUR, MINUTE};
use server::storage::staff::{self, identities};

use crate::support::provider::{Person, Provider, Signed, Token, address_of, is_in, leave, sign_in};
use crate::support::{Database, PASSWORD, TestApp, answer, on_both_databases};

on_both_databases!(
    the_first_sign_in_links_and_later_ones_need_no_address,
    an_invited_person_gets_the_account_of_the_invitation,
    only_an_address_that_the_provider_vouches_for_links,
    disabled_accounts_and_recycled_addresses_stay_out,
    who_has_no_password_proves_it_at_the_provider,
    a_sign_in_without_a_proof_is_not_fresh,
    only_own_pages_are_gone_on_to,
    a_stronger_sign_in_can_be_demanded,
    too_many_sign_ins_of_an_address_wait,
    strangers_who_crowd_the_door_do_not_close_it_for_staff,
    two_first_sign_ins_at_once_are_both_in,
    who_is_unlinked_while_signing_in_is_not_in,
    nothing_is_shown_or_done_where_no_provider_is_set,
);

fn robin() -> Person {
    Person::new("8f3c-robin", "Robin@Partner.example")
}

async fn the_first_sign_in_links_and_later_ones_need_no_address(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    let staff = app.staff_with_password("robin@partner.example", Role::Support).await;
    let mut browser = app.browser();
    browser.cookies.insert("staff".into(), "planted".into());
    let page = browser.get("/sign-in?next=/account").await;
    assert!(page.text.contains("Sign in with <bdi>Partner Accounts</bdi>"), "{}", page.text);
    assert!(page.header("content-security-policy").contains("form-action 'self';"));
    assert_eq!(provider.asked("discovery"), 0, "nobody asks before somebody signs in");

    let hop = browser.submit("/sign-in/provider", &[("next", "/account")]).await;
    assert!(hop.status == 200 && !hop.text.contains("<script"), "{}", hop.text);
    assert_eq!(hop.header("cache-control"), "no-store");
    let set = hop.header("set-cookie").to_owned();
    assert!(set.starts_with("staff-oidc-") && set.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"), "{set}");
    let address = address_of(&hop);
    let asked: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let redirect = format!("{}/sign-in/return", app.url);
    assert!(asked.contains(&("redirect_uri".to_owned(), redirect)), "{asked:?}");
    assert!(!asked.iter().any(|(name, _)| name == "prompt" || name == "max_age"), "{asked:?}");
    let back = provider.authorize(&address, &robin(), Token::default());
    let done = browser.get(&back).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/account"), "{}", done.text);
    assert_eq!(done.header("referrer-policy"), "no-referrer");
    assert_ne!(browser.cookies["staff"], "planted");
    assert!(browser.cookies.keys().all(|name| !name.starts_with("staff-oidc-")), "{:?}", browser.cookies.keys());
    let page = browser.get("/account").await;
    assert!(page.text.contains("Your account is linked with <bdi>Partner Accounts</bdi>"), "{}", page.text);
    assert_eq!(app.role_of(staff).await, Role::Support);
    provider.tell(&app);

    // Address and name may change there, and the address may go to somebody else: the subject is who it is.
    let moved = Person { email: Some("new-name@partner.example".into()), verified: json!(false), ..robin() };
    let first = browser.cookies["staff"].clone();
    let again = sign_in(&app, &provider, &mut browser, &moved, Token::default()).await;
    assert_eq!((again.status, again.location.as_str()), (303, "/account"), "{}", again.text);
    assert_ne!(browser.cookies["staff"], first, "each sign-in has a cookie of its own");
    assert!(is_in(&mut browser).await);
    let known = staff::get(app.app.db.read(), staff).await.unwrap().unwrap();
    assert_eq!(known.email, "robin@partner.example");
    assert_eq!(provider.asked("discovery"), 1);
    assert_eq!(provider.asked("keys"), 1);
    let kinds = app.staff_kinds().await;
    assert_eq!(kinds, ["staff.oidc_linked", "staff.signed_in", "staff.signed_in"]);
    // The password is another way in, as before.
    let mut other = app.browser();
    let form = [("email", "robin@partner.example"), ("password", PASSWORD)];
    assert_eq!(other.submit("/sign-in", &form).await.status, 303);
    let out = other.submit("/sign-out", &[]).await;
    let out = other.get(&out.location).await;
    assert!(out.text.contains("still be signed in at <bdi>Partner Accounts</bdi>"), "{}", out.text);
}

async fn an_invited_person_gets_the_account_of_the_invitation(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    let mut owner = app.staff(Role::Owner).await;
    let kim = Person::new("kim-1", "kim@partner.example");
    let mut browser = app.browser();
    let refused = sign_in(&app, &provider, &mut browser, &kim, Token::default()).await;
    assert!(refused.status == 403 && refused.text.contains("There is no account for you here"), "{}", refused.text);
    assert!(!is_in(&mut browser).await);
    assert!(staff::by_email(app.app.db.read(), "kim@partner.example").await.unwrap().is_none());
    assert!(app.staff_kinds().await.contains(&"staff.oidc_refused".to_owned()));
    let record = owner.get("/activity").await.text;
    assert!(!record.contains("kim@partner.example"), "who is nobody here is not written down: {record}");

    let form = [("act", "invite"), ("email", "Kim@Partner.example"), ("name", "Kim Ono"), ("role", "engineer")];
    let page = owner.submit("/staff", &form).await.text;
    let link = format!("/invitations/{}", page.split("/invitations/").nth(1).unwrap().split('<').next().unwrap());
    let done = sign_in(&app, &provider, &mut browser, &kim, Token::default()).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let account = browser.get("/account").await.text;
    assert!(account.contains("engineer") && account.contains("You have none and need none here"), "{account}");
    assert_eq!(app.browser().get(&link).await.status, 410, "the invitation is used up");
    let made = staff::by_email(app.app.db.read(), "kim@partner.example").await.unwrap().unwrap();
    assert_eq!((made.name.as_str(), made.role), ("Kim Ono", Role::Engineer));

    // The invitation of somebody who may invite nobody any more makes nobody staff.
    let other = app.staff_account("other@partner.example", Role::Owner).await;
    let mut inviting = app.signed_in(other).await;
    let form = [("act", "invite"), ("email", "late@partner.example"), ("name", "Late"), ("role", "owner")];
    assert_eq!(inviting.submit("/staff", &form).await.status, 200);
    app.change_staff(other, |staff| staff.role = Role::Viewer).await;
    let late = Person::new("late-1", "late@partner.example");
    let refused = sign_in(&app, &provider, &mut app.browser(), &late, Token::default()).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
}

async fn only_an_address_that_the_provider_vouches_for_links(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    let staff = app.staff_account("robin@partner.example", Role::Owner).await;
    let mut browser = app.browser();
    for verified in [json!(false), json!(null)] {
        let person = Person { verified, ..robin() };
        let refused = sign_in(&app, &provider, &mut browser, &person, Token::default()).await;
        assert!(refused.status == 403 && refused.text.contains("Your address is not confirmed"), "{}", refused.text);
    }
    // Whether somebody works here is not told to who has proved no address.
    let unknown = Person { verified: json!(false), ..Person::new("x", "nobody@partner.example") };
    let same = sign_in(&app, &provider, &mut browser, &unknown, Token::default()).await;
    assert!(same.status == 403 && same.text.contains("Your address is not confirmed"), "{}", same.text);
    // Nor from an endpoint that speaks of somebody else.
    let without = Person { email: None, ..robin() };
    provider.says_of_people(json!({ "email": "robin@partner.example", "email_verified": "true" }));
    let refused = sign_in(&app, &provider, &mut browser, &without, Token::default()).await;
    assert!(refused.status == 403 && refused.text.contains("Your address is not confirmed"), "{}", refused.text);
    provider.says_of_people(json!({ "sub": "other", "email": "robin@partner.example", "email_verified": true }));
    let refused = sign_in(&app, &provider, &mut browser, &without, Token::default()).await;
    assert!(refused.status == 422 && refused.text.contains("could not be trusted"), "{}", refused.text);
    let before = provider.asked("userinfo");
    provider.says_of_people(json!({ "email": "robin@partner.example", "email_verified": true }));
    let done = sign_in(&app, &provider, &mut browser, &without, Token::default()).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let linked = identities::of_staff(app.app.db.read(), staff, &provider.url).await.unwrap().unwrap();
    assert_eq!(linked.subject, "8f3c-robin");
    let done = sign_in(&app, &provider, &mut app.browser(), &without, Token::default()).await;
    assert_eq!((done.status, provider.asked("userinfo") - before), (303, 1), "asked the first time only");
}

async fn disabled_accounts_and_recycled_addresses_stay_out(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    let staff = app.staff_account("robin@partner.example", Role::Support).await;
    let mut owner = app.staff(Role::Owner).await;
    let id = StaffId(staff).to_string();
    app.change_staff(staff, |staff| staff.disabled_at = Some(1)).await;
    let mut browser = app.browser();
    let stranger = |answer: &crate::support::Answer| {
        assert!(answer.status == 403 && answer.text.contains("There is no account for you here"), "{}", answer.text);
    };
    stranger(&sign_in(&app, &provider, &mut browser, &robin(), Token::default()).await);
    app.change_staff(staff, |staff| staff.disabled_at = None).await;
    assert_eq!(sign_in(&app, &provider, &mut browser, &robin(), Token::default()).await.status, 303);
    let disabled = owner.submit("/staff", &[("act", "disable"), ("staff", &id)]).await;
    assert_eq!(disabled.status, 303, "{}", disabled.text);
    assert!(!is_in(&mut browser).await);
    stranger(&sign_in(&app, &provider, &mut browser, &robin(), Token::default()).await);
    owner.submit("/staff", &[("act", "enable"), ("staff", &id)]).await;
    // The provider gave the address to a new colleague.
    let heir = Person::new("somebody-new", "robin@partner.example");
    stranger(&sign_in(&app, &provider, &mut browser, &heir, Token::default()).await);
    let record = owner.get("/activity?kind=staff.oidc_refused").await.text;
    assert!(record.contains("Refused a sign-in by the provider") && record.contains("linked with another"), "{record}");
    // Until an owner says that it is the same person.
    assert!(owner.get("/staff").await.text.contains("Linked with the sign-in provider"));
    let unlinked = owner.submit("/staff", &[("act", "unlink"), ("staff", &id)]).await;
    assert_eq!(unlinked.location, "/staff?said=unlinked", "{}", unlinked.text);
    assert_eq!(sign_in(&app, &provider, &mut browser, &heir, Token::default()).await.status, 303);
    assert!(is_in(&mut browser).await);
    stranger(&sign_in(&app, &provider, &mut app.browser(), &robin(), Token::default()).await);
    assert!(app.staff_kinds().await.contains(&"staff.oidc_unlinked".to_owned()));
}

async fn who_has_no_password_proves_it_at_the_provider(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    let staff = app.staff_account("robin@partner.example", Role::Owner).await;
    app.staff_account("kim@partner.example", Role::Owner).await;
    let mut browser = app.browser();
    assert_eq!(sign_in(&app, &provider, &mut browser, &robin(), Token::default()).await.status, 303);
    app.clock.advance(11 * MINUTE);
    let invite = [("act", "invite"), ("email", "new@partner.example"), ("name", "New"), ("role", "viewer")];
    let led = browser.submit("/staff", &invite).await;
    assert_eq!((led.status, led.location.as_str()), (303, "/sign-in/again?next=%2Fstaff"), "{}", led.text);
    let page = browser.get(&led.location).await;
    assert!(page.text.contains("Confirm with <bdi>Partner Accounts</bdi>"), "{}", page.text);
    assert!(!page.text.contains("type=\"password\""), "there is none to ask for: {}", page.text);
    let before = browser.cookies["staff"].clone();
    let again = [("next", "/staff"), ("again", "1")];

    // The provider must say that it asked just now.
    let now = app.clock.now_seconds();
    for (claims, why) in [
        (json!({ "auth_time": null }), "does not say"),
        (json!({ "auth_time": now - 600 }), "asked before"),
        (json!({ "auth_time": now + 600 }), "asks in the future"),
    ] {
        let address = leave(&mut browser, &again).await;
        let asked: Vec<(String, String)> = address.query_pairs().into_owned().collect();
        for wanted in [("prompt", "login"), ("max_age", "0")] {
            assert!(asked.contains(&(wanted.0.to_owned(), wanted.1.to_owned())), "{asked:?}");
        }
        let back = provider.authorize(&address, &robin(), Token { claims, ..Token::default() });
        let refused = browser.get(&back).await;
        assert!(refused.status == 422 && refused.text.contains("could not be trusted"), "{why}: {}", refused.text);
        assert!(refused.text.contains("href=\"/sign-in/again?next=%2Fstaff\""), "{}", refused.text);
    }
    // It must be the same person, whoever else works here.
    let address = leave(&mut browser, &again).await;
    let kim = Person::new("kim-1", "kim@partner.example");
    let back = provider.authorize(&address, &kim, Token::default());
    let refused = browser.get(&back).await;
    assert!(refused.status == 403 && refused.text.contains("That was somebody else"), "{}", refused.text);
    assert_eq!(browser.submit("/staff", &invite).await.status, 303, "not proved");
    // In the session that it was begun in.
    let address = leave(&mut browser, &again).await;
    let back = provider.authorize(&address, &robin(), Token::default());
    let mut other = app.signed_in(staff).await;
    other.cookies.extend(browser.cookies.clone().into_iter().filter(|(name, _)| name.starts_with("staff-oidc-")));
    let elsewhere = other.get(&back).await;
    assert_eq!((elsewhere.status, elsewhere.location.as_str()), (303, "/sign-in?next=%2Fstaff"), "{}", elsewhere.text);
    assert_eq!(browser.cookies["staff"], before);

    // Six tries are many for one session; a minute later it goes on.
    app.clock.advance(MINUTE);
    let address = leave(&mut browser, &again).await;
    let back = provider.authorize(&address, &robin(), Token::default());
    let done = browser.get(&back).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/staff"), "{}", done.text);
    assert_ne!(browser.cookies["staff"], before, "the session goes on under another cookie");
    assert_eq!(browser.submit("/staff", &invite).await.status, 200);
    let mut old = app.browser();
    old.cookies.insert("staff".into(), before);
    assert!(!is_in(&mut old).await);
    assert!(app.staff_kinds().await.contains(&"staff.confirmed".to_owned()));
    provider.tell(&app);
    // Without a session nothing can be proved.
    let led = app.browser().submit("/sign-in/provider", &again).await;
    assert_eq!((led.status, led.location.as_str()), (303, "/sign-in?next=%2Fstaff"));
}

async fn a_sign_in_without_a_proof_is_not_fresh(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    app.staff_account("robin@partner.example", Role::Owner).await;
    let now = app.clock.now_seconds();
    let invite = [("act", "invite"), ("email", "new@partner.example"), ("name", "New"), ("role", "viewer")];
    for (auth_time, status) in [(json!(null), 303), (json!(now - 3_600), 303), (json!(now - 60), 200)] {
        let mut browser = app.browser();
        let token = Token { claims: json!({ "auth_time": auth_time }), ..Token::default() };
        assert_eq!(sign_in(&app, &provider, &mut browser, &robin(), token).await.status, 303);
        assert!(is_in(&mut browser).await);
        assert_eq!(browser.submit("/staff", &invite).await.status, status, "{auth_time}");
    }
}

async fn only_own_pages_are_gone_on_to(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    app.staff_account("robin@partner.example", Role::Support).await;
    for (wanted, led) in [
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/sign-out", "/"),
        ("", "/"),
        ("/tenants?state=reconnect", "/tenants?state=reconnect"),
    ] {
        let mut browser = app.browser();
        let address = leave(&mut browser, &[("next", wanted)]).await;
        assert!(!address.as_str().contains("evil"), "{address}");
        let mut back = provider.authorize(&address, &robin(), Token::default());
        back.push_str("&next=https%3A%2F%2Fevil.example&redirect_uri=https%3A%2F%2Fevil.example");
        let done = browser.get(&back).await;
        assert_eq!((done.status, done.location.as_str()), (303, led), "{wanted}: {}", done.text);
    }
    provider.tell(&app);
}

async fn a_stronger_sign_in_can_be_demanded(database: Database) {
    let (app, provider) = Provider::with_product(database, &[("STAFF_OIDC__ACR_VALUES", "phr, mfa")]).await;
    app.staff_account("robin@partner.example", Role::Support).await;
    let mut browser = app.browser();
    for acr in [json!(null), json!("0"), json!("phr mfa")] {
        let token = Token { claims: json!({ "acr": acr }), ..Token::default() };
        let weak = sign_in(&app, &provider, &mut browser, &robin(), token).await;
        assert!(weak.status == 403 && weak.text.contains("A stronger sign-in is needed"), "{}", weak.text);
    }
    let address = leave(&mut browser, &[]).await;
    assert!(address.query_pairs().any(|(name, value)| name == "acr_values" && value == "phr mfa"), "{address}");
    let token = Token { claims: json!({ "acr": "mfa" }), ..Token::default() };
    assert_eq!(sign_in(&app, &provider, &mut browser, &robin(), token).await.status, 303);
}

async fn too_many_sign_ins_of_an_address_wait(database: Database) {
    let (app, provider) = Provider::with_product(database, &[("TRUSTED_PROXIES", "127.0.0.1/32")]).await;
    app.staff_account("robin@partner.example", Role::Support).await;
    let at = |address: &str| {
        let mut browser = app.browser();
        browser.forwarded_for = Some(address.to_owned());
        browser
    };
    let mut known = at("192.0.2.1");
    assert_eq!(sign_in(&app, &provider, &mut known, &robin(), Token::default()).await.status, 303);
    for _ in 0..30 {
        assert_eq!(at("192.0.2.1").submit("/sign-in/provider", &[]).await.status, 200);
    }
    let slowed = at("192.0.2.1").submit("/sign-in/provider", &[]).await;
    assert!(slowed.status == 429 && !slowed.header("retry-after").is_empty(), "{}", slowed.text);
    assert_eq!(at("192.0.2.2").submit("/sign-in/provider", &[]).await.status, 200, "others do not wait");
    known.cookies.remove("staff");
    let done = sign_in(&app, &provider, &mut known, &robin(), Token::default()).await;
    assert_eq!(done.status, 303, "a browser that is known has a count of its own: {}", done.text);
    app.clock.advance(HOUR);
    assert_eq!(at("192.0.2.1").submit("/sign-in/provider", &[]).await.status, 200);
}

async fn strangers_who_crowd_the_door_do_not_close_it_for_staff(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    app.staff_account("robin@partner.example", Role::Support).await;
    let mut known = app.browser();
    assert_eq!(sign_in(&app, &provider, &mut known, &robin(), Token::default()).await.status, 303);
    let (uuid, bytes, numbers) = match database {
        Database::Sqlite => (
            "randomblob(16)",
            "randomblob(32)",
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n) AS n",
        ),
        Database::Postgres => {
            ("gen_random_uuid()", "sha256(convert_to(i::text, 'UTF8'))", "generate_series(1, 10000) AS n(i)")
        }
    };
    let (now, later) = (app.clock.now(), app.clock.now() + MINUTE);
    app.execute(&format!(
        "INSERT INTO staff_oidc_sign_ins \
         (id, state_digest, browser_digest, secrets, issuer, next, created_at, expires_at) \
         SELECT {uuid}, {bytes}, {bytes}, {bytes}, 'https://login.example', '', {now}, {later} FROM {numbers}"
    ))
    .await;
    let stranger = app.browser().submit("/sign-in/provider", &[]).await;
    assert!(stranger.status == 503 && stranger.text.contains("Nothing was sent"), "{}", stranger.text);
    known.cookies.remove("staff");
    let done = sign_in(&app, &provider, &mut known, &robin(), Token::default()).await;
    assert_eq!(done.status, 303, "{}", done.text);
    app.clock.advance(MINUTE);
    assert_eq!(app.browser().submit("/sign-in/provider", &[]).await.status, 200, "what is over fills nothing");
}

async fn two_first_sign_ins_at_once_are_both_in(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    app.staff_account("robin@partner.example", Role::Support).await;
    let mut owner = app.staff(Role::Owner).await;
    let form = [("act", "invite"), ("email", "kim@partner.example"), ("name", "Kim Ono"), ("role", "engineer")];
    assert_eq!(owner.submit("/staff", &form).await.status, 200);
    // One has an account that is not linked yet, one an invitation.
    for person in [robin(), Person::new("kim-1", "kim@partner.example")] {
        let (mut one, mut other) = (app.browser(), app.browser());
        let (first, second) = (leave(&mut one, &[]).await, leave(&mut other, &[]).await);
        let first = provider.authorize(&first, &person, Token::default());
        let second = provider.authorize(&second, &person, Token::default());
        let (first, second) = tokio::join!(one.get(&first), other.get(&second));
        assert_eq!((first.status, second.status), (303, 303), "{}{}", first.text, second.text);
        assert!(is_in(&mut one).await && is_in(&mut other).await);
    }
    let kinds = app.staff_kinds().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "staff.oidc_linked").count(), 2, "{kinds:?}");
    assert!(!kinds.contains(&"staff.oidc_refused".to_owned()), "{kinds:?}");
    provider.tell(&app);
}

/// Whichever comes first: a session of before ends, and one of after is not opened.
async fn who_is_unlinked_while_signing_in_is_not_in(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    let staff = app.staff_account("robin@partner.example", Role::Support).await;
    let mut owner = app.staff(Role::Owner).await;
    let id = StaffId(staff).to_string();
    // Else the verified address would link anew.
    let unverified = Person { verified: json!(false), ..robin() };
    for _ in 0..3 {
        assert_eq!(sign_in(&app, &provider, &mut app.browser(), &robin(), Token::default()).await.status, 303);
        let mut browser = app.browser();
        let address = leave(&mut browser, &[]).await;
        let back = provider.authorize(&address, &unverified, Token::default());
        let unlink = [("act", "unlink"), ("staff", id.as_str())];
        let (unlinked, _) = tokio::join!(owner.submit("/staff", &unlink), browser.get(&back));
        assert_eq!(unlinked.location, "/staff?said=unlinked", "{}", unlinked.text);
        assert!(!is_in(&mut browser).await);
    }
    provider.tell(&app);
}

async fn nothing_is_shown_or_done_where_no_provider_is_set(database: Database) {
    let app = TestApp::start(database).await;
    let mut browser = app.browser();
    assert!(!browser.get("/sign-in").await.text.contains("/sign-in/provider"));
    let led = browser.submit("/sign-in/provider", &[("next", "/account")]).await;
    assert_eq!((led.status, led.location.as_str()), (303, "/sign-in?next=%2Faccount"));
    assert_eq!(browser.get("/sign-in/return?code=x&state=y").await.location, "/sign-in");
    // Nor may another site begin a sign-in.
    let (other, provider) = Provider::with_product(database, &[]).await;
    let request = other
        .request("POST", "/sign-in/provider")
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("next=/account");
    assert_eq!(answer(request).await.status, 403);
    assert_eq!((provider.asked("discovery"), Signed::default()), (0, Signed::Right));
}
