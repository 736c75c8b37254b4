//! What can be done to a page: fields to type into, and what a tap does.

use super::id::ScreenId;

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
