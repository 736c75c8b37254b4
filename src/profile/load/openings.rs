//! Pages that the file names to be opened, and the ways in to the account page.

use super::source::Source;
use crate::model::Opening;
use crate::profile::raw::{At, RawOpen};
use crate::profile::{DeviceProfile, Entry, ProfileError};

/// One way in: a page to open, or a flow of the profile.
pub(super) fn entry(source: &Source<'_>, raw: &At<RawOpen>, profile: &DeviceProfile) -> Result<Entry, ProfileError> {
    let Some(flow) = &raw.get().flow else { return Ok(Entry::Open(opening(source, raw)?)) };
    if raw.get().action.is_some() || raw.get().component.is_some() || raw.get().package.is_some() {
        return Err(source.error(raw.span(), "a way in is an action, a component or a flow: one of them"));
    }
    if !profile.flows.contains_key(flow.get()) {
        return Err(source.unknown("flow", flow, profile.flows.keys().map(String::as_str)));
    }
    Ok(Entry::Flow(flow.get().clone()))
}

/// A page to open, by action or by component.
pub(super) fn opening(source: &Source<'_>, raw: &At<RawOpen>) -> Result<Opening, ProfileError> {
    let RawOpen { action, package, component, flow } = raw.get();
    match (action, package, component, flow) {
        (Some(action), package, None, None) => Ok(Opening::Action { action: action.clone(), package: package.clone() }),
        (None, None, Some(component), None) if component.contains('/') => Ok(Opening::Component(component.clone())),
        (None, None, Some(_), None) => Err(source.error(raw.span(), "a component is `package/.Activity`")),
        _ => Err(source.error(raw.span(), "to open takes an action (with a package, if you like) or a component")),
    }
}
