//! The phone's own front end: adb's wire protocol on a loopback port, as after `adb tcpip`.
//!
//! One connection carries many streams. Everything a client can make grow is bounded: connections, streams, bytes that
//! wait. What breaks the protocol ends its connection and nothing else.

mod frame;
mod stream;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use self::frame::{AUTH, CLSE, CNXN, Frame, LARGEST_PAYLOAD, OKAY, OPEN, VERSION_NO_CHECKSUM, VERSION_OLDEST, WRTE};
use self::stream::Streams;
use super::accept::accept_bounded;
use super::endpoint::{ConnState, Endpoint, KeyCheck};
use super::service::Services;

/// Connections at once on one phone.
const CONNECTIONS: usize = 16;
/// Streams at once on one connection.
const STREAMS: usize = 256;
/// Bytes that may wait for the services of one connection.
const WAITING_BYTES: usize = 16 * 1024 * 1024;
/// How long a connection may take to send its greeting.
const GREETING_TIME: Duration = Duration::from_secs(10);
/// The smallest payload limit that a client may announce, in bytes.
const SMALLEST_LIMIT: u32 = 64;

const AUTH_TOKEN: u32 = 1;
const AUTH_SIGNATURE: u32 = 2;
const AUTH_PUBLIC_KEY: u32 = 3;

/// Reads messages one after another up to what is none, and gives how many there were, and how many bytes they took.
#[doc(hidden)]
#[must_use]
pub fn read_packets(bytes: &[u8], checksum: bool) -> (usize, usize) {
    // The bytes are all there, so that nothing ever waits.
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let (mut rest, mut packets, mut taken) = (bytes, 0, 0);
    loop {
        let read = std::pin::pin!(Frame::read(&mut rest, checksum)).poll(&mut context);
        let std::task::Poll::Ready(Ok(_)) = read else { return (packets, taken) };
        packets += 1;
        taken = bytes.len() - rest.len();
    }
}

/// Accepts connections for ever; dropping the future ends them all.
pub(super) async fn serve(listener: TcpListener, services: Services) {
    accept_bounded(listener, CONNECTIONS, |socket| converse(services.clone(), socket)).await;
}

/// One connection from its greeting to its end.
async fn converse(services: Services, socket: TcpStream) {
    let (mut reader, writer) = socket.into_split();
    let mut state = services.endpoint().watch();
    let now = *state.borrow_and_update();
    match now {
        ConnState::Gone | ConnState::NoPermissions => {}
        ConnState::Offline => {
            // Not answering, and not hanging up either.
            let mut nowhere = tokio::io::sink();
            tokio::select! {
                _ = tokio::io::copy(&mut reader, &mut nowhere) => {}
                _ = state.changed() => {}
            }
        }
        ConnState::Device | ConnState::Unauthorized => {
            let (frames, outgoing) = mpsc::channel(64);
            let link = Link::new(services, frames);
            tokio::select! {
                _ = link.read(reader) => {}
                _ = link.write(outgoing, writer) => {}
                () = link.supervise(state) => {}
            }
        }
    }
}

/// What the parts of one connection share.
struct Link {
    services: Services,
    frames: mpsc::Sender<Frame>,
    streams: Arc<Streams>,
    /// A key was asked for, and the phone's owner has not answered.
    asked: AtomicBool,
    online: AtomicBool,
    /// The agreed version has checksums.
    checksum: AtomicBool,
    /// The client's payload limit, in bytes.
    largest: AtomicU32,
}

impl Link {
    fn new(services: Services, frames: mpsc::Sender<Frame>) -> Self {
        Self {
            services,
            frames,
            streams: Arc::default(),
            asked: AtomicBool::new(false),
            online: AtomicBool::new(false),
            checksum: AtomicBool::new(true),
            largest: AtomicU32::new(SMALLEST_LIMIT),
        }
    }

    /// Waits for the end of the phone's readiness; while its owner has not accepted the key, for that first.
    async fn supervise(&self, mut state: watch::Receiver<ConnState>) {
        let decided = state.wait_for(|s| *s != ConnState::Unauthorized).await.is_ok_and(|s| *s == ConnState::Device);
        if decided {
            if self.asked.load(Ordering::Relaxed) {
                self.welcome().await;
            }
            let _ = state.wait_for(|s| *s != ConnState::Device).await;
        }
    }

    async fn write<W: AsyncWrite + Unpin>(&self, mut frames: mpsc::Receiver<Frame>, mut writer: W) -> io::Result<()> {
        while let Some(frame) = frames.recv().await {
            writer.write_all(&frame.encode(self.checksum.load(Ordering::Relaxed))).await?;
        }
        Ok(())
    }

    async fn send(&self, frame: Frame) {
        // The queue ends with the connection.
        let _ = self.frames.send(frame).await;
    }

    async fn read<R: AsyncRead + Unpin>(&self, mut reader: R) -> io::Result<()> {
        let memory = Arc::new(Semaphore::new(WAITING_BYTES));
        let mut running = JoinSet::new();
        let mut next_id = 1_u32;
        let mut frame = tokio::time::timeout(GREETING_TIME, Frame::read(&mut reader, true)).await??;
        if frame.command != CNXN {
            return Ok(());
        }
        loop {
            let online = self.online.load(Ordering::Relaxed);
            match frame.command {
                CNXN => self.greeted(&frame).await?,
                AUTH => self.key(frame.arg0).await,
                OPEN if online => {
                    while next_id == 0 || self.streams.has(next_id) {
                        next_id = next_id.wrapping_add(1);
                    }
                    self.open(&frame, next_id, &mut running).await;
                    next_id = next_id.wrapping_add(1);
                }
                WRTE if online => {
                    let size = frame.payload.len() as u32;
                    match memory.clone().try_acquire_many_owned(size) {
                        Ok(memory) => self.streams.give(frame.arg1, frame.arg0, (frame.payload, memory)),
                        Err(_) => self.streams.close(frame.arg1, frame.arg0),
                    }
                }
                OKAY if online && !self.streams.acknowledge(frame.arg1, frame.arg0) => {
                    self.send(Frame::bare(CLSE, frame.arg1, frame.arg0)).await;
                }
                CLSE if online => self.streams.close(frame.arg1, frame.arg0),
                _ => {}
            }
            while running.try_join_next().is_some() {}
            frame = Frame::read(&mut reader, self.checksum.load(Ordering::Relaxed)).await?;
        }
    }

    /// A greeting, also a second one: adb starts over with it.
    async fn greeted(&self, frame: &Frame) -> io::Result<()> {
        if frame.arg0 < VERSION_OLDEST || frame.arg1 < SMALLEST_LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.streams.close_all();
        self.online.store(false, Ordering::Relaxed);
        self.checksum.store(frame.arg0 < VERSION_NO_CHECKSUM, Ordering::Relaxed);
        self.largest.store(frame.arg1.min(LARGEST_PAYLOAD), Ordering::Relaxed);
        let endpoint = self.services.endpoint();
        if endpoint.state() == ConnState::Unauthorized || endpoint.key_check() == KeyCheck::AcceptAny {
            self.asked.store(true, Ordering::Relaxed);
            self.send(token()).await;
        } else {
            self.welcome().await;
        }
        Ok(())
    }

    /// An answer to the token. No signature is known, so adb goes on to offer its key, and the owner decides.
    async fn key(&self, kind: u32) {
        if !self.asked.load(Ordering::Relaxed) || self.online.load(Ordering::Relaxed) {
            return;
        }
        let willing = self.services.endpoint().state() == ConnState::Device;
        match kind {
            AUTH_PUBLIC_KEY if willing => self.welcome().await,
            AUTH_SIGNATURE => self.send(token()).await,
            _ => {}
        }
    }

    async fn welcome(&self) {
        let checksum = self.checksum.load(Ordering::Relaxed);
        let version = if checksum { VERSION_OLDEST } else { VERSION_NO_CHECKSUM };
        let payload = banner(self.services.endpoint().as_ref()).into_bytes();
        self.asked.store(false, Ordering::Relaxed);
        self.online.store(true, Ordering::Relaxed);
        self.send(Frame { command: CNXN, arg0: version, arg1: LARGEST_PAYLOAD, payload }).await;
    }

    async fn open(&self, frame: &Frame, local: u32, running: &mut JoinSet<()>) {
        let remote = frame.arg0;
        if remote == 0 {
            return;
        }
        let name = frame.payload.split(|&byte| byte == 0).next().unwrap_or_default();
        let room = self.streams.len() < STREAMS;
        let service = self.services.open(&String::from_utf8_lossy(name)).filter(|_| room);
        let Some(service) = service else {
            return self.send(Frame::bare(CLSE, 0, remote)).await;
        };
        let stream = self.streams.add(local, remote);
        self.send(Frame::bare(OKAY, local, remote)).await;
        let largest = self.largest.load(Ordering::Relaxed) as usize;
        running.spawn(stream.run(service, largest, self.frames.clone()));
    }
}

/// Twenty bytes to be signed; nobody checks what comes back, so they need not be secret.
fn token() -> Frame {
    Frame { command: AUTH, arg0: AUTH_TOKEN, arg1: 0, payload: b"simulated-phone-0001".to_vec() }
}

/// What the phone says of itself in its greeting.
fn banner(endpoint: &dyn Endpoint) -> String {
    let identity = endpoint.identity();
    let plain = |text: String| text.replace([';', '=', ':'], "_");
    format!(
        "device::ro.product.name={};ro.product.model={};ro.product.device={};features={}",
        plain(identity.product),
        plain(identity.model),
        plain(identity.device),
        endpoint.features().join(",")
    )
}
