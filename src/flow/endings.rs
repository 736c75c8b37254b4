//! Endings that several parts of the engine give.

use crate::model::{Ending, Outcome, Reason};
use crate::text::say;

/// The input switch is off: only a person can turn it on.
pub(super) fn input_not_allowed() -> Ending {
    Ending::new(Outcome::NeedsPerson, Reason::InputNotAllowed, say!("turn-on-the-input-switch-then-run-again"))
}

/// The password was submitted once, and is not submitted twice.
pub(super) fn asked_again() -> Ending {
    Ending::new(Outcome::NeedsPerson, Reason::AccountStopped, say!("phone-asks-for-password-again"))
}

/// The walk cannot go on from what is on the screen.
pub(super) fn stuck(why: &str) -> Ending {
    Ending::new(Outcome::NeedsPerson, Reason::UnknownScreen, say!("bring-phone-back-to-home-screen", why))
}
