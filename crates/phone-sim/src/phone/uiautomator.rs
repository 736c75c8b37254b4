//! The phone's `uiautomator dump`, with all the ways in which it fails.

use super::call::Call;
use super::fault::Fault;
use super::world::World;
use crate::screens::{self, ScreenId, xml};

/// Time until the dump's Java machine runs and has its connection, in ms.
const START: u64 = 500;
/// The dump wants this long without an event, in ms.
const IDLE: u64 = 1000;
/// And waits for it at most this long, in ms.
const PATIENCE: u64 = 10_000;

/// The first Android (its API level) whose dump knows `--windows`.
const SHOWS_WINDOWS: u32 = 31;

const NOT_IDLE: &str = "ERROR: could not get idle state.\n";
const NULL_ROOT: &str = "ERROR: null root node returned by UiTestAutomationBridge.\n";
const HELD: &str = "java.lang.IllegalStateException: UiAutomationService android.accessibilityservice.IAccessibilityServiceClient$Stub$Proxy@5f1c9a7already registered!\n\tat android.os.Parcel.createException(Parcel.java:1957)\n";
const NOISE: &str = "java.io.FileNotFoundException: /data/system/theme_config/theme_compatibility.xml: open failed: ENOENT (No such file or directory)\n\tat libcore.io.IoBridge.open(IoBridge.java:492)\n\tat java.io.FileInputStream.<init>(FileInputStream.java:160)\n\tat java.io.FileInputStream.<init>(FileInputStream.java:115)\n\tat java.io.FileReader.<init>(FileReader.java:58)\n\tat miui.content.res.ThemeCompatibilityLoader.getVersion(ThemeCompatibilityLoader.java:108)\n";

pub(super) fn run(call: &mut Call<'_, '_>) -> i32 {
    if call.arg(0) != "dump" {
        call.err("Usage: uiautomator <subcommand> [options]\n");
        return 1;
    }
    call.count(|c| &c.dumps);
    let words = call.args[1..].to_vec();
    let compressed = words.iter().any(|w| w == "--compressed");
    // Known from Android 12 on; before that it is a word like any other, and ignored.
    let all_windows = words.iter().any(|w| w == "--windows") && call.phone.spec().sdk >= SHOWS_WINDOWS;
    let file = words.iter().find(|w| !w.starts_with("--")).cloned();
    let file = file.unwrap_or_else(|| "/sdcard/window_dump.xml".to_owned());
    if !call.takes(START) {
        return 129;
    }
    if call.world(|w, _| w.system.automation.is_some()) {
        call.err(HELD);
        call.out("Killed\n");
        return 137;
    }
    let fault = call.world(|w, _| w.faults.next_dump());
    match fault {
        Some(Fault::DumpNotIdle(_)) => {
            call.takes(PATIENCE);
            call.err(NOT_IDLE);
            return 0;
        }
        Some(Fault::DumpNullRoot(_)) => {
            call.err(NULL_ROOT);
            return 0;
        }
        Some(Fault::DumpKilled(_)) => {
            call.out("Killed\n");
            return 137;
        }
        _ => {}
    }
    match idle(call) {
        Wait::Idle => {}
        Wait::Busy => {
            call.err(NOT_IDLE);
            return 0;
        }
        Wait::HungUp => return 129,
    }
    let Some(xml) = call.world(|w, now| {
        let stale = matches!(fault, Some(Fault::DumpStale(_)));
        let screen = if stale { w.stack.previous().unwrap_or(ScreenId::Launcher) } else { w.screen() };
        (w.stack.is_awake() || w.stack.lock().is_some())
            .then(|| if all_windows { dump_windows(w, now) } else { dump(w, screen, compressed, now) })
    }) else {
        call.err(NULL_ROOT);
        return 0;
    };
    let xml = match fault {
        Some(Fault::DumpCut(_)) => cut(&xml),
        Some(Fault::DumpEmpty(_)) => "",
        _ => &xml,
    };
    write(call, &file, xml, matches!(fault, Some(Fault::DumpNoisy(_))))
}

/// The page as a dump writes it.
pub(super) fn dump(world: &World, screen: ScreenId, compressed: bool, now: u64) -> String {
    let scene = world.scene_at(now);
    let root = screens::draw(screen, &scene).root;
    let root = if compressed { xml::compressed(root) } else { root };
    let mut roots = vec![root];
    if world.spec.status_bar {
        roots.push(screens::status_bar(&scene));
    }
    xml::write(&roots, world.spec.dump_format)
}

/// All windows, as `--windows` writes them: the page, what lies over it, and the status bar.
fn dump_windows(world: &World, now: u64) -> String {
    let scene = world.scene_at(now);
    let front = world.screen();
    let covered = world.stack.lock().is_none() && !world.stack.popups().is_empty();
    let below = covered.then(|| world.stack.page());
    let mut windows = Vec::new();
    for (layer, screen) in below.into_iter().chain([front]).enumerate() {
        let drawing = screens::draw(screen, &scene);
        let kind = if screen == ScreenId::SecureKeyboard { 2 } else { 1 };
        let layer = u32::try_from(layer).unwrap_or(0);
        let active = screen == front;
        windows.push(xml::Window { display: 0, title: drawing.activity, root: drawing.root, active, layer, kind });
    }
    let root = screens::status_bar(&scene);
    windows.push(xml::Window { display: 0, title: "StatusBar".into(), root, active: false, layer: 9, kind: 3 });
    xml::write_windows(&windows, world.spec.dump_format)
}

/// The first half, ending at a character.
fn cut(xml: &str) -> &str {
    let mut end = xml.len() / 2;
    while !xml.is_char_boundary(end) {
        end -= 1;
    }
    &xml[..end]
}

fn write(call: &mut Call<'_, '_>, file: &str, xml: &str, noisy: bool) -> i32 {
    if noisy {
        call.err(NOISE);
    }
    if file == "/dev/tty" {
        call.out(xml);
    } else {
        let full = call.phone.disk_full();
        let failed = if full {
            Some("No space left on device".to_owned())
        } else {
            call.phone.files().write(file, xml.as_bytes()).err()
        };
        if let Some(why) = failed {
            call.err(format!("java.io.FileNotFoundException: {file}: open failed: {why}\n"));
            return 1;
        }
    }
    call.out(format!("UI hierchary dumped to: {file}\n"));
    i32::from(noisy)
}

enum Wait {
    Idle,
    Busy,
    HungUp,
}

/// Waits until nothing has moved for a second. What is due meanwhile happens, at its own time.
fn idle(call: &Call<'_, '_>) -> Wait {
    let start = call.world(|_, now| now);
    loop {
        let (now, quiet_at, next) = call.world(|w, now| {
            // A spinner moves until the moment at which it is taken away.
            let quiet_at = if w.drawing().moves { u64::MAX } else { w.agenda.moved_at().max(start) + IDLE };
            (now, quiet_at, w.agenda.first_due().unwrap_or(u64::MAX))
        });
        if now >= quiet_at && next >= quiet_at {
            return Wait::Idle;
        }
        if now >= start + PATIENCE {
            return Wait::Busy;
        }
        let until = quiet_at.min(next).min(start + PATIENCE);
        if !call.takes(until.saturating_sub(now).max(1)) {
            return Wait::HungUp;
        }
    }
}
