//! The phone's `cmd SERVICE …`: the services that have a program of their own.

use super::call::Call;
use super::{am, dumpsys, input, packages, settings, wm};

pub(super) fn run(call: &mut Call<'_, '_>) -> i32 {
    let rest = call.args.get(1..).unwrap_or_default();
    match call.arg(0) {
        "package" => call.run_with(rest, packages::run),
        "activity" => call.run_with(rest, am::run),
        "input" => call.run_with(rest, input::run),
        "settings" => call.run_with(rest, settings::run),
        "window" => call.run_with(rest, wm::run),
        "device_policy" => call.run_with(rest, packages::dpm),
        "-l" => {
            call.takes(60);
            dumpsys::list(call)
        }
        other => {
            let text = format!("cmd: Can't find service: {other}\n");
            call.takes(20);
            call.err(text);
            20
        }
    }
}
