//! The cheap look of the program at the views that a simulated phone prints, which was written without it.

use std::process::{Command, Stdio as Pipe};

use mi_signout::ui::views::{ScreenViews, Standing, ViewsError};
use mi_signout::ui::{UiNode, UiTree};
use phone_sim::clock::Cancel;
use phone_sim::device::SimDevice;
use phone_sim::farm::Farm;
use phone_sim::phone::{Branch, Fault, Generation, PhoneSpec, SimPhone};
use phone_sim::screens::ScreenId;
use phone_sim::shell::{Programs, Stdio};

use crate::support::{RealAdbServer, adb_program};

/// A scale at which a second passes in half a millisecond.
const FAST: f64 = 0.0005;

fn run(phone: &SimPhone, words: &[&str]) -> Vec<u8> {
    let argv: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    let mut out = Vec::new();
    let mut io = Stdio { stdin: &mut std::io::empty(), stdout: &mut out, stderr: &mut std::io::sink() };
    phone.run(&argv, &mut io, phone.clock(), &Cancel::default()).unwrap();
    out
}

fn look(phone: &SimPhone) -> Result<ScreenViews, ViewsError> {
    ScreenViews::parse(&run(phone, &["cmd", "window", "dump-visible-window-views"]))
}

fn tap(phone: &SimPhone, node: &UiNode) {
    let point = node.bounds.center().unwrap();
    run(phone, &["input", "tap", &point.x.to_string(), &point.y.to_string()]);
}

/// The nodes of the dump that are views with an id: what a web page tells the screen reader is none.
fn views_of(phone: &SimPhone) -> Vec<UiNode> {
    let tree = UiTree::parse(phone.dump_xml().as_bytes()).unwrap();
    tree.nodes().map(|(_, node)| node).filter(|n| !n.id.is_empty()).cloned().collect()
}

fn phone(spec: PhoneSpec) -> SimPhone {
    SimPhone::new(spec.scale(FAST))
}

#[test]
fn every_node_with_an_id_is_a_view_at_the_same_place() {
    let mut compared = 0;
    for generation in [Generation::Miui13, Generation::Miui14, Generation::HyperOs2, Generation::HyperOs3] {
        for language in ["en", "ar"] {
            let phone = phone(PhoneSpec::of(generation).language(language));
            for screen in ScreenId::ALL {
                phone.show(*screen);
                let views = look(&phone).unwrap_or_else(|e| panic!("{generation:?} {screen:?}: {e}"));
                for node in views_of(&phone) {
                    assert_eq!(views.standing(&node), Standing::Same, "{generation:?} {screen:?} {node:?}: {views:#?}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 2000, "{compared}");
}

#[test]
fn what_a_page_hides_is_not_shown() {
    let phone = phone(PhoneSpec::default());
    phone.show(ScreenId::Password);
    let views = look(&phone).unwrap();
    for id in ["captcha_layout", "inner_content_step2"] {
        assert!(views.windows.iter().flat_map(|w| &w.views).any(|v| v.id == format!("id/{id}")), "{id} is a view");
        assert_eq!(views.with_id(id).count(), 0, "{id} is not shown");
    }
}

#[test]
fn a_dialog_is_a_window_over_the_page_and_the_keyboard_another() {
    let phone = phone(PhoneSpec::default());
    phone.show(ScreenId::PayCards);
    let names: Vec<String> = look(&phone).unwrap().windows.iter().map(|w| w.name.clone()).collect();
    let account = "com.xiaomi.account/com.xiaomi.account.ui.AccountSettingsActivity";
    assert!(names[0].ends_with(account) && names[1].ends_with(account), "{names:?}");
    assert!(names[2].ends_with(" StatusBar") && names.len() == 3, "{names:?}");

    phone.show(ScreenId::Password);
    let field = views_of(&phone).into_iter().find(|n| n.password).unwrap();
    tap(&phone, &field);
    while !String::from_utf8(run(&phone, &["dumpsys", "input_method"])).unwrap().contains("mInputShown=true") {}
    assert!(look(&phone).unwrap().windows.iter().any(|w| w.name.ends_with(" InputMethod")));
}

#[test]
fn the_cursor_tells_how_many_characters_were_typed() {
    let phone = phone(PhoneSpec::default());
    phone.show(ScreenId::Password);
    let field = views_of(&phone).into_iter().find(|n| n.password).unwrap();
    assert_eq!(look(&phone).unwrap().typed(&field.id), Some(0));
    tap(&phone, &field);
    run(&phone, &["input", "text", "sesame%s1"]);
    let views = run(&phone, &["cmd", "window", "dump-visible-window-views"]);
    assert_eq!(ScreenViews::parse(&views).unwrap().typed(&field.id), Some(8));
    assert!(!String::from_utf8_lossy(&views).contains("sesame"));
}

#[test]
fn a_web_page_is_one_view() {
    let phone = phone(PhoneSpec::of(Generation::HyperOs2));
    phone.show(ScreenId::WebPassword);
    let classes: Vec<String> =
        look(&phone).unwrap().windows.into_iter().flat_map(|w| w.views).map(|v| v.class.to_string()).collect();
    assert!(classes.iter().any(|c| c == "android.webkit.WebView"));
    assert!(classes.iter().all(|c| !c.ends_with("EditText")), "{classes:?}");
}

#[test]
fn below_the_fold_a_list_has_no_views_and_a_scrolling_page_has_all() {
    let button = "com.xiaomi.account:id/logout_btn";
    let all = |phone: &SimPhone| {
        phone.show(ScreenId::AccountPage);
        let views = look(phone).unwrap();
        views.windows.into_iter().flat_map(|w| w.views).filter(|v| v.id == "id/logout_btn").collect::<Vec<_>>()
    };
    let list = phone(PhoneSpec::default());
    assert!(all(&list).is_empty());
    let page = phone(PhoneSpec::default().with(Branch::ScrollingPages));
    let found = all(&page);
    let size = page.spec().size;
    assert!(found[0].bounds.top > size.1.cast_signed() && !found[0].shown, "{found:?}");
    for phone in [list, page] {
        for _ in 0..4 {
            run(&phone, &["input", "swipe", "500", "2000", "500", "600", "200"]);
        }
        let node = views_of(&phone).into_iter().find(|n| n.id == button).unwrap();
        assert_eq!(look(&phone).unwrap().standing(&node), Standing::Same);
    }
}

#[test]
fn it_is_missing_before_android_11_and_where_a_phone_lacks_it() {
    for spec in [PhoneSpec::of(Generation::Miui12), PhoneSpec::default().with(Branch::ViewsMissing)] {
        let phone = phone(spec);
        assert_eq!(look(&phone), Err(ViewsError::NotAZip));
        let said = run(&phone, &["cmd", "window", "dump-visible-window-views"]);
        assert_eq!(String::from_utf8(said).unwrap(), "Unknown command: dump-visible-window-views\n");
    }
}

#[test]
fn a_wrong_answer_is_wrong_in_the_way_asked_for() {
    let phone = phone(PhoneSpec::default());
    phone.show(ScreenId::AccountPage);
    phone.show(ScreenId::Password);
    let field = views_of(&phone).into_iter().find(|n| n.password).unwrap();
    phone.fault(Fault::ViewsStale(1));
    let stale = look(&phone).unwrap();
    assert_eq!(stale.standing(&field), Standing::Changed);
    assert_eq!(stale.with_id("com.xiaomi.account:id/nick_name").count(), 1);
    phone.fault(Fault::ViewsShifted(1));
    assert_eq!(look(&phone).unwrap().standing(&field), Standing::Changed);
    phone.fault(Fault::ViewsCut(1));
    assert!(look(&phone).is_err());
    assert_eq!(look(&phone).unwrap().standing(&field), Standing::Same, "each only once");
}

#[test]
fn real_adb_carries_the_archive() {
    let farm = Farm::new().unwrap();
    let phone = phone(PhoneSpec::default());
    phone.show(ScreenId::AccountPage);
    let plug = farm.plug(std::sync::Arc::new(SimDevice::new(phone.clone()))).unwrap();
    farm.serve_adbd(0).unwrap();
    let real = RealAdbServer::start();
    let serial = real.connect(farm.adbd_addr(plug).unwrap());
    let mut adb = Command::new(adb_program());
    adb.args(["-P", &real.port().to_string(), "-s", &serial, "exec-out"]);
    let output = adb.args(["cmd", "window", "dump-visible-window-views"]).stdin(Pipe::null()).output().unwrap();
    let views = ScreenViews::parse(&output.stdout).unwrap();
    for node in views_of(&phone) {
        assert_eq!(views.standing(&node), Standing::Same, "{node:?}");
    }
}
