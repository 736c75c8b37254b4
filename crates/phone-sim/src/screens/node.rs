//! A drawn page as a tree of nodes, and the building blocks to make one. Knows nothing of the phone's state.

use super::act::Act;

/// A rectangle in pixels: left, top, right, bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub left: i32,
    /// Top edge.
    pub top: i32,
    /// Right edge, exclusive.
    pub right: i32,
    /// Bottom edge, exclusive.
    pub bottom: i32,
}

impl Rect {
    /// A rectangle by its corner and size.
    #[must_use]
    pub fn at(left: i32, top: i32, width: i32, height: i32) -> Self {
        Self { left, top, right: left + width, bottom: top + height }
    }

    /// Whether a point lies inside.
    #[must_use]
    pub fn contains(&self, x: i32, y: i32) -> bool {
        x >= self.left && x < self.right && y >= self.top && y < self.bottom
    }

    /// The common part with another rectangle, where there is one.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Option<Self> {
        let met = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        (met.left < met.right && met.top < met.bottom).then_some(met)
    }

    /// The middle.
    #[must_use]
    pub fn center(&self) -> (i32, i32) {
        (i32::midpoint(self.left, self.right), i32::midpoint(self.top, self.bottom))
    }
}

/// One node of a page, as a dump would write it, with what a tap on it does.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are the attributes of a dump")]
pub struct Node {
    /// Java class.
    pub class: String,
    /// Resource id, `package:id/name`; may be empty.
    pub id: String,
    /// Package; set for the whole tree at the end.
    pub package: String,
    /// Text.
    pub text: String,
    /// Content description.
    pub desc: String,
    /// Hint of an empty field.
    pub hint: String,
    /// Where it is.
    pub bounds: Rect,
    /// Takes taps.
    pub clickable: bool,
    /// Not enabled (the rare case, so that the default is enabled).
    pub disabled: bool,
    /// Can have the focus.
    pub focusable: bool,
    /// Has the focus.
    pub focused: bool,
    /// Scrolls.
    pub scrollable: bool,
    /// Has a check mark to set.
    pub checkable: bool,
    /// Is a password field.
    pub password: bool,
    /// What a tap does.
    pub act: Option<Act>,
    /// Where the cursor is in a text field: behind so many characters. No dump shows it.
    pub cursor: Option<usize>,
    /// Shows its children in its own bounds only, as lists do.
    pub clips: bool,
    /// How far its children are scrolled, where it scrolls them and does not lay them out anew, in pixels.
    pub scroll: i32,
    /// Is there as a view and takes no room (`View.GONE`): neither drawn nor in a dump.
    pub gone: bool,
    /// Children, drawn over this node in order.
    pub children: Vec<Node>,
}

impl Node {
    /// A node of a class: a short name is taken from `android.widget`.
    #[must_use]
    pub fn new(class: &str, bounds: Rect) -> Self {
        let class = if class.contains('.') { class.to_owned() } else { format!("android.widget.{class}") };
        Self { class, bounds, ..Self::default() }
    }

    /// A text.
    #[must_use]
    pub fn label(text: impl Into<String>, bounds: Rect) -> Self {
        Self { text: text.into(), ..Self::new("TextView", bounds) }
    }

    /// A button that does something.
    #[must_use]
    pub fn button(text: impl Into<String>, bounds: Rect, act: Act) -> Self {
        Self { text: text.into(), ..Self::new("Button", bounds) }.taps(act)
    }

    /// Sets the resource id.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// Sets the content description.
    #[must_use]
    pub fn desc(mut self, desc: impl Into<String>) -> Self {
        self.desc = desc.into();
        self
    }

    /// Makes it take taps.
    #[must_use]
    pub fn taps(mut self, act: Act) -> Self {
        self.clickable = true;
        self.focusable = true;
        self.act = Some(act);
        self
    }

    /// Adds a child.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Adds children.
    #[must_use]
    pub fn with(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// Moves the tree.
    #[must_use]
    pub fn moved(mut self, dx: i32, dy: i32) -> Self {
        self.each(&mut |n| {
            n.bounds.left += dx;
            n.bounds.right += dx;
            n.bounds.top += dy;
            n.bounds.bottom += dy;
        });
        self
    }

    /// Cuts the tree to a viewport: what lies outside is gone, as it is from a real dump.
    #[must_use]
    pub fn clipped(mut self, view: &Rect) -> Option<Self> {
        self.bounds = self.bounds.meet(view)?;
        self.children = self.children.into_iter().filter_map(|c| c.clipped(view)).collect();
        Some(self)
    }

    /// Makes it a view that is not shown.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.gone = true;
        self
    }

    /// The tree as it is drawn: what a list does not show of its rows is gone, and so is what takes no room.
    #[must_use]
    pub fn drawn(mut self) -> Self {
        let children = self.children.into_iter().filter(|c| !c.gone).map(Self::drawn);
        self.children =
            if self.clips { children.filter_map(|c| c.clipped(&self.bounds)).collect() } else { children.collect() };
        self
    }

    /// Mirrors the tree for languages that run from right to left.
    pub fn mirror(&mut self, width: i32) {
        self.each(&mut |n| {
            (n.bounds.left, n.bounds.right) = (width - n.bounds.right, width - n.bounds.left);
        });
    }

    /// Does something to each node of the tree.
    pub fn each(&mut self, change: &mut dyn FnMut(&mut Self)) {
        change(self);
        for child in &mut self.children {
            child.each(change);
        }
    }

    /// All nodes, parents first.
    #[must_use]
    pub fn all(&self) -> Vec<&Self> {
        let mut found = vec![self];
        for child in &self.children {
            found.extend(child.all());
        }
        found
    }

    /// The topmost node that takes taps at a point.
    #[must_use]
    pub fn hit(&self, x: i32, y: i32) -> Option<&Self> {
        let below = self.children.iter().rev().find_map(|c| c.hit(x, y));
        below.or_else(|| (self.clickable && !self.disabled && self.bounds.contains(x, y)).then_some(self))
    }

    /// The first text in the tree.
    #[must_use]
    pub fn words(&self) -> &str {
        self.all().into_iter().map(|n| n.text.as_str()).find(|t| !t.is_empty()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topmost_clickable_node_takes_the_tap() {
        let row = Node::new("LinearLayout", Rect::at(0, 0, 100, 50))
            .taps(Act::Nothing)
            .child(Node::label("Sign out", Rect::at(10, 10, 50, 20)));
        let page = Node::new("FrameLayout", Rect::at(0, 0, 100, 100)).child(row);
        assert_eq!(page.hit(20, 20).unwrap().class, "android.widget.LinearLayout");
        assert!(page.hit(20, 70).is_none());
    }

    #[test]
    fn what_is_outside_the_viewport_is_gone() {
        let page = Node::new("ListView", Rect::at(0, 0, 100, 500))
            .child(Node::label("a", Rect::at(0, 0, 100, 50)))
            .child(Node::label("b", Rect::at(0, 80, 100, 50)))
            .child(Node::label("c", Rect::at(0, 200, 100, 50)));
        let cut = page.clipped(&Rect::at(0, 20, 100, 100)).unwrap();
        assert_eq!(cut.children.len(), 2);
        assert_eq!(cut.children[1].bounds, Rect { left: 0, top: 80, right: 100, bottom: 120 });
    }
}
