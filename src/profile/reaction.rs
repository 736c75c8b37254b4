//! What to do on a screen, and the options of a run that it may depend on.

use std::time::Duration;

use crate::model::{Outcome, Reason};

use super::Action;

/// What to do on a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Do these in order. After each one that types, look again before the next.
    Do {
        /// What.
        actions: Vec<Action>,
        /// Whether they change something on the phone or its account: then once per visit at most.
        mutates: bool,
    },
    /// Wait for another screen.
    Wait {
        /// At most.
        max: Duration,
    },
    /// End the phone's run.
    End {
        /// How; never `signed-out`: that takes a proof, which a profile cannot give.
        outcome: Outcome,
        /// Why.
        reason: Reason,
        /// What to do, and where to tap.
        hint: String,
        /// The page may still be loading: end only once it has content and two looks in a row saw the same, or after this time.
        settle: Option<Duration>,
    },
}

/// The options of a run that reactions depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What to answer when the phone asks about synced data.
    pub data: Data,
    /// What to do when the phone says that its Mi Pay cards go.
    pub pay_cards: PayCards,
}

/// What becomes of synced data on the phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Data {
    /// It stays.
    #[default]
    Keep,
    /// It is removed from the phone.
    Remove,
}

/// What becomes of Mi Pay cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PayCards {
    /// Stop before they go.
    #[default]
    Stop,
    /// Let them go.
    Remove,
}

/// An option and its values, by the words of the command line.
pub(super) const OPTIONS: &[(&str, &[&str])] = &[("data", &["keep", "remove"]), ("pay-cards", &["stop", "remove"])];

impl Options {
    /// The value of an option in the words of the command line; `None` for a name that is no option.
    #[must_use]
    pub fn value(&self, option: &str) -> Option<&'static str> {
        match option {
            "data" => Some(match self.data {
                Data::Keep => "keep",
                Data::Remove => "remove",
            }),
            "pay-cards" => Some(match self.pay_cards {
                PayCards::Stop => "stop",
                PayCards::Remove => "remove",
            }),
            _ => None,
        }
    }
}

/// All reactions to one screen: by the value of one option, or the same for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reactions {
    /// Option, value, reaction.
    pub by_option: Vec<(String, String, Reaction)>,
    /// For every value that is not named.
    pub otherwise: Option<Reaction>,
}

impl Reactions {
    /// Whether something is done on the screen under any option.
    #[must_use]
    pub fn acts(&self) -> bool {
        let all = self.by_option.iter().map(|(_, _, reaction)| reaction).chain(&self.otherwise);
        all.into_iter().any(|reaction| matches!(reaction, Reaction::Do { .. }))
    }

    /// The reaction under these options.
    #[must_use]
    pub fn of(&self, options: &Options) -> Option<&Reaction> {
        let chosen = self.by_option.iter().find(|(option, value, _)| options.value(option) == Some(value.as_str()));
        chosen.map(|(_, _, reaction)| reaction).or(self.otherwise.as_ref())
    }
}
