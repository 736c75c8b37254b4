//! Steps whose record took long to write, since a database was away: what was seen before is old by then.

use std::time::Duration;

/// A step whose record took so long is decided anew. A busy disk or a database some way off does not take so long.
const OLD: Duration = Duration::from_secs(5);

/// So often in a row: a database that is always that slow ends no walk, since the phone itself compares the window before each tap.
const LIMIT: u32 = 3;

/// Counts records that took long.
#[derive(Debug, Default)]
pub(super) struct LateRecords(u32);

impl LateRecords {
    /// Whether a step is to be decided anew whose record has just been written and took so long.
    pub(super) fn makes_stale(&mut self, took: Duration) -> bool {
        let stale = took >= OLD && self.0 < LIMIT;
        self.0 = if stale { self.0 + 1 } else { 0 };
        stale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_always_late_makes_no_step_stale_for_ever() {
        let mut records = LateRecords::default();
        let stale: Vec<bool> = [0, 9, 9, 9, 9, 1, 9].map(|s| records.makes_stale(Duration::from_secs(s))).to_vec();
        assert_eq!(stale, [false, true, true, true, false, false, true]);
    }
}
