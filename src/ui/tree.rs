//! The tree of one screen: its nodes, their surroundings, and where to tap them.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::hits::Cache;
use super::{Bounds, NodeId, Point, UiNode, UiWindow};

/// The status and navigation bars change by themselves (clock, battery).
const SYSTEM_UI: &str = "com.android.systemui";

/// One screen's nodes in document order, parents before children. Made by [`UiTree::parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UiTree {
    nodes: Vec<UiNode>,
    /// Of a dump of all windows those whose nodes are here, lowest first.
    windows: Vec<UiWindow>,
    cache: Cache,
    /// What the display covers, see [`UiTree::display`].
    display: Bounds,
    rotation: u8,
}

impl UiTree {
    pub(super) fn of(nodes: Vec<UiNode>, windows: Vec<UiWindow>, size: Option<(i32, i32)>) -> Self {
        let display = if let Some((width, height)) = size {
            Bounds::new(0, 0, width, height)
        } else {
            let roots = nodes.iter().filter(|n| n.parent.is_none());
            let around = roots.fold(Bounds::default(), |area, n| area.union(&n.bounds));
            Bounds::new(0, 0, around.right, around.bottom)
        };
        Self { nodes, windows, cache: Cache::default(), display, rotation: 0 }
    }

    pub(super) fn turned(self, rotation: u8) -> Self {
        Self { rotation, ..self }
    }

    /// How far the display is turned from its natural position, in quarters, as the dump says it.
    #[must_use]
    pub fn rotation(&self) -> u8 {
        self.rotation
    }

    /// The windows that a dump of all of them kept: the one in front and those over it, lowest first. Empty for a plain dump,
    /// which shows one window and says nothing about it.
    #[must_use]
    pub fn windows(&self) -> &[UiWindow] {
        &self.windows
    }

    /// Lays a window over all nodes.
    pub(super) fn cover(&mut self, window: UiWindow) {
        self.windows.push(window);
    }

    pub(super) fn cache(&self) -> &Cache {
        &self.cache
    }

    pub(super) fn at(&self, number: u32) -> Option<&UiNode> {
        self.nodes.get(number as usize)
    }

    /// Every node in document order.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &UiNode)> {
        (0_u32..).map(NodeId).zip(&self.nodes)
    }

    /// One node; `None` for an id of another, larger tree.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&UiNode> {
        self.nodes.get(id.at())
    }

    /// How many nodes there are; at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// Where to tap a node: the middle of its visible part. `None` where it, or the clickable node that would take the tap, is
    /// disabled, or where nothing of it is on the screen. Nodes of a web page need not be clickable: they are tapped as they are.
    #[must_use]
    pub fn tap_point(&self, id: NodeId) -> Option<Point> {
        let node = self.node(id)?;
        let owner = self.owner(id).and_then(|o| self.node(o)).unwrap_or(node);
        if !node.enabled || !owner.enabled {
            return None;
        }
        let point = self.visible(node).center().or_else(|| self.visible(owner).center())?;
        (!self.is_covered(id, point)).then_some(point)
    }

    /// Whether another window lies over a node there, and would take the tap.
    fn is_covered(&self, id: NodeId, point: Point) -> bool {
        let above = self.windows.iter().filter(|w| w.nodes.start > id.at());
        above.into_iter().any(|w| w.bounds.contains(point))
    }

    /// A number that is the same for the same screen: when scrolling no longer changes it, the end is reached.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for node in self.nodes.iter().filter(|n| n.package != SYSTEM_UI) {
            (&node.class, &node.id, &node.text, &node.content_desc, node.bounds, node.checked).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whether a page is visibly still loading: a progress bar turns, or a web view shows nothing to read or use.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        let says = |n: &UiNode| n.clickable || n.class.ends_with("EditText") || n.says_something();
        let is_blank = |n: &UiNode| n.class.ends_with("WebView") && !self.descendants(n).any(says);
        self.nodes.iter().any(|n| n.class.ends_with("ProgressBar") || is_blank(n))
    }

    /// The visible bounds of the largest scrollable node.
    #[must_use]
    pub fn scroll_area(&self) -> Option<Bounds> {
        let scrollable = self.nodes.iter().filter(|n| n.scrollable && n.enabled).map(|n| self.visible(n));
        scrollable.filter(|b| !b.is_empty()).max_by_key(|b| u64::from(b.width()) * u64::from(b.height()))
    }

    /// Width and height of the display in pixels, as far as the tree shows them: the far edges of its roots. A dialog may cover
    /// less than the display.
    #[must_use]
    pub fn display(&self) -> (u32, u32) {
        let area = self.display;
        (u32::try_from(area.right).unwrap_or(0), u32::try_from(area.bottom).unwrap_or(0))
    }

    /// The part of a node that is on the screen and not scrolled out of what holds it.
    fn visible(&self, node: &UiNode) -> Bounds {
        self.ancestors(node)
            .filter(|a| a.scrollable)
            .fold(node.bounds.intersect(&self.display), |area, a| area.intersect(&a.bounds))
    }

    /// The nearest clickable node at or around this one: it takes the tap.
    fn owner(&self, id: NodeId) -> Option<NodeId> {
        let mut at = Some(id);
        while let Some(here) = at {
            let node = self.node(here)?;
            if node.clickable {
                return Some(here);
            }
            at = node.parent;
        }
        None
    }

    /// The owner, unless it is so large that it is a page and not a button or a row.
    pub(super) fn small_owner(&self, id: NodeId) -> Option<NodeId> {
        let area = |b: &Bounds| u64::from(b.width()) * u64::from(b.height());
        let owner = self.owner(id)?;
        (area(&self.node(owner)?.bounds) * 4 <= area(&self.display)).then_some(owner)
    }

    /// Whether a node lies within another.
    pub(super) fn is_within(&self, id: NodeId, other: NodeId) -> bool {
        self.above(id).any(|around| around == other)
    }

    /// The ids of the nodes around one, nearest first.
    pub(super) fn above(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<'_> {
        let parent = |id: NodeId| self.node(id).and_then(|n| n.parent);
        std::iter::successors(parent(id), move |around| parent(*around))
    }

    /// The nodes around one, nearest first.
    pub fn ancestors<'a>(&'a self, node: &UiNode) -> impl Iterator<Item = &'a UiNode> + use<'a> {
        std::iter::successors(node.parent.and_then(|p| self.node(p)), |n| n.parent.and_then(|p| self.node(p)))
    }

    /// The nodes within one, in document order.
    pub fn descendants<'a>(&'a self, node: &UiNode) -> impl DoubleEndedIterator<Item = &'a UiNode> + use<'a> {
        let places = node.within.start as usize..node.within.end as usize;
        self.nodes.get(places).unwrap_or_default().iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(xml: &str) -> UiTree {
        UiTree::parse(format!("<hierarchy>{xml}</hierarchy>").as_bytes()).unwrap()
    }

    #[test]
    fn f28_a_web_view_without_content_is_loading() {
        let page = |inside: &str| {
            tree(&format!(r#"<node class="android.webkit.WebView" text="Account">{inside}</node>"#)).is_loading()
        };
        assert!(page(""));
        assert!(page(r#"<node class="android.view.View"/>"#));
        assert!(!page(r#"<node class="android.view.View" text="Verify by phone"/>"#));
        assert!(!page(r#"<node class="android.widget.EditText"/>"#));
        assert!(page(r#"<node text="Loading"/><node class="android.widget.ProgressBar"/>"#));
        assert!(!tree(r#"<node class="android.widget.FrameLayout"/>"#).is_loading());
    }

    #[test]
    fn the_clock_does_not_change_a_screen() {
        let at = |clock: &str, text: &str| {
            tree(&format!(r#"<node package="a" text="{text}"/><node package="com.android.systemui" text="{clock}"/>"#))
                .fingerprint()
        };
        assert_eq!(at("10:00", "x"), at("10:01", "x"));
        assert_ne!(at("10:00", "x"), at("10:00", "y"));
    }
}
