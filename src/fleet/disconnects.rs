//! Groups phones that disconnect at the same time and reports the common cause once.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::shared_cause::Losses;
use super::{Attached, Connector, SharedLoss};
use crate::event::{Event, EventKind, Listener, Subject};
use crate::model::{Device, Serial};

/// Between two looks at the device lists.
const LOOK: Duration = Duration::from_millis(250);

/// Passes events on, and remembers which phones have their row: those may be unplugged.
pub(super) struct LossMonitor<'a> {
    devices: &'a [Device],
    listener: &'a dyn Listener,
    ended: Mutex<BTreeSet<Serial>>,
}

impl<'a> LossMonitor<'a> {
    pub(super) fn new(devices: &'a [Device], listener: &'a dyn Listener) -> Self {
        Self { devices, listener, ended: Mutex::default() }
    }

    /// Watches the device lists until every sender of `over` is dropped.
    pub(super) fn watch(&self, over: &Receiver<()>, connector: &dyn Connector) {
        if self.devices.len() < 2 {
            return;
        }
        let mut losses = Losses::default();
        let mut was = vec![true; self.devices.len()];
        while over.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            let attached = connector.attached(self.devices);
            for (at, device) in self.devices.iter().enumerate() {
                let is = attached.get(at).is_none_or(|a| *a == Attached::Listed);
                // A person unplugs a phone that has its row: that is no loss.
                if was[at] && !is && !self.has_ended(&device.serial) {
                    losses.lost(Instant::now(), device);
                }
                was[at] = is;
            }
            let is_gone = |server: &_| {
                let mut servers = self.devices.iter().zip(&attached).filter(|(device, _)| device.server == *server);
                servers.any(|(_, attached)| *attached == Attached::ServerGone)
            };
            emit(self.listener, losses.settled(Instant::now(), is_gone));
        }
    }

    fn has_ended(&self, serial: &Serial) -> bool {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).contains(serial)
    }
}

/// Reports each group as a note of the run.
pub(super) fn emit(listener: &dyn Listener, groups: Vec<SharedLoss>) {
    for group in groups {
        let note = EventKind::Note { text: group.to_string() };
        listener.emit(Event::now(Subject::Run("run".into()), note));
    }
}

impl Listener for LossMonitor<'_> {
    fn emit(&self, event: Event) {
        if let (Subject::Phone(serial), EventKind::Ended(_)) = (&event.subject, &event.kind) {
            self.ended.lock().unwrap_or_else(PoisonError::into_inner).insert(serial.clone());
        }
        self.listener.emit(event);
    }
}
