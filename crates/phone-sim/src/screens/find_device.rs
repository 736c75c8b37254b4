//! Find Device: the pages of the cloud app that tell and switch it, and what Find Device's own app shows when the owner looks for the
//! phone from afar.
//!
//! Layouts and texts are those of the China and Global ROMs of MIUI 10 (cloud app 9.0, Find Device app). The texts of Find Device's
//! own notices are known in English only.

use super::act::Act;
use super::id::ScreenId;
use super::layout::{alert, content_area, page};
use super::node::{Node, Rect};
use super::scene::Scene;

pub(super) fn draw(screen: ScreenId, scene: &Scene<'_>) -> Node {
    let text = |resource: &str| scene.text(resource);
    match screen {
        ScreenId::FindDeviceStatus => {
            let close = ("btn_close", text("micloud_find_device_verify_close"), Act::Open(ScreenId::FindDeviceOff));
            cloud_page(scene, &[close])
        }
        ScreenId::FindDeviceGuide => {
            let proceed = ("btn_proceed", text("micloud_find_device_guide_button"), Act::Nothing);
            let close = ("btn_close", text("micloud_find_device_verify_close"), Act::Back);
            cloud_page(scene, &[proceed, close])
        }
        ScreenId::FindDeviceOff => alert(
            scene,
            &text("micloud_find_device_close_alert_title"),
            &text("micloud_find_device_close_alert_content"),
            // It would go on to the owner's password; no sign-out comes this way.
            Some((text("micloud_find_device_close_alert_negtive"), Act::Nothing)),
            Some((text("micloud_find_device_close_alert_positive"), Act::Back)),
        ),
        ScreenId::FindDeviceNoise => {
            notice(scene, "Your device is making noise", None, ("stop_noising_button", "Stop"))
        }
        _ => notice(scene, "Device located", Some("Its owner has located this device."), ("i_know", "Got it")),
    }
}

/// A page of the cloud app (`find_device_guide`, `micloud_find_device_status_main`): a picture, a title, buttons.
fn cloud_page(scene: &Scene<'_>, buttons: &[(&str, String, Act)]) -> Node {
    let id = |name: &str| format!("com.miui.cloudservice:id/{name}");
    let area = content_area(scene);
    let at = |top: i32, height: i32| Rect::at(scene.px(24), area.top + scene.px(top), scene.px(312), scene.px(height));
    let mut row = Node::new("LinearLayout", at(300, 120)).id(&id("buttons"));
    for (place, (name, words, act)) in (0..).zip(buttons) {
        row = row.child(Node::button(words.as_str(), at(304 + place * 58, 50), *act).id(&id(name)));
    }
    let below = Rect { left: 0, top: area.top + scene.px(200), ..area };
    let texts = Node::new("RelativeLayout", below)
        .child(Node::label(scene.text("find_device_service_title"), at(206, 36)).id(&id("tv_title")))
        .child(Node::label("Find your device if it is lost", at(246, 40)).id(&id("tv_sub_title")))
        .child(Node::new("TextView", at(290, 0)).id(&id("gdpt_prompt")).hidden())
        .child(row)
        .child(Node::label("i.mi.com", at(430, 24)).id(&id("tv_cloud")));
    let picture = Node::new("ImageView", Rect { bottom: area.top + scene.px(190), ..area }).id(&id("iv_cloud"));
    let content = Node::new("FrameLayout", area).child(picture).child(texts);
    page(scene, &scene.text("find_device_service_title"), content)
}

/// A notice of Find Device's own app (`find_device_success`, `find_device_stop_noising`), over everything.
fn notice(scene: &Scene<'_>, title: &str, info: Option<&str>, (name, words): (&str, &str)) -> Node {
    let id = |name: &str| format!("com.xiaomi.finddevice:id/{name}");
    let full = Rect::at(0, 0, scene.width(), scene.height());
    let at = |top: i32, height: i32| Rect::at(scene.px(24), scene.px(top), scene.px(312), scene.px(height));
    let mut content = Node::new("LinearLayout", at(100, 300)).id(&id("content")).child(Node::label(title, at(110, 40)));
    if let Some(info) = info {
        content = content
            .child(Node::new("ImageView", at(160, 120)))
            .child(Node::label(info, at(290, 60)).id(&id("info")))
            .child(Node::new("TextView", at(360, 0)).id(&id("sms_alert")).hidden());
    }
    let button = Node::button(words, at(520, 50), Act::Close).id(&id(name));
    Node::new("FrameLayout", full).child(Node::new("RelativeLayout", full).child(content).child(button))
}
