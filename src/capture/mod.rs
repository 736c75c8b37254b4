//! A record of what a phone shows, fit to be given away: a fixture to write a profile from, and a bug report.
//!
//! It only looks. What could identify a person never gets as far as a file: a text stays only where it is known to be an app's,
//! a property only where it is one of the model or build. Knows the port to a phone; nothing of adb, of walks or of the terminal.

mod bundle;
mod field;
mod folder;
mod kept;
mod manifest;
mod mask;
mod picture;
mod regular;
mod tree;

pub use bundle::{BUNDLE_MANIFEST, BundleError, Files, Forbidden, look_through, pack, unpack};
pub use folder::{FolderError, Saved, is_capture, load, load_from, parse_properties, write};
pub use kept::KeptScreens;
pub use manifest::About;
pub(crate) use mask::harmless;
pub use mask::{Identifiers, Kind, Known, mask};
pub use picture::{PictureError, paint};
pub use regular::{read_regular, read_regular_text};
pub use tree::{FILLED, Masked, MaskedTree, masked, masked_with_marks};

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{Focus, Presence};
use crate::phone::{Look, Observation, Phone, PhoneError, PhoneFacts, ScreenRead, Step};
use crate::profile::{Catalog, DeviceProfile, Recognised, View};
use crate::text::say;
use crate::ui::UiTree;

/// How often a screen is looked at until it holds still.
const LOOKS: u32 = 4;

/// What is wanted of a capture.
#[derive(Clone, Debug)]
pub struct Wants<'a> {
    /// The profiles: they choose, recognise, and know which texts are an app's.
    pub catalog: &'a Catalog,
    /// Further texts that may stay as they are.
    pub keep: &'a [String],
    /// The serial by which the phone is reached: it is written nowhere.
    pub serial: &'a str,
    /// Whether to take a picture. Without one, a page with an empty password field is captured too.
    pub picture: bool,
    /// How long each question to the phone may take.
    pub within: Duration,
}

/// What was read of a phone, masked.
#[derive(Clone, Debug)]
pub struct Capture {
    /// The properties that may be known.
    pub props: BTreeMap<String, String>,
    /// How many others were left out.
    pub props_left_out: usize,
    /// The focused window.
    pub focus: Option<Focus>,
    /// Whether a Xiaomi account is on the phone.
    pub presence: Presence,
    /// Android users with the number of their accounts, and of Xiaomi accounts among them.
    pub users: Vec<(u32, usize, usize)>,
    /// Screen size in pixels, where it was read.
    pub display: Option<(u32, u32)>,
    /// The screen.
    pub tree: MaskedTree,
    /// The painted picture, or why there is none.
    pub picture: Result<Vec<u8>, String>,
    /// The profile that the properties choose, or why none.
    pub profile: Result<String, String>,
    /// What that profile takes the masked screen for.
    pub fits: Vec<String>,
    /// Whether the screen matched the same definition before masking.
    pub same_as_before: bool,
}

/// Why there is no capture.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The phone could not be asked.
    #[error(transparent)]
    Phone(#[from] PhoneError),
    /// A password field is on the screen, empty: a person has to leave the page or do without the picture.
    #[error("{}", say!("password-field-is-on-screen"))]
    PasswordPage,
    /// A password field is filled: a person has to clear it.
    #[error("{}", say!("something-is-typed-in-password-field"))]
    PasswordTyped,
    /// The screen could not be read: try again when it holds still.
    #[error("{}", say!("screen-cannot-be-read", why = .0))]
    Screen(String),
    /// An identifier would have been written. Nothing was.
    #[error("{}", say!("identifier-of-phone-is-left", file = .0))]
    Leak(&'static str),
}

/// Reads a phone. Touches nothing, and removes the dump files that reading leaves there.
///
/// # Errors
/// Where the phone could not be asked, its screen not be read, or a password field is on it.
pub fn read(phone: &mut dyn Phone, wants: &Wants<'_>) -> Result<Capture, CaptureError> {
    let read = look(phone, wants);
    // A dump leaves a file. Where it can't be removed now, the next run does it.
    let _ = phone.tidy(wants.within);
    read
}

fn look(phone: &mut dyn Phone, wants: &Wants<'_>) -> Result<Capture, CaptureError> {
    let facts = phone.facts(false, wants.within)?;
    let hints = Known::of(wants.catalog, &[], Identifiers::default());
    let (mut seen, mut tree) = screen(phone, wants, &hints)?;
    let mut picture = Err(say!("picture-was-not-wanted"));
    if wants.picture {
        picture = Err(say!("screen-did-not-hold-still"));
        for _ in 0..LOOKS {
            let taken = phone.picture(wants.within)?;
            let (again, after) = screen(phone, wants, &hints)?;
            let still = after.fingerprint() == tree.fingerprint() && again.focus == seen.focus;
            (seen, tree) = (again, after);
            if still {
                picture = Ok(taken);
                break;
            }
        }
    }
    assemble(&facts, &seen, &tree, picture, wants)
}

/// One look at the screen, once it can be read, with what a password field forbids.
fn screen(phone: &mut dyn Phone, wants: &Wants<'_>, hints: &Known) -> Result<(Observation, UiTree), CaptureError> {
    let mut why = String::new();
    for _ in 0..LOOKS {
        let mut seen = phone.step(&Step::look(Look::Screen { skip_when_absent: false }), wants.within)?;
        match std::mem::take(&mut seen.screen) {
            ScreenRead::Tree(tree) => {
                let fields = tree.nodes().map(|(_, n)| n).filter(|n| field::may_hold_password(&tree, n, hints));
                let typed: Vec<bool> = fields.map(|n| field::is_typed_in(n, hints)).collect();
                if typed.contains(&true) {
                    return Err(CaptureError::PasswordTyped);
                }
                if wants.picture && !typed.is_empty() {
                    return Err(CaptureError::PasswordPage);
                }
                return Ok((seen, tree));
            }
            ScreenRead::Unreadable(words) => return Err(CaptureError::Screen(words)),
            ScreenRead::NotReady(reason) => why = format!("{reason:?}"),
            ScreenRead::Skipped | ScreenRead::Refreshed(_) | ScreenRead::Views(_) => {
                why = say!("screen-was-left-out");
            }
        }
    }
    Err(CaptureError::Screen(why))
}

/// A capture of a screen that was seen before, without a picture. Fields that may hold a password lose their text, so that a page
/// is captured with whatever was typed there.
///
/// # Errors
/// [`CaptureError::Screen`] where the observation has no screen, [`CaptureError::Leak`].
pub fn of_seen(facts: &PhoneFacts, seen: &Observation, wants: &Wants<'_>) -> Result<Capture, CaptureError> {
    let ScreenRead::Tree(tree) = &seen.screen else { return Err(CaptureError::Screen(say!("screen-was-left-out"))) };
    assemble(facts, seen, tree, Err(say!("walk-went-on")), wants)
}

fn assemble(
    facts: &PhoneFacts,
    seen: &Observation,
    tree: &UiTree,
    picture: Result<Vec<u8>, String>,
    wants: &Wants<'_>,
) -> Result<Capture, CaptureError> {
    let accounts = &seen.accounts;
    let ids = accounts.users.iter().flat_map(|u| &u.xiaomi).filter(|a| !a.is_masked());
    let others: Vec<&str> = ids.map(crate::model::AccountId::as_given).chain([wants.serial]).collect();
    let identifiers = Identifiers::of(&facts.props, &others);
    let props = mask::harmless(&facts.props, wants.catalog, &identifiers);
    let known = Known::of(wants.catalog, wants.keep, identifiers);
    let masked = masked(tree, &known);
    let focus = seen.focus.as_ref().map(|f| Focus::parse(&known.name(&f.to_string())));
    let presence = accounts.presence();
    let chosen = wants.catalog.choose(&props);
    let again = UiTree::parse(masked.xml.as_bytes()).map_err(|e| CaptureError::Screen(e.to_string()))?;
    let taken_for = |focus: &Option<Focus>, tree: &UiTree| {
        let view = View { focus: focus.as_ref(), presence, tree: Some(tree) };
        chosen.as_ref().map(|profile| names(profile, &view)).unwrap_or_default()
    };
    let fits = taken_for(&focus, &again);
    let picture = picture
        .and_then(|png| paint(&png, &masked.known, &masked.over, tree.display()).map_err(|error| error.to_string()));
    let capture = Capture {
        props_left_out: facts.props.len() - props.len(),
        same_as_before: fits == taken_for(&seen.focus, tree),
        props,
        focus,
        presence,
        users: accounts.users.iter().map(|u| (u.user, u.count, u.xiaomi.len())).collect(),
        display: facts.display,
        picture,
        profile: chosen.map(|p| p.name.clone()).map_err(|c| c.to_string()),
        fits,
        tree: masked,
    };
    if known.leaks(&capture.tree.xml) {
        return Err(CaptureError::Leak("the screen"));
    }
    if known.leaks(&folder::properties(&capture.props)) {
        return Err(CaptureError::Leak("the properties"));
    }
    Ok(capture)
}

/// What a profile takes a view for: one name where all is well.
fn names(profile: &DeviceProfile, view: &View<'_>) -> Vec<String> {
    match profile.recognise(view) {
        Recognised::Screen(one) | Recognised::Popup(one) => vec![one.name.clone()],
        Recognised::Several(names) => names.into_iter().map(str::to_owned).collect(),
        Recognised::Nothing | Recognised::NeedsTree => Vec::new(),
    }
}
