//! What comes between a password and its field: keyboards that lie over it or lose keys, offers to fill it in, and Androids that
//! never show what it holds. Nothing is submitted whose length was not compared, and none of those windows is ever tapped.

use mi_signout::model::{Outcome, Reason, ResultRow};
use mi_signout::profile::Catalog;
use phone_sim::phone::{Branch, Fault, Generation, PhoneSpec, SimPhone, Stage};
use phone_sim::screens::ScreenId;

use crate::support::device_lab::{DeviceLab, SCALE};
use crate::support::invariants::violations;

/// Signs one phone out, and gives its row once the invariants were asked.
fn signed_out(spec: PhoneSpec, fault: Option<Fault>) -> (ResultRow, SimPhone) {
    let lab = DeviceLab::new();
    let phone = SimPhone::new(spec.scale(SCALE));
    if let Some(fault) = fault {
        phone.on(Stage::Password, fault);
    }
    let units = vec![lab.put(&phone)];
    let row = lab.sign_out(&units, &Catalog::builtin().unwrap()).rows.remove(0);
    let wrong = violations(&units[0], &row);
    assert!(wrong.is_empty(), "{wrong:?} {row:?} {:?}", phone.record());
    (row, phone)
}

fn native(generation: Generation) -> PhoneSpec {
    let spec = PhoneSpec::of(generation);
    if generation.is_hyperos() { spec.with(Branch::NativePassword) } else { spec }
}

#[test]
fn what_lies_over_the_field_is_closed_and_what_was_lost_is_typed_again() {
    for (branch, window) in [
        (Branch::SecureKeyboard, ScreenId::SecureKeyboard),
        (Branch::SecureKeyboardAgain, ScreenId::SecureKeyboard),
        (Branch::AutofillBubble, ScreenId::AutofillBubble),
        (Branch::AutofillSave, ScreenId::AutofillSave),
    ] {
        for spec in [native(Generation::Miui10), native(Generation::Miui14), PhoneSpec::of(Generation::HyperOs2)] {
            for keyboard_opens in [false, true] {
                let spec = spec.clone().with(branch).change(|s| s.keyboard_opens = keyboard_opens);
                let (row, phone) = signed_out(spec, None);
                let said = format!("{branch:?} {} {keyboard_opens}: {row:?}", phone.spec().generation.name());
                assert_eq!((row.outcome, row.reason), (Outcome::SignedOut, None), "{said}");
                let record = phone.record();
                assert!(record.screens.iter().any(|(_, s)| *s == window), "{said}: never came");
                assert_eq!(record.passwords_submitted(), 1, "{said}");
            }
        }
    }
}

#[test]
fn the_keyboard_over_the_button_of_the_password_page_moves_it() {
    for spec in [native(Generation::Miui9), native(Generation::HyperOs3)] {
        let (row, phone) = signed_out(spec.language("ar").change(|s| s.keyboard_opens = true), None);
        assert_eq!(row.outcome, Outcome::SignedOut, "{row:?}");
        let taps = phone.record().taps;
        let (height, confirm) =
            (phone.spec().size.1, taps.iter().find(|t| t.id.ends_with("passport_confirm")).unwrap());
        // Without the keyboard the button is at the lower edge of the screen.
        assert!(confirm.hit && confirm.point.1 < height.cast_signed() * 7 / 10, "{confirm:?}");
        assert!(taps.iter().all(|t| t.id != "keyboard"), "{taps:?}");
    }
}

#[test]
fn a_keyboard_that_loses_keys_submits_nothing_and_is_named() {
    for generation in [Generation::Miui14, Generation::HyperOs2] {
        let (row, phone) = signed_out(PhoneSpec::of(generation).with(Branch::SecureKeyboardSwallows), None);
        assert_eq!((row.outcome, row.reason), (Outcome::NeedsPerson, Some(Reason::PasswordNotTypeable)), "{row:?}");
        let hint = row.hint.unwrap();
        assert!(hint.starts_with("8 characters arrived of 12, so nothing was submitted"), "{hint}");
        assert!(
            hint.contains("Languages & input > Secure keyboard") && hint.contains("on the phone yourself"),
            "{hint}"
        );
        assert!(phone.record().submissions.is_empty() && phone.account_present());
    }
}

#[test]
fn a_keyboard_that_never_stays_away_is_named() {
    let (row, phone) = signed_out(PhoneSpec::default(), Some(Fault::SecureKeyboard(1000)));
    assert_eq!((row.outcome, row.reason), (Outcome::NeedsPerson, Some(Reason::UnknownScreen)), "{row:?}");
    let hint = row.hint.unwrap();
    assert!(hint.contains("secure keyboard (Settings > Additional settings > Languages & input"), "{hint}");
    assert!(phone.record().submissions.is_empty());
}

#[test]
fn an_android_that_shows_no_length_leaves_the_password_to_a_person() {
    let spec = native(Generation::Miui9).change(|s| s.shows_password_length = false);
    let (row, phone) = signed_out(spec, None);
    assert_eq!((row.outcome, row.reason), (Outcome::NeedsPerson, Some(Reason::PasswordNotTypeable)), "{row:?}");
    let hint = row.hint.unwrap();
    assert!(
        hint.starts_with("Android 7 and older") && hint.contains("type the password on the phone yourself"),
        "{hint}"
    );
    let record = phone.record();
    assert!(record.submissions.is_empty() && phone.account_present());
    assert_eq!(record.typed, 12, "typing again would show no more");
}
