//! Time is an argument. Everything that asks what time it is holds a [`Clock`].

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

/// Milliseconds since 1970, as scheduler columns store them.
pub type Millis = i64;

pub const SECOND: Millis = 1_000;
pub const MINUTE: Millis = 60 * SECOND;
pub const HOUR: Millis = 60 * MINUTE;
pub const DAY: Millis = 24 * HOUR;

/// As the API and hooks write a time: RFC 3339 in UTC, with milliseconds. None beyond what a calendar can say.
pub fn rfc3339(at: Millis) -> Option<String> {
    chrono::DateTime::from_timestamp_millis(at).map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

/// The system's clock, moved by an offset that only tests and the demo change.
#[derive(Clone)]
pub struct Clock {
    source: Source,
    offset: Arc<AtomicI64>,
}

#[derive(Clone, Copy)]
enum Source {
    System,
    /// Stands still until it is moved.
    Fixed(Millis),
}

impl Clock {
    pub fn system() -> Self {
        Self { source: Source::System, offset: Arc::default() }
    }

    /// A clock for tests: it moves only by [`Clock::advance`]. Clones move together.
    pub fn fixed(at: Millis) -> Self {
        Self { source: Source::Fixed(at), offset: Arc::default() }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> Millis {
        let base = match self.source {
            Source::Fixed(at) => at,
            Source::System => SystemTime::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
        };
        base.saturating_add(self.offset.load(Ordering::Relaxed))
    }

    pub fn now_seconds(&self) -> i64 {
        self.now().div_euclid(SECOND)
    }

    pub fn advance(&self, by: Millis) {
        self.offset.fetch_add(by, Ordering::Relaxed);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
