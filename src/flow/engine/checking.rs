//! Asking the phone why a walk does not go on, before it is ended: the switch may be off, the screen dark or locked.

use super::super::Decision;
use super::{AFRESH, Engine};
use crate::model::Focus;
use crate::phone::Observation;
use crate::phone::ScreenRead;
use crate::ui::UiTree;

/// How often a walk asks only since no window has the focus. There are phones on which that cannot be read.
const BLIND: u32 = 3;

impl Engine<'_> {
    /// `decision`, but the phone is asked first what is wrong, once for each visit of a screen.
    pub(super) fn or_check(&mut self, decision: Decision) -> Decision {
        if self.checked {
            return decision;
        }
        self.checked = true;
        self.pending = Some(decision);
        Decision::Check
    }

    /// The decision after [`Decision::Check`], where the phone was found well: the one that was put off, or a fresh look where
    /// the phone had to be woken.
    pub fn checked(&mut self, woken: bool) -> Decision {
        let pending = self.pending.take();
        if woken {
            self.woken();
            return AFRESH;
        }
        pending.unwrap_or(AFRESH)
    }

    /// Whatever was done while the screen was dark had no effect, but what was begun on the screen is not begun again.
    fn woken(&mut self) {
        self.lost_looks = 0;
        self.homing = false;
        self.planned = None;
        match &mut self.visit {
            Some(visit) if visit.mutated => visit.rounds = 0,
            _ => self.visit = None,
        }
    }

    /// Without a window in front nothing that is done arrives: a screen that is off has none.
    pub(super) fn blind(&mut self, seen: &Observation) -> Option<Decision> {
        if seen.focus.is_some() || self.in_flight || self.blind_checks >= BLIND {
            return None;
        }
        if !matches!(seen.screen, ScreenRead::Tree(_)) {
            return None;
        }
        self.blind_checks += 1;
        self.pending = Some(AFRESH);
        Some(Decision::Check)
    }
}

/// Whether a tree is of another window than the one in front: a dump that came late, or of a screen that has changed since.
pub(super) fn is_of_another_window(tree: &UiTree, focus: Option<&Focus>) -> bool {
    let activity = focus.filter(|focus| is_activity(focus));
    activity.is_some_and(|focus| !tree.nodes().any(|(_, node)| node.package == focus.package))
}

/// Whether the window in front is no page of an app: the lock screen, the notifications, a dialog of the system. A page that
/// was read then lies below it, or was there before it.
pub(super) fn is_covered(focus: Option<&Focus>) -> bool {
    focus.is_some_and(|focus| !is_activity(focus))
}

fn is_activity(focus: &Focus) -> bool {
    focus.activity.contains('.')
}
