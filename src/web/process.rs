//! What a run has open: driver, browser and the browser's profile folder. A run that was killed leaves them behind, and the next
//! one clears them away.
//!
//! Nothing is removed or ended on the word of a file. A run has a random name. Its profile is the folder of that name, and its
//! processes are those that carry the name in their environment or their arguments, which only this program gave them. Whether a
//! run still lives is told by the lock that it holds on its file, so no process id is ever believed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use sysinfo::{Process, ProcessRefreshKind, ProcessesToUpdate, Signal, System, UpdateKind};

use crate::journal::is_ours;
use crate::{platform, process};

/// How long processes get to end by themselves before they are ended hard.
const GRACE: Duration = Duration::from_secs(3);
/// Names the run in the environment of the driver, which hands it on to the browser and its helpers.
pub const RUN_VARIABLE: &str = "MI_SIGNOUT_BROWSER_RUN";

/// Whether a child of this process is alive, of a driver that had one. None where that can't be read (only Linux tells).
pub(super) fn children(parent: u32) -> Option<(bool, bool)> {
    let mut children = String::new();
    for task in std::fs::read_dir(format!("/proc/{parent}/task")).ok()?.flatten() {
        children.push_str(&std::fs::read_to_string(task.path().join("children")).ok()?);
        children.push(' ');
    }
    let children: Vec<u32> = children.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
    // A zombie has ended. The second field is the name in brackets, which may hold anything; the state follows it.
    let lives = |pid: u32| {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X'])))
    };
    Some((!children.is_empty(), children.into_iter().any(lives)))
}

/// A driver that this program started. It ends when this is dropped.
pub(super) struct DriverProcess {
    child: Child,
}

impl DriverProcess {
    /// Starts it without any output, and away from the terminal's Ctrl-C: this program ends it in order.
    pub(super) fn start(program: &Path, arguments: &[String], run: &OpenRun) -> io::Result<Self> {
        let mut command = process::command(program);
        command.args(arguments).env(RUN_VARIABLE, &run.name).stdout(Stdio::null()).stderr(Stdio::null());
        platform::away_from_the_terminal(&mut command);
        Ok(Self { child: command.spawn()? })
    }

    /// Its id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for DriverProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What one run has open. Dropping it ends the browser and removes the profile, with the sign-in that is in it.
pub(super) struct OpenRun {
    home: PathBuf,
    name: String,
    /// Locked for as long as the run lives. The system frees the lock when the process dies, however it dies.
    lock: Option<File>,
}

impl OpenRun {
    /// Makes the run's file and its profile folder, below `home`.
    pub(super) fn new(home: &Path) -> io::Result<Self> {
        private_folder(home)?;
        let home = std::path::absolute(home)?;
        let name = random_name()?;
        let lock = OpenOptions::new().write(true).create_new(true).open(lock_of(&home, &name))?;
        lock.try_lock()?;
        let run = Self { home, name, lock: Some(lock) };
        new_private_folder(&run.profile())?;
        Ok(run)
    }

    /// The profile folder.
    pub(super) fn profile(&self) -> PathBuf {
        self.home.join(&self.name)
    }

    /// Ends its processes, then removes profile and file.
    fn close(&mut self) {
        end_all(&self.name, &self.profile());
        // Helpers of a browser outlive it for a moment, and would make the profile anew after it was removed.
        let until = Instant::now() + GRACE;
        while std::fs::symlink_metadata(self.profile()).is_ok() && Instant::now() < until {
            if std::fs::remove_dir_all(self.profile()).is_err() {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        if std::fs::symlink_metadata(self.profile()).is_err() {
            // Windows removes no open file.
            self.lock = None;
            let _ = std::fs::remove_file(lock_of(&self.home, &self.name));
        }
    }
}

impl Drop for OpenRun {
    fn drop(&mut self) {
        self.close();
    }
}

/// Ends what killed runs left below `home`, and removes their profiles. Gives the number of such runs.
///
/// # Errors
/// Where the folder is not this user's alone: then nothing in it is believed.
pub fn sweep(home: &Path) -> Result<usize, crate::journal::JournalError> {
    let Ok(entries) = std::fs::read_dir(home) else { return Ok(0) };
    is_ours(home)?;
    let home = std::path::absolute(home).unwrap_or_else(|_| home.to_owned());
    let mut swept = 0;
    for entry in entries.flatten() {
        let file = entry.file_name();
        let Some(name) = file.to_str().and_then(|f| f.strip_suffix(".lock")).filter(|n| is_run_name(n)) else {
            continue;
        };
        if !entry.file_type().is_ok_and(|t| t.is_file()) {
            continue;
        }
        let Ok(lock) = OpenOptions::new().write(true).open(entry.path()) else { continue };
        match lock.try_lock() {
            // A run that lives, in this process or another.
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
            Ok(()) => {
                drop(OpenRun { home: home.clone(), name: name.to_owned(), lock: Some(lock) });
                swept += 1;
            }
        }
    }
    Ok(swept)
}

/// Asks the processes of a run to end, and insists after a grace time.
fn end_all(name: &str, profile: &Path) {
    let mut system = System::new();
    for signal in [Signal::Term, Signal::Kill] {
        let until = Instant::now() + GRACE;
        let mut told = Vec::new();
        loop {
            let found = processes_of(&mut system, name, profile);
            if found.is_empty() {
                return;
            }
            for process in found {
                // Each is told once; a helper that was started meanwhile is told too.
                if !told.contains(&(process.pid(), process.start_time())) {
                    told.push((process.pid(), process.start_time()));
                    if process.kill_with(signal).is_none() {
                        process.kill();
                    }
                }
            }
            if Instant::now() >= until {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }
}

/// The processes that were started for a run, by what only they carry: its random name.
fn processes_of<'a>(system: &'a mut System, name: &str, profile: &Path) -> Vec<&'a Process> {
    let what =
        ProcessRefreshKind::nothing().with_cmd(UpdateKind::Always).with_environ(UpdateKind::Always).without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    let variable = format!("{RUN_VARIABLE}={name}");
    let argument = format!("--user-data-dir={}", profile.display());
    let own = sysinfo::get_current_pid().ok();
    let carries = |p: &&Process| {
        Some(p.pid()) != own
            && !matches!(p.status(), sysinfo::ProcessStatus::Zombie | sysinfo::ProcessStatus::Dead)
            && (p.environ().iter().any(|e| *e == *variable)
                || p.cmd().iter().any(|a| a.to_str().is_some_and(|a| a.split(' ').any(|a| a == argument))))
    };
    system.processes().values().filter(carries).collect()
}

fn lock_of(home: &Path, name: &str) -> PathBuf {
    home.join(format!("{name}.lock"))
}

const PREFIX: &str = "browser-";

/// A name that can't be guessed, and that no other process carries.
fn random_name() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|e| io::Error::other(e.to_string()))?;
    Ok(format!("{PREFIX}{:032x}", u128::from_be_bytes(bytes)))
}

fn is_run_name(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|n| n.len() == 32 && n.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Makes a folder that only its owner can enter, or takes one that is this user's alone.
pub(super) fn private_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    if std::fs::symlink_metadata(folder).is_err() {
        platform::private_folders().recursive(true).create(folder)?;
    }
    is_ours(folder).map_err(|refused| io::Error::new(io::ErrorKind::PermissionDenied, refused))
}

/// Makes a folder that was not there before, for its owner only.
fn new_private_folder(folder: &Path) -> io::Result<()> {
    platform::private_folders().create(folder)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn sleeper(variable: &str) -> Child {
        process::command("sleep").arg("600").env(RUN_VARIABLE, variable).spawn().unwrap()
    }

    fn left_over(home: &Path) -> String {
        let name = random_name().unwrap();
        std::fs::write(lock_of(home, &name), "").unwrap();
        std::fs::create_dir(home.join(&name)).unwrap();
        name
    }

    fn home() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        home
    }

    #[test]
    fn a_left_over_is_cleared_away_and_a_living_run_is_not() {
        let home = home();
        let living = OpenRun::new(home.path()).unwrap();
        let name = left_over(home.path());
        let (mut own, mut other) = (sleeper(&name), sleeper(&living.name));
        assert_eq!(sweep(home.path()).unwrap(), 1);
        own.wait().unwrap();
        assert!(other.try_wait().unwrap().is_none(), "the living run's process was ended");
        assert!(!home.path().join(&name).exists() && living.profile().exists());
        drop(living);
        other.wait().unwrap();
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn b1_no_word_in_a_file_removes_or_ends_anything() {
        let home = home();
        let outside = tempfile::tempdir().unwrap();
        let victim = outside.path().join("victim");
        std::fs::create_dir(&victim).unwrap();
        std::fs::write(victim.join("kept"), "x").unwrap();
        let mut stranger = sleeper("another");
        let written = format!(
            r#"{{"tool":null,"driver":{{"pid":{0},"started":"0"}},"browser":{{"pid":{0},"started":"0"}},"profile":"{1}"}}"#,
            stranger.id(),
            victim.display()
        );
        std::fs::write(home.path().join("run-1.json"), &written).unwrap();
        // A run's file with the same words in it, and a profile that is a link to elsewhere.
        let name = random_name().unwrap();
        std::fs::write(lock_of(home.path(), &name), &written).unwrap();
        symlink(&victim, home.path().join(&name)).unwrap();
        // Names that climb out, and a file that is a link.
        std::fs::write(home.path().join("...lock"), &written).unwrap();
        let linked = random_name().unwrap();
        symlink(victim.join("kept"), lock_of(home.path(), &linked)).unwrap();
        sweep(home.path()).unwrap();
        assert_eq!(std::fs::read(victim.join("kept")).unwrap(), b"x");
        assert!(stranger.try_wait().unwrap().is_none());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }

    #[test]
    fn b1_a_folder_that_others_may_write_is_refused() {
        let home = home();
        let name = left_over(home.path());
        for mode in [0o777, 0o770, 0o1777] {
            std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            assert!(sweep(home.path()).is_err(), "{mode:o}");
            assert!(OpenRun::new(home.path()).is_err(), "{mode:o}");
            assert!(home.path().join(&name).exists());
        }
        let link = home.path().join("link");
        symlink(home.path(), &link).unwrap();
        assert!(sweep(&link).is_err());
    }

    #[test]
    fn the_profile_is_the_users_alone() {
        let home = home();
        let run = OpenRun::new(&home.path().join("web")).unwrap();
        for folder in [home.path().join("web"), run.profile()] {
            assert_eq!(std::fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
}
