//! One phone's state: its pages, what was typed, its account, its switches, its faults and its clock, each in a type that alone
//! changes it; and the few things that happen to several of them at once.

use super::account::Account;
use super::agenda::{Action, Agenda, PAGE_CHANGE};
use super::fault::{Disconnect, Fault, Stage};
use super::faults::Faults;
use super::form::Form;
use super::record::Record;
use super::stack::{ScreenStack, Task};
use super::system::System;
use crate::screens::{self, Drawing, Field, Scene, ScreenId};
use crate::spec::{Branch, Gate, LockKind, PhoneSpec};

/// How long a caller waits for an answer, in ms.
const RINGING: u64 = 25_000;

/// How long a slow web page shows nothing of itself, in ms.
const WEB_LOADS: u64 = 4000;

/// How long an account page lives that binds the service of an app which is not there, in ms.
const DIES_AFTER: u64 = 200;

/// The state of one phone.
pub(super) struct World {
    pub spec: PhoneSpec,
    pub stack: ScreenStack,
    pub form: Form,
    pub account: Account,
    pub system: System,
    pub faults: Faults,
    pub agenda: Agenda,
    pub record: Record,
}

impl World {
    pub(super) fn new(spec: PhoneSpec) -> Self {
        let mut world = Self {
            stack: ScreenStack::new(&spec),
            form: Form::default(),
            account: Account::new(&spec),
            system: System::new(&spec),
            faults: Faults::new(&spec),
            agenda: Agenda::new(spec.boots_for),
            record: Record::default(),
            spec,
        };
        world.record.screens.push((0, world.screen()));
        world
    }

    /// The page in front.
    pub(super) fn screen(&self) -> ScreenId {
        self.stack.screen()
    }

    /// What pages are drawn from.
    pub(super) fn scene(&self) -> Scene<'_> {
        Scene {
            spec: &self.spec,
            account: self.account.name(),
            typed: self.form.typed(),
            focus: self.form.focus(),
            keyboard: self.form.keyboard(),
            scroll: self.form.scroll(),
            dialled: self.form.dialled(),
            note: self.form.note(),
            loading: false,
        }
    }

    /// What pages are drawn from as a screen reader sees them at this moment: a slow web page shows nothing of itself at first.
    pub(super) fn scene_at(&self, now: u64) -> Scene<'_> {
        let web = matches!(self.stack.page(), ScreenId::WebPassword | ScreenId::WebOther | ScreenId::WebCode);
        let loading = web && self.has(Branch::SlowWeb) && now < self.stack.shown_at() + WEB_LOADS;
        Scene { loading, ..self.scene() }
    }

    /// The page in front, drawn.
    pub(super) fn drawing(&self) -> Drawing {
        screens::draw(self.screen(), &self.scene())
    }

    /// When a page that is asked for now will be drawn.
    pub(super) fn drawn_at(&self, now: u64) -> u64 {
        now + PAGE_CHANGE + self.faults.slow()
    }

    /// Notes a page that has just appeared, and fires what waits for it.
    pub(super) fn shown(&mut self, at: u64, before: ScreenId) {
        let after = self.screen();
        if after == before {
            return;
        }
        self.stack.appeared(at, before);
        if after == ScreenId::AccountPage
            && let Some(popup) = self.system.take_popup()
        {
            self.stack.popup(popup);
        }
        self.agenda.moved(at);
        self.record.screens.push((at, after));
        if after == ScreenId::AccountPage && !self.system.has_find_device_app() {
            // It binds that app's service, and dies without it.
            self.agenda.later(at + DIES_AFTER, Action::Pop);
        }
        match after {
            ScreenId::AccountPage if before != ScreenId::AccountPage => self.reach(at, Stage::AccountPage),
            ScreenId::KeepRemove => self.reach(at, Stage::DataChoice),
            ScreenId::SigningOut if self.account.is_last_step() => self.reach(at, Stage::SigningOut),
            screen if screen.is_password() => self.reach(at, Stage::Password),
            _ => {}
        }
    }

    /// A page without focus, keyboard, scroll or error.
    pub(super) fn fresh_page(&mut self) {
        self.form.fresh();
        self.stack.close_popups(ScreenId::is_over_field);
    }

    /// What comes up over a password field that has the focus does.
    pub(super) fn over_field(&mut self) {
        if !self.form.focus().is_some_and(Field::is_password) || !self.stack.popups().is_empty() {
            return;
        }
        let Some(popup) = self.faults.over_field() else { return };
        if popup == ScreenId::SecureKeyboard {
            // It comes instead of the other keyboard.
            self.form.set_keyboard(false);
            self.agenda.strike(|a| a == Action::Keyboard(true));
        }
        self.stack.popup(popup);
    }

    /// The current page closes.
    pub(super) fn pop(&mut self) {
        self.stack.pop();
        self.fresh_page();
    }

    /// Fires the faults that wait for a stage; each only once.
    pub(super) fn reach(&mut self, at: u64, stage: Stage) {
        for fault in self.faults.reach(stage) {
            self.fail(at, Some(stage), fault);
        }
    }

    /// Makes a fault happen now.
    pub(super) fn fail(&mut self, at: u64, stage: Option<Stage>, fault: Fault) {
        self.record.faults.push((at, stage, fault));
        let before = self.screen();
        match fault {
            Fault::KnownPopup => self.stack.popup(ScreenId::LowBattery),
            Fault::UnknownPopup => self.stack.popup(ScreenId::UnknownPopup),
            Fault::AccountAppUpdate => self.stack.popup(ScreenId::AccountUpdate),
            Fault::Located => self.stack.popup(ScreenId::FindDeviceLocated),
            Fault::Rings => self.stack.popup(ScreenId::FindDeviceNoise),
            Fault::IncomingCall => {
                self.stack.popup(ScreenId::IncomingCall);
                self.agenda.later(at + RINGING, Action::RingingEnds);
            }
            Fault::Anr => self.stack.popup(ScreenId::Anr),
            Fault::CrashToLauncher => self.crash(),
            Fault::Toast { lasts } => {
                self.agenda.moved(at);
                self.agenda.later(at + lasts, Action::Moved);
            }
            Fault::ScreenOff => self.sleep(),
            Fault::PinLock => self.stack.lock_with(LockKind::Pin),
            // The spinner that turns now turns longer, or else the next one.
            Fault::SpinnerFor(ms) if self.agenda.move_spinner(at + ms) => {}
            Fault::NetworkLost => self.system.network = false,
            Fault::GateClosed => self.system.gate = Gate::Refused,
            Fault::GateSilent => self.system.gate = Gate::Silent,
            Fault::CableOut { back_after } => self.faults.disconnect(Disconnect::Cable { back_after }),
            Fault::Reboot { takes } => self.reboot(at, takes),
            Fault::ServerKilled => self.faults.disconnect(Disconnect::Server),
            counted => self.faults.begin(counted),
        }
        self.shown(at, before);
    }

    /// The account app is gone with everything it had on the screen.
    pub(super) fn crash(&mut self) {
        self.stack.crash();
        self.stop_sign_out();
        self.fresh_page();
    }

    /// Forgets a running sign-out.
    pub(super) fn stop_sign_out(&mut self) {
        self.account.stop();
        self.form.forget();
        self.agenda.strike(|a| matches!(a, Action::Step(_) | Action::SpinnerDone(_) | Action::Judged));
    }

    /// The screen goes off.
    pub(super) fn sleep(&mut self) {
        self.stack.sleep();
        self.form.set_keyboard(false);
    }

    /// The phone starts anew: launcher, lock screen, nothing running.
    fn reboot(&mut self, at: u64, takes: u64) {
        self.crash();
        self.stack.restart();
        self.agenda.reboot(at + takes);
        self.faults.disconnect(Disconnect::Reboot { takes });
    }

    /// Makes a page show at once. Pages of a sign-out lie over the account page, with the rest of the sign-out to come.
    pub(super) fn show(&mut self, screen: ScreenId) {
        self.agenda.clear();
        self.stack.uncover();
        self.fresh_page();
        let (task, pages) = match screen {
            lock if lock.lock().is_some() => return lock.lock().into_iter().for_each(|l| self.stack.lock_with(l)),
            popup if popup.is_popup() => return self.stack.popup(popup),
            ScreenId::Launcher => (Task::Home, vec![screen]),
            ScreenId::SettingsHome | ScreenId::AccountGone => (Task::Settings, vec![screen]),
            ScreenId::SettingsSearch => (Task::Settings, vec![ScreenId::SettingsHome, screen]),
            ScreenId::AccountPage | ScreenId::SignIn => (Task::Account, vec![screen]),
            ScreenId::OtherApp | ScreenId::FindDeviceStatus | ScreenId::FindDeviceGuide => (Task::Other, vec![screen]),
            ScreenId::FindDeviceOff => (Task::Other, vec![ScreenId::FindDeviceStatus, screen]),
            _ => (Task::Account, vec![ScreenId::AccountPage, screen]),
        };
        self.stack.open(task, pages);
        let plan = super::account::plan(&self.spec, self.account.find_device());
        let rest = plan.iter().rposition(|s| *s == screen).map_or(&plan[plan.len() - 1..], |place| &plan[place + 1..]);
        self.account.begin(if screen.is_step() { rest.to_vec() } else { Vec::new() });
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
