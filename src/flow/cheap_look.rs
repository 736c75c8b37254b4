//! The cheap look in a walk: in place of a dump where the page is known and only places, states or a number of characters are asked.
//!
//! It is tried right after a dump, so that the two can be compared, and timed. Where it is missing, disagrees with the dump, or is no
//! faster, the walk does without it on that phone.

use std::time::Duration;

use super::{Decision, PlannedAction};
use crate::ui::views::{ScreenViews, Standing};
use crate::ui::{Agreement, Bounds, Point, UiTree};

/// A swipe moves its page by so many pixels less than the finger: the touch slop, at most 24 dp at 640 dpi, and then some.
const SLOP: i32 = 60;

/// So many looks in a row that show a page unchanged do without a dump: a text may change where no view does.
const MOST_UNCHANGED: u32 = 3;

/// What is known of the cheap look on one phone.
#[derive(Debug)]
pub(super) struct CheapLook {
    state: State,
    /// What the last dump took.
    dump_took: Option<Duration>,
    /// The windows that were there when the views last agreed with a dump.
    windows: Vec<String>,
    /// The views of a page that is waited on, and how often they were seen unchanged since its dump.
    waiting: Option<(u64, u32)>,
    /// Where a tap was put off, since its button was not as the dump showed it.
    doubted: Option<Point>,
    /// The views seen last.
    last: Option<ScreenViews>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Untried,
    Works,
    GivenUp,
}

/// What a look right before an act says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Go on.
    Act,
    /// The page is not as the dump showed it: look anew.
    LookAnew,
}

impl CheapLook {
    /// `is_there` where the phone's Android has the command.
    pub(super) fn new(is_there: bool) -> Self {
        let state = if is_there { State::Untried } else { State::GivenUp };
        Self { state, dump_took: None, windows: Vec::new(), waiting: None, doubted: None, last: None }
    }

    /// Whether a look is worth its time right before a decision that follows a dump.
    pub(super) fn is_wanted(&self, decision: &Decision) -> bool {
        let acts = match decision {
            Decision::WriteAhead { .. } | Decision::Act(PlannedAction::TypePassword { .. }) => true,
            Decision::Act(PlannedAction::Scroll { ids, .. }) => !ids.is_empty(),
            _ => false,
        };
        acts && self.state != State::GivenUp
    }

    /// Whether it is read beside a dump. Before it is known whether it is faster than a dump, only where it is read while the dump waits,
    /// after inputs.
    pub(super) fn is_read_beside_dump(&self, after_inputs: bool) -> bool {
        match self.state {
            State::Works => true,
            State::Untried => after_inputs,
            State::GivenUp => false,
        }
    }

    /// Whether the act's own look may be the cheap one.
    pub(super) fn replaces_dump_after(&self, decision: &Decision) -> bool {
        self.state == State::Works && matches!(decision, Decision::Act(PlannedAction::TypePassword { .. }))
    }

    /// Whether a look of a page that stays may be the cheap one: that page was seen by it when it was last dumped.
    pub(super) fn replaces_dump_while_waiting(&self) -> bool {
        self.state == State::Works && self.waiting.is_some_and(|(_, looks)| looks < MOST_UNCHANGED)
    }

    /// A dump was made in so much time.
    pub(super) fn dumped(&mut self, took: Duration) {
        self.dump_took = Some(took);
        self.waiting = None;
        self.last = None;
    }

    /// The connection was lost, or the views told too little: what was seen is old.
    pub(super) fn forget(&mut self) {
        self.waiting = None;
        self.last = None;
    }

    /// Something was done: the page that was waited on is no longer the one to wait on.
    pub(super) fn forget_waiting(&mut self) {
        self.waiting = None;
    }

    /// Takes newer views of the page, and says whether anything is elsewhere than in the last ones.
    pub(super) fn has_moved(&mut self, views: &ScreenViews) -> bool {
        let before = self.last.replace(views.clone());
        before.is_none_or(|before| before.fingerprint() != views.fingerprint())
    }

    /// Whether the views were found to agree with a dump on this phone.
    pub(super) fn works(&self) -> bool {
        self.state == State::Works
    }

    /// Takes the views seen right after the dump of `tree`, before a tap at a point where there is one. What they `took` is known where
    /// nothing was read beside them.
    pub(super) fn before(
        &mut self,
        views: Option<&ScreenViews>,
        took: Option<Duration>,
        tree: &UiTree,
        tap: Option<Point>,
    ) -> Before {
        let Some(views) = views else {
            self.state = State::GivenUp;
            return Before::Act;
        };
        let agreement = tree.agrees_with(views);
        if self.state == State::Untried {
            let is_slow = self.dump_took.zip(took).is_some_and(|(dump, took)| took >= dump);
            match agreement {
                Agreement::Other => self.state = State::GivenUp,
                Agreement::Same if is_slow => self.state = State::GivenUp,
                Agreement::Same => self.state = State::Works,
                // A page that shows no ids, a web page: another one may.
                Agreement::Nothing => return Before::Act,
            }
        }
        if self.state == State::GivenUp {
            return Before::Act;
        }
        let node = tap.and_then(|at| Some((at, tree.clickable_at(at)?)));
        let is_changed = node.is_some_and(|(_, node)| views.standing(node) == Standing::Changed);
        if agreement == Agreement::Other || is_changed {
            // The dump is right: where it shows the same again, or nothing is tapped that could be looked at anew, the cheap look is
            // done with on this phone. What was agreed on once may be wrong later.
            let repeats = tap.is_none_or(|at| self.doubted.replace(at) == Some(at));
            if repeats {
                self.state = State::GivenUp;
                return Before::Act;
            }
            return Before::LookAnew;
        }
        self.doubted = None;
        self.windows = views.window_titles().into_iter().map(str::to_owned).collect();
        self.last = Some(views.clone());
        Before::Act
    }

    /// Keeps the views of a page that is waited on, right after its dump.
    pub(super) fn keep_waiting(&mut self, views: &ScreenViews, tree: &UiTree) {
        // A web page changes within one view.
        let is_web = tree.nodes().any(|(_, node)| node.class.ends_with("WebView"));
        if self.state == State::Works && !is_web && tree.agrees_with(views) == Agreement::Same {
            self.waiting = Some((views.fingerprint(), 0));
        }
    }

    /// Whether a page that is waited on still looks the same.
    pub(super) fn is_unchanged(&mut self, views: &ScreenViews) -> bool {
        let Some((first, looks)) = &mut self.waiting else { return false };
        *looks += 1;
        *first == views.fingerprint()
    }

    /// The tree of the last dump as it is after an act, where the views tell enough: the same windows, and for a password as many
    /// characters as were typed.
    pub(super) fn refreshed(&mut self, views: &ScreenViews, tree: &UiTree, typed: Option<usize>) -> Option<UiTree> {
        if views.window_titles() != self.windows {
            return None;
        }
        let now = tree.refreshed(views)?;
        if let Some(chars) = typed {
            let mut fields = now.nodes().filter_map(|(_, node)| node.masked_len());
            if fields.next() != Some(chars) || fields.next().is_some() {
                return None;
            }
        }
        self.last = Some(views.clone());
        Some(now)
    }

    /// A swipe that brings a target with one of these resource ids into sight, where the views tell how far away it is.
    pub(super) fn swipe_to(&self, ids: &[String], tree: &UiTree) -> Option<(Point, Point)> {
        if self.state != State::Works {
            return None;
        }
        let target = self.last.as_ref()?.only(ids)?;
        let (width, height) = tree.display();
        let whole = Bounds::new(0, 0, width.cast_signed(), height.cast_signed());
        let area = tree.scroll_area().unwrap_or(whole);
        let room = (area.bottom - area.top) / 8;
        // Down to where the target is well within, not more than a finger can do on the area.
        let distance = if target.bounds.bottom > area.bottom - room {
            target.bounds.bottom - (area.bottom - room) + SLOP
        } else if target.bounds.top < area.top + room {
            target.bounds.top - (area.top + room) - SLOP
        } else {
            return None;
        };
        let most = (area.bottom - area.top) * 3 / 4;
        let distance = distance.clamp(-most, most);
        let (x, middle) = (i32::midpoint(area.left, area.right), i32::midpoint(area.top, area.bottom));
        let half = distance / 2;
        Some((Point { x, y: middle + half }, Point { x, y: middle + half - distance }))
    }
}
