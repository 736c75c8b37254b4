//! What the engine is told and what it answers: plain values.

use std::time::Duration;

use crate::event::Progress;
use crate::model::{Ending, Key, Opening};
use crate::phone::{Look, Settle};
use crate::ui::Point;

/// How long a walk waits before it gives up on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Looks in a row at a blank, unreadable or unknown screen.
    pub looks: u32,
    /// How long a screen may stay after its mutating step was done.
    pub slow_page: Duration,
    /// How long a screen that moves, so that it gives no dump, may go on after a mutating step: most likely it is the
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
    /// Write down the step that comes next, for it changes the phone or its account; then [`Input::Written`](super::Input::Written).
    WriteAhead {
        /// The screen it is done on.
        screen: String,
        /// The step in words.
        what: String,
        /// Where it taps, where it does.
        at: Option<Point>,
        /// What will have been done on the phone once the step is done.
        progress: Progress,
    },
    /// Ask whether the account's password may be submitted now; then [`Input::Permitted`](super::Input::Permitted).
    AskPermit,
    /// Ask the phone what keeps the walk from going on; then [`Input::Checked`](super::Input::Checked) where nothing does.
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
        /// Resource ids of what is looked for, where it has any.
        ids: Vec<String>,
        /// How many swipes there may be, this one among them.
        most: u32,
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
    Key(Key),
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

    /// Where it taps, where it does.
    #[must_use]
    pub fn point(&self) -> Option<Point> {
        match self {
            Self::Tap { at, .. } | Self::Submit { at, .. } => Some(*at),
            _ => None,
        }
    }

    /// Whether it changes the phone or its account.
    #[must_use]
    pub fn mutates(&self) -> bool {
        matches!(self, Self::Tap { mutates: true, .. } | Self::Submit { .. })
    }
}
