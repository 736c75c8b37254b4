//! Settings: its first page with the account row, and its search.

use super::act::{Act, Field};
use super::id::ScreenId;
use super::layout::{Rows, content_area, field, page};
use super::node::{Node, Rect};
use super::scene::Scene;
use crate::spec::Branch;

/// Settings' own words: its title, the hint of its search, the heading over the accounts.
type Words = [&'static str; 3];

/// Made up in the plain words of each language, since no official texts are at hand; other languages show English, as Android
/// does with what is not translated.
const WORDS: &[(&str, Words)] = &[
    ("en", ["Settings", "Search settings", "Accounts"]),
    ("ar", ["الإعدادات", "البحث في الإعدادات", "الحسابات"]),
    ("de", ["Einstellungen", "Einstellungen durchsuchen", "Konten"]),
    ("es", ["Ajustes", "Buscar ajustes", "Cuentas"]),
    ("hi", ["सेटिंग", "सेटिंग खोजें", "खाते"]),
    ("in", ["Setelan", "Cari setelan", "Akun"]),
    ("it", ["Impostazioni", "Cerca impostazioni", "Account"]),
    ("ru", ["Настройки", "Поиск настроек", "Аккаунты"]),
    ("tr", ["Ayarlar", "Ayarları ara", "Hesaplar"]),
    ("zh-rCN", ["设置", "搜索系统设置项", "账号"]),
];

fn words(scene: &Scene<'_>) -> &'static Words {
    let of = |language: &str| WORDS.iter().find(|(l, _)| *l == language).map(|(_, words)| words);
    of(&scene.spec.language).unwrap_or(&WORDS[0].1)
}

pub(super) fn draw(screen: ScreenId, scene: &Scene<'_>) -> (Node, i32) {
    if screen == ScreenId::SettingsSearch { (search(scene), 0) } else { home(scene, screen == ScreenId::AccountGone) }
}

/// The first page. The account row's title is the owner's name while signed in.
fn home(scene: &Scene<'_>, gone: bool) -> (Node, i32) {
    let [name, search, accounts_heading] = *words(scene);
    let mut rows = Rows::new(scene);
    rows.add(56, |area| {
        let place = Rect { left: area.left + scene.px(16), right: area.right - scene.px(16), ..area };
        let mut hint = Node::label(search, place).id("android:id/input");
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
        rows.heading(accounts_heading);
        account_row(&mut rows, scene, gone);
    }
    rows.item("Accounts & sync", "", Act::Open(ScreenId::OtherApp));
    rows.item("Feedback", "", Act::Open(ScreenId::OtherApp));
    let (list, most) = rows.list("android:id/list", content_area(scene));
    (page(scene, name, list), most)
}

fn account_row(rows: &mut Rows<'_, '_>, scene: &Scene<'_>, gone: bool) {
    if scene.account.is_some() && !gone {
        let bare = scene.spec.has(Branch::BareRow);
        let summary = if bare { String::new() } else { scene.text("xiaomi_account") };
        rows.item(&scene.spec.owner, &summary, Act::Open(ScreenId::AccountPage));
    } else {
        let (title, summary) = (scene.text("unlogin_account_title"), scene.text("unlogin_account_summary"));
        rows.item(&title, &summary, Act::Open(ScreenId::SignIn));
    }
}

/// The search finds the account page by the words of its title.
fn search(scene: &Scene<'_>) -> Node {
    let [name, hint, _] = *words(scene);
    let area = content_area(scene);
    let input = field(scene, Field::Search, hint, Rect::at(scene.px(16), area.top, scene.px(328), scene.px(48)), false)
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
    page(scene, name, Node::new("LinearLayout", area).child(input).child(list))
}
