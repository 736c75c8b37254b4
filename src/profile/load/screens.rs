//! Screens and popups of the file.

use crate::model::Presence;

use super::selectors::selectors;
use super::source::{Source, check_name};
use crate::profile::raw::{At, OneOrMany, RawPopup, RawProfile, RawScreen};
use crate::profile::{Condition, Confidence, DeviceProfile, Evidence, ProfileError, Screen, Verdict};

/// Adds them; one with a name that the base has takes its place.
pub(super) fn add(source: &Source<'_>, raw: &RawProfile, profile: &mut DeviceProfile) -> Result<(), ProfileError> {
    let mut own: Vec<&str> = Vec::new();
    for raw in &raw.screen {
        check_name(source, "a screen's name", &raw.name)?;
        if own.contains(&raw.name.get().as_str()) {
            return Err(source.error(raw.name.span(), format!("the screen `{}` is there twice", raw.name.get())));
        }
        own.push(raw.name.get());
        let screen = screen(source, raw)?;
        put(&mut profile.screens, screen);
    }
    for (name, raw) in &raw.popup {
        check_name(source, "a popup's name", name)?;
        if profile.screens.iter().any(|s| s.name == *name.get()) {
            return Err(source.error(name.span(), format!("`{}` is a screen already", name.get())));
        }
        let popup = popup(source, name, raw)?;
        put(&mut profile.popups, popup);
    }
    Ok(())
}

fn put(screens: &mut Vec<Screen>, screen: Screen) {
    match screens.iter_mut().find(|s| s.name == screen.name) {
        Some(old) => *old = screen,
        None => screens.push(screen),
    }
}

fn screen(source: &Source<'_>, raw: &RawScreen) -> Result<Screen, ProfileError> {
    let account = match &raw.account {
        None => None,
        Some(word) => Some(match word.get().as_str() {
            "present" => Presence::Present,
            "absent" => Presence::Absent,
            _ => return Err(source.unknown("account state", word, ["present", "absent"])),
        }),
    };
    let verdict = match &raw.verdict {
        None => None,
        Some(word) => Some(match word.get().as_str() {
            "accepted" => Verdict::Accepted,
            "rejected" => Verdict::Rejected,
            _ => return Err(source.unknown("verdict", word, ["accepted", "rejected"])),
        }),
    };
    let condition = Condition {
        focus: focus_of(raw.focus.as_ref()),
        not_focus: focus_of(raw.not_focus.as_ref()),
        account,
        all: selectors(source, &raw.all)?,
        none: selectors(source, &raw.none)?,
    };
    if condition.focus.is_empty() && condition.account.is_none() && condition.all.is_empty() {
        let error = source.error(raw.name.span(), format!("nothing tells what `{}` is", raw.name.get()));
        return Err(error.hint("give it `all`, `focus` or `account`"));
    }
    Ok(Screen {
        name: raw.name.get().clone(),
        title: raw.title.clone(),
        condition,
        evidence: evidence(source, &raw.evidence)?,
        verdict,
        max: None,
    })
}

fn popup(source: &Source<'_>, name: &At<String>, raw: &RawPopup) -> Result<Screen, ProfileError> {
    let condition = Condition {
        focus: focus_of(raw.focus.as_ref()),
        not_focus: Vec::new(),
        account: None,
        all: selectors(source, &raw.all)?,
        none: selectors(source, &raw.none)?,
    };
    if condition.all.is_empty() {
        let error = source.error(name.span(), "a popup is known by its nodes: it needs `all`");
        return Err(error.hint("name its package, and an id or a label in it"));
    }
    let max = match (&raw.max, &raw.wait) {
        (Some(max), None) if (1..=10).contains(max.get()) => Some(*max.get()),
        (Some(max), None) => return Err(source.error(max.span(), "a popup is answered 1 to 10 times in a run")),
        (None, None) => {
            return Err(source.error(name.span(), "nothing says how often the popup is answered: give it `max`"));
        }
        (Some(max), Some(_)) => return Err(source.error(max.span(), "`max` belongs to a `do`")),
        (None, Some(_)) => None,
    };
    Ok(Screen {
        name: name.get().clone(),
        title: raw.title.clone(),
        condition,
        evidence: evidence(source, &raw.evidence)?,
        verdict: None,
        max,
    })
}

fn focus_of(raw: Option<&OneOrMany>) -> Vec<String> {
    raw.map(|f| f.0.clone()).unwrap_or_default()
}

fn evidence(source: &Source<'_>, raw: &At<String>) -> Result<Evidence, ProfileError> {
    let found = Confidence::ALL.into_iter().find_map(|confidence| {
        let rest = raw.get().strip_prefix(confidence.as_str())?.strip_prefix(':')?.trim();
        (!rest.is_empty()).then(|| Evidence { confidence, source: rest.to_owned() })
    });
    found.ok_or_else(|| {
        let known: Vec<&str> = Confidence::ALL.iter().map(|c| c.as_str()).collect();
        let error = source.error(raw.span(), "the evidence says neither how well the screen is known, nor from what");
        error.hint(format!("begin with one of `{}:`", known.join(":`, `")))
    })
}
