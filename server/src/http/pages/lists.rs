//! Forms of the overview and of the list of tenants, the list as a file, and numbers as they change.

use app::pages::message::Message;
use app::paths;
use app::role::Section;
use app::tenants::ListAddress;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::stream;
use uuid::Uuid;

use super::staff::{permit, read};
use super::{act, again, download, unavailable};
use crate::backend::staff::StaffMember;
use crate::backend::staff::tenants::{EXPORT_HEAD, RefusedView, export_lines};
use crate::domain::csv;
use crate::domain::tenants::Wanted;
use crate::http::{message_page, query, see_other};
use crate::services::overview;
use crate::services::staff::audit;
use crate::services::staff::permit::acts;
use crate::services::tenants::{self, Export};
use crate::state::App;

/// Saves a view under a name, or forgets one.
pub(super) async fn tenants(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Response {
    let (parts, form) = match read(&app, request).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let address = ListAddress::read(member.at().pairs());
    let here = paths::tenants(&address.query());
    let Some(act) = act(&form) else { return message_page(&app, Message::Unreadable, None) };
    if act == "save" {
        let name = query::single(&form.0, "view").ok().flatten().unwrap_or_default();
        return match tenants::save_view(&app, member.member(), &name, &address).await {
            Ok(Ok(())) => see_other(&here),
            Ok(Err(why)) => again(&app, parts, member.prepared(RefusedView { name, why })).await,
            Err(error) => unavailable(&app, &error),
        };
    }
    let Some(view) = act.strip_prefix("forget:").and_then(|id| Uuid::try_parse(id).ok()) else {
        return message_page(&app, Message::Unreadable, None);
    };
    match tenants::forget_view(&app, member.member(), view).await {
        // One that is forgotten already is what was wanted.
        Ok(_) => see_other(&here),
        Err(error) => unavailable(&app, &error),
    }
}

/// Says who looks after an outage.
pub(super) async fn overview(
    State(app): State<App>,
    Extension(member): Extension<StaffMember>,
    request: Request,
) -> Response {
    let form = match read(&app, request).await {
        Ok((_, form)) => form,
        Err(answer) => return answer,
    };
    let permit = match permit::<acts::Acknowledge>(&app, &member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let act = act(&form).unwrap_or_default();
    let Some(outage) = act.strip_prefix("acknowledge:").and_then(|id| Uuid::try_parse(id).ok()) else {
        return message_page(&app, Message::Unreadable, None);
    };
    match overview::acknowledge(&app, &permit, outage).await {
        // Over, or a colleague was quicker: the page says which.
        Ok(_) => see_other(paths::section_of(Section::Overview)),
        Err(error) => unavailable(&app, &error),
    }
}

/// Exactly the rows of the view, written while they are read.
pub(super) async fn file(State(app): State<App>, Extension(member): Extension<StaffMember>) -> Response {
    let permit = match permit::<acts::Export>(&app, &member) {
        Ok(permit) => permit,
        Err(answer) => return answer,
    };
    let address = ListAddress::read(member.at().pairs());
    // What is not understood would make the file larger than what was looked at.
    if !address.ignored.is_empty() {
        return message_page(&app, Message::Unreadable, None);
    }
    let export = match Export::begin(&app, Wanted::from(&address)).await {
        Ok(export) => export,
        Err(error) => return unavailable(&app, &error),
    };
    if let Err(error) = audit::tenants_exported(&app, &permit, address.first().query()).await {
        return unavailable(&app, &error);
    }
    let head = format!("{}{}", csv::MARK, csv::line(EXPORT_HEAD));
    let lines = stream::try_unfold((export, Some(head)), async |(mut export, head)| {
        if let Some(head) = head {
            return Ok(Some((Bytes::from(head), (export, None))));
        }
        let rows = export.next().await.inspect_err(|error| {
            tracing::error!(%error, "an export of tenants was cut off");
        })?;
        let lines = (!rows.is_empty()).then(|| Bytes::from(export_lines(&rows)));
        Ok::<_, crate::storage::StorageError>(lines.map(|lines| (lines, (export, None))))
    });
    let mut answer = download("tenants.csv", "text/csv; charset=utf-8", Vec::new());
    *answer.body_mut() = Body::from_stream(lines);
    answer
}
