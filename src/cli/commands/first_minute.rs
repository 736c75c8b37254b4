//! `mi-signout` alone, on a terminal: finds the phones or says what keeps them from being found, and goes on by itself to the
//! sign-out, with what it does and does not in five lines.

use std::time::Duration;

use clap::Parser;

use super::doctor;
use super::sign_out;
use crate::cli::args::WhereArgs;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::phone_table;
use crate::cli::phones::attached;
use crate::cli::signals::Interrupt;
use crate::fleet::Numbers;
use crate::model::{ExitStatus, Serial};

/// How often it is looked whether the person has done the next thing.
const AGAIN: Duration = Duration::from_secs(1);

const WHAT_IT_DOES: &str = "\
Signing out removes the Mi Account from the phone and switches its activation lock off. It takes about a minute a phone.
It does not delete the account, the photos and files on the phone, or what is in Xiaomi Cloud.
It needs the account's password, which is typed into the phone's own page and kept nowhere.
A phone that asks for a code or a check waits for you. A phone that is lost, locked or managed is left alone.
Leave the phones connected and do not touch them until the table at the end.";

/// The command line of the sign-out that follows.
#[derive(Debug, Parser)]
struct SignOut {
    #[command(flatten)]
    args: sign_out::Args,
}

/// Guides a person from the cable to the result.
pub(crate) fn run(output: &Output, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    let serials = match find(output, interrupt)? {
        Found::Ready(serials) => serials,
        Found::AllOut => {
            output.people(
                "\nEvery phone here is signed out already.\nnext: mi-signout delete, if an account is to go for good",
            );
            return Ok(ExitStatus::Done);
        }
    };
    output.people(&format!("\n{WHAT_IT_DOES}\n"));
    let words = serials.iter().flat_map(|serial| ["-s", serial.as_str()]);
    let parsed = SignOut::try_parse_from(std::iter::once("mi-signout").chain(words));
    let args = parsed.map_err(|error| Failure::usage(error.to_string()))?;
    sign_out::run(&args.args, output, interrupt)
}

/// What is attached.
enum Found {
    /// Phones that can be signed out.
    Ready(Vec<Serial>),
    /// Phones, and none of them has an account.
    AllOut,
}

/// Waits until a phone is there that can be signed out, and says the one next thing to do whenever that changes.
fn find(output: &Output, interrupt: &Interrupt) -> Result<Found, Failure> {
    let mut said = String::new();
    loop {
        let next = match look(output)? {
            Ok(found) => return Ok(found),
            Err(next) => next,
        };
        if next != said {
            output.people(&format!("{next}\n(waiting; this goes on by itself. Ctrl-C ends)"));
            said = next;
        }
        if interrupt.is_set() {
            return Err(Failure::new(ExitStatus::Interrupted, "interrupted; nothing was touched"));
        }
        std::thread::sleep(AGAIN);
    }
}

/// One look: what is there, or what to do next.
fn look(output: &Output) -> Result<Result<Found, String>, Failure> {
    let place = WhereArgs::default();
    // An adb that is missing or refuses is a thing to do, too.
    let listed = attached(&place, &output.holding_back()).unwrap_or_default();
    if listed.is_empty() {
        let (what, fix) = doctor::first_problem()?.unwrap_or_else(|| {
            (
                "no phone is connected".to_owned(),
                "connect it with a data cable (a cable that only charges shows nothing), and unlock it".to_owned(),
            )
        });
        return Ok(Err(format!("No phone yet: {what}.\nnext: {fix}")));
    }
    let lines = phone_table::read(&listed, &Numbers::of(&listed));
    let ready: Vec<Serial> =
        lines.iter().filter(|line| line.is_ready()).map(|line| line.device.serial.clone()).collect();
    if !ready.is_empty() {
        return Ok(Ok(Found::Ready(ready)));
    }
    let waiting = lines.iter().find(|line| !line.signed_out());
    let Some(line) = waiting else {
        for line in phone_table::table(&lines) {
            output.people(&line);
        }
        return Ok(Ok(Found::AllOut));
    };
    let hint = line.stop.as_ref().and_then(|stop| stop.hint.clone()).unwrap_or_default();
    Ok(Err(format!("Found {}, but it is not ready.\nnext: {hint}", line.device.serial)))
}
