//! The phones on this computer: what an adb server knows of each plug-in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::endpoint::{ConnState, Endpoint};
use crate::service::Services;

/// One plug-in of one phone, for as long as it is plugged in (also while it restarts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlugId(pub u64);

/// A phone as it is connected now.
#[derive(Clone)]
pub(crate) struct Slot {
    pub plug: PlugId,
    pub services: Services,
    /// USB path without `usb:`, for example `1-4.2`.
    pub usb_path: String,
    pub state: ConnState,
    /// The number of this connection; a new one whenever the phone was gone.
    pub transport_id: u64,
}

impl Slot {
    pub(crate) fn endpoint(&self) -> &dyn Endpoint {
        self.services.endpoint().as_ref()
    }
}

/// All plugged phones, in the order of their plug-ins.
pub(crate) struct Registry {
    table: Mutex<Table>,
    changed: watch::Sender<()>,
}

struct Table {
    slots: Vec<Slot>,
    last_plug: u64,
    last_transport: u64,
}

impl Registry {
    pub(crate) fn new() -> Self {
        let table = Table { slots: Vec::new(), last_plug: 0, last_transport: 0 };
        Self { table: Mutex::new(table), changed: watch::Sender::new(()) }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a phone.
    pub(crate) fn plug(&self, services: Services, usb_path: String) -> PlugId {
        let plug = {
            let mut table = self.lock();
            table.last_plug += 1;
            let plug = PlugId(table.last_plug);
            table.slots.push(Slot { plug, services, usb_path, state: ConnState::Gone, transport_id: 0 });
            table.refresh();
            plug
        };
        self.changed.send_replace(());
        plug
    }

    /// Takes a phone away. Gives whether it was there.
    pub(crate) fn unplug(&self, plug: PlugId) -> bool {
        let removed = {
            let mut table = self.lock();
            let before = table.slots.len();
            table.slots.retain(|slot| slot.plug != plug);
            table.slots.len() < before
        };
        self.changed.send_replace(());
        removed
    }

    /// The phones that a list shows.
    pub(crate) fn connected(&self) -> Vec<Slot> {
        self.all().into_iter().filter(|slot| slot.state != ConnState::Gone).collect()
    }

    /// All plugged phones, also those that are gone for the moment.
    pub(crate) fn all(&self) -> Vec<Slot> {
        let mut table = self.lock();
        table.refresh();
        table.slots.clone()
    }

    /// Whether a connection still is the one it was.
    pub(crate) fn has(&self, transport_id: u64) -> bool {
        let mut table = self.lock();
        table.refresh();
        table.slots.iter().any(|slot| slot.transport_id == transport_id && slot.state != ConnState::Gone)
    }

    /// Wakes whenever [`Registry::connected`] may have changed.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Passes on a phone's own changes until it is unplugged; to be run for each plugged phone.
    pub(crate) async fn follow(self: Arc<Self>, plug: PlugId, endpoint: Arc<dyn Endpoint>) {
        let mut state = endpoint.watch();
        loop {
            {
                let mut table = self.lock();
                if !table.slots.iter().any(|slot| slot.plug == plug) {
                    return;
                }
                table.refresh();
            }
            self.changed.send_replace(());
            if state.changed().await.is_err() {
                return;
            }
        }
    }
}

impl Table {
    fn refresh(&mut self) {
        for slot in &mut self.slots {
            let now = slot.services.endpoint().state();
            if slot.state == ConnState::Gone && now != ConnState::Gone {
                self.last_transport += 1;
                slot.transport_id = self.last_transport;
            }
            slot.state = now;
        }
    }
}
