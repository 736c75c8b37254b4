//! The key of this installation: it makes hashes of account ids that can't be reversed by guessing, and seals.

use std::fs;
use std::io::Write;
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{JournalError, folder};
use crate::model::AccountId;
use crate::record::chain::hex;
use crate::text::say;

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
            let why = say!("key-was-removed-meanwhile");
            JournalError::Unwritable { path: dir.join(NAME), why }
        })
    }

    /// Reads `install.key` of `dir`, where there is one. Makes nothing.
    ///
    /// # Errors
    /// As [`InstallKey::open`].
    pub fn existing(dir: &Path) -> Result<Option<Self>, JournalError> {
        Self::from_file(&dir.join(NAME))
    }

    fn from_file(path: &Path) -> Result<Option<Self>, JournalError> {
        let path = path.to_owned();
        match fs::symlink_metadata(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(JournalError::io(&path, &e)),
            Ok(found) if !found.is_file() => {
                return Err(JournalError::Corrupt { path, why: say!("key-is-not-a-regular-file") });
            }
            Ok(_) => {}
        }
        if folder::is_exposed(&path)? {
            return Err(JournalError::Exposed { path });
        }
        let bytes = Zeroizing::new(fs::read(&path).map_err(|e| JournalError::io(&path, &e))?);
        if bytes.len() != usize::from(LENGTH) {
            return Err(JournalError::Corrupt {
                why: say!("key-has-another-length", bytes = bytes.len(), length = LENGTH),
                path,
            });
        }
        Ok(Some(Self(bytes)))
    }

    /// A new key.
    #[cfg(feature = "postgres")]
    pub(super) fn random() -> Result<Self, JournalError> {
        let mut bytes = Zeroizing::new(vec![0; usize::from(LENGTH)]);
        fill(&mut bytes, Path::new(NAME))?;
        Ok(Self(bytes))
    }

    /// Reads a key from the file that holds it.
    #[cfg(feature = "postgres")]
    pub(super) fn load(path: &Path) -> Result<Self, JournalError> {
        let unreadable = || JournalError::Corrupt { path: path.to_owned(), why: say!("key-file-is-missing") };
        Self::from_file(path)?.ok_or_else(unreadable)
    }

    /// Writes the key to a new file that only its owner can read.
    #[cfg(feature = "postgres")]
    pub(super) fn save(&self, path: &Path) -> Result<(), JournalError> {
        let written = crate::platform::private(fs::OpenOptions::new().write(true).create_new(true))
            .open(path)
            .and_then(|mut file| file.write_all(&self.0).and_then(|()| file.sync_all()));
        written.map_err(|e| JournalError::io(path, &e))
    }

    /// The key as it may lie in a database: whoever has the passphrase opens it. `ROUNDS:SALT:KEY:TAG`, hexadecimal; the key is hidden under
    /// bytes that are used once, and the tag tells a wrong passphrase.
    #[cfg(feature = "postgres")]
    pub(super) fn seal_with(&self, passphrase: &str) -> Result<String, JournalError> {
        let mut salt = [0; 16];
        fill(&mut salt, Path::new(NAME))?;
        Ok(self.seal_in(passphrase, &salt, ROUNDS))
    }

    #[cfg(feature = "postgres")]
    fn seal_in(&self, passphrase: &str, salt: &[u8], rounds: u32) -> String {
        let cover = Cover::new(passphrase, salt, rounds);
        format!("{rounds}:{}:{}:{}", hex(salt), hex(&cover.over(&self.0)), cover.tag(&self.0))
    }

    /// Opens what [`InstallKey::seal_with`] sealed; nothing where the passphrase is another one.
    #[cfg(feature = "postgres")]
    pub(super) fn unseal_with(text: &str, passphrase: &str) -> Option<Self> {
        let [rounds, salt, hidden, tag] = text.split(':').collect::<Vec<_>>().try_into().ok()?;
        let rounds = rounds.parse().ok().filter(|rounds| (1..=10_000_000).contains(rounds))?;
        let (salt, hidden) = (unhex(salt)?, unhex(hidden).filter(|hidden| hidden.len() == usize::from(LENGTH))?);
        let cover = Cover::new(passphrase, &salt, rounds);
        let key = cover.over(&hidden);
        (cover.tag(&key) == tag).then(|| Self(Zeroizing::new(key.to_vec())))
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
        hex(&mac(&self.0, &[label.as_bytes(), b"\n", text.as_bytes()]))
    }
}

fn fill(bytes: &mut [u8], path: &Path) -> Result<(), JournalError> {
    getrandom::fill(bytes).map_err(|e| JournalError::Unwritable { path: path.to_owned(), why: e.to_string() })
}

/// Rounds of PBKDF2: OWASP's number for HMAC-SHA-256 (Password Storage Cheat Sheet, 2023).
#[cfg(feature = "postgres")]
const ROUNDS: u32 = 600_000;

/// What a passphrase makes: bytes to hide a key under, and a key for its tag. Slow to make, on purpose.
#[cfg(feature = "postgres")]
struct Cover {
    pad: Zeroizing<[u8; 32]>,
    tag: Zeroizing<[u8; 32]>,
}

#[cfg(feature = "postgres")]
impl Cover {
    fn new(passphrase: &str, salt: &[u8], rounds: u32) -> Self {
        let block = |block| pbkdf2(passphrase.as_bytes(), salt, rounds, block);
        Self { pad: block(1), tag: block(2) }
    }

    /// The key hidden, or the hidden key as it was.
    fn over(&self, key: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(key.iter().zip(self.pad.iter()).map(|(key, pad)| key ^ pad).collect())
    }

    /// The tag of a key that is not hidden.
    fn tag(&self, key: &[u8]) -> String {
        hex(&mac(&self.tag[..], &[key]))
    }
}

/// One block of PBKDF2 with HMAC-SHA-256 (RFC 8018, 5.2).
#[cfg(feature = "postgres")]
fn pbkdf2(passphrase: &[u8], salt: &[u8], rounds: u32, block: u32) -> Zeroizing<[u8; 32]> {
    let keyed = keyed(passphrase);
    let one = |parts: &[&[u8]]| -> [u8; 32] {
        let mut mac = keyed.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    };
    let mut last = one(&[salt, &block.to_be_bytes()]);
    let mut all = Zeroizing::new(last);
    for _ in 1..rounds {
        last = one(&[&last]);
        all.iter_mut().zip(last).for_each(|(all, last)| *all ^= last);
    }
    all
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length: this cannot fail, and an empty hash would group everything, so no default here.
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes keys of any length"),
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = keyed(key);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(feature = "postgres")]
fn unhex(text: &str) -> Option<Vec<u8>> {
    let byte = |at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(byte).collect()
}

/// Writes a new key beside its place and moves it there, so that of two processes one wins and both read the same.
fn make(dir: &Path, path: &Path) -> Result<(), JournalError> {
    let failed = |e: std::io::Error| JournalError::io(path, &e);
    let mut bytes = Zeroizing::new(vec![0; usize::from(LENGTH)]);
    fill(&mut bytes, path)?;
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
    match crate::platform::private(fs::OpenOptions::new().write(true).create_new(true)).open(path) {
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

    #[cfg(feature = "postgres")]
    #[test]
    fn a_sealed_key_opens_with_its_passphrase_alone() {
        // RFC 7914, 11: PBKDF2-HMAC-SHA-256 of "passwd" and "salt", one round, both blocks.
        let blocks = [1, 2].map(|block| hex(&pbkdf2(b"passwd", b"salt", 1, block)[..]));
        assert_eq!(blocks[0], "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
        assert_eq!(blocks[1], "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
        let key = InstallKey::random().unwrap();
        let text = key.seal_in("a good passphrase", b"salt", 3);
        assert!(text.starts_with("3:73616c74:"), "{text}");
        assert_eq!(InstallKey::unseal_with(&text, "a good passphrase").unwrap().seal("x"), key.seal("x"));
        assert!(InstallKey::unseal_with(&text, "another passphrase").is_none());
        assert!(InstallKey::unseal_with("3:00:zz:x", "a good passphrase").is_none());
        assert!(!text.contains(&hex(&key.0)));
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
