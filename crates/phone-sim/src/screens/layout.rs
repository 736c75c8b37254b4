//! Page skeletons: a page with an action bar and a list, a dialog, a row.

use super::act::{Act, Field};
use super::node::{Node, Rect};
use super::scene::Scene;
use crate::spec::Branch;

/// A list of rows that are stacked from the top; each row is built at the origin.
pub(super) struct Rows<'a, 'b> {
    scene: &'a Scene<'b>,
    built: Vec<Node>,
    height: i32,
}

impl<'a, 'b> Rows<'a, 'b> {
    pub(super) fn new(scene: &'a Scene<'b>) -> Self {
        Self { scene, built: Vec::new(), height: 0 }
    }

    /// Adds a row of a height in units.
    pub(super) fn add(&mut self, units: i32, row: impl FnOnce(Rect) -> Node) {
        let area = Rect::at(0, self.height, self.scene.width(), self.scene.px(units));
        self.built.push(row(area));
        self.height = area.bottom;
    }

    /// A preference: icon, title and summary on a row that takes the tap.
    pub(super) fn item(&mut self, title: &str, summary: &str, act: Act) {
        let scene = self.scene;
        self.add(56, |area| {
            let mut texts = Node::new("RelativeLayout", inset(area, scene.px(64), scene.px(8)))
                .child(Node::label(title, line(area, scene, 64, 10, 200)).id("android:id/title"));
            if !summary.is_empty() {
                texts = texts.child(Node::label(summary, line(area, scene, 64, 32, 200)).id("android:id/summary"));
            }
            Node::new("LinearLayout", area)
                .taps(act)
                .child(
                    Node::new(
                        "ImageView",
                        Rect::at(area.left + scene.px(20), area.top + scene.px(14), scene.px(28), scene.px(28)),
                    )
                    .id("android:id/icon"),
                )
                .child(texts)
        });
    }

    /// A heading between rows.
    pub(super) fn heading(&mut self, text: &str) {
        let scene = self.scene;
        self.add(32, |area| Node::label(text, line(area, scene, 20, 8, 300)).id("android:id/title"));
    }

    /// The list in its viewport, scrolled, and how far it can scroll.
    pub(super) fn list(self, id: &str, view: Rect) -> (Node, i32) {
        let most = (self.height - (view.bottom - view.top)).max(0);
        let by = self.scene.scroll.clamp(0, most);
        let rows = self.built.into_iter().map(|r| r.moved(0, view.top - by));
        // A list has views for the rows that show only; a page that scrolls as a whole has all of them.
        let mut list = if self.scene.spec.has(Branch::ScrollingPages) {
            let content = Rect::at(view.left, view.top - by, self.scene.width(), self.height);
            let mut page = Node::new("ScrollView", view).child(Node::new("LinearLayout", content).with(rows));
            page.scroll = by;
            page
        } else {
            let shown = rows.filter(|r| r.bounds.meet(&view).is_some());
            Node::new("androidx.recyclerview.widget.RecyclerView", view).with(shown)
        };
        list = list.id(id);
        list.clips = true;
        list.scrollable = most > 0;
        list.focusable = true;
        (list, most)
    }
}

/// An area made smaller at the left and at top and bottom.
pub(super) fn inset(area: Rect, left: i32, upright: i32) -> Rect {
    Rect { left: area.left + left, top: area.top + upright, right: area.right, bottom: area.bottom - upright }
}

/// A line of text in an area: offsets and width in units.
pub(super) fn line(area: Rect, scene: &Scene<'_>, left: i32, top: i32, width: i32) -> Rect {
    Rect::at(area.left + scene.px(left), area.top + scene.px(top), scene.px(width), scene.px(20))
}

/// Where a page's contents lie: below status bar and action bar, above the keyboard.
pub(super) fn content_area(scene: &Scene<'_>) -> Rect {
    Rect { left: 0, top: scene.px(84), right: scene.width(), bottom: scene.floor() }
}

/// A whole page: action bar with a title, and the contents.
pub(super) fn page(scene: &Scene<'_>, title: &str, content: Node) -> Node {
    let full = Rect::at(0, 0, scene.width(), scene.height());
    let bar = Rect { left: 0, top: scene.px(28), right: scene.width(), bottom: scene.px(84) };
    let action_bar = Node::new("FrameLayout", bar).id("miui:id/action_bar_container").child(
        Node::new("android.view.ViewGroup", bar)
            .id("miui:id/action_bar")
            .child(
                Node::new("ImageView", Rect::at(scene.px(12), scene.px(40), scene.px(32), scene.px(32)))
                    .id("miui:id/up")
                    .desc("Back")
                    .taps(Act::Back),
            )
            .child(
                Node::label(title, Rect::at(scene.px(56), scene.px(44), scene.px(240), scene.px(24)))
                    .id("miui:id/action_bar_title"),
            ),
    );
    Node::new("FrameLayout", full).child(
        Node::new("FrameLayout", full)
            .id("miui:id/action_bar_overlay_layout")
            .child(action_bar)
            .child(Node::new("FrameLayout", content_area(scene)).id("android:id/content").child(content)),
    )
}

/// A button of a dialog: its text and what it does.
pub(super) type Choice = (String, Act);

/// An alert at the bottom of the screen: title, message, then the buttons: no, yes.
pub(super) fn alert(scene: &Scene<'_>, title: &str, message: &str, no: Option<Choice>, yes: Option<Choice>) -> Node {
    let height = scene.px(210);
    let area = Rect::at(scene.px(12), scene.floor() - height - scene.px(20), scene.px(336), height);
    let mut panel = Node::new("LinearLayout", area).id("miui:id/parentPanel");
    if !title.is_empty() {
        let top = Node::new("LinearLayout", Rect::at(area.left, area.top, scene.px(336), scene.px(56)))
            .id("miui:id/topPanel")
            .child(Node::label(title, line(area, scene, 20, 20, 296)).id("miui:id/alertTitle"));
        panel = panel.child(top);
    }
    if !message.is_empty() {
        let body = Rect::at(area.left + scene.px(20), area.top + scene.px(60), scene.px(296), scene.px(70));
        panel = panel.child(
            Node::new("FrameLayout", body)
                .id("miui:id/contentPanel")
                .child(Node::label(message, body).id("android:id/message")),
        );
    }
    let (yes_id, no_id) = if scene.spec.crossed_buttons {
        ("android:id/button2", "android:id/button1")
    } else {
        ("android:id/button1", "android:id/button2")
    };
    let mut buttons =
        Node::new("LinearLayout", Rect::at(area.left, area.top + scene.px(140), scene.px(336), scene.px(60)))
            .id("miui:id/buttonPanel");
    let wide = no.is_none() || yes.is_none();
    let mut left = 20;
    for ((text, act), id) in [no.map(|c| (c, no_id)), yes.map(|c| (c, yes_id))].into_iter().flatten() {
        let width = if wide { 296 } else { 142 };
        let place = Rect::at(area.left + scene.px(left), area.top + scene.px(146), scene.px(width), scene.px(46));
        buttons = buttons.child(Node::button(text, place, act).id(id));
        left += 154;
    }
    Node::new("FrameLayout", area)
        .child(Node::new("FrameLayout", area).id("android:id/content").child(panel.child(buttons)))
}

/// A text field. An empty one shows its hint as its text, as Android tells accessibility; a password shows bullets.
pub(super) fn field(scene: &Scene<'_>, field: Field, hint: &str, area: Rect, password: bool) -> Node {
    let password = password && !scene.spec.password_in_clear;
    let mut typed = scene.typed.clone();
    let text = typed.field(field);
    let count = text.chars().count();
    let shown = match count {
        _ if password && !scene.spec.shows_password_length => String::new(),
        0 => hint.to_owned(),
        count if password => "•".repeat(count),
        _ => text.clone(),
    };
    let mut node = Node::new("EditText", area).taps(Act::Focus(field));
    node.text = shown;
    hint.clone_into(&mut node.hint);
    node.focused = scene.focus == Some(field);
    node.password = password;
    // Whatever types leaves the cursor at the end.
    node.cursor = Some(count);
    node
}
