//! One thing that happened: when, to whom, and what.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{Outcome, Reason, ResultRow, Serial};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// To which phone, account or run.
    #[serde(flatten)]
    pub subject: Subject,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl Event {
    /// An event of this moment.
    #[must_use]
    pub fn now(subject: Subject, kind: EventKind) -> Self {
        Self { at: Utc::now(), subject, kind }
    }
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// One phone, by the serial that adb prints.
    #[serde(rename = "serial")]
    Phone(Serial),
    /// One account, masked.
    Account(String),
    /// The run as a whole, by its id.
    Run(String),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// Work on a phone began.
    Started {
        /// Market name or model, where known yet.
        model: Option<String>,
        /// USB path or address, where known.
        place: Option<String>,
        /// Its number in the tray, where there are several.
        #[serde(skip_serializing_if = "Option::is_none")]
        tray: Option<u32>,
    },
    /// What the probes said before the first tap.
    Identified {
        /// Market name or model.
        model: Option<String>,
        /// `MIUI 14.0.9`, `HyperOS 2.0.214.0`.
        software: Option<String>,
        /// The profile chosen.
        profile: Option<String>,
        /// Masked account.
        account: Option<String>,
    },
    /// A screen was recognised.
    Screen {
        /// Its name in the profile.
        name: String,
    },
    /// A step is about to be done. Never holds what is typed.
    Step {
        /// The screen it is done on.
        screen: String,
        /// The step in words: `tap logout_account`, `type password`, `submit password`.
        what: String,
        /// Whether it changes something on the phone or its account.
        mutates: bool,
    },
    /// A mutating step was done and what followed was observed.
    Observed {
        /// The screen that followed, where one was recognised.
        screen: Option<String>,
    },
    /// The phone waits for a person.
    WaitingForPerson {
        /// For what.
        reason: Reason,
        /// What to do, and where to tap.
        hint: String,
    },
    /// The phone waits until another one is done: the run works on `--jobs` phones at once.
    Queued {
        /// Market name or model, where known yet.
        model: Option<String>,
        /// USB path or address, where known.
        place: Option<String>,
        /// Its number in the tray, where there are several.
        #[serde(skip_serializing_if = "Option::is_none")]
        tray: Option<u32>,
    },
    /// The phone waits for the verdict of another phone of its account. No action is needed.
    WaitingForTurn,
    /// The wait is over; the phone goes on.
    Resumed,
    /// The connection was lost; the run waits for the phone.
    Lost,
    /// The phone is back.
    Back,
    /// A person unplugged a phone that has its result, or that had not begun. Its place is free.
    Unplugged,
    /// Something worth a line for people.
    Note {
        /// The line.
        text: String,
    },
    /// Work on a phone ended.
    Ended(Box<ResultRow>),
    /// The run ended.
    Finished {
        /// Outcomes with their counts.
        counts: Vec<(Outcome, usize)>,
        /// The exit status.
        exit: u8,
    },
}
