//! The frame of every page of the dashboard: where one is, who one is, the way out.

use leptos::prelude::*;

use super::deskpage::languages;
use super::icon::{Icon, Sign};
use crate::paths;
use crate::ports::StaffView;
use crate::role::Section;
use crate::texts::{self, name, rich, text, text_with};

/// A page of the dashboard around its content.
#[component]
pub fn StaffPage(
    staff: StaffView,
    section: Section,
    /// What stands as the page's `h1`.
    #[prop(into)]
    heading: AnyView,
    /// The pages above this one: address and words.
    #[prop(optional)]
    crumbs: Vec<(String, String)>,
    /// What stands under the heading.
    #[prop(optional_no_strip)]
    lead: Option<AnyView>,
    /// How old the page is, where it keeps itself new.
    #[prop(optional_no_strip)]
    live: Option<AnyView>,
    /// Acts beside the heading.
    #[prop(optional_no_strip)]
    acts: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let crumbs = (!crumbs.is_empty()).then(|| {
        let items = crumbs.into_iter().map(|(href, words)| view! { <li><a href=href><bdi>{words}</bdi></a></li> });
        view! { <nav class="crumbs" aria-label=text("staff-crumbs")><ol role="list">{items.collect_view()}</ol></nav> }
    });
    let zone = staff.zone.name().to_owned();
    let class = if acts.is_some() { "page-head page-head--split" } else { "page-head" };
    view! {
        <a class="skip" href="#main">{text("skip-link")}</a>
        {top(staff, section)}
        <main id="main" class="wrap page">
            <div class=class data-key="head">
                <div>{crumbs}<h1>{heading}</h1>{lead}</div>
                {acts}
            </div>
            {live}
            {children()}
        </main>
        <footer class="foot">
            <div class="wrap row row--between">
                <span>{text_with("times-in-zone", &[("zone", zone.into())])}</span>
                <span>{text_with("staff-version", &[("version", env!("CARGO_PKG_VERSION").into())])}</span>
                {languages()}
            </div>
        </footer>
    }
}

/// The title of a page of the dashboard.
pub fn staff_title(page: &str) -> String {
    text_with("staff-page-title", &[("page", page.into())])
}

fn top(staff: StaffView, section: Section) -> AnyView {
    let StaffView { name: called, role, .. } = staff;
    let links = Section::ALL.into_iter().filter(|part| *part != Section::Account).map(|part| {
        let current = (part == section).then_some("page");
        view! { <li><a href=paths::section_of(part) aria-current=current>{section_word(part)}</a></li> }
    });
    let word = texts::role_word(role);
    let who = rich("staff-who", &[("name", name(&called)), ("role", word.into())]);
    let here = (section == Section::Account).then_some("page");
    view! {
        <header class="topbar">
            <div class="wrap">
                <a class="brand" href=paths::section_of(Section::Overview)>{Mark()}{text("product")}</a>
                <nav aria-label=text("staff-nav")><ul role="list">{links.collect_view()}</ul></nav>
                <form class="who" method="post" action=paths::sign_out()>
                    // The name hides on narrow windows; the link does not.
                    <a href=paths::section_of(Section::Account) aria-current=here>
                        <Icon sign=Sign::User/><span>{who}</span><small class="vh">" "{text("staff-nav-account")}</small>
                    </a>
                    <button class="btn btn--small" type="submit">{text("staff-sign-out")}</button>
                </form>
            </div>
        </header>
    }
    .into_any()
}

/// The word of a part of the dashboard.
pub fn section_word(section: Section) -> String {
    text(match section {
        Section::Overview => "staff-nav-overview",
        Section::Tenants => "staff-nav-tenants",
        Section::Alerts => "staff-nav-alerts",
        Section::Activity => "staff-nav-activity",
        Section::Integrations => "staff-nav-integrations",
        Section::Team => "staff-nav-team",
        Section::Account => "staff-nav-account",
    })
}

/// The mark: a desk that is also a bridge.
#[component]
pub fn Mark() -> impl IntoView {
    view! { <svg class="mark" viewBox="0 0 28 28" aria-hidden="true" inner_html=MARK></svg> }
}

const MARK: &str = concat!(
    r#"<rect width="28" height="28" rx="7" fill="currentColor"/>"#,
    r#"<path class="mark__line" d="M4.5 9.5h19M8 9.5V21M20 9.5V21M8 21a6 6.5 0 0 1 12 0" fill="none" "#,
    r#"stroke-width="2.2" stroke-linecap="round"/>"#,
);
