//! Ids as people see them: a prefix that names the kind, then the uuid v7 in hex.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The text is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Accepts exactly what `Display` writes, so that one thing has one address.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let hex = text.strip_prefix($prefix).ok_or(NotAnId)?;
                let plain = hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                if !plain {
                    return Err(NotAnId);
                }
                Uuid::try_parse(hex).map(Self).map_err(|_| NotAnId)
            }
        }
    };
}

id!(
    /// An OfficeRnD customer.
    OrganizationId,
    "org_"
);
id!(
    /// One integration joined to one organization for a set of locations.
    ConnectionId,
    "con_"
);
id!(
    /// One run of the pop-up.
    AttemptId,
    "ca_"
);
id!(
    /// One synchronization.
    RunId,
    "run_"
);
id!(
    /// A key of the partner system.
    ApiKeyId,
    "key_"
);
id!(
    /// Something that happened.
    EventId,
    "evt_"
);
id!(
    /// Troubles that have one cause.
    IncidentId,
    "inc_"
);
id!(
    /// What one receiver is told of an incident.
    NoticeId,
    "ntc_"
);
id!(
    /// An address that hears of events.
    EndpointId,
    "ep_"
);
id!(
    /// Something that a colleague wrote down about a connection.
    NoteId,
    "note_"
);
id!(
    /// An act on many connections.
    BulkId,
    "bulk_"
);
id!(
    /// A person of the partner.
    StaffId,
    "stf_"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_nothing_else_does() {
        let id = ConnectionId(Uuid::from_u128(7));
        assert_eq!(id.to_string(), "con_00000000000000000000000000000007");
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in [
            "",
            "con_",
            "org_00000000000000000000000000000007",
            "con_0000000000000000000000000000000G",
            "con_00000000-0000-0000-0000-000000000007",
            "con_0000000000000000000000000000000A",
        ] {
            assert_eq!(wrong.parse::<ConnectionId>(), Err(NotAnId), "{wrong}");
        }
    }
}
