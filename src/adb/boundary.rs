//! What parts the output of a script: text that nothing on the phone can know beforehand.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Sixteen hexadecimal digits that can't be guessed: the standard library seeds its hash keys from the operating system.
pub(super) fn random_boundary() -> String {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u8(1);
    format!("{:016x}", hasher.finish())
}
