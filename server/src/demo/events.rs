//! Has the sample partner system told of events. A partner would do the same through the API, once.

use std::sync::Arc;

use anyhow::bail;
use url::Url;

use super::SamplePartner;
use crate::manifest::Integration;
use crate::services::events::endpoints::{By, create, delete, rotate};
use crate::state::App;
use crate::storage::endpoints;

const MOST: u64 = 100;

/// One endpoint for each integration that has a partner system here. The sample forgets its secrets when it ends, so
/// it gets new ones at every start.
pub(super) async fn listen(
    app: &App,
    integrations: &[Arc<Integration>],
    partner: &SamplePartner,
    port: u16,
) -> anyhow::Result<()> {
    for integration in integrations.iter().filter(|integration| integration.partner.is_some()) {
        let slug = &integration.slug;
        let url = format!("http://127.0.0.1:{port}/{slug}/events");
        let mut secret = None;
        for known in endpoints::list(app.db.read(), std::slice::from_ref(slug), None, MOST).await? {
            if known.url == url && secret.is_none() {
                secret = rotate(app, known.id, 0, &By::Key).await?.map(|(secret, _)| secret);
            } else if is_of_the_sample(&known.url, slug) {
                // From a demo at another port.
                delete(app, &known, &By::Key).await?;
            }
        }
        let secret = match secret {
            Some(secret) => secret,
            None => match create(app, slug, &url, &["*".to_owned()], &By::Key).await? {
                Ok((_, secret)) => secret,
                Err(why) => bail!("the sample partner system cannot be told of events: {why:?}"),
            },
        };
        partner.hears(slug, &secret);
    }
    Ok(())
}

fn is_of_the_sample(url: &str, slug: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.host_str() == Some("127.0.0.1") && url.path() == format!("/{slug}/events"))
}
