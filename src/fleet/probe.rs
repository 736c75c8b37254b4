//! Reads a phone's facts before the run. Waits up to `--grace` if it disconnects or is still booting.
//!
//! A phone that is still starting has no accounts yet, so nothing that it says of them counts.

use crate::model::Ending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::event::EventKind;
use crate::phone::{Phone, PhoneError, PhoneFacts};
use crate::preflight;

/// Between two readings: the list of the adb server may name a phone that is gone already.
const PAUSE: Duration = Duration::from_millis(500);

/// Gives the phone back once it is listed again, at most until then.
type Reconnect<'a> = dyn FnMut(&PhoneError, Instant) -> Option<Box<dyn Phone>> + 'a;

/// How a phone is read first.
pub(super) struct Probe<'a> {
    /// The longest one reading may take.
    pub within: Duration,
    /// How long to wait for the phone.
    pub grace: Duration,
    /// When the phone's time is up.
    pub deadline: Instant,
    /// Set by Ctrl-C.
    pub interrupted: &'a AtomicBool,
    /// Told when the phone is lost, and when it is back.
    pub tell: &'a dyn Fn(EventKind),
    /// The phone once it is listed again, at most until then.
    pub reconnect: &'a mut Reconnect<'a>,
}

impl Probe<'_> {
    /// Reads the phone; `phone` is another connection where it was lost and came back.
    pub(super) fn of(self, phone: &mut Box<dyn Phone>) -> Result<PhoneFacts, Ending> {
        let until = (Instant::now() + self.grace).min(self.deadline);
        let mut lost = false;
        loop {
            let stop = match phone.facts(true, self.within) {
                Ok(facts) if preflight::has_started(&facts) => {
                    if lost {
                        (self.tell)(EventKind::Back);
                    }
                    return Ok(facts);
                }
                Ok(_) => preflight::still_starting(),
                Err(error @ PhoneError::Timeout(_)) => return Err(preflight::of_error(&error)),
                Err(error) => {
                    if !lost {
                        (self.tell)(EventKind::Lost);
                    }
                    lost = true;
                    let Some(back) = (self.reconnect)(&error, until) else {
                        return Err(preflight::of_error(&error));
                    };
                    *phone = back;
                    preflight::of_error(&error)
                }
            };
            if Instant::now() >= until || self.interrupted.load(Ordering::Relaxed) {
                return Err(stop);
            }
            std::thread::sleep(PAUSE);
        }
    }
}
