//! The phone's `pm` and `dpm`.

use super::call::Call;
use crate::spec::{AccountApp, PhoneSpec};

/// Find Device's app.
const FIND_DEVICE: &str = "com.xiaomi.finddevice";

/// The first Android (its API level) whose `pm` knows `install-existing`.
const INSTALLS_EXISTING: u32 = 26;

/// The packages that matter here and are in the system's image or installed, with their files.
fn known(spec: &PhoneSpec) -> Vec<(&str, &'static str)> {
    let mut found = vec![
        ("android", "/system/framework/framework-res.apk"),
        ("com.android.settings", "/system/priv-app/Settings/Settings.apk"),
        ("com.android.shell", "/system/priv-app/Shell/Shell.apk"),
        ("com.android.systemui", "/system/priv-app/SystemUI/SystemUI.apk"),
        ("com.google.android.gms", "/system/priv-app/GmsCore/GmsCore.apk"),
    ];
    if spec.has_account_app() {
        found.extend([
            ("com.miui.home", "/system/priv-app/MiuiHome/MiuiHome.apk"),
            ("com.miui.notes", "/data/app/Notes/base.apk"),
            ("com.miui.securitycenter", "/system/priv-app/SecurityCenter/SecurityCenter.apk"),
            ("com.miui.cloudservice", "/system/priv-app/CloudService/CloudService.apk"),
            (
                spec.account_app.as_ref().map_or(AccountApp::KNOWN, |app| &app.package),
                "/system/app/XiaomiAccount/XiaomiAccount.apk",
            ),
        ]);
        found.push((FIND_DEVICE, "/system/priv-app/FindDevice/FindDevice.apk"));
    }
    found
}

/// Those that are there for the user in front.
fn installed<'a>(call: &Call<'a, '_>) -> Vec<(&'a str, &'static str)> {
    let mut found = known(call.phone.spec());
    if !call.world(|w, _| w.system.has_find_device_app()) {
        found.retain(|(package, _)| *package != FIND_DEVICE);
    }
    found
}

/// `install-existing [--user ID] [--full | --instant | --wait] PACKAGE`: a package of the system's image, for the user in front.
fn install_existing(call: &mut Call<'_, '_>) -> i32 {
    let mut words = call.args[1..].iter();
    let (mut package, mut user) = (None, call.world(|w, _| w.user().to_string()));
    while let Some(word) = words.next() {
        match word.as_str() {
            "--user" => words.next().into_iter().for_each(|id| user.clone_from(id)),
            flag if flag.starts_with("--") => {}
            name => package = Some(name.to_owned()),
        }
    }
    let Some(package) = package else {
        call.err("Error: package name not specified\n");
        return 1;
    };
    if !known(call.phone.spec()).iter().any(|(name, _)| *name == package) {
        call.out(format!("android.content.pm.PackageManager$NameNotFoundException: Package {package} doesn't exist\n"));
        return 1;
    }
    if package == FIND_DEVICE {
        call.world(|w, _| w.system.install_find_device());
    }
    call.out(format!("Package {package} installed for user: {user}\n"));
    0
}

pub(super) fn run(call: &mut Call<'_, '_>) -> i32 {
    if !call.takes(150) {
        return 129;
    }
    match (call.arg(0), call.arg(1)) {
        ("list", "packages") => list(call),
        ("list", "users") => {
            let second = call.phone.spec().second_space;
            call.out("Users:\n\tUserInfo{0:Owner:13} running\n");
            if second {
                call.out("\tUserInfo{10:Second space:410} running\n");
            }
            0
        }
        ("path", package) => {
            let file = installed(call).into_iter().find(|(p, _)| *p == package).map(|(_, f)| f);
            match file {
                Some(file) => {
                    call.out(format!("package:{file}\n"));
                    0
                }
                None => 1,
            }
        }
        ("install-existing", _) if call.phone.spec().sdk >= INSTALLS_EXISTING => install_existing(call),
        ("clear", _) => call.gated("android.permission.CLEAR_APP_USER_DATA", "clear").unwrap_or_else(|| {
            call.out("Failed\n");
            1
        }),
        ("grant" | "revoke", _) => {
            let verb = call.arg(0).to_owned();
            call.gated("android.permission.GRANT_RUNTIME_PERMISSIONS", &verb).unwrap_or(0)
        }
        ("install" | "uninstall" | "disable-user" | "disable", _) => {
            call.out("Failure [INSTALL_FAILED_USER_RESTRICTED: Install canceled by user]\n");
            1
        }
        (other, _) => {
            let text = format!("Unknown command: {other}\n");
            call.err(text);
            255
        }
    }
}

fn list(call: &mut Call<'_, '_>) -> i32 {
    let mut words = call.args[2..].iter();
    let (mut files, mut own, mut removed, mut filter) = (false, false, false, String::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-f" => files = true,
            "-3" => own = true,
            "-u" => removed = true,
            "--user" => {
                words.next();
            }
            flag if flag.starts_with('-') => {}
            word => word.clone_into(&mut filter),
        }
    }
    let shown = if removed { known(call.phone.spec()) } else { installed(call) };
    for (package, file) in shown {
        if package.contains(&filter) && (!own || file.starts_with("/data/")) {
            let line = if files { format!("package:{file}={package}\n") } else { format!("package:{package}\n") };
            call.out(line);
        }
    }
    0
}

pub(super) fn dpm(call: &mut Call<'_, '_>) -> i32 {
    if !call.takes(120) {
        return 129;
    }
    if call.arg(0) == "list-owners" {
        let text = match &call.phone.spec().device_owner {
            Some(owner) => format!("1 owner:\nUser  0: admin={owner}/.AdminReceiver,DeviceOwner\n"),
            None => "no owners\n".to_owned(),
        };
        call.out(text);
        return 0;
    }
    let verb = call.arg(0).to_owned();
    call.gated("android.permission.MANAGE_DEVICE_ADMINS", &verb).unwrap_or_else(|| {
        call.err("java.lang.IllegalStateException: Not allowed to set the device owner because there are already some accounts on the device.\n");
        255
    })
}
