//! The frame of a connection's own pages: whose it is on top, always the same.

use leptos::prelude::*;

use super::icon::{Icon, Sign};
use super::pieces::StateBadge;
use crate::ports::{ConnectionView, LocationView, LocationsView, Words};
use crate::state::ConnectionState;
use crate::texts::{Language, all_of, mark, name, rich, same_page_in, spoken, text, text_with};
use crate::time::{self, Zone};

#[component]
pub fn DeskPage(
    #[prop(into)] head: DeskHead,
    /// Narrow pages ask one question.
    #[prop(optional)]
    narrow: bool,
    /// What leads elsewhere: other places, sections.
    #[prop(optional_no_strip)]
    side: Option<AnyView>,
    /// What stays in view under the page.
    #[prop(optional_no_strip)]
    bar: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let DeskHead { integration, organization, account, connected_on, places, badge, return_url, zone } = head;
    let main = if let Some(side) = side {
        view! {
            <div class="wrap desk">
                <div class="desk__side">{side}</div>
                <main id="main" class="desk__main">{children()}</main>
            </div>
        }
        .into_any()
    } else if narrow {
        view! { <main id="main" class="wrap page"><div class="narrow flow">{children()}</div></main> }.into_any()
    } else {
        view! { <main id="main" class="wrap page">{children()}</main> }.into_any()
    };
    view! {
        <a class="skip" href="#main">{text("skip-link")}</a>
        <header class="deskbar">
            <div class="wrap">
                <div class="tile">
                    <span class="glyph"><Icon sign=Sign::Door/></span>
                    <div>
                        <strong>
                            {rich(
                                "desk-title",
                                &[("integration", name(&integration)), ("organization", name(&organization))],
                            )}
                        </strong>
                        <span>
                            {rich("desk-account", &[("account", name(&account))])}
                            ". "
                            {text_with("desk-connected-at", &[("date", connected_on.into())])}
                        </span>
                        {places.map(|places| view! { <span>{places}</span> })}
                    </div>
                </div>
                <div class="row">
                    {badge}
                    <a class="btn btn--small" href=return_url>{text("back-to-officernd")}</a>
                </div>
            </div>
        </header>
        {main}
        {bar}
        <footer class="foot">
            <div class="wrap row row--between">
                <span>{text_with("times-in-zone", &[("zone", zone.into())])}</span>
                {languages()}
            </div>
        </footer>
    }
}

/// The page in the other languages, each in its own words.
pub fn languages() -> AnyView {
    let links: Vec<_> = Language::ALL
        .into_iter()
        .map(|language| {
            let current = (language == spoken()).then_some("true");
            let href = same_page_in(language);
            view! {
                <li><a href=href lang=language.tag() hreflang=language.tag() aria-current=current>{language.own_name()}</a></li>
            }
        })
        .collect();
    view! { <nav aria-label=text("languages")><ul class="links" role="list">{links}</ul></nav> }.into_any()
}

/// Whose page it is; made from the connection.
pub struct DeskHead {
    integration: String,
    organization: String,
    account: String,
    connected_on: String,
    /// The locations in scope.
    places: Option<AnyView>,
    badge: AnyView,
    return_url: String,
    zone: &'static str,
}

impl From<&ConnectionView> for DeskHead {
    fn from(connection: &ConnectionView) -> Self {
        Self::at(connection, Zone::of(&connection.locations.today))
    }
}

/// Names of more locations than these would push the page down.
const NAMED: usize = 3;

/// All of them, by rule; else how many, and few by name.
fn places(locations: &LocationsView) -> AnyView {
    if locations.all {
        return text("desk-locations-all").into_any();
    }
    let count = locations.today.len();
    if count == 0 || count > NAMED {
        return text_with("locations-some", &[("count", count.into())]).into_any();
    }
    let marked = |location: &LocationView| mark(&Words::new(location.name.as_str()));
    let names: Vec<String> = locations.today.iter().map(marked).collect();
    rich("desk-locations", &[("count", count.into()), ("names", all_of(&names).into())])
}

impl DeskHead {
    /// For a page whose times are those of this zone.
    pub fn at(connection: &ConnectionView, zone: Zone) -> Self {
        let state = connection.state;
        DeskHead {
            integration: connection.integration.name.clone(),
            organization: connection.organization.name.clone(),
            account: connection.account_name.clone(),
            connected_on: time::date(connection.connected_at, &zone),
            places: (state != ConnectionState::Disconnected).then(|| places(&connection.locations)),
            badge: view! { <StateBadge state/> }.into_any(),
            return_url: connection.return_url.clone(),
            zone: zone.name(),
        }
    }
}
