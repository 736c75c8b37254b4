//! Whether a drafted profile does what was recorded: each recorded screen is exactly its screen, and what it would press there is
//! what the hand pressed.

use super::Draft;
use super::pages::is_outside;
use super::picks::points_at;
use super::recording::Recording;
use crate::profile::{Action, Catalog, Options, ProfileError, Reaction, Recognised, SIGN_OUT, View};

/// What the check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Recorded screens that were looked at.
    pub screens: usize,
    /// Presses that the profile repeats.
    pub presses: usize,
    /// What is wrong, in words; nothing where all is well.
    pub wrong: Vec<String>,
}

/// Checks a draft against its recording, beside the profiles of `catalog`.
///
/// # Errors
/// Where the draft is no profile: a mistake of this program.
pub fn verify(recording: &Recording, draft: &Draft, catalog: &Catalog) -> Result<Verified, ProfileError> {
    let mut found = Verified::default();
    let Some(toml) = &draft.toml else { return Ok(found) };
    let mut catalog = catalog.clone();
    catalog.add(&format!("{}.toml", draft.name), toml)?;
    let Some(profile) = catalog.get(&draft.name) else { return Ok(found) };
    match catalog.choose(&recording.manifest.properties) {
        Ok(chosen) if chosen.name == profile.name => {}
        Ok(other) => found.wrong.push(format!("the phone that was recorded still chooses the profile {}", other.name)),
        Err(error) => found.wrong.push(format!("the phone that was recorded chooses no profile: {error}")),
    }
    for (frame, name) in &draft.expected {
        let focus = recording.focus(*frame);
        let tree = recording.trees.get(*frame);
        let view = View { focus: focus.as_ref(), presence: recording.presence(*frame), tree };
        found.screens += 1;
        let is = match profile.recognise(&view) {
            Recognised::Screen(one) | Recognised::Popup(one) if one.name == *name => continue,
            Recognised::Screen(one) | Recognised::Popup(one) => format!("'{}'", one.name),
            Recognised::Several(names) => format!("'{}' alike", names.join("' and '")),
            Recognised::Nothing | Recognised::NeedsTree => "nothing".to_owned(),
        };
        found.wrong.push(format!("frame {} is '{name}' and matches {is}", frame + 1));
    }
    for (frame, node, screen) in &draft.pressed {
        let Some(tree) = recording.trees.get(*frame) else { continue };
        let package = recording.focus(*frame).map(|focus| focus.package).unwrap_or_default();
        let Some((node, _)) = tree.nodes().nth(*node).filter(|_| !is_outside(&package)) else { continue };
        let names = [screen.clone(), format!("{screen}-filled")];
        let presses = names.iter().filter_map(|name| profile.reaction(SIGN_OUT, name, &Options::default()));
        let options = [Options::default(), Options { data: crate::profile::Data::Remove, ..Options::default() }];
        let all = presses.chain(options.iter().filter_map(|o| profile.reaction(SIGN_OUT, screen, o)));
        let repeats = all.into_iter().any(|reaction| match reaction {
            Reaction::Do { actions, .. } => actions.iter().any(|action| match action {
                Action::Tap { target, .. } | Action::Submit { tap: target } => points_at(tree, target, node),
                _ => false,
            }),
            // A question takes its place.
            Reaction::End { .. } => true,
            Reaction::Wait { .. } => false,
        });
        if repeats {
            found.presses += 1;
        } else {
            found.wrong.push(format!("on '{screen}' the profile does not press what was pressed"));
        }
    }
    Ok(found)
}
