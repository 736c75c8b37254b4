//! Walk: how phones are signed out.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};

use crate::profile::{Data, Options, PayCards};
use crate::text::say;

/// How phones are walked; shared by `sign-out`, `watch` and `demo`.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Walk")]
pub(crate) struct WalkArgs {
    /// Answer to the phone's question about synced data
    ///
    /// keep leaves synced contacts, messages and notes on the phone; remove deletes them from it. What is in Xiaomi Cloud stays
    /// there either way.
    #[arg(long, value_name = "keep|remove", value_enum, default_value_t, hide_possible_values = true)]
    pub(crate) data: DataArg,
    /// What to do about Mi Pay cards on the phone
    ///
    /// stop leaves a phone with cards alone (needs-person); remove lets the phone delete them.
    #[arg(long, value_name = "stop|remove", value_enum, default_value_t, hide_possible_values = true)]
    pub(crate) pay_cards: PayCardsArg,
    /// Time limit for a phone
    ///
    /// The clock stands still while the phone waits for a person.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: u64,
    /// Wait for a phone that disconnects
    ///
    /// Counts from the moment the phone or its adb server is lost. A phone that does not come back in time is reported as
    /// disconnected. A lost database of the record (--journal postgres://...) gets the same time.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(crate) grace: u64,
    /// Phones at the same time
    ///
    /// Without this option, all of them.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) jobs: Option<u32>,
    /// Phones of one account at the same time
    ///
    /// The first phone of an account submits the password alone. Once a phone has accepted it, up to N phones submit it at the
    /// same time.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) per_account: u32,
    /// Stop before the first tap that changes anything
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Never ask; report needs-person instead
    ///
    /// A phone that needs a person, for example for a picture code, ends as needs-person and does not wait.
    #[arg(long)]
    pub(crate) non_interactive: bool,
}

/// `--data`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataArg {
    /// Keep the synced data on the phone
    #[default]
    Keep,
    /// Remove it from the phone
    Remove,
}

/// `--pay-cards`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PayCardsArg {
    /// Stop and leave it to a person
    #[default]
    Stop,
    /// Let them be removed
    Remove,
}

impl WalkArgs {
    /// How long to wait for a lost phone, adb server or database of the record.
    pub(crate) fn grace(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.grace)
    }

    /// The options that the record keeps.
    pub(crate) fn for_the_record(&self) -> BTreeMap<String, String> {
        let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
        let mut options = BTreeMap::new();
        options.insert("data".to_owned(), word(&self.data));
        options.insert("pay-cards".to_owned(), word(&self.pay_cards));
        options.insert("timeout".to_owned(), self.timeout.to_string());
        if self.dry_run {
            options.insert("dry-run".to_owned(), "yes".to_owned());
        }
        options
    }

    /// What signing out does to a phone with these options, for the question before it.
    pub(crate) fn consequences(&self) -> [String; 3] {
        [
            match self.data {
                DataArg::Keep => say!("synced-data-stays"),
                DataArg::Remove => say!("synced-data-is-removed"),
            },
            match self.pay_cards {
                PayCardsArg::Stop => say!("phone-with-pay-cards-is-left-alone"),
                PayCardsArg::Remove => say!("pay-cards-are-removed"),
            },
            say!("find-device-goes-off"),
        ]
    }

    /// The answers for the profiles.
    pub(crate) fn options(&self) -> Options {
        Options {
            data: match self.data {
                DataArg::Keep => Data::Keep,
                DataArg::Remove => Data::Remove,
            },
            pay_cards: match self.pay_cards {
                PayCardsArg::Stop => PayCards::Stop,
                PayCardsArg::Remove => PayCards::Remove,
            },
        }
    }
}
