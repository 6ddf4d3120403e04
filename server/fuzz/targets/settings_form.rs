//! Whatever is posted to the settings page is read as entries or refused, and entries are judged, for each sample.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use server::domain::form::Form;
use server::domain::settings::edits::Of;
use server::domain::settings::entries::Entries;
use server::domain::settings::judge::{Offers, Sheet, judge};
use server::domain::settings::{Layers, Place};
use server::http::query;
use server::manifest::{Manifest, ReadMode};

struct Everything;

impl Offers for Everything {
    fn has(&self, _source: &str, _id: &str) -> bool {
        true
    }
}

fn manifests() -> &'static [Manifest] {
    static MANIFESTS: OnceLock<Vec<Manifest>> = OnceLock::new();
    MANIFESTS.get_or_init(|| {
        [
            include_str!("../../../integrations/ledgerline-pay.json"),
            include_str!("../../../integrations/meshfern-wifi.json"),
            include_str!("../../../integrations/portunus-access.json"),
            include_str!("../../../integrations/tally-desk.json"),
        ]
        .map(|text| Manifest::parse("sample.json", text, ReadMode::Shape).expect("samples are sound"))
        .into()
    })
}

fuzz_target!(|body: &str| {
    let Ok(pairs) = query::parse_up_to(body, 64 * 1024, 1_000) else { return };
    let Ok((entries, _)) = Entries::read(&Form(pairs)) else { return };
    let kept = entries.kept();
    assert!(Entries::of_kept(&kept).is_ok_and(|again| again.kept() == kept), "what is kept is read again");
    let (seen, of) = (Layers::default(), Of::Organization);
    for manifest in manifests() {
        let currencies = ["EUR".to_owned(), "GBP".to_owned()];
        let sheet = Sheet {
            manifest,
            of: &of,
            place: Place::Organization,
            seen: &seen,
            currencies: &currencies,
            world: &Everything,
        };
        let judged = judge(&sheet, &entries);
        for (path, _) in &judged.edits {
            assert!(manifest.field(&path.field).is_some(), "only fields of the manifest are changed");
        }
    }
});
