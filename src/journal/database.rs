//! The journal of many runs: a file of this computer, or a database that several benches share.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::store::schema::{JOURNAL, Schema};
use super::store::{self, Connection, Sql, SqlError, sqlite};
use super::{InstallKey, JournalError, Result, meta};

/// How long a lease lasts that nobody renews, where the database says nothing else.
pub(super) const LEASE: Duration = Duration::from_secs(30);

/// Where a record is.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// A file.
    File(PathBuf),
    /// A database server.
    #[cfg(feature = "postgres")]
    Server(Box<store::address::Address>),
}

impl Place {
    /// The place as people read it: a path, or an address without credentials.
    pub(super) fn shown(&self) -> &Path {
        match self {
            Self::File(path) => path,
            #[cfg(feature = "postgres")]
            Self::Server(address) => address.shown(),
        }
    }

    /// Whether this process has to end: then it waits for no database server.
    pub(super) fn is_interrupted(&self) -> bool {
        match self {
            Self::File(_) => false,
            #[cfg(feature = "postgres")]
            Self::Server(address) => address.is_interrupted(),
        }
    }

    /// Another connection, for writing.
    pub(super) fn connect(&self, schema: &Schema) -> Result<Connection> {
        match self {
            Self::File(path) => sqlite::open(path, schema),
            #[cfg(feature = "postgres")]
            Self::Server(address) => store::postgres::open(address, schema),
        }
    }
}

/// The journal of many runs, open for reading and for beginning new ones.
#[derive(Debug)]
pub struct Journal {
    pub(super) place: Place,
    /// The files that say which runs of this computer are alive are beside this one.
    pub(super) path: PathBuf,
    pub(super) key: Option<InstallKey>,
    connection: Mutex<Connection>,
    /// Holds the copy that is read where the journal itself can't be.
    _copy: Option<tempfile::TempDir>,
    /// Whether earlier runs were recorded with another key.
    key_changed: bool,
    /// How long a lease lasts that nobody renews.
    lease: Duration,
}

impl Journal {
    /// Opens the journal, or makes it: mode 0600, its directory 0700 where it is new.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`] (go on without, saying so), [`JournalError::Corrupt`] and [`JournalError::Newer`] (refuse;
    /// the file is left as it is).
    pub fn open(path: &Path, key: InstallKey) -> Result<Self> {
        let path = store::resolve(path)?;
        let place = Place::File(path.clone());
        let connection = place.connect(&JOURNAL)?;
        let known = meta::replace(&connection, "key", &key.fingerprint()).map_err(|e| JournalError::of(&path, &e))?;
        let key_changed = known == Some(false);
        Ok(Self {
            place,
            path,
            key: Some(key),
            connection: Mutex::new(connection),
            _copy: None,
            key_changed,
            lease: LEASE,
        })
    }

    /// Opens a journal for reading alone: nothing is made or changed in its folder. Without a key its records have no seal.
    ///
    /// # Errors
    /// [`JournalError::Missing`] where there is none, and as [`Journal::open`].
    pub fn read(path: &Path, key: Option<InstallKey>) -> Result<Self> {
        let path = store::resolve(path)?;
        let (connection, copy) = sqlite::read(&path, &JOURNAL)?;
        let place = Place::File(path.clone());
        Ok(Self { place, path, key, connection: Mutex::new(connection), _copy: copy, key_changed: false, lease: LEASE })
    }

    /// A journal that other benches use too.
    #[cfg(feature = "postgres")]
    pub(super) fn shared(
        place: Place,
        path: PathBuf,
        key: InstallKey,
        connection: Mutex<Connection>,
        lease: Duration,
    ) -> Self {
        Self { place, path, key: Some(key), connection, _copy: None, key_changed: false, lease }
    }

    /// Whether `install.key` is another one than in earlier runs: their accounts are not known again, and their seals not checked.
    #[must_use]
    pub fn key_changed(&self) -> bool {
        self.key_changed
    }

    /// The file; of a database that benches share, a file that is not there, beside which this bench keeps what is its own.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The journal as people read it: a path, or an address without credentials.
    #[must_use]
    pub fn shown(&self) -> &Path {
        self.place.shown()
    }

    /// Whether other benches use the same journal.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        !matches!(self.place, Place::File(_))
    }

    /// The key that names accounts and seals records; absent where the journal was opened without one.
    #[must_use]
    pub fn key(&self) -> Option<InstallKey> {
        self.key.clone()
    }

    /// How long a lease lasts that nobody renews.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// This bench, as far as it can tell for sure: this start of this computer, and the folder with the files that say who is alive. Empty where
    /// it can't; a dead holder then loses its leases by time alone.
    pub(super) fn bench(&self) -> String {
        bench(&self.path).unwrap_or_default()
    }

    /// Reads. A database server that went away since the last time is reached anew.
    pub(super) fn reading<T>(&self, act: impl Fn(&Connection) -> Sql<T>) -> Result<T> {
        let mut connection = self.connection();
        match act(&connection) {
            Err(error) if error.is_away() => {
                *connection = self.place.connect(&JOURNAL)?;
                act(&connection).map_err(|e| self.failed(&e))
            }
            read => read.map_err(|e| self.failed(&e)),
        }
    }

    /// The connection, also after a panic elsewhere: SQLite rolled that transaction back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A second connection, for a run of its own.
    pub(super) fn another(&self) -> Result<Connection> {
        self.place.connect(&JOURNAL)
    }

    /// Sorts an error of this journal.
    pub(super) fn failed(&self, error: &SqlError) -> JournalError {
        JournalError::of(self.place.shown(), error)
    }
}

fn bench(path: &Path) -> Option<String> {
    let place = crate::platform::computer_and_folder(path.parent()?)?;
    Some(crate::record::chain::sha256(place.as_bytes()))
}
