//! The state of one phone and how time changes it. Nothing runs in the background: whoever touches the phone first lets
//! everything happen that was due by then.

use std::collections::{BTreeMap, VecDeque};

use super::fault::{AtWork, Disconnect, Fault, Stage};
use super::record::Record;
use super::spec::{Branch, Gate, LockKind, PhoneSpec};
use crate::screens::{self, Drawing, Field, Scene, ScreenId, Typed};

/// A page change, from tap to drawn, in ms.
pub(super) const PAGE_CHANGE: u64 = 300;

/// How long a caller waits for an answer, in ms.
const RINGING: u64 = 25_000;

/// A stack of pages that the launcher's recent list would show as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    Home,
    Settings,
    Account,
    Dialer,
    Other,
}

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

/// The state of one phone.
#[expect(clippy::struct_excessive_bools, reason = "a phone's switches, each on its own")]
pub(super) struct World {
    pub spec: PhoneSpec,
    pub account: Option<String>,
    pub find_device: bool,
    pub gate: Gate,
    pub automation: Option<String>,
    pub network: bool,
    pub awake: bool,
    pub locked: Option<LockKind>,
    pub booted_at: u64,
    pub front: Task,
    pub tasks: BTreeMap<Task, Vec<ScreenId>>,
    pub popups: Vec<ScreenId>,
    /// The rest of a running sign-out.
    pub plan: VecDeque<ScreenId>,
    pub signing_out: bool,
    pub data_kept: Option<bool>,
    pub typed: Typed,
    pub focus: Option<Field>,
    pub keyboard: bool,
    pub scroll: i32,
    /// How far the page is scrolled that a sign-out's pages lie over.
    pub scroll_below: i32,
    pub note: Option<&'static str>,
    /// The number that stands in the dialer.
    pub dialled: String,
    /// When the screen last changed.
    pub last_event: u64,
    /// When the page in front appeared.
    pub shown_at: u64,
    /// Whether the account app has offered its update already, or has none.
    pub update_offered: bool,
    pub due: Vec<(u64, Action)>,
    pub faults: AtWork,
    pub hooks: Vec<(Stage, Fault)>,
    pub disconnects: Vec<Disconnect>,
    /// Stages that were reached and not yet told.
    pub reached: Vec<Stage>,
    pub record: Record,
    pub settings: BTreeMap<(String, String), String>,
    /// The page before this one, as a late dump would write it.
    pub previous: Option<ScreenId>,
    pub density: u32,
}

/// How long a slow web page shows nothing of itself, in ms.
const WEB_LOADS: u64 = 4000;

impl World {
    pub(super) fn new(spec: PhoneSpec) -> Self {
        let mut world = Self {
            account: spec.account.clone(),
            find_device: spec.find_device && spec.account.is_some(),
            gate: spec.input_gate,
            automation: spec.automation.clone(),
            network: spec.network,
            awake: spec.awake,
            locked: (spec.keyguard != LockKind::None).then_some(spec.keyguard),
            booted_at: spec.boots_for,
            front: Task::Home,
            tasks: BTreeMap::from([(Task::Home, vec![ScreenId::Launcher])]),
            popups: Vec::new(),
            plan: VecDeque::new(),
            signing_out: false,
            data_kept: None,
            typed: Typed::default(),
            focus: None,
            keyboard: false,
            scroll: 0,
            scroll_below: 0,
            note: None,
            dialled: String::new(),
            last_event: 0,
            shown_at: 0,
            update_offered: true,
            due: Vec::new(),
            faults: AtWork::default(),
            hooks: Vec::new(),
            disconnects: Vec::new(),
            reached: Vec::new(),
            record: Record::default(),
            settings: super::settings::initial(),
            previous: None,
            density: 440,
            spec,
        };
        let branches = world.spec.branches.clone();
        for branch in branches {
            match branch {
                Branch::SecureKeyboard => world.faults.secure_keyboards = 1,
                Branch::SecureKeyboardAgain => world.faults.secure_keyboards = 8,
                Branch::SecureKeyboardSwallows => world.faults.swallows = true,
                Branch::AutofillBubble => world.faults.autofill = true,
                Branch::AutofillSave => world.faults.autofill_save = true,
                Branch::CastDisplay => world.faults.cast_display = true,
                Branch::Unvalidated => world.faults.unvalidated = true,
                Branch::ConfirmLost => world.faults.confirm_lost = true,
                Branch::AccountAppUpdate => world.update_offered = false,
                _ => {}
            }
        }
        let first = world.screen();
        world.record.screens.push((0, first));
        world
    }

    /// The page in front.
    pub(super) fn screen(&self) -> ScreenId {
        match self.locked {
            Some(LockKind::Pin) => ScreenId::PinKeyguard,
            Some(LockKind::Lost) => ScreenId::LostMode,
            Some(LockKind::Finance) => ScreenId::FinanceLock,
            Some(LockKind::Swipe | LockKind::None) => ScreenId::Keyguard,
            None => self.popups.last().copied().unwrap_or_else(|| self.page()),
        }
    }

    /// The page in front, below pop-ups and lock screen.
    pub(super) fn page(&self) -> ScreenId {
        self.tasks.get(&self.front).and_then(|t| t.last()).copied().unwrap_or(ScreenId::Launcher)
    }

    /// What pages are drawn from.
    pub(super) fn scene(&self) -> Scene<'_> {
        Scene {
            spec: &self.spec,
            account: self.account.as_deref(),
            typed: &self.typed,
            focus: self.focus,
            keyboard: self.keyboard,
            scroll: self.scroll,
            dialled: &self.dialled,
            note: self.note,
            loading: false,
        }
    }

    /// Whether the page in front is a web page that has shown nothing of itself yet.
    fn is_loading(&self, now: u64) -> bool {
        let web = matches!(self.page(), ScreenId::WebPassword | ScreenId::WebOther | ScreenId::WebCode);
        web && self.has(Branch::SlowWeb) && now < self.shown_at + WEB_LOADS
    }

    /// The page in front, drawn.
    pub(super) fn drawing(&self) -> Drawing {
        screens::draw(self.screen(), &self.scene())
    }

    /// What pages are drawn from as a screen reader sees them at this moment.
    pub(super) fn scene_at(&self, now: u64) -> Scene<'_> {
        Scene { loading: self.is_loading(now), ..self.scene() }
    }

    /// Lets everything happen that was due by now, in order.
    pub(super) fn touch(&mut self, now: u64) {
        loop {
            let next = self.due.iter().enumerate().filter(|(_, (at, _))| *at <= now).min_by_key(|(_, (at, _))| *at);
            let Some((place, (at, action))) = next.map(|(place, due)| (place, *due)) else {
                return;
            };
            self.due.remove(place);
            self.happen(at, action);
        }
    }

    /// Puts an action on the list.
    pub(super) fn later(&mut self, at: u64, action: Action) {
        self.due.push((at, action));
    }

    /// When a page that is asked for now will be drawn.
    pub(super) fn drawn_at(&self, now: u64) -> u64 {
        now + PAGE_CHANGE + self.faults.slow
    }

    fn happen(&mut self, at: u64, action: Action) {
        let before = self.screen();
        match action {
            Action::Push(task, screen) => {
                self.tasks.entry(task).or_default().push(screen);
                self.front = task;
                self.fresh_page();
            }
            Action::Pop => self.pop(),
            Action::Front(task) => {
                self.front = task;
                self.keyboard = false;
                self.popups.retain(|p| !p.is_over_field());
                self.scroll = 0;
            }
            Action::Step(screen) => self.step(at, screen),
            Action::SpinnerDone(screen) => self.spinner_done(at, screen),
            Action::Judged => self.judge(at),
            Action::Keyboard(up) => self.keyboard = up,
            Action::OverField => self.over_field(),
            Action::Unlock => self.locked = None,
            Action::ClosePopup => {
                if self.popups.pop() == Some(ScreenId::SecureKeyboard) {
                    self.over_field();
                }
            }
            Action::RingingEnds => self.popups.retain(|p| *p != ScreenId::IncomingCall),
            Action::Moved => {}
        }
        self.last_event = self.last_event.max(at);
        self.shown(at, before);
    }

    /// Notes a page that has just appeared, and fires what waits for it.
    pub(super) fn shown(&mut self, at: u64, before: ScreenId) {
        let after = self.screen();
        if after == before {
            return;
        }
        self.previous = Some(before);
        self.shown_at = at;
        if after == ScreenId::AccountPage && !std::mem::replace(&mut self.update_offered, true) {
            self.popups.push(ScreenId::AccountUpdate);
        }
        self.last_event = self.last_event.max(at);
        self.record.screens.push((at, after));
        if after == ScreenId::AccountPage && self.has(Branch::NoFindDeviceApp) {
            // It binds that app's service, and dies without it.
            self.later(at + 200, Action::Pop);
        }
        match after {
            ScreenId::AccountPage if before != ScreenId::AccountPage => self.reach(at, Stage::AccountPage),
            ScreenId::KeepRemove => self.reach(at, Stage::DataChoice),
            ScreenId::SigningOut if self.plan.is_empty() => self.reach(at, Stage::SigningOut),
            screen if screen.is_password() => self.reach(at, Stage::Password),
            _ => {}
        }
    }

    /// A page without focus, keyboard, scroll or error.
    pub(super) fn fresh_page(&mut self) {
        self.focus = None;
        self.keyboard = false;
        self.popups.retain(|p| !p.is_over_field());
        self.scroll = 0;
        self.note = None;
    }

    /// The secure keyboard, or else the offer to fill the field in, comes up over a password field that has the focus.
    fn over_field(&mut self) {
        if !self.focus.is_some_and(Field::is_password) || !self.popups.is_empty() {
            return;
        }
        if self.faults.secure_keyboards > 0 {
            self.faults.secure_keyboards -= 1;
            // It comes instead of the other keyboard.
            self.keyboard = false;
            self.due.retain(|(_, a)| *a != Action::Keyboard(true));
            self.popups.push(ScreenId::SecureKeyboard);
        } else if std::mem::take(&mut self.faults.autofill) {
            self.popups.push(ScreenId::AutofillBubble);
        }
    }

    /// The current page closes; the last one of a task gives way to the task below.
    pub(super) fn pop(&mut self) {
        let task = self.front;
        if let Some(stack) = self.tasks.get_mut(&task)
            && (task != Task::Home || stack.len() > 1)
        {
            stack.pop();
            if stack.is_empty() {
                self.tasks.remove(&task);
                let settings = task != Task::Settings && self.tasks.contains_key(&Task::Settings);
                self.front = if settings { Task::Settings } else { Task::Home };
            }
        }
        self.fresh_page();
    }

    /// Fires the faults that wait for a stage; each only once.
    pub(super) fn reach(&mut self, at: u64, stage: Stage) {
        self.reached.push(stage);
        let (fire, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.hooks).into_iter().partition(|(s, _)| *s == stage);
        self.hooks = rest;
        for (_, fault) in fire {
            self.fail(at, Some(stage), fault);
        }
    }

    /// Makes a fault happen now.
    pub(super) fn fail(&mut self, at: u64, stage: Option<Stage>, fault: Fault) {
        self.record.faults.push((at, stage, fault));
        let before = self.screen();
        match fault {
            Fault::DumpNotIdle(n)
            | Fault::DumpNullRoot(n)
            | Fault::DumpKilled(n)
            | Fault::DumpNoisy(n)
            | Fault::DumpStale(n)
            | Fault::DumpCut(n)
            | Fault::DumpEmpty(n) => self.faults.dumps.extend(std::iter::repeat_n(fault, n as usize)),
            Fault::ViewsStale(n) | Fault::ViewsShifted(n) | Fault::ViewsCut(n) | Fault::ViewsSlow(n) => {
                self.faults.views.extend(std::iter::repeat_n(fault, n as usize));
            }
            Fault::KnownPopup => self.popups.push(ScreenId::LowBattery),
            Fault::UnknownPopup => self.popups.push(ScreenId::UnknownPopup),
            Fault::AccountAppUpdate => self.popups.push(ScreenId::AccountUpdate),
            Fault::CastDisplay => self.faults.cast_display = true,
            Fault::Unvalidated => self.faults.unvalidated = true,
            Fault::IncomingCall => {
                self.popups.push(ScreenId::IncomingCall);
                self.later(at + RINGING, Action::RingingEnds);
            }
            Fault::Anr => self.popups.push(ScreenId::Anr),
            Fault::CrashToLauncher => self.crash(),
            Fault::Toast { lasts } => {
                self.last_event = self.last_event.max(at);
                self.later(at + lasts, Action::Moved);
            }
            Fault::ScreenOff => self.sleep(),
            Fault::PinLock => self.locked = Some(LockKind::Pin),
            Fault::SlowPage(ms) => self.faults.slow = ms,
            Fault::TapDropped(n) => self.faults.taps += n,
            Fault::SpinnerFor(ms) => self.spin_for(at, ms),
            Fault::NetworkLost => self.network = false,
            Fault::GateClosed => self.gate = Gate::Refused,
            Fault::GateSilent => self.gate = Gate::Silent,
            Fault::CommandHangs(n) => self.faults.hangs += n,
            Fault::SecureKeyboard(times) => self.faults.secure_keyboards = times,
            Fault::KeysSwallowed => self.faults.swallows = true,
            Fault::AutofillBubble => self.faults.autofill = true,
            Fault::AutofillSave => self.faults.autofill_save = true,
            Fault::DiskFull => self.faults.disk_full = true,
            Fault::CableOut { back_after } => self.disconnects.push(Disconnect::Cable { back_after }),
            Fault::Reboot { takes } => self.reboot(at, takes),
            Fault::ServerKilled => self.disconnects.push(Disconnect::Server),
        }
        self.shown(at, before);
    }

    /// Prolongs the spinner that turns now, or else the next one.
    fn spin_for(&mut self, at: u64, ms: u64) {
        let turning = self.due.iter_mut().find(|(_, a)| matches!(a, Action::SpinnerDone(_)));
        match turning {
            Some((due, _)) => *due = at + ms,
            None => self.faults.spinner = Some(ms),
        }
    }

    /// The account app is gone with everything it had on the screen.
    pub(super) fn crash(&mut self) {
        self.tasks.remove(&Task::Account);
        if let Some(settings) = self.tasks.get_mut(&Task::Settings) {
            settings.truncate(1);
        }
        self.front = Task::Home;
        self.stop_sign_out();
        self.fresh_page();
    }

    /// Forgets a running sign-out.
    pub(super) fn stop_sign_out(&mut self) {
        self.plan.clear();
        self.signing_out = false;
        self.data_kept = None;
        self.typed = Typed::default();
        self.due.retain(|(_, a)| !matches!(a, Action::Step(_) | Action::SpinnerDone(_) | Action::Judged));
    }

    /// The screen goes off; a lock comes up.
    pub(super) fn sleep(&mut self) {
        self.awake = false;
        self.keyboard = false;
        if self.locked.is_none() && self.spec.keyguard != LockKind::None {
            self.locked = Some(self.spec.keyguard);
        }
    }

    /// The phone starts anew: launcher, lock screen, nothing running.
    pub(super) fn reboot(&mut self, at: u64, takes: u64) {
        self.crash();
        self.tasks = BTreeMap::from([(Task::Home, vec![ScreenId::Launcher])]);
        self.popups.clear();
        self.due.clear();
        self.booted_at = at + takes;
        self.locked = (self.spec.keyguard != LockKind::None).then_some(self.spec.keyguard);
        self.disconnects.push(Disconnect::Reboot { takes });
    }

    /// Whether the phone has ended booting.
    pub(super) fn is_booted(&self, now: u64) -> bool {
        now >= self.booted_at
    }

    /// The Android user in front.
    pub(super) fn user(&self) -> u32 {
        if self.spec.second_space { 10 } else { 0 }
    }

    /// Whether a branch is set.
    pub(super) fn has(&self, branch: Branch) -> bool {
        self.spec.has(branch)
    }
}
