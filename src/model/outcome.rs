//! How a phone's run ended: the closed lists of `outcome` and `reason`, the result row, the exit status.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::AccountId;

/// How one phone ended. The words are part of the command line's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The account was there before, and is proven gone after.
    SignedOut,
    /// No account on the phone; nothing was touched.
    AlreadySignedOut,
    /// The phone refused the password.
    Rejected,
    /// Something that only a person can do.
    NeedsPerson,
    /// A cause that neither waiting nor a person at the phone can remove now.
    Blocked,
    /// Not a MIUI / HyperOS phone, or no profile fits.
    NotSupported,
    /// After a mutating tap the state could not be proven.
    Unknown,
    /// The phone or adb failed before anything was changed, or the account is proven to be still there.
    Failed,
    /// All the way to the sign-out button and not further.
    DryRun,
}

impl Outcome {
    /// Every outcome, in the order of the contract's table.
    pub const ALL: [Self; 9] = [
        Self::SignedOut,
        Self::AlreadySignedOut,
        Self::Rejected,
        Self::NeedsPerson,
        Self::Blocked,
        Self::NotSupported,
        Self::Unknown,
        Self::Failed,
        Self::DryRun,
    ];

    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::AlreadySignedOut => "already-signed-out",
            Self::Rejected => "rejected",
            Self::NeedsPerson => "needs-person",
            Self::Blocked => "blocked",
            Self::NotSupported => "not-supported",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::DryRun => "dry-run",
        }
    }

    /// Whether nothing is left to do on the phone.
    #[must_use]
    pub fn is_good(self) -> bool {
        matches!(self, Self::SignedOut | Self::AlreadySignedOut | Self::DryRun)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Why a phone ended as it did: a closed list of stable codes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code of the contract.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

reasons! {
    /// The phone has not accepted this computer's key.
    Unauthorized = "unauthorized",
    /// "USB debugging (Security settings)" is off, so taps and typing are refused.
    InputNotAllowed = "input-not-allowed",
    /// A PIN, pattern or password locks the screen.
    ScreenLocked = "screen-locked",
    /// The phone asks for a password and none was given.
    NoPassword = "no-password",
    /// The password has characters that `input text` cannot type.
    PasswordNotTypeable = "password-not-typeable",
    /// A picture code has to be solved.
    Captcha = "captcha",
    /// A code from a message has to be entered.
    SecondFactor = "second-factor",
    /// An identity check page is open.
    IdentityCheck = "identity-check",
    /// A web page asks for a verification.
    WebVerification = "web-verification",
    /// The account has to be signed in again first.
    SessionExpired = "session-expired",
    /// Mi Pay cards would be deleted.
    PayCards = "pay-cards",
    /// The last device of an account with advanced data protection.
    LastDevice = "last-device",
    /// An earlier phone of this account was rejected, or its verdict could not be had.
    AccountStopped = "account-stopped",
    /// A screen that no profile knows.
    UnknownScreen = "unknown-screen",
    /// No network on the phone.
    NoNetwork = "no-network",
    /// The password was changed days ago; Xiaomi makes the owner wait.
    PasswordRecentlyChanged = "password-recently-changed",
    /// Xiaomi's server refused.
    ServerRefused = "server-refused",
    /// A device owner manages the phone.
    DeviceOwner = "device-owner",
    /// Lost mode, or a finance lock.
    LostMode = "lost-mode",
    /// A second space or another user is in front.
    SecondSpace = "second-space",
    /// An app that the sign-out needs is not installed.
    MissingApp = "missing-app",
    /// The phone refused the password.
    WrongPassword = "wrong-password",
    /// Neither MIUI nor HyperOS.
    NotMiui = "not-miui",
    /// MIUI or HyperOS, but no profile fits.
    NoProfile = "no-profile",
    /// The connection was lost.
    Disconnected = "disconnected",
    /// The phone's time was up.
    Timeout = "timeout",
    /// The screen could not be read.
    DumpFailed = "dump-failed",
    /// adb lists the phone as offline.
    Offline = "offline",
    /// The operating system does not let adb open the phone.
    NoPermissions = "no-permissions",
    /// The account is proven to be still there.
    StillSignedIn = "still-signed-in",
    /// Two phones have this serial.
    DuplicateSerial = "duplicate-serial",
    /// Another run works on the phone.
    InUse = "in-use",
    /// The journal that benches share could not be written for longer than `--grace`.
    JournalUnwritable = "journal-unwritable",
}

impl Reason {
    /// Whether the contract's table allows this reason beside `outcome`.
    #[must_use]
    pub fn fits(self, outcome: Outcome) -> bool {
        use Reason as R;
        match outcome {
            Outcome::SignedOut | Outcome::AlreadySignedOut | Outcome::DryRun => false,
            Outcome::NeedsPerson => matches!(
                self,
                R::Unauthorized
                    | R::InputNotAllowed
                    | R::ScreenLocked
                    | R::NoPassword
                    | R::PasswordNotTypeable
                    | R::Captcha
                    | R::SecondFactor
                    | R::IdentityCheck
                    | R::WebVerification
                    | R::SessionExpired
                    | R::PayCards
                    | R::LastDevice
                    | R::AccountStopped
                    | R::MissingApp
                    | R::UnknownScreen
            ),
            Outcome::Blocked => matches!(
                self,
                R::NoNetwork
                    | R::PasswordRecentlyChanged
                    | R::ServerRefused
                    | R::DeviceOwner
                    | R::LostMode
                    | R::SecondSpace
            ),
            Outcome::Rejected => self == R::WrongPassword,
            Outcome::NotSupported => matches!(self, R::NotMiui | R::NoProfile),
            Outcome::Unknown => {
                matches!(self, R::Disconnected | R::Timeout | R::DumpFailed | R::InUse | R::JournalUnwritable)
            }
            Outcome::Failed => matches!(
                self,
                R::Offline
                    | R::NoPermissions
                    | R::Disconnected
                    | R::Timeout
                    | R::DumpFailed
                    | R::StillSignedIn
                    | R::DuplicateSerial
                    | R::InUse
                    | R::JournalUnwritable
            ),
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What was seen before and after, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The account state before the first tap.
    pub before: Option<String>,
    /// The account state at the end.
    pub after: Option<String>,
    /// The screen at the end, where one was recognised.
    pub ui: Option<String>,
}

/// One phone's row: the last JSON line of a phone, and a row of every report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultRow {
    /// The serial as adb prints it.
    pub serial: String,
    /// `HOST:PORT` of the adb server.
    pub adb: String,
    /// Market name or model, where known.
    pub model: Option<String>,
    /// `MIUI 14.0.9`, `HyperOS 2.0.214.0`, where known.
    pub software: Option<String>,
    /// The device profile that was chosen.
    pub profile: Option<String>,
    /// Masked account id that was there before.
    pub account: Option<AccountId>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why; null only where there is nothing to say.
    pub reason: Option<Reason>,
    /// What to do, and where to tap; null with `reason`.
    pub hint: Option<String>,
    /// What proves it.
    pub proof: Proof,
    /// When work on this phone began.
    pub started: DateTime<Utc>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Steps done on the phone.
    pub steps: u32,
    /// Screen dumps taken.
    pub dumps: u32,
}

/// How often each outcome came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Outcome word to count; outcomes that did not come are left out.
    pub counts: BTreeMap<&'static str, usize>,
}

impl Summary {
    /// Counts the outcomes of a run.
    #[must_use]
    pub fn of(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let mut counts = BTreeMap::new();
        for outcome in outcomes {
            *counts.entry(outcome.as_str()).or_default() += 1;
        }
        Self { counts }
    }
}

/// The process's exit statuses: a contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Every chosen phone is signed out, or was, or the dry run got as far as it should.
    Done = 0,
    /// At least one is not.
    NotDone = 1,
    /// Usage, profile or file error.
    Usage = 2,
    /// adb or USB not reachable.
    Adb = 3,
    /// At least one phone waits for a person, and none is worse off.
    NeedsPerson = 4,
    /// Nothing attached to work on.
    NothingAttached = 5,
    /// At least one outcome is unknown.
    Unknown = 6,
    /// A signal (SIGHUP) ended it while nothing had to be put in order.
    HungUp = 129,
    /// Interrupted.
    Interrupted = 130,
    /// A signal (SIGTERM) ended it while nothing had to be put in order.
    Terminated = 143,
}

impl ExitStatus {
    /// The status that a run's outcomes amount to: 6 wins over 1, 1 over 4.
    #[must_use]
    pub fn of(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let (mut unknown, mut bad, mut person) = (false, false, false);
        for outcome in outcomes {
            match outcome {
                Outcome::Unknown => unknown = true,
                Outcome::NeedsPerson => person = true,
                other => bad |= !other.is_good(),
            }
        }
        if unknown {
            Self::Unknown
        } else if bad {
            Self::NotDone
        } else if person {
            Self::NeedsPerson
        } else {
            Self::Done
        }
    }

    /// The number for the shell.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_serde_agree() {
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("\"{outcome}\""));
        }
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_string(reason).unwrap(), format!("\"{reason}\""));
            assert!(Outcome::ALL.iter().any(|o| reason.fits(*o)), "{reason} fits no outcome");
        }
    }

    #[test]
    fn unknown_wins_over_failed_wins_over_person() {
        use Outcome as O;
        assert_eq!(ExitStatus::of([O::SignedOut, O::DryRun]).code(), 0);
        assert_eq!(ExitStatus::of([O::NeedsPerson, O::SignedOut]).code(), 4);
        assert_eq!(ExitStatus::of([O::NeedsPerson, O::Rejected]).code(), 1);
        assert_eq!(ExitStatus::of([O::Rejected, O::Unknown, O::NeedsPerson]).code(), 6);
    }
}
