//! The account app's pages: the account page, the sign-in page, the identity check.

use super::act::{Act, Field};
use super::id::ScreenId;
use super::layout::{Rows, content_area, field, line, page};
use super::node::{Node, Rect};
use super::scene::Scene;

pub(super) fn draw(screen: ScreenId, scene: &Scene<'_>) -> (Node, i32) {
    match screen {
        ScreenId::SignIn => (sign_in(scene), 0),
        ScreenId::IdentityCheck => (identity(scene), 0),
        ScreenId::NoNetworkPage => (no_network(scene), 0),
        _ => account(scene),
    }
}

fn id(name: &str) -> String {
    format!("com.xiaomi.account:id/{name}")
}

/// The account page: header, preferences, and the footer with the sign-out button.
fn account(scene: &Scene<'_>) -> (Node, i32) {
    let mut rows = Rows::new(scene);
    if scene.spec.china_app {
        rows.add(100, |area| title_bar(scene, area));
    } else {
        rows.add(160, |area| header(scene, area));
    }
    for title in ["Xiaomi Cloud", "Account security", "Linked accounts", "Signed-in devices"] {
        rows.item(title, "", Act::Nothing);
    }
    if scene.spec.button_below_fold {
        rows.heading("Xiaomi services");
        for title in
            ["Payments", "Xiaomi Home", "Community", "Mi Store", "Health", "Music", "Browser", "Themes", "Feedback"]
        {
            rows.item(title, "", Act::Nothing);
        }
    }
    if scene.spec.china_app {
        rows.add(80, |area| logout_row(scene, area));
    } else {
        rows.add(130, |area| footer(scene, area));
    }
    let (list, most) = rows.list(&id("recycler_view"), content_area(scene));
    let list = Node::new("FrameLayout", content_area(scene)).id(&id("preference")).child(list);
    let mut root = page(scene, &scene.text("passport_account_label"), list);
    if !scene.spec.resource_ids {
        root.each(&mut |n| {
            if n.id.starts_with("com.xiaomi.account:") {
                n.id.clear();
            }
        });
    }
    (root, most)
}

/// The head of the account page on China's ROMs: one bar that opens the owner's details.
fn title_bar(scene: &Scene<'_>, area: Rect) -> Node {
    let avatar = Rect::at(scene.px(20), area.top + scene.px(16), scene.px(60), scene.px(60));
    Node::new("LinearLayout", area)
        .id(&id("title_bar"))
        .taps(Act::Nothing)
        .child(Node::new("ImageView", avatar).id(&id("user_avatar")))
        .child(Node::label(&scene.spec.owner, line(area, scene, 100, 20, 200)).id(&id("user_name")))
        .child(Node::label(scene.account.unwrap_or_default(), line(area, scene, 100, 52, 200)).id(&id("user_id")))
}

/// The sign-out button on China's ROMs: in a row of its own at the end of the list.
fn logout_row(scene: &Scene<'_>, area: Rect) -> Node {
    let button = Rect::at(scene.px(20), area.top + scene.px(16), scene.px(320), scene.px(48));
    Node::new("LinearLayout", area)
        .child(Node::button(scene.text("logout_account"), button, Act::SignOut).id(&id("logout_btn")))
}

fn header(scene: &Scene<'_>, area: Rect) -> Node {
    let header = Node::new("RelativeLayout", area)
        .id(&id("settings_header_layout"))
        .child(
            Node::new("ImageView", Rect::at(scene.px(140), area.top + scene.px(16), scene.px(80), scene.px(80)))
                .id(&id("user_avatar"))
                .taps(Act::Nothing),
        )
        .child(Node::label(&scene.spec.owner, line(area, scene, 100, 104, 160)).id(&id("nick_name")))
        .child(Node::label(scene.account.unwrap_or_default(), line(area, scene, 100, 128, 160)).id(&id("user_id")))
        .child(
            Node::new("ImageView", Rect::at(scene.px(270), area.top + scene.px(104), scene.px(20), scene.px(20)))
                .id(&id("edit_view"))
                .taps(Act::Nothing),
        );
    Node::new("FrameLayout", area).id(&id("header")).child(header)
}

fn footer(scene: &Scene<'_>, area: Rect) -> Node {
    let button = Rect::at(scene.px(20), area.top + scene.px(16), scene.px(320), scene.px(48));
    let mut privacy = Node::label("Privacy Policy", line(area, scene, 180, 84, 120)).id(&id("privacy_policy"));
    privacy = privacy.taps(Act::Nothing);
    Node::new("LinearLayout", area)
        .child(Node::button(scene.text("logout_account"), button, Act::SignOut).id(&id("logout_btn")))
        .child(
            Node::label("User Agreement", line(area, scene, 40, 84, 120)).id(&id("user_agreement")).taps(Act::Nothing),
        )
        .child(privacy)
}

/// The sign-in page that shows when nobody is signed in.
fn sign_in(scene: &Scene<'_>) -> Node {
    let area = content_area(scene);
    let at = |top: i32, height: i32| Rect::at(scene.px(24), area.top + scene.px(top), scene.px(312), scene.px(height));
    let title = Node::label(scene.text("passport_login_title"), at(16, 40)).id(&id("title"));
    let name = field(scene, Field::Account, "Email/Phone/Xiaomi Account", at(80, 48), false).id(&id("et_account_name"));
    let secret = field(scene, Field::Password, &scene.text("passport_input_password_hint"), at(140, 48), true)
        .id(&id("et_account_password"));
    let secret_area = Node::new("LinearLayout", at(140, 48)).id(&id("password_layout")).child(secret);
    let content = Node::new("ScrollView", area)
        .child(title)
        .child(Node::new("FrameLayout", at(80, 48)).id(&id("account_name_area")).child(name))
        .child(secret_area)
        .child(Node::button("Sign in", at(210, 48), Act::Nothing).id(&id("btn_login")))
        .child(
            Node::label(scene.text("passport_forget_password"), at(270, 24)).id(&id("forgot_pwd")).taps(Act::Nothing),
        );
    page(scene, &scene.text("passport_account_label"), content)
}

/// The identity check: a page of its own that only its owner can pass.
fn identity(scene: &Scene<'_>) -> Node {
    let area = content_area(scene);
    let at = |top: i32, height: i32| Rect::at(scene.px(24), area.top + scene.px(top), scene.px(312), scene.px(height));
    let web = Node::new("android.webkit.WebView", area)
        .child(label_view(&scene.text("passport_account_identity_title"), at(16, 40)))
        .child(label_view("+86 138****0000", at(70, 24)))
        .child(Node::button("Send code", at(120, 48), Act::Nothing));
    page(scene, &scene.text("passport_account_identity_title"), web)
}

/// What the account app shows in place of a page that it could not load.
fn no_network(scene: &Scene<'_>) -> Node {
    let area = content_area(scene);
    let at = |top: i32, height: i32| Rect::at(scene.px(24), area.top + scene.px(top), scene.px(312), scene.px(height));
    let content = Node::new("LinearLayout", area)
        .id(&id("error_result_container"))
        .child(Node::new("ImageView", at(80, 120)).id(&id("image")))
        .child(Node::label(scene.text("passport_error_network"), at(220, 40)).id(&id("text")))
        .child(Node::button("Retry", at(280, 48), Act::Nothing).id(&id("action_retry")));
    page(scene, &scene.text("passport_account_label"), content)
}

/// A text of a web page.
pub(super) fn label_view(text: &str, area: Rect) -> Node {
    let mut node = Node::new("android.view.View", area);
    text.clone_into(&mut node.text);
    node
}
