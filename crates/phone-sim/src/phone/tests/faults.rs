//! Every fault shows as it does on real phones.

use std::sync::Mutex;

use super::*;
use ScreenId as S;

#[test]
fn dumps_fail_in_their_ways() {
    let hand = Hand::on(PhoneSpec::default());
    let file = |hand: &Hand| hand.phone.files().read("/sdcard/window_dump.xml").map(|f| String::from_utf8(f).unwrap());
    let dump = |fault| {
        hand.phone.fault(fault);
        hand.run(&["uiautomator", "dump"])
    };
    assert_eq!(dump(Fault::DumpNotIdle(1)), (0, String::new(), "ERROR: could not get idle state.\n".to_owned()));
    let null = "ERROR: null root node returned by UiTestAutomationBridge.\n".to_owned();
    assert_eq!(dump(Fault::DumpNullRoot(1)), (0, String::new(), null));
    assert_eq!(dump(Fault::DumpKilled(1)), (137, "Killed\n".to_owned(), String::new()));
    assert_eq!(file(&hand), None);
    let (code, _, err) = dump(Fault::DumpNoisy(1));
    assert_eq!(code, 1);
    assert!(err.starts_with("java.io.FileNotFoundException: /data/system/theme_config/theme_compatibility.xml"));
    let good = file(&hand).unwrap();
    assert!(good.ends_with("</hierarchy>"));
    dump(Fault::DumpCut(1));
    assert!(good.starts_with(&file(&hand).unwrap()) && !file(&hand).unwrap().ends_with("</hierarchy>"));
    dump(Fault::DumpEmpty(1));
    assert_eq!(file(&hand).unwrap(), "");
    hand.phone.show(S::AccountPage);
    dump(Fault::DumpStale(1));
    assert!(file(&hand).unwrap().contains("com.miui.home"));
    hand.run(&["uiautomator", "dump"]);
    assert!(file(&hand).unwrap().contains("com.xiaomi.account"));
}

#[test]
fn a_full_disk_takes_no_dump() {
    let hand = Hand::on(PhoneSpec::default());
    hand.phone.fault(Fault::DiskFull);
    let (code, out, err) = hand.run(&["uiautomator", "dump"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("No space left on device"));
    assert!(hand.phone.files().read("/sdcard/window_dump.xml").is_none());
}

#[test]
fn a_spinner_never_idles() {
    let hand = Hand::on(PhoneSpec::default());
    hand.phone.show(S::SigningOut);
    assert_eq!(hand.run(&["uiautomator", "dump"]).2, "ERROR: could not get idle state.\n");
}

#[test]
fn faults_fire_at_their_stage_once() {
    for (stage, screen) in [
        (Stage::BeforeEntry, S::Launcher),
        (Stage::AccountPage, S::AccountPage),
        (Stage::DataChoice, S::KeepRemove),
        (Stage::Password, S::Password),
        (Stage::AfterConfirm, S::Password),
        (Stage::SigningOut, S::SigningOut),
        (Stage::AfterSuccess, S::SigningOut),
    ] {
        let mut hand = Hand::on(PhoneSpec::default());
        hand.phone.on(stage, Fault::SlowPage(1));
        hand.open_account();
        hand.tap("logout_btn");
        hand.until(S::KeepRemove);
        hand.tap("Keep");
        hand.until(S::Password);
        hand.enter_password("Owner-pass 1");
        hand.tap("passport_confirm");
        hand.until(S::Launcher);
        let record = hand.phone.record();
        assert_eq!(record.faults.len(), 1, "{stage:?}");
        let (at, fired, _) = record.faults[0];
        assert_eq!(fired, Some(stage));
        let showing =
            record.screens.iter().rev().find(|(t, s)| *t <= at && *s != S::Launcher || *t < at).map(|(_, s)| *s);
        assert_eq!(showing.unwrap_or(S::Launcher), screen, "{stage:?}");
    }
}

#[test]
fn popups_lie_over_everything_until_they_are_closed() {
    for (fault, screen) in [
        (Fault::KnownPopup, S::LowBattery),
        (Fault::UnknownPopup, S::UnknownPopup),
        (Fault::IncomingCall, S::IncomingCall),
        (Fault::Anr, S::Anr),
    ] {
        let mut hand = Hand::on(PhoneSpec::default());
        hand.phone.on(Stage::AccountPage, fault);
        hand.open_account();
        hand.until(screen);
        assert!(!hand.look().iter().any(|n| n.package == "com.xiaomi.account" && screen != S::Anr));
        hand.phone.dismiss_popup();
        assert_eq!(hand.phone.current_screen(), S::AccountPage);
    }
}

#[test]
fn dropped_taps_are_recorded_and_do_nothing() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.show(S::KeepRemove);
    hand.phone.fault(Fault::TapDropped(1));
    hand.tap("Keep");
    hand.look();
    assert_eq!(hand.phone.current_screen(), S::KeepRemove);
    assert_eq!(hand.phone.record().taps.iter().filter(|t| t.text == "Keep").count(), 1);
    hand.tap("Keep");
    hand.until(S::Password);
}

#[test]
fn a_crash_ends_the_sign_out() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.on(Stage::Password, Fault::CrashToLauncher);
    hand.phone.show(S::Password);
    assert_eq!(hand.phone.current_screen(), S::Launcher);
    hand.open_account();
    hand.until(S::AccountPage);
    assert!(hand.phone.account_present());
}

#[test]
fn without_a_network_the_account_stays() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.on(Stage::SigningOut, Fault::NetworkLost);
    hand.phone.show(S::Password);
    hand.enter_password("Owner-pass 1");
    hand.tap("passport_confirm");
    hand.until(S::NoNetwork);
    assert!(hand.phone.account_present());
}

#[test]
fn gates_locks_and_sleep_come_at_any_stage() {
    for (fault, code) in [(Fault::GateClosed, 255), (Fault::GateSilent, 0)] {
        let mut hand = Hand::on(PhoneSpec::default());
        hand.phone.on(Stage::AccountPage, fault);
        hand.open_account();
        hand.until(S::AccountPage);
        assert_eq!(hand.run(&["input", "tap", "1", "1"]).0, code);
        assert_eq!(hand.out(&["getprop", "persist.security.adbinput"]), "0\n");
    }
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.on(Stage::AccountPage, Fault::PinLock);
    hand.open_account();
    hand.until(S::PinKeyguard);
    hand.phone.fault(Fault::ScreenOff);
    assert!(hand.out(&["dumpsys", "power"]).contains("Asleep"));
}

#[test]
fn a_hanging_command_ends_when_it_is_hung_up() {
    let phone = SimPhone::new(PhoneSpec::default());
    phone.fault(Fault::CommandHangs(1));
    let cancel = Cancel::default();
    cancel.set();
    let mut io = Stdio { stdin: &mut std::io::empty(), stdout: &mut Vec::new(), stderr: &mut Vec::new() };
    assert_eq!(phone.run(&["getprop".to_owned()], &mut io, phone.clock(), &cancel), Some(129));
}

#[test]
fn disconnections_are_told() {
    let hand = Hand::on(PhoneSpec::default());
    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&told);
    hand.phone.on_disconnect(move |d| sink.lock().unwrap().push(d));
    hand.phone.fault(Fault::CableOut { back_after: Some(5000) });
    hand.phone.fault(Fault::ServerKilled);
    hand.phone.show(S::AccountPage);
    hand.run(&["reboot"]);
    assert_eq!(
        *told.lock().unwrap(),
        [Disconnect::Cable { back_after: Some(5000) }, Disconnect::Server, Disconnect::Reboot { takes: 30_000 }]
    );
    assert_eq!(hand.phone.current_screen(), S::Launcher);
}

#[test]
fn slow_pages_and_long_spinners_take_their_time() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.fault(Fault::SlowPage(5000));
    hand.phone.fault(Fault::SpinnerFor(30_000));
    hand.open_account();
    hand.tap("logout_btn");
    hand.until(S::KeepRemove);
    let record = hand.phone.record();
    let at = |screen: S| record.screens.iter().find(|(_, s)| *s == screen).map(|(at, _)| *at).unwrap();
    let tap = record.taps.iter().find(|t| t.id.ends_with("logout_btn")).unwrap().at;
    assert_eq!(at(S::JustASec) - tap, 5300);
    assert_eq!(at(S::KeepRemove) - at(S::JustASec), 35_000);
}

#[test]
fn a_toast_keeps_the_dump_waiting() {
    let hand = Hand::on(PhoneSpec::default());
    let start = hand.phone.0.with(|_, now| now);
    hand.phone.fault(Fault::Toast { lasts: 900 });
    hand.run(&["uiautomator", "dump"]);
    let (now, last) = hand.phone.0.with(|w, now| (now, w.agenda.moved_at()));
    assert!(last >= start + 900 && now >= last + 1000);
}

#[test]
fn through_settings_the_entry_is_a_stage_too() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.on(Stage::BeforeEntry, Fault::SlowPage(1));
    hand.phone.show(S::SettingsHome);
    hand.tap("Sam Owner");
    assert_eq!(hand.phone.record().faults.len(), 1);
}

/// The field with the focus, and its content.
fn typed(hand: &Hand) -> usize {
    hand.phone.0.with(|w, _| w.form.typed().password.len())
}

#[test]
fn the_secure_keyboard_comes_up_again_until_it_has_enough() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.fault(Fault::SecureKeyboard(2));
    hand.phone.show(S::Password);
    hand.tap("input_pwd_view");
    assert_eq!(hand.phone.current_screen(), S::SecureKeyboard);
    assert!(hand.look().iter().all(|n| n.package != "com.xiaomi.account"));
    hand.run(&["input", "text", "abcdef"]);
    assert_eq!(typed(&hand), 4, "every third key is swallowed");
    hand.run(&["input", "keyevent", "4"]);
    hand.look();
    assert_eq!(hand.phone.current_screen(), S::SecureKeyboard, "closed, and up again");
    hand.run(&["input", "keyevent", "4"]);
    hand.until(S::Password);
    hand.tap("input_pwd_view");
    hand.run(&["input", "text", "abcdef"]);
    assert_eq!((typed(&hand), hand.phone.current_screen()), (10, S::Password));
}

#[test]
fn a_keyboard_without_a_window_loses_keys_of_passwords_only() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.fault(Fault::KeysSwallowed);
    hand.phone.show(S::Password);
    hand.tap("input_pwd_view");
    hand.run(&["input", "text", "abcdef"]);
    assert_eq!((typed(&hand), hand.phone.current_screen()), (4, S::Password));
    hand.phone.show(S::SettingsSearch);
    hand.tap("android:id/input");
    hand.run(&["input", "text", "abcdef"]);
    assert_eq!(hand.phone.0.with(|w, _| w.form.typed().search.clone()), "abcdef");
}

#[test]
fn autofill_offers_over_the_button_and_fills_in_where_it_is_tapped() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.fault(Fault::AutofillBubble);
    hand.phone.fault(Fault::AutofillSave);
    hand.phone.show(S::Password);
    hand.tap("input_pwd_view");
    assert_eq!(hand.phone.current_screen(), S::AutofillBubble);
    hand.run(&["input", "text", "abcdef"]);
    assert_eq!(typed(&hand), 6, "the field keeps the focus");
    hand.tap("OK");
    hand.until(S::Password);
    assert_eq!(typed(&hand), "somebody-elses".len());
    hand.phone.0.with(|w, _| w.form.fill(crate::screens::Field::Password, "Owner-pass 1"));
    hand.tap("passport_confirm");
    hand.until(S::AutofillSave);
    hand.run(&["input", "keyevent", "4"]);
    hand.until(S::Launcher);
    assert!(!hand.phone.account_present());
}

#[test]
fn an_old_android_shows_nothing_of_a_password() {
    let mut hand = Hand::on(PhoneSpec::default().change(|s| s.shows_password_length = false));
    hand.phone.show(S::Password);
    hand.enter_password("Owner-pass 1");
    let field = hand.look().into_iter().find(|n| n.password).unwrap();
    assert_eq!(field.text, "");
    assert_eq!(typed(&hand), 12);
}
