//! The drawn pages carry the nodes of the account app's own layouts, so that the profiles are tried on what is really there.

use std::collections::BTreeSet;

use phone_sim::phone::{Generation, PhoneSpec};
use phone_sim::screens::ScreenId;

use super::draw::Page;

/// The nodes of the layouts of the MIUI 10 account app that these pages are made of (those that are not hidden there).
const LAYOUTS: &[(ScreenId, &[&str])] = &[
    (
        ScreenId::AccountPage,
        &[
            "header",
            "preference",
            "settings_header_layout",
            "user_avatar",
            "nick_name",
            "edit_view",
            "logout_btn",
            "user_agreement",
            "privacy_policy",
        ],
    ),
    (
        ScreenId::Password,
        &[
            "inner_content",
            "account_info",
            "passport_account_name",
            "password_layout",
            "input_pwd_view",
            "show_pwd_img",
            "tv_forget_pwd",
            "cancel",
            "passport_confirm",
        ],
    ),
    (
        ScreenId::PasswordCaptcha,
        &["captcha_layout", "et_captcha_area", "et_captcha_image", "et_captcha_code", "input_pwd_view", "cancel"],
    ),
    (
        ScreenId::SecondFactor,
        &["inner_content_step2", "vcode_prompt", "passport_vcode", "passport_trust_device", "passport_confirm"],
    ),
    (ScreenId::NoNetworkPage, &["error_result_container", "image", "text", "action_retry"]),
    (ScreenId::SignIn, &["account_name_area", "et_account_name", "password_layout", "forgot_pwd", "btn_login"]),
    (
        ScreenId::LostMode,
        &["find_device_status", "lock_device_message", "password_layout", "btn_activate_account", "input_pwd_view"],
    ),
];

#[test]
fn the_drawn_pages_carry_the_nodes_of_the_apps_layouts() {
    for generation in Generation::ALL.into_iter().filter(|g| *g != Generation::Plain) {
        let spec = PhoneSpec::of(generation).change(|s| {
            s.button_below_fold = false;
            s.resource_ids = true;
        });
        for (screen, ids) in LAYOUTS {
            let tree = Page::of(&spec, *screen).draw().tree();
            let there: BTreeSet<&str> =
                tree.nodes().filter_map(|(_, n)| n.id.strip_prefix("com.xiaomi.account:id/")).collect();
            let missing: Vec<_> = ids.iter().filter(|id| !there.contains(*id)).collect();
            assert!(missing.is_empty(), "{} of {}: no {missing:?}", screen.name(), generation.name());
        }
        let dialog = Page::of(&spec, ScreenId::Password).draw().tree();
        assert!(dialog.nodes().any(|(_, n)| n.id == "android:id/title"), "the dialog's title has Android's own id");
        let fields: Vec<bool> =
            dialog.nodes().filter(|(_, n)| n.id.ends_with("input_pwd_view")).map(|(_, n)| n.password).collect();
        assert_eq!(fields, [true], "one field, which hides what is typed");
    }
}
