//! `doctor`: checks of this computer and of each phone, each with its fix.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use crate::adb::{self, AdbPhone};
use crate::cli::args::{JsonArgs, ProfileArgs, WhereArgs, named};
use crate::cli::failure::Failure;
use crate::cli::host_facts;
use crate::cli::output::Output;
use crate::cli::signals::Interrupt;
use crate::model::{Device, DeviceState, ExitStatus, printable};
use crate::phone::{PhoneError, PhoneFacts};
use crate::preflight::doctor::{self, Check, HostFacts, ServerState, Status};
use crate::preflight::input_switch_name;
use crate::profile::Labels;
use crate::report::text::inert_json;
use crate::text::say;

/// Options of `doctor`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Check this phone only (repeatable)
    ///
    /// Without this option, the phone in ANDROID_SERIAL; without that too, all phones.
    #[arg(short, long = "serial", value_name = "SERIAL", help_heading = "Phones")]
    serials: Vec<String>,
    /// Repeat until no check fails
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    profiles: ProfileArgs,
    #[command(flatten)]
    place: WhereArgs,
    #[command(flatten)]
    output: JsonArgs,
}

/// One look at everything.
struct Findings {
    host: Vec<Check>,
    phones: Vec<(Device, Vec<Check>)>,
}

impl Findings {
    fn worst(&self) -> Status {
        let phones = self.phones.iter().flat_map(|(_, checks)| checks);
        self.host.iter().chain(phones).map(|check| check.status).max().unwrap_or(Status::Pass)
    }

    fn status(&self) -> ExitStatus {
        if self.host.iter().any(|c| c.status == Status::Fail) {
            ExitStatus::Adb
        } else if self.worst() == Status::Fail {
            ExitStatus::NeedsPerson
        } else {
            ExitStatus::Done
        }
    }

    /// What is compared between two looks: a battery percent that moves is no news.
    fn gist(&self) -> Vec<(String, &'static str, Status)> {
        let host = self.host.iter().map(|c| (String::new(), c.id, c.status));
        let phones =
            self.phones.iter().flat_map(|(d, checks)| checks.iter().map(|c| (d.serial.to_string(), c.id, c.status)));
        host.chain(phones).collect()
    }
}

/// Checks and tells; exit 0 where nothing fails, 3 where the computer does, 4 where a phone does.
pub(crate) fn run(args: &Args, output: &Output, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    let catalog = args.profiles.catalog()?;
    let mut told = None;
    loop {
        let found = look(args, catalog.labels())?;
        if told.as_ref() != Some(&found.gist()) {
            summarize(&found, args.output.json, output);
            told = Some(found.gist());
        }
        let status = found.status();
        if !args.watch || status == ExitStatus::Done || interrupt.load(Ordering::Relaxed) {
            return Ok(status);
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// The first thing that keeps phones from being found there, and what to do about it.
pub(super) fn first_problem(place: &WhereArgs) -> Result<Option<(String, String)>, Failure> {
    let args = Args { place: place.clone(), ..Args::default() };
    let host = look(&args, args.profiles.catalog()?.labels())?.host;
    let about_phones = |check: &&Check| check.status == Status::Fail || check.id.starts_with("usb-");
    Ok(host.into_iter().find(|check| about_phones(&check)).and_then(|check| Some((check.what, check.fix?))))
}

fn look(args: &Args, labels: &Labels) -> Result<Findings, Failure> {
    let servers = args.place.servers()?;
    let mut facts = HostFacts { servers: Vec::new(), ..host_facts::read() };
    for server in servers {
        let state = adb::version(&server, Duration::from_secs(5));
        if matches!(state, Ok(Some(_))) {
            facts.listed.extend(adb::list(&server, Duration::from_secs(5)).unwrap_or_default());
        }
        let state = match state {
            Ok(Some(version)) => ServerState::Running(version),
            Ok(None) => ServerState::NotRunning,
            Err(error) => ServerState::Wrong(error.to_string()),
        };
        facts.servers.push((server, state));
    }
    let wanted = named(&args.serials);
    let chosen: Vec<Device> =
        facts.listed.iter().filter(|d| wanted.is_empty() || wanted.contains(&d.serial)).cloned().collect();
    if let Some(serial) = wanted.iter().find(|s| !chosen.iter().any(|d| d.serial == **s)) {
        let error = crate::fleet::SelectError::NoSuch { serial: serial.clone(), attached: facts.listed.clone() };
        return Err(error.into());
    }
    let host = doctor::host(&facts);
    let phones = std::thread::scope(|scope| {
        let asked: Vec<_> = chosen
            .into_iter()
            .map(|device| {
                let of = device.clone();
                // Without a thread for it, ask the phone here, after the others.
                let asked = std::thread::Builder::new().spawn_scoped(scope, move || of_phone(&of, labels));
                (device, asked)
            })
            .collect();
        asked.into_iter().map(|(device, asked)| checks_of(device, asked, labels)).collect()
    });
    Ok(Findings { host, phones })
}

/// A phone with its own checks, also where the thread that asked it panicked or could not be made.
fn checks_of(
    device: Device,
    asked: std::io::Result<std::thread::ScopedJoinHandle<'_, Vec<Check>>>,
    labels: &Labels,
) -> (Device, Vec<Check>) {
    let checks = match asked {
        Ok(thread) => thread.join().unwrap_or_else(|_| doctor::phone(&device, Err(&PhoneError::Gone), "")),
        Err(_) => of_phone(&device, labels),
    };
    (device, checks)
}

fn of_phone(device: &Device, labels: &Labels) -> Vec<Check> {
    if device.state != DeviceState::Device {
        return doctor::phone(device, Ok(&PhoneFacts::default()), "");
    }
    let facts = AdbPhone::of(device).all_facts(Duration::from_secs(20));
    let switch = facts.as_ref().map_or_else(|_| String::new(), |f| input_switch_name(labels, &f.props).to_owned());
    doctor::phone(device, facts.as_ref(), &switch)
}

fn summarize(found: &Findings, json: bool, output: &Output) {
    let phones = found.phones.iter().map(|(device, checks)| (Some(device), checks));
    for (device, checks) in std::iter::once((None, &found.host)).chain(phones) {
        let whom = device.map_or_else(|| say!("doctor-this-computer"), |d| d.serial.to_string());
        if !json {
            output.data(&printable(&whom));
        }
        for check in checks {
            if json {
                let line = json!({
                    "type": "check", "schema": 1, "serial": device.map(|d| &d.serial), "id": check.id,
                    "status": check.status, "what": check.what, "fix": check.fix,
                });
                output.data(&inert_json(line.to_string()));
            } else {
                for line in line(check) {
                    output.answer(&line);
                }
            }
        }
    }
}

fn line(check: &Check) -> Vec<String> {
    let word = match check.status {
        Status::Pass => console::style("pass").green(),
        Status::Warn => console::style("warn").yellow(),
        Status::Fail => console::style("FAIL").red().bold(),
    };
    let mut lines = vec![format!("  {word}  {:<16} {}", check.id, printable(&check.what))];
    lines.extend(check.fix.as_ref().map(|fix| format!("        {:<16} hint: {}", "", printable(fix))));
    lines
}
