//! A phone of a few commands, to test the front ends with; nothing of it is a simulation.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::{Arc, Condvar, Mutex};

use phone_sim::clock::{Cancel, Clock};
use phone_sim::endpoint::{ConnState, Endpoint, FileError, Files, Identity, KeyCheck, Meta};
use tokio::sync::watch;

use super::GUARD;

pub struct PlainPhone {
    pub serial: String,
    pub key_check: KeyCheck,
    pub features: Vec<&'static str>,
    pub files: Mutex<BTreeMap<String, (Meta, Vec<u8>)>>,
    state: watch::Sender<ConnState>,
    log: (Mutex<Vec<String>>, Condvar),
}

impl PlainPhone {
    pub fn new(serial: &str) -> Self {
        Self {
            serial: serial.to_owned(),
            key_check: KeyCheck::None,
            features: phone_sim::endpoint::FEATURES.to_vec(),
            files: Mutex::default(),
            state: watch::Sender::new(ConnState::Device),
            log: Default::default(),
        }
    }

    pub fn shared(serial: &str) -> Arc<Self> {
        Arc::new(Self::new(serial))
    }

    pub fn set(&self, state: ConnState) {
        self.state.send_replace(state);
    }

    fn note(&self, what: &str) {
        self.log.0.lock().unwrap().push(what.to_owned());
        self.log.1.notify_all();
    }

    /// Waits until something was noted.
    pub fn wait_for(&self, what: &str) {
        let log = self.log.0.lock().unwrap();
        let (log, _) = self.log.1.wait_timeout_while(log, GUARD, |log| !log.iter().any(|entry| entry == what)).unwrap();
        assert!(log.iter().any(|entry| entry == what), "never noted {what}: {log:?}");
    }

    fn command(&self, line: &str, io: &mut Io<'_>, cancel: &Cancel) -> std::io::Result<i32> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "echo" => io.stdout.write_all(format!("{rest}\n").as_bytes())?,
            "warn" => writeln!(io.stderr, "{rest}")?,
            "exit" => return Ok(rest.parse().unwrap()),
            "cat" => drop(std::io::copy(io.stdin, io.stdout)?),
            "count" => writeln!(io.stdout, "{}", std::io::copy(io.stdin, &mut std::io::sink())?)?,
            "bytes" => io.stdout.write_all(&pattern(rest.parse().unwrap()))?,
            "hang" => {
                self.note("hang began");
                let slept = Clock::new(1.0).sleep(GUARD.as_millis() as u64, cancel);
                self.note(if slept { "hang ended" } else { "hung up" });
                return Ok(129);
            }
            "sh" => return self.lines(io, cancel),
            "" => {}
            _ => {
                writeln!(io.stderr, "sh: {word}: not found")?;
                return Ok(127);
            }
        }
        Ok(0)
    }

    fn lines(&self, io: &mut Io<'_>, cancel: &Cancel) -> std::io::Result<i32> {
        let mut code = 0;
        let mut lines = BufReader::new(&mut *io.stdin);
        let mut line = String::new();
        while !cancel.is_set() && lines.read_line(&mut line)? > 0 {
            let mut inner = Io { stdin: &mut std::io::empty(), stdout: io.stdout, stderr: io.stderr };
            code = self.command(line.trim(), &mut inner, cancel)?;
            if line.starts_with("exit") {
                break;
            }
            line.clear();
        }
        Ok(code)
    }
}

struct Io<'a> {
    stdin: &'a mut dyn Read,
    stdout: &'a mut dyn Write,
    stderr: &'a mut dyn Write,
}

/// Bytes of every value, without a short period.
pub fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

impl Endpoint for PlainPhone {
    fn serial(&self) -> String {
        self.serial.clone()
    }

    fn identity(&self) -> Identity {
        Identity { product: "sweet_global".into(), model: "Redmi Note 10 Pro".into(), device: "sweet".into() }
    }

    fn features(&self) -> Vec<&'static str> {
        self.features.clone()
    }

    fn key_check(&self) -> KeyCheck {
        self.key_check
    }

    fn watch(&self) -> watch::Receiver<ConnState> {
        self.state.subscribe()
    }

    fn run(
        &self,
        script: Option<&str>,
        interactive: bool,
        mut stdin: Box<dyn phone_sim::input::Input>,
        mut stdout: Box<dyn Write + Send>,
        mut stderr: Box<dyn Write + Send>,
        cancel: Cancel,
    ) -> i32 {
        if interactive {
            let _ = stdout.write_all(b"$ ");
        }
        let mut io = Io { stdin: &mut *stdin, stdout: &mut *stdout, stderr: &mut *stderr };
        match script {
            Some(script) => {
                let mut code = 0;
                for part in script.split(';') {
                    code = self.command(part.trim(), &mut io, &cancel).unwrap_or(141);
                }
                code
            }
            None => self.lines(&mut io, &cancel).unwrap_or(141),
        }
    }

    fn reboot(&self, mode: &str) {
        self.note(&format!("reboot {mode}"));
        self.set(ConnState::Gone);
    }

    fn files(&self) -> &dyn Files {
        self
    }
}

const FOLDER: Meta = Meta { mode: 0o040_771, size: 4096, mtime: 1_600_000_000 };

impl Files for PlainPhone {
    fn stat(&self, path: &str, _follow: bool) -> Result<Meta, FileError> {
        if let Some((meta, _)) = self.files.lock().unwrap().get(path) {
            return Ok(*meta);
        }
        if ["/", "/sdcard", "/sdcard/"].contains(&path) { Ok(FOLDER) } else { Err(FileError::NotFound) }
    }

    fn list(&self, path: &str) -> Result<Vec<(String, Meta)>, FileError> {
        let folder = format!("{}/", path.trim_end_matches('/'));
        let files = self.files.lock().unwrap();
        let inside = files.iter().filter_map(|(name, (meta, _))| Some((name.strip_prefix(&folder)?.to_owned(), *meta)));
        Ok(inside.collect())
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let files = self.files.lock().unwrap();
        files.get(path).map(|(_, data)| data.clone()).ok_or(FileError::NotFound)
    }

    fn write(&self, path: &str, mode: u32, mtime: u32, data: Vec<u8>) -> Result<(), FileError> {
        if path.starts_with("/system/") {
            return Err(FileError::ReadOnly);
        }
        let meta = Meta { mode: 0o100_000 | mode, size: data.len() as u64, mtime };
        self.files.lock().unwrap().insert(path.to_owned(), (meta, data));
        Ok(())
    }
}
