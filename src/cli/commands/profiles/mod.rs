//! `profiles`: what the device profiles know, for people who write them.

mod check;
mod show;

use serde_json::json;

use crate::cli::args::{JsonArgs, ProfileArgs};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::model::{ExitStatus, did_you_mean};
use crate::profile::{self, DeviceProfile};

/// Options of `profiles`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// List the profiles, with the phones that each fits
    ///
    /// Shows too how many of its screens are proven, and how well.
    List(ListArgs),
    /// Show every screen of a profile
    ///
    /// How the screen is recognised, what is done there, and its evidence.
    Show(ShowArgs),
    /// Check profiles, and saved screens against them
    ///
    /// Finds mistakes in profiles, and saved screens that match no screen definition or several.
    Check(check::Args),
    /// Print the JSON Schema of profiles, for editors
    Schema,
}

#[derive(Clone, Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    profiles: ProfileArgs,
    #[command(flatten)]
    output: JsonArgs,
}

#[derive(Clone, Debug, clap::Args)]
struct ShowArgs {
    /// The profile's name
    name: String,
    #[command(flatten)]
    profiles: ProfileArgs,
}

/// Runs one of the subcommands.
pub(crate) fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    match &args.command {
        Command::List(args) => list(args, output),
        Command::Show(args) => show_one(args, output),
        Command::Check(args) => check::run(args, output),
        Command::Schema => {
            output.data(profile::schema().trim_end());
            Ok(ExitStatus::Done)
        }
    }
}

fn list(args: &ListArgs, output: &Output) -> Result<ExitStatus, Failure> {
    let catalog = args.profiles.catalog()?;
    if args.output.json {
        for profile in catalog.profiles() {
            let evidence: serde_json::Map<String, serde_json::Value> =
                profile.evidence_summary().iter().map(|(c, n)| (c.as_str().to_owned(), json!(n))).collect();
            let line = json!({
                "type": "profile", "schema": 1, "name": profile.name, "about": profile.about, "file": profile.file,
                "match": profile.matches, "screens": profile.screens.len(), "popups": profile.popups.len(), "evidence": evidence,
            });
            output.data(&line.to_string());
        }
        return Ok(ExitStatus::Done);
    }
    let width = catalog.profiles().map(|p| console::measure_text_width(&p.name)).max().unwrap_or(0).max(4);
    output.data(&format!("{:<width$}  FITS, ABOUT, EVIDENCE", "NAME"));
    for profile in catalog.profiles() {
        output.data(&format!("{:<width$}  {}", profile.name, fits(profile)));
        output.data(&format!("{:<width$}  {}", "", profile.about));
        output.data(&format!("{:<width$}  {}", "", evidence(profile)));
    }
    Ok(ExitStatus::Done)
}

/// Which phones a profile is for.
fn fits(profile: &DeviceProfile) -> String {
    if profile.matches.is_empty() {
        return "any MIUI or HyperOS phone that no other profile fits".to_owned();
    }
    let keys = profile.matches.iter().map(|(key, values)| format!("{key} = {}", values.join(" | ")));
    keys.collect::<Vec<_>>().join(" and ")
}

/// How many screens are known how well.
fn evidence(profile: &DeviceProfile) -> String {
    let grades = profile.evidence_summary().into_iter().map(|(grade, n)| format!("{n} {}", grade.as_str()));
    let count = profile.screens.len() + profile.popups.len();
    format!("{count} screens: {}", grades.collect::<Vec<_>>().join(", "))
}

fn show_one(args: &ShowArgs, output: &Output) -> Result<ExitStatus, Failure> {
    let catalog = args.profiles.catalog()?;
    let Some(profile) = catalog.get(&args.name) else {
        let names: Vec<&str> = catalog.profiles().map(|p| p.name.as_str()).collect();
        let near = did_you_mean(&args.name, names.iter().copied());
        let meant = near.map_or_else(String::new, |n| format!("did you mean '{n}'? "));
        return Err(Failure::usage(format!("there is no device profile '{}'", args.name))
            .hint(format!("{meant}there are {}", names.join(", "))));
    };
    output.data(&format!("{}: {}", profile.name, profile.about));
    output.data(&format!("  fits      {}", fits(profile)));
    output.data(&format!("  file      {}", profile.file));
    output.data(&format!("  evidence  {}", evidence(profile)));
    let mut lines = show::entries(profile);
    for (screen, popup) in profile.popups.iter().map(|s| (s, true)).chain(profile.screens.iter().map(|s| (s, false))) {
        lines.push(String::new());
        lines.extend(show::screen(profile, screen, popup));
    }
    for line in lines {
        output.data(&line);
    }
    Ok(ExitStatus::Done)
}
