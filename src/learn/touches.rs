//! Taps and swipes out of what `getevent` prints. Pure.
//!
//! `getevent -lp` says what each input device can report; the touch panel is the direct one with `ABS_MT_POSITION_X` and `_Y`, whose
//! ranges are the panel's own units. `getevent -lt` prints one event a line; a contact lasts from its first position to the end of
//! its tracking id, or to `BTN_TOUCH UP` (AOSP: toybox `getevent.c`, kernel: multi-touch protocol B).

use crate::ui::Point;

/// A finger that moves further than this part of the display's longer side swipes; a tap moves less.
const SLOP: i32 = 32;

/// The touch panel, and how its units become pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panel {
    device: String,
    x: (i32, i32),
    y: (i32, i32),
    /// Width and height of the display in its natural rotation, in pixels.
    size: (u32, u32),
}

/// One contact of one finger, in pixels of the display as it is turned now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// It went down and up again at one place.
    Tap(Point),
    /// It moved.
    Swipe {
        /// Where it went down.
        from: Point,
        /// Where it went up.
        to: Point,
    },
}

impl Panel {
    /// The touch panel among the devices of `getevent -lp`, on a display of this size (`wm size`); `None` where no panel is listed, as on
    /// a phone that does not let the shell read its input devices.
    #[must_use]
    pub fn find(devices: &str, size: (u32, u32)) -> Option<Self> {
        let mut best: Option<(bool, Self)> = None;
        for block in devices.split("add device").skip(1) {
            let device = block.lines().next()?.split_once(':').map(|(_, path)| path.trim().to_owned())?;
            let range = |axis: &str| {
                let line = block.lines().find(|line| line.split(':').next().is_some_and(|head| head.contains(axis)))?;
                let value = |name: &str| {
                    let rest = line.split_once(name)?.1.trim_start();
                    rest.split([',', ' ']).next()?.parse::<i32>().ok()
                };
                Some((value("min")?, value("max")?)).filter(|(min, max)| max > min)
            };
            let (Some(x), Some(y)) = (range("ABS_MT_POSITION_X"), range("ABS_MT_POSITION_Y")) else { continue };
            // A pen or a touch pad reports positions too; only a panel is direct.
            let direct = block.contains("INPUT_PROP_DIRECT");
            if best.as_ref().is_none_or(|(before, _)| direct && !before) {
                best = Some((direct, Self { device, x, y, size }));
            }
        }
        best.map(|(_, panel)| panel)
    }

    /// A position of the panel as a pixel of the display, turned `rotation` quarters.
    fn pixel(&self, x: i32, y: i32, rotation: u8) -> Point {
        let scale = |at: i32, (min, max): (i32, i32), size: u32| {
            let span = i64::from(max) - i64::from(min) + 1;
            i32::try_from((i64::from(at) - i64::from(min)) * i64::from(size) / span).unwrap_or(0)
        };
        let (width, height) = (self.size.0.cast_signed(), self.size.1.cast_signed());
        let (x, y) = (scale(x, self.x, self.size.0), scale(y, self.y, self.size.1));
        match rotation % 4 {
            1 => Point { x: y, y: width - 1 - x },
            2 => Point { x: width - 1 - x, y: height - 1 - y },
            3 => Point { x: height - 1 - y, y: x },
            _ => Point { x, y },
        }
    }
}

/// Reads the lines of `getevent -lt`.
#[derive(Clone, Debug)]
pub struct TouchReader {
    panel: Panel,
    /// Where the finger is now, as far as the panel has reported it.
    at: (Option<i32>, Option<i32>),
    /// Whether the finger is down.
    down: bool,
    began: Option<(i32, i32)>,
    last: Option<(i32, i32)>,
    /// Further fingers are no taps.
    slot: i32,
}

impl TouchReader {
    /// A reader of this panel.
    #[must_use]
    pub fn new(panel: Panel) -> Self {
        Self { panel, at: (None, None), down: false, began: None, last: None, slot: 0 }
    }

    /// Takes one line; gives the contact that ended with it. `rotation` is the display's, in quarters.
    pub fn line(&mut self, line: &str, rotation: u8) -> Option<Contact> {
        let rest = line.split_once(']').map_or(line, |(_, rest)| rest).trim();
        let (device, event) = rest.split_once(": ")?;
        if device != self.panel.device {
            return None;
        }
        let mut words = event.split_whitespace().skip(1);
        let (code, value) = (words.next()?, words.next()?);
        let number = || u32::from_str_radix(value, 16).ok().map(u32::cast_signed);
        match code {
            "ABS_MT_SLOT" => self.slot = number()?,
            _ if self.slot != 0 => {}
            "ABS_MT_POSITION_X" => self.at.0 = number(),
            "ABS_MT_POSITION_Y" => self.at.1 = number(),
            "SYN_REPORT" => {
                if let (true, Some(x), Some(y)) = (self.down, self.at.0, self.at.1) {
                    self.last = Some((x, y));
                    self.began.get_or_insert((x, y));
                }
            }
            "ABS_MT_TRACKING_ID" if value.eq_ignore_ascii_case("ffffffff") => return self.ended(rotation),
            "BTN_TOUCH" if value == "UP" => return self.ended(rotation),
            "ABS_MT_TRACKING_ID" | "BTN_TOUCH" => self.down = true,
            _ => {}
        }
        None
    }

    fn ended(&mut self, rotation: u8) -> Option<Contact> {
        self.down = false;
        // A panel does not repeat a coordinate that stays, so the position is kept for the next contact.
        let (began, last) = (self.began.take()?, self.last.take()?);
        let from = self.panel.pixel(began.0, began.1, rotation);
        let to = self.panel.pixel(last.0, last.1, rotation);
        let slop = self.panel.size.0.max(self.panel.size.1).cast_signed() / SLOP;
        let moved = (from.x - to.x).abs().max((from.y - to.y).abs());
        Some(if moved <= slop { Contact::Tap(from) } else { Contact::Swipe { from, to } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICES: &str = "could not open /dev/input/event9, Permission denied
add device 1: /dev/input/event0
  name:     \"gpio-keys\"
  events:
    KEY (0001): KEY_VOLUMEUP          KEY_POWER
add device 2: /dev/input/event3
  name:     \"pen\"
  events:
    ABS (0003): ABS_MT_POSITION_X     : value 0, min 0, max 99, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_Y     : value 0, min 0, max 99, fuzz 0, flat 0, resolution 0
add device 3: /dev/input/event4
  name:     \"fts_ts\"
  events:
    KEY (0001): BTN_TOUCH
    ABS (0003): ABS_MT_SLOT           : value 0, min 0, max 9, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_X     : value 0, min 0, max 10799, fuzz 0, flat 0, resolution 0
                ABS_MT_POSITION_Y     : value 0, min 0, max 23999, fuzz 0, flat 0, resolution 0
  input props:
    INPUT_PROP_DIRECT
";

    fn panel() -> Panel {
        Panel::find(DEVICES, (1080, 2400)).unwrap()
    }

    fn read(lines: &str, rotation: u8) -> Vec<Contact> {
        let mut reader = TouchReader::new(panel());
        lines.lines().filter_map(|line| reader.line(line, rotation)).collect()
    }

    const TAP: &str = "[   7164.319083] /dev/input/event4: EV_ABS       ABS_MT_TRACKING_ID   0000000d
[   7164.319083] /dev/input/event4: EV_ABS       ABS_MT_POSITION_X    00001518
[   7164.319083] /dev/input/event4: EV_ABS       ABS_MT_POSITION_Y    00002ee0
[   7164.319083] /dev/input/event4: EV_KEY       BTN_TOUCH            DOWN
[   7164.319083] /dev/input/event4: EV_SYN       SYN_REPORT           00000000
[   7164.401120] /dev/input/event4: EV_ABS       ABS_MT_TRACKING_ID   ffffffff
[   7164.401120] /dev/input/event4: EV_KEY       BTN_TOUCH            UP
[   7164.401120] /dev/input/event4: EV_SYN       SYN_REPORT           00000000
";

    #[test]
    fn the_panel_is_the_direct_device_with_positions() {
        assert_eq!(
            panel(),
            Panel { device: "/dev/input/event4".into(), x: (0, 10799), y: (0, 23999), size: (1080, 2400) }
        );
        for none in ["", "could not open /dev/input/event4, Permission denied\n", "add device 1: /dev/input/event0\n"] {
            assert_eq!(Panel::find(none, (1080, 2400)), None, "{none}");
        }
    }

    #[test]
    fn a_tap_is_told_once_and_in_pixels_of_the_display_as_it_is_turned() {
        for (rotation, x, y) in [(0, 540, 1200), (1, 1200, 539), (2, 539, 1199), (3, 1199, 540)] {
            assert_eq!(read(TAP, rotation), [Contact::Tap(Point { x, y })], "{rotation}");
        }
    }

    #[test]
    fn a_panel_need_not_repeat_a_coordinate_that_stays() {
        let again = TAP.lines().filter(|l| !l.contains("POSITION_X")).collect::<Vec<_>>().join("\n");
        assert_eq!(read(&format!("{TAP}{again}\n"), 0).len(), 2);
    }

    #[test]
    fn the_end_of_one_contact_is_not_the_beginning_of_the_next() {
        let elsewhere = TAP.replace("00001518", "00000100").replace("00002ee0", "00000200");
        let taps = read(&format!("{TAP}{elsewhere}"), 0);
        assert_eq!(taps, [Contact::Tap(Point { x: 540, y: 1200 }), Contact::Tap(Point { x: 25, y: 51 })]);
    }

    #[test]
    fn a_swipe_a_second_finger_and_other_devices_are_no_taps() {
        let moves = "[ 1.0] /dev/input/event4: EV_ABS ABS_MT_POSITION_Y 00000320\n[ 1.0] /dev/input/event4: EV_SYN SYN_REPORT 00000000\n";
        let swipe = TAP.replacen("[   7164.401120]", &format!("{moves}[   7164.401120]"), 1);
        let (from, to) = (Point { x: 540, y: 1200 }, Point { x: 540, y: 80 });
        assert_eq!(read(&swipe, 0), [Contact::Swipe { from, to }]);
        let second = format!("[ 1.0] /dev/input/event4: EV_ABS ABS_MT_SLOT 00000001\n{TAP}");
        assert_eq!(read(&second, 0), []);
        assert_eq!(read(&TAP.replace("event4", "event3"), 0), []);
        for odd in [
            "",
            "add device 3: /dev/input/event4",
            "/dev/input/event4: EV_ABS",
            "[ x",
            "[1] /dev/input/event4: EV_ABS ABS_MT_SLOT zz",
        ] {
            assert_eq!(read(odd, 0), [], "{odd}");
        }
    }
}
