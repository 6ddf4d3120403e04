//! The line that says how old a page of the dashboard is, and keeps it new where scripts run.

use leptos::prelude::*;

use crate::ids::ConnectionId;
use crate::islands::{LiveLine, LiveWords};
use crate::paths;
use crate::ports::StaffView;
use crate::texts::{text, text_with};
use crate::time;

/// `stamp` names what the page shows at `now`, of everything or `of` one connection. A page that holds what was typed
/// and refused begins paused (`held`).
pub fn live_line(staff: &StaffView, now: i64, stamp: &str, of: Option<ConnectionId>, held: bool) -> AnyView {
    let clock = time::clock(now, &staff.zone);
    let at = text_with("live-at", &[("clock", clock.into()), ("zone", staff.zone.name().into())]);
    let more = |count: usize, number: &'static str| {
        text_with("live-more", &[("count", count.into()), ("number", number.into())])
    };
    let says = |key: &str| text_with(key, &[("at", "{at}".into())]);
    let words = LiveWords {
        as_of: says("live-as-of"),
        live: text("live-on"),
        paused: says("live-paused"),
        lost: says("live-lost"),
        ended: says("live-ended"),
        pause: text("live-pause"),
        resume: text("live-resume"),
        show: text("live-show"),
        waits: text("live-waits"),
        more_one: more(1, "1"),
        more_other: more(2, "{n}"),
    };
    view! { <LiveLine stream=paths::live(of) stamp=stamp.to_owned() at held words/> }.into_any()
}
