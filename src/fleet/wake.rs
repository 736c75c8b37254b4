//! Wakes a phone whose screen is off, or covered by a lock screen without a lock.

use std::time::Duration;

use super::plan::STEP_LIMIT;
use crate::model::Key;
use crate::phone::{Input, Keyguard, Look, Phone, PhoneError, PhoneFacts, Settle, Step};

/// Whether the screen is off, or covered by a lock screen that has no lock.
pub(super) fn needs_waking(facts: &PhoneFacts) -> bool {
    facts.awake == Some(false) || facts.keyguard == Keyguard::Swipe
}

/// Switches the screen on and swipes a keyguard away that has no lock.
pub(super) fn wake(phone: &mut dyn Phone) -> Result<(), PhoneError> {
    let step = Step {
        inputs: vec![Input::Key(Key::Wakeup), Input::Key(Key::Menu)],
        settle: Settle::Change { max: Duration::from_secs(2) },
        look: Look::Probes,
    };
    phone.step(&step, STEP_LIMIT).map(drop)
}
