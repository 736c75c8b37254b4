//! One stream of a connection: carries a service's bytes in messages, with one unanswered message each way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex, split};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::frame::{CLSE, Frame, OKAY, WRTE};
use crate::service::Service;

/// Bytes that wait between a service and its messages, each way.
const BUFFER: usize = 64 * 1024;

/// Bytes from the client, with their share of the connection's memory.
pub(super) type Incoming = (Vec<u8>, OwnedSemaphorePermit);

/// The open streams of one connection by our id.
#[derive(Default)]
pub(super) struct Streams {
    open: Mutex<HashMap<u32, Handle>>,
}

/// What a connection holds of a stream; dropping it hangs the stream up.
struct Handle {
    remote: u32,
    input: mpsc::Sender<Incoming>,
    acknowledged: mpsc::Sender<()>,
    _hang_up: oneshot::Sender<()>,
}

/// What a stream's own task holds.
pub(super) struct Stream {
    local: u32,
    remote: u32,
    input: mpsc::Receiver<Incoming>,
    acknowledged: mpsc::Receiver<()>,
    ended: oneshot::Receiver<()>,
    streams: Arc<Streams>,
}

impl Streams {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Handle>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Registers a stream under the id `local`, which is not in use.
    pub(super) fn add(self: &Arc<Self>, local: u32, remote: u32) -> Stream {
        let (input, incoming) = mpsc::channel(1);
        let (acknowledged, acknowledgements) = mpsc::channel(1);
        let (hang_up, ended) = oneshot::channel();
        self.lock().insert(local, Handle { remote, input, acknowledged, _hang_up: hang_up });
        Stream { local, remote, input: incoming, acknowledged: acknowledgements, ended, streams: self.clone() }
    }

    /// Whether an id is in use.
    pub(super) fn has(&self, local: u32) -> bool {
        self.lock().contains_key(&local)
    }

    /// Hands bytes to a stream. A client that does not wait for its answer loses the stream.
    pub(super) fn give(&self, local: u32, remote: u32, incoming: Incoming) {
        let mut open = self.lock();
        if let Some(handle) = open.get(&local)
            && handle.remote == remote
            && handle.input.try_send(incoming).is_err()
        {
            open.remove(&local);
        }
    }

    /// Notes the client's answer to a message of ours. Gives whether there is such a stream.
    pub(super) fn acknowledge(&self, local: u32, remote: u32) -> bool {
        let open = self.lock();
        let Some(handle) = open.get(&local).filter(|h| h.remote == remote) else { return false };
        // A second answer to one message says nothing.
        let _ = handle.acknowledged.try_send(());
        true
    }

    /// Hangs a stream up. A client that gave up an open may not know our id's owner; then the ids do not match.
    pub(super) fn close(&self, local: u32, remote: u32) {
        let mut open = self.lock();
        if open.get(&local).is_some_and(|h| h.remote == remote || remote == 0) {
            open.remove(&local);
        }
    }

    /// Hangs all up.
    pub(super) fn close_all(&self) {
        self.lock().clear();
    }
}

impl Stream {
    /// Runs a service over this stream until either side ends it, and says so.
    pub(super) async fn run(mut self, service: Service, largest: usize, frames: mpsc::Sender<Frame>) {
        let (near, far) = duplex(BUFFER);
        let (mut near_reader, mut near_writer) = split(near);
        let (mut far_reader, mut far_writer) = split(far);
        let (local, remote) = (self.local, self.remote);
        let serve = async {
            service.run(&mut far_reader, &mut far_writer).await;
            let _ = far_writer.shutdown().await;
        };
        let carry_out = async {
            let mut buffer = vec![0; largest.min(BUFFER)];
            loop {
                let count = near_reader.read(&mut buffer).await.unwrap_or(0);
                let payload = buffer[..count].to_vec();
                let frame = Frame { command: WRTE, arg0: local, arg1: remote, payload };
                if count == 0 || frames.send(frame).await.is_err() || self.acknowledged.recv().await.is_none() {
                    break;
                }
            }
        };
        let carry_in = async {
            while let Some((data, memory)) = self.input.recv().await {
                if near_writer.write_all(&data).await.is_err() {
                    break;
                }
                drop((data, memory));
                if frames.send(Frame::bare(OKAY, local, remote)).await.is_err() {
                    break;
                }
            }
        };
        tokio::select! {
            _ = async { tokio::join!(serve, carry_out) } => {}
            () = carry_in => {}
            _ = &mut self.ended => {}
        }
        self.streams.close(local, remote);
        // Also in answer to the client's own close: real phones do, and some clients wait for it.
        let _ = frames.send(Frame::bare(CLSE, local, remote)).await;
    }
}
