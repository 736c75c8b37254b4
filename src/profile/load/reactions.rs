//! Reactions and actions of the file.

use std::time::Duration;

use crate::model::{Key, Outcome, Reason};

use super::openings::opening;
use super::selectors::selector;
use super::source::{Source, check_name};
use crate::profile::raw::{At, RawAction, RawProfile, RawReaction, RawWait, RawWords};
use crate::profile::reaction::OPTIONS;
use crate::profile::{Action, DeviceProfile, Direction, ProfileError, Reaction, Reactions, Scroll, Words};

/// Adds them; one for a screen that the base has a reaction to takes its place.
pub(super) fn add(source: &Source<'_>, raw: &RawProfile, profile: &mut DeviceProfile) -> Result<(), ProfileError> {
    for (name, popup) in &raw.popup {
        if let Some(step) = popup.steps.iter().find(|s| s.get().typed.is_some() || s.get().submit.is_some()) {
            return Err(source.error(step.span(), "a password is nothing for a popup"));
        }
        let reaction = match &popup.wait {
            Some(_) if !popup.steps.is_empty() => {
                return Err(source.error(name.span(), "a popup has either `do` or `wait`"));
            }
            Some(raw) => wait(source, raw)?,
            None => Reaction::Do { actions: actions(source, &popup.steps)?, mutates: false },
        };
        let reactions = Reactions { by_option: Vec::new(), otherwise: Some(reaction) };
        profile.on_popup.insert(name.get().clone(), reactions);
    }
    for (flow, raw) in &raw.flow {
        check_name(source, "a flow's name", flow)?;
        for (screen, raw) in &raw.on {
            if !profile.screens.iter().any(|s| s.name == *screen.get()) {
                return Err(source.unknown("screen", screen, profile.screens.iter().map(|s| s.name.as_str())));
            }
            let reactions = reactions(source, raw)?;
            profile.flows.entry(flow.get().clone()).or_default().on.insert(screen.get().clone(), reactions);
        }
    }
    Ok(())
}

fn reactions(source: &Source<'_>, at: &At<RawReaction>) -> Result<Reactions, ProfileError> {
    let raw = at.get();
    let mut by_option = Vec::new();
    for (option, values) in &raw.option {
        let Some((_, known)) = OPTIONS.iter().find(|(name, _)| name == option.get()) else {
            return Err(source.unknown("option", option, OPTIONS.iter().map(|(name, _)| *name)));
        };
        if raw.option.len() > 1 {
            return Err(source.error(option.span(), "a reaction depends on one option at most"));
        }
        for (value, steps) in values {
            if !known.contains(&value.get().as_str()) {
                return Err(source.unknown("value", value, known.iter().copied()));
            }
            let reaction = do_these(source, at, steps, raw.mutates)?;
            by_option.push((option.get().clone(), value.get().clone(), reaction));
        }
        let missing = known.iter().find(|k| !values.keys().any(|v| v.get() == *k));
        if let (Some(missing), false) = (missing, says_something(raw)) {
            let message = format!("nothing says what to do for `{}` = {missing}", option.get());
            return Err(source.error(option.span(), message));
        }
    }
    let otherwise = if says_something(raw) || by_option.is_empty() { Some(plain(source, at)?) } else { None };
    Ok(Reactions { by_option, otherwise })
}

fn says_something(raw: &RawReaction) -> bool {
    raw.steps.is_some() || raw.wait.is_some() || raw.end.is_some()
}

fn wait(source: &Source<'_>, raw: &RawWait) -> Result<Reaction, ProfileError> {
    Ok(Reaction::Wait { max: seconds(source, raw)? })
}

fn seconds(source: &Source<'_>, raw: &RawWait) -> Result<Duration, ProfileError> {
    if !(1..=600).contains(raw.max.get()) {
        return Err(source.error(raw.max.span(), "a wait is of 1 to 600 seconds"));
    }
    Ok(Duration::from_secs(u64::from(*raw.max.get())))
}

/// `do`, `wait` or `end`.
fn plain(source: &Source<'_>, at: &At<RawReaction>) -> Result<Reaction, ProfileError> {
    let raw = at.get();
    if raw.end.is_none() && (raw.reason.is_some() || raw.hint.is_some() || raw.settle.is_some()) {
        return Err(source.error(at.span(), "`reason`, `hint` and `settle` belong to an `end`"));
    }
    match (&raw.steps, &raw.wait, &raw.end) {
        (Some(steps), None, None) => do_these(source, at, steps, raw.mutates),
        (None, Some(raw), None) => wait(source, raw),
        (None, None, Some(end)) => end_of(source, at, end),
        _ => Err(source.error(at.span(), "a reaction is one of `do`, `wait`, `end`")),
    }
}

fn end_of(source: &Source<'_>, at: &At<RawReaction>, end: &At<String>) -> Result<Reaction, ProfileError> {
    let Some(outcome) = Outcome::ALL.into_iter().find(|o| o.as_str() == end.get()) else {
        return Err(source.unknown("outcome", end, Outcome::ALL.iter().map(|o| o.as_str())));
    };
    if outcome.is_good() {
        let message = format!("a profile cannot say `{outcome}`: that takes a proof from the account state");
        return Err(source.error(end.span(), message).hint("leave the screen without a reaction"));
    }
    let Some(word) = &at.get().reason else {
        return Err(source.error(end.span(), "an `end` needs a `reason`"));
    };
    let Some(reason) = Reason::ALL.iter().copied().find(|r| r.as_str() == word.get()) else {
        return Err(source.unknown("reason", word, Reason::ALL.iter().map(|r| r.as_str())));
    };
    if !reason.fits(outcome) {
        let fitting: Vec<&str> = Reason::ALL.iter().filter(|r| r.fits(outcome)).map(|r| r.as_str()).collect();
        let error = source.error(word.span(), format!("the reason `{reason}` does not go with `{outcome}`"));
        return Err(error.hint(format!("with it go {}", fitting.join(", "))));
    }
    let hint = at.get().hint.clone().filter(|h| !h.trim().is_empty());
    let hint = hint.ok_or_else(|| source.error(end.span(), "an `end` needs a `hint`: what to do, and where to tap"))?;
    let settle = at.get().settle.as_ref().map(|raw| seconds(source, raw)).transpose()?;
    Ok(Reaction::End { outcome, reason, hint, settle })
}

fn do_these(
    source: &Source<'_>,
    at: &At<RawReaction>,
    steps: &[At<RawAction>],
    mutates: bool,
) -> Result<Reaction, ProfileError> {
    if steps.is_empty() {
        return Err(source.error(at.span(), "there is nothing to do here"));
    }
    if let (Some(submit), false) = (steps.iter().find(|s| s.get().submit.is_some()), mutates) {
        let error = source.error(submit.span(), "submitting a password changes something");
        return Err(error.hint("say `mutates = true` in this reaction"));
    }
    Ok(Reaction::Do { actions: actions(source, steps)?, mutates })
}

fn actions(source: &Source<'_>, steps: &[At<RawAction>]) -> Result<Vec<Action>, ProfileError> {
    steps.iter().map(|s| action(source, s)).collect()
}

fn action(source: &Source<'_>, at: &At<RawAction>) -> Result<Action, ProfileError> {
    let raw = at.get();
    let scroll = scroll_of(source, at)?;
    let wrong = || {
        source.error(
            at.span(),
            "an action is one of `tap`, `type` with `into`, `submit` with `tap`, `key`, `open`, `words` with `into`",
        )
    };
    match raw {
        RawAction {
            tap: Some(tap), typed: None, into: None, submit: None, key: None, open: None, words: None, ..
        } => Ok(Action::Tap { target: selector(source, tap)?, scroll }),
        _ if scroll.is_some() => Err(source.error(at.span(), "`scroll` goes with `tap` only")),
        RawAction {
            tap: None,
            typed: Some(what),
            into: Some(into),
            submit: None,
            key: None,
            open: None,
            words: None,
            ..
        } => {
            password(source, what)?;
            Ok(Action::Type { into: selector(source, into)? })
        }
        RawAction {
            tap: Some(tap),
            typed: None,
            into: None,
            submit: Some(what),
            key: None,
            open: None,
            words: None,
            ..
        } => {
            password(source, what)?;
            Ok(Action::Submit { tap: selector(source, tap)? })
        }
        RawAction {
            tap: None, typed: None, into: None, submit: None, key: Some(key), open: None, words: None, ..
        } => {
            let found = Key::IN_PROFILES.into_iter().find(|k| k.as_str() == key.get());
            found
                .map(Action::Key)
                .ok_or_else(|| source.unknown("key", key, Key::IN_PROFILES.iter().map(|k| k.as_str())))
        }
        RawAction {
            tap: None,
            typed: None,
            into: None,
            submit: None,
            key: None,
            open: Some(open),
            words: None,
            ..
        } => Ok(Action::Open(opening(source, open)?)),
        RawAction {
            tap: None,
            typed: None,
            into: Some(into),
            submit: None,
            key: None,
            open: None,
            words: Some(words),
            ..
        } => Ok(Action::Words { words: words_of(source, words)?, into: selector(source, into)? }),
        _ => Err(wrong()),
    }
}

/// The only thing that is ever typed or submitted in secret.
fn password(source: &Source<'_>, what: &At<String>) -> Result<(), ProfileError> {
    if what.get() == "password" { Ok(()) } else { Err(source.unknown("input", what, ["password"])) }
}

fn scroll_of(source: &Source<'_>, at: &At<RawAction>) -> Result<Option<Scroll>, ProfileError> {
    match (&at.get().scroll, &at.get().max) {
        (None, None) => Ok(None),
        (Some(way), Some(max)) => {
            let direction = match way.get().as_str() {
                "down" => Direction::Down,
                "up" => Direction::Up,
                _ => return Err(source.unknown("direction", way, ["down", "up"])),
            };
            if !(1..=50).contains(max.get()) {
                return Err(source.error(max.span(), "scroll 1 to 50 times"));
            }
            Ok(Some(Scroll { direction, max: *max.get() }))
        }
        _ => Err(source.error(at.span(), "`scroll` and `max` go together")),
    }
}

fn words_of(source: &Source<'_>, at: &At<RawWords>) -> Result<Words, ProfileError> {
    let words = match (&at.get().label, &at.get().text) {
        (None, Some(text)) => Words { name: text.clone(), texts: vec![(String::new(), text.clone())] },
        (Some(name), None) => {
            let Some(label) = source.labels.get(name.get()) else {
                return Err(source.unknown("label", name, source.labels.iter().map(|(n, _)| n)));
            };
            let texts = label.official.iter().flat_map(|(l, ts)| ts.iter().map(move |t| (l.clone(), t.clone())));
            let mut texts: Vec<(String, String)> = texts.collect();
            if at.get().oldest {
                texts.reverse();
            }
            Words { name: name.get().clone(), texts }
        }
        _ => return Err(source.error(at.span(), "words are a `label` or a `text`")),
    };
    if words.typeable("").is_empty() {
        return Err(source.error(at.span(), "none of the words can be typed: they have to be printable ASCII"));
    }
    Ok(words)
}
