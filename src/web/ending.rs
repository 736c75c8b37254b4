//! What a walk is about, and how it ended.

use super::{Refusal, Site};
use crate::model::AccountRef;

/// What one walk is about.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The account.
    pub account: AccountRef,
    /// Its masked id (`6230***535`): a page that shows another account ends the walk.
    pub masked: String,
    /// Where it begins, and may be.
    pub site: Site,
    /// Whether this program presses the last Delete after the words were typed.
    pub press_final: bool,
    /// How many looks an unclear page is given before the person is told.
    pub patience: u32,
    /// For how many looks to wait for the answer to the last press.
    pub answer_patience: u32,
}

/// How a walk ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Xiaomi said that the account is deleted, after the last question.
    Deleted,
    /// Xiaomi refused; empty where the page gave no known reason.
    Refused(Vec<Refusal>),
    /// Nothing was deleted: the owner turned back.
    Kept,
    /// This program could not see how it ended, and the owner said it.
    Said {
        /// What the owner said.
        deleted: bool,
    },
    /// The walk stopped for the owner's sake.
    Stopped {
        /// Why.
        why: StopReason,
        /// Whether the account may be gone by then.
        may_be_gone: bool,
    },
    /// It may have been deleted, and could not be seen.
    Unknown,
    /// The owner ended this program, before anything could be deleted.
    Interrupted,
}

/// Why a walk can't go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The browser went to a host that is not Xiaomi's account service.
    ForeignHost(String),
    /// The page is about another account than the phones were signed out of; how the page shows it.
    OtherAccount(String),
}
