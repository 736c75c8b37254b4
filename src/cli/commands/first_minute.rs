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
use crate::text::say;

/// The pause between two looks whether the person has done the next thing.
const AGAIN: Duration = Duration::from_secs(1);

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
            output.people(&say!("every-phone-is-signed-out"));
            return Ok(ExitStatus::Done);
        }
    };
    output.people(&format!("\n{}\n", say!("what-signing-out-is")));
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
fn look(output: &Output) -> Result<Result<Found, String>, Failure> {
    let place = WhereArgs::default();
    // An adb that is missing or refuses is a thing to do, too.
    let listed = attached(&place, &output.holding_back()).unwrap_or_default();
    if listed.is_empty() {
        let (what, fix) =
            doctor::first_problem()?.unwrap_or_else(|| (say!("no-phone-is-connected"), say!("connect-a-phone")));
        return Ok(Err(say!("no-phone-yet", what, fix)));
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
    Ok(Err(say!("phone-is-not-ready", serial = line.device.serial, hint)))
}
