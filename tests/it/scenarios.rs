//! Every scenario of the simulation, walked by the program: how each ends, and that nothing but the account's own pages was ever
//! tapped.

use std::collections::{BTreeMap, BTreeSet};

use phone_sim::phone::{Branch, Generation, PhoneSpec, Record};
use phone_sim::scenario::{Scenario, scenarios};
use phone_sim::screens::ScreenId;
use serde_json::Value;

use crate::support::{SCALE, TestBed};

/// The family that has to be chosen where the phone is walked, and how it ends.
const ENDS: &[(&str, &str, &str)] = &[
    ("plain", "miui", "signed-out"),
    ("tray", "miui", "signed-out"),
    ("miui-9", "miui-8-10", "signed-out"),
    ("miui-9-hindi", "miui-8-10", "signed-out"),
    ("miui-10", "miui-8-10", "signed-out"),
    ("miui-11", "miui", "signed-out"),
    ("miui-12", "miui", "signed-out"),
    ("miui-12.5-russian", "miui", "signed-out"),
    ("miui-13", "miui", "signed-out"),
    ("hyperos-1-chinese", "hyperos", "signed-out"),
    ("hyperos-2", "hyperos", "signed-out"),
    ("hyperos-2-native", "hyperos", "signed-out"),
    ("hyperos-3-arabic", "hyperos", "signed-out"),
    ("hyperos-4-future", "generic", "signed-out"),
    ("tablet", "hyperos", "signed-out"),
    ("nubia-miui", "miui-8-10", "signed-out"),
    ("android-one", "-", "not-supported not-miui"),
    ("custom-rom", "-", "not-supported not-miui"),
    ("other-maker", "-", "not-supported not-miui"),
    ("already-signed-out", "-", "already-signed-out"),
    ("find-device-off", "miui", "signed-out"),
    ("no-synced-data", "miui", "signed-out"),
    ("pay-cards", "miui", "needs-person pay-cards"),
    ("button-on-fold", "miui", "signed-out"),
    ("no-ids", "miui", "signed-out"),
    ("crossed-buttons", "miui", "needs-person pay-cards"),
    ("keyboard-open", "miui", "signed-out"),
    ("secure-keyboard", "miui", "signed-out"),
    ("secure-keyboard-again", "miui", "signed-out"),
    ("secure-keyboard-swallows", "miui", "needs-person password-not-typeable"),
    ("autofill", "miui", "signed-out"),
    ("android-7", "miui-8-10", "needs-person password-not-typeable"),
    ("through-settings", "miui", "signed-out"),
    ("through-settings-chinese", "hyperos", "signed-out"),
    ("through-heading", "miui", "signed-out"),
    ("through-search", "hyperos", "signed-out"),
    ("no-way-in", "hyperos", "needs-person unknown-screen"),
    ("unknown-account-app", "generic", "needs-person unknown-screen"),
    ("unknown-data-words", "miui", "needs-person unknown-screen"),
    ("password-first", "miui", "signed-out"),
    ("find-device-spinner", "miui", "signed-out"),
    ("ends-on-sign-in", "miui", "signed-out"),
    ("own-accounts", "miui", "signed-out"),
    ("wrong-password", "miui", "rejected wrong-password"),
    ("wrong-password-dialog", "miui", "rejected wrong-password"),
    ("captcha", "miui", "needs-person captcha"),
    ("second-factor", "miui", "needs-person second-factor"),
    ("identity-check", "miui", "needs-person identity-check"),
    ("web-password", "miui", "needs-person web-verification"),
    ("web-other", "hyperos", "needs-person web-verification"),
    ("token-expired", "miui", "needs-person session-expired"),
    ("password-changed-recently", "miui", "blocked password-recently-changed"),
    ("find-device-fails", "miui", "blocked server-refused"),
    ("find-device-password-again", "miui", "needs-person session-expired"),
    ("sign-out-fails", "miui", "blocked server-refused"),
    ("server-error", "miui", "blocked server-refused"),
    ("last-device", "hyperos", "needs-person last-device"),
    ("unsynced-items", "miui-8-10", "needs-person unknown-screen"),
    ("hidden-photos", "miui-8-10", "needs-person unknown-screen"),
    ("high-quality-photos", "miui", "needs-person unknown-screen"),
    ("second-space", "-", "blocked second-space"),
    ("no-network", "-", "blocked no-network"),
    ("input-gate-off", "-", "needs-person input-not-allowed"),
    ("automation-held", "-", "failed dump-failed"),
    ("input-gate-silent", "-", "needs-person input-not-allowed"),
    ("find-device-located", "miui", "needs-person unknown-screen"),
    ("find-device-rings", "miui", "needs-person unknown-screen"),
    ("views-missing", "miui", "signed-out"),
    ("views-slow", "miui", "signed-out"),
    ("views-stale", "miui", "signed-out"),
    ("views-shifted", "miui", "signed-out"),
    ("scrolling-pages", "miui", "signed-out"),
    ("screen-off", "miui", "signed-out"),
    ("screen-locked", "-", "needs-person screen-locked"),
    ("lost-mode", "-", "blocked lost-mode"),
    ("finance-lock", "-", "blocked lost-mode"),
    ("managed", "-", "blocked device-owner"),
    ("china-rom", "miui-8-10", "signed-out"),
    ("china-rom-14", "miui", "signed-out"),
    ("china-rom-hyperos", "hyperos", "signed-out"),
    ("china-rom-9", "miui-8-10", "signed-out"),
    ("china-rom-11", "miui", "signed-out"),
    ("china-rom-12", "miui", "signed-out"),
    ("china-rom-12.5", "miui", "signed-out"),
    ("china-rom-13", "miui", "signed-out"),
    ("china-rom-hyperos-1", "hyperos", "signed-out"),
    ("china-rom-hyperos-3", "hyperos", "signed-out"),
    ("global-rom", "miui-8-10", "signed-out"),
    ("old-data-choice", "miui", "signed-out"),
    ("account-app-update", "miui", "signed-out"),
    ("account-app-update-global", "miui", "signed-out"),
    ("jsb-web-password", "hyperos", "signed-out"),
    ("jsb-web-code", "hyperos", "needs-person web-verification"),
    ("web-code", "hyperos", "needs-person web-verification"),
    ("slow-web", "hyperos", "signed-out"),
    ("confirm-lost", "miui", "needs-person unknown-screen"),
    ("cast-display", "miui", "signed-out"),
    ("cast-display-identity", "miui", "needs-person identity-check"),
    ("partial-connectivity", "miui", "signed-out"),
    ("find-device-missing", "-", "needs-person missing-app"),
    ("input-gate-true", "miui", "signed-out"),
    ("automation-held-android-9", "-", "failed dump-failed"),
    ("low-battery", "miui", "signed-out"),
];

/// What is told of a phone: the family, then outcome and reason.
fn told(lines: &[Value], serial: &str) -> (String, String) {
    let row = lines.iter().find(|l| l["type"] == "result" && l["serial"] == serial);
    let row = row.unwrap_or_else(|| panic!("no row for {serial}"));
    let word = |key: &str| row[key].as_str().map(str::to_owned);
    let end = [word("outcome"), word("reason")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    (word("profile").unwrap_or_else(|| "-".to_owned()), end)
}

/// Signs phones out, each of an account and with a password of its own, and gives the lines of JSON.
fn walked(specs: Vec<PhoneSpec>, more: &[&str]) -> (TestBed, Vec<Value>) {
    let own = |(n, spec): (usize, PhoneSpec)| {
        spec.scale(SCALE).change(|s| {
            if s.account.is_some() {
                s.account = Some(format!("62{n:02}00{n:02}41"));
            }
            s.password = format!("Owner-pass 1{n:02}");
            // A password that two phones share is stopped on both by the first rejection.
            s.believed_password = s.believed_password.take().map(|believed| format!("{believed}{n:02}"));
        })
    };
    let specs: Vec<PhoneSpec> = specs.into_iter().enumerate().map(own).collect();
    let line = |spec: &PhoneSpec| format!("{},{}\n", spec.serial, spec.told_password());
    let file: String = std::iter::once("serial,password\n".to_owned()).chain(specs.iter().map(line)).collect();
    let bed = TestBed::own(specs);
    let base = ["sign-out", "--json", "--yes", "-q", "--authorised-by", "their owner", "--all", "--non-interactive"];
    let run = bed.run(&base).args(&["--jobs", "6", "--passwords", "p.csv"]).args(more);
    let ran = run.file("p.csv", &file, 0o600).run();
    let lines = ran.stdout.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {ran}"))).collect();
    (bed, lines)
}

/// The pages of a walk: nothing else may be tapped.
fn may_be_tapped(screen: ScreenId) -> bool {
    matches!(
        screen,
        ScreenId::AccountPage
            | ScreenId::KeepRemove
            | ScreenId::AccountUpdate
            | ScreenId::Password
            | ScreenId::WebPassword
            | ScreenId::PayCards
            | ScreenId::SettingsHome
            | ScreenId::SettingsSearch
    )
}

/// What one scenario did that it should not.
fn wrong_of(name: &str, (family, end): &(String, String), due: (&str, &str), record: &Record) -> Vec<String> {
    let mut wrong = Vec::new();
    if (family.as_str(), end.as_str()) != due {
        wrong.push(format!("{name}: {due:?}, but {family} {end}"));
    }
    let astray: Vec<_> = record.taps.iter().filter(|t| !may_be_tapped(t.screen)).collect();
    if !astray.is_empty() {
        wrong.push(format!("{name}: tapped {astray:?}"));
    }
    if record.passwords_submitted() > 1 {
        wrong.push(format!("{name}: submitted {} passwords", record.passwords_submitted()));
    }
    if (end == "signed-out") == record.removals.is_empty() {
        wrong.push(format!("{name}: {end}, but the phone says {:?}", record.removals));
    }
    wrong
}

#[test]
fn every_scenario_is_in_the_table() {
    let names: BTreeSet<&str> = scenarios().iter().map(|s| s.name).collect();
    assert_eq!(names, ENDS.iter().map(|(name, ..)| *name).collect());
}

/// Walks every fourth scenario from this one on. All of them in one run would take longer than a run may, on a busy computer.
fn every_fourth_ends_as_the_table_says(from: usize) {
    let table: BTreeMap<&str, _> = ENDS.iter().map(|(name, family, end)| (*name, (*family, *end))).collect();
    let some: Vec<&Scenario> = scenarios().iter().skip(from).step_by(4).collect();
    let (bed, lines) = walked(some.iter().map(|s| s.phone(0).serial(s.name)).collect(), &[]);
    let wrong_of = |(place, scenario): (usize, &&Scenario)| {
        let name = scenario.name;
        wrong_of(name, &told(&lines, name), table[name], &bed.phone(place).record())
    };
    let wrong: Vec<String> = some.iter().enumerate().flat_map(wrong_of).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn scenarios_1_5_9_end_as_the_table_says() {
    every_fourth_ends_as_the_table_says(0);
}

#[test]
fn scenarios_2_6_10_end_as_the_table_says() {
    every_fourth_ends_as_the_table_says(1);
}

#[test]
fn scenarios_3_7_11_end_as_the_table_says() {
    every_fourth_ends_as_the_table_says(2);
}

#[test]
fn scenarios_4_8_12_end_as_the_table_says() {
    every_fourth_ends_as_the_table_says(3);
}

#[test]
fn the_cards_go_where_their_owner_says_so_whichever_button_is_ok() {
    let phones = [("straight", false), ("crossed", true)].map(|(serial, crossed)| {
        PhoneSpec::default().serial(serial).change(|s| {
            s.cards = true;
            s.crossed_buttons = crossed;
        })
    });
    let (bed, lines) = walked(phones.to_vec(), &["--pay-cards", "remove", "--data", "remove"]);
    for (place, serial) in ["straight", "crossed"].into_iter().enumerate() {
        assert_eq!(told(&lines, serial).1, "signed-out", "{serial}");
        assert_eq!(bed.phone(place).record().removals[0].data_kept, Some(false), "{serial}");
    }
}

#[test]
fn where_no_intent_opens_the_page_settings_does_in_any_language() {
    use Generation as G;
    let barred = |spec: PhoneSpec| spec.with(Branch::NoIntent).with(Branch::NoComponent);
    let bare = |spec: PhoneSpec| barred(spec).with(Branch::BareRow);
    // By the words on the row: at the top and at the bottom.
    let by_row =
        [(G::Miui10, "en"), (G::Miui14, "hi"), (G::HyperOs1, "zh-rCN"), (G::HyperOs3, "ar"), (G::Miui125, "ru")];
    // By the heading over it, where the row shows the owner's name only.
    let by_heading = [(G::Miui9, "de"), (G::Miui11, "es"), (G::Miui13, "in"), (G::Miui14, "zh-rCN"), (G::Miui12, "ar")];
    // By the search, where there is no heading either, and the words can be typed.
    let by_search = [
        (G::Miui10, "en"),
        (G::Miui12, "de"),
        (G::Miui125, "in"),
        (G::HyperOs1, "es"),
        (G::HyperOs2, "it"),
        (G::Miui14, "de"),
        (G::Miui13, "es"),
    ];
    let mut phones = Vec::new();
    for (place, (generation, language)) in by_row.into_iter().enumerate() {
        let spec = barred(PhoneSpec::of(generation).language(language)).serial(&format!("row-{place}"));
        phones.push(spec.change(|s| s.row_at_top = place % 2 == 0));
    }
    for (place, (generation, language)) in by_heading.into_iter().enumerate() {
        let spec = bare(PhoneSpec::of(generation).language(language)).serial(&format!("heading-{place}"));
        phones.push(spec.change(|s| s.row_at_top = false));
    }
    for (place, (generation, language)) in by_search.into_iter().enumerate() {
        let spec = bare(PhoneSpec::of(generation).language(language)).serial(&format!("search-{place}"));
        phones.push(spec.change(|s| s.row_at_top = true));
    }
    let serials: Vec<(String, String)> = phones.iter().map(|p| (p.serial.clone(), p.language.clone())).collect();
    let (bed, lines) = walked(phones, &[]);
    for (place, (serial, language)) in serials.iter().enumerate() {
        let mine: Vec<_> = lines.iter().filter(|l| l["serial"] == *serial).map(Value::to_string).collect();
        let said = format!("{serial} {language}: {mine:#?}\n{}", bed.phone(place).dump_xml());
        assert_eq!(told(&lines, serial).1, "signed-out", "{said}");
        let searched = bed.phone(place).record().screens.iter().any(|(_, s)| *s == ScreenId::SettingsSearch);
        assert_eq!(searched, serial.starts_with("search"), "{serial} {language}");
    }
}

/// A family that only a file knows: another package, other ids, another way in.
const MORROW: &str = r#"
schema = 1
name   = "morrow"
about  = "a phone whose account app has another name"
base   = "hyperos"
[match]
"ro.mi.os.version.name"  = ["OS4", "OS4.*"]
"ro.product.mod_device"  = ["morrow_*"]
[entry]
open = [{ action = "com.xiaomi.passport.action.HOME", package = "com.xiaomi.passport" }]

[[screen]]
name  = "account-page"
title = "the account page"
focus = "com.xiaomi.passport/.home.HomeActivity"
all   = [{ any = [{ id = "com.xiaomi.passport:id/v2_nick_name" }, { id = "com.xiaomi.passport:id/v2_logout_btn" }] }]
none  = [{ password = true }, { id = "android:id/message" }]
evidence = "recorded: a capture of such a phone"
[flow.sign-out.on.account-page]
do = [{ tap = { id = "com.xiaomi.passport:id/v2_logout_btn" }, scroll = "down", max = 12 }]
mutates = true

[[screen]]
name  = "password"
title = "the password dialog"
all   = [{ id = "com.xiaomi.passport:id/v2_input_pwd_view", password = true, filled = false }]
evidence = "recorded: a capture of such a phone"
[flow.sign-out.on.password]
do = [{ type = "password", into = { id = "com.xiaomi.passport:id/v2_input_pwd_view" } }]

[[screen]]
name  = "password-filled"
title = "the password dialog, filled in"
all   = [{ id = "com.xiaomi.passport:id/v2_input_pwd_view", password = true, filled = true }]
evidence = "recorded: a capture of such a phone"
[flow.sign-out.on.password-filled]
do = [{ submit = "password", tap = { id = "com.xiaomi.passport:id/v2_passport_confirm" } }]
mutates = true

[[screen]]
name  = "signing-out"
title = "signing out"
all   = [{ package = "com.xiaomi.passport", label = "removing_account" }]
verdict  = "accepted"
evidence = "recorded: a capture of such a phone"
[flow.sign-out.on.signing-out]
wait = { max = 120 }
"#;

#[test]
fn a_new_phone_is_data() {
    let made_up = scenarios().iter().find(|s| s.name == "unknown-account-app").unwrap();
    let phones = vec![made_up.phone(0).serial("morrow"), PhoneSpec::default().serial("known")];
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("morrow.toml"), MORROW).unwrap();
    let (bed, lines) = walked(phones, &["--profiles", folder.path().to_str().unwrap()]);
    assert_eq!(told(&lines, "morrow"), ("morrow".to_owned(), "signed-out".to_owned()), "{lines:#?}");
    assert_eq!(told(&lines, "known"), ("miui".to_owned(), "signed-out".to_owned()));
    let record = bed.phone(0).record();
    assert_eq!((record.removals.len(), record.passwords_submitted()), (1, 1));
    assert!(record.taps.iter().any(|t| t.id == "com.xiaomi.passport:id/v2_logout_btn"), "{:?}", record.taps);
}
