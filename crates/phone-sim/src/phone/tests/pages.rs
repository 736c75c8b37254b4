//! Every page, in every language and both formats.

use super::*;
use ScreenId as S;

#[test]
fn every_page_is_drawn_in_every_language() {
    let mut dumps = 0;
    for generation in Generation::ALL {
        for language in crate::labels::languages() {
            // Every language on one generation, and all generations in three languages.
            if generation != Generation::HyperOs2 && !["en", "ar", "zh-rCN"].contains(&language) {
                continue;
            }
            let phone = SimPhone::new(PhoneSpec::of(generation).language(language));
            for screen in S::ALL {
                phone.show(*screen);
                let nodes = parse(&phone.dump_xml());
                assert!(nodes.len() > 3, "{generation:?} {language} {screen:?}");
                assert!(nodes.iter().any(|n| n.package == "com.android.systemui"));
                let field = nodes.iter().any(|n| n.password);
                assert_eq!(field, screen.is_password() || [S::SignIn, S::LostMode].contains(screen), "{screen:?}");
                dumps += 1;
            }
        }
    }
    assert!(dumps > 3000, "{dumps}");
}

#[test]
fn both_formats_write_their_attributes_in_order() {
    let old = SimPhone::new(PhoneSpec::default()).dump_xml();
    assert!(old.starts_with(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\"><node index=\"0\" text=\"\" resource-id=\"\" class=\"android.widget.FrameLayout\" package=\"com.miui.home\" content-desc=\"\" checkable=\"false\" checked=\"false\" clickable=\"false\" enabled=\"true\" focusable=\"false\" focused=\"false\" scrollable=\"false\" long-clickable=\"false\" password=\"false\" selected=\"false\" bounds=\"[0,0][1080,2400]\">"
    ));
    assert!(!old.contains('\n') && !old.contains("drawing-order"));
    let new = SimPhone::new(PhoneSpec::of(Generation::HyperOs3)).dump_xml();
    assert!(new.contains("bounds=\"[0,0][1200,2670]\" drawing-order=\"1\" hint=\"\">"));
}

#[test]
fn a_node_that_says_nothing_is_marked() {
    let phone = SimPhone::new(PhoneSpec::default());
    phone.show(S::Password);
    let xml = phone.dump_xml();
    assert!(
        xml.contains("<node NAF=\"true\" index=\"1\" text=\"\" resource-id=\"com.xiaomi.account:id/show_pwd_img\"")
    );
}

#[test]
fn the_button_below_the_fold_comes_up_by_scrolling() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.show(S::AccountPage);
    assert!(!hand.look().iter().any(|n| n.id.ends_with("logout_btn")));
    for _ in 0..4 {
        hand.run(&["input", "swipe", "500", "1800", "500", "600", "500"]);
    }
    assert!(hand.look().iter().any(|n| n.id.ends_with("logout_btn")));
    let on_fold = SimPhone::new(PhoneSpec::default().change(|s| s.button_below_fold = false));
    on_fold.show(S::AccountPage);
    assert!(on_fold.dump_xml().contains("logout_btn"));
}

#[test]
fn without_ids_the_account_page_still_has_its_words() {
    let phone = SimPhone::new(PhoneSpec::of(Generation::HyperOs4).change(|s| s.button_below_fold = false));
    phone.show(S::AccountPage);
    let xml = phone.dump_xml();
    assert!(!xml.contains("com.xiaomi.account:id/") && xml.contains("text=\"Sign out\""));
}

#[test]
fn rtl_pages_are_mirrored() {
    let place = |language| {
        let phone = SimPhone::new(PhoneSpec::default().language(language));
        phone.show(S::Password);
        let nodes = parse(&phone.dump_xml());
        let x = |id: &str| nodes.iter().find(|n| n.id.ends_with(id)).unwrap().center.0;
        (x("id/cancel"), x("id/passport_confirm"))
    };
    let (left, right) = place("en");
    assert!(left < right);
    assert_eq!(place("ar"), (1080 - left, 1080 - right));
}

#[test]
fn the_keyboard_moves_the_dialog_up_and_covers_what_is_below() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.show(S::Password);
    let before = hand.look();
    let confirm = |nodes: &[Seen]| nodes.iter().find(|n| n.id.ends_with("passport_confirm")).unwrap().center;
    let low = confirm(&before);
    hand.tap("input_pwd_view");
    let up = hand.look();
    assert!(confirm(&up).1 < low.1);
    assert!(hand.out(&["dumpsys", "input_method"]).contains("mInputShown=true"));
    hand.run(&["input", "tap", &low.0.to_string(), &low.1.to_string()]);
    let tap = hand.phone.record().taps.last().cloned().unwrap();
    assert_eq!((tap.id.as_str(), tap.hit), ("keyboard", false));
    hand.run(&["input", "keyevent", "BACK"]);
    assert_eq!(confirm(&hand.look()), low);
    assert_eq!(hand.phone.current_screen(), S::Password);
}

#[test]
fn buttons_can_be_crossed() {
    let phone = SimPhone::new(PhoneSpec::default().change(|s| s.crossed_buttons = true));
    phone.show(S::PayCards);
    let nodes = parse(&phone.dump_xml());
    assert_eq!(nodes.iter().find(|n| n.id == "android:id/button1").unwrap().text, "Cancel");
    assert_eq!(nodes.iter().find(|n| n.id == "android:id/button2").unwrap().text, "OK");
}

#[test]
fn the_web_page_has_no_ids_of_the_app_inside() {
    let phone = SimPhone::new(PhoneSpec::of(Generation::HyperOs1));
    phone.show(S::WebPassword);
    let nodes = parse(&phone.dump_xml());
    let field = nodes.iter().find(|n| n.password).unwrap();
    assert_eq!((field.id.as_str(), field.class.as_str()), ("", "android.widget.EditText"));
    assert!(nodes.iter().any(|n| n.class == "android.webkit.WebView"));
}

#[test]
fn settings_search_finds_the_account() {
    let mut hand = Hand::on(PhoneSpec::default());
    hand.phone.show(S::SettingsHome);
    hand.tap("android:id/input");
    hand.until(S::SettingsSearch);
    hand.tap("android:id/input");
    hand.run(&["input", "text", "Xiaomi%sAccount"]);
    hand.tap("android:id/title");
    hand.until(S::AccountPage);
}

#[test]
fn pictures_are_black_on_secure_pages_only() {
    for (screen, black) in [(S::AccountPage, false), (S::Password, true)] {
        let phone = SimPhone::new(PhoneSpec::default());
        phone.show(screen);
        let picture = phone.picture();
        let mut reader = png::Decoder::new(Cursor::new(picture)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (1080, 2400));
        assert_eq!(pixels.iter().all(|p| *p == 0), black, "{screen:?}");
    }
}

#[test]
fn nothing_that_takes_taps_lies_outside_or_over_another() {
    for (width, height) in [(720, 1280), (1080, 2400), (1440, 3200)] {
        for keyboard_opens in [false, true] {
            let spec = PhoneSpec::default().size(width, height).change(|s| s.keyboard_opens = keyboard_opens);
            for screen in S::ALL {
                let phone = SimPhone::new(spec.clone());
                phone.show(*screen);
                if keyboard_opens {
                    phone.0.with(|w, _| {
                        w.form.set_focus(crate::screens::Field::Password);
                        w.form.set_keyboard(true);
                    });
                }
                let drawing = phone.0.with(|w, _| w.drawing());
                let whole = crate::screens::Rect::at(0, 0, width.cast_signed(), height.cast_signed());
                let taking: Vec<_> = drawing.root.all().into_iter().filter(|n| n.clickable).collect();
                for node in &taking {
                    assert_eq!(node.bounds.meet(&whole), Some(node.bounds), "{screen:?} {width} {}", node.id);
                    for other in taking.iter().filter(|o| !std::ptr::eq(**o, *node)) {
                        assert_eq!(node.bounds.meet(&other.bounds), None, "{screen:?} {} {}", node.id, other.id);
                    }
                }
            }
        }
    }
}
