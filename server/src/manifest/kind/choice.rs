//! Kinds whose value is chosen rather than typed, and those that have no value: texts, files, buttons.

use super::super::field::Choice;
use super::Line;
use super::keys;
use super::units::{Direction, InfoSource, Unlisted};

keys! {
    /// On or off. Value: `true` or `false`.
    Boolean {
        /// What being on means, when the label does not say it.
        pub on_text: Option<String>,
        /// What being off means, when the label does not say it.
        pub off_text: Option<String>,
    }

    /// One of several. Value: the text of an option.
    Enum {
        /// The options; or give a `source`.
        #[serde(default)]
        pub options: Vec<Choice>,
        /// The source that lists the options.
        pub source: Option<String>,
    }

    /// Some of several. Value: a list of texts.
    MultiEnum {
        /// The options; or give a `source`.
        #[serde(default)]
        pub options: Vec<Choice>,
        /// The source that lists the options.
        pub source: Option<String>,
        /// At least so many.
        pub min_items: Option<u32>,
        /// At most so many.
        pub max_items: Option<u32>,
    }

    /// One entity of a source. Value: its id, or null.
    Ref {
        /// The source that lists the entities.
        pub source: String,
    }

    /// Several entities of a source, in no order. Value: a list of ids.
    MultiRef {
        /// The source that lists the entities.
        pub source: String,
        /// At least so many.
        pub min_items: Option<u32>,
        /// At most so many.
        pub max_items: Option<u32>,
    }

    /// Pairs of properties of both sides, each with a direction.
    /// Value: a list of `{"left", "right", "direction", "values"?}`.
    PropertyMap {
        /// The source of OfficeRnD's properties.
        pub left: String,
        /// The source of the partner's properties.
        pub right: String,
        /// The directions offered; all three without this key.
        #[serde(default)]
        pub directions: Vec<Direction>,
        /// Lets the admin pair the options of two list properties under `values`.
        #[serde(default)]
        pub map_values: bool,
        /// At most so many pairs.
        pub max_items: Option<u32>,
    }

    /// Some of several, and whether any or all of them must hold.
    /// Value: `{"operator": "any", "items": ["a", "b"]}`.
    AnyAll {
        /// The options; or give a `source`, or an `item` for texts that are typed.
        #[serde(default)]
        pub options: Vec<Choice>,
        /// The source that lists the options.
        pub source: Option<String>,
        /// What each typed text is.
        pub item: Option<Line>,
        /// At least so many.
        pub min_items: Option<u32>,
        /// At most so many.
        pub max_items: Option<u32>,
    }

    /// An order of preference. Value: a list of ids, the first wins.
    PriorityList {
        /// The options; or give a `source`.
        #[serde(default)]
        pub options: Vec<Choice>,
        /// The source that lists the options.
        pub source: Option<String>,
        /// Where those belong that nobody listed.
        #[serde(default)]
        pub unlisted: Unlisted,
    }

    /// A statement that somebody has to confirm; who did and when is kept.
    Acknowledgement {}

    /// Something to read, perhaps to copy. Without `from` the text is what the partner's `verify` answered.
    Info {
        /// Where the text comes from.
        pub from: Option<InfoSource>,
        /// Shows a button that copies the text.
        #[serde(default)]
        pub copyable: bool,
    }

    /// A file that the partner system makes when somebody asks for it.
    Artifact {
        /// The action that makes the file.
        pub action: String,
        /// The type of the file, like `application/zip`.
        pub media_type: String,
        /// Says that the file holds a secret, so that each download is recorded.
        #[serde(default)]
        pub contains_secret: bool,
    }

    /// A button. Its answer is shown in words.
    Action {
        /// What happens: `sync.run`, the `check` of a step, or an action of the partner system.
        pub action: String,
        /// Seconds until it may be pressed again; 5 without this key.
        pub cooldown_seconds: Option<u32>,
    }
}
