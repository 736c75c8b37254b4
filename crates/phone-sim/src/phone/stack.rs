//! Which pages are open, and what lies over them: tasks with their pages, pop-ups, the lock screen.

use std::collections::BTreeMap;

use crate::screens::ScreenId;
use crate::spec::{LockKind, PhoneSpec};

/// A stack of pages that the launcher's recent list would show as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    Home,
    Settings,
    Account,
    Dialer,
    Other,
}

/// The pages of one phone.
#[derive(Debug)]
pub(super) struct ScreenStack {
    front: Task,
    tasks: BTreeMap<Task, Vec<ScreenId>>,
    popups: Vec<ScreenId>,
    keyguard: LockKind,
    locked: Option<LockKind>,
    awake: bool,
    /// The page before this one, as a late dump would write it.
    previous: Option<ScreenId>,
    /// When the page in front appeared.
    shown_at: u64,
}

impl ScreenStack {
    /// The launcher, below the lock screen where the phone has one.
    pub(super) fn new(spec: &PhoneSpec) -> Self {
        Self {
            front: Task::Home,
            tasks: BTreeMap::from([(Task::Home, vec![ScreenId::Launcher])]),
            popups: Vec::new(),
            keyguard: spec.keyguard,
            locked: (spec.keyguard != LockKind::None).then_some(spec.keyguard),
            awake: spec.awake,
            previous: None,
            shown_at: 0,
        }
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
        self.pages().last().copied().unwrap_or(ScreenId::Launcher)
    }

    /// The pages of the task in front, the lowest first.
    pub(super) fn pages(&self) -> &[ScreenId] {
        self.tasks.get(&self.front).map(Vec::as_slice).unwrap_or_default()
    }

    /// The task in front.
    pub(super) fn front(&self) -> Task {
        self.front
    }

    /// The pages of a task, where it is open.
    pub(super) fn task(&self, task: Task) -> Option<&[ScreenId]> {
        self.tasks.get(&task).map(Vec::as_slice)
    }

    /// What lies over the pages, the topmost last.
    pub(super) fn popups(&self) -> &[ScreenId] {
        &self.popups
    }

    /// The lock screen that shows.
    pub(super) fn lock(&self) -> Option<LockKind> {
        self.locked
    }

    /// The lock screen that comes when the phone sleeps.
    pub(super) fn keyguard(&self) -> LockKind {
        self.keyguard
    }

    /// Whether the screen is on.
    pub(super) fn is_awake(&self) -> bool {
        self.awake
    }

    /// The page before this one.
    pub(super) fn previous(&self) -> Option<ScreenId> {
        self.previous
    }

    /// When the page in front appeared.
    pub(super) fn shown_at(&self) -> u64 {
        self.shown_at
    }

    /// Another page is in front since a time.
    pub(super) fn appeared(&mut self, at: u64, before: ScreenId) {
        self.previous = Some(before);
        self.shown_at = at;
    }

    /// A page opens over the current one of a task, and the task comes to the front.
    pub(super) fn push(&mut self, task: Task, screen: ScreenId) {
        self.tasks.entry(task).or_default().push(screen);
        self.front = task;
    }

    /// A page opens over the one in front.
    pub(super) fn push_in_front(&mut self, screen: ScreenId) {
        self.push(self.front, screen);
    }

    /// The page in front turns into another one.
    pub(super) fn turn_into(&mut self, screen: ScreenId) {
        if let Some(last) = self.tasks.get_mut(&self.front).and_then(|pages| pages.last_mut()) {
            *last = screen;
        }
    }

    /// A page of a sign-out appears in place of the ones before it.
    pub(super) fn step(&mut self, screen: ScreenId) {
        let pages = self.tasks.entry(self.front).or_default();
        while pages.last().is_some_and(|s| s.is_step()) {
            pages.pop();
        }
        pages.push(screen);
    }

    /// A task comes to the front.
    pub(super) fn bring(&mut self, task: Task) {
        self.front = task;
    }

    /// The current page closes; the last one of a task gives way to the task below.
    pub(super) fn pop(&mut self) {
        let task = self.front;
        if let Some(pages) = self.tasks.get_mut(&task)
            && (task != Task::Home || pages.len() > 1)
        {
            pages.pop();
            if pages.is_empty() {
                self.leave(task);
            }
        }
    }

    /// The account's page and those of its sign-out close; another page takes their place, or the task below does.
    pub(super) fn close_account(&mut self, then: Option<ScreenId>) {
        let task = self.front;
        let Some(pages) = self.tasks.get_mut(&task) else { return };
        pages.retain(|s| !s.is_step() && *s != ScreenId::AccountPage);
        pages.extend(then);
        if pages.is_empty() {
            self.leave(task);
        }
    }

    /// A task ends; Settings shows where they are open, or else the launcher.
    fn leave(&mut self, task: Task) {
        self.tasks.remove(&task);
        let settings = self.tasks.contains_key(&Task::Settings);
        self.front = if settings { Task::Settings } else { Task::Home };
    }

    /// A task's pages are forgotten, whichever task is in front: it will start anew.
    pub(super) fn forget(&mut self, task: Task) {
        self.tasks.remove(&task);
    }

    /// A task is thrown away. Gives whether it was in front; the launcher is, then.
    pub(super) fn discard(&mut self, task: Task) -> bool {
        self.tasks.remove(&task);
        let was = self.front == task;
        if was {
            self.front = Task::Home;
        }
        was
    }

    /// The account app dies with everything it had on the screen.
    pub(super) fn crash(&mut self) {
        self.tasks.remove(&Task::Account);
        if let Some(settings) = self.tasks.get_mut(&Task::Settings) {
            settings.truncate(1);
        }
        self.front = Task::Home;
    }

    /// Only the launcher is open, below the lock screen where there is one.
    pub(super) fn restart(&mut self) {
        self.tasks = BTreeMap::from([(Task::Home, vec![ScreenId::Launcher])]);
        self.front = Task::Home;
        self.popups.clear();
        self.locked = (self.keyguard != LockKind::None).then_some(self.keyguard);
    }

    /// These pages are in front at once, with nothing over them.
    pub(super) fn open(&mut self, task: Task, pages: Vec<ScreenId>) {
        self.tasks.insert(task, pages);
        self.front = task;
    }

    /// Takes away whatever lies over the pages, and turns the screen on.
    pub(super) fn uncover(&mut self) {
        self.popups.clear();
        self.locked = None;
        self.awake = true;
    }

    /// A pop-up comes.
    pub(super) fn popup(&mut self, screen: ScreenId) {
        self.popups.push(screen);
    }

    /// The topmost pop-up goes.
    pub(super) fn close_popup(&mut self) -> Option<ScreenId> {
        self.popups.pop()
    }

    /// Such pop-ups go.
    pub(super) fn close_popups(&mut self, which: impl Fn(ScreenId) -> bool) {
        self.popups.retain(|popup| !which(*popup));
    }

    /// The screen goes off; a lock comes up.
    pub(super) fn sleep(&mut self) {
        self.awake = false;
        if self.locked.is_none() && self.keyguard != LockKind::None {
            self.locked = Some(self.keyguard);
        }
    }

    /// The screen goes on.
    pub(super) fn wake(&mut self) {
        self.awake = true;
    }

    /// A lock screen comes.
    pub(super) fn lock_with(&mut self, lock: LockKind) {
        self.locked = Some(lock);
    }

    /// The lock screen goes.
    pub(super) fn unlock(&mut self) {
        self.locked = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScreenId as S;

    fn stack() -> ScreenStack {
        ScreenStack::new(&PhoneSpec::default())
    }

    #[test]
    fn closing_pages_leads_to_settings_where_they_are_open_and_else_to_the_launcher() {
        let mut stack = stack();
        stack.pop();
        assert_eq!(stack.page(), S::Launcher, "the launcher never closes");
        stack.push(Task::Settings, S::SettingsHome);
        stack.push(Task::Account, S::AccountPage);
        stack.pop();
        assert_eq!((stack.front(), stack.page()), (Task::Settings, S::SettingsHome));
        stack.pop();
        assert_eq!((stack.front(), stack.page()), (Task::Home, S::Launcher));
    }

    #[test]
    fn a_step_takes_the_place_of_the_one_before_and_ends_with_the_account() {
        let mut stack = stack();
        stack.push(Task::Account, S::AccountPage);
        stack.step(S::JustASec);
        stack.step(S::Password);
        assert_eq!(stack.pages(), [S::AccountPage, S::Password]);
        stack.close_account(None);
        assert_eq!((stack.front(), stack.task(Task::Account)), (Task::Home, None));
        stack.push(Task::Account, S::AccountPage);
        stack.close_account(Some(S::SignIn));
        assert_eq!(stack.pages(), [S::SignIn]);
    }

    #[test]
    fn a_lock_lies_over_pop_ups_and_they_over_pages() {
        let mut stack = ScreenStack::new(&PhoneSpec::default().change(|s| s.keyguard = LockKind::Pin));
        stack.popup(S::Anr);
        assert_eq!((stack.screen(), stack.page()), (S::PinKeyguard, S::Launcher));
        stack.unlock();
        assert_eq!(stack.screen(), S::Anr);
        stack.sleep();
        assert_eq!((stack.screen(), stack.is_awake()), (S::PinKeyguard, false));
        stack.restart();
        assert_eq!((stack.popups(), stack.lock()), (&[][..], Some(LockKind::Pin)));
    }
}
