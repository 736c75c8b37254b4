//! The names of all pages, and what is fixed for each.

use crate::spec::{Branch, Generation, LockKind, PhoneSpec};

/// Declares the enum and its list of all with short names.
macro_rules! screens {
    ($($(#[doc = $doc:literal])* $id:ident = $name:literal,)*) => {
        /// Every page that a simulated phone can show.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ScreenId { $($(#[doc = $doc])* $id,)* }

        impl ScreenId {
            /// All pages.
            pub const ALL: &'static [Self] = &[$(Self::$id,)*];

            /// A short name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$id => $name,)* }
            }
        }
    };
}

screens! {
    /// The home screen.
    Launcher = "launcher",
    /// The first page of Settings.
    SettingsHome = "settings-home",
    /// The search of Settings.
    SettingsSearch = "settings-search",
    /// A page of another app.
    OtherApp = "other-app",
    /// The dialer, with a number typed in.
    Dialer = "dialer",
    /// The account page, signed in.
    AccountPage = "account-page",
    /// The account app's sign-in page.
    SignIn = "sign-in",
    /// "Mi Pay bank cards … will be deleted".
    PayCards = "pay-cards",
    /// "Just a sec…".
    JustASec = "just-a-sec",
    /// "Signing out…".
    SigningOut = "signing-out",
    /// "Turning off Find device…".
    TurningOffFindDevice = "turning-off-find-device",
    /// Keep or remove the synced data: a dialog up to MIUI 10, a page from MIUI 11.
    KeepRemove = "keep-or-remove",
    /// "Items aren't synced".
    UnsyncedItems = "unsynced-items",
    /// "Hidden photos aren't synced".
    HiddenPhotos = "hidden-photos",
    /// "High quality images won't be available".
    HighQualityPhotos = "high-quality-photos",
    /// The native password dialog.
    Password = "password",
    /// The same after a wrong password.
    PasswordWrong = "password-wrong",
    /// A dialog over it that tells of the wrong password.
    PasswordWrongDialog = "password-wrong-dialog",
    /// The same after an empty password.
    PasswordEmpty = "password-empty",
    /// The same with a picture code.
    PasswordCaptcha = "password-captcha",
    /// Its second step.
    SecondFactor = "second-factor",
    /// The identity check page.
    IdentityCheck = "identity-check",
    /// The web verification with a password field.
    WebPassword = "web-password",
    /// The web verification without one.
    WebOther = "web-other",
    /// The web verification that asks for a code.
    WebCode = "web-code",
    /// The account app's offer to update itself.
    AccountUpdate = "account-update",
    /// "You need to sign in again".
    TokenExpired = "token-expired",
    /// "You've changed your password within last N days…".
    PasswordChangedRecently = "password-changed-recently",
    /// "Can't turn off Find device".
    FindDeviceFailed = "find-device-failed",
    /// "Can't sign out".
    SignOutFailed = "sign-out-failed",
    /// "Can't connect to the network".
    NoNetwork = "no-network",
    /// The account app's own page without a network.
    NoNetworkPage = "no-network-page",
    /// "Server error".
    ServerError = "server-error",
    /// "Can't turn off Find device. Enter your … password again."
    FindDevicePasswordAgain = "find-device-password-again",
    /// The last device of Advanced data protection.
    LastDevice = "last-device",
    /// The cloud app's page about Find Device, which is on.
    FindDeviceStatus = "find-device-status",
    /// The cloud app's offer to turn Find Device on.
    FindDeviceGuide = "find-device-guide",
    /// "Turn off Find device?"
    FindDeviceOff = "find-device-off",
    /// The owner has located the phone.
    FindDeviceLocated = "find-device-located",
    /// The owner lets the phone ring.
    FindDeviceNoise = "find-device-noise",
    /// Find Device is not available in a second space.
    SecondSpace = "second-space",
    /// Settings after the account is gone.
    AccountGone = "account-gone",
    /// "… isn't responding".
    Anr = "anr",
    /// A dialog of an app that nobody knows.
    UnknownPopup = "unknown-popup",
    /// "Battery is low".
    LowBattery = "low-battery",
    /// An incoming call.
    IncomingCall = "incoming-call",
    /// MIUI's secure keyboard, in a window of its own over a password field.
    SecureKeyboard = "secure-keyboard",
    /// Android's list of what to fill into a field.
    AutofillBubble = "autofill-bubble",
    /// Android's question whether to save a password.
    AutofillSave = "autofill-save",
    /// The lock screen without a lock.
    Keyguard = "keyguard",
    /// The lock screen with a PIN.
    PinKeyguard = "pin-keyguard",
    /// The owner has marked the phone as lost.
    LostMode = "lost-mode",
    /// A lender has locked the phone.
    FinanceLock = "finance-lock",
}

impl ScreenId {
    /// The page of a short name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.name() == name)
    }

    /// Whether something on it turns all the time.
    #[must_use]
    pub fn is_spinner(self) -> bool {
        matches!(self, Self::JustASec | Self::SigningOut | Self::TurningOffFindDevice)
    }

    /// Whether it lies over everything else and belongs to no task.
    #[must_use]
    pub fn is_popup(self) -> bool {
        self.is_over_field()
            || matches!(
                self,
                Self::Anr
                    | Self::AccountUpdate
                    | Self::UnknownPopup
                    | Self::LowBattery
                    | Self::IncomingCall
                    | Self::AutofillSave
                    | Self::FindDeviceLocated
                    | Self::FindDeviceNoise
            )
    }

    /// Whether it belongs to a field that has the focus, and goes with it.
    #[must_use]
    pub fn is_over_field(self) -> bool {
        matches!(self, Self::SecureKeyboard | Self::AutofillBubble)
    }

    /// Whether the owner's password is typed on it.
    #[must_use]
    pub fn is_password(self) -> bool {
        matches!(
            self,
            Self::Password | Self::PasswordWrong | Self::PasswordEmpty | Self::PasswordCaptcha | Self::WebPassword
        )
    }

    /// Whether it is a lock that only a person opens, and how.
    #[must_use]
    pub fn lock(self) -> Option<LockKind> {
        match self {
            Self::Keyguard => Some(LockKind::Swipe),
            Self::PinKeyguard => Some(LockKind::Pin),
            Self::LostMode => Some(LockKind::Lost),
            Self::FinanceLock => Some(LockKind::Finance),
            _ => None,
        }
    }

    /// Whether pictures of it are black.
    #[must_use]
    pub fn is_secure(self) -> bool {
        self.is_password() || matches!(self, Self::PinKeyguard | Self::SecureKeyboard)
    }

    /// Whether it belongs to a running sign-out.
    #[must_use]
    pub fn is_step(self) -> bool {
        !self.is_popup()
            && !matches!(
                self,
                Self::Launcher
                    | Self::SettingsHome
                    | Self::SettingsSearch
                    | Self::OtherApp
                    | Self::Dialer
                    | Self::AccountPage
                    | Self::SignIn
                    | Self::AccountGone
                    | Self::FindDeviceStatus
                    | Self::FindDeviceGuide
                    | Self::FindDeviceOff
                    | Self::Keyguard
                    | Self::PinKeyguard
                    | Self::LostMode
                    | Self::FinanceLock
            )
    }

    /// The focused activity while it shows.
    #[must_use]
    pub fn activity(self, spec: &PhoneSpec) -> String {
        let known = self.known_activity(spec);
        if let Some(generation) = spec.app_generation {
            let asks = self.is_password() || matches!(self, Self::ServerError | Self::PasswordWrongDialog);
            return generation.activity(asks, known);
        }
        spec.account_app.as_ref().map_or_else(|| known.to_owned(), |app| app.activity(known))
    }

    fn known_activity(self, spec: &PhoneSpec) -> &'static str {
        let miui = spec.has_account_app();
        match self {
            Self::Launcher if miui => "com.miui.home/com.miui.home.launcher.Launcher",
            Self::Launcher => "com.android.launcher3/com.android.launcher3.uioverrides.QuickstepLauncher",
            Self::SettingsHome | Self::AccountGone if !miui => "com.android.settings/com.android.settings.Settings",
            Self::SettingsHome | Self::AccountGone if spec.generation >= Generation::Miui13 => {
                "com.android.settings/com.android.settings.MainSettings"
            }
            Self::SettingsHome | Self::AccountGone => "com.android.settings/com.android.settings.MiuiSettings",
            Self::SettingsSearch => "com.android.settings/com.android.settings.search.SearchActivity",
            Self::Dialer => "com.android.contacts/com.android.contacts.activities.TwelveKeyDialer",
            Self::OtherApp => "com.miui.notes/com.miui.notes.ui.NotesListActivity",
            Self::KeepRemove | Self::UnsyncedItems | Self::HiddenPhotos | Self::HighQualityPhotos
                if spec.has(Branch::OldDataChoice) =>
            {
                "com.miui.cloudservice/com.miui.cloudservice.ui.WipeDataConfirmActivity"
            }
            Self::KeepRemove | Self::UnsyncedItems | Self::HiddenPhotos | Self::HighQualityPhotos => {
                "com.miui.cloudservice/com.miui.cloudservice.ui.MiCloudWipeDataConfirmActivity"
            }
            Self::Password
            | Self::PasswordWrong
            | Self::PasswordWrongDialog
            | Self::PasswordEmpty
            | Self::PasswordCaptcha
            | Self::ServerError
            | Self::SecondFactor => "com.xiaomi.account/com.xiaomi.account.ui.QuickLoginActivity",
            Self::IdentityCheck => "com.xiaomi.account/com.xiaomi.passport.ui.NotificationActivity",
            Self::WebPassword | Self::WebOther | Self::WebCode if spec.has(Branch::JsbPages) => {
                "com.xiaomi.account/com.xiaomi.passport.ui.internal.PassportJsbWebViewActivity"
            }
            Self::WebPassword | Self::WebOther | Self::WebCode => {
                "com.xiaomi.account/com.xiaomi.account.ui.AccountWebActivity"
            }
            Self::SignIn => "com.xiaomi.account/com.xiaomi.account.ui.LoginActivity",
            Self::TokenExpired => "com.xiaomi.account/com.xiaomi.account.ui.PassTokenExpiredDialog",
            Self::Anr => "android/Application Not Responding: com.xiaomi.account",
            Self::SecureKeyboard => "com.miui.securityinputmethod/InputMethod",
            Self::AutofillBubble | Self::AutofillSave => "android/Autofill",
            Self::UnknownPopup => "com.example.promo/com.example.promo.OfferActivity",
            Self::LowBattery | Self::Keyguard | Self::PinKeyguard => "com.android.systemui/NotificationShade",
            Self::LostMode => "com.xiaomi.account/com.xiaomi.account.ui.LockedAccountLoginActivity",
            Self::FinanceLock => "com.xiaomi.finddevice/com.xiaomi.finddevice.view.LockedActivity",
            // The activities of the first two cannot be started from outside; a page of the cloud app leads to them.
            Self::FindDeviceStatus | Self::FindDeviceOff => {
                "com.miui.cloudservice/com.miui.cloudservice.ui.MiCloudFindDeviceStatusActivity"
            }
            Self::FindDeviceGuide => "com.miui.cloudservice/com.miui.cloudservice.finddevice.FindDeviceGuideActivity",
            Self::FindDeviceLocated => "com.xiaomi.finddevice/com.xiaomi.finddevice.v2.ui.FindDeviceSuccessActivity",
            Self::FindDeviceNoise => "com.xiaomi.finddevice/com.xiaomi.finddevice.v2.command.StopNoiseActivity",
            Self::IncomingCall => "com.android.incallui/com.android.incallui.InCallActivity",
            _ => "com.xiaomi.account/com.xiaomi.account.ui.AccountSettingsActivity",
        }
    }
}
