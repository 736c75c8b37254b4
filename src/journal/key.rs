//! The key of this installation: it makes hashes of account ids that nobody can guess back, and seals.

use std::fs;
use std::io::Write;
use std::path::Path;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{JournalError, place};
use crate::model::AccountId;
use crate::record::chain::hex;

/// Length of the key, bytes.
const LENGTH: u8 = 32;

/// A key of 32 random bytes, kept in a file of mode 0600.
#[derive(Clone)]
pub struct InstallKey(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for InstallKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// A hash of an account, and how much it says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountKey {
    /// HMAC-SHA-256, hexadecimal.
    pub hash: String,
    /// Whether it was made of the full id. Of a masked id it says "maybe the same" only: masks collide.
    pub certain: bool,
}

impl InstallKey {
    /// Reads `install.key` of `dir`, or makes it.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`] where it is neither there nor can be made, [`JournalError::Exposed`] where others can read
    /// it, [`JournalError::Corrupt`] where it has not 32 bytes.
    pub fn open(dir: &Path) -> Result<Self, JournalError> {
        place::make_dir(dir)?;
        let path = dir.join("install.key");
        if !path.exists() {
            make(dir, &path)?;
        }
        if place::is_exposed(&path)? {
            return Err(JournalError::Exposed { path });
        }
        let bytes = Zeroizing::new(fs::read(&path).map_err(|e| JournalError::io(&path, &e))?);
        if bytes.len() != usize::from(LENGTH) {
            return Err(JournalError::Corrupt { why: format!("{} bytes instead of {LENGTH}", bytes.len()), path });
        }
        Ok(Self(bytes))
    }

    /// The account's hash in this installation, of its full id where the phone gave one.
    #[must_use]
    pub fn account(&self, account: &AccountId) -> AccountKey {
        let certain = !account.is_masked();
        let label = if certain { "account" } else { "masked account" };
        AccountKey { hash: self.mac(label, account.as_given()), certain }
    }

    /// The hash of the masked form, the same for a full id and its mask. Accounts that share a mask share it.
    #[must_use]
    pub fn mask(&self, account: &AccountId) -> String {
        self.mac("masked account", &account.masked())
    }

    /// The seal of a run's record, over its `chain::sealed_text`.
    #[must_use]
    pub fn seal(&self, text: &str) -> String {
        self.mac("seal", text)
    }

    fn mac(&self, label: &str, text: &str) -> String {
        // HMAC takes a key of any length: this cannot fail, and an empty hash would group everything, so no default here.
        match Hmac::<Sha256>::new_from_slice(&self.0) {
            Ok(mut mac) => {
                mac.update(label.as_bytes());
                mac.update(b"\n");
                mac.update(text.as_bytes());
                hex(&mac.finalize().into_bytes())
            }
            Err(_) => unreachable!("HMAC takes keys of any length"),
        }
    }
}

/// Writes a new key beside its place and links it there, so that of two processes one wins and both read the same.
fn make(dir: &Path, path: &Path) -> Result<(), JournalError> {
    let failed = |e: std::io::Error| JournalError::io(path, &e);
    let bytes = Zeroizing::new(random(path)?);
    let fresh = dir.join(format!("install.key.{}", std::process::id()));
    let _ = fs::remove_file(&fresh);
    place::make_file(&fresh)?;
    let mut file = fs::OpenOptions::new().append(true).open(&fresh).map_err(failed)?;
    file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    let linked = fs::hard_link(&fresh, path);
    let _ = fs::remove_file(&fresh);
    match linked {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(e)),
        _ => Ok(()),
    }
}

/// Random bytes of SQLite's generator, which the operating system seeds.
fn random(path: &Path) -> Result<Vec<u8>, JournalError> {
    rusqlite::Connection::open_in_memory()
        .and_then(|c| c.query_row("SELECT randomblob(?1)", [LENGTH], |row| row.get(0)))
        .map_err(|e| JournalError::of(path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_install_has_one_key_and_two_have_two() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let account = AccountId::new("6230000535");
        let first = InstallKey::open(a.path()).unwrap().account(&account);
        assert_eq!(first, InstallKey::open(a.path()).unwrap().account(&account));
        assert_ne!(first, InstallKey::open(b.path()).unwrap().account(&account));
    }

    #[test]
    fn a_masked_id_is_only_maybe_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let key = InstallKey::open(dir.path()).unwrap();
        let (full, masked) = (AccountId::new("6230000535"), AccountId::new("6230***535"));
        assert!(key.account(&full).certain && !key.account(&masked).certain);
        assert_ne!(key.account(&full).hash, key.account(&masked).hash);
        assert_eq!(key.mask(&full), key.mask(&masked));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_or_that_is_cut_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        InstallKey::open(dir.path()).unwrap();
        let path = dir.path().join("install.key");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(InstallKey::open(dir.path()), Err(JournalError::Exposed { .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, b"short").unwrap();
        assert!(matches!(InstallKey::open(dir.path()), Err(JournalError::Corrupt { .. })));
    }
}
