//! The password: typed, submitted at most once, and whose verdict it is.

use super::*;

#[test]
fn a_wrong_password_is_submitted_once_and_told_once() {
    let (phone, trace) = walk(Script::new(), Case { password: Some("wrong horse!!"), ..Case::default() });
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> wrong
    screen wrong-password
    permit: told Rejected
    end: rejected, wrong-password; account present
    hint: the phone refused the password: check it at account.xiaomi.com before trying again; several wrong ones lock the account
    ");
}

#[test]
fn no_password_was_given() {
    let (_, trace) = walk(Script::new(), Case { password: None, ..Case::default() });
    assert!(!trace.contains("type"));
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password)
    end: needs-person, no-password; account present
    hint: the phone asks for the account's password: run again and give it (--password-stdin, or at the prompt)
    ");
}

#[test]
fn a_lost_character_is_typed_again() {
    let (phone, trace) = walk(Script::new().fault(When::On("password"), Fault::Loses(2)), Case::default());
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    step on password-filled: type password
    phone: tap 'the password field', clear 11, type a secret -> password
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
fn characters_lost_twice_are_never_submitted() {
    let (phone, trace) = walk(Script::new().faults(When::On("password"), Fault::Loses(2), 2), Case::default());
    assert_eq!(phone.with(|s| s.submissions), 0);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    step on password-filled: type password
    phone: tap 'the password field', clear 11, type a secret -> password
    end: needs-person, password-not-typeable; account present
    hint: 11 characters arrived of 13, so nothing was submitted: turn off the secure keyboard on the phone (Settings > Additional settings > Languages & input > Secure keyboard) and run again, or type the password on the phone yourself and confirm it there
    ");
}

#[test]
fn a_keyboard_that_types_nothing() {
    let (phone, trace) = walk(Script::new().faults(When::On("password"), Fault::Loses(13), FOREVER), Case::default());
    assert_eq!(phone.with(|s| s.submissions), 0);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password)
    step on password: type password
    phone: tap 'the password field', type a secret -> password
    step on password: type password
    phone: tap 'the password field', clear 13, type a secret -> password
    phone: look -> password (11 times)
    end: needs-person, password-not-typeable; account present
    hint: 0 characters arrived of 13, so nothing was submitted: turn off the secure keyboard on the phone (Settings > Additional settings > Languages & input > Secure keyboard) and run again, or type the password on the phone yourself and confirm it there
    ");
}

#[test]
fn a_submission_that_does_nothing_is_never_repeated() {
    let (phone, trace) = walk(Script::new().fault(When::Tap("OK"), Fault::Dropped), Case::default());
    assert_eq!(phone.with(|s| s.taps.iter().filter(|t| *t == "OK").count()), 1);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> password (11 times)
    permit: told Unknown
    end: needs-person, unknown-screen; account present
    hint: 'the password dialog, filled in' did not react to its last tap, which is not repeated: press OK on the phone, then run again
    ");
}

#[test]
fn the_account_is_stopped() {
    let (phone, trace) = walk(Script::new(), Case { permit: None, ..Case::default() });
    assert_eq!(phone.with(|s| s.submissions), 0);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    permit: stopped
    end: needs-person, account-stopped; account present
    hint: another phone of this account was refused
    ");
}

/// Its own time stands still meanwhile.
#[test]
fn a_phone_that_waited_for_its_turn_looks_again() {
    let (phone, trace) = walk(Script::new(), Case { permit: Some(Duration::from_secs(400)), ..Case::default() });
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    permit: granted after 400 s
    phone: look -> password
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

/// The field is cleared and typed into first.
#[test]
fn a_password_that_somebody_else_typed_is_not_submitted() {
    let (phone, trace) = walk(
        Script::new().at("password").holds(13),
        Case { progress: done(&["account-page"], false), ..Case::default() },
    );
    assert_eq!(phone.with(|s| s.submissions), 1);
    insta::assert_snapshot!(trace, @r"
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

/// A password that a person typed and the phone refused is no verdict on the owner's.
#[test]
fn a_refusal_that_is_not_ours() {
    let (_, trace) = walk(Script::new().on_tap("account-page", "Sign out", Effect::Go("wrong")), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> wrong
    observed wrong-password
    screen wrong-password
    step on wrong-password: press back
    phone: key Back -> wrong
    step on wrong-password: press back
    phone: key Back -> wrong
    end: needs-person, unknown-screen; account present
    hint: the phone refused a password that this program did not submit: look at the phone, bring it back to the home screen, then run again
    ");
}

/// The verdict on what was submitted before a crash stops the account all the same.
#[test]
fn a_refusal_that_is_seen_after_a_crash() {
    let progress = done(&["account-page", "password-filled"], true);
    let (_, trace) = walk(Script::new().at("wrong"), Case { progress, ..Case::default() });
    insta::assert_snapshot!(trace, @r"
    phone: look -> wrong
    screen wrong-password
    permit: told Rejected
    end: rejected, wrong-password; account present
    hint: the phone refused the password: check it at account.xiaomi.com before trying again; several wrong ones lock the account
    ");
}
