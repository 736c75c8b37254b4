//! What holds for every run, whatever failed: asked of the phone's own record.

use mi_signout::adb::FILE_PREFIX;
use mi_signout::model::{Outcome, ResultRow};
use phone_sim::phone::{Fault, Record, Tap};
use phone_sim::screens::ScreenId as S;

use super::device_lab::LabPhone;

/// Keys that are ever pressed: none, home, back, delete, the end of a line, and waking up.
const KEYS: &[u32] = &[0, 3, 4, 67, 82, 123, 224];

/// What was done to a phone against the rules, in words; nothing where all is well.
pub fn violations(unit: &LabPhone, row: &ResultRow) -> Vec<String> {
    let record = unit.phone.record();
    let mut found = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            found.push(what);
        }
    };
    must(record.submissions.len() <= 1, format!("{} submissions", record.submissions.len()));
    for tap in &record.taps {
        must(may_be_tapped(tap), format!("tapped '{}' ({}) on {}", tap.text, tap.id, tap.screen.name()));
    }
    for key in &record.keys {
        must(KEYS.contains(key), format!("pressed key {key}"));
    }
    for tap in twice(&record) {
        must(false, format!("tapped '{}' on {} twice in one visit", tap.text, tap.screen.name()));
    }
    let typed = unit.phone.spec().told_password().chars().count();
    must(record.typed <= typed * 3, format!("typed {} characters", record.typed));
    let kept = record.removals.iter().all(|r| r.data_kept != Some(false));
    must(kept, "removed the synced data".into());
    let present = unit.phone.account_present();
    must(is_true(row, present), format!("says {} {:?} with account present: {present}", row.outcome, row.reason));
    must(
        row.reason.is_none() == row.outcome.is_good() && row.hint.is_none() == row.outcome.is_good(),
        "a row without reason or hint".into(),
    );
    let left = leftovers(unit);
    must(left.is_empty() || is_away(&record), format!("left on the phone: {left:?}"));
    must(unit.device.refused() == 0, format!("{} things that the phone's shell does not know", unit.device.refused()));
    found
}

/// Whether a row says what is: a phone that is signed out is never called anything less, but unknown.
fn is_true(row: &ResultRow, present: bool) -> bool {
    match row.outcome {
        Outcome::SignedOut | Outcome::AlreadySignedOut => !present,
        Outcome::Unknown => true,
        _ => present,
    }
}

/// Where a walk may tap: what the profiles know, and only what each page is for.
fn may_be_tapped(tap: &Tap) -> bool {
    match tap.screen {
        S::AccountPage => tap.hit && !tap.id.contains("avatar") && !tap.id.contains("up"),
        S::KeepRemove | S::Password | S::WebPassword | S::SettingsHome | S::SettingsSearch => tap.hit,
        // Declined, and never accepted.
        S::AccountUpdate => ["以后再说", "Later"].contains(&tap.text.as_str()),
        // "Wait", which closes nothing.
        S::Anr => tap.id.ends_with("aerr_wait"),
        _ => false,
    }
}

/// Taps that were repeated while their page stayed in front. A field may be touched again: that changes nothing; and below one
/// dialog of the system there may be another that looks the same.
fn twice(record: &Record) -> Vec<Tap> {
    let is_field =
        |tap: &Tap| tap.id.ends_with("input_pwd_view") || tap.text.is_empty() && tap.screen == S::WebPassword;
    let taps: Vec<&Tap> = record.taps.iter().filter(|t| t.hit && !is_field(t) && t.screen != S::Anr).collect();
    let again = |(at, tap): (usize, &&Tap)| {
        let before =
            taps[..at].iter().rev().find(|t| t.screen == tap.screen && t.id == tap.id && t.text == tap.text)?;
        let left = record.screens.iter().any(|(at, screen)| *at >= before.at && *at <= tap.at && *screen != tap.screen);
        (!left).then(|| (*tap).clone())
    };
    taps.iter().enumerate().filter_map(again).collect()
}

/// Files of this program on the phone.
fn leftovers(unit: &LabPhone) -> Vec<String> {
    let in_folder = |folder: &str| unit.device.fs().list("/", folder).unwrap_or_default();
    let mut names: Vec<String> = ["/data/local/tmp", "/sdcard"].into_iter().flat_map(in_folder).collect();
    names.retain(|name| name.starts_with(FILE_PREFIX));
    names
}

/// Whether the phone was lost for good, so that nothing could be put in order on it.
fn is_away(record: &Record) -> bool {
    record.faults.iter().any(|(_, _, fault)| matches!(fault, Fault::CableOut { back_after: None }))
}
