//! Profiles that were learned from a recording: phone by phone, until one is proven signed out. Only then the others start.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Plan;
use crate::event::EventKind;
use crate::profile::DeviceProfile;

/// How long a phone waits between two looks at Ctrl-C.
const TURN: Duration = Duration::from_millis(200);

/// How far a learned profile has come in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// No phone works with it.
    Free,
    /// One phone works with it.
    Taken,
    /// One phone was proven signed out with it.
    Proven,
}

/// The learned profiles of a run.
#[derive(Debug, Default)]
pub(super) struct FirstProof {
    profiles: Mutex<BTreeMap<String, Standing>>,
    changed: Condvar,
}

/// A phone's turn with a profile that is not proven yet; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    of: &'a FirstProof,
    profile: String,
    proven: bool,
}

impl FirstProof {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Standing>> {
        self.profiles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the profile is proven or no other phone works with it. Calls `waits` once if it has to wait. `None`: the profile is
    /// proven, or Ctrl-C asked for an end.
    pub(super) fn turn(&self, profile: &str, interrupted: &AtomicBool, waits: &mut dyn FnMut()) -> Option<Turn<'_>> {
        let mut told = false;
        loop {
            let mut profiles = self.lock();
            match profiles.get(profile).copied().unwrap_or(Standing::Free) {
                Standing::Proven => return None,
                Standing::Free => {
                    profiles.insert(profile.to_owned(), Standing::Taken);
                    return Some(Turn { of: self, profile: profile.to_owned(), proven: false });
                }
                Standing::Taken if interrupted.load(Ordering::Relaxed) => return None,
                // Called without the lock: the listener may be slow.
                Standing::Taken if !told => {
                    told = true;
                    drop(profiles);
                    waits();
                }
                Standing::Taken => {
                    drop(self.changed.wait_timeout(profiles, TURN));
                }
            }
        }
    }
}

impl Turn<'_> {
    /// The phone is proven signed out: the others may start.
    pub(super) fn prove(&mut self) {
        self.proven = true;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let standing = if self.proven { Standing::Proven } else { Standing::Free };
        self.of.lock().insert(std::mem::take(&mut self.profile), standing);
        self.of.changed.notify_all();
    }
}

/// A phone's turn where its profile was learned from a recording, and how long it waited for it: that time does not count against the
/// phone. A dry run changes nothing, so all phones go at once.
pub(super) fn wait_for_turn<'a>(
    proofs: &'a FirstProof,
    profile: &DeviceProfile,
    plan: &Plan<'_>,
    emit: &dyn Fn(EventKind),
) -> (Option<Turn<'a>>, Duration) {
    if !profile.is_learned() || plan.dry_run {
        return (None, Duration::ZERO);
    }
    let mut began = None;
    let turn = proofs.turn(&profile.name, plan.interrupted, &mut || {
        began = Some(Instant::now());
        emit(EventKind::WaitingForTurn);
    });
    let waited = began.map_or(Duration::ZERO, |began| began.elapsed());
    if !waited.is_zero() {
        emit(EventKind::Resumed);
    }
    (turn, waited)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_go_one_by_one_until_one_is_proven() {
        let (proof, never) = (FirstProof::default(), AtomicBool::new(false));
        let turn = |waits: &mut dyn FnMut()| proof.turn("learned", &never, waits);
        let first = turn(&mut || panic!("the first waits for nothing"));
        assert!(first.is_some());
        assert!(proof.turn("learned", &AtomicBool::new(true), &mut || {}).is_none(), "Ctrl-C ends the wait");
        assert!(proof.turn("another", &never, &mut || {}).is_some(), "another profile waits for nothing");
        std::thread::scope(|scope| {
            let (emit, emitted) = std::sync::mpsc::channel();
            let (proof, never) = (&proof, &never);
            let second = scope.spawn(move || {
                let mut turn = proof_turn(proof, never, &emit)?;
                turn.prove();
                Some(())
            });
            emitted.recv().unwrap();
            drop(first);
            assert!(second.join().unwrap().is_some(), "the first was not proven, so the second goes alone");
        });
    }

    fn proof_turn<'a>(
        proof: &'a FirstProof,
        never: &AtomicBool,
        emit: &std::sync::mpsc::Sender<()>,
    ) -> Option<Turn<'a>> {
        proof.turn("learned", never, &mut || emit.send(()).unwrap())
    }
}
