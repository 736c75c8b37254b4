//! A hand that signs a simulated phone out, page after page, as its owner would.

use mi_signout::learn::{Hand, Seen};
use phone_sim::phone::SimPhone;
use phone_sim::screens::{Act, Field, ScreenId};

use super::OWNER;

/// What the hand does otherwise than the plain way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// One page after the other.
    Plain,
    /// It answers a question before anything could have read it.
    Hasty,
    /// It goes back from the data choice, and comes again.
    Detour,
    /// It stops at the data choice.
    Stops,
}

/// The hand, and what it was told.
pub struct ScriptedHand {
    phone: SimPhone,
    manner: Manner,
    /// Looks since something was done, and the dumps that there had been by then.
    looks: u32,
    dumps: u64,
    ready: bool,
    pub told: Vec<Seen>,
    /// Words that it was asked about.
    pub asked: Vec<String>,
    /// How often it was asked what it had pressed.
    pub questions: usize,
    pressed: Option<String>,
    been_back: bool,
    /// Called at the data choice.
    pub at_data_choice: Option<Box<dyn FnMut()>>,
}

impl ScriptedHand {
    pub fn new(phone: &SimPhone, manner: Manner) -> Self {
        phone.show(ScreenId::SettingsHome);
        Self {
            phone: phone.clone(),
            manner,
            looks: 0,
            dumps: 0,
            ready: false,
            told: Vec::new(),
            asked: Vec::new(),
            questions: 0,
            pressed: None,
            been_back: false,
            at_data_choice: None,
        }
    }

    /// Taps what does this; false where it is not on the screen.
    fn press(&mut self, act: Act) -> bool {
        let Some((x, y)) = self.phone.place_of(act) else { return false };
        let (width, height) = self.phone.spec().size;
        if y >= height.cast_signed() || x >= width.cast_signed() {
            return false;
        }
        self.phone.touch(x, y);
        let record = self.phone.record();
        let tap = record.taps.last().expect("a tap");
        let id = tap.id.rsplit('/').next().unwrap_or_default().to_owned();
        self.pressed = Some(if tap.text.is_empty() { id } else { tap.text.clone() });
        true
    }

    /// Does the next thing on the page in front.
    fn act(&mut self) {
        self.ready = false;
        match self.phone.current_screen() {
            ScreenId::SettingsHome => {
                self.press(Act::Open(ScreenId::AccountPage));
            }
            ScreenId::AccountPage => {
                if !self.press(Act::SignOut) {
                    let (width, height) = self.phone.spec().size;
                    let (x, height) = (width.cast_signed() / 2, height.cast_signed());
                    self.phone.drag((x, height * 3 / 4), (x, height / 4));
                } else if self.manner == Manner::Hasty {
                    self.hurry();
                }
            }
            ScreenId::UnsyncedItems => {
                self.press(Act::Accept);
            }
            ScreenId::KeepRemove => self.data_choice(),
            ScreenId::Password => self.password(Field::Password),
            ScreenId::WebPassword => self.password(Field::WebPassword),
            _ => self.ready = true,
        }
    }

    /// Waits until the question shows, and answers it at once.
    fn hurry(&mut self) {
        crate::support::wait_until("the question shows", || self.phone.current_screen() == ScreenId::UnsyncedItems);
        self.press(Act::Accept);
    }

    fn data_choice(&mut self) {
        if let Some(then) = &mut self.at_data_choice {
            then();
        }
        match self.manner {
            Manner::Detour if !self.been_back => {
                self.been_back = true;
                self.press(Act::Cancel);
            }
            _ => {
                self.press(Act::Keep);
            }
        }
    }

    fn password(&mut self, field: Field) {
        let is_empty = !self.phone.dump_xml().contains('•');
        if is_empty {
            self.press(Act::Focus(field));
            self.phone.type_by_hand(&self.phone.spec().password.clone());
        } else {
            self.press(Act::Confirm);
        }
    }
}

impl Hand for ScriptedHand {
    fn told(&mut self, seen: &Seen) {
        self.ready |= matches!(seen, Seen::Screen { .. });
        self.told.push(seen.clone());
    }

    fn pressed(&mut self, buttons: &[String]) -> Option<usize> {
        self.questions += 1;
        let pressed = self.pressed.take()?;
        Some(
            buttons
                .iter()
                .position(|button| *button == pressed)
                .unwrap_or_else(|| panic!("{pressed} not in {buttons:?}")),
        )
    }

    fn is_over(&mut self) -> bool {
        let at_choice = self.phone.current_screen() == ScreenId::KeepRemove;
        if self.manner == Manner::Stops && at_choice && self.ready {
            return true;
        }
        // The recorder looks at a page that was scrolled, or filled in, before it is touched again.
        self.looks += 1;
        let was_read = self.phone.stats().dumps > self.dumps + 1;
        let begun = self.told.iter().any(|seen| matches!(seen, Seen::Screen { .. }));
        if self.ready || (begun && self.looks > 6 && was_read) {
            self.act();
            (self.looks, self.dumps) = (0, self.phone.stats().dumps);
        }
        false
    }

    fn may_be_written(&mut self, words: &[String]) -> Vec<bool> {
        self.asked.extend(words.iter().cloned());
        words.iter().map(|word| !OWNER.split(' ').any(|part| word.contains(part))).collect()
    }
}
