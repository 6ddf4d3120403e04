//! A manifest is read or refused with reasons, and what was read resolves whatever was saved under another one.
//! The input is a manifest and, behind a line of three dashes, the values of the organization.

#![no_main]

use libfuzzer_sys::fuzz_target;
use server::domain::settings::tenant::Location;
use server::domain::settings::{Layers, Place, Settings};
use server::manifest::{Manifest, ReadMode};

fuzz_target!(|text: &str| {
    let (manifest, values) = text.split_once("\n---\n").unwrap_or((text, "{}"));
    let manifest = match Manifest::parse("fuzz.json", manifest, ReadMode::Shape) {
        Ok(manifest) => manifest,
        Err(problems) => return assert!(!problems.is_empty(), "a refusal has a reason"),
    };
    let organization = serde_json::from_str(values).unwrap_or_default();
    let layers = Layers { organization, ..Layers::default() };
    let location = Location {
        id: "one".to_owned(),
        name: "One".to_owned(),
        time_zone: Some("Europe/Lisbon".to_owned()),
        currency: Some("EUR".to_owned()),
        country: None,
        language: None,
    };
    for place in [Place::Organization, Place::Location(&location)] {
        let settings = Settings::resolve(&manifest, &layers, place);
        for field in manifest.fields() {
            assert!(settings.field(field.key()).is_some(), "every field has a value in force");
        }
    }
});
