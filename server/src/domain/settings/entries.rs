//! A posted settings form, read as `app::forms` says. Nothing in it is believed: names that no page of ours writes
//! are refused, and what the names lead to is looked up where the entries are judged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use app::forms::{Act, Part, Path};
use serde::{Deserialize, Serialize};

use crate::domain::form::Form;

/// No page of ours writes such a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// It may hold secrets, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Entries {
    /// What the page showed, word for word.
    pub version: String,
    /// Has a value of its own from now on.
    pub own: BTreeSet<Path>,
    /// Gets one only when it differs from what was in force.
    pub see: BTreeSet<Path>,
    /// Is inherited again.
    pub reset: BTreeSet<Path>,
    /// Opened by a button a moment ago: its control shows what is in force.
    pub opened: BTreeSet<Path>,
    pub searches: BTreeMap<Path, String>,
    pub pages: BTreeMap<Path, u32>,
    /// The section to show after Save, where each is a page.
    pub then: Option<String>,
    /// A member or booking that is asked about.
    pub about: Option<String>,
    /// What was looked for when the page was made.
    searched: BTreeMap<Path, String>,
    /// By the name of the control.
    values: HashMap<String, Vec<String>>,
}

/// A form as it waits in a draft.
#[derive(Serialize, Deserialize)]
struct Kept(Vec<(String, String)>);

impl Entries {
    /// Nothing typed, on a page that showed this version.
    #[must_use]
    pub fn of_version(version: String) -> Self {
        Self { version, ..Self::default() }
    }

    /// Whether a page said nothing at all.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty() && self.see.is_empty() && self.reset.is_empty() && self.values.is_empty()
    }

    /// The entries and the button that was pressed.
    ///
    /// # Errors
    /// When a name or the button is none of ours, or something that stands once stands there twice.
    pub fn read(form: &Form) -> Result<(Self, Act), Unreadable> {
        let mut entries = Self::default();
        let (mut act, mut version) = (None, None);
        for (name, value) in &form.0 {
            let path = || value.parse::<Path>().map_err(|_| Unreadable);
            match name.as_str() {
                "act" if act.is_none() => act = Some(value.parse::<Act>().map_err(|_| Unreadable)?),
                "version" if version.is_none() => version = Some(value.clone()),
                "own" => _ = entries.own.insert(path()?),
                "see" => _ = entries.see.insert(path()?),
                "reset" => _ = entries.reset.insert(path()?),
                "then" if entries.then.is_none() => entries.then = Some(value.clone()),
                "about" if entries.about.is_none() => entries.about = Some(value.trim().to_owned()),
                name => entries.take(name, value)?,
            }
        }
        let act = act.ok_or(Unreadable)?;
        // Buttons with a form of their own have no entries to be compared.
        let alone = matches!(act, Act::Resume | Act::Discard | Act::Export(_));
        entries.version = version.or(alone.then(String::new)).ok_or(Unreadable)?;
        let act = entries.meant(act);
        Ok((entries, act))
    }

    /// A button that does not say it all by itself: Return means what its line is for, and an exception is for the
    /// location that is chosen beside it.
    fn meant(&self, act: Act) -> Act {
        let changed = |(path, typed): (&Path, &String)| {
            let shown = self.searched.get(path).map_or("", String::as_str);
            (typed != shown).then(|| path.clone())
        };
        match act {
            Act::Return => match self.searches.iter().find_map(changed) {
                Some(path) => Act::Find(path),
                None if self.about.as_deref().is_some_and(|about| !about.is_empty()) => Act::Explain,
                None => Act::Save,
            },
            Act::Except(field) if field.inside.is_empty() => {
                match self.part(&field, "except").filter(|location| !location.is_empty()) {
                    Some(location) => Act::Except(field.at(location)),
                    None => Act::Except(field),
                }
            }
            act => act,
        }
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), Unreadable> {
        let path = |text: &str| text.parse::<Path>().map_err(|_| Unreadable);
        if Path::of_name(name).is_some() {
            self.values.entry(name.to_owned()).or_default().push(value.to_owned());
        } else if let Some(of) = name.strip_prefix("q.") {
            self.searches.insert(path(of)?, value.trim().to_owned());
        } else if let Some(of) = name.strip_prefix("s.") {
            self.searched.insert(path(of)?, value.trim().to_owned());
        } else if let Some(of) = name.strip_prefix("p.") {
            self.pages.insert(path(of)?, value.parse().map_err(|_| Unreadable)?);
        } else {
            return Err(Unreadable);
        }
        Ok(())
    }

    /// All that a control posted; nothing for an empty box.
    pub fn all(&self, path: &Path) -> &[String] {
        self.values.get(&path.name()).map_or(&[], Vec::as_slice)
    }

    /// What a control posted, empty without.
    pub fn text(&self, path: &Path) -> &str {
        self.all(path).first().map_or("", String::as_str)
    }

    /// What the part of a control posted.
    pub fn part(&self, path: &Path, part: &str) -> Option<&str> {
        self.values.get(&format!("{}:{part}", path.name()))?.first().map(String::as_str)
    }

    /// Whether the control of a path was on the page.
    pub fn has(&self, path: &Path) -> bool {
        self.own.contains(path) || self.see.contains(path)
    }

    /// Whether anything was posted for it: one that was just opened has nothing yet.
    pub fn is_typed(&self, path: &Path) -> bool {
        !self.opened.contains(path)
    }

    pub fn set(&mut self, path: &Path, values: Vec<String>) {
        self.values.insert(path.name(), values);
    }

    pub fn set_part(&mut self, path: &Path, part: &str, value: &str) {
        self.values.insert(format!("{}:{part}", path.name()), vec![value.to_owned()]);
    }

    /// Takes the texts of these controls out: secrets, which are in no draft and on no page. That there was one stays.
    pub fn forget(&mut self, paths: &[Path]) {
        for path in paths {
            let texts = self.values.remove(&path.name());
            if texts.is_some_and(|texts| texts.iter().any(|text| !text.is_empty())) {
                self.values.insert(path.part(&Part::Again), vec!["yes".to_owned()]);
            }
        }
    }

    /// Whether a secret was typed there on a page that did not bring it back.
    pub fn has_lost(&self, path: &Path) -> bool {
        self.has(path) && (!self.text(path).is_empty() || self.part(path, "again") == Some("yes"))
    }

    /// Everything under a path, moved to another place of a list: `networks.2.ssid` becomes `networks.1.ssid`.
    fn moved(&mut self, list: &Path, change: impl Fn(usize) -> Option<usize>) {
        let prefix = format!("{}.", list.name());
        let values = std::mem::take(&mut self.values);
        for (name, value) in values {
            let place = name.strip_prefix(&prefix).map(|rest| {
                let end = rest.find(['.', ':']).unwrap_or(rest.len());
                (rest[..end].parse::<usize>(), rest[end..].to_owned())
            });
            match place {
                Some((Ok(place), rest)) => {
                    if let Some(place) = change(place) {
                        self.values.insert(format!("{prefix}{place}{rest}"), value);
                    }
                }
                _ => _ = self.values.insert(name, value),
            }
        }
    }

    /// The places of a list that is posted by place, in their order.
    pub fn places(&self, list: &Path) -> Vec<usize> {
        let prefix = format!("{}.", list.name());
        let mut places: Vec<usize> = self
            .values
            .keys()
            .filter_map(|name| {
                let rest = name.strip_prefix(&prefix)?;
                rest[..rest.find(['.', ':']).unwrap_or(rest.len())].parse().ok()
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Buttons that change the form and store nothing. `opens` says which controls a path has when it is opened.
    pub fn press(&mut self, act: &Act, opens: impl Fn(&Path) -> Vec<Path>) {
        match act {
            Act::Own(path) => {
                self.reset.remove(path);
                for control in opens(path) {
                    self.reset.remove(&control);
                    self.see.remove(&control);
                    if self.own.insert(control.clone()) {
                        self.opened.insert(control);
                    }
                }
            }
            Act::Reset(path) => {
                for control in opens(path).iter().chain([path]) {
                    self.own.remove(control);
                    self.see.remove(control);
                }
                self.reset.insert(path.clone());
            }
            Act::Drop(path) => {
                if let Some((list, place)) = place(path) {
                    self.drop_one(&list, place);
                }
            }
            Act::Up(path) => self.shift(path, -1),
            Act::Down(path) => self.shift(path, 1),
            Act::More(path) => {
                let pages = self.pages.get(path).copied().unwrap_or(1);
                self.pages.insert(path.clone(), pages.saturating_add(1));
            }
            Act::Find(path) => _ = self.pages.remove(path),
            _ => {}
        }
    }

    fn drop_one(&mut self, list: &Path, place: usize) {
        let shown = self.all(list).to_vec();
        let by_place = self.places(list);
        if by_place.is_empty() {
            // Values that stand there one after another: numbers, and what an order holds.
            let kept = shown.into_iter().enumerate().filter(|(i, _)| *i != place).map(|(_, value)| value).collect();
            self.set(list, kept);
        } else {
            self.moved(list, |at| (at != place).then_some(at));
            self.set(list, shown.into_iter().filter(|at| at.parse() != Ok(place)).collect());
        }
    }

    /// One place up or down, among things or in an order.
    fn shift(&mut self, path: &Path, by: isize) {
        let Some((list, last)) = path
            .inside
            .split_last()
            .map(|(last, before)| (Path { field: path.field.clone(), inside: before.to_vec() }, last.clone()))
        else {
            return;
        };
        let mut shown = self.all(&list).to_vec();
        let Some(at) = shown.iter().position(|value| *value == last) else { return };
        if let Some(to) = at.checked_add_signed(by).filter(|to| *to < shown.len()) {
            shown.swap(at, to);
            self.set(&list, shown);
        }
    }

    /// As text, to be kept sealed.
    pub fn kept(&self) -> String {
        let mut form: Vec<(String, String)> = vec![("version".to_owned(), self.version.clone())];
        let mut add = |name: &str, paths: &BTreeSet<Path>| {
            form.extend(paths.iter().map(|path| (name.to_owned(), path.to_string())));
        };
        add("own", &self.own);
        add("see", &self.see);
        add("reset", &self.reset);
        let mut names: Vec<(&String, &Vec<String>)> = self.values.iter().collect();
        names.sort();
        for (name, values) in names {
            form.extend(values.iter().map(|value| (name.clone(), value.clone())));
        }
        serde_json::to_string(&Kept(form)).expect("texts can be written")
    }

    /// What [`Self::kept`] wrote.
    ///
    /// # Errors
    /// When it is something else.
    pub fn of_kept(text: &str) -> Result<Self, Unreadable> {
        let Kept(mut form) = serde_json::from_str(text).map_err(|_| Unreadable)?;
        form.push(("act".to_owned(), Act::Preview.to_string()));
        Ok(Self::read(&Form(form))?.0)
    }
}

fn place(path: &Path) -> Option<(Path, usize)> {
    let (last, before) = path.inside.split_last()?;
    Some((Path { field: path.field.clone(), inside: before.to_vec() }, last.parse().ok()?))
}
