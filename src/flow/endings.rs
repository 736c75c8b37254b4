//! Endings that several parts of the engine give.

use crate::model::{Ending, Outcome, Reason};

/// The input switch is off: only a person can turn it on.
pub(super) fn input_not_allowed() -> Ending {
    Ending::new(
        Outcome::NeedsPerson,
        Reason::InputNotAllowed,
        "turn on Developer options > USB debugging (Security settings) on the phone, then run again",
    )
}

/// The password was submitted once, and is not submitted twice.
pub(super) fn asked_again() -> Ending {
    Ending::new(
        Outcome::NeedsPerson,
        Reason::AccountStopped,
        "the phone asks for the password again after it was submitted once; it is not submitted twice: finish on the phone by hand",
    )
}

/// The walk cannot go on from what is on the screen.
pub(super) fn stuck(why: &str) -> Ending {
    Ending::new(
        Outcome::NeedsPerson,
        Reason::UnknownScreen,
        format!("{why}: look at the phone, bring it back to the home screen, then run again"),
    )
}
