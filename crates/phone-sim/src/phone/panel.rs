//! The touch panel: the events that it reports, in the lines of `getevent -lt`.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The panel's device file.
pub(super) const PANEL: &str = "/dev/input/event4";
/// How long `getevent` waits before it looks whether it was hung up.
const TURN: Duration = Duration::from_millis(20);

/// Everything that the panel has reported, for any number of readers.
#[derive(Clone, Default)]
pub(super) struct Panel(Arc<(Mutex<Vec<String>>, Condvar)>);

impl Panel {
    /// One contact of a finger, through these points of the screen.
    pub(super) fn report_finger(&self, sdk: u32, now: u64, points: &[(i32, i32)]) {
        let unit = units(sdk);
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
        self.report(lines);
    }

    fn report(&self, lines: impl IntoIterator<Item = String>) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).extend(lines);
        self.0.1.notify_all();
    }

    pub(super) fn len(&self) -> usize {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// What was reported since a place, once there is something or the turn is over.
    pub(super) fn since(&self, place: usize) -> Vec<String> {
        let lines = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.1.wait_timeout_while(lines, TURN, |lines| lines.len() <= place);
        let (lines, _) = waited.unwrap_or_else(PoisonError::into_inner);
        lines.get(place..).unwrap_or_default().to_vec()
    }
}

/// Units of the panel for each pixel: many panels report finer than the screen shows.
pub(super) fn units(sdk: u32) -> i32 {
    if sdk >= 33 { 10 } else { 1 }
}
