//! Which phone is it? Its number on its own screen, with nothing installed: the dialer opens with the number typed in, and no
//! call is made. Opening it is no input event, so it works with the input switch off.

use std::time::Duration;

use crate::phone::{Input, KeyCode, Look, Opening, Phone, PhoneError, Refusal, Settle, Step};

/// What became of a phone's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It stands on the screen.
    Yes,
    /// It stands there once somebody switches the screen on: that is an input event, and the phone refuses those.
    Asleep,
    /// The phone has no dialer; its own words.
    No(String),
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
    if let Some(Refusal::CannotOpen(words)) = phone.step(&step, within)?.refused {
        return Ok(Shown::No(words));
    }
    let wake = Step { inputs: vec![Input::Key(KeyCode::Wakeup)], settle: Settle::Nothing, look: Look::Probes };
    let refused = phone.step(&wake, within)?.refused.is_some();
    if refused && phone.facts(false, within)?.awake == Some(false) {
        return Ok(Shown::Asleep);
    }
    Ok(Shown::Yes)
}

/// Puts the home screen back. Gives whether the phone took the key: where it refuses input, the dialer stays until a person closes it.
///
/// # Errors
/// As for [`show_number`].
pub fn hide_number(phone: &mut dyn Phone, within: Duration) -> Result<bool, PhoneError> {
    let home = Step { inputs: vec![Input::Key(KeyCode::Home)], settle: Settle::Nothing, look: Look::Probes };
    Ok(phone.step(&home, within)?.refused.is_none())
}
