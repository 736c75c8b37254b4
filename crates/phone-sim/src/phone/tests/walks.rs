//! Whole sign-outs by hand, on every generation.

use super::*;
use ScreenId as S;

/// Walks a plain phone to its end by labels and ids.
fn walk(hand: &mut Hand, data: &str) {
    hand.open_account();
    let sign_out = hand.phone.spec().clone();
    let label = crate::labels::text("logout_account", &sign_out.language, sign_out.generation);
    hand.tap(&label);
    hand.until(S::KeepRemove);
    hand.tap(data);
}

#[test]
fn a_miui_14_phone_is_signed_out_by_hand() {
    let mut hand = Hand::on(PhoneSpec::default());
    assert!(hand.out(&["dumpsys", "account"]).contains("Account {name=6230***535, type=com.xiaomi}"));
    walk(&mut hand, "Keep");
    hand.until(S::Password);
    let password = hand.phone.spec().password.clone();
    hand.enter_password(&password);
    let field = hand.look().into_iter().find(|n| n.id.ends_with("input_pwd_view")).unwrap();
    assert_eq!(field.text, "•".repeat(password.len()));
    hand.tap("passport_confirm");
    hand.until(S::Launcher);
    let accounts = hand.out(&["dumpsys", "account"]);
    assert!(!accounts.contains("Account {name=6230"), "{accounts}");
    assert!(accounts.contains("AuthenticatorDescription {type=com.xiaomi}"));
    let record = hand.phone.record();
    assert_eq!(record.passwords_submitted(), 1);
    assert!(record.submissions[0].right);
    assert_eq!(record.removals.len(), 1);
    assert_eq!(record.removals[0].data_kept, Some(true));
    assert!(record.find_device_off.is_some());
    assert_eq!(record.taps_on("com.xiaomi.account:id/logout_btn"), 1);
    assert!(!format!("{record:?}").contains("Owner-pass"), "a password was recorded");
    hand.open_account();
    hand.until(S::SignIn);
}

#[test]
fn every_generation_can_be_signed_out() {
    for generation in Generation::ALL.into_iter().filter(|g| *g != Generation::Plain) {
        let mut hand = Hand::on(PhoneSpec::of(generation));
        walk(&mut hand, "Remove");
        let web = generation.is_hyperos();
        hand.until(if web { S::WebPassword } else { S::Password });
        let password = hand.phone.spec().password.clone();
        hand.enter_password(&password);
        hand.tap(if web { "OK" } else { "passport_confirm" });
        hand.until(S::Launcher);
        assert!(!hand.phone.account_present(), "{generation:?}");
        assert_eq!(hand.phone.record().removals[0].data_kept, Some(false), "{generation:?}");
    }
}

#[test]
fn without_find_device_no_password_is_asked() {
    let mut hand = Hand::on(PhoneSpec::default().change(|s| s.find_device = false));
    walk(&mut hand, "Keep");
    hand.until(S::Launcher);
    assert!(!hand.phone.account_present());
    assert_eq!(hand.phone.record().submissions.len(), 0);
    assert!(!hand.phone.record().visited(S::Password));
}

#[test]
fn through_settings_the_phone_comes_back_to_settings() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.run(&["am", "start", "-n", "com.android.settings/.MainSettings"]);
    hand.until(S::SettingsHome);
    hand.tap("Sam Owner");
    hand.until(S::AccountPage);
    hand.tap("logout_btn");
    hand.until(S::KeepRemove);
    hand.tap("Keep");
    hand.until(S::Password);
    hand.enter_password("Owner-pass 1");
    hand.tap("passport_confirm");
    hand.until(S::SettingsHome);
    assert!(!hand.phone.account_present());
    hand.tap("Sign in to Mi Account");
    hand.until(S::SignIn);
}

#[test]
fn a_wrong_password_clears_the_field_and_changes_nothing() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.show(S::Password);
    hand.enter_password("nope");
    hand.tap("passport_confirm");
    hand.until(S::PasswordWrong);
    let nodes = hand.look();
    assert!(nodes.iter().any(|n| n.text == "Invalid username or password"));
    assert_eq!(nodes.iter().find(|n| n.password).unwrap().text, "Enter password");
    assert!(hand.phone.account_present());
    let submission = hand.phone.record().submissions[0];
    assert!(!submission.right && !submission.empty);
}

#[test]
fn an_empty_password_is_not_sent() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.show(S::Password);
    hand.tap("passport_confirm");
    hand.until(S::PasswordEmpty);
    assert_eq!(hand.phone.record().passwords_submitted(), 0);
    assert!(hand.phone.record().submissions[0].empty);
}

#[test]
fn branches_show_their_pages() {
    for (branch, screen) in [
        (Branch::Captcha, S::PasswordCaptcha),
        (Branch::SecondFactor, S::SecondFactor),
        (Branch::IdentityCheck, S::IdentityCheck),
        (Branch::PasswordChangedRecently, S::PasswordChangedRecently),
        (Branch::FindDeviceFails, S::FindDeviceFailed),
        (Branch::FindDevicePasswordAgain, S::FindDevicePasswordAgain),
        (Branch::SignOutFails, S::SignOutFailed),
        (Branch::ServerError, S::ServerError),
    ] {
        let mut hand = Hand::on(PhoneSpec::default().with(branch));
        hand.phone.show(S::Password);
        hand.enter_password("Owner-pass 1");
        hand.tap("passport_confirm");
        hand.until(screen);
        assert!(hand.phone.account_present(), "{branch:?}");
    }
    for (branch, screen) in [
        (Branch::TokenExpired, S::TokenExpired),
        (Branch::LastDevice, S::LastDevice),
        (Branch::UnsyncedItems, S::UnsyncedItems),
        (Branch::HiddenPhotos, S::HiddenPhotos),
    ] {
        let mut hand = Hand::on(PhoneSpec::default().with(branch));
        hand.open_account();
        hand.tap("logout_btn");
        hand.until(screen);
    }
}

#[test]
fn a_picture_code_and_a_second_factor_are_passed_by_their_owner() {
    let mut hand = Hand::on(PhoneSpec::default().with(Branch::Captcha));
    hand.phone.show(S::Password);
    hand.enter_password("Owner-pass 1");
    hand.tap("passport_confirm");
    hand.until(S::PasswordCaptcha);
    hand.tap("et_captcha_code");
    hand.run(&["input", "text", "k7pm"]);
    hand.tap("passport_confirm");
    hand.until(S::Launcher);
    assert!(!hand.phone.account_present());

    let mut hand = Hand::on(PhoneSpec::default().with(Branch::SecondFactor));
    hand.phone.show(S::Password);
    hand.enter_password("Owner-pass 1");
    hand.tap("passport_confirm");
    hand.until(S::SecondFactor);
    hand.tap("passport_vcode");
    hand.run(&["input", "text", "314159"]);
    hand.tap("passport_confirm");
    hand.until(S::Launcher);
    assert!(!hand.phone.account_present());
}

#[test]
fn cancel_and_back_stop_a_sign_out() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.open_account();
    hand.tap("logout_btn");
    hand.until(S::KeepRemove);
    hand.run(&["input", "keyevent", "4"]);
    hand.until(S::AccountPage);
    hand.tap("logout_btn");
    hand.until(S::KeepRemove);
    hand.tap("Keep");
    hand.until(S::Password);
    hand.tap("cancel");
    hand.until(S::AccountPage);
    assert!(hand.phone.account_present());
    hand.run(&["input", "keyevent", "4"]);
    hand.until(S::Launcher);
}

#[test]
fn a_sign_out_left_by_home_comes_back_where_it_was() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.show(S::Password);
    hand.run(&["input", "keyevent", "3"]);
    hand.until(S::Launcher);
    let (code, _, err) = hand.run(&["am", "start", "-n", "com.xiaomi.account/.ui.AccountSettingsActivity"]);
    assert_eq!((code, err.contains("brought to the front")), (0, true));
    hand.until(S::Password);
}

#[test]
fn a_second_space_asks_no_password_and_leaves_the_owners_account() {
    let mut hand = Hand::on(PhoneSpec::default().change(|s| s.second_space = true));
    assert_eq!(hand.out(&["am", "get-current-user"]), "10\n");
    assert_eq!(hand.out(&["dumpsys", "account"]).matches("Account {name=6230").count(), 2);
    walk(&mut hand, "Keep");
    hand.until(S::Launcher);
    assert_eq!(hand.out(&["dumpsys", "account"]).matches("Account {name=6230").count(), 1);
}
