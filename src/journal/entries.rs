//! The entries of the stream, written.

use super::run::Pending;
use super::{JournalError, Mutation, Run};
use crate::event::{Entry, Kept, Recorder};

impl Run {
    /// Writes an entry. On the disk before it returns.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`]: it is not recorded. A phone that another worker has is no error.
    pub fn write(&self, entry: Entry) -> super::Result<Kept> {
        let pending = self.queue_entry(entry);
        self.flush();
        pending()
    }

    /// Writes entries of several workers, each of which waits for its own, in one transaction: together they cost hardly more than one.
    /// Gives each to `done` with what became of it.
    pub fn write_all<T>(&self, entries: Vec<(Entry, T)>, mut done: impl FnMut(T, super::Result<Kept>)) {
        let queue = |(entry, whose)| (self.queue_entry(entry), whose);
        let pending: Vec<(Pending<'_, Kept>, T)> = entries.into_iter().map(queue).collect();
        self.flush();
        for (pending, whose) in pending {
            done(whose, pending());
        }
    }

    fn queue_entry(&self, entry: Entry) -> Pending<'_, Kept> {
        let pending = match entry {
            Entry::Claim(info) => {
                let claimed = self.queue_phone(&info);
                return Box::new(move || match claimed() {
                    Ok(()) => Ok(Kept::Written(self.earlier(&info.key)?)),
                    Err(error @ (JournalError::Busy { .. } | JournalError::Duplicate(_))) => Ok(Kept::Taken {
                        by_another_run: matches!(error, JournalError::Busy { .. }),
                        is_silent: matches!(error, JournalError::Busy { is_silent: true, .. }),
                        why: format!("{error}: {}", error.hint()),
                    }),
                    Err(error) => Err(error),
                });
            }
            Entry::Account { key, account } => self.queue_account(&key, &account),
            Entry::Step { key, screen, what, progress } => {
                self.queue_mutation(&key, &Mutation { screen: &screen, what: &what }, &progress)
            }
            Entry::Observed { key, progress } => self.queue_progress(&key, &progress, None),
            Entry::FindDevice { key, seen } => self.queue_find_device(&key, seen),
            Entry::Picture { key, png } => self.queue_picture(&key, &png),
            Entry::Row { key, hardware_serial, row } => self.queue_result(key.as_ref(), hardware_serial, &row),
        };
        Box::new(|| pending().map(|()| Kept::Written(None)))
    }
}

impl Recorder for Run {
    fn keep(&self, entry: Entry) -> Kept {
        self.write(entry).unwrap_or(Kept::Nowhere)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::event::{PhoneInfo, PhoneKey, Progress};
    use crate::journal::{InstallKey, Journal, RunInfo};
    use crate::model::Serial;

    fn key(n: usize) -> PhoneKey {
        PhoneKey::new(format!("hw{n}"))
    }

    fn claim(n: usize) -> Entry {
        let (serial, adb) = (Serial::new(format!("s{n}")), "127.0.0.1:5037".to_owned());
        Entry::Claim(PhoneInfo { key: key(n), serial, adb, make: None, model: None, place: None })
    }

    /// Transactions in the write-ahead log: the last page of each says how large the database is after it.
    fn commits(journal: &Path) -> usize {
        const HEADER: usize = 32;
        const PAGE: usize = 24 + 4096;
        let log = std::fs::read(journal.with_extension("db-wal")).unwrap();
        log[HEADER..].chunks_exact(PAGE).filter(|page| page[4..8] != [0; 4]).count()
    }

    #[test]
    fn entries_of_one_turn_share_a_transaction_and_each_has_its_own_answer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j.db");
        let journal = Journal::open(&path, InstallKey::open(dir.path()).unwrap()).unwrap();
        let run = Arc::new(journal).begin(RunInfo::default()).unwrap();
        let write = |entries: Vec<Entry>| {
            let mut kept = Vec::new();
            run.write_all(entries.into_iter().map(|entry| (entry, ())).collect(), |(), answer| kept.push(answer));
            kept
        };
        let before = commits(&path);
        let claimed = write((0..40).map(claim).collect());
        assert!(claimed.len() == 40 && claimed.into_iter().all(|kept| kept.unwrap() == Kept::Written(None)));
        assert_eq!(commits(&path) - before, 1);
        // No run has claimed phone 99.
        let observed = write([1, 99, 2].map(|n| Entry::Observed { key: key(n), progress: Progress::default() }).into());
        assert_eq!(observed.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(commits(&path) - before, 2);
    }
}
