//! What comes back from a provider, or claims to, and must let nobody in.

use app::role::Role;
use serde_json::{Value, json};
use server::clock::{DAY, HOUR, MINUTE, SECOND};

use crate::support::provider::{CLIENT, Person, Provider, Signed, Token, is_in, leave, sign_in};
use crate::support::{Answer, Database, PASSWORD, TestApp, answer, on_both_databases};

on_both_databases!(
    forged_tokens_let_nobody_in,
    times_that_do_not_fit_let_nobody_in,
    accounts_of_another_organization_stay_out,
    a_return_counts_once_and_in_its_own_browser,
    a_code_of_another_sign_in_is_refused,
    answers_of_another_provider_are_not_exchanged,
    errors_say_what_to_do_and_nothing_of_the_provider,
    a_provider_that_cannot_be_used_stops_nothing_else,
    keys_that_change_are_read_again_but_not_often,
    what_a_provider_asks_for_is_done,
);

fn robin() -> Person {
    Person::new("8f3c-robin", "robin@partner.example")
}

async fn linked(database: Database) -> (TestApp, Provider) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    app.staff_account("robin@partner.example", Role::Owner).await;
    let done = sign_in(&app, &provider, &mut app.browser(), &robin(), Token::default()).await;
    assert_eq!(done.status, 303, "{}", done.text);
    (app, provider)
}

/// Nobody is in, and the page says that what came back is not believed.
async fn doubted(app: &TestApp, provider: &Provider, what: &str, token: Token) {
    let mut browser = app.browser();
    let refused = sign_in(app, provider, &mut browser, &robin(), token).await;
    assert!(refused.status == 422 && refused.text.contains("could not be trusted"), "{what}: {}", refused.text);
    assert!(!browser.cookies.contains_key("staff"), "{what}");
    // Each is the first of its hour.
    app.clock.advance(HOUR);
}

fn claims(claims: Value) -> Token {
    Token { claims, ..Token::default() }
}

async fn forged_tokens_let_nobody_in(database: Database) {
    let (app, provider) = linked(database).await;
    for (what, over) in [
        ("another issuer", json!({ "iss": "https://evil.example" })),
        ("the issuer with a slash", json!({ "iss": format!("{}/", provider.url) })),
        ("no issuer", json!({ "iss": null })),
        ("another audience", json!({ "aud": "another client" })),
        ("another audience beside ours", json!({ "aud": [CLIENT, "another client"], "azp": CLIENT })),
        ("no audience", json!({ "aud": [] })),
        ("azp of another client", json!({ "azp": "another client" })),
        ("another nonce", json!({ "nonce": "6yJm2Rr9o2b8Vn1xWc0PqA" })),
        ("no nonce", json!({ "nonce": null })),
        ("at_hash of another token", json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" })),
        ("no subject", json!({ "sub": null })),
        ("an empty subject", json!({ "sub": "" })),
        ("a subject that is too long", json!({ "sub": "x".repeat(256) })),
        ("no end", json!({ "exp": null })),
    ] {
        doubted(&app, &provider, what, claims(over)).await;
    }
    let signed = |signed: Signed| Token { signed, ..Token::default() };
    doubted(&app, &provider, "another key under the same name", signed(Signed::ByAnother)).await;
    doubted(&app, &provider, "no signature", signed(Signed::Not)).await;
    let secret = provider.secret.clone().into_bytes();
    doubted(&app, &provider, "HS256 with the client secret", signed(Signed::ByHmac(secret))).await;
    doubted(&app, &provider, "HS256 with the public key", signed(Signed::ByHmac(provider.public_key()))).await;
    for (what, header) in [
        ("a signature that claims to be none", json!({ "alg": "none" })),
        ("a signature that claims another algorithm", json!({ "alg": "RS256" })),
        ("an algorithm that nobody knows", json!({ "alg": "XY999" })),
        ("an encrypted token", json!({ "alg": "RSA-OAEP", "enc": "A128GCM" })),
        ("an extension that must be understood", json!({ "crit": ["exp"] })),
        ("another kind of token", json!({ "typ": "at+jwt" })),
        ("a key that the provider does not have", json!({ "kid": "unknown" })),
    ] {
        doubted(&app, &provider, what, Token { header, ..Token::default() }).await;
    }
    for raw in ["garbage", "a.b.c", "e30.e30.", "..", "null"] {
        doubted(&app, &provider, raw, Token { raw: Some(raw.to_owned()), ..Token::default() }).await;
    }
    assert_eq!(app.staff_kinds().await, ["staff.oidc_linked", "staff.signed_in"]);
    let done = sign_in(&app, &provider, &mut app.browser(), &robin(), Token::default()).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn times_that_do_not_fit_let_nobody_in(database: Database) {
    let (app, provider) = linked(database).await;
    for (what, change) in [
        ("over", &(|now: i64| json!({ "exp": now - 61 })) as &dyn Fn(i64) -> Value),
        ("issued before the sign-in began", &|now| json!({ "iat": now - 61 })),
        ("issued in the future", &|now| json!({ "iat": now + 61 })),
        ("not good yet", &|now| json!({ "nbf": now + 61 })),
        ("proved in the future", &|now| json!({ "auth_time": now + 61 })),
        ("no time of issue", &|_| json!({ "iat": null })),
        ("times as words", &|_| json!({ "exp": "tomorrow" })),
    ] {
        doubted(&app, &provider, what, claims(change(app.clock.now_seconds()))).await;
    }
    // A minute either way is a clock that is not quite right.
    for seconds in [-59, 59] {
        let now = app.clock.now_seconds();
        let token = claims(json!({ "iat": now + seconds, "nbf": now + seconds, "exp": now + seconds + 1 }));
        assert_eq!(sign_in(&app, &provider, &mut app.browser(), &robin(), token).await.status, 303, "{seconds}");
    }
}

/// Only what the verified id_token says counts, to the letter.
async fn accounts_of_another_organization_stay_out(database: Database) {
    let wanted = "hd=partner.example, hd=labs.example, tid=7f0c";
    let (app, provider) = Provider::with_product(database, &[("STAFF_OIDC__REQUIRED_CLAIMS", wanted)]).await;
    app.staff_account("robin@partner.example", Role::Owner).await;
    let fine = json!({ "hd": "labs.example", "tid": "7f0c" });
    // It says so elsewhere, too.
    provider.says_of_people(json!({ "hd": "partner.example", "tid": "7f0c" }));
    let variants = [
        json!({}),
        json!({ "hd": "partner.example" }),
        json!({ "tid": "7f0c" }),
        json!({ "hd": "evil.example", "tid": "7f0c" }),
        json!({ "hd": "partner.example", "tid": "7f0d" }),
        json!({ "hd": "7f0c", "tid": "partner.example" }),
        json!({ "hd": "Partner.example", "tid": "7f0c" }),
        json!({ "hd": "partner.example ", "tid": "7f0c" }),
        json!({ "hd": "evil-partner.example", "tid": "7f0c" }),
        json!({ "hd": "partner.example.evil.example", "tid": "7f0c" }),
        json!({ "hd": "partner.example,labs.example", "tid": "7f0c" }),
        json!({ "hd": "hd=partner.example", "tid": "7f0c" }),
        json!({ "hd": ["evil.example"], "tid": "7f0c" }),
        json!({ "hd": [["partner.example"]], "tid": "7f0c" }),
        json!({ "hd": [], "tid": "7f0c" }),
        json!({ "hd": { "0": "partner.example" }, "tid": "7f0c" }),
        json!({ "hd": true, "tid": "7f0c" }),
        json!({ "hd": "", "tid": "7f0c" }),
        json!({ "HD": "partner.example", "tid": "7f0c" }),
    ];
    for variant in &variants {
        let mut browser = app.browser();
        let address = leave(&mut browser, &[]).await;
        let back = provider.authorize(&address, &robin(), claims(variant.clone()));
        let refused = browser.get(&format!("{back}&hd=partner.example&tid=7f0c")).await;
        let says = refused.text.contains("This account is not admitted here");
        assert!(refused.status == 403 && says, "{variant}: {}", refused.text);
        assert!(!browser.cookies.contains_key("staff"), "{variant}");
        app.clock.advance(HOUR);
    }
    // What is not signed by the provider is not even looked at.
    for signed in [Signed::ByAnother, Signed::Not] {
        doubted(&app, &provider, "fine, and forged", Token { signed, ..claims(fine.clone()) }).await;
    }
    // A provider that serves the whole world must not fill the record: each claim once a day.
    let rows = async || {
        let kinds = app.staff_kinds().await;
        kinds.iter().filter(|kind| *kind == "staff.oidc_refused").count()
    };
    assert_eq!((rows().await, app.staff_kinds().await.len()), (2, 2));
    app.clock.advance(DAY);
    for _ in 0..2 {
        let stranger = Person::new("somebody-else", "else@evil.example");
        let refused = sign_in(&app, &provider, &mut app.browser(), &stranger, claims(json!({}))).await;
        assert_eq!((refused.status, rows().await), (403, 3), "{}", refused.text);
    }

    // Some providers write a list, in which others may stand besides.
    let several = json!({ "hd": ["other.example", "partner.example"], "tid": ["7f0c"] });
    let done = sign_in(&app, &provider, &mut app.browser(), &robin(), claims(several)).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let mut browser = app.browser();
    let done = sign_in(&app, &provider, &mut browser, &robin(), claims(fine)).await;
    assert_eq!(done.status, 303, "{}", done.text);
    // Who is linked has left the organization: the record says who.
    for _ in 0..2 {
        let gone = claims(json!({ "tid": "7f0c" }));
        assert_eq!(sign_in(&app, &provider, &mut app.browser(), &robin(), gone).await.status, 403);
        assert_eq!(rows().await, 4, "strangers do not hide who has left");
    }
    let why = "SELECT COALESCE(subject, '') || ': ' || detail FROM staff_activity WHERE kind = 'staff.oidc_refused' \
               ORDER BY at DESC, id DESC LIMIT 1";
    assert_eq!(app.texts(why).await, [Some("robin@partner.example: hd is missing or another".to_owned())]);
    let record = browser.get("/activity?kind=staff.oidc_refused").await.text;
    assert!(record.contains("hd is missing or another") && record.contains("tid is missing or another"), "{record}");
}

fn over(answer: &Answer) {
    assert!(answer.status == 410 && answer.text.contains("This sign-in is over"), "{}", answer.text);
}

async fn a_return_counts_once_and_in_its_own_browser(database: Database) {
    let (app, provider) = linked(database).await;
    let mut browser = app.browser();
    let address = leave(&mut browser, &[("next", "/account")]).await;
    let back = provider.authorize(&address, &robin(), Token::default());
    let asked = provider.asked("token");
    // Somebody who saw the address, in a browser with a sign-in of its own under way.
    let mut thief = app.browser();
    leave(&mut thief, &[]).await;
    over(&thief.get(&back).await);
    over(&app.browser().get(&back).await);
    assert!(!is_in(&mut thief).await);
    // A victim is not signed in as somebody else by a link.
    let mut victim = app.browser();
    over(&victim.get(&back).await);
    let unknown = back.split("state=").next().unwrap().to_owned() + "state=6yJm2Rr9o2b8Vn1xWc0PqA";
    over(&browser.get(&unknown).await);
    over(&browser.get("/sign-in/return").await);
    let head = browser.send("HEAD", &back, None).await;
    assert_eq!(head.status, 405, "looking at it uses nothing up");
    assert_eq!(provider.asked("token"), asked, "nobody was asked");

    let kept = browser.clone();
    let done = browser.get(&back).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/account"), "{}", done.text);
    // The same once more, with the cookies of before, and from the browser that is in.
    let mut again = kept.clone();
    over(&again.get(&back).await);
    assert!(!is_in(&mut again).await);
    let mut back_button = browser.clone();
    back_button.cookies.extend(kept.cookies.clone().into_iter().filter(|(name, _)| name.starts_with("staff-oidc-")));
    assert_eq!(back_button.get(&back).await.location, "/account");
    assert_eq!(provider.asked("token"), asked + 1, "a code is sent once");

    // Ten minutes are enough.
    let mut slow = app.browser();
    let address = leave(&mut slow, &[]).await;
    let back = provider.authorize(&address, &robin(), Token::default());
    app.clock.advance(10 * MINUTE);
    over(&slow.get(&back).await);
    assert_eq!(provider.asked("token"), asked + 1);
    provider.tell(&app);
}

async fn a_code_of_another_sign_in_is_refused(database: Database) {
    let (app, provider) = linked(database).await;
    let mut browser = app.browser();
    let (first, second) = (leave(&mut browser, &[]).await, leave(&mut browser, &[]).await);
    let back = provider.authorize(&first, &robin(), Token::default());
    let other = provider.authorize(&second, &robin(), Token::default());
    let code = |back: &str| back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let mixed = back.replace(&code(&back), &code(&other));
    let refused = browser.get(&mixed).await;
    assert!(refused.status == 422 && refused.text.contains("could not be trusted"), "{}", refused.text);
    // An attacker's code, good at the provider, in the victim's sign-in.
    let mut attacker = app.browser();
    let theirs = leave(&mut attacker, &[]).await;
    let theirs = provider.authorize(&theirs, &Person::new("attacker", "a@evil.example"), Token::default());
    let mut victim = app.browser();
    let address = leave(&mut victim, &[]).await;
    let own = provider.authorize(&address, &robin(), Token::default());
    let refused = victim.get(&own.replace(&code(&own), &code(&theirs))).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(!is_in(&mut victim).await && !is_in(&mut browser).await);
    provider.tell(&app);
}

async fn answers_of_another_provider_are_not_exchanged(database: Database) {
    let (app, provider) = linked(database).await;
    let asked = provider.asked("token");
    let iss = format!("&iss={}", url::form_urlencoded::byte_serialize(provider.url.as_bytes()).collect::<String>());
    for other in ["&iss=https%3A%2F%2Fevil.example", "&iss=", ""] {
        let mut browser = app.browser();
        let address = leave(&mut browser, &[]).await;
        let back = provider.authorize(&address, &robin(), Token::default()).replace(&iss, other);
        let refused = browser.get(&back).await;
        assert!(refused.status == 422 && refused.text.contains("could not be trusted"), "{other}: {}", refused.text);
    }
    assert_eq!(provider.asked("token"), asked, "the code went nowhere");
    // A provider that promises nothing needs to send nothing, and what it sends must still be its own name.
    app.clock.advance(HOUR);
    provider.says_of_itself(json!({ "authorization_response_iss_parameter_supported": null }));
    for (other, status) in [("", 303), (iss.as_str(), 303), ("&iss=https%3A%2F%2Fevil.example", 422)] {
        let mut browser = app.browser();
        let address = leave(&mut browser, &[]).await;
        let back = provider.authorize(&address, &robin(), Token::default()).replace(&iss, other);
        assert_eq!(browser.get(&back).await.status, status, "{other}");
    }
    provider.tell(&app);
}

async fn errors_say_what_to_do_and_nothing_of_the_provider(database: Database) {
    let (app, provider) = linked(database).await;
    let iss = url::form_urlencoded::byte_serialize(provider.url.as_bytes()).collect::<String>();
    for (error, status, says) in [
        ("access_denied", 403, "You were not signed in"),
        ("login_required", 422, "could not be trusted"),
        ("server_error", 503, "cannot be reached"),
        ("temporarily_unavailable", 503, "cannot be reached"),
        ("unmet_authentication_requirements", 403, "A stronger sign-in is needed"),
        ("call+0800+EVIL", 422, "could not be trusted"),
        ("", 422, "could not be trusted"),
    ] {
        let mut browser = app.browser();
        let address = leave(&mut browser, &[("next", "/account")]).await;
        let state = address.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let words = "error_description=Call+0800+EVIL&error_uri=https%3A%2F%2Fevil.example";
        let page = browser.get(&format!("/sign-in/return?error={error}&{words}&state={state}&iss={iss}")).await;
        assert!(page.status == status && page.text.contains(says), "{error}: {}", page.text);
        assert!(!page.text.contains("EVIL") && !page.text.contains("evil"), "{}", page.text);
        assert!(page.text.contains("href=\"/sign-in?next=%2Faccount\"") && !page.text.contains("<script"));
        assert_eq!(page.header("referrer-policy"), "no-referrer");
    }
    for wrong in ["state=a&state=b&code=c", "code=%ff&state=s", &format!("code={}", "c".repeat(9_000))] {
        assert_eq!(app.browser().get(&format!("/sign-in/return?{wrong}")).await.status, 400, "{wrong}");
    }
}

async fn a_provider_that_cannot_be_used_stops_nothing_else(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    app.staff_with_password("robin@partner.example", Role::Owner).await;
    let mut browser = app.browser();
    let form = [("email", "robin@partner.example"), ("password", PASSWORD)];
    for (what, status, body) in [
        ("garbage", 200, "<html>".to_owned()),
        ("no such page", 404, "{}".to_owned()),
        ("broken", 500, String::new()),
        ("huge", 200, format!("{{\"issuer\": \"{}\"}}", "x".repeat(300 * 1024))),
        ("a redirect", 302, String::new()),
        (
            "another issuer",
            200,
            json!({ "issuer": "https://evil.example", "authorization_endpoint": "https://evil.example/a",
            "token_endpoint": "https://evil.example/t", "jwks_uri": "https://evil.example/k" })
            .to_string(),
        ),
    ] {
        provider.answers(Some((status, body)));
        let page = browser.submit("/sign-in/provider", &[]).await;
        assert!(page.status == 503 && page.text.contains("cannot be reached"), "{what}: {}", page.text);
        assert!(!page.text.contains("evil"), "{}", page.text);
        assert_eq!(app.browser().submit("/sign-in", &form).await.status, 303, "{what}");
        app.clock.advance(HOUR);
    }
    // It is not asked by everybody who tries meanwhile, and again after a moment.
    provider.says_of_itself(json!({ "code_challenge_methods_supported": ["plain"] }));
    provider.answers(None);
    let asked = provider.asked("discovery");
    for _ in 0..3 {
        assert_eq!(browser.submit("/sign-in/provider", &[]).await.status, 503);
    }
    assert_eq!(provider.asked("discovery"), asked + 1);
    provider.says_of_itself(json!({}));
    app.clock.advance(30 * SECOND);
    let done = sign_in(&app, &provider, &mut browser, &robin(), Token::default()).await;
    assert_eq!(done.status, 303, "{}", done.text);

    // Nobody listens there at all.
    let nobody = format!("http://{}", crate::support::ports::nobody());
    let keys = [
        ("STAFF_OIDC__ISSUER", nobody.as_str()),
        ("STAFF_OIDC__CLIENT_ID", CLIENT),
        ("STAFF_OIDC__CLIENT_SECRET", "a secret that nobody reads"),
    ];
    let alone = TestApp::start_with(database, &keys).await;
    alone.staff_with_password("robin@partner.example", Role::Owner).await;
    let page = alone.browser().get("/sign-in").await;
    assert!(page.status == 200 && page.text.contains("Sign in with <bdi>127.0.0.1</bdi>"), "{}", page.text);
    assert_eq!(alone.browser().submit("/sign-in/provider", &[]).await.status, 503);
    assert_eq!(alone.browser().submit("/sign-in", &form).await.status, 303);
}

async fn keys_that_change_are_read_again_but_not_often(database: Database) {
    let (app, provider) = linked(database).await;
    assert_eq!(provider.asked("keys"), 1);
    let with = |kid: &str| Token { header: json!({ "kid": kid }), ..Token::default() };
    // Invented keys make nobody ask within the minute.
    for number in 0..5 {
        let kid = format!("invented {number}");
        let refused = sign_in(&app, &provider, &mut app.browser(), &robin(), with(&kid)).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
    }
    assert_eq!(provider.asked("keys"), 1);
    app.clock.advance(MINUTE);
    provider.rotate();
    let done = sign_in(&app, &provider, &mut app.browser(), &robin(), Token::default()).await;
    assert_eq!((done.status, provider.asked("keys")), (303, 2), "{}", done.text);
    let done = sign_in(&app, &provider, &mut app.browser(), &robin(), Token::default()).await;
    assert_eq!((done.status, provider.asked("keys")), (303, 2), "{}", done.text);
    // What was signed with the key of before is not believed any more once the set was read again.
    app.clock.advance(HOUR);
    let mut browser = app.browser();
    let address = leave(&mut browser, &[]).await;
    let back = provider.authorize(&address, &robin(), Token { signed: Signed::ByAnother, ..Token::default() });
    assert_eq!(browser.get(&back).await.status, 422);
    assert_eq!(provider.asked("keys"), 3);
    provider.tell(&app);
}

async fn what_a_provider_asks_for_is_done(database: Database) {
    let (app, provider) = Provider::with_product(database, &[]).await;
    app.staff_account("robin@partner.example", Role::Viewer).await;
    provider.says_of_itself(json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] }));
    let done = sign_in(&app, &provider, &mut app.browser(), &robin(), Token::default()).await;
    assert_eq!(done.status, 303, "{}", done.text);
    // A token without at_hash is one that the standard allows.
    let done = sign_in(&app, &provider, &mut app.browser(), &robin(), claims(json!({ "at_hash": null }))).await;
    assert_eq!(done.status, 303, "{}", done.text);
    // An algorithm that the provider does not name is not accepted, whoever signed.
    app.clock.advance(HOUR);
    provider.says_of_itself(json!({ "id_token_signing_alg_values_supported": ["RS256"] }));
    let refused = sign_in(&app, &provider, &mut app.browser(), &robin(), Token::default()).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let request = app.request("POST", "/sign-in/return").body("");
    assert_eq!(answer(request).await.status, 405);
}
