//! The texts of the simulated phones' pages: a copy of their own, so that a slip in the profiles' labels shows.
//!
//! Where a text changed between generations, each phone shows the one of its own. A language without an official text of
//! a page shows the fan translation, or else English, as Android does with an untranslated text.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::spec::Generation;

/// One text resource in all languages.
#[derive(Deserialize)]
struct Label {
    /// The first generation that shows the newer text.
    since: String,
    /// Language → newest text, then the older one where they differ.
    official: BTreeMap<String, Vec<String>>,
    /// The same, from fan translations only.
    community: BTreeMap<String, Vec<String>>,
}

fn labels() -> &'static BTreeMap<String, Label> {
    static LABELS: OnceLock<BTreeMap<String, Label>> = OnceLock::new();
    // The file is compiled in and a test reads it, so the default never shows.
    LABELS.get_or_init(|| serde_json::from_str(include_str!("labels.json")).unwrap_or_default())
}

/// The text of a resource in a language (Android's resource form: `en`, `zh-rCN`) as this generation shows it.
/// A resource that is not known gives its own name, so that it is seen.
#[must_use]
pub fn text(resource: &str, language: &str, generation: Generation) -> String {
    let Some(label) = labels().get(resource) else {
        return resource.to_owned();
    };
    let older = Generation::from_name(&label.since).is_some_and(|since| generation < since);
    let texts = find(&label.official, language).or_else(|| find(&label.community, language));
    let texts = texts.or_else(|| label.official.get("en"));
    let Some(texts) = texts else {
        return resource.to_owned();
    };
    let chosen = if older { texts.last() } else { texts.first() };
    chosen.cloned().unwrap_or_default()
}

/// Whether the language's text of a resource is known from fan translations only.
#[must_use]
pub fn is_community(resource: &str, language: &str) -> bool {
    labels()
        .get(resource)
        .is_some_and(|label| find(&label.official, language).is_none() && find(&label.community, language).is_some())
}

/// Whether a resource is known in this language at all (official or not).
#[must_use]
pub fn is_known(resource: &str, language: &str) -> bool {
    labels()
        .get(resource)
        .is_some_and(|label| find(&label.official, language).or_else(|| find(&label.community, language)).is_some())
}

/// Every language that has official texts of the account app, in Android's resource form.
#[must_use]
pub fn languages() -> Vec<&'static str> {
    labels().get("logout_account").map(|l| l.official.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// Exact language first, then the language without its region (`en-rGB` → `en`).
fn find<'a>(texts: &'a BTreeMap<String, Vec<String>>, language: &str) -> Option<&'a Vec<String>> {
    let base = language.split('-').next().unwrap_or(language);
    texts.get(language).or_else(|| texts.get(base)).filter(|t| !t.is_empty())
}

/// Whether the language is written from right to left.
#[must_use]
pub fn is_rtl(language: &str) -> bool {
    ["ar", "fa", "iw", "ug", "ur"].contains(&language.split('-').next().unwrap_or(language))
}

/// The language as the phone's locale property says it: `zh-rCN` → `zh-CN`, `hi` → `hi-IN`.
#[must_use]
pub fn locale(language: &str) -> String {
    if let Some((base, region)) = language.split_once("-r") {
        return format!("{base}-{region}");
    }
    let region = match language {
        "ar" => "EG",
        "be" => "BY",
        "bs" => "BA",
        "ca" => "ES",
        "cs" => "CZ",
        "da" => "DK",
        "el" => "GR",
        "en" => "US",
        "hi" => "IN",
        "in" => "ID",
        "ja" => "JP",
        "ko" => "KR",
        "nb" => "NO",
        "sl" => "SI",
        "sr" => "RS",
        "sv" => "SE",
        "sw" => "TZ",
        "tl" => "PH",
        "uk" => "UA",
        "vi" => "VN",
        other => return format!("{other}-{}", other.to_uppercase()),
    };
    format!("{language}-{region}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_follows_its_generation() {
        for (resource, generation, expected) in [
            ("app_name", Generation::Miui125, "Mi Account"),
            ("app_name", Generation::Miui13, "Xiaomi Account"),
            ("unlogin_account_title", Generation::Miui14, "Sign in to Mi Account"),
            ("unlogin_account_title", Generation::HyperOs1, "Sign in to Xiaomi Account"),
            ("micloud_wipe_data_confirm_label", Generation::Miui10, "Remove data from Mi Cloud"),
            ("micloud_wipe_data_confirm_label", Generation::Miui11, "Delete synced items from this device?"),
            ("delete_bank_card_title", Generation::Miui9, "Deleting your bank card"),
            ("logout_account", Generation::HyperOs3, "Sign out"),
        ] {
            assert_eq!(text(resource, "en", generation), expected, "{resource} {generation:?}");
        }
        assert_eq!(text("app_name", "zh-rCN", Generation::Miui10), "小米帐号");
        assert_eq!(text("app_name", "zh-rCN", Generation::HyperOs2), "小米账号");
    }

    #[test]
    fn languages_fall_back_to_fans_and_then_to_english() {
        assert_eq!(text("unlogin_account_title", "cs", Generation::HyperOs1), "Přihlásit se do Xiaomi účtu");
        assert!(is_community("unlogin_account_title", "cs"));
        assert_eq!(text("unlogin_account_title", "sw", Generation::Miui14), "Sign in to Mi Account");
        assert!(!is_known("unlogin_account_title", "sw"));
        // The official texts of real ROMs come first.
        assert_eq!(text("micloud_wipe_data_retain", "hi", Generation::Miui14), "बनाए रखें");
        assert!(is_known("micloud_wipe_data_retain", "hi") && !is_community("micloud_wipe_data_retain", "ru"));
        assert!(languages().len() >= 80);
        assert_eq!(text("logout_account", "en-rZA", Generation::Miui14), "Sign out");
    }

    #[test]
    fn locales_and_directions() {
        assert_eq!(locale("zh-rCN"), "zh-CN");
        assert_eq!(locale("ru"), "ru-RU");
        assert!(is_rtl("iw-rIL") && is_rtl("ar") && !is_rtl("en"));
    }
}
