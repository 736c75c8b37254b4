//! A phone's clock: what will happen and when, and when something last moved. Nothing runs in the background; whoever touches the
//! phone takes what was due by then off this list.

use super::stack::Task;
use crate::screens::ScreenId;

/// A page change, from tap to drawn, in ms.
pub(super) const PAGE_CHANGE: u64 = 300;

/// Something that happens at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// A page opens over the current one of a task, and the task comes to the front.
    Push(Task, ScreenId),
    /// The current page closes.
    Pop,
    /// A task comes to the front.
    Front(Task),
    /// The sign-out's next page appears over the page it started from.
    Step(ScreenId),
    /// A spinner has ended.
    SpinnerDone(ScreenId),
    /// The server has judged the password.
    Judged,
    /// The keyboard comes up or goes.
    Keyboard(bool),
    /// What comes up over a password field that has the focus does.
    OverField,
    /// The lock screen goes.
    Unlock,
    /// A pop-up closes.
    ClosePopup,
    /// The caller gives up.
    RingingEnds,
    /// Something moved that has no page (a toast).
    Moved,
}

/// What is due, by the phone's milliseconds.
#[derive(Debug)]
pub(super) struct Agenda {
    due: Vec<(u64, Action)>,
    moved_at: u64,
    booted_at: u64,
}

impl Agenda {
    /// Nothing is due; the phone has booted after this many ms.
    pub(super) fn new(boots_for: u64) -> Self {
        Self { due: Vec::new(), moved_at: 0, booted_at: boots_for }
    }

    /// Puts an action on the list.
    pub(super) fn later(&mut self, at: u64, action: Action) {
        self.due.push((at, action));
    }

    /// Takes the earliest action that is due by now off the list; of several at one time, the one that was put there first.
    pub(super) fn next(&mut self, now: u64) -> Option<(u64, Action)> {
        let due = self.due.iter().enumerate().filter(|(_, (at, _))| *at <= now);
        let (place, _) = due.min_by_key(|(_, (at, _))| *at)?;
        Some(self.due.remove(place))
    }

    /// When the next action is due.
    pub(super) fn first_due(&self) -> Option<u64> {
        self.due.iter().map(|(at, _)| *at).min()
    }

    /// Whether such an action is to come.
    pub(super) fn has(&self, which: impl Fn(Action) -> bool) -> bool {
        self.due.iter().any(|(_, action)| which(*action))
    }

    /// Strikes such actions off.
    pub(super) fn strike(&mut self, which: impl Fn(Action) -> bool) {
        self.due.retain(|(_, action)| !which(*action));
    }

    /// Strikes everything off.
    pub(super) fn clear(&mut self) {
        self.due.clear();
    }

    /// Lets the spinner that turns now end at another time. Gives whether one turns.
    pub(super) fn move_spinner(&mut self, at: u64) -> bool {
        let turning = self.due.iter_mut().find(|(_, action)| matches!(action, Action::SpinnerDone(_)));
        let turns = turning.is_some();
        if let Some((due, _)) = turning {
            *due = at;
        }
        turns
    }

    /// Something on the screen moved.
    pub(super) fn moved(&mut self, at: u64) {
        self.moved_at = self.moved_at.max(at);
    }

    /// When something on the screen last moved.
    pub(super) fn moved_at(&self) -> u64 {
        self.moved_at
    }

    /// The phone starts anew, and has booted at this time.
    pub(super) fn reboot(&mut self, booted_at: u64) {
        self.due.clear();
        self.booted_at = booted_at;
    }

    /// Whether the phone has ended booting.
    pub(super) fn is_booted(&self, now: u64) -> bool {
        now >= self.booted_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_comes_in_order_and_once() {
        let mut agenda = Agenda::new(0);
        for (at, action) in [(30, Action::Pop), (10, Action::Judged), (10, Action::Moved), (99, Action::Unlock)] {
            agenda.later(at, action);
        }
        assert_eq!(agenda.first_due(), Some(10));
        let taken: Vec<_> = std::iter::from_fn(|| agenda.next(50)).collect();
        assert_eq!(taken, [(10, Action::Judged), (10, Action::Moved), (30, Action::Pop)]);
        assert!(agenda.has(|a| a == Action::Unlock));
        agenda.strike(|a| a == Action::Unlock);
        assert_eq!(agenda.first_due(), None);
    }

    #[test]
    fn only_a_spinner_that_turns_is_moved() {
        let mut agenda = Agenda::new(0);
        agenda.later(5, Action::Pop);
        assert!(!agenda.move_spinner(80));
        agenda.later(10, Action::SpinnerDone(ScreenId::SigningOut));
        assert!(agenda.move_spinner(80));
        assert_eq!(agenda.next(50), Some((5, Action::Pop)));
        assert_eq!(agenda.next(50), None);
    }
}
