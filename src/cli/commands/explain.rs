//! `explain`: what a code means, what to do, and where to tap. Works without a network: the texts are `docs/codes.md`, compiled in,
//! so that the program and its documentation can't say two things.

use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::wrap::{fitted, unbroken};
use crate::model::{ExitStatus, did_you_mean};
use crate::text::say;

/// The document with one section a code.
const CODES: &str = include_str!("../../../docs/codes.md");

/// Options of `explain`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// The code, as printed
    ///
    /// An outcome, a reason, an error code or an exit status: captcha, several-phones, exit-4. Without a code, all are listed.
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// Prints the section of a code, or the list of all codes.
pub(crate) fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    let Some(code) = &args.code else {
        for (heading, codes) in groups() {
            output.data(&format!("{heading}: {}", codes.join(", ")));
        }
        return Ok(ExitStatus::Done);
    };
    let wanted = code.trim().to_lowercase();
    let Some(section) = section(&wanted).or_else(|| section(&format!("exit-{wanted}"))) else {
        let failure = Failure::usage(say!("there-is-no-code", code));
        return Err(match did_you_mean(&wanted, sections().map(|(code, _)| code)) {
            Some(near) => failure.hint(say!("did-you-mean", near)),
            None => failure.hint(say!("explain-lists-every-code")),
        });
    };
    let terminal = console::Term::stdout();
    let is_read = terminal.is_term();
    output.data(&if is_read { fitted(&unbroken(section), &terminal) } else { section.to_owned() });
    Ok(ExitStatus::Done)
}

/// Each code with its section's text, in the order of the document.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    CODES.split("\n### ").skip(1).filter_map(|part| {
        let part = part.split("\n## ").next().unwrap_or(part);
        let (code, _) = part.split_once('\n')?;
        Some((code.trim(), part.trim_end()))
    })
}

/// Every code.
#[cfg(feature = "live-completions")]
pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
    sections().map(|(code, _)| code)
}

/// The section of one code: its name, an empty line, its text.
fn section(code: &str) -> Option<&'static str> {
    sections().find(|(name, _)| *name == code).map(|(_, text)| text)
}

/// The headings of the document with the codes under each.
fn groups() -> Vec<(&'static str, Vec<&'static str>)> {
    let codes = |part: &'static str| part.split("\n### ").skip(1).filter_map(|s| s.lines().next()).collect();
    CODES.split("\n## ").skip(1).filter_map(|part| Some((part.lines().next()?, codes(part)))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::cli::failure::ErrorCode;
    use crate::model::{Outcome, Reason};

    /// Everything that can be printed as a code.
    fn printed_codes() -> Vec<String> {
        use ExitStatus as E;
        let outcomes = Outcome::ALL.iter().map(|o| o.as_str().to_owned());
        let reasons = Reason::ALL.iter().map(|r| r.as_str().to_owned());
        let errors = ErrorCode::ALL.iter().map(|e| e.as_str().to_owned());
        let statuses = [
            E::Done,
            E::NotDone,
            E::Usage,
            E::Adb,
            E::NeedsPerson,
            E::NothingAttached,
            E::Unknown,
            E::HungUp,
            E::Interrupted,
            E::Terminated,
        ];
        let statuses = statuses.iter().map(|s| format!("exit-{}", s.code()));
        outcomes.chain(reasons).chain(errors).chain(statuses).collect()
    }

    #[test]
    fn every_code_has_its_text_and_no_text_is_without_a_code() {
        let known: BTreeSet<String> = printed_codes().into_iter().collect();
        let told: BTreeSet<String> = sections().map(|(code, _)| code.to_owned()).collect();
        assert_eq!(
            known.difference(&told).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "without a section in docs/codes.md"
        );
        assert_eq!(
            told.difference(&known).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "sections of codes that do not exist"
        );
        assert_eq!(sections().count(), told.len(), "a code has two sections");
    }

    #[test]
    fn each_reason_says_its_outcome_and_what_to_do() {
        for reason in Reason::ALL {
            let text = section(reason.as_str()).unwrap();
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains("What to do: "), "{reason}: {text}");
            for outcome in Outcome::ALL.into_iter().filter(|o| reason.fits(*o)) {
                let said = text.lines().find(|line| line.starts_with("Outcome: ")).unwrap_or_default();
                assert!(said.contains(outcome.as_str()), "{reason} does not say '{outcome}': {text}");
            }
        }
    }

    #[test]
    fn what_a_person_does_on_the_phone_is_told_for_each_generation() {
        use Reason as R;
        for reason in
            [R::InputNotAllowed, R::NoPassword, R::PasswordNotTypeable, R::Captcha, R::SecondFactor, R::SessionExpired]
        {
            let text = section(reason.as_str()).unwrap();
            let places = text.split("Where to tap:").nth(1).unwrap_or_else(|| panic!("{reason}: {text}"));
            assert!(places.contains("MIUI") && places.contains("HyperOS"), "{reason}: {text}");
        }
    }

    #[test]
    fn the_list_names_every_code_once() {
        let listed: Vec<&str> = groups().into_iter().flat_map(|(_, codes)| codes).collect();
        assert_eq!(listed, sections().map(|(code, _)| code).collect::<Vec<_>>());
    }
}
