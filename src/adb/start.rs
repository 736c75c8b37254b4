//! An adb server on this computer is started once where none runs. None is ever killed or replaced.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::AdbError;
use super::smart_socket::SmartSocket;
use crate::model::AdbServer;
use crate::process;
use crate::text::say;

/// Between two looks at whether `adb start-server` has ended.
const POLL: Duration = Duration::from_millis(20);

/// What was found or done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// A server was running already.
    Running,
    /// None was, and one was started.
    Now,
}

/// Makes sure that an adb server answers at `server`: where none does and it is on this computer, it is started with the
/// `adb` of the environment's `ADB` or `PATH`. Blocks for at most about `within`.
///
/// # Errors
/// [`AdbError::NoAdb`] where there is no server and no program to start it, [`AdbError::StartFailed`] where starting did
/// not help, [`AdbError::Unreachable`] for a server on another computer, [`AdbError::NotAdb`] where something else answers.
pub fn ensure_server(server: &AdbServer, within: Duration) -> Result<Started, AdbError> {
    let adb = find_adb(std::env::var_os("ADB").as_deref(), std::env::var_os("PATH").as_deref());
    ensure_server_with(server, adb, within)
}

/// As [`ensure_server`], with the program given, or with the words of where it was looked for.
///
/// # Errors
/// As for [`ensure_server`].
pub fn ensure_server_with(
    server: &AdbServer,
    adb: Result<PathBuf, String>,
    within: Duration,
) -> Result<Started, AdbError> {
    let until = Instant::now() + within;
    match probe(server, within) {
        Ok(()) => return Ok(Started::Running),
        Err(AdbError::Unreachable { .. }) if server.is_loopback() => {}
        Err(error) => return Err(error),
    }
    let adb = adb.map_err(|looked| AdbError::NoAdb { server: server.clone(), looked })?;
    let failed = |why: String| AdbError::StartFailed { adb: adb.clone(), why };
    let child = start(&adb, server.port).map_err(|e| failed(e.to_string()))?;
    let ended = wait(child, until).map_err(|e| failed(e.to_string()))?;
    let left = until.saturating_duration_since(Instant::now()).max(Duration::from_secs(1));
    match (probe(server, left), ended) {
        (Ok(()), _) => Ok(Started::Now),
        (Err(_), None) => Err(failed(say!("adb-did-not-end-within", seconds = within.as_secs()))),
        (Err(_), Some(status)) => Err(failed(say!("no-server-answers-after-adb", status))),
    }
}

/// The `adb` program: the one that `ADB` names, else the first on `PATH`; or where it was looked for in vain.
///
/// # Errors
/// Where there is none; the text says where it was looked for.
pub fn find_adb(named: Option<&OsStr>, path: Option<&OsStr>) -> Result<PathBuf, String> {
    if let Some(named) = named.filter(|n| !n.is_empty()) {
        let file = PathBuf::from(named);
        if file.is_file() {
            return Ok(file);
        }
        // A bare name is looked for on PATH, as a shell would.
        if file.components().count() > 1 {
            return Err(say!("adb-variable-names-no-file", file = file.display()));
        }
    }
    let name = named.filter(|n| !n.is_empty()).map_or_else(|| OsString::from("adb"), OsStr::to_owned);
    let mut with_suffix = name.clone();
    with_suffix.push(std::env::consts::EXE_SUFFIX);
    std::env::split_paths(path.unwrap_or_default())
        .flat_map(|folder| [folder.join(&with_suffix), folder.join(&name)])
        .find(|file| file.is_file())
        .ok_or_else(|| say!("no-adb-on-path", name = name.display()))
}

fn probe(server: &AdbServer, within: Duration) -> Result<(), AdbError> {
    let mut socket = SmartSocket::connect(server, within)?;
    socket.ask("host:version")?;
    socket.block().map(drop)
}

/// The server that it leaves behind inherits the streams: they are closed, or a reader of a pipe would wait for ever.
fn start(adb: &Path, port: u16) -> std::io::Result<Child> {
    process::command(adb)
        .args(["-P", &port.to_string(), "start-server"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

/// Waits for our own child, and ends it by its handle where it takes too long.
fn wait(mut child: Child, until: Instant) -> std::io::Result<Option<std::process::ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(POLL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adb_is_looked_for_in_adb_and_then_on_path() {
        let folder = tempfile::tempdir().unwrap();
        let adb = folder.path().join("adb");
        let path = Some(folder.path().as_os_str());
        assert!(find_adb(None, path).unwrap_err().contains("PATH"));
        std::fs::write(&adb, "").unwrap();
        assert_eq!(find_adb(None, path), Ok(adb.clone()));
        assert_eq!(find_adb(Some(OsStr::new("")), path), Ok(adb.clone()));
        assert_eq!(find_adb(Some(OsStr::new("adb")), path), Ok(adb.clone()));
        assert_eq!(find_adb(Some(adb.as_os_str()), None), Ok(adb));
        let missing = folder.path().join("elsewhere/adb");
        assert!(find_adb(Some(missing.as_os_str()), path).unwrap_err().contains("elsewhere"));
    }
}
