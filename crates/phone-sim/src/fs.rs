//! A phone's file system, in memory. Nothing in here knows the host's files.
//!
//! The methods act with the rights of a phone's `shell` user: it may write to `/sdcard`, `/data/local/tmp` and what they
//! stand for, and sees `Permission denied` or `Read-only file system` elsewhere. [`Fs::install`] alone acts as the maker of
//! the phone.

mod tree;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock::Clock;
use tree::{Body, Inner, Node, WRITABLE, may_change, may_read, may_write, within};

/// Seconds since 1970 at which every simulated phone was made (2025-10-09).
pub const MADE_AT: u64 = 1_760_000_000;
/// What one phone can hold, in bytes.
const CAPACITY: usize = 64 << 20;
/// Folders whose names the `shell` user may not list.
const HIDDEN: &[&str] = &["/data", "/data/local", "/data/data", "/data/system", "/storage/emulated"];

/// Why a file operation failed; displays as the phone's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FsError {
    /// ENOENT.
    #[error("No such file or directory")]
    NotFound,
    /// ENOTDIR.
    #[error("Not a directory")]
    NotADirectory,
    /// EISDIR.
    #[error("Is a directory")]
    IsADirectory,
    /// EACCES.
    #[error("Permission denied")]
    Denied,
    /// EROFS.
    #[error("Read-only file system")]
    ReadOnly,
    /// ENOSPC.
    #[error("No space left on device")]
    NoSpace,
    /// EEXIST.
    #[error("File exists")]
    Exists,
    /// ENOTEMPTY.
    #[error("Directory not empty")]
    NotEmpty,
    /// ELOOP.
    #[error("Too many symbolic links encountered")]
    TooManyLinks,
    /// ENAMETOOLONG.
    #[error("File name too long")]
    NameTooLong,
    /// EINVAL.
    #[error("Invalid argument")]
    Invalid,
}

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A plain file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link.
    Link,
    /// `/dev/null`, `/dev/tty` and the like.
    Device,
}

/// What is known of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: FileKind,
    /// Bytes of its content; 3452 for a folder, as `f2fs` says.
    pub size: u64,
    /// Permission bits, such as `0o644`.
    pub mode: u32,
    /// Last change, in seconds since 1970 by the phone's clock.
    pub mtime: u64,
    /// Where a link leads.
    pub target: Option<String>,
}

/// The file system of one phone. Cheap to clone: clones are the same file system.
#[derive(Clone, Debug)]
pub struct Fs {
    inner: Arc<Mutex<Inner>>,
    clock: Clock,
}

impl Fs {
    /// The files of a new phone: the usual folders, devices and links, and nothing of the owner's.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let root = Node { body: Body::Dir(BTreeMap::new()), mode: 0o755, mtime: MADE_AT };
        let fs = Self { inner: Arc::new(Mutex::new(Inner { root, used: 0, full: false })), clock };
        for dir in [
            "/storage/emulated/0/Android/data",
            "/storage/emulated/0/DCIM/Camera",
            "/storage/emulated/0/Download",
            "/storage/emulated/0/Pictures",
            "/storage/self",
            "/mnt",
            "/data/local/tmp",
            "/data/data",
            "/data/system",
            "/system/bin",
            "/system/etc",
            "/system/app",
            "/vendor/bin",
            "/proc",
            "/sys",
            "/dev",
        ] {
            fs.place(dir, None);
        }
        for device in ["null", "tty", "zero", "stdin", "stdout", "stderr"] {
            fs.place(&format!("/dev/{device}"), Some(Body::Device));
        }
        for (link, target) in [
            ("/sdcard", "/storage/emulated/0"),
            ("/storage/emulated/legacy", "/storage/emulated/0"),
            ("/storage/self/primary", "/storage/emulated/0"),
            ("/mnt/sdcard", "/storage/emulated/0"),
            ("/bin", "/system/bin"),
            ("/etc", "/system/etc"),
        ] {
            fs.place(link, Some(Body::Link(target.to_owned())));
        }
        fs.install("/proc/version", b"Linux version 4.19.157-perf (builder@phone) #1 SMP PREEMPT\n");
        fs.install("/system/etc/hosts", b"127.0.0.1       localhost\n::1             ip6-localhost\n");
        fs
    }

    /// Puts a file where the phone's maker wants it, with its folders; no right is asked.
    pub fn install(&self, path: &str, bytes: &[u8]) {
        self.place(path, Some(Body::File(Arc::new(bytes.to_vec()))));
    }

    /// Makes every further write fail with `No space left on device`, or lets them pass again.
    pub fn set_full(&self, full: bool) {
        self.lock().full = full;
    }

    /// The phone's time, in seconds since 1970.
    #[must_use]
    pub fn now(&self) -> u64 {
        MADE_AT + self.clock.now_ms() / 1000
    }

    /// The path without `.`, `..`, double slashes and links; `cwd` is where a relative one starts.
    ///
    /// # Errors
    /// Where a part that must exist does not. The last part may be missing.
    pub fn canonical(&self, cwd: &str, path: &str) -> Result<String, FsError> {
        self.lock().resolve(cwd, path, true)
    }

    /// The content of a file.
    ///
    /// # Errors
    /// As `open(2)` and `read(2)` for the `shell` user.
    pub fn read(&self, cwd: &str, path: &str) -> Result<Arc<Vec<u8>>, FsError> {
        let inner = self.lock();
        let real = inner.resolve(cwd, path, true)?;
        match &inner.node(&real)?.body {
            Body::File(bytes) if may_read(&real) => Ok(Arc::clone(bytes)),
            Body::File(_) => Err(FsError::Denied),
            Body::Dir(_) => Err(FsError::IsADirectory),
            Body::Device | Body::Link(_) => Ok(Arc::default()),
        }
    }

    /// Replaces the content of a file, or makes it.
    ///
    /// # Errors
    /// As `open(2)` and `write(2)` for the `shell` user.
    pub fn write(&self, cwd: &str, path: &str, bytes: &[u8]) -> Result<(), FsError> {
        let mut file = self.create(cwd, path, false)?;
        file.put(bytes)
    }

    /// Adds to the end of a file, or makes it.
    ///
    /// # Errors
    /// As [`Fs::write`].
    pub fn append(&self, cwd: &str, path: &str, bytes: &[u8]) -> Result<(), FsError> {
        let mut file = self.create(cwd, path, true)?;
        file.put(bytes)
    }

    /// Opens a file for writing: emptied, or kept where `append`.
    ///
    /// # Errors
    /// As `open(2)` for the `shell` user.
    pub fn create(&self, cwd: &str, path: &str, append: bool) -> Result<OpenFile, FsError> {
        let now = self.now();
        let mut inner = self.lock();
        let real = inner.resolve(cwd, path, true)?;
        let kind = inner.node(&real).map(tree::Node::kind);
        match kind {
            Ok(FileKind::Device) => return Ok(OpenFile { fs: self.clone(), path: None }),
            Ok(FileKind::Directory) => return Err(FsError::IsADirectory),
            Ok(_) | Err(FsError::NotFound) => {}
            Err(other) => return Err(other),
        }
        may_write(&real)?;
        if kind.is_err() {
            inner.add(&real, Node { body: Body::File(Arc::default()), mode: 0o644, mtime: now })?;
        } else if !append {
            let node = inner.node_mut(&real)?;
            node.mtime = now;
            let freed = node.size();
            node.body = Body::File(Arc::default());
            inner.used = inner.used.saturating_sub(freed);
        }
        Ok(OpenFile { fs: self.clone(), path: Some(real) })
    }

    /// Removes a file, link or device name; not a folder.
    ///
    /// # Errors
    /// As `unlink(2)`.
    pub fn remove(&self, cwd: &str, path: &str) -> Result<(), FsError> {
        let mut inner = self.lock();
        let real = inner.resolve(cwd, path, false)?;
        if inner.node(&real)?.kind() == FileKind::Directory {
            return Err(FsError::IsADirectory);
        }
        may_write(&real)?;
        inner.take(&real).map(|_| ())
    }

    /// Removes an empty folder.
    ///
    /// # Errors
    /// As `rmdir(2)`.
    pub fn remove_dir(&self, cwd: &str, path: &str) -> Result<(), FsError> {
        let mut inner = self.lock();
        let real = inner.resolve(cwd, path, false)?;
        match &inner.node(&real)?.body {
            Body::Dir(entries) if entries.is_empty() => {}
            Body::Dir(_) => return Err(FsError::NotEmpty),
            _ => return Err(FsError::NotADirectory),
        }
        may_change(&real)?;
        inner.take(&real).map(|_| ())
    }

    /// Removes a folder with everything in it, or a file.
    ///
    /// # Errors
    /// As `unlink(2)`.
    pub fn remove_dir_all(&self, cwd: &str, path: &str) -> Result<(), FsError> {
        let mut inner = self.lock();
        let real = inner.resolve(cwd, path, false)?;
        inner.node(&real)?;
        may_change(&real)?;
        inner.take(&real).map(|_| ())
    }

    /// Makes a folder; with `parents` also those above it, and an existing one is no error.
    ///
    /// # Errors
    /// As `mkdir(2)`.
    pub fn mkdir(&self, cwd: &str, path: &str, parents: bool) -> Result<(), FsError> {
        let now = self.now();
        let folder = || Node { body: Body::Dir(BTreeMap::new()), mode: 0o755, mtime: now };
        if !parents {
            let mut inner = self.lock();
            let real = inner.resolve(cwd, path, false)?;
            if inner.node(&real).is_ok() {
                return Err(FsError::Exists);
            }
            may_write(&real)?;
            return inner.add(&real, folder());
        }
        let mut at = if path.starts_with('/') { "/".to_owned() } else { cwd.to_owned() };
        for part in path.split('/').filter(|p| !p.is_empty()) {
            let mut inner = self.lock();
            at = inner.resolve(&at, part, true)?;
            match inner.node(&at).map(Node::kind) {
                Ok(FileKind::Directory) => {}
                Ok(_) => return Err(FsError::Exists),
                Err(_) => {
                    may_write(&at)?;
                    inner.add(&at, folder())?;
                }
            }
        }
        Ok(())
    }

    /// Makes a symbolic link at `path`. On `/sdcard` there are none.
    ///
    /// # Errors
    /// As `symlink(2)`.
    pub fn symlink(&self, cwd: &str, target: &str, path: &str) -> Result<(), FsError> {
        let now = self.now();
        let mut inner = self.lock();
        let real = inner.resolve(cwd, path, false)?;
        if inner.node(&real).is_ok() {
            return Err(FsError::Exists);
        }
        may_write(&real)?;
        if real.starts_with("/storage/") {
            return Err(FsError::Denied);
        }
        inner.add(&real, Node { body: Body::Link(target.to_owned()), mode: 0o777, mtime: now })
    }

    /// The names in a folder, sorted, without `.` and `..`.
    ///
    /// # Errors
    /// As `opendir(3)` for the `shell` user.
    pub fn list(&self, cwd: &str, path: &str) -> Result<Vec<String>, FsError> {
        let inner = self.lock();
        let real = inner.resolve(cwd, path, true)?;
        match &inner.node(&real)?.body {
            Body::Dir(_) if HIDDEN.contains(&real.as_str()) => Err(FsError::Denied),
            Body::Dir(entries) => Ok(entries.keys().cloned().collect()),
            _ => Err(FsError::NotADirectory),
        }
    }

    /// What a path is; a last link is followed.
    ///
    /// # Errors
    /// As `stat(2)`.
    pub fn stat(&self, cwd: &str, path: &str) -> Result<Stat, FsError> {
        let inner = self.lock();
        let real = inner.resolve(cwd, path, true)?;
        inner.node(&real).map(Node::stat)
    }

    /// What a path is; a last link is not followed.
    ///
    /// # Errors
    /// As `lstat(2)`.
    pub fn lstat(&self, cwd: &str, path: &str) -> Result<Stat, FsError> {
        let inner = self.lock();
        let real = inner.resolve(cwd, path, false)?;
        inner.node(&real).map(Node::stat)
    }

    /// Whether a path leads to something.
    #[must_use]
    pub fn exists(&self, cwd: &str, path: &str) -> bool {
        self.stat(cwd, path).is_ok()
    }

    /// Whether the `shell` user may write there.
    #[must_use]
    pub fn writable(&self, cwd: &str, path: &str) -> bool {
        let inner = self.lock();
        inner
            .resolve(cwd, path, true)
            .is_ok_and(|real| inner.node(&real).is_ok_and(|n| n.kind() == FileKind::Device) || within(&real, WRITABLE))
    }

    /// Moves a file or folder; an existing file at `to` is replaced.
    ///
    /// # Errors
    /// As `rename(2)`.
    pub fn rename(&self, cwd: &str, from: &str, to: &str) -> Result<(), FsError> {
        let mut inner = self.lock();
        let (from, to) = (inner.resolve(cwd, from, false)?, inner.resolve(cwd, to, false)?);
        inner.node(&from)?;
        may_change(&from)?;
        may_write(&to)?;
        if from == to {
            return Ok(());
        }
        if to.starts_with(&format!("{from}/")) {
            return Err(FsError::Invalid);
        }
        if inner.node(&to).is_ok_and(|n| n.kind() == FileKind::Directory) {
            return Err(FsError::IsADirectory);
        }
        let parent = to.rsplit_once('/').map_or("/", |(p, _)| if p.is_empty() { "/" } else { p }).to_owned();
        if inner.node(&parent)?.kind() != FileKind::Directory {
            return Err(FsError::NotADirectory);
        }
        if inner.node(&to).is_ok() {
            inner.take(&to)?;
        }
        let node = inner.take(&from)?;
        let full = std::mem::replace(&mut inner.full, false);
        let moved = inner.add(&to, node);
        inner.full = full;
        moved
    }

    /// Sets the permission bits.
    ///
    /// # Errors
    /// As `chmod(2)`.
    pub fn chmod(&self, cwd: &str, path: &str, mode: u32) -> Result<(), FsError> {
        let mut inner = self.lock();
        let real = inner.resolve(cwd, path, true)?;
        inner.node(&real)?;
        may_write(&real)?;
        inner.node_mut(&real)?.mode = mode & 0o7777;
        Ok(())
    }

    /// Sets the time of the last change, in seconds since 1970 (the `sync:` protocol sends one).
    ///
    /// # Errors
    /// As `utime(2)`.
    pub fn set_mtime(&self, cwd: &str, path: &str, mtime: u64) -> Result<(), FsError> {
        let mut inner = self.lock();
        let real = inner.resolve(cwd, path, true)?;
        inner.node(&real)?;
        may_write(&real)?;
        inner.node_mut(&real)?.mtime = mtime;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `path` with its folders, whoever may; a missing body makes a folder.
    fn place(&self, path: &str, body: Option<Body>) {
        let mut inner = self.lock();
        let mut node = &mut inner.root;
        let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
        for part in &parts {
            if !matches!(node.body, Body::Dir(_)) {
                node.body = Body::Dir(BTreeMap::new());
            }
            let Body::Dir(entries) = &mut node.body else { return };
            node = entries.entry((*part).to_owned()).or_insert_with(|| Node {
                body: Body::Dir(BTreeMap::new()),
                mode: 0o755,
                mtime: MADE_AT,
            });
        }
        if let Some(body) = body {
            node.mode = if matches!(body, Body::Device) { 0o666 } else { 0o644 };
            node.body = body;
        }
    }
}

/// A file that is open for writing. Each write goes to its end; one whose file was removed is lost, as on Linux.
#[derive(Debug)]
pub struct OpenFile {
    fs: Fs,
    path: Option<String>,
}

impl OpenFile {
    fn put(&mut self, bytes: &[u8]) -> Result<(), FsError> {
        let Some(path) = &self.path else { return Ok(()) };
        let now = self.fs.now();
        let mut inner = self.fs.lock();
        if !bytes.is_empty() && (inner.full || inner.used + bytes.len() > CAPACITY) {
            return Err(FsError::NoSpace);
        }
        let Ok(node) = inner.node_mut(path) else { return Ok(()) };
        node.mtime = now;
        if let Body::File(content) = &mut node.body {
            Arc::make_mut(content).extend_from_slice(bytes);
            inner.used += bytes.len();
        }
        Ok(())
    }
}

impl Write for OpenFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes).map(|()| bytes.len()).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
