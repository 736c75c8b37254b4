//! Texts of user interface resources in every language.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ui::TextSet;
use crate::ui::text::Pattern;

use super::ProfileError;
use super::raw::{At, RawLabel, RawLabels, SCHEMA};

/// One resource of an app: what it says in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where the texts are from.
    pub source: String,
    /// Android's language qualifier (`zh-rCN`) to the official texts of all generations, newest first.
    pub official: BTreeMap<String, Vec<String>>,
    /// The same for translations by a community and for guesses: they are used beside a structural match only.
    pub community: BTreeMap<String, Vec<String>>,
    official_set: Arc<TextSet>,
    all_set: Arc<TextSet>,
}

impl Label {
    /// The texts to match: the official ones, or with `community` all.
    #[must_use]
    pub fn set(&self, community: bool) -> &Arc<TextSet> {
        if community { &self.all_set } else { &self.official_set }
    }
}

/// All labels by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    labels: BTreeMap<String, Label>,
}

impl Labels {
    /// Reads a label file.
    ///
    /// # Errors
    /// Where it is not TOML of the right form, or a text would fit anything.
    pub fn parse(file: &str, text: &str) -> Result<Self, ProfileError> {
        let raw: RawLabels = toml::from_str(text).map_err(|e| ProfileError::toml(file, text, &e))?;
        if *raw.schema.get() != SCHEMA {
            return Err(ProfileError::at(file, text, raw.schema.span(), format!("schema must be {SCHEMA}")));
        }
        let mut labels = BTreeMap::new();
        for (name, label) in raw.label {
            let label = read(&name, label).map_err(|(span, message)| ProfileError::at(file, text, span, message))?;
            labels.insert(name, label);
        }
        Ok(Self { labels })
    }

    /// One label.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Label> {
        self.labels.get(name)
    }

    /// Every name with its label.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Label)> {
        self.labels.iter().map(|(name, label)| (name.as_str(), label))
    }
}

fn read(name: &str, raw: RawLabel) -> Result<Label, (std::ops::Range<usize>, String)> {
    let plain = |texts: BTreeMap<String, At<Vec<String>>>| {
        let mut by_language = BTreeMap::new();
        for (language, texts) in texts {
            if let Some(bad) = texts.get().iter().find(|t| Pattern::new(t).is_none()) {
                return Err((texts.span(), format!("the text {bad:?} of `{name}` would fit anything")));
            }
            by_language.insert(language, texts.get().clone());
        }
        Ok(by_language)
    };
    let (official, community) = (plain(raw.text)?, plain(raw.community)?);
    let texts = |map: &BTreeMap<String, Vec<String>>| map.values().flatten().cloned().collect::<Vec<_>>();
    let official_set = Arc::new(TextSet::new(name, texts(&official)));
    let all_set = Arc::new(TextSet::new(name, texts(&official).into_iter().chain(texts(&community))));
    Ok(Label { source: raw.source, official, community, official_set, all_set })
}
