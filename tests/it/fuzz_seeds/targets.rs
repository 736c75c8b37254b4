//! What each fuzz target does with its bytes: the readers of what a stranger's text can reach, and what must hold of whatever
//! they make of it. The fuzzer (`fuzz/`) and the ordinary tests run the same functions.

use std::cell::RefCell;

use mi_signout::adb::parse;
use mi_signout::adb::parse_devices;
use mi_signout::cli::parse_password_file;
use mi_signout::model::{AdbServer, Presence};
use mi_signout::profile::Catalog;
use mi_signout::ui::views::ScreenViews;
use mi_signout::ui::{MAX_NODES, Selector, TextSet, UiNode, UiTree};
use phone_sim::{read_packets, shell};

/// Takes any bytes, and panics where something does not hold.
pub type Taker = fn(&[u8]);

/// Every target by its name, which is also that of its folder of seeds.
pub const TARGETS: &[(&str, Taker)] = &[
    ("dump", dump),
    ("views", views),
    ("devices", devices),
    ("dumpsys", dumpsys),
    ("profile", profile),
    ("passwords", passwords),
    ("packet", packet),
    ("shell", script),
];

/// A screen dump, and what the engine asks of its tree.
pub fn dump(bytes: &[u8]) {
    let Ok(tree) = UiTree::parse(bytes) else { return };
    assert!((1..=MAX_NODES).contains(&tree.count()));
    let (width, height) = tree.display();
    for (id, node) in tree.nodes() {
        assert!(node.parent().is_none_or(|p| p < id), "parents stand before their children");
        let mut within = tree.descendants(node);
        assert!(within.next().is_none_or(|first| first.parent() == Some(id)), "children follow their parent");
        assert!(within.next_back().is_none_or(UiNode::is_leaf), "the last one within has none within");
        if let Some(point) = tree.tap_point(id) {
            let (x, y) = (u32::try_from(point.x).unwrap(), u32::try_from(point.y).unwrap());
            assert!(x < width && y < height, "a tap beside the display");
        }
        if node.password && node.filled() {
            assert!(node.text.chars().all(|c| c == '•'), "the characters of a password field are not kept");
        }
    }
    for selector in [
        Selector::package("com.xiaomi.account"),
        Selector::id("*"),
        Selector::text(TextSet::new("x", ["Sign out", "%s"])),
    ] {
        assert_eq!(tree.holds(&selector), !tree.find(&selector).is_empty());
        let _ = tree.target(&selector);
    }
    let _ = tree.scroll_area();
    assert_eq!(tree.fingerprint(), UiTree::parse(bytes).unwrap().fingerprint());
}

/// The archive of the cheap look.
pub fn views(bytes: &[u8]) {
    let Ok(screen) = ScreenViews::parse(bytes) else { return };
    for view in screen.windows.iter().flat_map(|w| &w.views) {
        assert!(view.visible.width() <= view.bounds.width() && view.visible.height() <= view.bounds.height());
        assert!(!view.shown || !view.visible.is_empty(), "something shown that covers nothing");
    }
    assert_eq!(screen.fingerprint(), ScreenViews::parse(bytes).unwrap().fingerprint());
    let page = r#"<hierarchy><node resource-id="com.xiaomi.account:id/logout_btn"/></hierarchy>"#;
    for (_, node) in UiTree::parse(page.as_bytes()).unwrap().nodes() {
        let _ = (screen.standing(node), screen.typed(&node.id));
    }
}

/// The list of an adb server.
pub fn devices(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let list = parse_devices(&text, &AdbServer { host: "127.0.0.1".into(), port: 5037 });
    assert!(list.len() <= text.lines().count());
    for device in list {
        let words = [Some(device.serial.as_str()), Some(device.state.as_str()), device.model.as_deref()];
        for word in words.into_iter().chain([device.usb_path.as_deref()]).flatten() {
            assert!(!word.is_empty() && !word.chars().any(|c| c.is_control() && c != '\t'), "{word:?}");
        }
    }
}

/// What the programs of a phone print: all readers over the same text, and over its parts as a script gives them.
pub fn dumpsys(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let probe = parse::accounts(&text, Some(0));
    if probe.presence() == Presence::Absent {
        let account =
            |line: &str| line.trim().starts_with("Account {name=") && line.trim().ends_with("type=com.xiaomi}");
        assert!(!text.lines().any(account), "signed out, with the account in the text");
    }
    assert_ne!(parse::accounts(&text, Some(1)).presence(), Presence::Absent);
    assert_ne!(parse::accounts(&text, None).presence(), Presence::Absent);
    let focus = parse::focus(&text);
    let props = parse::properties(&text);
    let _ = (parse::lock_signs(&props, focus.as_ref()), parse::keyguard(&text, &text), parse::awake(&text));
    let _ = (parse::network(&text), parse::device_owner(&text), parse::display(&text), parse::current_user(&text));
    let _ = (parse::input_probe(&text, Some(0)), parse::ui_automation(&text, &text));
    assert!(parse::battery(&text).is_none_or(|percent| percent <= 100));
    let sections = parse::sections(bytes, "M ");
    let _ = sections.iter().map(parse::Section::text).collect::<Vec<_>>();
    let _ = parse::screen(&sections);
}

/// A profile of the user's own, with the words of its mistake.
pub fn profile(bytes: &[u8]) {
    thread_local! {
        static CATALOG: RefCell<Catalog> = RefCell::new(Catalog::builtin().unwrap());
    }
    let text = String::from_utf8_lossy(bytes);
    CATALOG.with_borrow_mut(|catalog| match catalog.add("mine.toml", &text) {
        // The next one meets the built-in profiles again, not this one.
        Ok(()) => *catalog = Catalog::builtin().unwrap(),
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1 && error.width >= 1);
            assert!(error.line as usize <= text.matches('\n').count() + 1, "a line that is not there");
            assert!(error.to_string().contains('^'));
        }
    });
}

/// The file of passwords.
pub fn passwords(bytes: &[u8]) {
    match parse_password_file(bytes) {
        Ok(passwords) => assert!(!passwords.is_empty()),
        Err(wrong) => assert!(!format!("{wrong:?}").contains("canary"), "the words of a mistake quote a password"),
    }
}

/// Messages to a simulated phone's adbd.
pub fn packet(bytes: &[u8]) {
    for checksum in [false, true] {
        let (packets, read) = read_packets(bytes, checksum);
        assert!(packets * 24 <= read && read <= bytes.len());
    }
}

/// A script for a simulated phone's shell: read, never run.
pub fn script(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(lines) = shell::read_script(&text) {
        assert!(lines <= text.chars().count() + 1);
    }
}
