//! The nine states of a connection: one set of words for healthcheck, pop-up, settings, dashboard and API.

/// Derived from facts by `server::domain::connection`; the order of the variants is the order in
/// which the first match wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConnectionState {
    Disconnected,
    Reconnect,
    FinishSetUp,
    Paused,
    WaitingForApproval,
    VendorOutage,
    SomeLocations,
    Delayed,
    Connected,
}

impl ConnectionState {
    pub const ALL: [ConnectionState; 9] = [
        ConnectionState::Disconnected,
        ConnectionState::Reconnect,
        ConnectionState::FinishSetUp,
        ConnectionState::Paused,
        ConnectionState::WaitingForApproval,
        ConnectionState::VendorOutage,
        ConnectionState::SomeLocations,
        ConnectionState::Delayed,
        ConnectionState::Connected,
    ];

    /// As the API, filters and the database spell it.
    pub fn slug(self) -> &'static str {
        match self {
            ConnectionState::Disconnected => "disconnected",
            ConnectionState::Reconnect => "reconnect",
            ConnectionState::FinishSetUp => "finish_set_up",
            ConnectionState::Paused => "paused",
            ConnectionState::WaitingForApproval => "waiting_for_approval",
            ConnectionState::VendorOutage => "vendor_outage",
            ConnectionState::SomeLocations => "some_locations",
            ConnectionState::Delayed => "delayed",
            ConnectionState::Connected => "connected",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }

    /// Whether data flow, or should: nobody has to set up, permit or switch on anything first.
    pub fn is_at_work(self) -> bool {
        match self {
            ConnectionState::Disconnected
            | ConnectionState::Reconnect
            | ConnectionState::FinishSetUp
            | ConnectionState::Paused => false,
            ConnectionState::WaitingForApproval
            | ConnectionState::VendorOutage
            | ConnectionState::SomeLocations
            | ConnectionState::Delayed
            | ConnectionState::Connected => true,
        }
    }

    /// The tone of its badge (`style/`): a tone never stands without the word.
    pub fn tone(self) -> &'static str {
        match self {
            ConnectionState::Connected => "ok",
            ConnectionState::FinishSetUp
            | ConnectionState::Delayed
            | ConnectionState::SomeLocations
            | ConnectionState::WaitingForApproval => "warn",
            ConnectionState::Reconnect => "bad",
            ConnectionState::VendorOutage => "away",
            ConnectionState::Paused | ConnectionState::Disconnected => "quiet",
        }
    }
}
