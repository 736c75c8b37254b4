//! What a front end needs of a phone: its name, its connection, its shell and its files.
//!
//! The front ends know this trait only, so that they can be tested with a phone of three commands.

use std::io::Write;

use tokio::sync::watch;

use super::clock::Cancel;
use super::input::Input;

/// How a phone is connected to the computer, as an adb server sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnState {
    /// Ready for commands.
    Device,
    /// Listed, but not answering.
    Offline,
    /// The phone has not accepted this computer's key.
    Unauthorized,
    /// The operating system does not let adb open the USB device.
    NoPermissions,
    /// Not connected: the cable is out, or the phone is restarting.
    Gone,
}

/// The product names that adb lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `ro.product.name`.
    pub product: String,
    /// `ro.product.model`, spaces and all.
    pub model: String,
    /// `ro.product.device`.
    pub device: String,
}

/// How the phone treats a computer's key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyCheck {
    /// No key is asked for.
    #[default]
    None,
    /// A key is asked for, and any is accepted. (A phone that accepts none is [`ConnState::Unauthorized`].)
    AcceptAny,
}

/// The features of a phone of Android 7 or later, as far as the front ends keep them.
pub const FEATURES: &[&str] = &["shell_v2", "cmd", "stat_v2", "ls_v2", "fixed_push_mkdir", "sendrecv_v2"];

/// A phone, as far as its front ends know it.
pub trait Endpoint: Send + Sync + 'static {
    /// The serial; need not be unique, and may be empty.
    fn serial(&self) -> String;

    /// The product names.
    fn identity(&self) -> Identity;

    /// What the phone announces. An old phone leaves out `shell_v2` (before Android 7), `stat_v2`, `ls_v2` and the rest,
    /// and then does not do them.
    fn features(&self) -> Vec<&'static str> {
        FEATURES.to_vec()
    }

    /// How the phone treats a computer's key.
    fn key_check(&self) -> KeyCheck {
        KeyCheck::None
    }

    /// The connection, and every later change of it.
    fn watch(&self) -> watch::Receiver<ConnState>;

    /// The connection now.
    fn state(&self) -> ConnState {
        *self.watch().borrow()
    }

    /// Runs a shell to its end and gives its exit code; blocks. `script` is the text of `sh -c`; `None` is a shell that
    /// reads its standard input, with prompts if `interactive`. `cancel` is the hang-up.
    ///
    /// Reading `stdin` gives 0 at its end and at the hang-up; writing fails with `BrokenPipe` after the hang-up.
    fn run(
        &self,
        script: Option<&str>,
        interactive: bool,
        stdin: Box<dyn Input>,
        stdout: Box<dyn Write + Send>,
        stderr: Box<dyn Write + Send>,
        cancel: Cancel,
    ) -> i32;

    /// Restarts the phone into `mode` (empty, `recovery`, `bootloader`, …).
    fn reboot(&self, mode: &str);

    /// The files.
    fn files(&self) -> &dyn Files;
}

/// A phone's files, as the `sync:` service reads and writes them. Paths are absolute.
pub trait Files: Send + Sync {
    /// What is at `path`; of a link itself if not `follow`.
    ///
    /// # Errors
    /// When there is nothing, or it may not be seen.
    fn stat(&self, path: &str, follow: bool) -> Result<Meta, FileError>;

    /// The entries of a folder, without `.` and `..`.
    ///
    /// # Errors
    /// When it is no folder, or may not be read.
    fn list(&self, path: &str) -> Result<Vec<(String, Meta)>, FileError>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// When it is no file, or may not be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Writes a whole file, making the folders on the way. `mode` holds permission bits only, `mtime` is in Unix seconds.
    ///
    /// # Errors
    /// When it may not be written.
    fn write(&self, path: &str, mode: u32, mtime: u32, data: Vec<u8>) -> Result<(), FileError>;
}

/// What `stat` says of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// `st_mode`, with the bits of the file's kind (`0o040755`, `0o100644`).
    pub mode: u32,
    /// Bytes.
    pub size: u64,
    /// Unix seconds.
    pub mtime: u32,
}

impl Meta {
    /// Whether it is a folder.
    #[must_use]
    pub fn is_dir(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }
}

/// Why a file operation failed; numbers and texts as Linux has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// `ENOENT`.
    #[error("No such file or directory")]
    NotFound,
    /// `EACCES`.
    #[error("Permission denied")]
    Denied,
    /// `ENOTDIR`.
    #[error("Not a directory")]
    NotADirectory,
    /// `EISDIR`.
    #[error("Is a directory")]
    IsADirectory,
    /// `ENOSPC`.
    #[error("No space left on device")]
    NoSpace,
    /// `EROFS`.
    #[error("Read-only file system")]
    ReadOnly,
    /// `ENAMETOOLONG`.
    #[error("File name too long")]
    NameTooLong,
    /// `ELOOP`.
    #[error("Too many symbolic links encountered")]
    TooManyLinks,
    /// `EINVAL`.
    #[error("Invalid argument")]
    Invalid,
}

impl FileError {
    /// The number of the error, as it travels in `STA2` and `LST2` answers.
    #[must_use]
    pub fn errno(self) -> u32 {
        match self {
            Self::NotFound => 2,
            Self::Denied => 13,
            Self::NotADirectory => 20,
            Self::IsADirectory => 21,
            Self::Invalid => 22,
            Self::NoSpace => 28,
            Self::ReadOnly => 30,
            Self::NameTooLong => 36,
            Self::TooManyLinks => 40,
        }
    }
}
