//! One simulated phone: its state, and the programs that its shell can run.
//!
//! Written from what is known of real phones. Knows nothing of how anybody will drive it.
//!
//! - State: `stack` (pages, pop-ups, lock), `form` (what was typed and scrolled), `account`, `system` (switches), `faults`, `agenda`
//!   (its clock). Each type alone changes what is its own. `world` joins them, `events` lets happen what is due, `flow` is the sign-out.
//! - `core`: the state behind a lock; `call`: one running program; the other files are programs, each of which knows only these.

mod account;
mod agenda;
mod am;
mod call;
mod cmd;
mod core;
mod dumpsys;
mod dumpsys_window;
mod events;
mod fault;
mod faults;
mod files;
mod flow;
mod form;
mod getevent;
mod input;
mod misc;
mod packages;
mod panel;
mod props;
mod record;
mod settings;
mod stack;
mod stats;
mod system;
mod touch;
mod uiautomator;
mod views;
mod windows;
mod wm;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use crate::models::{android_one, custom_rom, nubia_miui};
pub use crate::spec::{AccountApp, Branch, DumpFormat, Gate, Generation, LockKind, PhoneSpec};
pub use fault::{Disconnect, Fault, Stage};
pub use files::{Files, MemoryFiles};
pub use record::{CommandRun, Record, Removal, Submission, Tap};
pub use stats::Stats;

use self::core::Core;
use super::clock::{Cancel, Clock};
use super::screens::ScreenId;
use super::shell::{Programs, Stdio};
use call::Call;

/// One simulated phone. Cheap to clone; clones are the same phone.
#[derive(Clone)]
pub struct SimPhone(Arc<Core>);

impl SimPhone {
    /// A phone that has just been plugged in.
    #[must_use]
    pub fn new(spec: PhoneSpec) -> Self {
        Self(Arc::new(Core::new(spec)))
    }

    /// Its `ro.serialno`.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.0.spec().serial
    }

    /// What it was made from.
    #[must_use]
    pub fn spec(&self) -> &PhoneSpec {
        self.0.spec()
    }

    /// Its own time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// All properties, as `getprop` prints them now.
    #[must_use]
    pub fn props(&self) -> BTreeMap<String, String> {
        self.0.props()
    }

    /// What its adbd says of itself when a connection opens.
    #[must_use]
    pub fn banner(&self) -> String {
        let spec = self.0.spec();
        format!(
            "device::ro.product.name={};ro.product.model={};ro.product.device={};features=shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir",
            spec.product, spec.model, spec.device
        )
    }

    /// The phone's files: an own small store, until the front end attaches another.
    #[must_use]
    pub fn files(&self) -> Arc<dyn Files> {
        self.0.files()
    }

    /// Makes the phone write its files elsewhere.
    pub fn attach_files(&self, files: Arc<dyn Files>) {
        self.0.attach_files(files);
    }

    /// What was done to it so far.
    #[must_use]
    pub fn record(&self) -> Record {
        self.0.with(|world, _| world.record.clone())
    }

    /// What clients cost it so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.counters.read()
    }

    /// A client opens a shell: called by whatever connects the phone.
    pub fn shell_called(&self) {
        self.0.counters.shell_calls.add();
    }

    /// Whether the account of the user in front is on the phone.
    #[must_use]
    pub fn account_present(&self) -> bool {
        self.0.with(|world, _| world.account.name().is_some())
    }

    /// Whether Find Device is on.
    #[must_use]
    pub fn find_device(&self) -> bool {
        self.0.with(|world, _| world.account.find_device())
    }

    /// The page that shows now.
    #[must_use]
    pub fn current_screen(&self) -> ScreenId {
        self.0.with(|world, _| world.screen())
    }

    /// Makes a page show at once, whatever was there before. Pages of a sign-out lie over the account page, with the rest
    /// of the sign-out to come.
    pub fn show(&self, screen: ScreenId) {
        self.0.change(|world| world.show(screen));
    }

    /// The page that shows now, as a dump would write it.
    #[must_use]
    pub fn dump_xml(&self) -> String {
        self.0.with(|world, now| uiautomator::dump(world, world.screen(), false, now))
    }

    /// A PNG of the page that shows now; empty where it could not be encoded.
    #[must_use]
    pub fn picture(&self) -> Vec<u8> {
        self.0.picture()
    }

    /// Throws a fault now.
    pub fn fault(&self, fault: Fault) {
        self.0.fault(fault);
    }

    /// Makes a fault fire once, when a stage is reached.
    pub fn on(&self, stage: Stage, fault: Fault) {
        self.0.with(|world, _| world.faults.wait_for(stage, fault));
    }

    /// Calls back on every disconnection. The callback must not touch the phone.
    pub fn on_disconnect(&self, listener: impl Fn(Disconnect) + Send + Sync + 'static) {
        self.0.on_disconnect(Arc::new(listener));
    }

    /// Calls back on every stage that is reached, before anybody can see the phone there. The callback must not touch the phone.
    pub fn on_stage(&self, listener: impl Fn(Stage) + Send + Sync + 'static) {
        self.0.on_stage(Arc::new(listener));
    }

    /// Whether nothing more can be written to its disk.
    #[must_use]
    pub fn disk_full(&self) -> bool {
        self.0.disk_full()
    }

    /// Turns the input gate, as a person in the developer options.
    pub fn set_gate(&self, gate: Gate) {
        self.0.with(|world, _| world.system.gate = gate);
    }

    /// Closes the other tool that holds the connection which a dump needs.
    pub fn close_automation(&self) {
        self.0.with(|world, _| world.system.automation = None);
    }

    /// Turns the network.
    pub fn set_network(&self, on: bool) {
        self.0.with(|world, _| world.system.network = on);
    }

    /// Turns the screen; going off locks the phone where it has a lock.
    pub fn set_awake(&self, on: bool) {
        self.0.change(|world| if on { world.stack.wake() } else { world.sleep() });
    }

    /// Whether the screen is on.
    #[must_use]
    pub fn is_awake(&self) -> bool {
        self.0.with(|world, _| world.stack.is_awake())
    }

    /// Opens the lock screen, as the owner with the PIN.
    pub fn unlock(&self) {
        self.0.change(|world| {
            world.stack.wake();
            world.stack.unlock();
        });
    }

    /// Makes room on the disk, or takes it.
    pub fn set_disk_full(&self, full: bool) {
        self.0.with(|world, _| world.faults.set_disk_full(full));
    }

    /// Closes the pop-up in front, as a person would.
    pub fn dismiss_popup(&self) {
        self.0.change(|world| {
            world.stack.close_popup();
        });
    }

    /// Signs an account in, as a person would.
    pub fn sign_in(&self, account: &str) {
        self.0.with(|world, _| world.account.sign_in(account));
    }
}

impl Programs for SimPhone {
    fn run(&self, argv: &[String], io: &mut Stdio<'_>, clock: &Clock, cancel: &Cancel) -> Option<i32> {
        let (path, words) = argv.split_first()?;
        let program = program(path.rsplit('/').next().unwrap_or(path))?;
        let hangs = self.0.with(|world, now| {
            world.record.commands.push(CommandRun { at: now, argv: redacted(argv) });
            world.faults.next_hangs()
        });
        while hangs && !cancel.is_set() {
            let _ = clock.sleep(60_000, cancel);
        }
        if hangs {
            return Some(129);
        }
        Some(program(&mut Call { phone: &self.0, args: words, io, clock, cancel }))
    }

    fn has(&self, name: &str) -> bool {
        program(name).is_some()
    }

    fn started(&self, name: &str) {
        self.0.counters.processes.add();
        let java = name == "uiautomator" || (name == "input" && self.0.spec().sdk <= input::LAST_WITH_JAVA);
        if java {
            self.0.counters.java_machines.add();
        }
    }
}

/// The program of a name, where the phone has it.
fn program(name: &str) -> Option<fn(&mut Call<'_, '_>) -> i32> {
    Some(match name {
        "getprop" => misc::getprop,
        "setprop" => misc::setprop,
        "am" => am::run,
        "dumpsys" => dumpsys::run,
        "uiautomator" => uiautomator::run,
        "input" => input::run,
        "settings" => settings::run,
        "wm" => wm::run,
        "pm" => packages::run,
        "cmd" => cmd::run,
        "ps" => misc::ps,
        "screencap" => misc::screencap,
        "svc" => misc::svc,
        "logcat" => misc::logcat,
        "reboot" => misc::reboot,
        "ime" => misc::ime,
        "content" => misc::content,
        "dpm" => packages::dpm,
        "getevent" => getevent::run,
        _ => return None,
    })
}

/// The words of a command without what `input text` types.
fn redacted(argv: &[String]) -> Vec<String> {
    let text = argv.iter().position(|a| a == "text");
    let types = argv.iter().take(2).any(|a| a.rsplit('/').next() == Some("input"));
    match text {
        Some(place) if types => {
            let mut words = argv[..=place].to_vec();
            words.extend(argv[place + 1..].iter().map(|_| "***".to_owned()));
            words
        }
        _ => argv.to_vec(),
    }
}

#[cfg(test)]
mod tests;
