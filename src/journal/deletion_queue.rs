//! What waits for the owner's deletion of an account: its phones with their proven outcome, and how far the deletion came.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::commit::Writer;
use super::lease::{self, Heartbeat};
use super::read::{find_device, moment};
use super::run_lock::RunLock;
use super::store::schema::JOURNAL;
use super::store::{Connection, Row, Sql, values};
use super::{InstallKey, Journal, JournalError, PhoneKey, Result, now, random_id};
use crate::event::FindDevice;
use crate::model::{AccountId, AccountRef, DeletionState, Outcome, ResultRow};
use crate::text::say;

/// An account that waits for its deletion, or has it behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedAccount {
    /// Its name here.
    pub account: AccountRef,
    /// The masked id.
    pub masked: String,
    /// Whether the phones gave the full id, so that its phones are one account's. Of a masked id this is only a guess.
    pub certain: bool,
    /// Accounts of the same mask: maybe the same one. Only the person knows.
    pub maybe_same: Vec<AccountRef>,
    /// Its phones.
    pub phones: Vec<QueuedPhone>,
    /// How far the deletion has come.
    pub web: DeletionState,
    /// Since when; absent where it was not begun.
    pub web_since: Option<DateTime<Utc>>,
}

impl QueuedAccount {
    /// Phones that are not proven out of the account.
    pub fn not_proven(&self) -> impl Iterator<Item = &QueuedPhone> {
        self.phones.iter().filter(|phone| !phone.is_out())
    }
}

/// A phone of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedPhone {
    /// Its hardware serial.
    pub key: PhoneKey,
    /// Model, where known.
    pub model: Option<String>,
    /// How it last ended; absent where it was begun and has no row.
    pub outcome: Option<Outcome>,
    /// Find Device, as far as the walk saw it.
    pub find_device: FindDevice,
    /// When.
    pub at: DateTime<Utc>,
    /// In which run.
    pub run: String,
}

impl QueuedPhone {
    /// Whether it is proven out.
    #[must_use]
    pub fn is_out(&self) -> bool {
        matches!(self.outcome, Some(Outcome::SignedOut | Outcome::AlreadySignedOut))
    }
}

/// Files a phone under the account that was seen on it.
pub(super) fn seen(t: &Connection, key: &InstallKey, run: &str, phone: &PhoneKey, account: &AccountId) -> Sql<()> {
    let hash = key.account(account);
    // Looked for first: an insert that finds the account there uses a number up all the same.
    t.execute(
        "INSERT INTO accounts (hash, mask, certain, masked) SELECT $1, $2, CAST($3 AS BIGINT), $4
         WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE hash = $1) ON CONFLICT (hash) DO NOTHING",
        values![&hash.hash, key.mask(account), hash.certain, account.masked()],
    )?;
    t.execute(
        "INSERT INTO account_phones (account, key, run, model, outcome, find_device, at)
         SELECT a.id, p.key, p.run, p.model, '', p.find_device, $4
         FROM accounts a, phones p WHERE a.hash = $1 AND p.run = $2 AND p.key = $3
         ON CONFLICT (account, key) DO UPDATE
         SET run = excluded.run, model = excluded.model, outcome = '', find_device = excluded.find_device, at = excluded.at",
        values![hash.hash, run, phone.as_str(), now()],
    )
    .map(drop)
}

/// Notes how a phone ended. A phone without an account is out of every account that was seen on it before.
pub(super) fn note(t: &Connection, key: &InstallKey, run: &str, phone: &PhoneKey, row: &ResultRow) -> Sql<()> {
    if let Some(account) = &row.account {
        seen(t, key, run, phone, account)?;
        t.execute(
            "UPDATE account_phones SET outcome = $3, at = $4 WHERE key = $2
             AND account = (SELECT id FROM accounts WHERE hash = $1)",
            values![key.account(account).hash, phone.as_str(), row.outcome.as_str(), now()],
        )?;
    }
    if matches!(row.outcome, Outcome::SignedOut | Outcome::AlreadySignedOut) {
        let out = [Outcome::SignedOut.as_str(), Outcome::AlreadySignedOut.as_str()];
        t.execute(
            "UPDATE account_phones SET outcome = $3, at = $4, run = $5 WHERE key = $2 AND outcome NOT IN ($1, $3)",
            values![out[0], phone.as_str(), out[1], now(), run],
        )?;
    }
    Ok(())
}

impl Journal {
    /// Every account that was seen on a phone, with its phones and the state of its deletion.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`], [`JournalError::Unwritable`].
    pub fn queued_accounts(&self) -> Result<Vec<QueuedAccount>> {
        self.reading(|c| {
            let ids = c.rows("SELECT id FROM accounts ORDER BY id", &[])?;
            ids.into_iter().filter_map(|row| row.first().and_then(|id| load(c, id)).transpose()).collect()
        })
    }

    /// One account.
    ///
    /// # Errors
    /// [`JournalError::Missing`] and as for [`Journal::queued_accounts`].
    pub fn queued_account(&self, account: AccountRef) -> Result<QueuedAccount> {
        let found = self.reading(|c| load(c, account.number()))?;
        found.ok_or_else(|| JournalError::Missing(say!("missing-account", account)))
    }

    /// Begins or goes on with the deletion of an account, for this process alone.
    ///
    /// # Errors
    /// [`JournalError::Busy`] where another process that lives is at it, [`JournalError::Missing`],
    /// [`JournalError::Unwritable`].
    pub fn deletion(self: &Arc<Self>, account: AccountRef) -> Result<Deletion> {
        let masked = self.queued_account(account)?.masked;
        let holder = format!("delete-{account}-{}-{}", std::process::id(), &random_id()?[..4]);
        let lock = RunLock::take(&self.path, &holder)?;
        let what = format!("account {account}");
        let writer = Writer::new(self.place.clone(), &JOURNAL, self.another()?, WAIT)?;
        let (journal, held, by) = (Arc::clone(self), what.clone(), holder.clone());
        let taken = writer.durable(move |t| lease::take(t, &journal, &held, &by))?;
        let epoch = taken.map_err(|busy| match busy {
            JournalError::Busy { run, pid, since, is_silent, .. } => {
                JournalError::Busy { what: format!("account {masked}"), run, pid, since, is_silent }
            }
            other => other,
        })?;
        let heartbeat = Heartbeat::start(self, &holder, || {})?;
        let journal = Arc::clone(self);
        Ok(Deletion { journal, account, what, holder, epoch, writer, _heartbeat: heartbeat, _lock: lock })
    }
}

/// How long a step of the deletion waits for a lost database server before it is refused.
const WAIT: Duration = Duration::from_secs(20);

/// The deletion of one account, held by this process until it is dropped.
#[derive(Debug)]
pub struct Deletion {
    journal: Arc<Journal>,
    account: AccountRef,
    what: String,
    holder: String,
    epoch: i64,
    writer: Writer,
    _heartbeat: Option<Heartbeat>,
    _lock: RunLock,
}

impl Deletion {
    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountRef {
        self.account
    }

    /// How far it has come.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`], [`JournalError::Unwritable`].
    pub fn state(&self) -> Result<DeletionState> {
        self.writer.read(|c| last_step(c, self.account.number())).map(|step| step.0)
    }

    /// Writes the next step, before it is done. On the disk before it returns. `detail` is for reasons of a refusal, hosts and the
    /// like; never an id, a code or a whole address.
    ///
    /// # Errors
    /// [`JournalError::OutOfOrder`] where it may not follow: do not act. [`JournalError::Unwritable`]: do not act.
    pub fn step(&self, next: &DeletionState) -> Result<()> {
        self.write(next, next.detail(), DeletionState::may_become)
    }

    /// Writes what the person says of a deletion whose end was not observed: deleted, kept, or not deleted (`Refused`).
    ///
    /// # Errors
    /// [`JournalError::OutOfOrder`] where the end is known, or `said` is no end.
    pub fn settle(&self, said: &DeletionState) -> Result<()> {
        let detail = said.detail().or_else(|| Some("said by the person".to_owned()));
        self.write(said, detail, |from, to| {
            (from.is_open_end() || matches!(from, DeletionState::FinalArmed | DeletionState::MayBeGone))
                && matches!(to, DeletionState::Done | DeletionState::Refused(_) | DeletionState::Kept)
        })
    }

    fn write(
        &self,
        next: &DeletionState,
        detail: Option<String>,
        may: impl Fn(&DeletionState, &DeletionState) -> bool + Send + 'static,
    ) -> Result<()> {
        let (journal, account, epoch) = (Arc::clone(&self.journal), self.account.number(), self.epoch);
        let (what, holder, next) = (self.what.clone(), self.holder.clone(), next.clone());
        self.writer.durable(move |t| {
            if journal.is_shared()
                && let Err(lost) = lease::renew(t, &journal, &what, &holder, epoch)?
            {
                return Ok(Err(lost));
            }
            let from = last_step(t, account)?.0;
            if !may(&from, &next) {
                return Ok(Err(JournalError::OutOfOrder { from: from.as_str(), to: next.as_str() }));
            }
            t.execute(
                "INSERT INTO web_steps (account, state, at, detail) VALUES ($1, $2, $3, $4)",
                values![account, next.as_str(), now(), &detail],
            )?;
            Ok(Ok(()))
        })?
    }
}

impl Drop for Deletion {
    fn drop(&mut self) {
        let _ = self.writer.read(|c| lease::release(c, &self.what, &self.holder));
    }
}

/// The last step of an account's deletion, and since when.
fn last_step(c: &Connection, account: i64) -> Sql<(DeletionState, Option<DateTime<Utc>>)> {
    let sql = "SELECT state, at, detail FROM web_steps WHERE account = $1 ORDER BY id DESC LIMIT 1";
    let Some(mut row) = c.row_if_any(sql, values![account])? else { return Ok((DeletionState::NotStarted, None)) };
    let (state, at, detail): (String, String, Option<String>) = (row.take(0)?, row.take(1)?, row.take(2)?);
    Ok((DeletionState::read(&state, detail.as_deref()), Some(moment(&at))))
}

fn load(c: &Connection, id: i64) -> Sql<Option<QueuedAccount>> {
    let account = c.row_if_any("SELECT masked, mask, certain FROM accounts WHERE id = $1", values![id])?;
    let Some(mut account) = account else { return Ok(None) };
    let (masked, mask, certain): (String, String, bool) = (account.take(0)?, account.take(1)?, account.take(2)?);
    let same = c.rows("SELECT id FROM accounts WHERE mask = $1 AND id <> $2 ORDER BY id", values![mask, id])?;
    let phones = c.rows(
        "SELECT key, model, outcome, find_device, at, run FROM account_phones WHERE account = $1 ORDER BY key",
        values![id],
    )?;
    let (web, web_since) = last_step(c, id)?;
    Ok(Some(QueuedAccount {
        account: AccountRef::new(id),
        masked,
        certain,
        maybe_same: same.into_iter().map(|row| row.first().map(AccountRef::new)).collect::<Sql<_>>()?,
        phones: phones.into_iter().map(phone_of).collect::<Sql<_>>()?,
        web,
        web_since,
    }))
}

fn phone_of(mut row: Row) -> Sql<QueuedPhone> {
    let outcome: String = row.take(2)?;
    Ok(QueuedPhone {
        key: PhoneKey::new(row.take::<String>(0)?),
        model: row.take(1)?,
        outcome: Outcome::ALL.into_iter().find(|o| o.as_str() == outcome),
        find_device: find_device(&row.take::<String>(3)?),
        at: moment(&row.take::<String>(4)?),
        run: row.take(5)?,
    })
}
