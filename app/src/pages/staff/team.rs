//! `/staff`: who may sign in, as what, and who is invited.

use leptos::prelude::*;

use super::staff_load;
use crate::components::entry::{Entry, entry, shown_once};
use crate::components::{Icon, Notice, Sign, StaffPage, headed_table, staff_title};
use crate::pages::Page;
use crate::paths;
use crate::ports::{
    InviteMistake, InviteView, InvitedView, MemberView, SharedStaffDesk, StaffLinkView, StaffView, TeamSaid, TeamView,
};
use crate::role::{Act, Role, Section};
use crate::texts::{name, rich, role_word, text, text_with};
use crate::time;

#[component]
pub fn TeamPage() -> impl IntoView {
    staff_load(|desk: SharedStaffDesk| async move { desk.team().await }, team_page)
}

pub fn team_page(staff: &StaffView, team: &TeamView) -> Page {
    let title = text("team-title");
    let wrong = team.invite.mistake.is_some();
    let may = staff.role.may(Act::Team);
    let form = may.then(|| {
        if staff.is_fresh { invite(&team.invite) } else { prove_first("invite", text("team-invite"), Section::Team) }
    });
    let lead = text(if may { "team-lead" } else { "team-lead-read" });
    let content = view! {
        {team.said.map(said)}
        {team.link.as_ref().map(|link| handed_over(link, staff))}
        {members(&team.members, staff, may)}
        {(!team.invitations.is_empty()).then(|| invitations(&team.invitations, staff, may))}
        {form}
        {roles()}
    }
    .into_any();
    let body = view! {
        <StaffPage
            staff=staff.clone()
            section=Section::Team
            heading=title.clone().into_any()
            lead=Some(view! { <p>{lead}</p> }.into_any())
        >
            {content}
        </StaffPage>
    };
    let title = if wrong { text_with("error-title", &[("title", title.into())]) } else { title };
    Page { title: staff_title(&title), status: if wrong { 422 } else { 200 }, body: body.into_any() }
}

fn said(said: TeamSaid) -> AnyView {
    let (key, tone, sign) = match said {
        TeamSaid::Saved => ("team-said-saved", "ok", Sign::Ok),
        TeamSaid::Disabled => ("team-said-disabled", "ok", Sign::Ok),
        TeamSaid::Enabled => ("team-said-enabled", "ok", Sign::Ok),
        TeamSaid::AppForgotten => ("team-said-app", "ok", Sign::Ok),
        TeamSaid::Unlinked => ("team-said-unlinked", "ok", Sign::Ok),
        TeamSaid::Withdrawn => ("team-said-withdrawn", "ok", Sign::Ok),
        TeamSaid::LastOwner => ("team-said-last-owner", "bad", Sign::Error),
    };
    let role = if tone == "ok" { "status" } else { "alert" };
    let title = text(key).into_any();
    view! { <Notice tone sign title role><p>{text(&format!("{key}.text"))}</p></Notice> }.into_any()
}

fn handed_over(link: &StaffLinkView, staff: &StaffView) -> AnyView {
    let key = if link.is_reset { "team-link-reset" } else { "team-link" };
    let until = time::date_and_time(link.until, &staff.zone);
    view! {
        <section class="card" aria-labelledby="link">
            <header><h2 id="link">{rich(key, &[("name", name(&link.name))])}</h2></header>
            {shown_once(
                "link-url",
                text("team-link-label"),
                text_with("team-link-help", &[("until", until.into())]),
                link.url.clone(),
            )}
        </section>
    }
    .into_any()
}

fn members(members: &[MemberView], staff: &StaffView, may: bool) -> AnyView {
    let rows = members.iter().map(|member| row(member, staff, may));
    let acts = may.then_some("team-acts");
    let heads = ["staff-name", "team-role", "team-app", "team-last"].into_iter().chain(acts);
    let heads: Vec<(String, bool)> = heads.map(|key| (text(key), false)).collect();
    view! {
        <section class="card" aria-labelledby="members">
            <header><h2 id="members">{text("team-members")}</h2></header>
            {headed_table(text("team-members"), &heads, rows.collect())}
        </section>
    }
    .into_any()
}

fn row(member: &MemberView, staff: &StaffView, may: bool) -> AnyView {
    let last = member.signed_in_at.map_or_else(|| text("team-never"), |at| time::date_and_time(at, &staff.zone));
    let app = text(if member.has_app { "team-app-yes" } else { "team-app-no" });
    let linked = member.is_linked.then(|| view! { <span class="sub">{text("team-linked")}</span> });
    let own = member.is_self.then(|| view! { <span class="sub">{text("team-self")}</span> });
    let off = member.disabled.then(|| view! { <span class="sub">{text("team-disabled")}</span> });
    let role = if may { role_form(member) } else { role_word(member.role).into_any() };
    let acts = may.then(|| view! { <td role="cell" data-label=text("team-acts")>{acts(member)}</td> });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                <bdi>{member.name.clone()}</bdi><span class="sub"><bdi>{member.email.clone()}</bdi></span>{own}{off}
            </th>
            <td role="cell" data-label=text("team-role")>{role}</td>
            <td role="cell" data-label=text("team-app")>{app}{linked}</td>
            <td role="cell" data-label=text("team-last")>{last}</td>
            {acts}
        </tr>
    }
    .into_any()
}

fn role_form(member: &MemberView) -> AnyView {
    let id = format!("role-{}", member.id);
    let of_name = [("name", name(&member.name))];
    view! {
        <form method="post" class="row">
            <input type="hidden" name="staff" value=member.id.to_string()/>
            <label class="vh" for=id.clone()>{rich("team-role-of", &of_name)}</label>
            <select id=id name="role">{options(member.role)}</select>
            <button class="btn btn--small" type="submit" name="act" value="role">
                {text("team-role-save")}<span class="vh">": "{member.name.clone()}</span>
            </button>
        </form>
    }
    .into_any()
}

fn acts(member: &MemberView) -> AnyView {
    let acts = if member.disabled {
        button("enable", "team-enable", &member.name)
    } else {
        let forget = member.has_app.then(|| button("forget-app", "team-forget-app", &member.name));
        let unlink = member.is_linked.then(|| button("unlink", "team-unlink", &member.name));
        view! {
            {button("reset", "team-reset", &member.name)}{forget}{unlink}{button("disable", "team-disable", &member.name)}
        }
        .into_any()
    };
    view! {
        <form method="post" class="row">
            <input type="hidden" name="staff" value=member.id.to_string()/>
            {acts}
        </form>
    }
    .into_any()
}

fn button(act: &'static str, key: &str, whom: &str) -> AnyView {
    view! {
        <button class="btn btn--small" type="submit" name="act" value=act>
            {text(key)}<span class="vh">": "{whom.to_owned()}</span>
        </button>
    }
    .into_any()
}

fn options(chosen: Role) -> AnyView {
    let options = Role::ALL
        .into_iter()
        .map(|role| view! { <option value=role.slug() selected={role == chosen}>{role_word(role)}</option> });
    options.collect_view().into_any()
}

fn invitations(invited: &[InvitedView], staff: &StaffView, may: bool) -> AnyView {
    let items = invited.iter().map(|one| {
        let key = if one.is_reset { "team-invited-reset" } else { "team-invited" };
        let until = time::date_and_time(one.until, &staff.zone);
        let arguments = [
            ("name", name(&one.name)),
            ("email", name(&one.email)),
            ("role", role_word(one.role).into()),
            ("until", until.into()),
        ];
        let words = view! { <span>{rich(key, &arguments)}</span> };
        if !may {
            return view! { <li>{words}</li> }.into_any();
        }
        view! {
            <li>
                <form method="post" class="row row--between">
                    {words}
                    <input type="hidden" name="invitation" value=one.id.clone()/>
                    {button("withdraw", "team-withdraw", &one.email)}
                </form>
            </li>
        }
        .into_any()
    });
    view! {
        <section class="card" aria-labelledby="invited">
            <header><h2 id="invited">{text("team-invitations")}</h2></header>
            <div class="card__body"><ul class="flow-s" role="list">{items.collect_view()}</ul></div>
        </section>
    }
    .into_any()
}

fn invite(form: &InviteView) -> AnyView {
    let email = match form.mistake {
        Some(InviteMistake::NoAddress) => Some(text("team-no-address")),
        Some(InviteMistake::Known) => Some(text("team-known")),
        _ => None,
    };
    let missing = (form.mistake == Some(InviteMistake::NoName)).then(|| text("staff-name-missing"));
    view! {
        <section class="card" aria-labelledby="invite">
            <header><h2 id="invite">{text("team-invite")}</h2></header>
            <form class="card__body flow" method="post" novalidate>
                {entry(Entry {
                    name: "email",
                    label: text("sign-in-email"),
                    kind: "email",
                    value: form.email.clone(),
                    mistake: email,
                    autocomplete: "off",
                    ..Entry::default()
                })}
                {entry(Entry {
                    name: "name",
                    label: text("staff-name"),
                    kind: "text",
                    value: form.name.clone(),
                    mistake: missing,
                    autocomplete: "off",
                    ..Entry::default()
                })}
                <div class="field">
                    <label class="label" for="role">{text("team-role")}</label>
                    <select id="role" name="role">{options(form.role)}</select>
                </div>
                <div class="actions">
                    <button class="btn btn--primary" type="submit" name="act" value="invite">{text("team-invite-do")}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// In place of a form whose content would be lost when the password is asked for after it.
pub(super) fn prove_first(id: &'static str, title: String, section: Section) -> AnyView {
    let proof = paths::sign_in_again(paths::section_of(section));
    view! {
        <section class="card" aria-labelledby=id>
            <header><h2 id=id>{title}</h2></header>
            <div class="card__body flow">
                <p>{text("prove-first")}</p>
                <div class="actions">
                    <a class="btn btn--primary" href=proof>{text("prove-first-do")}</a>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// What each role may do.
fn roles() -> AnyView {
    let lines = Role::ALL.into_iter().map(|role| {
        let key = match role {
            Role::Viewer => "role-viewer.may",
            Role::Support => "role-support.may",
            Role::Engineer => "role-engineer.may",
            Role::Owner => "role-owner.may",
        };
        view! { <div><dt>{role_word(role)}</dt><dd>{text(key)}</dd></div> }
    });
    view! {
        <section class="card" aria-labelledby="roles">
            <header><h2 id="roles"><Icon sign=Sign::Key/>{text("team-roles")}</h2></header>
            <div class="card__body"><dl class="facts">{lines.collect_view()}</dl></div>
        </section>
    }
    .into_any()
}
