//! The manifest's rules across fields, locations and organizations. Those about references are in `lists`.

use std::cmp::Ordering;

use chrono::Days;
use serde_json::Value;

use super::lists::{Reference, rows_source};
use super::words::joined;
use super::{Finding, Judge, Severity, fields};
use crate::domain::settings::InForce;
use crate::manifest::field::Choice;
use crate::manifest::rule::{Bounds, Compare, Comparison, ExpiresWithin, Operand, Requires, Rule, RuleKind};
use crate::manifest::scalar::{Amount, Day};

impl<'j> Judge<'j> {
    pub(super) fn rules(&self, found: &mut Vec<Finding>) {
        for rule in &self.manifest.rules {
            match &rule.kind {
                RuleKind::Compare(compare) => self.compare(rule, compare, found),
                RuleKind::ExpiresWithin(expiry) => self.expiry(rule, expiry, found),
                RuleKind::Requires(requires) => self.requires(rule, requires, found),
                RuleKind::UniqueAcrossOrganizations(_) => self.used_elsewhere(rule, found),
                RuleKind::ExclusiveCategoryPerLocation(_) => self.same_category(Some(rule), found),
                // `references` and `options` look for these; a disconnect is guarded when somebody asks for it.
                RuleKind::ReferenceExists(_)
                | RuleKind::ReferenceActive(_)
                | RuleKind::OptionAllowed(_)
                | RuleKind::DisconnectGuard(_) => {}
            }
        }
        // `exclusive_category` of the connection says the same without words of its own.
        let said = |rule: &Rule| matches!(rule.kind, RuleKind::ExclusiveCategoryPerLocation(_));
        if self.manifest.connection.exclusive_category && !self.manifest.rules.iter().any(said) {
            self.same_category(None, found);
        }
        for field in self.used() {
            self.options(field, found);
        }
    }

    fn used(&self) -> impl Iterator<Item = &InForce<'j>> {
        self.settings.fields.iter().filter(|field| field.is_used() && self.has_a_say(field))
    }

    fn used_field(&self, key: &str) -> Option<&InForce<'j>> {
        self.used().find(|field| field.key() == key)
    }

    fn compare(&self, rule: &Rule, compare: &Compare, found: &mut Vec<Finding>) {
        let sides = match &compare.right {
            Bounds::One(one) => vec![&compare.left, one],
            Bounds::Two([from, to]) => vec![&compare.left, from, to],
        };
        let values: Option<Vec<Comparable>> = sides.iter().map(|side| self.operand(side)).collect();
        let Some(values) = values else { return };
        let order = |i: usize| values[0].order(&values[i]);
        let holds = match (compare.op, order(1)) {
            (_, None) => true,
            (Comparison::Less, Some(order)) => order.is_lt(),
            (Comparison::LessOrEqual, Some(order)) => order.is_le(),
            (Comparison::Equal, Some(order)) => order.is_eq(),
            (Comparison::GreaterOrEqual, Some(order)) => order.is_ge(),
            (Comparison::Greater, Some(order)) => order.is_gt(),
            (Comparison::Between, Some(from)) => {
                from.is_ge() && (values.len() < 3 || order(2).is_none_or(Ordering::is_le))
            }
        };
        let field = sides.iter().find_map(|side| match side {
            Operand::Text(key) => self.used_field(key),
            Operand::Number(_) => None,
        });
        if let Some(field) = field.filter(|_| !holds) {
            found.push(self.by_rule(rule, field, Vec::new(), &[]));
        }
    }

    /// None where a field has no value, or none that counts.
    fn operand(&self, operand: &Operand) -> Option<Comparable> {
        match operand {
            Operand::Number(number) => Some(Comparable::Number(*number)),
            Operand::Text(text) if self.manifest.field(text).is_some() => Comparable::of(&self.used_field(text)?.value),
            Operand::Text(text) => Comparable::of(&Value::String(text.clone())),
        }
    }

    fn expiry(&self, rule: &Rule, expiry: &ExpiresWithin, found: &mut Vec<Finding>) {
        let Some(field) = self.used_field(&expiry.field) else { return };
        let Some(Ok(day)) = field.value.get("expires_at").and_then(Value::as_str).map(Day::new) else { return };
        let horizon = self.world.today.0.checked_add_days(Days::new(expiry.days.into()));
        if horizon.is_none_or(|horizon| day.0 <= horizon) {
            found.push(self.by_rule(rule, field, Vec::new(), &[("date".to_owned(), day.to_string())]));
        }
    }

    fn requires(&self, rule: &Rule, requires: &Requires, found: &mut Vec<Finding>) {
        if !requires.when.holds(&|key| self.settings.value(key)) {
            return;
        }
        for field in requires.fields.iter().filter_map(|key| self.used_field(key)) {
            let open = self.open_rows(field, true);
            let nothing = rows_source(&field.field.kind).is_none() && fields::is_missing(field);
            if nothing {
                found.push(self.by_rule(rule, field, Vec::new(), &[]));
            } else {
                let (severity, id) = (rule.common.severity.into(), &rule.common.id);
                self.tell_rows(field, open, severity, id, &self.say_rule(rule, &[]), found);
            }
        }
    }

    fn used_elsewhere(&self, rule: &Rule, found: &mut Vec<Finding>) {
        for (_, _, key) in rule.fields() {
            let Some(field) = self.used_field(key) else { continue };
            let mentions = self.mentions(field);
            let taken = |mention: &&Reference<'_>| {
                let used = self.world.others.used.get(mention.source);
                !mention.is_row && used.is_some_and(|used| used.contains(mention.id))
            };
            self.tell(field, rule, &mentions.iter().filter(taken).collect::<Vec<_>>(), found);
        }
    }

    fn same_category(&self, rule: Option<&Rule>, found: &mut Vec<Finding>) {
        let Some(location) = self.place.location() else { return };
        let Some(other) = self.world.others.same_category.get(&location.id) else { return };
        let (severity, name, why) = match rule {
            Some(rule) => {
                let why = self.say_rule(rule, &[("other".to_owned(), other.clone())]);
                (Severity::from(rule.common.severity), rule.common.id.as_str(), why)
            }
            None => {
                let why = format!("{} already uses {other}, and only one of both can be active there", location.name);
                (Severity::Error, "exclusive_category", why)
            }
        };
        found.push(Finding {
            location: None,
            field: None,
            rows: Vec::new(),
            severity,
            rule: name.to_owned(),
            why,
            names: vec![other.clone()],
        });
    }

    /// Options that are not for this location's currency or country.
    fn options(&self, field: &InForce<'j>, found: &mut Vec<Finding>) {
        let Some(location) = self.place.location() else { return };
        let refuses = |allowed: &[String], own: &Option<String>| {
            let own = own.as_deref().filter(|_| !allowed.is_empty());
            own.is_some_and(|own| allowed.iter().all(|one| !one.eq_ignore_ascii_case(own)))
        };
        let chosen = |option: &&Choice| fields::is_or_has(&field.value, &Value::String(option.value.clone()));
        let options = field.field.kind.options().iter().filter(chosen).filter(|option| {
            refuses(&option.only_currencies, &location.currency) || refuses(&option.only_countries, &location.country)
        });
        let labels: Vec<String> = options.map(|option| option.label.clone()).collect();
        if labels.is_empty() {
            return;
        }
        let named = |rule: &&Rule| {
            matches!(rule.kind, RuleKind::OptionAllowed(_))
                && rule.fields().iter().any(|(_, _, key)| *key == field.key())
        };
        let names = [(super::words::singular(field.key()), joined(labels.clone()))];
        found.push(match self.manifest.rules.iter().find(named) {
            Some(rule) => self.by_rule(rule, field, Vec::new(), &names),
            None => {
                let why = format!("{} cannot be used at {}", joined(labels.clone()), location.name);
                let finding = self.finding(field, Vec::new(), Severity::Error, "option_allowed", why);
                Finding { names: labels, ..finding }
            }
        });
    }

    fn by_rule(&self, rule: &Rule, field: &InForce<'j>, rows: Vec<String>, names: &[(String, String)]) -> Finding {
        let why = self.say_rule(rule, names);
        self.finding(field, rows, rule.common.severity.into(), &rule.common.id, why)
    }
}

/// A value that has an order: a number, a sum, a day or a time of day.
enum Comparable {
    Number(f64),
    Sum(Amount),
    /// Days and times are written so that texts compare as they do.
    Text(String),
}

impl Comparable {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_f64().map(Self::Number),
            Value::String(text) => Some(Amount::new(text).map_or_else(|_| Self::Text(text.clone()), Self::Sum)),
            _ => None,
        }
    }

    /// None for what cannot be compared.
    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => left.partial_cmp(right),
            // `1.0` and `1.00` are the same sum.
            (Self::Sum(left), Self::Sum(right)) => Some(left.partial_cmp(right).unwrap_or(Ordering::Equal)),
            (Self::Sum(sum), Self::Number(number)) => sum.as_str().parse::<f64>().ok()?.partial_cmp(number),
            (Self::Number(number), Self::Sum(sum)) => number.partial_cmp(&sum.as_str().parse::<f64>().ok()?),
            (Self::Text(left), Self::Text(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }
}
