//! What one phone's walk writes down: each step before it is made, and the screens that its profile does not know.

use super::RunRecorder;
use super::kept_screens::Trail;
use crate::event::{Entry, Kept, PhoneKey, Progress};
use crate::flow::{StepRecorder, Unrecorded};
use crate::model::Reason;
use crate::phone::Observation;

/// The recorder of the run as one phone's walk writes in it.
pub(super) struct PhoneRecorder<'a> {
    pub(super) recorder: &'a RunRecorder<'a>,
    pub(super) key: PhoneKey,
    pub(super) trail: Trail,
}

impl StepRecorder for PhoneRecorder<'_> {
    fn before(&self, screen: &str, what: &str, progress: &Progress) -> Result<(), Unrecorded> {
        let kept = self.recorder.keep(|| Entry::Step {
            key: self.key.clone(),
            screen: screen.to_owned(),
            what: what.to_owned(),
            progress: progress.clone(),
        });
        match kept {
            Kept::Written(_) | Kept::Nowhere => Ok(()),
            Kept::Refused { why } => Err(Unrecorded { reason: Reason::JournalUnwritable, hint: why }),
            Kept::Taken { why, .. } => Err(Unrecorded { reason: Reason::InUse, hint: why }),
        }
    }

    fn observed(&self, progress: &Progress) {
        self.recorder.keep(|| Entry::Observed { key: self.key.clone(), progress: progress.clone() });
    }

    fn seen(&self, observation: &Observation, front: Option<&str>) {
        if self.recorder.keeps_screens() {
            self.trail.see(observation, front.is_some());
        }
    }
}
