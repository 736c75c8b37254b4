//! What is pressed and opened on a phone, as profiles name it and the phone port does it.

/// Android key codes that are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `KEYCODE_HOME`.
    Home = 3,
    /// `KEYCODE_BACK`.
    Back = 4,
    /// `KEYCODE_SLEEP`: switches the screen off, and does nothing where it is off.
    Sleep = 223,
    /// `KEYCODE_WAKEUP`.
    Wakeup = 224,
    /// `KEYCODE_MENU`: dismisses a keyguard without a lock.
    Menu = 82,
}

impl Key {
    /// The keys that a profile may press.
    pub const IN_PROFILES: [Self; 2] = [Self::Back, Self::Home];

    /// The word of the profile format.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Back => "back",
            Self::Sleep => "sleep",
            Self::Wakeup => "wakeup",
            Self::Menu => "menu",
        }
    }
}

/// A page to open with `am start`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// By intent action, within one package where named.
    Action {
        /// Intent action.
        action: String,
        /// Package it must resolve in.
        package: Option<String>,
    },
    /// By component, `package/.Activity`.
    Component(String),
    /// The dialer with these digits typed in. Nothing is called.
    Dial(String),
}

impl Opening {
    /// The action, component or digits.
    #[must_use]
    pub fn describe(&self) -> &str {
        match self {
            Self::Action { action, .. } => action,
            Self::Component(component) => component,
            Self::Dial(digits) => digits,
        }
    }
}
