//! One phone's worker: preflight, profile, walk, row. Its trouble stays its own.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::draft::{Draft, find_device, words};
use super::first_reading::FirstReading;
use super::kept_screens::Trail;
use super::record::{PhoneBook, key_of};
use super::waking::{needs_waking, wake};
use super::{Connector, Permits, Plan, duplicate};
use crate::capture::{self, About, Capture, Wants};
use crate::event::{Event, EventKind, Subject};
use crate::flow::{Checked, Ended, Ending, Engine, Password, Walk};
use crate::journal::{PhoneInfo, PhoneKey};
use crate::model::{AccountId, Device, Outcome, Presence, Reason, ResultRow, Secret};
use crate::phone::{Phone, PhoneClaim, PhoneError, PhoneFacts};
use crate::preflight::{self, Stop, Wanted};
use crate::profile::{Choice, DeviceProfile};

/// The longest one round trip may take: a dump of a page that never idles takes 11 s, and slow phones twice that.
pub(super) const STEP_LIMIT: Duration = Duration::from_secs(40);
/// Steps may hang so often in one walk before the phone counts as lost.
const HANGS: u32 = 2;
/// How long a lost phone is waited for between two looks at Ctrl-C.
const TURN: Duration = Duration::from_secs(1);
/// The longest that clearing up may take.
const TIDY_LIMIT: Duration = Duration::from_secs(5);
/// The longest one question may take when a picture is made for the record.
const PICTURE_LIMIT: Duration = Duration::from_secs(15);
/// Readings in which another tool may hold the phone's screen before that is told: a dump gives up after ten seconds.
const HELD: u32 = 6;
/// How often a phone is asked whether the person has done their part.
const WAIT: Duration = Duration::from_secs(2);

/// Works on one phone and always gives its row, whatever happens.
pub(super) fn work(
    device: &Device,
    tray: Option<u32>,
    plan: &Plan<'_>,
    connector: &dyn Connector,
    permits: &Permits<'_>,
    claim: &Claim<'_>,
) -> Worked {
    let mut draft = Draft::new(device);
    let mut twin_of = None;
    let worked = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let mut worker = Worker { device, tray, plan, connector, permits, claim, draft: &mut draft };
        worker.work(&mut twin_of)
    }));
    if let Some(first) = twin_of {
        return Worked::Twin(first);
    }
    if let Some(at) = draft.claimed.take() {
        // The walk did not come to its end. On a phone that is gone the claim stays until it is void.
        let clear = || connector.connect(&at).tidy(TIDY_LIMIT);
        let _ = std::panic::catch_unwind(AssertUnwindSafe(clear));
    }
    let ending = worked.unwrap_or_else(|_| broken());
    Worked::Row(Box::new(end(device, plan, draft, ending)))
}

/// The ending where this program itself failed.
pub(super) fn broken() -> Ending {
    Ending::new(
        Outcome::Unknown,
        Reason::Timeout,
        "mi-signout failed on this phone (a bug: please report it); look at the phone before doing anything",
    )
}

/// What a worker came to.
pub(super) enum Worked {
    /// The phone's row.
    Row(Box<ResultRow>),
    /// Nothing was done: the phone is worked on over the connection at this place of the list.
    Twin(usize),
}

/// Says a phone's `ro.serialno`, and is told the place of another connection that it is worked on over.
pub(super) type Claim<'a> = dyn Fn(&str) -> Option<usize> + 'a;

/// Says that a phone is there and that work on it begins later.
pub(super) fn queue(device: &Device, tray: Option<u32>, plan: &Plan<'_>) {
    let model = device.model.as_ref().map(|m| m.replace('_', " "));
    tell(device, plan, EventKind::Queued { model, place: device.usb_path.clone(), tray });
}

/// The row of a phone that is left alone, with why.
pub(super) fn refuse(device: &Device, tray: Option<u32>, plan: &Plan<'_>, ending: Ending) -> ResultRow {
    let draft = Draft::new(device);
    tell(
        device,
        plan,
        EventKind::Started { model: draft.fallback_model.clone(), place: device.usb_path.clone(), tray },
    );
    end(device, plan, draft, ending)
}

/// The row of a second connection of a phone that was worked on over the first one: nothing is touched here, it is only asked.
pub(super) fn twin(
    device: &Device,
    tray: Option<u32>,
    plan: &Plan<'_>,
    connector: &dyn Connector,
    first: (&Device, Outcome),
) -> ResultRow {
    let mut draft = Draft::new(device);
    tell(device, plan, EventKind::Started { model: draft.fallback_model.clone(), place: None, tray });
    if first.1.is_good()
        && let Ok(facts) = connector.connect(device).facts(false, STEP_LIMIT.min(plan.timeout))
    {
        draft.identity = preflight::identify(&facts.props);
        draft.account = facts.accounts.account().cloned();
        draft.proof.before = words(facts.accounts.presence());
    }
    let ending = match first.1 {
        _ if draft.proof.before == words(Presence::Absent) => {
            draft.proof.after = words(Presence::Absent);
            Ending { outcome: Outcome::AlreadySignedOut, reason: None, hint: None }
        }
        Outcome::DryRun => Ending { outcome: Outcome::DryRun, reason: None, hint: None },
        _ => Ending::new(
            Outcome::Failed,
            Reason::DuplicateSerial,
            format!(
                "this is another connection of the phone at {}, where it is worked on: see its row there",
                super::place(first.0)
            ),
        ),
    };
    end(device, plan, draft, ending)
}

/// Writes the row and tells it.
fn end(device: &Device, plan: &Plan<'_>, draft: Draft, ending: Ending) -> ResultRow {
    let (key, progress) = (draft.key.clone(), draft.progress.clone());
    let row = draft.row(ending);
    if let Some(key) = &key {
        plan.books.remember(key, &progress, row.outcome);
    }
    plan.books.result(key.as_ref(), &row);
    tell(device, plan, EventKind::Ended(Box::new(row.clone())));
    row
}

fn tell(device: &Device, plan: &Plan<'_>, kind: EventKind) {
    plan.listener.tell(Event::now(Subject::Phone(device.serial.clone()), kind));
}

impl From<Stop> for Ending {
    fn from(stop: Stop) -> Self {
        Self { outcome: stop.outcome, reason: stop.reason, hint: stop.hint }
    }
}

/// What the walk wants of a phone's properties.
struct Habits {
    locale: String,
    hides_passwords: bool,
}

struct Worker<'a> {
    device: &'a Device,
    tray: Option<u32>,
    plan: &'a Plan<'a>,
    connector: &'a dyn Connector,
    permits: &'a Permits<'a>,
    claim: &'a Claim<'a>,
    draft: &'a mut Draft,
}

impl<'a> Worker<'a> {
    fn tell(&self, kind: EventKind) {
        tell(self.device, self.plan, kind);
    }

    fn work(&mut self, twin_of: &mut Option<usize>) -> Ending {
        let place = self.device.usb_path.clone();
        self.tell(EventKind::Started { model: self.draft.fallback_model.clone(), place, tray: self.tray });
        let mut device = match self.authorised() {
            Ok(device) => device,
            Err(ending) => return ending,
        };
        let mut phone = self.connector.connect(&device);
        let facts = match self.facts(&mut phone, &mut device) {
            Ok(facts) => facts,
            Err(ending) => return ending,
        };
        let Some(account) = facts.accounts.account().cloned() else {
            return Ending::new(
                Outcome::Failed,
                Reason::DumpFailed,
                "the phone's accounts could not be read ('dumpsys account'): restart the phone, then run again",
            );
        };
        let profile = match self.choose_profile(&facts) {
            Ok(profile) => profile,
            Err(ending) => return ending,
        };
        self.tell_identified();
        *twin_of = self.draft.identity.hardware_serial.as_deref().and_then(|own| (self.claim)(own));
        if twin_of.is_some() {
            return duplicate(self.device, "another connection");
        }
        let key = match self.secure(&facts, &account, &mut *phone, &device) {
            Ok(key) => key,
            Err(ending) => return ending,
        };
        let facts = match self.woken(facts, &mut phone, &mut device) {
            Ok(facts) => facts,
            Err(ending) => return ending,
        };
        let habits = Habits {
            locale: preflight::locale(&facts.props).to_owned(),
            hides_passwords: preflight::hides_passwords(&facts.props),
        };
        // A phone has a thousand properties, and the walk wants none of them.
        drop(facts);
        let ended = self.walk(profile, &account, &key, &habits, (device, phone));
        self.draft.proof.after = words(ended.presence);
        self.draft.proof.ui = ended.screen;
        self.plan.books.find_device(&key, find_device(self.draft.asked_password, ended.presence));
        self.explained(ended.ending, &account)
    }

    /// The phone once it may be asked: where a person is there, it is waited for until this computer is allowed.
    fn authorised(&mut self) -> Result<Device, Ending> {
        let Some(stop) = preflight::of_device(self.device) else { return Ok(self.device.clone()) };
        let mut told = None;
        while stop.reason == Some(Reason::Unauthorized) && self.is_waited_for(&stop) {
            self.wait(&stop, &mut told);
            if let Some(device) = self.connector.wait_for(self.device, None, Instant::now()) {
                self.tell(EventKind::Resumed);
                return Ok(device);
            }
        }
        Err(stop.into())
    }

    /// The ending with a hint that names the cause where this run knows it: a phone without a password, since the file lists two accounts
    /// of the mask that the phone shows.
    fn explained(&self, ending: Ending, account: &AccountId) -> Ending {
        if ending.reason != Some(Reason::NoPassword) || !self.plan.passwords.is_ambiguous(&self.device.serial, account)
        {
            return ending;
        }
        let hint = format!(
            "several accounts of the password file are {account}, which is all that this phone shows of its own: list the phone by its serial (a file with the header serial,password), then run again"
        );
        Ending { hint: Some(hint), ..ending }
    }

    /// Tells what the phone is, as far as it is known.
    fn tell_identified(&self) {
        self.tell(EventKind::Identified {
            model: self.draft.identity.model.clone(),
            software: self.draft.identity.software.clone(),
            profile: self.draft.profile.clone(),
            account: self.draft.account.as_ref().map(AccountId::masked),
        });
    }

    /// What is wanted of a capture that goes into the record.
    fn wants(&self) -> Wants<'_> {
        Wants {
            catalog: self.plan.catalog,
            keep: &[],
            serial: self.device.serial.as_str(),
            picture: true,
            within: PICTURE_LIMIT,
        }
    }

    /// Keeps a picture of the page that ended the walk, with everything painted over that could be somebody's; none of a page
    /// with a password field. Nothing where there is no record to keep it in, or where it is the phone that failed. Gives what was
    /// captured.
    fn keep_picture(&self, key: &PhoneKey, at: &Device, ending: &Ending) -> Option<Capture> {
        let of_a_page = match ending.reason {
            Some(reason) => !matches!(
                reason,
                Reason::Disconnected
                    | Reason::Timeout
                    | Reason::DumpFailed
                    | Reason::AccountStopped
                    | Reason::NoPassword
            ),
            None => false,
        };
        if !of_a_page || !self.plan.books.keeps_a_record() || self.plan.interrupted.load(Ordering::Relaxed) {
            return None;
        }
        let captured = capture::read(&mut *self.connector.connect(at), &self.wants()).ok()?;
        if let Ok(png) = &captured.picture {
            self.plan.books.picture(key, png);
        }
        Some(captured)
    }

    /// Keeps the screens that the walk met and its profile does not know, and says in the row or in a note where they are.
    fn keep_unknown(&self, key: &PhoneKey, at: &Device, trail: Trail, ended: &mut Ended, page: Option<&Capture>) {
        if trail.is_empty() {
            return;
        }
        // A phone that is gone still showed what it showed; only its properties are missing then.
        let facts = self.connector.connect(at).facts(false, PICTURE_LIMIT).unwrap_or_default();
        let about = About {
            tool: concat!("mi-signout ", env!("CARGO_PKG_VERSION")).to_owned(),
            date: chrono::Local::now().format("%Y-%m-%d").to_string(),
            model: self.draft.identity.model.clone(),
            software: self.draft.identity.software.clone(),
        };
        let unknown = ended.ending.reason == Some(Reason::UnknownScreen);
        let page = page.filter(|page| unknown && page.fits.len() != 1);
        let Some(folder) = trail.keep(self.plan.books, key, &facts, &self.wants(), (&about, page)) else { return };
        match &mut ended.ending.hint {
            Some(hint) if unknown => {
                *hint = format!("{hint}; the screen is kept in {folder} ('mi-signout bugreport' packs it)");
            }
            _ => self.tell(EventKind::Note {
                text: format!(
                    "the phone showed a screen that no profile knows; it is kept in {folder} ('mi-signout bugreport' packs it)"
                ),
            }),
        }
    }

    /// The phone for the record.
    fn info(&self, facts: &PhoneFacts) -> PhoneInfo {
        PhoneInfo {
            key: key_of(self.draft.identity.hardware_serial.as_deref(), &self.device.serial),
            serial: self.device.serial.clone(),
            adb: self.draft.adb.clone(),
            make: facts.prop("ro.product.manufacturer").map(str::to_owned),
            model: self.draft.identity.model.clone(),
            place: self.device.usb_path.clone(),
        }
    }

    /// Takes a phone down in the record on which there is nothing to do. Where another run or connection has it, that one's record
    /// is the phone's.
    fn take_down(&mut self, facts: &PhoneFacts) {
        let info = self.info(facts);
        if self.plan.books.take_up(&info).is_ok() {
            self.draft.key = Some(info.key);
        }
    }

    /// Takes the phone up in the record, with what an earlier run left open on it.
    fn take_up(&mut self, facts: &PhoneFacts, account: &AccountId) -> Result<PhoneKey, Ending> {
        let info = self.info(facts);
        let earlier = self.plan.books.take_up(&info)?;
        self.draft.key = Some(info.key.clone());
        self.plan.books.account(&info.key, account);
        if self.plan.again {
            self.draft.progress.afresh = true;
            self.plan.books.begins_afresh(&info.key, &self.draft.progress);
        } else if let Some(earlier) = earlier {
            self.tell(EventKind::Note { text: format!("goes on from run {}", earlier.run) });
            self.draft.progress = earlier.progress;
        }
        // What was done in this run holds whatever was asked for.
        if let Some(progress) = self.plan.books.remembered(&info.key) {
            self.draft.progress = progress;
        }
        Ok(info.key)
    }

    /// Everything that must hold before the first change: its account may be signed out in this run, and no other run works on it,
    /// neither by the journal nor by what the phone itself says.
    fn secure(
        &mut self,
        facts: &PhoneFacts,
        account: &AccountId,
        phone: &mut dyn Phone,
        at: &Device,
    ) -> Result<PhoneKey, Ending> {
        self.permits.accounts().admit(account)?;
        let key = self.take_up(facts, account)?;
        // One that can hold no claim (its disk is full) holds no other run's either, and one that is lost is waited for by the walk.
        if let Ok(PhoneClaim::Held { by }) = phone.claim(STEP_LIMIT) {
            return Err(Ending::in_use(&by));
        }
        self.draft.claimed = Some(at.clone());
        Ok(key)
    }

    /// The phone with its screen on. One that had to be woken is read anew.
    fn woken(&mut self, facts: PhoneFacts, phone: &mut Box<dyn Phone>, at: &mut Device) -> Result<PhoneFacts, Ending> {
        if !needs_waking(&facts) {
            return Ok(facts);
        }
        // One that is lost meanwhile is waited for by the reading that follows, which also says who else works on it.
        match wake(&mut **phone) {
            Err(error @ PhoneError::Timeout(_)) => Err(preflight::of_error(&error).into()),
            _ => self.facts(phone, at),
        }
    }

    /// Reads the phone, and stops at what is missing.
    fn facts(&mut self, phone: &mut Box<dyn Phone>, at: &mut Device) -> Result<PhoneFacts, Ending> {
        let mut waits_for = None;
        let mut held = 0;
        loop {
            let facts = self.read(phone, at)?;
            self.draft.identity = preflight::identify(&facts.props);
            self.draft.account = facts.accounts.account().cloned();
            self.draft.proof.before = words(facts.accounts.presence());
            let password = self.plan.passwords.of(&self.device.serial, self.draft.account.as_ref());
            let wanted = self.wanted(&facts, password.map(|(_, secret)| secret));
            if let Some(stop) = preflight::stop(&facts, wanted) {
                if stop.is_another_tool() && held < HELD && !self.plan.interrupted.load(Ordering::Relaxed) {
                    held += 1;
                    std::thread::sleep(WAIT);
                    self.draft.waited += WAIT;
                    continue;
                }
                if self.is_waited_for(&stop) {
                    if waits_for.is_none() {
                        self.tell_identified();
                    }
                    self.wait(&stop, &mut waits_for);
                    continue;
                }
                if stop.outcome == Outcome::AlreadySignedOut {
                    self.draft.proof.after = words(Presence::Absent);
                    // Its certificate says whose make it is; and what an earlier run left open on it is at an end.
                    self.take_down(&facts);
                }
                return Err(stop.into());
            }
            if waits_for.take().is_some() {
                self.tell(EventKind::Resumed);
            }
            return Ok(facts);
        }
    }

    /// One reading, for which a phone that is lost or still starting is waited for.
    fn read(&self, phone: &mut Box<dyn Phone>, at: &mut Device) -> Result<PhoneFacts, Ending> {
        let reading = FirstReading {
            within: STEP_LIMIT.min(self.plan.timeout),
            grace: self.plan.grace,
            deadline: self.draft.began + self.draft.waited + self.plan.timeout,
            interrupted: self.plan.interrupted,
            tell: &|kind| self.tell(kind),
            reconnect: &mut |error, until| self.reconnect(error, at, &mut 0, until),
        };
        reading.of(phone)
    }

    /// Whether a person is there to mend it.
    fn is_waited_for(&self, stop: &Stop) -> bool {
        !self.plan.non_interactive
            && stop.can_be_waited_for()
            && stop.reason != Some(Reason::PasswordNotTypeable)
            && !self.plan.interrupted.load(Ordering::Relaxed)
    }

    /// Says once for what the phone waits, and lets a moment pass that does not count against the phone.
    fn wait(&mut self, stop: &Stop, told: &mut Option<Reason>) {
        if let Some(reason) = stop.reason.filter(|reason| *told != Some(*reason)) {
            self.tell(EventKind::WaitingForPerson { reason, hint: stop.hint.clone().unwrap_or_default() });
        }
        *told = stop.reason;
        std::thread::sleep(WAIT);
        self.draft.waited += WAIT;
    }

    fn choose_profile(&mut self, facts: &PhoneFacts) -> Result<&'a DeviceProfile, Ending> {
        let catalog = self.plan.catalog;
        match catalog.choose(&facts.props) {
            Ok(profile) => {
                self.draft.profile = Some(profile.name.clone());
                Ok(profile)
            }
            Err(Choice::NotMiui) => Err(Ending::new(Outcome::NotSupported, Reason::NotMiui, preflight::NOT_MIUI)),
            Err(Choice::NoProfile) => Err(no_profile("no device profile fits this phone")),
            Err(Choice::Tie(names)) => {
                Err(no_profile(&format!("the profiles {} fit this phone alike", names.join(", "))))
            }
        }
    }

    fn walk(
        &mut self,
        profile: &DeviceProfile,
        account: &AccountId,
        key: &PhoneKey,
        habits: &Habits,
        (mut at, phone): (Device, Box<dyn Phone>),
    ) -> Ended {
        let recorder = PhoneBook { books: self.plan.books, key: key.clone(), trail: Trail::default() };
        let password = self.plan.passwords.of(&self.device.serial, Some(account)).map(|(_, secret)| secret);
        let known = password.map_or(Password::None, |secret| Password::Given { chars: secret.chars() });
        let progress = self.draft.progress.clone();
        let mut engine = Engine::new(
            profile,
            self.plan.options,
            known,
            self.plan.dry_run,
            &habits.locale,
            self.plan.patience,
            progress,
        )
        .where_passwords_are_hidden(habits.hides_passwords);
        let walk = Walk {
            serial: &self.device.serial,
            account,
            password,
            permit: self.permits,
            listener: self.plan.listener,
            recorder: &recorder,
            check: &|phone| self.check(phone, password),
            deadline: Cell::new(self.draft.began + self.draft.waited + self.plan.timeout),
            waits_for_person: !self.plan.non_interactive,
            interrupted: self.plan.interrupted,
            step_limit: STEP_LIMIT,
            now: &Instant::now,
        };
        let mut hangs = 0;
        // A phone that comes back may have another transport, and another port.
        let mut ended =
            walk.run(&mut engine, phone, &mut |error| self.reconnect(error, &mut at, &mut hangs, walk.deadline.get()));
        self.draft.progress = engine.progress().clone();
        self.draft.counts = ended.counts;
        self.draft.asked_password = engine.asked_password();
        let page = self.keep_picture(key, &at, &ended.ending);
        self.keep_unknown(key, &at, recorder.trail, &mut ended, page.as_ref());
        // What is left on the phone is a dump file at most, and a phone that is gone has to keep it until next time.
        let _ = self.connector.connect(&at).tidy(TIDY_LIMIT);
        self.draft.claimed = None;
        ended
    }

    /// Why a walk does not go on: what a person has to mend, or a screen that is off, which is woken.
    fn check(&self, phone: &mut dyn Phone, password: Option<&Secret>) -> Result<Checked, PhoneError> {
        let facts = phone.facts(true, STEP_LIMIT)?;
        let stop = preflight::stop(&facts, self.wanted(&facts, password));
        // Whether it is supported was found out before; the account's absence is the engine's to say, and so is what becomes of
        // a phone whose screen can't be read midway.
        let theirs = |s: &Stop| matches!(s.outcome, Outcome::AlreadySignedOut | Outcome::NotSupported);
        let stop = stop.filter(|s| !theirs(s) && !s.is_another_tool());
        let woken = stop.is_none() && needs_waking(&facts);
        if woken {
            wake(phone)?;
        }
        Ok(Checked { accounts: facts.accounts, ending: stop.map(Ending::from), woken })
    }

    fn wanted<'f>(&'f self, facts: &'f PhoneFacts, password: Option<&Secret>) -> Wanted<'f> {
        Wanted {
            input_switch: preflight::input_switch_name(self.plan.catalog.labels(), &facts.props),
            password_not_typeable: password.is_some_and(|secret| !secret.is_typeable()),
        }
    }

    /// The phone once it is back; it is waited for no longer than its time lasts.
    fn reconnect(
        &self,
        error: &PhoneError,
        at: &mut Device,
        hangs: &mut u32,
        deadline: Instant,
    ) -> Option<Box<dyn Phone>> {
        if matches!(error, PhoneError::Timeout(_)) {
            *hangs += 1;
            return (*hangs <= HANGS).then(|| self.connector.connect(at));
        }
        let serial = self.draft.identity.hardware_serial.as_deref();
        let until = (Instant::now() + self.plan.grace).min(deadline);
        // In short turns, so that Ctrl-C is heard meanwhile.
        while !self.plan.interrupted.load(Ordering::Relaxed) {
            let turn = until.min(Instant::now() + TURN);
            if let Some(back) = self.connector.wait_for(at, serial, turn) {
                *at = back;
                return Some(self.connector.connect(at));
            }
            // One that gives up early knows that it stays away.
            if Instant::now() < turn || turn == until {
                return None;
            }
        }
        None
    }
}

fn no_profile(what: &str) -> Ending {
    Ending::new(
        Outcome::NotSupported,
        Reason::NoProfile,
        format!("{what}: write one from 'mi-signout capture' (see the README), and give it with --profiles"),
    )
}
