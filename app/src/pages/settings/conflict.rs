//! Two people changed the same: three values side by side, nothing chosen beforehand, nothing lost.

use leptos::prelude::*;

use super::form::{applies, here};
use super::outcome::label;
use super::titled;
use crate::components::setting::words::about;
use crate::components::setting::{Here, shown};
use crate::components::{DeskHead, DeskPage, Icon, Sign};
use crate::forms::Act;
use crate::pages::Page;
use crate::ports::{Actor, ClashView, ConflictView, ConnectionView, Mark, Side};
use crate::texts::{all_of, name, rich, text, text_with};
use crate::time;

/// Who was quicker, in plain words.
fn who(they: &Mark, integration: &str) -> String {
    match (&they.name, &they.actor) {
        (Some(name), _) => name.clone(),
        (None, Actor::Key(key)) => {
            text_with("actor-key", &[("integration", integration.to_owned().into()), ("key", key.as_str().into())])
        }
        (None, Actor::Staff { .. }) => text_with("actor-staff", &[("integration", integration.to_owned().into())]),
        (None, _) => text("actor-admin"),
    }
}

pub(super) fn page(connection: &ConnectionView, conflict: &ConflictView) -> Page {
    let here = here(connection, conflict.location.as_ref());
    let who = who(&conflict.they, &here.integration);
    let (saved, opened) = (time::clock(conflict.they.at, &here.zone), time::clock(conflict.opened_at, &here.zone));
    let heading = rich("conflict", &[("who", name(&who))]);
    let lead =
        rich("conflict.text", &[("who", name(&who)), ("saved", saved.clone().into()), ("opened", opened.into())]);
    let theirs = text_with("conflict-theirs", &[("who", who.as_str().into()), ("time", saved.into())]);
    let rows: Vec<_> = conflict.decide.iter().map(|clash| decide(clash, &theirs, &here)).collect();
    let wrong = conflict.undecided.then(|| undecided(conflict));
    let again = (!conflict.again.is_empty()).then(|| {
        let labels: Vec<String> = conflict.again.iter().map(|label| label.text.clone()).collect();
        view! { <p class="help">{text_with("conflict-secrets", &[("fields", all_of(&labels).into())])}</p> }
    });
    let all = conflict.decide.len() + conflict.clear.iter().filter(|(_, mine)| *mine).count();
    let count = conflict.decide.len();
    let (version, draft) = (conflict.version.clone(), conflict.draft.clone());
    let (clear, applies) = (clear(conflict, &who, &here), applies(&conflict.applies, &here));
    let frame = DeskHead::at(connection, here.zone);
    let body = view! {
        <DeskPage head=frame narrow=true>
            <div class="page-head"><h1>{heading}</h1><p>{lead}</p></div>
            {wrong}
            <form class="flow" method="post" novalidate>
                <input type="hidden" name="version" value=version/>
                <input type="hidden" name="draft" value=draft/>
                <section class="card" aria-labelledby="c">
                    <header><h2 id="c">{text_with("conflict-decide", &[("count", count.into())])}</h2></header>
                    <div class="table-box">
                        <table role="table" class="table table--edge">
                            <caption>{text("conflict-caption")}</caption>
                            <thead role="rowgroup">
                                <tr role="row">
                                    <th role="columnheader" scope="col">{text("conflict-setting")}</th>
                                    <th role="columnheader" scope="col">{text("conflict-original")}</th>
                                    <th role="columnheader" scope="col">{theirs.clone()}</th>
                                    <th role="columnheader" scope="col">{text("conflict-yours")}</th>
                                </tr>
                            </thead>
                            <tbody role="rowgroup">{rows}</tbody>
                        </table>
                    </div>
                </section>
                {clear}
                {again}
                <p class="muted">{applies}" "{text("conflict-history")}</p>
                <div class="actions">
                    <button class="btn btn--primary" type="submit" name="act" value="save">{text_with("conflict-save", &[("count", all.into())])}</button>
                    <button class="btn" type="submit" name="act" value=Act::Edit.to_string()>{text("conflict-edit")}</button>
                    <button class="btn btn--plain" type="submit" name="act" value=Act::Discard.to_string()>{text("conflict-discard")}</button>
                </div>
            </form>
        </DeskPage>
    };
    let title = titled(connection, text_with("conflict-title", &[("count", count.into())]));
    let title = if conflict.undecided { text_with("title-error", &[("page", title.into())]) } else { title };
    Page { title, status: if conflict.undecided { 422 } else { 200 }, body: body.into_any() }
}

fn undecided(conflict: &ConflictView) -> AnyView {
    let open = conflict.decide.iter().filter(|clash| clash.chosen.is_none());
    let lines: Vec<_> = open
        .map(|clash| {
            let words = about(&clash.label, |label| text_with("mistake-undecided", &[("field", label.into())]));
            view! { <li><a href=format!("#decide.{}", clash.path)>{words}</a></li> }
        })
        .collect();
    let heading = text_with("summary", &[("count", lines.len().into())]);
    view! {
        <section class="error-summary" aria-labelledby="es" role="alert" tabindex="-1" autofocus>
            <h2 id="es"><Icon sign=Sign::Error/>{heading}</h2><ul role="list">{lines}</ul>
        </section>
    }
    .into_any()
}

fn decide(clash: &ClashView, theirs: &str, here: &Here) -> AnyView {
    let field = format!("decide.{}", clash.path);
    let pick = |side: Side, key: &str, value: &crate::ports::Shown| {
        let slug = match side {
            Side::Theirs => "theirs",
            Side::Mine => "yours",
        };
        let id = if side == Side::Theirs { field.clone() } else { format!("{field}:yours") };
        let on = clash.chosen == Some(side);
        view! {
            <div class="choice">
                <input type="radio" name=field.clone() id=id.clone() value=slug checked=on required/>
                <label for=id><span class="vh">{text(key)}" "</span>{shown::inline(value, &here.zone)}</label>
            </div>
        }
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">{label(&clash.label)}</th>
            <td role="cell" class="col-min" data-label=text("conflict-original")>{shown::inline(&clash.original, &here.zone)}</td>
            <td role="cell" class="col-min" data-label=theirs.to_owned()><div>{pick(Side::Theirs, "conflict-theirs-spoken", &clash.theirs)}</div></td>
            <td role="cell" class="col-min" data-label=text("conflict-yours")><div>{pick(Side::Mine, "conflict-yours-spoken", &clash.mine)}</div></td>
        </tr>
    }
    .into_any()
}

/// What only one of them changed.
fn clear(conflict: &ConflictView, who: &str, here: &Here) -> Option<AnyView> {
    if conflict.clear.is_empty() {
        return None;
    }
    let rows: Vec<_> = conflict
        .clear
        .iter()
        .map(|(change, mine)| {
            let by = if *mine { text("conflict-yours") } else { who.to_owned() };
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row">{label(&change.label)}</th>
                    <td role="cell" data-label=text("conflict-before")>{shown::inline(&change.before, &here.zone)}</td>
                    <td role="cell" data-label=text("conflict-after")>{shown::inline(&change.after, &here.zone)}</td>
                    <td role="cell" data-label=text("conflict-by")><bdi>{by}</bdi></td>
                </tr>
            }
        })
        .collect();
    let count = rows.len();
    let view = view! {
        <section class="card" aria-labelledby="m">
            <header><h2 id="m">{text_with("conflict-clear", &[("count", count.into())])}</h2></header>
            <div class="table-box">
                <table role="table" class="table table--edge">
                    <caption>{text("conflict-clear-caption")}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{text("conflict-setting")}</th>
                            <th role="columnheader" scope="col">{text("conflict-before")}</th>
                            <th role="columnheader" scope="col">{text("conflict-after")}</th>
                            <th role="columnheader" scope="col">{text("conflict-by")}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
        </section>
    };
    Some(view.into_any())
}
