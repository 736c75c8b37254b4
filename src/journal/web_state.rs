//! The steps of the owner's permanent deletion, and which may follow which.

/// How far the deletion of an account has come. Every step is written before it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WebState {
    /// Nothing was done.
    #[default]
    NotStarted,
    /// The page was opened.
    Opened,
    /// The person was seen signed in.
    SignedInSeen,
    /// The caution page was seen.
    CautionSeen,
    /// The verification was seen.
    VerifySeen,
    /// A page was seen that is not known, on which the person may have deleted the account by hand.
    MayBeGone,
    /// The last button is in front of the person.
    FinalArmed,
    /// The last button is about to be pressed, by the person or by this program.
    FinalPressed,
    /// The account was seen deleted.
    Done,
    /// Xiaomi refused.
    Refused,
    /// The person decided to keep the account.
    Kept,
    /// What came of the last press could not be seen.
    Unknown,
}

impl WebState {
    /// Every state.
    pub const ALL: [Self; 12] = [
        Self::NotStarted,
        Self::Opened,
        Self::SignedInSeen,
        Self::CautionSeen,
        Self::VerifySeen,
        Self::MayBeGone,
        Self::FinalArmed,
        Self::FinalPressed,
        Self::Done,
        Self::Refused,
        Self::Kept,
        Self::Unknown,
    ];

    /// The word in the journal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "not-started",
            Self::Opened => "opened",
            Self::SignedInSeen => "signed-in-seen",
            Self::CautionSeen => "caution-seen",
            Self::VerifySeen => "verify-seen",
            Self::MayBeGone => "may-be-gone",
            Self::FinalArmed => "final-armed",
            Self::FinalPressed => "final-pressed",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Kept => "kept",
            Self::Unknown => "unknown",
        }
    }

    /// The state of a word. A word that this version does not know is `Unknown`: the careful reading.
    #[must_use]
    pub fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == word).unwrap_or(Self::Unknown)
    }

    /// Whether the last press may have been done and what came of it is not known: never press again, ask the person.
    #[must_use]
    pub fn is_open_end(self) -> bool {
        matches!(self, Self::FinalPressed | Self::Unknown)
    }

    /// Whether `next` may follow in a walk. What is seen may always be written (a person can press the last button unasked); an
    /// act may not: the press follows only its arming, and after it only a verdict. A deleted account has no next, and what
    /// is `Unknown` is settled by a person's word alone.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        use WebState as W;
        match (self, next) {
            (W::Done | W::Unknown, _) | (_, W::NotStarted) => false,
            (_, W::FinalPressed) => self == W::FinalArmed,
            (W::NotStarted | W::Refused | W::Kept, _) => next == W::Opened,
            (W::FinalPressed, _) => matches!(next, W::Done | W::Refused | W::Kept | W::Unknown),
            _ => true,
        }
    }
}

impl std::fmt::Display for WebState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_strange_ones_are_unknown() {
        for state in WebState::ALL {
            assert_eq!(WebState::of(state.as_str()), state);
        }
        assert_eq!(WebState::of("final_pressed_twice"), WebState::Unknown);
    }

    #[test]
    fn nothing_leads_to_a_second_press() {
        for state in WebState::ALL {
            assert_eq!(state.may_become(WebState::FinalPressed), state == WebState::FinalArmed, "{state}");
            assert!(!state.may_become(WebState::NotStarted), "{state}");
        }
        assert!(!WebState::FinalPressed.may_become(WebState::Opened));
        assert!(!WebState::Unknown.may_become(WebState::Opened));
        assert!(WebState::VerifySeen.may_become(WebState::Done), "the person pressed, and it was seen");
    }
}
