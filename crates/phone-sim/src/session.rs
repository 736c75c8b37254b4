//! One running shell or command: carries its streams between a client and a blocking thread.
//!
//! Knows the shell protocol v2 (ids 0 to 5) and the plain form; knows neither adb's transports nor what a command does.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::clock::Cancel;
use super::endpoint::Endpoint;
use super::terminal::{CTRL_C, CookedInput, CookedOutput};

/// Bytes read or written at a time.
const CHUNK: usize = 16 * 1024;
/// Chunks that a command's input may wait in; a command that reads none holds its client up after these.
const INPUT_CHUNKS: usize = 16;
/// Chunks that a command's output may wait in.
const OUTPUT_CHUNKS: usize = 4;

const ID_STDIN: u8 = 0;
const ID_STDOUT: u8 = 1;
const ID_STDERR: u8 = 2;
const ID_EXIT: u8 = 3;
const ID_CLOSE_STDIN: u8 = 4;

/// What a `shell…:` or `exec:` service name asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShellRequest {
    /// Text of `sh -c`; none for a shell that reads its input.
    pub script: Option<String>,
    /// Whether the streams travel apart, with an exit code (shell protocol v2).
    pub packets: bool,
    /// Whether a terminal is asked for.
    pub terminal: bool,
}

/// What a command sends to its client.
enum Piece {
    Data(u8, Vec<u8>),
    Exit(i32),
}

/// Runs a command until it ends or `reader` does, which is the hang-up. The slot is held until the thread has ended.
pub(super) async fn run<R, W>(
    endpoint: Arc<dyn Endpoint>,
    request: ShellRequest,
    slot: OwnedSemaphorePermit,
    reader: &mut R,
    writer: &mut W,
) -> io::Result<()>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let (input, stdin) = mpsc::channel(INPUT_CHUNKS);
    let (output, pieces) = mpsc::channel(OUTPUT_CHUNKS);
    let hang_up = HangUp(Cancel::default());
    let (cancel, packets) = (hang_up.0.clone(), request.packets);
    let interrupt = request.terminal.then(|| cancel.clone());
    tokio::task::spawn_blocking(move || {
        let code = run_blocking(endpoint.as_ref(), &request, stdin, &output, cancel);
        let _ = output.blocking_send(Piece::Exit(code));
        drop(slot);
    });
    let input = Input { chunks: Some(input), interrupt };
    let feed = async { if packets { feed_packets(reader, input).await } else { feed_plain(reader, input).await } };
    tokio::select! {
        result = drain(pieces, packets, writer) => result,
        result = feed => result,
    }
}

/// Sets the hang-up when the session's future ends or is dropped.
struct HangUp(Cancel);

impl Drop for HangUp {
    fn drop(&mut self) {
        self.0.set();
    }
}

fn run_blocking(
    endpoint: &dyn Endpoint,
    request: &ShellRequest,
    stdin: mpsc::Receiver<Vec<u8>>,
    output: &mpsc::Sender<Piece>,
    cancel: Cancel,
) -> i32 {
    let script = request.script.as_deref();
    let stdin = StdinPipe { chunks: stdin, rest: Vec::new(), at: 0, runtime: Handle::current() };
    let pipe = |id| OutputPipe { id, pieces: output.clone() };
    if request.terminal {
        let stdin = CookedInput::new(stdin, pipe(ID_STDOUT));
        let (stdout, stderr) = (CookedOutput(pipe(ID_STDOUT)), CookedOutput(pipe(ID_STDOUT)));
        endpoint.run(script, script.is_none(), Box::new(stdin), Box::new(stdout), Box::new(stderr), cancel)
    } else {
        let stderr = if request.packets { ID_STDERR } else { ID_STDOUT };
        endpoint.run(script, false, Box::new(stdin), Box::new(pipe(ID_STDOUT)), Box::new(pipe(stderr)), cancel)
    }
}

/// Writes a command's output until its exit.
async fn drain<W>(mut pieces: mpsc::Receiver<Piece>, packets: bool, writer: &mut W) -> io::Result<()>
where
    W: AsyncWrite + Unpin,
{
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Data(id, data) if packets => {
                let mut packet = vec![id];
                packet.extend((data.len() as u32).to_le_bytes());
                packet.extend(data);
                writer.write_all(&packet).await?;
            }
            Piece::Data(_, data) => writer.write_all(&data).await?,
            Piece::Exit(code) => {
                if packets {
                    writer.write_all(&[ID_EXIT, 1, 0, 0, 0, code as u8]).await?;
                }
                break;
            }
        }
    }
    writer.flush().await
}

/// Without packets the input can't be closed apart: its end is the hang-up.
async fn feed_plain<R: AsyncRead + Unpin>(reader: &mut R, mut input: Input) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = reader.read(&mut chunk).await?;
        if count == 0 {
            return Ok(());
        }
        input.give(&chunk[..count]).await;
    }
}

/// Reads packets of any length, a chunk at a time; what a phone does not know (and the window's size) is passed over.
async fn feed_packets<R: AsyncRead + Unpin>(reader: &mut R, mut input: Input) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let mut head = [0; 5];
        reader.read_exact(&mut head).await?;
        let [id, length @ ..] = head;
        let mut left = u32::from_le_bytes(length) as usize;
        while left > 0 {
            let part = left.min(CHUNK);
            let count = reader.read(&mut chunk[..part]).await?;
            if count == 0 {
                return Ok(());
            }
            left -= count;
            if id == ID_STDIN {
                input.give(&chunk[..count]).await;
            }
        }
        if id == ID_CLOSE_STDIN {
            input.chunks = None;
        }
    }
}

/// The client's end of a command's standard input.
struct Input {
    /// `None` once the client has closed it or the command reads no more: what still comes is thrown away.
    chunks: Option<mpsc::Sender<Vec<u8>>>,
    /// At a terminal, what Ctrl-C sets, also while nobody reads.
    interrupt: Option<Cancel>,
}

impl Input {
    async fn give(&mut self, data: &[u8]) {
        if let Some(cancel) = &self.interrupt
            && data.contains(&CTRL_C)
        {
            cancel.set();
        }
        if let Some(chunks) = &self.chunks
            && chunks.send(data.to_vec()).await.is_err()
        {
            self.chunks = None;
        }
    }
}

/// The command's end of its standard input.
struct StdinPipe {
    chunks: mpsc::Receiver<Vec<u8>>,
    rest: Vec<u8>,
    at: usize,
    runtime: Handle,
}

impl super::input::Input for StdinPipe {
    fn ready(&mut self, within: Duration) -> bool {
        if self.at == self.rest.len() {
            let next = self.runtime.block_on(async { tokio::time::timeout(within, self.chunks.recv()).await });
            let Ok(next) = next else { return false };
            // Nothing comes after the end, which reading finds again.
            (self.rest, self.at) = (next.unwrap_or_default(), 0);
        }
        true
    }
}

impl Read for StdinPipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.rest.len() {
            let Some(next) = self.chunks.blocking_recv() else { return Ok(0) };
            self.rest = next;
            self.at = 0;
        }
        let count = buffer.len().min(self.rest.len() - self.at);
        buffer[..count].copy_from_slice(&self.rest[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// The command's end of its standard output or error.
struct OutputPipe {
    id: u8,
    pieces: mpsc::Sender<Piece>,
}

impl Write for OutputPipe {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let data = &data[..data.len().min(CHUNK)];
        if !data.is_empty() {
            let piece = Piece::Data(self.id, data.to_vec());
            self.pieces.blocking_send(piece).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        }
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
