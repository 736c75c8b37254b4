//! The tree of one screen, and questions to it.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::index::Cache;
use super::{Bounds, NodeId, Point, Selector, UiNode, UiWindow};

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

/// What a selector points at, for tapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One thing that can be tapped.
    One(NodeId),
    /// Nothing that can be tapped: none fits, or none is visible and enabled.
    Missing,
    /// This many different things, so that tapping any of them would be a guess.
    Several(usize),
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

    /// The nodes that fit, in document order.
    #[must_use]
    pub fn find(&self, selector: &Selector) -> Vec<NodeId> {
        let fitting = self.nodes().filter(|(_, node)| selector.fits(self, node)).map(|(id, _)| id);
        let Some(after) = &selector.after else { return fitting.collect() };
        let anchors = self.find(after);
        let fitting: Vec<NodeId> = fitting.collect();
        let mut found: Vec<NodeId> = anchors
            .iter()
            .filter_map(|a| {
                let behind = &fitting[fitting.partition_point(|f| f <= a)..];
                behind.iter().find(|f| !self.is_within(**f, *a)).copied()
            })
            .collect();
        found.dedup();
        found
    }

    /// Whether as many nodes fit as the selector's `count` says, or any where it says nothing.
    #[must_use]
    pub fn holds(&self, selector: &Selector) -> bool {
        if selector.count.is_none() && selector.after.is_none() {
            return self.nodes.iter().any(|node| selector.fits(self, node));
        }
        let found = self.find(selector).len();
        selector.count.map_or(found > 0, |count| found == count)
    }

    /// The one thing that a selector points at. A text and the button around it are one thing; what can be tapped wins over a
    /// heading with the same words. With a `count` that does not hold there is nothing to tap.
    #[must_use]
    pub fn target(&self, selector: &Selector) -> Target {
        if selector.count.is_some() && !self.holds(selector) {
            return Target::Missing;
        }
        let all = self.find(selector);
        // A heading may be visible where the button is not yet: then the button has to be scrolled to.
        let own: Vec<NodeId> = all.iter().copied().filter(|id| self.node(*id).is_some_and(|n| n.clickable)).collect();
        let within: Vec<NodeId> = all.iter().copied().filter(|id| self.small_owner(*id).is_some()).collect();
        let best = [own, within, all].into_iter().find(|ids| !ids.is_empty()).unwrap_or_default();
        // Sets, since a page may hold tens of thousands of nodes with the same words.
        let (mut things, mut owners) = (BTreeSet::new(), BTreeSet::new());
        for id in best.into_iter().filter(|id| self.tap_point(*id).is_some()) {
            let owner = self.small_owner(id);
            let same = owner.is_some_and(|o| owners.contains(&o)) || self.above(id).any(|a| things.contains(&a));
            if !same {
                things.insert(id);
                owners.extend(owner);
            }
        }
        match things.len() {
            0 => Target::Missing,
            1 => things.first().map_or(Target::Missing, |one| Target::One(*one)),
            several => Target::Several(several),
        }
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

    /// Whether a page is visibly not whole yet: a progress bar turns, or a web view shows nothing that could be read or used.
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
    fn small_owner(&self, id: NodeId) -> Option<NodeId> {
        let area = |b: &Bounds| u64::from(b.width()) * u64::from(b.height());
        let owner = self.owner(id)?;
        (area(&self.node(owner)?.bounds) * 4 <= area(&self.display)).then_some(owner)
    }

    /// Whether a node lies within another.
    fn is_within(&self, id: NodeId, other: NodeId) -> bool {
        self.above(id).any(|around| around == other)
    }

    /// The ids of the nodes around one, nearest first.
    fn above(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<'_> {
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
    use crate::ui::TextSet;

    fn tree(xml: &str) -> UiTree {
        UiTree::parse(format!("<hierarchy>{xml}</hierarchy>").as_bytes()).unwrap()
    }

    fn words(text: &str) -> Selector {
        Selector::text(TextSet::new(text, [text]))
    }

    const PAGE: &str = r#"<node class="P" bounds="[0,0][1000,2000]">
        <node class="T" text="Sign out" bounds="[0,0][1000,100]"/>
        <node class="L" scrollable="true" bounds="[0,100][1000,1900]">
          <node class="R" clickable="true" bounds="[0,100][1000,300]"><node class="T" text="Row" bounds="[50,150][300,200]"/></node>
          <node class="B" id="x" text="Sign out" clickable="true" resource-id="a:id/out" bounds="[100,1850][900,2100]"/>
          <node class="B" text="Off" clickable="true" enabled="false" bounds="[100,500][900,600]"/>
          <node class="B" text="Hidden" clickable="true" bounds="[100,1950][900,1990]"/>
        </node></node>"#;

    #[test]
    fn a_tap_goes_to_the_visible_part_of_the_node() {
        let tree = tree(PAGE);
        let point = |text: &str| tree.find(&words(text)).last().and_then(|id| tree.tap_point(*id));
        assert_eq!(point("Row"), Some(Point { x: 175, y: 175 }));
        assert_eq!(point("sign OUT"), Some(Point { x: 500, y: 1875 }));
        assert_eq!(point("Off"), None, "disabled");
        assert_eq!(point("Hidden"), None, "scrolled out");
        assert_eq!(tree.scroll_area(), Some(Bounds::new(0, 100, 1000, 1900)));
        assert_eq!(tree.display(), (1000, 2000));
    }

    #[test]
    fn a_button_wins_over_a_heading_with_its_words() {
        let tree = tree(PAGE);
        let Target::One(id) = tree.target(&words("Sign out")) else { panic!("not one") };
        assert_eq!(tree.node(id).unwrap().id, "a:id/out");
        assert_eq!(tree.target(&words("Hidden")), Target::Missing);
        assert_eq!(tree.target(&words("nowhere")), Target::Missing);
    }

    #[test]
    fn two_buttons_are_two_and_a_text_with_its_button_is_one() {
        let two = tree(
            r#"<node bounds="[0,0][1000,2000]"><node text="OK" clickable="true" bounds="[0,0][100,100]"/><node content-desc="OK" clickable="true" bounds="[200,0][300,100]"/></node>"#,
        );
        assert_eq!(two.target(&words("OK")), Target::Several(2));
        let once = Selector { count: Some(1), ..words("OK") };
        assert!(!two.holds(&once));
        assert_eq!(two.target(&once), Target::Missing);
        let nested = tree(
            r#"<node bounds="[0,0][1000,2000]"><node content-desc="OK" clickable="true" bounds="[0,0][100,100]"><node text="OK" bounds="[0,0][100,100]"/></node></node>"#,
        );
        assert!(matches!(nested.target(&words("OK")), Target::One(_)));
        let web = tree(
            r#"<node clickable="true" bounds="[0,0][1000,2000]"><node text="OK" bounds="[0,0][100,100]"/><node text="OK" bounds="[0,1000][100,1100]"/></node>"#,
        );
        assert_eq!(web.target(&words("OK")), Target::Several(2), "a page around both does not make them one");
    }

    #[test]
    fn surroundings_count() {
        let tree = tree(PAGE);
        let find = |selector: Selector| tree.find(&selector).len();
        let list = || Box::new(Selector { class: Some("L".into()), ..Selector::default() });
        assert_eq!(find(Selector { inside: Some(list()), ..words("Sign out") }), 1);
        assert_eq!(
            find(Selector { has: Some(Box::new(words("Row"))), clickable: Some(true), ..Selector::default() }),
            1
        );
        let after = Selector { after: Some(Box::new(words("Row"))), clickable: Some(true), ..Selector::default() };
        let found = tree.find(&after);
        assert_eq!(found.len(), 1);
        assert_eq!(tree.node(found[0]).unwrap().id, "a:id/out");
        assert_eq!(find(Selector { any: vec![words("Row"), words("Off")], ..Selector::default() }), 2);
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

    #[test]
    fn questions_to_a_deep_tree_need_no_stack() {
        let deep = 5_000;
        let xml = format!("{}{}", "<node bounds=\"[0,0][9,9]\">".repeat(deep), "</node>".repeat(deep));
        let tree = tree(&xml);
        let last = tree.nodes().last().unwrap().0;
        assert!(tree.tap_point(last).is_some());
        assert_eq!(tree.find(&Selector { has: Some(Box::new(words("x"))), ..Selector::default() }).len(), 0);
    }
}
