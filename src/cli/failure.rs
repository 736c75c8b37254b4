//! An error as a person reads it: what, where, and `hint:` what to do.

use crate::fleet::SelectError;
use crate::journal::JournalError;
use crate::model::{Device, ExitStatus};
use crate::text::say;

/// The stable code of an error, for `mi-signout explain`. Phones' own reasons are codes of their rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorCode {
    /// What was typed, or a file that was named, can't be used.
    Usage,
    /// adb lists no phone.
    NothingAttached,
    /// The serial that was named is not attached.
    NoSuchPhone,
    /// Several phones are attached and none was named.
    SeveralPhones,
    /// Several accounts are to be signed out, and the run has no authorisation for that.
    SeveralAccounts,
    /// A sign-out was not confirmed, or there is no terminal to confirm it on.
    NotConfirmed,
    /// A password, or the file of passwords, can't be used.
    PasswordsUnusable,
    /// A device profile has a mistake.
    ProfileInvalid,
    /// The journal can't be read or written.
    JournalUnusable,
    /// The adb server or program can't be reached.
    AdbUnreachable,
    /// What became of a change could not be seen.
    OutcomeUnknown,
    /// A signal ended the work.
    Interrupted,
}

impl ErrorCode {
    /// Every code.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 12] = [
        Self::Usage,
        Self::NothingAttached,
        Self::NoSuchPhone,
        Self::SeveralPhones,
        Self::SeveralAccounts,
        Self::NotConfirmed,
        Self::PasswordsUnusable,
        Self::ProfileInvalid,
        Self::JournalUnusable,
        Self::AdbUnreachable,
        Self::OutcomeUnknown,
        Self::Interrupted,
    ];

    /// The word that is printed and explained.
    #[must_use]
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::NothingAttached => "nothing-attached",
            Self::NoSuchPhone => "no-such-phone",
            Self::SeveralPhones => "several-phones",
            Self::SeveralAccounts => "several-accounts",
            Self::NotConfirmed => "not-confirmed",
            Self::PasswordsUnusable => "passwords-unusable",
            Self::ProfileInvalid => "profile-invalid",
            Self::JournalUnusable => "journal-unusable",
            Self::AdbUnreachable => "adb-unreachable",
            Self::OutcomeUnknown => "outcome-unknown",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether its explanation tells more than the message and its hint do.
    #[must_use]
    pub(super) fn tells_more(self) -> bool {
        !matches!(self, Self::Usage | Self::Interrupted)
    }

    /// What to do where the error itself says nothing better; nothing where the person decided so.
    pub(super) fn hint(self) -> Option<String> {
        match self {
            Self::Usage => Some(say!("help-lists-commands-and-options")),
            Self::NothingAttached => Some(say!("plug-a-phone-in")),
            Self::NoSuchPhone => Some(say!("name-one-of-these-phones")),
            Self::SeveralPhones => Some(say!("choose-phones")),
            Self::SeveralAccounts => Some(say!("name-who-authorised-it")),
            Self::PasswordsUnusable => Some(say!("passwords-look-like-this")),
            Self::ProfileInvalid => Some(say!("profiles-check-shows-every-mistake")),
            Self::JournalUnusable => Some(say!("name-another-journal")),
            Self::AdbUnreachable => Some(say!("doctor-checks-this-computer")),
            Self::OutcomeUnknown => Some(say!("look-first-then-run-again")),
            Self::NotConfirmed | Self::Interrupted => None,
        }
    }

    fn of_status(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Adb => Self::AdbUnreachable,
            ExitStatus::NothingAttached => Self::NothingAttached,
            ExitStatus::Unknown | ExitStatus::NotDone => Self::OutcomeUnknown,
            ExitStatus::Interrupted | ExitStatus::HungUp | ExitStatus::Terminated => Self::Interrupted,
            ExitStatus::Done | ExitStatus::Usage | ExitStatus::NeedsPerson => Self::Usage,
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) struct Failure {
    /// Its stable code.
    pub code: ErrorCode,
    /// The exit status it amounts to.
    pub status: ExitStatus,
    /// What went wrong; lower case, no full stop.
    pub what: String,
    /// Where: a serial, a file, an address.
    pub place: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure of what was typed or of a file.
    pub(super) fn usage(what: impl Into<String>) -> Self {
        Self::new(ExitStatus::Usage, what)
    }

    /// A failure with its own status.
    pub(super) fn new(status: ExitStatus, what: impl Into<String>) -> Self {
        Self { code: ErrorCode::of_status(status), status, what: what.into(), place: None, hint: None }
    }

    /// Gives it a code of its own.
    #[must_use]
    pub(super) fn code(mut self, code: ErrorCode) -> Self {
        self.code = code;
        self
    }

    /// Says where.
    #[must_use]
    pub(super) fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let code = match error {
            // A run or a journal that is not there is a wrong word, and no broken journal.
            JournalError::Missing(_) => ErrorCode::Usage,
            _ => ErrorCode::JournalUnusable,
        };
        Self::usage(error.to_string()).code(code).hint(error.hint())
    }
}

impl From<SelectError> for Failure {
    fn from(error: SelectError) -> Self {
        let what = error.to_string();
        match error {
            SelectError::Nothing => Self::new(ExitStatus::NothingAttached, what).hint(say!("plug-a-phone-in")),
            SelectError::NoSuch { attached, .. } if attached.is_empty() => {
                Self::new(ExitStatus::NothingAttached, what).hint(say!("nothing-is-attached"))
            }
            SelectError::NoSuch { attached, .. } => Self::usage(what)
                .code(ErrorCode::NoSuchPhone)
                .at(list(&attached))
                .hint(say!("name-one-of-these-phones")),
            SelectError::Several { attached } => {
                Self::usage(what).code(ErrorCode::SeveralPhones).at(list(&attached)).hint(say!("choose-phones"))
            }
        }
    }
}

/// Phones, one a line, as `adb devices -l` users know them.
fn list(devices: &[Device]) -> String {
    let lines: Vec<String> = devices
        .iter()
        .map(|d| {
            let model = d.model.as_deref().unwrap_or("-");
            let place = d.usb_path.as_deref().map(|p| format!("usb {p}")).unwrap_or_default();
            let column = |text: &str, width| console::pad_str(text, width, console::Alignment::Left, None).into_owned();
            let (serial, state) = (column(d.serial.as_str(), 22), column(d.state.as_str(), 14));
            format!("    {serial} {state} {} {place}", column(model, 20)).trim_end().to_owned()
        })
        .collect();
    say!("attached-phones", lines = lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_what_to_do_but_for_a_decision_of_the_person() {
        for code in ErrorCode::ALL {
            // A code that is added makes this match fail to compile until it is in `ALL`.
            let is_decided = match code {
                ErrorCode::NotConfirmed | ErrorCode::Interrupted => true,
                ErrorCode::Usage
                | ErrorCode::NothingAttached
                | ErrorCode::NoSuchPhone
                | ErrorCode::SeveralPhones
                | ErrorCode::SeveralAccounts
                | ErrorCode::PasswordsUnusable
                | ErrorCode::ProfileInvalid
                | ErrorCode::JournalUnusable
                | ErrorCode::AdbUnreachable
                | ErrorCode::OutcomeUnknown => false,
            };
            assert_eq!(code.hint().is_none(), is_decided, "{code:?}");
        }
        let distinct: std::collections::BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(distinct.len(), ErrorCode::ALL.len());
    }
}
