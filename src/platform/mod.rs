//! What differs between operating systems: one file each, with the same functions. No other room names a system.
//!
//! What a system lacks does nothing there, and its function says so. Paths of the kernel (`/proc`, `/sys`) are read where they are needed:
//! macOS and Windows have no such files, and their absence is an answer like any other.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::*;
#[cfg(windows)]
pub use windows::*;
