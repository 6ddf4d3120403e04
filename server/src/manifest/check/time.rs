//! Values that are times of day, weeks and periods.

use serde_json::Value;

use crate::manifest::kind::WeeklySchedule;
use crate::manifest::problem::{Place, Problems};
use crate::manifest::scalar::Day;
use crate::manifest::typed::{type_of, unknown};

use super::value::as_text;

const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MINUTES_OF_DAY: u32 = 24 * 60;

/// Minutes since midnight. `24:00` is a time only where a span ends.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number =
        |part: &str| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u32>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let time = hours * 60 + minutes;
    (minutes < 60 && time <= MINUTES_OF_DAY).then_some(time)
}

pub(super) fn of_day(place: &Place, value: &Value, problems: &mut Problems) {
    let Some(text) = as_text(place, value, problems) else { return };
    if minutes(text).is_none_or(|time| time == MINUTES_OF_DAY) {
        problems.add(place, format!("`{text}` is not a time like 09:00"));
    }
}

pub(super) fn weekly(kind: &WeeklySchedule, place: &Place, value: &Value, problems: &mut Problems) {
    let Value::Object(days) = value else {
        return problems.add(place, format!("expected an object from day to spans, found {}", type_of(value)));
    };
    for (day, spans) in days {
        let place = place.key(day);
        if !DAYS.contains(&day.as_str()) {
            problems.add(&place, unknown(day, DAYS).replace("unknown key", "unknown day"));
        }
        let mut free_from = 0;
        super::lists::each(&place, spans, problems, |place, span, problems| {
            let Some((from, to)) = pair(span).and_then(|(from, to)| Some((minutes(from)?, minutes(to)?))) else {
                return problems.add(place, "a span is a list of two times, like [\"08:30\", \"18:00\"]");
            };
            if from == to || from == MINUTES_OF_DAY {
                problems.add(place, "a span has to last");
            } else if to < from && !kind.allow_overnight {
                problems.add(place, "a span over midnight needs `\"allow_overnight\": true`");
            } else if from < free_from {
                problems.add(place, "spans of a day must follow each other without overlapping");
            }
            free_from = if to < from { MINUTES_OF_DAY } else { to };
        });
    }
}

pub(super) fn range(
    place: &Place,
    value: &Value,
    problems: &mut Problems,
    read: impl Fn(&str, &Place, &mut Problems) -> Option<Day>,
) {
    let Some((from, to)) = pair(value) else {
        return problems.add(place, "a period is a list of two days, like [\"2026-12-24\", \"2026-12-26\"]");
    };
    let (from, to) = (read(from, &place.index(0), problems), read(to, &place.index(1), problems));
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        problems.add(place, "a period ends on or after its first day");
    }
}

fn pair(value: &Value) -> Option<(&str, &str)> {
    match value.as_array()?.as_slice() {
        [from, to] => Some((from.as_str()?, to.as_str()?)),
        _ => None,
    }
}
