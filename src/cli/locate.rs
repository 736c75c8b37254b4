//! `--locate`: each phone shows its number in the tray, and the terminal says which number is which phone. Phones that can't show
//! one blink, one after the other.

use std::fmt;
use std::time::Duration;

use super::output::Output;
use crate::adb::AdbPhone;
use crate::fleet::{Blinks, Numbers, Shown, blink, hide_number, may_blink, place, show_number, shown_as};
use crate::model::{Device, DeviceState, printable};

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
                format!("  {} ({}) can't be reached: {}", device.serial, place(device), device.state),
            ));
            continue;
        };
        let says = match shown {
            Ok(Shown::Yes) => format!("shows {} on its screen", shown_as(number)),
            Ok(Shown::Asleep) => format!("shows {} once its screen is on", shown_as(number)),
            Ok(Shown::No) => {
                without.push((number, device));
                continue;
            }
            Err(error) => format!("can't show its number: {error}"),
        };
        if !says.starts_with("can't") {
            showing.push(device);
        }
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

/// A phone without a dialer blinks while its line stands last, so that it is known which one it is.
fn blink_in_turn(line: Line<'_>, output: &Output) {
    let mut phone = AdbPhone::of(line.1);
    let says = match may_blink(&mut phone, WITHIN) {
        Ok(Blinks::Yes) => {
            output.people(&printable(&format!("{line}blinks now: it has no dialer to show a number in")));
            match blink(&mut phone, WITHIN) {
                Ok(true) => return,
                Ok(false) => "did not blink as it should: look whether its screen is on and open".to_owned(),
                Err(error) => format!("did not blink to the end: {error}"),
            }
        }
        Ok(Blinks::No(why)) => {
            format!("can't show its number: it has no dialer, and can't blink: {why}")
        }
        Err(error) => format!("can't show its number: {error}"),
    };
    output.people(&printable(&format!("{line}{says}")));
}

impl Located<'_> {
    /// Puts the home screens back; asks first whether the person has looked.
    pub(super) fn put_back(self, ask: bool, output: &Output) {
        if ask {
            let _ = output.ask("Press Enter once you have found them: ", "");
        }
        let kept = each(&self.showing, |device| Some(hide_number(&mut AdbPhone::of(device), WITHIN)));
        for (device, hidden) in self.showing.iter().zip(kept) {
            if !matches!(hidden, Some(Ok(true))) {
                output.people(&printable(&format!(
                    "  {}: close the dialer yourself; the phone takes no keys",
                    device.serial
                )));
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
