//! What a key of the partner system may do.

macro_rules! scopes {
    ($($variant:ident, $slug:literal, $allows:literal;)*) => {
        /// One right. A key has some of them, and each call needs one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Scope {
            $($variant,)*
        }

        impl Scope {
            pub const ALL: [Self; [$($slug),*].len()] = [$(Self::$variant),*];

            /// As keys, the command line and the API write it.
            pub fn slug(self) -> &'static str {
                match self {
                    $(Self::$variant => $slug,)*
                }
            }

            /// What it is for, as the OpenAPI document says it.
            pub fn allows(self) -> &'static str {
                match self {
                    $(Self::$variant => $allows,)*
                }
            }
        }
    };
}

scopes! {
    ConnectionsRead, "connections:read", "list and read connections";
    ConnectionsWrite, "connections:write", "pause, resume, make reconnect links, and leave notes";
    SettingsRead, "settings:read", "read settings, without secrets";
    SettingsWrite, "settings:write", "change settings";
    SecretsRead, "secrets:read", "read secrets among the settings, besides settings:read";
    TokensRead, "tokens:read", "get OfficeRnD access tokens";
    Proxy, "proxy", "call OfficeRnD through Deskbridge";
    RunsWrite, "runs:write", "start and finish runs";
    EventsRead, "events:read", "read events and endpoints";
    EventsWrite, "events:write", "make, change and replay endpoints";
}

impl Scope {
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_reads_back() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_slug(scope.slug()), Some(scope));
        }
        assert_eq!(Scope::from_slug("connections:Read"), None);
    }
}
