//! The dialogs of a sign-out: questions, spinners, failures, and the password dialog.

use super::act::{Act, Field};
use super::id::ScreenId;
use super::layout::{Rows, alert, content_area, field, line, page};
use super::node::{Node, Rect};
use super::scene::Scene;
use crate::spec::{Branch, Generation};

pub(super) fn draw(screen: ScreenId, scene: &Scene<'_>) -> Node {
    use ScreenId as S;
    let ok = |act| Some((scene.text("android_ok"), act));
    let cancel = || Some((scene.text("android_cancel"), Act::Cancel));
    let text = |resource| scene.text(resource);
    match screen {
        S::JustASec => spinner(scene, "loading_micloud_sync_data"),
        S::SigningOut => spinner(scene, "removing_account"),
        S::TurningOffFindDevice => spinner(scene, "turning_off_find_device"),
        S::KeepRemove if scene.spec.has(Branch::OldDataChoice) && scene.spec.generation <= Generation::Miui10 => {
            keep_dialog(scene)
        }
        S::KeepRemove if scene.spec.has(Branch::OldDataChoice) => old_keep_page(scene),
        S::KeepRemove => keep_page(scene),
        S::AccountUpdate => update_offer(scene),
        S::Password | S::PasswordWrong | S::PasswordEmpty | S::PasswordCaptcha | S::SecondFactor => {
            password(screen, scene)
        }
        S::PayCards => {
            alert(scene, &text("delete_bank_card_title"), &text("delete_bank_card_message"), cancel(), ok(Act::Accept))
        }
        S::UnsyncedItems => alert(scene, &text("wipe_data_dialog_title"), "", cancel(), ok(Act::Accept)),
        S::HiddenPhotos => alert(scene, &text("wipe_secret_photo_dialog_title"), "", cancel(), ok(Act::Accept)),
        S::HighQualityPhotos => alert(
            scene,
            &text("retain_data_high_quality_photo_waring_title"),
            &text("retain_data_high_quality_photo_waring_message"),
            cancel(),
            ok(Act::Accept),
        ),
        S::LastDevice => alert(
            scene,
            &text("e2ee_exit_account_title"),
            &text("e2ee_exit_account_subtitle"),
            Some((text("e2ee_exit_account_turn_off"), Act::Nothing)),
            Some((text("logout_account"), Act::Accept)),
        ),
        S::TokenExpired => alert(
            scene,
            &text("passport_account_label"),
            &text("passport_relogin_notice"),
            cancel(),
            ok(Act::Open(S::SignIn)),
        ),
        S::PasswordWrongDialog => alert(
            scene,
            &text("passport_verification_failed"),
            &text("passport_bad_authentication"),
            None,
            ok(Act::Back),
        ),
        S::ServerError => {
            alert(scene, &text("passport_verification_failed"), &text("passport_error_server"), None, ok(Act::Back))
        }
        _ => failure(screen, scene),
    }
}

/// A sign-out that has failed: a title, why, and OK.
fn failure(screen: ScreenId, scene: &Scene<'_>) -> Node {
    let ok = Some((scene.text("android_ok"), Act::Cancel));
    let find_device = scene.text("turn_off_find_device_failed_title");
    let (title, message) = match screen {
        ScreenId::PasswordChangedRecently => {
            (find_device, scene.text("find_device_error_password_recently_changed").replace("%d", "3"))
        }
        ScreenId::FindDevicePasswordAgain => (find_device, scene.text("find_device_error_password_not_confirmed")),
        ScreenId::NoNetwork => (find_device, scene.text("find_device_io_error")),
        ScreenId::SecondSpace => (scene.text("find_device_app_name"), scene.text("second_space_find_device")),
        ScreenId::FindDeviceFailed => (find_device, scene.text("no_response_retry")),
        _ => (scene.text("logout_failed"), scene.text("no_response_retry")),
    };
    alert(scene, &title, &message, None, ok)
}

/// A progress dialog.
fn spinner(scene: &Scene<'_>, resource: &str) -> Node {
    let area = Rect::at(scene.px(12), scene.height() - scene.px(110), scene.px(336), scene.px(90));
    let row = Node::new("LinearLayout", area)
        .id("android:id/body")
        .child(
            Node::new(
                "ProgressBar",
                Rect::at(area.left + scene.px(20), area.top + scene.px(25), scene.px(40), scene.px(40)),
            )
            .id("android:id/progress"),
        )
        .child(Node::label(scene.text(resource), line(area, scene, 76, 35, 240)).id("android:id/message"));
    Node::new("FrameLayout", area).child(Node::new("FrameLayout", area).id("android:id/content").child(row))
}

/// The two words of the data choice.
fn keep_words(scene: &Scene<'_>) -> (String, String) {
    scene
        .spec
        .data_labels
        .clone()
        .unwrap_or_else(|| (scene.text("micloud_wipe_data_retain"), scene.text("micloud_wipe_data_remove")))
}

fn keep_dialog(scene: &Scene<'_>) -> Node {
    let (keep, remove) = keep_words(scene);
    alert(
        scene,
        &scene.text("micloud_wipe_data_confirm_label"),
        &scene.text("micloud_wipe_data_confirm_title"),
        Some((keep, Act::Keep)),
        Some((remove, Act::Remove)),
    )
}

/// The page of the cloud app as MIUI 10 has it: three buttons below the kinds of data that are meant.
fn keep_page(scene: &Scene<'_>) -> Node {
    let id =
        |name: &str| if scene.spec.resource_ids { format!("com.miui.cloudservice:id/{name}") } else { String::new() };
    let (keep, remove) = keep_words(scene);
    let area = content_area(scene);
    let at = |left: i32, top: i32, width: i32, height: i32| {
        Rect::at(scene.px(left), area.top + scene.px(top), scene.px(width), scene.px(height))
    };
    let title = Node::label(scene.text("micloud_wipe_data_confirm_title"), at(24, 10, 312, 64))
        .id(&id("wipe_data_title_text_view"));
    let mut grid = Node::new("GridLayout", at(24, 90, 312, 160)).id(&id("grid_layout"));
    for (n, kind) in ["Contacts", "Messages", "Gallery", "Notes"].into_iter().enumerate() {
        let left = 24 + 78 * i32::try_from(n).unwrap_or(0);
        grid = grid.child(
            Node::new("LinearLayout", at(left, 90, 78, 80))
                .child(Node::new("ImageView", at(left + 20, 94, 38, 38)).id(&id("image")))
                .child(Node::label(kind, at(left + 4, 138, 70, 24)).id(&id("text"))),
        );
    }
    let place = |nth: i32| Rect::at(scene.px(24), area.bottom - scene.px(190 - 60 * nth), scene.px(312), scene.px(50));
    let buttons = Rect { top: area.bottom - scene.px(200), ..area };
    let bottom = Node::new("LinearLayout", buttons)
        .id(&id("wipe_data_bottom_layout"))
        .child(Node::button(keep, place(0), Act::Keep).id(&id("retain_button")))
        .child(Node::button(remove, place(1), Act::Remove).id(&id("remove_button")))
        .child(Node::button(scene.text("button_cancel"), place(2), Act::Cancel).id(&id("cancel_button")));
    let content = Node::new("RelativeLayout", area)
        .child(title)
        .child(bottom)
        .child(Node::new("ScrollView", at(24, 90, 312, 160)).child(grid));
    page(scene, &scene.text("micloud_wipe_data_confirm_label"), content)
}

/// The account app's offer to update itself. Which of the two stands first differs, and neither has an id.
fn update_offer(scene: &Scene<'_>) -> Node {
    let chinese = scene.spec.language.starts_with("zh");
    let (later, now) = if chinese { ("以后再说", "立即升级") } else { ("Later", "Upgrade now") };
    let words = [(later, Act::Close), (now, Act::Open(ScreenId::OtherApp))];
    let area = Rect::at(scene.px(12), scene.height() - scene.px(200), scene.px(336), scene.px(180));
    let mut box_ = Node::new("LinearLayout", area)
        .child(Node::label(if chinese { "发现新版本" } else { "New version found" }, line(area, scene, 20, 16, 296)));
    let swapped = scene.spec.crossed_buttons;
    for (n, (word, act)) in words.into_iter().enumerate() {
        let nth = if swapped { 1 - n } else { n };
        let left = scene.px(28 + 156 * i32::try_from(nth).unwrap_or(0));
        let place = Rect::at(left, area.bottom - scene.px(64), scene.px(146), scene.px(48));
        box_ = box_.child(Node::label(word, place).taps(act));
    }
    Node::new("FrameLayout", area).child(box_)
}

/// What older notes say of MIUI 11 and later: a page with the apps whose data is meant, and two buttons without ids.
fn old_keep_page(scene: &Scene<'_>) -> Node {
    let (keep, remove) = keep_words(scene);
    let area = content_area(scene);
    let mut rows = Rows::new(scene);
    let message = scene.text("micloud_wipe_data_confirm_title");
    rows.add(80, |row| Node::label(message, Rect { bottom: row.bottom, ..line(row, scene, 24, 10, 312) }));
    for app in ["Contacts", "Messages", "Gallery", "Notes"] {
        rows.item(app, "", Act::Nothing);
    }
    let (list, _) = rows.list("android:id/list", Rect { bottom: area.bottom - scene.px(140), ..area });
    let button = |top: i32, text: String, act: Act| {
        let place = Rect::at(scene.px(24), area.bottom - scene.px(top), scene.px(312), scene.px(50));
        Node::button(text, place, act)
    };
    let content = Node::new("LinearLayout", area).child(list).child(button(130, keep, Act::Keep)).child(button(
        70,
        remove,
        Act::Remove,
    ));
    page(scene, &scene.text("micloud_wipe_data_confirm_label"), content)
}

/// The account app's password dialog with its picture code, or its second step.
fn password(screen: ScreenId, scene: &Scene<'_>) -> Node {
    let id = |name: &str| format!("com.xiaomi.account:id/{name}");
    let second = screen == ScreenId::SecondFactor;
    let captcha = screen == ScreenId::PasswordCaptcha;
    let height = scene.px(if captcha { 340 } else { 270 });
    let area = Rect::at(0, scene.floor() - height, scene.width(), height);
    let title = scene.text(if second { "passport_quick_login_step2_title" } else { "passport_quick_login_title" });
    let inner = if second { code_step(scene, area) } else { password_step(scene, area, captcha, screen) };
    let buttons = Rect::at(0, area.bottom - scene.px(66), scene.width(), scene.px(66));
    let button = |left: i32| Rect::at(scene.px(left), buttons.top + scene.px(8), scene.px(150), scene.px(48));
    let act = if second { Act::ConfirmCode } else { Act::Confirm };
    let row = Node::new("LinearLayout", buttons)
        .child(Node::button(scene.text("android_cancel"), button(20), Act::Cancel).id(&id("cancel")))
        .child(Node::button(scene.text("android_ok"), button(190), act).id(&id("passport_confirm")));
    // The layout of the dialog has both steps, one of them hidden.
    let other = Node::new("LinearLayout", Rect::at(area.left, area.top, 0, 0));
    let other = other.id(&id(if second { "inner_content" } else { "inner_content_step2" })).hidden();
    Node::new("FrameLayout", area).child(
        Node::new("FrameLayout", area).id("android:id/content").child(
            Node::new("LinearLayout", area)
                .child(Node::label(title, line(area, scene, 20, 16, 320)).id("android:id/title"))
                .child(inner)
                .child(other)
                .child(row),
        ),
    )
}

fn password_step(scene: &Scene<'_>, area: Rect, captcha: bool, screen: ScreenId) -> Node {
    let id = |name: &str| format!("com.xiaomi.account:id/{name}");
    let at = |left: i32, top: i32, width: i32, height: i32| {
        Rect::at(area.left + scene.px(left), area.top + scene.px(top), scene.px(width), scene.px(height))
    };
    let account = scene.text("passport_account_name").replace("%1$s", scene.account.unwrap_or_default());
    let china = scene.spec.china_app;
    let input = field(scene, Field::Password, &scene.text("passport_input_password_hint"), at(20, 84, 280, 48), true)
        .id(&id(if china { "et_account_password" } else { "input_pwd_view" }));
    let eye = Node::new("ImageView", at(304, 92, 32, 32)).taps(Act::Nothing);
    let eye = if china {
        let eye = eye.id(&id("show_password_img"));
        Node::new("LinearLayout", at(300, 84, 40, 48)).id(&id("show_password_area_image")).child(eye)
    } else {
        eye.id(&id("show_pwd_img"))
    };
    let mut inner = Node::new("RelativeLayout", at(0, 44, 360, if captcha { 206 } else { 160 }))
        .id(&id("inner_content"))
        .child(
            Node::new("RelativeLayout", at(20, 48, 320, 28))
                .id(&id("account_info"))
                .child(Node::label(account, at(20, 50, 320, 24)).id(&id("passport_account_name"))),
        )
        .child(Node::new("LinearLayout", at(20, 84, 320, 48)).id(&id("password_layout")).child(input).child(eye));
    let note = match screen {
        ScreenId::PasswordEmpty => Some("passport_error_empty_pwd"),
        ScreenId::PasswordWrong => Some("passport_bad_authentication"),
        _ => scene.note,
    };
    if let Some(note) = note {
        inner = inner.child(Node::label(scene.text(note), at(20, 136, 320, 20)));
    }
    if captcha {
        let code =
            field(scene, Field::Captcha, &scene.text("passport_input_captcha_hint"), at(20, 164, 180, 48), false)
                .id(&id("et_captcha_code"));
        let image = Node::new("ImageView", at(210, 164, 120, 48)).id(&id("et_captcha_image")).taps(Act::Nothing);
        let box_ = Node::new("LinearLayout", at(20, 164, 320, 48)).id(&id("et_captcha_area")).child(code).child(image);
        inner = inner.child(Node::new("FrameLayout", at(20, 164, 320, 48)).id(&id("captcha_layout")).child(box_));
    } else {
        // The layout has it in any case, and shows it where the server wants a picture code.
        inner = inner.child(Node::new("FrameLayout", at(20, 164, 0, 0)).id(&id("captcha_layout")).hidden());
    }
    let top = if captcha { 222 } else { 166 };
    let forgot = Node::label(scene.text("passport_forget_password"), at(20, top, 200, 24)).id(&id("tv_forget_pwd"));
    inner.child(forgot.taps(Act::Nothing))
}

fn code_step(scene: &Scene<'_>, area: Rect) -> Node {
    let id = |name: &str| format!("com.xiaomi.account:id/{name}");
    let at = |top: i32, height: i32| {
        Rect::at(area.left + scene.px(20), area.top + scene.px(top), scene.px(320), scene.px(height))
    };
    let hint = scene.text("passport_vcode_prompt_long");
    let mut trust = Node::new("CheckBox", at(150, 36)).id(&id("passport_trust_device")).taps(Act::Nothing);
    trust.text = scene.text("passport_trust_device");
    trust.checkable = true;
    let mut inner = Node::new("LinearLayout", at(44, 150))
        .id(&id("inner_content_step2"))
        .child(Node::label(hint.clone(), at(48, 30)).id(&id("vcode_prompt")))
        .child(field(scene, Field::Code, &hint, at(90, 48), false).id(&id("passport_vcode")))
        .child(trust);
    if let Some(note) = scene.note {
        inner = inner.child(Node::label(scene.text(note), at(186, 18)));
    }
    inner
}
