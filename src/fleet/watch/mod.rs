//! Plug-and-go: phones are signed out as they are connected, each once. A result stays on the board until its phone is unplugged.

mod admission;
mod port_tracker;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

pub use self::admission::Wanted;
use self::admission::{Admission, Entry};
use self::port_tracker::{Change, PortState, PortTracker};
use super::shared_cause::Losses;
use super::tray::{duplicate_serial, place};
use super::{Attached, Connector, DeviceUpdate, Numbers, PasswordGate, Plan, disconnects, locate, worker};
use crate::event::{Event, EventKind, Subject};
use crate::model::{AdbServer, Device, Ending, Outcome, Reason, ResultRow};
use crate::phone::Phone;
use crate::preflight;
use crate::text::say;

/// The pause between two looks whether a worker is done or Ctrl-C was pressed.
const TICK: Duration = Duration::from_millis(100);
/// How long a phone may take to show its number.
const SHOW: Duration = Duration::from_secs(20);

/// A watch over the plugs.
pub struct Watch<'a> {
    /// What is done with each phone.
    pub plan: &'a Plan<'a>,
    /// Gives phones to talk to.
    pub connector: &'a dyn Connector,
    /// Which are taken.
    pub wanted: &'a Wanted,
    /// Ends after so many phones; without it, only by Ctrl-C.
    pub count: Option<usize>,
    /// Shows each phone's number on its screen first.
    pub locate: bool,
    /// The numbers of the plugs so far.
    pub numbers: Numbers,
}

/// A worker that is done.
struct Done {
    device: Device,
    row: Option<ResultRow>,
}

/// Where the watch stands.
struct Round<'s> {
    plugs: PortTracker,
    numbers: Numbers,
    losses: Losses,
    /// The last list of each server, taken again once its phones had the time to come back.
    lists: BTreeMap<AdbServer, Vec<Device>>,
    rows: Vec<ResultRow>,
    busy: usize,
    done: Sender<Done>,
    admission: &'s Admission<'s>,
    gate: &'s PasswordGate<'s>,
}

impl Watch<'_> {
    /// Works on phones as `news` brings them, and gives the rows in the order in which they came. Ends after `count` phones, at Ctrl-C,
    /// or when the sender of `news` is gone; phones that have a worker then get their rows first.
    #[must_use]
    pub fn run(&self, news: &Receiver<DeviceUpdate>) -> Vec<ResultRow> {
        let gate = PasswordGate::of(self.plan);
        let admission = Admission::new(self.wanted, gate.accounts());
        std::thread::scope(|scope| {
            let (done, is_done) = channel();
            let mut round = Round {
                plugs: PortTracker::default(),
                numbers: self.numbers.clone(),
                losses: Losses::default(),
                lists: BTreeMap::new(),
                rows: Vec::new(),
                busy: 0,
                done,
                admission: &admission,
                gate: &gate,
            };
            let mut told = true;
            while !(self.is_over(&round) || !told && round.busy == 0) {
                let heard = news.recv_timeout(TICK);
                // A phone that has its row and is unplugged at once was unplugged after its end.
                self.collect(&mut round, &is_done);
                match heard {
                    Ok(piece) => self.hear(&mut round, piece),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) if told => told = false,
                    Err(RecvTimeoutError::Disconnected) => std::thread::sleep(TICK),
                }
                self.look_again(&mut round);
                while self.has_room(&round)
                    && let Some(device) = round.plugs.take(Instant::now())
                {
                    let number = round.numbers.give(&device);
                    let (done, admission, gate) = (round.done.clone(), round.admission, round.gate);
                    round.busy += 1;
                    let (sender, listed) = (done.clone(), device.clone());
                    let worker = move || {
                        let row = self.receive_or_say(&device, number, admission, gate);
                        let _ = done.send(Done { device, row });
                    };
                    if std::thread::Builder::new().name("phone".into()).spawn_scoped(scope, worker).is_err() {
                        let row = Some(worker::refuse(&listed, Some(number), self.plan, no_thread()));
                        let _ = sender.send(Done { device: listed, row });
                    }
                }
            }
            while round.busy > 0
                && let Ok(done) = is_done.recv()
            {
                self.end(&mut round, done);
            }
            round.rows
        })
    }

    fn is_over(&self, round: &Round<'_>) -> bool {
        self.plan.interrupted.load(Ordering::Relaxed) || self.count.is_some_and(|count| round.rows.len() >= count)
    }

    fn has_room(&self, round: &Round<'_>) -> bool {
        let wanted = self.count.is_none_or(|count| round.rows.len() + round.busy < count);
        wanted && round.busy < self.plan.jobs.max(1) && !self.plan.interrupted.load(Ordering::Relaxed)
    }

    fn hear(&self, round: &mut Round<'_>, news: DeviceUpdate) {
        let now = Instant::now();
        match news {
            DeviceUpdate::Lost(server) => {
                if !round.plugs.is_lost(&server) {
                    self.note(say!("adb-server-does-not-answer-waiting", server));
                }
                round.plugs.server_lost(&server);
            }
            DeviceUpdate::Back(server) => {
                self.note(say!("adb-server-answers-again", server));
                round.plugs.server_back(now, &server);
            }
            DeviceUpdate::Listed(server, devices) => {
                round.numbers.give_all(&devices);
                let changes = round.plugs.listed(now, &server, &devices);
                round.lists.insert(server, devices);
                self.tell_changes(round, changes);
            }
        }
    }

    /// What only time changes: phones that did not come back with their server, and losses that turn out to be one.
    fn look_again(&self, round: &mut Round<'_>) {
        let now = Instant::now();
        for server in round.plugs.settled(now) {
            let devices = round.lists.get(&server).cloned().unwrap_or_default();
            let changes = round.plugs.listed(now, &server, &devices);
            self.tell_changes(round, changes);
        }
        let plugs = &round.plugs;
        disconnects::emit(self.plan.listener, round.losses.settled(now, |server| plugs.is_lost(server)));
    }

    fn tell_changes(&self, round: &mut Round<'_>, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Waits(device) => {
                    let number = round.numbers.give(&device);
                    let Some(stop) = preflight::of_device(&device) else { continue };
                    let (model, place) = (device.model.clone(), device.usb_path.clone());
                    self.emit(&device, EventKind::Started { model, place, tray: Some(number) });
                    if let (Some(reason), Some(hint)) = (stop.reason, stop.hint) {
                        self.emit(&device, EventKind::WaitingForPerson { reason, hint });
                    }
                }
                Change::Unplugged(device) => self.emit(&device, EventKind::Unplugged),
                // Its worker tells the loss itself.
                Change::Missing(device) => round.losses.lost(Instant::now(), &device),
            }
        }
    }

    /// As [`Watch::receive`]. A panic there is that phone's row: the end of the watch waits for one from each worker.
    fn receive_or_say(
        &self,
        device: &Device,
        number: u32,
        admission: &Admission<'_>,
        gate: &PasswordGate<'_>,
    ) -> Option<ResultRow> {
        let receive = || self.receive(device, number, admission, gate);
        std::panic::catch_unwind(AssertUnwindSafe(receive)).unwrap_or_else(|_| {
            let refuse = || worker::refuse(device, Some(number), self.plan, worker::broken());
            std::panic::catch_unwind(AssertUnwindSafe(refuse)).ok()
        })
    }

    /// Asks a phone for its account, and works on it where it is wanted.
    fn receive(
        &self,
        device: &Device,
        number: u32,
        admission: &Admission<'_>,
        gate: &PasswordGate<'_>,
    ) -> Option<ResultRow> {
        let is_there = |other: &Device| self.connector.attached(std::slice::from_ref(other)) == [Attached::Listed];
        let row = match admission.ask(device, self.connector, &is_there) {
            Entry::Skipped(why) => {
                self.note(say!("phone-is-left-alone", serial = device.serial, place = place(device), why));
                return None;
            }
            Entry::Refused(ending) => worker::refuse(device, Some(number), self.plan, ending),
            Entry::Duplicate(other) => {
                worker::refuse(device, Some(number), self.plan, duplicate_serial(device, &place(&other)))
            }
            Entry::Admitted { before, by_mask } => {
                if let Some(account) = by_mask {
                    self.note(say!("phone-is-taken-by-its-masked-account", serial = device.serial, account));
                }
                if let Some(outcome) = before {
                    self.note(say!("phone-is-connected-again", serial = device.serial, outcome));
                }
                if self.locate {
                    self.show(device, number);
                }
                // The admission has found out whether it is here twice.
                match worker::work(device, Some(number), self.plan, self.connector, gate, &|_| None) {
                    worker::Worked::Row(row) => *row,
                    worker::Worked::DuplicateConnection(_) => return None,
                }
            }
        };
        admission.ended(device, row.outcome);
        Some(row)
    }

    fn show(&self, device: &Device, number: u32) {
        let mut phone = self.connector.connect(device);
        match locate::show_number(&mut *phone, number, SHOW) {
            Ok(locate::Shown::Yes) => {
                self.note(say!("phone-shows-its-number", serial = device.serial, number = locate::shown_as(number)));
                // Where it refuses the key, the walk opens its page over it.
                let _ = locate::hide_number(&mut *phone, SHOW);
            }
            Ok(locate::Shown::Asleep) => self.note(say!("phone-shows-its-number-once-on", serial = device.serial)),
            Ok(locate::Shown::No) => self.blink(&mut *phone, device),
            Err(_) => self.note(say!("phone-cannot-show-its-number", serial = device.serial)),
        }
    }

    /// A phone that has no dialer shows which one it is by its screen.
    fn blink(&self, phone: &mut dyn Phone, device: &Device) {
        match locate::may_blink(phone, SHOW) {
            Ok(locate::Blinks::Yes) => {
                self.note(say!("phone-blinks-now", serial = device.serial));
                let _ = locate::blink(phone, SHOW);
            }
            Ok(locate::Blinks::No(why)) => {
                self.note(say!("phone-can-neither-show-nor-blink", serial = device.serial, why));
            }
            Err(_) => self.note(say!("phone-cannot-show-its-number", serial = device.serial)),
        }
    }

    fn collect(&self, round: &mut Round<'_>, is_done: &Receiver<Done>) {
        while let Ok(done) = is_done.try_recv() {
            self.end(round, done);
        }
    }

    fn end(&self, round: &mut Round<'_>, done: Done) {
        round.busy -= 1;
        let rest = match &done.row {
            Some(row) if row.reason == Some(Reason::Disconnected) => PortState::Lost,
            Some(row) if !row.outcome.is_good() => PortState::Bad,
            _ => PortState::Good,
        };
        let unplugged = round.plugs.rests(Instant::now(), &done.device, rest);
        self.tell_changes(round, unplugged.into_iter().collect());
        round.rows.extend(done.row);
    }

    fn emit(&self, device: &Device, kind: EventKind) {
        self.plan.listener.emit(Event::now(Subject::Phone(device.serial.clone()), kind));
    }

    fn note(&self, text: String) {
        self.plan.listener.emit(Event::now(Subject::Run("run".into()), EventKind::Note { text }));
    }
}

fn no_thread() -> Ending {
    let hint = say!("no-more-threads-plug-in-again");
    Ending::new(Outcome::Failed, Reason::Timeout, hint)
}
