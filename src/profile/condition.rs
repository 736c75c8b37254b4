//! How a screen is known.

use crate::model::{Focus, Presence};
use crate::ui::{Indexed, Selector, UiTree, glob};

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
    /// None of these is in front. A focus that could not be read matches none of them.
    pub not_focus: Vec<String>,
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

    /// Every selector that it asks for.
    pub(super) fn selectors(&self) -> impl Iterator<Item = &Selector> {
        self.all.iter().chain(&self.none)
    }

    /// Whether it holds; `front` is the view's focus in words, and `tree` the view's, with its index.
    pub(super) fn holds(&self, view: &View<'_>, front: Option<&str>, tree: Option<&Indexed<'_>>) -> Holds {
        // A focus that could not be read proves nothing.
        let fits = |patterns: &[String]| front.is_some_and(|front| patterns.iter().any(|p| glob(p, front)));
        let focus = (self.focus.is_empty() || fits(&self.focus)) && !fits(&self.not_focus);
        // A failed reading of the accounts is neither present nor absent.
        if !focus || self.account.is_some_and(|wanted| wanted != view.presence) {
            return Holds::No;
        }
        match tree {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Vocabulary;

    fn tree(id: &str) -> UiTree {
        let xml = format!("<hierarchy><node resource-id=\"{id}\" package=\"p\" bounds=\"[0,0][9,9]\"/></hierarchy>");
        UiTree::parse(xml.as_bytes()).unwrap()
    }

    #[test]
    fn cheap_probes_decide_before_the_tree() {
        let focus = Focus::parse("p/.Here");
        let other = Focus::parse("p/.There");
        let wanted = Condition {
            focus: vec!["p/.H*".into()],
            not_focus: Vec::new(),
            account: Some(Presence::Present),
            all: vec![Selector::id("x")],
            none: vec![Selector::id("y")],
        };
        let (x, y) = (tree("x"), tree("y"));
        for (focus, presence, tree, holds) in [
            (Some(&focus), Presence::Present, None, Holds::NeedsTree),
            (Some(&focus), Presence::Present, Some(&x), Holds::Yes),
            (Some(&focus), Presence::Present, Some(&y), Holds::No),
            (Some(&other), Presence::Present, None, Holds::No),
            (None, Presence::Present, Some(&x), Holds::No),
            (Some(&focus), Presence::Absent, Some(&x), Holds::No),
            (Some(&focus), Presence::Unknown, Some(&x), Holds::No),
        ] {
            let vocabulary = Vocabulary::of(wanted.selectors());
            let indexed = tree.map(|tree| tree.indexed(&vocabulary));
            let front = focus.map(ToString::to_string);
            assert_eq!(
                wanted.holds(&View { focus, presence, tree }, front.as_deref(), indexed.as_ref()),
                holds,
                "{focus:?} {presence:?}"
            );
        }
    }

    #[test]
    fn a_window_can_be_ruled_out() {
        let front = |component: &str| {
            let (focus, wanted) = (
                Focus::parse(component),
                Condition { focus: vec!["p/*".into()], not_focus: vec!["p/*Other".into()], ..Condition::default() },
            );
            let view = View { focus: Some(&focus), presence: Presence::Present, tree: None };
            wanted.holds(&view, Some(&focus.to_string()), None)
        };
        assert_eq!((front("p/.Here"), front("p/.Other"), front("q/.Here")), (Holds::Yes, Holds::No, Holds::No));
    }

    #[test]
    fn a_failed_reading_of_the_accounts_is_not_absent() {
        let gone = Condition { account: Some(Presence::Absent), ..Condition::default() };
        let holds = |presence| gone.holds(&View { focus: None, presence, tree: None }, None, None);
        assert_eq!(holds(Presence::Absent), Holds::Yes);
        assert_eq!(holds(Presence::Unknown), Holds::No);
    }
}
