//! How incidents are told: mails, thresholds, quiet hours, the webhook, a test.

use leptos::prelude::*;

use super::line;
use crate::components::entry::{Entry, entry, shown_once};
use crate::ports::{AlertsView, MailLevel, MailView, RulesField, RulesForm, StaffView, WebhookMistake, WebhookView};
use crate::texts::{Language, name, rich, text, text_with};
use crate::time;

fn card(id: &'static str, title: String, body: AnyView) -> AnyView {
    view! {
        <section class="card" aria-labelledby=id>
            <header><h2 id=id>{title}</h2></header>
            <div class="card__body flow">{body}</div>
        </section>
    }
    .into_any()
}

/// The secret of a webhook that was set a moment ago.
pub(super) fn secret(webhook: &WebhookView) -> Option<AnyView> {
    let secret = webhook.secret.clone()?;
    Some(
        view! {
            <section class="card" aria-labelledby="secret">
                <header><h2 id="secret">{text("alerts-webhook-secret")}</h2></header>
                {shown_once("secret-text", text("alerts-webhook-secret-label"), text("alerts-webhook-secret-help"), secret)}
            </section>
        }
        .into_any(),
    )
}

pub(super) fn mail(mail: &MailView, staff: &StaffView) -> AnyView {
    if !mail.is_on {
        let body = view! { <p>{rich("alerts-mail-off", &[])}</p> }.into_any();
        return card("mail", text("alerts-mail-title"), body);
    }
    let options = MailLevel::ALL.map(|level| {
        let words = match level {
            MailLevel::Nothing => text("alerts-mail-none"),
            MailLevel::Urgent => text("alerts-mail-urgent"),
            MailLevel::Each => text("alerts-mail-each"),
        };
        view! { <option value=level.slug() selected={level == mail.mine}>{words}</option> }
    });
    let others = [("count", mail.subscribers.len().into()), ("names", mail.subscribers.join(", ").into())];
    let body = view! {
        <form class="flow" method="post">
            <div class="field">
                <label class="label" for="level">{rich("alerts-mail-choose", &[("email", name(&staff.email))])}</label>
                <select id="level" name="level">{options.collect_view()}</select>
            </div>
            <div class="actions">
                <button class="btn" type="submit" name="act" value="subscribe">{text("alerts-mail-save")}</button>
            </div>
        </form>
        <p class="small muted">{text_with("alerts-mail-others", &others)}</p>
    };
    card("mail", text("alerts-mail-title"), body.into_any())
}

pub(super) fn rules(rules: &RulesForm, may_change: bool) -> AnyView {
    let body = if may_change { rules_form(rules) } else { rules_read(rules) };
    card("rules", text("alerts-rules-title"), body)
}

/// In words, for who may not change them.
fn rules_read(rules: &RulesForm) -> AnyView {
    let zone = || rules.zone.as_str().into();
    let thresholds = [
        ("one", rules.one_minutes.as_str().into()),
        ("many", rules.many_minutes.as_str().into()),
        ("from", rules.at_once_from.as_str().into()),
    ];
    let quiet = (rules.quiet_from != rules.quiet_until).then(|| {
        let hours =
            [("from", hour(&rules.quiet_from).into()), ("until", hour(&rules.quiet_until).into()), ("zone", zone())];
        view! { <p>{text_with("alerts-rules-read-quiet", &hours)}</p> }
    });
    let digest = (!rules.digest_hour.is_empty()).then(|| {
        let at = [("hour", hour(&rules.digest_hour).into()), ("zone", zone())];
        view! { <p>{text_with("alerts-rules-read-digest", &at)}</p> }
    });
    view! { <p>{text_with("alerts-rules-read", &thresholds)}</p>{quiet}{digest} }.into_any()
}

fn hour(typed: &str) -> String {
    format!("{typed}:00")
}

fn rules_form(rules: &RulesForm) -> AnyView {
    let number = |name: &'static str, label: String, value: &str, help: Option<String>, field: RulesField| {
        let (least, most) = field.range();
        let wrong = || text_with("alerts-rules-number", &[("least", least.into()), ("most", most.into())]);
        entry(Entry {
            name,
            label,
            kind: "text",
            value: value.to_owned(),
            help,
            mistake: (rules.mistake == Some(field)).then(wrong),
            autocomplete: "off",
            numeric: true,
        })
    };
    let zone_wrong = (rules.mistake == Some(RulesField::Zone)).then(|| text("alerts-rules-zone-wrong"));
    let languages = Language::ALL.map(|language| {
        let chosen = language.tag() == rules.language;
        view! { <option value=language.tag() lang=language.tag() selected=chosen>{language.own_name()}</option> }
    });
    view! {
        <form class="flow" method="post" novalidate>
            <div class="fields">
                {number("one", text("alerts-rules-one"), &rules.one_minutes, None, RulesField::OneMinutes)}
                {number("many", text("alerts-rules-many"), &rules.many_minutes, None, RulesField::ManyMinutes)}
                {number("from", text("alerts-rules-from"), &rules.at_once_from, Some(text("alerts-rules-from-help")), RulesField::AtOnceFrom)}
                {entry(Entry {
                    name: "zone",
                    label: text("alerts-rules-zone"),
                    kind: "text",
                    value: rules.zone.clone(),
                    help: Some(text("alerts-rules-zone-help")),
                    mistake: zone_wrong,
                    autocomplete: "off",
                    ..Entry::default()
                })}
                {number("quiet-from", text("alerts-rules-quiet-from"), &rules.quiet_from, Some(text("alerts-rules-quiet-help")), RulesField::QuietFrom)}
                {number("quiet-until", text("alerts-rules-quiet-until"), &rules.quiet_until, None, RulesField::QuietUntil)}
                {number("digest", text("alerts-rules-digest"), &rules.digest_hour, Some(text("alerts-rules-digest-help")), RulesField::DigestHour)}
                <div class="field">
                    <label class="label" for="language">{text("alerts-rules-language")}</label>
                    <select id="language" name="language">{languages.collect_view()}</select>
                </div>
            </div>
            <div class="actions">
                <button class="btn btn--primary" type="submit" name="act" value="rules">{text("alerts-rules-save")}</button>
            </div>
        </form>
    }
    .into_any()
}

pub(super) fn webhook(alerts: &AlertsView, staff: &StaffView) -> AnyView {
    let webhook = &alerts.webhook;
    let now = match &webhook.host {
        Some(host) => view! { <p>{rich("alerts-webhook-set", &[("host", name(host))])}</p> }.into_any(),
        None => view! { <p>{text("alerts-webhook-none")}</p> }.into_any(),
    };
    let overlaps = webhook.previous_until.map(|until| {
        let until = time::date_and_time(until, &staff.zone);
        view! { <p>{text_with("alerts-webhook-overlaps", &[("until", until.into())])}</p> }
    });
    let mistake = webhook.mistake.map(|mistake| match mistake {
        WebhookMistake::Url => text("alerts-webhook-url-wrong"),
        WebhookMistake::Address => text("alerts-webhook-refused"),
    });
    let form = alerts.may_change.then(|| {
        let remove = webhook.host.is_some().then(|| {
            let rotate = alerts.may_rotate.then(|| {
                view! {
                    <button class="btn" type="submit" name="act" value="webhook-rotate">{text("alerts-webhook-rotate")}</button>
                }
            });
            view! {
                <form method="post" class="row">
                    {rotate}
                    <button class="btn" type="submit" name="act" value="webhook-remove">{text("alerts-webhook-remove")}</button>
                </form>
            }
        });
        view! {
            <form class="flow" method="post" novalidate>
                {entry(Entry {
                    name: "url",
                    label: text("alerts-webhook-url"),
                    kind: "url",
                    value: webhook.typed.clone(),
                    help: Some(text("alerts-webhook-url-help")),
                    mistake,
                    autocomplete: "off",
                    ..Entry::default()
                })}
                <div class="actions">
                    <button class="btn btn--primary" type="submit" name="act" value="webhook">{text("alerts-webhook-do")}</button>
                </div>
            </form>
            {remove}
        }
    });
    let body = view! { <p class="muted">{text("alerts-webhook-lead")}</p>{now}{overlaps}{form} };
    card("webhook", text("alerts-webhook-title"), body.into_any())
}

/// What became of digests and tests, and the button for one more.
pub(super) fn test(alerts: &AlertsView, staff: &StaffView) -> Option<AnyView> {
    if !alerts.may_change && alerts.notices.is_empty() {
        return None;
    }
    let lines = alerts.notices.iter().map(|notice| view! { <li class="small">{line(notice, staff)}</li> });
    let lines = (!alerts.notices.is_empty()).then(|| view! { <ul>{lines.collect_view()}</ul> });
    let press = alerts.may_change.then(|| {
        view! {
            <p class="muted">{text("alerts-test-lead")}</p>
            <form method="post">
                <button class="btn" type="submit" name="act" value="test">{text("alerts-test-do")}</button>
            </form>
        }
    });
    Some(card("test", text("alerts-test-title"), view! { {press}{lines} }.into_any()))
}
