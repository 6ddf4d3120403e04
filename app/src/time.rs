//! Instants as people read them: "3 May 2026", 24 hours, the zone named.
//!
//! Formatting happens on the server only; the reader's own zone is not known, so a page uses the
//! zone of the connection's first location and says so.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;

use crate::ports::{LocationView, Weekday};
use crate::texts::{text, text_with};

/// The zone a page shows its times in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    pub fn utc() -> Self {
        Zone(Tz::UTC)
    }

    /// The zone of the first location that has a known one, else UTC.
    pub fn of(locations: &[LocationView]) -> Self {
        let known = locations.iter().filter_map(|location| location.time_zone.as_deref()?.parse().ok());
        Zone(known.into_iter().next().unwrap_or(Tz::UTC))
    }

    /// The zone of that name; UTC where the zone database does not know it.
    pub fn named(name: &str) -> Self {
        Zone(name.parse().unwrap_or(Tz::UTC))
    }

    /// Whether the zone database has a zone of that name.
    pub fn is_known(name: &str) -> bool {
        name.parse::<Tz>().is_ok()
    }

    /// As the zone database names it, such as `Europe/Amsterdam`.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }
}

impl Zone {
    /// When the day of this moment began here.
    pub fn day_began(&self, at: i64) -> i64 {
        let Some(here) = utc(at).map(|instant| instant.with_timezone(&self.0)) else { return at };
        // Where a day begins with a leap of the clock it begins with the first moment that exists.
        let begins = (0..4).find_map(|hour| {
            let midnight = here.date_naive().and_hms_opt(hour, 0, 0)?;
            midnight.and_local_timezone(self.0).earliest()
        });
        begins.map_or(at, |begins| begins.timestamp_millis())
    }
}

/// `14:03` today, `3 May` in this year, else `3 May 2025`: for tables, whose reader knows today.
pub fn brief(at: i64, now: i64, zone: &Zone) -> String {
    let (Some(instant), Some(today)) = (utc(at), utc(now)) else { return text("date-unknown") };
    let (instant, today) = (instant.with_timezone(&zone.0), today.with_timezone(&zone.0));
    if instant.date_naive() == today.date_naive() {
        return clock(at, zone);
    }
    spelled(if instant.year() == today.year() { "date-short" } else { "date" }, at, zone)
}

/// `3 May 2026`
pub fn date(at: i64, zone: &Zone) -> String {
    spelled("date", at, zone)
}

/// `3 May 2026, 14:03`
pub fn date_and_time(at: i64, zone: &Zone) -> String {
    spelled("date-and-time", at, zone)
}

/// `3 May 2026, 14:03 (Europe/Amsterdam)`
pub fn date_and_time_with_zone(at: i64, zone: &Zone) -> String {
    spelled("date-and-time-with-zone", at, zone)
}

/// `Sunday 3 May 2026, 14:03 (Europe/Amsterdam)`
pub fn moment(at: i64, zone: &Zone) -> String {
    spelled("moment", at, zone)
}

/// `3 May 2026` of `2026-05-03`; what is no day stands as it is.
pub fn day(day: &str) -> String {
    let Ok(found) = NaiveDate::parse_from_str(day, "%Y-%m-%d") else { return day.to_owned() };
    let month = text_with("month", &[("number", found.month().into())]);
    let year = found.year().to_string();
    text_with("date", &[("day", found.day().into()), ("month", month.into()), ("year", year.into())])
}

pub fn weekday(day: Weekday) -> String {
    text_with("weekday", &[("number", day.number().into())])
}

/// `14:03`
pub fn clock(at: i64, zone: &Zone) -> String {
    let Some(instant) = utc(at).map(|instant| instant.with_timezone(&zone.0)) else {
        return text("date-unknown");
    };
    format!("{:02}:{:02}", instant.hour(), instant.minute())
}

/// The words with the instant for machines beside them.
pub fn element(at: i64, words: String) -> AnyView {
    element_of(at, words.into_any())
}

/// The same with names in the words.
pub fn element_of(at: i64, words: AnyView) -> AnyView {
    match utc(at) {
        Some(instant) => {
            view! { <time datetime=instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()>{words}</time> }.into_any()
        }
        None => words,
    }
}

/// The instant of `2026-05-06T13:30`, as browsers send a day and a time, in this zone. None for what is no such, or a
/// time that the clocks skipped there; of a time that came twice the first.
pub fn local(text: &str, zone: &Zone) -> Option<i64> {
    let at = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"].into_iter();
    let at = at.filter_map(|format| chrono::NaiveDateTime::parse_from_str(text, format).ok()).next()?;
    Some(at.and_local_timezone(zone.0).earliest()?.timestamp_millis())
}

/// The same way back, for the value of a form.
pub fn to_local(at: i64, zone: &Zone) -> String {
    utc(at).map_or_else(String::new, |at| at.with_timezone(&zone.0).format("%Y-%m-%dT%H:%M").to_string())
}

fn spelled(key: &str, at: i64, zone: &Zone) -> String {
    let Some(instant) = utc(at).map(|instant| instant.with_timezone(&zone.0)) else {
        return text("date-unknown");
    };
    let month = text_with("month", &[("number", instant.month().into())]);
    let weekday = text_with("weekday", &[("number", instant.weekday().number_from_monday().into())]);
    text_with(
        key,
        &[
            ("weekday", weekday.into()),
            ("day", instant.day().into()),
            ("month", month.into()),
            ("year", instant.year().to_string().into()),
            ("time", format!("{:02}:{:02}", instant.hour(), instant.minute()).into()),
            ("zone", zone.name().into()),
        ],
    )
}

fn utc(at: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 6 May 2026, 12:03 UTC, a Wednesday.
    const AT: i64 = 1_778_068_980_000;

    fn place(zone: Option<&str>) -> LocationView {
        LocationView { id: "a".to_owned(), name: "A".to_owned(), time_zone: zone.map(str::to_owned) }
    }

    #[test]
    fn times_are_those_of_the_first_location_that_has_a_zone() {
        let zone = Zone::of(&[place(None), place(Some("Mars/Olympus")), place(Some("Europe/Amsterdam"))]);
        assert_eq!(moment(AT, &zone), "Wednesday 6 May 2026, 14:03 (Europe/Amsterdam)");
        assert_eq!(date_and_time(AT, &Zone::of(&[])), "6 May 2026, 12:03");
        assert_eq!(date_and_time_with_zone(AT, &Zone::of(&[])), "6 May 2026, 12:03 (UTC)");
    }

    #[test]
    fn tables_say_no_more_than_they_have_to() {
        let zone = Zone::named("Europe/Amsterdam");
        let day = 24 * 60 * 60 * 1000;
        assert_eq!(brief(AT, AT, &zone), "14:03");
        assert_eq!(brief(AT - day, AT, &zone), "5 May");
        assert_eq!(brief(AT - 365 * day, AT, &zone), "6 May 2025");
        assert_eq!(clock(zone.day_began(AT), &zone), "00:00");
        assert!(zone.day_began(AT) <= AT && AT - zone.day_began(AT) < day);
    }

    #[test]
    fn the_day_is_the_day_in_the_zone() {
        let zone = Zone::of(&[place(Some("Pacific/Auckland"))]);
        assert_eq!(date(AT, &zone), "7 May 2026");
    }

    #[test]
    fn every_month_and_weekday_has_its_name() {
        let day = 24 * 60 * 60 * 1000;
        let spoken: Vec<_> = (0..365).map(|n| moment(AT + n * day, &Zone::utc())).collect();
        for word in [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ] {
            assert!(spoken.iter().any(|text| text.contains(word)), "{word}");
        }
    }

    #[test]
    fn what_was_typed_is_read_in_the_readers_zone() {
        let zone = Zone::named("Europe/Amsterdam");
        assert_eq!(local("2026-05-06T14:03", &zone), Some(AT));
        assert_eq!(local("2026-05-06T14:03:00", &zone), Some(AT));
        assert_eq!(to_local(AT, &zone), "2026-05-06T14:03");
        // Clocks went forward from 02:00 to 03:00, and back from 03:00 to 02:00.
        assert_eq!(local("2026-03-29T02:30", &zone), None);
        assert_eq!(local("2026-10-25T02:30", &zone), local("2026-10-25T00:30", &Zone::utc()));
        for wrong in ["", "yesterday", "2026-05-06", "2026-13-06T14:03"] {
            assert_eq!(local(wrong, &zone), None, "{wrong}");
        }
    }

    #[test]
    fn an_impossible_instant_has_words_too() {
        assert_eq!(date(i64::MAX, &Zone::utc()), "an unknown date");
    }
}
