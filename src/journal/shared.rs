//! A journal that several benches share: its address, how it is set up, and the one key that all benches have.
//!
//! The key never lies open in the database: it is sealed there with a passphrase, or is not there at all and travels in a file. Each bench
//! keeps it in a file of its own, so that the passphrase is asked for once a bench.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use super::database::{Journal, LEASE, Place};
use super::store::address::Address;
use super::store::postgres;
use super::store::schema::{JOURNAL, LEDGER};
use super::store::{Connection, Sql, values};
use super::{InstallKey, JournalError, Result, folder, meta, random_id};

use crate::text::say;

/// A database that several benches share.
#[derive(Clone, Debug)]
pub struct SharedDatabase(Address);

/// How the key of a shared journal comes to a bench.
#[derive(Clone, Copy, Debug)]
pub enum KeySource<'a> {
    /// Sealed in the database with this passphrase.
    Passphrase(&'a zeroize::Zeroizing<String>),
    /// In a file that a person carries. Where the journal is new, a file that is there gives its key (one bench's own, whose journal is copied
    /// then), and one that is not there is made.
    File(&'a Path),
}

/// What [`SharedDatabase::set_up`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// The journal is new, and so is its key.
    Made,
    /// The journal was there; this bench has its key now.
    Joined,
}

impl SharedDatabase {
    /// Reads `postgres://[USER@]HOST[:PORT]/DATABASE`.
    ///
    /// # Errors
    /// [`JournalError::Address`], [`JournalError::NotLocal`].
    pub fn parse(url: &str) -> Result<Self> {
        Address::parse(url).map(Self)
    }

    /// The same, for a process that sets `interrupted` when it has to end: from then on it waits for no answer that does not come at once.
    #[must_use]
    pub fn until(self, interrupted: std::sync::Arc<std::sync::atomic::AtomicBool>) -> Self {
        Self(self.0.until(interrupted))
    }

    /// The address as people read it, without credentials.
    #[must_use]
    pub fn shown(&self) -> &Path {
        self.0.shown()
    }

    /// Makes the tables and the key where they are missing, and gives the key to this bench. `state` is this computer's state directory.
    /// `lease` says how long a bench keeps a phone that it no longer answers for, where the journal is new.
    ///
    /// # Errors
    /// [`JournalError::Unreachable`], [`JournalError::Refused`], [`JournalError::OtherKey`] where the passphrase or the file is not the
    /// journal's, [`JournalError::Unwritable`] where the key cannot be kept here.
    pub fn set_up(&self, state: &Path, from: KeySource<'_>, lease: Option<Duration>) -> Result<SetUp> {
        postgres::set_up(&self.0, &[&JOURNAL, &LEDGER])?;
        let connection = Place::Server(Box::new(self.0.clone())).connect(&JOURNAL)?;
        let given = match from {
            KeySource::File(file) if file.exists() => Some(InstallKey::load(file)?),
            _ => None,
        };
        let (fresh, id) = (given.clone().map_or_else(InstallKey::random, Ok)?, random_id()?);
        let sealed = match from {
            KeySource::Passphrase(passphrase) => Some(fresh.seal_with(passphrase)?),
            KeySource::File(_) => None,
        };
        let once = |c: &Connection, name: &str, value: &str| {
            let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
            c.execute(sql, values![name, value])
        };
        let made = connection.transaction(|c| {
            // Of two benches that do this at once, the second one waits here and finds the key of the first.
            if once(c, "key", &fresh.fingerprint())? == 0 {
                return Ok(false);
            }
            once(c, "id", &id)?;
            once(c, "lease", &lease.unwrap_or(LEASE).as_millis().to_string())?;
            if let Some(sealed) = &sealed {
                once(c, "sealed-key", sealed)?;
            }
            Ok(true)
        });
        let made = made.map_err(|e| self.failed(&e))?;
        let facts = self.facts(&connection)?;
        let key = match (made, from) {
            (true, KeySource::File(file)) if given.is_none() => {
                if let Err(error) = fresh.save(file) {
                    // Nobody has this key: the journal is as before.
                    let _ = connection.execute("DELETE FROM meta WHERE name IN ('key', 'id', 'lease')", &[]);
                    return Err(error);
                }
                fresh
            }
            (true, _) => fresh,
            (false, KeySource::File(file)) => given.map_or_else(|| InstallKey::load(file), Ok)?,
            (false, KeySource::Passphrase(passphrase)) => {
                let sealed = meta::get(&connection, "sealed-key").map_err(|e| self.failed(&e))?;
                let sealed = sealed.ok_or_else(|| self.other_key(say!("key-of-journal-is-in-a-file")))?;
                InstallKey::unseal_with(&sealed, passphrase)
                    .ok_or_else(|| self.other_key(say!("passphrase-does-not-open-the-key")))?
            }
        };
        self.check(&facts, &key)?;
        let own = key_file(state, &facts.id);
        if InstallKey::load(&own).is_err() {
            folder::make_dir(state)?;
            key.save(&own)?;
        }
        Ok(if made { SetUp::Made } else { SetUp::Joined })
    }

    /// Opens the journal with the key that this bench has.
    ///
    /// # Errors
    /// [`JournalError::NotSetUp`], [`JournalError::OtherKey`] where this bench has none or another one: refuse before the first phone.
    /// [`JournalError::Unreachable`], [`JournalError::Refused`].
    pub fn open(&self, state: &Path) -> Result<Journal> {
        let place = Place::Server(Box::new(self.0.clone()));
        let connection = place.connect(&JOURNAL)?;
        let facts = self.facts(&connection)?;
        let file = key_file(state, &facts.id);
        if !file.exists() {
            return Err(self.other_key(say!("bench-does-not-have-the-key")));
        }
        let key = InstallKey::load(&file)?;
        self.check(&facts, &key)?;
        folder::make_dir(state)?;
        let path = state.join(format!("shared-{}", facts.id));
        Ok(Journal::shared(place, path, key, Mutex::new(connection), facts.lease))
    }

    fn facts(&self, c: &Connection) -> Result<Facts> {
        let all = |c: &Connection| -> Sql<Option<Facts>> {
            let (id, fingerprint, lease) = (meta::get(c, "id")?, meta::get(c, "key")?, meta::get(c, "lease")?);
            let (Some(id), Some(fingerprint)) = (id, fingerprint) else { return Ok(None) };
            let lease = lease.and_then(|ms| ms.parse().ok()).map_or(LEASE, Duration::from_millis);
            Ok(Some(Facts { id, fingerprint, lease }))
        };
        let facts = all(c).map_err(|e| self.failed(&e))?;
        facts.ok_or_else(|| JournalError::NotSetUp { path: self.shown().to_owned() })
    }

    fn check(&self, facts: &Facts, key: &InstallKey) -> Result<()> {
        if key.fingerprint() == facts.fingerprint {
            return Ok(());
        }
        Err(self.other_key(say!("key-is-of-another-journal")))
    }

    fn other_key(&self, why: String) -> JournalError {
        JournalError::OtherKey { path: self.shown().to_owned(), why }
    }

    fn failed(&self, error: &super::store::SqlError) -> JournalError {
        JournalError::of(self.shown(), error)
    }
}

/// What the database says of the journal in it.
struct Facts {
    id: String,
    fingerprint: String,
    lease: Duration,
}

/// Where a bench keeps the key of a shared journal.
fn key_file(state: &Path, id: &str) -> PathBuf {
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    state.join(format!("shared-{id}.key"))
}
