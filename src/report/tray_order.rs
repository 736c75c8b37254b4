//! The order in which a report lists its phones.

use crate::model::natural_order;
use crate::record::{ChainedRow, RunRecord};

/// The rows as the phones lie in the tray: by adb server and USB path (`1-4.2` before `1-4.10`), those without a cable last.
pub(super) fn tray_order(run: &RunRecord) -> Vec<&ChainedRow> {
    let mut rows: Vec<&ChainedRow> = run.rows.iter().collect();
    rows.sort_by_cached_key(|row| {
        let (record, result) = (&row.record, &row.record.result);
        let place = record.place.as_deref().unwrap_or(&result.serial);
        // A network address has a port, a USB path has none.
        (record.place.is_none() || place.contains(':'), natural_order(&result.adb), natural_order(place), record.row)
    });
    rows
}
