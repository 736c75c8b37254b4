//! The phone's `wm`, which is `cmd window`.

use super::call::Call;
use super::views;

pub(super) fn run(call: &mut Call<'_, '_>) -> i32 {
    if call.arg(0) == views::COMMAND {
        return views::run(call);
    }
    if !call.takes(100) {
        return 129;
    }
    let (width, height) = call.phone.spec().size;
    match (call.arg(0), call.args.len()) {
        ("size", 1) => call.out(format!("Physical size: {width}x{height}\n")),
        ("density", 1) => {
            let density = call.world(|w, _| w.system.density);
            call.out(format!("Physical density: {density}\n"));
        }
        ("size" | "density", _) => {
            let verb = call.arg(0).to_owned();
            return call.gated("android.permission.WRITE_SECURE_SETTINGS", &verb).unwrap_or(0);
        }
        _ => {
            call.err("Unknown command\n");
            return 255;
        }
    }
    0
}
