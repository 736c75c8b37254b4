//! The whole program, as its users run it: the real binary, on simulated phones behind a real adb server or the simulation's
//! own. Whatever it prints is compared: a [`Ran`] shows its status, its stdout and its stderr together.

use std::fmt;
use std::process::Command;
use std::sync::Arc;

use phone_sim::device::SimDevice;
use phone_sim::farm::Farm;
use phone_sim::phone::{PhoneSpec, SimPhone};
use serde_json::Value;

use crate::support::{RealAdbServer, free_port, talk};

/// The right password of a simulated phone, unless its spec has another.
pub const RIGHT: &str = "Owner-pass 1";
/// Simulated time against real time.
pub const SCALE: f64 = 0.01;

/// A run of the binary that is being put together. Its home, state and working folder are one private folder.
pub struct Run {
    command: Command,
    stdin: Vec<u8>,
    home: Arc<tempfile::TempDir>,
    hidden: Vec<(String, String)>,
}

/// The binary with these arguments, in a clean environment.
pub fn mi_signout(args: &[&str]) -> Run {
    let home = Arc::new(tempfile::tempdir().unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
    command.args(args).env_clear().current_dir(home.path());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for name in ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR", "ANDROID_SDK_HOME"] {
        command.env(name, home.path());
    }
    let here = home.path().display().to_string();
    Run { command, stdin: Vec::new(), home, hidden: vec![(here, "HERE".to_owned())] }
}

impl Run {
    /// Sets a variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// What standard input holds; it is no terminal.
    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.as_bytes().to_vec();
        self
    }

    /// More arguments.
    pub fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    /// Shows `as_this` for `text` in what is compared; of equal length, or columns move.
    pub fn hide(mut self, text: &str, as_this: &str) -> Self {
        self.hidden.push((text.to_owned(), as_this.to_owned()));
        self
    }

    /// Writes a file into the private folder, which is the working folder; with Unix permissions.
    pub fn file(self, name: &str, text: &str, mode: u32) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    /// Makes a folder in the private folder.
    pub fn folder(self, name: &str) -> Self {
        std::fs::create_dir(self.home.path().join(name)).unwrap();
        self
    }

    /// The command itself, for runs that are watched while they run.
    pub fn into_command(self) -> (Command, Arc<tempfile::TempDir>) {
        (self.command, self.home)
    }

    /// Runs it to its end.
    pub fn run(self) -> Ran {
        let said = talk(self.command, &self.stdin);
        Ran { status: said.code, stdout: said.out, stderr: said.err, hidden: self.hidden }
    }
}

/// How a run ended. Its `Display` is all of it, without what differs from run to run: times, ports, folders, how many looks a
/// busy computer needed, and screens that may be over before they are seen.
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
    hidden: Vec<(String, String)>,
}

impl Ran {
    /// The objects of stdout, which holds nothing else; stderr and status are stated too.
    #[track_caller]
    pub fn json(&self, status: i32, stderr: &str) -> Vec<Value> {
        assert_eq!((self.status, self.tamed(&self.stderr).as_str()), (status, stderr), "{self}");
        let parsed = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        self.stdout.lines().map(parsed).collect()
    }

    /// The result rows, in short and sorted: serial, outcome, reason.
    #[track_caller]
    pub fn rows(&self, status: i32, stderr: &str) -> Vec<String> {
        let word = |v: &Value| v.as_str().unwrap_or("-").to_owned();
        let all = self.json(status, stderr);
        let rows = all.iter().filter(|line| line["type"] == "result");
        let short =
            |row: &Value| format!("{} {} {}", word(&row["serial"]), word(&row["outcome"]), word(&row["reason"]));
        let mut rows: Vec<String> = rows.map(|row| self.tamed(&short(row))).collect();
        rows.sort();
        rows
    }

    fn tamed(&self, text: &str) -> String {
        let hidden = self.hidden.iter().fold(text.to_owned(), |text, (this, as_this)| text.replace(this, as_this));
        let rules = [
            (r"\(\d+\.\d s\)", "(N s)"),
            (r"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", ""),
            (r"(?m) +\d+:\d\d$", "  N:NN"),
            (r#""(at|started)":"[^"]*""#, r#""$1":"TIME""#),
            (r#""seconds":[0-9.]+"#, r#""seconds":N"#),
            (r#""steps":\d+,"dumps":\d+"#, r#""steps":N,"dumps":N"#),
            (r#""ui":(null|"[^"]*")"#, r#""ui":SCREEN"#),
            (r"(?m)^.*: on (signing-out|loading)\n", ""),
        ];
        rules
            .iter()
            .fold(hidden, |text, (what, with)| regex::Regex::new(what).unwrap().replace_all(&text, *with).into_owned())
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (out, err) = (self.tamed(&self.stdout), self.tamed(&self.stderr));
        write!(f, "status: {}\n--- stdout\n{out}--- stderr\n{err}", self.status)
    }
}

/// Simulated phones, the adb server that lists them, and their serials there.
pub struct Bench {
    pub phones: Vec<SimDevice>,
    pub serials: Vec<String>,
    port: u16,
    _farm: Farm,
    _real: Option<RealAdbServer>,
}

/// A phone with a serial, quick.
pub fn spec(serial: &str) -> PhoneSpec {
    PhoneSpec::default().serial(serial).scale(SCALE)
}

impl Bench {
    /// Behind the simulation's own server, as on USB.
    pub fn own(specs: impl IntoIterator<Item = PhoneSpec>) -> Self {
        let farm = Farm::new().unwrap();
        let (phones, _) = plug(&farm, specs);
        let port = farm.serve_server(0).unwrap().addr().port();
        let serials = phones.iter().map(|p| p.phone().serial().to_owned()).collect();
        Self { phones, serials, port, _farm: farm, _real: None }
    }

    /// Behind a real adb server, joined with `adb connect`.
    pub fn real(specs: impl IntoIterator<Item = PhoneSpec>) -> Self {
        let farm = Farm::new().unwrap();
        farm.serve_adbd(0).unwrap();
        let (phones, plugs) = plug(&farm, specs);
        let real = RealAdbServer::start();
        let serials = plugs.iter().map(|p| real.connect(farm.adbd_addr(*p).unwrap())).collect();
        Self { phones, serials, port: real.port(), _farm: farm, _real: Some(real) }
    }

    /// One phone behind a real adb server.
    pub fn one() -> Self {
        Self::real([spec("8f2a1b")])
    }

    /// The server's address.
    pub fn adb(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A phone.
    pub fn phone(&self, index: usize) -> &SimPhone {
        self.phones[index].phone()
    }

    /// The binary on this server.
    pub fn run(&self, args: &[&str]) -> Run {
        let adb = self.adb();
        let run = mi_signout(args).args(&["--adb", &adb]).hide(&adb, "127.0.0.1:10000");
        let serials = self.serials.iter().enumerate().filter(|(_, serial)| serial.contains(':'));
        serials.fold(run, |run, (n, serial)| run.hide(serial, &format!("127.0.0.1:1000{}", n + 1)))
    }

    /// `sign-out` with the password on stdin, JSON lines, and nothing said on stderr but errors.
    pub fn sign_out(&self, password: &str, args: &[&str]) -> Run {
        let base = ["sign-out", "--password-stdin", "--json", "--yes", "-q", "--authorised-by", "their owner"];
        self.run(&[&base, args].concat()).stdin(&format!("{password}\n"))
    }

    /// That nothing was opened, tapped, swiped or typed on a phone.
    #[track_caller]
    pub fn untouched(&self, index: usize) {
        let record = self.phone(index).record();
        assert!(record.taps.is_empty() && record.typed == 0 && record.submissions.is_empty(), "{record:#?}");
        let changing = |argv: &[String]| {
            let words: Vec<&str> = argv.iter().map(String::as_str).collect();
            matches!(words[..], ["am", "start", ..] | ["input", "tap" | "text" | "swipe", ..] | ["uiautomator", ..])
        };
        let found: Vec<_> = record.commands.iter().filter(|c| changing(&c.argv)).collect();
        assert!(found.is_empty(), "{found:#?}");
        assert!(record.keys.iter().all(|key| *key == 0), "only the probe, which no app sees: {:?}", record.keys);
        assert_eq!(record.screens.len(), 1, "{:?}", record.screens);
    }
}

fn plug(farm: &Farm, specs: impl IntoIterator<Item = PhoneSpec>) -> (Vec<SimDevice>, Vec<phone_sim::server::PlugId>) {
    let phones: Vec<SimDevice> = specs.into_iter().map(|spec| SimDevice::new(SimPhone::new(spec))).collect();
    let plugs = phones.iter().map(|phone| farm.plug(Arc::new(phone.clone())).unwrap()).collect();
    (phones, plugs)
}

/// The address of a server that is not there.
pub fn nobody() -> String {
    format!("127.0.0.1:{}", free_port())
}
