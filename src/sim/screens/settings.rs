//! Settings: its first page with the account row, and its search.

use super::layout::{Rows, content_area, field, page};
use super::node::{Node, Rect};
use super::{Act, Field, Scene, ScreenId};

pub(super) fn draw(screen: ScreenId, scene: &Scene<'_>) -> (Node, i32) {
    if screen == ScreenId::SettingsSearch { (search(scene), 0) } else { home(scene, screen == ScreenId::AccountGone) }
}

/// The first page. The account row's title is the owner's name while signed in.
fn home(scene: &Scene<'_>, gone: bool) -> (Node, i32) {
    let mut rows = Rows::new(scene);
    rows.add(56, |area| {
        let place = Rect { left: area.left + scene.px(16), right: area.right - scene.px(16), ..area };
        let mut hint = Node::label("Search settings", place).id("android:id/input");
        hint = hint.taps(Act::Open(ScreenId::SettingsSearch));
        Node::new("FrameLayout", area).id("com.android.settings:id/header_view").child(hint)
    });
    let accounts = scene.spec.has_account_app() && scene.spec.device_owner.is_none();
    if scene.spec.row_at_top && accounts {
        account_row(&mut rows, scene, gone);
    }
    for title in
        ["About phone", "System updater", "SIM cards & mobile networks", "Wi-Fi", "Bluetooth", "Portable hotspot"]
    {
        rows.item(title, "", Act::Open(ScreenId::OtherApp));
    }
    for title in
        ["Always-on display & Lock screen", "Display", "Sound & vibration", "Home screen", "Wallpaper", "Battery"]
    {
        rows.item(title, "", Act::Open(ScreenId::OtherApp));
    }
    for title in ["Apps", "Additional settings", "Passwords & security", "Privacy protection"] {
        rows.item(title, "", Act::Open(ScreenId::OtherApp));
    }
    if !scene.spec.row_at_top && accounts {
        rows.heading("Accounts");
        account_row(&mut rows, scene, gone);
    }
    rows.item("Accounts & sync", "", Act::Open(ScreenId::OtherApp));
    rows.item("Feedback", "", Act::Open(ScreenId::OtherApp));
    let (list, most) = rows.list("android:id/list", content_area(scene));
    (page(scene, "Settings", list), most)
}

fn account_row(rows: &mut Rows<'_, '_>, scene: &Scene<'_>, gone: bool) {
    if scene.account.is_some() && !gone {
        let summary = scene.text("xiaomi_account");
        rows.item(&scene.spec.owner, &summary, Act::Open(ScreenId::AccountPage));
    } else {
        let (title, summary) = (scene.text("unlogin_account_title"), scene.text("unlogin_account_summary"));
        rows.item(&title, &summary, Act::Open(ScreenId::SignIn));
    }
}

/// The search finds the account page by the words of its title.
fn search(scene: &Scene<'_>) -> Node {
    let area = content_area(scene);
    let input = field(
        scene,
        Field::Search,
        "Search settings",
        Rect::at(scene.px(16), area.top, scene.px(328), scene.px(48)),
        false,
    )
    .id("android:id/input");
    let mut rows = Rows::new(scene);
    let wanted = scene.typed.search.trim().to_lowercase();
    let title = scene.text("search_mi_account");
    if !wanted.is_empty() && title.to_lowercase().contains(&wanted) && scene.spec.has_account_app() {
        let target = if scene.account.is_some() { ScreenId::AccountPage } else { ScreenId::SignIn };
        rows.item(&title, "", Act::Open(target));
    }
    let below = Rect { top: area.top + scene.px(56), ..area };
    let (list, _) = rows.list("com.android.settings:id/search_result_recycler", below);
    page(scene, "Settings", Node::new("LinearLayout", area).child(input).child(list))
}
