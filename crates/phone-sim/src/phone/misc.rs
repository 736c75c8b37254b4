//! The phone's small programs.

use std::fmt::Write as _;

use super::call::Call;
use super::fault::Fault;
use crate::screens::picture;

pub(super) fn getprop(call: &mut Call<'_, '_>) -> i32 {
    if !call.takes(20) {
        return 129;
    }
    let props = call.phone.props();
    if call.args.is_empty() {
        for (key, value) in &props {
            call.out(format!("[{key}]: [{value}]\n"));
        }
    } else {
        let value = props.get(call.arg(0)).filter(|v| !v.is_empty()).map_or(call.arg(1), String::as_str);
        let line = format!("{value}\n");
        call.out(line);
    }
    0
}

/// The shell may set hardly anything.
pub(super) fn setprop(call: &mut Call<'_, '_>) -> i32 {
    call.takes(20);
    let (key, value) = (call.arg(0).to_owned(), call.arg(1).to_owned());
    if key.starts_with("debug.") || key.starts_with("log.tag.") {
        return 0;
    }
    call.err(format!("setprop: failed to set property '{key}' to '{value}'\n"));
    1
}

/// `ps`, `ps -A`: before Android 8 all processes without an option, later ones only with it.
pub(super) fn ps(call: &mut Call<'_, '_>) -> i32 {
    if !call.takes(40) {
        return 129;
    }
    let old = call.phone.spec().sdk < 26;
    let all = if old { call.args.is_empty() } else { call.args.iter().any(|a| a == "-A" || a == "-ef") };
    let other = call.world(|w, _| w.system.automation.clone());
    let mut lines = "USER      PID   PPID  VSZ     RSS    WCHAN            ADDR S NAME\n".to_owned();
    let mut process = |user: &str, id: u32, name: &str| {
        let _ = writeln!(lines, "{user:<9} {id:<5} 1     2403104 103924 0                   0 S {name}");
    };
    if all {
        process("root", 1, "init");
        process("system", 1424, "system_server");
        process("u0_a17", 3120, "com.miui.home");
        if let Some(other) = &other {
            process("u0_a201", 9120, other);
        }
    }
    process("shell", 11890, "ps");
    call.out(lines);
    0
}

pub(super) fn screencap(call: &mut Call<'_, '_>) -> i32 {
    if !call.takes(400) {
        return 129;
    }
    let file = call.args.iter().find(|a| !a.starts_with('-')).cloned();
    let named_png = file.as_ref().is_some_and(|f| f.to_lowercase().ends_with(".png"));
    let png = named_png || call.args.iter().any(|a| a == "-p");
    let (width, height) = call.phone.spec().size;
    let picture = if png {
        call.phone.picture()
    } else {
        let drawing = call.world(|w, _| w.drawing());
        picture::raw(&drawing, width, height)
    };
    match file {
        None => {
            let _ = call.io.stdout.write_all(&picture);
            0
        }
        Some(_) if call.phone.disk_full() => {
            call.err("Error opening file: No space left on device\n");
            1
        }
        Some(file) => match call.phone.files().write(&file, &picture) {
            Ok(()) => 0,
            Err(why) => {
                call.err(format!("Error opening file: {file} ({why})\n"));
                1
            }
        },
    }
}

pub(super) fn svc(call: &mut Call<'_, '_>) -> i32 {
    if !call.takes(120) {
        return 129;
    }
    match (call.arg(0), call.arg(1)) {
        ("power", "stayon") => {
            let value = call.arg(2).to_owned();
            if let Some(code) = call.gated("android.permission.WRITE_SETTINGS", "stayon") {
                return code;
            }
            let value = if value == "false" { "0" } else { "7" };
            call.world(|w, _| w.system.set("global", "stay_on_while_plugged_in", Some(value)));
            0
        }
        ("wifi" | "data", state @ ("enable" | "disable")) => {
            let on = state == "enable";
            call.world(|w, _| w.system.network = on);
            0
        }
        ("power", "reboot") => reboot(call),
        _ => {
            call.err("Available commands:\n    power\n    data\n    wifi\n");
            1
        }
    }
}

/// An empty log: nothing here writes one. Without `-d` it waits for lines until it is hung up.
pub(super) fn logcat(call: &mut Call<'_, '_>) -> i32 {
    call.out("--------- beginning of main\n");
    if call.args.iter().any(|a| a == "-d" || a == "-c") {
        return 0;
    }
    while !call.cancel.is_set() {
        call.takes(60_000);
    }
    130
}

pub(super) fn reboot(call: &mut Call<'_, '_>) -> i32 {
    call.phone.fault(Fault::Reboot { takes: 30_000 });
    0
}

pub(super) fn ime(call: &mut Call<'_, '_>) -> i32 {
    call.takes(100);
    if call.arg(0) == "list" {
        call.out("com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME\n");
        return 0;
    }
    let verb = call.arg(0).to_owned();
    call.gated("android.permission.WRITE_SECURE_SETTINGS", &verb).unwrap_or(0)
}

/// The shell may not read the providers that would matter here.
pub(super) fn content(call: &mut Call<'_, '_>) -> i32 {
    call.takes(200);
    call.err("Error while accessing provider\njava.lang.SecurityException: Permission Denial: reading from com.android.shell requires a permission that the shell does not have\n");
    1
}
