//! Staff, invitations, and everybody's own account.

use std::sync::Arc;

use app::ids::StaffId;
use app::ports::{
    AccountMistake, AccountSaid, AccountView, AppView, Fault, InviteView, InvitedView, MemberView, Picture,
    ProviderView, SessionView, StaffLinkView, TeamDesk, TeamSaid, TeamView,
};
use app::role::Act;
use async_trait::async_trait;
use qrcode::{Color, QrCode};
use secrecy::{ExposeSecret as _, SecretString};

use super::StaffMember;
use crate::backend::unavailable;
use crate::domain::mask;
use crate::services::staff::account::is_begun;
use crate::services::staff::session::IDLE;
use crate::storage::StorageError;
use crate::storage::staff::{self, identities, invitations, secrets, sessions};

/// What a form of `/staff` leads to.
#[derive(Clone, Default)]
pub struct Team {
    pub invite: InviteView,
    pub link: Option<StaffLinkView>,
}

/// What a form of `/account` leads to.
#[derive(Clone, Default)]
pub struct Account {
    pub mistake: Option<AccountMistake>,
    /// Name and zone as they were typed.
    pub typed: Option<(String, String)>,
    pub codes: Arc<[SecretString]>,
}

#[async_trait]
impl TeamDesk for StaffMember {
    async fn team(&self) -> Result<TeamView, Fault> {
        self.read_team().await.map_err(|error| unavailable(&error))
    }

    async fn account(&self) -> Result<AccountView, Fault> {
        self.read_account().await.map_err(|error| unavailable(&error))
    }
}

impl StaffMember {
    async fn read_team(&self) -> Result<TeamView, StorageError> {
        let (db, now) = (self.app.db.read(), self.app.clock.now());
        let with_app = secrets::with_second_factor(db).await?;
        let linked = identities::linked(db).await?;
        let mine = self.member.staff();
        // As in the record: who may not see addresses of people does not see those of colleagues.
        let shown = |text: String| if mine.role.may(Act::Unmask) { text } else { mask::text(&text) };
        let members = staff::all(db).await?.into_iter().map(|one| MemberView {
            id: StaffId(one.id),
            has_app: with_app.contains(&one.id),
            is_linked: linked.contains(&one.id),
            is_self: one.id == mine.id,
            name: shown(one.name),
            email: if one.id == mine.id { one.email } else { shown(one.email) },
            role: one.role,
            signed_in_at: one.signed_in_at,
            disabled: one.disabled_at.is_some(),
        });
        let invitations = invitations::all(db, now).await?.into_iter().map(|one| InvitedView {
            id: one.id.simple().to_string(),
            email: shown(one.email),
            name: shown(one.name),
            role: one.role,
            until: one.expires_at,
            is_reset: one.staff.is_some(),
        });
        let made = self.found::<Team>().map(|team| Team::clone(&team)).unwrap_or_default();
        Ok(TeamView {
            members: members.collect(),
            invitations: invitations.collect(),
            invite: made.invite,
            link: made.link,
            said: self.at.query("said").and_then(TeamSaid::from_slug),
        })
    }

    async fn read_account(&self) -> Result<AccountView, StorageError> {
        let (db, now) = (self.app.db.read(), self.app.clock.now());
        let mine = self.member.staff();
        let app = match secrets::second_factor(db, &self.app.vault, mine.id).await? {
            None => AppView::None,
            Some(factor) if factor.confirmed_at.is_some() => {
                AppView::Set { codes_left: secrets::codes_left(db, mine.id).await? }
            }
            // Whoever finds an open browser does not find the secret in it.
            Some(factor) if is_begun(&factor, now) && self.member.is_fresh(now) => self.begun(&factor.secret),
            Some(_) => AppView::None,
        };
        let provider = match &self.app.oidc {
            Some(oidc) => {
                let identity = identities::of_staff(db, mine.id, oidc.issuer()).await?;
                let linked = identity.map(|identity| (identity.linked_at, identity.used_at));
                Some(ProviderView { name: oidc.name().to_owned(), linked })
            }
            None => None,
        };
        let own = self.member.session().id;
        let sessions = sessions::of_staff(db, mine.id, now - IDLE, now).await?.into_iter().map(|one| SessionView {
            id: one.id.simple().to_string(),
            agent: one.agent,
            address: one.address,
            created_at: one.created_at,
            seen_at: one.seen_at,
            is_this: one.id == own,
        });
        let made = self.found::<Account>().map(|account| Account::clone(&account)).unwrap_or_default();
        let (name, zone) =
            made.typed.unwrap_or_else(|| (mine.name.clone(), mine.time_zone.clone().unwrap_or_default()));
        Ok(AccountView {
            name,
            zone,
            has_password: secrets::password(db, mine.id).await?.is_some(),
            provider,
            app,
            codes: made.codes.iter().map(|code| code.expose_secret().to_owned()).collect(),
            sessions: sessions.collect(),
            mistake: made.mistake,
            said: self.at.query("said").and_then(AccountSaid::from_slug),
        })
    }

    fn begun(&self, secret: &SecretString) -> AppView {
        let secret = secret.expose_secret();
        let host = self.app.config.public_url.host_str().unwrap_or("deskbridge").to_owned();
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let uri = format!(
            "otpauth://totp/{}:{}?secret={secret}&issuer={}",
            encode(&host),
            encode(&self.member.staff().email),
            encode(&host)
        );
        let groups: Vec<String> =
            secret.as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
        let picture = picture(&uri);
        AppView::Begun { secret: groups.join(" "), uri, picture }
    }
}

/// The dark squares, row by row. Empty when the text is too long for any picture; the secret can be typed then.
fn picture(text: &str) -> Picture {
    let Ok(code) = QrCode::new(text) else { return Picture { size: 0, path: String::new() } };
    let size = code.width();
    let squares = code.to_colors();
    let mut path = String::new();
    for (index, _) in squares.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        path.push_str(&format!("M{} {}h1v1h-1z", index % size, index / size));
    }
    Picture { size, path }
}
