//! `capture`: what a phone shows, masked, as a folder. Reads only.

use std::path::PathBuf;
use std::time::Duration;

use crate::adb::AdbPhone;
use crate::capture::{self, About, Capture, CaptureError, Wants};
use crate::cli::args::{ProfileArgs, WhereArgs};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::phones::{one_phone, stopped};
use crate::model::ExitStatus;
use crate::preflight;
use crate::text::say;

/// Options of `capture`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// The serial of the phone
    ///
    /// Without this option, the serial in ANDROID_SERIAL; without that too, the only connected phone.
    #[arg(short, long, value_name = "SERIAL", help_heading = "Phones")]
    serial: Option<String>,
    /// The folder to create
    ///
    /// The folder must not exist, or be empty.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// A text of the screen to leave unmasked (repeatable)
    ///
    /// For texts that identify no person, for example the words on a button.
    #[arg(long, value_name = "TEXT")]
    keep: Vec<String>,
    /// Do not take a picture of the screen
    ///
    /// A page with an empty password field can only be captured without a picture.
    #[arg(long)]
    no_picture: bool,
    #[command(flatten)]
    profiles: ProfileArgs,
    #[command(flatten)]
    place: WhereArgs,
}

/// Captures the chosen phone.
pub(crate) fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    let catalog = args.profiles.catalog()?;
    let device = one_phone(args.serial.as_slice(), &args.place, output)?;
    let wants = Wants {
        catalog: &catalog,
        keep: &args.keep,
        serial: device.serial.as_str(),
        picture: !args.no_picture,
        within: Duration::from_secs(60),
    };
    let captured = capture::read(&mut AdbPhone::of(&device), &wants)
        .map_err(|error| explain(&error).at(device.serial.to_string()))?;
    let identity = preflight::identify(&captured.props);
    let about = About {
        tool: concat!("mi-signout ", env!("CARGO_PKG_VERSION")).to_owned(),
        date: chrono::Local::now().format("%Y-%m-%d").to_string(),
        model: identity.model,
        software: identity.software,
    };
    capture::write(&args.output, &captured.files(&about))
        .map_err(|error| Failure::usage(error.to_string()).at(args.output.display().to_string()))?;
    summarize(&captured, args, output);
    output.data(&args.output.display().to_string());
    Ok(ExitStatus::Done)
}

fn explain(error: &CaptureError) -> Failure {
    let what = error.to_string();
    match error {
        CaptureError::Phone(error) => stopped(what, preflight::of_error(error)),
        CaptureError::PasswordPage => {
            Failure::new(ExitStatus::NeedsPerson, what).hint(say!("leave-the-page-with-the-password"))
        }
        CaptureError::PasswordTyped => {
            Failure::new(ExitStatus::NeedsPerson, what).hint(say!("clear-the-password-field"))
        }
        CaptureError::Screen(_) => Failure::new(ExitStatus::NotDone, what).hint(say!("wait-until-nothing-moves")),
        CaptureError::Leak(_) => {
            Failure::new(ExitStatus::NotDone, what).hint(say!("report-this-mistake-without-the-screen"))
        }
    }
}

/// What was masked and what the screen is, on stderr.
fn summarize(captured: &Capture, args: &Args, output: &Output) {
    let counts: Vec<String> = captured.counts().iter().map(|(kind, n)| format!("{n} {}", kind.as_str())).collect();
    let texts = if counts.is_empty() { say!("no-text-was-masked") } else { counts.join(", ") };
    output.people(&say!("what-was-masked", texts, properties = captured.props_left_out));
    match &captured.picture {
        Ok(_) => output.people(&say!("what-is-left-of-the-picture", places = captured.tree.known.len())),
        Err(why) => output.people(&say!("no-picture-because", why)),
    }
    let screen = match captured.fits.as_slice() {
        [] => say!("screen-is-none-of-the-profile"),
        [one] => one.clone(),
        several => say!("screen-is-several-of-the-profile", screens = several.join(", ")),
    };
    match &captured.profile {
        Ok(profile) => output.people(&say!("profile-and-its-screen", profile, screen)),
        Err(why) => output.people(&say!("no-profile-because", why)),
    }
    if !captured.same_as_before {
        output.people(&say!("masking-changes-the-screen"));
    }
    output.people(&say!("next-profiles-check", path = args.output.display()));
}
