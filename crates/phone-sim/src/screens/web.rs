//! The server's own pages in a web view, as HyperOS shows them: no ids of the app inside.

use super::account::label_view;
use super::act::{Act, Field};
use super::id::ScreenId;
use super::layout::{content_area, field, page};
use super::node::{Node, Rect};
use super::scene::Scene;

pub(super) fn draw(screen: ScreenId, scene: &Scene<'_>) -> Node {
    let area = content_area(scene);
    let at = |top: i32, height: i32| Rect::at(scene.px(24), area.top + scene.px(top), scene.px(312), scene.px(height));
    let mut web = Node::new("android.webkit.WebView", area);
    web.focusable = true;
    web.text = scene.text("passport_account_label");
    let mut body = Node::new("android.view.View", area);
    if scene.loading {
        return page(scene, &scene.text("passport_account_label"), web);
    }
    if screen == ScreenId::WebCode {
        body = body
            .child(label_view(&scene.text("passport_account_identity_title"), at(20, 44)))
            .child(label_view("+86 138****0000", at(70, 24)))
            .child(field(scene, Field::Code, "", at(110, 48), false))
            .child(Node::button(scene.text("android_ok"), at(180, 48), Act::Nothing));
    } else if screen == ScreenId::WebPassword {
        body = body.child(label_view(&scene.text("passport_quick_login_title"), at(20, 44)));
        if let Some(account) = scene.account {
            body = body.child(label_view(&scene.text("passport_account_name").replace("%1$s", account), at(70, 24)));
        }
        body = body.child(field(
            scene,
            Field::WebPassword,
            &scene.text("passport_input_password_hint"),
            at(110, 48),
            true,
        ));
        if let Some(note) = scene.note {
            body = body.child(label_view(&scene.text(note), at(162, 24)));
        }
        body = body.child(Node::button(scene.text("android_ok"), at(200, 48), Act::Confirm));
        let mut forgot = label_view(&scene.text("passport_forget_password"), at(262, 24));
        forgot = forgot.taps(Act::Nothing);
        body = body.child(forgot);
    } else {
        body = body
            .child(label_view(&scene.text("passport_account_identity_title"), at(20, 44)))
            .child(Node::button("Verify by phone", at(90, 48), Act::Nothing))
            .child(Node::button("Verify by email", at(150, 48), Act::Nothing));
    }
    page(scene, &scene.text("passport_account_label"), web.child(body))
}
