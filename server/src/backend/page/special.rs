//! Kinds with a form of their own: infos, texts by language, three-way switches, secrets; and what dangers say.

use app::forms::Path as At;
use app::ports::{ActionResult, Control, LanguageName, LanguageView, SecretView, SettingBody, Words};
use serde_json::Value;

use super::build::Builder;
use crate::domain::settings::edits::{Of, Path};
use crate::domain::settings::{Gap, Parts, Sourced};
use crate::manifest::field::Field;
use crate::manifest::kind::units::InfoSource;
use crate::manifest::kind::{Kind, Template};
use crate::services::settings::acts::last;
use crate::services::settings::guards;
use crate::services::settings::scene::Scene;
use crate::storage::settings::acts::Pressed;

impl<'b> Builder<'b> {
    pub fn location_view(&self) -> Option<app::ports::LocationView> {
        self.location().map(super::location_view)
    }

    pub fn label(&self, field: &str) -> Words {
        self.speech.label(field)
    }

    pub fn scene(&self) -> &'b Scene {
        self.scene
    }

    /// The last press of a button, here.
    pub(super) fn pressed(&self, field: &Field) -> Option<&'b Pressed> {
        self.scene.pressed.get(&(last::place(&field.kind, self.of), field.key().to_owned()))
    }

    pub(super) fn result(&self, pressed: &Pressed) -> Option<ActionResult> {
        last::result(pressed, &self.scene.integration, self.speech.language)
    }

    pub(super) fn info(&self, field: &Field, from: Option<InfoSource>) -> Option<String> {
        use InfoSource as From;
        let here = self.location();
        let organization = &self.scene.organization;
        match from {
            // What `verify` answered stands among the organization's values.
            None => self.scene.stored.layers.organization.get(field.key())?.as_str().map(str::to_owned),
            Some(From::LocationName) => here.map(|location| location.name.clone()),
            Some(From::LocationCurrency) => here?.currency.clone(),
            Some(From::LocationTimeZone) => here?.time_zone.clone(),
            Some(From::LocationCountry) => here?.country.clone(),
            Some(From::LocationLanguage) => here?.language.clone(),
            Some(From::OrganizationName) => Some(organization.name.clone()),
            Some(From::OrganizationSlug) => Some(organization.slug.clone()),
            Some(From::AccountId | From::AccountName) => self.scene.connection.account_name.clone(),
            Some(From::ConnectionId) => Some(self.id().to_string()),
        }
    }

    pub(super) fn templates(&self, field: &'b Field, base: &str, kind: &Template, body: SettingBody) -> SettingBody {
        let key = field.key();
        let mut tags: Vec<String> = match self.settings.value(key) {
            Some(Value::Object(texts)) => texts.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let opened = self.entries.iter().flat_map(|entries| &entries.own);
        let opened = opened.filter(|at| at.field == key).filter_map(|at| at.row().map(str::to_owned));
        for tag in opened {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        if tags.is_empty() {
            tags.push("en".to_owned());
        }
        let texts = tags.iter().map(|tag| LanguageView {
            language: LanguageName::of(tag),
            text: self.body(field, &field.kind, base, &At::field(key).at(tag)),
        });
        let texts: Vec<_> = texts.collect();
        let languages = self.scene.tenant.locations.iter().filter_map(|location| location.language.clone());
        let offered = languages.chain(["en", "de", "nl", "fr", "es", "pt", "it"].map(str::to_owned));
        let mut more: Vec<String> = Vec::new();
        for tag in offered {
            if !tags.contains(&tag) && !more.contains(&tag) {
                more.push(tag);
            }
        }
        let may = body.may_change;
        let control = may.then(|| Control::Templates {
            texts,
            single_line: kind.single_line,
            most: kind.max_length,
            placeholders: super::controls::placeholders(kind),
            more: more.iter().map(|tag| LanguageName::of(tag)).collect(),
        });
        SettingBody { control, ..body }
    }

    pub(super) fn three_way(&self, kind: &Kind, base: &str, at: &At, path: &Path) -> Control {
        let said = self.after.said(path).and_then(Value::as_bool);
        let typed = self.entries.map(|entries| entries.text(at)).filter(|typed| !typed.is_empty());
        let chosen = match typed {
            Some("on") => Some(true),
            Some("off") => Some(false),
            Some(_) => None,
            None => said,
        };
        let Kind::Boolean(kind) = kind else { return Control::Confirmation { on: false } };
        Control::ThreeWay {
            chosen,
            inherited: self.otherwise.value(&at.field).and_then(Value::as_bool).unwrap_or_default(),
            on_text: self.speech.maybe(&format!("{base}.on_text"), kind.on_text.as_ref()),
            off_text: self.speech.maybe(&format!("{base}.off_text"), kind.off_text.as_ref()),
        }
    }

    /// What is known of the secret that counts here.
    pub(super) fn secret(&self, at: &At) -> SecretView {
        let field = self.settings.field(&at.field);
        let own = self.scene.stored.secrets.get(&(self.of.clone(), at.field.clone()));
        let gap =
            field.is_some_and(|field| matches!(&field.parts, Parts::Whole(Sourced { gap: Some(Gap::BoundTo), .. })));
        let of_organization = self.scene.stored.secrets.get(&(Of::Organization, at.field.clone())).filter(|_| !gap);
        let bound_to = match self.scene.manifest().field(&at.field).map(|field| &field.kind) {
            Some(Kind::Secret(kind)) if gap => kind.bound_to.iter().map(|key| self.speech.label(key)).collect(),
            _ => Vec::new(),
        };
        let typed = self.entries.filter(|entries| entries.has(at));
        let view = SecretView {
            bound_to,
            again: typed.is_some_and(|entries| entries.has_lost(at)),
            make: typed.is_some_and(|entries| entries.part(at, "make") == Some("yes")),
            typed_expires: typed.and_then(|entries| entries.part(at, "expires")).map(str::to_owned),
            ..SecretView::default()
        };
        match own.or(of_organization) {
            Some(kept) => SecretView {
                is_set: true,
                set: self.mark(&kept.mark),
                expires: kept.expires_on.clone(),
                old_until: kept.previous_until.filter(|until| *until > self.now),
                ..view
            },
            None => view,
        }
    }

    /// What will happen, in the language of the page, with the count put in.
    pub fn danger_text(&self, danger: &guards::Danger) -> Words {
        let field = self.scene.manifest().field(&danger.field);
        let by_field = field.and_then(|field| field.common.danger.as_ref());
        let filled = |words: Words| {
            let count = danger.count.map_or_else(|| "?".to_owned(), |count| count.to_string());
            Words { text: words.text.replace("{count}", &count), lang: words.lang }
        };
        match by_field {
            Some(by_field) => filled(self.speech.say(&format!("fields.{}.danger", danger.field), &by_field.text)),
            None => Words::new(&danger.text),
        }
    }
}
