//! Pages that belong to no sign-out: the launcher, another app, pop-ups, the lock screen.

use super::act::Act;
use super::id::ScreenId;
use super::layout::{Rows, alert, content_area, page};
use super::node::{Node, Rect};
use super::scene::Scene;

pub(super) fn draw(screen: ScreenId, scene: &Scene<'_>) -> Node {
    let choice = |text: &str, act| Some((text.to_owned(), act));
    match screen {
        ScreenId::OtherApp => {
            let mut rows = Rows::new(scene);
            for note in ["Shopping list", "Sign out", "Keep", "Remove"] {
                rows.item(note, "A note of the owner", Act::Nothing);
            }
            page(scene, "Notes", rows.list("com.miui.notes:id/list", content_area(scene)).0)
        }
        ScreenId::Dialer => dialer(scene),
        ScreenId::Anr => not_responding(scene),
        ScreenId::UnknownPopup => alert(
            scene,
            "A new look for your phone",
            "Get it now and sign out of boredom.",
            choice("Cancel", Act::Close),
            choice("OK", Act::Open(ScreenId::OtherApp)),
        ),
        ScreenId::LowBattery => alert(
            scene,
            "Battery is low",
            &format!("{}% remaining", scene.spec.battery),
            None,
            choice("OK", Act::Close),
        ),
        ScreenId::IncomingCall => call(scene),
        ScreenId::LostMode | ScreenId::FinanceLock => locked(scene, screen == ScreenId::LostMode),
        ScreenId::Keyguard | ScreenId::PinKeyguard => keyguard(scene, screen == ScreenId::PinKeyguard),
        _ => launcher(scene),
    }
}

/// The dialer: the number in large digits, and a button that would call it.
fn dialer(scene: &Scene<'_>) -> Node {
    let at = |left: i32, top: i32, width: i32, height: i32| {
        Rect::at(scene.px(left), scene.px(top), scene.px(width), scene.px(height))
    };
    let mut digits = Node::new("EditText", at(24, 260, 312, 60)).id("com.android.contacts:id/digits");
    scene.dialled.clone_into(&mut digits.text);
    let mut pad = Node::new("FrameLayout", full(scene)).child(digits);
    for (place, key) in (0..).zip(["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"]) {
        pad = pad.child(Node::button(key, at(30 + place % 3 * 104, 330 + place / 3 * 56, 92, 48), Act::Nothing));
    }
    pad.child(Node::new("ImageView", at(150, 570, 60, 48)).desc("Call").taps(Act::Nothing))
}

fn full(scene: &Scene<'_>) -> Rect {
    Rect::at(0, 0, scene.width(), scene.height())
}

fn launcher(scene: &Scene<'_>) -> Node {
    let mut cells = Node::new("android.view.ViewGroup", full(scene)).id("com.miui.home:id/workspace");
    for (place, name) in (0..).zip(["Gallery", "Notes", "Settings", "Camera", "Browser", "Music", "Clock", "Weather"]) {
        let area = Rect::at(scene.px(20 + place % 4 * 82), scene.px(300 + place / 4 * 110), scene.px(72), scene.px(92));
        let act = Act::Open(if name == "Settings" { ScreenId::SettingsHome } else { ScreenId::OtherApp });
        let icon = Node::new("ImageView", Rect::at(area.left + scene.px(8), area.top, scene.px(56), scene.px(56)));
        let title = Rect::at(area.left, area.top + scene.px(62), scene.px(72), scene.px(18));
        cells = cells.child(
            Node::new("RelativeLayout", area)
                .desc(name)
                .taps(act)
                .child(icon.id("com.miui.home:id/icon_icon"))
                .child(Node::label(name, title).id("com.miui.home:id/icon_title")),
        );
    }
    Node::new("FrameLayout", full(scene))
        .child(Node::new("FrameLayout", full(scene)).id("android:id/content").child(cells))
}

/// The system's dialog about an app that does not respond: a column of two choices.
fn not_responding(scene: &Scene<'_>) -> Node {
    let at =
        |top: i32, height: i32| Rect::at(scene.px(24), scene.floor() - scene.px(top), scene.px(312), scene.px(height));
    let title = format!("{} isn't responding", scene.text("app_name"));
    let choice = |text: &str, top, id| Node::button(text, at(top, 48), Act::Close).id(id);
    let column = Node::new("LinearLayout", at(120, 100))
        .child(choice("Close app", 120, "android:id/aerr_close"))
        .child(choice("Wait", 68, "android:id/aerr_wait"));
    Node::new("FrameLayout", at(190, 170))
        .child(Node::label(title, at(180, 40)).id("android:id/alertTitle"))
        .child(column)
}

fn call(scene: &Scene<'_>) -> Node {
    let button = |left: i32| Rect::at(scene.px(left), scene.height() - scene.px(140), scene.px(72), scene.px(72));
    Node::new("FrameLayout", full(scene))
        .child(
            Node::label("Incoming call", Rect::at(scene.px(80), scene.px(120), scene.px(200), scene.px(30)))
                .id("com.android.incallui:id/label"),
        )
        .child(
            Node::new("ImageView", button(50))
                .id("com.android.incallui:id/rejectButton")
                .desc("Decline")
                .taps(Act::Close),
        )
        .child(
            Node::new("ImageView", button(238))
                .id("com.android.incallui:id/answerButton")
                .desc("Answer")
                .taps(Act::Nothing),
        )
}

/// A phone that its owner has marked as lost, or that a lender has locked.
fn locked(scene: &Scene<'_>, lost: bool) -> Node {
    let at = |top: i32, height: i32| Rect::at(scene.px(24), scene.px(top), scene.px(312), scene.px(height));
    let (status, message) = if lost {
        ("This device is locked", "Please call the owner of this phone.")
    } else {
        ("Device locked", "An installment is overdue. Please contact your lender.")
    };
    let (status, message) = (Node::label(status, at(120, 40)), Node::label(message, at(180, 60)));
    if !lost {
        let content = Node::new("LinearLayout", full(scene)).child(status).child(message);
        return Node::new("FrameLayout", full(scene)).child(content);
    }
    let content = Node::new("LinearLayout", full(scene))
        .child(status.id("com.xiaomi.account:id/find_device_status"))
        .child(message.id("com.xiaomi.account:id/lock_device_message"));
    let mut secret = Node::new("EditText", at(280, 48)).id("com.xiaomi.account:id/input_pwd_view").taps(Act::Nothing);
    secret.password = true;
    let area = Node::new("LinearLayout", at(280, 48)).id("com.xiaomi.account:id/password_layout").child(secret);
    let activate = Node::button("Activate this device", at(350, 48), Act::Nothing);
    Node::new("FrameLayout", full(scene))
        .child(content.child(area).child(activate.id("com.xiaomi.account:id/btn_activate_account")))
}

fn keyguard(scene: &Scene<'_>, pin: bool) -> Node {
    let mut root = Node::new("FrameLayout", full(scene)).id("com.android.systemui:id/notification_panel").child(
        Node::label("12:00", Rect::at(scene.px(100), scene.px(120), scene.px(160), scene.px(60)))
            .id("com.android.systemui:id/clock_view"),
    );
    if pin {
        let mut pad = Node::new("FrameLayout", full(scene)).id("com.android.systemui:id/keyguard_pin_view");
        for digit in 0..10 {
            let (column, line) = if digit == 0 { (1, 3) } else { ((digit - 1) % 3, (digit - 1) / 3) };
            let area = Rect::at(scene.px(60 + column * 84), scene.px(300 + line * 80), scene.px(72), scene.px(72));
            pad = pad.child(
                Node::button(digit.to_string(), area, Act::Nothing).id(&format!("com.android.systemui:id/key{digit}")),
            );
        }
        root = root.child(pad);
    }
    root
}
