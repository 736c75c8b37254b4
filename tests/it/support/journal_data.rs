//! A phone and its row, as the tests of a journal write them.

use chrono::{TimeZone, Utc};
use mi_signout::journal::{PhoneInfo, PhoneKey};
use mi_signout::model::{AccountId, Outcome, Proof, Reason, ResultRow, Serial};

/// A phone of this hardware serial.
pub fn phone(key: &str) -> PhoneInfo {
    PhoneInfo {
        key: PhoneKey::new(key),
        serial: Serial::new(format!("adb-{key}")),
        adb: "127.0.0.1:5037".into(),
        make: Some("Xiaomi".into()),
        model: Some("Redmi Note 10".into()),
        place: Some("1-4.2".into()),
    }
}

/// The row of that phone.
pub fn row(key: &str, account: Option<&str>, outcome: Outcome) -> ResultRow {
    ResultRow {
        serial: format!("adb-{key}"),
        adb: "127.0.0.1:5037".into(),
        model: Some("Redmi Note 10".into()),
        software: Some("MIUI 14.0.9".into()),
        profile: Some("miui".into()),
        account: account.map(AccountId::new),
        outcome,
        reason: (outcome == Outcome::Unknown).then_some(Reason::Disconnected),
        hint: None,
        proof: Proof { before: Some("account present".into()), after: None, ui: None },
        started: Utc.with_ymd_and_hms(2026, 1, 24, 10, 0, 0).unwrap(),
        // More digits than a row keeps.
        seconds: 31.449_999,
        steps: 7,
        dumps: 5,
    }
}
