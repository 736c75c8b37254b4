//! The sign-out as the phone does it: what a tapped node does, which page comes next, and what the server says.

use super::account;
use super::agenda::{Action, PAGE_CHANGE};
use super::fault::Stage;
use super::record::{Removal, Submission};
use super::stack::Task;
use super::world::World;
use crate::screens::{Act, Field, ScreenId as S};
use crate::spec::Branch;

/// How long "Just a sec…" turns, in ms. Seen in source: more than a second.
const ASKING: u64 = 1200;
/// How long "Signing out…" turns, in ms.
const SIGNING_OUT: u64 = 2500;
/// How long the server takes to judge a password, in ms.
const JUDGING: u64 = 800;

impl World {
    /// Does what a tapped node says.
    pub(super) fn act(&mut self, now: u64, act: Act) {
        match act {
            Act::Nothing => {}
            Act::SignOut => {
                self.stop_sign_out();
                self.account.begin(account::plan(&self.spec, self.account.find_device()));
                self.next(now);
            }
            Act::Open(screen) => self.open(now, screen),
            Act::Accept => self.next(now),
            Act::Cancel => {
                let at = self.drawn_at(now);
                self.stop_sign_out();
                self.agenda.later(at, Action::Pop);
            }
            Act::Keep | Act::Remove => {
                self.account.keep_data(act == Act::Keep);
                if act == Act::Keep && self.has(Branch::HighQualityPhotos) {
                    self.account.insert_step(S::HighQualityPhotos);
                }
                self.next(now);
            }
            Act::Confirm => self.submit(now),
            Act::ConfirmCode => self.submit_code(now),
            Act::Focus(field) => self.focus(now, field),
            Act::Fill => {
                if let Some(field) = self.form.focus() {
                    self.form.fill(field, "somebody-elses");
                }
                self.agenda.later(now + PAGE_CHANGE, Action::ClosePopup);
            }
            Act::Close => self.agenda.later(now + PAGE_CHANGE, Action::ClosePopup),
            Act::Back => self.back(now),
        }
    }

    /// Opens a page by a tap: in the task that it belongs to.
    fn open(&mut self, now: u64, screen: S) {
        let at = self.drawn_at(now);
        let task = match screen {
            S::OtherApp => Task::Other,
            S::SettingsHome | S::SettingsSearch => Task::Settings,
            _ => self.stack.front(),
        };
        if self.screen().is_popup() {
            self.agenda.later(now + PAGE_CHANGE, Action::ClosePopup);
        }
        if screen == S::AccountPage {
            self.reach(now, Stage::BeforeEntry);
        }
        if screen == S::SettingsSearch {
            self.form.fill(Field::Search, "");
        }
        if screen == S::SignIn && self.screen() == S::TokenExpired {
            self.stop_sign_out();
        }
        let there = self.stack.task(task).and_then(<[S]>::last) == Some(&screen);
        self.agenda.later(at, if there { Action::Front(task) } else { Action::Push(task, screen) });
    }

    /// Lets the sign-out go on to its next page.
    fn next(&mut self, now: u64) {
        // A second tap while the page is still changing changes nothing.
        if self.agenda.has(|a| matches!(a, Action::Step(_))) {
            return;
        }
        let Some(screen) = self.account.next_step() else { return };
        let at = self.drawn_at(now);
        self.agenda.later(at, Action::Step(screen));
        if screen == S::SigningOut && self.account.is_last_step() {
            self.reach(now, Stage::AfterConfirm);
        }
    }

    /// The sign-out's next page appears in place of the one before.
    pub(super) fn step(&mut self, at: u64, screen: S) {
        if !self.stack.page().is_step() {
            self.form.keep_scroll();
        }
        self.stack.step(screen);
        self.fresh_page();
        let turns = match screen {
            S::JustASec => ASKING,
            S::SigningOut if !self.account.is_last_step() => ASKING,
            S::SigningOut | S::TurningOffFindDevice => SIGNING_OUT,
            _ => 0,
        };
        if turns > 0 {
            let turns = self.faults.next_spinner().unwrap_or(turns);
            self.agenda.later(at + turns, Action::SpinnerDone(screen));
        }
        if self.spec.keyboard_opens && screen == S::Password {
            self.focus(at, Field::Password);
        }
    }

    /// A spinner ends: the next page, or the end of the sign-out.
    pub(super) fn spinner_done(&mut self, at: u64, screen: S) {
        if screen == S::JustASec || !self.account.is_last_step() {
            if screen != S::JustASec && !self.system.network {
                return self.step_now(at, S::NoNetwork);
            }
            return self.next(at.saturating_sub(PAGE_CHANGE));
        }
        if !self.system.network {
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
        self.account.end_steps();
        self.step(at, failure);
    }

    /// The account leaves the phone; its page closes without a word.
    fn remove_account(&mut self, at: u64) {
        let removed = self.account.remove();
        if removed.find_device {
            self.record.find_device_off = Some(at);
        }
        self.record.removals.push(Removal { at, data_kept: removed.data_kept });
        self.stop_sign_out();
        self.stack.close_account(self.has(Branch::EndsOnSignIn).then_some(S::SignIn));
        self.fresh_page();
        self.reach(at, Stage::AfterSuccess);
    }

    /// The password is sent. An empty one never leaves the phone.
    fn submit(&mut self, now: u64) {
        if self.agenda.has(|a| matches!(a, Action::Judged | Action::Step(_))) {
            return;
        }
        let screen = self.screen();
        if self.faults.loses_confirm() {
            return;
        }
        let typed = self.typed_password(screen);
        let (right, empty) = (*typed == self.spec.password, typed.is_empty());
        self.record.submissions.push(Submission { at: now, screen, right, empty });
        if empty {
            self.complain(now, S::PasswordEmpty, "passport_error_empty_pwd");
            return;
        }
        self.agenda.later(now + JUDGING, Action::Judged);
        self.reach(now, Stage::AfterConfirm);
    }

    /// The text of the password field of a page.
    fn typed_password(&self, screen: S) -> &String {
        let typed = self.form.typed();
        if screen == S::WebPassword { &typed.web } else { &typed.password }
    }

    /// The server's answer to a password.
    pub(super) fn judge(&mut self, at: u64) {
        let screen = self.stack.page();
        let right = *self.typed_password(screen) == self.spec.password;
        if !self.system.network {
            return self.complain(at, screen, "passport_error_network");
        }
        if self.has(Branch::ServerError) {
            return self.refuse_in_dialog(S::ServerError);
        }
        if !right {
            if self.has(Branch::WrongPasswordDialog) && screen != S::WebPassword {
                return self.refuse_in_dialog(S::PasswordWrongDialog);
            }
            self.form.wipe_passwords();
            return self.complain(at, S::PasswordWrong, "passport_bad_authentication");
        }
        let picture_missing = screen != S::PasswordCaptcha || self.form.typed().captcha != self.spec.captcha_code;
        if self.has(Branch::Captcha) && picture_missing {
            self.form.fill(Field::Captcha, "");
            self.form.set_note((screen == S::PasswordCaptcha).then_some("passport_wrong_captcha"));
            self.stack.turn_into(S::PasswordCaptcha);
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

    /// The server's no comes in a dialog over the page.
    fn refuse_in_dialog(&mut self, dialog: S) {
        self.form.wipe_passwords();
        self.stack.push_in_front(dialog);
        self.fresh_page();
    }

    /// The proof is accepted: the sign-out goes on at once.
    fn pass(&mut self, at: u64) {
        self.form.wipe_passwords();
        self.form.set_keyboard(false);
        if self.faults.asks_to_save() {
            self.stack.popup(S::AutofillSave);
        }
        if let Some(screen) = self.account.next_step() {
            self.agenda.later(at + PAGE_CHANGE, Action::Step(screen));
        }
    }

    /// The second factor is sent.
    fn submit_code(&mut self, now: u64) {
        if self.form.typed().code == self.spec.second_factor_code {
            self.pass(now);
        } else {
            self.form.fill(Field::Code, "");
            self.form.set_note(Some("passport_wrong_captcha"));
            self.agenda.moved(now);
        }
    }

    /// An error on the page; on the native dialog the page has a name of its own then.
    fn complain(&mut self, at: u64, as_screen: S, note: &'static str) {
        let (before, page) = (self.screen(), self.stack.page());
        // It keeps its fields, focus and keyboard.
        if page != S::WebPassword && page != S::PasswordCaptcha && as_screen != page {
            self.stack.turn_into(as_screen);
        }
        self.form.set_note(Some(note));
        self.agenda.moved(at);
        self.shown(at, before);
    }

    /// A field gets the focus; the keyboard comes up a moment later.
    fn focus(&mut self, now: u64, field: Field) {
        self.form.set_focus(field);
        self.agenda.moved(now);
        if !self.form.keyboard() {
            self.agenda.later(now + PAGE_CHANGE, Action::Keyboard(true));
        }
        if field.is_password() {
            self.agenda.later(now, Action::OverField);
        }
    }

    /// The back key.
    pub(super) fn back(&mut self, now: u64) {
        let screen = self.screen();
        if self.stack.lock().is_some() || screen.is_spinner() || screen == S::IncomingCall {
            return;
        }
        let at = self.drawn_at(now);
        if self.form.keyboard() && self.form.focus().is_some() {
            self.form.set_keyboard(false);
            self.agenda.moved(now);
        } else if screen.is_popup() {
            self.agenda.later(at, Action::ClosePopup);
        } else if matches!(screen, S::PasswordWrongDialog | S::ServerError) {
            self.agenda.later(at, Action::Pop);
        } else if screen.is_step() {
            self.act(now, Act::Cancel);
        } else if screen != S::Launcher {
            self.agenda.later(at, Action::Pop);
        }
    }
}
