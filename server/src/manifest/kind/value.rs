//! Kinds whose value is typed: numbers, money, texts, secrets, addresses, times and lists of them.

use super::super::pattern::Pattern;
use super::super::scalar::{Amount, Day};
use super::keys;
use super::units::{LineKind, RateUnit, SizeUnit, TimeUnit};

keys! {
    /// A number. Value: a JSON number, or null.
    Number {
        /// Whole numbers only.
        #[serde(default)]
        pub integer: bool,
        /// The smallest number allowed.
        pub min: Option<f64>,
        /// The greatest number allowed.
        pub max: Option<f64>,
        /// Counted from `min`, or from 0.
        pub step: Option<f64>,
        /// Digits after the point at most.
        pub decimals: Option<u32>,
        /// Shown behind the number; the value is stored in it.
        pub unit: Option<String>,
        /// What 0 means, in words, when it is not just zero.
        pub zero_means: Option<String>,
    }

    /// A length of time. Value: a number in `unit`, or null.
    Duration {
        /// The unit of the stored value and of `min`, `max` and `step`.
        pub unit: TimeUnit,
        /// Units the admin may choose from while typing; `unit` alone without this key.
        #[serde(default)]
        pub units: Vec<TimeUnit>,
        /// The shortest length allowed.
        pub min: Option<f64>,
        /// The longest length allowed.
        pub max: Option<f64>,
        /// Counted from `min`, or from 0.
        pub step: Option<f64>,
        /// What 0 means, in words, when it is not just zero.
        pub zero_means: Option<String>,
    }

    /// A data rate. Value: a number in `stored_unit`, or null.
    Rate {
        /// The unit shown, and the unit of `min`, `max` and `step`.
        pub unit: RateUnit,
        /// The unit of the stored value; `unit` without this key.
        pub stored_unit: Option<RateUnit>,
        /// The smallest rate allowed, in `unit`.
        pub min: Option<f64>,
        /// The greatest rate allowed, in `unit`.
        pub max: Option<f64>,
        /// Counted from `min`, or from 0, in `unit`.
        pub step: Option<f64>,
        /// What 0 means, in words, when it is not just zero.
        pub zero_means: Option<String>,
    }

    /// An amount of data. Value: a number in `stored_unit`, or null.
    DataSize {
        /// The unit shown, and the unit of `min`, `max` and `step`.
        pub unit: SizeUnit,
        /// The unit of the stored value; `unit` without this key.
        pub stored_unit: Option<SizeUnit>,
        /// The smallest amount allowed, in `unit`.
        pub min: Option<f64>,
        /// The greatest amount allowed, in `unit`.
        pub max: Option<f64>,
        /// Counted from `min`, or from 0, in `unit`.
        pub step: Option<f64>,
        /// What 0 means, in words, when it is not just zero.
        pub zero_means: Option<String>,
    }

    /// A sum of money. Value: a text like `"12.50"`, the same in each currency; an object with one
    /// text for each currency; or null.
    Money {
        /// `location` for the currency of the location, or a code like `EUR`.
        pub currency: String,
        /// The smallest sum allowed, as text.
        pub min: Option<Amount>,
        /// The greatest sum allowed, as text.
        pub max: Option<Amount>,
        /// Digits after the point at most; 2 without this key.
        pub decimals: Option<u32>,
    }

    /// A percentage. Value: a number, or null.
    Percent {
        /// The smallest percentage allowed; 0 without this key.
        pub min: Option<f64>,
        /// The greatest percentage allowed; 100 without this key.
        pub max: Option<f64>,
        /// Counted from `min`, or from 0.
        pub step: Option<f64>,
        /// Digits after the point at most; 0 without this key.
        pub decimals: Option<u32>,
        /// What 0 means, in words, when it is not just zero.
        pub zero_means: Option<String>,
    }

    /// One line of text, or several. Value: a text, or null.
    Text {
        /// Characters at least.
        pub min_length: Option<u32>,
        /// Characters at most.
        pub max_length: Option<u32>,
        /// Bytes of UTF-8 at most; an SSID has 32.
        pub max_bytes: Option<u32>,
        /// What the whole text must look like.
        pub pattern: Option<Pattern>,
        /// A text that fits, shown to people where `pattern` does not fit theirs.
        pub example: Option<String>,
        /// Allows line breaks.
        #[serde(default)]
        pub multiline: bool,
    }

    /// A text with placeholders like `{member.name}`. Value: a text, or one for each language when localized.
    Template {
        /// The placeholders that may be used.
        pub placeholders: Vec<String>,
        /// At least one of these has to be used.
        #[serde(default)]
        pub must_contain_one: Vec<String>,
        /// Refuses line breaks.
        #[serde(default)]
        pub single_line: bool,
        /// One text for each language.
        #[serde(default)]
        pub localized: bool,
        /// Characters at most, before placeholders are filled in.
        pub max_length: Option<u32>,
    }

    /// A password, key or token: stored encrypted, never shown again.
    Secret {
        /// Characters at least.
        pub min_length: Option<u32>,
        /// Characters at most.
        pub max_length: Option<u32>,
        /// Offers to make one up.
        #[serde(default)]
        pub generate: bool,
        /// Asks for a day of expiry beside the secret.
        #[serde(default)]
        pub expires: bool,
        /// Keeps the old secret working for so many hours after it was replaced.
        pub rotate_overlap_hours: Option<u32>,
        /// Fields that say where the secret is sent. Whoever overrides one of them must enter the secret again.
        #[serde(default)]
        pub bound_to: Vec<String>,
    }

    /// A web address. Value: a text, or null.
    Url {
        /// The schemes allowed; `https` without this key.
        #[serde(default)]
        pub schemes: Vec<String>,
        /// Refuses loopback and private addresses.
        #[serde(default)]
        pub deny_private_addresses: bool,
    }

    /// A host name or address, perhaps with a port. Value: a text, or null.
    HostPort {
        /// The port when none is typed.
        pub default_port: Option<u16>,
        /// Refuses loopback and private addresses.
        #[serde(default)]
        pub deny_private_addresses: bool,
    }

    /// A time of day. Value: `"HH:MM"`, or null.
    TimeOfDay {
        /// `location` for the zone of the location, or a name like `Europe/Lisbon`.
        pub time_zone: String,
    }

    /// Times of a week. Value: `{"mon": [["08:30", "18:00"]], …}`; a day that is not named is closed.
    WeeklySchedule {
        /// `location` for the zone of the location, or a name like `Europe/Lisbon`.
        pub time_zone: String,
        /// Allows a span that ends on the next day, like `["22:00", "02:00"]`.
        #[serde(default)]
        pub allow_overnight: bool,
    }

    /// A day. Value: `"YYYY-MM-DD"`, or null.
    Date {
        /// The first day allowed.
        pub not_before: Option<Day>,
        /// The last day allowed.
        pub not_after: Option<Day>,
    }

    /// Periods of days. Value: `[["2026-12-24", "2026-12-26"]]`, both ends belong to it.
    DateRanges {
        /// The first day allowed.
        pub not_before: Option<Day>,
        /// The last day allowed.
        pub not_after: Option<Day>,
        /// At most so many periods.
        pub max_items: Option<u32>,
    }

    /// Several numbers. Value: a list of JSON numbers.
    NumberList {
        /// Whole numbers only.
        #[serde(default)]
        pub integer: bool,
        /// The smallest number allowed.
        pub min: Option<f64>,
        /// The greatest number allowed.
        pub max: Option<f64>,
        /// Shown behind each number.
        pub unit: Option<String>,
        /// Each number must be greater than the one before it.
        #[serde(default)]
        pub strictly_increasing: bool,
        /// At least so many.
        pub min_items: Option<u32>,
        /// At most so many.
        pub max_items: Option<u32>,
    }

    /// Several texts, typed or pasted one a line. Value: a list of texts.
    StringList {
        /// What each line is.
        pub item: Line,
        /// At least so many.
        pub min_items: Option<u32>,
        /// At most so many.
        pub max_items: Option<u32>,
    }

    /// Several mail addresses. Value: a list of texts.
    EmailList {
        /// At least so many.
        pub min_items: Option<u32>,
        /// At most so many.
        pub max_items: Option<u32>,
    }

    /// What a typed line has to be.
    Line {
        /// The form of the line.
        pub kind: LineKind,
        /// Characters at most.
        pub max_length: Option<u32>,
        /// What the whole line must look like.
        pub pattern: Option<Pattern>,
    }
}
