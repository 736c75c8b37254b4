//! Whose turn it is to submit a password: the port to whoever sees all phones.

use crate::event::Progress;
use crate::model::{AccountId, Reason, Serial};
use crate::phone::Observation;

/// May this account's password be submitted now? Implemented by `fleet`, which sees all phones.
pub trait SubmitPermit: Sync {
    /// Asks, and waits for the verdict of the phone before where it may not submit beside it. Each grant must be answered by one [`SubmitPermit::verdict`].
    fn ask(&self, account: &AccountId, serial: &Serial) -> Permit;

    /// A phone that has submitted shows a page that a person has to pass (a captcha): no other phone submits until its verdict is known.
    fn waits_for_person(&self, _account: &AccountId, _serial: &Serial) {}

    /// Tells what became of a submission: of a granted one, or of one that was made before a crash of this program.
    fn verdict(&self, account: &AccountId, serial: &Serial, verdict: VerdictSeen);
}

/// Writes down what a walk is about to change, and that its consequence was seen. Implemented by `fleet`, for the journal.
pub trait StepRecorder {
    /// A mutating step is about to be done; `progress` already counts it.
    ///
    /// # Errors
    /// It must not be done: other benches rely on a record that can't be written, or the phone is another bench's by now.
    fn before(&self, screen: &str, what: &str, progress: &Progress) -> Result<(), Unrecorded>;

    /// What followed the last mutating step was observed.
    fn observed(&self, progress: &Progress);

    /// A screen was read; `front` names it, and is absent where the profile knows no such screen, or several.
    fn seen(&self, _observation: &Observation, _front: Option<&str>) {}
}

/// Why a step is not done: it could not be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrecorded {
    /// The reason of the phone's row.
    pub reason: Reason,
    /// What to do.
    pub hint: String,
}

/// Writes nothing down.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRecord;

impl StepRecorder for NoRecord {
    fn before(&self, _: &str, _: &str, _: &Progress) -> Result<(), Unrecorded> {
        Ok(())
    }

    fn observed(&self, _: &Progress) {}
}

/// The answer of [`SubmitPermit::ask`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Submit now.
    Granted,
    /// Do not submit: the account is stopped, with what to do.
    Stopped {
        /// What to do.
        hint: String,
    },
}

/// What became of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictSeen {
    /// The phone took the password.
    Accepted,
    /// The phone refused it.
    Rejected,
    /// It was submitted, and what the phone said could not be seen.
    Unknown,
    /// It was granted, and not submitted after all.
    NotSubmitted,
}

/// Sees to it that a submission gets its verdict, even where the walk panics: the phones that wait for it would wait forever.
pub(super) struct Turn<'a> {
    permit: &'a dyn SubmitPermit,
    account: &'a AccountId,
    serial: &'a Serial,
    /// What is told when the walk is left without a verdict.
    otherwise: Option<VerdictSeen>,
}

impl<'a> Turn<'a> {
    /// Nothing was asked. `submitted` where an earlier run submitted a password and saw no verdict.
    pub(super) fn new(
        permit: &'a dyn SubmitPermit,
        account: &'a AccountId,
        serial: &'a Serial,
        submitted: bool,
    ) -> Self {
        Self { permit, account, serial, otherwise: submitted.then_some(VerdictSeen::Unknown) }
    }

    /// Asks for the turn.
    pub(super) fn ask(&mut self) -> Permit {
        let permit = self.permit.ask(self.account, self.serial);
        if permit == Permit::Granted {
            self.otherwise = Some(VerdictSeen::NotSubmitted);
        }
        permit
    }

    /// The password is about to be submitted.
    pub(super) fn submits(&mut self) {
        self.otherwise = Some(VerdictSeen::Unknown);
    }

    /// The phone waits for a person before there is a verdict.
    pub(super) fn waits_for_person(&self) {
        if self.otherwise == Some(VerdictSeen::Unknown) {
            self.permit.waits_for_person(self.account, self.serial);
        }
    }

    /// The phone refused the tap, so nothing was submitted.
    pub(super) fn was_not_submitted(&mut self) {
        self.otherwise = self.otherwise.map(|_| VerdictSeen::NotSubmitted);
    }

    /// Tells the verdict, once.
    pub(super) fn verdict(&mut self, seen: VerdictSeen) {
        match self.otherwise {
            Some(VerdictSeen::Unknown) => self.answer(seen),
            // The account went, or a refusal showed, without this walk's doing.
            Some(_) => self.answer(VerdictSeen::NotSubmitted),
            None => {}
        }
    }

    fn answer(&mut self, seen: VerdictSeen) {
        self.otherwise = None;
        self.permit.verdict(self.account, self.serial, seen);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(seen) = self.otherwise {
            self.answer(seen);
        }
    }
}
