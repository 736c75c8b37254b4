//! One simulated phone: its state, and the programs that its shell can run.
//!
//! Written from what is known of real phones. Knows nothing of how anybody will drive it.

mod am;
mod call;
mod dumpsys;
mod dumpsys_window;
mod fault;
mod files;
mod flow;
mod input;
mod misc;
mod models;
mod packages;
mod props;
mod record;
mod settings;
mod spec;
mod stats;
mod touch;
mod uiautomator;
mod views;
mod windows;
mod world;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use fault::{Disconnect, Fault, Stage};
pub use files::{Files, MemoryFiles};
pub use models::{android_one, custom_rom, nubia_miui};
pub use record::{CommandRun, Record, Removal, Submission, Tap};
pub use spec::{AccountApp, Branch, DumpFormat, Gate, Generation, LockKind, PhoneSpec};
pub use stats::Stats;

use super::clock::{Cancel, Clock};
use super::screens::{self, ScreenId, picture, xml};
use super::shell::{Programs, Stdio};
use call::Call;
use stats::Counters;
use world::{Task, World};

/// Told of every disconnection of a phone.
type Listener = Arc<dyn Fn(Disconnect) + Send + Sync>;

/// Told of every stage that a phone's sign-out reaches.
type StageListener = Arc<dyn Fn(Stage) + Send + Sync>;

/// One simulated phone. Cheap to clone; clones are the same phone.
#[derive(Clone)]
pub struct SimPhone(Arc<Inner>);

struct Inner {
    spec: PhoneSpec,
    clock: Clock,
    props: BTreeMap<String, String>,
    world: Mutex<World>,
    files: Mutex<Arc<dyn Files>>,
    listeners: Mutex<Vec<Listener>>,
    stage_listeners: Mutex<Vec<StageListener>>,
    disk_full: AtomicBool,
    panel: touch::Panel,
    counters: Counters,
}

impl SimPhone {
    /// A phone that has just been plugged in.
    #[must_use]
    pub fn new(spec: PhoneSpec) -> Self {
        Self(Arc::new(Inner {
            clock: Clock::new(spec.scale),
            props: props::of(&spec),
            world: Mutex::new(World::new(spec.clone())),
            files: Mutex::new(Arc::new(MemoryFiles::default())),
            listeners: Mutex::new(Vec::new()),
            stage_listeners: Mutex::new(Vec::new()),
            disk_full: AtomicBool::new(false),
            panel: touch::Panel::default(),
            counters: Counters::default(),
            spec,
        }))
    }

    /// Its `ro.serialno`.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.0.spec.serial
    }

    /// What it was made from.
    #[must_use]
    pub fn spec(&self) -> &PhoneSpec {
        &self.0.spec
    }

    /// Its own time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// All properties, as `getprop` prints them now.
    #[must_use]
    pub fn props(&self) -> BTreeMap<String, String> {
        let mut props = self.0.props.clone();
        self.with(|world, now| {
            if self.0.spec.has_account_app() {
                props.insert(
                    "persist.security.adbinput".to_owned(),
                    props::gate(world.gate, world.has(Branch::GateSaysTrue)).to_owned(),
                );
                props.insert("persist.security.adbinstall".to_owned(), "1".to_owned());
            }
            let booted = if world.is_booted(now) { "1" } else { "" };
            props.insert("sys.boot_completed".to_owned(), booted.to_owned());
        });
        props
    }

    /// What its adbd says of itself when a connection opens.
    #[must_use]
    pub fn banner(&self) -> String {
        let spec = &self.0.spec;
        format!(
            "device::ro.product.name={};ro.product.model={};ro.product.device={};features=shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir",
            spec.product, spec.model, spec.device
        )
    }

    /// The phone's files: an own small store, until the front end attaches another.
    #[must_use]
    pub fn files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.0.files.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the phone write its files elsewhere.
    pub fn attach_files(&self, files: Arc<dyn Files>) {
        files.set_full(self.disk_full());
        *self.0.files.lock().unwrap_or_else(PoisonError::into_inner) = files;
    }

    /// What was done to it so far.
    #[must_use]
    pub fn record(&self) -> Record {
        self.with(|world, _| world.record.clone())
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
        self.with(|world, _| world.account.is_some())
    }

    /// Whether Find Device is on.
    #[must_use]
    pub fn find_device(&self) -> bool {
        self.with(|world, _| world.find_device)
    }

    /// The page that shows now.
    #[must_use]
    pub fn current_screen(&self) -> ScreenId {
        self.with(|world, _| world.screen())
    }

    /// Makes a page show at once, whatever was there before. Pages of a sign-out lie over the account page, with the rest
    /// of the sign-out to come.
    pub fn show(&self, screen: ScreenId) {
        self.with(|world, now| {
            let before = world.screen();
            world.show(screen);
            world.shown(now, before);
        });
    }

    /// The page that shows now, as a dump would write it.
    #[must_use]
    pub fn dump_xml(&self) -> String {
        self.with(|world, now| world.dump(world.screen(), false, now))
    }

    /// A PNG of the page that shows now; empty where it could not be encoded.
    #[must_use]
    pub fn picture(&self) -> Vec<u8> {
        let (width, height) = self.0.spec.size;
        let drawing = self.with(|world, _| world.drawing());
        picture::png(&drawing, width, height).unwrap_or_default()
    }

    /// Throws a fault now.
    pub fn fault(&self, fault: Fault) {
        self.with(|world, now| world.fail(now, None, fault));
    }

    /// Makes a fault fire once, when a stage is reached.
    pub fn on(&self, stage: Stage, fault: Fault) {
        self.with(|world, _| world.hooks.push((stage, fault)));
    }

    /// Calls back on every disconnection. The callback must not touch the phone.
    pub fn on_disconnect(&self, listener: impl Fn(Disconnect) + Send + Sync + 'static) {
        self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(listener));
    }

    /// Calls back on every stage that is reached, before anybody can see the phone there. The callback must not touch the phone.
    pub fn on_stage(&self, listener: impl Fn(Stage) + Send + Sync + 'static) {
        self.0.stage_listeners.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(listener));
    }

    /// Whether nothing more can be written to its disk.
    #[must_use]
    pub fn disk_full(&self) -> bool {
        self.with(|world, _| world.faults.disk_full)
    }

    /// Turns the input gate, as a person in the developer options.
    pub fn set_gate(&self, gate: Gate) {
        self.with(|world, _| world.gate = gate);
    }

    /// Closes the other tool that holds the connection which a dump needs.
    pub fn close_automation(&self) {
        self.with(|world, _| world.automation = None);
    }

    /// Turns the network.
    pub fn set_network(&self, on: bool) {
        self.with(|world, _| world.network = on);
    }

    /// Turns the screen; going off locks the phone where it has a lock.
    pub fn set_awake(&self, on: bool) {
        self.with(|world, now| {
            let before = world.screen();
            if on {
                world.awake = true;
            } else {
                world.sleep();
            }
            world.shown(now, before);
        });
    }

    /// Whether the screen is on.
    #[must_use]
    pub fn is_awake(&self) -> bool {
        self.with(|world, _| world.awake)
    }

    /// Opens the lock screen, as the owner with the PIN.
    pub fn unlock(&self) {
        self.with(|world, now| {
            let before = world.screen();
            world.awake = true;
            world.locked = None;
            world.shown(now, before);
        });
    }

    /// Makes room on the disk, or takes it.
    pub fn set_disk_full(&self, full: bool) {
        self.with(|world, _| world.faults.disk_full = full);
    }

    /// Closes the pop-up in front, as a person would.
    pub fn dismiss_popup(&self) {
        self.with(|world, now| {
            let before = world.screen();
            world.popups.pop();
            world.shown(now, before);
        });
    }

    /// Signs an account in, as a person would.
    pub fn sign_in(&self, account: &str) {
        self.with(|world, _| world.account = Some(account.to_owned()));
    }

    /// The world as it is now; disconnections are told when it is free again.
    fn with<R>(&self, look: impl FnOnce(&mut World, u64) -> R) -> R {
        let (answer, told, reached, full) = {
            let mut world = self.0.world.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.0.clock.now_ms();
            world.touch(now);
            let answer = look(&mut world, now);
            let (told, reached) = (std::mem::take(&mut world.disconnects), std::mem::take(&mut world.reached));
            (answer, told, reached, world.faults.disk_full)
        };
        if !reached.is_empty() {
            let listeners = self.0.stage_listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for listener in listeners {
                for stage in &reached {
                    listener(*stage);
                }
            }
        }
        if self.0.disk_full.swap(full, Ordering::Relaxed) != full {
            self.files().set_full(full);
        }
        if !told.is_empty() {
            let listeners = self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for disconnect in told {
                for listener in &listeners {
                    listener(disconnect);
                }
            }
        }
        answer
    }
}

impl World {
    /// The page as a dump writes it.
    fn dump(&self, screen: ScreenId, compressed: bool, now: u64) -> String {
        let scene = self.scene_at(now);
        let root = screens::draw(screen, &scene).root;
        let root = if compressed { xml::compressed(root) } else { root };
        let mut roots = vec![root];
        if self.spec.status_bar {
            roots.push(screens::status_bar(&scene));
        }
        xml::write(&roots, self.spec.dump_format)
    }

    /// All windows, as `--windows` writes them: the page, what lies over it, and the status bar.
    fn dump_windows(&self, now: u64) -> String {
        let scene = self.scene_at(now);
        let front = self.screen();
        let below = (self.locked.is_none() && !self.popups.is_empty()).then(|| self.page());
        let mut windows = Vec::new();
        for (layer, screen) in below.into_iter().chain([front]).enumerate() {
            let drawing = screens::draw(screen, &scene);
            let kind = if screen == ScreenId::SecureKeyboard { 2 } else { 1 };
            let layer = u32::try_from(layer).unwrap_or(0);
            windows.push(xml::Window {
                display: 0,
                title: drawing.activity,
                root: drawing.root,
                active: screen == front,
                layer,
                kind,
            });
        }
        let bar = screens::status_bar(&scene);
        windows.push(xml::Window {
            display: 0,
            title: "StatusBar".into(),
            root: bar,
            active: false,
            layer: 9,
            kind: 3,
        });
        xml::write_windows(&windows, self.spec.dump_format)
    }

    /// Makes a page show at once.
    fn show(&mut self, screen: ScreenId) {
        self.due.clear();
        self.popups.clear();
        self.locked = None;
        self.awake = true;
        self.fresh_page();
        let (task, stack) = match screen {
            lock if lock.lock().is_some() => return self.locked = lock.lock(),
            popup if popup.is_popup() => return self.popups.push(popup),
            ScreenId::Launcher => (Task::Home, vec![screen]),
            ScreenId::OtherApp => (Task::Other, vec![screen]),
            ScreenId::SettingsHome | ScreenId::AccountGone => (Task::Settings, vec![screen]),
            ScreenId::SettingsSearch => (Task::Settings, vec![ScreenId::SettingsHome, screen]),
            ScreenId::AccountPage | ScreenId::SignIn => (Task::Account, vec![screen]),
            _ => (Task::Account, vec![ScreenId::AccountPage, screen]),
        };
        self.tasks.insert(task, stack);
        self.front = task;
        let plan = self.plan_sign_out();
        let rest = plan.iter().rposition(|s| *s == screen).map_or(&plan[plan.len() - 1..], |place| &plan[place + 1..]);
        self.plan = if screen.is_step() { rest.to_vec().into() } else { std::collections::VecDeque::new() };
    }
}

impl Programs for SimPhone {
    fn run(&self, argv: &[String], io: &mut Stdio<'_>, clock: &Clock, cancel: &Cancel) -> Option<i32> {
        let (path, words) = argv.split_first()?;
        let program = program(path.rsplit('/').next().unwrap_or(path))?;
        let hangs = self.with(|world, now| {
            world.record.commands.push(CommandRun { at: now, argv: redacted(argv) });
            let hangs = world.faults.hangs > 0;
            world.faults.hangs = world.faults.hangs.saturating_sub(1);
            hangs
        });
        while hangs && !cancel.is_set() {
            let _ = clock.sleep(60_000, cancel);
        }
        if hangs {
            return Some(129);
        }
        Some(program(&mut Call { phone: self, args: words, io, clock, cancel }))
    }

    fn has(&self, name: &str) -> bool {
        program(name).is_some()
    }

    fn started(&self, name: &str) {
        self.0.counters.processes.add();
        let java = name == "uiautomator" || (name == "input" && self.0.spec.sdk <= input::LAST_WITH_JAVA);
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
        "wm" => misc::wm,
        "pm" => packages::run,
        "cmd" => misc::cmd,
        "ps" => misc::ps,
        "screencap" => misc::screencap,
        "svc" => misc::svc,
        "logcat" => misc::logcat,
        "getevent" => touch::getevent,
        "reboot" => misc::reboot,
        "ime" => misc::ime,
        "content" => misc::content,
        "dpm" => packages::dpm,
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
