//! What one simulated phone is: everything that is fixed when it is made.

pub use crate::generations::AppGeneration;

/// Which system the phone runs. Ordered by age; the families without MIUI come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// MIUI 9.
    Miui9,
    /// MIUI 10.
    Miui10,
    /// MIUI 11.
    Miui11,
    /// MIUI 12.
    Miui12,
    /// MIUI 12.5.
    Miui125,
    /// MIUI 13.
    Miui13,
    /// MIUI 14.
    Miui14,
    /// HyperOS 1.
    HyperOs1,
    /// HyperOS 2.
    HyperOs2,
    /// HyperOS 3.
    HyperOs3,
    /// A HyperOS that nobody has seen yet: made up.
    HyperOs4,
    /// Android without MIUI: Android One, another maker, a custom ROM.
    Plain,
}

impl Generation {
    /// All of them, oldest first.
    pub const ALL: [Self; 12] = [
        Self::Miui9,
        Self::Miui10,
        Self::Miui11,
        Self::Miui12,
        Self::Miui125,
        Self::Miui13,
        Self::Miui14,
        Self::HyperOs1,
        Self::HyperOs2,
        Self::HyperOs3,
        Self::HyperOs4,
        Self::Plain,
    ];

    /// A short name: `miui-12.5`, `hyperos-1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Miui9 => "miui-9",
            Self::Miui10 => "miui-10",
            Self::Miui11 => "miui-11",
            Self::Miui12 => "miui-12",
            Self::Miui125 => "miui-12.5",
            Self::Miui13 => "miui-13",
            Self::Miui14 => "miui-14",
            Self::HyperOs1 => "hyperos-1",
            Self::HyperOs2 => "hyperos-2",
            Self::HyperOs3 => "hyperos-3",
            Self::HyperOs4 => "hyperos-4",
            Self::Plain => "plain-android",
        }
    }

    /// The generation of a short name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.name() == name)
    }

    /// Whether the server decides by a web page (HyperOS), instead of the phone by its own password dialog.
    #[must_use]
    pub fn is_hyperos(self) -> bool {
        (Self::HyperOs1..=Self::HyperOs4).contains(&self)
    }
}

/// Whether `input` and `settings put` work: the developer option "USB debugging (Security settings)".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// `persist.security.adbinput` is 1.
    Open,
    /// Off: a `SecurityException` each time.
    Refused,
    /// Off, and nothing happens and nothing is said.
    Silent,
}

/// How the phone's `uiautomator dump` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpFormat {
    /// Up to `bounds`.
    Old,
    /// With `drawing-order` and `hint` behind `bounds`.
    New,
}

/// The lock screen that shows when the phone has slept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// None.
    None,
    /// A swipe or the menu key opens it.
    Swipe,
    /// Only a person opens it.
    Pin,
    /// Its owner has marked it as lost: only the owner's password opens it.
    Lost,
    /// A lender has locked it.
    Finance,
}

/// A turn that the sign-out takes on this phone, beside the plain way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// The server wants a picture code with the password.
    Captcha,
    /// The server wants a second factor after the password.
    SecondFactor,
    /// The server wants the owner's identity checked on its own page.
    IdentityCheck,
    /// A web page with a password field, instead of the native dialog.
    WebPassword,
    /// A web page without a password field.
    WebOther,
    /// The native password dialog, also on HyperOS.
    NativePassword,
    /// The password comes before the data choice.
    PasswordFirst,
    /// The stored token has run out: the phone wants a new sign-in first.
    TokenExpired,
    /// The password was changed within the last days: Find Device cannot be turned off.
    PasswordChangedRecently,
    /// Find Device cannot be turned off (the server says no).
    FindDeviceFails,
    /// After the password, the phone says once more that it is needed.
    FindDevicePasswordAgain,
    /// "Can't sign out".
    SignOutFails,
    /// "Server error" after the password.
    ServerError,
    /// The last device with Advanced data protection: a dialog of its own.
    LastDevice,
    /// "Items aren't synced" before the data choice.
    UnsyncedItems,
    /// "Hidden photos aren't synced" before the data choice.
    HiddenPhotos,
    /// "High quality images won't be available" after Keep.
    HighQualityPhotos,
    /// "Turning off Find device…" before "Signing out…".
    FindDeviceSpinner,
    /// A wrong password is told in a dialog of its own, over the password dialog.
    WrongPasswordDialog,
    /// After the sign-out, the app shows its sign-in page instead of going back.
    EndsOnSignIn,
    /// No intent action opens the account page.
    NoIntent,
    /// The account page's activity cannot be started by its name.
    NoComponent,
    /// The account row of Settings shows the owner's name and nothing else.
    BareRow,
    /// The secure keyboard comes up over the password field once.
    SecureKeyboard,
    /// It comes up again each time it is closed, eight times in all.
    SecureKeyboardAgain,
    /// It loses every third key.
    SecureKeyboardSwallows,
    /// Android offers to fill in the password field.
    AutofillBubble,
    /// Android asks whether to save the password.
    AutofillSave,
    /// The account app offers its own update over its page: "later" beside "upgrade now".
    AccountAppUpdate,
    /// The server's pages come in the newer passport's own web activity.
    JsbPages,
    /// A web page that asks for a code: a field and a button, and no password field.
    WebCode,
    /// A web page shows nothing of itself to a screen reader for its first seconds.
    SlowWeb,
    /// The first tap on the password dialog's OK is lost.
    ConfirmLost,
    /// The data choice of older cloud apps: a page without ids, in an activity of another name.
    OldDataChoice,
    /// A virtual display with a focus of its own stands before the phone's own one (casting).
    CastDisplay,
    /// Google's check of the network fails, as in China; the network works.
    Unvalidated,
    /// Find Device's app was removed for the first user: the account page dies when it is opened.
    NoFindDeviceApp,
    /// The owner locates the phone from afar while its account page opens.
    Located,
    /// The owner lets it ring while its account page opens.
    Rings,
    /// The input switch is stored as `true` and not as `1`.
    GateSaysTrue,
    /// Pages scroll as a whole instead of as lists: their views below the fold are there all the time.
    ScrollingPages,
    /// `cmd window dump-visible-window-views` is missing, whatever the Android.
    ViewsMissing,
    /// It is slower than a dump of the screen.
    ViewsSlow,
    /// It shows the page before this one.
    ViewsStale,
    /// It shows everything lower than it is.
    ViewsShifted,
}

/// An account app that is laid out in another way than any known one.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountApp {
    /// Its package.
    pub package: String,
    /// The class of its account page within the package, `.home.HomeActivity`.
    pub page: String,
    /// The intent action that opens it, the only one.
    pub action: String,
    /// What its resource ids begin with, before the known app's names.
    pub id_prefix: String,
}

impl AccountApp {
    /// The package of the known account app.
    pub const KNOWN: &'static str = "com.xiaomi.account";

    /// A resource id of the known app as this one has it.
    #[must_use]
    pub fn id(&self, known: &str) -> String {
        match known.strip_prefix(Self::KNOWN).and_then(|rest| rest.strip_prefix(":id/")) {
            Some(name) => format!("{}:id/{}{name}", self.package, self.id_prefix),
            None => known.to_owned(),
        }
    }

    /// An activity of the known app as this one has it.
    #[must_use]
    pub fn activity(&self, known: &str) -> String {
        match known.split_once('/') {
            Some((Self::KNOWN, class)) if class.ends_with(".AccountSettingsActivity") => {
                format!("{0}/{0}{1}", self.package, self.page)
            }
            Some((Self::KNOWN, class)) => format!("{}/{}", self.package, class.replace(Self::KNOWN, &self.package)),
            _ => known.to_owned(),
        }
    }
}

/// What one simulated phone is. `Default` is a Redmi Note 10 with MIUI 14 Global in English.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "a phone's switches, each on its own")]
pub struct PhoneSpec {
    /// `ro.serialno`.
    pub serial: String,
    /// `ro.product.model`.
    pub model: String,
    /// `ro.product.device`.
    pub device: String,
    /// `ro.product.name`.
    pub product: String,
    /// `ro.product.brand`.
    pub brand: String,
    /// `ro.product.manufacturer`.
    pub manufacturer: String,
    /// `ro.product.marketname`; empty where the phone has none.
    pub market_name: String,
    /// `ro.product.mod_device`; empty where the phone has none.
    pub mod_device: String,
    /// `ro.build.version.incremental`.
    pub incremental: String,
    /// The system.
    pub generation: Generation,
    /// `ro.build.version.release`.
    pub android: String,
    /// `ro.build.version.sdk`.
    pub sdk: u32,
    /// Language of the pages, in Android's resource form: `en`, `zh-rCN`.
    pub language: String,
    /// `ro.miui.region`.
    pub region: String,
    /// Screen size in pixels.
    pub size: (u32, u32),
    /// The account's full numeric id; `None` where nobody is signed in.
    pub account: Option<String>,
    /// The owner's name, shown as the title of the Settings row.
    pub owner: String,
    /// The account's right password.
    pub password: String,
    /// What the owner believes the password is, where that is another.
    pub believed_password: Option<String>,
    /// What the picture code says.
    pub captcha_code: String,
    /// The right second-factor code.
    pub second_factor_code: String,
    /// Scale of the phone's clock: 1.0 is real time.
    pub scale: f64,
    /// The dump's format.
    pub dump_format: DumpFormat,
    /// Whether dumps carry the status bar as a second top node.
    pub status_bar: bool,
    /// Whether the account page's nodes have resource ids.
    pub resource_ids: bool,
    /// Whether the sign-out button lies below the fold.
    pub button_below_fold: bool,
    /// Whether Settings shows the account row at its top.
    pub row_at_top: bool,
    /// Whether `button1` is Cancel and `button2` is OK in dialogs.
    pub crossed_buttons: bool,
    /// Whether the account name is masked in `dumpsys account`.
    pub masks_account: bool,
    /// Whether it has a dialer: tablets have none.
    pub dialer: bool,
    /// Whether Find Device is on.
    pub find_device: bool,
    /// Whether there is synced cloud data.
    pub synced_data: bool,
    /// Whether pay cards are on the phone.
    pub cards: bool,
    /// Whether input is allowed.
    pub input_gate: Gate,
    /// The process of another tool that holds the one connection which a dump needs.
    pub automation: Option<String>,
    /// The lock screen, showing at the start unless `None`.
    pub keyguard: LockKind,
    /// How long it is still starting after it was plugged in, in ms: its accounts are not there yet.
    pub boots_for: u64,
    /// Whether the screen is on at the start.
    pub awake: bool,
    /// Whether there is a network.
    pub network: bool,
    /// Whether the second space (user 10) is in front.
    pub second_space: bool,
    /// Package of a device owner, where the phone is managed.
    pub device_owner: Option<String>,
    /// Battery, percent.
    pub battery: u8,
    /// Whether the password dialog opens with the field focused and the keyboard up.
    pub keyboard_opens: bool,
    /// Whether the screen reader's view of a password field, and so a dump, shows a dot for each character: from Android 8 on.
    /// Before that it shows nothing, unless the phone speaks passwords.
    pub shows_password_length: bool,
    /// Whether password fields show their text in clear, as with the eye beside them open: then Android marks them as no password.
    pub password_in_clear: bool,
    /// The two buttons of the data choice in other words than the known ones: (keep, remove).
    pub data_labels: Option<(String, String)>,
    /// An account app that nobody knows, where the phone has one instead of the known.
    pub account_app: Option<AccountApp>,
    /// A made-up generation of the account app, where the phone has one instead of the known.
    pub app_generation: Option<AppGeneration>,
    /// Whether the shell may read the input devices (`getevent`).
    pub reads_input: bool,
    /// Whether the account app is the one of China's ROMs, whose pages have other ids.
    pub china_app: bool,
    /// The turns that the sign-out takes.
    pub branches: Vec<Branch>,
}

impl PhoneSpec {
    /// Whether a branch is set.
    #[must_use]
    pub fn has(&self, branch: Branch) -> bool {
        self.branches.contains(&branch)
    }

    /// The password that the owner gives: the right one, unless the owner is wrong.
    #[must_use]
    pub fn told_password(&self) -> &str {
        self.believed_password.as_deref().unwrap_or(&self.password)
    }

    /// Whether this phone has the account app and its pages.
    #[must_use]
    pub fn has_account_app(&self) -> bool {
        self.generation != Generation::Plain
    }

    /// Adds a branch.
    #[must_use]
    pub fn with(mut self, branch: Branch) -> Self {
        self.branches.push(branch);
        self
    }

    /// Sets the language.
    #[must_use]
    pub fn language(mut self, language: &str) -> Self {
        language.clone_into(&mut self.language);
        self
    }

    /// Sets the serial.
    #[must_use]
    pub fn serial(mut self, serial: &str) -> Self {
        serial.clone_into(&mut self.serial);
        self
    }

    /// Sets the account; `None` is a phone that is already signed out.
    #[must_use]
    pub fn account(mut self, account: Option<&str>) -> Self {
        self.account = account.map(str::to_owned);
        self
    }

    /// Sets the right password.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        password.clone_into(&mut self.password);
        self
    }

    /// Sets the scale of the phone's clock.
    #[must_use]
    pub fn scale(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    /// Sets the screen size in pixels.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// Changes anything else.
    #[must_use]
    pub fn change(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}
