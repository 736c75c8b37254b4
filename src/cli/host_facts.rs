//! What `doctor` reads of this computer: the adb program, the USB bus, the browser for `delete`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::adb;
use crate::preflight::doctor::{HostFacts, UsbPhone};
use crate::process;
use crate::text::say;
use crate::web::{Found, Kind, find};

/// USB vendor ids under which Xiaomi phones show: Xiaomi's own, Google's (some modes), Qualcomm's and `MediaTek`'s.
const VENDORS: &[&str] = &["2717", "18d1", "05c6", "0e8d"];

/// How long a program may take to tell its version.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// Reads it. What can't be read is left out.
pub(super) fn read() -> HostFacts {
    let found = adb::find_adb(std::env::var_os("ADB").as_deref(), std::env::var_os("PATH").as_deref());
    let (adb, adb_looked) = match found {
        Ok(path) => (Some((path.display().to_string(), version_of(&path))), String::new()),
        Err(looked) => (None, looked),
    };
    let (browser, driver) = browser_and_driver();
    HostFacts {
        adb,
        adb_looked,
        usb: usb_phones(Path::new("/sys/bus/usb/devices")),
        browser,
        driver,
        ..HostFacts::default()
    }
}

/// What `delete` would use of `PATH`: a browser and a driver that fit, or a browser alone.
fn browser_and_driver() -> (Option<String>, Option<String>) {
    let path: Vec<PathBuf> = std::env::var_os("PATH").map(|p| std::env::split_paths(&p).collect()).unwrap_or_default();
    let shown = |p: PathBuf| p.display().to_string();
    if let Ok(Found { browser: Some(browser), driver, .. }) = find(None, None, &path) {
        return (Some(shown(browser)), Some(shown(driver)));
    }
    (Kind::ALL.into_iter().find_map(|kind| kind.browser_on(&path)).map(shown), None)
}

/// The last number of `Android Debug Bridge version 1.0.41`.
fn version_of(adb: &Path) -> Option<u32> {
    let mut asks = process::command(adb);
    asks.arg("version");
    let output = process::output(asks, ANSWERS_WITHIN).ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

fn parse_version(text: &str) -> Option<u32> {
    text.lines().next()?.rsplit('.').next()?.trim().parse().ok()
}

/// Phones as the Linux kernel lists them; `None` where there is no such folder.
fn usb_phones(devices: &Path) -> Option<Vec<UsbPhone>> {
    let mut phones: Vec<UsbPhone> =
        std::fs::read_dir(devices).ok()?.filter_map(|entry| usb_phone(&entry.ok()?.path())).collect();
    phones.sort_by(|a, b| a.path.cmp(&b.path));
    Some(phones)
}

fn usb_phone(dir: &Path) -> Option<UsbPhone> {
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).ok().map(|text| text.trim().to_owned());
    let path = dir.file_name()?.to_str()?.to_owned();
    let vendor = read("idVendor")?;
    if !VENDORS.contains(&vendor.as_str()) {
        return None;
    }
    let node = read("busnum")
        .zip(read("devnum"))
        .map(|(bus, device)| PathBuf::from(format!("/dev/bus/usb/{bus:0>3}/{device:0>3}")));
    let may_open = node.filter(|node| node.exists()).map(|node| {
        let opened = std::fs::OpenOptions::new().read(true).write(true).open(node);
        !opened.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
    });
    Some(UsbPhone {
        name: read("product").unwrap_or_else(|| say!("device-of-vendor", vendor)),
        serial: read("serial"),
        may_open,
        has_adb: has_adb(dir, &path),
        controller: controller(dir).unwrap_or_else(|| "unknown".into()),
        path,
    })
}

/// Whether one of its interfaces has adb's class, subclass and protocol (ff, 42, 01).
fn has_adb(dir: &Path, path: &str) -> bool {
    let Ok(entries) = std::fs::read_dir(dir) else { return false };
    let interfaces = entries.filter_map(Result::ok).map(|e| e.path());
    interfaces.filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&format!("{path}:")))).any(
        |p| {
            let is = |name: &str, value: &str| std::fs::read_to_string(p.join(name)).is_ok_and(|t| t.trim() == value);
            is("bInterfaceClass", "ff") && is("bInterfaceSubClass", "42") && is("bInterfaceProtocol", "01")
        },
    )
}

/// The PCI address of the controller: the last one in the device's real path.
fn controller(dir: &Path) -> Option<String> {
    let real = std::fs::canonicalize(dir).ok()?;
    let parts: Vec<String> = real.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let usb = parts.iter().position(|part| part.starts_with("usb"))?;
    usb.checked_sub(1).and_then(|at| parts.get(at).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_its_last_number() {
        assert_eq!(parse_version("Android Debug Bridge version 1.0.41\nVersion 29.0.6-debian\n"), Some(41));
        assert_eq!(parse_version("something else"), None);
    }

    #[test]
    fn phones_are_read_from_the_kernels_folders() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("{text}\n")).unwrap();
        };
        write("1-4/idVendor", "2717");
        write("1-4/product", "Redmi Note 10");
        for (name, value) in [("bInterfaceClass", "ff"), ("bInterfaceSubClass", "42"), ("bInterfaceProtocol", "01")] {
            write(&format!("1-4/1-4:1.0/{name}"), value);
        }
        write("1-5/idVendor", "2717");
        write("1-6/idVendor", "046d");
        let phones = usb_phones(dir.path()).unwrap();
        assert_eq!(
            phones.iter().map(|p| (p.path.as_str(), p.has_adb)).collect::<Vec<_>>(),
            [("1-4", true), ("1-5", false)]
        );
        assert_eq!(phones[0].name, "Redmi Note 10");
        assert_eq!(usb_phones(&dir.path().join("none")), None);
    }
}
