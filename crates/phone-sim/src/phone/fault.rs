//! What can go wrong on a simulated phone, and when.

/// A point of a sign-out at which a fault can be made to fire, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// When the account page is about to be opened.
    BeforeEntry,
    /// When the account page has appeared.
    AccountPage,
    /// When the data choice has appeared.
    DataChoice,
    /// When a password page has appeared.
    Password,
    /// Right after the tap that lets the sign-out go on without a further question.
    AfterConfirm,
    /// When "Signing out…" has appeared for the last time.
    SigningOut,
    /// When the account is gone.
    AfterSuccess,
}

impl Stage {
    /// All stages, in the order of a sign-out.
    pub const ALL: [Self; 7] = [
        Self::BeforeEntry,
        Self::AccountPage,
        Self::DataChoice,
        Self::Password,
        Self::AfterConfirm,
        Self::SigningOut,
        Self::AfterSuccess,
    ];
}

/// One fault. A count is how many times it happens before the phone is well again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The dump finds no idle screen (ten seconds each).
    DumpNotIdle(u32),
    /// The dump gets no root node.
    DumpNullRoot(u32),
    /// The dump is killed.
    DumpKilled(u32),
    /// The dump writes a good file, a stack trace and exit status 1.
    DumpNoisy(u32),
    /// The dump writes the page before this one.
    DumpStale(u32),
    /// The dump's file is cut in the middle.
    DumpCut(u32),
    /// The dump's file is empty.
    DumpEmpty(u32),
    /// `dump-visible-window-views` shows the page before this one.
    ViewsStale(u32),
    /// It shows everything lower than it is.
    ViewsShifted(u32),
    /// Its archive is cut in the middle.
    ViewsCut(u32),
    /// It is slower than a dump of the screen.
    ViewsSlow(u32),
    /// A pop-up of the system that is well known.
    KnownPopup,
    /// A pop-up of an app that nobody knows.
    UnknownPopup,
    /// The account app offers its own update.
    AccountAppUpdate,
    /// The owner locates the phone from afar: a notice of Find Device over everything.
    Located,
    /// The owner lets the phone ring: a page of Find Device over everything.
    Rings,
    /// A virtual display with a focus of its own comes, and is listed before the phone's own.
    CastDisplay,
    /// Google's check of the network fails from here on; the network works.
    Unvalidated,
    /// Somebody calls, for 25 seconds.
    IncomingCall,
    /// The account app does not respond.
    Anr,
    /// The account app crashes; the launcher shows.
    CrashToLauncher,
    /// A toast over the buttons: taps go through it, the dump waits for it.
    Toast {
        /// For how long, in ms.
        lasts: u64,
    },
    /// The screen goes off, and the lock screen (if any) comes up.
    ScreenOff,
    /// The phone locks with a PIN.
    PinLock,
    /// Every page change takes this much longer from now on, in ms.
    SlowPage(u64),
    /// So many taps have no effect.
    TapDropped(u32),
    /// The next spinner turns for so long, in ms.
    SpinnerFor(u64),
    /// The network is gone.
    NetworkLost,
    /// The input gate closes, with an exception each time.
    GateClosed,
    /// The input gate closes, silently.
    GateSilent,
    /// So many commands never end by themselves.
    CommandHangs(u32),
    /// MIUI's secure keyboard comes up over password fields, so many times: when a field gets the focus, and at once again when
    /// it was closed. While it is up, it swallows every third key.
    SecureKeyboard(u32),
    /// The same keyboard as an input method without a window of its own: every third key to a password field is lost.
    KeysSwallowed,
    /// Android offers to fill in the next password field that gets the focus: a list over the buttons.
    AutofillBubble,
    /// Android asks whether to save the password, once it was accepted.
    AutofillSave,
    /// No file can be written.
    DiskFull,
    /// The cable is out; back after so many ms, or for good.
    CableOut {
        /// `None` is for good.
        back_after: Option<u64>,
    },
    /// The phone reboots and is gone for so many ms.
    Reboot {
        /// In ms.
        takes: u64,
    },
    /// The adb server dies.
    ServerKilled,
}

/// What happens to a phone's connection; the front ends act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnect {
    /// The cable is out; back after so many of the phone's ms, or for good.
    Cable {
        /// `None` is for good.
        back_after: Option<u64>,
    },
    /// The phone reboots.
    Reboot {
        /// For so many of the phone's ms.
        takes: u64,
    },
    /// The adb server dies.
    Server,
}
