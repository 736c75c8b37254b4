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
    // Normalise each text once, for its check and for both sets: three times took a third of the program's start in the tests.
    let plain = |texts: BTreeMap<String, At<Vec<String>>>| {
        let (mut by_language, mut patterns) = (BTreeMap::new(), Vec::new());
        for (language, texts) in texts {
            for text in texts.get() {
                let fits_anything = || (texts.span(), format!("the text {text:?} of `{name}` would fit anything"));
                patterns.push(Pattern::new(text).ok_or_else(fits_anything)?);
            }
            by_language.insert(language, texts.get().clone());
        }
        Ok((by_language, patterns))
    };
    let ((official, patterns), (community, others)) = (plain(raw.text)?, plain(raw.community)?);
    let official_set = Arc::new(TextSet::of(name, patterns.iter().cloned()));
    let all_set = if others.is_empty() {
        Arc::clone(&official_set)
    } else {
        Arc::new(TextSet::of(name, patterns.into_iter().chain(others)))
    };
    Ok(Label { source: raw.source, official, community, official_set, all_set })
}
