//! `manifest check`, `schema` and `resolve`: no server, no configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{End, Outside, say};
use crate::domain::settings::findings::{self, Others, World};
use crate::domain::settings::tenant::{Tenant, TenantFile};
use crate::domain::settings::{Layers, Place, Settings, effective, explained};
use crate::manifest::scalar::Day;
use crate::manifest::{self, Manifest, ReadMode};

#[derive(Subcommand)]
pub(super) enum ManifestCommand {
    /// Name everything that is wrong with manifests, with file, path and reason.
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Also whom it would hurt of those who saved settings under this older manifest. Ends with 1 when it is anybody.
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
    },
    /// The JSON Schema of manifests, for editors.
    Schema,
    /// What would be in force at each location, and what is wrong there. Ends with 0 whatever it finds.
    Resolve(ResolveArgs),
}

#[derive(Args)]
pub(super) struct ResolveArgs {
    /// The manifest; client and scopes may be missing.
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
    /// What was entered: `organization`, `locations` by id, perhaps `locks`.
    #[arg(long, value_name = "FILE")]
    values: PathBuf,
    /// Locations of an organization, and its plans, floors, resources and other lists.
    #[arg(long, value_name = "FILE")]
    tenant: PathBuf,
    /// Lists of the partner system: by source, `[id, name, parent]` for each entity.
    #[arg(long, value_name = "FILE")]
    partner: Option<PathBuf>,
    /// The moment for which findings are judged, like `2026-11-24T12:00:00Z`; without it, now.
    #[arg(long, value_name = "TIME")]
    now: Option<DateTime<Utc>>,
    /// Also what each layer says, and what would be in force without the layer that decides.
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(outside: &Outside, command: ManifestCommand) -> Result<(), End> {
    match command {
        ManifestCommand::Check { files, against } => {
            let report = manifest::check_files(&files);
            if report.exit_code() != 0 {
                say(report.to_string().trim_end());
                return Err(End::FoundWrong);
            }
            let hurts = match &against {
                Some(old) => compared(old, &files)?,
                None => 0,
            };
            let noun = if report.files == 1 { "manifest" } else { "manifests" };
            say(format_args!("{} {noun}, nothing wrong.", report.files));
            if hurts > 0 { Err(End::FoundWrong) } else { Ok(()) }
        }
        ManifestCommand::Schema => {
            say(serde_json::to_string_pretty(&manifest::schema())?);
            Ok(())
        }
        ManifestCommand::Resolve(args) => resolve(outside, &args),
    }
}

/// Says whom the new manifest would hurt, and how many such things there are.
fn compared(old: &Path, files: &[PathBuf]) -> Result<usize, End> {
    let [new] = files else {
        return Err(End::Refused("--against compares with one manifest".to_owned()));
    };
    let read = |path: &Path| {
        Manifest::read(path, ReadMode::Shape)
            .map_err(|problems| End::Refused(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
    };
    let found = manifest::hurts(&read(old)?, &read(new)?);
    for hurt in &found {
        say(format_args!("{}: {}: hurts {}", new.display(), hurt.field, hurt.who));
    }
    if found.is_empty() {
        say("Nobody who saved settings is hurt.");
    }
    Ok(found.len())
}

fn resolve(outside: &Outside, args: &ResolveArgs) -> Result<(), End> {
    let manifest = Manifest::read(&args.schema, ReadMode::Shape)
        .map_err(|problems| End::Refused(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    let layers = Layers::from(read::<Values>(&args.values)?);
    let mut tenant = Tenant::from(read::<TenantFile>(&args.tenant)?);
    if let Some(partner) = &args.partner {
        tenant.add_partner_lists(read(partner)?);
    }
    let now = args.now.or_else(|| DateTime::from_timestamp_millis(outside.clock.now()));
    let today = now.map(|now| Day(now.date_naive())).unwrap_or_default();
    let by_location = tenant.locations.iter().map(|location| {
        let place = Place::Location(location);
        let settings = match args.explain {
            true => explained(&manifest, &layers, place),
            false => effective(&Settings::resolve(&manifest, &layers, place)),
        };
        (location.id.clone(), settings)
    });
    let by_location: Map<String, Value> = by_location.collect();
    let world = World { tenant: &tenant, today, others: Others::default(), texts: None };
    let found = findings::find(&manifest, &layers, &world);
    let found: Vec<Value> = found.iter().map(findings::Finding::written).collect();
    say(serde_json::to_string_pretty(&json!({"effective": by_location, "findings": found}))?);
    Ok(())
}

/// What was entered, as a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    #[serde(default)]
    organization: Map<String, Value>,
    #[serde(default)]
    locations: BTreeMap<String, Map<String, Value>>,
    /// By field: the locations that may differ all the same.
    #[serde(default)]
    locks: BTreeMap<String, BTreeSet<String>>,
}

impl From<Values> for Layers {
    fn from(values: Values) -> Self {
        Self { organization: values.organization, locations: values.locations, locks: values.locks }
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, End> {
    let text = fs::read_to_string(path)
        .map_err(|error| End::Refused(format!("{}: cannot be read: {error}", path.display())))?;
    serde_json::from_str(&text).map_err(|error| End::Refused(format!("{}: {error}", path.display())))
}
