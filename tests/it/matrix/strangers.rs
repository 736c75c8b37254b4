//! Pages of others: recognised as nothing, whatever window the phone says is in front.

use std::path::Path;

use mi_signout::model::{Focus, Presence};
use mi_signout::profile::{Catalog, Recognised, View};
use mi_signout::ui::UiTree;
use phone_sim::labels;
use phone_sim::phone::{Generation, PhoneSpec};
use phone_sim::screens::ScreenId;

use super::draw::Page;

/// Windows that could be in front, or that a late probe still names.
const IN_FRONT: [&str; 6] = [
    "com.miui.home/.launcher.Launcher",
    "com.example.shop/.MainActivity",
    "com.xiaomi.account/.ui.AccountSettingsActivity",
    "com.xiaomi.account/.ui.QuickLoginActivity",
    "com.xiaomi.account/.ui.AccountWebActivity",
    "com.miui.cloudservice/.ui.WipeDataConfirmActivity",
];

/// Every profile has to see nothing in the tree.
fn is_nothing(catalog: &Catalog, tree: &UiTree, what: &str) {
    for profile in catalog.profiles() {
        for front in IN_FRONT {
            let focus = Focus::parse(front);
            let view = View { focus: Some(&focus), presence: Presence::Present, tree: Some(tree) };
            assert_eq!(profile.recognise(&view), Recognised::Nothing, "{what} for {} with {front}", profile.name);
        }
    }
}

#[test]
fn drawn_pages_of_others_are_nothing() {
    let catalog = Catalog::builtin().unwrap();
    for language in labels::languages() {
        let spec = PhoneSpec::of(Generation::Miui14).language(language);
        for screen in [ScreenId::OtherApp, ScreenId::UnknownPopup, ScreenId::Keyguard, ScreenId::PinKeyguard] {
            is_nothing(&catalog, &Page::of(&spec, screen).draw().tree(), &format!("{} {language}", screen.name()));
        }
    }
}

#[test]
fn saved_pages_of_others_are_nothing() {
    let catalog = Catalog::builtin().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dumps");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        if name.contains("--nothing") {
            count += 1;
            is_nothing(&catalog, &UiTree::parse(&std::fs::read(&file).unwrap()).unwrap(), &name);
        }
    }
    assert!(count >= 5, "only {count} saved pages of others");
}
