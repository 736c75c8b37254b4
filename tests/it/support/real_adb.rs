//! The real adb: a server on a private port, and its client.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::process::{GUARD, Killed, Said, talk};

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

/// An environment without anything of the user's own that adb obeys.
pub fn private(command: &mut Command, home: &Path) {
    command.env("HOME", home).env("ANDROID_SDK_HOME", home).env("TERM", "xterm");
    for name in ["ANDROID_SERIAL", "ANDROID_ADB_SERVER_PORT", "ADB_SERVER_SOCKET", "ADB_VENDOR_KEYS", "ADB_TRACE"] {
        command.env_remove(name);
    }
}
