//! The windows of a dump with all of them (`uiautomator dump --windows`, Android 12 and later).

use std::ops::Range;

use super::{Bounds, NodeId, UiNode};

/// One window of such a dump.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UiWindow {
    /// The display that it is on; 0 is the phone's own.
    pub display: i32,
    /// Its title, where it has one.
    pub title: String,
    /// What it covers, in pixels.
    pub bounds: Bounds,
    /// Whether a plain dump would show it.
    pub active: bool,
    /// Whether it has the input focus.
    pub focused: bool,
    /// Its place above the others: larger is nearer to the person.
    pub layer: i32,
    /// `AccessibilityWindowInfo`'s type: 1 application, 2 input method, 3 system.
    pub kind: i32,
    pub(super) nodes: Range<usize>,
}

/// An application's window, by `AccessibilityWindowInfo.TYPE_APPLICATION`.
const APPLICATION: i32 = 1;

/// Of all windows the one in front on display 0, and what lies over it, lowest first: what a person would see and could touch.
/// Each comes with its own nodes only, so that a page below a dialog is not mistaken for the page in front.
pub(super) fn in_front(mut windows: Vec<UiWindow>, nodes: Vec<UiNode>) -> (Vec<UiWindow>, Vec<UiNode>) {
    windows.retain(|w| w.display == 0 && !w.nodes.is_empty());
    windows.sort_by_key(|w| w.layer);
    let base = (windows.iter().position(|w| w.active))
        .or_else(|| windows.iter().position(|w| w.focused))
        .or_else(|| windows.iter().rposition(|w| w.kind == APPLICATION))
        .unwrap_or(0);
    windows.drain(..base);
    let mut left: Vec<Option<UiNode>> = nodes.into_iter().map(Some).collect();
    let mut kept: Vec<UiNode> = Vec::new();
    for window in &mut windows {
        let (from, to) = (window.nodes.start, kept.len());
        // A window's nodes stand together and point at each other only.
        let moved = |id: NodeId| NodeId(u32::try_from(id.at() - from + to).unwrap_or(u32::MAX));
        for node in left[window.nodes.clone()].iter_mut().filter_map(Option::take) {
            let parent = node.parent.map(moved);
            let within = moved(NodeId(node.within.start)).0..moved(NodeId(node.within.end)).0;
            kept.push(UiNode { parent, within, ..node });
        }
        window.nodes = to..kept.len();
    }
    (windows, kept)
}
