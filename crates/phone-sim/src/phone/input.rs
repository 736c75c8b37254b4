//! The phone's `input`: taps, swipes, keys, text.

use super::agenda::{Action, PAGE_CHANGE};
use super::call::Call;
use super::record::Tap;
use super::stack::Task;
use super::world::World;
use crate::screens::{Act, Field, ScreenId};
use crate::spec::{Gate, LockKind};

/// The last Android (its API level) whose `input` starts a Java machine for each call; later ones send the words to a service.
pub(super) const LAST_WITH_JAVA: u32 = 30;
/// Time that one `input` takes until then, in ms (0.23 to 0.4 s).
const INPUT_WITH_JAVA: u64 = 300;
/// Time that one takes since then, in ms: as any other `cmd`.
const INPUT: u64 = 40;

const SOURCES: &[&str] = &[
    "dpad",
    "keyboard",
    "mouse",
    "touchpad",
    "gamepad",
    "touchnavigation",
    "joystick",
    "touchscreen",
    "stylus",
    "trackball",
];

pub(super) fn run(call: &mut Call<'_, '_>) -> i32 {
    let java = call.phone.spec().sdk <= LAST_WITH_JAVA;
    if !call.takes(if java { INPUT_WITH_JAVA } else { INPUT }) {
        return 129;
    }
    let mut args = call.args;
    loop {
        match args.first().map(String::as_str) {
            Some("-d") => args = args.get(2..).unwrap_or_default(),
            Some(word) if SOURCES.contains(&word) => args = &args[1..],
            _ => break,
        }
    }
    let Some((command, args)) = args.split_first() else {
        call.err("Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]\n");
        return 255;
    };
    let (command, args) = (command.clone(), args.to_vec());
    if !["tap", "swipe", "draganddrop", "text", "keyevent", "press", "roll", "motionevent"].contains(&command.as_str())
    {
        call.err(format!("Unknown command: {command}\n"));
        return 255;
    }
    match call.world(|w, _| w.system.gate) {
        Gate::Silent => return 0,
        Gate::Refused => return refused(call, &command),
        Gate::Open => {}
    }
    match command.as_str() {
        "tap" => tap(call, &args),
        "swipe" | "draganddrop" => swipe(call, &args),
        "text" => text(call, &args),
        "keyevent" => keys(call, &args),
        _ => 0,
    }
}

/// The exception, in the words of this phone's Android.
fn refused(call: &mut Call<'_, '_>, command: &str) -> i32 {
    if call.phone.spec().sdk >= 31 {
        call.err(format!(
            "\nException occurred while executing '{command}':\njava.lang.SecurityException: Injecting input events requires the caller (or the source of the instrumentation, if any) to have the INJECT_EVENTS permission.\n\tat com.android.server.input.InputManagerService.injectInputEventToTarget(InputManagerService.java:867)\n"
        ));
        return 255;
    }
    call.err(
        "java.lang.SecurityException: Injecting to another application requires INJECT_EVENTS permission\n\tat android.os.Parcel.createException(Parcel.java:2075)\n\tat android.os.Parcel.readException(Parcel.java:2043)\n\tat android.os.Parcel.readException(Parcel.java:1991)\n\tat android.hardware.input.IInputManager$Stub$Proxy.injectInputEvent(IInputManager.java:925)\n",
    );
    1
}

/// The numbers of the words, as `input` reads them.
fn numbers(args: &[String]) -> Option<Vec<i32>> {
    args.iter().map(|a| a.parse::<f64>().ok().map(|n| n as i32)).collect()
}

fn invalid(call: &mut Call<'_, '_>, command: &str) -> i32 {
    call.err(format!("Error: Invalid arguments for command: {command}\n"));
    255
}

fn tap(call: &mut Call<'_, '_>, args: &[String]) -> i32 {
    match numbers(args).as_deref() {
        Some([x, y]) => {
            call.world(|w, now| w.tap(now, *x, *y));
            0
        }
        _ => invalid(call, "tap"),
    }
}

fn swipe(call: &mut Call<'_, '_>, args: &[String]) -> i32 {
    let Some(numbers) = numbers(args) else { return invalid(call, "swipe") };
    let (Some(&y1), Some(&y2)) = (numbers.get(1), numbers.get(3)) else { return invalid(call, "swipe") };
    call.takes(u64::try_from(numbers.get(4).copied().unwrap_or(300)).unwrap_or(0));
    call.world(|w, now| w.swipe(now, y1, y2));
    0
}

fn text(call: &mut Call<'_, '_>, args: &[String]) -> i32 {
    let Some(text) = args.first() else { return invalid(call, "text") };
    if !text.chars().all(|c| (' '..='~').contains(&c)) {
        call.err("java.lang.NullPointerException: Attempt to get length of null array\n\tat com.android.server.input.InputShellCommand.sendText(InputShellCommand.java:325)\n");
        return 255;
    }
    let text = text.replace("%s", " ");
    call.world(|w, now| {
        w.record.typed += text.chars().count();
        w.type_text(now, &text);
    });
    0
}

fn keys(call: &mut Call<'_, '_>, args: &[String]) -> i32 {
    for word in args.iter().filter(|a| !a.starts_with("--")) {
        let Some(code) = key_code(word) else { return invalid(call, "keyevent") };
        call.world(|w, now| w.key(now, code));
    }
    0
}

/// A key by number or name.
fn key_code(word: &str) -> Option<u32> {
    if let Ok(code) = word.parse() {
        return Some(code);
    }
    let name = word.strip_prefix("KEYCODE_").unwrap_or(word);
    let known = [
        ("UNKNOWN", 0),
        ("HOME", 3),
        ("BACK", 4),
        ("POWER", 26),
        ("TAB", 61),
        ("ENTER", 66),
        ("DEL", 67),
        ("MENU", 82),
        ("ESCAPE", 111),
        ("MOVE_END", 123),
        ("APP_SWITCH", 187),
        ("SLEEP", 223),
        ("WAKEUP", 224),
    ];
    known.iter().find(|(n, _)| *n == name).map(|(_, code)| *code)
}

impl World {
    /// A finger on the glass.
    pub(super) fn tap(&mut self, now: u64, x: i32, y: i32) {
        let screen = self.screen();
        let drawing = self.drawing();
        let keyboard = drawing.keyboard.is_some_and(|k| k.contains(x, y));
        let node = if self.stack.is_awake() && !keyboard { drawing.root.hit(x, y) } else { None };
        let id = if keyboard { "keyboard".to_owned() } else { node.map(|n| n.id.clone()).unwrap_or_default() };
        let text = node.filter(|n| !n.password).map(|n| n.words().to_owned()).unwrap_or_default();
        self.record.taps.push(Tap { at: now, point: (x, y), screen, id, text, hit: node.is_some() });
        let Some(act) = node.and_then(|n| n.act) else { return };
        if self.faults.drops_tap() {
            return;
        }
        self.agenda.moved(now);
        self.act(now, act);
    }

    /// A swipe scrolls the page; upwards it opens a lock screen that has no lock.
    pub(super) fn swipe(&mut self, now: u64, from: i32, to: i32) {
        if !self.stack.is_awake() {
            return;
        }
        if self.stack.lock() == Some(LockKind::Swipe) {
            if from - to > self.spec.size.1.cast_signed() / 6 {
                self.agenda.later(now + PAGE_CHANGE, Action::Unlock);
            }
            return;
        }
        let most = self.drawing().scroll_max;
        let scroll = (self.form.scroll() + from - to).clamp(0, most);
        if self.stack.popups().is_empty() && self.form.scroll_to(scroll) {
            self.agenda.moved(now);
        }
    }

    /// Keys go to the focused field, and nowhere else.
    pub(super) fn type_text(&mut self, now: u64, text: &str) {
        if let Some(field) = self.typed_into() {
            let secure = self.stack.popups().last() == Some(&ScreenId::SecureKeyboard);
            let swallows = field.is_password() && (secure || self.faults.swallows());
            let arrives = text.char_indices().filter(|(place, _)| !swallows || place % 3 != 2).map(|(_, c)| c);
            self.form.append(field, arrives);
            self.agenda.moved(now);
        }
    }

    /// The field that keys go to. What lies over a field leaves it the focus.
    fn typed_into(&self) -> Option<Field> {
        let free = self.stack.is_awake()
            && self.stack.lock().is_none()
            && self.stack.popups().iter().all(|p| p.is_over_field());
        self.form.focus().filter(|_| free)
    }

    /// One key.
    fn key(&mut self, now: u64, code: u32) {
        self.record.keys.push(code);
        let before = self.screen();
        match code {
            223 => self.sleep(),
            26 if self.stack.is_awake() => self.sleep(),
            26 | 224 => self.stack.wake(),
            _ if !self.stack.is_awake() => return,
            82 if self.stack.lock() == Some(LockKind::Swipe) => self.agenda.later(now + PAGE_CHANGE, Action::Unlock),
            3 if self.stack.lock().is_none() => {
                self.stack.close_popups(|p| !matches!(p, ScreenId::Anr | ScreenId::LowBattery));
                let at = self.drawn_at(now);
                self.agenda.later(at, Action::Front(Task::Home));
            }
            4 => self.back(now),
            67 => {
                if let Some(field) = self.typed_into() {
                    self.form.delete(field);
                    self.agenda.moved(now);
                }
            }
            66 => self.enter(now),
            _ => {}
        }
        if matches!(code, 224 | 223 | 26) {
            self.agenda.moved(now);
        }
        self.shown(now, before);
    }

    /// Enter on a password page is its button.
    fn enter(&mut self, now: u64) {
        if !self.stack.popups().is_empty() || self.stack.lock().is_some() {
            return;
        }
        match self.form.focus() {
            Some(Field::Password) if self.stack.page() != ScreenId::SignIn => self.act(now, Act::Confirm),
            Some(Field::WebPassword | Field::Captcha) => self.act(now, Act::Confirm),
            Some(Field::Code) => self.act(now, Act::ConfirmCode),
            _ => {}
        }
    }
}
