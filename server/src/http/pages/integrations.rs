//! `POST /integrations` (keys) and `POST /integrations/{integration}` (endpoints).

use app::ids::{ApiKeyId, EndpointId};
use app::pages::message::Message;
use app::ports::{EndpointForm, EndpointMistake, KeyForm, KeyMistake, KeySaid};
use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::{act, again, staff as desk};
use crate::backend::staff::StaffMember;
use crate::backend::staff::integrations::{Endpoints, Keys};
use crate::clock::{DAY, SECOND};
use crate::domain::form::Form;
use crate::domain::scope::Scope;
use crate::http::{message_page, see_other};
use crate::services::ServiceError;
use crate::services::api_keys::{self as service, Made, Replaced, Wish};
use crate::services::events::endpoints::{self as hearing, By, NotMade, Replay};
use crate::services::staff::permit::acts;
use crate::state::App;
use crate::storage::endpoints;

const LONGEST_NAME: usize = 200;
const MOST_DAYS: u32 = 3_650;
/// So far back a replay from here reaches at most; what is older is not kept.
const MOST_REPLAYED_DAYS: i64 = 30;

pub(super) async fn keys(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Response {
    let permit = match desk::permit::<acts::ApiKeys>(&app, &member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let unreadable = || message_page(&app, Message::Unreadable, None);
    let Some(pressed) = act(&form) else { return unreadable() };
    let made = if pressed == "make" {
        let wish = match read_wish(&app, &form) {
            Ok(wish) => wish,
            Err(form) => return again(&app, parts, member.prepared(Keys { form: *form, made: None })).await,
        };
        service::made_by(&app, &permit, wish).await.map(Replaced::Made)
    } else {
        let Some(ApiKeyId(key)) = form.first("key").and_then(|id| id.parse().ok()) else { return unreadable() };
        match pressed.as_str() {
            "replace" => service::replaced_by(&app, &permit, key).await,
            "revoke" => match service::revoked_by(&app, &permit, key).await {
                Ok(true) => return see_other(&format!("/integrations?said={}", KeySaid::Revoked.slug())),
                Ok(false) => Ok(Replaced::Unknown),
                Err(error) => Err(error),
            },
            _ => return unreadable(),
        }
    };
    match made {
        Ok(Replaced::Made(Made { key, secret })) => {
            let keys = Keys { form: KeyForm::default(), made: Some((key.name, secret)) };
            again(&app, parts, member.prepared(keys)).await
        }
        Ok(Replaced::EndsAlready) => see_other(&format!("/integrations?said={}", KeySaid::EndsAlready.slug())),
        Ok(Replaced::Unknown) => message_page(&app, Message::NotFound, None),
        Err(error) => failed(&app, &error),
    }
}

/// What a key is to be; else the form with what is wrong.
fn read_wish(app: &App, form: &Form) -> Result<Wish, Box<KeyForm>> {
    let all = |name: &str| {
        let mut values: Vec<String> = form.all(name).map(str::to_owned).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let mut typed = KeyForm {
        name: form.first("name").unwrap_or_default().trim().to_owned(),
        integrations: all("integration"),
        scopes: all("scope"),
        days: form.first("days").unwrap_or_default().trim().to_owned(),
        mistake: None,
    };
    let scopes: Vec<Scope> = typed.scopes.iter().filter_map(|scope| Scope::from_slug(scope)).collect();
    let days = if typed.days.is_empty() { Ok(None) } else { typed.days.parse::<u32>().map(Some) };
    let days = days.ok().filter(|days| days.is_none_or(|days| (1..=MOST_DAYS).contains(&days)));
    typed.mistake = if typed.name.is_empty() || typed.name.chars().count() > LONGEST_NAME {
        Some(KeyMistake::NoName)
    } else if typed.integrations.is_empty()
        || typed.integrations.iter().any(|slug| app.integrations.get(slug).is_none())
    {
        Some(KeyMistake::NoIntegration)
    } else if scopes.is_empty() || scopes.len() != typed.scopes.len() {
        Some(KeyMistake::NoScope)
    } else if days.is_none() {
        Some(KeyMistake::Days)
    } else {
        None
    };
    match (typed.mistake, days) {
        (None, Some(expires_in_days)) => {
            Ok(Wish { name: typed.name, integrations: typed.integrations, scopes, expires_in_days })
        }
        _ => Err(Box::new(typed)),
    }
}

pub(super) async fn hear(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    Path(slug): Path<String>,
    request: Request,
) -> Response {
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let Some(pressed) = act(&form) else { return message_page(&app, Message::Unreadable, None) };
    let by = match pressed.as_str() {
        "replay" => desk::permit::<acts::Replay>(&app, &member).map(|permit| By::staff(&permit)),
        "rotate" => desk::permit::<acts::RotateSecrets>(&app, &member).map(|permit| By::staff(&permit)),
        _ => desk::permit::<acts::Endpoints>(&app, &member).map(|permit| By::staff(&permit)),
    };
    let by = match by {
        Ok(by) => by,
        Err(answer) => return answer,
    };
    let Some(integration) = app.integrations.get(&slug) else { return message_page(&app, Message::NotFound, None) };
    let page = app::paths::integration(&integration.slug);
    let shown = |made: Endpoints| again(&app, parts, member.clone().prepared(made));
    if pressed == "add" {
        let typed = form.first("types").unwrap_or_default().trim().to_owned();
        let url = form.first("url").unwrap_or_default().trim().to_owned();
        let types: Vec<String> =
            typed.split([',', ' ', '\n', '\r']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let mistake = match hearing::create(&app, &integration.slug, &url, &types, &by).await {
            Ok(Ok((_, secret))) => {
                return shown(Endpoints { form: EndpointForm::default(), secret: Some(secret) }).await;
            }
            Ok(Err(NotMade::Integration)) => return message_page(&app, Message::NotFound, None),
            Ok(Err(NotMade::Url)) => EndpointMistake::Url,
            Ok(Err(NotMade::Types)) => EndpointMistake::Types,
            Ok(Err(NotMade::Address(_))) => EndpointMistake::Address,
            Ok(Err(NotMade::TooMany)) => EndpointMistake::TooMany,
            Err(error) => return failed(&app, &error),
        };
        let form = EndpointForm { url, types: typed, mistake: Some(mistake) };
        return shown(Endpoints { form, secret: None }).await;
    }
    let Some(EndpointId(id)) = form.first("endpoint").and_then(|id| id.parse().ok()) else {
        return message_page(&app, Message::Unreadable, None);
    };
    let found = match endpoints::get(app.db.read(), std::slice::from_ref(&integration.slug), id).await {
        Ok(Some(found)) => found,
        Ok(None) => return message_page(&app, Message::NotFound, None),
        Err(error) => return super::unavailable(&app, &error),
    };
    let done = match pressed.as_str() {
        "rotate" => match hearing::rotate(&app, id, DAY / SECOND, &by).await {
            Ok(Some((secret, _))) => {
                return shown(Endpoints { form: EndpointForm::default(), secret: Some(secret) }).await;
            }
            Ok(None) => return message_page(&app, Message::NotFound, None),
            Err(error) => Err(error),
        },
        "enable" => hearing::enable(&app, id, &by).await.map(|_| format!("{page}?said=enabled")),
        "delete" => hearing::delete(&app, &found, &by).await.map(|()| format!("{page}?said=deleted")),
        "replay" => {
            let since = app.clock.now() - MOST_REPLAYED_DAYS.min(days_of(&form)) * DAY;
            let replayed = hearing::replay(&app, &found, Replay::Since(since), &by).await;
            replayed.map(|count| format!("{page}?said=replayed&count={}", count.unwrap_or(0)))
        }
        _ => return message_page(&app, Message::Unreadable, None),
    };
    match done {
        Ok(next) => see_other(&next),
        Err(error) => failed(&app, &error),
    }
}

/// So many days back; one where nothing readable was typed.
fn days_of(form: &Form) -> i64 {
    form.first("days").and_then(|days| days.trim().parse().ok()).filter(|days| *days > 0).unwrap_or(1)
}

fn failed(app: &App, error: &ServiceError) -> Response {
    tracing::error!(%error, "an act on keys or endpoints could not be stored");
    message_page(app, Message::Unavailable, None)
}
