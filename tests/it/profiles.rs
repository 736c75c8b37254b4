//! The shipped profiles: they load, choose, and know each screen of their family, in every language that has texts, as exactly
//! that screen.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use mi_signout::model::{Focus, Presence};
use mi_signout::profile::{Catalog, Choice, DeviceProfile, Recognised, View};
use mi_signout::ui::UiTree;

use crate::screens::{FORMATS, Node, dump};

fn fixtures(folder: &str) -> Vec<(String, PathBuf)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .map(|p| (p.file_stem().unwrap().to_str().unwrap().to_owned(), p))
        .collect();
    found.sort();
    assert!(found.len() > 5, "{} is nearly empty", dir.display());
    found
}

fn catalog() -> Catalog {
    Catalog::builtin().unwrap_or_else(|error| panic!("{error}"))
}

fn props(text: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| {
        let (key, value) = line.strip_prefix('[')?.strip_suffix(']')?.split_once("]: [")?;
        Some((key.to_owned(), value.to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

/// What a profile takes a tree for; the account is there, and `activity` of the account app is in front.
fn seen_as(profile: &DeviceProfile, tree: &UiTree, focus: &str) -> String {
    let focus = Focus::parse(focus);
    match profile.recognise(&View { focus: Some(&focus), presence: Presence::Present, tree: Some(tree) }) {
        Recognised::Screen(screen) | Recognised::Popup(screen) => screen.name.clone(),
        other => format!("{other:?}"),
    }
}

#[test]
fn every_shipped_file_loads_and_says_how_well_it_knows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("device-profiles");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|f| Path::new(f).extension().is_some_and(|e| e == "toml") && f != "labels.toml")
        .collect();
    let catalog = catalog();
    let bases = catalog.get("base").into_iter();
    let loaded: BTreeSet<String> = catalog.profiles().chain(bases).map(|p| p.file.clone()).collect();
    assert_eq!(files, loaded);
    for profile in catalog.profiles() {
        assert!(!profile.about.is_empty() && !profile.evidence_summary().is_empty(), "{}", profile.name);
    }
}

#[test]
fn every_phone_has_exactly_one_family_or_none() {
    let catalog = catalog();
    let mut count = 0;
    for (name, path) in fixtures("getprop") {
        let expected = match name.split('-').collect::<Vec<_>>().as_slice() {
            ["none", ..] => Err(Choice::NotMiui),
            ["generic", ..] => Ok("generic"),
            ["hyperos", ..] => Ok("hyperos"),
            ["miui", "8" | "9" | "10", ..] => Ok("miui-8-10"),
            ["miui", ..] => Ok("miui"),
            _ => panic!("{name}: say in its name what it is"),
        };
        let props = props(&std::fs::read_to_string(path).unwrap());
        assert_eq!(catalog.choose(&props).map(|p| p.name.as_str()), expected, "{name}");
        count += 1;
    }
    assert!(count >= 27, "only {count} phones");
}

#[test]
fn saved_dumps_are_what_their_names_say() {
    let catalog = catalog();
    for (name, path) in fixtures("dumps") {
        let tree = UiTree::parse(&std::fs::read(path).unwrap()).unwrap();
        let (family, screen) = name.split_once("--").unwrap();
        if screen.starts_with("nothing") {
            for profile in catalog.profiles() {
                assert_eq!(seen_as(profile, &tree, "com.miui.home/.launcher.Launcher"), "Nothing", "{name}");
            }
        } else {
            let profile = catalog.get(family).unwrap();
            assert_eq!(seen_as(profile, &tree, "com.xiaomi.account/.ui.AnyActivity"), screen, "{name}");
        }
    }
}

const ACCOUNT: &str = "com.xiaomi.account/.ui.AccountSettingsActivity";
const CLOUD: &str = "com.miui.cloudservice";
const SETTINGS: &str = "com.android.settings";

type Page = Option<(&'static str, Vec<Node>)>;

/// A dialog of the account app.
fn dialog(texts: &[String], ok: &str) -> Vec<Node> {
    let mut nodes: Vec<Node> = texts.iter().map(|t| Node::text(t).id("miui:id/message")).collect();
    nodes.push(Node::button(ok).id("android:id/button1"));
    nodes
}

fn password_dialog(text: &dyn Fn(&str) -> Option<String>, typed: &str) -> Option<Vec<Node>> {
    Some(vec![
        Node::text(&text("passport_quick_login_title")?).id("android:id/title"),
        Node::text("6230***535").id("passport_account_name"),
        Node::field(typed).id("input_pwd_view").password(),
        Node::text(&text("passport_forget_password")?).id("tv_forget_pwd"),
        Node::button(&text("cancel").unwrap_or("Cancel".into())).id("cancel"),
        Node::button(&text("ok").unwrap_or("OK".into())).id("passport_confirm"),
    ])
}

/// The dialog of the China ROM's account app, with its second step as far as it may show.
fn china_dialog(text: &dyn Fn(&str) -> Option<String>, typed: &str, steps: bool) -> Option<Vec<Node>> {
    let mut nodes = password_dialog(text, typed)?;
    nodes[2] = Node::field(typed).id("et_account_password").password();
    nodes.insert(3, Node { class: "android.widget.ImageView", ..Node::button("") }.id("show_password_img"));
    if steps {
        nodes.insert(5, Node::text("passport_vcode_prompt_long").id("vcode_prompt"));
        nodes.insert(6, Node::field("").id("passport_vcode"));
    }
    Some(nodes)
}

fn wipe_page(text: &dyn Fn(&str) -> Option<String>, ids: bool) -> Option<Vec<Node>> {
    let cloud = |node: Node, id: &str| {
        let node = node.of(CLOUD);
        if ids { node.id(&format!("{CLOUD}:id/{id}")) } else { node }
    };
    let title = text("micloud_wipe_data_confirm_title").unwrap_or("?".into());
    let words = |label: &str| if ids { Some(text(label).unwrap_or("?".into())) } else { text(label) };
    Some(vec![
        cloud(Node::text(&title), "wipe_data_title_text_view"),
        cloud(Node::button(&words("micloud_wipe_data_retain")?), "retain_button"),
        cloud(Node::button(&words("micloud_wipe_data_remove")?), "remove_button"),
        cloud(Node::button(&words("button_cancel")?), "cancel_button"),
    ])
}

fn web_page(nodes: Vec<Node>) -> Vec<Node> {
    nodes.into_iter().map(Node::web).collect()
}

/// A screen in one language, as far as there are texts for it.
#[expect(clippy::too_many_lines, reason = "one arm a screen")]
fn page(screen: &str, text: &dyn Fn(&str) -> Option<String>) -> Page {
    let ok = text("ok").unwrap_or("OK".into());
    let one = |label: &str| Some(dialog(&[text(label)?], &ok));
    let two = |a: &str, b: &str| Some(dialog(&[text(a)?, text(b)?], &ok));
    let cloud = |label: &str| {
        let title = Node::text(&text(label)?).of(CLOUD);
        Some(vec![title, Node::button("…").of(CLOUD).id("android:id/button1")])
    };
    let with = |mut nodes: Vec<Node>, more: Node| {
        nodes.push(more);
        nodes
    };
    let notification = "com.xiaomi.account/com.xiaomi.passport.ui.NotificationActivity";
    let (focus, nodes) = match screen {
        "account-page" => (
            ACCOUNT,
            vec![
                Node::text(&text("passport_account_label")?),
                Node::text("A. Owner").id("nick_name"),
                Node::text("…").id("android:id/title"),
                Node::button(&text("logout_account")?).id("logout_btn"),
            ],
        ),
        "account-page without ids" => {
            (ACCOUNT, vec![Node::text(&text("passport_account_label")?), Node::button(&text("logout_account")?)])
        }
        "account-page above the fold" => (ACCOUNT, vec![Node::text(&text("passport_account_label")?)]),
        "account-page of the China ROM" => (
            ACCOUNT,
            vec![
                Node::text("").id("title_bar"),
                Node::text("A. Owner").id("user_name"),
                Node::text("6230000535").id("user_id"),
                Node::text("…").id("android:id/title"),
            ],
        ),
        "confirm-sign-out" => (
            ACCOUNT,
            vec![
                Node::text("?").id("miui:id/alertTitle"),
                Node::button(&text("cancel")?).id("android:id/button2"),
                Node::button(&text("passport_remove_confirm")?).id("android:id/button1"),
            ],
        ),
        "pay-cards" => (ACCOUNT, two("delete_bank_card_title", "delete_bank_card_message")?),
        "checking-cloud-data" => (ACCOUNT, vec![Node::text(&text("loading_micloud_sync_data")?)]),
        "turning-off-find-device" => (ACCOUNT, vec![Node::text(&text("turning_off_find_device")?)]),
        "signing-out" => (ACCOUNT, vec![Node::text(&text("removing_account")?)]),
        "keep-or-remove" => ("com.miui.cloudservice/.ui.MiCloudWipeDataConfirmActivity", wipe_page(text, true)?),
        "keep-or-remove without ids" => {
            ("com.miui.cloudservice/.ui.MiCloudWipeDataConfirmActivity", wipe_page(text, false)?)
        }
        "keep-or-remove as a dialog" => (
            "com.miui.cloudservice/.ui.AnyActivity",
            vec![
                Node::text(&text("micloud_wipe_data_confirm_label").unwrap_or("?".into())).of(CLOUD),
                Node::button(&text("micloud_wipe_data_retain")?).of(CLOUD).id("android:id/button2"),
                Node::button(&text("micloud_wipe_data_remove")?).of(CLOUD).id("android:id/button1"),
            ],
        ),
        "find-device-page" => ("", cloud("micloud_find_device_close_alert_title")?),
        "find-device-notice" => (
            "com.xiaomi.finddevice/.v2.ui.FindDeviceSuccessActivity",
            vec![Node::button("?").of("com.xiaomi.finddevice").id("com.xiaomi.finddevice:id/i_know")],
        ),
        "find-device-keyguard" => (
            "com.xiaomi.finddevice/.v2.keyguard.Page",
            vec![Node::button("?").of("com.xiaomi.finddevice").id("com.xiaomi.finddevice:id/activate_button")],
        ),
        "account-app-update" => {
            (ACCOUNT, vec![Node::text(&text("app_update_later")?), Node::text(&text("app_update_now")?)])
        }
        "account-app-update-cancel" => {
            (ACCOUNT, vec![Node::button(&text("cancel")?), Node::button(&text("app_update_now")?)])
        }
        "high-quality-photos" => ("", cloud("retain_data_high_quality_photo_waring_title")?),
        "unsynced-items" => ("", cloud("wipe_data_dialog_title")?),
        "hidden-photos" => ("", cloud("wipe_secret_photo_dialog_title")?),
        "last-device" => ("", two("e2ee_exit_account_title", "e2ee_exit_account_subtitle")?),
        "password" => (ACCOUNT, password_dialog(text, "")?),
        "password with its hint as text" => (ACCOUNT, password_dialog(text, &text("passport_input_password_hint")?)?),
        "password-filled" => (ACCOUNT, password_dialog(text, "••••••••")?),
        "password of the China ROM" => (ACCOUNT, china_dialog(text, "", false)?),
        "password-filled of the China ROM" => (ACCOUNT, china_dialog(text, "••••••••", false)?),
        "password beside the second step" => (ACCOUNT, china_dialog(text, "", true)?),
        "password-filled beside the second step" => (ACCOUNT, china_dialog(text, "••••••••", true)?),
        "password-empty" => (
            ACCOUNT,
            with(password_dialog(text, "")?, Node::text(&text("passport_error_empty_pwd")?).id("error_status")),
        ),
        "wrong-password" => (ACCOUNT, two("passport_verification_failed", "passport_bad_authentication")?),
        "wrong-password in the dialog" => {
            (ACCOUNT, with(password_dialog(text, "")?, Node::text(&text("passport_bad_authentication")?)))
        }
        "wrong-password with a captcha" => {
            let nodes = with(password_dialog(text, "")?, Node::text(&text("passport_bad_authentication")?));
            (ACCOUNT, with(nodes, Node::field("").id("et_captcha_code")))
        }
        "captcha" => (ACCOUNT, with(password_dialog(text, "•••")?, Node::field("").id("et_captcha_code"))),
        "second-factor" => (
            ACCOUNT,
            vec![
                Node::text(&text("passport_quick_login_step2_title")?).id("android:id/title"),
                Node::field("").id("passport_vcode"),
                Node::button(&ok).id("passport_confirm"),
            ],
        ),
        "identity-check" => (notification, web_page(vec![Node::text("?"), Node::button(&ok)])),
        "web-verification" => {
            ("com.xiaomi.account/.ui.AccountWebActivity", web_page(vec![Node::text("?"), Node::button(&ok)]))
        }
        "web-verification of a newer generation" => (
            "com.xiaomi.account/com.xiaomi.passport.ui.internal.PassportJsbWebViewActivity",
            web_page(vec![Node::text(&text("passport_quick_login_step2_title")?), Node::field(""), Node::button(&ok)]),
        ),
        "web-password" => (notification, web_page(vec![Node::field("").password(), Node::button(&text("ok")?)])),
        "web-password-filled" => {
            (notification, web_page(vec![Node::field("••••").password(), Node::button(&text("ok")?)]))
        }
        "web-password-unsure" => (
            notification,
            web_page(vec![Node::field("").password(), Node::button(&text("ok")?), Node::button(&text("ok")?)]),
        ),
        "web-form" => {
            (notification, web_page(vec![Node::field("").password(), Node::field("code"), Node::button(&text("ok")?)]))
        }
        "session-expired" => (ACCOUNT, one("passport_relogin_notice")?),
        "find-device-password-again" => {
            (ACCOUNT, two("turn_off_find_device_failed_title", "find_device_error_password_not_confirmed")?)
        }
        "password-recently-changed" => {
            let message = text("find_device_error_password_recently_changed")?.replace("%d", "7");
            (ACCOUNT, dialog(&[text("turn_off_find_device_failed_title")?, message], &ok))
        }
        "no-network" => (ACCOUNT, two("logout_failed", "passport_error_network")?),
        "no-network of Find Device" => (ACCOUNT, two("turn_off_find_device_failed_title", "find_device_io_error")?),
        "no-network in the password dialog" => {
            (ACCOUNT, with(password_dialog(text, "•••")?, Node::text(&text("passport_error_network")?)))
        }
        "server-error" => (ACCOUNT, two("passport_verification_failed", "passport_error_server")?),
        "verification-failed" => (ACCOUNT, dialog(&[text("passport_verification_failed")?, "?".into()], &ok)),
        "cannot-turn-off-find-device" => {
            (ACCOUNT, dialog(&[text("turn_off_find_device_failed_title")?, "?".into()], &ok))
        }
        "cannot-sign-out" => (ACCOUNT, two("logout_failed", "no_response_retry")?),
        "second-space" => (ACCOUNT, one("find_device_second_space")?),
        "lost-mode" => {
            (ACCOUNT, vec![Node::text("?").id("lock_device_message"), Node::button("?").id("btn_activate_account")])
        }
        "find-device-lock" => {
            ("com.xiaomi.finddevice/.view.LockedActivity", vec![Node::text("?").of("com.xiaomi.finddevice")])
        }
        "sign-in-page" => (
            "com.xiaomi.account/.ui.LoginActivity",
            vec![
                Node::text(&text("passport_login_title")?),
                Node::field("").id("et_account_name"),
                Node::field("").id("input_pwd_view").password(),
                Node::button("?").id("btn_login"),
            ],
        ),
        "welcome-page" => ("com.xiaomi.account/.ui.WelcomeActivity", vec![Node::text("?"), Node::button("?")]),
        "launcher" => ("com.miui.home/.launcher.Launcher", vec![Node::text("Camera").of("com.miui.home")]),
        "settings-home" => (
            "com.android.settings/.MainSettings",
            vec![Node::text(&text("xiaomi_account")?).of(SETTINGS).id("android:id/title")],
        ),
        "settings-search" => {
            ("com.android.settings/.MainSettings", vec![Node::field("").of(SETTINGS).id("android:id/input")])
        }
        "settings-search-results" => (
            "com.android.settings/.MainSettings",
            vec![
                Node::field(&text("search_mi_account")?).of(SETTINGS).id("android:id/input"),
                Node::text(&text("search_mi_account")?).of(SETTINGS).id("android:id/title"),
            ],
        ),
        _ => return None,
    };
    Some((focus, nodes))
}

/// Screens that are drawn in more than one way; the word before the first space is the screen.
const VARIANTS: &[&str] = &[
    "account-page without ids",
    "account-page above the fold",
    "account-page of the China ROM",
    "keep-or-remove without ids",
    "keep-or-remove as a dialog",
    "password of the China ROM",
    "password-filled of the China ROM",
    "password beside the second step",
    "password-filled beside the second step",
    "web-verification of a newer generation",
    "account-app-update",
    "account-app-update-cancel",
    "password with its hint as text",
    "wrong-password in the dialog",
    "wrong-password with a captcha",
    "no-network of Find Device",
    "no-network in the password dialog",
];

/// Draws every screen of a profile in every language and generation that differ, formats in turn; returns how many drawings
/// there were and which matched another screen.
fn draw_all(catalog: &Catalog, profile: &DeviceProfile, languages: &BTreeSet<&str>) -> (usize, Vec<String>) {
    let (mut count, mut wrong) = (0, Vec::new());
    let names = profile.screens.iter().map(|s| s.name.as_str()).filter(|n| *n != "account-gone");
    for drawn in names.chain(VARIANTS.iter().copied()) {
        let screen = drawn.split(' ').next().unwrap();
        // The careful family knows the account page by its texts only, and leaves a dialog with a second field alone.
        if profile.name == "generic" && (drawn == "account-page of the China ROM" || drawn.ends_with("the second step"))
        {
            continue;
        }
        let mut drawings: HashSet<String> = HashSet::new();
        for (language, generation) in languages.iter().flat_map(|l| (0..3).map(move |g| (l, g))) {
            let text = |name: &str| {
                let label = catalog.labels().get(name).unwrap_or_else(|| panic!("no label {name}"));
                let texts = label.official.get(*language).or_else(|| label.community.get(*language))?;
                texts.get(generation.min(texts.len() - 1)).cloned()
            };
            let Some((focus, nodes)) = page(drawn, &text) else { continue };
            if !drawings.insert(format!("{nodes:?}")) {
                continue;
            }
            let format = FORMATS[drawings.len() % FORMATS.len()];
            let tree = UiTree::parse(dump(&nodes, format).as_bytes()).unwrap();
            let seen = seen_as(profile, &tree, focus);
            if seen != screen {
                wrong.push(format!("{} {language} {generation} {format:?} {drawn}: {seen}", profile.name));
            }
        }
        assert!(!drawings.is_empty(), "{}: nothing draws {drawn}", profile.name);
        count += drawings.len();
    }
    (count, wrong)
}

#[test]
fn every_screen_is_exactly_itself_in_every_language() {
    let catalog = &catalog();
    let languages: &BTreeSet<&str> =
        &catalog.labels().iter().flat_map(|(_, l)| l.official.keys().map(String::as_str)).collect();
    assert!(languages.len() >= 80, "{} languages", languages.len());
    let results: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let runs: Vec<_> =
            catalog.profiles().map(|profile| scope.spawn(move || draw_all(catalog, profile, languages))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let count: usize = results.iter().map(|(count, _)| count).sum();
    let wrong: Vec<String> = results.into_iter().flat_map(|(_, wrong)| wrong).collect();
    println!("{count} drawings, {} languages", languages.len());
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(60)].join("\n"));
}
