//! `integrations`: what to enter in OfficeRnD's developer portal.

use super::{End, Outside, say};
use crate::config::Config;
use crate::manifest::Integration;

pub(super) fn integrations(outside: &Outside) -> Result<(), End> {
    let config = outside.config()?;
    let integrations = outside.integrations(&config)?;
    if integrations.is_empty() {
        return Err(End::Refused(format!("integrations_dir: {} holds no manifest", config.integrations_dir.display())));
    }
    for integration in integrations {
        say(sheet(&config, &integration));
    }
    Ok(())
}

/// One integration, ready to paste.
fn sheet(config: &Config, integration: &Integration) -> String {
    let at = |path: &str| config.public(&format!("/i/{}/{path}", integration.slug));
    let mut lines = vec![
        format!("{} ({})", integration.name, integration.slug),
        format!("  Client ID          {}", integration.client.client_id),
        format!("  Connect URL        {}", at("connect")),
        format!("  Redirect URI       {}", at("connect")),
        format!("  Configuration URL  {}", at("configure")),
        format!("  Healthcheck URL    {}", at("healthcheck")),
        format!("  Sync URL           {}", at("sync")),
        format!("  Multi-location     yes"),
        format!("  Scopes             {}", integration.scopes.join(" ")),
    ];
    if integration.partner.as_ref().is_some_and(|partner| partner.oauth.is_some()) {
        lines.push(format!("  Register with your own sign-in: {}", at("partner-return")));
    }
    lines.push("  To do:".to_owned());
    let mut to_do = vec![
        "In OfficeRnD's developer portal create an application and enter the URLs and scopes above.".to_owned(),
        "Put its client id and client secret where the manifest reads them, and start Deskbridge again.".to_owned(),
        "Run `deskbridge check` until it finds nothing.".to_owned(),
        "Connect a test organization, whole and for some locations; open Configure; look at the healthcheck."
            .to_owned(),
        "Ask OfficeRnD to list the integration.".to_owned(),
    ];
    if !config.production() {
        to_do.insert(
            0,
            "Set public_url to the https address that OfficeRnD reaches; it does not call this machine's own."
                .to_owned(),
        );
    }
    lines.extend(to_do.iter().enumerate().map(|(index, line)| format!("  {}. {line}", index + 1)));
    lines.push(String::new());
    lines.join("\n")
}
