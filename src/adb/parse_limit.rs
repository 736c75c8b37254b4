//! Whose turn it is to read what a phone sent. Hundreds may answer in the same moment: to read them all at once would take as
//! long, and hold all their texts in memory.

use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::available_parallelism;

/// As many limit at once as this computer has processors.
#[derive(Debug, Default)]
pub(super) struct ParseLimit {
    taken: Mutex<usize>,
    free: Condvar,
}

/// A turn; it ends when this is dropped, also by a panic.
#[derive(Debug)]
pub(super) struct Permit<'a>(&'a ParseLimit);

impl ParseLimit {
    pub(super) const fn new() -> Self {
        Self { taken: Mutex::new(0), free: Condvar::new() }
    }

    /// Waits for a turn. What is done in it must be bounded, and wait for nothing.
    pub(super) fn take(&self) -> Permit<'_> {
        let most = processors();
        let taken = self.free.wait_while(self.lock(), |taken| *taken >= most);
        *taken.unwrap_or_else(PoisonError::into_inner) += 1;
        Permit(self)
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many processors this program may use. Asked once: Linux answers from half a dozen files.
fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| available_parallelism().map_or(2, usize::from))
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.lock() -= 1;
        self.0.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn only_as_many_at_once_as_there_are_processors_and_each_comes_to_its_turn() {
        let (limit, now, most, done) =
            (ParseLimit::new(), AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    let _permit = limit.take();
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(done.into_inner(), 64);
        assert!(most.into_inner() <= available_parallelism().map_or(2, usize::from));
    }

    #[test]
    fn a_panic_gives_its_turn_back() {
        let limit = ParseLimit::new();
        for _ in 0..64 {
            let panicked = std::panic::catch_unwind(|| {
                let _permit = limit.take();
                std::panic::resume_unwind(Box::new("a parser's"));
            });
            assert!(panicked.is_err());
        }
        drop(limit.take());
        assert_eq!(*limit.lock(), 0);
    }
}
