//! What can be changed about the simulated OfficeRnD: one enum for each point where the contract is unsure
//! or where OfficeRnD can fail, with the words that the control API and the page `/switches` use.
//! The first value is the usual one.

/// One point that can be switched; implemented by [`switches!`] only.
pub(super) trait Switch: Copy + Default + 'static {
    const KEY: &'static str;
    fn parse(text: &str) -> Option<Self>;
}

/// How a switch is shown: key, group, title, what is known, and its values with their labels.
pub(super) struct Listed {
    pub(super) key: &'static str,
    pub(super) group: &'static str,
    pub(super) title: &'static str,
    /// How sure it is that OfficeRnD does the usual: `A` documented and confirmed, `B` one good source, `C` inferred.
    pub(super) confidence: &'static str,
    pub(super) known: &'static str,
    pub(super) values: &'static [(&'static str, &'static str)],
}

impl Listed {
    pub(super) fn usual(&self) -> &'static str {
        self.values[0].0
    }

    pub(super) fn check(&self, value: &str) -> Result<(), String> {
        if self.values.iter().any(|(text, _)| *text == value) {
            return Ok(());
        }
        let known: Vec<_> = self.values.iter().map(|(text, _)| *text).collect();
        Err(format!("{} is one of {}.", self.key, known.join(", ")))
    }
}

/// The listed switch with this key.
pub(super) fn listed(key: &str) -> Option<&'static Listed> {
    SWITCHES.iter().find(|listed| listed.key == key)
}

/// Whether there is this switch with this value.
pub(crate) fn known_switch(key: &str, value: &str) -> Result<(), String> {
    let listed = listed(key).ok_or_else(|| format!("There is no switch {key:?}."))?;
    listed.check(value)
}

/// Whether there is this answer for a fault, and this place for it.
pub(crate) fn known_fault(at: &str, answer: &str) -> Result<(), String> {
    FAULTS.iter().zip([answer, at]).try_for_each(|(listed, value)| listed.check(value))
}

macro_rules! switches {
    ($table:ident: $( $name:ident $key:literal $group:literal $title:literal $confidence:literal $known:literal {
        $first:ident $first_text:literal $first_label:literal
        $( $value:ident $text:literal $label:literal )*
    } )+) => {
        $(
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub(super) enum $name { #[default] $first, $( $value ),* }

            impl Switch for $name {
                const KEY: &'static str = $key;

                fn parse(text: &str) -> Option<Self> {
                    match text {
                        $first_text => Some(Self::$first),
                        $( $text => Some(Self::$value), )*
                        _ => None,
                    }
                }
            }
        )+

        pub(super) const $table: &[Listed] = &[ $( Listed {
            key: $key,
            group: $group,
            title: $title,
            confidence: $confidence,
            known: $known,
            values: &[($first_text, $first_label), $( ($text, $label) ),*],
        } ),+ ];
    };
}

switches! { SWITCHES:
    ConnectCode "connect_code" "Connect" "The code in a Connect URL"
        "C" "A declined consent is not documented: no code and OAuth’s error are both likely. Used and expired codes answer invalid_grant." {
        Good "good" "is good"
        Expired "expired" "has expired"
        Used "used" "was used before"
        Foreign "foreign" "belongs to another application"
        Absent "absent" "is missing (the admin declined)"
        Denied "access_denied" "is replaced by error=access_denied"
    }
    ConnectLocations "connect_locations" "Connect" "A Connect URL for all locations"
        "A" "The parameter may be empty or missing; both mean all locations, also future ones." {
        Empty "empty" "has an empty locations"
        Missing "missing" "has no locations"
    }
    LocationsJoin "locations_join" "Connect" "Several locations are sent and signed"
        "C" "The guide shows comma and space between ids; which form is sent and which is signed is not certain." {
        Comma "comma" "with a comma"
        CommaSpace "comma_space" "with comma and space"
        SentComma "sent_comma_signed_comma_space" "sent with a comma, signed with comma and space"
        SentCommaSpace "sent_comma_space_signed_comma" "sent with comma and space, signed with a comma"
    }
    MissingScope "missing_scope" "Connect" "A new grant lacks"
        "B" "A partner’s application needs these scopes; what OfficeRnD says when one is missing is not documented." {
        Nothing "nothing" "nothing"
        IntegrationsRead "integrations_read" "flex.settings.integrations.read"
        OrganizationRead "organization_read" "flex.settings.organization.read"
        WebhooksCreate "webhooks_create" "flex.settings.webhooks.create"
        WebhooksRead "webhooks_read" "flex.settings.webhooks.read"
        LocationsRead "locations_read" "flex.space.locations.read"
    }
    ReturnPage "return_page" "Connect" "The return page at the end of the pop-up"
        "A" "The flow ends at this address, on success and on failure alike; what the page does is OfficeRnD’s matter." {
        Closes "closes" "closes it"
        Stays "stays" "stays, as where a browser forbids closing"
        Moves "moves" "moves on to another address first"
    }
    TokenAnswer "token_answer" "Tokens" "A token answer"
        "C" "A complete answer is documented. The others were seen on other platforms, where they cost connections." {
        Right "right" "is complete"
        NoExpiresIn "no_expires_in" "has no expires_in"
        ExpiresInText "expires_in_text" "has expires_in as text"
        ExpiresInZero "expires_in_zero" "has expires_in 0"
        ExpiresInNegative "expires_in_negative" "has a negative expires_in"
        ExpiresInHuge "expires_in_huge" "has a huge expires_in"
        NoRefreshToken "no_refresh_token" "has no refresh_token"
        NoScope "no_scope" "has no scope"
        LowerCaseType "lower_case_type" "says token_type bearer"
        EmptyAccessToken "empty_access_token" "has an empty access_token"
        NoAccessToken "no_access_token" "has a refresh_token and no access_token"
    }
    RefreshRotation "refresh_rotation" "Tokens" "A refresh"
        "B" "An answer carries a refresh token again; that it is a new one is assumed." {
        Rotates "rotates" "gives a new refresh token"
        Stays "stays" "answers the same refresh token again"
    }
    RefreshReuse "refresh_reuse" "Tokens" "A refresh token used again"
        "C" "Whether a used refresh token works for a while or ends the grant is not known." {
        Revokes "revokes" "is refused and ends the grant"
        Refused "refused" "is refused"
        Grace "grace" "works for 60 seconds more"
    }
    LimitBy "rate_limit_by" "Tokens" "The limit of token requests counts"
        "C" "Five a minute are documented; whether for a client, for an address or for both is not." {
        Client "client" "for each client id"
        Address "address" "for all client ids of an address together"
    }
    RetryAfter "retry_after" "Tokens" "A 429 of the rate limit"
        "C" "Five requests a minute are documented, beyond them 429; the header is not." {
        Sent "sent" "names Retry-After"
        Absent "absent" "does not name Retry-After"
    }
    Region "region" "Organization" "The organization’s region"
        "A" "Organizations live in regions, and regionInfo.regionUrl names theirs. Which hosts there are, and whether it can be missing, is not documented." {
        Here "here" "is this server"
        Down "down" "is this server, which answers 503"
        Unreachable "unreachable" "is a port where nobody listens"
        Foreign "foreign" "is https://officernd.example.net"
        Lookalike "lookalike" "is https://app.officernd.com.example.net"
        PlainHttp "plain_http" "is http://app.officernd.com"
        MissingInfo "missing_info" "is not said (no regionInfo)"
        EmptyInfo "empty_info" "is not said (empty regionInfo)"
        EmptyUrl "empty_url" "is an empty regionUrl"
    }
    OrganizationAnswer "organization_answer" "Organization" "The organization answers with"
        "A" "Id, name and region are documented. Another organization’s answer is what a foreign code leads to." {
        Right "right" "its own id and slug"
        OtherId "other_id" "another organization’s id"
        OtherSlug "other_slug" "another organization’s slug"
        NoId "no_id" "no id"
    }
    CurrencyAt "currency_at" "Organization" "The currency stands"
        "C" "Where the answers carry the currency is not documented." {
        Location "location" "at the location"
        Organization "organization" "at the organization only"
        Nowhere "nowhere" "nowhere"
    }
    SecretAnswer "integration_secret" "Organization" "The integration’s secret is"
        "B" "settings.secret is certain for version 1 of the API and likely for version 2." {
        Right "right" "answered by v2 and v1"
        Wrong "wrong" "a wrong one"
        Absent "absent" "not answered"
        OnlyInV1 "only_in_v1" "answered by v1 only (v2 leaves it out)"
        NoV2Path "no_v2_path" "answered by v1 only (v2 answers 404)"
    }
    IntegrationOf "integration_of" "Organization" "An integration is answered"
        "C" "That only its own organization can read it is what OfficeRnD’s proof of an integration id rests on." {
        Own "own" "to its own organization"
        Any "any" "to any organization"
        AnyUnnamed "any_unnamed" "to any organization, without saying whose it is"
    }
    SignedParameters "signed_parameters" "Signed calls" "A signed call has"
        "A" "The guide names slug and locations; captured calls have four, sometimes userId too." {
        Four "four" "slug, locations, organizationId, memberId"
        Guide "guide" "slug and locations only"
        WithUser "with_user" "these four and userId"
    }
    OrganizationIdForm "organization_id" "Signed calls" "organizationId on sync"
        "C" "Quotes were seen on the sync call by one source; whether they are signed is not known." {
        Plain "plain" "is plain"
        QuotedSignedPlain "quoted_signed_plain" "is quoted, signed without quotes"
        QuotedSignedQuoted "quoted_signed_quoted" "is quoted, signed with quotes"
    }
    MemberId "member_id" "Signed calls" "memberId"
        "A" "It may be missing or empty; the sample leaves an empty one out of the signed text." {
        Present "present" "is there"
        Missing "missing" "is missing"
        EmptyUnsigned "empty_unsigned" "is empty and left out of the signed text"
        EmptySigned "empty_signed" "is empty and signed as empty"
    }
    SignatureForm "signature_form" "Signed calls" "A signature, also of a delivery, is written"
        "A" "Two parts with their names are documented; the samples take them by position." {
        Usual "usual" "t=…,signature=…"
        Reversed "reversed" "signature=…,t=…"
        Unnamed "unnamed" "as two values without names"
        More "more" "with a third part"
        UpperCase "upper_case" "in upper case"
    }
    OfficeClock "officernd_clock" "Signed calls" "OfficeRnD’s clock"
        "A" "The sample refuses what is older than 60 seconds or dated in the future, so a wrong clock breaks everything." {
        Exact "exact" "is exact"
        Ahead30Seconds "ahead_30_seconds" "is 30 seconds ahead"
        Ahead5Minutes "ahead_5_minutes" "is 5 minutes ahead"
        Behind30Seconds "behind_30_seconds" "is 30 seconds behind"
        Behind5Minutes "behind_5_minutes" "is 5 minutes behind"
    }
    SubscriptionSecret "subscription_secret" "Webhooks" "A subscription’s secret"
        "B" "Only the answer to the creation is sure to carry it." {
        OnCreate "on_create" "is answered when it is created"
        Always "always" "is answered by every read"
        Never "never" "is never answered"
    }
    WebhookIds "webhook_ids" "Webhooks" "A webhook’s body"
        "C" "Ids and time may or may not be in the body." {
        With "with" "names event, organization and time"
        Without "without" "names none of them"
    }
    RemovedName "removed_name" "Webhooks" "The removal is called"
        "B" "Event types are in small letters; the guide writes Integration.removed." {
        Lower "lower" "integration.removed"
        Capital "capital" "Integration.removed"
    }
    RemovedGoesTo "removed_goes_to" "Webhooks" "The removal is sent to"
        "C" "Which integration was removed is not certain from the body." {
        Own "own" "the removed integration’s subscriptions"
        All "all" "all of the application’s subscriptions in the organization"
    }
    Duplicates "duplicate_deliveries" "Webhooks" "An event is delivered"
        "C" "Nothing is promised about repetition or order." {
        Once "once" "once"
        Twice "twice" "twice, the same bytes"
        TwiceSignedAnew "twice_signed_anew" "twice, signed a second later"
    }
    RetryTimestamp "retry_timestamp" "Webhooks" "A repeated delivery"
        "C" "How and how long OfficeRnD repeats is not documented." {
        Fresh "fresh" "is signed anew"
        First "first" "keeps its first timestamp"
    }
    WebhookSignature "webhook_signature" "Webhooks" "A delivery’s signature"
        "A" "Raw body, dot and t, with the subscription’s own secret: two independent clients agree. The others are forgeries." {
        Right "right" "is right"
        Wrong "wrong" "is wrong"
        Missing "missing" "is missing"
    }
}

switches! { FAULTS:
    Answer "answer" "Fault" "Answer"
        "C" "How OfficeRnD fails is not documented; these are the ways that HTTP has." {
        Status500 "500" "500"
        Status502 "502" "502"
        Status503 "503" "503"
        Status429 "429" "429"
        Status401 "401" "401"
        Status403 "403" "403"
        Status404 "404" "404"
        Html "html" "200 with an HTML page"
        Empty "empty" "200 with nothing"
        NotJson "not_json" "200 with half of a JSON text"
        Huge "huge" "200 with 8 MB"
        Redirect "redirect" "302 to another host"
        Slow "slow" "the right one, late"
        ResetBefore "reset_before" "connection reset, nothing processed"
        ResetAfter "reset_after" "connection reset after processing"
    }
    Place "at" "Fault" "Where"
        "C" "The requests that Deskbridge makes." {
        Any "any" "everywhere"
        Token "token" "POST /oauth/token"
        Exchange "exchange" "POST /oauth/token with a code"
        Refresh "refresh" "POST /oauth/token with a refresh token"
        Organization "organization" "GET organization"
        Integration "integration" "GET integration"
        Webhooks "webhooks" "all of /webhooks"
        WebhookCreate "webhook_create" "POST /webhooks"
        WebhookList "webhook_list" "GET /webhooks"
        WebhookRead "webhook_read" "GET /webhooks/{id}"
        WebhookDelete "webhook_delete" "DELETE /webhooks/{id}"
        Locations "locations" "GET /locations and /offices"
    }
}

impl OfficeClock {
    /// How far OfficeRnD's clock is off.
    pub(super) fn seconds(self) -> i64 {
        match self {
            Self::Exact => 0,
            Self::Ahead30Seconds => 30,
            Self::Ahead5Minutes => 300,
            Self::Behind30Seconds => -30,
            Self::Behind5Minutes => -300,
        }
    }
}

impl MissingScope {
    pub(super) fn scope(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::IntegrationsRead => Some("flex.settings.integrations.read"),
            Self::OrganizationRead => Some("flex.settings.organization.read"),
            Self::WebhooksCreate => Some("flex.settings.webhooks.create"),
            Self::WebhooksRead => Some("flex.settings.webhooks.read"),
            Self::LocationsRead => Some("flex.space.locations.read"),
        }
    }
}

/// Which request a fault can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Token,
    Exchange,
    Refresh,
    Organization,
    Integration,
    WebhookCreate,
    WebhookList,
    WebhookRead,
    WebhookDelete,
    Locations,
    Lists,
    Members,
    Return,
    Authorize,
    Unknown,
}

/// The names that log and counters use, in the order of [`Endpoint`].
pub(crate) const ENDPOINTS: &[&str] = &[
    "token",
    "exchange",
    "refresh",
    "organization",
    "integration",
    "webhook_create",
    "webhook_list",
    "webhook_read",
    "webhook_delete",
    "locations",
    "lists",
    "members",
    "return",
    "authorize",
    "unknown",
];

impl Endpoint {
    pub(super) fn name(self) -> &'static str {
        ENDPOINTS[self as usize]
    }
}

impl Place {
    pub(super) fn covers(self, endpoint: Endpoint) -> bool {
        use Endpoint as E;
        match self {
            Self::Any => !matches!(endpoint, E::Return | E::Authorize | E::Unknown),
            Self::Token => matches!(endpoint, E::Token | E::Exchange | E::Refresh),
            Self::Exchange => endpoint == E::Exchange,
            Self::Refresh => endpoint == E::Refresh,
            Self::Organization => endpoint == E::Organization,
            Self::Integration => endpoint == E::Integration,
            Self::Webhooks => {
                matches!(endpoint, E::WebhookCreate | E::WebhookList | E::WebhookRead | E::WebhookDelete)
            }
            Self::WebhookCreate => endpoint == E::WebhookCreate,
            Self::WebhookList => endpoint == E::WebhookList,
            Self::WebhookRead => endpoint == E::WebhookRead,
            Self::WebhookDelete => endpoint == E::WebhookDelete,
            Self::Locations => endpoint == E::Locations,
        }
    }
}
