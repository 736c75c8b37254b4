//! What the engine is told and what it answers: plain values.

use std::time::Duration;

use crate::model::{Outcome, Reason};
use crate::phone::{KeyCode, Look, Opening, Settle};
use crate::ui::Point;

/// How long a walk waits before it gives up on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Looks in a row at a blank, unreadable or unknown screen.
    pub looks: u32,
    /// How long a screen may stay after its mutating step was done.
    pub slow_page: Duration,
    /// How long a screen that moves, so that it gives no dump, is waited for after a mutating step: most likely it is the
    /// spinner of what was asked for.
    pub moving: Duration,
    /// Visits of one screen.
    pub visits: u32,
    /// Turns in all.
    pub turns: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { looks: 4, slow_page: Duration::from_secs(45), moving: Duration::from_secs(120), visits: 6, turns: 300 }
    }
}

/// What the engine knows of the password: never the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// None was given.
    None,
    /// One was given, of so many characters.
    Given {
        /// Characters, as a masked field shows them.
        chars: usize,
    },
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Look again.
    Look {
        /// What to wait for on the phone first.
        settle: Settle,
        /// What to read.
        look: Look,
    },
    /// Open a page.
    Open(Opening),
    /// Act on the screen in front.
    Act(PlannedAction),
    /// Ask whether the account's password may be submitted now; then [`Engine::granted`](super::Engine::granted), and decide again.
    AskPermit,
    /// Ask the phone what keeps the walk from going on; then [`super::Engine::checked`] where nothing does.
    Check,
    /// Done with this phone.
    End(Ending),
}

/// One action with its coordinates.
#[derive(Clone, Debug, PartialEq)]
pub enum PlannedAction {
    /// Tap here.
    Tap {
        /// Where.
        at: Point,
        /// In words.
        what: String,
        /// Whether it changes the phone or its account.
        mutates: bool,
    },
    /// Scroll by one swipe.
    Scroll {
        /// Finger down.
        from: Point,
        /// Finger up.
        to: Point,
    },
    /// Focus the field, clear it, type the password.
    TypePassword {
        /// The field.
        at: Point,
        /// Characters to delete first.
        clear: usize,
    },
    /// Submit the password that was typed.
    Submit {
        /// The button.
        at: Point,
        /// In words.
        what: String,
    },
    /// Focus the field and type plain words.
    Words {
        /// The field.
        at: Point,
        /// What to type.
        text: String,
    },
    /// Press a key.
    Key(KeyCode),
}

impl PlannedAction {
    /// The action in words; never what is typed.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Tap { what, .. } | Self::Submit { what, .. } => what.clone(),
            Self::Scroll { .. } => "scroll".into(),
            Self::TypePassword { .. } => "type password".into(),
            Self::Words { .. } => "type a search word".into(),
            Self::Key(key) => format!("press {key:?}").to_lowercase(),
        }
    }

    /// Whether it changes the phone or its account.
    #[must_use]
    pub fn mutates(&self) -> bool {
        matches!(self, Self::Tap { mutates: true, .. } | Self::Submit { .. })
    }
}

/// How a walk ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The outcome.
    pub outcome: Outcome,
    /// The reason, where there is one.
    pub reason: Option<Reason>,
    /// What to do.
    pub hint: Option<String>,
}

impl Ending {
    /// An ending with a reason and what to do.
    #[must_use]
    pub fn new(outcome: Outcome, reason: Reason, hint: impl Into<String>) -> Self {
        debug_assert!(reason.fits(outcome), "{reason} beside {outcome}");
        Self { outcome, reason: Some(reason), hint: Some(hint.into()) }
    }

    /// A good ending, which needs no reason.
    #[must_use]
    pub fn good(outcome: Outcome) -> Self {
        debug_assert!(outcome.is_good());
        Self { outcome, reason: None, hint: None }
    }

    /// The input switch is off: only a person can turn it on.
    pub(super) fn input_not_allowed() -> Self {
        Self::new(
            Outcome::NeedsPerson,
            Reason::InputNotAllowed,
            "turn on Developer options > USB debugging (Security settings) on the phone, then run again",
        )
    }

    /// Another run works on the phone: two would type into one field.
    #[must_use]
    pub fn in_use(by: &str) -> Self {
        Self::new(
            Outcome::Failed,
            Reason::InUse,
            format!("{by} works on this phone: wait until it has ended, then run again"),
        )
    }

    /// The password was submitted once, and is not submitted twice.
    pub(super) fn asked_again() -> Self {
        Self::new(
            Outcome::NeedsPerson,
            Reason::AccountStopped,
            "the phone asks for the password again after it was submitted once; it is not submitted twice: finish on the phone by hand",
        )
    }

    /// The walk cannot go on from what is on the screen.
    pub(super) fn stuck(why: &str) -> Self {
        Self::new(
            Outcome::NeedsPerson,
            Reason::UnknownScreen,
            format!("{why}: look at the phone, bring it back to the home screen, then run again"),
        )
    }
}
