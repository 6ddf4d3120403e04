//! `POST /alerts`: taking an incident, and how incidents are told.

use app::ids::IncidentId;
use app::pages::message::Message;
use app::paths;
use app::ports::{AlertsSaid, MailLevel, RulesField, RulesForm, WebhookMistake, WebhookView};
use app::texts::Language;
use app::time::Zone;
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use http::request::Parts;
use secrecy::{ExposeSecret as _, SecretString};

use super::{act, again, staff as desk};
use crate::backend::staff::StaffMember;
use crate::backend::staff::alerts::Alerts;
use crate::domain::alerting::Rules;
use crate::domain::form::Form;
use crate::http::{message_page, see_other};
use crate::services::ServiceError;
use crate::services::alerts::acts::{self as service, NotSet};
use crate::services::staff::permit::acts;
use crate::state::App;
use crate::storage::alerting::Level;

pub(super) async fn change(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Response {
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let unreadable = || message_page(&app, Message::Unreadable, None);
    let Some(pressed) = act(&form) else { return unreadable() };
    match pressed.as_str() {
        "take" => return take(&app, &member, &form).await,
        "webhook-rotate" => return rotate(&app, member, parts).await,
        "subscribe" => {
            let Some(level) = form.first("level").and_then(MailLevel::from_slug) else { return unreadable() };
            let level = match level {
                MailLevel::Nothing => None,
                MailLevel::Urgent => Some(Level::Urgent),
                MailLevel::Each => Some(Level::Each),
            };
            let done = service::subscribe(&app, member.member(), level).await;
            return done.map_or_else(|error| failed(&app, &error), |()| said(AlertsSaid::Saved));
        }
        _ => {}
    }
    let permit = match desk::permit::<acts::Alerts>(&app, &member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let done = match pressed.as_str() {
        "rules" => {
            let rules = match read_rules(&form) {
                Ok(rules) => rules,
                Err(typed) => {
                    let prepared = Alerts { rules: Some(*typed), webhook: None };
                    return again(&app, parts, member.prepared(prepared)).await;
                }
            };
            service::save_rules(&app, &permit, rules).await.map(|()| AlertsSaid::Saved)
        }
        "webhook" => {
            let typed = form.first("url").unwrap_or_default().trim().to_owned();
            let view = match service::set_webhook(&app, &permit, &typed).await {
                Ok(Ok(Some(secret))) => made(&secret),
                Ok(Ok(None)) => return said(AlertsSaid::Saved),
                Ok(Err(why)) => {
                    let mistake = Some(match why {
                        NotSet::Url => WebhookMistake::Url,
                        NotSet::Address(_) => WebhookMistake::Address,
                    });
                    WebhookView { typed, mistake, ..WebhookView::default() }
                }
                Err(error) => return failed(&app, &error),
            };
            return again(&app, parts, member.prepared(Alerts { rules: None, webhook: Some(view) })).await;
        }
        "webhook-remove" => service::remove_webhook(&app, &permit).await.map(|()| AlertsSaid::Removed),
        "test" => service::test(&app, &permit)
            .await
            .map(|count| if count > 0 { AlertsSaid::Tested } else { AlertsSaid::Nowhere }),
        _ => return unreadable(),
    };
    done.map_or_else(|error| failed(&app, &error), said)
}

/// The webhook with its new secret, which is shown once.
fn made(secret: &SecretString) -> WebhookView {
    WebhookView { secret: Some(secret.expose_secret().to_owned()), ..WebhookView::default() }
}

async fn rotate(app: &App, member: StaffMember, parts: Parts) -> Response {
    let permit = match desk::permit::<acts::RotateSecrets>(app, &member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    match service::rotate_webhook(app, &permit).await {
        Ok(Some(secret)) => {
            again(app, parts, member.prepared(Alerts { rules: None, webhook: Some(made(&secret)) })).await
        }
        Ok(None) => said(AlertsSaid::Nowhere),
        Err(error) => failed(app, &error),
    }
}

async fn take(app: &App, member: &StaffMember, form: &Form) -> Response {
    let permit = match desk::permit::<acts::Acknowledge>(app, member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let Some(IncidentId(incident)) = form.first("incident").and_then(|id| id.parse().ok()) else {
        return message_page(app, Message::Unreadable, None);
    };
    let came_of_it = match service::acknowledge(app, &permit, incident).await {
        Ok(true) => AlertsSaid::Taken,
        Ok(false) => AlertsSaid::Gone,
        Err(error) => return failed(app, &error),
    };
    // Who came by a link still sees its incident above all others.
    match member.at().query("incident").and_then(|id| id.parse::<IncidentId>().ok()) {
        Some(linked) => see_other(&format!("{}&said={}", paths::alerts(Some(linked)), came_of_it.slug())),
        None => said(came_of_it),
    }
}

/// The rules that were typed; else the form with what is wrong.
fn read_rules(form: &Form) -> Result<Rules, Box<RulesForm>> {
    let of = |name: &str| form.first(name).unwrap_or_default().trim().to_owned();
    let mut typed = RulesForm {
        one_minutes: of("one"),
        many_minutes: of("many"),
        at_once_from: of("from"),
        zone: of("zone"),
        quiet_from: of("quiet-from"),
        quiet_until: of("quiet-until"),
        digest_hour: of("digest"),
        language: of("language"),
        mistake: None,
    };
    match rules(&typed) {
        Ok(rules) => Ok(rules),
        Err(field) => {
            typed.mistake = Some(field);
            Err(Box::new(typed))
        }
    }
}

fn rules(typed: &RulesForm) -> Result<Rules, RulesField> {
    let number = |text: &str, field: RulesField| {
        let (least, most) = field.range();
        text.parse::<u32>().ok().filter(|number| (least..=most).contains(number)).ok_or(field)
    };
    let hour = |text: &str, field| number(text, field).and_then(|hour| u8::try_from(hour).map_err(|_| field));
    Ok(Rules {
        one_minutes: number(&typed.one_minutes, RulesField::OneMinutes)?,
        many_minutes: number(&typed.many_minutes, RulesField::ManyMinutes)?,
        at_once_from: number(&typed.at_once_from, RulesField::AtOnceFrom)?,
        zone: if Zone::is_known(&typed.zone) { typed.zone.clone() } else { return Err(RulesField::Zone) },
        quiet_from: hour(&typed.quiet_from, RulesField::QuietFrom)?,
        quiet_until: hour(&typed.quiet_until, RulesField::QuietUntil)?,
        digest_hour: match typed.digest_hour.as_str() {
            "" => None,
            text => Some(hour(text, RulesField::DigestHour)?),
        },
        language: Language::of_tag(&typed.language).unwrap_or_default().tag().to_owned(),
    })
}

fn said(said: AlertsSaid) -> Response {
    see_other(&format!("/alerts?said={}", said.slug()))
}

fn failed(app: &App, error: &ServiceError) -> Response {
    tracing::error!(%error, "an act on alerts could not be stored");
    message_page(app, Message::Unavailable, None)
}
