//! The tenants that the demo begins with: one in every state, told as five days that have passed. Nothing is written
//! into tables: admins connect in the pop-up, OfficeRnD switches, revokes and removes, the partner system reports, and
//! the states follow.

use anyhow::{Context as _, ensure};
use app::state::ConnectionState;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::browser::{Browser, Got};
use super::outside::Outside;
use super::play::{Stage, is_return};
use crate::clock::{DAY, HOUR, MINUTE, Millis};
use crate::demo::SamplePartner;
use crate::domain::scope::Scope;
use crate::jobs;

/// How long before now the first of them connects.
pub const BEGINS: Millis = 5 * DAY;
/// How long before now the vendor stopped answering.
const OUTAGE: Millis = 4 * HOUR + 51 * MINUTE;

/// Organization, integration and the state that it reads as; the fourteen of the outage besides.
pub const TENANTS: [(&str, &str, ConnectionState); 14] = [
    ("harbour-and-loom", DOORS, ConnectionState::SomeLocations),
    ("kaffee-und-werk", DOORS, ConnectionState::Reconnect),
    ("espacio-olivo", WIFI, ConnectionState::FinishSetUp),
    ("north-quay", PAYMENTS, ConnectionState::Connected),
    ("studio-17", DOORS, ConnectionState::WaitingForApproval),
    ("lumen-loft", WIFI, ConnectionState::Paused),
    ("kiln-yard", PRINT, ConnectionState::Delayed),
    ("old-mill", PAYMENTS, ConnectionState::Disconnected),
    ("weavers-yard", DOORS, ConnectionState::Connected),
    ("weavers-yard", DOORS, ConnectionState::Connected),
    ("hyperlink-1", PRINT, ConnectionState::Connected),
    ("zoe-soen", PRINT, ConnectionState::Connected),
    ("harbour-space", PRINT, ConnectionState::Connected),
    ("northern-harbours", PRINT, ConnectionState::Connected),
];

const DOORS: &str = "portunus-access";
const WIFI: &str = "meshfern-wifi";
const PAYMENTS: &str = "ledgerline-pay";
const PRINT: &str = "tally-desk";

type Place<'p> = (&'p str, &'p str, &'p str);
const RTM: Place<'_> = ("Rotterdam", "Europe/Amsterdam", "EUR");
const BRS: Place<'_> = ("Bristol", "Europe/London", "GBP");
const LIS: Place<'_> = ("Lisboa", "Europe/Lisbon", "EUR");

/// Organizations that a new simulator does not have.
const NEW: [(&str, &str, &[Place<'_>]); 7] = [
    ("espacio-olivo", "Espacio Olivo", &[("Málaga", "Europe/Madrid", "EUR"), ("Sevilla", "Europe/Madrid", "EUR")]),
    ("north-quay", "North Quay", &[("Leith", "Europe/London", "GBP"), ("Granton", "Europe/London", "GBP")]),
    ("lumen-loft", "Lumen Loft", &[("Leipzig", "Europe/Berlin", "EUR")]),
    ("kiln-yard", "Kiln Yard", &[("Stoke", "Europe/London", "GBP")]),
    ("old-mill", "Old Mill", &[("Hebden Bridge", "Europe/London", "GBP")]),
    ("weavers-yard", "Weaver’s Yard", &[RTM, BRS, LIS]),
    (
        "zoe-soen",
        "Zoë & Søn, GmbH",
        &[("København", "Europe/Copenhagen", "DKK"), ("Flensburg", "Europe/Berlin", "EUR")],
    ),
];

/// Those whose doors hang on the servers in the United States.
const IN_OUTAGE: [&str; 14] = [
    "Alder Street",
    "Bay & Pine",
    "Cedar Works",
    "Delta Desks",
    "Elm City Studios",
    "Foundry Row",
    "Grand & Fifth",
    "Hudson Loft",
    "Iron Bridge",
    "Juniper Hall",
    "Kite Factory",
    "Lakeshore Commons",
    "Mill Pond",
    "Ninth Floor",
];

/// One of the partner's entries for the doors.
struct Doors<'d> {
    region: &'d str,
    client: &'d str,
    site: &'d str,
}

struct Settler<'s> {
    outside: Outside,
    stage: &'s Stage,
    partner: &'s SamplePartner,
    /// Connections whose runs are good.
    well: Vec<String>,
}

/// Lets the days pass. The clock stands [`BEGINS`] back when they begin, and right when they are over.
///
/// # Errors
/// When somebody did not answer as they should.
pub async fn populate(stage: &Stage, partner: &SamplePartner) -> anyhow::Result<()> {
    let scopes =
        [Scope::ConnectionsRead, Scope::TokensRead, Scope::RunsWrite, Scope::SettingsRead, Scope::SettingsWrite];
    let outside = Outside::with_scopes(&stage.app, &stage.product_url, &stage.simulator_url, &scopes).await?;
    let mut settler = Settler { outside, stage, partner, well: Vec::new() };
    settler.days().await
}

impl Settler<'_> {
    async fn days(&mut self) -> anyhow::Result<()> {
        for (slug, name, places) in NEW {
            self.organization(slug, name, places).await?;
        }
        let harbour =
            self.doors("harbour-and-loom", &[], &Doors { region: "eu", client: "hl-prod-7", site: "site-nl" }).await?;
        let kaffee =
            self.doors("kaffee-und-werk", &[], &Doors { region: "eu", client: "kw-berlin", site: "site-nl" }).await?;
        let studio = self.doors("studio-17", &[], &Doors { region: "eu", client: "s17-main", site: "site-uk" }).await?;
        let yard = self.locations("weavers-yard").await?;
        ensure!(yard.len() == 3, "Weaver's Yard has three locations");
        let (nl, uk) = (
            Doors { region: "eu", client: "wy-nl", site: "site-nl" },
            Doors { region: "eu", client: "wy-uk", site: "site-uk" },
        );
        for (places, doors) in [(&yard[..1], &nl), (&yard[1..], &uk)] {
            let one = self.doors("weavers-yard", places, doors).await?;
            self.well.push(one.connection);
        }
        for slug in ["hyperlink-1", "zoe-soen", "harbour-space", "northern-harbours"] {
            let one = self.print(slug).await?;
            self.well.push(one.connection);
        }
        let quay = self.payments("north-quay").await?;
        let mill = self.payments("old-mill").await?;
        self.controller("espacio-olivo").await?;
        let loft = self.networks("lumen-loft").await?;
        // Its first run is its last.
        let kiln = self.print("kiln-yard").await?;
        let mut down = Vec::new();
        for (index, name) in IN_OUTAGE.into_iter().enumerate() {
            let slug: String = name.to_lowercase().replace(" & ", "-").replace(' ', "-");
            self.organization(&slug, name, &[("Main Street", "America/New_York", "USD")]).await?;
            let client = format!("us-{:02}", index + 1);
            down.push(
                self.doors(&slug, &[], &Doors { region: "us", client: &client, site: "site-nl" }).await?.connection,
            );
        }
        self.well.push(quay.connection);
        self.settings(&harbour.connection).await?;
        for one in self.well.iter().chain(&down).chain([
            &harbour.connection,
            &kaffee.connection,
            &mill.connection,
            &loft.connection,
            &kiln.connection,
        ]) {
            self.run(one, &json!({ "state": "succeeded" })).await?;
        }
        self.pass(2 * DAY).await?;
        self.outside.control("POST", &format!("/integrations/{}/revoke", kaffee.installation), &json!({})).await?;
        // A token that is still good is handed out without a question; OfficeRnD says no to the next renewal.
        self.pass(2 * HOUR).await?;
        let token = format!("/connections/{}/token", kaffee.connection);
        let got = self.outside.api("POST", &token, &json!({})).await?;
        ensure!(got.status == 409, "a login that was withdrawn gives {}: {}", got.status, got.text);
        self.outside
            .control(
                "POST",
                &format!("/integrations/{}/call", loft.installation),
                &json!({ "call": "sync", "parameters": { "enabled": "off" } }),
            )
            .await?;
        self.pass(2 * DAY - 2 * HOUR).await?;
        self.outside.control("DELETE", &format!("/integrations/{}", mill.installation), &Value::Null).await?;
        self.outside.control("POST", "/deliver-due", &json!({})).await?;
        self.pass(DAY - OUTAGE).await?;
        self.partner.set_down_in_us(true);
        for one in &down {
            self.run(one, &crate::demo::partner::down()).await?;
        }
        self.jobs().await?;
        self.pass(OUTAGE - HOUR).await?;
        self.held(&studio).await?;
        self.pass(HOUR).await?;
        for one in self.well.iter().chain([&harbour.connection]) {
            self.run(one, &json!({ "state": "succeeded" })).await?;
        }
        for one in &down {
            self.run(one, &crate::demo::partner::down()).await?;
        }
        self.jobs().await
    }

    /// Moves the clock of both sides, and lets everybody do what is due then.
    async fn pass(&self, by: Millis) -> anyhow::Result<()> {
        self.stage.app.clock.advance(by);
        self.jobs().await
    }

    async fn jobs(&self) -> anyhow::Result<()> {
        let (_, mut nothing) = mpsc::channel(1);
        jobs::drain(&self.stage.app, &mut nothing).await?;
        Ok(())
    }

    async fn organization(&self, slug: &str, name: &str, places: &[Place<'_>]) -> anyhow::Result<()> {
        let locations: Vec<Value> = places
            .iter()
            .map(|(name, zone, currency)| json!({ "name": name, "time_zone": zone, "currency": currency }))
            .collect();
        let body = json!({ "slug": slug, "name": name, "locations": locations });
        self.outside.control("POST", "/organizations", &body).await?;
        Ok(())
    }

    async fn locations(&self, slug: &str) -> anyhow::Result<Vec<String>> {
        let all = self.outside.control("GET", "/organizations", &Value::Null).await?;
        let one = all.as_array().into_iter().flatten().find(|one| one["slug"] == slug);
        let places = one.with_context(|| format!("there is no {slug}"))?["locations"].as_array().cloned();
        Ok(places.unwrap_or_default().iter().filter_map(|place| place["_id"].as_str().map(ToOwned::to_owned)).collect())
    }

    /// The pop-up behind its first page.
    async fn begin(
        &self,
        slug: &str,
        integration: &str,
        places: &[String],
    ) -> anyhow::Result<(Installed, Browser, Got)> {
        let body = json!({ "organization": slug, "application": integration, "locations": places });
        let answer = self.outside.control("POST", "/integrations", &body).await?;
        let of = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        let mut browser = Browser::new(self.outside.http.clone(), self.outside.product_url.clone());
        let page = browser.visit(&of("connectUrl")).await?;
        ensure!(page.status == 200, "the pop-up of {slug} shows {}: {}", page.status, page.text);
        let got = browser.press("next").await?;
        let installation = of("integrationId");
        let all = self.outside.connections().await?;
        let found = all.iter().find(|one| one["officernd_integration_id"] == *installation);
        let connection =
            found.and_then(|one| one["id"].as_str()).with_context(|| format!("{slug} has no connection"))?;
        Ok((Installed { connection: connection.to_owned(), installation }, browser, got))
    }

    async fn doors(&self, slug: &str, places: &[String], doors: &Doors<'_>) -> anyhow::Result<Installed> {
        let (installed, mut browser, _) = self.begin(slug, DOORS, places).await?;
        let secret = format!("{}-secret-of-the-doors", doors.client);
        let first = [
            ("region", doors.region),
            ("client_id", doors.client),
            ("client_secret", secret.as_str()),
            ("service_account_ack", "yes"),
        ];
        step(&mut browser, &first).await?;
        step(&mut browser, &[("site", doors.site)]).await?;
        ended(&browser.press("next").await?, slug)?;
        Ok(installed)
    }

    async fn print(&self, slug: &str) -> anyhow::Result<Installed> {
        let (installed, _, got) = self.begin(slug, PRINT, &[]).await?;
        ended(&got, slug)?;
        Ok(installed)
    }

    /// The window is closed after the first step.
    async fn controller(&self, slug: &str) -> anyhow::Result<(Installed, Browser)> {
        let (installed, mut browser, _) = self.begin(slug, WIFI, &[]).await?;
        step(&mut browser, &[("controller", "cloud"), ("api_token", "a-token-of-the-networks")]).await?;
        Ok((installed, browser))
    }

    async fn networks(&self, slug: &str) -> anyhow::Result<Installed> {
        let (installed, mut browser) = self.controller(slug).await?;
        step(&mut browser, &[]).await?;
        ended(&browser.press("next").await?, slug)?;
        Ok(installed)
    }

    /// By way of the partner's own sign-in page.
    async fn payments(&self, slug: &str) -> anyhow::Result<Installed> {
        let (installed, mut browser, _) = self.begin(slug, PAYMENTS, &[]).await?;
        let fields = [("f-single_charger_ack", "yes"), ("act", "next")];
        let led = browser.submit(&fields.map(|(name, value)| (name.to_owned(), value.to_owned()))).await?;
        let url = led.text.split("content=\"0; url=").nth(1).and_then(|rest| rest.split('"').next());
        let url = url.context("nothing leads to the partner's sign-in page")?.replace("&amp;", "&");
        let allowed = self.outside.http.post(url).form(&[("account", "1"), ("act", "allow")]).send().await?;
        let back = super::browser::read(allowed).await?;
        let page = browser.visit(&back.location).await?;
        ensure!(page.status == 200, "the way back from the sign-in shows {}: {}", page.status, page.text);
        step(&mut browser, &[("merchant", "m-gbp")]).await?;
        ended(&browser.press("next").await?, slug)?;
        Ok(installed)
    }

    /// Bristol has doors of another site, and rows that name groups of the first one.
    async fn settings(&self, connection: &str) -> anyhow::Result<()> {
        let places = self.locations("harbour-and-loom").await?;
        let bristol = places.get(1).context("Harbour & Loom has a second location")?;
        for change in [
            json!({ "organization": { "plan_groups": { "*": ["g-day"] } } }),
            json!({ "locations": { bristol: { "site": "site-uk" } } }),
        ] {
            let got = self.outside.api("PATCH", &format!("/connections/{connection}/settings"), &change).await?;
            ensure!(got.status == 200, "settings of Harbour & Loom: {}: {}", got.status, got.text);
        }
        Ok(())
    }

    async fn run(&self, connection: &str, report: &Value) -> anyhow::Result<()> {
        let path = format!("/connections/{connection}/runs");
        let begun = self.outside.api("POST", &path, &json!({ "reason": "schedule" })).await?;
        let run = begun.json()["id"].as_str().map(ToOwned::to_owned);
        let run = run.with_context(|| format!("no run begins: {} {}", begun.status, begun.text))?;
        let got = self.outside.api("PATCH", &format!("/runs/{run}"), report).await?;
        ensure!(got.status == 200, "a report is answered {}: {}", got.status, got.text);
        Ok(())
    }

    /// After a plan was archived, a run would remove more than the guard lets pass.
    async fn held(&self, studio: &Installed) -> anyhow::Result<()> {
        let places = self.locations("studio-17").await?;
        let place = places.first().context("Studio 17 has a location")?;
        let members: Vec<Value> =
            (1..=64).map(|number| json!({ "id": format!("m-{number}"), "name": format!("Member {number}") })).collect();
        let body =
            json!({ "reason": "schedule", "would_remove": { place: { "remove": 64, "of": 180, "members": members } } });
        let got = self.outside.api("POST", &format!("/connections/{}/runs", studio.connection), &body).await?;
        ensure!(got.json()["state"] == "waiting_for_approval", "the guard lets it pass: {}", got.text);
        Ok(())
    }
}

struct Installed {
    connection: String,
    installation: String,
}

async fn step(browser: &mut Browser, fields: &[(&str, &str)]) -> anyhow::Result<()> {
    let mut form: Vec<(String, String)> =
        fields.iter().map(|(key, value)| (format!("f-{key}"), (*value).to_owned())).collect();
    form.push(("act".to_owned(), "next".to_owned()));
    let got = browser.submit(&form).await?;
    ensure!(got.status == 200, "a step is answered {}: {}", got.status, got.text);
    Ok(())
}

fn ended(got: &Got, slug: &str) -> anyhow::Result<()> {
    ensure!(is_return(got), "the pop-up of {slug} does not end but shows {}: {}", got.status, got.text);
    Ok(())
}
