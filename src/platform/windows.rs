//! Windows. The folders of a user's profile, where everything private is, are closed to other users by the system itself, so that nothing
//! here sets or reads a mode.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::windows::io::AsHandle;
use std::path::Path;
use std::process::Command;

use crate::model::ExitStatus;

/// Makes folders as usual.
#[must_use]
pub fn private_folders() -> DirBuilder {
    DirBuilder::new()
}

/// Leaves the options as they are.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Leaves temporary files as they are.
pub fn as_new_files_are(_: &mut tempfile::Builder<'_, '_>) {}

/// Leaves the file as it is.
///
/// # Errors
/// None.
pub fn close_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Never.
#[must_use]
pub fn is_open_to_others(_: &Metadata) -> bool {
    false
}

/// Never.
#[must_use]
pub fn others_can_write(_: &Metadata) -> bool {
    false
}

/// Never.
#[must_use]
pub fn is_of_another_user(_: &Metadata) -> bool {
    false
}

/// Does nothing: a folder can't be opened as a file.
pub fn sync_folder(_: &Path) {}

/// What follows `file://` in the address of a file, before it is quoted: `/C:/folder/file` (<https://www.sqlite.org/uri.html>).
#[must_use]
pub fn address_of(file: &Path) -> Vec<u8> {
    let slashed = |byte: &u8| if *byte == b'\\' { b'/' } else { *byte };
    std::iter::once(b'/').chain(file.as_os_str().as_encoded_bytes().iter().map(slashed)).collect()
}

/// Unknown.
#[must_use]
pub fn computer_and_folder(_: &Path) -> Option<String> {
    None
}

/// The name of this computer.
#[must_use]
pub fn computer_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

/// Never; only Unix has this user.
#[must_use]
pub fn is_root() -> bool {
    false
}

/// Does nothing: Windows has no such limit.
pub fn no_core_dump() {}

/// Unknown, so never.
#[must_use]
pub fn has_ended(_: u32) -> bool {
    false
}

/// Does nothing: the program gets Ctrl-C too.
pub fn away_from_the_terminal(_: &mut Command) {}

/// Whether a browser that is started with `--version` prints it. Here it opens a window.
pub const BROWSERS_PRINT_THEIR_VERSION: bool = false;

/// A server's host in words: its name.
#[cfg(feature = "postgres")]
#[must_use]
pub fn host_in_words(host: &tokio_postgres::config::Host) -> String {
    let tokio_postgres::config::Host::Tcp(name) = host;
    name.clone()
}

/// Standard input without the buffer of the standard library, which is never overwritten.
///
/// # Errors
/// Where it is closed.
pub fn unbuffered_stdin() -> io::Result<File> {
    io::stdin().as_handle().try_clone_to_owned().map(File::from)
}

/// Does nothing.
pub fn forget_typed_ahead() {}

/// Unknown.
#[must_use]
pub fn has_input() -> Option<bool> {
    None
}

/// Does not wait, because reading does; false where `is_over` says so.
pub fn wait_for_input(is_over: &dyn Fn() -> bool) -> bool {
    !is_over()
}

/// The terminal's settings, which no prompt changes for longer than it lives.
pub struct Terminal;

impl Terminal {
    /// Reads nothing.
    #[must_use]
    pub fn now() -> Self {
        Self
    }

    /// Does nothing: a prompt for a secret hides what is typed by itself.
    pub fn hide_typing(&self) {}

    /// Does nothing.
    pub fn restore(&self) {}
}

/// Ctrl-C, the only signal here.
pub struct Signals;

impl Signals {
    /// Listens from the first [`Self::next`] on.
    #[must_use]
    pub fn new() -> Option<Self> {
        Some(Self)
    }

    /// Waits for the next one. `None` where the system refuses.
    pub async fn next(&mut self) -> Option<ExitStatus> {
        tokio::signal::ctrl_c().await.ok().map(|()| ExitStatus::Interrupted)
    }
}
