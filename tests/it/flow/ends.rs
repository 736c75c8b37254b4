//! Ctrl-C, and the end of the time.

use super::*;

#[test]
fn interrupted_before_anything_was_done() {
    let (phone, trace) = walk(Script::new(), Case { interrupt_on: Some("account-page"), ..Case::default() });
    assert!(phone.with(|s| s.taps.is_empty()));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    end: failed, timeout; account present
    hint: the run was interrupted; run again to go on
    ");
}

/// The phone waits for an answer, so that the account is proven to be still there.
#[test]
fn interrupted_at_a_question() {
    let (_, trace) = walk(Script::new(), Case { interrupt_on: Some("keep-or-remove"), ..Case::default() });
    insta::assert_snapshot!(trace, @r"
    (as usual to screen keep-or-remove)
    phone: look -> probes
    end: failed, still-signed-in; account present
    hint: the account is still there; the run was interrupted; run again to go on
    ");
}

/// The account is there, and may be gone in a moment.
#[test]
fn interrupted_while_the_phone_signs_out() {
    let (_, trace) = walk(
        Script::new().on_tap("password", "OK", Effect::Check("endless", "wrong")),
        Case { interrupt_on: Some("signing-out"), ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> endless
    screen signing-out
    permit: told Accepted
    phone: look -> probes
    end: unknown, timeout; account present
    hint: look at the phone before doing anything; the run was interrupted; run again to go on
    ");
}

/// The last look finds the proof.
#[test]
fn interrupted_when_the_phone_is_about_to_be_signed_out() {
    let (_, trace) = walk(Script::new(), Case { interrupt_on: Some("signing-out"), ..Case::default() });
    insta::assert_snapshot!(trace, @r"
    (as usual to screen password-filled)
    permit: granted after 0 s
    step on password-filled: submit password (mutates)
    phone: password number 1 submitted
    phone: tap 'OK' -> probes
    observed password-filled
    phone: look -> signing-out
    screen signing-out
    permit: told Accepted
    phone: look -> probes, no account
    end: signed-out; account absent
    ");
}

#[test]
fn the_time_is_up_before_anything_was_done() {
    let (phone, trace) = walk(Script::new(), Case { deadline: Duration::from_secs(1), ..Case::default() });
    assert!(phone.with(|s| s.taps.is_empty()));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    end: failed, timeout; account present
    hint: the phone's time was up: run again with a longer --timeout
    ");
}

/// The record of the first step takes longer than the phone may take: its time stands still, and its page is read again.
#[test]
fn a_phone_whose_record_waits_for_a_database_loses_no_time_by_it() {
    const TAKES: &[Duration] = &[Duration::from_secs(400)];
    let (phone, trace) = walk(Script::new(), Case { records_take: TAKES, ..Case::default() });
    assert_eq!(phone.with(|s| s.submissions), 1, "{trace}");
    let lines: Vec<&str> = trace.lines().collect();
    insta::assert_snapshot!(lines[3..8].join("\n"), @r"
    step on account-page: tap logout_btn (mutates)
    record: written after 400 s
    phone: look -> account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> confirm
    ");
    assert_eq!(lines.last(), Some(&"end: signed-out; account absent"), "{trace}");
}

#[test]
fn the_time_is_up_while_the_phone_signs_out() {
    let (_, trace) = walk(
        Script::new().on_tap("confirm", "Sign out", Effect::Go("endless")),
        Case { deadline: Duration::from_secs(20), ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    (as usual to screen confirm-sign-out)
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> endless
    observed signing-out
    screen signing-out
    phone: look -> probes | phone: look -> endless (4 times)
    phone: look -> probes
    phone: look -> probes
    end: unknown, timeout; account present
    hint: look at the phone before doing anything; the phone's time was up: run again with a longer --timeout
    ");
}
