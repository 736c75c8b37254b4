//! A private PostgreSQL server: one a test program, and more where a test kills it.
//!
//! It runs as the user `postgres` where the tests are root's, on a port of its own in a temporary folder, under a shell that ends it and removes
//! the folder once the test program is gone, however that ends.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal, kill_process};

use super::process::wait_until;
use super::real_adb::free_port;

/// The password of the role `locked`; every other role needs none.
pub const PASSWORD: &str = "canary-of-the-database";

/// Ends the server when its standard input ends. `$1` programs, `$2` folder, `$3` port, `$4` who.
const SUPERVISOR: &str = r#"
as() { if [ -n "$who" ]; then exec setpriv --reuid="$who" --regid="$who" --clear-groups -- "$@"; else exec "$@"; fi; }
who=$4
as "$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
  -c log_statement=all -c log_line_prefix='%m [%p] %d ' -c max_connections=60 -c shared_buffers=16MB >>"$2/log" 2>&1 </dev/null &
echo $! >"$2/pid"
read -r _
kill -CONT $! $(cat "/proc/$!/task/$!/children") 2>/dev/null
kill -INT $! 2>/dev/null
wait
[ -e "$2/keep" ] || rm -rf "$2"
"#;

/// A server.
pub struct PostgresServer {
    port: u16,
    folder: PathBuf,
    supervisor: Option<Child>,
}

impl PostgresServer {
    /// The server that all tests of this program share.
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<PostgresServer> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    /// A server of its own, for a test that kills it.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("mi-signout-postgres-").tempdir().unwrap().keep();
        let mut server = Self { port: free_port(), folder, supervisor: None };
        if let Some(who) = who() {
            run(Command::new("chown").arg(who).arg(&server.folder));
        }
        let data = server.folder.join("data");
        let mut init = as_user(&programs().join("initdb"));
        init.args(["-A", "trust", "-U", "signout", "--no-sync", "-E", "UTF8", "--locale=C", "-D"]).arg(&data);
        run(&mut init);
        let hba = data.join("pg_hba.conf");
        let rules = std::fs::read_to_string(&hba).unwrap();
        std::fs::write(&hba, format!("host all locked 127.0.0.1/32 scram-sha-256\n{rules}")).unwrap();
        server.serve();
        server.ask(&format!("CREATE ROLE locked LOGIN SUPERUSER PASSWORD '{PASSWORD}'"));
        server
    }

    fn serve(&mut self) {
        let mut shell = Command::new("sh");
        shell.args(["-c", SUPERVISOR, "postgres"]).arg(programs()).arg(&self.folder).arg(self.port.to_string());
        shell.arg(who().unwrap_or_default()).current_dir(&self.folder);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        self.supervisor = Some(shell.spawn().unwrap());
    }

    /// Kills the server process, as `kill -9` does, and waits until what it had started has seen that.
    pub fn kill(&mut self) {
        std::fs::write(self.folder.join("keep"), "").unwrap();
        let server = self.process();
        let children = children(server);
        kill_process(server, Signal::KILL).unwrap();
        wait_until("the children of PostgreSQL end", || {
            children.iter().all(|child| !Path::new("/proc").join(child.as_raw_nonzero().to_string()).exists())
        });
        self.end();
    }

    /// Stops the server and all that it has started, as `kill -STOP` does: its connections stay, and nothing is answered any more. It goes on
    /// with what this gives, or once that is dropped.
    #[must_use]
    pub fn stop(&self) -> Stopped {
        let server = self.process();
        kill_process(server, Signal::STOP).unwrap();
        let mut stopped = vec![server];
        // One that it had just begun to start is there now.
        for child in children(server) {
            if kill_process(child, Signal::STOP).is_ok() {
                stopped.push(child);
            }
        }
        Stopped(stopped)
    }

    fn process(&self) -> Pid {
        let of = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        Pid::from_raw(of.lines().next().unwrap().trim().parse().unwrap()).unwrap()
    }

    /// Starts it again after [`PostgresServer::kill`], and waits until it answers.
    pub fn restart(&mut self) {
        self.serve();
        wait_until("PostgreSQL answers again", || self.connect("postgres").is_ok());
        let _ = std::fs::remove_file(self.folder.join("keep"));
    }

    fn end(&mut self) {
        if let Some(mut supervisor) = self.supervisor.take() {
            drop(supervisor.stdin.take());
            let _ = supervisor.wait();
        }
    }

    /// A new database, as an address for `--journal`.
    pub fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("lot{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.ask(&format!("CREATE DATABASE {name}"));
        format!("postgres://signout@127.0.0.1:{}/{name}", self.port)
    }

    /// The same database for the role that needs a password.
    pub fn locked(url: &str) -> String {
        url.replace("signout@", "locked@")
    }

    fn ask(&self, sql: &str) {
        wait_until("PostgreSQL answers", || {
            self.connect("postgres").and_then(|mut client| client.batch_execute(sql)).is_ok()
        });
    }

    fn connect(&self, database: &str) -> Result<postgres::Client, postgres::Error> {
        let config = format!("host=127.0.0.1 port={} user=signout dbname={database} connect_timeout=2", self.port);
        postgres::Client::connect(&config, postgres::NoTls)
    }

    /// What a query gives: the first column as text.
    pub fn query(&self, url: &str, sql: &str) -> Vec<String> {
        let mut client = self.connect(url.rsplit('/').next().unwrap()).unwrap();
        let told = client.simple_query(sql).unwrap();
        let row = |message: postgres::SimpleQueryMessage| match message {
            postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        };
        told.into_iter().filter_map(row).collect()
    }

    /// Everything that it logged: each statement.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.folder.join("log")).unwrap()).into_owned()
    }
}

/// A server that is stopped.
pub struct Stopped(Vec<Pid>);

impl Stopped {
    /// Lets it go on, as `kill -CONT` does.
    pub fn go_on(self) {
        drop(self);
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        for process in self.0.drain(..).rev() {
            let _ = kill_process(process, Signal::CONT);
        }
    }
}

fn children(of: Pid) -> Vec<Pid> {
    let id = of.as_raw_nonzero();
    let list = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|child| Pid::from_raw(child.parse().ok()?)).collect()
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.folder.join("keep"));
        self.end();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Who the server runs as: it refuses to be root.
fn who() -> Option<&'static str> {
    rustix::process::geteuid().is_root().then_some("postgres")
}

fn as_user(program: &Path) -> Command {
    let Some(who) = who() else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={who}"), &format!("--regid={who}"), "--clear-groups", "--"]).arg(program);
    command
}

/// The folder of the server's programs: Debian keeps them off the path.
fn programs() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
        folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
        let found = folders.into_iter().find(|folder| folder.join("initdb").exists());
        found.expect("PostgreSQL is missing: install the package 'postgresql'")
    })
}

#[track_caller]
fn run(command: &mut Command) {
    let done = command.current_dir("/").stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}
