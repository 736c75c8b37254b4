//! How a screen is known.

use crate::model::{Focus, Presence};
use crate::ui::{Selector, UiTree, glob};

/// What is seen of a phone at one moment. The tree may be missing: the other two cost far less.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The focused window, where it could be read.
    pub focus: Option<&'a Focus>,
    /// Whether a Xiaomi account is on the phone.
    pub presence: Presence,
    /// The screen, where it was read.
    pub tree: Option<&'a UiTree>,
}

/// What has to hold for a screen to be itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Any of these `package/.Activity` patterns is in front; empty where it does not matter.
    pub focus: Vec<String>,
    /// The account is present or absent; `None` where it does not matter.
    pub account: Option<Presence>,
    /// Each of these is in the tree.
    pub all: Vec<Selector>,
    /// None of these is.
    pub none: Vec<Selector>,
}

/// Whether a condition holds, as far as can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Yes,
    No,
    /// It depends on the tree, which was not read.
    NeedsTree,
}

impl Condition {
    /// Whether the cheap probes alone decide.
    #[must_use]
    pub fn is_cheap(&self) -> bool {
        self.all.is_empty() && self.none.is_empty()
    }

    pub(super) fn holds(&self, view: &View<'_>) -> Holds {
        let focus = match view.focus {
            _ if self.focus.is_empty() => true,
            Some(focus) => {
                let shown = focus.to_string();
                self.focus.iter().any(|pattern| glob(pattern, &shown))
            }
            // A focus that could not be read contradicts nothing, but proves nothing either.
            None => !self.all.is_empty(),
        };
        // A failed reading of the accounts is neither present nor absent.
        if !focus || self.account.is_some_and(|wanted| wanted != view.presence) {
            return Holds::No;
        }
        match view.tree {
            _ if self.is_cheap() => Holds::Yes,
            None => Holds::NeedsTree,
            Some(tree) => {
                if self.all.iter().all(|s| tree.holds(s)) && !self.none.iter().any(|s| tree.holds(s)) {
                    Holds::Yes
                } else {
                    Holds::No
                }
            }
        }
    }
}
