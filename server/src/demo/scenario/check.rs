//! What a scenario may say beyond its shape: one act in a step, and only switches, faults and places that exist.

use app::state::ConnectionState;
use app::texts::ACTIVITY_KINDS;
use serde_json::{Map, Value};

use super::format::{Answer, Fault, Install, See, Step, Switch, Wait};
use crate::manifest::Hook;
use crate::simulator::{DELIVERY_STATES, ENDPOINTS, known_fault, known_switch};

/// What is wrong with a step.
pub(super) fn step(step: &Step) -> Result<(), String> {
    let acts = acts(step);
    match (acts.as_slice(), &step.see) {
        ([], None) => return Err("the step does nothing and looks at nothing".to_owned()),
        ([] | [_], _) => {}
        (several, _) => return Err(format!("one step is one act; here are {}", several.join(" and "))),
    }
    if let Some(answer) = &step.answer {
        check_answer(answer, acts.first().copied())?;
    }
    if let Some(open) = &step.open {
        for (key, value) in [("connect_code", &open.code), ("missing_scope", &open.missing_scope)] {
            if let Some(value) = value {
                known_switch(key, value)?;
            }
        }
        if open.same_link && (open.code.is_some() || open.missing_scope.is_some()) {
            return Err("the same link has the code that it has: leave out code and missing_scope".to_owned());
        }
    }
    if let Some(Switch { key, value, times, .. }) = &step.switch {
        known_switch(key, value)?;
        positive("times", *times)?;
    }
    if let Some(Fault { at, answer, times, .. }) = &step.fault {
        known_fault(at, answer)?;
        positive("times", *times)?;
    }
    if let Some(token) = &step.token {
        positive("callers", Some(token.callers))?;
    }
    if let Some(event) = &step.event {
        positive("times", Some(event.times))?;
    }
    if let Some(repeat) = &step.repeat_call {
        positive("times", Some(repeat.times))?;
    }
    if let Some(Wait { days, hours, minutes, seconds, times }) = &step.wait {
        positive("times", *times)?;
        let parts = [days, hours, minutes, seconds];
        if parts.iter().any(|part| **part < 0) || parts.iter().all(|part| **part == 0) {
            return Err("a clock only goes on: wait needs days, hours, minutes or seconds".to_owned());
        }
    }
    for Install { name, .. } in [&step.install, &step.connect].into_iter().flatten() {
        if name.as_deref() == Some("") {
            return Err("as is a name".to_owned());
        }
    }
    step.see.as_ref().map_or(Ok(()), check_see)
}

/// The acts that a step names.
pub(super) fn acts(step: &Step) -> Vec<&'static str> {
    let named = [
        ("install", step.install.is_some()),
        ("connect", step.connect.is_some()),
        ("open", step.open.is_some()),
        ("press", step.press.is_some()),
        ("submit", step.submit.is_some()),
        ("reload", step.reload.is_some()),
        ("forget_cookies", step.forget_cookies.is_some()),
        ("configure", step.configure.is_some()),
        ("call", step.call.is_some()),
        ("repeat_call", step.repeat_call.is_some()),
        ("token", step.token.is_some()),
        ("event", step.event.is_some()),
        ("remove", step.remove.is_some()),
        ("revoke", step.revoke.is_some()),
        ("renew_secret", step.renew_secret.is_some()),
        ("lose_subscription", step.lose_subscription.is_some()),
        ("rename", step.rename.is_some()),
        ("switch", step.switch.is_some()),
        ("fault", step.fault.is_some()),
        ("usual", step.usual.is_some()),
        ("wait", step.wait.is_some()),
        ("restart", step.restart.is_some()),
    ];
    named.into_iter().filter_map(|(name, there)| there.then_some(name)).collect()
}

/// Acts that somebody answers.
const ANSWERED: &[&str] =
    &["connect", "open", "press", "submit", "reload", "configure", "call", "repeat_call", "token"];

fn check_answer(answer: &Answer, act: Option<&str>) -> Result<(), String> {
    let act = act.ok_or("there is nothing that could be answered")?;
    if !ANSWERED.contains(&act) {
        return Err(format!("nobody answers {act}; say what must be seen in see"));
    }
    let Answer { status, json, says, says_not, ends_at_officernd, token_works } = answer;
    let nothing = status.is_none() && json.is_none() && says.is_empty() && says_not.is_empty();
    if nothing && ends_at_officernd.is_none() && token_works.is_none() {
        return Err("answer says nothing".to_owned());
    }
    if token_works.is_some() && act != "token" {
        return Err("token_works belongs to the act token".to_owned());
    }
    Ok(())
}

fn check_see(see: &See) -> Result<(), String> {
    let See { of: _, state, connection, activity, subscriptions, deliveries, told, connections, calls } = see;
    let own = [connection, activity, deliveries, told].iter().any(|part| part.is_some()) || state.is_some();
    if !own && subscriptions.is_none() && connections.is_none() && calls.is_none() {
        return Err("see says nothing".to_owned());
    }
    if let Some(state) = state
        && state != "none"
        && ConnectionState::from_slug(state).is_none()
    {
        return Err(format!("{state} is not a state of a connection, and not none"));
    }
    for counts in [activity, deliveries, told, calls].into_iter().flatten() {
        if let Some((key, _)) = counts.iter().find(|(_, count)| !count.is_u64()) {
            return Err(format!("{key} is a count"));
        }
    }
    known("something that happens to a connection", activity.as_ref(), &ACTIVITY_KINDS)?;
    known("a hook that has to arrive", told.as_ref(), &[Hook::Sync.as_str(), Hook::Disconnected.as_str()])?;
    known("a state of deliveries", deliveries.as_ref(), DELIVERY_STATES)?;
    known("a place at OfficeRnD", calls.as_ref(), ENDPOINTS)
}

fn known(what: &str, counts: Option<&Map<String, Value>>, names: &[&str]) -> Result<(), String> {
    match counts.into_iter().flatten().find(|(key, _)| !names.contains(&key.as_str())) {
        Some((key, _)) => Err(format!("{key} is not {what}; there are {}", names.join(", "))),
        None => Ok(()),
    }
}

fn positive(what: &str, count: Option<u32>) -> Result<(), String> {
    if count == Some(0) { Err(format!("{what} is at least 1")) } else { Ok(()) }
}
