//! `docs/json.md` describes every line that `--json` prints: each key, its type, and no key that is not there.

use std::collections::{BTreeMap, BTreeSet};

use mi_signout::event::{Event, EventKind, Subject};
use mi_signout::model::{Outcome, Reason, Serial};
use mi_signout::reporter::JsonLines;
use phone_sim::phone::{Fault, Stage};
use serde_json::Value;

use crate::support::{RIGHT, Simulate, TestBed, mi_signout, spec};

const DOCUMENT: &str = include_str!("../../docs/json.md");

/// The rows of the tables in a section, cell by cell.
fn rows(section: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines.map(|line| line.split(" | ").map(str::trim).collect())
}

fn section(name: &str) -> &'static str {
    let start = format!("\n## {name}\n");
    DOCUMENT
        .split(&start)
        .nth(1)
        .unwrap_or_else(|| panic!("docs/json.md has no section '{name}'"))
        .split("\n## ")
        .next()
        .unwrap()
}

/// Keys of a type with what their values may be.
fn keys(name: &str) -> BTreeMap<&'static str, &'static str> {
    let cell = |cells: Vec<&'static str>| {
        let [key, kind, _] = cells[..] else { return None };
        Some((key.strip_prefix('`')?.strip_suffix('`')?, kind))
    };
    rows(section(name)).filter_map(cell).filter(|(_, kind)| !kind.starts_with('`')).collect()
}

/// Keys that an event has beside those of all events.
fn event_keys(event: &str) -> BTreeSet<&'static str> {
    let named = format!("`{event}`");
    let row = rows(section("event")).find(|cells| cells[0] == named);
    let row = row.unwrap_or_else(|| panic!("docs/json.md does not describe the event '{event}'"));
    row[1].split('`').skip(1).step_by(2).collect()
}

fn fits(value: &Value, kind: &str) -> bool {
    let kinds = kind.trim_end_matches(", may be absent").split(" or ");
    kinds.into_iter().any(|kind| match kind {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        other => panic!("docs/json.md: '{other}' is no type"),
    })
}

/// Checks a line against its section; gives its type, or the event.
pub fn check(line: &Value) -> String {
    let name = line["type"].as_str().unwrap_or_else(|| panic!("no type: {line}"));
    let mut known = keys(name);
    assert!(!known.is_empty(), "{name}");
    let mut told = name.to_owned();
    if let Some(event) = line["event"].as_str() {
        known.extend(event_keys(event).into_iter().map(|key| (key, "any")));
        event.clone_into(&mut told);
    }
    for (key, value) in line.as_object().unwrap() {
        let kind =
            known.remove(key.as_str()).unwrap_or_else(|| panic!("docs/json.md: {name} has no key '{key}': {line}"));
        assert!(kind == "any" || fits(value, kind), "docs/json.md: {name}.{key} is {kind}: {line}");
    }
    let missing: Vec<_> =
        known.into_iter().filter(|(key, kind)| !kind.ends_with("may be absent") && *key != "tray").collect();
    assert!(missing.is_empty(), "{name} lacks {missing:?}: {line}");
    told
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

#[test]
fn every_line_is_as_the_document_describes_it() {
    let mut told = BTreeSet::new();
    let mut look = |text: &str| told.extend(lines(text).iter().map(check));

    let bed = TestBed::own([spec("a1"), spec("b2").account(Some("7777000111")), spec("c3").account(None)]);
    // A page that a person has to pass, so that there is a reason and a hint.
    bed.phone(1).on(Stage::AccountPage, Fault::UnknownPopup);
    look(&bed.run(&["devices", "--json"]).run().stdout);
    look(&bed.run(&["doctor", "--json"]).run().stdout);
    let journal = bed.path("journal.db").display().to_string();
    let more = ["--all", "--jobs", "1", "--non-interactive", "--journal", &journal];
    look(&bed.sign_out(RIGHT, &more).run().stdout);
    look(&mi_signout(&["report", "--json", "--journal", &journal]).run().stdout);
    look(&mi_signout(&["profiles", "list", "--json"]).run().stdout);
    look(&mi_signout(&["config", "show", "--every", "--json"]).run().stdout);

    let simulate = Simulate::start(1, &["--adbd", "0"]);
    told.extend(simulate.ready.iter().map(check));
    let (record, _, _) = simulate.end("-INT");
    told.extend(record.iter().map(check));

    for name in [
        "device", "check", "result", "summary", "profile", "option", "ready", "record", "run", "queued", "started",
        "screen", "step",
    ] {
        assert!(told.contains(name), "no line '{name}' was seen: {told:?}");
    }
}

/// One event of each kind.
fn every_event() -> Vec<EventKind> {
    let text = || Some("x".to_owned());
    let kinds = vec![
        EventKind::Started { model: text(), place: text(), tray: Some(1) },
        EventKind::Queued { model: None, place: None, tray: None },
        EventKind::Identified { model: text(), software: text(), profile: text(), account: text() },
        EventKind::Screen { name: "x".into() },
        EventKind::Step { screen: "x".into(), what: "tap x".into(), mutates: true },
        EventKind::Observed { screen: None },
        EventKind::WaitingForPerson { reason: Reason::Captcha, hint: "x".into() },
        EventKind::WaitingForTurn,
        EventKind::Resumed,
        EventKind::Lost,
        EventKind::Back,
        EventKind::Unplugged,
        EventKind::Note { text: "x".into() },
        EventKind::Finished { counts: vec![(Outcome::SignedOut, 2)], exit: 0 },
    ];
    for kind in &kinds {
        // A kind that is added makes this match fail to compile until it is in the list; `Ended` has a test of its own.
        match kind {
            EventKind::Started { .. }
            | EventKind::Queued { .. }
            | EventKind::Identified { .. }
            | EventKind::Screen { .. }
            | EventKind::Step { .. }
            | EventKind::Observed { .. }
            | EventKind::WaitingForPerson { .. }
            | EventKind::WaitingForTurn
            | EventKind::Resumed
            | EventKind::Lost
            | EventKind::Back
            | EventKind::Unplugged
            | EventKind::Note { .. }
            | EventKind::Ended(_)
            | EventKind::Finished { .. } => {}
        }
    }
    kinds
}

#[test]
fn every_kind_of_event_is_described() {
    let subjects =
        || [Subject::Phone(Serial::new("8f2a1b")), Subject::Account("6230***535".into()), Subject::Run("run-1".into())];
    let mut printed = Vec::new();
    let mut out = JsonLines::new(&mut printed);
    for kind in every_event() {
        for subject in subjects() {
            out.write(&Event::now(subject, kind.clone())).unwrap();
        }
    }
    let told: BTreeSet<String> = lines(std::str::from_utf8(&printed).unwrap()).iter().map(check).collect();
    assert_eq!(told.len(), every_event().len(), "{told:?}");
    let table = section("event").split("| event |").nth(1).unwrap();
    let described: BTreeSet<String> =
        rows(table).filter_map(|row| Some(row[0].strip_prefix('`')?.strip_suffix('`')?.to_owned())).collect();
    let events: BTreeSet<String> = told.into_iter().filter(|name| name != "summary").collect();
    assert_eq!(described, events);
}

#[test]
fn the_types_of_the_table_have_sections_and_the_others_are_reports() {
    let named: BTreeSet<&str> = rows(DOCUMENT.split("\n## ").next().unwrap())
        .filter(|cells| cells[0].contains('`'))
        .flat_map(|cells| cells[1].split('`').skip(1).step_by(2))
        .collect();
    for name in &named {
        assert!(keys(name).contains_key("type"), "{name}");
    }
    assert_eq!(named.len(), DOCUMENT.matches("\n## ").count() - 1, "{named:?}");
}
