//! The words of the phone's own language.

use std::collections::BTreeMap;

use crate::profile::Labels;

/// The title of the input switch in English, for phones whose language has no official text.
const ENGLISH: &str = "USB debugging (Security settings)";

/// What the switch that lets adb tap and type is called on a phone with these properties.
#[must_use]
pub fn input_switch_name<'l>(labels: &'l Labels, props: &BTreeMap<String, String>) -> &'l str {
    let locale = locale(props);
    let texts = labels.get("usb_adb_input").map(|label| &label.official);
    let candidates = qualifiers(locale);
    let found = texts.and_then(|texts| candidates.iter().find_map(|language| texts.get(language)?.first()));
    found.map_or(ENGLISH, String::as_str)
}

/// The phone's language: what its owner chose, else what it came with.
#[must_use]
pub fn locale(props: &BTreeMap<String, String>) -> &str {
    let keys = ["persist.sys.locale", "ro.product.locale"];
    keys.iter().filter_map(|key| props.get(*key)).map(String::as_str).find(|v| !v.is_empty()).unwrap_or("en-US")
}

/// `zh-Hans-CN` → `zh-rCN`, `zh`; then English.
fn qualifiers(locale: &str) -> Vec<String> {
    let mut parts = locale.split(['-', '_']);
    let language = match parts.next().unwrap_or_default() {
        "he" => "iw",
        "id" => "in",
        "yi" => "ji",
        other => other,
    };
    let region = parts.find(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_uppercase()));
    let mut names: Vec<String> = region.map(|region| format!("{language}-r{region}")).into_iter().collect();
    names.extend([language.to_owned(), "en".to_owned()]);
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Catalog;

    fn name(locale: &str) -> String {
        let props = [("persist.sys.locale".to_owned(), locale.to_owned())].into();
        input_switch_name(Catalog::builtin().unwrap().labels(), &props).to_owned()
    }

    #[test]
    fn the_switch_has_its_name_in_the_phones_language() {
        assert_eq!(name("de-DE"), "USB-Debugging (Sicherheitseinstellungen)");
        assert_eq!(name("zh-Hans-CN"), name("zh-CN"));
        assert_ne!(name("zh-CN"), name("zh-TW"));
        assert_eq!(name("xx-YY"), ENGLISH);
        assert_eq!(name(""), ENGLISH);
    }
}
