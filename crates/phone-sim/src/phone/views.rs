//! The phone's `cmd window dump-visible-window-views`: the views of all windows that can be seen, as an archive.
//!
//! Android 11 and later. It starts no Java machine, waits for no idle screen and leaves the screen reader alone. No Xiaomi phone
//! was ever timed; the latency is a guess within 50 to 300 ms.

use super::call::Call;
use super::fault::Fault;
use super::windows;
use super::world::World;
use crate::screens::{self, ScreenId, views as form};
use crate::spec::Branch;

/// The command's name.
pub(super) const COMMAND: &str = "dump-visible-window-views";

/// The first Android (its API level) that has it.
const SINCE: u32 = 30;
/// Time that it takes, in ms.
const TAKES: u64 = 120;
/// Time that it takes where something is wrong with it, in ms: longer than a dump of the screen.
const TAKES_LONG: u64 = 4000;
/// How long to wait for an app that does not answer, in ms (`TransferPipe`'s limit).
const NO_ANSWER: u64 = 5000;
/// How much too low everything is in an answer that is wrong, in units of the screen.
const SHIFT: i32 = 40;

pub(super) fn run(call: &mut Call<'_, '_>) -> i32 {
    call.count(|c| &c.views_dumps);
    let spec = call.phone.spec();
    if spec.sdk < SINCE || spec.has(Branch::ViewsMissing) {
        call.takes(60);
        call.out(format!("Unknown command: {COMMAND}\n"));
        return 255;
    }
    let (fault, hangs) = call.world(|w, _| (w.faults.next_views(), w.stack.popups().contains(&ScreenId::Anr)));
    let has = |branch| spec.has(branch);
    let slow = has(Branch::ViewsSlow) || matches!(fault, Some(Fault::ViewsSlow(_)));
    let takes = if slow { TAKES_LONG } else { TAKES } + if hangs { NO_ANSWER } else { 0 };
    if !call.takes(takes) {
        return 129;
    }
    let stale = has(Branch::ViewsStale) || matches!(fault, Some(Fault::ViewsStale(_)));
    let shifted = has(Branch::ViewsShifted) || matches!(fault, Some(Fault::ViewsShifted(_)));
    let mut archive = call.world(|w, now| dump(w, now, stale, shifted));
    if matches!(fault, Some(Fault::ViewsCut(_))) {
        archive.truncate(archive.len() / 2);
    }
    let _ = call.io.stdout.write_all(&archive);
    0
}

fn dump(world: &World, now: u64, stale: bool, shifted: bool) -> Vec<u8> {
    let hangs = world.stack.popups().contains(&ScreenId::Anr);
    let mut entries = Vec::new();
    for (place, window) in windows::visible(world, now).into_iter().enumerate() {
        // An app that does not answer is left out.
        if hangs && window.screen.is_some_and(|s| s != ScreenId::Anr) {
            continue;
        }
        let (mut root, mut title) = (window.root, window.title);
        if stale && let (Some(screen), Some(before)) = (window.screen, world.stack.previous()) {
            if screen != world.screen() {
                continue;
            }
            root = screens::views(before, &world.scene_at(now));
            title = windows::title(world, before);
        }
        if shifted {
            root = root.moved(0, world.scene().px(SHIFT));
        }
        // A window's name is its number in hexadecimal digits and its title.
        let name = format!("{:x} {title}", 0x3f1_c2a9 + place * 0x1_0840);
        entries.push((name, form::stream(&root)));
    }
    form::archive(&entries)
}
