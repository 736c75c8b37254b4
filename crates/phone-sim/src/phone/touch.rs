//! A hand at the phone: a finger on the glass, which the panel reports and the page takes, and typing on the keyboard.
//!
//! `getevent` prints the panel's events as Android's toolbox does (`getevent.c`): with `-p` what each device can report, with `-t`
//! and `-l` a line an event, with its time and with names.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::SimPhone;
use super::call::Call;
use super::world::World;
use crate::screens::Act;

/// The panel's device file.
const PANEL: &str = "/dev/input/event4";
/// How long `getevent` waits before it looks whether it was hung up.
const TURN: Duration = Duration::from_millis(20);

/// Everything that the panel has reported, for any number of readers.
#[derive(Clone, Default)]
pub(super) struct Panel(Arc<(Mutex<Vec<String>>, Condvar)>);

impl Panel {
    fn report(&self, lines: impl IntoIterator<Item = String>) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).extend(lines);
        self.0.1.notify_all();
    }

    fn len(&self) -> usize {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What was reported since a place, once there is something or the turn is over.
    fn since(&self, place: usize) -> Vec<String> {
        let lines = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.1.wait_timeout_while(lines, TURN, |lines| lines.len() <= place);
        let (lines, _) = waited.unwrap_or_else(PoisonError::into_inner);
        lines.get(place..).unwrap_or_default().to_vec()
    }
}

/// Units of the panel for each pixel: many panels report finer than the screen shows.
fn units(sdk: u32) -> i32 {
    if sdk >= 33 { 10 } else { 1 }
}

impl SimPhone {
    /// A finger taps: the panel reports it, and the page takes it.
    pub fn touch(&self, x: i32, y: i32) {
        self.report_finger(&[(x, y)]);
        self.with(|world, now| world.tap(now, x, y));
    }

    /// A finger moves over the glass.
    pub fn drag(&self, from: (i32, i32), to: (i32, i32)) {
        let middle = (i32::midpoint(from.0, to.0), i32::midpoint(from.1, to.1));
        self.report_finger(&[from, middle, to]);
        self.with(|world, now| world.swipe(now, from.1, to.1));
    }

    /// Fingers type on the phone's own keyboard into the field that has the focus.
    pub fn type_by_hand(&self, text: &str) {
        let (width, height) = self.0.spec.size;
        let (width, height) = (width.cast_signed(), height.cast_signed());
        for c in text.chars() {
            let key = i32::try_from(u32::from(c) % 10).unwrap_or(0);
            self.report_finger(&[(width * (2 * key + 1) / 20, height - height / 8)]);
        }
        self.with(|world, now| world.type_text(now, text));
    }

    /// The back gesture, or the button of the navigation bar.
    pub fn back_by_hand(&self) {
        self.with(World::back);
    }

    /// Where the first node is that does this when it is tapped; `None` where the page in front shows none.
    #[must_use]
    pub fn place_of(&self, act: Act) -> Option<(i32, i32)> {
        self.with(|world, _| {
            let drawing = world.drawing();
            let place =
                drawing.root.all().into_iter().find(|node| node.act == Some(act)).map(|node| node.bounds.center());
            // The middle may lie under the keyboard.
            place.filter(|(x, y)| !drawing.keyboard.is_some_and(|keyboard| keyboard.contains(*x, *y)))
        })
    }

    /// The focused activity, `package/class`.
    #[must_use]
    pub fn current_activity(&self) -> String {
        self.with(|world, _| world.drawing().activity)
    }

    /// One contact of a finger, through these points.
    fn report_finger(&self, points: &[(i32, i32)]) {
        let (unit, now) = (units(self.0.spec.sdk), self.0.clock.now_ms());
        let mut lines = Vec::new();
        let mut event = |kind: &str, code: &str, value: &str| {
            lines.push(format!("[{:8}.{:03}000] {PANEL}: {kind:<12} {code:<20} {value:<20}\n", now / 1000, now % 1000));
        };
        event("EV_ABS", "ABS_MT_TRACKING_ID", "0000001f");
        for (n, (x, y)) in points.iter().enumerate() {
            event("EV_ABS", "ABS_MT_POSITION_X", &format!("{:08x}", x * unit));
            event("EV_ABS", "ABS_MT_POSITION_Y", &format!("{:08x}", y * unit));
            if n == 0 {
                event("EV_KEY", "BTN_TOUCH", "DOWN");
            }
            event("EV_SYN", "SYN_REPORT", "00000000");
        }
        event("EV_ABS", "ABS_MT_TRACKING_ID", "ffffffff");
        event("EV_KEY", "BTN_TOUCH", "UP");
        event("EV_SYN", "SYN_REPORT", "00000000");
        self.0.panel.report(lines);
    }
}

/// `getevent [-l] [-p] [-t]`.
pub(super) fn getevent(call: &mut Call<'_, '_>) -> i32 {
    if !call.takes(40) {
        return 129;
    }
    if !call.phone.spec().reads_input {
        call.err(format!("could not open {PANEL}, Permission denied\n"));
        call.err("could not open /dev/input/event0, Permission denied\n");
        return 0;
    }
    let flag = |letter: char| call.args.iter().any(|a| a.starts_with('-') && a.contains(letter));
    if flag('p') {
        let text = devices(call.phone, flag('l'));
        call.out(text);
        return 0;
    }
    let mut place = call.phone.0.panel.len();
    call.out(format!("add device 1: /dev/input/event0\n  name:     \"gpio-keys\"\nadd device 2: {PANEL}\n  name:     \"touch_panel\"\n"));
    while !call.cancel.is_set() {
        let lines = call.phone.0.panel.since(place);
        place += lines.len();
        if !lines.is_empty() && call.io.stdout.write_all(lines.concat().as_bytes()).is_err() {
            return 141;
        }
    }
    130
}

/// What each input device can report.
fn devices(phone: &SimPhone, labels: bool) -> String {
    let (width, height) = phone.spec().size;
    let unit = units(phone.spec().sdk);
    let most = |size: u32| size.cast_signed() * unit - 1;
    let name = |label: &str, number: &str| if labels { format!("{label:<22}") } else { number.to_owned() };
    let axis = |label: &str, number: &str, max: i32| {
        format!("{}: value 0, min 0, max {max}, fuzz 0, flat 0, resolution 0\n", name(label, number))
    };
    let indent = "                ";
    format!(
        "add device 1: /dev/input/event0\n  name:     \"gpio-keys\"\n  events:\n    KEY (0001): KEY_VOLUMEUP          KEY_POWER            \n  input props:\n    <none>\nadd device 2: {PANEL}\n  name:     \"touch_panel\"\n  events:\n    KEY (0001): BTN_TOUCH            \n    ABS (0003): {}{indent}{}{indent}{}{indent}{}  input props:\n    INPUT_PROP_DIRECT\n",
        axis("ABS_MT_SLOT", "002f ", 9),
        axis("ABS_MT_POSITION_X", "0035 ", most(width)),
        axis("ABS_MT_POSITION_Y", "0036 ", most(height)),
        axis("ABS_MT_TRACKING_ID", "0039 ", 65535),
    )
}

#[cfg(test)]
mod tests {
    use crate::phone::{PhoneSpec, SimPhone};
    use crate::screens::{Act, ScreenId};

    #[test]
    fn a_finger_taps_and_types_as_the_owner_does() {
        let spec = PhoneSpec::default().scale(1e-6);
        let (account, password) = (spec.account.clone(), spec.password.clone());
        let phone = SimPhone::new(spec);
        phone.show(ScreenId::Password);
        assert!(phone.account_present() && account.is_some());
        let (x, y) = phone.place_of(Act::Focus(crate::screens::Field::Password)).unwrap();
        phone.touch(x, y);
        phone.type_by_hand(&password);
        let (x, y) = phone.place_of(Act::Confirm).unwrap();
        phone.touch(x, y);
        assert_eq!(phone.record().passwords_submitted(), 1);
        assert_eq!(phone.record().typed, 0, "`input text` typed nothing");
        let lines = phone.0.panel.since(0).concat();
        assert!(lines.contains("BTN_TOUCH            DOWN") && lines.contains("ABS_MT_POSITION_X"), "{lines}");
        assert!(!lines.contains(&password));
    }
}
