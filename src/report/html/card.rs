//! The card of one phone, and its certificate in print.

use std::fmt::Write;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::elements::{escape, fact, hash, moment, or_dash, table};
use crate::model::Outcome;
use crate::record::{ChainedRow, OpenPhone, PhoneRecord};
use crate::text::say;

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

/// The badge of a phone that has no row.
pub(super) fn no_result() -> String {
    format!("<span class=\"badge bad\">{}</span>", escape(&say!("no-result")))
}

/// How the picture of a row begins in the page, before the row's number. No text of a phone contains this: the page escapes it there.
pub(super) const PICTURE: &str = "<img id=\"picture-";
/// What stands before the picture's bytes.
const SOURCE: &str = "\" src=\"data:image/png;base64,";

/// Where the picture of a row begins in the page.
fn picture_start(row: u32) -> String {
    let alt = escape(&say!("picture-of-the-screen"));
    format!("{PICTURE}{row}\" alt=\"{alt}{SOURCE}")
}

/// Reads the number of a row and its picture in base64 from what follows [`PICTURE`].
pub(super) fn picture(text: &str) -> Option<(&str, &str)> {
    let (row, rest) = text.split_once('"')?;
    let (alt, data) = rest.split_once(SOURCE)?;
    let (data, _) = data.split_once('"')?;
    (!alt.contains('>')).then_some((row, data))
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
        escape(&kind(result.outcome)),
    );
    reason(page, record);
    *page += "<dl>\n";
    facts(page, record);
    hash(page, &say!("report-chain-hash-of-this-row"), &row.hash);
    *page += "</dl>\n";
    steps(page, record);
    if let Some(picture) = &row.picture {
        let _ = writeln!(
            page,
            "<figure>{}{}\" /><figcaption>{}</figcaption></figure>",
            picture_start(record.row),
            BASE64_STANDARD.encode(picture),
            escape(&say!("caption-of-the-picture"))
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
        (None, None) => say!("report-phone"),
    }
}

/// What the card certifies. Only a proof makes it a certificate.
fn kind(outcome: Outcome) -> String {
    match outcome {
        Outcome::SignedOut => say!("certificate-of-a-sign-out"),
        Outcome::AlreadySignedOut => say!("certificate-of-no-account"),
        Outcome::DryRun => say!("rehearsal-not-certificate"),
        Outcome::Unknown => say!("unknown-is-not-a-certificate"),
        _ => say!("not-a-certificate"),
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
    fact(page, &say!("report-make"), or_dash(record.make.as_ref()));
    fact(page, &say!("report-model"), or_dash(result.model.as_ref()));
    fact(page, &say!("report-serial"), record.hardware_serial.as_deref().unwrap_or(&result.serial));
    if record.hardware_serial.as_deref() != Some(&result.serial) {
        fact(page, &say!("report-serial-in-adb"), &result.serial);
    }
    fact(page, &say!("report-account"), &result.account.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string));
    fact(page, &say!("report-software"), or_dash(result.software.as_ref()));
    fact(page, &say!("report-find-device"), record.find_device.as_str());
    let method = result.profile.as_ref().map_or_else(|| "—".to_owned(), |profile| say!("profile-over-adb", profile));
    fact(page, &say!("report-method"), &method);
    fact(page, &say!("report-tool"), &run.tool);
    fact(page, &say!("report-proof-before"), or_dash(result.proof.before.as_ref()));
    fact(page, &say!("report-proof-after"), or_dash(result.proof.after.as_ref()));
    fact(page, &say!("report-screen-at-the-end"), or_dash(result.proof.ui.as_ref()));
    fact(page, &say!("report-started"), &moment(result.started));
    fact(page, &say!("report-ended"), &moment(record.ended));
    let seconds = format_args!("{:.1}", result.seconds);
    let took = say!("seconds-steps-and-dumps", seconds, steps = result.steps, dumps = result.dumps);
    fact(page, &say!("report-took"), &took);
    fact(page, &say!("report-operator"), or_dash(run.operator.as_ref()));
    fact(page, &say!("report-station"), or_dash(run.station.as_ref()));
    fact(page, &say!("report-authorised-by"), or_dash(run.authorised_by.as_ref()));
    let place =
        record.place.as_ref().map_or_else(|| result.adb.clone(), |place| say!("place-at-adb", place, adb = result.adb));
    fact(page, &say!("report-place"), &place);
    fact(page, &say!("report-run"), &say!("run-and-row", run = run.id, row = record.row));
}

fn steps(page: &mut String, record: &PhoneRecord) {
    if record.steps.is_empty() {
        return;
    }
    table(page, "class=\"steps\"", &[say!("report-after"), say!("report-screen"), say!("report-step")]);
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
    let name = escape(&name(None, phone.model.as_deref()));
    let _ = writeln!(page, "<article class=\"bad\">\n<h2>{name} {}</h2>", no_result());
    let _ = write!(page, "<p class=\"kind\">{}</p>\n<dl>\n", escape(&say!("no-result-is-not-a-certificate")));
    fact(page, &say!("report-serial"), &phone.hardware_serial);
    fact(page, &say!("report-serial-in-adb"), &phone.serial);
    if let Some(step) = &phone.unobserved {
        fact(page, &say!("report-last-step"), &say!("step-was-begun", step));
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
