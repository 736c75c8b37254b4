//! All profiles of a run, and the choice among them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ui::Vocabulary;

use super::{DeviceProfile, Labels, ProfileError, builtin, load};

/// Properties that only MIUI and HyperOS have. An Android One phone of Xiaomi has none of them, and neither has a custom ROM.
const MIUI_PROPERTIES: &[&str] = &[
    "ro.miui.ui.version.name",
    "ro.miui.ui.version.code",
    "ro.mi.os.version.name",
    "ro.mi.os.version.code",
    "ro.mi.os.version.incremental",
];

/// Whether these properties are those of a MIUI or HyperOS phone, whoever made it.
fn is_miui(props: &BTreeMap<String, String>) -> bool {
    MIUI_PROPERTIES.iter().any(|key| props.get(*key).is_some_and(|v| !v.is_empty()))
}

/// The profiles that a run knows: the built-in ones, and those of the user.
#[derive(Clone, Debug)]
pub struct Catalog {
    labels: Labels,
    profiles: BTreeMap<String, DeviceProfile>,
    /// Names of those that the user added.
    added: Vec<String>,
}

/// Why no profile was chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Choice {
    /// Neither MIUI nor HyperOS.
    #[error("this is neither MIUI nor HyperOS")]
    NotMiui,
    /// MIUI or HyperOS, but no profile fits.
    #[error("no device profile fits this phone")]
    NoProfile,
    /// Several profiles fit equally well.
    #[error("the device profiles {} fit this phone equally well", .0.join(" and "))]
    Tie(Vec<String>),
}

impl Catalog {
    /// The profiles that are compiled in.
    ///
    /// # Errors
    /// Never in a release: a test loads them all.
    pub fn builtin() -> Result<Self, ProfileError> {
        let (file, text) = builtin::LABELS;
        let mut catalog = Self { labels: Labels::parse(file, text)?, profiles: BTreeMap::new(), added: Vec::new() };
        for (file, text) in builtin::PROFILES {
            catalog.insert(file, text)?;
        }
        catalog.index();
        Ok(catalog)
    }

    /// Adds one profile by the text of its file. It takes the place of a built-in one of its name.
    ///
    /// # Errors
    /// Where the profile has a mistake, or another added file has its name.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), ProfileError> {
        self.put(file, text)?;
        self.index();
        Ok(())
    }

    /// Collects once what all profiles ask for, so that one pass over a tree serves all of them.
    fn index(&mut self) {
        let screens = || self.profiles.values().flat_map(|p| p.screens.iter().chain(&p.popups));
        let vocabulary = Arc::new(Vocabulary::of(screens().flat_map(|s| s.condition.selectors())));
        for profile in self.profiles.values_mut() {
            profile.vocabulary = Arc::clone(&vocabulary);
        }
    }

    fn put(&mut self, file: &str, text: &str) -> Result<(), ProfileError> {
        let profile = load::profile(file, text, &self.labels, &self.profiles)?;
        let name = profile.name.clone();
        if self.added.contains(&name) {
            let other = self.profiles.get(&name).map_or("another file", |p| p.file.as_str());
            let message = format!("the name `{name}` is taken by {other}");
            return Err(ProfileError::at(file, text, load::name_span(text), message));
        }
        self.added.push(name.clone());
        self.profiles.insert(name, profile);
        Ok(())
    }

    /// Adds the files of a folder, as pairs of file name and text, in any order: a base may come after the profiles that build on it.
    ///
    /// # Errors
    /// As for [`Catalog::add`], for the first file that has a mistake.
    pub fn add_all(&mut self, files: &[(String, String)]) -> Result<(), ProfileError> {
        let mut left: Vec<&(String, String)> = files.iter().collect();
        while !left.is_empty() {
            let before = left.len();
            let mut waiting = Vec::new();
            let mut first_error = None;
            for one in left {
                let base = load::base_name(&one.1);
                let comes = base.as_ref().is_some_and(|b| !self.profiles.contains_key(b));
                match self.put(&one.0, &one.1) {
                    Ok(()) => {}
                    Err(error) if comes => {
                        first_error.get_or_insert(error);
                        waiting.push(one);
                    }
                    Err(error) => return Err(error),
                }
            }
            if waiting.len() == before {
                return first_error.map_or(Ok(()), Err);
            }
            left = waiting;
        }
        self.index();
        Ok(())
    }

    /// Every profile that a phone can have, by name.
    pub fn profiles(&self) -> impl Iterator<Item = &DeviceProfile> {
        self.profiles.values().filter(|p| !p.is_abstract)
    }

    /// One profile by name, also one that is only a base.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&DeviceProfile> {
        self.profiles.get(name)
    }

    /// The labels.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The profile for a phone with these properties: all keys of `match` hold, and the one with most keys wins. A profile without
    /// a key fits any MIUI or HyperOS phone.
    ///
    /// # Errors
    /// Where none fits, or several do equally well.
    pub fn choose(&self, props: &BTreeMap<String, String>) -> Result<&DeviceProfile, Choice> {
        let miui = is_miui(props);
        let fitting = || self.profiles().filter(|p| (miui || !p.matches.is_empty()) && p.fits(props));
        let Some(most) = fitting().map(|p| p.matches.len()).max() else {
            return Err(if miui { Choice::NoProfile } else { Choice::NotMiui });
        };
        let best: Vec<&DeviceProfile> = fitting().filter(|p| p.matches.len() == most).collect();
        match best.as_slice() {
            [one] => Ok(one),
            several => Err(Choice::Tie(several.iter().map(|p| p.name.clone()).collect())),
        }
    }

    fn insert(&mut self, file: &str, text: &str) -> Result<(), ProfileError> {
        let profile = load::profile(file, text, &self.labels, &self.profiles)?;
        self.profiles.insert(profile.name.clone(), profile);
        Ok(())
    }
}
