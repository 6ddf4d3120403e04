//! Words for what is wrong with an entry.

use super::{Value, all_of, one_of, text, text_with};
use crate::ports::{LinesKind, Mistake};
use crate::time;

/// The same in the summary and at the field that is called so.
pub fn mistake(label: &str, mistake: &Mistake) -> String {
    let label = [("field", Value::from(label))];
    match mistake {
        Mistake::Missing => text_with("mistake-missing", &label),
        Mistake::Choose => text_with("mistake-choose", &label),
        Mistake::Confirm => text_with("mistake-confirm", &label),
        Mistake::TooShort { least } => text_with("mistake-too-short", &[label[0].clone(), ("count", (*least).into())]),
        Mistake::TooLong { most } => text_with("mistake-too-long", &[label[0].clone(), ("count", (*most).into())]),
        Mistake::TooManyBytes { most } => text_with("mistake-bytes", &[label[0].clone(), ("count", (*most).into())]),
        Mistake::WrongForm { example: Some(example) } => {
            text_with("mistake-form-like", &[label[0].clone(), ("example", example.as_str().into())])
        }
        Mistake::WrongForm { example: None } => text_with("mistake-form", &label),
        Mistake::AnEmailAddress => text_with("mistake-mail", &label),
        Mistake::NotANumber => text_with("mistake-number", &label),
        Mistake::NotWhole => text_with("mistake-whole", &label),
        Mistake::OutOfRange { from: Some(from), to: Some(to) } => text_with(
            "mistake-between",
            &[label[0].clone(), ("from", from.as_str().into()), ("to", to.as_str().into())],
        ),
        Mistake::OutOfRange { from: Some(from), to: None } => {
            text_with("mistake-at-least", &[label[0].clone(), ("from", from.as_str().into())])
        }
        Mistake::OutOfRange { to, .. } => {
            text_with("mistake-at-most", &[label[0].clone(), ("to", to.clone().unwrap_or_default().into())])
        }
        Mistake::WrongStep { step } => text_with("mistake-step", &[label[0].clone(), ("step", step.as_str().into())]),
        Mistake::TooManyDecimals { most } => {
            text_with("mistake-decimals", &[label[0].clone(), ("count", (*most).into())])
        }
        Mistake::NotAnAddress { schemes } => {
            let schemes: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://")).collect();
            text_with("mistake-address", &[label[0].clone(), ("schemes", one_of(&schemes).into())])
        }
        Mistake::NotAHost => text_with("mistake-host", &label),
        Mistake::Private => text_with("mistake-private", &label),
        Mistake::UnknownChoice => text_with("mistake-unknown-choice", &label),
        Mistake::TooFew { least } => text_with("mistake-too-few", &[label[0].clone(), ("count", (*least).into())]),
        Mistake::TooMany { most } => text_with("mistake-too-many", &[label[0].clone(), ("count", (*most).into())]),
        Mistake::EnterAgain => text_with("mistake-again", &label),
        Mistake::Fixed => text_with("mistake-fixed", &label),
        Mistake::BoundElsewhere => text_with("mistake-bound", &label),
        Mistake::SecretMoves { field, locations } => {
            text_with("secret-moves", &[("field", field.as_str().into()), ("location", all_of(locations).into())])
        }
        Mistake::NotATime => text_with("mistake-time", &label),
        Mistake::NotADay => text_with("mistake-day", &label),
        Mistake::DayOutOfRange { first: Some(first), last: Some(last) } => text_with(
            "mistake-day-between",
            &[label[0].clone(), ("from", time::day(first).into()), ("to", time::day(last).into())],
        ),
        Mistake::DayOutOfRange { first: Some(first), last: None } => {
            text_with("mistake-day-from", &[label[0].clone(), ("from", time::day(first).into())])
        }
        Mistake::DayOutOfRange { last, .. } => text_with(
            "mistake-day-to",
            &[label[0].clone(), ("to", last.as_deref().map(time::day).unwrap_or_default().into())],
        ),
        Mistake::HalfASpan => text_with("mistake-half", &label),
        Mistake::EndsBefore => text_with("mistake-ends-before", &label),
        Mistake::ClosesWhenOpens { day } => {
            text_with("mistake-closes", &[label[0].clone(), ("day", time::weekday(*day).into())])
        }
        Mistake::PastMidnight { day } => {
            text_with("mistake-midnight", &[label[0].clone(), ("day", time::weekday(*day).into())])
        }
        Mistake::Overlap { day: Some(day) } => {
            text_with("mistake-overlap-day", &[label[0].clone(), ("day", time::weekday(*day).into())])
        }
        Mistake::Overlap { day: None } => text_with("mistake-overlap", &label),
        Mistake::WrongLine { line, text, kind } => {
            let key = match kind {
                LinesKind::Text => "mistake-line",
                LinesKind::Mail => "mistake-line-mail",
                LinesKind::Domain => "mistake-line-domain",
                LinesKind::Network => "mistake-line-network",
                LinesKind::Address => "mistake-line-address",
            };
            text_with(key, &[label[0].clone(), ("line", (*line).into()), ("text", text.as_str().into())])
        }
        Mistake::Twice { text } => text_with("mistake-twice", &[label[0].clone(), ("text", text.as_str().into())]),
        Mistake::NotIncreasing => text_with("mistake-increasing", &label),
        Mistake::UnknownPlaceholder { name } => {
            text_with("mistake-placeholder", &[label[0].clone(), ("name", format!("{{{name}}}").into())])
        }
        Mistake::NeedsPlaceholder { names } => {
            let names: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
            text_with("mistake-needs-placeholder", &[label[0].clone(), ("names", one_of(&names).into())])
        }
        Mistake::OneLine => text_with("mistake-one-line", &label),
        Mistake::NoAmount { currency } => {
            text_with("mistake-no-amount", &[label[0].clone(), ("currency", currency.as_str().into())])
        }
        Mistake::NotHere { option } => {
            text_with("mistake-not-here", &[label[0].clone(), ("option", option.as_str().into())])
        }
        Mistake::Locked => text_with("mistake-locked", &label),
        Mistake::WrongName => text_with("mistake-name", &label),
        Mistake::Undecided => text_with("mistake-undecided", &label),
        Mistake::Unknown => text("mistake-unknown"),
        Mistake::Said(said) if said.is_empty() => text("mistake-unsaid"),
        Mistake::Said(said) => said.clone(),
    }
}
