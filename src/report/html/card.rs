//! The card of one phone, and its certificate in print.

use std::fmt::Write;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::{escape, fact, hash, moment, or_dash};
use crate::model::Outcome;
use crate::record::{ChainedRow, OpenPhone, PhoneRecord};

/// The colour class of an outcome.
pub(super) fn class(outcome: Outcome) -> &'static str {
    match outcome {
        good if good.is_good() => "good",
        Outcome::NeedsPerson | Outcome::NotSupported => "wait",
        _ => "bad",
    }
}

/// The outcome as a badge.
pub(super) fn badge(outcome: Outcome) -> String {
    format!("<span class=\"badge {}\">{outcome}</span>", class(outcome))
}

/// Where the picture of a row begins in the page.
pub(super) fn picture_start(row: u32) -> String {
    format!("<img id=\"picture-{row}\" alt=\"the screen at the end\" src=\"data:image/png;base64,")
}

/// A phone with its row.
pub(super) fn render(page: &mut String, row: &ChainedRow) {
    let (record, result) = (&row.record, &row.record.result);
    let name = name(record.make.as_deref(), result.model.as_deref());
    let _ = write!(
        page,
        "<article id=\"phone-{}\" class=\"{}\">\n<h2>{} {}</h2>\n<p class=\"kind\">{}</p>\n",
        record.row,
        class(result.outcome),
        escape(&name),
        badge(result.outcome),
        kind(result.outcome),
    );
    reason(page, record);
    *page += "<dl>\n";
    facts(page, record);
    hash(page, "Chain hash of this row", &row.hash);
    *page += "</dl>\n";
    steps(page, record);
    if let Some(picture) = &row.picture {
        let _ = writeln!(
            page,
            "<figure>{}{}\" /><figcaption>The screen at the end</figcaption></figure>",
            picture_start(record.row),
            BASE64_STANDARD.encode(picture)
        );
    }
    *page += "</article>\n";
}

/// Make and model; many a model begins with its make.
fn name(make: Option<&str>, model: Option<&str>) -> String {
    match (make, model) {
        (Some(make), Some(model)) if !model.to_lowercase().starts_with(&make.to_lowercase()) => {
            format!("{make} {model}")
        }
        (_, Some(name)) | (Some(name), None) => name.to_owned(),
        (None, None) => "Phone".to_owned(),
    }
}

/// What the certificate certifies: only a proven sign-out is one.
fn kind(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::SignedOut => "Certificate: the account was on this phone before, and is proven absent from it after.",
        Outcome::AlreadySignedOut => "Certificate: no account was on this phone; nothing was changed.",
        Outcome::DryRun => "A rehearsal: nothing was changed, the account is still on this phone.",
        Outcome::Unknown => "Not a certificate: whether the account is still on this phone is not known.",
        _ => "Not a certificate: this phone was not signed out.",
    }
}

fn reason(page: &mut String, record: &PhoneRecord) {
    let result = &record.result;
    if let Some(reason) = result.reason {
        let hint = escape(result.hint.as_deref().unwrap_or_default());
        let _ = writeln!(page, "<p class=\"reason\"><strong>{reason}</strong> {hint}</p>");
    }
}

fn facts(page: &mut String, record: &PhoneRecord) {
    let (result, run) = (&record.result, &record.run);
    fact(page, "Make", or_dash(record.make.as_ref()));
    fact(page, "Model", or_dash(result.model.as_ref()));
    fact(page, "Serial", record.hardware_serial.as_deref().unwrap_or(&result.serial));
    if record.hardware_serial.as_deref() != Some(&result.serial) {
        fact(page, "Serial in adb", &result.serial);
    }
    fact(page, "Account", &result.account.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string));
    fact(page, "Software", or_dash(result.software.as_ref()));
    fact(page, "Find Device", record.find_device.as_str());
    let method = result.profile.as_ref().map_or_else(|| "—".to_owned(), |p| format!("profile {p}, over adb"));
    fact(page, "Method", &method);
    fact(page, "Tool", &run.tool);
    fact(page, "Proof before", or_dash(result.proof.before.as_ref()));
    fact(page, "Proof after", or_dash(result.proof.after.as_ref()));
    fact(page, "Screen at the end", or_dash(result.proof.ui.as_ref()));
    fact(page, "Started", &moment(result.started));
    fact(page, "Ended", &moment(record.ended));
    fact(page, "Took", &format!("{:.1} s, {} steps, {} dumps", result.seconds, result.steps, result.dumps));
    fact(page, "Operator", or_dash(run.operator.as_ref()));
    fact(page, "Station", or_dash(run.station.as_ref()));
    fact(page, "Authorised by", or_dash(run.authorised_by.as_ref()));
    let place = record.place.as_ref().map_or_else(|| result.adb.clone(), |p| format!("{p} at {}", result.adb));
    fact(page, "Place", &place);
    fact(page, "Run", &format!("{}, row {}", run.id, record.row));
}

fn steps(page: &mut String, record: &PhoneRecord) {
    if record.steps.is_empty() {
        return;
    }
    *page += "<div class=\"wide\"><table class=\"steps\">\n<thead><tr><th>After</th><th>Screen</th><th>Step</th></tr></thead>\n<tbody>\n";
    for step in &record.steps {
        let after = (step.at - record.result.started).as_seconds_f64();
        let what = escape(&step.what);
        let what = if step.mutates { format!("<strong>{what}</strong>") } else { what };
        let _ = writeln!(page, "<tr><td>{after:.1} s</td><td>{}</td><td>{what}</td></tr>", escape(&step.screen));
    }
    *page += "</tbody>\n</table></div>\n";
}

/// A phone that has no row.
pub(super) fn open(page: &mut String, phone: &OpenPhone) {
    let name = escape(phone.model.as_deref().unwrap_or("Phone"));
    let _ = writeln!(page, "<article class=\"bad\">\n<h2>{name} <span class=\"badge bad\">no result</span></h2>");
    *page += "<p class=\"kind\">Not a certificate: the run was cut off before this phone had its result, or it still goes \
              on.</p>\n<dl>\n";
    fact(page, "Serial", &phone.hardware_serial);
    fact(page, "Serial in adb", &phone.serial);
    if let Some(step) = &phone.unobserved {
        fact(page, "Last step", &format!("{step}: begun, and what followed was not seen. Look at the phone."));
    }
    *page += "</dl>\n</article>\n";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_make_is_said_once() {
        let said = [
            (Some("Xiaomi"), Some("Xiaomi 15")),
            (Some("xiaomi"), Some("Xiaomi 12X")),
            (Some("Xiaomi"), Some("Redmi Note 10")),
            (Some("Xiaomi"), None),
            (None, None),
        ]
        .map(|(make, model)| name(make, model));
        assert_eq!(said, ["Xiaomi 15", "Xiaomi 12X", "Xiaomi Redmi Note 10", "Xiaomi", "Phone"]);
    }
}
