//! One program after the other.

use super::*;
use ScreenId as S;

#[test]
fn unknown_programs_are_not_there() {
    let phone = SimPhone::new(PhoneSpec::default());
    let mut io = Stdio { stdin: &mut std::io::empty(), stdout: &mut Vec::new(), stderr: &mut Vec::new() };
    for name in ["monkey", "bugreport"] {
        assert_eq!(phone.run(&[name.to_owned()], &mut io, phone.clock(), &Cancel::default()), None);
    }
}

#[test]
fn properties_follow_the_generation() {
    let hand = Hand::on(PhoneSpec::default());
    assert_eq!(hand.out(&["getprop", "ro.miui.ui.version.name"]), "V140\n");
    assert_eq!(hand.out(&["getprop", "ro.product.mod_device"]), "mojito_global\n");
    assert_eq!(hand.out(&["getprop", "ro.mi.os.version.name"]), "\n");
    assert_eq!(hand.out(&["getprop", "no.such", "other"]), "other\n");
    assert!(hand.out(&["getprop"]).contains("[persist.security.adbinput]: [1]\n"));
    assert!(hand.out(&["getprop"]).contains("[sys.boot_completed]: [1]\n"));
    let hyper = SimPhone::new(PhoneSpec::of(Generation::HyperOs1)).props();
    assert_eq!(hyper["ro.miui.ui.version.name"], "V816");
    assert_eq!(hyper["ro.mi.os.version.name"], "OS1.0");
    assert_eq!(hyper["ro.build.version.incremental"], "V816.0.10.0.TLDCNXM");
    assert_eq!(hyper["ro.mi.os.version.incremental"], "OS1.0.10.0.TLDCNXM");
    let one = SimPhone::new(android_one()).props();
    assert_eq!(one["ro.build.version.incremental"], "V9.6.17.0.ODIMIFE");
    assert!(one.keys().all(|k| !k.starts_with("ro.miui.") && !k.starts_with("ro.mi.")));
    let nubia = SimPhone::new(nubia_miui()).props();
    assert_eq!((nubia["ro.product.brand"].as_str(), nubia["ro.miui.ui.version.name"].as_str()), ("nubia", "V10"));
}

#[test]
fn the_banner_names_the_phone() {
    let banner = SimPhone::new(PhoneSpec::default()).banner();
    assert!(banner.starts_with("device::ro.product.name=sunny_global;ro.product.model=M2101K7AG;"));
    assert!(banner.contains("features=shell_v2,cmd"));
}

#[test]
fn a_closed_gate_refuses_input_in_its_androids_words() {
    let shut = |generation| Hand::on(PhoneSpec::of(generation).change(|s| s.input_gate = Gate::Refused));
    let new = shut(Generation::Miui14);
    let (code, _, err) = new.run(&["input", "keyevent", "0"]);
    assert_eq!(code, 255);
    assert!(err.contains("Exception occurred while executing 'keyevent':"));
    assert!(err.contains("to have the INJECT_EVENTS permission."));
    assert_eq!(new.out(&["getprop", "persist.security.adbinput"]), "0\n");
    let (code, _, err) = new.run(&["settings", "put", "global", "window_animation_scale", "0"]);
    assert_eq!((code, err.contains("WRITE_SECURE_SETTINGS")), (255, true));
    assert_eq!(new.out(&["settings", "get", "global", "window_animation_scale"]), "1.0\n");
    let (_, _, err) = shut(Generation::Miui12).run(&["input", "tap", "1", "1"]);
    assert!(err.starts_with(
        "java.lang.SecurityException: Injecting to another application requires INJECT_EVENTS permission"
    ));
    assert!(new.phone.record().taps.is_empty());
}

#[test]
fn a_silent_gate_says_nothing_and_does_nothing() {
    let hand = Hand::on(PhoneSpec::default().change(|s| s.input_gate = Gate::Silent));
    assert_eq!(hand.run(&["input", "keyevent", "0"]), (0, String::new(), String::new()));
    hand.run(&["input", "tap", "500", "500"]);
    assert!(hand.phone.record().taps.is_empty());
}

#[test]
fn input_takes_its_forms() {
    let hand = Hand::on(PhoneSpec::default());
    assert_eq!(hand.run(&["input", "-d", "0", "touchscreen", "tap", "5", "6"]).0, 0);
    assert_eq!(hand.run(&["input", "keyevent", "--longpress", "KEYCODE_MENU", "61", "66"]).0, 0);
    assert_eq!(hand.phone.record().keys, [82, 61, 66]);
    assert_eq!(hand.phone.record().taps[0].point, (5, 6));
    let (code, _, err) = hand.run(&["input", "text", "пароль"]);
    assert_eq!(code, 255);
    assert!(err.contains("NullPointerException: Attempt to get length of null array"));
    assert_eq!(hand.run(&["input", "juggle"]).0, 255);
    assert_eq!(hand.run(&["input", "tap", "a", "b"]).0, 255);
    assert_eq!(hand.run(&["cmd", "input", "keyevent", "0"]).0, 0);
}

#[test]
fn text_goes_to_the_focused_field_only() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.show(S::Password);
    hand.run(&["input", "text", "lost"]);
    assert_eq!(hand.look().iter().find(|n| n.password).unwrap().text, "Enter password");
    hand.enter_password("ab c");
    assert_eq!(hand.look().iter().find(|n| n.password).unwrap().text, "••••");
    hand.run(&["input", "keyevent", "67", "67"]);
    assert_eq!(hand.look().iter().find(|n| n.password).unwrap().text, "••");
    let words: Vec<_> = hand.phone.record().commands.iter().flat_map(|c| c.argv.clone()).collect();
    assert!(words.contains(&"***".to_owned()) && !words.contains(&"lost".to_owned()));
}

#[test]
fn pages_open_by_intent_and_component() {
    let hand = Hand::on(PhoneSpec::default());
    let (code, out, err) = hand.run(&["am", "start", "-W", "-n", "com.xiaomi.account/.ui.AccountSettingsActivity"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("Status: ok") && out.contains("Activity: com.xiaomi.account/.ui.AccountSettingsActivity"));
    let (code, _, err) = hand.run(&["am", "start", "-n", "com.xiaomi.account/.ui.NoSuch"]);
    assert_eq!(code, 1);
    assert_eq!(
        err,
        "Error type 3\nError: Activity class {com.xiaomi.account/com.xiaomi.account.ui.NoSuch} does not exist.\n"
    );
    let (code, _, err) = hand.run(&["am", "start", "-a", "no.such.ACTION"]);
    assert_eq!(
        (code, err.as_str()),
        (1, "Error: Activity not started, unable to resolve Intent { act=no.such.ACTION }\n")
    );
    let (code, _, err) = hand.run(&["am", "start", "-n", "com.xiaomi.account/.ui.MiPayInfoActivity"]);
    assert_eq!((code, err.contains("Permission Denial")), (255, true));
    let plain = Hand::on(PhoneSpec::of(Generation::Plain));
    assert_eq!(plain.run(&["am", "start", "-a", "android.settings.XIAOMI_ACCOUNT_SYNC_SETTINGS"]).0, 1);
    let managed = Hand::on(PhoneSpec::default().change(|s| s.device_owner = Some("com.example.mdm".to_owned())));
    assert_eq!(managed.run(&["am", "start", "-n", "com.xiaomi.account/.ui.AccountSettingsActivity"]).0, 1);
    assert!(managed.out(&["dumpsys", "device_policy"]).contains("Device Owner"));
}

#[test]
fn windows_tell_the_focus() {
    let mut hand = Hand::on(PhoneSpec::default());
    let focus = |hand: &Hand| {
        let text = hand.out(&["dumpsys", "-t", "3", "window", "displays"]);
        text.lines().find_map(|l| l.trim().strip_prefix("mCurrentFocus=").map(str::to_owned)).unwrap()
    };
    assert_eq!(focus(&hand), "Window{3f1c2a9 u0 com.miui.home/com.miui.home.launcher.Launcher}");
    hand.open_account();
    hand.until(S::AccountPage);
    assert_eq!(focus(&hand), "Window{3f1c2a9 u0 com.xiaomi.account/com.xiaomi.account.ui.AccountSettingsActivity}");
    hand.phone.show(S::Password);
    assert!(focus(&hand).ends_with("com.xiaomi.account.ui.QuickLoginActivity}"));
    hand.phone.show(S::PinKeyguard);
    assert!(focus(&hand).contains("NotificationShade"));
    assert!(hand.out(&["dumpsys", "window", "policy"]).contains("isKeyguardShowing=true"));
}

#[test]
fn services_answer() {
    let hand = Hand::on(PhoneSpec::default());
    assert!(hand.out(&["dumpsys", "power"]).contains("mWakefulness=Awake"));
    assert!(hand.out(&["dumpsys", "connectivity"]).contains("VALIDATED"));
    assert!(hand.out(&["dumpsys", "battery"]).contains("level: 83"));
    assert!(hand.out(&["dumpsys", "trust"]).contains("deviceLocked=0"));
    assert!(hand.out(&["dumpsys", "-l"]).contains("  account\n"));
    assert_eq!(hand.run(&["dumpsys", "nonsense"]).2, "Can't find service: nonsense\n");
    hand.phone.set_network(false);
    assert!(!hand.out(&["dumpsys", "connectivity"]).contains("NetworkAgentInfo"));
    hand.phone.set_awake(false);
    assert!(hand.out(&["dumpsys", "power"]).contains("mWakefulness=Asleep"));
    let clear = Hand::on(PhoneSpec::default().change(|s| s.masks_account = false));
    assert!(clear.out(&["dumpsys", "account"]).contains("Account {name=6230000535, type=com.xiaomi}"));
    let gone = Hand::on(PhoneSpec::default().account(None));
    assert!(gone.out(&["dumpsys", "account"]).contains("  Accounts: 2\n"));
}

#[test]
fn small_programs() {
    let hand = Hand::on(PhoneSpec::default());
    assert_eq!(hand.out(&["wm", "size"]), "Physical size: 1080x2400\n");
    assert!(hand.out(&["pm", "list", "packages", "xiaomi"]).contains("package:com.xiaomi.account\n"));
    assert!(hand.out(&["cmd", "package", "list", "packages", "-f"]).contains("=com.miui.cloudservice\n"));
    assert_eq!(
        hand.out(&["pm", "path", "com.xiaomi.account"]),
        "package:/system/app/XiaomiAccount/XiaomiAccount.apk\n"
    );
    assert_eq!(hand.run(&["pm", "path", "no.such"]).0, 1);
    assert_eq!(hand.run(&["setprop", "persist.security.adbinput", "1"]).0, 1);
    assert_eq!(hand.out(&["settings", "get", "secure", "no_such"]), "null\n");
    assert_eq!(hand.run(&["settings", "put", "system", "screen_off_timeout", "60000"]).0, 0);
    assert!(hand.out(&["settings", "list", "system"]).contains("screen_off_timeout=60000\n"));
    assert_eq!(hand.run(&["cmd", "nonsense"]).0, 20);
    assert_eq!(hand.run(&["screencap", "-p", "/sdcard/a.png"]).0, 0);
    assert!(hand.phone.files().read("/sdcard/a.png").unwrap().starts_with(b"\x89PNG"));
    assert_eq!(hand.run(&["/system/bin/getprop", "ro.serialno"]).1, "sim00001\n");
    assert_eq!(hand.out(&["dpm", "list-owners"]), "no owners\n");
    assert!(hand.out(&["logcat", "-d"]).starts_with("---------"));
}

#[test]
fn a_dump_goes_to_a_file_or_the_terminal() {
    let hand = Hand::on(PhoneSpec::default());
    let (code, out, err) = hand.run(&["uiautomator", "dump"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "UI hierchary dumped to: /sdcard/window_dump.xml\n", ""));
    let full = hand.phone.files().read("/sdcard/window_dump.xml").unwrap();
    hand.run(&["uiautomator", "dump", "--compressed", "/sdcard/small.xml"]);
    assert!(hand.phone.files().read("/sdcard/small.xml").unwrap().len() < full.len());
    let tty = hand.out(&["uiautomator", "dump", "/dev/tty"]);
    assert!(tty.starts_with("<?xml") && tty.ends_with("</hierarchy>UI hierchary dumped to: /dev/tty\n"));
}

#[test]
fn the_lock_screen_opens_by_a_swipe_or_not_at_all() {
    let asleep = |lock| {
        Hand::on(PhoneSpec::default().change(|s| {
            s.keyguard = lock;
            s.awake = false;
        }))
    };
    let mut hand = asleep(LockKind::Swipe);
    hand.run(&["input", "keyevent", "224"]);
    assert_eq!(hand.phone.current_screen(), S::Keyguard);
    hand.run(&["input", "swipe", "500", "2000", "500", "600"]);
    hand.until(S::Launcher);
    let mut hand = asleep(LockKind::Pin);
    hand.run(&["input", "keyevent", "224", "82"]);
    hand.run(&["input", "swipe", "500", "2000", "500", "600"]);
    assert_eq!(hand.phone.current_screen(), S::PinKeyguard);
    hand.phone.unlock();
    hand.until(S::Launcher);
}

#[test]
fn input_costs_a_java_machine_up_to_android_11() {
    let took = |sdk: u32| {
        let spec = PhoneSpec::default().change(|s| s.sdk = sdk);
        let hand = Hand { phone: SimPhone::new(spec.scale(0.02)), files: 0 };
        let before = hand.phone.clock().now_ms();
        hand.run(&["input", "tap", "1", "1"]);
        hand.phone.clock().now_ms() - before
    };
    // A sleep never ends early; how much longer it takes is the host's affair.
    assert!(took(29) >= 230 && took(30) >= 230);
}

#[test]
fn f14_a_removed_app_comes_back_by_install_existing() {
    let mut hand = Hand::on(PhoneSpec::default().with(Branch::NoFindDeviceApp));
    let lists = |hand: &Hand, more: &[&str]| {
        let words = [&["pm", "list", "packages"][..], more].concat();
        hand.out(&words).contains("package:com.xiaomi.finddevice\n")
    };
    assert!(!lists(&hand, &[]) && lists(&hand, &["-u"]));
    hand.open_account();
    // The page lives too short a time to be seen for sure.
    while !hand.phone.record().visited(S::AccountPage) {
        let _ = hand.phone.clock().sleep(200, &Cancel::default());
    }
    hand.until(S::Launcher);
    let (code, out, _) = hand.run(&["cmd", "package", "install-existing", "--user", "0", "com.xiaomi.finddevice"]);
    assert_eq!((code, out.as_str()), (0, "Package com.xiaomi.finddevice installed for user: 0\n"));
    assert!(lists(&hand, &[]));
    hand.open_account();
    hand.until(S::AccountPage);
    hand.look();
    assert_eq!(hand.phone.current_screen(), S::AccountPage, "it no longer dies");
    let (code, out, _) = hand.run(&["pm", "install-existing", "com.example.none"]);
    let words = "android.content.pm.PackageManager$NameNotFoundException: Package com.example.none doesn't exist\n";
    assert_eq!((code, out.as_str()), (1, words));
    let old = Hand::on(PhoneSpec::of(Generation::Miui10));
    assert_eq!(old.run(&["pm", "install-existing", "com.xiaomi.finddevice"]).0, 255, "Android 7 has none");
}
