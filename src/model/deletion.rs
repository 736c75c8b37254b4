//! An account that its owner may delete: its name in the journal, the steps of its deletion, and which may follow which.

use crate::text::say;

/// An account in the journal, by its number there: `acct-3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountRef(i64);

impl AccountRef {
    /// The account of a number.
    #[must_use]
    pub fn new(number: i64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

impl std::fmt::Display for AccountRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "acct-{}", self.0)
    }
}

impl std::str::FromStr for AccountRef {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let number = text.strip_prefix("acct-").unwrap_or(text);
        number.parse().map(Self).map_err(|_| say!("not-an-account-of-the-list", text))
    }
}

/// How far the deletion of an account has come. Every step is written before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeletionState {
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
    /// Xiaomi refused, for these reasons (codes).
    Refused(Vec<String>),
    /// The person decided to keep the account.
    Kept,
    /// What came of the last press could not be seen.
    Unknown,
}

impl DeletionState {
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
        Self::Refused(Vec::new()),
        Self::Kept,
        Self::Unknown,
    ];

    /// The word in the journal.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
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
            Self::Refused(_) => "refused",
            Self::Kept => "kept",
            Self::Unknown => "unknown",
        }
    }

    /// The state of a word, with what the journal noted beside it. A word that this version does not know is `Unknown`: the careful
    /// reading.
    #[must_use]
    pub fn read(word: &str, detail: Option<&str>) -> Self {
        match Self::ALL.into_iter().find(|state| state.as_str() == word) {
            Some(Self::Refused(_)) => {
                Self::Refused(detail.unwrap_or_default().split_whitespace().map(str::to_owned).collect())
            }
            other => other.unwrap_or(Self::Unknown),
        }
    }

    /// What the journal notes beside the word: the codes of a refusal, with spaces between.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Refused(codes) => Some(codes.join(" ")),
            _ => None,
        }
    }

    /// Whether the account may be gone already, so that its owner has to look before anything else is done.
    #[must_use]
    pub fn may_be_gone(&self) -> bool {
        matches!(self, Self::MayBeGone | Self::FinalArmed | Self::FinalPressed | Self::Unknown)
    }

    /// Whether a run that was cut off here may have left its browser with the owner, who could go on in it.
    #[must_use]
    pub fn was_cut_off(&self) -> bool {
        self.may_be_gone() || matches!(self, Self::SignedInSeen | Self::CautionSeen | Self::VerifySeen)
    }

    /// Whether the last press may have been done and what came of it is not known: never press again, ask the person.
    #[must_use]
    pub fn is_open_end(&self) -> bool {
        matches!(self, Self::FinalPressed | Self::Unknown)
    }

    /// Whether `next` may follow in a walk. What is seen may always be written (a person can press the last button unasked); an
    /// act may not: the press follows only its arming, and after it only a verdict. A deleted account has no next, and what
    /// is `Unknown` is settled by a person's word alone.
    #[must_use]
    pub fn may_become(&self, next: &Self) -> bool {
        use DeletionState as D;
        match (self, next) {
            (D::Done | D::Unknown, _) | (_, D::NotStarted) => false,
            (_, D::FinalPressed) => *self == D::FinalArmed,
            (D::NotStarted | D::Refused(_) | D::Kept, _) => *next == D::Opened,
            (D::FinalPressed, _) => matches!(next, D::Done | D::Refused(_) | D::Kept | D::Unknown),
            _ => true,
        }
    }
}

impl std::fmt::Display for DeletionState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_strange_ones_are_unknown() {
        for state in DeletionState::ALL {
            assert_eq!(DeletionState::read(state.as_str(), state.detail().as_deref()), state);
        }
        let refused = DeletionState::Refused(vec!["find-device".to_owned(), "mi-pay".to_owned()]);
        assert_eq!(DeletionState::read(refused.as_str(), refused.detail().as_deref()), refused);
        assert_eq!(DeletionState::read("final_pressed_twice", None), DeletionState::Unknown);
    }

    #[test]
    fn nothing_leads_to_a_second_press() {
        for state in DeletionState::ALL {
            assert_eq!(state.may_become(&DeletionState::FinalPressed), state == DeletionState::FinalArmed, "{state}");
            assert!(!state.may_become(&DeletionState::NotStarted), "{state}");
        }
        assert!(!DeletionState::FinalPressed.may_become(&DeletionState::Opened));
        assert!(!DeletionState::Unknown.may_become(&DeletionState::Opened));
        assert!(DeletionState::VerifySeen.may_become(&DeletionState::Done), "the person pressed, and it was seen");
    }
}
