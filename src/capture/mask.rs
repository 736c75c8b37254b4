//! Masking of single texts: which may stay as they are, and what the others become.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::ACCOUNT_APP_VERSION;
use crate::profile::{Action, Catalog, DeviceProfile, Reaction};
use crate::ui::{Selector, TextSet, text::normalise};

/// Words in the key of a property whose value tells one phone or person from another.
const TELLING: &[&str] = &[
    "serial", "imei", "meid", "esn", "mac", "addr", "iccid", "imsi", "msisdn", "number", "hostname", "account", "mail",
];
/// As [`TELLING`], where the word is too short or common to look for within others.
const TELLING_ENDS: &[&str] = &["device_name", "_id", ".id", "user", "name.user", "uuid", "deviceid", "oaid"];
/// Properties that are the same for all phones of a model and a build. `*` ends a key at any depth.
const HARMLESS: &[&str] = &[
    "ro.product.*",
    "ro.build.version.*",
    "ro.build.type",
    "ro.build.tags",
    "ro.build.characteristics",
    "ro.miui.*",
    "ro.mi.*",
    "ro.sf.lcd_density",
    "ro.debuggable",
    "ro.secure",
    "persist.sys.locale",
    "persist.security.adbinput",
    "sys.boot_completed",
    ACCOUNT_APP_VERSION,
];

/// What a masked text looked like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It held an at sign, as e-mail addresses do.
    Email,
    /// It held a run of digits: an account id, a phone number, an IMEI.
    Number,
    /// It held one of the phone's own identifiers, for example its serial.
    Identifier,
    /// Anything else that no profile knows: maybe a name.
    Text,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Email, Self::Number, Self::Identifier, Self::Text];

    /// In words, in the plural.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "e-mail addresses",
            Self::Number => "numbers",
            Self::Identifier => "identifiers of the phone",
            Self::Text => "names or other unknown texts",
        }
    }
}

/// A text without its content: the same number of characters, each replaced by one of its kind. White space and plain
/// punctuation stay.
#[must_use]
pub fn mask(text: &str) -> String {
    text.chars().map(stand_in).collect()
}

fn stand_in(c: char) -> char {
    match c {
        _ if c.is_whitespace() || c.is_ascii_punctuation() => c,
        _ if c.is_numeric() => '0',
        '…' | '•' | '·' | '“' | '”' | '‘' | '’' | '—' | '–' | '，' | '。' | '：' | '？' | '！' | '、' => {
            c
        }
        '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}' => 'ω',
        '\u{0400}'..='\u{052F}' => 'ж',
        '\u{0590}'..='\u{05FF}' => 'א',
        '\u{0600}'..='\u{08FF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' => 'س',
        '\u{0900}'..='\u{0DFF}' => 'क',
        '\u{0E00}'..='\u{0EFF}' => 'ก',
        '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7AF}' => '가',
        '\u{3040}'..='\u{30FF}' => 'の',
        '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => '某',
        _ if c.is_uppercase() => 'X',
        _ if c.is_alphabetic() => 'x',
        _ => '*',
    }
}

/// Whether a text has this many digits in a row.
fn has_digits(text: &str, at_least: usize) -> bool {
    text.split(|c: char| !c.is_numeric()).any(|run| run.chars().count() >= at_least)
}

/// What identifies this very phone and its owner, as far as it is known: never to be written anywhere.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identifiers(Vec<String>);

impl Identifiers {
    /// From the phone's properties, and from other values: its serial, its account.
    #[must_use]
    pub fn of(props: &BTreeMap<String, String>, others: &[&str]) -> Self {
        let telling = props.iter().filter(|(key, _)| tells(key)).map(|(_, value)| value.as_str());
        // Short values are `0`, `true`, `wlan0`: they would be found everywhere.
        let long = |value: &&str| value.chars().count() >= 6 && value.chars().any(char::is_numeric);
        let others = others.iter().copied().filter(|v| v.chars().count() >= 4);
        Self(telling.filter(long).chain(others).map(str::to_lowercase).collect())
    }

    /// Whether a text contains one of them.
    #[must_use]
    pub fn in_text(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        self.0.iter().any(|value| lower.contains(value))
    }
}

fn tells(key: &str) -> bool {
    // An app's version is the same on all phones that have it, whatever its key is called.
    if key == ACCOUNT_APP_VERSION {
        return false;
    }
    let key = key.to_lowercase();
    TELLING.iter().any(|word| key.contains(word)) || TELLING_ENDS.iter().any(|end| key.ends_with(end))
}

/// The properties that may leave the phone: those of its model and build, and those by which a profile chooses.
#[must_use]
pub(crate) fn harmless(
    props: &BTreeMap<String, String>,
    catalog: &Catalog,
    identifiers: &Identifiers,
) -> BTreeMap<String, String> {
    let listed = |key: &str| {
        HARMLESS.iter().any(|one| one.strip_suffix('*').map_or(*one == key, |start| key.starts_with(start)))
            || catalog.profiles().any(|p| p.matches.contains_key(key))
    };
    let plain = |value: &str| {
        !identifiers.in_text(value)
            && !value.contains('@')
            && !value.contains(char::is_control)
            && !has_digits(value, 9)
    };
    let stays = |(key, value): &(&String, &String)| listed(key) && !tells(key) && plain(value);
    props.iter().filter(stays).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// The texts that may stay as they are: labels of apps, words of profiles, and what a person has named.
pub struct Known {
    sets: Vec<Arc<TextSet>>,
    /// Labels with a gap (`%s`), each as the texts around its gaps.
    gapped: Vec<Vec<String>>,
    identifiers: Identifiers,
    /// The hints of password fields.
    password_hints: Vec<Arc<TextSet>>,
}

/// The labels that hint at what a password field wants.
const PASSWORD_HINTS: [&str; 1] = ["passport_input_password_hint"];

impl Known {
    /// All labels, the words of all profiles, and `keep`.
    #[must_use]
    pub fn of(catalog: &Catalog, keep: &[String], identifiers: Identifiers) -> Self {
        let mut sets = vec![Arc::new(TextSet::new("kept", keep))];
        let mut gapped = Vec::new();
        for (_, label) in catalog.labels().iter() {
            sets.push(Arc::clone(label.set(true)));
            let texts = label.official.values().chain(label.community.values()).flatten();
            gapped.extend(texts.map(|t| around_gaps(t)).filter(|parts| parts.len() > 1));
        }
        gapped.sort_by_key(|parts: &Vec<String>| std::cmp::Reverse(parts.iter().map(String::len).sum::<usize>()));
        for profile in catalog.profiles() {
            for selector in selectors(profile) {
                collect(selector, &mut sets);
            }
        }
        let hints = PASSWORD_HINTS.iter().filter_map(|name| catalog.labels().get(name));
        let password_hints = hints.map(|label| Arc::clone(label.set(true))).collect();
        Self { sets, gapped, identifiers, password_hints }
    }

    /// Whether a text is the hint of a password field.
    pub(super) fn asks_password(&self, text: &str) -> bool {
        let plain = normalise(text);
        !plain.is_empty() && self.password_hints.iter().any(|set| set.fits_exactly(&plain))
    }

    /// Whether a text is known, or none at all.
    pub(super) fn stays(&self, text: &str) -> bool {
        if text.chars().all(char::is_whitespace) {
            return true;
        }
        let plain = normalise(text);
        !self.identifiers.in_text(text) && self.sets.iter().any(|set| set.fits_exactly(&plain))
    }

    /// What a text becomes and what it looked like; `None` where it may stay.
    #[must_use]
    pub fn masked(&self, text: &str) -> Option<(String, Kind)> {
        let telling = self.identifiers.in_text(text);
        if self.stays(text) {
            return None;
        }
        let kind = match text {
            _ if text.contains('@') => Kind::Email,
            _ if telling => Kind::Identifier,
            _ if has_digits(text, 5) => Kind::Number,
            _ => Kind::Text,
        };
        let filled = self.gapped.iter().find_map(|parts| fill(parts, text));
        let masked = filled.filter(|t| !self.identifiers.in_text(t)).unwrap_or_else(|| mask(text));
        // Punctuation alone, or a name that is nothing but x.
        (masked != text).then_some((masked, kind))
    }

    /// An id, class or package name: its digits are masked where they could identify a person, and all of it where it has more.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        if name.contains('@') || self.identifiers.in_text(name) {
            return mask(name);
        }
        if !has_digits(name, 5) {
            return name.to_owned();
        }
        name.chars().map(|c| if c.is_numeric() { '0' } else { c }).collect()
    }

    /// Whether a text still contains an identifier of the phone.
    #[must_use]
    pub fn leaks(&self, text: &str) -> bool {
        self.identifiers.in_text(text)
    }
}

/// The texts around the gaps of a label: `%s`, `%d`, `%1$s`.
fn around_gaps(label: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut rest = label;
    while let Some((before, after)) = rest.split_once('%') {
        part.push_str(before);
        let spec = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '$');
        rest = if let Some(behind) = spec.strip_prefix(['s', 'd']) {
            parts.push(std::mem::take(&mut part));
            behind
        } else {
            part.push('%');
            after
        };
    }
    part.push_str(rest);
    parts.push(part);
    parts
}

/// A label whose gaps are filled, with the fillings masked; `None` where the text is not this label.
fn fill(parts: &[String], text: &str) -> Option<String> {
    let (first, others) = parts.split_first()?;
    let (last, middle) = others.split_last()?;
    let mut rest = text.strip_prefix(first.as_str())?;
    let mut out = first.clone();
    for part in middle.iter().filter(|p| !p.is_empty()) {
        let at = rest.find(part.as_str()).filter(|at| *at > 0)?;
        out.push_str(&mask(&rest[..at]));
        out.push_str(part);
        rest = &rest[at + part.len()..];
    }
    let filling = rest.strip_suffix(last.as_str()).filter(|f| !f.is_empty())?;
    out.push_str(&mask(filling));
    out.push_str(last);
    Some(out)
}

/// Every selector of a profile, outermost only.
fn selectors(profile: &DeviceProfile) -> Vec<&Selector> {
    let conditions = profile.screens.iter().chain(&profile.popups).map(|s| &s.condition);
    let mut found: Vec<&Selector> = conditions.flat_map(|c| c.all.iter().chain(&c.none)).collect();
    let reactions = profile.flows.values().flat_map(|f| f.on.values());
    for reaction in reactions.flat_map(|r| r.by_option.iter().map(|(_, _, one)| one).chain(&r.otherwise)) {
        if let Reaction::Do { actions, .. } = reaction {
            found.extend(actions.iter().filter_map(Action::target));
        }
    }
    found
}

/// The texts of a selector and of those within it.
fn collect(selector: &Selector, sets: &mut Vec<Arc<TextSet>>) {
    if let Some(label) = &selector.label
        && !sets.iter().any(|known| Arc::ptr_eq(known, label))
    {
        sets.push(Arc::clone(label));
    }
    let within = [&selector.inside, &selector.has, &selector.after];
    for one in within.into_iter().flatten().map(AsRef::as_ref).chain(&selector.any) {
        collect(one, sets);
    }
}

#[cfg(test)]
#[path = "mask_tests.rs"]
mod tests;
