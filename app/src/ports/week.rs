//! Hours of a week.

/// A weekday, `mon` to `sun`, and its spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayView {
    pub day: Weekday,
    pub spans: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    pub const ALL: [Weekday; 7] =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

    /// As values and names of controls write it.
    pub fn slug(self) -> &'static str {
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][self as usize]
    }

    /// 1 for Monday.
    pub fn number(self) -> usize {
        self as usize + 1
    }
}
