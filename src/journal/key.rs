//! The key of this installation: it makes hashes of account ids that can't be reversed by guessing, and seals.

use std::fs;
use std::io::Write;
use std::path::Path;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{JournalError, folder};
use crate::model::AccountId;
use crate::record::chain::hex;

/// The key's file.
const NAME: &str = "install.key";

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
        if let Some(key) = Self::existing(dir)? {
            return Ok(key);
        }
        folder::make_dir(dir)?;
        make(dir, &dir.join(NAME))?;
        Self::existing(dir)?.ok_or_else(|| {
            let why = "it was removed while it was made".into();
            JournalError::Unwritable { path: dir.join(NAME), why }
        })
    }

    /// Reads `install.key` of `dir`, where there is one. Makes nothing.
    ///
    /// # Errors
    /// As [`InstallKey::open`].
    pub fn existing(dir: &Path) -> Result<Option<Self>, JournalError> {
        let path = dir.join(NAME);
        match fs::symlink_metadata(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(JournalError::io(&path, &e)),
            Ok(found) if !found.is_file() => {
                return Err(JournalError::Corrupt { path, why: "it is not a regular file".into() });
            }
            Ok(_) => {}
        }
        if folder::is_exposed(&path)? {
            return Err(JournalError::Exposed { path });
        }
        let bytes = Zeroizing::new(fs::read(&path).map_err(|e| JournalError::io(&path, &e))?);
        if bytes.len() != usize::from(LENGTH) {
            return Err(JournalError::Corrupt { why: format!("{} bytes instead of {LENGTH}", bytes.len()), path });
        }
        Ok(Some(Self(bytes)))
    }

    /// Tells this key from another one, and nothing else about it.
    #[must_use]
    pub(super) fn fingerprint(&self) -> String {
        self.mac("fingerprint", "")
    }

    /// The hash of a phone's hardware serial.
    #[must_use]
    pub(super) fn phone(&self, phone: &super::PhoneKey) -> String {
        self.mac("phone", phone.as_str())
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

/// Writes a new key beside its place and moves it there, so that of two processes one wins and both read the same.
fn make(dir: &Path, path: &Path) -> Result<(), JournalError> {
    let failed = |e: std::io::Error| JournalError::io(path, &e);
    let mut bytes = Zeroizing::new(vec![0; usize::from(LENGTH)]);
    getrandom::fill(&mut bytes).map_err(|e| JournalError::Unwritable { path: path.to_owned(), why: e.to_string() })?;
    // Made new, with a random name and mode 0600.
    let mut fresh = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
    fresh.write_all(&bytes).and_then(|()| fresh.as_file().sync_all()).map_err(failed)?;
    match fresh.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        // exFAT and some network file systems know neither links nor a move that leaves an older file alone.
        Err(_) => write_new(path, &bytes).map_err(failed),
    }
}

/// Writes the key in its place. Another process that looks at it this moment is told that it is cut, and can be run again.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    match folder::private(fs::OpenOptions::new().write(true).create_new(true)).open(path) {
        Ok(mut file) => file.write_all(bytes).and_then(|()| file.sync_all()),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e),
    }
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

    #[test]
    fn a8_looking_for_a_key_makes_none() {
        let dir = tempfile::tempdir().unwrap();
        assert!(InstallKey::existing(dir.path()).unwrap().is_none());
        assert!(InstallKey::existing(&dir.path().join("missing")).unwrap().is_none());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let made = InstallKey::open(dir.path()).unwrap();
        assert_eq!(InstallKey::existing(dir.path()).unwrap().unwrap().seal("x"), made.seal("x"));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_key_is_made_where_files_cannot_be_linked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        write_new(&path, &[7; 32]).unwrap();
        write_new(&path, &[8; 32]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), [7; 32], "the first one stays");
        InstallKey::open(dir.path()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a4_a_link_in_the_place_of_the_key_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), dir.path().join(NAME)).unwrap();
        assert!(matches!(InstallKey::open(dir.path()), Err(JournalError::Corrupt { .. })));
        assert!(!dir.path().join("elsewhere").exists());
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
