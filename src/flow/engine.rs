//! The engine: from one observation to one decision. Pure: no I/O, no clock of its own, bounded.
//!
//! Each turn waits (at most [`Patience`] in a row), spends a visit, or ends.

use std::time::Duration;

use crate::event::Progress;
use crate::model::{Outcome, Presence, Reason};
use crate::phone::{KeyCode, Look, NotReady, Observation, Opening, Refusal, ScreenRead, Settle};
use crate::profile::{
    Action, DeviceProfile, Direction, Entry, Key, OpenSpec, Options, Reaction, Recognised, Screen, Scroll, Verdict,
    View,
};
use crate::ui::{NodeId, Point, Selector, Target, UiTree};

/// How long a walk waits before it gives up on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Looks in a row at a blank, unreadable or unknown screen.
    pub looks: u32,
    /// How long a screen may stay after its mutating step was done.
    pub slow_page: Duration,
    /// Visits of one screen.
    pub visits: u32,
    /// Turns in all.
    pub turns: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { looks: 4, slow_page: Duration::from_secs(45), visits: 6, turns: 300 }
    }
}

/// What the engine knows of the password: never the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// None was given.
    None,
    /// One was given, of so many characters.
    Given {
        /// Characters, as a masked field shows them.
        chars: usize,
    },
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Look again.
    Look {
        /// What to wait for on the phone first.
        settle: Settle,
        /// What to read.
        look: Look,
    },
    /// Open a page.
    Open(Opening),
    /// Act on the screen in front.
    Act(PlannedAction),
    /// Ask whether the account's password may be submitted now; then [`Engine::granted`], and decide again.
    AskPermit,
    /// Done with this phone.
    End(Ending),
}

/// One action with its coordinates.
#[derive(Clone, Debug, PartialEq)]
pub enum PlannedAction {
    /// Tap here.
    Tap {
        /// Where.
        at: Point,
        /// In words.
        what: String,
        /// Whether it changes the phone or its account.
        mutates: bool,
    },
    /// Scroll by one swipe.
    Scroll {
        /// Finger down.
        from: Point,
        /// Finger up.
        to: Point,
    },
    /// Focus the field, clear it, type the password.
    TypePassword {
        /// The field.
        at: Point,
        /// Characters to delete first.
        clear: usize,
    },
    /// Submit the password that was typed.
    Submit {
        /// The button.
        at: Point,
        /// In words.
        what: String,
    },
    /// Focus the field and type plain words.
    Words {
        /// The field.
        at: Point,
        /// What to type.
        text: String,
    },
    /// Press a key.
    Key(KeyCode),
}

impl PlannedAction {
    /// The action in words; never what is typed.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Tap { what, .. } | Self::Submit { what, .. } => what.clone(),
            Self::Scroll { .. } => "scroll".into(),
            Self::TypePassword { .. } => "type password".into(),
            Self::Words { .. } => "type a search word".into(),
            Self::Key(key) => format!("press {key:?}").to_lowercase(),
        }
    }

    /// Whether it changes the phone or its account.
    #[must_use]
    pub fn mutates(&self) -> bool {
        matches!(self, Self::Tap { mutates: true, .. } | Self::Submit { .. })
    }
}

/// How a walk ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The outcome.
    pub outcome: Outcome,
    /// The reason, where there is one.
    pub reason: Option<Reason>,
    /// What to do.
    pub hint: Option<String>,
}

impl Ending {
    /// An ending with a reason and what to do.
    #[must_use]
    pub fn new(outcome: Outcome, reason: Reason, hint: impl Into<String>) -> Self {
        debug_assert!(reason.fits(outcome), "{reason} beside {outcome}");
        Self { outcome, reason: Some(reason), hint: Some(hint.into()) }
    }

    /// A good ending, which needs no reason.
    #[must_use]
    pub fn good(outcome: Outcome) -> Self {
        debug_assert!(outcome.is_good());
        Self { outcome, reason: None, hint: None }
    }
}

/// The stay on one screen, until another is recognised.
#[derive(Clone, Debug, Default)]
struct Visit {
    screen: String,
    since: Duration,
    next_action: usize,
    mutated: bool,
    scrolls: u32,
    last_tree: Option<u64>,
    rounds: u32,
}

/// Decides what to do with one phone.
pub struct Engine<'p> {
    profile: &'p DeviceProfile,
    options: Options,
    password: Password,
    dry_run: bool,
    locale: String,
    patience: Patience,
    progress: Progress,
    visit: Option<Visit>,
    entry: usize,
    entry_flow: Option<String>,
    entered: bool,
    lost_looks: u32,
    turns: u32,
    retyped: bool,
    popups: std::collections::BTreeMap<String, u32>,
    last_seen: Option<String>,
    verdict: Option<Verdict>,
    permitted: bool,
}

/// Looks that follow a submission wait this long on the phone for a change, so that the account is gone before a dump is paid for.
const SETTLE: Settle = Settle::Change { max: Duration::from_secs(3) };
const SCREEN: Look = Look::Screen { skip_when_absent: true };
/// The walk's own flow in a profile.
const FLOW: &str = "sign-out";

impl<'p> Engine<'p> {
    /// An engine for a phone whose account is known to be present; `progress` is what an earlier connection or run did.
    #[must_use]
    pub fn new(
        profile: &'p DeviceProfile,
        options: Options,
        password: Password,
        dry_run: bool,
        locale: &str,
        patience: Patience,
        progress: Progress,
    ) -> Self {
        Self {
            profile,
            options,
            password,
            dry_run,
            locale: locale.to_owned(),
            patience,
            progress,
            visit: None,
            entry: 0,
            entry_flow: None,
            entered: false,
            lost_looks: 0,
            turns: 0,
            retyped: false,
            popups: std::collections::BTreeMap::new(),
            last_seen: None,
            verdict: None,
            permitted: false,
        }
    }

    /// What was done so far.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What was done so far, for counting.
    pub fn progress_mut(&mut self) -> &mut Progress {
        &mut self.progress
    }

    /// The screen recognised last, by name.
    #[must_use]
    pub fn last_screen(&self) -> Option<&str> {
        self.last_seen.as_deref()
    }

    /// The words for the screen recognised last.
    #[must_use]
    pub fn last_title(&self) -> Option<&str> {
        let name = self.last_seen.as_deref()?;
        self.profile.screens.iter().find(|s| s.name == name).map(|s| s.title.as_str())
    }

    /// What a screen said about the password that was submitted.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    /// The password may be submitted now.
    pub fn granted(&mut self) {
        self.permitted = true;
    }

    /// Forgets what was in front, after a reconnect: the next decision follows a fresh look.
    pub fn reconnected(&mut self) {
        self.lost_looks = 0;
    }

    /// The first decision: the first way in, or a look where an earlier connection had already begun.
    pub fn start(&mut self) -> Decision {
        if self.progress.mutated() {
            self.entered = true;
            return Decision::Look { settle: Settle::Nothing, look: SCREEN };
        }
        self.way_in()
    }

    /// Decides on one observation. `now` is the time since the walk began, without the time spent waiting for a person.
    pub fn decide(&mut self, seen: &Observation, now: Duration) -> Decision {
        self.turns += 1;
        if seen.accounts.presence() == Presence::Absent {
            self.note_screen_of(seen);
            return Decision::End(Ending::good(Outcome::SignedOut));
        }
        if self.turns > self.patience.turns {
            return self.stuck("the walk took too many turns");
        }
        match &seen.refused {
            Some(Refusal::InputNotAllowed) => return Decision::End(input_not_allowed()),
            Some(Refusal::CannotOpen(_)) if !self.entered => return self.way_in(),
            _ => {}
        }
        let tree = match &seen.screen {
            ScreenRead::Tree(tree) => Some(tree),
            _ => None,
        };
        let view = View { focus: seen.focus.as_ref(), presence: seen.accounts.presence(), tree };
        let profile = self.profile;
        match profile.recognise(&view) {
            Recognised::Screen(screen) => self.on_screen(screen, tree, now),
            Recognised::Popup(popup) => self.on_popup(popup, tree),
            Recognised::Several(names) => {
                let names = names.join("' and '");
                self.on_nothing(seen, now, &format!("it fits '{names}' alike"))
            }
            Recognised::NeedsTree if matches!(seen.screen, ScreenRead::Skipped) => {
                Decision::Look { settle: self.waiting_settle(), look: SCREEN }
            }
            Recognised::NeedsTree | Recognised::Nothing => self.on_nothing(seen, now, "no profile knows it"),
        }
    }

    /// The ending where the walk's time is up or the phone is lost for good, from what can still be said.
    #[must_use]
    pub fn cut_short(&self, presence: Presence, reason: Reason, hint: &str) -> Ending {
        match presence {
            Presence::Absent => Ending::good(Outcome::SignedOut),
            Presence::Present if self.progress.mutated() => {
                Ending::new(Outcome::Failed, Reason::StillSignedIn, format!("the account is still there; {hint}"))
            }
            _ if self.progress.mutated() => {
                Ending::new(Outcome::Unknown, reason, format!("look at the phone before doing anything; {hint}"))
            }
            _ => Ending::new(Outcome::Failed, reason, hint),
        }
    }

    fn waiting_settle(&self) -> Settle {
        if self.progress.submitted { SETTLE } else { Settle::Nothing }
    }

    fn note_screen_of(&mut self, seen: &Observation) {
        let tree = match &seen.screen {
            ScreenRead::Tree(tree) => Some(tree),
            _ => None,
        };
        let view = View { focus: seen.focus.as_ref(), presence: Presence::Absent, tree };
        self.last_seen = match self.profile.recognise(&view) {
            Recognised::Screen(screen) => Some(screen.name.clone()),
            _ => None,
        };
    }

    /// The next way into the account page, or the end where none is left.
    fn way_in(&mut self) -> Decision {
        let Some(entry) = self.profile.entry.get(self.entry) else {
            return Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::UnknownScreen,
                "the Mi / Xiaomi Account page could not be opened: open Settings > Mi / Xiaomi Account on the phone, look what is there, then run again",
            ));
        };
        self.entry += 1;
        self.lost_looks = 0;
        match entry {
            Entry::Open(open) => Decision::Open(opening(open)),
            Entry::Flow(name) => {
                self.entry_flow = Some(name.clone());
                Decision::Look { settle: Settle::Nothing, look: SCREEN }
            }
        }
    }

    /// A blank, unreadable or unknown screen: patience, then the next way in, then the end.
    fn on_nothing(&mut self, seen: &Observation, now: Duration, why: &str) -> Decision {
        self.lost_looks += 1;
        let spinner = self.visit.as_ref().and_then(|v| self.waits(&v.screen).map(|max| (v.since, max)));
        let moving = matches!(seen.screen, ScreenRead::NotReady(NotReady::NotIdle));
        if let (true, Some((since, max))) = (moving, spinner) {
            if now.saturating_sub(since) < max {
                return Decision::Look { settle: SETTLE, look: SCREEN };
            }
        }
        if self.lost_looks < self.patience.looks {
            let settle = if self.lost_looks == 1 { self.waiting_settle() } else { SETTLE };
            return Decision::Look { settle, look: SCREEN };
        }
        // Where no way is left and the screen can't even be read, it is the dump that failed, and no page that nobody knows.
        let unreadable = matches!(seen.screen, ScreenRead::NotReady(_) | ScreenRead::Unreadable(_));
        if !self.entered && (!unreadable || self.entry < self.profile.entry.len()) {
            return self.way_in();
        }
        let focus = seen.focus.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        match &seen.screen {
            ScreenRead::NotReady(_) | ScreenRead::Unreadable(_) => {
                let hint = format!(
                    "the screen could not be read ({focus}): look at the phone, close other tools that use it, then run again"
                );
                Decision::End(self.cut_short(seen.accounts.presence(), Reason::DumpFailed, &hint))
            }
            _ => Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::UnknownScreen,
                format!(
                    "the phone shows a page that is not acted on ({focus}; {why}): finish or close it on the phone, then run again"
                ),
            )),
        }
    }

    fn waits(&self, screen: &str) -> Option<Duration> {
        match self.reaction(screen)? {
            Reaction::Wait { max } => Some(*max),
            _ => None,
        }
    }

    fn reaction(&self, screen: &str) -> Option<&'p Reaction> {
        let profile = self.profile;
        profile
            .reaction(FLOW, screen, &self.options)
            .or_else(|| profile.reaction(self.entry_flow.as_deref().filter(|_| !self.entered)?, screen, &self.options))
    }

    fn on_popup(&mut self, popup: &'p Screen, tree: Option<&UiTree>) -> Decision {
        self.last_seen = Some(popup.name.clone());
        let count = self.popups.entry(popup.name.clone()).or_default();
        *count += 1;
        let (count, max) = (*count, popup.max.unwrap_or(1));
        let action = match self.profile.reaction(FLOW, &popup.name, &self.options) {
            Some(Reaction::Do { actions, .. }) if count <= max => actions.first(),
            Some(Reaction::End { outcome, reason, hint }) => {
                return Decision::End(Ending::new(*outcome, *reason, hint));
            }
            Some(Reaction::Wait { .. }) if count <= max => {
                return Decision::Look { settle: SETTLE, look: SCREEN };
            }
            _ => None,
        };
        let planned = action.zip(tree).and_then(|(action, tree)| match action {
            Action::Tap { target, .. } => {
                let at = tree.tap_point(only_one(tree, target)?)?;
                Some(PlannedAction::Tap { at, what: action.describe(), mutates: false })
            }
            Action::Key(key) => Some(PlannedAction::Key(key_code(*key))),
            _ => None,
        });
        match planned {
            Some(planned) => Decision::Act(planned),
            None => Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::UnknownScreen,
                format!("'{}' stays in front: close it on the phone, then run again", popup.title),
            )),
        }
    }

    fn on_screen(&mut self, screen: &'p Screen, tree: Option<&UiTree>, now: Duration) -> Decision {
        self.lost_looks = 0;
        self.last_seen = Some(screen.name.clone());
        if self.progress.submitted && screen.verdict.is_some() {
            self.verdict = screen.verdict;
        }
        if self.visit.as_ref().is_none_or(|v| v.screen != screen.name) {
            let visits = self.progress.visits.entry(screen.name.clone()).or_default();
            *visits += 1;
            let too_often = *visits > self.patience.visits;
            self.visit = Some(Visit { screen: screen.name.clone(), since: now, ..Visit::default() });
            if too_often {
                return self.stuck(&format!("'{}' came again and again", screen.title));
            }
        }
        if self.profile.reaction(FLOW, &screen.name, &self.options).is_some() {
            self.entered = true;
        }
        match self.reaction(&screen.name) {
            Some(Reaction::End { outcome, reason, hint }) => Decision::End(Ending::new(*outcome, *reason, hint)),
            Some(Reaction::Wait { max }) => self.wait(*max, now, &screen.title),
            Some(Reaction::Do { actions, mutates }) => self.act(screen, actions, *mutates, tree, now),
            None if !self.entered => self.not_there_yet(),
            None => {
                let hint =
                    format!("the phone went to '{}', which ends the walk: look at it, then run again", screen.title);
                self.patient(now, Ending::new(Outcome::NeedsPerson, Reason::UnknownScreen, hint))
            }
        }
    }

    /// A known screen that is no part of the walk, before the account page was reached.
    fn not_there_yet(&mut self) -> Decision {
        let rounds = self.visit.as_mut().map_or(0, |v| {
            v.rounds += 1;
            v.rounds
        });
        if rounds < 2 { Decision::Look { settle: SETTLE, look: SCREEN } } else { self.way_in() }
    }

    fn wait(&mut self, max: Duration, now: Duration, title: &str) -> Decision {
        let Some(visit) = &mut self.visit else { return Decision::Look { settle: SETTLE, look: SCREEN } };
        if now.saturating_sub(visit.since) >= max {
            let hint = format!("'{title}' did not end within {} s", max.as_secs());
            return Decision::End(self.cut_short(Presence::Unknown, Reason::Timeout, &hint));
        }
        visit.rounds += 1;
        // A spinner never idles, and a dump of it costs its ten seconds: probes first, a dump every second time.
        let look = if visit.rounds % 2 == 1 { Look::Probes } else { SCREEN };
        Decision::Look { settle: SETTLE, look }
    }

    /// Waits on the screen in front for as long as a slow page may take, then ends.
    fn patient(&mut self, now: Duration, ending: Ending) -> Decision {
        match &mut self.visit {
            Some(visit) if now.saturating_sub(visit.since) < self.patience.slow_page && visit.rounds < 12 => {
                visit.rounds += 1;
                Decision::Look { settle: SETTLE, look: SCREEN }
            }
            _ => Decision::End(ending),
        }
    }

    fn stuck(&self, why: &str) -> Decision {
        Decision::End(Ending::new(
            Outcome::NeedsPerson,
            Reason::UnknownScreen,
            format!("{why}: look at the phone, bring it back to the home screen, then run again"),
        ))
    }

    fn act(
        &mut self,
        screen: &'p Screen,
        actions: &'p [Action],
        mutates: bool,
        tree: Option<&UiTree>,
        now: Duration,
    ) -> Decision {
        let Some(tree) = tree else { return Decision::Look { settle: Settle::Nothing, look: SCREEN } };
        let Some(visit) = self.visit.clone() else { return Decision::Look { settle: Settle::Nothing, look: SCREEN } };
        if visit.mutated {
            let hint = format!("the phone stayed on '{}' after it was answered", screen.title);
            let ending = self.cut_short(Presence::Present, Reason::Timeout, &hint);
            return self.patient(now, ending);
        }
        let Some(action) = actions.get(visit.next_action) else {
            let hint = format!("the phone stayed on '{}': look at it, then run again", screen.title);
            return self.patient(now, Ending::new(Outcome::NeedsPerson, Reason::UnknownScreen, hint));
        };
        let last = visit.next_action + 1 == actions.len();
        match action {
            Action::Tap { target, scroll } => self.tap(screen, action, target, *scroll, mutates && last, tree, now),
            Action::Type { into } => self.type_password(screen, into, tree, now),
            Action::Submit { tap } => self.submit(screen, action, tap, tree, now),
            Action::Words { words, into } => {
                let text = words.typeable(&self.locale).first().map(|text| (*text).to_owned());
                match only_one(tree, into).and_then(|n| tree.tap_point(n)).zip(text) {
                    Some((at, text)) => self.spend(screen, PlannedAction::Words { at, text }),
                    None => self.not_found(now, &action.describe()),
                }
            }
            Action::Key(key) => self.spend(screen, PlannedAction::Key(key_code(*key))),
            Action::Open(open) => {
                self.advance();
                Decision::Open(opening(open))
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one screen's tap, with all that bounds it")]
    fn tap(
        &mut self,
        screen: &Screen,
        action: &Action,
        target: &Selector,
        scroll: Option<Scroll>,
        mutates: bool,
        tree: &UiTree,
        now: Duration,
    ) -> Decision {
        if let Some(at) = only_one(tree, target).and_then(|node| tree.tap_point(node)) {
            if mutates && self.dry_run {
                return Decision::End(Ending::good(Outcome::DryRun));
            }
            return self.spend(screen, PlannedAction::Tap { at, what: action.describe(), mutates });
        }
        let (Some(scroll), Some(visit)) = (scroll, &mut self.visit) else {
            return self.not_found(now, &action.describe());
        };
        let print = tree.fingerprint();
        let repeats = visit.last_tree == Some(print);
        visit.last_tree = Some(print);
        if visit.scrolls >= scroll.max || repeats {
            return self.not_found(now, &action.describe());
        }
        visit.scrolls += 1;
        let (from, to) = swipe(tree, scroll.direction);
        Decision::Act(PlannedAction::Scroll { from, to })
    }

    fn type_password(&mut self, screen: &Screen, into: &Selector, tree: &UiTree, now: Duration) -> Decision {
        if self.progress.submitted {
            return Decision::End(asked_again());
        }
        if self.password == Password::None {
            return Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::NoPassword,
                "the phone asks for the account's password: run again and give it (--password-stdin, or at the prompt)",
            ));
        }
        if self.dry_run {
            return Decision::End(Ending::good(Outcome::DryRun));
        }
        let Some(node) = only_one(tree, into) else { return self.not_found(now, "type the password") };
        let Some(at) = tree.tap_point(node) else { return self.not_found(now, "type the password") };
        let clear = tree.node(node).and_then(crate::ui::UiNode::masked_len).unwrap_or_default();
        self.spend(screen, PlannedAction::TypePassword { at, clear })
    }

    fn submit(&mut self, screen: &Screen, action: &Action, tap: &Selector, tree: &UiTree, now: Duration) -> Decision {
        if self.progress.submitted {
            return Decision::End(asked_again());
        }
        let Password::Given { chars } = self.password else {
            return Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::NoPassword,
                "a password that this program did not type is in the field: finish on the phone, then run again",
            ));
        };
        if self.dry_run {
            return Decision::End(Ending::good(Outcome::DryRun));
        }
        let fields: Vec<(NodeId, usize)> =
            tree.nodes().filter_map(|(id, node)| Some((id, node.masked_len()?))).collect();
        let [(field, shown)] = fields[..] else { return self.not_found(now, "find the password field") };
        if shown != chars {
            let at = tree.tap_point(field);
            if let (false, Some(at)) = (self.retyped, at) {
                self.retyped = true;
                return Decision::Act(PlannedAction::TypePassword { at, clear: shown });
            }
            return Decision::End(Ending::new(
                Outcome::NeedsPerson,
                Reason::PasswordNotTypeable,
                format!(
                    "{shown} characters arrived of {chars}, so nothing was submitted: turn off the secure keyboard \
                     (Settings > Additional settings > Languages & input), or type the password on the phone yourself"
                ),
            ));
        }
        match only_one(tree, tap).and_then(|node| tree.tap_point(node)) {
            Some(_) if !self.permitted => Decision::AskPermit,
            Some(at) => self.spend(screen, PlannedAction::Submit { at, what: action.describe() }),
            None => self.not_found(now, &action.describe()),
        }
    }

    fn not_found(&mut self, now: Duration, what: &str) -> Decision {
        let title = self.last_title().unwrap_or("the page").to_owned();
        let hint = format!("on '{title}' there is not exactly one place to {what}: look at the phone, then run again");
        self.patient(now, Ending::new(Outcome::NeedsPerson, Reason::UnknownScreen, hint))
    }

    fn advance(&mut self) {
        if let Some(visit) = &mut self.visit {
            visit.next_action += 1;
        }
    }

    /// Spends one action of the visit; a mutating one is written down before it is done.
    fn spend(&mut self, screen: &Screen, action: PlannedAction) -> Decision {
        self.advance();
        if action.mutates() {
            if let Some(visit) = &mut self.visit {
                visit.mutated = true;
                visit.rounds = 0;
            }
            self.progress.tapped.insert(screen.name.clone());
            self.progress.submitted |= matches!(action, PlannedAction::Submit { .. });
        }
        Decision::Act(action)
    }
}

/// The node that a selector means, only where it is one thing.
fn only_one(tree: &UiTree, selector: &Selector) -> Option<NodeId> {
    match tree.target(selector) {
        Target::One(node) => Some(node),
        Target::Missing | Target::Several(_) => None,
    }
}

fn opening(open: &OpenSpec) -> Opening {
    match open {
        OpenSpec::Action { action, package } => Opening::Action { action: action.clone(), package: package.clone() },
        OpenSpec::Component(component) => Opening::Component(component.clone()),
    }
}

/// One swipe over the middle half of what scrolls: slow and short enough that nothing between two looks is skipped.
fn swipe(tree: &UiTree, direction: Direction) -> (Point, Point) {
    let (width, height) = tree.display();
    let (width, height) = (width as i32, height as i32);
    let area = tree.scroll_area().unwrap_or_else(|| crate::ui::Bounds::new(0, 0, width, height));
    let x = i32::midpoint(area.left, area.right);
    let quarter = (area.bottom - area.top) / 4;
    let (upper, lower) = (Point { x, y: area.top + quarter }, Point { x, y: area.bottom - quarter });
    match direction {
        Direction::Down => (lower, upper),
        Direction::Up => (upper, lower),
    }
}

fn key_code(key: Key) -> KeyCode {
    match key {
        Key::Back => KeyCode::Back,
        Key::Home => KeyCode::Home,
    }
}

fn input_not_allowed() -> Ending {
    Ending::new(
        Outcome::NeedsPerson,
        Reason::InputNotAllowed,
        "turn on Developer options > USB debugging (Security settings) on the phone, then run again",
    )
}

fn asked_again() -> Ending {
    Ending::new(
        Outcome::NeedsPerson,
        Reason::AccountStopped,
        "the phone asks for the password again after it was submitted once; it is not submitted twice: finish on the phone by hand",
    )
}
