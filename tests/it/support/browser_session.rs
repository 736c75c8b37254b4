//! `delete` at a real terminal: the binary runs under `script`, which gives it one; what it prints is read, and rules say what
//! the person does about it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use mi_signout::event::FindDevice;
use mi_signout::journal::{InstallKey, Journal, PhoneInfo, PhoneKey, RunInfo};
use mi_signout::model::{AccountId, DeletionState, Outcome, Proof, ResultRow, Serial};
use mi_signout::web::{DeletionQueue, JournalQueue, RUN_VARIABLE, sweep};

use super::process::signal;
use super::replica::{CODE, ID, PASSWORD, Replica};

/// Set to an X display (`:99` of an Xvfb): the same walks in a browser with a window. Not as root, which Chromium refuses.
const DISPLAY: &str = "MI_SIGNOUT_TEST_DISPLAY";
/// Set to a driver's program: the same walks with another browser, by hand (`web::cases`, `web::press`).
const DRIVER: &str = "MI_SIGNOUT_TEST_DRIVER";

/// A guard against hanging, and no measure of anything.
const DEADLINE: Duration = Duration::from_secs(120);

pub const ACCOUNT: &str = "acct-1";
pub const JOURNAL: &str = "state/journal.db";

/// What the person does when a text has been printed.
#[derive(Clone, Copy)]
pub enum Do {
    /// Types a line.
    Type(&'static str),
    /// Goes on with this step, in the page.
    Gate(&'static str),
    /// Closes the browser.
    Close,
    /// Kills the tool hard.
    Kill,
    /// Presses Ctrl-C.
    CtrlC,
}

/// The rules of a person who goes through with it, for the page's part.
pub const IN_THE_PAGE: [(&str, Do); 7] = [
    ("Then press Enter here", Do::Type("")),
    ("Press Enter here to close the browser", Do::Type("")),
    ("Press Enter to close the browser", Do::Type("")),
    ("your turn: solve the picture", Do::Gate("captcha")),
    ("your turn: sign in", Do::Gate("sign-in")),
    ("your turn: verification", Do::Gate("verify")),
    ("your turn: last Delete", Do::Gate("final")),
];

/// Chromium's build without a window (Debian's `chromium-headless-shell`): the same engine, and it starts in a third of the time.
/// Where it is not installed, all walks are in the whole Chromium. The package's program on `PATH` is a shell script around this
/// one, which would live on when its browser is closed.
const HEADLESS_SHELL: &str = "/usr/lib/chromium/chromium-headless-shell";

/// The home of one person, with an account that waits to be deleted.
pub struct BrowserSession {
    folder: tempfile::TempDir,
    browser: Option<&'static str>,
}

/// How a run ended.
pub struct Left {
    /// None where it was killed.
    pub status: Option<i32>,
    pub printed: String,
}

impl BrowserSession {
    pub fn new() -> Self {
        Self::with_phones(vec![phone("3f9a", true, FindDevice::Off)])
    }

    pub fn with_phones(phones: Vec<Phone>) -> Self {
        need_chromium();
        let is_chosen = [DISPLAY, DRIVER].iter().any(|name| std::env::var_os(name).is_some());
        let browser = (!is_chosen && Path::new(HEADLESS_SHELL).is_file()).then_some(HEADLESS_SHELL);
        let session = Self { folder: tempfile::tempdir().unwrap(), browser };
        session.sign_out(ID, phones);
        session
    }

    /// With the browser that the program finds by itself, as its users have it.
    pub fn whole_chromium() -> Self {
        let mut session = Self::new();
        session.browser = None;
        session
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A run that signed these phones out of the account, or tried to.
    pub fn sign_out(&self, id: &str, phones: Vec<Phone>) {
        let run = self.journal().begin(RunInfo { tool: "test".into(), ..RunInfo::default() }).unwrap();
        for phone in phones {
            let key = PhoneKey::new(format!("8f2a{}", phone.name));
            let info = PhoneInfo {
                key: key.clone(),
                serial: Serial::new(key.as_str()),
                adb: "127.0.0.1:5037".into(),
                make: None,
                model: Some(phone.model.into()),
                place: None,
            };
            run.phone(&info).unwrap();
            run.find_device(&key, phone.find_device).unwrap();
            run.account(&key, &AccountId::new(id)).unwrap();
            run.result(Some(&key), &row(&key, id, phone.proven_out)).unwrap();
        }
        run.finish(0).unwrap();
    }

    fn journal(&self) -> Arc<Journal> {
        let folder = self.path("state");
        Arc::new(Journal::open(&self.path(JOURNAL), InstallKey::open(&folder).unwrap()).unwrap())
    }

    pub fn queue(&self) -> JournalQueue {
        JournalQueue::new(self.journal())
    }

    pub fn state(&self) -> DeletionState {
        self.queue().last(ACCOUNT.parse().unwrap()).unwrap()
    }

    /// The command with a clean environment of its own.
    fn dress(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.folder.path())
            .env("SHELL", "/bin/sh")
            .env("LANG", "C.UTF-8")
            .env("MI_SIGNOUT_TEST_BROWSER", "headless");
        if let Some(display) = std::env::var_os(DISPLAY) {
            command.env("DISPLAY", display).env("MI_SIGNOUT_TEST_BROWSER", "visible");
        }
    }

    pub fn arguments(&self, replica: &Replica, more: &[&str]) -> Vec<String> {
        let journal = self.path(JOURNAL).display().to_string();
        let mut all: Vec<String> =
            ["delete", "--journal", &journal, "--site", &replica.start_url()].map(str::to_owned).to_vec();
        if let Ok(driver) = std::env::var(DRIVER) {
            all.extend(["--driver".to_owned(), driver]);
        }
        // A driver that runs already has a browser, and where no driver is on `PATH`, the browser on it is looked for.
        if let Some(browser) = self.browser.filter(|_| !more.contains(&"--browser") && !more.contains(&"--webdriver")) {
            all.extend(["--browser".to_owned(), browser.to_owned()]);
        }
        all.extend(more.iter().map(|m| (*m).to_owned()));
        all
    }

    /// Runs `delete` to its end, doing what the rules say.
    pub fn play(&self, replica: &Replica, more: &[&str], rules: &[(&str, Do)]) -> Left {
        self.begin(replica, more).play(Some(replica), rules)
    }

    pub fn begin(&self, replica: &Replica, more: &[&str]) -> Running {
        self.begin_with(&self.arguments(replica, more), &[])
    }

    pub fn begin_with(&self, arguments: &[String], environment: &[(&str, &str)]) -> Running {
        let quoted: Vec<String> = arguments.iter().map(|a| format!("'{a}'")).collect();
        let settings: Vec<String> = environment.iter().map(|(k, v)| format!("export {k}='{v}'; ")).collect();
        let settings = settings.concat();
        let line = format!("echo PID $$; {settings}exec '{}' {}", env!("CARGO_BIN_EXE_mi-signout"), quoted.join(" "));
        self.shell(&line)
    }

    /// Runs a shell's line at the terminal.
    pub fn shell(&self, line: &str) -> Running {
        let mut command = Command::new("script");
        command.args(["-qefc", line, "/dev/null"]);
        self.dress(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut script = command.spawn().expect("util-linux script: apt-get install -y util-linux");
        let printed = Arc::new((Mutex::new((Vec::new(), false)), Condvar::new()));
        let (mut pipe, shared) = (script.stdout.take().unwrap(), Arc::clone(&printed));
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            loop {
                let read = pipe.read(&mut part).unwrap_or(0);
                let mut state = shared.0.lock().unwrap();
                state.0.extend_from_slice(&part[..read]);
                state.1 = read == 0;
                shared.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        let keys = script.stdin.take().unwrap();
        Running { script, keys, printed, home: self.path("state/web") }
    }

    /// The same without a terminal: input from a pipe, output to a pipe.
    pub fn without_terminal(&self, replica: &Replica, more: &[&str], typed: &str) -> Left {
        self.piped(&self.arguments(replica, more), typed)
    }

    /// Any command without a terminal.
    pub fn piped(&self, arguments: &[String], typed: &str) -> Left {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
        command.args(arguments);
        self.dress(&mut command);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        let output = child.wait_with_output().unwrap();
        let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        Left { status: output.status.code(), printed }
    }

    /// Ids of the processes that runs of this home started: the driver, the browser and its helpers.
    pub fn processes(&self) -> Vec<u32> {
        processes_below(&self.path("state/web"))
    }

    /// After a run that ended in order: nothing runs, and neither profile nor record is left.
    pub fn assert_tidy(&self) {
        let left: Vec<_> = std::fs::read_dir(self.path("state/web")).into_iter().flatten().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
        let home = self.folder.path().to_str().unwrap();
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        for process in processes {
            let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).into_owned();
            assert!(!line.contains(&format!("--user-data-dir={home}")), "a browser is left: {line}");
        }
    }

    /// The canaries are in no file that is left.
    pub fn assert_secretless(&self) {
        fn walk(folder: &Path, wrong: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() && !path.is_symlink() {
                    walk(&path, wrong);
                } else if let Ok(bytes) = std::fs::read(&path) {
                    let holds = |canary: &str| bytes.windows(canary.len()).any(|w| w == canary.as_bytes());
                    if holds(PASSWORD) || holds(CODE) {
                        wrong.push(path);
                    }
                }
            }
        }
        let mut wrong = Vec::new();
        walk(self.folder.path(), &mut wrong);
        assert!(wrong.is_empty(), "a secret is in {wrong:?}");
    }
}

impl Drop for BrowserSession {
    fn drop(&mut self) {
        // A test that failed half way leaves no browser behind.
        let _ = sweep(&self.path("state/web"));
    }
}

/// A phone that had the account.
pub struct Phone {
    name: &'static str,
    proven_out: bool,
    find_device: FindDevice,
    pub model: &'static str,
}

pub fn phone(name: &'static str, proven_out: bool, find_device: FindDevice) -> Phone {
    Phone { name, proven_out, find_device, model: "Redmi Note 10" }
}

fn row(key: &PhoneKey, id: &str, proven_out: bool) -> ResultRow {
    ResultRow {
        serial: key.as_str().to_owned(),
        adb: "127.0.0.1:5037".into(),
        model: Some("Redmi Note 10".into()),
        software: None,
        profile: None,
        account: Some(AccountId::new(id)),
        outcome: if proven_out { Outcome::SignedOut } else { Outcome::Failed },
        reason: None,
        hint: None,
        proof: Proof::default(),
        started: chrono::Utc::now(),
        seconds: 1.0,
        steps: 1,
        dumps: 1,
    }
}

/// What was printed, whether that is all, and a bell for more.
type Printed = Arc<(Mutex<(Vec<u8>, bool)>, Condvar)>;

/// A run in progress.
pub struct Running {
    script: Child,
    keys: ChildStdin,
    printed: Printed,
    home: PathBuf,
}

impl Running {
    /// Types a line.
    pub fn type_line(&mut self, line: &str) {
        let _ = self.keys.write_all(format!("{line}\n").as_bytes());
    }

    /// Waits until a text has been printed.
    pub fn wait_for(&self, text: &str) {
        let until = Instant::now() + DEADLINE;
        loop {
            let (printed, ended) = self.look();
            if printed.contains(text) {
                return;
            }
            assert!(!ended && Instant::now() < until, "'{text}' was not printed:\n{printed}");
        }
    }

    /// What was printed so far, and whether that is all; waits a moment for more.
    fn look(&self) -> (String, bool) {
        let state = self.printed.0.lock().unwrap();
        let (state, _) = self.printed.1.wait_timeout(state, Duration::from_millis(50)).unwrap();
        (String::from_utf8_lossy(&state.0).replace('\r', ""), state.1)
    }

    fn pid(&self) -> u32 {
        self.wait_for("PID ");
        self.wait_for("\n");
        let printed = self.look().0;
        let text = printed.split("PID ").nth(1).unwrap();
        text.lines().next().unwrap().trim().parse().unwrap()
    }

    /// Follows the rules until the run ends. Of rules whose texts are printed together, the first printed comes first.
    pub fn play(mut self, replica: Option<&Replica>, rules: &[(&str, Do)]) -> Left {
        let (mut from, mut killed) = (0, false);
        let until = Instant::now() + DEADLINE;
        loop {
            let (printed, ended) = self.look();
            let due =
                rules.iter().filter_map(|(text, what)| Some((from + printed[from..].find(text)?, text.len(), what)));
            if let Some((at, length, what)) = due.min_by_key(|(at, ..)| *at) {
                from = at + length;
                killed |= matches!(what, Do::Kill);
                self.act(*what, replica);
            } else if ended {
                let status = self.script.wait().unwrap().code();
                for canary in [PASSWORD, CODE] {
                    assert!(!printed.contains(canary), "a secret was printed:\n{printed}");
                }
                return Left { status: if killed { None } else { status }, printed };
            }
            assert!(Instant::now() < until, "no end:\n{printed}");
        }
    }

    fn act(&mut self, what: Do, replica: Option<&Replica>) {
        match what {
            Do::Type(line) => self.type_line(line),
            Do::Gate(step) => replica.expect("a replica").open_gate(step),
            Do::Kill => signal("-KILL", self.pid()),
            Do::CtrlC => self.keys.write_all(b"\x03").unwrap(),
            Do::Close => {
                let browser = processes_below(&self.home).into_iter().find(|pid| is_browser(*pid));
                signal("-TERM", browser.expect("a browser"));
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Its terminal goes with it, which ends the tool in order.
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

/// The processes that carry the name of a run below this folder in their environment.
fn processes_below(home: &Path) -> Vec<u32> {
    let names = std::fs::read_dir(home).into_iter().flatten().flatten();
    let names: Vec<String> = names
        .filter_map(|e| e.file_name().to_str()?.strip_suffix(".lock").map(|n| format!("{RUN_VARIABLE}={n}")))
        .collect();
    let carries = |pid: &u32| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|b| *b == 0).any(|e| names.iter().any(|n| n.as_bytes() == e))
    };
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(|e| e.file_name().to_str()?.parse().ok()).filter(carries).filter(|pid| lives(*pid)).collect()
}

/// Whether it is the browser itself: not its driver, and none of its helpers, which have a type.
fn is_browser(pid: u32) -> bool {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).into_owned();
    line.contains("--user-data-dir=") && !line.contains("--type=") && !line.contains("crashpad")
}

pub fn lives(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|s| !s.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z')))
}

/// Chromium without a window, to draw a page: its headless shell where that is installed.
pub fn chromium() -> Command {
    need_chromium();
    let shell = Path::new(HEADLESS_SHELL);
    Command::new(if shell.is_file() { shell } else { Path::new("chromium") })
}

/// The browser of these tests.
fn need_chromium() {
    let path = std::env::var_os("PATH").unwrap();
    for program in ["chromium", "chromedriver"] {
        assert!(
            std::env::split_paths(&path).any(|p| p.join(program).is_file()),
            "{program} is missing: apt-get install -y chromium chromium-driver"
        );
    }
}
