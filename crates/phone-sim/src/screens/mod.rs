//! The pages of a simulated phone: which there are, and how each is drawn as a tree of nodes.
//!
//! Ids, texts and activities are those seen in the account app's and Settings' sources. No dump of these pages from a
//! real phone is public, so how the nodes nest is made up after other pages of the same system.

mod account;
mod act;
mod dialogs;
mod find_device;
mod foreign;
mod id;
mod input_aids;
mod layout;
pub mod node;
pub mod picture;
mod scene;
mod settings;
pub mod views;
mod web;
pub mod xml;

pub use act::{Act, Field, Typed};
pub use id::ScreenId;
pub use node::{Node, Rect};
pub use scene::{Drawing, Scene};

use super::labels;

/// Draws a page.
#[must_use]
pub fn draw(screen: ScreenId, scene: &Scene<'_>) -> Drawing {
    let (root, activity, scroll_max) = laid_out(screen, scene);
    let moves = screen.is_spinner();
    let (secure, keyboard) = (screen.is_secure(), scene.keyboard_area());
    Drawing { root: root.drawn(), activity, scroll_max, moves, secure, keyboard }
}

/// The views of a page's window: what it draws, and also what lies outside its lists' bounds or takes no room.
#[must_use]
pub fn views(screen: ScreenId, scene: &Scene<'_>) -> Node {
    laid_out(screen, scene).0
}

/// A page with all its views, its activity, and how far it scrolls.
fn laid_out(screen: ScreenId, scene: &Scene<'_>) -> (Node, String, i32) {
    use ScreenId as S;
    let (mut root, scroll_max) = match screen {
        S::Launcher
        | S::OtherApp
        | S::Dialer
        | S::Anr
        | S::UnknownPopup
        | S::LowBattery
        | S::IncomingCall
        | S::Keyguard
        | S::LostMode
        | S::FinanceLock
        | S::PinKeyguard => (foreign::draw(screen, scene), 0),
        S::FindDeviceStatus | S::FindDeviceGuide | S::FindDeviceOff | S::FindDeviceLocated | S::FindDeviceNoise => {
            (find_device::draw(screen, scene), 0)
        }
        S::SecureKeyboard | S::AutofillBubble | S::AutofillSave => (input_aids::draw(screen, scene), 0),
        S::SettingsHome | S::AccountGone | S::SettingsSearch => settings::draw(screen, scene),
        S::AccountPage | S::SignIn | S::IdentityCheck | S::NoNetworkPage => account::draw(screen, scene),
        S::WebPassword | S::WebOther | S::WebCode => (web::draw(screen, scene), 0),
        _ => (dialogs::draw(screen, scene), 0),
    };
    let activity = screen.activity(scene.spec);
    let package = activity.split('/').next().unwrap_or_default().to_owned();
    root.each(&mut |n| {
        if n.package.is_empty() {
            n.package.clone_from(&package);
        }
    });
    if let Some(generation) = scene.spec.app_generation {
        root.each(&mut |n| {
            n.id = generation.id(&n.id, &n.package);
            if generation.has_pictures() && n.class.ends_with(".Button") {
                "android.widget.ImageButton".clone_into(&mut n.class);
                n.text.clear();
            }
        });
    }
    if let Some(app) = &scene.spec.account_app {
        root.each(&mut |n| n.id = app.id(&n.id));
    }
    if labels::is_rtl(&scene.spec.language) {
        root.mirror(scene.width());
    }
    (root, activity, scroll_max)
}

/// The keyboard as a window of its own, while it is up.
#[must_use]
pub fn keyboard(scene: &Scene<'_>) -> Option<Node> {
    let area = scene.keyboard_area()?;
    let mut keys = Node::new("android.view.View", area).id("com.google.android.inputmethod.latin:id/keyboard_area");
    keys.clickable = true;
    Some(Node::new("FrameLayout", area).child(Node::new("FrameLayout", area).id("android:id/inputArea").child(keys)))
}

/// The status bar's nodes, a window of their own.
#[must_use]
pub fn status_bar(scene: &Scene<'_>) -> Node {
    let height = scene.px(28);
    let mut bar = Node::new("FrameLayout", Rect::at(0, 0, scene.width(), height))
        .id("com.android.systemui:id/status_bar_container")
        .child(
            Node::new("FrameLayout", Rect::at(0, 0, scene.width(), height))
                .id("com.android.systemui:id/status_bar")
                .child(
                    Node::label("12:00", Rect::at(scene.px(16), scene.px(4), scene.px(40), scene.px(20)))
                        .id("com.android.systemui:id/clock"),
                )
                .child(
                    Node::new("ImageView", Rect::at(scene.px(310), scene.px(6), scene.px(16), scene.px(16)))
                        .id("com.android.systemui:id/wifi_signal")
                        .desc("Wi-Fi"),
                )
                .child(
                    Node::label(
                        scene.spec.battery.to_string(),
                        Rect::at(scene.px(330), scene.px(6), scene.px(20), scene.px(16)),
                    )
                    .id("com.android.systemui:id/battery_digital"),
                ),
        );
    bar.each(&mut |n| "com.android.systemui".clone_into(&mut n.package));
    if labels::is_rtl(&scene.spec.language) {
        bar.mirror(scene.width());
    }
    bar
}
