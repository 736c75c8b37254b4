//! Who works on a phone or an account: a row with its holder, an epoch and an expiry by the database's clock.
//!
//! On one computer the operating system says whether a holder lives ([`run_lock`]). A holder on another computer lives for as long as it
//! renews its lease; it may be late all the same, so every later write of it carries the epoch, and is refused where that is an old one.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use super::store::{Connection, Sql, values};
use super::{Journal, JournalError, Result, now, run_lock};

/// Takes the lease of `what` for `holder`, and gives its epoch. A holder that is dead, or whose lease has expired, loses it.
pub(super) fn take(
    t: &Connection,
    journal: &Journal,
    what: &str,
    holder: &str,
) -> Sql<std::result::Result<i64, JournalError>> {
    let here = journal.bench();
    let lease = journal.lease().as_millis() as i64;
    let mut dead = String::new();
    // One that lives renews its lease every third of it.
    let busy = |Holder { run, pid, since, left, .. }| {
        let is_silent = journal.is_shared() && left < lease / 2;
        JournalError::Busy { what: what.to_owned(), run, pid, since, is_silent }
    };
    if let Some(found) = holder_of(t, what)?
        && found.run != holder
        && (!journal.is_shared() || !found.host.is_empty() && found.host == here)
    {
        if run_lock::is_alive(&journal.path, &found.run) {
            return Ok(Err(busy(Holder { left: lease, ..found })));
        }
        dead = found.run;
    }
    let taken = t.row_if_any(
        "INSERT INTO held (what, holder, pid, since, host, epoch, expires)
         SELECT $1, $2, CAST($3 AS BIGINT), $4, $5, now, now + CAST($6 AS BIGINT) FROM clock WHERE now > 0
         ON CONFLICT (what) DO UPDATE SET holder = excluded.holder, pid = excluded.pid, since = excluded.since, host = excluded.host,
             epoch = CASE WHEN excluded.epoch > held.epoch THEN excluded.epoch ELSE held.epoch + 1 END,
             expires = excluded.expires
         WHERE held.holder = excluded.holder OR held.holder = $7 OR held.expires <= (SELECT now FROM clock)
         RETURNING epoch",
        values![what, holder, std::process::id(), now(), here, lease, dead],
    )?;
    if let Some(mut row) = taken {
        return Ok(Ok(row.take(0)?));
    }
    let another = || Holder { run: "another".into(), pid: 0, since: now(), host: String::new(), left: lease };
    Ok(Err(busy(holder_of(t, what)?.unwrap_or_else(another))))
}

/// Who has something.
struct Holder {
    run: String,
    pid: u32,
    since: String,
    host: String,
    /// The milliseconds until its lease expires.
    left: i64,
}

fn holder_of(t: &Connection, what: &str) -> Sql<Option<Holder>> {
    let sql = "SELECT holder, pid, since, host, expires - (SELECT now FROM clock) FROM held WHERE what = $1";
    let Some(mut row) = t.row_if_any(sql, values![what])? else { return Ok(None) };
    let (run, pid, since, host) = (row.take(0)?, row.take(1)?, row.take(2)?, row.take(3)?);
    Ok(Some(Holder { run, pid, since, host, left: row.take(4)? }))
}

/// Renews the lease of `what` before something is written on the strength of it.
pub(super) fn renew(
    t: &Connection,
    journal: &Journal,
    what: &str,
    holder: &str,
    epoch: i64,
) -> Sql<std::result::Result<(), JournalError>> {
    let changed = t.execute(
        "UPDATE held SET expires = (SELECT now FROM clock) + $4 WHERE what = $1 AND holder = $2 AND epoch = $3",
        values![what, holder, epoch, journal.lease().as_millis() as i64],
    )?;
    Ok(if changed == 1 { Ok(()) } else { Err(JournalError::TakenOver { what: what.to_owned() }) })
}

/// Lets `what` go.
pub(super) fn release(t: &Connection, what: &str, holder: &str) -> Sql<()> {
    t.execute("DELETE FROM held WHERE what = $1 AND holder = $2", values![what, holder]).map(drop)
}

/// Renews all leases of a holder, and its gates, until it is dropped. It has a thread and a connection of its own, so that a long transaction
/// of the run delays nothing.
#[derive(Debug)]
pub(super) struct Heartbeat(#[expect(dead_code, reason = "hung up when it is dropped")] SyncSender<()>);

impl Heartbeat {
    /// Starts for `holder`; nothing where no other bench uses the journal. `each` is called every time.
    pub(super) fn start(
        journal: &Journal,
        holder: &str,
        mut each: impl FnMut() + Send + 'static,
    ) -> Result<Option<Self>> {
        if !journal.is_shared() {
            return Ok(None);
        }
        let (hang_up, heard) = sync_channel(0);
        let (place, holder, lease) = (journal.place.clone(), holder.to_owned(), journal.lease());
        let mut connection = Some(journal.another()?);
        let beat = move || {
            while heard.recv_timeout(lease / 3) == Err(RecvTimeoutError::Timeout) {
                let renewed = connection.as_ref().map(|c| renew_all(c, &holder, lease));
                if !matches!(renewed, Some(Ok(()))) {
                    // The writer of the run says what is wrong; here it is only tried again.
                    connection = place.connect(&super::store::schema::JOURNAL).ok();
                }
                each();
            }
        };
        let started = std::thread::Builder::new().name("leases".into()).spawn(beat);
        started.map_err(|e| JournalError::io(journal.place.shown(), &e))?;
        Ok(Some(Self(hang_up)))
    }
}

fn renew_all(c: &Connection, holder: &str, lease: Duration) -> Sql<()> {
    let until = values![holder, lease.as_millis() as i64];
    c.execute("UPDATE held SET expires = (SELECT now FROM clock) + $2 WHERE holder = $1", until)?;
    c.execute("UPDATE gates SET expires = (SELECT now FROM clock) + $2 WHERE holder = $1", until).map(drop)
}
