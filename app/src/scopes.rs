//! OAuth scopes in plain words: what an integration may do in OfficeRnD, and what it may not.

use crate::texts::{self, text, text_with};

/// What a list of scopes means for the person who grants them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// One sentence each, reading before changing.
    pub may: Vec<String>,
    /// The usual fear, where it is groundless.
    pub may_not: Option<String>,
    /// Scopes we have no words for, word for word, so that nothing is granted unseen.
    pub verbatim: Vec<String>,
}

/// Both of OfficeRnD's spellings: `officernd.api.<read|write>` and
/// `flex.<area>.<resource>.<read|create|update|delete>`.
pub fn allowed(scopes: &[String]) -> Allowed {
    let mut granted = vec![Verbs::default(); THINGS.len()];
    let mut whole = Verbs::default();
    let mut verbatim = Vec::new();
    for scope in scopes.iter().flat_map(|scopes| scopes.split_whitespace()) {
        match scope {
            "officernd.api.read" => whole.read = true,
            "officernd.api.write" => whole.update = true,
            other => match parse(other) {
                Some((thing, verb)) => granted[thing].add(verb),
                None if !verbatim.iter().any(|known| known == other) => verbatim.push(other.to_owned()),
                None => {}
            },
        }
    }

    let mut may = Vec::new();
    if whole.read {
        may.push(text("may-read-everything"));
    } else {
        for group in [Group::People, Group::Space, Group::Money, Group::Settings] {
            may.extend(sentence("may-read", &granted, |thing, verbs| {
                thing.group == group && verbs.read && !thing.is_told(verbs)
            }));
        }
    }
    if whole.update {
        may.push(text("may-write-everything"));
    } else {
        for (create, update, delete, key) in CHANGES {
            may.extend(sentence(key, &granted, |thing, verbs| {
                !thing.is_told(verbs) && (verbs.create, verbs.update, verbs.delete) == (create, update, delete)
            }));
        }
    }
    let told = THINGS.iter().zip(&granted).any(|(thing, verbs)| thing.is_told(*verbs));
    if told {
        may.push(text("may-be-told"));
    }
    let nothing = may.is_empty() && verbatim.is_empty();
    if nothing {
        may.push(text("may-nothing"));
    }
    // Silence is honest where a scope without words might allow anything.
    let may_not = if whole.update || nothing || !verbatim.is_empty() {
        None
    } else if whole.read && granted.iter().all(|verbs| !verbs.changes()) {
        Some(text("may-not-change-anything"))
    } else {
        untouched(&granted)
    };
    Allowed { may, may_not, verbatim }
}

#[derive(Debug, Clone, Copy, Default)]
struct Verbs {
    read: bool,
    create: bool,
    update: bool,
    delete: bool,
}

impl Verbs {
    fn add(&mut self, verb: Verb) {
        match verb {
            Verb::Read => self.read = true,
            Verb::Create => self.create = true,
            Verb::Update => self.update = true,
            Verb::Delete => self.delete = true,
        }
    }

    fn changes(self) -> bool {
        self.create || self.update || self.delete
    }
}

#[derive(Debug, Clone, Copy)]
enum Verb {
    Read,
    Create,
    Update,
    Delete,
}

/// Which sentence about reading a thing belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    People,
    Space,
    Money,
    Settings,
}

struct Thing {
    /// `<area>.<resource>` of the scope.
    path: &'static str,
    /// Its name in the catalogue.
    key: &'static str,
    group: Group,
}

impl Thing {
    /// Who may subscribe to events is told of changes: people care for that, not for subscriptions.
    fn is_told(&self, verbs: Verbs) -> bool {
        self.path == "settings.webhooks" && verbs.create
    }
}

/// In the order in which sentences name them.
const THINGS: &[Thing] = &[
    thing("community.members", "thing-members", Group::People),
    thing("community.companies", "thing-companies", Group::People),
    thing("community.memberships", "thing-memberships", Group::People),
    thing("space.bookings", "thing-bookings", Group::People),
    thing("space.passes", "thing-passes", Group::People),
    thing("community.checkins", "thing-checkins", Group::People),
    thing("community.visits", "thing-visits", Group::People),
    thing("community.visitors", "thing-visitors", Group::People),
    thing("community.opportunities", "thing-opportunities", Group::People),
    thing("collaboration.tickets", "thing-tickets", Group::People),
    thing("collaboration.posts", "thing-posts", Group::People),
    thing("collaboration.events", "thing-events", Group::People),
    thing("collaboration.benefits", "thing-benefits", Group::People),
    thing("space.locations", "thing-locations", Group::Space),
    thing("space.floors", "thing-floors", Group::Space),
    thing("space.resources", "thing-resources", Group::Space),
    thing("space.resourceTypes", "thing-resource-types", Group::Space),
    thing("space.assignments", "thing-assignments", Group::Space),
    thing("space.amenities", "thing-amenities", Group::Space),
    thing("billing.plans", "thing-plans", Group::Money),
    thing("billing.payments", "thing-payments", Group::Money),
    thing("billing.charges", "thing-charges", Group::Money),
    thing("community.fees", "thing-fees", Group::Money),
    thing("community.contracts", "thing-contracts", Group::Money),
    thing("space.credits", "thing-credits", Group::Money),
    thing("space.coins", "thing-coins", Group::Money),
    thing("billing.resourceRates", "thing-resource-rates", Group::Money),
    thing("billing.taxRates", "thing-tax-rates", Group::Money),
    thing("billing.revenueAccounts", "thing-revenue-accounts", Group::Money),
    thing("billing.paymentDetails", "thing-payment-details", Group::Money),
    thing("settings.billing", "thing-billing-settings", Group::Money),
    thing("settings.secondaryCurrencies", "thing-currencies", Group::Money),
    thing("settings.organization", "thing-organization", Group::Settings),
    thing("settings.integrations", "thing-integrations", Group::Settings),
    thing("settings.webhooks", "thing-webhooks", Group::Settings),
    thing("settings.customProperties", "thing-custom-properties", Group::Settings),
    thing("settings.businessHours", "thing-business-hours", Group::Settings),
];

/// Which verbs besides reading lead to which sentence.
const CHANGES: [(bool, bool, bool, &str); 7] = [
    (true, false, false, "may-create"),
    (false, true, false, "may-update"),
    (false, false, true, "may-delete"),
    (true, true, false, "may-create-update"),
    (true, false, true, "may-create-delete"),
    (false, true, true, "may-update-delete"),
    (true, true, true, "may-create-update-delete"),
];

/// What people ask about first, and the things each stands for.
const FEARS: [(&str, &[&str]); 3] = [
    ("thing-members", &["community.members", "community.companies"]),
    ("thing-invoices", &["billing.payments", "billing.charges", "community.fees"]),
    ("thing-prices", &["billing.plans", "billing.resourceRates", "billing.taxRates"]),
];

const fn thing(path: &'static str, key: &'static str, group: Group) -> Thing {
    Thing { path, key, group }
}

fn parse(scope: &str) -> Option<(usize, Verb)> {
    let (path, verb) = scope.strip_prefix("flex.")?.rsplit_once('.')?;
    let verb = match verb {
        "read" => Verb::Read,
        "create" => Verb::Create,
        "update" => Verb::Update,
        "delete" => Verb::Delete,
        _ => return None,
    };
    Some((THINGS.iter().position(|thing| thing.path == path)?, verb))
}

fn sentence(key: &str, granted: &[Verbs], belongs: impl Fn(&Thing, Verbs) -> bool) -> Option<String> {
    let things: Vec<String> = THINGS
        .iter()
        .zip(granted)
        .filter(|(thing, verbs)| belongs(thing, **verbs))
        .map(|(thing, _)| text(thing.key))
        .collect();
    (!things.is_empty()).then(|| text_with(key, &[("things", texts::all_of(&things).into())]))
}

fn untouched(granted: &[Verbs]) -> Option<String> {
    let changed = |path: &&str| THINGS.iter().zip(granted).any(|(thing, verbs)| thing.path == *path && verbs.changes());
    let safe: Vec<String> =
        FEARS.iter().filter(|(_, paths)| !paths.iter().any(&changed)).map(|(key, _)| text(key)).collect();
    (!safe.is_empty()).then(|| text_with("may-not-change", &[("things", texts::one_of(&safe).into())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(scopes: &[&str]) -> Allowed {
        allowed(&scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn reading_is_grouped_and_fears_are_answered() {
        let allowed = of(&[
            "flex.space.locations.read",
            "flex.community.members.read",
            "flex.space.floors.read",
            "flex.community.companies.read",
            "flex.settings.organization.read",
            "flex.settings.integrations.read",
            "flex.settings.webhooks.read",
            "flex.settings.webhooks.create",
            "flex.settings.webhooks.delete",
        ]);
        assert_eq!(
            allowed.may,
            [
                "Read members and companies",
                "Read locations and floors",
                "Read the organization’s own data and integrations",
                "Be told by OfficeRnD when something changes",
            ]
        );
        assert_eq!(allowed.may_not.as_deref(), Some("It cannot change members, invoices or prices"));
        assert!(allowed.verbatim.is_empty());
    }

    #[test]
    fn changing_names_the_verbs_and_leaves_the_fear_out() {
        let allowed = of(&[
            "flex.community.members.read",
            "flex.community.members.create",
            "flex.community.members.update",
            "flex.billing.charges.create",
            "flex.space.bookings.create",
            "flex.space.bookings.update",
            "flex.space.bookings.delete",
        ]);
        assert_eq!(
            allowed.may,
            ["Read members", "Create charges", "Create and change members", "Create, change and delete bookings",]
        );
        assert_eq!(allowed.may_not.as_deref(), Some("It cannot change prices"));
    }

    #[test]
    fn the_old_spelling_is_all_or_nothing() {
        let read = of(&["officernd.api.read"]);
        assert_eq!(read.may, ["Read everything OfficeRnD knows about your organization"]);
        assert_eq!(read.may_not.as_deref(), Some("It cannot change anything in OfficeRnD"));

        // As OAuth writes several scopes in one text.
        let write = of(&["officernd.api.read officernd.api.write"]);
        assert_eq!(write.may.len(), 2);
        assert_eq!(write.may[1], "Create, change and delete everything in your organization");
        assert_eq!(write.may_not, None);

        let mixed = of(&["officernd.api.read", "flex.billing.plans.update"]);
        assert_eq!(mixed.may[1], "Change plans");
        assert_eq!(mixed.may_not.as_deref(), Some("It cannot change members or invoices"));
    }

    #[test]
    fn what_has_no_words_is_shown_and_ends_every_promise() {
        let allowed =
            of(&["flex.space.robots.update", "offline_access", "offline_access", "flex.community.members.own"]);
        assert_eq!(allowed.verbatim, ["flex.space.robots.update", "offline_access", "flex.community.members.own"]);
        assert_eq!(allowed.may_not, None);
        assert!(allowed.may.is_empty());
    }

    #[test]
    fn subscriptions_without_the_right_to_subscribe_are_named() {
        let allowed = of(&["flex.settings.webhooks.read", "flex.settings.webhooks.delete"]);
        assert_eq!(allowed.may, ["Read subscriptions to events", "Delete subscriptions to events"]);
    }

    #[test]
    fn no_scope_is_said_too() {
        assert_eq!(of(&[]).may, ["Nothing: it asked for no permission"]);
        assert_eq!(of(&[]).may_not, None);
    }

    #[test]
    fn every_scope_of_the_contract_has_words() {
        let contract = [
            ("community", "members companies memberships checkins fees visits visitors opportunities contracts"),
            ("space", "locations floors resources resourceTypes bookings assignments passes credits coins amenities"),
            ("billing", "payments charges plans resourceRates taxRates revenueAccounts paymentDetails"),
            ("collaboration", "tickets posts events benefits"),
            (
                "settings",
                "webhooks integrations organization customProperties businessHours billing secondaryCurrencies",
            ),
        ];
        let mut seen = 0;
        for (area, resources) in contract {
            for resource in resources.split(' ') {
                for verb in ["read", "create", "update", "delete"] {
                    let scope = format!("flex.{area}.{resource}.{verb}");
                    let allowed = of(&[&scope]);
                    assert!(allowed.verbatim.is_empty(), "{scope}");
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, THINGS.len() * 4);
    }
}
