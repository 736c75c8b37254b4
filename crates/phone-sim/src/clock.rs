//! A phone's own time: every latency is given in the phone's milliseconds and scaled by one factor.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time as one simulated phone sees it. Cheap to clone; clones share the same start.
#[derive(Clone, Debug)]
pub struct Clock {
    start: Instant,
    scale: f64,
}

impl Clock {
    /// A clock that runs `1 / scale` times as fast as the host's: 1.0 is real time, 0.01 a hundred times as fast.
    #[must_use]
    pub fn new(scale: f64) -> Self {
        Self { start: Instant::now(), scale: scale.max(1e-6) }
    }

    /// The phone's milliseconds since it was made.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        (self.start.elapsed().as_secs_f64() * 1000.0 / self.scale) as u64
    }

    /// Sleeps for the phone's `ms`, or until `cancel` is set. Gives whether it slept to the end.
    #[must_use]
    pub fn sleep(&self, ms: u64, cancel: &Cancel) -> bool {
        cancel.wait(self.host(ms))
    }

    /// The host's duration of the phone's `ms`.
    #[must_use]
    pub fn host(&self, ms: u64) -> Duration {
        Duration::from_secs_f64(ms as f64 * self.scale / 1000.0)
    }
}

/// The hang-up signal of one running command: set when its stream is closed.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<(Mutex<bool>, Condvar)>);

impl Cancel {
    /// Hangs up: sleepers wake, and loops end at their next turn.
    pub fn set(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Whether it was hung up.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, time: Duration) -> bool {
        let guard = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (set, _) = self.0.1.wait_timeout_while(guard, time, |set| !*set).unwrap_or_else(PoisonError::into_inner);
        !*set
    }
}
