//! `manifest check` and `manifest schema`: no server, no configuration.

use std::path::PathBuf;

use clap::Subcommand;

use super::{End, say};
use crate::manifest;

#[derive(Subcommand)]
pub(super) enum ManifestCommand {
    /// Name everything that is wrong with manifests, with file, path and reason.
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// The JSON Schema of manifests, for editors.
    Schema,
}

pub(super) fn run(command: ManifestCommand) -> Result<(), End> {
    match command {
        ManifestCommand::Check { files } => {
            let report = manifest::check_files(&files);
            if report.exit_code() != 0 {
                say(report.to_string().trim_end());
                return Err(End::FoundWrong);
            }
            say(format_args!("{} manifests, nothing wrong.", report.files));
            Ok(())
        }
        ManifestCommand::Schema => {
            say(serde_json::to_string_pretty(&manifest::schema())?);
            Ok(())
        }
    }
}
