//! OfficeRnD's event types.

const CHANGES: &[&str] = &["created", "updated", "removed"];
const ENDS: &[&str] = &["created", "removed"];

/// What `….*` stands for, as far as OfficeRnD documents it. It has no wildcards itself.
const KNOWN: &[(&str, &[&str])] = &[
    ("booking", CHANGES),
    ("company", CHANGES),
    ("company.paymentdetails", ENDS),
    ("contract", CHANGES),
    ("fee", CHANGES),
    ("invoice", CHANGES),
    ("invoice.allocation", ENDS),
    ("invoice.charge", CHANGES),
    ("member", CHANGES),
    ("member.paymentdetails", ENDS),
    ("membership", CHANGES),
    ("occupancyslot", ENDS),
    ("pass", &["created", "updated"]),
    ("ticket", CHANGES),
];

/// The event that every connection receives.
pub const INTEGRATION_REMOVED: &str = "integration.removed";

/// The event types that one entry of `webhooks` stands for. A type that is not known here is taken
/// as it is, since OfficeRnD may know more.
///
/// # Errors
/// When the text cannot be an event type, or is a wildcard for something unknown.
pub fn expand(entry: &str) -> Result<Vec<String>, String> {
    if let Some(thing) = entry.strip_suffix(".*") {
        let verbs = KNOWN.iter().find(|(known, _)| *known == thing).map(|(_, verbs)| verbs);
        let verbs =
            verbs.ok_or_else(|| format!("nobody knows which events `{entry}` stands for; name each of them"))?;
        return Ok(verbs.iter().map(|verb| format!("{thing}.{verb}")).collect());
    }
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if entry.contains('.') && entry.split('.').all(word) {
        Ok(vec![entry.to_owned()])
    } else {
        Err(format!("`{entry}` is not an event type like `member.created`"))
    }
}

/// All event types to subscribe to: [`INTEGRATION_REMOVED`] first, then the entries, none twice.
pub fn subscribed(entries: &[String]) -> Vec<String> {
    let mut all = vec![INTEGRATION_REMOVED.to_owned()];
    for event in entries.iter().filter_map(|entry| expand(entry).ok()).flatten() {
        if !all.iter().any(|known| known.eq_ignore_ascii_case(&event)) {
            all.push(event);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_become_what_officernd_documents() {
        let entries = ["pass.*", "Integration.removed", "pass.created", "visit.checked_in"].map(str::to_owned);
        assert_eq!(subscribed(&entries), ["integration.removed", "pass.created", "pass.updated", "visit.checked_in"]);
        assert!(expand("visit.*").is_err_and(|reason| reason.contains("name each of them")));
        for wrong in ["member", "", ".", "member.", "mem ber.created", "*", "*.*"] {
            assert!(expand(wrong).is_err(), "{wrong}");
        }
    }
}
