//! The phone's `getevent`, which prints the panel's events as Android's toolbox does (`getevent.c`): with `-p` what each device can
//! report, with `-t` and `-l` a line an event, with its time and with names.

use super::call::Call;
use super::core::Core;
use super::panel::{PANEL, units};

/// `getevent [-l] [-p] [-t]`.
pub(super) fn run(call: &mut Call<'_, '_>) -> i32 {
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
    let mut place = call.phone.panel.len();
    call.out(format!("add device 1: /dev/input/event0\n  name:     \"gpio-keys\"\nadd device 2: {PANEL}\n  name:     \"touch_panel\"\n"));
    while !call.cancel.is_set() {
        let lines = call.phone.panel.since(place);
        place += lines.len();
        if !lines.is_empty() && call.io.stdout.write_all(lines.concat().as_bytes()).is_err() {
            return 141;
        }
    }
    130
}

/// What each input device can report.
fn devices(phone: &Core, labels: bool) -> String {
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
