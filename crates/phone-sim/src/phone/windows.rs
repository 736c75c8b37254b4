//! Which windows are on the screen, from the lowest to the topmost, with their views.

use super::world::World;
use crate::screens::{self, Node, Scene, ScreenId};

/// One window on the screen.
pub(super) struct Window {
    /// Its title: an activity, or the name of a window that is none.
    pub title: String,
    /// Its views.
    pub root: Node,
    /// The page that it shows; `None` for the windows that are always there.
    pub screen: Option<ScreenId>,
}

/// The title of the window that shows a page. A dialog has the title of its activity.
pub(super) fn title(world: &World, screen: ScreenId) -> String {
    match screen {
        ScreenId::Keyguard | ScreenId::PinKeyguard if world.spec.sdk >= 30 => "NotificationShade".to_owned(),
        ScreenId::Keyguard | ScreenId::PinKeyguard => "StatusBar".to_owned(),
        ScreenId::Anr => "Application Not Responding: com.xiaomi.account".to_owned(),
        ScreenId::SecureKeyboard => "InputMethod".to_owned(),
        ScreenId::AutofillBubble | ScreenId::AutofillSave => "Autofill".to_owned(),
        ScreenId::LowBattery => "Battery is low".to_owned(),
        _ => screen.activity(&world.spec),
    }
}

/// The windows that can be seen at this moment, the lowest first. What lies below a window that fills the screen is not there.
pub(super) fn visible(world: &World, now: u64) -> Vec<Window> {
    if !world.stack.is_awake() {
        return Vec::new();
    }
    let scene = world.scene_at(now);
    let mut found = Vec::new();
    for (place, screen) in from_the_top(world).into_iter().enumerate() {
        // Focus, keyboard and error belong to the page in front of all pages.
        let below =
            Scene { focus: None, keyboard: false, note: None, scroll: world.form.scroll_below(), ..scene.clone() };
        let of_page = place == 0 || screen == world.stack.page();
        let root = screens::views(screen, if of_page { &scene } else { &below });
        let fills = root.bounds.right - root.bounds.left >= scene.width()
            && root.bounds.bottom - root.bounds.top >= scene.height();
        found.push(Window { title: title(world, screen), root, screen: Some(screen) });
        if fills {
            break;
        }
    }
    found.reverse();
    if world.stack.lock().is_none()
        && let Some(root) = screens::keyboard(&scene)
    {
        found.push(Window { title: "InputMethod".to_owned(), root, screen: None });
    }
    found.push(Window { title: "StatusBar".to_owned(), root: screens::status_bar(&scene), screen: None });
    found
}

/// The pages that may be seen, the topmost first.
fn from_the_top(world: &World) -> Vec<ScreenId> {
    if world.stack.lock().is_some() {
        return vec![world.screen()];
    }
    world.stack.popups().iter().rev().chain(world.stack.pages().iter().rev()).copied().collect()
}
