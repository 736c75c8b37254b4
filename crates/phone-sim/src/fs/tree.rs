//! The tree of files itself, and how a path leads through it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{CAPACITY, FileKind, FsError, Stat};

/// What every file and folder costs beside its content, in bytes.
const NODE_COST: usize = 512;
/// How many links a path may lead through, as on Linux.
const MAX_LINKS: usize = 40;
/// The longest path, as on Linux.
const PATH_MAX: usize = 4096;
/// Where the `shell` user may write, as canonical paths.
pub(super) const WRITABLE: &[&str] = &["/storage/emulated/0", "/data/local/tmp"];
/// Where nobody can write.
const READ_ONLY: &[&str] = &["/system", "/vendor", "/proc", "/sys"];

#[derive(Debug)]
pub(super) enum Body {
    File(Arc<Vec<u8>>),
    Dir(BTreeMap<String, Node>),
    Link(String),
    Device,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) body: Body,
    pub(super) mode: u32,
    pub(super) mtime: u64,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) root: Node,
    pub(super) used: usize,
    pub(super) full: bool,
}

impl Node {
    pub(super) fn kind(&self) -> FileKind {
        match self.body {
            Body::File(_) => FileKind::File,
            Body::Dir(_) => FileKind::Directory,
            Body::Link(_) => FileKind::Link,
            Body::Device => FileKind::Device,
        }
    }

    pub(super) fn size(&self) -> usize {
        if let Body::File(bytes) = &self.body { bytes.len() } else { 0 }
    }

    pub(super) fn cost(&self) -> usize {
        let below: usize = if let Body::Dir(entries) = &self.body { entries.values().map(Node::cost).sum() } else { 0 };
        NODE_COST + self.size() + below
    }

    pub(super) fn stat(&self) -> Stat {
        let size = match &self.body {
            Body::File(bytes) => bytes.len() as u64,
            Body::Dir(_) => 3452,
            Body::Link(target) => target.len() as u64,
            Body::Device => 0,
        };
        let target = if let Body::Link(target) = &self.body { Some(target.clone()) } else { None };
        Stat { kind: self.kind(), size, mode: self.mode, mtime: self.mtime, target }
    }
}

impl Inner {
    pub(super) fn node(&self, real: &str) -> Result<&Node, FsError> {
        let mut node = &self.root;
        for part in real.split('/').filter(|p| !p.is_empty()) {
            let Body::Dir(entries) = &node.body else { return Err(FsError::NotADirectory) };
            node = entries.get(part).ok_or(FsError::NotFound)?;
        }
        Ok(node)
    }

    pub(super) fn node_mut(&mut self, real: &str) -> Result<&mut Node, FsError> {
        let mut node = &mut self.root;
        for part in real.split('/').filter(|p| !p.is_empty()) {
            let Body::Dir(entries) = &mut node.body else { return Err(FsError::NotADirectory) };
            node = entries.get_mut(part).ok_or(FsError::NotFound)?;
        }
        Ok(node)
    }

    /// Walks the path as Linux does: a link in the middle is followed, `..` goes up from where it leads.
    pub(super) fn resolve(&self, cwd: &str, path: &str, follow_last: bool) -> Result<String, FsError> {
        if path.is_empty() {
            return Err(FsError::NotFound);
        }
        if path.len() > PATH_MAX {
            return Err(FsError::NameTooLong);
        }
        let start = if path.starts_with('/') { "" } else { cwd };
        let split = |text: &str| text.split('/').filter(|p| !p.is_empty()).map(str::to_owned).rev().collect::<Vec<_>>();
        let mut todo = split(path);
        todo.extend(split(start));
        let mut done = String::new();
        let mut links = 0;
        while let Some(part) = todo.pop() {
            if part.len() > 255 {
                return Err(FsError::NameTooLong);
            }
            match self.node(&done)?.body {
                Body::Dir(_) => {}
                _ => return Err(FsError::NotADirectory),
            }
            if part == "." {
                continue;
            }
            if part == ".." {
                done.truncate(done.rfind('/').unwrap_or(0));
                continue;
            }
            let next = format!("{done}/{part}");
            match self.node(&next).map(|n| &n.body) {
                Ok(Body::Link(target)) if follow_last || !todo.is_empty() => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(FsError::TooManyLinks);
                    }
                    if target.starts_with('/') {
                        done.clear();
                    }
                    todo.extend(split(target));
                }
                Err(error) if !todo.is_empty() => return Err(error),
                _ => done = next,
            }
        }
        let folder_wanted = path.ends_with('/') && self.node(&done).is_ok_and(|n| n.kind() == FileKind::File);
        if folder_wanted {
            return Err(FsError::NotADirectory);
        }
        Ok(if done.is_empty() { "/".to_owned() } else { done })
    }

    pub(super) fn add(&mut self, real: &str, node: Node) -> Result<(), FsError> {
        let cost = node.cost();
        if self.full || self.used + cost > CAPACITY {
            return Err(FsError::NoSpace);
        }
        let (parent, name) = real.rsplit_once('/').ok_or(FsError::Invalid)?;
        let Body::Dir(entries) = &mut self.node_mut(parent)?.body else { return Err(FsError::NotADirectory) };
        entries.insert(name.to_owned(), node);
        self.used += cost;
        Ok(())
    }

    pub(super) fn take(&mut self, real: &str) -> Result<Node, FsError> {
        let (parent, name) = real.rsplit_once('/').ok_or(FsError::Invalid)?;
        let Body::Dir(entries) = &mut self.node_mut(parent)?.body else { return Err(FsError::NotADirectory) };
        let node = entries.remove(name).ok_or(FsError::NotFound)?;
        self.used = self.used.saturating_sub(node.cost());
        Ok(node)
    }
}

pub(super) fn within(real: &str, roots: &[&str]) -> bool {
    roots.iter().any(|root| real == *root || real.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')))
}

pub(super) fn may_read(real: &str) -> bool {
    !within(real, &["/data"]) || within(real, WRITABLE)
}

pub(super) fn may_write(real: &str) -> Result<(), FsError> {
    if within(real, WRITABLE) {
        return Ok(());
    }
    let top_level = real.matches('/').count() <= 1;
    Err(if within(real, READ_ONLY) || top_level { FsError::ReadOnly } else { FsError::Denied })
}

/// As [`may_write`], but the writable roots themselves stay.
pub(super) fn may_change(real: &str) -> Result<(), FsError> {
    if WRITABLE.contains(&real) { Err(FsError::Denied) } else { may_write(real) }
}
