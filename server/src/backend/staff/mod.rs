//! One person of the partner who has signed in: what pages of the dashboard may ask.

pub mod alerts;
mod audit;
pub mod integrations;
mod overview;
pub mod team;
pub mod tenant;
pub(crate) mod tenants;

use std::any::Any;
use std::sync::Arc;

use app::ids::StaffId;
use app::ports::{StaffDesk, StaffView};
use app::time::Zone;

use crate::services::staff::permit::{Permit, Proved, Refusal};
use crate::services::staff::session::Member;
use crate::state::App;

/// The permission to see the dashboard as one person. Made only from a session that was verified.
#[derive(Clone)]
pub struct StaffMember {
    app: App,
    member: Member,
    at: At,
    prepared: Option<Arc<dyn Any + Send + Sync>>,
}

/// The address of a page as its loader needs it: decoded segments of the path, and the query.
#[derive(Debug, Clone, Default)]
pub struct At {
    pub path: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
}

impl At {
    pub fn new(path: &str, query: Vec<(String, String)>) -> Self {
        let decode = |segment: &str| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let segments = path.trim_start_matches('/').split('/').map(decode).collect();
        Self { path: path.to_owned(), segments, query }
    }

    /// Counted from 0: of `/connections/con_1/runs` the second is `con_1`.
    pub fn segment(&self, index: usize) -> &str {
        self.segments.get(index).map_or("", String::as_str)
    }

    /// The first value of that name.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Everything that was asked, in its order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.query
    }
}

impl StaffMember {
    pub fn new(app: App, member: Member, at: At) -> Self {
        Self { app, member, at, prepared: None }
    }

    pub fn app(&self) -> &App {
        &self.app
    }

    /// The same with what a form asks for in place of the query.
    pub fn asking(mut self, pairs: Vec<(String, String)>) -> Self {
        self.at.query = pairs;
        self
    }

    pub fn member(&self) -> &Member {
        &self.member
    }

    pub fn at(&self) -> &At {
        &self.at
    }

    /// The same with what a form leads to, for the page that is rendered next: any value of the page's own.
    pub fn prepared<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.prepared = Some(Arc::new(value));
        self
    }

    /// What [`StaffMember::prepared`] put there, where it is of this kind.
    pub fn found<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.prepared.clone()?.downcast().ok()
    }

    /// Proof that this person may do this now.
    ///
    /// # Errors
    /// When the role may not, or a dangerous act needs the password again.
    pub fn permit<A: Proved>(&self) -> Result<Permit<A>, Refusal> {
        self.member.permit(self.app.clock.now())
    }
}

impl StaffDesk for StaffMember {
    fn who(&self) -> StaffView {
        let staff = self.member.staff();
        StaffView {
            id: StaffId(staff.id),
            name: staff.name.clone(),
            email: staff.email.clone(),
            role: staff.role,
            zone: staff.time_zone.as_deref().map_or_else(Zone::utc, Zone::named),
            is_fresh: self.member.is_fresh(self.app.clock.now()),
        }
    }
}
