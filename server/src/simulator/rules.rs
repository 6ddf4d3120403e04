//! Which switches are set and which faults wait, for everybody or for one organization, for good or for the
//! next few times.

use serde::{Deserialize, Serialize};

use super::switches::{Answer, Endpoint, Place, Switch, known_fault, listed};

/// A switch that was changed from its usual value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Setting {
    pub(super) key: String,
    pub(super) value: String,
    /// The organization's id; every organization without one.
    pub(super) organization: Option<String>,
    /// How often it still holds; for good without a number.
    pub(super) times: Option<u32>,
}

/// One answer that OfficeRnD should not give, waiting for its request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    #[serde(default)]
    pub(super) id: u64,
    #[serde(default = "anywhere")]
    pub(super) at: String,
    pub(super) answer: String,
    /// The organization's id; the control API takes the slug too.
    #[serde(default)]
    pub(super) organization: Option<String>,
    #[serde(default)]
    pub(super) client_id: Option<String>,
    #[serde(default)]
    pub(super) times: Option<u32>,
    /// Waits this long before anything else.
    #[serde(default)]
    pub(super) milliseconds: u64,
    /// Seconds in `Retry-After` of a 429 or 503.
    #[serde(default)]
    pub(super) retry_after: Option<u64>,
}

fn anywhere() -> String {
    "any".to_owned()
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Rules {
    pub(super) settings: Vec<Setting>,
    pub(super) faults: Vec<Fault>,
    last_fault: u64,
}

impl Rules {
    /// The value that holds for the organization now; a value set for a number of times is used up by it.
    pub(super) fn take<S: Switch>(&mut self, organization: Option<&str>) -> S {
        let Some(index) = self.index(S::KEY, organization) else { return S::default() };
        let value = S::parse(&self.settings[index].value).unwrap_or_default();
        if let Some(times) = &mut self.settings[index].times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.settings.remove(index);
            }
        }
        value
    }

    /// The value that holds now, without using it up.
    pub(super) fn peek<S: Switch>(&self, organization: Option<&str>) -> S {
        self.index(S::KEY, organization).and_then(|index| S::parse(&self.settings[index].value)).unwrap_or_default()
    }

    /// The same by key, as text; what the page shows.
    pub(super) fn shown(&self, key: &str, organization: Option<&str>) -> &str {
        match self.settings.iter().find(|setting| setting.key == key && setting.organization.as_deref() == organization)
        {
            Some(setting) => &setting.value,
            None => listed(key).map_or("", |listed| listed.usual()),
        }
    }

    /// What is set for a number of times goes first, then what is set for the organization, then for everybody.
    fn index(&self, key: &str, organization: Option<&str>) -> Option<usize> {
        let own = |setting: &Setting| setting.organization.is_some() && setting.organization.as_deref() == organization;
        let all = |setting: &Setting| setting.organization.is_none();
        let find = |timed: bool, whose: &dyn Fn(&Setting) -> bool| {
            self.settings
                .iter()
                .position(|setting| setting.key == key && setting.times.is_some() == timed && whose(setting))
        };
        find(true, &own).or_else(|| find(true, &all)).or_else(|| find(false, &own)).or_else(|| find(false, &all))
    }

    /// Sets a switch: for good it replaces what was set before, for a number of times it queues up behind.
    pub(super) fn set(&mut self, setting: Setting) -> Result<(), String> {
        let listed = listed(&setting.key).ok_or_else(|| format!("There is no switch {:?}.", setting.key))?;
        listed.check(&setting.value)?;
        if setting.times == Some(0) {
            return Err("times is at least 1; leave it out for good.".to_owned());
        }
        if setting.times.is_none() {
            self.settings.retain(|old| old.key != setting.key || old.organization != setting.organization);
            if setting.value == listed.usual() && setting.organization.is_none() {
                return Ok(());
            }
        }
        self.settings.push(setting);
        Ok(())
    }

    pub(super) fn add_fault(&mut self, mut fault: Fault) -> Result<u64, String> {
        known_fault(&fault.at, &fault.answer)?;
        if fault.times == Some(0) {
            return Err("times is at least 1; leave it out for good.".to_owned());
        }
        self.last_fault += 1;
        fault.id = self.last_fault;
        self.faults.push(fault);
        Ok(self.last_fault)
    }

    /// The first fault that meets this request, used up by it.
    pub(super) fn take_fault(
        &mut self,
        endpoint: Endpoint,
        organization: Option<&str>,
        client_id: Option<&str>,
    ) -> Option<(Fault, Answer)> {
        let index = self.faults.iter().position(|fault| {
            Place::parse(&fault.at).unwrap_or_default().covers(endpoint)
                && fault.organization.as_deref().is_none_or(|id| Some(id) == organization)
                && fault.client_id.as_deref().is_none_or(|id| Some(id) == client_id)
        })?;
        let fault = self.faults[index].clone();
        if let Some(times) = &mut self.faults[index].times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.faults.remove(index);
            }
        }
        let answer = Answer::parse(&fault.answer).unwrap_or_default();
        Some((fault, answer))
    }
}

#[cfg(test)]
mod tests {

    use super::super::switches::{RefreshReuse, SWITCHES, TokenAnswer};
    use super::*;

    fn setting(key: &str, value: &str, organization: Option<&str>, times: Option<u32>) -> Setting {
        Setting { key: key.into(), value: value.into(), organization: organization.map(Into::into), times }
    }

    #[test]
    fn a_value_for_some_times_is_used_up_and_the_lasting_one_returns() {
        let mut rules = Rules::default();
        rules.set(setting("token_answer", "no_scope", None, None)).unwrap();
        rules.set(setting("token_answer", "expires_in_zero", None, Some(2))).unwrap();
        rules.set(setting("token_answer", "expires_in_text", None, Some(1))).unwrap();
        let taken: Vec<TokenAnswer> = (0..5).map(|_| rules.take(None)).collect();
        use TokenAnswer::{ExpiresInText, ExpiresInZero, NoScope};
        assert_eq!(taken, [ExpiresInZero, ExpiresInZero, ExpiresInText, NoScope, NoScope]);
    }

    #[test]
    fn an_organization_has_its_own_value() {
        let mut rules = Rules::default();
        rules.set(setting("refresh_reuse", "grace", None, None)).unwrap();
        rules.set(setting("refresh_reuse", "revokes", Some("a"), None)).unwrap();
        assert_eq!(rules.peek::<RefreshReuse>(Some("a")), RefreshReuse::Revokes);
        assert_eq!(rules.peek::<RefreshReuse>(Some("b")), RefreshReuse::Grace);
        assert_eq!(rules.peek::<RefreshReuse>(None), RefreshReuse::Grace);
    }

    #[test]
    fn unknown_keys_and_values_are_refused() {
        let mut rules = Rules::default();
        assert!(rules.set(setting("refresh_reuse", "sometimes", None, None)).unwrap_err().contains("grace"));
        assert!(rules.set(setting("nonsense", "right", None, None)).unwrap_err().contains("nonsense"));
        assert!(rules.settings.is_empty());
    }

    #[test]
    fn every_listed_key_and_value_is_named_once() {
        let mut keys: Vec<_> = SWITCHES.iter().map(|listed| listed.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), SWITCHES.len());
        for listed in SWITCHES {
            let mut values: Vec<_> = listed.values.iter().map(|(text, _)| *text).collect();
            values.sort_unstable();
            values.dedup();
            assert_eq!(values.len(), listed.values.len(), "{}", listed.key);
        }
    }
}
