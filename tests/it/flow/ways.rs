//! The ways through a sign-out, from its beginning, from its middle after a crash, and where there is none.

use super::*;

#[test]
fn all_the_way() {
    let (_, trace) = walk_in_full(Script::new(), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap retain_button (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn no_synced_data_and_find_device_off() {
    let (_, trace) = walk(
        Script::new().on_tap("confirm", "Sign out", Effect::Go("signing-out")),
        Case { password: None, ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    (as usual to screen confirm-sign-out)
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> signing-out
    observed signing-out
    screen signing-out
    phone: look -> probes
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn password_first() {
    let (_, trace) = walk(
        Script::new()
            .on_tap("account-page", "Sign out", Effect::Go("password"))
            .on_tap("keep-or-remove", "Keep", Effect::Go("signing-out"))
            .on_tap("password", "OK", Effect::Check("keep-or-remove", "wrong")),
        Case::default(),
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> keep-or-remove
    screen keep-or-remove
    permit: told Accepted
    step on keep-or-remove: tap retain_button (mutates)
    phone: tap 'Keep' -> signing-out
    observed signing-out
    screen signing-out
    phone: look -> probes
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn found_midway_after_a_crash() {
    let (_, trace) = walk(
        Script::new().at("keep-or-remove"),
        Case { progress: done(&["account-page", "confirm-sign-out"], false), ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap retain_button (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

/// The tap before the crash may still take effect. The engine gives it time, and only then leaves the page and opens it again.
#[test]
fn found_after_a_crash_on_the_screen_that_was_tapped() {
    let (_, trace) = walk(
        Script::new().at("confirm"),
        Case { progress: done(&["account-page", "confirm-sign-out"], false), ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    phone: look -> confirm
    screen confirm-sign-out
    phone: look -> confirm (12 times)
    step on confirm-sign-out: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap retain_button (mutates)
    phone: tap 'Keep' -> password
    observed password
    screen password
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    screen password-filled
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn found_on_the_password_dialog_after_a_crash_that_followed_its_submission() {
    let (phone, trace) = walk(
        Script::new().at("password"),
        Case { progress: done(&["account-page", "password-filled"], true), ..Case::default() },
    );
    assert_eq!(phone.with(|s| s.submissions), 0);
    insta::assert_snapshot!(trace, @r"
    phone: look -> password
    screen password
    permit: told Unknown
    end: needs-person, account-stopped; account present
    hint: the phone asks for the password again after it was submitted once; it is not submitted twice: finish on the phone by hand
    ");
}

#[test]
fn a_dry_run_stops_before_the_first_tap() {
    let (phone, trace) = walk(Script::new(), Case { dry_run: true, ..Case::default() });
    assert!(phone.with(|s| s.taps.is_empty()));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    end: dry-run; account present
    ");
}

#[test]
fn no_way_in_works() {
    let (phone, trace) = walk(Script::new().faults(When::Open, Fault::CannotOpen, FOREVER), Case::default());
    assert!(phone.with(|s| s.taps.is_empty()));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page | phone: look -> cannot open (3 times)
    phone: look -> launcher
    screen launcher
    phone: look -> launcher
    step on launcher: open the account page
    phone: look -> cannot open
    phone: look -> launcher
    phone: look -> launcher
    step on launcher: open the account page
    phone: look -> cannot open
    phone: look -> launcher
    phone: look -> launcher
    step on launcher: open the account page
    phone: look -> cannot open
    phone: look -> launcher
    phone: look -> launcher
    end: needs-person, unknown-screen; account present
    hint: the Mi / Xiaomi Account page could not be opened: open Settings > Mi / Xiaomi Account on the phone, look what is there, then run again
    ");
}

#[test]
fn somebody_else_removes_the_account() {
    let (_, trace) = walk(Script::new().fault(When::On("keep-or-remove"), Fault::Removed), Case::default());
    insta::assert_snapshot!(trace, @r"
    (as usual to screen keep-or-remove)
    step on keep-or-remove: tap retain_button (mutates)
    phone: tap 'Keep' -> probes, no account
    observed account-gone
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn accounts_that_cannot_be_read_are_no_proof() {
    let (_, trace) = walk(
        Script::new().on_tap("keep-or-remove", "Keep", Effect::Go("keep-or-remove")).faults(
            When::On("keep-or-remove"),
            Fault::NoAccounts,
            FOREVER,
        ),
        Case::default(),
    );
    insta::assert_snapshot!(trace, @r"
    (as usual to screen keep-or-remove)
    step on keep-or-remove: tap retain_button (mutates)
    phone: tap 'Keep' -> keep-or-remove
    observed keep-or-remove
    phone: look -> keep-or-remove (11 times)
    step on keep-or-remove: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap retain_button (mutates)
    phone: tap 'Keep' -> keep-or-remove
    observed keep-or-remove
    phone: look -> keep-or-remove (11 times)
    step on keep-or-remove: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    observed confirm-sign-out
    screen confirm-sign-out
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> checking
    observed checking-cloud-data
    screen checking-cloud-data
    phone: look -> probes
    phone: look -> keep-or-remove
    screen keep-or-remove
    step on keep-or-remove: tap retain_button (mutates)
    phone: tap 'Keep' -> keep-or-remove
    observed keep-or-remove
    phone: look -> keep-or-remove (11 times)
    end: unknown, timeout; account unknown
    hint: look at the phone before doing anything; the phone stayed on 'the question what becomes of synced data' after it was answered: look at it, then run again
    ");
}

/// The phone closed the account page by itself: it is opened again, a bounded number of times.
#[test]
fn an_account_app_that_closes_is_opened_again() {
    let script = Script::new().on_tap("account-page", "Sign out", Effect::Go("launcher"));
    let (phone, trace) = walk(script, Case::default());
    assert_eq!(phone.with(|s| s.taps.len()), 3);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> launcher
    observed launcher
    screen launcher
    phone: look -> launcher (12 times)
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> launcher
    observed launcher
    screen launcher
    phone: look -> launcher (12 times)
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> launcher
    observed launcher
    screen launcher
    phone: look -> launcher (12 times)
    end: failed, still-signed-in; account present
    hint: the account is still there; the phone went back to its home screen: look at it, then run again
    ");
}
