//! Acting on a recognised screen: one thing, once, only where it is unmistakable.

use std::time::Duration;

use super::{Engine, SCREEN};
use crate::flow::{Decision, Password, PlannedAction, endings};
use crate::model::{Ending, Outcome, Presence, Reason};
use crate::phone::Settle;
use crate::profile::{Action, Direction, Screen, Scroll};
use crate::text::say;
use crate::ui::{NodeId, Point, Selector, Target, UiTree};

/// A screen in front, with what may be done on it.
struct Stage<'s> {
    screen: &'s Screen,
    action: &'s Action,
    tree: &'s UiTree,
    now: Duration,
}

impl<'p> Engine<'p> {
    pub(super) fn act(
        &mut self,
        screen: &'p Screen,
        actions: &'p [Action],
        mutates: bool,
        tree: Option<&UiTree>,
        presence: Presence,
        now: Duration,
    ) -> Decision {
        let (Some(tree), Some(visit)) = (tree, &self.memory.visit) else {
            return Decision::Look { settle: Settle::Nothing, look: SCREEN };
        };
        if visit.mutated {
            return self.stays(presence, now, &screen.title);
        }
        let Some(action) = actions.get(visit.next_action) else {
            return self.nothing_left(screen, actions, tree, now);
        };
        let mutates = mutates && visit.next_action + 1 == actions.len();
        let stage = Stage { screen, action, tree, now };
        match action {
            Action::Tap { target, scroll } => self.tap(&stage, target, *scroll, mutates),
            Action::Type { into } => self.type_password(&stage, into),
            Action::Submit { tap } => self.submit(&stage, tap),
            Action::Key(_) | Action::Open(_) | Action::Words { .. } if mutates && self.setup.dry_run => {
                Decision::End(Ending::good(Outcome::DryRun))
            }
            Action::Words { words, into } => {
                let text = words.typeable(self.setup.locale).first().map(|text| (*text).to_owned());
                match only_one(tree, into).and_then(|n| tree.tap_point(n)).zip(text) {
                    Some((at, text)) => self.spend(screen, PlannedAction::Words { at, text }),
                    None => self.not_found(&stage, &action.describe()),
                }
            }
            Action::Key(key) => self.spend(screen, PlannedAction::Key(*key)),
            Action::Open(open) => {
                if let Some(visit) = &mut self.memory.visit {
                    visit.next_action += 1;
                }
                Decision::Open(open.clone())
            }
        }
    }

    /// All was done, and the screen is still there. A password that did not arrive at all is typed once more.
    fn nothing_left(&mut self, screen: &'p Screen, actions: &'p [Action], tree: &UiTree, now: Duration) -> Decision {
        if let (Some(Action::Type { into }), Password::Given { chars }) = (actions.last(), self.setup.password) {
            let at = only_one(tree, into).and_then(|node| tree.tap_point(node));
            return match at.filter(|_| !self.memory.typing.retyped && !self.setup.hides_passwords) {
                Some(at) => {
                    self.memory.typing.retyped = true;
                    Decision::Act(PlannedAction::TypePassword { at, clear: chars })
                }
                // It never shows more; what is left of a slow page is given one more look.
                None if self.setup.hides_passwords => match self.look_again(now) {
                    Some(look) if self.memory.visit.as_ref().is_some_and(|visit| visit.rounds <= 1) => look,
                    _ => self.or_check(Decision::End(not_shown())),
                },
                None => self.patient(now, not_arrived(0, chars)),
            };
        }
        let hint = say!("phone-stayed-on-page", title = screen.title);
        self.patient(now, Ending::new(Outcome::NeedsPerson, Reason::UnknownScreen, hint))
    }

    fn tap(&mut self, stage: &Stage<'_>, target: &Selector, scroll: Option<Scroll>, mutates: bool) -> Decision {
        let (tree, what) = (stage.tree, stage.action.describe());
        if let Some(at) = only_one(tree, target).and_then(|node| tree.tap_point(node)) {
            if mutates && self.setup.dry_run {
                return Decision::End(Ending::good(Outcome::DryRun));
            }
            return self.spend(stage.screen, PlannedAction::Tap { at, what, mutates });
        }
        let (Some(scroll), Some(visit)) = (scroll, &mut self.memory.visit) else {
            return self.not_found(stage, &what);
        };
        let print = tree.fingerprint();
        let repeats = visit.last_tree == Some(print);
        visit.last_tree = Some(print);
        if visit.scrolls >= scroll.max || repeats {
            return self.not_found(stage, &what);
        }
        let most = scroll.max - visit.scrolls;
        visit.scrolls += 1;
        let (from, to) = swipe(tree, scroll.direction);
        Decision::Act(PlannedAction::Scroll { from, to, ids: target.ids(), most })
    }

    fn type_password(&mut self, stage: &Stage<'_>, into: &Selector) -> Decision {
        self.memory.typing.asked = true;
        if self.progress.submitted {
            return Decision::End(endings::asked_again());
        }
        if let Some(left) = &self.memory.typing.left_to_person {
            return Decision::End(left.clone());
        }
        if self.setup.password == Password::None {
            return Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::NoPassword,
                say!("phone-asks-for-accounts-password"),
            ));
        }
        if self.setup.dry_run {
            return Decision::End(Ending::good(Outcome::DryRun));
        }
        let tree = stage.tree;
        let found = only_one(tree, into).and_then(|node| Some((tree.tap_point(node)?, tree.node(node)?.masked_len())));
        let Some((at, shown)) = found else { return self.not_found(stage, &say!("to-type-the-password")) };
        self.spend(stage.screen, PlannedAction::TypePassword { at, clear: shown.unwrap_or_default() })
    }

    fn submit(&mut self, stage: &Stage<'_>, tap: &Selector) -> Decision {
        self.memory.typing.asked = true;
        if self.progress.submitted {
            return Decision::End(endings::asked_again());
        }
        if let Some(left) = &self.memory.typing.left_to_person {
            return Decision::End(left.clone());
        }
        let Password::Given { chars } = self.setup.password else {
            return Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::NoPassword,
                say!("somebody-else-typed-a-password"),
            ));
        };
        if self.setup.dry_run {
            return Decision::End(Ending::good(Outcome::DryRun));
        }
        let tree = stage.tree;
        let fields: Vec<(NodeId, usize)> =
            tree.nodes().filter_map(|(id, node)| Some((id, node.masked_len()?))).collect();
        let [(field, shown)] = fields[..] else { return self.not_found(stage, &say!("to-find-the-password-field")) };
        // A field that this program did not fill may hold anything: it is cleared and typed into first.
        if shown != chars || !self.memory.typing.typed {
            let at = tree.tap_point(field);
            if let (false, Some(at)) = (self.memory.typing.retyped, at) {
                self.memory.typing.retyped = self.memory.typing.typed;
                return Decision::Act(PlannedAction::TypePassword { at, clear: shown });
            }
            return Decision::End(not_arrived(shown, chars));
        }
        match only_one(tree, tap).and_then(|node| tree.tap_point(node)) {
            Some(_) if !self.memory.typing.permitted => Decision::AskPermit,
            Some(at) => self.spend(stage.screen, PlannedAction::Submit { at, what: stage.action.describe() }),
            None => self.not_found(stage, &stage.action.describe()),
        }
    }

    fn not_found(&mut self, stage: &Stage<'_>, what: &str) -> Decision {
        let title = &stage.screen.title;
        let hint = say!("could-not-find-exactly-one-place", what, title);
        self.patient(stage.now, Ending::new(Outcome::NeedsPerson, Reason::UnknownScreen, hint))
    }
}

/// What a popup's action comes to on this tree; only taps and keys do.
pub(super) fn on_popup(action: &Action, tree: &UiTree) -> Option<PlannedAction> {
    match action {
        Action::Tap { target, .. } => {
            let at = tree.tap_point(only_one(tree, target)?)?;
            Some(PlannedAction::Tap { at, what: action.describe(), mutates: false })
        }
        Action::Key(key) => Some(PlannedAction::Key(*key)),
        _ => None,
    }
}

fn not_arrived(shown: usize, chars: usize) -> Ending {
    Ending::new(
        Outcome::NeedsPerson,
        Reason::PasswordNotTypeable,
        say!("secure-keyboard-swallowed-characters", shown, chars),
    )
}

/// The field looks empty even when it is filled.
fn not_shown() -> Ending {
    Ending::new(Outcome::NeedsPerson, Reason::PasswordNotTypeable, say!("typed-password-cannot-be-checked"))
}

/// The node that a selector means, only where it is one thing.
fn only_one(tree: &UiTree, selector: &Selector) -> Option<NodeId> {
    match tree.target(selector) {
        Target::One(node) => Some(node),
        Target::Missing | Target::Several(_) => None,
    }
}

/// One swipe over the middle three quarters of what scrolls: slow and short enough that nothing between two looks is skipped.
fn swipe(tree: &UiTree, direction: Direction) -> (Point, Point) {
    let (width, height) = tree.display();
    let (width, height) = (width.cast_signed(), height.cast_signed());
    let area = tree.scroll_area().unwrap_or_else(|| crate::ui::Bounds::new(0, 0, width, height));
    let x = i32::midpoint(area.left, area.right);
    let edge = (area.bottom - area.top) / 8;
    let (upper, lower) = (Point { x, y: area.top + edge }, Point { x, y: area.bottom - edge });
    match direction {
        Direction::Down => (lower, upper),
        Direction::Up => (upper, lower),
    }
}
