//! Lets happen what a phone's clock has come to.

use super::agenda::Action;
use super::world::World;
use crate::screens::ScreenId;

impl World {
    /// Lets everything happen that was due by now, in order.
    pub(super) fn touch(&mut self, now: u64) {
        while let Some((at, action)) = self.agenda.next(now) {
            self.happen(at, action);
        }
    }

    fn happen(&mut self, at: u64, action: Action) {
        let before = self.screen();
        match action {
            Action::Push(task, screen) => {
                self.stack.push(task, screen);
                self.fresh_page();
            }
            Action::Pop => self.pop(),
            Action::Front(task) => {
                self.stack.bring(task);
                self.stack.close_popups(ScreenId::is_over_field);
                self.form.set_keyboard(false);
                self.form.scroll_to(0);
            }
            Action::Step(screen) => self.step(at, screen),
            Action::SpinnerDone(screen) => self.spinner_done(at, screen),
            Action::Judged => self.judge(at),
            Action::Keyboard(up) => self.form.set_keyboard(up),
            Action::OverField => self.over_field(),
            Action::Unlock => self.stack.unlock(),
            Action::ClosePopup => {
                if self.stack.close_popup() == Some(ScreenId::SecureKeyboard) {
                    self.over_field();
                }
            }
            Action::RingingEnds => self.stack.close_popups(|p| p == ScreenId::IncomingCall),
            Action::Moved => {}
        }
        self.agenda.moved(at);
        self.shown(at, before);
    }
}
