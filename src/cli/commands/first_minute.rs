//! `mi-signout` alone, on a terminal: finds the phones or says what keeps them from being found, and goes on by itself to the
//! sign-out, with what it does and does not in five lines.

use std::collections::BTreeSet;
use std::time::Duration;

use super::doctor;
use super::sign_out;
use crate::cli::args::{RunArgs, WhichArgs, is_given};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::phone_table::{self, PhoneLine, Prospect};
use crate::cli::phones::attached;
use crate::cli::signals::Interrupt;
use crate::fleet::SelectError;
use crate::model::{Device, ExitStatus};
use crate::text::say;

/// The pause between two looks whether the person has done the next thing.
const AGAIN: Duration = Duration::from_secs(1);

/// Guides a person from the cable to the result. What `args` leave open is asked for.
pub(crate) fn run(mut args: sign_out::Args, output: &Output, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    let Found { ready, others } = find(&args.run, output, interrupt)?;
    if ready.is_empty() {
        say_table(&others, output);
        output.people(&say!("no-phone-is-left-to-sign-out"));
        return Ok(ExitStatus::Done);
    }
    output.people(&format!("\n{}\n", say!("what-signing-out-is")));
    if !others.is_empty() {
        output.people(&say!("these-phones-are-left-alone"));
        say_table(&others, output);
        output.people("");
    }
    args.run.which =
        WhichArgs { serials: ready.iter().map(|line| line.device.serial.to_string()).collect(), all: false };
    if !is_given(args.run.record.authorised_by.as_deref()) {
        args.run.record.authorised_by = authorised_by(&ready, output)?;
    }
    sign_out::run(&args, output, interrupt)
}

/// Who authorised several accounts to be signed out: a person who typed no option is asked.
fn authorised_by(ready: &[PhoneLine], output: &Output) -> Result<Option<String>, Failure> {
    let accounts: BTreeSet<String> = ready.iter().filter_map(PhoneLine::account).collect();
    if accounts.len() < 2 {
        return Ok(None);
    }
    let name = output.read(&say!("ask-who-authorised-it", accounts = accounts.len()))?;
    Ok(Some(name).filter(|name| is_given(Some(name))))
}

/// What is attached.
struct Found {
    /// Phones that can be signed out.
    ready: Vec<PhoneLine>,
    /// Phones that can't, and those that are signed out already.
    others: Vec<PhoneLine>,
}

fn say_table(lines: &[PhoneLine], output: &Output) {
    for line in phone_table::table(lines) {
        output.people(&line);
    }
}

/// Waits until a phone is there that can be signed out, and says the one next thing to do whenever that changes.
fn find(args: &RunArgs, output: &Output, interrupt: &Interrupt) -> Result<Found, Failure> {
    let mut said = String::new();
    loop {
        let next = match look(args, output)? {
            Ok(found) => return Ok(found),
            Err(next) => next,
        };
        if next != said {
            output.people(&say!("next-and-waiting", next));
            said = next;
        }
        if interrupt.is_set() {
            return Err(Failure::new(ExitStatus::Interrupted, say!("interrupted-before-anything")));
        }
        std::thread::sleep(AGAIN);
    }
}

/// One look: what is there, or what to do next.
fn look(args: &RunArgs, output: &Output) -> Result<Result<Found, String>, Failure> {
    // An adb that is missing or refuses is a thing to do, too.
    let listed = attached(&args.place, &output.holding_back()).unwrap_or_default();
    if listed.is_empty() {
        let (what, fix) = doctor::first_problem(&args.place)?
            .unwrap_or_else(|| (say!("no-phone-is-connected"), say!("connect-a-phone")));
        return Ok(Err(say!("no-phone-yet", what, fix)));
    }
    // A serial in the environment is a choice here, too.
    let wanted = args.which.selection().serials;
    let chosen: Vec<Device> =
        listed.iter().filter(|device| wanted.is_empty() || wanted.contains(&device.serial)).cloned().collect();
    if let (true, Some(serial)) = (chosen.is_empty(), wanted.first()) {
        let error = SelectError::NoSuch { serial: serial.clone(), attached: Vec::new() };
        return Ok(Err(say!("no-phone-yet", what = error, fix = say!("connect-that-phone"))));
    }
    let lines = phone_table::read(&chosen, &args.place.numbers()?.for_all(&listed));
    // A phone that nobody can make ready hides none that somebody can.
    let waiting = lines.iter().filter(|line| !line.signed_out() && !line.is_ready()).min_by_key(|line| line.prospect());
    let hint = waiting.map(|line| {
        let hint = line.stop.as_ref().and_then(|stop| stop.hint.clone()).unwrap_or_default();
        say!("phone-is-not-ready", serial = line.device.serial, hint)
    });
    let may_come =
        waiting.is_some_and(|line| line.prospect() < Prospect::Never) || lines.iter().all(|line| !line.signed_out());
    let (ready, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(PhoneLine::is_ready);
    match hint {
        Some(hint) if ready.is_empty() && may_come => Ok(Err(hint)),
        _ => Ok(Ok(Found { ready, others })),
    }
}
