//! `doctor` on a simulated phone with each switch off in turn, and on what a killed run left behind.

use phone_sim::phone::{Gate, LockKind, PhoneSpec, android_one};

use crate::support::TestBed;

/// The checks of the phone that did not pass: id, status, fix.
fn findings(spec: PhoneSpec) -> (i32, Vec<(String, String, String)>) {
    let bed = TestBed::own([spec.scale(0.01)]);
    let ran = bed.run(&["doctor", "--json"]).run();
    let checks: Vec<serde_json::Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(checks.iter().all(|c| c["type"] == "check" && c["schema"] == 1), "{ran}");
    assert!(checks.iter().any(|c| c["serial"].is_null() && c["id"] == "adb-server"), "{ran}");
    assert!(checks.iter().all(|c| (c["status"] == "pass") == c["fix"].is_null()), "{ran}");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let bad = checks.iter().filter(|c| !c["serial"].is_null() && c["status"] != "pass");
    (ran.status, bad.map(|c| (text(&c["id"]), text(&c["status"]), text(&c["fix"]))).collect())
}

fn one_fails(id: &str, spec: PhoneSpec) -> String {
    let (status, bad) = findings(spec);
    let ids: Vec<(&str, &str)> = bad.iter().map(|(id, status, _)| (id.as_str(), status.as_str())).collect();
    assert_eq!((status, ids), (4, vec![(id, "fail")]), "{bad:?}");
    bad[0].2.clone()
}

#[test]
fn a_ready_phone_passes() {
    assert_eq!(findings(PhoneSpec::default()), (0, vec![]));
}

#[test]
fn each_switch_that_is_off_is_found_with_its_fix() {
    let with = |change: fn(&mut PhoneSpec)| PhoneSpec::default().change(change);
    assert!(one_fails("network", with(|s| s.network = false)).contains("Wi-Fi"));
    assert!(one_fails("screen", with(|s| s.keyguard = LockKind::Pin)).contains("unlock"));
    assert!(one_fails("managed", with(|s| s.device_owner = Some("com.example.mdm".into()))).contains("manages"));
    let other = with(|s| s.automation = Some("io.appium.uiautomator2.server".into()));
    assert!(one_fails("ui-automation", other).contains("close the other tool"));
    assert!(one_fails("user", with(|s| s.second_space = true)).contains("space"));
    let (_, lost) = findings(with(|s| s.keyguard = LockKind::Lost));
    assert!(lost.iter().any(|(id, status, fix)| id == "lost-mode" && status == "fail" && fix.contains("i.mi.com")));
    let (status, low) = findings(with(|s| s.battery = 4));
    assert_eq!((status, low[0].0.as_str(), low[0].1.as_str()), (0, "battery", "warn"));
    assert!(one_fails("software", android_one()).contains("neither MIUI nor HyperOS"));
}

#[test]
fn the_input_switch_is_named_in_the_phones_language() {
    let german = PhoneSpec::default().language("de").change(|s| s.input_gate = Gate::Refused);
    assert!(one_fails("input", german).contains("USB-Debugging (Sicherheitseinstellungen)"));
    let silent = PhoneSpec::default().language("ru").change(|s| s.input_gate = Gate::Silent);
    assert!(one_fails("input", silent).contains("Отладка USB (Настройки безопасности)"));
}

#[test]
fn a_serial_that_is_not_there_is_an_error() {
    let bed = TestBed::own([PhoneSpec::default().scale(0.01)]);
    let ran = bed.run(&["doctor", "-s", "nobody"]).run();
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran}");
    assert!(ran.stderr.contains("nobody") && ran.stderr.contains("sim00001"), "{ran}");
}

#[test]
fn what_a_killed_run_left_is_cleared_away_by_the_next() {
    let bed = TestBed::own([PhoneSpec::default().scale(0.01)]);
    let files = bed.phones[0].fs().clone();
    files.write("/", "/data/local/tmp/mi-signout-0123456789abcdef.xml", b"left").unwrap();
    files.write("/", "/data/local/tmp/other.xml", b"not ours").unwrap();
    bed.sign_out("Owner-pass 1", &["--all"]).run();
    assert_eq!(files.list("/", "/data/local/tmp").unwrap(), ["other.xml"]);
}
