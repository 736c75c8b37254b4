//! One phone's worker: preflight, profile, walk, row. Its trouble stays its own.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::first_proof::{self, Turn};
use super::kept_screens::Trail;
use super::phone_recorder::PhoneRecorder;
use super::plan::STEP_LIMIT;
use super::probe::Probe;
use super::recorder::key_of;
use super::row_builder::{RowBuilder, find_device, words};
use super::tray::{duplicate_serial, place};
use super::wake::{needs_waking, wake};
use super::{Connector, PasswordGate, Plan};
use crate::capture::{self, About, Capture, Wants};
use crate::event::{Event, EventKind, Subject};
use crate::flow::{Checked, Ended, Engine, Password, Setup, Walk};
use crate::journal::{PhoneInfo, PhoneKey};
use crate::model::{AccountId, Device, Ending, Outcome, Presence, Reason, ResultRow, Secret};
use crate::phone::{Phone, PhoneClaim, PhoneError, PhoneFacts};
use crate::preflight::{self, Wanted};
use crate::profile::{Choice, DeviceProfile};
use crate::text::say;

/// So many steps may hang in one walk before the phone counts as lost.
const HANGS: u32 = 2;
/// How long to wait for a lost phone between two looks at Ctrl-C.
const TURN: Duration = Duration::from_secs(1);
/// The longest that clearing up may take.
const TIDY_LIMIT: Duration = Duration::from_secs(5);
/// The longest one question may take when a picture is made for the record.
const PICTURE_LIMIT: Duration = Duration::from_secs(15);
/// In so many readings another tool may hold the phone's screen before the worker says so: a dump gives up after ten seconds.
const HELD: u32 = 6;
/// How often a phone is asked whether the person has done their part.
const WAIT: Duration = Duration::from_secs(2);

/// Works on one phone and always gives its row, whatever happens.
pub(super) fn work(
    device: &Device,
    tray: Option<u32>,
    plan: &Plan<'_>,
    connector: &dyn Connector,
    gate: &PasswordGate<'_>,
    claim: &Claim<'_>,
) -> Worked {
    let mut row = RowBuilder::new(device);
    let mut duplicate_of = None;
    let worked = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let mut worker = Worker { device, tray, plan, connector, gate, claim, row: &mut row };
        worker.work(&mut duplicate_of)
    }));
    if let Some(first) = duplicate_of {
        return Worked::DuplicateConnection(first);
    }
    if let Some(at) = row.claimed.take() {
        // The walk did not come to its end. On a phone that is gone the claim stays until it is void.
        let clear = || connector.connect(&at).tidy(TIDY_LIMIT);
        let _ = std::panic::catch_unwind(AssertUnwindSafe(clear));
    }
    let ending = worked.unwrap_or_else(|_| broken());
    Worked::Row(Box::new(end(device, plan, row, ending)))
}

/// The ending where this program itself failed.
pub(super) fn broken() -> Ending {
    Ending::new(Outcome::Unknown, Reason::Timeout, say!("mi-signout-failed-on-this-phone"))
}

/// What a worker came to.
pub(super) enum Worked {
    /// The phone's row.
    Row(Box<ResultRow>),
    /// Nothing was done: the run uses the phone's connection at this place of the list.
    DuplicateConnection(usize),
}

/// Says a phone's `ro.serialno`, and gives the place of another connection where the run uses that one.
pub(super) type Claim<'a> = dyn Fn(&str) -> Option<usize> + 'a;

/// Says that a phone is there and that work on it begins later.
pub(super) fn queue(device: &Device, tray: Option<u32>, plan: &Plan<'_>) {
    let model = device.model.as_ref().map(|m| m.replace('_', " "));
    emit(device, plan, EventKind::Queued { model, place: device.usb_path.clone(), tray });
}

/// The row of a phone that is left alone, with why.
pub(super) fn refuse(device: &Device, tray: Option<u32>, plan: &Plan<'_>, ending: Ending) -> ResultRow {
    let row = RowBuilder::new(device);
    emit(device, plan, EventKind::Started { model: row.fallback_model.clone(), place: device.usb_path.clone(), tray });
    end(device, plan, row, ending)
}

/// The row of a second connection of a phone, where the run used the first one. Asks the phone, and touches nothing.
pub(super) fn duplicate_connection(
    device: &Device,
    tray: Option<u32>,
    plan: &Plan<'_>,
    connector: &dyn Connector,
    first: (&Device, Outcome),
) -> ResultRow {
    let mut row = RowBuilder::new(device);
    emit(device, plan, EventKind::Started { model: row.fallback_model.clone(), place: None, tray });
    if first.1.is_good()
        && let Ok(facts) = connector.connect(device).facts(false, STEP_LIMIT.min(plan.timeout))
    {
        row.identity = preflight::identify(&facts.props);
        row.account = facts.accounts.account().cloned();
        row.proof.before = words(facts.accounts.presence());
    }
    let ending = match first.1 {
        _ if row.proof.before == words(Presence::Absent) => {
            row.proof.after = words(Presence::Absent);
            Ending { outcome: Outcome::AlreadySignedOut, reason: None, hint: None }
        }
        Outcome::DryRun => Ending { outcome: Outcome::DryRun, reason: None, hint: None },
        _ => Ending::new(
            Outcome::Failed,
            Reason::DuplicateSerial,
            say!("this-is-another-connection-of-phone", place = place(first.0)),
        ),
    };
    end(device, plan, row, ending)
}

/// Writes the row and tells it.
fn end(device: &Device, plan: &Plan<'_>, row: RowBuilder, ending: Ending) -> ResultRow {
    let (key, progress) = (row.key.clone(), row.progress.clone());
    let hardware_serial = row.identity.hardware_serial.clone();
    let row = row.finish(ending);
    if let Some(key) = &key {
        plan.recorder.remember(key, &progress, row.outcome);
    }
    plan.recorder.result(key.as_ref(), hardware_serial, &row);
    emit(device, plan, EventKind::Ended(Box::new(row.clone())));
    row
}

fn emit(device: &Device, plan: &Plan<'_>, kind: EventKind) {
    plan.listener.emit(Event::now(Subject::Phone(device.serial.clone()), kind));
}

/// What the walk wants of a phone's properties.
struct Habits {
    locale: String,
    hides_passwords: bool,
    has_cheap_look: bool,
}

struct Worker<'a> {
    device: &'a Device,
    tray: Option<u32>,
    plan: &'a Plan<'a>,
    connector: &'a dyn Connector,
    gate: &'a PasswordGate<'a>,
    claim: &'a Claim<'a>,
    row: &'a mut RowBuilder,
}

impl<'a> Worker<'a> {
    fn emit(&self, kind: EventKind) {
        emit(self.device, self.plan, kind);
    }

    fn work(&mut self, duplicate_of: &mut Option<usize>) -> Ending {
        let place = self.device.usb_path.clone();
        self.emit(EventKind::Started { model: self.row.fallback_model.clone(), place, tray: self.tray });
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
            return Ending::new(Outcome::Failed, Reason::DumpFailed, say!("phones-accounts-could-not-be-read"));
        };
        let profile = match self.choose_profile(&facts) {
            Ok(profile) => profile,
            Err(ending) => return ending,
        };
        self.tell_identified();
        *duplicate_of = self.row.identity.hardware_serial.as_deref().and_then(|own| (self.claim)(own));
        if duplicate_of.is_some() {
            return duplicate_serial(self.device, &say!("this-is-another-connection"));
        }
        let (mut turn, waited) =
            first_proof::wait_for_turn(self.gate.first_proof(), profile, self.plan, &|kind| self.emit(kind));
        self.row.waited += waited;
        let facts = match if waited.is_zero() { Ok(facts) } else { self.facts(&mut phone, &mut device) } {
            Ok(facts) => facts,
            Err(ending) => return ending,
        };
        let (key, facts) = match self.secure(facts, &account, &mut phone, &mut device) {
            Ok(secured) => secured,
            Err(ending) => return ending,
        };
        let facts = match self.woken(facts, &mut phone, &mut device) {
            Ok(facts) => facts,
            Err(ending) => return ending,
        };
        let habits = Habits {
            locale: preflight::locale(&facts.props).to_owned(),
            hides_passwords: preflight::hides_passwords(&facts.props),
            has_cheap_look: preflight::has_cheap_look(&facts.props),
        };
        // A phone has a thousand properties, and the walk wants none of them.
        drop(facts);
        let ended = self.walk(profile, &account, &key, &habits, (device, phone));
        self.row.proof.after = words(ended.presence);
        self.row.proof.ui = ended.screen;
        turn.iter_mut().filter(|_| ended.ending.outcome == Outcome::SignedOut).for_each(Turn::prove);
        self.plan.recorder.find_device(&key, find_device(self.row.asked_password, ended.presence));
        self.explained(ended.ending, &account)
    }

    /// The phone once it may be asked: with a person there, waits until this computer is allowed.
    fn authorised(&mut self) -> Result<Device, Ending> {
        let Some(stop) = preflight::of_device(self.device) else { return Ok(self.device.clone()) };
        let mut told = None;
        while stop.reason == Some(Reason::Unauthorized) && self.is_waited_for(&stop) {
            self.wait(&stop, &mut told);
            if let Some(device) = self.connector.wait_for(self.device, None, Instant::now()) {
                self.emit(EventKind::Resumed);
                return Ok(device);
            }
        }
        Err(stop)
    }

    /// The ending with a hint that names the cause where this run knows it: a phone without a password, since the file lists two accounts
    /// of the mask that the phone shows.
    fn explained(&self, ending: Ending, account: &AccountId) -> Ending {
        if ending.reason != Some(Reason::NoPassword) || !self.plan.passwords.is_ambiguous(&self.device.serial, account)
        {
            return ending;
        }
        let hint = say!("several-accounts-of-password-file", account);
        Ending { hint: Some(hint), ..ending }
    }

    /// Tells what the phone is, as far as it is known.
    fn tell_identified(&self) {
        self.emit(EventKind::Identified {
            model: self.row.identity.model.clone(),
            software: self.row.identity.software.clone(),
            profile: self.row.profile.clone(),
            account: self.row.account.as_ref().map(AccountId::masked),
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

    /// Keeps a picture of the page that ended the walk, with everything painted over that could identify a person. Keeps no picture of a
    /// page with a password field, none without a record, and none where the phone itself failed. Gives the capture.
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
        if !of_a_page || !self.plan.recorder.keeps_a_record() || self.plan.interrupted.load(Ordering::Relaxed) {
            return None;
        }
        let captured = capture::read(&mut *self.connector.connect(at), &self.wants()).ok()?;
        if let Ok(png) = &captured.picture {
            self.plan.recorder.picture(key, png);
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
            model: self.row.identity.model.clone(),
            software: self.row.identity.software.clone(),
        };
        let unknown = ended.ending.reason == Some(Reason::UnknownScreen);
        let page = page.filter(|page| unknown && page.fits.len() != 1);
        let Some(folder) = trail.keep(self.plan.recorder, key, &facts, &self.wants(), (&about, page)) else { return };
        match &mut ended.ending.hint {
            Some(hint) if unknown => {
                *hint = say!("screen-is-kept-in", hint, folder);
            }
            _ => self.emit(EventKind::Note { text: say!("unknown-screen-is-kept-in", folder) }),
        }
    }

    /// The phone for the record.
    fn info(&self, facts: &PhoneFacts) -> PhoneInfo {
        PhoneInfo {
            key: key_of(self.row.identity.hardware_serial.as_deref(), &self.device.serial),
            serial: self.device.serial.clone(),
            adb: self.row.adb.clone(),
            make: facts.prop("ro.product.manufacturer").map(str::to_owned),
            model: self.row.identity.model.clone(),
            place: self.device.usb_path.clone(),
        }
    }

    /// Enters a phone into the record on which there is nothing to do. Where another run or connection has it, that one's record counts.
    fn take_down(&mut self, facts: &PhoneFacts) {
        let info = self.info(facts);
        if self.plan.recorder.reserve(&info, self.plan.interrupted).is_ok() {
            self.row.key = Some(info.key);
        }
    }

    /// Claims the phone in the record, and takes over what an earlier run left open on it.
    fn reserve(&mut self, facts: &PhoneFacts, account: &AccountId) -> Result<(PhoneKey, Duration), Ending> {
        let info = self.info(facts);
        let (earlier, waited) = self.plan.recorder.reserve(&info, self.plan.interrupted)?;
        self.row.key = Some(info.key.clone());
        self.plan.recorder.account(&info.key, account);
        if self.plan.again {
            self.row.progress.afresh = true;
            self.plan.recorder.begins_afresh(&info.key, &self.row.progress);
        } else if let Some(earlier) = earlier {
            self.emit(EventKind::Note { text: say!("continues-run", run = earlier.run) });
            self.row.progress = earlier.progress;
        }
        // What this run did itself counts in any case, also with `--again`.
        if let Some(progress) = self.plan.recorder.remembered(&info.key) {
            self.row.progress = progress;
        }
        Ok((info.key, waited))
    }

    /// Everything that must hold before the first change: its account may be signed out in this run, and no other run works on it,
    /// neither by the journal nor by what the phone itself says.
    fn secure(
        &mut self,
        facts: PhoneFacts,
        account: &AccountId,
        phone: &mut Box<dyn Phone>,
        at: &mut Device,
    ) -> Result<(PhoneKey, PhoneFacts), Ending> {
        self.gate.accounts().admit(account)?;
        let (key, waited) = self.reserve(&facts, account)?;
        let (claim, waited_for_claim) = self.plan.recorder.claim(&mut **phone, STEP_LIMIT, self.plan.interrupted);
        let waited = waited + waited_for_claim;
        self.row.waited += waited;
        // A phone that can hold no claim (its disk is full) holds no other run's either, and for a lost phone the walk waits.
        if let Ok(PhoneClaim::Held { by }) = claim {
            return Err(Ending::in_use(&by));
        }
        self.row.claimed = Some(at.clone());
        // The bench that had it may have signed it out meanwhile.
        let facts = if waited.is_zero() { facts } else { self.facts(phone, at)? };
        Ok((key, facts))
    }

    /// The phone with its screen on. One that had to be woken is read again.
    fn woken(&mut self, facts: PhoneFacts, phone: &mut Box<dyn Phone>, at: &mut Device) -> Result<PhoneFacts, Ending> {
        if !needs_waking(&facts) {
            return Ok(facts);
        }
        // If the phone is lost meanwhile, the next reading waits for it, and also says who else works on it.
        match wake(&mut **phone) {
            Err(error @ PhoneError::Timeout(_)) => Err(preflight::of_error(&error)),
            _ => self.facts(phone, at),
        }
    }

    /// Reads the phone, and stops at what is missing.
    fn facts(&mut self, phone: &mut Box<dyn Phone>, at: &mut Device) -> Result<PhoneFacts, Ending> {
        let mut waits_for = None;
        let mut held = 0;
        loop {
            let mut facts = self.read(phone, at)?;
            if self.plan.recorder.is_shared() {
                // A bench that died left its claim on the phone. The record says more, and the phone is asked again before the first change.
                facts.claim = PhoneClaim::None;
            }
            self.row.identity = preflight::identify(&facts.props);
            self.row.account = facts.accounts.account().cloned();
            self.row.proof.before = words(facts.accounts.presence());
            let password = self.plan.passwords.of(&self.device.serial, self.row.account.as_ref());
            let wanted = self.wanted(&facts, password.map(|(_, secret)| secret));
            if let Some(stop) = preflight::stop(&facts, wanted) {
                if stop.is_another_tool() && held < HELD && !self.plan.interrupted.load(Ordering::Relaxed) {
                    held += 1;
                    std::thread::sleep(WAIT);
                    self.row.waited += WAIT;
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
                    self.row.proof.after = words(Presence::Absent);
                    // Its certificate names the make, and whatever an earlier run left open on it is finished.
                    self.take_down(&facts);
                }
                return Err(stop);
            }
            if waits_for.take().is_some() {
                self.emit(EventKind::Resumed);
            }
            return Ok(facts);
        }
    }

    /// One reading. Waits for a phone that is lost or still starting.
    fn read(&self, phone: &mut Box<dyn Phone>, at: &mut Device) -> Result<PhoneFacts, Ending> {
        let reading = Probe {
            within: STEP_LIMIT.min(self.plan.timeout),
            grace: self.plan.grace,
            deadline: self.row.began + self.row.waited + self.plan.timeout,
            interrupted: self.plan.interrupted,
            tell: &|kind| self.emit(kind),
            reconnect: &mut |error, until| self.reconnect(error, at, &mut 0, until),
        };
        reading.of(phone)
    }

    /// Whether a person is there to fix it.
    fn is_waited_for(&self, stop: &Ending) -> bool {
        !self.plan.non_interactive
            && stop.can_pass()
            && stop.reason != Some(Reason::PasswordNotTypeable)
            && !self.plan.interrupted.load(Ordering::Relaxed)
    }

    /// Reports once what the phone waits for, and pauses. The pause does not count against the phone.
    fn wait(&mut self, stop: &Ending, told: &mut Option<Reason>) {
        if let Some(reason) = stop.reason.filter(|reason| *told != Some(*reason)) {
            self.emit(EventKind::WaitingForPerson { reason, hint: stop.hint.clone().unwrap_or_default() });
        }
        *told = stop.reason;
        std::thread::sleep(WAIT);
        self.row.waited += WAIT;
    }

    fn choose_profile(&mut self, facts: &PhoneFacts) -> Result<&'a DeviceProfile, Ending> {
        let catalog = self.plan.catalog;
        match catalog.choose(&facts.props) {
            Ok(profile) => {
                self.row.profile = Some(profile.name.clone());
                Ok(profile)
            }
            Err(Choice::NotMiui) => Err(Ending::new(Outcome::NotSupported, Reason::NotMiui, preflight::not_miui())),
            Err(Choice::NoProfile) => Err(no_profile(&say!("no-device-profile-fits-this-phone"))),
            Err(Choice::Tie(names)) => {
                Err(no_profile(&say!("profiles-fit-this-phone-alike", names = names.join(", "))))
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
        let recorder = PhoneRecorder { recorder: self.plan.recorder, key: key.clone(), trail: Trail::default() };
        let password = self.plan.passwords.of(&self.device.serial, Some(account)).map(|(_, secret)| secret);
        let known = password.map_or(Password::None, |secret| Password::Given { chars: secret.chars() });
        let progress = self.row.progress.clone();
        let setup = Setup {
            profile,
            options: self.plan.options,
            password: known,
            dry_run: self.plan.dry_run,
            locale: &habits.locale,
            patience: self.plan.patience,
            hides_passwords: habits.hides_passwords,
        };
        let mut engine = Engine::new(setup, progress);
        let walk = Walk {
            serial: &self.device.serial,
            account,
            password,
            permit: self.gate,
            listener: self.plan.listener,
            recorder: &recorder,
            check: &|phone| self.check(phone, password),
            deadline: Cell::new(self.row.began + self.row.waited + self.plan.timeout),
            waits_for_person: !self.plan.non_interactive,
            has_cheap_look: habits.has_cheap_look,
            interrupted: self.plan.interrupted,
            step_limit: STEP_LIMIT,
            now: &Instant::now,
        };
        let mut hangs = 0;
        // A phone that comes back may have another transport, and another port.
        let mut ended =
            walk.run(&mut engine, phone, &mut |error| self.reconnect(error, &mut at, &mut hangs, walk.deadline.get()));
        self.row.progress = engine.progress().clone();
        self.row.counts = ended.counts;
        self.row.asked_password = engine.asked_password();
        let page = self.keep_picture(key, &at, &ended.ending);
        self.keep_unknown(key, &at, recorder.trail, &mut ended, page.as_ref());
        // What is left on the phone is a dump file at most, and a phone that is gone has to keep it until next time.
        let _ = self.connector.connect(&at).tidy(TIDY_LIMIT);
        self.row.claimed = None;
        ended
    }

    /// Why a walk does not go on: what a person has to fix, or a screen that is off, which is woken.
    fn check(&self, phone: &mut dyn Phone, password: Option<&Secret>) -> Result<Checked, PhoneError> {
        let facts = phone.facts(true, STEP_LIMIT)?;
        let stop = preflight::stop(&facts, self.wanted(&facts, password));
        // Whether it is supported was found out before; the account's absence is the engine's to say, and so is what becomes of
        // a phone whose screen can't be read midway.
        let theirs = |s: &Ending| matches!(s.outcome, Outcome::AlreadySignedOut | Outcome::NotSupported);
        let stop = stop.filter(|s| !theirs(s) && !s.is_another_tool());
        let woken = stop.is_none() && needs_waking(&facts);
        if woken {
            wake(phone)?;
        }
        Ok(Checked { accounts: facts.accounts, ending: stop, woken })
    }

    fn wanted<'f>(&'f self, facts: &'f PhoneFacts, password: Option<&Secret>) -> Wanted<'f> {
        Wanted {
            input_switch: preflight::input_switch_name(self.plan.catalog.labels(), &facts.props),
            password_not_typeable: password.is_some_and(|secret| !secret.is_typeable()),
        }
    }

    /// The phone once it is back. Waits no longer than the phone's time lasts.
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
        let serial = self.row.identity.hardware_serial.as_deref();
        let until = (Instant::now() + self.plan.grace).min(deadline);
        // In short turns, so that Ctrl-C takes effect meanwhile.
        while !self.plan.interrupted.load(Ordering::Relaxed) {
            let turn = until.min(Instant::now() + TURN);
            if let Some(back) = self.connector.wait_for(at, serial, turn) {
                *at = back;
                return Some(self.connector.connect(at));
            }
            // A connector that gives up early knows that the phone stays away.
            if Instant::now() < turn || turn == until {
                return None;
            }
        }
        None
    }
}

fn no_profile(what: &str) -> Ending {
    Ending::new(Outcome::NotSupported, Reason::NoProfile, say!("write-a-profile-from-a-capture", what))
}
