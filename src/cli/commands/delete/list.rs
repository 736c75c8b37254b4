//! `delete --list`: the accounts that wait for deletion, their phones, and how far each got; for people or for programs.

use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};

use crate::event::FindDevice;
use crate::model::{DeletionState, printable};
use crate::report::text::inert_json;
use crate::text::say;
use crate::web::{DeletionQueue, Pages, WaitingAccount, WaitingPhone, for_people};

/// A reason of a refusal, as far as the page descriptions know its code.
struct Reason {
    /// The code in the journal.
    code: String,
    /// What it is, and what the owner can do.
    known: Option<(String, String)>,
}

/// Prints it: a text, or one JSON object a line.
///
/// # Errors
/// Where the journal can't be read, or nothing can be printed.
pub(super) fn print(queue: &impl DeletionQueue, pages: &Pages, as_json: bool, out: &mut dyn Write) -> Result<()> {
    let waiting = queue.waiting()?;
    if waiting.is_empty() && !as_json {
        writeln!(out, "{}", say!("no-account-waits-for-deletion"))?;
    }
    for account in &waiting {
        let state = queue.last(account.account)?;
        if as_json {
            writeln!(out, "{}", inert_json(for_programs(account, &state, pages).to_string()))?;
        } else {
            text(account, &state, pages, out)?;
        }
    }
    Ok(())
}

fn text(account: &WaitingAccount, state: &DeletionState, pages: &Pages, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{}  {}  {}", account.account, printable(&account.masked), in_words(state))?;
    for reason in reasons(state, pages) {
        match reason.known {
            Some((what, remedy)) => writeln!(out, "    - {what}: {remedy}")?,
            None => writeln!(out, "{}", say!("reason-is-not-described-here", code = reason.code))?,
        }
    }
    if *state == DeletionState::Refused(Vec::new()) {
        writeln!(out, "{}", say!("refused-for-no-known-reason"))?;
    }
    for other in &account.maybe_same {
        writeln!(out, "{}", say!("other-account-has-the-same-masked-id", other))?;
    }
    for phone in &account.phones {
        writeln!(out, "    {}", of_phone(phone))?;
    }
    Ok(())
}

/// A phone in one line.
pub(super) fn of_phone(phone: &WaitingPhone) -> String {
    let model = phone.model.as_deref().map_or_else(|| say!("phone-without-a-model"), printable);
    let proof =
        if phone.proven_out { say!("phone-is-proven-signed-out") } else { say!("phone-is-not-proven-signed-out") };
    let find_device = match phone.find_device {
        FindDevice::Off => say!("find-device-is-off-here"),
        FindDevice::On => say!("find-device-is-on-here"),
        FindDevice::Unknown => say!("find-device-is-unknown-here"),
    };
    say!("phone-of-account-to-delete", model, name = printable(&phone.name), proof, find_device)
}

fn in_words(state: &DeletionState) -> String {
    match state {
        DeletionState::NotStarted => say!("deletion-waits"),
        DeletionState::Done => say!("deletion-is-done"),
        DeletionState::Refused(_) => say!("deletion-was-refused"),
        DeletionState::Kept => say!("deletion-was-kept"),
        state if state.may_be_gone() => say!("deletion-is-unknown"),
        _ => say!("deletion-was-begun"),
    }
}

/// The journal is a file that anyone may have edited: what it holds is not printed as it is.
fn reasons(state: &DeletionState, pages: &Pages) -> Vec<Reason> {
    let DeletionState::Refused(codes) = state else { return Vec::new() };
    let reason = |code: &String| {
        let known = pages.refusals().iter().find(|r| r.code == *code);
        Reason { code: for_people(code), known: known.map(|r| (printable(&r.what), printable(&r.remedy))) }
    };
    codes.iter().map(reason).collect()
}

fn for_programs(account: &WaitingAccount, state: &DeletionState, pages: &Pages) -> Value {
    let reason = |r: Reason| {
        let (what, remedy) = r.known.unzip();
        json!({ "code": r.code, "what": what, "remedy": remedy })
    };
    let phone = |p: &WaitingPhone| json!({ "name": p.name, "model": p.model, "proven_out": p.proven_out, "find_device": p.find_device.as_str() });
    let reasons: Vec<Value> = reasons(state, pages).into_iter().map(reason).collect();
    json!({
        "type": "account", "schema": 1,
        "name": account.account.to_string(), "account": account.masked,
        "maybe_same": account.maybe_same.iter().map(std::string::ToString::to_string).collect::<Vec<_>>(),
        "deletion": if state.may_be_gone() { "unknown" } else { state.as_str() }, "step": state.as_str(), "may_be_gone": state.may_be_gone(), "refusals": reasons,
        "phones": account.phones.iter().map(phone).collect::<Vec<_>>(),
    })
}
