//! The line icons, inline: a page carries only those it shows, and needs no request for them.

use leptos::prelude::*;

/// What an icon shows. Icons stand beside words and are hidden from screen readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Approval,
    Delayed,
    Door,
    Dot,
    Down,
    Error,
    File,
    Gone,
    Info,
    Key,
    List,
    Lock,
    Mail,
    Ok,
    Organization,
    Outage,
    Paused,
    Pencil,
    Pin,
    Plus,
    Reconnect,
    Search,
    SetUp,
    Some,
    Sync,
    Undo,
    Up,
    User,
    Warn,
    Cross,
}

#[component]
pub fn Icon(sign: Sign, #[prop(optional)] class: &'static str) -> impl IntoView {
    let class = if class.is_empty() { "icon".to_owned() } else { format!("icon {class}") };
    view! { <svg class=class viewBox="0 0 16 16" aria-hidden="true" inner_html=lines(sign)></svg> }
}

fn lines(sign: Sign) -> &'static str {
    match sign {
        Sign::Approval => r#"<path d="M4 1.9h8M4 14.1h8M5.1 1.9v2.2L8 8l2.9-3.9V1.9M5.1 14.1v-2.2L8 8l2.9 3.9v2.2"/>"#,
        Sign::Delayed => r#"<circle cx="8" cy="8" r="6.25"/><path d="M8 4.6V8l2.4 1.6"/>"#,
        Sign::Door => r#"<path d="M3.6 14V2.4h8.8V14M1.8 14h12.4M9.8 8v.6"/>"#,
        Sign::Dot => r#"<circle cx="8" cy="8" r="2.2"/>"#,
        Sign::File => r#"<path d="M8 2v8.2M4.8 7.2 8 10.4l3.2-3.2M2.6 13.6h10.8"/>"#,
        Sign::Info => r#"<circle cx="8" cy="8" r="6.25"/><path d="M8 7.4v3.8M8 4.9v.1"/>"#,
        Sign::List => r#"<path d="M5.6 4h8M5.6 8h8M5.6 12h8M2.4 4h.1M2.4 8h.1M2.4 12h.1"/>"#,
        Sign::Lock => {
            r#"<rect x="3" y="7" width="10" height="7" rx="1.5"/><path d="M5.2 7V4.8a2.8 2.8 0 0 1 5.6 0V7"/>"#
        }
        Sign::Pencil => r#"<path d="m2.6 13.4.7-3.1 7.6-7.6 2.4 2.4-7.6 7.6z"/>"#,
        Sign::Plus => r#"<path d="M8 3v10M3 8h10"/>"#,
        Sign::Undo => r#"<path d="M3 7.2h6.6a3.4 3.4 0 0 1 0 6.8H6.2M3 7.2l3-3M3 7.2l3 3"/>"#,
        Sign::Up => r#"<path d="m3.8 10 4.2-4.2 4.2 4.2"/>"#,
        Sign::Down => r#"<path d="m3.8 6 4.2 4.2L12.2 6"/>"#,
        Sign::Error => r#"<circle cx="8" cy="8" r="6.25"/><path d="M8 4.7v4M8 11.1v.1"/>"#,
        Sign::Gone => r#"<circle cx="8" cy="8" r="6.25"/><path d="M5 8h6"/>"#,
        Sign::Key => r#"<circle cx="5" cy="11" r="3"/><path d="m7.2 8.8 6-6M10.6 5.4l2 2"/>"#,
        Sign::Mail => {
            r#"<rect x="1.8" y="3.4" width="12.4" height="9.4" rx="1.4"/><path d="m2.2 4.4 5.8 4.4 5.8-4.4"/>"#
        }
        Sign::Ok => r#"<circle cx="8" cy="8" r="6.25"/><path d="m5.2 8.2 2 2 3.7-4.2"/>"#,
        Sign::Organization => {
            r#"<path d="M2.5 14V3.2L8.5 2v12M8.5 6l5 1v7M1.5 14h13M5 5.6h1M5 8.4h1M5 11.2h1M11 9.4v.1M11 11.8v.1"/>"#
        }
        Sign::Outage => {
            r#"<path d="M5.2 11.4h-.7a3 3 0 0 1-.3-6 4 4 0 0 1 7.7.4 2.8 2.8 0 0 1 .3 5.5"/><path d="M8.9 7.4 7.2 10.6h2.3L7.9 14"/>"#
        }
        Sign::Paused => r#"<circle cx="8" cy="8" r="6.25"/><path d="M6.4 5.8v4.4M9.6 5.8v4.4"/>"#,
        Sign::Pin => {
            r#"<path d="M8 14.2c3-3.4 4.6-5.9 4.6-7.8a4.6 4.6 0 0 0-9.2 0c0 1.9 1.6 4.4 4.6 7.8z"/><circle cx="8" cy="6.4" r="1.5"/>"#
        }
        Sign::Reconnect => {
            r#"<path d="M6.9 11.6 5.6 12.9a2.6 2.6 0 0 1-3.7-3.7l1.3-1.3M9.1 4.4l1.3-1.3a2.6 2.6 0 0 1 3.7 3.7l-1.3 1.3M10.2 10.2l3 3M5.8 5.8l-3-3"/>"#
        }
        Sign::Search => r#"<circle cx="7" cy="7" r="4.6"/><path d="m10.6 10.6 3.4 3.4"/>"#,
        Sign::SetUp => {
            r#"<circle cx="8" cy="8" r="6.25" stroke-dasharray="3 1.9"/><path d="M5.6 8h4.6M8.4 6l2 2-2 2"/>"#
        }
        Sign::Some => {
            r#"<path d="M2.5 2.5h4.2v4.2H2.5zM9.3 2.5h4.2v4.2H9.3zM2.5 9.3h4.2v4.2H2.5z" fill="currentColor"/><path d="m9.6 9.6 3.6 3.6M13.2 9.6l-3.6 3.6"/>"#
        }
        Sign::Sync => {
            r#"<path d="M13.4 6.6A5.6 5.6 0 0 0 3.2 5.2M2.6 9.4a5.6 5.6 0 0 0 10.2 1.4M3 2.2v3h3M13 13.8v-3h-3"/>"#
        }
        Sign::User => r#"<circle cx="8" cy="5.4" r="2.8"/><path d="M2.6 14a5.5 5.5 0 0 1 10.8 0"/>"#,
        Sign::Warn => r#"<path d="M8 2 14.6 13.6H1.4z"/><path d="M8 6.4v3.4M8 11.7v.1"/>"#,
        Sign::Cross => r#"<path d="m4 4 8 8M12 4l-8 8"/>"#,
    }
}
