//! Which phone is it? Its number on its own screen, with nothing installed: the dialer opens with the number typed in, and no
//! call is made. Opening it is no input event, so it works with the input switch off. A tablet has no dialer: its screen goes off
//! and on a few times instead, which changes no setting and no page.

use crate::model::{Key, Opening};
use std::time::Duration;

use crate::phone::{Input, InputProbe, Keyguard, Look, Phone, PhoneError, Refusal, Settle, Step};
use crate::text::say;

/// How often a screen goes off and on. Each `input` takes a real phone some tenths of a second, so it is seen.
const BLINKS: usize = 4;

/// What became of a phone's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The number is on the screen.
    Yes,
    /// The number is there once a person switches the screen on: that is an input event, and the phone refuses those.
    Asleep,
    /// The phone has no dialer.
    No,
}

/// A number as a phone shows it. Four digits with zeros in front: 110, 112, 119 or 911 in a dialer would be one tap away from an
/// emergency call.
#[must_use]
pub fn shown_as(number: u32) -> String {
    format!("{number:04}")
}

/// Shows a number on a phone.
///
/// # Errors
/// Where the phone could not be reached, or did not answer in `within`.
pub fn show_number(phone: &mut dyn Phone, number: u32, within: Duration) -> Result<Shown, PhoneError> {
    let opening = Opening::Dial(shown_as(number));
    let step = Step { inputs: vec![Input::Open(&opening)], settle: Settle::Nothing, look: Look::Probes };
    if let Some(Refusal::CannotOpen(_)) = phone.step(&step, within)?.refused {
        return Ok(Shown::No);
    }
    let wake = Step { inputs: vec![Input::Key(Key::Wakeup)], settle: Settle::Nothing, look: Look::Probes };
    let refused = phone.step(&wake, within)?.refused.is_some();
    if refused && phone.facts(false, within)?.awake == Some(false) {
        return Ok(Shown::Asleep);
    }
    Ok(Shown::Yes)
}

/// Whether a phone's screen can blink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blinks {
    /// It can: input is allowed, and a screen that goes off is not locked.
    Yes,
    /// It can't, with why.
    No(String),
}

/// Whether the screen may be switched off and on. It changes nothing on the phone.
///
/// # Errors
/// As for [`show_number`].
pub fn may_blink(phone: &mut dyn Phone, within: Duration) -> Result<Blinks, PhoneError> {
    let facts = phone.facts(true, within)?;
    Ok(match (facts.has_lock, facts.keyguard, facts.awake) {
        _ if facts.input != InputProbe::Allowed => Blinks::No(say!("phone-takes-no-keys")),
        (Some(false), Keyguard::None | Keyguard::Swipe, Some(_)) if facts.lock_signs.is_empty() => Blinks::Yes,
        (Some(false), ..) => Blinks::No(say!("its-lock-screen-could-not-be-read")),
        _ => Blinks::No(say!("its-screen-would-be-locked")),
    })
}

/// Lets the screen go off and on, and leaves it as it was: on with the same page in front, or off. Ask [`may_blink`] first. Gives whether
/// the phone took the keys and is as before.
///
/// # Errors
/// As for [`show_number`].
pub fn blink(phone: &mut dyn Phone, within: Duration) -> Result<bool, PhoneError> {
    let before = phone.facts(false, within)?;
    let mut keys = [Key::Sleep, Key::Wakeup].repeat(BLINKS);
    if before.awake == Some(false) {
        keys.rotate_left(1);
    }
    press(phone, &keys, within)?;
    // Where only a swipe opens the lock screen, it came up; a screen that was off has it as before.
    if before.keyguard == Keyguard::None
        && before.awake == Some(true)
        && phone.facts(false, within)?.keyguard == Keyguard::Swipe
    {
        let open = Step {
            inputs: vec![Input::Key(Key::Menu)],
            settle: Settle::Change { max: Duration::from_secs(2) },
            look: Look::Probes,
        };
        phone.step(&open, within)?;
    }
    let after = phone.facts(false, within)?;
    Ok((after.awake, after.keyguard, after.focus) == (before.awake, before.keyguard, before.focus))
}

/// Presses keys, one after the other.
fn press(phone: &mut dyn Phone, keys: &[Key], within: Duration) -> Result<(), PhoneError> {
    let inputs = keys.iter().map(|key| Input::Key(*key)).collect();
    phone.step(&Step { inputs, settle: Settle::Nothing, look: Look::Probes }, within).map(drop)
}

/// Puts the home screen back. Gives whether the phone took the key: where it refuses input, the dialer stays until a person closes it.
///
/// # Errors
/// As for [`show_number`].
pub fn hide_number(phone: &mut dyn Phone, within: Duration) -> Result<bool, PhoneError> {
    let home = Step { inputs: vec![Input::Key(Key::Home)], settle: Settle::Nothing, look: Look::Probes };
    Ok(phone.step(&home, within)?.refused.is_none())
}
