//! `--locate`: each phone shows its number in the tray, and the terminal says which number is which phone. Phones that can't show
//! one blink, one after the other.

use std::fmt;
use std::time::Duration;

use super::output::Output;
use crate::adb::AdbPhone;
use crate::fleet::{Blinks, Numbers, Shown, blink, hide_number, may_blink, place, show_number, shown_as};
use crate::model::{Device, DeviceState, printable};
use crate::text::say;

/// How long a phone may take.
const WITHIN: Duration = Duration::from_secs(20);

/// Phones that show their numbers.
pub(super) struct Located<'a> {
    showing: Vec<&'a Device>,
}

/// Shows the numbers, and says which is which.
pub(super) fn show<'a>(devices: &'a [Device], numbers: &Numbers, output: &Output) -> Located<'a> {
    let shown = each(devices, |device| {
        let number = numbers.get(device)?;
        let shown = show_number(&mut AdbPhone::of(device), number, WITHIN);
        Some((number, shown))
    });
    let mut showing = Vec::new();
    let mut without = Vec::new();
    let mut lines = Vec::new();
    for (device, shown) in devices.iter().zip(shown) {
        let Some((number, shown)) = shown else {
            lines.push((
                u32::MAX,
                say!("phone-cannot-be-reached", serial = device.serial, place = place(device), state = device.state),
            ));
            continue;
        };
        let says = match shown {
            Ok(Shown::Yes) => {
                showing.push(device);
                say!("phone-shows-on-its-screen", number = shown_as(number))
            }
            Ok(Shown::Asleep) => {
                showing.push(device);
                say!("phone-shows-once-on", number = shown_as(number))
            }
            Ok(Shown::No) => {
                without.push((number, device));
                continue;
            }
            Err(error) => say!("cannot-show-because", error),
        };
        lines.push((number, format!("{}{says}", Line(number, device))));
    }
    lines.sort();
    for (_, line) in lines {
        output.people(&printable(&line));
    }
    without.sort_by_key(|(number, _)| *number);
    for (number, device) in without {
        blink_in_turn(Line(number, device), output);
    }
    Located { showing }
}

/// The beginning of a phone's line.
#[derive(Clone, Copy)]
struct Line<'a>(u32, &'a Device);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, device) = self;
        write!(f, "  #{number:<3} {:<22} {:<12} ", device.serial.as_str(), place(device))
    }
}

/// A phone without a dialer blinks while its line is the last one, so that a person can tell which phone it is.
fn blink_in_turn(line: Line<'_>, output: &Output) {
    let mut phone = AdbPhone::of(line.1);
    let says = match may_blink(&mut phone, WITHIN) {
        Ok(Blinks::Yes) => {
            output.people(&printable(&say!("blinks-without-dialer", line)));
            match blink(&mut phone, WITHIN) {
                Ok(true) => return,
                Ok(false) => say!("did-not-blink"),
                Err(error) => say!("blinking-failed", error),
            }
        }
        Ok(Blinks::No(why)) => say!("can-neither-show-nor-blink", why),
        Err(error) => say!("cannot-show-because", error),
    };
    output.people(&printable(&format!("{line}{says}")));
}

impl Located<'_> {
    /// Puts the home screens back; asks first whether the person has looked.
    pub(super) fn put_back(self, ask: bool, output: &Output) {
        if ask {
            let _ = output.ask(&say!("ask-to-go-on-after-locating"), "");
        }
        let kept = each(&self.showing, |device| Some(hide_number(&mut AdbPhone::of(device), WITHIN)));
        for (device, hidden) in self.showing.iter().zip(kept) {
            if !matches!(hidden, Some(Ok(true))) {
                output.people(&printable(&say!("close-the-dialer", serial = device.serial)));
            }
        }
    }
}

/// Does the same with all phones at once; phones that can't be asked give nothing.
fn each<D: std::borrow::Borrow<Device> + Sync, T: Send>(
    devices: &[D],
    act: impl Fn(&Device) -> Option<T> + Sync,
) -> Vec<Option<T>> {
    let act = &act;
    std::thread::scope(|scope| {
        let asked: Vec<_> = devices
            .iter()
            .map(|device| {
                let device = device.borrow();
                scope.spawn(move || if device.state == DeviceState::Device { act(device) } else { None })
            })
            .collect();
        asked.into_iter().map(|asked| asked.join().ok().flatten()).collect()
    })
}
