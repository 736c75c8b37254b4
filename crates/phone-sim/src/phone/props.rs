//! The properties that `getprop` prints, in the form of real phones.

use std::collections::BTreeMap;

use crate::labels;
use crate::spec::{Gate, Generation, PhoneSpec};

/// The phone's properties, apart from those that change while it runs.
pub(super) fn of(spec: &PhoneSpec) -> BTreeMap<String, String> {
    let mut props = BTreeMap::new();
    let mut put = |key: &str, value: &str| {
        props.insert(key.to_owned(), value.to_owned());
    };
    let id = build_id(spec.sdk);
    let flavor = format!("{}-user", spec.product);
    let description = format!("{flavor} {} {id} {} release-keys", spec.android, spec.incremental);
    let fingerprint = format!(
        "{}/{}/{}:{}/{id}/{}:user/release-keys",
        spec.brand, spec.product, spec.device, spec.android, spec.incremental
    );
    for (key, value) in [
        ("gsm.sim.state", "ABSENT"),
        ("init.svc.adbd", "running"),
        ("persist.sys.timezone", "Asia/Shanghai"),
        ("persist.sys.usb.config", "adb"),
        ("ro.boot.serialno", &spec.serial),
        ("ro.build.characteristics", "nosdcard"),
        ("ro.build.description", &description),
        ("ro.build.display.id", id),
        ("ro.build.fingerprint", &fingerprint),
        ("ro.build.flavor", &flavor),
        ("ro.build.id", id),
        ("ro.build.product", &spec.device),
        ("ro.build.tags", "release-keys"),
        ("ro.build.type", "user"),
        ("ro.build.version.codename", "REL"),
        ("ro.build.version.incremental", &spec.incremental),
        ("ro.build.version.release", &spec.android),
        ("ro.build.version.sdk", &spec.sdk.to_string()),
        ("ro.debuggable", "0"),
        ("ro.product.board", &spec.device),
        ("ro.product.brand", &spec.brand),
        ("ro.product.cpu.abi", "arm64-v8a"),
        ("ro.product.device", &spec.device),
        ("ro.product.manufacturer", &spec.manufacturer),
        ("ro.product.model", &spec.model),
        ("ro.product.name", &spec.product),
        ("ro.secure", "1"),
        ("ro.serialno", &spec.serial),
        ("persist.sys.locale", &labels::locale(&spec.language)),
        ("ro.product.locale", &labels::locale(&spec.language)),
        ("sys.usb.config", "adb"),
        ("sys.usb.state", "adb"),
    ] {
        put(key, value);
    }
    for (key, value) in [("ro.product.marketname", &spec.market_name), ("ro.product.mod_device", &spec.mod_device)] {
        if !value.is_empty() {
            put(key, value);
        }
    }
    xiaomi(spec, &mut put);
    props
}

/// The properties of MIUI and HyperOS.
fn xiaomi(spec: &PhoneSpec, put: &mut impl FnMut(&str, &str)) {
    let (name, code) = match spec.generation {
        Generation::Miui9 => ("V9", "7"),
        Generation::Miui10 => ("V10", "8"),
        Generation::Miui11 => ("V11", "9"),
        Generation::Miui12 => ("V12", "10"),
        Generation::Miui125 => ("V125", "11"),
        Generation::Miui13 => ("V130", "13"),
        Generation::Miui14 => ("V140", "14"),
        Generation::HyperOs1 | Generation::HyperOs2 | Generation::HyperOs3 | Generation::HyperOs4 => ("V816", "816"),
        Generation::Plain => return,
    };
    put("ro.miui.ui.version.name", name);
    put("ro.miui.ui.version.code", code);
    put("ro.miui.has_real_blur", "1");
    put("ro.miui.cust_variant", &spec.region.to_lowercase());
    if !spec.region.is_empty() {
        put("ro.miui.region", &spec.region);
    }
    let os = match spec.generation {
        Generation::HyperOs1 => "1",
        Generation::HyperOs2 => "2",
        Generation::HyperOs3 => "3",
        Generation::HyperOs4 => "4",
        _ => return,
    };
    put("ro.mi.os.version.name", &format!("OS{os}.0"));
    put("ro.mi.os.version.code", os);
    // On HyperOS 1 the build still counts as V816.
    put("ro.mi.os.version.incremental", &spec.incremental.replacen("V816.", "OS1.", 1));
}

/// The value of `persist.security.adbinput`; absent is "never turned on".
pub(super) fn gate(gate: Gate, says_true: bool) -> &'static str {
    match gate {
        // The framework reads it as a boolean.
        Gate::Open if says_true => "true",
        Gate::Open => "1",
        Gate::Refused | Gate::Silent => "0",
    }
}

fn build_id(sdk: u32) -> &'static str {
    match sdk {
        ..=23 => "MMB29M",
        24..=25 => "N2G47H",
        26..=27 => "OPM1.171019.011",
        28..=29 => "QKQ1.190910.002",
        30..=32 => "SKQ1.210908.001",
        33 => "TKQ1.220829.002",
        34 => "UKQ1.230804.001",
        _ => "AQ3A.240912.001",
    }
}
