//! Brings the tree of a dump up to date by the cheap look: places, what is enabled, and how many characters a field holds. Only the dump
//! tells which page it is, since the views have no texts.

use std::collections::HashMap;

use super::views::{ScreenViews, View};
use super::{Bounds, NodeId, UiNode, UiTree, UiWindow};

/// The keyboard's window comes and goes beside a page and belongs to no app. Only what it covers counts.
const KEYBOARD: &str = "InputMethod";

/// The title in a window's name, which begins with a number.
fn title(name: &str) -> &str {
    match name.split_once(' ') {
        Some((number, title)) if number.bytes().all(|b| b.is_ascii_hexdigit()) => title,
        _ => name,
    }
}

/// Whether a window of the views is the keyboard's. Its name holds a number beside the title (`3f1c2a9 InputMethod`).
fn is_keyboard(name: &str) -> bool {
    name.split([' ', '}', '{']).any(|word| word == KEYBOARD)
}

/// Whether a look at the views agrees with a dump that was made right before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Everything that both show is at the same place.
    Same,
    /// Something is at another place in the views than in the dump, or is missing from them.
    Other,
    /// They have nothing in common by which they could be compared.
    Nothing,
}

/// The name of a resource id without its package.
fn name(id: &str) -> &str {
    id.rsplit_once(":id/").map_or("", |(_, name)| name)
}

/// Nodes whose resource id occurs once in the tree, with that id's name.
fn unique(tree: &UiTree) -> HashMap<&str, NodeId> {
    let mut found: HashMap<&str, Option<NodeId>> = HashMap::new();
    for (id, node) in tree.nodes().filter(|(_, node)| !name(&node.id).is_empty()) {
        found.entry(name(&node.id)).and_modify(|known| *known = None).or_insert(Some(id));
    }
    found.into_iter().filter_map(|(name, id)| Some((name, id?))).collect()
}

/// Views whose id occurs once among all windows, with that id's name; whether they are visible or not.
fn unique_views(views: &ScreenViews) -> HashMap<&str, &View> {
    let mut found: HashMap<&str, Option<&View>> = HashMap::new();
    for view in views.windows.iter().flat_map(|w| &w.views) {
        let Some(name) = view.id.strip_prefix("id/") else { continue };
        found.entry(name).and_modify(|known| *known = None).or_insert(Some(view));
    }
    found.into_iter().filter_map(|(name, view)| Some((name, view?))).collect()
}

/// Whether a view stands where the dump shows its node. Dumps of some Android versions clip a node to what is visible, others don't.
fn is_at(view: &View, bounds: Bounds) -> bool {
    view.visible == bounds || view.bounds == bounds
}

impl ScreenViews {
    /// The windows by title without the keyboard's, in alphabetical order: while they stay the same, nothing came over the page.
    #[must_use]
    pub fn window_titles(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.windows.iter().map(|w| title(&w.name)).filter(|n| !is_keyboard(n)).collect();
        names.sort_unstable();
        names
    }

    /// The one view with one of these resource ids, visible or not, where exactly one is there.
    #[must_use]
    pub fn only(&self, resource_ids: &[String]) -> Option<&View> {
        let views = unique_views(self);
        let mut found = resource_ids.iter().filter_map(|id| views.get(name(id)).copied());
        found.next().filter(|_| found.next().is_none())
    }

    fn keyboard(&self) -> Option<Bounds> {
        let shown = self.windows.iter().filter(|w| is_keyboard(&w.name)).flat_map(|w| &w.views).filter(|v| v.shown);
        let clickable = shown.filter(|v| v.clickable).map(|v| v.visible);
        clickable.reduce(|area, one| area.union(&one))
    }
}

impl UiTree {
    /// Compares the views with this tree, whose dump was made right before.
    #[must_use]
    pub fn agrees_with(&self, views: &ScreenViews) -> Agreement {
        let shown = unique_views(views);
        let mut compared = 0;
        for (name, id) in unique(self) {
            let Some(node) = self.node(id) else { continue };
            if node.bounds.is_empty() {
                // Out of sight since an earlier look.
                continue;
            }
            match shown.get(name) {
                Some(view) if view.shown && view.enabled == node.enabled && is_at(view, node.bounds) => compared += 1,
                // Framework ids are shared by windows behind the page, so a missing one tells nothing.
                None if node.id.starts_with("android:") => {}
                _ => return Agreement::Other,
            }
        }
        if compared == 0 { Agreement::Nothing } else { Agreement::Same }
    }

    /// This tree as it is now by the views; `None` where they do not tell enough: nothing in common, a password field without its
    /// number of characters, or more than half of what the tree showed gone.
    #[must_use]
    pub fn refreshed(&self, views: &ScreenViews) -> Option<Self> {
        let by_name = unique(self);
        let shown = unique_views(views);
        let pairs: HashMap<NodeId, &View> =
            by_name.iter().filter_map(|(name, id)| Some((*id, *shown.get(name)?))).collect();
        let visible = pairs.values().filter(|view| view.shown).count();
        if visible == 0 || pairs.len() * 2 < by_name.len() {
            return None;
        }
        let stays =
            |(id, view): (&NodeId, &&View)| self.node(*id).is_some_and(|node| view.shown && is_at(view, node.bounds));
        let moved = !pairs.iter().all(stays) || pairs.len() < by_name.len();
        let mut nodes = Vec::with_capacity(self.count());
        for (id, node) in self.nodes() {
            let mut node = node.clone();
            match pairs.get(&id) {
                Some(view) => update(&mut node, view)?,
                None if node.password => return None,
                // A node that the views don't show has no place once the page has moved, so that nothing taps it where it was.
                None if moved => node.bounds = Bounds::default(),
                None => {}
            }
            nodes.push(node);
        }
        let package = self.nodes().next().map(|(_, root)| root.package.as_str())?;
        for (name, view) in shown.iter().filter(|(name, view)| view.shown && !by_name.contains_key(*name)) {
            if views.windows.iter().any(|w| is_page(w, &pairs) && w.views.iter().any(|v| std::ptr::eq(v, *view))) {
                nodes.push(appended(package, name, view));
            }
        }
        let (width, height) = self.display();
        let mut tree = Self::of(nodes, self.windows().to_vec(), Some((width.cast_signed(), height.cast_signed())));
        if let Some(bounds) = views.keyboard() {
            let end = tree.count();
            tree.cover(UiWindow {
                display: 0,
                title: KEYBOARD.to_owned(),
                bounds,
                active: false,
                focused: false,
                layer: i32::MAX,
                kind: 2,
                nodes: end..end,
            });
        }
        Some(tree)
    }

    /// The deepest clickable node at a point, where it has a resource id: what a tap there means.
    #[must_use]
    pub fn clickable_at(&self, at: super::Point) -> Option<&UiNode> {
        let hit = self.nodes().filter(|(_, node)| node.clickable && node.bounds.contains(at)).last();
        hit.map(|(_, node)| node).filter(|node| !node.id.is_empty())
    }
}

/// Whether a window is the page's own: most of what was found again is in it.
fn is_page(window: &super::views::WindowViews, pairs: &HashMap<NodeId, &View>) -> bool {
    let own = pairs.values().filter(|view| window.views.iter().any(|v| std::ptr::eq(v, **view))).count();
    own * 2 > pairs.len()
}

/// Brings one node up to date. `None` for a password field whose number of characters is not told.
fn update(node: &mut UiNode, view: &View) -> Option<()> {
    node.bounds = if view.shown { view.visible } else { Bounds::default() };
    node.enabled = view.enabled;
    node.focused = view.focused;
    if node.password {
        node.text = "•".repeat(view.selection_end? as usize).into();
        node.finish();
    }
    Some(())
}

/// A node that the dump did not show, since it was out of sight.
fn appended(package: &str, name: &str, view: &View) -> UiNode {
    let mut node = UiNode {
        id: format!("{package}:id/{name}").into(),
        class: view.class.clone(),
        package: package.into(),
        clickable: view.clickable,
        enabled: view.enabled,
        bounds: view.visible,
        parent: Some(NodeId(0)),
        ..UiNode::default()
    };
    node.finish();
    node
}

#[cfg(test)]
mod tests {
    use super::super::views::WindowViews;
    use super::*;

    const PAGE: &str = r#"<hierarchy><node package="a" bounds="[0,0][1000,2000]">
        <node resource-id="a:id/list" package="a" class="L" scrollable="true" bounds="[0,100][1000,2000]">
        <node resource-id="a:id/pwd" package="a" class="E" password="true" clickable="true" bounds="[0,200][1000,300]"/>
        <node text="Help" package="a" class="T" clickable="true" bounds="[0,400][1000,500]"/>
        <node resource-id="a:id/ok" package="a" class="B" text="OK" clickable="true" bounds="[0,1800][1000,1900]"/>
        </node></node></hierarchy>"#;

    fn tree() -> UiTree {
        UiTree::parse(PAGE.as_bytes()).unwrap()
    }

    fn view(id: &str, top: i32, bottom: i32) -> View {
        let bounds = Bounds::new(0, top, 1000, bottom);
        View {
            id: format!("id/{id}").into(),
            bounds,
            visible: bounds.intersect(&Bounds::new(0, 0, 1000, 2000)),
            shown: top < 2000,
            enabled: true,
            clickable: true,
            ..View::default()
        }
    }

    fn page(views: Vec<View>) -> ScreenViews {
        ScreenViews { windows: vec![WindowViews { name: "a/.Page".into(), views }] }
    }

    fn same() -> Vec<View> {
        vec![view("list", 100, 2000), View { selection_end: Some(0), ..view("pwd", 200, 300) }, view("ok", 1800, 1900)]
    }

    #[test]
    fn what_stands_where_it_stood_agrees() {
        assert_eq!(tree().agrees_with(&page(same())), Agreement::Same);
        let mut moved = same();
        moved[2] = view("ok", 1700, 1800);
        assert_eq!(tree().agrees_with(&page(moved)), Agreement::Other);
        assert_eq!(tree().agrees_with(&page(same()[..2].to_vec())), Agreement::Other, "the button is gone");
        let disabled = [&same()[..2], &[View { enabled: false, ..same()[2].clone() }]].concat();
        assert_eq!(tree().agrees_with(&page(disabled)), Agreement::Other);
        let none = UiTree::parse(br#"<hierarchy><node text="x" bounds="[0,0][9,9]"/></hierarchy>"#).unwrap();
        assert_eq!(none.agrees_with(&page(same())), Agreement::Nothing);
    }

    #[test]
    fn typed_characters_are_counted() {
        let mut typed = same();
        typed[1].selection_end = Some(7);
        let now = tree().refreshed(&page(typed)).unwrap();
        let field = now.nodes().find(|(_, n)| n.password).unwrap().1;
        assert_eq!(field.masked_len(), Some(7));
        let mut silent = same();
        silent[1].selection_end = None;
        assert_eq!(tree().refreshed(&page(silent)), None);
    }

    #[test]
    fn what_cannot_be_followed_is_not_tapped_once_the_page_moved() {
        let help = |tree: &UiTree| {
            let id = tree.nodes().find(|(_, n)| n.text == "Help").unwrap().0;
            tree.tap_point(id)
        };
        assert!(help(&tree().refreshed(&page(same())).unwrap()).is_some());
        let mut moved = same();
        moved[2] = view("ok", 900, 1000);
        assert_eq!(help(&tree().refreshed(&page(moved)).unwrap()), None);
    }

    #[test]
    fn a_button_that_was_scrolled_to_is_there_and_a_keyboard_covers() {
        let mut scrolled = same();
        scrolled.push(view("out", 1500, 1600));
        let mut views = page(scrolled);
        let now = tree().refreshed(&views).unwrap();
        let out = now.nodes().find(|(_, n)| n.id == "a:id/out").unwrap().0;
        assert_eq!(now.tap_point(out).map(|p| p.y), Some(1550));
        views.windows.push(WindowViews { name: "3f1c2a9 InputMethod".into(), views: vec![view("key", 1400, 2000)] });
        let covered = tree().refreshed(&views).unwrap();
        assert_eq!(covered.tap_point(out), None, "the keyboard lies over it");
        assert_eq!(views.window_titles(), ["a/.Page"]);
    }

    #[test]
    fn a_page_of_which_most_is_gone_is_another() {
        assert_eq!(tree().refreshed(&page(vec![view("other", 0, 100)])), None);
        assert_eq!(tree().refreshed(&page(vec![view("list", 100, 2000)])), None);
    }
}
