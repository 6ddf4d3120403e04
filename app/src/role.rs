//! What people of the partner may do: four roles, each with everything of the one before it, and one table of acts.

use std::fmt;

/// Ordered: who is more may do what who is less may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees everything, personal data masked, and does nothing.
    Viewer,
    Support,
    Engineer,
    Owner,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Support, Role::Engineer, Role::Owner];

    /// As it is stored and written in forms and on the command line.
    pub fn slug(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Support => "support",
            Role::Engineer => "engineer",
            Role::Owner => "owner",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.slug() == slug)
    }

    pub fn may(self, act: Act) -> bool {
        self >= act.needs()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

macro_rules! acts {
    ($($(#[$doc:meta])* $act:ident, $slug:literal, $role:ident, $dangerous:literal;)*) => {
        /// Everything that staff do beyond looking.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Act {
            $($(#[$doc])* $act,)*
        }

        impl Act {
            pub const ALL: [Act; [$($slug),*].len()] = [$(Act::$act),*];

            /// As `docs/ROLES.md` names it.
            pub fn slug(self) -> &'static str {
                match self {
                    $(Act::$act => $slug,)*
                }
            }

            /// The least role that may do it.
            pub fn needs(self) -> Role {
                match self {
                    $(Act::$act => Role::$role,)*
                }
            }

            /// Asks again who it is, when that was last proved more than ten minutes ago.
            pub fn is_dangerous(self) -> bool {
                match self {
                    $(Act::$act => $dangerous,)*
                }
            }
        }
    };
}

acts! {
    Refresh, "refresh", Support, false;
    RunNow, "run_now", Support, false;
    Pause, "pause", Support, false;
    Resume, "resume", Support, false;
    ReconnectLink, "reconnect_link", Support, false;
    Replay, "replay", Support, false;
    Acknowledge, "acknowledge", Support, false;
    Note, "note", Support, false;
    /// Which settings rows apply to a member or booking; asks the partner system.
    Explain, "explain", Support, false;
    /// Lists as files.
    Export, "export", Support, false;
    Unmask, "unmask", Engineer, false;
    /// Approve or refuse a run that waits.
    DecideRun, "decide_run", Engineer, false;
    ApiKeys, "api_keys", Engineer, true;
    Endpoints, "endpoints", Engineer, false;
    /// When and where incidents are told.
    Alerts, "alerts", Engineer, false;
    Disconnect, "disconnect", Engineer, true;
    Bulk, "bulk", Engineer, true;
    Team, "staff", Owner, true;
    Purge, "purge", Owner, true;
    RotateSecrets, "rotate_secrets", Owner, true;
}

/// The parts of the dashboard, in the order of its navigation. Every role sees all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    Overview,
    Tenants,
    Alerts,
    Activity,
    Integrations,
    Team,
    /// Everybody's own account; not in the navigation.
    Account,
}

impl Section {
    pub const ALL: [Section; 7] = [
        Section::Overview,
        Section::Tenants,
        Section::Alerts,
        Section::Activity,
        Section::Integrations,
        Section::Team,
        Section::Account,
    ];

    /// The part that the first segment of an address belongs to; none outside the dashboard.
    pub fn of_segment(segment: &str) -> Option<Self> {
        Some(match segment {
            "" => Section::Overview,
            "tenants" | "tenants.csv" | "connections" | "bulk" => Section::Tenants,
            "alerts" => Section::Alerts,
            "activity" => Section::Activity,
            "integrations" => Section::Integrations,
            "staff" => Section::Team,
            "account" => Section::Account,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_a_ladder() {
        for act in Act::ALL {
            let may: Vec<bool> = Role::ALL.into_iter().map(|role| role.may(act)).collect();
            assert!(may.is_sorted(), "{act:?}");
            assert!(!may[0] && may[3], "{act:?}: a viewer does nothing, an owner everything");
        }
        for role in Role::ALL {
            assert_eq!(Role::from_slug(role.slug()), Some(role));
        }
        assert!(!Role::Support.may(Act::Unmask) && Role::Engineer.may(Act::Unmask));
        assert!(!Role::Engineer.may(Act::Purge) && Role::Owner.may(Act::Purge));
    }
}
