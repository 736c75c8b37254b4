//! The screens of one phone's walk that its profile does not know, and how they get into the state directory.

use std::cell::RefCell;

use sha2::{Digest, Sha256};

use super::recorder::RunRecorder;
use crate::capture::{self, About, Capture, Wants};
use crate::journal::PhoneKey;
use crate::phone::{Observation, PhoneFacts, ScreenRead};

/// Unknown screens of one phone that are kept at most.
const MOST_UNKNOWN: usize = 3;

/// What one walk saw and did not know, each with the screen before it. One known screen is held at any time, since hundreds of
/// phones are walked at once.
#[derive(Debug, Default)]
pub(super) struct Trail {
    before: RefCell<Option<Observation>>,
    unknown: RefCell<Vec<Unknown>>,
}

/// A screen that no profile knows, or two.
#[derive(Debug)]
struct Unknown {
    fingerprint: u64,
    seen: Observation,
    before: Option<Observation>,
}

impl Trail {
    /// Takes a screen in; `is_known` says whether the profile recognised it as one.
    pub(super) fn see(&self, seen: &Observation, is_known: bool) {
        let ScreenRead::Tree(tree) = &seen.screen else { return };
        if is_known {
            self.before.replace(Some(seen.clone()));
            return;
        }
        let fingerprint = tree.fingerprint();
        let mut unknown = self.unknown.borrow_mut();
        if unknown.len() < MOST_UNKNOWN && unknown.iter().all(|one| one.fingerprint != fingerprint) {
            unknown.push(Unknown { fingerprint, seen: seen.clone(), before: self.before.take() });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unknown.borrow().is_empty()
    }

    /// Writes the unknown screens, and gives the folder of the last one. `ended_on` is the capture of the page that ended the walk, where
    /// that page is an unknown one: it has a picture, and replaces the screen seen last.
    pub(super) fn keep(
        self,
        recorder: &RunRecorder<'_>,
        key: &PhoneKey,
        facts: &PhoneFacts,
        wants: &Wants<'_>,
        (about, ended_on): (&About, Option<&Capture>),
    ) -> Option<String> {
        let unknown = self.unknown.into_inner();
        let (last, phone) = (unknown.len(), short(key));
        let mut folder = None;
        for (place, one) in (1..).zip(unknown) {
            let name = format!("{phone}-{place}");
            let page = ended_on.filter(|_| place == last).cloned();
            let page = page.or_else(|| capture::of_seen(facts, &one.seen, wants).ok());
            let Some(page) = page else { continue };
            // Keep the page even where the one before it can't be kept.
            folder = recorder.keep_screen(&name, &page.files(about)).or(folder);
            if let Some(before) = one.before.and_then(|before| capture::of_seen(facts, &before, wants).ok()) {
                recorder.keep_screen(&format!("{name}-before"), &before.files(about));
            }
        }
        folder
    }
}

/// A phone's name in the name of a folder: the same for the same phone, and no serial.
fn short(key: &PhoneKey) -> String {
    let digest = Sha256::digest(key.as_str().as_bytes());
    let number = digest.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("phone-{number:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::UiTree;

    fn screen(text: &str) -> Observation {
        let xml = format!("<hierarchy><node text=\"{text}\" bounds=\"[0,0][9,9]\"/></hierarchy>");
        Observation { screen: ScreenRead::Tree(UiTree::parse(xml.as_bytes()).unwrap()), ..Observation::default() }
    }

    #[test]
    fn each_unknown_screen_is_held_once_with_the_screen_before_it() {
        let trail = Trail::default();
        trail.see(&screen("known"), true);
        trail.see(&Observation::default(), false);
        assert!(trail.is_empty(), "what could not be read is no screen");
        for text in ["a", "a", "b", "c", "d"] {
            trail.see(&screen(text), false);
        }
        let unknown = trail.unknown.into_inner();
        assert_eq!(unknown.len(), MOST_UNKNOWN);
        assert_eq!(unknown.iter().map(|one| one.before.is_some()).collect::<Vec<_>>(), [true, false, false]);
    }
}
