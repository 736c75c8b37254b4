//! What a phone is called, and what runs on it, from its properties.

use std::collections::BTreeMap;

use crate::model::short_name;

/// A phone's names for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Market name, else model.
    pub model: Option<String>,
    /// `MIUI 14.0.9`, `HyperOS 2.0.214.0`; `Android 13` where neither runs.
    pub software: Option<String>,
    /// `ro.serialno`: the hardware's own serial, for memory across plug-ins.
    pub hardware_serial: Option<String>,
}

/// Reads the names out of `getprop`.
#[must_use]
pub fn identify(props: &BTreeMap<String, String>) -> Identity {
    let prop = |key: &str| props.get(key).map(|v| short_name(v, LONGEST)).filter(|v| !v.is_empty());
    let model = prop("ro.product.marketname").or_else(|| prop("ro.product.model"));
    let software = hyperos(&prop)
        .or_else(|| miui(&prop))
        .or_else(|| prop("ro.build.version.release").map(|release| format!("Android {release}")));
    Identity { model, software, hardware_serial: prop("ro.serialno") }
}

/// The first Android (its API level) that tells a screen reader, and so a dump, how many characters stand in a password field.
const SHOWS_PASSWORD_LENGTH: u32 = 26;

/// Whether a dump may show an empty password field whatever was typed into it, as Android 6 and 7 do unless they speak passwords
/// (Android's own text view).
#[must_use]
pub fn hides_passwords(props: &BTreeMap<String, String>) -> bool {
    let level = props.get("ro.build.version.sdk").and_then(|level| level.trim().parse::<u32>().ok());
    level.is_some_and(|level| level < SHOWS_PASSWORD_LENGTH)
}

/// Whether the phone's Android has `cmd window dump-visible-window-views`: 11 and later.
#[must_use]
pub fn has_cheap_look(props: &BTreeMap<String, String>) -> bool {
    let level = props.get("ro.build.version.sdk").and_then(|level| level.trim().parse::<u32>().ok());
    level.is_some_and(|level| level >= HAS_VIEWS)
}

/// The API level of Android 11.
const HAS_VIEWS: u32 = 30;

/// Characters of a property that is printed.
const LONGEST: usize = 80;

fn hyperos(prop: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let name = prop("ro.mi.os.version.name")?;
    let full = prop("ro.mi.os.version.incremental");
    let version = full.as_deref().and_then(|v| numbers(v.strip_prefix("OS")?)).unwrap_or_else(|| {
        let short = name.strip_prefix("OS").unwrap_or(&name);
        short.strip_suffix(".0").unwrap_or(short).to_owned()
    });
    Some(format!("HyperOS {version}"))
}

fn miui(prop: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let name = prop("ro.miui.ui.version.name")?;
    let digits = name.strip_prefix('V').unwrap_or(&name);
    // V9, V10 .. V12 count whole; V125, V130, V140 count tenths; every HyperOS says V816.
    let major = match digits.len() {
        3 => {
            let (whole, tenth) = digits.split_at(2);
            if tenth == "0" { whole.to_owned() } else { format!("{whole}.{tenth}") }
        }
        _ => digits.to_owned(),
    };
    let incremental = prop("ro.build.version.incremental");
    match incremental.as_deref().and_then(|v| numbers(v.strip_prefix('V')?)) {
        Some(full) => Some(format!("MIUI {}", full.strip_suffix(".0").unwrap_or(&full))),
        None => Some(match incremental {
            Some(build) => format!("MIUI {major} ({build})"),
            None => format!("MIUI {major}"),
        }),
    }
}

/// `14.0.9.0.SKGMIXM` → `14.0.9.0`.
fn numbers(version: &str) -> Option<String> {
    let parts: Vec<&str> =
        version.split('.').take_while(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())).collect();
    (parts.len() >= 2).then(|| parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn software(pairs: &[(&str, &str)]) -> String {
        let props = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        identify(&props).software.unwrap_or_default()
    }

    #[test]
    fn only_an_android_that_is_known_to_be_old_hides_passwords() {
        let hides = |level: &str| hides_passwords(&[("ro.build.version.sdk".to_owned(), level.to_owned())].into());
        assert_eq!(["23", "25", "26", "34", "", "x"].map(hides), [true, true, false, false, false, false]);
        assert!(!hides_passwords(&BTreeMap::new()));
    }

    #[test]
    fn software_reads_as_people_say_it() {
        let name = "ro.miui.ui.version.name";
        let build = "ro.build.version.incremental";
        assert_eq!(software(&[(name, "V140"), (build, "V14.0.9.0.SKGMIXM")]), "MIUI 14.0.9");
        assert_eq!(software(&[(name, "V125"), (build, "V12.5.3.0.QFGCNXM")]), "MIUI 12.5.3");
        assert_eq!(software(&[(name, "V10"), (build, "9.3.28")]), "MIUI 10 (9.3.28)");
        assert_eq!(software(&[(name, "V125")]), "MIUI 12.5");
        let os = [("ro.mi.os.version.name", "OS2.0"), ("ro.mi.os.version.incremental", "OS2.0.214.0.VOCCNXM")];
        assert_eq!(software(&os), "HyperOS 2.0.214.0");
        assert_eq!(software(&os[..1]), "HyperOS 2");
        assert_eq!(software(&[("ro.build.version.release", "13")]), "Android 13");
    }

    #[test]
    fn a_hostile_model_name_is_cleaned() {
        let props = [("ro.product.model".to_owned(), "\u{1b}[2JMi\u{202e} 6\u{7}".to_owned())].into();
        assert_eq!(identify(&props).model.unwrap(), "[2JMi 6");
    }
}
