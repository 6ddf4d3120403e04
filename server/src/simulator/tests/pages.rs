//! The pages, pressed as a browser without script presses them.

use super::*;

async fn press(lab: &Lab, path: &str, form: &[(&str, &str)]) -> Got {
    lab.send(lab.http.post(lab.url(path)).form(form)).await
}

#[tokio::test]
async fn the_admin_page_is_a_simulators_and_escapes_every_name() {
    let lab = Lab::start().await;
    let page = lab.get("/?org=hyperlink-1").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(page.text.contains("SIMULATOR. This is not OfficeRnD."));
    assert!(page.text.contains("&lt;b&gt;1 &amp; 2&lt;/b&gt;") && !page.text.contains("<b>1 & 2</b>"));
    assert!(page.text.contains("The &lt;portunus&gt;") && !page.text.contains("<portunus>"));
    assert!(page.text.contains("=HYPERLINK(1)") && page.text.contains("مساحة الميناء"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"));
    for asset in ["/style.css", "/simulator.js", "/simulator.svg"] {
        assert!(page.text.contains(asset) && lab.get(asset).await.status == 200, "{asset}");
    }
    assert!(lab.get("/style.css").await.text.contains("@layer simulator"));
}

#[tokio::test]
async fn connect_configure_check_sync_and_remove_work_without_script() {
    let lab = Lab::start().await;
    let place = "65f0a1b2c3d4e5f700010001";
    let form = [("org", HARBOUR), ("application", "portunus"), ("loc", place), ("twist", "")];
    let connect = press(&lab, "/admin/connect", &form).await;
    assert_eq!(connect.status, 303);
    let location = connect.header("location").unwrap().to_owned();
    assert!(location.starts_with(&format!("{}/i/portunus/connect?code=", lab.product.url)));
    assert!(location.ends_with(&format!("&locations={place}")));
    let field = |name: &str| {
        let start = location.find(&format!("{name}=")).unwrap() + name.len() + 1;
        location[start..].split('&').next().unwrap().to_owned()
    };
    let id = field("integrationId");
    let page = lab.get(&format!("/?org={HARBOUR}")).await.text;
    assert!(page.contains(&id) && page.contains("Connect was not finished.") && page.contains("Bristol, Old Market"));
    lab.exchange("portunus", &field("code")).await.is(200);

    let act = format!("/admin/integrations/{id}");
    let configure = press(&lab, &act, &[("act", "configure")]).await;
    assert_eq!(configure.status, 303);
    assert!(configure.header("location").unwrap().starts_with(&format!("{}/i/portunus/configure?", lab.product.url)));
    for acted in ["check", "sync"] {
        let got = press(&lab, &act, &[("act", acted)]).await;
        assert_eq!((got.status, got.header("location")), (303, Some("/?org=harbour-and-loom")));
    }
    let page = lab.get(&format!("/?org={HARBOUR}")).await.text;
    assert!(page.contains("“hl-prod-7”") && page.contains("GET sync 200"));
    assert_eq!(press(&lab, &act, &[("act", "remove")]).await.status, 303);
    assert!(!lab.get(&format!("/?org={HARBOUR}")).await.text.contains(&act));
    assert_eq!(press(&lab, &act, &[("act", "nonsense")]).await.status, 422);
    assert_eq!(press(&lab, "/admin/integrations/none", &[("act", "check")]).await.status, 422);
}

#[tokio::test]
async fn every_twist_of_connect_does_what_it_says() {
    let lab = Lab::start().await;
    let connect = async |twist: &str| {
        let form = [("org", HARBOUR), ("application", "portunus"), ("twist", twist)];
        press(&lab, "/admin/connect", &form).await.header("location").unwrap().to_owned()
    };
    assert!(!connect("decline").await.contains("code="));
    assert!(connect("denied").await.contains("error=access_denied"));
    for twist in ["late", "used", "scope", "clock", ""] {
        let location = connect(twist).await;
        let code = location.split("code=").nth(1).unwrap().split('&').next().unwrap();
        let got = lab.exchange("portunus", code).await;
        match twist {
            "late" | "used" => assert_eq!(got.status, 400, "{twist}"),
            "scope" => {
                let scope = got.is(200)["scope"].as_str().unwrap().to_owned();
                assert!(!scope.contains("flex.settings.integrations.read") && scope.contains("flex.settings"));
            }
            _ => assert_eq!(got.status, 200, "{twist}"),
        }
    }
    let page = lab.get(&format!("/?org={HARBOUR}")).await.text;
    assert!(page.contains("OfficeRnD does not behave as usual."), "the clock was put ahead");
    assert!(!lab.get("/?org=studio-17").await.text.contains("does not behave as usual"));
}

#[tokio::test]
async fn switches_and_faults_are_set_on_one_page() {
    let lab = Lab::start().await;
    let page = lab.get("/switches").await.text;
    for listed in super::super::switches::SWITCHES {
        assert!(page.contains(&format!("name=\"{}\"", listed.key)), "{} is missing", listed.key);
    }
    let form = [("org", ""), ("refresh_reuse", "grace"), ("region", "here"), ("token_requests", "7"), ("times", "")];
    assert_eq!(press(&lab, "/switches", &form).await.status, 303);
    let set = lab.get("/control/switches").await.is(200)["set"].clone();
    assert_eq!(set, json!([{ "key": "refresh_reuse", "value": "grace", "organization": null, "times": null }]));
    let limits = lab.get("/control/limits").await.is(200);
    assert_eq!(limits, json!({ "token_requests_per_minute": 7, "deliver_to_loopback": false }));
    let fault = [("org", HARBOUR), ("at", "locations"), ("answer", "500"), ("times", "3"), ("milliseconds", "0")];
    assert_eq!(press(&lab, "/switches/fault", &fault).await.status, 303);
    assert_eq!(lab.get("/control/faults").await.is(200)[0]["times"], 3);
    assert!(lab.get("/switches?org=harbour-and-loom").await.text.contains("fault 500 at locations"));
    assert_eq!(press(&lab, "/switches", &[("org", ""), ("region", "mars")]).await.status, 422);
    assert_eq!(press(&lab, "/switches/reset", &[("org", "")]).await.status, 303);
    assert_eq!(lab.get("/control/switches").await.is(200)["set"], json!([]));
}

#[tokio::test]
async fn events_and_the_clock_have_their_forms() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    lab.subscribe(&connected.access, HARBOUR, "/hook").await;
    let form = [("org", HARBOUR), ("evt", "member.created"), ("times", "3")];
    assert_eq!(press(&lab, "/admin/event", &form).await.status, 303);
    let form = [("org", HARBOUR), ("evt", "integration.removed"), ("times", "1")];
    assert_eq!(press(&lab, "/admin/event", &form).await.status, 303);
    let received = lab.product.received();
    assert_eq!(received.len(), 4);
    assert!(received[3].body.contains(&connected.id));
    assert_eq!(press(&lab, "/admin/clock", &[("org", HARBOUR), ("minutes", "60")]).await.status, 303);
    assert_eq!(lab.clock.now(), START + 3_600_000);
    assert_eq!(press(&lab, "/admin/clock", &[("org", HARBOUR), ("minutes", "-5")]).await.status, 422);
}

#[tokio::test]
async fn the_return_page_closes_the_pop_up_and_is_counted() {
    let lab = Lab::start().await;
    let page = lab.get("/connect/external-integration/return").await;
    assert!(page.status == 200 && page.text.contains("<script>window.close();</script>"));
    assert!(page.text.contains("OfficeRnD has taken note. This window closes."));
    assert!(page.header("content-security-policy").unwrap().contains("script-src 'sha256-"));
    assert_eq!(page.header("cross-origin-opener-policy"), None);
    assert_eq!(lab.get("/control/counters").await.is(200)["endpoints"]["return"], 1);
    assert_eq!(lab.get("/oauth/authorize?client_id=x").await.status, 200);
    lab.get("/nowhere").await.is(404);
}

#[tokio::test]
async fn another_sites_page_cannot_press_buttons() {
    let lab = Lab::start().await;
    let request = lab.http.post(lab.url("/switches/reset")).form(&[("org", "")]);
    assert_eq!(lab.send(request.header("sec-fetch-site", "cross-site")).await.status, 403);
    let request = lab.http.post(lab.url("/switches/reset")).form(&[("org", "")]);
    assert_eq!(lab.send(request.header("sec-fetch-site", "same-origin")).await.status, 303);
}
