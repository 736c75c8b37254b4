//! Frames that are one page, and the way that the hand took through the pages.

use std::collections::{BTreeMap, BTreeSet};

use super::recording::{Ended, Recording, Step};
use super::words;
use crate::capture::Known;
use crate::ui::{UiNode, UiTree};

/// Packages that are not part of a sign-out: the way in leads through them.
const OUTSIDE: [&str; 5] = [
    "com.android.settings",
    "com.miui.home",
    "com.mi.android.globallauncher",
    "com.android.systemui",
    "com.android.launcher3",
];

/// Whether a package is one that a sign-out only begins in.
pub(super) fn is_outside(package: &str) -> bool {
    OUTSIDE.contains(&package)
}

/// What two looks at one page have in common, however far it is scrolled, whatever is typed and whoever's it is: its nodes outside of
/// lists by class, package and id, its known words, and whether a password was typed.
pub(super) fn key(tree: &UiTree, known: &Known) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    for (_, node) in tree.nodes() {
        if node.package == "com.android.systemui" {
            continue;
        }
        let is_field = node.password || node.class.contains("EditText");
        if words::scrolls(tree, node) && !is_field {
            continue;
        }
        let mark = if node.password && node.filled() { "filled" } else { "" };
        let text =
            if is_field || known.masked(&node.text).is_some() || is_masked(&node.text) { "" } else { &node.text };
        parts.insert(format!("{} {} {} {mark} {text}", node.package, node.class, node.id));
    }
    parts
}

/// Whether nothing happened between two screens but that the password was typed.
pub(super) fn is_typed_between(before: &UiTree, after: &UiTree) -> bool {
    let filled = |tree: &UiTree| tree.nodes().map(|(_, node)| node).find(|node| node.password).map(UiNode::filled);
    (filled(before), filled(after)) == (Some(false), Some(true))
}

/// Whether a text is one that a masker wrote: nothing would change if it were masked again.
fn is_masked(text: &str) -> bool {
    crate::capture::mask(text) == text
}

/// One page: the frames that show it.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Frames, in the order they were seen.
    pub(super) frames: Vec<usize>,
    /// Whether a password field on it is filled; `None` where it has none.
    pub(super) filled: Option<bool>,
    /// Whether the hand scrolled it.
    pub(super) scrolled: bool,
}

/// What the hand did on a page before it went away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Pressed this node of this frame.
    Pressed {
        /// The frame.
        frame: usize,
        /// The node's place in it.
        node: usize,
    },
    /// Typed the password.
    Typed,
    /// Nothing: it went on by itself.
    Nothing,
    /// Something that is not known: a tap beside every node, a key, a gesture.
    Unclear,
}

/// One stay on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Visit {
    /// The page.
    pub(super) page: usize,
    /// What was done at the end of it.
    pub(super) act: Act,
    /// Whether a page came and went after it.
    pub(super) missed: bool,
}

/// The pages of a recording, and each run as visits.
#[derive(Clone, Debug)]
pub(super) struct Walked {
    /// The pages, in the order they were first seen.
    pub(super) pages: Vec<Page>,
    /// Frame to page.
    pub(super) of_frame: Vec<usize>,
    /// The runs, with whether the account was gone at the end.
    pub(super) runs: Vec<(Vec<Visit>, bool)>,
}

impl Walked {
    /// Groups the frames and follows the steps.
    pub(super) fn of(recording: &Recording, known: &Known) -> Self {
        let (pages, of_frame) = group(recording, known);
        let mut walked = Self { pages, of_frame, runs: Vec::new() };
        for run in &recording.manifest.runs {
            let visits = walked.visits(recording, &run.steps, run.ended == Ended::AccountGone);
            walked.runs.push((visits, run.ended == Ended::AccountGone));
        }
        walked
    }

    /// The visits of one run; the last one counts only where it led to the end.
    fn visits(&mut self, recording: &Recording, steps: &[Step], gone: bool) -> Vec<Visit> {
        let mut visits: Vec<Visit> = Vec::new();
        let mut front: Option<(usize, usize)> = None;
        let mut presses: Vec<(usize, usize)> = Vec::new();
        let (mut other, mut missed, mut passing) = (false, false, false);
        for step in steps {
            match step {
                Step::Saw(frame) => {
                    let page = self.of_frame[*frame];
                    if let Some((_, before)) = front
                        && before != page
                    {
                        visits.push(self.visit(recording, (before, Some(page)), &presses, other, missed));
                        (presses, other, missed) = (Vec::new(), false, false);
                    }
                    front = Some((*frame, page));
                    passing = false;
                }
                Step::Tapped(node) => {
                    // A touch on nothing that was read was one on the page that came and went.
                    missed |= passing && node.is_none();
                    match node {
                        Some(node) => presses.extend(front.map(|(frame, _)| (frame, *node))),
                        None => other = true,
                    }
                }
                Step::Scrolled(_) => {
                    if let Some((_, page)) = front {
                        self.pages[page].scrolled = true;
                    }
                }
                Step::Missed(None) => missed = true,
                // A window that came and went by itself, as a progress dialog does, need not be shown again.
                Step::Missed(Some(_)) => passing = true,
            }
        }
        if let (Some((_, page)), true) = (front, gone) {
            visits.push(self.visit(recording, (page, None), &presses, other, missed));
        }
        visits
    }

    /// What was done on a page before the next one came.
    fn visit(
        &self,
        recording: &Recording,
        (page, next): (usize, Option<usize>),
        presses: &[(usize, usize)],
        other: bool,
        missed: bool,
    ) -> Visit {
        let filled = self.pages[page].filled;
        let was_typed = filled == Some(false) && next.is_some_and(|next| self.is_same_filled(recording, page, next));
        if was_typed {
            return Visit { page, act: Act::Typed, missed: false };
        }
        let is_field = |(frame, node): &(usize, usize)| {
            let node = recording.trees[*frame].nodes().nth(*node).map(|(_, node)| node);
            node.is_none_or(|node| node.password || node.class.contains("EditText"))
        };
        let mut distinct: Vec<(usize, usize)> = presses.iter().copied().filter(|press| !is_field(press)).collect();
        distinct.dedup();
        // On a page with a password the keys of the keyboard come first, and the button last. Elsewhere the first press leads away, and
        // what follows was done on a page that no frame shows.
        let chosen = if filled.is_some() { distinct.last() } else { distinct.first() };
        let unseen = filled.is_none() && distinct.len() > 1;
        let act = match chosen {
            Some((frame, node)) => Act::Pressed { frame: *frame, node: *node },
            None if other => Act::Unclear,
            None => Act::Nothing,
        };
        Visit { page, act, missed: missed || unseen }
    }

    /// Whether two pages are one but for the content of the password field.
    fn is_same_filled(&self, recording: &Recording, empty: usize, filled: usize) -> bool {
        if self.pages[filled].filled != Some(true) {
            return false;
        }
        let ids = |page: usize| -> BTreeSet<String> {
            let tree = &recording.trees[self.pages[page].frames[0]];
            tree.nodes()
                .filter(|(_, n)| n.password)
                .map(|(_, n)| format!("{} {} {}", n.package, n.class, n.id))
                .collect()
        };
        ids(empty) == ids(filled)
    }

    /// The way through the pages on which something was done, without detours: where the hand came back to a page, only what it did
    /// there last led on.
    pub(super) fn path(visits: &[Visit]) -> Vec<Visit> {
        let mut path: Vec<Visit> = Vec::new();
        for visit in visits.iter().filter(|visit| matches!(visit.act, Act::Pressed { .. } | Act::Typed)) {
            if let Some(at) = path.iter().position(|before| before.page == visit.page) {
                path.truncate(at);
            }
            path.push(visit.clone());
        }
        path
    }
}

/// Frames by page: the same window and the same key, or one that became the other by scrolling.
fn group(recording: &Recording, known: &Known) -> (Vec<Page>, Vec<usize>) {
    let count = recording.trees.len();
    let mut root: Vec<usize> = (0..count).collect();
    let mut seen: BTreeMap<(Option<String>, BTreeSet<String>), usize> = BTreeMap::new();
    for (frame, root) in root.iter_mut().enumerate() {
        let focus = recording.manifest.frames[frame].focus.clone();
        *root = *seen.entry((focus, key(&recording.trees[frame], known))).or_insert(frame);
    }
    for run in &recording.manifest.runs {
        let (mut front, mut scrolled): (Option<usize>, bool) = (None, false);
        for step in &run.steps {
            match step {
                Step::Saw(frame) => {
                    if let (Some(before), true) = (front, scrolled)
                        && recording.manifest.frames[before].focus == recording.manifest.frames[*frame].focus
                    {
                        let (a, b) = (root[before].min(root[*frame]), root[before].max(root[*frame]));
                        root.iter_mut().filter(|r| **r == b).for_each(|r| *r = a);
                    }
                    (front, scrolled) = (Some(*frame), false);
                }
                Step::Scrolled(_) => scrolled = true,
                Step::Tapped(_) | Step::Missed(_) => scrolled = false,
            }
        }
    }
    let mut pages: Vec<Page> = Vec::new();
    let mut of_root: BTreeMap<usize, usize> = BTreeMap::new();
    let mut of_frame = Vec::new();
    for (frame, root) in root.into_iter().enumerate() {
        let page = *of_root.entry(root).or_insert_with(|| {
            let fields: Vec<&UiNode> = recording.trees[frame].nodes().map(|(_, n)| n).filter(|n| n.password).collect();
            let filled = (!fields.is_empty()).then(|| fields.iter().any(|n| n.filled()));
            pages.push(Page { frames: Vec::new(), filled, scrolled: false });
            pages.len() - 1
        });
        pages[page].frames.push(frame);
        of_frame.push(page);
    }
    (pages, of_frame)
}
