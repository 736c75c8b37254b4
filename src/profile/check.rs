//! What `profiles check` says: which files have a mistake, and which saved screens match no definition of a profile, or several.

use std::collections::BTreeMap;

use crate::model::{Focus, Presence};
use crate::ui::UiTree;

use super::{Catalog, Choice, DeviceProfile, ProfileError, Recognised, View};

/// A saved screen.
#[derive(Clone, Debug)]
pub struct SavedScreen {
    /// Where it is from, for people.
    pub name: String,
    /// The focused window, where it was saved.
    pub focus: Option<Focus>,
    /// The account, where it was saved.
    pub presence: Presence,
    /// The tree.
    pub tree: UiTree,
    /// The phone's properties, where they were saved: then only the profile that they choose checks the screen.
    pub props: Option<BTreeMap<String, String>>,
}

/// What a profile recognises in a saved screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The saved screen.
    pub saved: String,
    /// The profile.
    pub profile: String,
    /// The names that fit: exactly one where all is well.
    pub fits: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The first mistake of each file that has one.
    pub errors: Vec<ProfileError>,
    /// Every profile with every saved screen, or the chosen one where the screen says which phone it is of.
    pub seen: Vec<Seen>,
    /// Saved screens of phones for which no profile is chosen, and why.
    pub unchosen: Vec<(String, Choice)>,
}

impl Report {
    /// Whether no file has a mistake and no screen matches two definitions.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.errors.is_empty() && self.ambiguous().next().is_none()
    }

    /// Screens that match several definitions of a profile: it would tap nothing there.
    pub fn ambiguous(&self) -> impl Iterator<Item = &Seen> {
        self.seen.iter().filter(|s| s.fits.len() > 1)
    }

    /// Screens that a profile does not know.
    pub fn unknown(&self) -> impl Iterator<Item = &Seen> {
        self.seen.iter().filter(|s| s.fits.is_empty())
    }
}

/// Checks files, as pairs of name and text, and shows the saved screens to the profiles in them; with no files to the built-in
/// ones.
///
/// # Errors
/// Only where the built-in profiles have a mistake themselves.
pub fn check(files: &[(String, String)], saved: &[SavedScreen]) -> Result<Report, ProfileError> {
    let mut catalog = Catalog::builtin()?;
    let mut report = Report::default();
    let mut good = Vec::new();
    // Each file is tried beside all others that are good, so that one mistake does not hide the next.
    let mut left: Vec<&(String, String)> = files.iter().collect();
    loop {
        let before = left.len();
        let mut errors = Vec::new();
        left.retain(|(file, text)| match catalog.add(file, text) {
            Ok(()) => {
                good.push(file.clone());
                false
            }
            Err(error) => {
                errors.push(error);
                true
            }
        });
        if left.len() == before || left.is_empty() {
            report.errors = errors;
            break;
        }
    }
    let shown = |p: &&DeviceProfile| files.is_empty() || good.contains(&p.file);
    for profile in catalog.profiles().filter(shown) {
        report.seen.extend(saved.iter().filter(|s| s.props.is_none()).map(|s| look(profile, s)));
    }
    for (one, props) in saved.iter().filter_map(|s| Some((s, s.props.as_ref()?))) {
        match catalog.choose(props) {
            Ok(profile) => report.seen.push(look(profile, one)),
            Err(choice) => report.unchosen.push((one.name.clone(), choice)),
        }
    }
    Ok(report)
}

fn look(profile: &DeviceProfile, saved: &SavedScreen) -> Seen {
    let view = View { focus: saved.focus.as_ref(), presence: saved.presence, tree: Some(&saved.tree) };
    let fits = match profile.recognise(&view) {
        Recognised::Screen(one) | Recognised::Popup(one) => vec![one.name.clone()],
        Recognised::Several(names) => names.into_iter().map(str::to_owned).collect(),
        Recognised::Nothing | Recognised::NeedsTree => Vec::new(),
    };
    Seen { saved: saved.name.clone(), profile: profile.name.clone(), fits }
}

/// The format as a JSON Schema, for editors. It is a file, so that only the tests need the crate that makes it from the types: that
/// crate took one fortieth of a release build.
#[must_use]
pub fn schema() -> &'static str {
    include_str!("../../device-profiles/schema.json")
}
