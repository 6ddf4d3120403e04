//! Rules across fields, locations and organizations.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::condition::Condition;
use super::field::split;
use super::problem::{Place, Problems, nearest};
use super::typed::{list, typed};
use super::words::words;

/// Something that has to hold, and what to say where it does not.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub common: RuleCommon,
    pub kind: RuleKind,
}

/// The keys that every rule knows beside `kind`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleCommon {
    /// The name of the rule in findings and in the API.
    pub id: String,
    /// What a violation means.
    pub severity: Severity,
    /// What people read; names in braces are filled in.
    pub text: String,
}

const RULE_COMMON: &[&str] = &["id", "severity", "text"];

words! {
    /// What a violation means: it blocks, it is marked, it is told.
    Severity { Error "error", Warning "warning", Info "info" }
    /// How two values are compared.
    Comparison { Less "lt", LessOrEqual "lte", Equal "eq", GreaterOrEqual "gte", Greater "gt", Between "between" }
}

macro_rules! rules {
    ($($name:literal $kind:ident $(#[$doc:meta])* { $($body:tt)* })+) => {
        /// What has to hold. The variants are the values of the key `kind`.
        #[derive(Debug, Clone, PartialEq)]
        pub enum RuleKind {
            $($kind($kind),)+
        }

        impl RuleKind {
            /// Every kind of rule, as manifests name it.
            pub const NAMES: &'static [&'static str] = &[$($name,)+];

            /// As manifests name it.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$kind(_) => $name,)+ }
            }

            /// The schema of each kind's own keys.
            pub(super) fn shapes(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
                vec![$(($name, <$kind as JsonSchema>::json_schema(generator)),)+]
            }

            fn read(name: &str, place: &Place, keys: Value, problems: &mut Problems) -> Option<Self> {
                match name {
                    $($name => typed(place, keys, RULE_COMMON, problems).map(Self::$kind),)+
                    _ => None,
                }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $kind { $($body)* }
        )+
    };
}

rules! {
    "reference_exists" ReferenceExists
    /// What a reference names exists, under the right parent.
    {
        /// One field; without `field` and `fields`, every field with references.
        pub field: Option<String>,
        /// Several fields.
        #[serde(default)]
        pub fields: Vec<String>,
    }

    "reference_active" ReferenceActive
    /// What a reference names is not archived.
    {
        /// One field; without `field` and `fields`, every field with references.
        pub field: Option<String>,
        /// Several fields.
        #[serde(default)]
        pub fields: Vec<String>,
    }

    "unique_across_organizations" UniqueAcrossOrganizations
    /// Nothing that these fields refer to is used by another connection of the integration.
    {
        /// The fields.
        pub fields: Vec<String>,
        /// What the fields refer to, in one word; the name it has in `text`.
        pub on: String,
    }

    "compare" Compare
    /// One value compares with another as said.
    {
        /// A field, or a constant.
        pub left: Operand,
        /// How they compare.
        pub op: Comparison,
        /// A field, or a constant; for `between` a list of two, which belong to it.
        pub right: Bounds,
    }

    "expires_within" ExpiresWithin
    /// A secret expires in so many days or has expired.
    {
        /// A secret with `expires`.
        pub field: String,
        /// How many days before.
        pub days: u32,
    }

    "exclusive_category_per_location" ExclusiveCategoryPerLocation
    /// No other integration of the same `category` is active at the location.
    {}

    "requires" Requires
    /// While a condition holds, the fields are complete.
    {
        /// The condition.
        pub when: Condition,
        /// The fields.
        pub fields: Vec<String>,
    }

    "option_allowed" OptionAllowed
    /// What is chosen is allowed at the location by `only_currencies` and `only_countries`.
    {
        /// A field with options.
        pub field: String,
    }

    "disconnect_guard" DisconnectGuard
    /// Disconnecting is refused while a fact of the partner system is above 0.
    {
        /// The fact.
        pub count: String,
    }
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number, a field or a constant as text")]
pub enum Operand {
    /// A constant.
    Number(f64),
    /// The key of a field; or a constant amount, day or time.
    Text(String),
}

/// The right side of a comparison.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number or a text, or a list of two for `between`")]
pub enum Bounds {
    /// For every comparison but `between`.
    One(Operand),
    /// For `between`: from and to.
    Two([Operand; 2]),
}

impl Rule {
    pub(super) fn read(place: &Place, value: Value, problems: &mut Problems) -> Option<Self> {
        let (name, common, own) = split(place, value, RULE_COMMON, problems)?;
        let kind = if RuleKind::NAMES.contains(&name.as_str()) {
            RuleKind::read(&name, place, own, problems)
        } else {
            let reason = match nearest(&name, RuleKind::NAMES.iter().copied()) {
                Some(meant) => format!("unknown kind of rule `{name}`; did you mean `{meant}`?"),
                None => format!("unknown kind of rule `{name}`; known are {}", list(RuleKind::NAMES)),
            };
            problems.add(&place.key("kind"), reason);
            None
        };
        let common = typed(place, common, &[], problems);
        Some(Self { common: common?, kind: kind? })
    }

    /// The fields the rule names, each with the key that names it.
    pub fn fields(&self) -> Vec<(&'static str, Option<usize>, &str)> {
        fn one<'a>(field: Option<&'a String>, fields: &'a [String]) -> Vec<(&'static str, Option<usize>, &'a str)> {
            let many = fields.iter().enumerate().map(|(i, field)| ("fields", Some(i), field.as_str()));
            field.map(|field| ("field", None, field.as_str())).into_iter().chain(many).collect()
        }
        match &self.kind {
            RuleKind::ReferenceExists(rule) => one(rule.field.as_ref(), &rule.fields),
            RuleKind::ReferenceActive(rule) => one(rule.field.as_ref(), &rule.fields),
            RuleKind::UniqueAcrossOrganizations(rule) => one(None, &rule.fields),
            RuleKind::Requires(rule) => one(None, &rule.fields),
            RuleKind::ExpiresWithin(rule) => one(Some(&rule.field), &[]),
            RuleKind::OptionAllowed(rule) => one(Some(&rule.field), &[]),
            RuleKind::Compare(_) | RuleKind::ExclusiveCategoryPerLocation(_) | RuleKind::DisconnectGuard(_) => {
                Vec::new()
            }
        }
    }
}
