//! The pages of a simulated phone: which there are, and how each is drawn as a tree of nodes.
//!
//! Ids, texts and activities are those seen in the account app's and Settings' sources. No dump of these pages from a
//! real phone is public, so how the nodes nest is made up after other pages of the same system.

mod account;
mod dialogs;
mod foreign;
mod id;
mod input_aids;
mod layout;
pub mod node;
pub mod picture;
mod settings;
pub mod views;
mod web;
pub mod xml;

pub use id::ScreenId;
pub use node::{Node, Rect};

use super::labels;
use super::phone::PhoneSpec;

/// A text field that can have the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The password of the native dialog.
    Password,
    /// The password on the web page.
    WebPassword,
    /// The picture code.
    Captcha,
    /// The second-factor code.
    Code,
    /// The search box of Settings.
    Search,
    /// The account name on the sign-in page.
    Account,
}

/// What a tap on a node does. The state machine does it; a page only says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing that this phone models.
    Nothing,
    /// The sign-out button of the account page.
    SignOut,
    /// Opens another page.
    Open(ScreenId),
    /// Goes on with the sign-out.
    Accept,
    /// Stops the sign-out.
    Cancel,
    /// Keeps the synced data.
    Keep,
    /// Removes the synced data.
    Remove,
    /// Submits the password.
    Confirm,
    /// Submits the second-factor code.
    ConfirmCode,
    /// Puts the focus into a field.
    Focus(Field),
    /// Fills the field in with somebody's words.
    Fill,
    /// Closes a pop-up.
    Close,
    /// Goes back one page.
    Back,
}

impl Field {
    /// Whether the owner's password is typed into it.
    #[must_use]
    pub fn is_password(self) -> bool {
        matches!(self, Self::Password | Self::WebPassword)
    }
}

/// The contents of the text fields.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The native dialog's password.
    pub password: String,
    /// The web page's password.
    pub web: String,
    /// The picture code.
    pub captcha: String,
    /// The second-factor code.
    pub code: String,
    /// The search box.
    pub search: String,
    /// The account name of the sign-in page.
    pub account: String,
}

impl Typed {
    /// One field's contents.
    pub fn field(&mut self, field: Field) -> &mut String {
        match field {
            Field::Password => &mut self.password,
            Field::WebPassword => &mut self.web,
            Field::Captcha => &mut self.captcha,
            Field::Code => &mut self.code,
            Field::Search => &mut self.search,
            Field::Account => &mut self.account,
        }
    }
}

/// Everything that a page is drawn from.
#[derive(Clone, Debug)]
pub struct Scene<'a> {
    /// The phone.
    pub spec: &'a PhoneSpec,
    /// The account, where one is signed in.
    pub account: Option<&'a str>,
    /// What stands in the fields.
    pub typed: &'a Typed,
    /// The field that has the focus.
    pub focus: Option<Field>,
    /// Whether the keyboard is up.
    pub keyboard: bool,
    /// How far the page is scrolled, in pixels.
    pub scroll: i32,
    /// The number in the dialer.
    pub dialled: &'a str,
    /// Text resource of an error on the page.
    pub note: Option<&'static str>,
    /// Whether a web page has not shown anything of itself to a screen reader yet.
    pub loading: bool,
}

impl Scene<'_> {
    /// A text in the phone's language and generation.
    #[must_use]
    pub fn text(&self, resource: &str) -> String {
        let made_up = self.spec.app_generation.and_then(|app| app.text(resource, &self.spec.language));
        made_up.unwrap_or_else(|| labels::text(resource, &self.spec.language, self.spec.generation))
    }

    /// Density-independent units to pixels: a phone's screen is 360 units wide, a tablet's is wider, and each at least 640 high.
    #[must_use]
    pub fn px(&self, units: i32) -> i32 {
        units * self.width().min(self.height() * 9 / 16) / 360
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> i32 {
        self.spec.size.0.cast_signed()
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> i32 {
        self.spec.size.1.cast_signed()
    }

    /// Where the keyboard is, while it is up.
    #[must_use]
    pub fn keyboard_area(&self) -> Option<Rect> {
        let top = self.height() - self.px(270);
        (self.keyboard && self.focus.is_some()).then(|| Rect {
            left: 0,
            top,
            right: self.width(),
            bottom: self.height(),
        })
    }

    /// The lowest line that a page can use.
    #[must_use]
    pub fn floor(&self) -> i32 {
        self.keyboard_area().map_or(self.height(), |k| k.top)
    }
}

/// One page as drawn: the active window and what belongs to it.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The active window's tree.
    pub root: Node,
    /// The focused activity, `package/class`.
    pub activity: String,
    /// How far the page can be scrolled, in pixels.
    pub scroll_max: i32,
    /// Whether something on it moves, so that it never idles.
    pub moves: bool,
    /// Whether a picture of it is black.
    pub secure: bool,
    /// Where the keyboard is, while it is up.
    pub keyboard: Option<Rect>,
}

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
        generation.redraw(&mut root);
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
