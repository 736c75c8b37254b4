//! What a run writes down: the journal of steps and rows, and the ledger of rejections. A record that can't be written never stops a
//! phone; the run warns once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::capture::KeptScreens;
use crate::event::{
    Earlier, Entry, Event, EventKind, FindDevice, Kept, Listener, PhoneInfo, PhoneKey, Progress, Recorder, Subject,
};
use crate::flow::VerdictSeen;
use crate::journal::{JournalError, Ledger, Submission, Turn};
use crate::model::{AccountId, Ending, Outcome, Reason, ResultRow, Serial};
use crate::phone::{CLAIM_LASTS, Phone, PhoneClaim, PhoneError};
use crate::text::say;

/// The pause between two attempts to claim a phone of another bench.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How long after the end of a lease the phone is surely free.
const LATE: Duration = Duration::from_secs(2);

/// The recorder of one run. The journal or the ledger may be missing: then nothing is written there.
pub struct RunRecorder<'a> {
    run: Option<&'a dyn Recorder>,
    ledger: Option<Ledger>,
    listener: &'a dyn Listener,
    told: Mutex<BTreeSet<String>>,
    /// Where unknown screens are kept.
    screens: Option<KeptScreens>,
    /// How long another bench keeps a phone after it last answered; nothing where there is no other bench.
    lease: Option<Duration>,
    /// Phones on which this run submitted a password without a proven sign-out: they may be plugged in again.
    done: Mutex<BTreeMap<PhoneKey, Progress>>,
    /// Serial as adb prints it → hardware serial, for the ledger.
    keys: Mutex<BTreeMap<Serial, PhoneKey>>,
}

impl<'a> RunRecorder<'a> {
    /// A recorder that tells `listener` what it could not write.
    #[must_use]
    pub fn new(run: Option<&'a dyn Recorder>, ledger: Option<Ledger>, listener: &'a dyn Listener) -> Self {
        Self {
            run,
            ledger,
            listener,
            told: Mutex::default(),
            screens: None,
            lease: None,
            done: Mutex::default(),
            keys: Mutex::default(),
        }
    }

    /// Keeps the screens that no profile knows there.
    #[must_use]
    pub fn keeping_screens(self, screens: Option<KeptScreens>) -> Self {
        Self { screens, ..self }
    }

    /// Other benches use the same journal, and keep a phone for so long after they last answered.
    #[must_use]
    pub fn sharing(self, lease: Option<Duration>) -> Self {
        Self { lease, ..self }
    }

    /// Claims a phone for this run. Gives what an earlier run left open on it, and how long this run waited for another bench. It stops
    /// waiting once `interrupted` is set.
    ///
    /// # Errors
    /// Who has the phone: leave it alone.
    pub fn reserve(&self, info: &PhoneInfo, interrupted: &AtomicBool) -> Result<(Option<Earlier>, Duration), Ending> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(info.serial.clone(), info.key.clone());
        let mut kept = self.keep(|| Entry::Claim(info.clone()));
        let mut waited = Duration::ZERO;
        if let (Some(lease), Kept::Taken { by_another_run: true, why, .. }) = (self.lease, &kept) {
            // A bench that died keeps its phones until its leases expire. One that lives renews them, and has the phone afterwards too.
            self.say_text(say!("waiting-for-lease-to-expire", why, seconds = lease.as_secs()));
            let began = Instant::now();
            // One that dies meanwhile still holds its lease until that expires.
            while let Kept::Taken { by_another_run: true, is_silent, .. } = kept
                && (is_silent || began.elapsed() < lease + LATE)
                && !interrupted.load(Ordering::Relaxed)
            {
                std::thread::sleep(ASK_AGAIN);
                kept = self.keep(|| Entry::Claim(info.clone()));
            }
            waited = began.elapsed();
        }
        let earlier = match kept {
            Kept::Written(earlier) => earlier,
            Kept::Nowhere => None,
            Kept::Refused { why } => return Err(Ending::new(Outcome::Failed, Reason::JournalUnwritable, why)),
            Kept::Taken { by_another_run, why, .. } => {
                let reason = if by_another_run { Reason::InUse } else { Reason::DuplicateSerial };
                return Err(Ending::new(Outcome::Failed, reason, why));
            }
        };
        Ok((earlier.or_else(|| self.open_submission(&info.key)), waited))
    }

    /// Whether other benches use the same record: then its leases say which of them works on a phone.
    pub(super) fn is_shared(&self) -> bool {
        self.lease.is_some()
    }

    /// Claims a phone on the phone itself, and gives how long it waited for that. The claim of a bench of the same record outlasts its
    /// lease where the bench died, so it is given the time to expire; a run of another record renews its claim meanwhile.
    pub(super) fn claim(
        &self,
        phone: &mut dyn Phone,
        within: Duration,
        interrupted: &AtomicBool,
    ) -> (Result<PhoneClaim, PhoneError>, Duration) {
        let began = Instant::now();
        let mut claim = phone.claim(within);
        while let Ok(PhoneClaim::Held { by }) = &claim
            && self.is_shared()
            && began.elapsed() < CLAIM_LASTS + LATE
            && !interrupted.load(Ordering::Relaxed)
        {
            self.say_text(say!("waiting-for-claim-to-expire", by, seconds = CLAIM_LASTS.as_secs()));
            std::thread::sleep(ASK_AGAIN);
            claim = phone.claim(within);
        }
        let waited = began.elapsed();
        (claim, if waited < ASK_AGAIN { Duration::ZERO } else { waited })
    }

    /// A submission on this phone that waits for its verdict, by the ledger: for a journal that is locked, full, or another one.
    fn open_submission(&self, key: &PhoneKey) -> Option<Earlier> {
        let since = self.written(self.ledger.as_ref()?.awaits_verdict(key)).flatten()?;
        let progress = Progress { submitted: true, ..Progress::default() };
        Some(Earlier { run: format!("of {since}"), progress, unobserved: None })
    }

    /// Keeps what was done on a phone until it is proven signed out. A password is submitted at most once per phone and run.
    pub(super) fn remember(&self, key: &PhoneKey, progress: &Progress, outcome: Outcome) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(outcome, Outcome::SignedOut | Outcome::AlreadySignedOut) {
            done.remove(key);
        } else if progress.submitted {
            done.insert(key.clone(), progress.clone());
        }
    }

    /// What this run did on a phone before, where it did not end signed out.
    pub(super) fn remembered(&self, key: &PhoneKey) -> Option<Progress> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned().map(Progress::carried)
    }

    /// Writes that the owner asked for a fresh start of this phone.
    pub(super) fn begins_afresh(&self, key: &PhoneKey, progress: &Progress) {
        self.keep(|| Entry::Observed { key: key.clone(), progress: progress.clone() });
    }

    /// Writes whose account is on a phone.
    pub fn account(&self, key: &PhoneKey, account: &AccountId) {
        self.keep(|| Entry::Account { key: key.clone(), account: account.clone() });
    }

    /// Writes what the walk saw of Find Device.
    pub fn find_device(&self, key: &PhoneKey, seen: FindDevice) {
        self.keep(|| Entry::FindDevice { key: key.clone(), seen });
    }

    /// Whether there is a journal to write in.
    #[must_use]
    pub fn keeps_a_record(&self) -> bool {
        self.run.is_some()
    }

    /// Keeps the picture of a screen that ended a walk.
    pub fn picture(&self, key: &PhoneKey, png: &[u8]) {
        self.keep(|| Entry::Picture { key: key.clone(), png: png.to_owned() });
    }

    /// Whether screens that no profile knows are kept.
    pub(super) fn keeps_screens(&self) -> bool {
        self.screens.is_some()
    }

    /// Keeps a screen that no profile knows beside the journal, and says where; nothing where there is no journal, or where the run
    /// has kept as much as it may.
    pub(super) fn keep_screen(&self, name: &str, files: &[(&str, Vec<u8>)]) -> Option<String> {
        match self.screens.as_ref()?.keep(name, files) {
            Ok(folder) => folder.map(|path| path.display().to_string()),
            Err(error) => {
                self.say_text(say!("screen-could-not-be-kept", error));
                None
            }
        }
    }

    /// Writes a phone's row; without a key where this run did not claim it, then with its `ro.serialno` where that could be read.
    pub fn result(&self, key: Option<&PhoneKey>, hardware_serial: Option<String>, row: &ResultRow) {
        self.keep(|| Entry::Row { key: key.cloned(), hardware_serial, row: Box::new(row.clone()) });
        if let (Some(ledger), Some(key), Outcome::SignedOut | Outcome::AlreadySignedOut) =
            (&self.ledger, key, row.outcome)
        {
            self.written(ledger.settled(key));
        }
    }

    /// Writes down that a password is about to be submitted. Without a ledger nothing is.
    pub(super) fn submitting(&self, account: &AccountId, serial: &Serial) -> Result<Option<Submission>, NotNow> {
        let Some(ledger) = &self.ledger else { return Ok(None) };
        let phone = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(serial).cloned();
        match ledger.turn(account, phone.as_ref()) {
            Ok(Turn::Granted(submission)) => Ok(Some(submission)),
            Ok(Turn::Refused) => {
                Err(NotNow::Refused(ledger.rejections(account).unwrap_or(crate::journal::REJECTION_LIMIT)))
            }
            Ok(Turn::Elsewhere) => Err(NotNow::Elsewhere),
            Ok(Turn::Closed { why }) => Err(NotNow::Closed(why)),
            Err(error) => Err(NotNow::Unwritable(format!("{error}: {}", error.hint()))),
        }
    }

    /// Writes what became of a submission; a verdict that can't be had stays open, and counts as a rejection. With `why`, closes the
    /// account for the other benches too, and tells them why.
    pub(super) fn verdict(
        &self,
        account: &AccountId,
        submission: Option<Submission>,
        verdict: VerdictSeen,
        why: Option<&str>,
    ) {
        let Some(ledger) = &self.ledger else { return };
        if let Some(why) = why {
            self.written(ledger.close(account, why));
        }
        let Some(submission) = submission else { return };
        let written = match verdict {
            VerdictSeen::Accepted => ledger.accepted(submission),
            VerdictSeen::Rejected => ledger.rejected(submission),
            VerdictSeen::NotSubmitted => ledger.withdrawn(submission),
            VerdictSeen::Unknown => Ok(()),
        };
        self.written(written);
    }

    /// As [`RunRecorder::submitting`], for a password that the account has accepted in this run: it is no guess, so it does not count as one
    /// before it is refused.
    pub(super) fn submitting_known(&self, account: &AccountId, serial: &Serial) -> Result<Option<Submission>, NotNow> {
        let Some(ledger) = &self.ledger else { return Ok(None) };
        let phone = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(serial).cloned();
        match ledger.submitting_known(account, phone.as_ref()) {
            Ok(Some(submission)) => Ok(Some(submission)),
            Ok(None) => Err(NotNow::Closed(say!("phone-on-another-bench-refused-password", account))),
            Err(error) => Err(NotNow::Unwritable(format!("{error}: {}", error.hint()))),
        }
    }

    /// Forgets an account's rejections: its owner said so.
    pub fn forgive(&self, account: &AccountId) {
        if let Some(ledger) = &self.ledger {
            self.written(ledger.forgive(account));
        }
    }

    /// Has an entry written, and waits until it is.
    pub(super) fn keep(&self, entry: impl FnOnce() -> Entry) -> Kept {
        self.run.map_or(Kept::Nowhere, |run| run.keep(entry()))
    }

    fn written<T>(&self, result: Result<T, JournalError>) -> Option<T> {
        result.map_err(|error| self.say(&error)).ok()
    }

    fn say(&self, error: &JournalError) {
        self.say_text(say!("record-is-incomplete", error));
    }

    fn say_text(&self, text: String) {
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone()) {
            self.listener.emit(Event::now(Subject::Run("run".into()), EventKind::Note { text }));
        }
    }
}

/// Why nothing may be submitted now.
pub(super) enum NotNow {
    /// The account was refused so often.
    Refused(u32),
    /// The ledger can't be written, so one more rejection would be forgotten.
    Unwritable(String),
    /// Another bench submits for the account now.
    Elsewhere,
    /// Another bench closed the account, with what it says.
    Closed(String),
}

/// The key of a phone in the record: its hardware serial, else what adb prints.
pub(super) fn key_of(hardware_serial: Option<&str>, serial: &Serial) -> PhoneKey {
    PhoneKey::new(hardware_serial.unwrap_or(serial.as_str()))
}
