//! Between what stands in bodies and what the domain knows.

use super::bodies::{FaultBody, MemberBody, ReasonBody, RemovalBody, ReportBody};
use crate::domain::health::Fault;
use crate::domain::run::{LocationReport, Member, Reason, Removal};
use crate::http::api::checks::Checks;

/// People on one page; more are counted only.
const MOST_MEMBERS: usize = 500;
const MOST_REASONS: usize = 50;

impl Checks {
    /// Who would be removed: counts that can be, and no more names than a page shows.
    pub(super) fn removals(&mut self, removals: &std::collections::BTreeMap<String, RemovalBody>) {
        self.many("would_remove", removals.len());
        for (location, removal) in removals {
            self.short("would_remove", location, super::SHORT);
            for member in removal.members.iter().flatten() {
                self.filled(&format!("would_remove.{location}.members"), &member.id, super::SHORT);
                self.short(&format!("would_remove.{location}.members"), &member.name, super::LONG);
            }
            if removal.remove > removal.of {
                self.wrong(format!("would_remove.{location}.remove"), "api-field-more-than-all");
            }
            if removal.members.as_ref().is_some_and(|members| members.len() > MOST_MEMBERS) {
                self.wrong(format!("would_remove.{location}.members"), "api-field-too-many");
            }
        }
    }

    pub(super) fn reports(&mut self, reports: &std::collections::BTreeMap<String, ReportBody>) {
        self.many("locations", reports.len());
        for (location, report) in reports {
            self.short("locations", location, super::SHORT);
            if report.reasons.len() > MOST_REASONS {
                self.wrong(format!("locations.{location}.reasons"), "api-field-too-many");
            }
            for (index, reason) in report.reasons.iter().enumerate() {
                let at = format!("locations.{location}.reasons.{index}");
                self.filled(&format!("{at}.code"), &reason.code, super::SHORT);
                self.short(&format!("{at}.text"), &reason.text, super::LONG);
            }
        }
    }
}

impl From<RemovalBody> for Removal {
    fn from(body: RemovalBody) -> Self {
        let member = |member: MemberBody| Member { id: member.id, name: member.name };
        let members = body.members.map(|members| members.into_iter().map(member).collect());
        Self { remove: body.remove, of: body.of, members }
    }
}

impl From<Removal> for RemovalBody {
    fn from(removal: Removal) -> Self {
        let member = |member: Member| MemberBody { id: member.id, name: member.name };
        let members = removal.members.map(|members| members.into_iter().map(member).collect());
        Self { remove: removal.remove, of: removal.of, members }
    }
}

impl From<ReportBody> for LocationReport {
    fn from(body: ReportBody) -> Self {
        let reason = |one: ReasonBody| Reason { code: one.code, text: one.text, count: one.count };
        Self {
            created: body.created,
            changed: body.changed,
            removed: body.removed,
            skipped: body.skipped,
            failed: body.failed,
            reasons: body.reasons.into_iter().map(reason).collect(),
        }
    }
}

impl From<LocationReport> for ReportBody {
    fn from(report: LocationReport) -> Self {
        let reason = |one: Reason| ReasonBody { code: one.code, text: one.text, count: one.count };
        Self {
            created: report.created,
            changed: report.changed,
            removed: report.removed,
            skipped: report.skipped,
            failed: report.failed,
            reasons: report.reasons.into_iter().map(reason).collect(),
        }
    }
}

impl From<FaultBody> for Fault {
    fn from(body: FaultBody) -> Self {
        match body {
            FaultBody::Partner => Self::Partner,
            FaultBody::Officernd => Self::Officernd,
            FaultBody::Integration => Self::Integration,
        }
    }
}

impl From<Fault> for FaultBody {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Partner => Self::Partner,
            Fault::Officernd => Self::Officernd,
            Fault::Integration => Self::Integration,
        }
    }
}
