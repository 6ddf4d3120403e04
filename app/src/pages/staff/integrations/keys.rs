//! Keys of the partner system.

use leptos::prelude::*;

use super::super::team::prove_first;
use crate::components::entry::{Entry, entry, said as at_field, shown_once};
use crate::components::{Notice, Sign, headed_table};
use crate::ports::{KeyForm, KeyLine, KeyMistake, KeySaid, KeyState, KeysView, StaffView};
use crate::role::Section;
use crate::texts::{name, rich, text, text_with};
use crate::time;

/// What just happened: a new key, shown once, or in words.
pub(super) fn made(keys: &KeysView) -> Option<AnyView> {
    if let Some((whose, key)) = &keys.made {
        return Some(
            view! {
                <section class="card" aria-labelledby="made">
                    <header><h2 id="made">{rich("keys-made", &[("name", name(whose))])}</h2></header>
                    {shown_once("made-key", text("keys-made-label"), text("keys-made-help"), key.clone())}
                </section>
            }
            .into_any(),
        );
    }
    let (key, tone, sign, role) = match keys.said? {
        KeySaid::Revoked => ("keys-said-revoked", "ok", Sign::Ok, "status"),
        KeySaid::EndsAlready => ("keys-said-ends-already", "warn", Sign::Warn, "alert"),
    };
    let title = text(key).into_any();
    Some(view! { <Notice tone sign title role><p>{text(&format!("{key}.text"))}</p></Notice> }.into_any())
}

pub(super) fn card(keys: &KeysView, staff: &StaffView) -> AnyView {
    let rows = keys.keys.iter().map(|key| row(key, keys.may_change, staff));
    let list = if keys.keys.is_empty() {
        view! { <p class="card__body muted">{text("keys-none")}</p> }.into_any()
    } else {
        let heads = ["staff-name", "keys-may", "keys-used", "keys-until"].map(|key| (text(key), false));
        headed_table(text("keys-title"), &heads, rows.collect())
    };
    view! {
        <section class="card" aria-labelledby="keys">
            <header><h2 id="keys">{text("keys-title")}</h2></header>
            {list}
        </section>
        {keys.may_change.then(|| {
            if staff.is_fresh { form(keys) } else { prove_first("make", text("keys-make"), Section::Integrations) }
        })}
    }
    .into_any()
}

fn row(key: &KeyLine, may_change: bool, staff: &StaffView) -> AnyView {
    let day = |at| time::date_and_time(at, &staff.zone);
    let (state, live) = match key.state {
        KeyState::Endless => (text("keys-endless"), true),
        KeyState::Until(at) => (text_with("keys-until-day", &[("day", day(at).into())]), true),
        KeyState::Expired(at) => (text_with("keys-expired", &[("day", day(at).into())]), false),
        KeyState::Revoked(at) => (text_with("keys-revoked", &[("day", day(at).into())]), false),
    };
    let used = key.last_used_at.map_or_else(|| text("keys-never"), day);
    let acts = (may_change && live).then(|| {
        let press = |act: &'static str, words: &str| {
            view! {
                <button class="btn btn--small" type="submit" name="act" value=act>
                    {text(words)}<span class="vh">": "{key.name.clone()}</span>
                </button>
            }
        };
        view! {
            <form method="post" class="row">
                <input type="hidden" name="key" value=key.id.clone()/>
                {press("replace", "keys-replace")}
                {press("revoke", "keys-revoke")}
            </form>
        }
    });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                <bdi>{key.name.clone()}</bdi><span class="sub"><code>{key.id.clone()}</code></span>
            </th>
            <td role="cell" data-label=text("keys-may")>
                {key.scopes.join(", ")}<span class="sub">{key.integrations.join(", ")}</span>
            </td>
            <td role="cell" data-label=text("keys-used")>{used}</td>
            <td role="cell" data-label=text("keys-until")>{state}{acts}</td>
        </tr>
    }
    .into_any()
}

fn form(keys: &KeysView) -> AnyView {
    let KeyForm { name, integrations, scopes, days, mistake } = keys.form.clone();
    let wrong = |wanted: KeyMistake, key: &str| (mistake == Some(wanted)).then(|| text(key));
    let boxes = |field: &'static str, all: &[(String, String)], chosen: &[String]| {
        let items = all.iter().enumerate().map(|(index, (value, words))| {
            let id = format!("{field}-{index}");
            let checked = chosen.contains(value);
            view! {
                <div class="choice">
                    <input id=id.clone() type="checkbox" name=field value=value.clone() checked=checked/>
                    <label for=id><bdi>{words.clone()}</bdi>" "<span class="muted">{value.clone()}</span></label>
                </div>
            }
        });
        items.collect_view()
    };
    view! {
        <section class="card" aria-labelledby="make">
            <header><h2 id="make">{text("keys-make")}</h2></header>
            <form class="card__body flow" method="post" novalidate>
                {entry(Entry {
                    name: "name",
                    label: text("staff-name"),
                    kind: "text",
                    value: name,
                    help: Some(text("keys-name-help")),
                    mistake: wrong(KeyMistake::NoName, "staff-name-missing"),
                    autocomplete: "off",
                    ..Entry::default()
                })}
                <fieldset class="field">
                    <legend class="label">{text("keys-for")}</legend>
                    {wrong(KeyMistake::NoIntegration, "keys-no-integration").map(|words| at_field("integration-e".into(), words))}
                    {boxes("integration", &keys.integrations, &integrations)}
                </fieldset>
                <fieldset class="field">
                    <legend class="label">{text("keys-may")}</legend>
                    {wrong(KeyMistake::NoScope, "keys-no-scope").map(|words| at_field("scope-e".into(), words))}
                    {boxes("scope", &keys.scopes, &scopes)}
                </fieldset>
                {entry(Entry {
                    name: "days",
                    label: text("keys-days"),
                    kind: "text",
                    value: days,
                    help: Some(text("keys-days-help")),
                    mistake: wrong(KeyMistake::Days, "keys-days-wrong"),
                    autocomplete: "off",
                    numeric: true,
                })}
                <div class="actions">
                    <button class="btn btn--primary" type="submit" name="act" value="make">{text("keys-make-do")}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}
