//! Screens that stay, are unknown, move, pop up or cannot be read.

use super::*;

/// The phone drops the tap: two visits of the account page, one of the question.
#[test]
fn a_page_that_stays_is_left_and_visited_anew() {
    let (phone, trace) =
        walk(Script::new().fault(When::Tap("Sign out"), Fault::Dropped), Case { password: None, ..Case::default() });
    assert_eq!(phone.with(|s| s.taps.iter().filter(|t| *t == "Sign out").count()), 3);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> account-page
    observed account-page
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

/// One tap in each of three visits, then the end.
#[test]
fn a_page_that_stays_whatever_is_done() {
    let (phone, trace) = walk(Script::new().faults(When::On("account-page"), Fault::Dropped, FOREVER), Case::default());
    assert_eq!(phone.with(|s| s.taps.len()), 3);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> account-page
    observed account-page
    phone: look -> account-page (11 times)
    step on account-page: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> account-page
    observed account-page
    phone: look -> account-page (11 times)
    step on account-page: press home
    phone: key Home -> launcher
    screen launcher
    step on launcher: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> account-page
    observed account-page
    phone: look -> account-page (11 times)
    end: failed, still-signed-in; account present
    hint: the account is still there; the phone stayed on 'the account page' after it was answered: look at it, then run again
    ");
}

#[test]
fn an_unknown_screen_is_never_tapped() {
    let (phone, trace) = walk(Script::new().on_tap("account-page", "Sign out", Effect::Go("foreign")), Case::default());
    assert_eq!(phone.with(|s| s.taps.len()), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> foreign
    observed nothing known
    phone: look -> foreign (12 times)
    end: needs-person, unknown-screen; account present
    hint: the phone shows a page that mi-signout does not handle (com.android.chrome/.Main; no profile knows it): finish or close it on the phone, then run again
    ");
}

#[test]
fn two_screens_that_fit_are_never_tapped() {
    let (phone, trace) =
        walk(Script::new().on_tap("account-page", "Sign out", Effect::Go("ambiguous")), Case::default());
    assert_eq!(phone.with(|s| s.taps.len()), 1);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> ambiguous
    observed nothing known
    phone: look -> ambiguous (12 times)
    end: needs-person, unknown-screen; account present
    hint: the phone shows a page that mi-signout does not handle (com.xiaomi.account/.ui.X; it matches several screens: turning-off-find-device, signing-out): finish or close it on the phone, then run again
    ");
}

#[test]
fn a_spinner_that_never_ends() {
    let (_, trace) = walk(Script::new().on_tap("confirm", "Sign out", Effect::Go("endless")), Case::default());
    insta::assert_snapshot!(trace, @r"
    (as usual to screen confirm-sign-out)
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> endless
    observed signing-out
    screen signing-out
    phone: look -> probes | phone: look -> endless (30 times)
    end: unknown, timeout; account present
    hint: look at the phone before doing anything; 'signing out' did not end within 120 s
    ");
}

#[test]
fn a_spinner_that_never_ends_nor_idles() {
    let (_, trace) = walk(Script::new().on_tap("confirm", "Sign out", Effect::Go("endless-moving")), Case::default());
    insta::assert_snapshot!(trace, @r"
    (as usual to screen confirm-sign-out)
    step on confirm-sign-out: tap logout_account (mutates)
    phone: tap 'Sign out' -> not ready: NotIdle
    observed nothing known
    phone: look -> probes | phone: look -> not ready: NotIdle (8 times)
    end: unknown, dump-failed; account present
    hint: look at the phone before doing anything; the screen could not be read (com.xiaomi.account/.ui.AccountSettingsActivity): look at the phone, close other tools that use it, then run again
    ");
}

#[test]
fn a_known_popup_is_closed() {
    let (_, trace) = walk(
        Script::new().on_tap("account-page", "Sign out", Effect::Go("battery")),
        Case { password: None, ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> battery
    observed battery
    screen battery
    step on battery: tap Got it
    phone: tap 'Got it' -> confirm
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
fn a_popup_that_comes_again_and_again() {
    let (phone, trace) = walk(
        Script::new().on_tap("account-page", "Sign out", Effect::Go("battery")).on_tap(
            "battery",
            "Got it",
            Effect::Go("battery"),
        ),
        Case::default(),
    );
    assert_eq!(phone.with(|s| s.taps.len()), 3);
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> battery
    observed battery
    screen battery
    step on battery: tap Got it
    phone: tap 'Got it' -> battery
    step on battery: tap Got it
    phone: tap 'Got it' -> battery
    end: needs-person, unknown-screen; account present
    hint: 'the low battery warning' stays in front: close it on the phone, then run again
    ");
}

#[test]
fn dumps_that_are_not_ready_at_first() {
    let (_, trace) = walk(
        Script::new().faults(When::On("confirm"), Fault::NotReady(NotReady::NullRoot), 3),
        Case { password: None, ..Case::default() },
    );
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> not ready: NullRoot
    observed nothing known
    phone: look -> not ready: NullRoot
    phone: look -> not ready: NullRoot
    phone: look -> confirm
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
fn a_screen_that_cannot_be_read() {
    let (_, trace) = walk(Script::new().faults(When::On("confirm"), Fault::Unreadable, FOREVER), Case::default());
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> account-page
    screen account-page
    step on account-page: tap logout_btn (mutates)
    phone: tap 'Sign out' -> unreadable
    observed nothing known
    phone: look -> unreadable (12 times)
    end: unknown, dump-failed; account present
    hint: look at the phone before doing anything; the screen could not be read (com.xiaomi.account/.ui.AccountSettingsActivity): look at the phone, close other tools that use it, then run again
    ");
}

#[test]
fn nothing_can_be_read_before_anything_is_done() {
    let (phone, trace) =
        walk(Script::new().faults(When::On("account-page"), Fault::NotReady(NotReady::Cut), FOREVER), Case::default());
    assert!(phone.with(|s| s.taps.is_empty()));
    insta::assert_snapshot!(trace, @r"
    step on start: open the account page
    phone: open XIAOMI_ACCOUNT_SYNC_SETTINGS -> not ready: Cut
    phone: look -> not ready: Cut (3 times)
    step on start: open the account page
    phone: open com.xiaomi.account/.ui.AccountSettingsActivity -> not ready: Cut
    phone: look -> not ready: Cut (3 times)
    step on start: open the account page
    phone: open SETTINGS -> not ready: Cut
    phone: look -> not ready: Cut (7 times)
    step on start: open the account page
    phone: open SETTINGS -> not ready: Cut
    phone: look -> not ready: Cut (7 times)
    step on start: open the account page
    phone: open SETTINGS -> not ready: Cut
    phone: look -> not ready: Cut (7 times)
    step on start: open the account page
    phone: open SETTINGS -> not ready: Cut
    phone: look -> not ready: Cut (7 times)
    end: failed, dump-failed; account present
    hint: the screen could not be read (com.xiaomi.account/.ui.AccountSettingsActivity): look at the phone, close other tools that use it, then run again
    ");
}

#[test]
fn a_slow_phone_is_looked_at_as_often_before_it_is_given_up() {
    let walked = |dump_takes: u64| {
        let mut script = Script::new().fault(When::Tap("OK"), Fault::Dropped);
        script.dump_takes = Duration::from_secs(dump_takes);
        let (_, trace) = walk(script, Case { deadline: Duration::from_secs(3_000), ..Case::default() });
        let looks =
            trace.lines().find_map(|line| line.split_once("look -> password (")).map(|(_, times)| times.to_owned());
        looks.unwrap_or(trace)
    };
    assert_eq!([walked(1), walked(20), walked(30)], ["11 times)", "4 times)", "4 times)"]);
}

/// However long the phone waited for its turn before.
#[test]
fn a_slow_page_counts_from_the_tap() {
    let script = Script::new().fault(When::Tap("OK"), Fault::Dropped);
    let (_, trace) = walk(script, Case { permit: Some(Duration::from_secs(400)), ..Case::default() });
    assert!(trace.contains("phone: look -> password (11 times)"), "{trace}");
}
