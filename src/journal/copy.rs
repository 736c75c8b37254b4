//! A journal copied into another one that holds no run yet: from a file into the database that benches will share, or back.

use std::time::Duration;

use super::store::{Connection, Sql, Value, values};
use super::{Journal, JournalError, Ledger, Result, meta};

/// What [`Journal::copy_to`] copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Runs.
    pub runs: usize,
    /// Their rows.
    pub rows: usize,
}

/// What belongs to one run: the table, its columns, and the one that names the run.
const OF_A_RUN: [(&str, &str, &str); 5] = [
    ("runs", "id, header, genesis, head, rows, pid, started, ended, exit, lot", "id"),
    (
        "phones",
        "run, key, serial, adb, make, model, place, find_device, begun, progress, pending, outcome, turn",
        "run",
    ),
    ("events", "run, key, at, event", "run"),
    ("rows", "run, row, key, outcome, text, previous, hash, picture", "run"),
    ("pictures", "run, key, png", "run"),
];

/// What belongs to accounts.
const OF_ACCOUNTS: [(&str, &str, &str); 3] = [
    ("accounts", "id, hash, mask, certain, masked", "id"),
    ("account_phones", "account, key, run, model, outcome, find_device, at", "account, key"),
    ("web_steps", "id, account, state, at, detail", "id"),
];

impl Journal {
    /// Copies all runs, their chains unchanged, and all accounts with the state of their deletion. Both journals must have the same key, since
    /// accounts are named by it. What runs hold that are going is not copied.
    ///
    /// # Errors
    /// [`JournalError::NotEmpty`] where `to` holds runs, [`JournalError::KeysDiffer`], and as for reading and writing: nothing was copied.
    pub fn copy_to(&self, to: &Self) -> Result<Copied> {
        let key = self.reading(|c| meta::get(c, "key"))?;
        if key != to.reading(|c| meta::get(c, "key"))? {
            return Err(JournalError::KeysDiffer);
        }
        let target = to.another()?;
        let copied = self.reading(|from| {
            let all = |from: &Connection, to: &Connection| {
                if to.row("SELECT EXISTS (SELECT 1 FROM runs)", &[])?.first()? {
                    return Ok(None);
                }
                copy(from, to).map(Some)
            };
            // One moment of it, so that a run that is going is copied as far as it had come.
            from.take_time()?;
            target.take_time()?;
            from.snapshot(|from| target.transaction(|to| all(from, to)))
        })?;
        let copied = copied.map_err(|e| to.failed(&e))?;
        copied.ok_or_else(|| JournalError::NotEmpty { path: to.place.shown().to_owned() })
    }

    /// Takes rejections of accounts over into the ledger of `to`, which benches share: who moves a journal gets no more tries at a password
    /// for it.
    ///
    /// # Errors
    /// Any: count them as not taken over.
    pub fn copy_rejections_to(&self, to: &Self) -> Result<()> {
        if !to.is_shared() {
            return Ok(());
        }
        let ledger = Ledger::shared(to, "copy", Duration::ZERO)?;
        self.rejections()?.iter().try_for_each(|(account, rejections)| ledger.restore(account, *rejections))
    }
}

fn copy(from: &Connection, to: &Connection) -> Sql<Copied> {
    let mut copied = Copied::default();
    for run in from.rows("SELECT id FROM runs ORDER BY started, id", &[])? {
        let id: String = run.first()?;
        for (table, columns, of) in OF_A_RUN {
            // In the order in which they were written.
            let order = match table {
                "events" => " ORDER BY id",
                "rows" => " ORDER BY row",
                _ => "",
            };
            let sql = format!("SELECT {columns} FROM {table} WHERE {of} = $1{order}");
            let rows = from.rows(&sql, values![&id])?;
            copied.rows += if table == "rows" { rows.len() } else { 0 };
            insert(to, table, columns, rows.into_iter().map(super::store::Row::into_values))?;
        }
        copied.runs += 1;
    }
    for (table, columns, order) in OF_ACCOUNTS {
        let rows = from.rows(&format!("SELECT {columns} FROM {table} ORDER BY {order}"), &[])?;
        insert(to, table, columns, rows.into_iter().map(super::store::Row::into_values))?;
    }
    if to.is_shared() {
        // Numbers that were given by hand are not counted by PostgreSQL.
        for table in ["accounts", "web_steps"] {
            let sql = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}), false)"
            );
            to.rows(&sql, &[])?;
        }
    }
    Ok(copied)
}

fn insert(to: &Connection, table: &str, columns: &str, rows: impl Iterator<Item = Vec<Value>>) -> Sql<()> {
    let places: Vec<String> = (1..=columns.split(',').count()).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO {table} ({columns}) VALUES ({})", places.join(", "));
    for values in rows {
        to.execute(&sql, &values)?;
    }
    Ok(())
}
