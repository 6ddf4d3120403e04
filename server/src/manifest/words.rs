//! Enumerations that a manifest writes as words.

/// Declares enumerations together with the words that stand for their variants.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $text:literal),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, schemars::JsonSchema)]
            pub enum $name {
                $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+
            }

            impl $name {
                /// As manifests write it.
                pub fn as_str(self) -> &'static str {
                    match self { $(Self::$variant => $text,)+ }
                }

                /// The variant that manifests write so.
                pub fn from_word(word: &str) -> Option<Self> {
                    match word { $($text => Some(Self::$variant),)+ _ => None }
                }
            }
        )+
    };
}
pub(super) use words;
