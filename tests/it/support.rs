//! What several test files need: the real adb (a private server, and its client), and Python with its clients.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long anything may take before a test says that it hangs.
pub const GUARD: Duration = Duration::from_secs(180);

/// A port that was free a moment ago, for programs that can't be told to take any: another one for each call, and below those
/// that the system hands out, so that no connection of another test takes it meanwhile.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const PORTS: std::ops::Range<u32> = 15_000..32_000;
    loop {
        // Test programs that run side by side begin at other places.
        let place = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(std::process::id().wrapping_mul(37));
        let port = (PORTS.start + place % PORTS.len() as u32) as u16;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// The program adb: `$ADB`, or the one on the path.
pub fn adb_program() -> String {
    std::env::var("ADB").unwrap_or_else(|_| "adb".to_owned())
}

/// A child process that ends with its guard.
pub struct Killed(pub Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A real adb server on a private port, with a home folder of its own; killed when dropped.
pub struct RealAdbServer {
    child: Killed,
    home: tempfile::TempDir,
    port: u16,
}

impl RealAdbServer {
    /// Starts it and waits until it listens.
    pub fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let port = free_port();
        Self { child: serve_adb(port, home.path()), home, port }
    }

    /// Kills it and starts it anew on the same port. It has forgotten every phone then.
    pub fn restart(&mut self) {
        let _ = self.child.0.kill();
        let _ = self.child.0.wait();
        self.child = serve_adb(self.port, self.home.path());
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Has it connect to a phone's own front end, and gives the serial that the phone then has.
    pub fn connect(&self, phone: SocketAddr) -> String {
        let serial = phone.to_string();
        let said = adb(self.port, &["connect", &serial], b"");
        assert!(said.out.contains("connected to") || said.out.contains("failed to authenticate"), "{said:?}");
        serial
    }
}

/// As `adb connect` on the server at `port`; gives whether the phone is there.
pub fn adb_connect(port: u16, phone: SocketAddr) -> bool {
    ask_adb(port, &format!("host:connect:{phone}")).contains("connected to")
}

/// As `adb disconnect`: the phone is no longer listed, like one whose cable is out.
pub fn adb_disconnect(port: u16, phone: SocketAddr) {
    ask_adb(port, &format!("host:disconnect:{phone}"));
}

/// Asks an adb server one thing, as adb's client would, and gives its answer; nothing where there is none.
fn ask_adb(port: u16, request: &str) -> String {
    use std::io::Read;
    let Ok(mut socket) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return String::new() };
    let _ = socket.set_read_timeout(Some(GUARD));
    let mut answer = Vec::new();
    let asked = socket.write_all(format!("{:04x}{request}", request.len()).as_bytes());
    let _ = asked.and_then(|()| socket.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

fn serve_adb(port: u16, home: &Path) -> Killed {
    let deadline = Instant::now() + GUARD;
    loop {
        let mut command = Command::new(adb_program());
        // adb 29 refuses 127.0.0.1 here, and listens on loopback only for either name.
        command.args(["-L", &format!("tcp:localhost:{port}"), "nodaemon", "server"]);
        private(&mut command, home);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = Killed(child.expect("adb can't be started: install the package 'adb', or set ADB"));
        // The port of a server that was killed a moment ago may not be free yet: then it ends at once.
        while child.0.try_wait().unwrap().is_none() {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return child;
            }
            assert!(Instant::now() < deadline, "the adb server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(Instant::now() < deadline, "the adb server ends at once");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What a client said, and its exit code.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub bytes: Vec<u8>,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            bytes: output.stdout,
        }
    }
}

/// Runs adb's client against the server on `port`, with `stdin`.
pub fn adb(port: u16, args: &[&str], stdin: &[u8]) -> Said {
    let home = tempfile::tempdir().unwrap();
    talk(adb_command(port, args, home.path()), stdin)
}

/// Starts adb's client with its streams piped, to be used while it runs.
pub fn adb_running(port: u16, args: &[&str], home: &Path) -> Killed {
    let mut command = adb_command(port, args, home);
    Killed(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

fn adb_command(port: u16, args: &[&str], home: &Path) -> Command {
    let mut command = Command::new(adb_program());
    // With a host, the client never starts a server of its own when it finds none.
    command.args(["-H", "127.0.0.1", "-P", &port.to_string()]).args(args);
    private(&mut command, home);
    command
}

/// Runs a command to its end with `stdin`; a client that hangs can't hang the test run.
pub fn talk(mut command: Command, stdin: &[u8]) -> Said {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut killed = Killed(child);
    let mut input = killed.0.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // The client may end without having read it all.
    let writer = std::thread::spawn(move || drop(input.write_all(&stdin)));
    let (out, err) = (reader(killed.0.stdout.take().unwrap()), reader(killed.0.stderr.take().unwrap()));
    let deadline = Instant::now() + GUARD;
    let status = loop {
        if let Some(status) = killed.0.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > deadline {
            killed.0.kill().unwrap();
            panic!("{command:?} hangs; stdout so far: {:?}", String::from_utf8_lossy(&out.join().unwrap()));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    writer.join().unwrap();
    Output { status, stdout: out.join().unwrap(), stderr: err.join().unwrap() }.into()
}

fn reader(mut from: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

fn private(command: &mut Command, home: &Path) {
    command.env("HOME", home).env("ANDROID_SDK_HOME", home).env("TERM", "xterm");
    for name in ["ANDROID_SERIAL", "ANDROID_ADB_SERVER_PORT", "ADB_SERVER_SOCKET", "ADB_VENDOR_KEYS", "ADB_TRACE"] {
        command.env_remove(name);
    }
}

/// Runs a script of `tests/clients/` in a Python that has adbutils: `$MI_SIGNOUT_TEST_PYTHON`, else `python3`.
pub fn python(script: &str, args: &[&str]) -> Said {
    let program = std::env::var("MI_SIGNOUT_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let home = tempfile::tempdir().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let mut command = Command::new(&program);
    command.arg(path).args(args);
    private(&mut command, home.path());
    // Packages of the user's own stay where they are.
    if let Some(base) = std::env::var_os("HOME") {
        command.env("PYTHONUSERBASE", Path::new(&base).join(".local"));
    }
    assert!(
        Command::new(&program).arg("--version").output().is_ok(),
        "{program} can't be started: install Python 3, or set MI_SIGNOUT_TEST_PYTHON"
    );
    talk(command, b"")
}
