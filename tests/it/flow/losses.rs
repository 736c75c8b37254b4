//! Cables, computers and switches that let a walk down.

use super::*;

#[test]
fn unplugged_before_the_first_tap_and_back() {
    let (_, trace) = walk(
        Script::new().fault(When::On("account-page"), Fault::Before(PhoneError::Gone)),
        Case { password: None, comes_back: 1, ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: failed: the phone is not connected
    lost
    back
    phone: look -> account-page
    observed account-page
    screen account-page
    phone: look -> account-page (11 times)
    step on account-page: press home
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
    end: needs-person, no-password; account present
    hint: the phone asks for the account's password: run again and give it (--password-stdin, or at the prompt)
    ");
}

#[test]
fn unplugged_while_typing_and_back() {
    let (phone, trace) = walk(
        Script::new().fault(When::On("password"), Fault::After(PhoneError::Gone)),
        Case { comes_back: 1, ..Case::default() },
    );
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password)
    step on password: type password
    phone: tap 'the password field', type a secret
    phone: failed: the phone is not connected
    lost
    back
    phone: look -> password
    screen password-filled
    step on password-filled: type password
    phone: tap 'the password field', clear 13, type a secret -> password
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
fn unplugged_right_after_the_submission_and_back() {
    let (phone, trace) = walk(
        Script::new().fault(When::Tap("OK"), Fault::After(PhoneError::Gone)),
        Case { comes_back: 1, ..Case::default() },
    );
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK'
    phone: failed: the phone is not connected
    lost
    back
    phone: look -> signing-out
    observed signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn unplugged_for_good_after_the_submission() {
    let (_, trace) = walk(Script::new().fault(When::Tap("OK"), Fault::After(PhoneError::Gone)), Case::default());
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK'
    phone: failed: the phone is not connected
    lost
    permit: told Unknown
    end: unknown, disconnected; account unknown
    hint: look at the phone before doing anything; the phone is not connected: check cable and port, plug it in again, then run again
    ");
}

#[test]
fn unplugged_for_good_before_anything_was_done() {
    let (_, trace) = walk(Script::new().fault(When::Open, Fault::Before(PhoneError::Gone)), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: failed: the phone is not connected
    lost
    end: failed, disconnected; account unknown
    hint: the phone is not connected: check cable and port, plug it in again, then run again
    ");
}

#[test]
fn a_flapping_cable_ends() {
    let (_, trace) = walk(
        Script::new().faults(When::On("launcher"), Fault::Before(PhoneError::Gone), FOREVER),
        Case { comes_back: FOREVER, ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: failed: the phone is not connected | lost | back (20 times)
    phone: failed: the phone is not connected
    lost
    end: failed, disconnected; account unknown
    hint: the phone is not connected: check cable and port, plug it in again, then run again
    ");
}

#[test]
fn a_tap_that_hangs_is_not_sent_again() {
    let (phone, trace) = walk(
        Script::new().fault(When::Tap("OK"), Fault::After(PhoneError::Timeout(Duration::from_secs(40)))),
        Case { comes_back: 2, ..Case::default() },
    );
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK'
    phone: failed: the phone did not answer within 40 s
    lost
    back
    phone: look -> signing-out
    observed signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes
    phone: look -> probes, no account
    screen account-gone
    end: signed-out; account absent
    ");
}

#[test]
fn the_key_of_this_computer_is_withdrawn() {
    let (_, trace) = walk(Script::new().fault(When::Open, Fault::Before(PhoneError::Unauthorized)), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: failed: the phone has not allowed USB debugging from this computer
    lost
    end: needs-person, unauthorized; account unknown
    hint: accept 'Allow USB debugging?' on the phone (tick 'Always allow'), then run again
    ");
}

/// What was refused was not done: nothing was submitted, and no other phone is stopped.
#[test]
fn the_input_switch_goes_off_midway() {
    let (phone, trace) = walk(Script::new().fault(When::Tap("OK"), Fault::Refused), Case::default());
    assert_eq!(phone.with(|s| s.submissions), 0);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: look -> input refused
    observed password-filled
    permit: told NotSubmitted
    end: needs-person, input-not-allowed; account present
    hint: turn on Developer options > USB debugging (Security settings) on the phone, then run again
    ");
}
