//! From the text of a file to a profile: every name is resolved, every rule of the format is checked.

mod openings;
mod reactions;
mod screens;
mod selectors;
mod source;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use self::openings::entry;
use self::source::{Source, check_name};
use super::raw::{RawProfile, SCHEMA};
use super::{DeviceProfile, Labels, ProfileError, SIGN_OUT};

/// Reads a profile; `loaded` are those that it may take as its base.
pub(super) fn profile(
    file: &str,
    text: &str,
    labels: &Labels,
    loaded: &BTreeMap<String, DeviceProfile>,
) -> Result<DeviceProfile, ProfileError> {
    let raw: RawProfile = toml::from_str(text).map_err(|e| ProfileError::toml(file, text, &e))?;
    let source = Source { file, text, labels };
    if *raw.schema.get() != SCHEMA {
        return Err(source.error(raw.schema.span(), format!("schema must be {SCHEMA}")));
    }
    check_name(&source, "a profile's name", &raw.name)?;
    let mut profile = start(&source, &raw, loaded)?;
    if raw.is_abstract != raw.matches.is_none() {
        let message =
            if raw.is_abstract { "a profile that is `abstract` matches no phone" } else { "missing field `match`" };
        return Err(source.error(raw.name.span(), message).hint("give it either `[match]` or `abstract = true`"));
    }
    for (key, accepted) in raw.matches.iter().flatten() {
        if accepted.get().0.is_empty() {
            return Err(source.error(accepted.span(), format!("`{key}` accepts no value")));
        }
        profile.matches.insert(key.clone(), accepted.get().0.clone());
    }
    screens::add(&source, &raw, &mut profile)?;
    reactions::add(&source, &raw, &mut profile)?;
    if let Some(ways) = &raw.entry {
        profile.entry = ways.open.iter().map(|way| entry(&source, way, &profile)).collect::<Result<_, _>>()?;
    }
    if profile.is_abstract {
        return Ok(profile);
    }
    if profile.entry.is_empty() {
        return Err(source
            .error(raw.name.span(), "the profile has no way in")
            .hint("add `[entry]` with `open = [..]`"));
    }
    if !profile.flows.contains_key(SIGN_OUT) {
        let missing = format!("the profile has no flow `{SIGN_OUT}`");
        return Err(source.error(raw.name.span(), missing).hint("add `[flow.sign-out.on.SCREEN]`, or a `base`"));
    }
    Ok(profile)
}

/// The base without the screens that the file leaves out (`without`), or an empty profile.
fn start(
    source: &Source<'_>,
    raw: &RawProfile,
    loaded: &BTreeMap<String, DeviceProfile>,
) -> Result<DeviceProfile, ProfileError> {
    let mut profile = match &raw.base {
        None => DeviceProfile {
            name: String::new(),
            about: String::new(),
            file: String::new(),
            is_abstract: false,
            matches: BTreeMap::new(),
            entry: Vec::new(),
            screens: Vec::new(),
            popups: Vec::new(),
            flows: BTreeMap::new(),
            vocabulary: Arc::default(),
            on_popup: BTreeMap::new(),
        },
        Some(base) => loaded
            .get(base.get())
            .ok_or_else(|| source.unknown("profile", base, loaded.keys().map(String::as_str)))?
            .clone(),
    };
    for gone in &raw.without {
        if profile.screen(gone.get()).is_none() {
            let known = profile.screens.iter().chain(&profile.popups).map(|s| s.name.as_str());
            return Err(source.unknown("screen of the base", gone, known));
        }
        profile.screens.retain(|s| s.name != *gone.get());
        profile.popups.retain(|s| s.name != *gone.get());
        profile.on_popup.remove(gone.get());
        for flow in profile.flows.values_mut() {
            flow.on.remove(gone.get());
        }
    }
    profile.name.clone_from(raw.name.get());
    profile.about.clone_from(&raw.about);
    source.file.clone_into(&mut profile.file);
    profile.matches = BTreeMap::new();
    profile.is_abstract = raw.is_abstract;
    Ok(profile)
}

/// The `base` of a profile whose text may be wrong elsewhere.
pub(super) fn base_name(text: &str) -> Option<String> {
    toml::from_str::<toml::Table>(text).ok()?.get("base")?.as_str().map(str::to_owned)
}

/// Where the name stands, for an error about it.
pub(super) fn name_span(text: &str) -> Range<usize> {
    toml::from_str::<RawProfile>(text).map_or(0..0, |raw| raw.name.span())
}
