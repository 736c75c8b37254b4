//! Permanent deletion of the account, in a real browser, by its owner. This room waits, checks and tells; it never decides,
//! never types, and never learns a password, captcha or code. It knows nothing of phones beyond the hand-off.
//!
//! look ([`Browser::snapshot`]) → recognise ([`classify()`], over [`Pages`]) → at most one act ([`walk()`]).

mod browser;
mod classify;
mod download;
mod driver;
mod ending;
mod find;
mod guide;
mod hosts;
mod pages;
mod person;
mod process;
mod queue;
mod queue_journal;
mod snapshot;
mod walk;

pub use browser::{Browser, BrowserError, WindowId};
pub use classify::{Known, Page, classify, classify_but};
pub use download::{DownloadError, Downloads, Fitting};
pub use driver::{DrivenBrowser, DriverError, Looks, Stop};
pub use ending::{Ending, Plan, StopReason};
pub use find::{FindError, Found, Kind, find};
pub use guide::Guide;
pub use hosts::{ENTRY, HOSTS, Site, SiteError, place_of};
pub use pages::{Clue, PageRule, Pages, PagesError, Refusal, Role};
pub use person::{Act, Notice, Person, Question, Turn, WhyNot};
pub use process::{RUN_VARIABLE, sweep};
pub use queue::{AccountLock, DeletionQueue, MemoryQueue, QueueError, WaitingAccount, WaitingPhone};
pub use queue_journal::JournalQueue;
pub use snapshot::{Control, ControlKind, Field, FieldKind, Frame, Handle, Snapshot, for_people};
pub use walk::{consent_words, walk};
