//! The faults that are at work on a phone, and those that wait for a stage of its sign-out.

use std::collections::VecDeque;

use super::fault::{Disconnect, Fault, Stage};
use crate::screens::ScreenId;
use crate::spec::{Branch, PhoneSpec};

/// The faults of one phone. What a fault does to pages, account or switches is done there; here it is only counted.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fault, and they combine freely")]
pub(super) struct Faults {
    hooks: Vec<(Stage, Fault)>,
    /// Stages that were reached and not yet told.
    reached: Vec<Stage>,
    /// Disconnections that were not yet told.
    disconnects: Vec<Disconnect>,
    dumps: VecDeque<Fault>,
    views: VecDeque<Fault>,
    confirm_lost: bool,
    cast_display: bool,
    unvalidated: bool,
    taps: u32,
    hangs: u32,
    slow: u64,
    spinner: Option<u64>,
    secure_keyboards: u32,
    swallows: bool,
    autofill: bool,
    autofill_save: bool,
    disk_full: bool,
}

impl Faults {
    /// The faults that a phone is made with.
    pub(super) fn new(spec: &PhoneSpec) -> Self {
        let mut faults = Self::default();
        for branch in &spec.branches {
            match branch {
                Branch::SecureKeyboard => faults.secure_keyboards = 1,
                Branch::SecureKeyboardAgain => faults.secure_keyboards = 8,
                Branch::SecureKeyboardSwallows => faults.swallows = true,
                Branch::AutofillBubble => faults.autofill = true,
                Branch::AutofillSave => faults.autofill_save = true,
                Branch::CastDisplay => faults.cast_display = true,
                Branch::Unvalidated => faults.unvalidated = true,
                Branch::ConfirmLost => faults.confirm_lost = true,
                _ => {}
            }
        }
        faults
    }

    /// A fault waits for a stage, and fires there once.
    pub(super) fn wait_for(&mut self, stage: Stage, fault: Fault) {
        self.hooks.push((stage, fault));
    }

    /// A stage is reached: gives the faults that waited for it.
    pub(super) fn reach(&mut self, stage: Stage) -> Vec<Fault> {
        self.reached.push(stage);
        let (fire, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.hooks).into_iter().partition(|(s, _)| *s == stage);
        self.hooks = rest;
        fire.into_iter().map(|(_, fault)| fault).collect()
    }

    /// The connection is lost.
    pub(super) fn disconnect(&mut self, how: Disconnect) {
        self.disconnects.push(how);
    }

    /// What was not yet told to those who listen.
    pub(super) fn take_news(&mut self) -> (Vec<Disconnect>, Vec<Stage>) {
        (std::mem::take(&mut self.disconnects), std::mem::take(&mut self.reached))
    }

    /// A fault begins. Those that change pages, account or switches at once are not for this.
    pub(super) fn begin(&mut self, fault: Fault) {
        match fault {
            Fault::DumpNotIdle(n)
            | Fault::DumpNullRoot(n)
            | Fault::DumpKilled(n)
            | Fault::DumpNoisy(n)
            | Fault::DumpStale(n)
            | Fault::DumpCut(n)
            | Fault::DumpEmpty(n) => self.dumps.extend(std::iter::repeat_n(fault, n as usize)),
            Fault::ViewsStale(n) | Fault::ViewsShifted(n) | Fault::ViewsCut(n) | Fault::ViewsSlow(n) => {
                self.views.extend(std::iter::repeat_n(fault, n as usize));
            }
            Fault::CastDisplay => self.cast_display = true,
            Fault::Unvalidated => self.unvalidated = true,
            Fault::SlowPage(ms) => self.slow = ms,
            Fault::TapDropped(n) => self.taps += n,
            Fault::SpinnerFor(ms) => self.spinner = Some(ms),
            Fault::CommandHangs(n) => self.hangs += n,
            Fault::SecureKeyboard(times) => self.secure_keyboards = times,
            Fault::KeysSwallowed => self.swallows = true,
            Fault::AutofillBubble => self.autofill = true,
            Fault::AutofillSave => self.autofill_save = true,
            Fault::DiskFull => self.disk_full = true,
            _ => {}
        }
    }

    /// What is wrong with the next dump; used up by it.
    pub(super) fn next_dump(&mut self) -> Option<Fault> {
        self.dumps.pop_front()
    }

    /// What is wrong with the next dump of views; used up by it.
    pub(super) fn next_views(&mut self) -> Option<Fault> {
        self.views.pop_front()
    }

    /// Whether the next command hangs.
    pub(super) fn next_hangs(&mut self) -> bool {
        let hangs = self.hangs > 0;
        self.hangs = self.hangs.saturating_sub(1);
        hangs
    }

    /// Whether this tap has no effect.
    pub(super) fn drops_tap(&mut self) -> bool {
        let drops = self.taps > 0;
        self.taps = self.taps.saturating_sub(1);
        drops
    }

    /// Whether this tap on OK is lost.
    pub(super) fn loses_confirm(&mut self) -> bool {
        std::mem::take(&mut self.confirm_lost)
    }

    /// How long the next spinner turns, where that is another time than usual, in ms.
    pub(super) fn next_spinner(&mut self) -> Option<u64> {
        self.spinner.take()
    }

    /// How much longer each page change takes, in ms.
    pub(super) fn slow(&self) -> u64 {
        self.slow
    }

    /// What comes up over a password field that has just got the focus.
    pub(super) fn over_field(&mut self) -> Option<ScreenId> {
        if self.secure_keyboards > 0 {
            self.secure_keyboards -= 1;
            return Some(ScreenId::SecureKeyboard);
        }
        std::mem::take(&mut self.autofill).then_some(ScreenId::AutofillBubble)
    }

    /// Whether it is asked whether to save the password; once.
    pub(super) fn asks_to_save(&mut self) -> bool {
        std::mem::take(&mut self.autofill_save)
    }

    /// Whether keys to password fields are lost.
    pub(super) fn swallows(&self) -> bool {
        self.swallows
    }

    /// Whether another display is listed first.
    pub(super) fn cast_display(&self) -> bool {
        self.cast_display
    }

    /// Whether Google's check of the network fails.
    pub(super) fn unvalidated(&self) -> bool {
        self.unvalidated
    }

    /// Whether no file can be written.
    pub(super) fn disk_full(&self) -> bool {
        self.disk_full
    }

    /// The disk is full, or has room.
    pub(super) fn set_disk_full(&mut self, full: bool) {
        self.disk_full = full;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_waits_for_its_stage_and_fires_once() {
        let mut faults = Faults::default();
        faults.wait_for(Stage::Password, Fault::Anr);
        assert_eq!(faults.reach(Stage::AccountPage), []);
        assert_eq!(faults.reach(Stage::Password), [Fault::Anr]);
        assert_eq!(faults.reach(Stage::Password), []);
        assert_eq!(faults.take_news().1, [Stage::AccountPage, Stage::Password, Stage::Password]);
    }

    #[test]
    fn what_is_counted_is_used_up() {
        let mut faults = Faults::default();
        for fault in [Fault::TapDropped(1), Fault::CommandHangs(1), Fault::DumpCut(1), Fault::SecureKeyboard(1)] {
            faults.begin(fault);
        }
        assert_eq!((faults.drops_tap(), faults.drops_tap()), (true, false));
        assert_eq!((faults.next_hangs(), faults.next_hangs()), (true, false));
        assert_eq!((faults.next_dump(), faults.next_dump()), (Some(Fault::DumpCut(1)), None));
        assert_eq!((faults.over_field(), faults.over_field()), (Some(ScreenId::SecureKeyboard), None));
    }
}
