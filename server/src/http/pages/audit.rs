//! `POST /activity`: the record as a file.

use app::pages::message::Message;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;

use super::{act, again, download, staff as desk};
use crate::backend::staff::StaffMember;
use crate::http::message_page;
use crate::services::staff::audit;
use crate::services::staff::permit::acts;
use crate::state::App;

pub(super) async fn export(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Response {
    let permit = match desk::permit::<acts::Export>(&app, &member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let (parts, form) = match desk::read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    if act(&form).as_deref() != Some("export") {
        return message_page(&app, Message::Unreadable, None);
    }
    let wanted = match member.audit_wanted(&form.0).await {
        Ok((_, filter)) if filter.mistake.is_some() => return again(&app, parts, member.asking(form.0.clone())).await,
        Ok((wanted, _)) => wanted,
        Err(error) => return super::unavailable(&app, &error),
    };
    match audit::export(&app, &permit, wanted).await {
        Ok(lines) => {
            let mut response = download("activity.csv", "text/csv; charset=utf-8", Vec::new());
            *response.body_mut() = Body::from_stream(lines);
            response
        }
        Err(error) => super::unavailable(&app, &error),
    }
}
