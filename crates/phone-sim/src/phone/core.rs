//! One phone as its programs see it: its state behind a lock, its clock, its files, and those who listen.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::fault::{Disconnect, Fault, Stage};
use super::files::{Files, MemoryFiles};
use super::panel::Panel;
use super::props;
use super::stats::Counters;
use super::world::World;
use crate::clock::Clock;
use crate::screens::picture;
use crate::spec::{Branch, PhoneSpec};

/// Told of every disconnection of a phone.
type Listener = Arc<dyn Fn(Disconnect) + Send + Sync>;

/// Told of every stage that a phone's sign-out reaches.
type StageListener = Arc<dyn Fn(Stage) + Send + Sync>;

/// One phone.
pub(super) struct Core {
    spec: PhoneSpec,
    pub clock: Clock,
    pub panel: Panel,
    pub counters: Counters,
    props: BTreeMap<String, String>,
    world: Mutex<World>,
    files: Mutex<Arc<dyn Files>>,
    listeners: Mutex<Vec<Listener>>,
    stage_listeners: Mutex<Vec<StageListener>>,
    disk_full: AtomicBool,
}

impl Core {
    /// A phone that has just been plugged in.
    pub(super) fn new(spec: PhoneSpec) -> Self {
        Self {
            clock: Clock::new(spec.scale),
            panel: Panel::default(),
            counters: Counters::default(),
            props: props::of(&spec),
            world: Mutex::new(World::new(spec.clone())),
            files: Mutex::new(Arc::new(MemoryFiles::default())),
            listeners: Mutex::new(Vec::new()),
            stage_listeners: Mutex::new(Vec::new()),
            disk_full: AtomicBool::new(false),
            spec,
        }
    }

    /// What it was made from.
    pub(super) fn spec(&self) -> &PhoneSpec {
        &self.spec
    }

    /// All properties, as `getprop` prints them now.
    pub(super) fn props(&self) -> BTreeMap<String, String> {
        let mut props = self.props.clone();
        self.with(|world, now| {
            if self.spec.has_account_app() {
                let gate = props::gate(world.system.gate, world.has(Branch::GateSaysTrue));
                props.insert("persist.security.adbinput".to_owned(), gate.to_owned());
                props.insert("persist.security.adbinstall".to_owned(), "1".to_owned());
            }
            let booted = if world.agenda.is_booted(now) { "1" } else { "" };
            props.insert("sys.boot_completed".to_owned(), booted.to_owned());
        });
        props
    }

    /// Its files.
    pub(super) fn files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.files.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes its files elsewhere.
    pub(super) fn attach_files(&self, files: Arc<dyn Files>) {
        files.set_full(self.disk_full());
        *self.files.lock().unwrap_or_else(PoisonError::into_inner) = files;
    }

    /// Whether nothing more can be written to its disk.
    pub(super) fn disk_full(&self) -> bool {
        self.with(|world, _| world.faults.disk_full())
    }

    /// A PNG of the page that shows now; empty where it could not be encoded.
    pub(super) fn picture(&self) -> Vec<u8> {
        let (width, height) = self.spec.size;
        let drawing = self.with(|world, _| world.drawing());
        picture::png(&drawing, width, height).unwrap_or_default()
    }

    /// Throws a fault now.
    pub(super) fn fault(&self, fault: Fault) {
        self.with(|world, now| world.fail(now, None, fault));
    }

    /// Calls back on every disconnection.
    pub(super) fn on_disconnect(&self, listener: Listener) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// Calls back on every stage.
    pub(super) fn on_stage(&self, listener: StageListener) {
        self.stage_listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// Changes what is in front; a page that appears by it is noted.
    pub(super) fn change(&self, change: impl FnOnce(&mut World)) {
        self.with(|world, now| {
            let before = world.screen();
            change(world);
            world.shown(now, before);
        });
    }

    /// The world as it is now; disconnections are told when it is free again.
    pub(super) fn with<R>(&self, look: impl FnOnce(&mut World, u64) -> R) -> R {
        let (answer, (told, reached), full) = {
            let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.clock.now_ms();
            world.touch(now);
            let answer = look(&mut world, now);
            (answer, world.faults.take_news(), world.faults.disk_full())
        };
        if !reached.is_empty() {
            let listeners = self.stage_listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for listener in listeners {
                for stage in &reached {
                    listener(*stage);
                }
            }
        }
        if self.disk_full.swap(full, Ordering::Relaxed) != full {
            self.files().set_full(full);
        }
        if !told.is_empty() {
            let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for disconnect in told {
                for listener in &listeners {
                    listener(disconnect);
                }
            }
        }
        answer
    }
}
