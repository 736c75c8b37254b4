//! An adb server of the simulation's own: the smart-socket protocol on a loopback port, for phones "on USB".
//!
//! Clients that were written for the real one use it: four hexadecimal digits of length, a request, `OKAY` or `FAIL`.
//! It never connects to anything, forwards nothing and opens no file of this computer.

mod registry;
mod request;
mod select;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;

pub use self::registry::PlugId;
pub(super) use self::registry::{Registry, Slot};
use self::request::{Request, Wanted, parse};
use self::select::{Select, choose, choose_ready, list, state_name};
use super::accept::accept_bounded;
use super::endpoint::{ConnState, FEATURES};

/// Connections at once.
const CONNECTIONS: usize = 2048;
/// The version that adb 1.0.41 asks for.
const VERSION: u32 = 0x29;
/// How long a client may take to send a request.
const REQUEST_TIME: Duration = Duration::from_secs(60);
/// How long a finished connection waits for its client to close, so that the last bytes are not lost to a reset.
const LINGER: Duration = Duration::from_secs(2);

/// Serves until `stop` is set (by [`Request::Kill`] too); dropping the future ends all connections.
pub(super) async fn serve(listener: TcpListener, registry: Arc<Registry>, stop: watch::Sender<bool>) {
    let mut stopped = stop.subscribe();
    let accept = accept_bounded(listener, CONNECTIONS, |socket| {
        let (reader, writer) = socket.into_split();
        let client = Client { reader, writer, registry: registry.clone(), stop: stop.clone(), chosen: None };
        client.converse()
    });
    tokio::select! {
        () = accept => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

/// One connection.
struct Client {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    registry: Arc<Registry>,
    stop: watch::Sender<bool>,
    chosen: Option<Slot>,
}

impl Client {
    async fn converse(mut self) {
        // An error is a client that left or does not speak the protocol.
        while let Ok(Ok(request)) = tokio::time::timeout(REQUEST_TIME, self.request()).await {
            if !self.answer(parse(&request)).await.unwrap_or(false) {
                break;
            }
        }
        let _ = self.writer.shutdown().await;
        let _ = tokio::time::timeout(LINGER, tokio::io::copy(&mut self.reader, &mut tokio::io::sink())).await;
    }

    async fn request(&mut self) -> io::Result<String> {
        let mut length = [0; 4];
        self.reader.read_exact(&mut length).await?;
        let digits = std::str::from_utf8(&length).ok().filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let length = digits.and_then(|d| usize::from_str_radix(d, 16).ok()).ok_or(io::ErrorKind::InvalidData)?;
        let mut text = vec![0; length];
        self.reader.read_exact(&mut text).await?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Answers, and gives whether the connection takes another request.
    async fn answer(&mut self, request: Request) -> io::Result<bool> {
        let slots = self.registry.connected();
        match request {
            Request::Version => self.okay_text(&format!("{VERSION:04x}")).await,
            Request::Devices { long } => self.okay_text(&list(&slots, long)).await,
            Request::Track { long } => self.track(long).await,
            Request::HostFeatures => self.okay_text(&FEATURES.join(",")).await,
            Request::ListForward => self.okay_text("").await,
            Request::RemoveForwards => self.okay().await,
            Request::Connect(address) => {
                self.okay_text(&format!("failed to connect to '{address}': Connection refused")).await
            }
            Request::Disconnect(address) => self.fail(&format!("no such device '{address}'")).await,
            Request::Kill => {
                self.okay().await?;
                self.stop.send_replace(true);
                Ok(())
            }
            Request::Transport { select, tell_id } => return self.transport(slots, &select, tell_id).await,
            Request::State(select) => self.tell(choose(slots, &select).map(|slot| state_name(slot.state))).await,
            Request::SerialNumber(select) => {
                self.tell(choose(slots, &select).map(|slot| known(slot.endpoint().serial()))).await
            }
            Request::DevPath(select) => {
                self.tell(choose(slots, &select).map(|slot| format!("usb:{}", slot.usb_path))).await
            }
            Request::Features(select) => {
                self.tell(choose_ready(slots, &select).map(|slot| slot.endpoint().features().join(","))).await
            }
            Request::WaitFor { select, what } => self.wait_for(&select, what).await,
            Request::Phone(service) => self.phone(&service).await,
            Request::Unknown(_) => self.fail("unknown host service").await,
        }
        .map(|()| false)
    }

    async fn okay(&mut self) -> io::Result<()> {
        self.writer.write_all(b"OKAY").await
    }

    async fn okay_text(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(format!("OKAY{}", counted(text)).as_bytes()).await
    }

    async fn fail(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(format!("FAIL{}", counted(text)).as_bytes()).await
    }

    async fn tell(&mut self, answer: Result<String, String>) -> io::Result<()> {
        match answer {
            Ok(text) => self.okay_text(&text).await,
            Err(text) => self.fail(&text).await,
        }
    }

    /// A snapshot now and after every change, also when the list becomes empty.
    async fn track(&mut self, long: bool) -> io::Result<()> {
        self.okay().await?;
        let mut changes = self.registry.changes();
        let mut last = None;
        loop {
            changes.borrow_and_update();
            let now = list(&self.registry.connected(), long);
            if last.as_ref() != Some(&now) {
                self.writer.write_all(counted(&now).as_bytes()).await?;
                last = Some(now);
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = left(&mut self.reader) => return Ok(()),
            }
        }
    }

    async fn wait_for(&mut self, select: &Select, what: Wanted) -> io::Result<()> {
        self.okay().await?;
        let mut changes = self.registry.changes();
        loop {
            changes.borrow_and_update();
            let found = choose(self.registry.connected(), select).ok().map(|slot| slot.state);
            let reached = match what {
                Wanted::Device => found == Some(ConnState::Device),
                Wanted::Any => found.is_some(),
                Wanted::Gone => found.is_none(),
            };
            if reached {
                return self.okay().await;
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = left(&mut self.reader) => return Ok(()),
            }
        }
    }

    async fn transport(&mut self, slots: Vec<Slot>, select: &Select, tell_id: bool) -> io::Result<bool> {
        match choose_ready(slots, select) {
            Ok(slot) => {
                let mut answer = b"OKAY".to_vec();
                if tell_id {
                    answer.extend(slot.transport_id.to_le_bytes());
                }
                self.chosen = Some(slot);
                self.writer.write_all(&answer).await?;
                Ok(true)
            }
            Err(text) => self.fail(&text).await.map(|()| false),
        }
    }

    async fn phone(&mut self, name: &str) -> io::Result<()> {
        let Some(slot) = self.chosen.take() else {
            return self.fail("device offline (no transport)").await;
        };
        // The cable may have been out since: then this is another connection.
        let service = slot.services.open(name).filter(|_| self.registry.has(slot.transport_id));
        let Some(service) = service else {
            return self.fail("closed").await;
        };
        self.okay().await?;
        let mut changes = self.registry.changes();
        let unplugged = async {
            while self.registry.has(slot.transport_id) {
                if changes.changed().await.is_err() {
                    break;
                }
            }
        };
        tokio::select! {
            () = service.run(&mut self.reader, &mut self.writer) => {}
            () = unplugged => {}
        }
        Ok(())
    }
}

/// Waits until the client closes; what it still says is not for anybody.
async fn left(reader: &mut OwnedReadHalf) {
    let _ = tokio::io::copy(reader, &mut tokio::io::sink()).await;
}

/// A text with its length before it, cut to what four digits can say.
fn counted(text: &str) -> String {
    let mut end = text.len().min(0xffff);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{end:04x}{}", &text[..end])
}

fn known(text: String) -> String {
    if text.is_empty() { "unknown".to_owned() } else { text }
}
