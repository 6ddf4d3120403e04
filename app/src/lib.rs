//! The UI of Deskbridge: it renders, asks ports for data and never knows the database.
//! Pages are rendered on the server; only [`islands`] are compiled for the browser.

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` in one build would run browser effects on the server; build `frontend` by itself");

pub mod islands;

#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod fragment;
#[cfg(feature = "ssr")]
pub mod ids;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod paths;
#[cfg(feature = "ssr")]
pub mod ports;
#[cfg(feature = "ssr")]
pub mod problems;
#[cfg(feature = "ssr")]
pub mod role;
#[cfg(feature = "ssr")]
pub mod scopes;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod state;
#[cfg(feature = "ssr")]
pub mod tenants;
#[cfg(feature = "ssr")]
pub mod texts;
#[cfg(feature = "ssr")]
pub mod time;

#[cfg(all(test, feature = "ssr"))]
mod form_tests;
#[cfg(all(test, feature = "ssr"))]
mod samples;
#[cfg(all(test, feature = "ssr"))]
mod view_tests;

#[cfg(feature = "ssr")]
pub use app::App;
#[cfg(feature = "ssr")]
pub use fragment::fragment;
#[cfg(feature = "ssr")]
pub use shell::shell;
