//! Properties, user, owner, network, battery, display, input probe, lock signs.

use std::collections::BTreeMap;

use crate::model::Focus;
use crate::phone::{InputProbe, Network};
use crate::text::say;

/// `getprop`: lines `[key]: [value]`. A value may go over several lines.
#[must_use]
pub fn properties(text: &str) -> BTreeMap<String, String> {
    let mut props = BTreeMap::new();
    let mut open: Option<(&str, String)> = None;
    for line in text.lines() {
        let line = line.trim_end_matches('\r');
        if let Some((key, value)) = &mut open {
            value.push('\n');
            value.push_str(line.strip_suffix(']').unwrap_or(line));
            if line.ends_with(']') {
                props.insert((*key).to_owned(), std::mem::take(value));
                open = None;
            }
            continue;
        }
        let Some((key, value)) = line.strip_prefix('[').and_then(|l| l.split_once("]: [")) else { continue };
        match value.strip_suffix(']') {
            Some(value) => drop(props.insert(key.to_owned(), value.to_owned())),
            None => open = Some((key, value.to_owned())),
        }
    }
    props
}

/// `am get-current-user`: a number on a line of its own.
#[must_use]
pub fn current_user(text: &str) -> Option<u32> {
    text.lines().find_map(|l| l.trim().parse().ok())
}

/// The device owner's package, by `dumpsys device_policy`: `package=` or the `admin=ComponentInfo{…}` after
/// `Device Owner:`. A profile owner is none: it manages a work profile, not the phone.
#[must_use]
pub fn device_owner(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("Device Owner:")?;
    let block = rest.split("Profile Owner").next()?;
    let block = block.split("\n\n").next()?;
    let component = block.split_once("admin=ComponentInfo{").and_then(|(_, r)| r.split('/').next());
    let package = super::word(block, "package").or(component)?.trim();
    (!package.is_empty() && package != "null").then(|| package.to_owned())
}

/// The network, by `dumpsys connectivity`: which is the default one, and whether it reached the internet (the capability
/// `VALIDATED`, or `lastValidated{true}` of Android 6 to 8).
#[must_use]
pub fn network(text: &str) -> Network {
    let Some(default) = text.lines().find_map(|l| l.trim().strip_prefix("Active default network:")).map(str::trim)
    else {
        return Network::Unknown;
    };
    if default == "none" || default == "null" {
        return Network::None;
    }
    let agents: Vec<&str> = text.lines().filter(|l| l.contains("NetworkAgentInfo")).collect();
    let names = [format!("network{{{default}}}"), format!("- {default}]")];
    let own: Vec<&&str> = agents.iter().filter(|l| names.iter().any(|n| l.contains(n.as_str()))).collect();
    if own.is_empty() {
        return if agents.is_empty() { Network::Unknown } else { verdict(&agents) };
    }
    verdict(&own.into_iter().copied().collect::<Vec<_>>())
}

fn verdict(lines: &[&str]) -> Network {
    let validated = |line: &&str| {
        line.contains("lastValidated{true}")
            || line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).any(|w| w == "VALIDATED")
    };
    if lines.iter().any(validated) { Network::Validated } else { Network::NotValidated }
}

/// `dumpsys battery`: `level` of `scale`, in percent.
#[must_use]
pub fn battery(text: &str) -> Option<u8> {
    let number = |key: &str| {
        text.lines().find_map(|l| l.trim().strip_prefix(key)?.strip_prefix(':')?.trim().parse::<u32>().ok())
    };
    let scale = number("scale").filter(|s| *s > 0).unwrap_or(100);
    u8::try_from((number("level")?.checked_mul(100)? / scale).min(100)).ok()
}

/// `wm size`: the override where there is one, since taps are in its pixels.
#[must_use]
pub fn display(text: &str) -> Option<(u32, u32)> {
    let size = |key: &str| {
        let line = text.lines().find_map(|l| l.trim().strip_prefix(key))?;
        let (x, y) = line.trim().split_once('x')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    size("Override size:").or_else(|| size("Physical size:"))
}

/// What `input keyevent 0` said. Both texts of the refusal name the permission (Android 10 and before: "Injecting to another
/// application requires", Android 12 and later: "Injecting input events requires the caller").
#[must_use]
pub fn input_probe(text: &str, code: Option<i32>) -> InputProbe {
    if text.contains("INJECT_EVENTS") {
        InputProbe::Refused
    } else if code == Some(0) && !text.contains("SecurityException") {
        InputProbe::Allowed
    } else {
        InputProbe::Unknown
    }
}

/// Signs of lost mode or a finance lock, in words. Conservative: a sign is a window in front that only such a lock shows, or a
/// property that names one.
///
/// - A window of Find Device (`com.xiaomi.finddevice`) with "lock" in its name. Its other windows stop a noise or announce
///   success (MIUI 10 manifest).
/// - A window of the account app that is named for a locked account: its `locked_account_login` layout is what a phone in lost
///   mode shows (MIUI 10); how the activity is named is a guess.
/// - A window of Android's own device lock for financed phones (`…devicelock`, `…devicelockcontroller`).
/// - A property with both `finddevice` and `lock` in its key that is on: a guess, none was seen.
#[must_use]
pub fn lock_signs(props: &BTreeMap<String, String>, focus: Option<&Focus>) -> Vec<String> {
    let mut signs = Vec::new();
    if let Some(focus) = focus {
        let named = |package: &[&str]| package.contains(&focus.package.as_str());
        if named(&["com.xiaomi.finddevice"]) && focus.activity.to_lowercase().contains("lock") {
            signs.push(say!("find-device-has-locked-the-phone", focus));
        }
        if named(&["com.xiaomi.account"]) && focus.activity.to_lowercase().contains("locked") {
            signs.push(say!("owner-has-marked-the-phone-as-lost", focus));
        }
        if named(&[
            "com.google.android.apps.devicelock",
            "com.google.android.devicelockcontroller",
            "com.android.devicelockcontroller",
        ]) {
            signs.push(say!("finance-lock-is-on", focus));
        }
    }
    for (key, value) in props {
        let lower = key.to_lowercase();
        if lower.contains("finddevice") && lower.contains("lock") && matches!(value.as_str(), "1" | "true") {
            signs.push(say!("property-is-on", key));
        }
    }
    signs
}

/// The apps that a sign-out needs and user 0 does not have, by `pm list packages`; none where the list was not read, which is
/// told by the framework's own package. An app that the owner removed with `pm uninstall --user 0` is missing here: the account
/// page binds to Find Device as it opens and dies without it.
///
/// `known` lists with `-u` what the system has. Where not even that has the account app, another app holds the account, and what
/// it needs is not known.
#[must_use]
pub fn missing_apps(list: &str, known: &str) -> Vec<String> {
    let packages =
        |text: &'_ str| text.lines().filter_map(|l| l.trim().strip_prefix("package:")).map(str::to_owned).collect();
    let (installed, known): (Vec<String>, Vec<String>) = (packages(list), packages(known));
    let has = |list: &[String], app: &str| list.iter().any(|a| a == app);
    if !has(&installed, "android") || !(has(&installed, COMPANIONS[0]) || has(&known, COMPANIONS[0])) {
        return Vec::new();
    }
    COMPANIONS.iter().filter(|app| !has(&installed, app)).map(|app| (*app).to_owned()).collect()
}

/// The account app, and the apps that it calls while it signs out; the last one holds the pages of the input switch.
const COMPANIONS: &[&str] =
    &["com.xiaomi.account", "com.miui.cloudservice", "com.xiaomi.finddevice", "com.miui.securitycenter"];

/// Another UiAutomation client, by `Ui Automation[` in `dumpsys accessibility`, which Android 11 and later print on a line of
/// its own, Android 9 and 10 at the end of the user's state; named by a process that is known to be one, where the process
/// list has one.
#[must_use]
pub fn ui_automation(accessibility: &str, processes: &str) -> Option<String> {
    accessibility.lines().find(|l| l.contains("Ui Automation["))?;
    let process =
        processes.lines().filter_map(|l| l.split_whitespace().last()).find(|p| p.contains('.') || p.contains("uia"));
    Some(process.map_or_else(|| say!("another-uiautomation-client"), str::to_owned))
}

/// The `versionName` of a package in `dumpsys package`. One that was updated is listed twice, the installed one first.
#[must_use]
pub fn version_name(text: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix("versionName="))?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty() && value != "null")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_installed_version_of_an_app_comes_first() {
        let updated = "    versionCode=120\n    versionName=31.1.0.2\nHidden system packages:\n    versionName=30.0\n";
        assert_eq!(version_name(updated).as_deref(), Some("31.1.0.2"));
        for none in ["", "Unable to find package: com.xiaomi.account\n", "    versionName=null\n", "    versionName=\n"]
        {
            assert_eq!(version_name(none), None, "{none}");
        }
    }

    #[test]
    fn properties_with_odd_values() {
        let props = properties("[ro.build.version.sdk]: [25]\r\n[a.b]: []\nnoise\n[c]: [one\ntwo]\n[d]: [x]: [y]\n");
        let seen: Vec<_> = props.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(seen, [("a.b", ""), ("c", "one\ntwo"), ("d", "x]: [y"), ("ro.build.version.sdk", "25")]);
    }

    #[test]
    fn current_user_is_a_number_on_a_line() {
        assert_eq!(current_user("noise\n10\n"), Some(10));
        assert_eq!(current_user("Error: unknown command 'get-current-user'"), None);
    }

    #[test]
    fn device_owners_of_many_androids() {
        let old = "Current Device Policy Manager state:\n  Device Owner: \n    admin=ComponentInfo{com.a.mdm/com.a.mdm.Rec}\n    \
                   name=MDM\n    package=com.a.mdm\n    User ID: 0\n\n  Enabled Device Admins (User 0):\n    package=com.x\n";
        let bare = "  Device Owner:\n    admin=ComponentInfo{com.b.dpc/.Rec}\n";
        let none = "Current Device Policy Manager state:\n  Enabled Device Admins (User 0, provisioningState: 0):\n  package=com.x\n";
        let profile = "  Profile Owner (User 10): \n    admin=ComponentInfo{com.c/.R}\n    package=com.c\n";
        assert_eq!(device_owner(old).as_deref(), Some("com.a.mdm"));
        assert_eq!(device_owner(bare).as_deref(), Some("com.b.dpc"));
        assert_eq!(device_owner(none), None);
        assert_eq!(device_owner(profile), None);
    }

    #[test]
    fn networks_of_many_androids() {
        let new = "Active default network: 102\nNetworkAgentInfo{network{102}  handle{438}  ni{WIFI CONNECTED} nc{[ Transports: WIFI \
                   Capabilities: NOT_METERED&INTERNET&NOT_RESTRICTED&TRUSTED&NOT_VPN&VALIDATED&NOT_ROAMING ]}}\n";
        let old = "Active default network: 100\n  NetworkAgentInfo [WIFI () - 100]\nNetworkAgentInfo{ ni{[type: WIFI[]]} Score{60}  everValidated{true}  \
                   lastValidated{true}  created{true} network{100} }\n";
        let portal = new.replace("&VALIDATED", "");
        let other = format!("{portal}NetworkAgentInfo{{network{{103}} nc{{[ Capabilities: IMS&VALIDATED ]}}}}\n");
        for (text, expected) in [
            (new, Network::Validated),
            (old, Network::Validated),
            (portal.as_str(), Network::NotValidated),
            (other.as_str(), Network::NotValidated),
            ("Active default network: none\n", Network::None),
            ("Active default network: 102\n", Network::Unknown),
            ("", Network::Unknown),
        ] {
            assert_eq!(network(text), expected, "{text}");
        }
    }

    #[test]
    fn battery_and_display() {
        assert_eq!(
            battery("Current Battery Service state:\n  AC powered: false\n  level: 85\n  scale: 100\n"),
            Some(85)
        );
        assert_eq!(battery("  level: 128\n  scale: 255\n"), Some(50));
        assert_eq!(battery("  level: 4000000000\n"), None);
        assert_eq!(display("Physical size: 1080x2400\nOverride size: 720x1600\n"), Some((720, 1600)));
        assert_eq!(display("Physical size: 1080x2400\r\n"), Some((1080, 2400)));
        assert_eq!(display("wm: not found"), None);
    }

    #[test]
    fn both_refusals_of_input() {
        let old =
            "java.lang.SecurityException: Injecting to another application requires INJECT_EVENTS permission\n\tat x";
        let new = "Exception occurred while executing 'keyevent':\njava.lang.SecurityException: Injecting input events requires \
                   the caller (or the source of the instrumentation, if any) to have the INJECT_EVENTS permission.";
        assert_eq!(input_probe(old, Some(1)), InputProbe::Refused);
        assert_eq!(input_probe(new, Some(255)), InputProbe::Refused);
        assert_eq!(input_probe("", Some(0)), InputProbe::Allowed);
        let noise =
            "java.io.FileNotFoundException: /data/system/theme_config/theme_compatibility.xml: open failed: ENOENT";
        assert_eq!(input_probe(noise, Some(0)), InputProbe::Allowed);
        assert_eq!(input_probe("sh: input: not found", Some(127)), InputProbe::Unknown);
        assert_eq!(input_probe("", None), InputProbe::Unknown);
    }

    #[test]
    fn lock_signs_are_conservative() {
        let none = BTreeMap::new();
        let sign = |component: &str| lock_signs(&none, Some(&Focus::parse(component))).len();
        assert_eq!(sign("com.xiaomi.finddevice/.v2.ui.DeviceLockActivity"), 1);
        assert_eq!(sign("com.google.android.apps.devicelock/.X"), 1);
        assert_eq!(sign("com.xiaomi.account/.ui.LockedAccountLoginActivity"), 1);
        assert_eq!(sign("com.xiaomi.account/.ui.AccountSettingsActivity"), 0);
        assert_eq!(sign("com.xiaomi.finddevice/.FindDeviceSuccessActivity"), 0);
        assert_eq!(sign("com.miui.home/.launcher.Launcher"), 0);
        let props = BTreeMap::from([("ro.boot.flash.locked".to_owned(), "1".to_owned())]);
        assert!(lock_signs(&props, None).is_empty());
    }

    #[test]
    fn another_client_is_named_where_it_can_be() {
        let held = "    Ui Automation[eventTypes=TYPES_ALL_MASK, notificationTimeout=0]\n";
        let ps = "u0_a1 1 2 3 4 0 0 S io.appium.uiautomator2.server\n";
        assert_eq!(ui_automation(held, ps).as_deref(), Some("io.appium.uiautomator2.server"));
        assert_eq!(ui_automation(held, "").as_deref(), Some("another UiAutomation client"));
        assert_eq!(ui_automation("", ps), None);
    }

    #[test]
    fn f26_android_9_prints_the_client_within_the_users_state() {
        let state = "User state[attributes:{id=0, currentUser=true, autoclickEnabled=false, Ui Automation[eventTypes=TYPES_ALL_MASK, notificationTimeout=0]\n}\n           services:{}]\n";
        let ps = "u0_a1 1 2 3 4 0 0 S com.github.uiautomator.test\n";
        assert_eq!(ui_automation(state, ps).as_deref(), Some("com.github.uiautomator.test"));
        assert_eq!(ui_automation(&state.replace("Ui Automation[eventTypes", "uiAutomationFlags"), ps), None);
    }

    #[test]
    fn f14_a_companion_app_is_missing_only_where_the_list_was_read() {
        let all = "package:android\r\npackage:com.xiaomi.account\npackage:com.xiaomi.finddevice\npackage:com.miui.cloudservice\npackage:com.miui.securitycenter\n";
        let known = "package:com.xiaomi.account\n";
        assert!(missing_apps(all, known).is_empty());
        assert_eq!(missing_apps(&all.replace("package:com.xiaomi.finddevice\n", ""), ""), ["com.xiaomi.finddevice"]);
        assert_eq!(missing_apps("package:android\n", known).len(), COMPANIONS.len());
        assert!(missing_apps("package:android\n", "").is_empty(), "another app holds the account");
        assert!(missing_apps("", known).is_empty());
        assert!(missing_apps("Error: java.lang.SecurityException", known).is_empty());
    }
}
