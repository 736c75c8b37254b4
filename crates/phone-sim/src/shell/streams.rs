//! The streams between commands: shared handles, and pipes in memory with a bounded buffer.

use std::collections::VecDeque;
use std::io::{self, Cursor, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::Cancel;
use crate::input::Input;

/// What a pipe holds before its writer waits, as on Linux.
const PIPE_SIZE: usize = 64 << 10;
/// How soon a waiting pipe sees a hang-up.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Something to read from; clones read from the same place.
#[derive(Clone)]
pub struct Source(Arc<Mutex<Box<dyn Input>>>);

impl Source {
    /// Reads from `stream`. Where it can wait for ever, it must end by itself when its command is hung up.
    pub fn new(stream: impl Input + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(stream))))
    }

    /// Whether there is something to read, or the end; waits for that at most so long.
    pub(super) fn ready(&self, within: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ready(within)
    }

    /// An input that is at its end.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(io::empty())
    }

    /// These bytes, then the end.
    #[must_use]
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Cursor::new(bytes.into()))
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read(buffer)
    }
}

struct SinkInner {
    writer: Mutex<Box<dyn Write + Send>>,
    broken: AtomicBool,
}

/// Something to write to; clones write to the same place.
#[derive(Clone)]
pub struct Sink(Arc<SinkInner>);

impl Sink {
    /// Writes to `stream`. An error of it ends the command that writes.
    pub fn new(stream: impl Write + Send + 'static) -> Self {
        Self(Arc::new(SinkInner { writer: Mutex::new(Box::new(stream)), broken: AtomicBool::new(false) }))
    }

    /// `/dev/null`.
    #[must_use]
    pub fn null() -> Self {
        Self::new(io::sink())
    }

    /// A sink that keeps what is written, and the handle to take it by. It fails past `limit` bytes.
    #[must_use]
    pub fn captured(limit: usize) -> (Self, Captured) {
        let captured = Captured(Arc::default());
        (Self::new(CaptureWriter { into: captured.clone(), limit }), captured)
    }

    /// Whether a write failed because nobody reads any more.
    pub(super) fn is_broken(&self) -> bool {
        self.0.broken.load(Ordering::Relaxed)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).write(bytes);
        if result.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::BrokenPipe) {
            self.0.broken.store(true, Ordering::Relaxed);
        }
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// What was written to a captured [`Sink`].
#[derive(Clone, Debug, Default)]
pub struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Everything so far.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everything so far, as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}

struct CaptureWriter {
    into: Captured,
    limit: usize,
}

impl Write for CaptureWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.into.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() + bytes.len() > self.limit {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The three streams a script starts with.
#[derive(Clone)]
pub struct Streams {
    /// Standard input.
    pub stdin: Source,
    /// Standard output.
    pub stdout: Sink,
    /// Standard error; a clone of `stdout` where the service has one stream for both.
    pub stderr: Sink,
}

#[derive(Default)]
struct PipeState {
    buffer: VecDeque<u8>,
    writer_gone: bool,
    reader_gone: bool,
}

struct Pipe {
    state: Mutex<PipeState>,
    changed: Condvar,
    cancel: Cancel,
}

impl Pipe {
    fn lock(&self) -> MutexGuard<'_, PipeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while `blocked`; `None` after a hang-up.
    fn wait(&self, blocked: impl Fn(&PipeState) -> bool) -> Option<MutexGuard<'_, PipeState>> {
        let mut state = self.lock();
        while blocked(&state) {
            if self.cancel.is_set() {
                return None;
            }
            state = self.changed.wait_timeout(state, LOOK_AGAIN).unwrap_or_else(PoisonError::into_inner).0;
        }
        Some(state)
    }
}

struct PipeReader(Arc<Pipe>);
struct PipeWriter(Arc<Pipe>);

/// A pipe. When all clones of one end are gone, the other end sees it.
pub(super) fn pipe(cancel: &Cancel) -> (Source, Sink) {
    let pipe = Arc::new(Pipe { state: Mutex::default(), changed: Condvar::new(), cancel: cancel.clone() });
    (Source::new(PipeReader(Arc::clone(&pipe))), Sink::new(PipeWriter(pipe)))
}

impl Input for PipeReader {
    fn ready(&mut self, within: Duration) -> bool {
        let until = Instant::now() + within;
        let mut state = self.0.lock();
        while state.buffer.is_empty() && !state.writer_gone && !self.0.cancel.is_set() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let turn = left.min(LOOK_AGAIN);
            state = self.0.changed.wait_timeout(state, turn).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(mut state) = self.0.wait(|s| s.buffer.is_empty() && !s.writer_gone) else { return Ok(0) };
        let count = state.buffer.read(buffer)?;
        self.0.changed.notify_all();
        Ok(count)
    }
}

impl Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let waited = self.0.wait(|s| s.buffer.len() >= PIPE_SIZE && !s.reader_gone);
        let Some(mut state) = waited.filter(|s| !s.reader_gone) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let count = bytes.len().min(PIPE_SIZE - state.buffer.len());
        state.buffer.extend(&bytes[..count]);
        self.0.changed.notify_all();
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for PipeReader {
    fn drop(&mut self) {
        self.0.lock().reader_gone = true;
        self.0.changed.notify_all();
    }
}

impl Drop for PipeWriter {
    fn drop(&mut self) {
        self.0.lock().writer_gone = true;
        self.0.changed.notify_all();
    }
}
