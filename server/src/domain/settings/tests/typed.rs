//! What a page shows is read back as what it was: nothing changes by being looked at and saved.

use app::forms::Path as At;
use proptest::prelude::*;

use super::super::edits::Of;
use super::super::entries::Entries;
use super::super::judge::{Offers, Sheet, judge, target};
use super::super::typed::{Where, fill, same, typed};
use super::*;
use crate::domain::form::Form;
use crate::manifest::kind::Kind;

struct All;

impl Offers for All {
    fn has(&self, _: &str, _: &str) -> bool {
        true
    }
}

/// Every path of a field that has a control of its own, with what is said there.
fn paths(manifest: &Manifest, key: &str, value: &Value) -> Vec<(At, Value)> {
    let at = At::field(key);
    let rows = || value.as_object().into_iter().flatten();
    match &manifest.field(key).unwrap().kind {
        Kind::Map(_) => rows().map(|(row, value)| (at.at(row), value.clone())).collect(),
        Kind::Template(kind) if kind.localized => rows().map(|(row, value)| (at.at(row), value.clone())).collect(),
        Kind::Table(_) => rows()
            .flat_map(|(row, cells)| cells.as_object().unwrap().iter().map(move |(column, value)| (row, column, value)))
            .map(|(row, column, value)| (at.at(row).at(column), value.clone()))
            .collect(),
        Kind::Secret(_) => Vec::new(),
        _ => vec![(at, value.clone())],
    }
}

#[test]
fn all_of_the_examples_reads_back() {
    let currencies = ["EUR".to_owned(), "GBP".to_owned()];
    let mut count = 0;
    for name in ["access", "wifi", "payments"] {
        let manifest = manifest(&file(&format!("{name}.schema")));
        let layers = layers(&file(&format!("{name}.values")));
        let defaults = manifest.fields().filter_map(|field| Some((field.key(), field.common.default.as_ref()?)));
        let organization = layers.organization.iter().map(|(key, value)| (key.as_str(), value)).chain(defaults);
        let organization = organization.map(|(key, value)| (None, key, value));
        let own = layers.locations.iter().flat_map(|(id, own)| own.iter().map(move |(key, value)| (id, key, value)));
        let own = own.map(|(id, key, value)| (Some(if id == "loc-brs" { "GBP" } else { "EUR" }), key.as_str(), value));
        for (currency, key, value) in organization.chain(own) {
            for (at, value) in paths(&manifest, key, value) {
                let of = Of::Organization;
                let (_, _, kind) = target(&manifest, &of, &at).unwrap_or_else(|| panic!("{name}: {at}"));
                let place = Where { currency, currencies: &currencies };
                let mut entries = Entries::default();
                fill(kind, &at, &value, place, &mut entries);
                let read = typed(kind, &at, &entries, place);
                let read = read.unwrap_or_else(|(_, mistake)| panic!("{name}: {at}: {mistake:?}"));
                assert!(same(kind, &value, &read), "{name}: {at}: {value} became {read}");
                count += 1;
            }
        }
    }
    assert!(count > 100, "{count}");
}

/// Names and values that a form could have, right and wrong.
fn form() -> impl Strategy<Value = Vec<(String, String)>> {
    let key = prop_oneof![
        Just("networks"),
        Just("plan_profiles"),
        Just("radius_secret"),
        Just("controller"),
        Just("early_entry"),
        Just("plan_groups"),
        Just("staffed_hours"),
        Just("fees"),
        Just("pause"),
        Just("dunning_text"),
        Just("nothing"),
    ];
    let path = (key, proptest::collection::vec("[a-z0-9*]{1,4}", 0..4))
        .prop_map(|(key, inside)| inside.iter().fold(At::field(key), |at, step| at.at(step)).to_string());
    let part = prop_oneof![
        Just(""),
        Just(":EUR"),
        Just(":from"),
        Just(":to"),
        Just(":unit"),
        Just(":left"),
        Just(":operator")
    ];
    let value =
        prop_oneof!["[0-9]{1,3}", Just("on".to_owned()), Just(String::new()), Just("08:30".to_owned()), "\\PC{0,12}"];
    let pair = prop_oneof![
        (path.clone(), part, value).prop_map(|(path, part, value)| (format!("f.{path}{part}"), value)),
        path.clone().prop_map(|path| ("own".to_owned(), path)),
        path.clone().prop_map(|path| ("see".to_owned(), path)),
        path.prop_map(|path| ("reset".to_owned(), path)),
    ];
    proptest::collection::vec(pair, 0..25)
}

#[test]
fn return_means_what_its_line_is_for_and_a_button_takes_what_is_chosen_beside_it() {
    let act = |pairs: &[(&str, &str)]| {
        let all = pairs.iter().chain(&[("version", "0.1")]);
        let form = Form(all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
        Entries::read(&form).ok().map(|(_, act)| act.to_string())
    };
    let (search, about) = ([("q.site", "old"), ("s.site", "")], ("about", "65f0a1"));
    for (pressed, by_search, by_about) in [("return", "find:site", "explain"), ("save", "save", "save")] {
        let pressed = ("act", pressed);
        assert_eq!(act(&[pressed, search[0], search[1], about]).as_deref(), Some(by_search));
        assert_eq!(act(&[pressed, ("q.site", "old"), ("s.site", "old"), about]).as_deref(), Some(by_about));
        assert_eq!(act(&[pressed, ("about", " ")]).as_deref(), Some("save"));
    }
    let (button, chosen) = (("act", "except:site"), ("f.site:except", "a.b"));
    assert_eq!(act(&[button, chosen]).as_deref(), Some("except:site.a%2Eb"));
    assert_eq!(act(&[button, ("f.site:except", "")]).as_deref(), Some("except:site"));
    assert_eq!(act(&[("act", "except:site.c"), chosen]).as_deref(), Some("except:site.c"));
}

proptest! {
    /// Whatever is posted, judging it ends, and what it accepts fits its fields.
    #[test]
    fn any_form_is_judged(mut form in form(), name in prop_oneof![Just("access"), Just("wifi"), Just("payments")], at_location: bool) {
        form.push(("version".to_owned(), "0.1".to_owned()));
        form.push(("act".to_owned(), "save".to_owned()));
        let Ok((entries, _)) = Entries::read(&Form(form)) else { return Ok(()) };
        let manifest = manifest(&file(&format!("{name}.schema")));
        let seen = layers(&file(&format!("{name}.values")));
        let tenant = tenant(&file(&format!("{name}.partner")));
        let (of, place) = match at_location {
            true => (Of::Location("loc-brs".to_owned()), at(&tenant, "loc-brs")),
            false => (Of::Organization, Place::Organization),
        };
        let currencies = ["EUR".to_owned(), "GBP".to_owned()];
        let sheet = Sheet { manifest: &manifest, of: &of, place, seen: &seen, currencies: &currencies, world: &All };
        let judged = judge(&sheet, &entries);
        for (path, edit) in &judged.edits {
            prop_assert_eq!(&path.of, &of);
            let field = manifest.field(&path.field).unwrap();
            if let (super::super::edits::Edit::Set(value), None) = (edit, &path.row) {
                let problems = field.problems(value);
                prop_assert!(problems.is_empty() || !matches!(field.kind, Kind::Number(_) | Kind::Duration(_) | Kind::List(_) | Kind::WeeklySchedule(_)), "{problems:?}");
            }
        }
        // What a draft keeps is the same form.
        let kept = Entries::of_kept(&entries.kept()).ok().unwrap();
        prop_assert_eq!(judge(&sheet, &kept).edits, judged.edits);
    }
}
