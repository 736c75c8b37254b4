//! What Android and MIUI put over a field that is typed into: the secure keyboard, and the framework's autofill.
//!
//! Package and ids are seen in sources and reports; how the windows look and what they take from the page below is made up.

use super::act::Act;
use super::id::ScreenId;
use super::node::{Node, Rect};
use super::scene::Scene;

pub(super) fn draw(screen: ScreenId, scene: &Scene<'_>) -> Node {
    match screen {
        ScreenId::SecureKeyboard => secure_keyboard(scene),
        ScreenId::AutofillBubble => bubble(scene),
        _ => save(scene),
    }
}

/// Keys over the lower part of the screen, in no order that a person knows.
fn secure_keyboard(scene: &Scene<'_>) -> Node {
    let top = scene.height() - scene.px(270);
    let area = Rect { left: 0, top, right: scene.width(), bottom: scene.height() };
    let mut keys = Node::new("android.inputmethodservice.KeyboardView", area);
    for (place, key) in (0..).zip("qxjzvkmyfwgbucdpn".chars()) {
        let at =
            Rect::at(scene.px(4 + place % 9 * 39), top + scene.px(50 + place / 9 * 60), scene.px(36), scene.px(52));
        keys = keys.child(Node::button(key.to_string(), at, Act::Nothing));
    }
    let done = Rect::at(scene.px(270), top + scene.px(200), scene.px(80), scene.px(52));
    let title =
        Node::label("Secure keyboard", Rect::at(scene.px(110), top + scene.px(10), scene.px(140), scene.px(24)));
    Node::new("FrameLayout", area).child(title).child(keys).child(Node::button("Done", done, Act::Nothing))
}

/// The list of what may be filled in, over the buttons of the page.
fn bubble(scene: &Scene<'_>) -> Node {
    let area = Rect::at(scene.px(20), scene.floor() - scene.px(110), scene.px(300), scene.px(104));
    let row = |top: i32, words: &str| {
        let at = Rect::at(area.left, area.top + scene.px(top), scene.px(300), scene.px(52));
        let text =
            Node::label(words, Rect::at(at.left + scene.px(16), at.top + scene.px(14), scene.px(260), scene.px(24)));
        Node::new("LinearLayout", at).taps(Act::Fill).child(text)
    };
    let list = Node::new("ListView", area).id("android:id/autofill_dataset_list");
    Node::new("FrameLayout", area)
        .id("android:id/autofill_dataset_picker")
        .child(list.child(row(0, "somebody@example.org")).child(row(52, "OK")))
}

/// The question whether to save the password.
fn save(scene: &Scene<'_>) -> Node {
    let height = scene.px(160);
    let area = Rect::at(0, scene.height() - height, scene.width(), height);
    let button = |left: i32| Rect::at(scene.px(left), area.top + scene.px(96), scene.px(140), scene.px(48));
    let title = Rect::at(scene.px(24), area.top + scene.px(24), scene.px(312), scene.px(28));
    Node::new("FrameLayout", area).child(
        Node::new("LinearLayout", area)
            .id("android:id/autofill_save")
            .child(Node::label("Save password to Google?", title).id("android:id/autofill_save_title"))
            .child(Node::button("No thanks", button(24), Act::Close).id("android:id/autofill_save_no"))
            .child(Node::button("Save", button(190), Act::Close).id("android:id/autofill_save_yes")),
    )
}
