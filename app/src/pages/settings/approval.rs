//! A run that would remove more than the guard allows: who it is, and the admin's word.

use leptos::prelude::*;

use super::titled;
use crate::components::{DeskPage, Icon, Notice, Sign};
use crate::pages::Page;
use crate::paths;
use crate::ports::{ApprovalAnswer, ApprovalLink, ApprovalView, ConnectionView, RemovalView};
use crate::texts::{self, Value, name, rich, text, text_with};
use crate::time::{self, Zone};

pub(super) fn page(connection: &ConnectionView, approval: &ApprovalView) -> Page {
    let zone = Zone::of(&connection.locations.today);
    let open = approval.answer == ApprovalAnswer::Open;
    let mut arguments = vec![("remove", approval.remove.into()), ("of", approval.of.into())];
    arguments.push(("integration", name(&connection.integration.name)));
    let heading = rich(if open { "approval-question" } else { "approval-heading-settled" }, &arguments);
    let lead = if open { rich("approval-lead", &arguments) } else { answered(approval.answer, &zone) };
    let asked = time::date_and_time_with_zone(approval.asked_at, &zone);
    let asked = time::element(approval.asked_at, text_with("approval-asked", &[("moment", asked.into())]));
    let places: Vec<_> = approval.places.iter().map(place).collect();
    let held = approval.places.iter().filter(|place| place.guard.is_some()).count();
    let back = paths::settings(connection.id);
    let named = approval.places.iter().any(|place| !place.members.is_empty());
    let list = named.then(|| {
        view! { <button class="btn" type="submit" name="act" value="list"><Icon sign=Sign::File/>" "{text("approval-csv")}</button> }
    });
    let acts = if open {
        let yes = rich("approval-yes", &arguments);
        let question = approval.question.clone();
        view! {
            <Notice tone="bad" sign=Sign::Warn title=text("approval-final").into_any()>
                <p>{rich("approval-final.text", &arguments)}</p>
            </Notice>
            <form class="actions" method="post">
                <input type="hidden" name="question" value=question/>
                <button class="btn btn--danger" type="submit" name="act" value="approve"><span>{yes}</span></button>
                <button class="btn" type="submit" name="act" value="refuse">{text("approval-no")}</button>
                {list}
            </form>
        }
        .into_any()
    } else {
        view! {
            <form class="actions" method="post">
                <a class="btn btn--primary" href=back>{text("approval-back")}</a>
                {list}
            </form>
        }
        .into_any()
    };
    let remove = approval.remove;
    let share = percent(remove, approval.of).into();
    let share = text_with("approval-of", &[("of", approval.of.into()), ("percent", share)]);
    let of_places = text_with("approval-above.text", &[("count", approval.places.len().into())]);
    let body = view! {
        <DeskPage head=connection narrow=true>
            <div class="page-head"><h1>{heading}</h1><p>{lead}</p></div>
            <dl class="ledger">
                <div>
                    <dt>{text("approval-would-go")}</dt>
                    <dd>{remove}</dd>
                    <dd>{share}</dd>
                </div>
                <div>
                    <dt>{text("approval-above")}</dt>
                    <dd>{held}</dd>
                    <dd>{of_places}</dd>
                </div>
            </dl>
            <p class="muted small">{asked}</p>
            <div class="flow">{places}</div>
            {acts}
        </DeskPage>
    };
    let title = text_with("approval-title", &[("remove", approval.remove.into())]);
    Page { title: titled(connection, title), status: 200, body: body.into_any() }
}

/// On the pages of the connection: that there is something to look at.
pub(super) fn notice(link: &ApprovalLink) -> AnyView {
    let percent = percent(link.remove, link.of);
    let counts: [(&str, Value<'_>); 3] =
        [("remove", link.remove.into()), ("of", link.of.into()), ("percent", percent.into())];
    view! {
        <p>{text_with("approval-notice", &counts)}</p>
        <a class="btn btn--small" href=link.href.clone()>{text("approval-look")}</a>
    }
    .into_any()
}

fn answered(answer: ApprovalAnswer, zone: &Zone) -> AnyView {
    let at = |key: &str, at: i64| {
        let moment = time::date_and_time_with_zone(at, zone);
        time::element(at, text_with(key, &[("moment", moment.into())])).into_any()
    };
    match answer {
        ApprovalAnswer::Granted { at: moment } => at("approval-granted", moment),
        ApprovalAnswer::Refused { at: moment } => at("approval-refused", moment),
        ApprovalAnswer::Open | ApprovalAnswer::Over => text("approval-over").into_any(),
    }
}

fn place(place: &RemovalView) -> AnyView {
    let counts = [
        ("remove", Value::from(place.remove)),
        ("of", place.of.into()),
        ("percent", percent(place.remove, place.of).into()),
    ];
    let guard = match place.guard {
        Some(guard) => {
            let words = text_with("approval-guard", &[("percent", texts::number(&guard.to_string()).into())]);
            view! { <span class="chip" data-tone="warn"><Icon sign=Sign::Approval/><span>{words}</span></span> }
                .into_any()
        }
        None => view! { <span class="muted small">{text("approval-within")}</span> }.into_any(),
    };
    let members = if place.members.is_empty() {
        view! { <p class="help">{text("approval-no-names")}</p> }.into_any()
    } else {
        let names: Vec<_> = place.members.iter().map(|member| view! { <li><bdi>{member.clone()}</bdi></li> }).collect();
        let unnamed = place.remove.saturating_sub(place.members.len() as u64);
        let more = (unnamed > 0)
            .then(|| view! { <p class="help">{text_with("approval-more", &[("count", unnamed.into())])}</p> });
        let summary = text_with("approval-members", &[("count", place.members.len().into())]);
        view! {
            <details class="pick">
                <summary>{summary}<Icon sign=Sign::Down class="icon--chevron"/></summary>
                <div class="pick__body flow-s"><ul class="places" role="list">{names}</ul>{more}</div>
            </details>
        }
        .into_any()
    };
    view! {
        <section class="card">
            <header><h2><bdi>{place.location.clone()}</bdi></h2>{guard}</header>
            <div class="card__body flow-s"><p>{text_with("approval-count", &counts)}</p>{members}</div>
        </section>
    }
    .into_any()
}

/// Rounded to whole percents, but what is something is never shown as nothing.
fn percent(part: u64, of: u64) -> u64 {
    if of == 0 { 100 } else { (part * 200 + of).checked_div(of * 2).unwrap_or(100).max(u64::from(part > 0)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_rounded_and_never_hide_anything() {
        assert_eq!(percent(64, 180), 36);
        assert_eq!(percent(1, 1_000), 1);
        assert_eq!(percent(0, 7), 0);
        assert_eq!(percent(3, 0), 100);
    }
}
