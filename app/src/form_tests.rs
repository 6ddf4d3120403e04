//! The settings pages: what they say, and that what they post can be read back.

use std::collections::BTreeSet;

use crate::forms::{Act, Path};
use crate::fragment;
use crate::pages::{Page, settings};
use crate::ports::{
    ConfirmView, ConnectionView, FindingView, Layer, ListState, Mistake, MistakeView, Outcome, PartnerTrouble,
    SettingsPageView, SettingsView, Severity, Shape, Shown, Why, Words,
};
use crate::samples::{self, HOSTILE, settings as form};
use crate::state::ConnectionState;
use crate::texts::{Language, speaking};

fn connection() -> ConnectionView {
    samples::connection(ConnectionState::Connected)
}

/// Status, title and HTML.
fn see(page: impl FnOnce() -> Page) -> (u16, String, String) {
    let mut seen = (0, String::new());
    let html = fragment(|| {
        let Page { title, status, body } = page();
        seen = (status, title);
        body
    });
    (seen.0, seen.1, html)
}

fn shown(view: SettingsView) -> (u16, String, String) {
    see(|| settings::settings_page(&connection(), &SettingsPageView::Form(Box::new(view))))
}

/// All pages that hold the form or ask before it is saved.
fn all() -> Vec<String> {
    let mut views = vec![form::at_bristol(), form::every_kind(), form::refused()];
    views.extend(form::outcomes().into_iter().map(|(_, outcome)| SettingsView { outcome, ..form::at_bristol() }));
    let mut pages: Vec<String> = views.into_iter().map(|view| shown(view).2).collect();
    let conflict = SettingsPageView::Conflict(Box::new(form::conflict(true)));
    pages.push(see(|| settings::settings_page(&connection(), &conflict)).2);
    pages.push(see(|| settings::confirm_page(&connection(), &form::confirm(Some("x")))).2);
    pages.push(see(|| settings::question_over_page(&connection(), &form::question_over(true))).2);
    pages.push(see(|| settings::history_page(&connection(), &form::history())).2);
    pages.push(see(|| settings::restore_page(&connection(), &form::restore(true))).2);
    pages
}

/// Values of an attribute, as the browser reads them.
fn values<'h>(html: &'h str, attribute: &str) -> Vec<&'h str> {
    let begin = format!(" {attribute}=\"");
    html.split(begin.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The tags of inputs and buttons.
fn controls(html: &str) -> Vec<&str> {
    let tags = html.split('<').filter(|tag| {
        ["input", "button", "select", "textarea"]
            .iter()
            .any(|name| tag.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '>'])))
    });
    tags.filter_map(|tag| tag.split('>').next()).collect()
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

#[test]
fn whatever_a_form_posts_has_a_name_that_reads_back() {
    let (mut acts, mut names) = (BTreeSet::new(), BTreeSet::new());
    for html in all() {
        for tag in controls(&html) {
            let Some(name) = attribute(tag, "name") else { continue };
            let value = attribute(tag, "value").unwrap_or_default();
            match name {
                "act" => {
                    let act: Act = value.parse().unwrap_or_else(|_| panic!("{value} is no button"));
                    acts.insert(act.to_string().split(':').next().unwrap_or_default().to_owned());
                }
                "own" | "see" | "reset" => assert!(value.parse::<Path>().is_ok(), "{name}={value}"),
                "version" | "draft" | "then" | "typed" | "about" => {}
                name if name.starts_with("decide.") => {
                    assert!(name["decide.".len()..].parse::<Path>().is_ok(), "{name}");
                }
                name if name.starts_with("q.") || name.starts_with("s.") || name.starts_with("p.") => {
                    assert!(name[2..].parse::<Path>().is_ok(), "{name}");
                }
                name => {
                    assert!(Path::of_name(name).is_some(), "{name} is no name of the form");
                    names.insert(name.to_owned());
                }
            }
        }
    }
    for verb in [
        "save", "return", "run", "preview", "own", "reset", "add", "drop", "up", "down", "find", "more", "refresh",
        "lock", "unlock", "except", "unexcept", "explain", "file", "export", "edit", "discard", "resume", "restore",
    ] {
        assert!(acts.contains(verb), "no page has the button {verb}: {acts:?}");
    }
    for name in [
        "f.auto_charge",
        "f.send_invites",
        "f.mode",
        "f.methods",
        "f.keep:unit",
        "f.max_charge:EUR",
        "f.max_charge:GBP",
        "f.dunning.en",
        "f.dunning:add",
        "f.key:expires",
        "f.token:make",
        "f.staffed_hours.fri.0:from",
        "f.staffed_hours.fri.0:to",
        "f.pause.0:from",
        "f.retries",
        "f.blocked",
        "f.tags:operator",
        "f.networks.1.ssid",
        "f.networks.0.bands",
        "f.order",
        "f.order:add",
        "f.pairs.0:left",
        "f.pairs.0:direction",
        "f.pairs.0:values",
        "f.percent:except",
        "f.profiles.plan%2E1.down",
        "f.profiles.plan%2E1.fixed:EUR",
        "f.plan_groups.plan-hot",
    ] {
        assert!(names.contains(name), "nothing posts {name}: {names:?}");
    }
}

#[test]
fn every_control_is_announced_and_has_a_label() {
    for html in all() {
        let announced: BTreeSet<&str> = controls(&html)
            .into_iter()
            .filter(|tag| matches!(attribute(tag, "name"), Some("own" | "see")))
            .filter_map(|tag| attribute(tag, "value"))
            .collect();
        let labels: BTreeSet<&str> = values(&html, "for").into_iter().collect();
        for tag in controls(&html) {
            let Some(name) = attribute(tag, "name").filter(|name| name.starts_with("f.")) else { continue };
            let (path, _) = Path::of_name(name).expect("a path");
            let whole = path.to_string();
            // Radio buttons that can say "inherit" announce themselves; what a button takes is only picked.
            let three_way = attribute(tag, "type") == Some("radio") && html.contains(&format!("id=\"{name}:off\""));
            let is_known = three_way
                || name.ends_with(":add")
                || name.ends_with(":except")
                || announced.iter().any(|known| whole == *known || whole.starts_with(&format!("{known}.")));
            assert!(is_known, "{name} is not announced");
            let hidden = attribute(tag, "type") == Some("hidden");
            let labelled =
                attribute(tag, "id").is_some_and(|id| labels.contains(id)) || attribute(tag, "aria-label").is_some();
            assert!(hidden || labelled, "nobody reads out what <{tag}> is");
        }
        for button in html.split("<button").skip(1) {
            let words =
                button.split_once('>').and_then(|(_, rest)| rest.split_once("</button>")).map(|(words, _)| words);
            assert!(words.is_some_and(|words| words.contains(|c: char| c.is_alphabetic())), "a button without words");
        }
    }
}

#[test]
fn return_presses_a_button_of_its_own() {
    for view in [form::at_bristol(), form::every_kind(), form::refused()] {
        let (_, _, html) = shown(view);
        let form = html.split("<form id=\"settings\"").nth(1).expect("the form");
        let first = form.split("<button").nth(1).and_then(|rest| rest.split('>').next()).expect("a button");
        assert!(first.contains("type=\"submit\"") && first.contains("name=\"act\" value=\"return\""), "{first}");
        let bar = html.split("class=\"savebar\"").nth(1).expect("the bar");
        assert!(bar.contains("name=\"act\" value=\"save\""), "{bar}");
        // Forms cannot stand in each other: the browser would drop the inner one and end the outer.
        assert!(!form.split("</form>").next().unwrap_or_default().contains("<form"));
    }
}

#[test]
fn a_location_says_whose_each_value_is_and_how_to_give_it_up() {
    let (status, title, html) = shown(form::at_bristol());
    assert_eq!(status, 200);
    assert_eq!(title, "Settings for Bristol, Old Market – Portunus Access");
    let part = |key: &str| {
        let begin = format!("id=\"s.{key}\"");
        html.split(begin.as_str()).nth(1).and_then(|rest| rest.split(" id=\"s.").next()).expect("the setting")
    };
    let early = part("early_entry");
    assert!(
        early.contains("Organization value: 10 minutes.") && early.contains("value=\"reset:early_entry\""),
        "{early}"
    );
    assert!(
        early.contains("name=\"own\" value=\"early_entry\"") && early.contains("by <bdi>Tomasz Wilk</bdi>"),
        "{early}"
    );
    assert!(part("late_exit").contains("Organization value: 15 minutes, the same today."));
    let guests = part("guest_entry");
    assert!(
        guests.contains("Default")
            && guests.contains("value=\"own:guest_entry\"")
            && !guests.contains("name=\"f.guest_entry\"")
    );
    assert!(part("client_id").contains("href=\"/settings/con_") && part("client_id").contains("#s.client_id"));
    let fixed = part("region");
    assert!(fixed.contains("Fixed since you connected on") && !fixed.contains("Change for all"), "{fixed}");
    let idle = part("visitor_groups");
    assert!(
        idle.contains("Not in use") && idle.contains("“Guests of a booking” is “Every named guest gets access”"),
        "{idle}"
    );
    assert!(idle.contains("Kept for later: Guests") && !idle.contains("<input"), "{idle}");
    let locked = part("alert_to");
    assert!(locked.contains("kept and not in force: bristol@example.org") && !locked.contains("except:"), "{locked}");
    let reset = part("reconcile_at");
    assert!(reset.contains("name=\"reset\" value=\"reconcile_at\"") && reset.contains("Not saved yet"), "{reset}");
    assert!(part("send_invites").contains("Follow the organization (now: Yes)"));
    assert!(
        part("never_touch").contains("landlord@example.org") && part("never_touch").contains("2 from the organization")
    );
}

#[test]
fn broken_rows_keep_their_old_name_and_say_why() {
    let (_, _, html) = shown(form::at_bristol());
    let table = html.split("<table").nth(1).and_then(|rest| rest.split("</table>").next()).expect("the table");
    assert!(table.contains("Front doors") && table.contains("not at Harbour UK"), "{table}");
    assert!(table.contains("archived in OfficeRnD") && table.contains("From the row for all others"));
    assert!(
        table.contains("aria-label=\"Groups by plan for Hot desk – 8 days\"")
            || table.contains("Groups by plan for Hot desk – 8 days")
    );
    assert!(table.contains("name=\"own\" value=\"plan_groups.plan-ded\""), "an empty row of its own stays one");
    assert!(table.contains("name=\"reset\" value=\"plan_groups.plan-virt\""));
    assert!(html.contains("6 problems") && html.contains("4 problems"), "counts stand beside place and section");
}

#[test]
fn the_organization_sees_who_differs() {
    let (_, _, html) = shown(form::every_kind());
    assert!(html.contains("2 locations differ:"));
    assert!(html.contains("href=\"/settings/con_x/locations/loc-brs\""));
    assert!(html.contains("value=\"lock:auto_charge\""));
    // One button for all that could be excepted; it stays open where some are.
    assert_eq!(html.matches("value=\"except:").count(), 1);
    assert!(html.contains("value=\"except:percent\"") && html.contains("<option value=\"loc-brs\""));
    let mut folds = html.split("<details").skip(1).filter_map(|rest| rest.split('>').next());
    assert!(folds.any(|tag| tag.contains("\"more\"") && tag.contains(" open")));
    // Where the connection stands is told below.
    assert!(html.contains("This connection") && html.contains("OfficeRnD accepts our login"));
}

#[test]
fn lists_that_cannot_be_had_leave_the_form_usable() {
    let (_, _, html) = shown(form::every_kind());
    assert!(html.contains("could not be loaded again") && html.contains("What was chosen is kept"));
    assert!(html.contains("<input type=\"hidden\" name=\"f.tax\" value=\"t-1\">"), "what was chosen goes along");
    assert!(html.contains("<input type=\"hidden\" name=\"f.accounts\" value=\"gone-from-page\">"));
    assert!(html.contains("Create it in <bdi>Ledgerline</bdi>, then Refresh list."));
    assert!(html.contains("depends on <bdi>Merchant account</bdi>"));
}

#[test]
fn secrets_are_never_shown_and_replace_and_remove_are_two_acts() {
    let (_, _, html) = shown(form::every_kind());
    let part =
        html.split("id=\"s.key\"").nth(1).and_then(|rest| rest.split("id=\"s.token\"").next()).expect("the secret");
    assert!(part.contains("by <bdi>Tomasz Wilk</bdi>") && part.contains("Expires on 31 January 2027"), "{part}");
    assert!(part.contains("value=\"reset:key\"") && part.contains("Leave it empty to keep"));
    for tag in controls(&html).into_iter().filter(|tag| attribute(tag, "type") == Some("password")) {
        assert!(attribute(tag, "value").is_none(), "{tag}");
    }
    assert!(html.contains("Not taken from the organization"));
}

#[test]
fn mistakes_stand_on_top_and_at_their_fields_in_the_same_words() {
    let (status, title, html) = shown(form::refused());
    assert_eq!(status, 422);
    assert!(title.starts_with("Error: Settings for Bristol"), "{title}");
    assert!(html.contains("Nothing is saved yet: 2 answers need fixing"));
    let summary = html
        .split("class=\"error-summary\"")
        .nth(1)
        .and_then(|rest| rest.split("</section>").next())
        .expect("a summary");
    let ids: BTreeSet<&str> = values(&html, "id").into_iter().collect();
    let links = values(summary, "href");
    assert_eq!(links.len(), 2);
    for link in links {
        assert!(ids.contains(link.trim_start_matches('#')), "{link} leads nowhere");
    }
    let said = "Doors open before a booking starts must be between 0 and 120";
    assert_eq!(html.matches(said).count(), 2, "once on top, once at the field");
    let input =
        controls(&html).into_iter().find(|tag| attribute(tag, "name") == Some("f.early_entry")).expect("the field");
    assert_eq!(attribute(input, "value"), Some("a thousand"), "what was typed stays");
    assert!(
        attribute(input, "aria-invalid") == Some("true") && input.contains("aria-describedby=\"e.early_entry"),
        "{input}"
    );
    let saturday = controls(&html).into_iter().find(|tag| attribute(tag, "name") == Some("f.staffed_hours.sat.0:to"));
    assert!(saturday.is_some_and(|tag| attribute(tag, "aria-invalid") == Some("true")));
    let monday = controls(&html).into_iter().find(|tag| attribute(tag, "name") == Some("f.staffed_hours.mon.0:to"));
    assert!(monday.is_some_and(|tag| attribute(tag, "aria-invalid").is_none()));
}

#[test]
fn mistakes_say_the_language_of_a_label_that_nobody_translated() {
    let mut view = form::refused();
    let settings = view.sections.iter_mut().flat_map(|section| &mut section.settings);
    for setting in settings.filter(|setting| setting.key == "early_entry") {
        setting.label.lang = Some("en".to_owned());
    }
    let Outcome::Refused(mistakes) = &mut view.outcome else { panic!("it was refused") };
    mistakes[0].label[0].lang = Some("en".to_owned());
    let (_, _, html) = shown(view);
    let said = "<bdi lang=\"en\">Doors open before a booking starts</bdi> must be between 0 and 120";
    assert_eq!(html.matches(said).count(), 2, "once on top, once at the field: {html}");
}

#[test]
fn a_conflict_chooses_nothing_beforehand() {
    let page = |undecided| {
        let view = SettingsPageView::Conflict(Box::new(form::conflict(undecided)));
        see(|| settings::settings_page(&connection(), &view))
    };
    let (status, _, html) = page(false);
    assert_eq!(status, 200);
    assert!(!html.contains(" checked"), "nothing is chosen");
    for words in
        ["15 minutes", "20 minutes", "30 minutes", "Tomasz Wilk", "2 settings need no decision", "Client secret"]
    {
        assert!(html.contains(words), "{words}");
    }
    let (status, title, html) = page(true);
    assert_eq!(status, 422);
    assert!(
        title.starts_with("Error:")
            && html.contains("href=\"#decide.late_exit\"")
            && html.contains("id=\"decide.late_exit\"")
    );
}

#[test]
fn a_danger_is_confirmed_with_numbers_and_a_name() {
    let (status, _, html) = see(|| settings::confirm_page(&connection(), &form::confirm(None)));
    assert_eq!(status, 200);
    for words in ["1204", "Suspended", "Deleted", "cannot be brought back", "Type the name to go on", "Back to editing"]
    {
        assert!(html.contains(words), "{words}");
    }
    let (status, _, html) = see(|| settings::confirm_page(&connection(), &form::confirm(Some("Bristol"))));
    assert_eq!(status, 422);
    assert!(
        html.contains("value=\"Bristol\"")
            && html.contains("aria-invalid=\"true\"")
            && html.contains("href=\"#typed\"")
    );
}

#[test]
fn a_question_says_what_has_changed_and_what_is_in_the_way() {
    let moved = ConfirmView { moved: true, wrong_name: false, ..form::confirm(Some("Bristol, Old Market")) };
    let (status, title, html) = see(|| settings::confirm_page(&connection(), &moved));
    assert_eq!(status, 422);
    assert!(title.starts_with("Error: "), "{title}");
    assert!(html.contains("value=\"Bristol, Old Market\"") && !html.contains("aria-invalid"), "the name stays");
    assert!(html.contains("were changed after you were asked") && html.contains("value=\"save\""));
    let rule = MistakeView {
        at: None,
        name: None,
        page: None,
        label: Vec::new(),
        mistake: Mistake::Said("SEPA direct debit cannot be used in GBP.".to_owned()),
    };
    let broken = ConfirmView { broken: vec![rule], ..form::confirm(Some("Bristol")) };
    let (status, _, html) = see(|| settings::confirm_page(&connection(), &broken));
    assert_eq!(status, 422);
    assert!(html.contains("cannot be used in GBP") && html.contains("value=\"edit\""));
    assert!(!html.contains("value=\"save\"") && !html.contains("id=\"typed\""), "nothing is left to confirm");
}

#[test]
fn a_question_that_is_over_leads_to_what_was_typed() {
    let (status, title, html) = see(|| settings::question_over_page(&connection(), &form::question_over(true)));
    assert_eq!(status, 410);
    assert!(title.starts_with("This question has waited too long"), "{title}");
    assert!(html.contains("Nothing of it was saved.") && html.contains("without secrets"), "{html}");
    let links = values(&html, "href");
    for link in ["/settings/con_x/locations/loc-brs?draft=d-1", "/settings/con_x/locations/loc-brs"] {
        assert!(links.contains(&link), "{link}: {links:?}");
    }
    let (status, _, html) = see(|| settings::question_over_page(&connection(), &form::question_over(false)));
    assert_eq!(status, 404);
    assert!(html.contains("This question is over") && !html.contains("?draft="), "{html}");
    let german = speaking(Language::German, || {
        see(|| settings::question_over_page(&connection(), &form::question_over(true))).2
    });
    assert!(german.contains("Nichts davon wurde gespeichert."), "{german}");
}

#[test]
fn a_secret_that_did_not_come_back_is_asked_for_at_its_field() {
    for (language, words) in [
        (Language::English, "again before you save: a secret does not stay on the page."),
        (Language::German, "vor dem Speichern noch einmal ein: Ein Geheimnis bleibt nicht auf der Seite."),
    ] {
        let preview = form::outcomes().into_iter().find(|(name, _)| *name == "preview").expect("an outcome").1;
        let view = SettingsView { outcome: preview, ..form::every_kind() };
        let html = speaking(language, || shown(view).2);
        assert_eq!(html.matches(words).count(), 1, "{html}");
        let note = values(&html, "id").into_iter().find(|id| id.ends_with(":n")).expect("the note has a name");
        assert!(values(&html, "aria-describedby").iter().any(|ids| ids.split(' ').any(|id| id == note)), "{note}");
        assert!(values(&html, "name").iter().any(|name| name.ends_with(":again")), "it goes on saying so");
        let summary = if language == Language::English { "Enter secrets again" } else { "Geben Sie Geheimnisse" };
        assert!(html.contains(summary), "{html}");
    }
}

#[test]
fn a_mistake_in_another_section_leads_to_its_page() {
    let mut view = form::refused();
    if let Outcome::Refused(mistakes) = &mut view.outcome {
        mistakes[0].page = Some("/settings/con_x?section=doors".to_owned());
    }
    let html = shown(view).2;
    let links = values(&html, "href");
    assert!(links.contains(&"/settings/con_x?section=doors#f.early_entry"), "{links:?}");
    assert!(links.contains(&"#f.staffed_hours.sat.0:to"), "{links:?}");
}

#[test]
fn hundreds_of_open_rows_are_a_number() {
    let mut view = form::at_bristol();
    for setting in view.sections.iter_mut().flat_map(|section| &mut section.settings) {
        if let Shape::Table(table) = &mut setting.shape {
            table.open = (0..200).map(|number| format!("Plan {number}")).collect();
        }
    }
    let html = shown(view.clone()).2;
    assert!(html.contains("Plan 7") && !html.contains("Plan 8"), "{html}");
    assert!(html.contains("192 more"), "{html}");
    // As they are saved, the finding says so instead.
    for setting in view.sections.iter_mut().flat_map(|section| &mut section.settings) {
        if let Shape::Table(table) = &setting.shape {
            let why = Why::OpenRows(table.open.clone());
            setting.findings = vec![FindingView { severity: Severity::Error, why, rows: vec![], places: vec![] }];
        }
    }
    let html = shown(view).2;
    assert!(html.contains("200 rows are not filled in yet"), "{html}");
    assert!(html.contains("Plan 7") && !html.contains("Plan 8"), "{html}");
    assert!(html.contains("192 more"), "{html}");
}

#[test]
fn each_page_says_what_came_before() {
    let with = |name: &str| {
        let outcome = form::outcomes().into_iter().find(|(known, _)| *known == name).expect("an outcome").1;
        shown(SettingsView { outcome, ..form::at_bristol() }).2
    };
    let saved = with("saved");
    assert!(
        saved.contains("Saved. 3 changes.") && saved.contains("role=\"status\"") && saved.contains("and 1 more change")
    );
    assert!(saved.contains("You changed different settings, so both count."), "who saved meanwhile");
    assert!(with("preview").contains("Saving would change 9 values in force"));
    assert!(with("preview-nothing").contains("Every location keeps what it has."));
    assert!(with("unchanged").contains("There was nothing to change"));
    assert!(with("ran").contains("The client ID is unknown."));
    let explained = with("explained");
    assert!(explained.contains("The row Hot desk opens Front door.") && explained.contains("Enter secrets again"));
    assert!(with("lapsed").contains("is not here any more"));
    let history = see(|| settings::history_page(&connection(), &form::history())).2;
    assert!(history.contains("Restore") && history.contains("In force") && history.contains("through the API"));
}

#[test]
fn a_question_about_somebody_stays_until_it_is_answered() {
    let line = |outcome: Outcome| {
        let html = shown(SettingsView { about: Some("65f0a1".to_owned()), outcome, ..form::at_bristol() }).2;
        let tag = controls(&html).into_iter().find(|tag| attribute(tag, "name") == Some("about")).expect("the line");
        attribute(tag, "value").map(str::to_owned)
    };
    assert_eq!(line(Outcome::Typed).as_deref(), Some("65f0a1"));
    let (_, explained) = form::outcomes().into_iter().find(|(name, _)| *name == "explained").expect("an outcome");
    assert_eq!(line(explained), None);
}

#[test]
fn names_of_others_stay_names() {
    let mut view = form::every_kind();
    for section in &mut view.sections {
        section.title = Words::new(HOSTILE);
        for setting in &mut section.settings {
            setting.label = Words::new(HOSTILE);
            setting.help = Some(Words::new(HOSTILE));
            if let Shape::Value(body) = &mut setting.shape {
                body.otherwise = Some((Layer::Default, Shown::Text(HOSTILE.to_owned())));
            }
        }
    }
    let (_, _, html) = shown(view);
    assert!(!html.contains("<script") && !html.contains("\"><script") && !html.contains("<strong>'"));
}

#[test]
fn what_the_partner_has_not_translated_says_its_language() {
    let mut view = form::at_bristol();
    let english = Words { text: "Portunus account".to_owned(), lang: Some("en".to_owned()) };
    view.sections[0].title = english;
    let (_, title, html) = speaking(Language::German, || shown(view));
    assert!(html.contains("<bdi lang=\"en\">Portunus account</bdi>"));
    assert_eq!(title, "Einstellungen für Bristol, Old Market – Portunus Access");
    for words in [
        "Wert der Organisation: 10 Minuten.",
        "Montag",
        "Nicht in Gebrauch",
        "Änderungen speichern",
        "Nur <bdi>Bristol",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let (_, _, html) = speaking(Language::German, || shown(form::every_kind()));
    assert!(html.contains("value=\"12000,50\"") && html.contains("value=\"1,4\""), "numbers as Germans type them");
}

#[test]
fn a_page_of_many_sections_shows_one_and_leads_to_all() {
    let mut view = SettingsView { by_section: true, first_visit: true, ..form::at_bristol() };
    for (place, section) in view.sections.iter_mut().enumerate() {
        section.here = place == 2;
        section.href = Some(format!("?section={}", section.id));
    }
    let (_, _, html) = shown(view);
    assert!(html.contains("Step 3 of 6") && html.contains("href=\"?section=hours\""));
    assert!(html.contains("id=\"x.bookings\"") && !html.contains("id=\"x.hours\""));
    assert!(html.contains("name=\"then\" value=\"hours\"") && html.contains("Save and go on"));
}

#[test]
fn a_list_says_how_old_it_is_and_who_does_not_answer() {
    let mut view = form::at_bristol();
    view.trouble = Some(PartnerTrouble::NoAnswer);
    for setting in view.sections.iter_mut().flat_map(|section| &mut section.settings) {
        if let Shape::Table(table) = &mut setting.shape {
            table.state = ListState::Failed(PartnerTrouble::NoAnswer);
        }
    }
    let (_, _, html) = shown(view);
    assert!(html.contains("does not answer now") && html.contains("value=\"refresh:plan_groups\""));
}

#[test]
fn what_nobody_has_set_is_no_purpose() {
    let said = |layer| {
        let mut view = form::at_bristol();
        for setting in view.sections.iter_mut().flat_map(|section| &mut section.settings) {
            if let Shape::Value(body) = &mut setting.shape {
                body.layer = layer;
                body.shown = Shown::Empty(None);
                body.control = None;
            }
        }
        shown(view).2
    };
    assert!(said(Layer::Default).contains(">None</p>"));
    let own = said(Layer::Location);
    assert!(own.contains(">None, on purpose</p>") && !own.contains(">None</p>"), "{own}");
}

#[test]
fn trouble_at_some_locations_leads_there() {
    let connection = samples::connection(ConnectionState::SomeLocations);
    let view = SettingsPageView::Form(Box::new(form::at_bristol()));
    let (_, _, html) = see(|| settings::settings_page(&connection, &view));
    for trouble in &connection.troubles {
        let name = &trouble.location.name;
        let said = if trouble.by_settings {
            format!("<a href=\"{}\"><bdi>{name}</bdi></a>", trouble.href)
        } else {
            format!("The last run failed at <bdi>{name}</bdi>.")
        };
        assert!(html.contains(&said), "{said}");
    }
    assert_eq!(connection.troubles.len(), 2);
}

/// As the server packs a page while somebody waits for it.
fn on_the_wire(html: &str) -> usize {
    let mut packed = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams { quality: 4, ..Default::default() };
    brotli::BrotliCompress(&mut html.as_bytes(), &mut packed, &settings).expect("it packs");
    packed.len()
}

#[test]
fn pages_are_light() {
    for (name, view) in [("location", form::at_bristol()), ("kinds", form::every_kind()), ("refused", form::refused())]
    {
        let bytes = on_the_wire(&shown(view).2);
        assert!(bytes <= 14 * 1024, "{name}: {bytes} bytes");
    }
    assert!(matches!(form::refused().outcome, Outcome::Refused(_)));
}
