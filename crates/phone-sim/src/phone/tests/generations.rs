//! Made-up generations of the account app.

use super::*;
use crate::screens::Act;
use crate::spec::AppGeneration;
use ScreenId as S;

#[test]
fn each_generation_differs_from_the_known_app_in_two_languages() {
    for generation in AppGeneration::ALL {
        for language in ["en", "zh-rCN"] {
            let phone = SimPhone::new(generation.phone().language(language));
            phone.show(S::AccountPage);
            let page = phone.dump_xml();
            assert!(!page.contains("logout_btn") && !page.contains("Sign out"), "{}: {page}", generation.name());
            let words = if language == "en" { "Xiaomi passport" } else { "小米通行证" };
            assert!(page.contains(words), "{} {language}", generation.name());
            assert!(phone.current_activity().contains("PassportHomeActivity"));
        }
    }
}

#[test]
fn other_packages_ask_and_nothing_of_the_known_app_stands_in_their_pages() {
    let phone = SimPhone::new(AppGeneration::OtherPackages.phone());
    for (screen, package) in [(S::Password, "com.miui.guard"), (S::KeepRemove, "com.miui.vault")] {
        phone.show(screen);
        let page = phone.dump_xml();
        assert!(page.contains(&format!("package=\"{package}\"")) && !page.contains("com.xiaomi.account"), "{page}");
        assert!(phone.place_of(Act::Cancel).is_some());
    }
}
