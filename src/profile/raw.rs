//! The format as a file has it, before names are resolved. No `untagged`, no `flatten`: they cost the place of an error.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// The only version of the format there is.
pub const SCHEMA: u32 = 1;

/// The longest file of a profile or of labels that is read.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A value and where it stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct At<T>(Spanned<T>);

impl<T> At<T> {
    pub(super) fn span(&self) -> Range<usize> {
        self.0.span()
    }
    pub(super) fn get(&self) -> &T {
        self.0.get_ref()
    }
}

impl<T: PartialEq> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}
impl<T: Eq> Eq for At<T> {}
impl<T: Ord> PartialOrd for At<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T: Ord> Ord for At<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.get().cmp(other.get())
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for At<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
    fn inline_schema() -> bool {
        T::inline_schema()
    }
}

/// One text, or several of which any will do.
#[derive(Clone, Debug, Default)]
pub(super) struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = OneOrMany;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }
            fn visit_str<E>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                Ok(OneOrMany(texts))
            }
        }
        deserializer.deserialize_any(Texts)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for OneOrMany {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOrMany".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "one text, or several of which any will do",
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
        })
    }
}

/// A device profile of mi-signout.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawProfile {
    /// Version of the format: 1.
    pub schema: At<u32>,
    /// Name of the family.
    pub name: At<String>,
    /// What the family is, in a sentence.
    #[serde(default)]
    pub about: String,
    /// A profile whose screens, reactions and entries this one takes over; what has the same name here replaces it.
    pub base: Option<At<String>>,
    /// No phone is of this family: it is only there to be the base of others, and needs neither `match` nor ways in.
    #[serde(default, rename = "abstract")]
    pub is_abstract: bool,
    /// Screens of the base that this family does not have.
    #[serde(default)]
    pub without: Vec<At<String>>,
    /// Property to accepted values (`*`, `?`). All keys must hold; the profile with most keys wins. With no key at all: any MIUI
    /// or HyperOS phone that no other profile claims.
    #[serde(rename = "match")]
    pub matches: Option<BTreeMap<String, At<OneOrMany>>>,
    /// The ways to the account page.
    pub entry: Option<RawEntry>,
    /// Dialogs that may come at any time, by name.
    #[serde(default)]
    pub popup: BTreeMap<At<String>, RawPopup>,
    /// The screens.
    #[serde(default)]
    pub screen: Vec<RawScreen>,
    /// What to do on them, by flow.
    #[serde(default)]
    pub flow: BTreeMap<At<String>, RawFlow>,
}

/// Ways in, tried in order.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawEntry {
    /// Each an intent action, a component, or a flow of this profile.
    pub open: Vec<At<RawOpen>>,
}

/// Something to open: one of action, component, flow.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawOpen {
    /// Intent action.
    pub action: Option<String>,
    /// Package that the action must resolve in.
    pub package: Option<String>,
    /// `package/.Activity`.
    pub component: Option<String>,
    /// A flow of this profile.
    pub flow: Option<At<String>>,
}

/// How to know a screen: everything has to hold.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawScreen {
    /// Its name.
    pub name: At<String>,
    /// What it is, in words for the progress line.
    pub title: String,
    /// `package/.Activity` in front, with `*` and `?`.
    pub focus: Option<OneOrMany>,
    /// None of these is in front, with `*` and `?`.
    #[serde(rename = "not-focus")]
    pub not_focus: Option<OneOrMany>,
    /// `present` or `absent`.
    pub account: Option<At<String>>,
    /// Each of these is on the screen.
    #[serde(default)]
    pub all: Vec<At<RawSelector>>,
    /// None of these is.
    #[serde(default)]
    pub none: Vec<At<RawSelector>>,
    /// `seen in source: …`, `reported: …`, `recorded: …` or `guess: …`.
    pub evidence: At<String>,
    /// What the screen says about a password that was submitted before: `accepted` or `rejected`.
    pub verdict: Option<At<String>>,
}

/// A dialog that may come at any time: how to know it, what to do, how often at most.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawPopup {
    /// What it is, in words for the progress line.
    pub title: String,
    /// `package/.Activity` in front, with `*` and `?`.
    pub focus: Option<OneOrMany>,
    /// Each of these is on the screen.
    #[serde(default)]
    pub all: Vec<At<RawSelector>>,
    /// None of these is.
    #[serde(default)]
    pub none: Vec<At<RawSelector>>,
    /// `seen in source: …`, `reported: …`, `recorded: …` or `guess: …`.
    pub evidence: At<String>,
    /// How to make it go.
    #[serde(default, rename = "do")]
    pub steps: Vec<At<RawAction>>,
    /// Wait until it goes by itself, instead of `do`.
    pub wait: Option<RawWait>,
    /// How often at most in one run; only with `do`.
    pub max: Option<At<u32>>,
}

/// What to do on each screen.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawFlow {
    /// By screen.
    pub on: BTreeMap<At<String>, At<RawReaction>>,
}

/// What to do on a screen: do, wait or end; or by an option of the run.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawReaction {
    /// Actions in order.
    #[serde(rename = "do")]
    pub steps: Option<Vec<At<RawAction>>>,
    /// Whether they change something on the phone or its account: then they are done once per visit at most.
    #[serde(default)]
    pub mutates: bool,
    /// Wait for another screen.
    pub wait: Option<RawWait>,
    /// End with this outcome.
    pub end: Option<At<String>>,
    /// Why, with `end`.
    pub reason: Option<At<String>>,
    /// With `end`, for a page that may still be loading: end only once it has content and two looks in a row saw the same, or
    /// after this time.
    pub settle: Option<RawWait>,
    /// What to do and where to tap, with `end`.
    pub hint: Option<String>,
    /// Actions by option and value (`option.data.keep = [..]`); what stands beside it is for the values that are not named.
    #[serde(default)]
    pub option: BTreeMap<At<String>, ByValue>,
}

/// Actions by the value of an option.
pub(super) type ByValue = BTreeMap<At<String>, Vec<At<RawAction>>>;

/// How long.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawWait {
    /// Seconds, 1 to 600.
    pub max: At<u32>,
}

/// One action: exactly one of tap, type, submit, key, open, words.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawAction {
    /// Tap this; with `submit` the button that submits.
    pub tap: Option<At<RawSelector>>,
    /// `down` or `up`: scroll until it is there, at most `max` times.
    pub scroll: Option<At<String>>,
    /// How often to scroll, 1 to 50.
    pub max: Option<At<u32>>,
    /// `password`: type it `into` a field.
    #[serde(rename = "type")]
    pub typed: Option<At<String>>,
    /// The field.
    pub into: Option<At<RawSelector>>,
    /// `password`: submit it by tapping `tap`.
    pub submit: Option<At<String>>,
    /// `back`, `home`, `enter`.
    pub key: Option<At<String>>,
    /// Open a page.
    pub open: Option<At<RawOpen>>,
    /// Type plain words, no secret, `into` a field.
    pub words: Option<At<RawWords>>,
}

/// Plain words: one of label, text.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawWords {
    /// A label, in the phone's language.
    pub label: Option<At<String>>,
    /// The words themselves.
    pub text: Option<String>,
    /// With `label`: the texts of older generations first.
    #[serde(default)]
    pub oldest: bool,
}

/// A node to look for: everything that is set has to hold.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawSelector {
    /// resource-id, with `*` and `?`.
    pub id: Option<String>,
    /// A label of labels.toml: text or content-desc in any language.
    pub label: Option<At<String>>,
    /// Take community translations and guesses of the label too; only beside an id or a package.
    #[serde(default)]
    pub community: bool,
    /// Text or content-desc itself.
    pub text: Option<At<OneOrMany>>,
    /// class, with `*` and `?`.
    pub class: Option<String>,
    /// package, with `*` and `?`.
    pub package: Option<String>,
    /// password.
    pub password: Option<bool>,
    /// clickable.
    pub clickable: Option<bool>,
    /// enabled.
    pub enabled: Option<bool>,
    /// focused.
    pub focused: Option<bool>,
    /// checkable.
    pub checkable: Option<bool>,
    /// checked.
    pub checked: Option<bool>,
    /// selected.
    pub selected: Option<bool>,
    /// scrollable.
    pub scrollable: Option<bool>,
    /// Whether something was typed into it: its text is not empty and is not its hint.
    pub filled: Option<bool>,
    /// At least one of these fits the same node.
    #[serde(default)]
    pub any: Vec<At<RawSelector>>,
    /// A node around it fits.
    pub inside: Option<Box<At<RawSelector>>>,
    /// A node within it fits.
    pub has: Option<Box<At<RawSelector>>>,
    /// It is the first of its kind after a node that fits.
    pub after: Option<Box<At<RawSelector>>>,
    /// Exactly this many nodes fit.
    pub count: Option<usize>,
}

/// `labels.toml`: texts of user interface resources by language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLabels {
    pub schema: At<u32>,
    pub label: BTreeMap<String, RawLabel>,
}

/// One resource.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLabel {
    /// Where the texts are from.
    pub source: String,
    /// Official texts of all generations, by Android's language qualifier.
    #[serde(default)]
    pub text: BTreeMap<String, At<Vec<String>>>,
    /// Translations by a community, and guesses: to be used beside a structural match only.
    #[serde(default)]
    pub community: BTreeMap<String, At<Vec<String>>>,
}
