//! Words for what is wrong with an entry.

use super::{one_of, text, text_with};
use crate::ports::{FieldView, Input, Mistake};

/// The same in the summary and at the field.
pub fn mistake(field: &FieldView, mistake: &Mistake) -> String {
    let label = [("field", field.label.as_str().into())];
    match mistake {
        Mistake::Missing => match field.input {
            Input::Choice { .. } | Input::List { .. } => text_with("mistake-choose", &label),
            Input::Confirmation { .. } => text_with("mistake-confirm", &label),
            _ => text_with("mistake-missing", &label),
        },
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
        Mistake::Said(said) if said.is_empty() => text("mistake-unsaid"),
        Mistake::Said(said) => said.clone(),
    }
}
