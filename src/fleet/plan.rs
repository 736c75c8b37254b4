//! What a run does with each phone, as its options say.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::{Passwords, RunRecorder};
use crate::event::Listener;
use crate::flow::Patience;
use crate::model::AccountId;
use crate::profile::{Catalog, Options};

/// The longest one round trip may take: a dump of a page that never idles takes 11 s, and slow phones twice that.
pub(super) const STEP_LIMIT: Duration = Duration::from_secs(40);

/// What a run does with each phone.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option of the run")]
pub struct Plan<'a> {
    /// The device profiles.
    pub catalog: &'a Catalog,
    /// Answers to what phones ask.
    pub options: Options,
    /// Stop before the first tap that changes anything.
    pub dry_run: bool,
    /// Per phone.
    pub timeout: Duration,
    /// How long to wait for a lost phone.
    pub grace: Duration,
    /// Patience of each walk.
    pub patience: Patience,
    /// The owner's passwords.
    pub passwords: &'a Passwords,
    /// Phones at once; at least 1.
    pub jobs: usize,
    /// Never wait for a person.
    pub non_interactive: bool,
    /// The journal and the ledger of rejections.
    pub recorder: &'a RunRecorder<'a>,
    /// Submit a password again that an earlier run submitted without seeing the verdict.
    pub again: bool,
    /// The owner at the terminal, asked where an account was refused too often.
    pub owner: Option<&'a dyn Owner>,
    /// Told every event.
    pub listener: &'a dyn Listener,
    /// Phones of one account that may submit their password side by side, once one of them has accepted it; at least 1.
    pub per_account: usize,
    /// Whether signing out several accounts was authorised. Without it only the account of the first phone is.
    pub several_accounts: bool,
    /// Set to end at the next safe point.
    pub interrupted: &'a AtomicBool,
}

/// The account's owner, at the terminal.
pub trait Owner: Sync {
    /// Whether an account that was refused `rejections` times may be tried once more. Asks, and waits for the answer.
    fn allows_another_try(&self, account: &AccountId, rejections: u32) -> bool;
}
