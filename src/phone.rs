//! The port to a phone: a few verbs. Knows nothing of adb, profiles or flows.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{AccountsProbe, Focus, Key, Opening, Secret};
use crate::text::say;
use crate::ui::views::ScreenViews;
use crate::ui::{Point, UiTree};

/// A phone that can be looked at and acted on. Blocking: one worker thread drives one phone.
pub trait Phone: Send {
    /// Does the inputs, lets the phone settle, reads the cheap probes and, where asked, the screen: all in one round trip.
    ///
    /// # Errors
    /// Only where the phone could not be reached or did not answer in `within`. A screen that could not be read is part of
    /// the observation.
    fn step(&mut self, step: &Step<'_>, within: Duration) -> Result<Observation, PhoneError>;

    /// Reads what must be known before the first tap. With `probe_input` it also sends the harmless `input keyevent 0`.
    ///
    /// # Errors
    /// As for [`Phone::step`].
    fn facts(&mut self, probe_input: bool, within: Duration) -> Result<PhoneFacts, PhoneError>;

    /// A PNG of the screen. Black where the page is protected.
    ///
    /// # Errors
    /// As for [`Phone::step`].
    fn picture(&mut self, within: Duration) -> Result<Vec<u8>, PhoneError>;

    /// Claims the phone for this process, or says who works on it. A claim is renewed by later steps, and given up by
    /// [`Phone::tidy`].
    ///
    /// # Errors
    /// As for [`Phone::step`].
    fn claim(&mut self, within: Duration) -> Result<PhoneClaim, PhoneError> {
        // A phone that no other run can reach can't be claimed by one.
        let _ = within;
        Ok(PhoneClaim::Ours)
    }

    /// Removes what this program left on the phone (its dump files, its claim), and puts back what it changed.
    ///
    /// # Errors
    /// As for [`Phone::step`].
    fn tidy(&mut self, within: Duration) -> Result<(), PhoneError>;
}

/// What the phone's touch panel reports, where the phone lets it be read. Reads only.
pub trait TouchFeed: Send {
    /// What each input device can report, in the words of `getevent -lp`; without a touch panel in it where the phone does not
    /// permit reading them.
    ///
    /// # Errors
    /// As for [`Phone::step`].
    fn devices(&mut self, within: Duration) -> Result<String, PhoneError>;

    /// Sends each line of `getevent -lt` as it comes, until the feed or the receiver is dropped.
    ///
    /// # Errors
    /// As for [`Phone::step`].
    fn follow(&mut self, lines: std::sync::mpsc::Sender<String>, within: Duration) -> Result<(), PhoneError>;
}

/// One round trip: inputs, then settling, then looking.
#[derive(Debug)]
pub struct Step<'a> {
    /// Done in order, each only once.
    pub inputs: Vec<Input<'a>>,
    /// What to wait for on the phone afterwards.
    pub settle: Settle,
    /// What to read at the end.
    pub look: Look,
}

impl Step<'_> {
    /// Looks without touching anything.
    #[must_use]
    pub fn look(look: Look) -> Self {
        Self { inputs: Vec::new(), settle: Settle::Nothing, look }
    }
}

/// One input event, or one opening of a page.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// What follows is done only while this window is in front: a page may have changed since it was looked at. Where another
    /// one is, no input is sent, and the step does not wait.
    While(&'a Focus),
    /// Taps once.
    Tap(Point),
    /// Swipes; the duration keeps it from being a fling.
    Swipe {
        /// Where the finger goes down.
        from: Point,
        /// Where it goes up.
        to: Point,
        /// How long it takes.
        takes: Duration,
    },
    /// Presses one key, by Android's key code.
    Key(Key),
    /// Types a password into the focused field.
    Text(&'a Secret),
    /// Types plain text that is no secret (a search word). Printable ASCII only.
    Words(&'a str),
    /// Deletes this many characters from the end of the focused field.
    Clear {
        /// How many delete keys to send.
        chars: usize,
    },
    /// Opens a page. Not an input event: it works with the input switch off.
    Open(&'a Opening),
}

/// What to wait for after the inputs, in a loop on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settle {
    /// Nothing.
    Nothing,
    /// That this time has passed, whatever changes.
    Pause(Duration),
    /// Until the focused window or the account changes, at most this long. A dump waits for an idle screen by itself, so this is
    /// for what it cannot see.
    Change {
        /// At most.
        max: Duration,
    },
}

/// What to read at the end of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Focus and accounts only: about 60 ms.
    Probes,
    /// Focus, accounts and the screen (about 2 s on a real phone).
    Screen {
        /// Leave the screen out where the accounts are proven absent.
        skip_when_absent: bool,
    },
    /// As `Screen`, left out where the accounts are proven absent, with the views beside it: read right after it, or before it where they
    /// agree with it.
    ScreenAndViews,
    /// As `Screen`, left out where the accounts are proven absent, with every window where the phone can show them: for a screen
    /// that was not understood.
    Windows,
    /// The views of all visible windows, by the cheap look of Android 11 and later (50 to 300 ms, a guess): class, id, place and state;
    /// no texts.
    Views {
        /// Whether focus and accounts are read, too. Without them the observation has neither.
        probes: bool,
    },
    /// As `Views` with the probes, and the views once more a moment later, beside them: before an act on a page that may still move.
    ViewsTwice,
}

impl Look {
    /// Whether the screen is left out where the accounts are proven absent.
    #[must_use]
    pub fn skips_when_absent(self) -> bool {
        matches!(self, Self::Windows | Self::ScreenAndViews | Self::Screen { skip_when_absent: true })
    }

    /// Whether the screen is read by a dump.
    #[must_use]
    pub fn reads_screen(self) -> bool {
        !matches!(self, Self::Probes | Self::Views { .. } | Self::ViewsTwice)
    }
}

/// What one step saw.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// The focused window, where it could be read.
    pub focus: Option<Focus>,
    /// The accounts; an empty list where the reading failed.
    pub accounts: AccountsProbe,
    /// The screen.
    pub screen: ScreenRead,
    /// What the cheap look showed where it was read beside the screen, or once more: views or that it is unreadable.
    pub views: ScreenRead,
    /// What the phone said where it refused an input event or an opening; empty where it did not.
    pub refused: Option<Refusal>,
}

/// Why inputs of a step were not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `INJECT_EVENTS`: the input switch is off.
    InputNotAllowed,
    /// Another run works on the phone by now. Who, in words.
    Claimed(String),
    /// `am start` could not open the page: no such activity, or no permission.
    CannotOpen(String),
}

/// The screen of an observation.
#[derive(Clone, Debug, Default)]
pub enum ScreenRead {
    /// Not asked for, or left out since the probes decided.
    #[default]
    Skipped,
    /// A tree.
    Tree(UiTree),
    /// The tree of the last dump, brought up to date by the cheap look: it tells where things are now, never which page it is.
    Refreshed(UiTree),
    /// What the cheap look shows.
    Views(ScreenViews),
    /// The screen could not be read now; another look may do.
    NotReady(NotReady),
    /// The screen cannot be read: looking again does not help.
    Unreadable(String),
}

/// Why a dump gave no tree this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// `could not get idle state`: something on the screen moves.
    NotIdle,
    /// `null root node returned`.
    NullRoot,
    /// The process was killed, or another UiAutomation client holds the service.
    Killed,
    /// The file was missing, empty or cut.
    Cut,
}

/// What is read before the first tap.
#[derive(Clone, Debug, Default)]
pub struct PhoneFacts {
    /// All of `getprop`.
    pub props: BTreeMap<String, String>,
    /// The accounts.
    pub accounts: AccountsProbe,
    /// The focused window.
    pub focus: Option<Focus>,
    /// The Android user in front (`am get-current-user`).
    pub current_user: Option<u32>,
    /// Package of the device owner, where the phone is managed.
    pub device_owner: Option<String>,
    /// Whether the screen is on.
    pub awake: Option<bool>,
    /// The lock screen.
    pub keyguard: Keyguard,
    /// Whether a PIN, pattern or password is set, so that a screen that goes off is locked; known also while it is open.
    pub has_lock: Option<bool>,
    /// The network.
    pub network: Network,
    /// Battery, percent.
    pub battery: Option<u8>,
    /// Screen size in pixels.
    pub display: Option<(u32, u32)>,
    /// What the harmless input probe said.
    pub input: InputProbe,
    /// Signs of lost mode or a finance lock, in words.
    pub lock_signs: Vec<String>,
    /// Another UiAutomation client that holds the service, where one was seen.
    pub ui_automation: Option<String>,
    /// Which run works on the phone.
    pub claim: PhoneClaim,
    /// Packages that a sign-out needs and the first user does not have.
    pub missing_apps: Vec<String>,
}

impl PhoneFacts {
    /// One property, where it is set and not empty.
    #[must_use]
    pub fn prop(&self, key: &str) -> Option<&str> {
        self.props.get(key).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// Whether the phone lets adb tap and type: its switch is on, and the harmless key was not refused. The framework reads the
    /// property as a boolean, so `true` counts as `1` does.
    #[must_use]
    pub fn input_is_allowed(&self) -> bool {
        self.input_switch_is_on() && self.input != InputProbe::Refused
    }

    /// Whether the property of the input switch says yes, in any word of Android's `SystemProperties.getBoolean`.
    #[must_use]
    pub fn input_switch_is_on(&self) -> bool {
        matches!(self.prop("persist.security.adbinput"), Some("1" | "y" | "yes" | "on" | "true"))
    }
}

/// A claim that its run has not renewed for so long is void, by the phone's own clock.
pub const CLAIM_LASTS: Duration = Duration::from_secs(180);

/// Whose a phone is at the moment, as it is written on the phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PhoneClaim {
    /// Free: no run claims it.
    #[default]
    None,
    /// This process's.
    Ours,
    /// That of a run which has ended, or no longer renews it.
    Void,
    /// That of a run that works on it.
    Held {
        /// Who, in words.
        by: String,
    },
}

/// The lock screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keyguard {
    /// Not showing.
    None,
    /// Showing, and a swipe opens it.
    Swipe,
    /// Showing, and a PIN, pattern or password is needed.
    Secure,
    /// Could not be read.
    #[default]
    Unknown,
}

/// The phone's network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// A network that reached the internet.
    Validated,
    /// A network, but not validated (captive portal, no internet).
    NotValidated,
    /// None.
    None,
    /// Could not be read.
    #[default]
    Unknown,
}

/// What `input keyevent 0` said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InputProbe {
    /// It went through.
    Allowed,
    /// The SecurityException.
    Refused,
    /// Not tried, or no clear answer.
    #[default]
    Unknown,
}

/// Why a phone could not be reached, by what the caller does next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// The phone is no longer listed, or the stream ended midway: wait for it to come back.
    #[error("{}", say!("phone-is-not-connected"))]
    Gone,
    /// Listed, but not answering: wait.
    #[error("{}", say!("phone-is-offline-in-adb"))]
    Offline,
    /// The phone has not accepted this computer's key: a person must.
    #[error("{}", say!("phone-has-not-allowed-usb-debugging"))]
    Unauthorized,
    /// The adb server does not answer: wait for it.
    #[error("{}", say!("adb-server-does-not-answer", server = .0))]
    ServerGone(String),
    /// The phone did not answer in time: the step may or may not have been done.
    #[error("{}", say!("phone-did-not-answer-within", seconds = .0.as_secs()))]
    Timeout(Duration),
    /// adb said something else. Never holds what was typed.
    #[error("{}", say!("adb-said", why = .0))]
    Adb(String),
}
