//! Web pages that are read before they are whole, and pages of the account app that come in between.

use super::*;
use crate::support::scripted::{ACCOUNT, Page, node, page, text};

const ALL: [i32; 4] = [0, 230, 1080, 2340];

/// A web view of the account app with these nodes in it.
fn web(name: &'static str, nodes: &[String]) -> Page {
    let view = node("WebView", ACCOUNT, "", "", &[], ALL).replace("android.widget.WebView", "android.webkit.WebView");
    let view = format!("{}>{}</node>", view.trim_end_matches("/>").trim_end(), nodes.concat());
    page(name, "com.xiaomi.account/com.xiaomi.passport.ui.internal.PassportJsbWebViewActivity", &[view])
}

/// A script in which a web page follows the tap on "Sign out".
fn script(pages: Vec<Page>) -> Script {
    let first = pages[0].name;
    let mut script = Script::new().on_tap("account-page", "Sign out", Effect::Go(first));
    script.pages.extend(pages);
    script
}

fn code_page() -> Vec<String> {
    vec![text(ACCOUNT, "2-step verification"), node("EditText", ACCOUNT, "", "", &[], [40, 600, 1040, 720])]
}

#[test]
fn f28_a_web_page_is_not_judged_before_it_has_content() {
    let pages = vec![web("blank", &[]).later(2, Effect::Go("password"))];
    let (phone, trace) = walk(script(pages), Case::default());
    assert!(trace.contains("end: signed-out"), "{trace}");
    assert_eq!(phone.with(|s| s.submissions), 1);
}

#[test]
fn f28_nor_before_two_looks_saw_the_same() {
    let head = vec![text(ACCOUNT, "Xiaomi Account")];
    let pages = vec![web("head", &head).later(1, Effect::Go("password"))];
    let (_, trace) = walk(script(pages), Case::default());
    assert!(trace.contains("end: signed-out"), "{trace}");
}

#[test]
fn f28_a_web_page_that_stays_blank_ends_when_its_time_is_up() {
    let (phone, trace) = walk(script(vec![web("blank", &[])]), Case::default());
    assert!(trace.contains("end: needs-person, web-verification"), "{trace}");
    assert!(phone.with(|s| s.time) >= Duration::from_secs(20), "{trace}");
}

#[test]
fn f15_a_code_page_of_a_newer_generation_is_a_web_verification() {
    let (phone, trace) = walk(script(vec![web("code", &code_page())]), Case::default());
    assert!(trace.contains("end: needs-person, web-verification"), "{trace}");
    assert!(phone.with(|s| s.time) < Duration::from_secs(20), "a page with content does not wait: {trace}");
}

#[test]
fn f01_the_account_apps_own_update_is_declined_by_its_word() {
    for (later, now) in [("以后再说", "立即升级"), ("Later", "Update now"), ("Позже", "Обновить")]
    {
        let settings = "com.xiaomi.account/.ui.AccountSettingsActivity";
        let at = |left: i32, words: &str| node("TextView", ACCOUNT, "", words, &[], [left, 1900, left + 400, 2000]);
        // In either order: by its place it would be the other one.
        for (first, second) in [(later, now), (now, later)] {
            let offer = page("update", settings, &[text(ACCOUNT, "V4.0"), at(40, first), at(540, second)]);
            let script = script(vec![offer.tap(later, Effect::Go("confirm"))]);
            let (phone, trace) = walk(script, Case::default());
            assert!(trace.contains("end: signed-out"), "{trace}");
            assert!(phone.with(|s| s.taps.iter().all(|t| t != now)), "{trace}");
        }
    }
}
