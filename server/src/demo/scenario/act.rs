//! The acts: what admins, OfficeRnD and the partner system do.

use anyhow::{Context as _, ensure};
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::browser::{Got, read};
use super::format::{Call, Event, Install, Open, Step, Submit, Token, Wait};
use super::outside::given;
use super::play::{Installation, Player, is_return};
use crate::clock::{DAY, HOUR, MINUTE, SECOND};

/// As a form sends them.
fn entries(submit: &Submit) -> anyhow::Result<Vec<(String, String)>> {
    let mut fields = Vec::new();
    for (key, value) in &submit.fields {
        let values = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            let text = value.as_str().with_context(|| format!("{key} is a text or a list of texts"))?;
            fields.push((format!("f-{key}"), text.to_owned()));
        }
    }
    fields.push(("act".to_owned(), submit.button.clone()));
    Ok(fields)
}

impl Player<'_> {
    /// Does what the step says; the answers, where somebody answers.
    pub(super) async fn act(&mut self, step: &Step) -> anyhow::Result<Vec<Got>> {
        if let Some(got) = self.act_in_browser(step).await? {
            return Ok(vec![got]);
        }
        if let Some(call) = &step.call {
            return Ok(vec![self.call(call).await?]);
        }
        if let Some(repeat) = &step.repeat_call {
            let url = self.called.clone().context("no step before made a signed call")?;
            let calls = (0..repeat.times).map(|_| self.outside.http.get(&url).send());
            return try_join_all(try_join_all(calls).await?.into_iter().map(read)).await;
        }
        if let Some(token) = &step.token {
            return self.token(token).await;
        }
        if let Some(wait) = &step.wait {
            self.wait(wait).await?;
        }
        if step.restart.is_some() {
            self.stage.restart().await?;
        }
        self.act_at_officernd(step).await?;
        Ok(Vec::new())
    }

    async fn act_in_browser(&mut self, step: &Step) -> anyhow::Result<Option<Got>> {
        if let Some(install) = &step.install {
            self.install(install).await?;
        }
        if let Some(connect) = &step.connect {
            let installed = self.install(connect).await?;
            let browser = self.browser(&connect.browser);
            let page = browser.visit(&installed.connect_url).await?;
            ensure!(page.status == 200, "the pop-up shows {}: {}", page.status, page.text);
            let got = browser.press("next").await?;
            if step.answer.is_none() {
                ensure!(is_return(&got), "the pop-up does not end but shows {}: {}", got.status, got.text);
            }
            return Ok(Some(got));
        }
        if let Some(open) = &step.open {
            return self.open(open).await.map(Some);
        }
        if let Some(press) = &step.press {
            return self.browser(&press.browser).press(&press.button).await.map(Some);
        }
        if let Some(submit) = &step.submit {
            let fields = entries(submit)?;
            return self.browser(&submit.browser).submit(&fields).await.map(Some);
        }
        if let Some(reload) = &step.reload {
            let page = self.browser(reload.page_of.as_deref().unwrap_or(&reload.browser)).page.clone();
            ensure!(!page.is_empty(), "no step before showed a page");
            return self.browser(&reload.browser).visit(&format!("{page}{}", reload.below)).await.map(Some);
        }
        if let Some(who) = &step.forget_cookies {
            self.browser(&who.browser).forget_cookies();
        }
        if let Some(configure) = &step.configure {
            let path = format!("/integrations/{}/signed-url", self.installation(configure.of.as_deref())?.id);
            let signed = self.outside.control("POST", &path, &json!({ "call": "configure" })).await?;
            let url = signed["url"].as_str().context("no URL")?.to_owned();
            return self.browser(&configure.browser).visit(&url).await.map(Some);
        }
        Ok(None)
    }

    async fn act_at_officernd(&mut self, step: &Step) -> anyhow::Result<()> {
        let posts = [(&step.revoke, "revoke"), (&step.renew_secret, "rotate-secret")];
        for (of, what) in posts.into_iter().filter_map(|(act, what)| act.as_ref().map(|act| (&act.of, what))) {
            let path = format!("/integrations/{}/{what}", self.installation(of.as_deref())?.id);
            self.outside.control("POST", &path, &json!({})).await?;
        }
        if let Some(lose) = &step.lose_subscription {
            let subscriptions = self.subscriptions(lose.of.as_deref()).await?;
            ensure!(!subscriptions.is_empty(), "there is no subscription to lose");
            for id in subscriptions {
                self.outside.control("DELETE", &format!("/subscriptions/{id}"), &Value::Null).await?;
            }
        }
        if let Some(event) = &step.event {
            self.event(event).await?;
        }
        if let Some(remove) = &step.remove {
            let id = self.installation(remove.of.as_deref())?.id.clone();
            let path = format!("/integrations/{id}?event={}", remove.tell);
            self.outside.control("DELETE", &path, &Value::Null).await?;
        }
        if let Some(rename) = &step.rename {
            let body = given(json!({ "slug": rename.slug, "name": rename.name }));
            self.outside.control("PUT", &format!("/organizations/{}", rename.organization), &body).await?;
            if let Some(slug) = &rename.slug {
                for known in self.installations.iter_mut().filter(|known| known.organization == rename.organization) {
                    known.organization.clone_from(slug);
                }
            }
        }
        if let Some(switch) = &step.switch {
            let body = json!({ "value": switch.value, "organization": switch.organization, "times": switch.times });
            self.outside.control("PUT", &format!("/switches/{}", switch.key), &given(body)).await?;
        }
        if let Some(fault) = &step.fault {
            let body = json!({
                "at": fault.at, "answer": fault.answer, "organization": fault.organization, "times": fault.times,
                "milliseconds": fault.milliseconds, "retry_after": fault.retry_after,
            });
            self.outside.control("POST", "/faults", &given(body)).await?;
        }
        if step.usual.is_some() {
            self.outside.control("DELETE", "/switches", &Value::Null).await?;
        }
        Ok(())
    }

    async fn install(&mut self, install: &Install) -> anyhow::Result<Installation> {
        let body = json!({
            "organization": install.organization, "application": install.integration, "locations": install.locations,
        });
        let answer = self.outside.control("POST", "/integrations", &body).await?;
        let member = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        let name = install.name.clone().unwrap_or_else(|| install.organization.clone());
        ensure!(
            !self.installations.iter().any(|known| known.name == name),
            "{name:?} is installed already: name it by `as`"
        );
        let organization = install.organization.clone();
        let installed =
            Installation { name, id: member("integrationId"), organization, connect_url: member("connectUrl") };
        self.installations.push(installed.clone());
        Ok(installed)
    }

    /// The Connect URL of the installation, a fresh one unless it is the same link.
    async fn open(&mut self, open: &Open) -> anyhow::Result<Got> {
        let known = self.installation(open.of.as_deref())?.clone();
        let mut url = known.connect_url;
        if !open.same_link {
            let twist = given(json!({ "code": open.code, "missing_scope": open.missing_scope }));
            let answer = self.outside.control("POST", &format!("/integrations/{}/connect", known.id), &twist).await?;
            url = answer["connectUrl"].as_str().context("no Connect URL")?.to_owned();
            for installation in self.installations.iter_mut().filter(|one| one.id == known.id) {
                installation.connect_url.clone_from(&url);
            }
        }
        self.browser(&open.browser).visit(&url).await
    }

    async fn call(&mut self, call: &Call) -> anyhow::Result<Got> {
        let mut body = given(json!({
            "call": call.call.name(), "order": call.order, "signature": call.signature,
            "t": call.late.map(|late| self.stage.app.clock.now_seconds() - late),
        }));
        body["parameters"] = call.parameters.clone().into();
        body["tampered"] = call.tampered.clone().into();
        if let Some(other) = &call.signed_by {
            let path = format!("/integrations/{}", self.installation(Some(other))?.id);
            body["secret"] = self.outside.control("GET", &path, &Value::Null).await?["secret"].clone();
        }
        let path = format!("/integrations/{}/call", self.installation(call.of.as_deref())?.id);
        let answer = self.outside.control("POST", &path, &body).await?;
        self.called = answer["url"].as_str().map(ToOwned::to_owned);
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        let status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
        Ok(Got { status, text: text(&answer["body"]), location: answer["location"].as_str().unwrap_or("").to_owned() })
    }

    async fn token(&self, token: &Token) -> anyhow::Result<Vec<Got>> {
        let path = format!("/connections/{}/token", self.connection_id(token.of.as_deref()).await?);
        let body = given(json!({ "valid_for_seconds": token.valid_for_seconds }));
        try_join_all((0..token.callers).map(|_| self.outside.api("POST", &path, &body))).await
    }

    async fn event(&self, event: &Event) -> anyhow::Result<()> {
        let known = self.installation(event.of.as_deref())?;
        let body = json!({
            "organization": known.organization, "integration": known.id, "event_type": event.event_type,
            "times": event.times, "object": event.object,
        });
        self.outside.control("POST", "/events", &given(body)).await?;
        Ok(())
    }

    async fn wait(&mut self, wait: &Wait) -> anyhow::Result<()> {
        let by = wait.days * DAY + wait.hours * HOUR + wait.minutes * MINUTE + wait.seconds * SECOND;
        for _ in 0..wait.times.unwrap_or(1) {
            self.outside.control("POST", "/clock", &json!({ "seconds": by / SECOND })).await?;
            self.settle().await?;
        }
        Ok(())
    }

    /// Ids of the subscriptions that OfficeRnD holds for an installation's connection.
    pub(super) async fn subscriptions(&self, of: Option<&str>) -> anyhow::Result<Vec<String>> {
        let id = &self.installation(of)?.id;
        let state = self.outside.control("GET", "/state", &Value::Null).await?;
        let all = state["subscriptions"].as_object().into_iter().flatten();
        Ok(all.filter(|(_, one)| one["integration"] == **id).map(|(id, _)| id.clone()).collect())
    }
}
