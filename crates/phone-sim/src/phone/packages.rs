//! The phone's `pm` and `dpm`.

use super::call::Call;
use super::spec::{AccountApp, Branch, PhoneSpec};

/// The packages that matter here, with their files.
fn installed(spec: &PhoneSpec) -> Vec<(&str, &'static str)> {
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
        if !spec.has(Branch::NoFindDeviceApp) {
            found.push(("com.xiaomi.finddevice", "/system/priv-app/FindDevice/FindDevice.apk"));
        }
    }
    found
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
            let file = installed(call.phone.spec()).into_iter().find(|(p, _)| *p == package).map(|(_, f)| f);
            match file {
                Some(file) => {
                    call.out(format!("package:{file}\n"));
                    0
                }
                None => 1,
            }
        }
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
    let (mut files, mut own, mut filter) = (false, false, String::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-f" => files = true,
            "-3" => own = true,
            "--user" => {
                words.next();
            }
            flag if flag.starts_with('-') => {}
            word => word.clone_into(&mut filter),
        }
    }
    for (package, file) in installed(call.phone.spec()) {
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
