//! A tiny adb server for the tests of `adb`: it answers requests as a test says, on a loopback port of its own.
//!
//! [`Stubs`] is the other half: a folder with small shell programs that stand for those of a phone, run by the real `mksh`.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use mi_signout::model::AdbServer;

/// Answers one request; false hangs up.
pub type Answer = dyn Fn(&str, &mut TcpStream) -> bool + Send + Sync;

pub struct FakeServer {
    port: u16,
    stop: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    thread: Option<JoinHandle<()>>,
}

impl FakeServer {
    pub fn start(answer: impl Fn(&str, &mut TcpStream) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, streams) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (stopped, held, answer) = (Arc::clone(&stop), Arc::clone(&streams), Arc::new(answer));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { continue };
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                held.lock().unwrap().push(stream.try_clone().unwrap());
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || serve(stream, &*answer));
            }
        });
        Self { port, stop, streams, thread: Some(thread) }
    }

    pub fn address(&self) -> AdbServer {
        AdbServer { host: "127.0.0.1".into(), port: self.port }
    }
}

impl FakeServer {
    /// Hangs up on everybody who is connected now.
    pub fn hang_up(&self) {
        for stream in self.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        self.hang_up();
    }
}

fn serve(mut stream: TcpStream, answer: &Answer) {
    loop {
        let mut length = [0; 4];
        if stream.read_exact(&mut length).is_err() {
            break;
        }
        let length = usize::from_str_radix(std::str::from_utf8(&length).unwrap(), 16).unwrap();
        let mut request = vec![0; length];
        if stream.read_exact(&mut request).is_err() {
            break;
        }
        if !answer(&String::from_utf8(request).unwrap(), &mut stream) {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}

/// Says yes.
pub fn okay(stream: &mut TcpStream) -> bool {
    stream.write_all(b"OKAY").is_ok()
}

/// Says no, with words, and hangs up.
pub fn fail(stream: &mut TcpStream, words: &str) -> bool {
    let _ = write!(stream, "FAIL{:04x}{words}", words.len());
    false
}

/// One block with its length.
pub fn block(stream: &mut TcpStream, text: &str) -> bool {
    write!(stream, "{:04x}{text}", text.len()).is_ok()
}

/// A phone's programs as small shell scripts.
pub struct Stubs {
    pub folder: tempfile::TempDir,
}

impl Stubs {
    pub fn new() -> Self {
        let stubs = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(stubs.path("bin")).unwrap();
        std::fs::create_dir(stubs.path("tmp")).unwrap();
        stubs
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program; `$LOG` in it is a file that [`Stubs::log`] reads.
    pub fn program(&self, name: &str, body: &str) -> &Self {
        let path = self.path("bin").join(name);
        let log = self.path("log");
        // Written beside and moved in place: another test's fork may hold a file open that was just written.
        let fresh = self.path("bin").join(format!(".{name}"));
        std::fs::write(&fresh, format!("#!/bin/sh\nLOG='{}'\n{body}\n", log.display())).unwrap();
        std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::rename(fresh, path).unwrap();
        self
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Runs a script in `mksh` as adbd does: one stream for both outputs.
    pub fn run(&self, script: &str) -> Vec<u8> {
        shell(&self.path("bin"), script)
    }

    /// A server with one phone whose shell is `mksh` with these programs.
    pub fn serve(&self) -> FakeServer {
        let bin = self.path("bin");
        FakeServer::start(move |request, stream| {
            okay(stream);
            let Some(script) = request.strip_prefix("exec:") else { return true };
            let _ = stream.write_all(&shell(&bin, script));
            false
        })
    }
}

fn shell(bin: &std::path::Path, script: &str) -> Vec<u8> {
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let merged = format!("exec 2>&1\n{script}");
    let output =
        Command::new("mksh").args(["-c", &merged]).env("PATH", path).stdin(Stdio::null()).output().expect("mksh");
    assert!(output.stderr.is_empty());
    output.stdout
}
