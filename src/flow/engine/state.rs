//! What the engine knows, apart by how long it holds: the setup of the walk, what this walk has seen and done, and the phase it is
//! in. What is durable is [`Progress`](crate::event::Progress).

use std::collections::BTreeMap;
use std::time::Duration;

use crate::flow::{Decision, Password, Patience, PlannedAction};
use crate::model::Ending;
use crate::profile::{DeviceProfile, Options, Verdict};

/// What a walk is given, and never changes.
#[derive(Clone, Copy, Debug)]
pub struct Setup<'p> {
    /// How this phone's screens are known and answered.
    pub profile: &'p DeviceProfile,
    /// Answers to what phones ask.
    pub options: Options,
    /// What is known of the password.
    pub password: Password,
    /// End before the first step that changes anything.
    pub dry_run: bool,
    /// The phone's language, as `ro.product.locale` or `persist.sys.locale` name it (`de-DE`).
    pub locale: &'p str,
    /// How long to wait.
    pub patience: Patience,
    /// The phone shows an empty password field whatever it holds (Android 7 and older): then nothing is typed twice.
    pub hides_passwords: bool,
}

/// The stay on one screen, until another is recognised.
#[derive(Clone, Debug, Default)]
pub(super) struct Visit {
    pub(super) screen: String,
    pub(super) since: Duration,
    pub(super) next_action: usize,
    pub(super) mutated: bool,
    pub(super) scrolls: u32,
    pub(super) last_tree: Option<u64>,
    pub(super) rounds: u32,
}

/// A mutating step.
#[derive(Clone, Debug)]
pub(super) struct Mutation {
    pub(super) screen: String,
    pub(super) action: PlannedAction,
    /// Whether the screen had been tapped before.
    pub(super) again: bool,
}

impl Mutation {
    pub(super) fn submits(&self) -> bool {
        matches!(self.action, PlannedAction::Submit { .. })
    }
}

/// What the engine expects to be told next. Each variant holds what only that phase has, so that a step that is begun and one that is
/// still to be written can't stand side by side.
#[derive(Debug, Default)]
pub(super) enum Phase {
    /// An observation: of a look, an opening, or an act that changes nothing.
    #[default]
    Looking,
    /// That this step is on disk.
    Writing(Mutation),
    /// An observation of what this step did.
    Mutated(Mutation),
    /// What the phone said of why the walk does not go on; this decision comes where it said nothing.
    Checking(Decision),
    /// Nothing, unless a person acts on the phone.
    Ended(Ending),
}

/// The way to the account page.
#[derive(Debug)]
pub(super) enum Way {
    /// Not there yet: the next entry of the profile to try, and the flow that leads there, where one is followed.
    In { next: usize, flow: Option<String> },
    /// A screen of the sign-out has been recognised.
    Arrived,
}

impl Way {
    /// The first way in.
    pub(super) const START: Self = Self::In { next: 0, flow: None };

    pub(super) fn has_arrived(&self) -> bool {
        matches!(self, Self::Arrived)
    }
}

/// What an earlier walk on this phone left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Earlier {
    /// The first screen that is recognised may be one that the earlier walk was interrupted on.
    pub(super) resumed: bool,
    /// It submitted the password.
    pub(super) submitted: bool,
    /// This walk has begun anew since: what it sees tells nothing of that submission.
    pub(super) moved_on: bool,
}

/// The password on this walk.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact, and they combine freely")]
pub(super) struct Typing {
    /// A page asked for it.
    pub(super) asked: bool,
    /// The text of the field in front was typed by this walk.
    pub(super) typed: bool,
    /// It was typed a second time, since it had not arrived.
    pub(super) retyped: bool,
    /// The account's turn to submit has come.
    pub(super) permitted: bool,
    /// How the walk ends where the password is still asked for: a person types it now.
    pub(super) left_to_person: Option<Ending>,
}

/// What this walk has seen and done.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) way: Way,
    pub(super) earlier: Earlier,
    pub(super) visit: Option<Visit>,
    pub(super) typing: Typing,
    pub(super) turns: u32,
    /// Looks in a row at nothing that is known.
    pub(super) lost_looks: u32,
    pub(super) popups: BTreeMap<String, u32>,
    /// The popup in front that goes away by itself, and since when it is there.
    pub(super) waiting: Option<(String, Duration)>,
    /// The screen recognised last.
    pub(super) last_seen: Option<String>,
    /// The screen in front, where the last look recognised one.
    pub(super) front: Option<String>,
    /// What a screen said about the submitted password.
    pub(super) verdict: Option<Verdict>,
    /// Something was done whose effect may still be under way: an account that is present proves nothing yet.
    pub(super) in_flight: bool,
    /// The home key was pressed to begin anew.
    pub(super) homing: bool,
    pub(super) restarts: u32,
    /// Refusals closed that this walk did not cause.
    pub(super) backs: u32,
    /// The phone was asked what is wrong since the visit began.
    pub(super) checked: bool,
    /// Checks made only because no window has the focus.
    pub(super) blind_checks: u32,
    /// When the phone was last told to do or to show something.
    pub(super) told_at: Option<Duration>,
    /// The longest that this phone took to show its screen, or to say that it can't.
    pub(super) slowest_look: Duration,
}

impl Memory {
    /// The memory of a walk that has not begun. `mutated` and `submitted` say what an earlier walk did.
    pub(super) fn new(mutated: bool, submitted: bool) -> Self {
        Self {
            way: Way::START,
            earlier: Earlier { resumed: mutated, submitted, moved_on: false },
            visit: None,
            typing: Typing::default(),
            turns: 0,
            lost_looks: 0,
            popups: BTreeMap::new(),
            waiting: None,
            last_seen: None,
            front: None,
            verdict: None,
            in_flight: mutated,
            homing: false,
            restarts: 0,
            backs: 0,
            checked: false,
            blind_checks: 0,
            told_at: None,
            slowest_look: Duration::ZERO,
        }
    }

    /// The connection was lost: what was in front is forgotten, for the phone may have been restarted. What was done on the screen in
    /// front is not. Once the password was `submitted` there is nothing to go in for again.
    pub(super) fn forget_front(&mut self, submitted: bool) {
        self.lost_looks = 0;
        self.last_seen = None;
        self.front = None;
        self.way = if submitted { Way::Arrived } else { Way::START };
        self.homing = false;
        self.typing.typed = false;
        match &mut self.visit {
            // What was typed may be gone, and typing clears the field first.
            Some(visit) if !visit.mutated => self.visit = None,
            Some(visit) => visit.rounds = 0,
            None => {}
        }
    }

    /// The phone was dark and has been woken: what was done meanwhile had no effect, but what was begun on the screen is not begun again.
    pub(super) fn forget_darkness(&mut self) {
        self.lost_looks = 0;
        self.homing = false;
        match &mut self.visit {
            Some(visit) if visit.mutated => visit.rounds = 0,
            _ => self.visit = None,
        }
    }
}
