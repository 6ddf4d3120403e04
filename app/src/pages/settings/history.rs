//! Every change of the settings, and the question before a version is restored.

use leptos::prelude::*;

use super::form::here;
use super::{outcome, titled};
use crate::components::setting::Here;
use crate::components::setting::words::wrong;
use crate::components::{DeskPage, Icon, Notice, Sign};
use crate::forms::Act;
use crate::pages::Page;
use crate::paths;
use crate::ports::{ConnectionView, HistoryView, Mark, Origin, RestoreView, RevisionView};
use crate::texts::{all_of, rich, text, text_with};
use crate::time;

pub(super) fn page(connection: &ConnectionView, history: &HistoryView) -> Page {
    let here = here(connection, None);
    let items: Vec<_> = history.revisions.iter().map(|revision| item(connection, revision, &here)).collect();
    let list = if items.is_empty() {
        view! { <p class="muted">{text("history-none")}</p> }.into_any()
    } else {
        view! { <ol class="timeline" role="list">{items}</ol> }.into_any()
    };
    let restored = history.restored.map(|at| {
        let at = time::date_and_time(at, &here.zone);
        let title = text_with("history-restored", &[("moment", at.into())]).into_any();
        view! { <Notice tone="ok" sign=Sign::Ok title role="status"><p>{text("history-restored.text")}</p></Notice> }
    });
    let link = |href: &Option<String>, key: &str| {
        href.clone().map(|href| view! { <li><a class="btn btn--small" href=href>{text(key)}</a></li> })
    };
    let back = paths::settings(connection.id);
    let pager = (history.older.is_some() || history.newer.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=text("pager")>
                <ul role="list">{link(&history.newer, "history-newer")}{link(&history.older, "history-older")}</ul>
            </nav>
        }
    });
    let body = view! {
        <DeskPage head=connection narrow=true>
            <div class="page-head">
                <h1>{text("history")}</h1>
                <p>{text("history.text")}</p>
            </div>
            {restored}
            <section class="card" aria-labelledby="hi">
                <header><h2 id="hi">{text("history-list")}</h2></header>
                <div class="card__body">{list}</div>
            </section>
            {pager}
            <p><a href=back>{text("history-back")}</a></p>
        </DeskPage>
    };
    Page { title: titled(connection, text("history")), status: 200, body: body.into_any() }
}

fn who(mark: &Mark, here: &Here) -> AnyView {
    let moment = time::date_and_time(mark.at, &here.zone);
    let actor = super::activity::named(&mark.actor, mark.name.as_deref(), &here.integration);
    time::element_of(mark.at, rich("activity-when", &[("moment", moment.into()), ("actor", actor)]))
}

fn origin(origin: Origin) -> String {
    text(match origin {
        Origin::Page => "origin-page",
        Origin::Connect => "origin-connect",
        Origin::Api => "origin-api",
        Origin::Restore => "origin-restore",
    })
}

fn item(connection: &ConnectionView, revision: &RevisionView, here: &Here) -> AnyView {
    let more = revision.count.saturating_sub(revision.changes.len());
    let restore = revision.can_restore.then(|| {
        let at = time::date_and_time(revision.mark.at, &here.zone);
        let href = paths::revision(connection.id, &revision.id);
        view! {
            <a class="btn btn--plain btn--small" href=href>
                <Icon sign=Sign::Undo/>{text("history-restore")}<span class="vh">": "{at}</span>
            </a>
        }
    });
    let current = revision.current.then(|| {
        view! { <span class="chip" data-tone="ok"><Icon sign=Sign::Ok/><span>{text("history-current")}</span></span> }
    });
    view! {
        <li>
            <span class="dot"><Icon sign=Sign::Pencil/></span>
            <div class="flow-s">
                <p><strong>{text_with("history-changes", &[("count", revision.count.into())])}</strong>" "{current}</p>
                {outcome::changes(&revision.changes, more, here, true)}
                <p class="when">{who(&revision.mark, here)}" "{origin(revision.from)}</p>
                {restore}
            </div>
        </li>
    }
    .into_any()
}

pub(super) fn restore(connection: &ConnectionView, view: &RestoreView) -> Page {
    let here = here(connection, None);
    let at = time::date_and_time(view.revision.mark.at, &here.zone);
    let left_out = (!view.left_out.is_empty()).then(|| {
        let labels: Vec<String> = view.left_out.iter().map(|label| label.text.clone()).collect();
        view! { <p class="help">{text_with("restore-left-out", &[("fields", all_of(&labels).into())])}</p> }
    });
    let count = view.changes.len();
    let changes = if count == 0 {
        view! { <p>{text("restore-nothing")}</p> }.into_any()
    } else {
        outcome::changes(&view.changes, 0, &here, true)
    };
    let broken = (!view.broken.is_empty()).then(|| {
        let lines: Vec<_> =
            view.broken.iter().map(|found| view! { <p>{wrong(&found.label, &found.mistake)}</p> }).collect();
        let title = text("restore-broken").into_any();
        view! { <Notice tone="bad" sign=Sign::Error title role="alert">{lines}<p>{text("restore-broken.text")}</p></Notice> }
    });
    let button = (count > 0 && view.broken.is_empty()).then(|| {
        view! {
            <button class="btn btn--primary" type="submit" name="act" value=Act::Restore(view.revision.id.clone()).to_string()>
                {text_with("restore-button", &[("count", count.into())])}
            </button>
        }
    });
    let (heading, mark) = (text_with("restore", &[("moment", at.clone().into())]), who(&view.revision.mark, &here));
    let (version, back) = (view.version.clone(), paths::history(connection.id));
    let body = view! {
        <DeskPage head=connection narrow=true>
            <div class="page-head">
                <h1>{heading}</h1>
                <p>{text("restore.text")}</p>
                <p class="muted small">{mark}</p>
            </div>
            {broken}
            <section class="card" aria-labelledby="re">
                <header><h2 id="re">{text_with("restore-changes", &[("count", count.into())])}</h2></header>
                <div class="card__body flow-s">{changes}{left_out}</div>
            </section>
            <form class="actions" method="post">
                <input type="hidden" name="version" value=version/>
                {button}
                <a class="btn" href=back>{text("restore-back")}</a>
            </form>
        </DeskPage>
    };
    Page {
        title: titled(connection, text_with("restore", &[("moment", at.into())])),
        status: 200,
        body: body.into_any(),
    }
}
