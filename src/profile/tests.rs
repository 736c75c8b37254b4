//! What the engine relies on: choosing, recognising, reacting.

use std::collections::BTreeMap;

use super::*;
use crate::model::{Focus, Outcome, Presence, Reason};
use crate::ui::UiTree;

const FAMILY: &str = r#"
schema = 1
name = "made-up"
about = "a phone that is not known yet"
base = "hyperos"
without = ["web-form"]
[match]
"ro.mi.os.version.name" = ["OS9.*"]
[popup.hello]
title = "a greeting"
all = [{ package = "com.hello", text = "Hello" }]
do = [{ key = "back" }]
max = 2
evidence = "guess: made up"
[[screen]]
name = "account-page"
title = "the account page"
all = [{ package = "com.xiaomi.account", id = "com.xiaomi.account:id/bye" }]
evidence = "guess: made up"
[flow.sign-out.on.account-page]
do = [{ tap = { id = "com.xiaomi.account:id/bye" } }]
mutates = true
"#;

fn family() -> Catalog {
    let mut catalog = Catalog::builtin().unwrap();
    catalog.add("made-up.toml", FAMILY).unwrap_or_else(|e| panic!("{e}"));
    catalog
}

fn props(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn tree(nodes: &str) -> UiTree {
    UiTree::parse(format!("<hierarchy>{nodes}</hierarchy>").as_bytes()).unwrap()
}

fn see(profile: &DeviceProfile, presence: Presence, tree: Option<&UiTree>) -> String {
    let focus = Focus::parse("com.xiaomi.account/.ui.AccountSettingsActivity");
    match profile.recognise(&View { focus: Some(&focus), presence, tree }) {
        Recognised::Screen(s) => s.name.clone(),
        Recognised::Popup(s) => format!("popup {}", s.name),
        other => format!("{other:?}"),
    }
}

const BYE: &str = r#"<node package="com.xiaomi.account" resource-id="com.xiaomi.account:id/bye"/>"#;
const HELLO: &str = r#"<node package="com.hello" text="HELLO"/>"#;

#[test]
fn a_new_family_is_data() {
    let catalog = family();
    let profile = catalog.choose(&props(&[("ro.mi.os.version.name", "OS9.1")])).unwrap();
    assert_eq!(profile.name, "made-up");
    assert_eq!(see(profile, Presence::Present, Some(&tree(BYE))), "account-page");
    assert!(profile.screen("password").is_some(), "taken over from the base");
    assert!(profile.screen("web-form").is_none() && !profile.is_arrival("web-form"));
    assert!(profile.is_arrival("account-page") && !profile.is_arrival("settings-home"));
    assert_eq!(profile.entry, catalog.get("miui").unwrap().entry);
}

#[test]
fn most_keys_win_and_a_tie_is_an_error() {
    let mut catalog = family();
    let twin = FAMILY.replace("\"made-up\"", "\"twin\"");
    catalog.add("twin.toml", &twin).unwrap();
    let os9 = props(&[("ro.mi.os.version.name", "OS9.1")]);
    assert_eq!(catalog.choose(&os9), Err(Choice::Tie(vec!["made-up".into(), "twin".into()])));
    let closer = FAMILY.replace("\"made-up\"", "\"closer\"").replace("[popup", "\"ro.miui.region\" = [\"CN\"]\n[popup");
    catalog.add("closer.toml", &closer).unwrap();
    let in_china = props(&[("ro.mi.os.version.name", "OS9.1"), ("ro.miui.region", "CN")]);
    assert_eq!(catalog.choose(&in_china).unwrap().name, "closer");
    assert_eq!(catalog.choose(&props(&[("ro.product.brand", "Xiaomi")])), Err(Choice::NotMiui));
    assert_eq!(catalog.choose(&props(&[("ro.mi.os.version.name", "OS5.0")])).unwrap().name, "generic");
}

#[test]
fn added_files_win_and_may_come_in_any_order() {
    let own = FAMILY.replace("\"made-up\"", "\"miui\"");
    let mut catalog = Catalog::builtin().unwrap();
    catalog.add("miui.toml", &own).unwrap();
    assert_eq!(catalog.get("miui").unwrap().about, "a phone that is not known yet");
    assert!(catalog.add("again.toml", &own).unwrap_err().to_string().contains("taken by miui.toml"));

    let child = FAMILY.replace("\"made-up\"", "\"child\"").replace("\"hyperos\"", "\"parent\"");
    let parent = FAMILY.replace("\"made-up\"", "\"parent\"");
    let parent = parent.replace("without = [\"web-form\"]", "");
    let files = [("a.toml".to_owned(), child), ("b.toml".to_owned(), parent)];
    Catalog::builtin().unwrap().add_all(&files).unwrap_or_else(|e| panic!("{e}"));
    let error = Catalog::builtin().unwrap().add_all(&files[..1]).unwrap_err();
    assert!(error.message.contains("unknown profile `parent`"), "{error}");
}

#[test]
fn popups_come_first_and_probes_last() {
    let catalog = family();
    let profile = catalog.get("made-up").unwrap();
    let both = tree(&format!("{BYE}{HELLO}"));
    assert_eq!(see(profile, Presence::Present, Some(&both)), "popup hello");
    assert_eq!(profile.screen("hello").unwrap().max, Some(2));
    assert!(matches!(
        profile.reaction("any-flow", "hello", &Options::default()),
        Some(Reaction::Do { mutates: false, .. })
    ));
    assert_eq!(see(profile, Presence::Present, None), "NeedsTree");
    assert_eq!(see(profile, Presence::Absent, None), "account-gone");
    assert_eq!(see(profile, Presence::Absent, Some(&tree(BYE))), "account-page");
    assert_eq!(see(profile, Presence::Absent, Some(&tree("<node/>"))), "account-gone");
    assert_eq!(see(profile, Presence::Present, Some(&tree("<node/>"))), "Nothing");
    assert_eq!(see(profile, Presence::Unknown, Some(&tree("<node/>"))), "Nothing");
}

#[test]
fn what_is_two_screens_is_none() {
    let text = FAMILY.replace("[flow", "[[screen]]\nname = \"rival\"\ntitle = \"t\"\nall = [{ id = \"*:id/bye\" }]\nevidence = \"guess: made up\"\n[flow");
    let mut catalog = Catalog::builtin().unwrap();
    catalog.add("made-up.toml", &text).unwrap();
    let profile = catalog.get("made-up").unwrap();
    assert_eq!(see(profile, Presence::Present, Some(&tree(BYE))), r#"Several(["account-page", "rival"])"#);

    let saved =
        SavedScreen { name: "one".into(), focus: None, presence: Presence::Present, tree: tree(BYE), props: None };
    let files = [("made-up.toml".to_owned(), text), ("bad.toml".to_owned(), "schema = ".to_owned())];
    let report = check(&files, std::slice::from_ref(&saved)).unwrap();
    assert!(!report.is_good());
    assert_eq!(report.errors.len(), 1);
    assert_eq!(report.ambiguous().count(), 1);
    let built_in = check(&[], &[saved]).unwrap();
    assert_eq!((built_in.unknown().count(), built_in.is_good()), (4, true));
}

#[test]
fn options_choose_the_reaction() {
    let catalog = Catalog::builtin().unwrap();
    let profile = catalog.get("miui").unwrap();
    let words = |options: Options, screen: &str| match profile.reaction(SIGN_OUT, screen, &options) {
        Some(Reaction::Do { actions, mutates }) => {
            format!("{} {mutates}", actions.iter().map(Action::describe).collect::<Vec<_>>().join(", "))
        }
        Some(Reaction::End { outcome, reason, .. }) => format!("{outcome} {reason}"),
        other => format!("{other:?}"),
    };
    let keep = Options::default();
    let remove = Options { data: Data::Remove, pay_cards: PayCards::Remove };
    assert_eq!(words(keep, "keep-or-remove"), "tap retain_button true");
    assert_eq!(words(remove, "keep-or-remove"), "tap remove_button true");
    assert_eq!(words(keep, "pay-cards"), "needs-person pay-cards");
    assert_eq!(words(remove, "pay-cards"), "tap ok true");
    assert_eq!(words(keep, "account-page"), "tap logout_btn true");
    assert_eq!(words(keep, "password"), "type password false");
    assert_eq!(words(keep, "password-filled"), "submit password true");
    assert_eq!(words(keep, "settings-home"), "None");
}

#[test]
fn every_end_goes_with_its_reason_and_says_what_to_do() {
    for profile in Catalog::builtin().unwrap().profiles() {
        for reactions in profile.flows.values().flat_map(|f| f.on.values()) {
            if let Some(Reaction::End { outcome, reason, hint, .. }) = &reactions.otherwise {
                assert!(reason.fits(*outcome) && hint.len() > 20);
                assert!(*outcome != Outcome::Rejected || *reason == Reason::WrongPassword);
            }
        }
    }
}

#[test]
fn only_ascii_is_typed_and_the_phones_language_comes_first() {
    let catalog = Catalog::builtin().unwrap();
    let words_of = |profile: &str| {
        let profile = catalog.get(profile).unwrap();
        let search = profile.reaction("through-search", "settings-search", &Options::default());
        let Some(Reaction::Do { actions, .. }) = search else { panic!("{search:?}") };
        let Some(Action::Words { words, .. }) = actions.first() else { panic!("{actions:?}") };
        words.clone()
    };
    assert_eq!(words_of("miui").typeable("en-US").first(), Some(&"Mi Account"));
    let words = words_of("hyperos");
    assert_eq!(words.typeable("en-US").first(), Some(&"Xiaomi Account"));
    assert_eq!(words.typeable("zh-CN").first(), Some(&"Xiaomi Account"), "Chinese cannot be typed");
    assert!(words.typeable("de_DE")[0].contains("onto"));
    assert!(words.typeable("de-DE").iter().all(|t| t.is_ascii()));
}

#[test]
fn the_schema_names_the_keys_of_the_format() {
    let schema: serde_json::Value = serde_json::from_str(schema()).unwrap();
    for key in ["schema", "name", "match", "entry", "screen", "flow", "popup", "base", "without"] {
        assert!(schema["properties"][key].is_object(), "{key}");
    }
    assert_eq!(schema["additionalProperties"], false);
    assert!(schema["$defs"]["RawSelector"]["properties"]["password"].is_object());
}

/// `MI_SIGNOUT_WRITE_SCHEMA=1 cargo test --lib the_schema_is_that` makes the file anew.
#[test]
fn the_schema_is_that_of_the_types() {
    let made = serde_json::to_string_pretty(&schemars::schema_for!(super::raw::RawProfile)).unwrap() + "\n";
    if std::env::var_os("MI_SIGNOUT_WRITE_SCHEMA").is_some() {
        std::fs::write("device-profiles/schema.json", &made).unwrap();
    }
    assert_eq!(made, std::fs::read_to_string("device-profiles/schema.json").unwrap());
}
