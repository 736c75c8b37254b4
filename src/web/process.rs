//! Processes that this program starts, ended by their id and never by name: also those that a killed run left behind.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::process;

/// How long a process gets to end by itself before it is ended hard.
const GRACE: Duration = Duration::from_secs(3);

/// A process, told apart from a later one with the same id by when it started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProcessId {
    pid: u32,
    /// In the operating system's own form.
    started: String,
}

impl ProcessId {
    /// The process that has this id now; none where there is none, or where its start can't be read.
    pub(super) fn of(pid: u32) -> Option<Self> {
        started(pid).map(|started| Self { pid, started })
    }

    /// Whether it still runs.
    pub(super) fn lives(&self) -> bool {
        started(self.pid).is_some_and(|s| s == self.started)
    }

    /// Ends it: asks first, insists after a grace time. Does nothing where the id belongs to another process by now.
    pub(super) fn end(&self) {
        for how in ["-TERM", "-KILL"] {
            if !self.lives() {
                return;
            }
            signal(how, self.pid);
            let until = Instant::now() + GRACE;
            while self.lives() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(25));
            }
        }
    }
}

/// What became of the children of a process: whether there is any, and whether any lives. None where that can't be read (only
/// Linux tells).
pub(super) fn children(parent: &ProcessId) -> Option<(bool, bool)> {
    let mut children = String::new();
    for task in std::fs::read_dir(format!("/proc/{}/task", parent.pid)).ok()?.flatten() {
        children.push_str(&std::fs::read_to_string(task.path().join("children")).ok()?);
        children.push(' ');
    }
    let children: Vec<u32> = children.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
    Some((!children.is_empty(), children.into_iter().any(|pid| started(pid).is_some())))
}

/// When a process started: clock ticks since boot on Linux, a date elsewhere. A zombie counts as gone.
fn started(pid: u32) -> Option<String> {
    if Path::new("/proc/self/stat").exists() {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is the name in brackets, which may hold anything; the state follows it.
        let mut rest = stat.rsplit_once(") ")?.1.split(' ');
        let state = rest.next()?;
        return (!["Z", "X"].contains(&state)).then(|| rest.nth(18).map(str::to_owned)).flatten();
    }
    let shown = process::command("ps")
        .env("LC_ALL", "C")
        .args(["-o", "stat=,lstart=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let shown = String::from_utf8(shown.stdout).ok()?;
    let (state, started) = shown.trim().split_once(' ')?;
    (!state.starts_with('Z')).then(|| started.trim().to_owned())
}

fn signal(how: &str, pid: u32) {
    let mut kill = process::command("kill");
    kill.args([how, &pid.to_string()]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = kill.status();
}

/// A driver that this program started. It ends when this is dropped.
pub(super) struct DriverProcess {
    child: Child,
}

impl DriverProcess {
    /// Starts it without any output, and away from the terminal's Ctrl-C: this program ends it in order.
    pub(super) fn start(program: &Path, arguments: &[String]) -> std::io::Result<Self> {
        let mut command = process::command(program);
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Self { child: command.spawn()? })
    }

    /// Its id.
    pub(super) fn id(&self) -> Option<ProcessId> {
        ProcessId::of(self.child.id())
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

/// What one run has open, kept on disk while it is open.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenRun {
    /// This program.
    pub(super) tool: Option<ProcessId>,
    /// The driver.
    pub(super) driver: Option<ProcessId>,
    /// The browser.
    pub(super) browser: Option<ProcessId>,
    /// The browser's profile folder, made for this run.
    pub(super) profile: PathBuf,
}

/// The record of an open run. Dropping it ends the browser and removes the profile, with the sign-in that is in it.
pub(super) struct OpenRecord {
    file: PathBuf,
    run: OpenRun,
}

impl OpenRecord {
    /// Makes the profile folder and the record, below `home`.
    pub(super) fn new(home: &Path) -> std::io::Result<Self> {
        private_folder(home)?;
        let name = format!("run-{}", std::process::id());
        let profile = std::path::absolute(home)?.join(format!("{name}-profile"));
        if profile.exists() {
            std::fs::remove_dir_all(&profile)?;
        }
        private_folder(&profile)?;
        let run = OpenRun { tool: ProcessId::of(std::process::id()), driver: None, browser: None, profile };
        let record = Self { file: home.join(format!("{name}.json")), run };
        record.save()?;
        Ok(record)
    }

    /// The profile folder.
    pub(super) fn profile(&self) -> &Path {
        &self.run.profile
    }

    /// Notes the driver.
    pub(super) fn driver(&mut self, driver: Option<ProcessId>) -> std::io::Result<()> {
        self.run.driver = driver;
        self.save()
    }

    /// Notes the browser.
    pub(super) fn browser(&mut self, browser: Option<ProcessId>) -> std::io::Result<()> {
        self.run.browser = browser;
        self.save()
    }

    fn save(&self) -> std::io::Result<()> {
        let new = self.file.with_extension("new");
        std::fs::write(&new, serde_json::to_vec(&self.run)?)?;
        std::fs::rename(&new, &self.file)
    }
}

impl Drop for OpenRecord {
    fn drop(&mut self) {
        close(&self.run, &self.file);
    }
}

/// Ends what killed runs left below `home`, and removes their profiles. Gives the number of such runs.
#[must_use]
pub fn sweep(home: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(home) else { return 0 };
    let mut swept = 0;
    for file in entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "json")) {
        let run = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice::<OpenRun>(&text).ok());
        let Some(run) = run else { continue };
        if run.tool.as_ref().is_some_and(ProcessId::lives) {
            continue;
        }
        close(&run, &file);
        swept += 1;
    }
    swept
}

/// Ends driver and browser, then removes profile and record.
fn close(run: &OpenRun, file: &Path) {
    if let Some(driver) = &run.driver {
        driver.end();
    }
    // Between the start of the browser and the note of it, the browser's own lock in its profile names it.
    let browser = run.browser.clone().or_else(|| profile_owner(&run.profile).and_then(ProcessId::of));
    if let Some(browser) = browser {
        browser.end();
    }
    // Its helpers outlive it for a moment, and would make the profile anew after it was removed.
    let until = Instant::now() + GRACE;
    while !users_of(&run.profile).is_empty() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(25));
    }
    users_of(&run.profile).iter().for_each(ProcessId::end);
    for _ in 0..40 {
        if std::fs::remove_dir_all(&run.profile).is_ok() || !run.profile.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    if !run.profile.exists() {
        let _ = std::fs::remove_file(file);
    }
}

/// The process that holds a Chromium profile: its `SingletonLock` is a link to `HOST-PID`.
fn profile_owner(profile: &Path) -> Option<u32> {
    let link = std::fs::read_link(profile.join("SingletonLock")).ok()?;
    link.to_str()?.rsplit_once('-')?.1.parse().ok()
}

/// The processes that were started for a Chromium profile, by their arguments: the profile is this program's own. Only Linux
/// tells.
fn users_of(profile: &Path) -> Vec<ProcessId> {
    let wanted = format!("--user-data-dir={}", profile.display());
    let uses = |pid: &u32| {
        std::fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.split(|b| [0, b' '].contains(b)).any(|argument| argument == wanted.as_bytes()))
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(uses).filter_map(ProcessId::of).collect()
}

/// Makes a folder that only its owner can enter.
pub(super) fn private_folder(folder: &Path) -> std::io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_left_over_is_ended_by_id_and_a_later_process_of_that_id_is_not() {
        let mut child = process::command("sleep").arg("600").spawn().unwrap();
        let id = ProcessId::of(child.id()).unwrap();
        ProcessId { started: "another time".into(), ..id.clone() }.end();
        assert!(id.lives());
        id.end();
        assert!(!id.lives());
        child.wait().unwrap();
    }

    #[test]
    fn sweeping_leaves_a_living_run_alone() {
        let home = tempfile::tempdir().unwrap();
        let record = OpenRecord::new(home.path()).unwrap();
        assert_eq!(sweep(home.path()), 0);
        let mut dead = record.run.clone();
        dead.tool = Some(ProcessId { pid: std::process::id(), started: "another time".into() });
        dead.profile = home.path().join("dead-profile");
        std::fs::create_dir(&dead.profile).unwrap();
        std::fs::write(home.path().join("run-0.json"), serde_json::to_vec(&dead).unwrap()).unwrap();
        assert_eq!(sweep(home.path()), 1);
        assert!(!dead.profile.exists() && record.profile().exists());
        drop(record);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_profile_is_the_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let record = OpenRecord::new(&home.path().join("web")).unwrap();
        assert_eq!(std::fs::metadata(record.profile()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
