//! Linux and macOS.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Resource, Rlimit, geteuid, setrlimit, test_kill_process};
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::model::ExitStatus;

/// Makes folders that are open to their owner only (0700).
#[must_use]
pub fn private_folders() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Files that are made with these options are open to their owner only (0600).
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Temporary files get the mode that any new file of this user has, where they would be private.
pub fn as_new_files_are(builder: &mut tempfile::Builder<'_, '_>) {
    builder.permissions(Permissions::from_mode(0o666));
}

/// Takes a file from other users (0600).
///
/// # Errors
/// As changing its mode does.
pub fn close_to_others(file: &Path) -> io::Result<()> {
    std::fs::set_permissions(file, Permissions::from_mode(0o600))
}

/// Whether other users can read or write the file.
#[must_use]
pub fn is_open_to_others(file: &Metadata) -> bool {
    file.mode() & 0o077 != 0
}

/// Whether other users can write in the folder.
#[must_use]
pub fn others_can_write(folder: &Metadata) -> bool {
    folder.mode() & 0o022 != 0
}

/// Whether the file or folder belongs to another user.
#[must_use]
pub fn is_of_another_user(file: &Metadata) -> bool {
    file.uid() != geteuid().as_raw()
}

/// Puts the names in a folder on the disk, where its file system can.
pub fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// What follows `file://` in the address of a file, before it is quoted (<https://www.sqlite.org/uri.html>).
#[must_use]
pub fn address_of(file: &Path) -> Vec<u8> {
    file.as_os_str().as_encoded_bytes().to_vec()
}

/// This computer since it started, and the folder: names of computers and copies of their disks are alike, the number of a start is not.
/// `None` where the kernel numbers no start (only Linux does).
#[must_use]
pub fn computer_and_folder(folder: &Path) -> Option<String> {
    let start = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let folder = std::fs::metadata(folder).ok()?;
    Some(format!("{} {} {}", start.trim(), folder.dev(), folder.ino()))
}

/// The name of this computer.
#[must_use]
pub fn computer_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Whether this is the administrator.
#[must_use]
pub fn is_root() -> bool {
    geteuid().is_root()
}

/// Forbids this process to leave a core dump.
pub fn no_core_dump() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Whether no process of this computer has the id.
#[must_use]
pub fn has_ended(pid: u32) -> bool {
    let id = i32::try_from(pid).ok().and_then(Pid::from_raw);
    id.is_none_or(|id| test_kill_process(id) == Err(rustix::io::Errno::SRCH))
}

/// Keeps the terminal's Ctrl-C from the program that is started.
pub fn away_from_the_terminal(command: &mut Command) {
    command.process_group(0);
}

/// Whether a browser that is started with `--version` prints it.
pub const BROWSERS_PRINT_THEIR_VERSION: bool = true;

/// A server's host in words: its name, or the folder of its socket.
#[cfg(feature = "postgres")]
#[must_use]
pub fn host_in_words(host: &tokio_postgres::config::Host) -> String {
    use tokio_postgres::config::Host;
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(folder) => folder.display().to_string(),
    }
}

/// Standard input without the buffer of the standard library, which is never overwritten.
///
/// # Errors
/// Where it is closed.
pub fn unbuffered_stdin() -> io::Result<File> {
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

/// Forgets what was typed and not read yet.
pub fn forget_typed_ahead() {
    let _ = tcflush(stdin(), QueueSelector::IFlush);
}

/// Whether standard input has something to read; `None` where the system can't tell.
#[must_use]
pub fn has_input() -> Option<bool> {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    Some(poll(&mut [PollFd::new(&stdin(), PollFlags::IN)], Some(&now)).is_ok_and(|ready| ready > 0))
}

/// Waits until standard input has something to read; false where `is_over` said so first.
pub fn wait_for_input(is_over: &dyn Fn() -> bool) -> bool {
    let turn = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    loop {
        if is_over() {
            return false;
        }
        match poll(&mut [PollFd::new(&stdin(), PollFlags::IN)], Some(&turn)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            // Ready, at its end, or impossible to wait for: reading finds out which.
            Ok(_) | Err(_) => return true,
        }
    }
}

/// The terminal's settings at the start: a password prompt that a signal ends has switched the echo off.
pub struct Terminal {
    settings: Option<Termios>,
}

impl Terminal {
    /// Reads them.
    #[must_use]
    pub fn now() -> Self {
        Self { settings: tcgetattr(stdin()).ok() }
    }

    /// Shows nothing of what is typed, until [`Self::restore`].
    pub fn hide_typing(&self) {
        if let Some(mut hidden) = self.settings.clone() {
            hidden.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(stdin(), OptionalActions::Now, &hidden);
        }
    }

    /// Puts them back where they changed. The system stops a process in the background that touches its terminal, as zsh runs
    /// `source <(mi-signout completions zsh)`: so nothing is set without need.
    pub fn restore(&self) {
        let Some(settings) = &self.settings else { return };
        if !tcgetattr(stdin()).is_ok_and(|now| now.local_modes == settings.local_modes) {
            let _ = tcsetattr(stdin(), OptionalActions::Now, settings);
        }
    }
}

/// The signals that end a process, each with the status that it ends with: SIGINT, SIGTERM and SIGHUP.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Listens from here on; within a runtime of tokio. `None` where the system refuses.
    #[must_use]
    pub fn new() -> Option<Self> {
        Some(Self {
            interrupt: signal(SignalKind::interrupt()).ok()?,
            terminate: signal(SignalKind::terminate()).ok()?,
            hang_up: signal(SignalKind::hangup()).ok()?,
        })
    }

    /// Waits for the next one. `None` where no more can come.
    pub async fn next(&mut self) -> Option<ExitStatus> {
        tokio::select! {
            got = self.interrupt.recv() => got.map(|()| ExitStatus::Interrupted),
            got = self.terminate.recv() => got.map(|()| ExitStatus::Terminated),
            got = self.hang_up.recv() => got.map(|()| ExitStatus::HungUp),
        }
    }
}
