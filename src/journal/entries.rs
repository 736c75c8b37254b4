//! The entries of the stream, written.

use super::{JournalError, Mutation, Run};
use crate::event::{Entry, Kept, Recorder};

/// Entries of one turn that are written side by side, so that they share a turn of the disk.
const SIDE_BY_SIDE: usize = 32;

impl Run {
    /// Writes an entry. On the disk before it returns.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`]: it is not recorded. A phone that another worker has is no error.
    pub fn write(&self, entry: Entry) -> super::Result<Kept> {
        match entry {
            Entry::Claim(info) => match self.phone(&info) {
                Ok(()) => Ok(Kept::Written(self.earlier(&info.key)?)),
                Err(error @ (JournalError::Busy { .. } | JournalError::Duplicate(_))) => Ok(Kept::Taken {
                    by_another_run: matches!(error, JournalError::Busy { .. }),
                    is_silent: matches!(error, JournalError::Busy { is_silent: true, .. }),
                    why: format!("{error}: {}", error.hint()),
                }),
                Err(error) => Err(error),
            },
            Entry::Account { key, account } => self.account(&key, &account).map(written),
            Entry::Step { key, screen, what, progress } => {
                self.before_mutation(&key, &Mutation { screen: &screen, what: &what }, &progress).map(written)
            }
            Entry::Observed { key, progress } => self.observed(&key, &progress).map(written),
            Entry::FindDevice { key, seen } => self.find_device(&key, seen).map(written),
            Entry::Picture { key, png } => self.picture(&key, &png).map(written),
            Entry::Row { key, hardware_serial, row } => {
                self.result_of(key.as_ref(), hardware_serial, &row).map(written)
            }
        }
    }

    /// Writes entries of several workers, each of which waits for its own: together they cost hardly more than one. Gives each to
    /// `done` with what became of it.
    pub fn write_all<T: Send>(&self, entries: Vec<(Entry, T)>, done: &(impl Fn(T, super::Result<Kept>) + Sync)) {
        let mut rest = entries.into_iter().peekable();
        while rest.peek().is_some() {
            std::thread::scope(|scope| {
                for (entry, whose) in rest.by_ref().take(SIDE_BY_SIDE) {
                    let shared = std::sync::Arc::new(std::sync::Mutex::new(Some((entry, whose))));
                    let take = {
                        let shared = std::sync::Arc::clone(&shared);
                        move || shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
                    };
                    let write = move || {
                        if let Some((entry, whose)) = take() {
                            done(whose, self.write(entry));
                        }
                    };
                    // Where no thread can be had, it is written here.
                    if std::thread::Builder::new().spawn_scoped(scope, write).is_err()
                        && let Some((entry, whose)) =
                            shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
                    {
                        done(whose, self.write(entry));
                    }
                }
            });
        }
    }
}

impl Recorder for Run {
    fn keep(&self, entry: Entry) -> Kept {
        self.write(entry).unwrap_or(Kept::Nowhere)
    }
}

/// The answer to all entries but a claim.
fn written((): ()) -> Kept {
    Kept::Written(None)
}
