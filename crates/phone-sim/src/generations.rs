//! Made-up generations of the account app: laid out as none that was ever seen, with words of their own in two languages.
//!
//! They stand for what nobody could look at: the app of a system to come, the pages of its server. Nothing in them is a fact, except
//! that apps do change in these ways: other ids, no ids, another order, a web page, dialogs of other packages, pictures in place of words.

/// A generation of the account app that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AppGeneration {
    /// Known pages in a known order, with other ids and words.
    OtherIds,
    /// No node has an id.
    NoIds,
    /// A question first, then the password, then the data choice.
    OtherOrder,
    /// The server's web page asks for the password.
    WebPage,
    /// The password and the data choice are asked by two other apps.
    OtherPackages,
    /// Neither an intent nor a component opens the account page: only the row in Settings does.
    SettingsOnly,
    /// No ids, and pictures in place of words on the buttons.
    Pictures,
}

/// The account app.
const ACCOUNT: &str = "com.xiaomi.account";
/// The cloud app.
const CLOUD: &str = "com.miui.cloudservice";
/// The made-up app that asks for the password.
const GUARD: &str = "com.miui.guard";
/// The made-up app that asks about synced data.
const VAULT: &str = "com.miui.vault";

/// Known id → made-up id.
const IDS: &[(&str, &str)] = &[
    ("logout_btn", "leave_action"),
    ("input_pwd_view", "secret_entry"),
    ("et_account_password", "secret_entry"),
    ("passport_confirm", "go_on"),
    ("cancel", "step_back"),
    ("retain_button", "stay_action"),
    ("remove_button", "erase_action"),
    ("cancel_button", "later_action"),
    ("recycler_view", "profile_list"),
    ("nick_name", "person"),
    ("user_id", "person_number"),
    ("wipe_data_title_text_view", "data_question"),
];

/// Text resource → English, Chinese.
const WORDS: &[(&str, &str, &str)] = &[
    ("passport_account_label", "Xiaomi passport", "小米通行证"),
    ("xiaomi_account", "Xiaomi passport", "小米通行证"),
    ("app_name", "Xiaomi passport", "小米通行证"),
    ("logout_account", "Leave this phone", "离开本机"),
    ("wipe_data_dialog_title", "Leave without a backup?", "不备份就离开吗？"),
    ("micloud_wipe_data_confirm_label", "Data on this phone", "本机数据"),
    ("micloud_wipe_data_confirm_title", "What shall become of the data?", "这些数据怎么办？"),
    ("micloud_wipe_data_retain", "Let it stay", "留在手机里"),
    ("micloud_wipe_data_remove", "Erase it here", "从手机抹掉"),
    ("button_cancel", "Decide some other time", "改天决定"),
    ("passport_quick_login_title", "Show that it is you", "证明是你"),
    ("passport_input_password_hint", "Secret word", "口令"),
    ("passport_account_name", "Passport %1$s", "通行证 %1$s"),
    ("passport_bad_authentication", "This is not the secret word", "口令不符"),
    ("passport_error_empty_pwd", "The secret word is missing", "缺少口令"),
    ("passport_forget_password", "I forgot it", "想不起来"),
    ("android_ok", "It is me", "是我没错"),
    ("android_cancel", "Step back", "退一步"),
    ("loading_micloud_sync_data", "One moment", "片刻"),
    ("removing_account", "Leaving", "离开中"),
];

impl AppGeneration {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::OtherIds,
        Self::NoIds,
        Self::OtherOrder,
        Self::WebPage,
        Self::OtherPackages,
        Self::SettingsOnly,
        Self::Pictures,
    ];

    /// A short name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OtherIds => "other-ids",
            Self::NoIds => "no-ids",
            Self::OtherOrder => "other-order",
            Self::WebPage => "web-page",
            Self::OtherPackages => "other-packages",
            Self::SettingsOnly => "settings-only",
            Self::Pictures => "pictures",
        }
    }

    /// The `versionName` of the account app.
    #[must_use]
    pub fn version(self) -> &'static str {
        match self {
            Self::OtherIds => "31.1.0.2",
            Self::NoIds => "32.0.4.0",
            Self::OtherOrder => "33.2.0.1",
            Self::WebPage => "34.0.0.7",
            Self::OtherPackages => "35.1.1.0",
            Self::SettingsOnly => "36.0.2.0",
            Self::Pictures => "37.3.0.0",
        }
    }

    /// Whether intents and components open the account page.
    pub(crate) fn can_be_opened(self) -> bool {
        self != Self::SettingsOnly
    }

    /// A text of this generation; `None` where it has the known one.
    pub(crate) fn text(self, resource: &str, language: &str) -> Option<String> {
        // Settings names the app in its row; only one generation has made it write another name there.
        if resource == "xiaomi_account" && self != Self::SettingsOnly {
            return None;
        }
        let (_, english, chinese) = WORDS.iter().find(|(name, ..)| *name == resource)?;
        Some(if language.starts_with("zh") { *chinese } else { *english }.to_owned())
    }

    /// The activity of a page that the known app shows in `known`; `asks` where the page asks for the password.
    pub(crate) fn activity(self, asks: bool, known: &str) -> String {
        let Some((package, class)) = known.split_once('/') else { return known.to_owned() };
        if package != ACCOUNT && package != CLOUD {
            return known.to_owned();
        }
        let package = match self {
            Self::OtherPackages if asks => GUARD,
            Self::OtherPackages if package == CLOUD => VAULT,
            _ => package,
        };
        let class = class.rsplit('.').next().unwrap_or(class);
        let class = if class == "AccountSettingsActivity" { "PassportHomeActivity" } else { class };
        format!("{package}/{package}.next.{class}")
    }

    /// What a resource id of the known apps is in a page of a package; ids of others stay.
    pub(crate) fn id(self, known: &str, package: &str) -> String {
        let Some((owner, name)) = known.split_once(":id/") else { return known.to_owned() };
        let of_app = [ACCOUNT, CLOUD].contains(&owner);
        match self {
            Self::NoIds | Self::Pictures => String::new(),
            _ if !of_app => known.to_owned(),
            _ => {
                let made_up = IDS.iter().find(|(known, _)| *known == name).map(|(_, id)| (*id).to_owned());
                let home = if package.is_empty() { owner } else { package };
                format!("{home}:id/{}", made_up.unwrap_or_else(|| format!("next_{name}")))
            }
        }
    }

    /// Whether buttons show pictures in place of words.
    pub(crate) fn has_pictures(self) -> bool {
        self == Self::Pictures
    }
}
