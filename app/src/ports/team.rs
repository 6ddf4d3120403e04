//! Staff, invitations, and everybody's own account.

use async_trait::async_trait;

use super::Fault;
use crate::ids::StaffId;
use crate::role::Role;

#[async_trait]
pub trait TeamDesk: Send + Sync {
    async fn team(&self) -> Result<TeamView, Fault>;
    async fn account(&self) -> Result<AccountView, Fault>;
}

/// Everybody who may sign in, and who is invited.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamView {
    pub members: Vec<MemberView>,
    pub invitations: Vec<InvitedView>,
    pub invite: InviteView,
    /// Shown once.
    pub link: Option<StaffLinkView>,
    pub said: Option<TeamSaid>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MemberView {
    pub id: StaffId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub has_app: bool,
    /// Linked with somebody at a provider.
    pub is_linked: bool,
    pub signed_in_at: Option<i64>,
    pub disabled: bool,
    /// The one who looks.
    pub is_self: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct InvitedView {
    pub id: String,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub until: i64,
    /// Sets a new password of an account that there is.
    pub is_reset: bool,
}

/// The form that invites, with what was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct InviteView {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub mistake: Option<InviteMistake>,
}

impl Default for InviteView {
    fn default() -> Self {
        Self { email: String::new(), name: String::new(), role: Role::Support, mistake: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteMistake {
    NoAddress,
    NoName,
    Known,
}

/// A link to hand over.
#[derive(Debug, Clone, PartialEq)]
pub struct StaffLinkView {
    pub name: String,
    pub url: String,
    pub until: i64,
    pub is_reset: bool,
}

/// What came of an act on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamSaid {
    Saved,
    Disabled,
    Enabled,
    AppForgotten,
    Unlinked,
    Withdrawn,
    LastOwner,
}

impl TeamSaid {
    pub const ALL: [TeamSaid; 7] = [
        TeamSaid::Saved,
        TeamSaid::Disabled,
        TeamSaid::Enabled,
        TeamSaid::AppForgotten,
        TeamSaid::Unlinked,
        TeamSaid::Withdrawn,
        TeamSaid::LastOwner,
    ];

    /// As the address of the next page says it.
    pub fn slug(self) -> &'static str {
        match self {
            TeamSaid::Saved => "saved",
            TeamSaid::Disabled => "disabled",
            TeamSaid::Enabled => "enabled",
            TeamSaid::AppForgotten => "app",
            TeamSaid::Unlinked => "unlinked",
            TeamSaid::Withdrawn => "withdrawn",
            TeamSaid::LastOwner => "last-owner",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.slug() == slug)
    }
}

/// One's own account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountView {
    pub name: String,
    pub zone: String,
    pub has_password: bool,
    /// Where a provider is configured.
    pub provider: Option<ProviderView>,
    pub app: AppView,
    /// New recovery codes, shown once.
    pub codes: Vec<String>,
    pub sessions: Vec<SessionView>,
    pub mistake: Option<AccountMistake>,
    pub said: Option<AccountSaid>,
}

/// The provider that staff may sign in with.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderView {
    pub name: String,
    /// Since when this account is linked there, and when it was last used.
    pub linked: Option<(i64, i64)>,
}

/// An authenticator app.
#[derive(Debug, Clone, PartialEq)]
pub enum AppView {
    None,
    /// Waits for its first code.
    Begun {
        /// In groups, for typing.
        secret: String,
        uri: String,
        picture: Picture,
    },
    Set {
        codes_left: u64,
    },
}

/// Dark squares of a code that a camera reads, as the path of an SVG.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub size: usize,
    pub path: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SessionView {
    pub id: String,
    pub agent: String,
    pub address: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub is_this: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountMistake {
    NoName,
    UnknownZone,
    WrongPassword,
    Password(PasswordMistake),
    WrongCode,
    /// Seconds until the next try.
    Wait(i64),
    Busy,
}

/// What is wrong with a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordMistake {
    TooShort,
    TooLong,
    Guessable,
    /// Typed differently the second time.
    Differs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountSaid {
    Saved,
    Password,
    AppRemoved,
    SessionsEnded,
}

impl AccountSaid {
    pub const ALL: [AccountSaid; 4] =
        [AccountSaid::Saved, AccountSaid::Password, AccountSaid::AppRemoved, AccountSaid::SessionsEnded];

    /// As the address of the next page says it.
    pub fn slug(self) -> &'static str {
        match self {
            AccountSaid::Saved => "saved",
            AccountSaid::Password => "password",
            AccountSaid::AppRemoved => "app-removed",
            AccountSaid::SessionsEnded => "ended",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.slug() == slug)
    }
}
