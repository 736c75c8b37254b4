//! How the work on one phone ends.

use super::{Outcome, Reason};

use crate::text::say;

/// How the work on a phone ended: before a walk, by what was read of the phone, or by the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The outcome.
    pub outcome: Outcome,
    /// The reason; absent where the outcome is good.
    pub reason: Option<Reason>,
    /// What to do, and where to tap.
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

    /// Another run works on the phone: two would type into one field.
    #[must_use]
    pub fn in_use(by: &str) -> Self {
        Self::new(Outcome::Failed, Reason::InUse, say!("another-run-works-on-phone", by))
    }

    /// Whether the phone may become ready while the run goes on: a person at it can help, or another tool may end.
    #[must_use]
    pub fn can_pass(&self) -> bool {
        self.outcome == Outcome::NeedsPerson || self.reason == Some(Reason::NoNetwork) || self.is_another_tool()
    }

    /// Whether another tool keeps the screen from being read. It may be about to end: a dump of a run that was killed goes on for
    /// ten seconds.
    #[must_use]
    pub fn is_another_tool(&self) -> bool {
        self.outcome == Outcome::Failed && self.reason == Some(Reason::DumpFailed)
    }

    /// Whether a person can pass, by hand on the phone, the page that the walk ended on, so that the walk can go on afterwards.
    #[must_use]
    pub fn is_passed_by_hand(&self) -> bool {
        let by_hand = [
            Reason::Captcha,
            Reason::SecondFactor,
            Reason::IdentityCheck,
            Reason::WebVerification,
            Reason::SessionExpired,
            Reason::ScreenLocked,
            Reason::InputNotAllowed,
            Reason::PasswordNotTypeable,
            Reason::UnknownScreen,
        ];
        self.outcome == Outcome::NeedsPerson && self.reason.is_some_and(|reason| by_hand.contains(&reason))
    }
}
