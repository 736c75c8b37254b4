//! Asking the phone why a walk does not go on, before it is ended: the switch may be off, the screen dark or locked.

use super::super::Decision;
use super::state::Phase;
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
        if self.memory.checked {
            return decision;
        }
        self.memory.checked = true;
        self.phase = Phase::Checking(decision);
        Decision::Check
    }

    /// Without a window in front nothing that is done arrives: a screen that is off has none.
    pub(super) fn blind(&mut self, seen: &Observation) -> Option<Decision> {
        if seen.focus.is_some() || self.memory.in_flight || self.memory.blind_checks >= BLIND {
            return None;
        }
        if !matches!(seen.screen, ScreenRead::Tree(_)) {
            return None;
        }
        self.memory.blind_checks += 1;
        self.phase = Phase::Checking(AFRESH);
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
