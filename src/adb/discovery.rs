//! Which phones an adb server lists: once, or as a stream of whole snapshots.
//!
//! Read here and not by `adb_client`, whose reader fails as a whole on one phone without permissions, tells no removal, and
//! runs `adb start-server` at every call.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use super::smart_socket::SmartSocket;
use super::{AdbError, parse_devices};
use crate::model::{AdbServer, Device};

/// How long a server on the line may take to answer a request.
const ANSWER: Duration = Duration::from_secs(5);
/// After how long without news a server is asked whether it is still there: a computer that went away sends no goodbye.
const QUIET: Duration = Duration::from_secs(30);
/// So many lists in a second are passed on as they come.
const MOST_A_SECOND: u32 = 20;
/// Beyond that, one list in this time is passed on.
const CALM: Duration = Duration::from_millis(50);
/// Lists that are passed over before one is told all the same.
const MOST_PASSED_OVER: u32 = 1000;
/// The first wait after a server was lost, doubled up to the last.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The phones that a server lists now.
///
/// # Errors
/// Where the server cannot be reached, refuses, or does not answer in `within`.
pub fn list(server: &AdbServer, within: Duration) -> Result<Vec<Device>, AdbError> {
    let mut socket = SmartSocket::connect(server, within)?;
    socket.ask("host:devices-l")?;
    Ok(parse_devices(&socket.block()?, server))
}

/// The version of the server that answers at this address (`host:version`; 41 for 1.0.41), or `None` where nothing does.
///
/// # Errors
/// Where something answers that is no adb server, or does not answer in `within`.
pub fn version(server: &AdbServer, within: Duration) -> Result<Option<u32>, AdbError> {
    let asked = SmartSocket::connect(server, within).and_then(|mut socket| {
        socket.ask("host:version")?;
        socket.block()
    });
    match asked {
        Ok(text) => {
            u32::from_str_radix(text.trim(), 16).map(Some).map_err(|_| AdbError::NotAdb { server: server.clone() })
        }
        Err(AdbError::Unreachable { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// One piece of news from a [`Tracker`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// Everything that the server lists now.
    Devices(Vec<Device>),
    /// The server went away, or was never there. Told once; the tracker goes on trying.
    Lost(AdbError),
    /// A lost server answers again; its list follows.
    Back,
}

/// Follows one server's list from a thread of its own, until dropped.
#[derive(Debug)]
pub struct Tracker {
    stop: Arc<Stop>,
}

impl Tracker {
    /// Starts to follow `server`, and gives what is seen to `tell`, which is called on the tracker's thread.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(server: AdbServer, tell: impl FnMut(Sighting) + Send + 'static) -> io::Result<Self> {
        let stop = Arc::new(Stop::default());
        let mut follower = Follower {
            server,
            stop: Arc::clone(&stop),
            tell: Box::new(tell),
            lost: false,
            wait: BACK_OFF.0,
            lists: 0,
            busy_since: Instant::now(),
        };
        std::thread::Builder::new().name("adb-tracker".into()).stack_size(256 << 10).spawn(move || follower.run())?;
        Ok(Self { stop })
    }

    /// Starts to follow `server`, with what is seen in a channel. The channel ends soon after the tracker is dropped.
    ///
    /// # Errors
    /// As for [`Tracker::start`].
    pub fn channel(server: AdbServer) -> io::Result<(Self, mpsc::Receiver<Sighting>)> {
        let (tx, rx) = mpsc::channel();
        Ok((Self::start(server, move |seen| drop(tx.send(seen)))?, rx))
    }
}

impl Drop for Tracker {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

/// The hang-up signal between a tracker and its thread.
#[derive(Debug, Default)]
struct Stop {
    state: Mutex<(bool, Option<TcpStream>)>,
    changed: Condvar,
}

impl Stop {
    fn lock(&self) -> MutexGuard<'_, (bool, Option<TcpStream>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        let mut state = self.lock();
        state.0 = true;
        if let Some(socket) = state.1.take() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        self.changed.notify_all();
    }

    fn is_set(&self) -> bool {
        self.lock().0
    }

    /// Keeps the socket at hand for [`Stop::stop`]; one that comes too late is shut at once.
    fn hold(&self, socket: TcpStream) {
        let mut state = self.lock();
        if state.0 {
            let _ = socket.shutdown(Shutdown::Both);
        } else {
            state.1 = Some(socket);
        }
    }

    fn wait(&self, time: Duration) {
        let waited = self.changed.wait_timeout_while(self.lock(), time, |state| !state.0);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

struct Follower {
    server: AdbServer,
    stop: Arc<Stop>,
    tell: Box<dyn FnMut(Sighting) + Send>,
    lost: bool,
    wait: Duration,
    /// Lists that were told since.
    lists: u32,
    busy_since: Instant,
}

impl Follower {
    fn run(&mut self) {
        while !self.stop.is_set() {
            let mut end = self.follow("host:track-devices-l");
            // A server from before the long form knows only the short one.
            if matches!(end, AdbError::Refused { .. }) && !self.stop.is_set() {
                end = self.follow("host:track-devices");
            }
            if self.stop.is_set() {
                return;
            }
            if !self.lost {
                self.lost = true;
                (self.tell)(Sighting::Lost(end));
            }
            self.stop.wait(self.wait);
            self.wait = (self.wait * 2).min(BACK_OFF.1);
        }
    }

    /// Follows one connection to its end, and gives what ended it.
    fn follow(&mut self, service: &str) -> AdbError {
        let mut socket = match self.open(service) {
            Ok(socket) => socket,
            Err(error) => return error,
        };
        let long = service.ends_with("-l");
        loop {
            socket.renew(ANSWER);
            let devices = match socket.block() {
                Ok(text) if long => parse_devices(&text, &self.server),
                // The short form has no transport ids: the full list is asked for beside it.
                Ok(text) => list(&self.server, ANSWER).unwrap_or_else(|_| parse_devices(&text, &self.server)),
                Err(error) => return error,
            };
            if self.stop.is_set() {
                return AdbError::Unreachable { server: self.server.clone(), why: "stopped".into() };
            }
            if std::mem::take(&mut self.lost) {
                (self.tell)(Sighting::Back);
            }
            self.wait = BACK_OFF.0;
            (self.tell)(Sighting::Devices(devices));
            if let Err(error) = self.next_news(&mut socket) {
                return error;
            }
            if let Err(error) = self.pass_over(&mut socket) {
                return error;
            }
        }
    }

    fn open(&self, service: &str) -> Result<SmartSocket, AdbError> {
        let mut socket = SmartSocket::connect(&self.server, ANSWER)?;
        self.stop.hold(socket.socket()?);
        socket.ask(service)?;
        Ok(socket)
    }

    /// Where lists come too quickly, waits a moment and passes over lists that are old by then: a bad cable can make a list change a thousand times a
    /// second. The last one is left to be read.
    fn pass_over(&mut self, socket: &mut SmartSocket) -> Result<(), AdbError> {
        if self.busy_since.elapsed() > Duration::from_secs(1) {
            (self.busy_since, self.lists) = (Instant::now(), 0);
        }
        self.lists += 1;
        if self.lists <= MOST_A_SECOND {
            return Ok(());
        }
        self.stop.wait(CALM);
        for _ in 0..MOST_PASSED_OVER {
            if !socket.has_two_blocks()? {
                break;
            }
            socket.renew(ANSWER);
            socket.block()?;
        }
        Ok(())
    }

    fn next_news(&self, socket: &mut SmartSocket) -> Result<(), AdbError> {
        while !socket.wait(QUIET)? {
            list(&self.server, ANSWER)?;
        }
        Ok(())
    }
}
