//! Who did something, as two columns.

use app::ports::Actor;

pub(super) fn columns(actor: &Actor) -> (String, Option<String>) {
    let (kind, name) = match actor {
        Actor::Admin(member) => ("admin", member.clone()),
        Actor::OfficeRnD => ("officernd", None),
        Actor::Key(name) => ("key", Some(name.clone())),
        Actor::Staff { name, .. } => ("staff", Some(name.clone())),
        Actor::Deskbridge => ("deskbridge", None),
    };
    (kind.to_owned(), name)
}

/// None for what was entered before it was kept.
pub(super) fn read(kind: Option<&str>, name: Option<String>) -> Option<Actor> {
    Some(match kind? {
        "admin" => Actor::Admin(name),
        "officernd" => Actor::OfficeRnD,
        "key" => Actor::Key(name.unwrap_or_default()),
        // These columns keep no ids; who it was stands in the activity.
        "staff" => Actor::Staff { id: uuid::Uuid::nil(), name: name.unwrap_or_default() },
        _ => Actor::Deskbridge,
    })
}
