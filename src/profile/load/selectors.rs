//! Selectors and conditions of the file.

use std::sync::Arc;

use crate::ui::text::Pattern;
use crate::ui::{Selector, TextSet};

use super::source::Source;
use crate::profile::ProfileError;
use crate::profile::raw::{At, RawSelector};

/// A selector that stands by itself.
pub(super) fn selector(source: &Source<'_>, raw: &At<RawSelector>) -> Result<Selector, ProfileError> {
    build(source, raw, true)
}

/// The selectors of a list.
pub(super) fn selectors(source: &Source<'_>, raw: &[At<RawSelector>]) -> Result<Vec<Selector>, ProfileError> {
    raw.iter().map(|s| selector(source, s)).collect()
}

fn build(source: &Source<'_>, at: &At<RawSelector>, outermost: bool) -> Result<Selector, ProfileError> {
    let raw = at.get();
    if !outermost && (raw.after.is_some() || raw.count.is_some()) {
        let message = "`after` and `count` stand in the outermost selector only";
        return Err(source.error(at.span(), message));
    }
    if raw.community && raw.id.is_none() && raw.package.is_none() {
        let message = "`community` texts are used beside an `id` or a `package` only";
        return Err(source.error(at.span(), message).hint("say in which package the text has to stand"));
    }
    if raw.community && raw.label.is_none() {
        return Err(source.error(at.span(), "`community` says something about a `label`, and there is none"));
    }
    let inner = |s: &Option<Box<At<RawSelector>>>| match s {
        Some(s) => build(source, s, false).map(|s| Some(Box::new(s))),
        None => Ok(None),
    };
    let built = Selector {
        id: raw.id.clone(),
        label: texts(source, at)?,
        class: raw.class.clone(),
        package: raw.package.clone(),
        password: raw.password,
        clickable: raw.clickable,
        enabled: raw.enabled,
        focused: raw.focused,
        checkable: raw.checkable,
        checked: raw.checked,
        selected: raw.selected,
        scrollable: raw.scrollable,
        filled: raw.filled,
        any: raw.any.iter().map(|s| build(source, s, false)).collect::<Result<_, _>>()?,
        inside: inner(&raw.inside)?,
        has: inner(&raw.has)?,
        after: inner(&raw.after)?,
        count: None,
    };
    if built == Selector::default() {
        return Err(source.error(at.span(), "the selector fits every node: say what to look for"));
    }
    Ok(Selector { count: raw.count, ..built })
}

/// The texts of `label` or `text`.
fn texts(source: &Source<'_>, at: &At<RawSelector>) -> Result<Option<Arc<TextSet>>, ProfileError> {
    match (&at.get().label, &at.get().text) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(source.error(at.span(), "`label` and `text` do not go together: use `any`")),
        (None, Some(texts)) => {
            let words = &texts.get().0;
            if words.is_empty() || words.iter().any(|t| Pattern::new(t).is_none()) {
                return Err(source.error(texts.span(), "the text would fit anything, or nothing"));
            }
            Ok(Some(Arc::new(TextSet::new(words[0].clone(), words))))
        }
        (Some(name), None) => {
            let Some(label) = source.labels.get(name.get()) else {
                return Err(source.unknown("label", name, source.labels.iter().map(|(n, _)| n)));
            };
            let set = label.set(at.get().community);
            if set.is_empty() {
                let error = source.error(name.span(), format!("the label `{}` has no official text", name.get()));
                return Err(error.hint("`community = true` takes its other texts too, beside an id or a package"));
            }
            Ok(Some(Arc::clone(set)))
        }
    }
}
