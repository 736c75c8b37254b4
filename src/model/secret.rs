//! The owner's password, from the moment it is read until it is typed.

use std::fmt;

use zeroize::Zeroizing;

/// The environment variable that may hold the password. No program that is started from here may inherit it.
pub const PASSWORD_VARIABLE: &str = "MI_SIGNOUT_PASSWORD";

/// A password. It has no `Display` and no `Serialize`, its `Debug` prints `***`, and its memory is overwritten when it goes.
///
/// It leaves through [`Secret::expose`], which only the `adb` room may call (a test reads the sources for it).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a password over. The caller should not keep a copy.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// How many characters it has: what a masked field shows after typing.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether Android's `input text` can type it: printable ASCII only, since anything else ends in a
    /// `NullPointerException` on the phone (facts/sign-out.md, section 5).
    #[must_use]
    pub fn is_typeable(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|b| (0x20..=0x7e).contains(&b))
    }

    /// The text itself, to be typed on the phone and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_text() {
        let secret = Secret::new("canary-7f3a".into());
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "*** Some(***)");
    }

    #[test]
    fn only_printable_ascii_can_be_typed() {
        assert!(Secret::new(" !~%s'\"\\".into()).is_typeable());
        for text in ["", "пароль", "tab\t", "line\n", "\u{7f}", "é"] {
            assert!(!Secret::new(text.into()).is_typeable(), "{text:?}");
        }
    }
}
