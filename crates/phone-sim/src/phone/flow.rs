//! The sign-out as the phone does it: which pages come, in which order, and what the server says.

use super::fault::Stage;
use super::record::{Removal, Submission};
use super::spec::Branch;
use super::world::{Action, PAGE_CHANGE, Task, World};
use crate::screens::{Act, Field, ScreenId as S};

/// How long "Just a sec…" turns, in ms. Seen in source: more than a second.
const ASKING: u64 = 1200;
/// How long "Signing out…" turns, in ms.
const SIGNING_OUT: u64 = 2500;
/// How long the server takes to judge a password, in ms.
const JUDGING: u64 = 800;

impl World {
    /// The pages that a sign-out goes through on this phone, from its first tap.
    pub(super) fn plan_sign_out(&self) -> Vec<S> {
        if let Some(generation) = self.spec.app_generation {
            return generation.plan(self.find_device && self.user() == 0);
        }
        if self.has(Branch::TokenExpired) {
            return vec![S::TokenExpired];
        }
        let hyperos = self.spec.generation.is_hyperos();
        let mut plan = Vec::new();
        if self.has(Branch::LastDevice) {
            plan.push(S::LastDevice);
        }
        if self.spec.cards {
            plan.push(S::PayCards);
        }
        if !hyperos {
            plan.push(S::JustASec);
        }
        let mut data = Vec::new();
        if self.spec.synced_data {
            for (branch, screen) in [(Branch::UnsyncedItems, S::UnsyncedItems), (Branch::HiddenPhotos, S::HiddenPhotos)]
            {
                if self.has(branch) {
                    data.push(screen);
                }
            }
            data.push(S::KeepRemove);
        }
        let mut proof = Vec::new();
        if self.find_device && self.user() == 0 {
            if self.has(Branch::WebCode) {
                proof.extend([S::SigningOut, S::WebCode]);
            } else if self.has(Branch::WebOther) {
                proof.push(S::WebOther);
            } else if self.has(Branch::WebPassword) || (hyperos && !self.has(Branch::NativePassword)) {
                // The server is asked first, and answers with the page to pass.
                proof.extend([S::SigningOut, S::WebPassword]);
            } else {
                proof.push(S::Password);
            }
        }
        if self.has(Branch::PasswordFirst) {
            plan.extend(proof);
            plan.extend(data);
        } else {
            plan.extend(data);
            plan.extend(proof);
        }
        if self.has(Branch::FindDeviceSpinner) && self.find_device {
            plan.push(S::TurningOffFindDevice);
        }
        plan.push(S::SigningOut);
        plan
    }

    /// Does what a tapped node says.
    pub(super) fn act(&mut self, now: u64, act: Act) {
        match act {
            Act::Nothing => {}
            Act::SignOut => {
                self.stop_sign_out();
                self.plan = self.plan_sign_out().into();
                self.signing_out = true;
                self.next(now);
            }
            Act::Open(screen) => self.open(now, screen),
            Act::Accept => self.next(now),
            Act::Cancel => {
                let at = self.drawn_at(now);
                self.stop_sign_out();
                self.later(at, Action::Pop);
            }
            Act::Keep | Act::Remove => {
                self.data_kept = Some(act == Act::Keep);
                if act == Act::Keep && self.has(Branch::HighQualityPhotos) {
                    self.plan.push_front(S::HighQualityPhotos);
                }
                self.next(now);
            }
            Act::Confirm => self.submit(now),
            Act::ConfirmCode => self.submit_code(now),
            Act::Focus(field) => self.focus(now, field),
            Act::Fill => {
                if let Some(field) = self.focus {
                    "somebody-elses".clone_into(self.typed.field(field));
                }
                self.later(now + PAGE_CHANGE, Action::ClosePopup);
            }
            Act::Close => self.later(now + PAGE_CHANGE, Action::ClosePopup),
            Act::Back => self.back(now),
        }
    }

    /// Opens a page by a tap: in the task that it belongs to.
    fn open(&mut self, now: u64, screen: S) {
        let at = self.drawn_at(now);
        let task = match screen {
            S::OtherApp => Task::Other,
            S::SettingsHome | S::SettingsSearch => Task::Settings,
            _ => self.front,
        };
        if self.screen().is_popup() {
            self.later(now + PAGE_CHANGE, Action::ClosePopup);
        }
        if screen == S::AccountPage {
            self.reach(now, Stage::BeforeEntry);
        }
        if screen == S::SettingsSearch {
            self.typed.search.clear();
        }
        if screen == S::SignIn && self.screen() == S::TokenExpired {
            self.stop_sign_out();
        }
        if self.tasks.get(&task).and_then(|t| t.last()) == Some(&screen) {
            self.later(at, Action::Front(task));
        } else {
            self.later(at, Action::Push(task, screen));
        }
    }

    /// Lets the sign-out go on to its next page.
    fn next(&mut self, now: u64) {
        // A second tap while the page is still changing changes nothing.
        if self.due.iter().any(|(_, a)| matches!(a, Action::Step(_))) {
            return;
        }
        let Some(screen) = self.plan.pop_front() else { return };
        let at = self.drawn_at(now);
        self.later(at, Action::Step(screen));
        if screen == S::SigningOut && self.plan.is_empty() {
            self.reach(now, Stage::AfterConfirm);
        }
    }

    /// The sign-out's next page appears in place of the one before.
    pub(super) fn step(&mut self, at: u64, screen: S) {
        if !self.page().is_step() {
            self.scroll_below = self.scroll;
        }
        let task = self.front;
        let stack = self.tasks.entry(task).or_default();
        while stack.last().is_some_and(|s| s.is_step()) {
            stack.pop();
        }
        stack.push(screen);
        self.fresh_page();
        let turns = match screen {
            S::JustASec => ASKING,
            S::SigningOut if !self.plan.is_empty() => ASKING,
            S::SigningOut | S::TurningOffFindDevice => SIGNING_OUT,
            _ => 0,
        };
        if turns > 0 {
            let turns = self.faults.spinner.take().unwrap_or(turns);
            self.later(at + turns, Action::SpinnerDone(screen));
        }
        if self.spec.keyboard_opens && screen == S::Password {
            self.focus(at, Field::Password);
        }
    }

    /// A spinner ends: the next page, or the end of the sign-out.
    pub(super) fn spinner_done(&mut self, at: u64, screen: S) {
        if screen == S::JustASec || !self.plan.is_empty() {
            if screen != S::JustASec && !self.network {
                return self.step_now(at, S::NoNetwork);
            }
            return self.next(at.saturating_sub(PAGE_CHANGE));
        }
        if !self.network {
            return self.step_now(at, S::NoNetwork);
        }
        for (branch, failure) in [
            (Branch::PasswordChangedRecently, S::PasswordChangedRecently),
            (Branch::FindDeviceFails, S::FindDeviceFailed),
            (Branch::FindDevicePasswordAgain, S::FindDevicePasswordAgain),
            (Branch::SignOutFails, S::SignOutFailed),
        ] {
            if self.has(branch) {
                return self.step_now(at, failure);
            }
        }
        self.remove_account(at);
    }

    /// The sign-out ends with a failure.
    fn step_now(&mut self, at: u64, failure: S) {
        self.plan.clear();
        self.step(at, failure);
    }

    /// The account leaves the phone; its page closes without a word.
    fn remove_account(&mut self, at: u64) {
        self.account = None;
        if self.find_device {
            self.find_device = false;
            self.record.find_device_off = Some(at);
        }
        self.record.removals.push(Removal { at, data_kept: self.data_kept });
        self.stop_sign_out();
        let task = self.front;
        if let Some(stack) = self.tasks.get_mut(&task) {
            stack.retain(|s| !s.is_step() && *s != S::AccountPage);
            if self.spec.has(Branch::EndsOnSignIn) {
                stack.push(S::SignIn);
            }
            if stack.is_empty() {
                self.tasks.remove(&task);
                let settings = self.tasks.contains_key(&Task::Settings);
                self.front = if settings { Task::Settings } else { Task::Home };
            }
        }
        self.fresh_page();
        self.reach(at, Stage::AfterSuccess);
    }

    /// The password is sent. An empty one never leaves the phone.
    fn submit(&mut self, now: u64) {
        if self.due.iter().any(|(_, a)| matches!(a, Action::Judged | Action::Step(_))) {
            return;
        }
        let screen = self.screen();
        if std::mem::take(&mut self.faults.confirm_lost) {
            return;
        }
        let typed = if screen == S::WebPassword { &self.typed.web } else { &self.typed.password };
        let (right, empty) = (*typed == self.spec.password, typed.is_empty());
        self.record.submissions.push(Submission { at: now, screen, right, empty });
        if empty {
            self.complain(now, S::PasswordEmpty, "passport_error_empty_pwd");
            return;
        }
        self.later(now + JUDGING, Action::Judged);
        self.reach(now, Stage::AfterConfirm);
    }

    /// The server's answer to a password.
    pub(super) fn judge(&mut self, at: u64) {
        let screen = self.page();
        let web = screen == S::WebPassword;
        let right = if web { self.typed.web == self.spec.password } else { self.typed.password == self.spec.password };
        if !self.network {
            return self.complain(at, screen, "passport_error_network");
        }
        if self.has(Branch::ServerError) {
            self.wipe();
            let task = self.front;
            self.tasks.entry(task).or_default().push(S::ServerError);
            return self.fresh_page();
        }
        if !right {
            self.wipe();
            if self.has(Branch::WrongPasswordDialog) && !web {
                let task = self.front;
                self.tasks.entry(task).or_default().push(S::PasswordWrongDialog);
                return self.fresh_page();
            }
            return self.complain(at, S::PasswordWrong, "passport_bad_authentication");
        }
        if self.has(Branch::Captcha) && (screen != S::PasswordCaptcha || self.typed.captcha != self.spec.captcha_code) {
            self.typed.captcha.clear();
            let note = (screen == S::PasswordCaptcha).then_some("passport_wrong_captcha");
            self.become_page(S::PasswordCaptcha);
            self.note = note;
            return;
        }
        if self.has(Branch::SecondFactor) {
            return self.step(at, S::SecondFactor);
        }
        if self.has(Branch::IdentityCheck) {
            return self.step(at, S::IdentityCheck);
        }
        self.pass(at);
    }

    /// The proof is accepted: the sign-out goes on at once.
    fn pass(&mut self, at: u64) {
        self.wipe();
        self.keyboard = false;
        if std::mem::take(&mut self.faults.autofill_save) {
            self.popups.push(S::AutofillSave);
        }
        if let Some(screen) = self.plan.pop_front() {
            self.later(at + PAGE_CHANGE, Action::Step(screen));
        }
    }

    /// The second factor is sent.
    fn submit_code(&mut self, now: u64) {
        if self.typed.code == self.spec.second_factor_code {
            self.pass(now);
        } else {
            self.typed.code.clear();
            self.note = Some("passport_wrong_captcha");
            self.last_event = now;
        }
    }

    /// An error on the page; on the native dialog the page has a name of its own then.
    fn complain(&mut self, at: u64, as_screen: S, note: &'static str) {
        let before = self.screen();
        if self.page() != S::WebPassword && self.page() != S::PasswordCaptcha && as_screen != self.page() {
            self.become_page(as_screen);
        }
        self.note = Some(note);
        self.last_event = at;
        self.shown(at, before);
    }

    /// The current page turns into another one with the same fields, focus and keyboard.
    fn become_page(&mut self, screen: S) {
        let task = self.front;
        if let Some(last) = self.tasks.get_mut(&task).and_then(|t| t.last_mut()) {
            *last = screen;
        }
    }

    fn wipe(&mut self) {
        self.typed.password.clear();
        self.typed.web.clear();
    }

    /// A field gets the focus; the keyboard comes up a moment later.
    fn focus(&mut self, now: u64, field: Field) {
        self.focus = Some(field);
        self.last_event = now;
        if !self.keyboard {
            self.later(now + PAGE_CHANGE, Action::Keyboard(true));
        }
        if field.is_password() {
            self.later(now, Action::OverField);
        }
    }

    /// The back key.
    pub(super) fn back(&mut self, now: u64) {
        let screen = self.screen();
        if self.locked.is_some() || screen.is_spinner() || screen == S::IncomingCall {
            return;
        }
        let at = self.drawn_at(now);
        if self.keyboard && self.focus.is_some() {
            self.keyboard = false;
            self.last_event = now;
        } else if screen.is_popup() {
            self.later(at, Action::ClosePopup);
        } else if matches!(screen, S::PasswordWrongDialog | S::ServerError) {
            self.later(at, Action::Pop);
        } else if screen.is_step() {
            self.act(now, Act::Cancel);
        } else if screen != S::Launcher {
            self.later(at, Action::Pop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::spec::{Generation, PhoneSpec};
    use super::*;

    fn plan(spec: PhoneSpec) -> Vec<S> {
        World::new(spec).plan_sign_out()
    }

    #[test]
    fn the_pages_follow_the_generation() {
        let miui = [S::JustASec, S::KeepRemove, S::Password, S::SigningOut];
        assert_eq!(plan(PhoneSpec::default()), miui);
        assert_eq!(plan(PhoneSpec::of(Generation::Miui9)), miui);
        let hyperos = [S::KeepRemove, S::SigningOut, S::WebPassword, S::SigningOut];
        assert_eq!(plan(PhoneSpec::of(Generation::HyperOs2)), hyperos);
        assert_eq!(
            plan(PhoneSpec::of(Generation::HyperOs2).with(Branch::NativePassword)),
            [S::KeepRemove, S::Password, S::SigningOut]
        );
    }

    #[test]
    fn the_pages_follow_the_switches() {
        let off = PhoneSpec::default().change(|s| s.find_device = false);
        assert_eq!(plan(off), [S::JustASec, S::KeepRemove, S::SigningOut]);
        let bare = PhoneSpec::default().change(|s| {
            s.find_device = false;
            s.synced_data = false;
            s.cards = true;
        });
        assert_eq!(plan(bare), [S::PayCards, S::JustASec, S::SigningOut]);
        let second = PhoneSpec::default().change(|s| s.second_space = true);
        assert!(!plan(second).contains(&S::Password));
        let first = PhoneSpec::default().with(Branch::PasswordFirst);
        assert_eq!(plan(first), [S::JustASec, S::Password, S::KeepRemove, S::SigningOut]);
        assert_eq!(plan(PhoneSpec::default().with(Branch::TokenExpired)), [S::TokenExpired]);
    }
}
