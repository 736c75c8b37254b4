//! One script, one stream: `adb_client`'s `exec`, with an exit code, a deadline, a cap on the output, and cancel.
//!
//! `adb_client`'s own `shell_command` loses the exit code and has no time limit. Nothing of a script appears in an error.

use std::io::{self, ErrorKind, Write};
use std::net::SocketAddrV4;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use adb_client::server_device::ADBServerDevice;
use adb_client::{ADBDeviceExt, RustADBError};
use zeroize::Zeroizing;

use super::AdbError;
use super::boundary::random_boundary;
use super::script::Script;
use super::smart_socket::{resolve, tame};
use crate::model::{AdbServer, Serial, TransportId};
use crate::phone::PhoneError;
use crate::text::say;

/// At most this much output is taken, in bytes: a picture has a few million, a screen a few hundred thousand.
const MOST_OUTPUT: usize = 64 << 20;
/// At most this much output is held of all phones together, in bytes.
const MOST_OF_ALL: usize = 256 << 20;
/// So much each phone may always send, in bytes: phones that send without end leave the others their screens.
const ALWAYS: usize = 1 << 20;

/// What all phones' output takes now, in bytes.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// A share of what all phones' output may take; given back when it is dropped.
#[derive(Debug, Default)]
struct Share(usize);

impl Share {
    /// Takes more, unless all phones together would have too much then.
    fn grow(&mut self, more: usize) -> bool {
        let all = HELD.fetch_add(more, Ordering::SeqCst).saturating_add(more);
        let own = self.0.saturating_add(more);
        if own > MOST_OUTPUT || (own > ALWAYS && all > MOST_OF_ALL) {
            HELD.fetch_sub(more, Ordering::SeqCst);
            return false;
        }
        self.0 = own;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        HELD.fetch_sub(self.0, Ordering::SeqCst);
    }
}

/// The adb server reads a request's length as four hexadecimal digits.
const MOST_SCRIPT: usize = 0xffff;
/// Handshakes of one phone that were given up and have not ended. A phone that lets this many hang is not asked again.
const MOST_STUCK: usize = 4;
/// The handshake is shallow; the stream is read by a thread of `adb_client`.
const STACK: usize = 256 << 10;

/// What a script printed, and its exit code.
pub struct Output {
    /// Standard output and standard error, as they came.
    pub bytes: Vec<u8>,
    /// The exit code of the script's last command.
    pub code: i32,
    /// Counts against what all phones may send until the output is dropped.
    _share: Share,
}

/// Ends the running command of a [`Channel`] from another thread, and every later one. Clones share the signal.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    set: bool,
    running: Vec<(u64, mpsc::Sender<Progress>)>,
    next: u64,
}

impl Cancel {
    /// Hangs up.
    pub fn set(&self) {
        let mut waiting = self.lock();
        waiting.set = true;
        for (_, tx) in waiting.running.drain(..) {
            let _ = tx.send(Progress::Cancelled);
        }
    }

    /// Whether it was hung up.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.lock().set
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a running command for as long as the guard lives; `None` where it was hung up already.
    fn register(&self, tx: mpsc::Sender<Progress>) -> Option<Registered> {
        let mut waiting = self.lock();
        if waiting.set {
            return None;
        }
        waiting.next += 1;
        let id = waiting.next;
        waiting.running.push((id, tx));
        Some(Registered(self.clone(), id))
    }
}

struct Registered(Cancel, u64);

impl Drop for Registered {
    fn drop(&mut self) {
        self.0.lock().running.retain(|(id, _)| *id != self.1);
    }
}

/// The way to one phone through one adb server. No I/O until a script is run.
#[derive(Debug)]
pub struct Channel {
    server: AdbServer,
    serial: Serial,
    transport: Option<u32>,
    address: Option<SocketAddrV4>,
    stuck: Arc<AtomicUsize>,
    /// The thread that opens its streams: starting one for each command would cost more processor time than the handshake itself.
    handshakes: Option<mpsc::Sender<Handshake>>,
    cancel: Cancel,
}

impl Channel {
    /// A phone by its transport id where that is known, since serials repeat, and else by its serial.
    #[must_use]
    pub fn new(server: AdbServer, serial: Serial, transport: Option<TransportId>, cancel: Cancel) -> Self {
        let transport = transport.and_then(|id| u32::try_from(id.0).ok());
        Self { server, serial, transport, address: None, stuck: Arc::default(), handshakes: None, cancel }
    }

    /// The signal that ends its commands.
    #[must_use]
    pub fn canceller(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Runs `script` on the phone and waits for its end, at most `within`, connecting included.
    ///
    /// # Errors
    /// By what the caller does next, as [`PhoneError`] says. A stream that ends before the script does is
    /// [`PhoneError::Gone`]; after [`Cancel::set`] it is [`PhoneError::Adb`].
    pub fn run(&mut self, script: Script, within: Duration) -> Result<Output, PhoneError> {
        let until = Instant::now() + within;
        let boundary = format!("{}:", random_boundary());
        // Of its final size, so that no copy of a password stays behind here (adb_client makes its own).
        let mut text = Zeroizing::new(String::with_capacity(script.text().len() + boundary.len() + 16));
        for piece in [script.text(), "\necho \"", &boundary, "$?\""] {
            text.push_str(piece);
        }
        // A margin for the name of the service.
        if text.len() + 16 > MOST_SCRIPT {
            return Err(PhoneError::Adb(say!("script-is-too-long")));
        }
        let secret = script.is_secret();
        // No copy of it is held during a wait.
        drop(script);
        let address = self.address(within)?;
        let (tx, rx) = mpsc::channel();
        let Some(_registered) = self.cancel.register(tx.clone()) else { return Err(cancelled()) };
        self.begin(address, text, boundary.clone(), tx)?;
        self.await_end(&rx, until, &boundary, secret).unwrap_or(Err(PhoneError::Timeout(within)))
    }

    /// Waits for the end of a command; `None` where its time is up. What is held here is dropped at the end, which shuts the
    /// stream and with it the script on the phone.
    fn await_end(
        &self,
        progress: &mpsc::Receiver<Progress>,
        until: Instant,
        boundary: &str,
        secret: bool,
    ) -> Option<Result<Output, PhoneError>> {
        let (mut begun, mut rest) = (None, None);
        loop {
            match progress.recv_timeout(until.saturating_duration_since(Instant::now())).ok()? {
                Progress::Begun(device) => begun = Some(device),
                Progress::Failed(error) => return Some(Err(self.classify(&error, secret))),
                Progress::Cancelled => return Some(Err(cancelled())),
                Progress::NoThread => return Some(Err(no_thread())),
                Progress::TooMuch => return Some(Err(PhoneError::Adb(say!("phone-sent-too-much")))),
                Progress::Ended(bytes, share) => rest = Some((bytes, share)),
            }
            // A handshake that fails ends the stream too, before it says why.
            if let Some(bytes) = rest.take_if(|(bytes, _)| begun.is_some() || exit_boundary(bytes, boundary).is_some())
            {
                return Some(ended(bytes, boundary));
            }
        }
    }

    fn address(&mut self, within: Duration) -> Result<SocketAddrV4, PhoneError> {
        if let Some(address) = self.address {
            return Ok(address);
        }
        let address = resolve(&self.server, within).map_err(|error| match error {
            AdbError::Timeout { within, .. } => PhoneError::Timeout(within),
            _ => PhoneError::ServerGone(self.server.to_string()),
        })?;
        self.address = Some(address);
        Ok(address)
    }

    /// Starts the handshake in another thread, since `adb_client` sets no time limit for it. After the time limit that thread ends
    /// when the server hangs up, and closes at once what it opened.
    fn begin(
        &mut self,
        address: SocketAddrV4,
        text: Zeroizing<String>,
        boundary: String,
        tx: mpsc::Sender<Progress>,
    ) -> Result<(), PhoneError> {
        let under_way = self.stuck.load(Ordering::SeqCst);
        if under_way >= MOST_STUCK {
            return Err(PhoneError::Offline);
        }
        let device = match self.transport {
            Some(id) => ADBServerDevice::new_with_transport_id(id, Some(address)),
            None => ADBServerDevice::new(self.serial.as_str().to_owned(), Some(address)),
        };
        let handshake = Handshake { device, text, boundary, tx, under_way: UnderWay::new(&self.stuck) };
        // A handshake that hangs keeps its thread.
        let thread = self.handshakes.take().filter(|_| under_way == 0);
        let unsent = match &thread {
            Some(thread) => thread.send(handshake).err().map(|unsent| unsent.0),
            None => Some(handshake),
        };
        self.handshakes = match unsent {
            None => thread,
            Some(handshake) => Some(start_thread(handshake)?),
        };
        Ok(())
    }

    /// What adb said, by what the caller does next. Words that adb may have taken from a script with a secret are left out.
    fn classify(&self, error: &RustADBError, secret: bool) -> PhoneError {
        match error {
            RustADBError::ADBRequestFailed(words) => classify_words(words, secret),
            RustADBError::IOError(error) => match error.kind() {
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => PhoneError::Gone,
                _ => PhoneError::ServerGone(self.server.to_string()),
            },
            RustADBError::Utf8StrError(_)
            | RustADBError::Utf8FromBytesError(_)
            | RustADBError::ParseIntError(_)
            | RustADBError::ConversionError
            | RustADBError::UnknownResponseType(_) => PhoneError::Adb(say!("not-an-adb-server")),
            _ => PhoneError::Adb(say!("adb-client-failed")),
        }
    }
}

/// Opens the stream of one command.
struct Handshake {
    device: ADBServerDevice,
    text: Zeroizing<String>,
    boundary: String,
    tx: mpsc::Sender<Progress>,
    under_way: UnderWay,
}

impl Handshake {
    fn shake(self) {
        let Self { mut device, text, boundary, tx, under_way } = self;
        let collect = Box::new(Collect { bytes: Vec::new(), share: Share::default(), boundary, tx: Some(tx.clone()) });
        // adb_client makes a thread for the stream, and panics where there is none.
        let begun = catch_unwind(AssertUnwindSafe(|| device.exec(&text, &mut io::empty(), collect)));
        drop((text, under_way));
        let _ = tx.send(match begun {
            Ok(Ok(())) => Progress::Begun(Box::new(device)),
            Ok(Err(error)) => Progress::Failed(error),
            Err(_) => Progress::NoThread,
        });
    }
}

/// A thread for this handshake and later ones. It ends with the sender.
fn start_thread(first: Handshake) -> Result<mpsc::Sender<Handshake>, PhoneError> {
    let (sender, later) = mpsc::channel::<Handshake>();
    let work = move || std::iter::once(first).chain(later).for_each(Handshake::shake);
    let thread = std::thread::Builder::new().name("adb-exec".into()).stack_size(STACK).spawn(work);
    thread.map(|_| sender).map_err(|_| no_thread())
}

/// The words of a `FAIL`, in the forms of adb's `transport.cpp` and `adb.cpp`.
fn classify_words(words: &str, secret: bool) -> PhoneError {
    let lower = words.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|p| lower.contains(p));
    if says(&["unauthorized", "authorizing"]) {
        PhoneError::Unauthorized
    } else if says(&["device offline", "still connecting", "device is offline"]) {
        PhoneError::Offline
    } else if says(&["more than one device"]) {
        PhoneError::Adb(say!("more-than-one-phone-has-the-serial"))
    } else if says(&["not found", "no devices", "no device", "unknown transport", "closed", "device disconnected"]) {
        PhoneError::Gone
    } else if secret {
        PhoneError::Adb(say!("adb-server-refused"))
    } else {
        PhoneError::Adb(tame(words))
    }
}

fn no_thread() -> PhoneError {
    PhoneError::Adb(say!("no-more-threads"))
}

fn cancelled() -> PhoneError {
    PhoneError::Adb("cancelled".into())
}

/// Output → value: what stands before the boundary, and the number after it.
fn ended((mut bytes, share): (Vec<u8>, Share), boundary: &str) -> Result<Output, PhoneError> {
    let Some((at, code)) = exit_boundary(&bytes, boundary) else {
        // The shell gives up a script that it cannot parse as a whole, and no boundary comes.
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]);
        return Err(if head.contains("syntax error") {
            PhoneError::Adb(say!("phone-did-not-understand-the-script"))
        } else {
            PhoneError::Gone
        });
    };
    bytes.truncate(at);
    Ok(Output { bytes, code, _share: share })
}

/// Where the boundary is in the last bytes, and the exit code after it, once its line is complete.
fn exit_boundary(bytes: &[u8], boundary: &str) -> Option<(usize, i32)> {
    let tail = bytes.len().saturating_sub(boundary.len() + 8);
    let at = tail + bytes[tail..].windows(boundary.len()).rposition(|w| w == boundary.as_bytes())?;
    let line = std::str::from_utf8(&bytes[at + boundary.len()..]).ok()?;
    let code = line.strip_suffix('\n')?.trim_end_matches('\r').parse().ok()?;
    Some((at, code))
}

#[derive(Debug)]
enum Progress {
    Begun(Box<ADBServerDevice>),
    Failed(RustADBError),
    Ended(Vec<u8>, Share),
    TooMuch,
    NoThread,
    Cancelled,
}

/// Counts a handshake for as long as it lives.
struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Takes the stream in. `adb_client` drops it when the stream ends, and the script's own boundary may come before that.
struct Collect {
    bytes: Vec<u8>,
    /// As large as `bytes` may become without growing.
    share: Share,
    boundary: String,
    /// Gone once the end was told.
    tx: Option<mpsc::Sender<Progress>>,
}

impl Collect {
    /// Makes room for so many more bytes; false where that would be too much.
    fn make_room(&mut self, more: usize) -> bool {
        let needed = self.bytes.len() + more;
        if needed <= self.share.0 {
            return true;
        }
        let size = needed.next_power_of_two().clamp(needed, MOST_OUTPUT.max(needed));
        let granted = self.share.grow(size - self.share.0);
        if granted {
            self.bytes.reserve_exact(size - self.bytes.len());
        }
        granted
    }

    fn send(&mut self, progress: Progress) {
        if let Some(tx) = self.tx.take() {
            let _ = tx.send(progress);
        }
    }
}

impl Write for Collect {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.tx.is_none() {
            return Err(ErrorKind::BrokenPipe.into());
        }
        if !self.make_room(more.len()) {
            (self.bytes, self.share) = (Vec::new(), Share::default());
            self.send(Progress::TooMuch);
            return Err(ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(more);
        if exit_boundary(&self.bytes, &self.boundary).is_some() {
            let (bytes, share) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.share));
            self.send(Progress::Ended(bytes, share));
        }
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Collect {
    fn drop(&mut self) {
        let (bytes, share) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.share));
        self.send(Progress::Ended(bytes, share));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_adb_are_told_apart() {
        for (words, expected) in [
            ("device '8f2a1b' not found", PhoneError::Gone),
            ("no devices/emulators found", PhoneError::Gone),
            ("closed", PhoneError::Gone),
            ("device offline", PhoneError::Offline),
            ("device still connecting", PhoneError::Offline),
            ("device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set", PhoneError::Unauthorized),
            ("device still authorizing", PhoneError::Unauthorized),
        ] {
            assert_eq!(classify_words(words, false), expected, "{words}");
        }
    }

    #[test]
    fn words_of_a_script_with_a_secret_are_left_out() {
        let words = "unknown service exec:input text 'canary-7f3a'";
        assert!(!format!("{:?}", classify_words(words, true)).contains("canary"));
    }

    #[test]
    fn only_a_complete_mark_ends_a_script() {
        for (bytes, code) in [
            (&b"out\nM:0\n"[..], Some(0)),
            (b"M:127\r\n", Some(127)),
            (b"M:0 M:3\n", Some(3)),
            (b"out\nM:12", None),
            (b"out\nM:", None),
            (b"out\nM:x\n", None),
            (b"M:0\nmore than the boundary's own line", None),
            (b"", None),
        ] {
            let output = ended((bytes.to_vec(), Share::default()), "M:").ok().map(|o| o.code);
            assert_eq!(output, code, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    fn collect(tx: mpsc::Sender<Progress>) -> Collect {
        Collect { bytes: Vec::new(), share: Share::default(), boundary: "M:".into(), tx: Some(tx) }
    }

    #[test]
    fn a6_all_phones_together_send_no_more_than_one_bound() {
        let (tx, _rx) = mpsc::channel();
        let mut phones: Vec<Collect> = (0..30).map(|_| collect(tx.clone())).collect();
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..80 {
            for phone in &mut phones {
                let _ = phone.write(&piece);
            }
            let held: usize = phones.iter().map(|phone| phone.bytes.capacity()).sum();
            assert!(held <= MOST_OF_ALL + phones.len() * ALWAYS, "{held}");
        }
        assert!(phones.iter().all(|phone| phone.tx.is_none()), "each of them is given up");
        // Nothing is counted for ever, and a phone with a screen's worth of output was never in anybody's way.
        drop(phones);
        let mut fine = collect(tx);
        assert!((0..8).all(|_| fine.write(&piece[..64 << 10]).is_ok()));
    }

    #[test]
    fn too_much_output_is_refused_and_told_once() {
        let (tx, rx) = mpsc::channel();
        let mut collect = collect(tx);
        let (mut taken, piece) = (0, vec![b'x'; 1 << 20]);
        while collect.write(&piece).is_ok() {
            taken += 1 << 20;
        }
        assert!((ALWAYS..=MOST_OUTPUT).contains(&taken), "{taken}");
        drop(collect);
        assert!(matches!(rx.recv(), Ok(Progress::TooMuch)));
        assert!(rx.recv().is_err());
    }
}
