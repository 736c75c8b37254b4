//! `demo`: the main job on simulated phones. The real client talks to a simulated adb server; nothing is installed, no phone is
//! touched.

use crate::adb;
use crate::cli::args::{EventsArgs, ProfileArgs, WalkArgs};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::phone_run::PhoneRun;
use crate::cli::phones::AdbConnector;
use crate::cli::record::Record;
use crate::cli::signals::Interrupt;
use crate::cli::simulated::{self, Bench, ScenarioArgs};
use crate::fleet::{Numbers, Passwords};
use crate::model::{AdbServer, ExitStatus, Secret, Serial};
use crate::text::say;

/// Options of `demo`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// How slow the phones are (1: as a real phone)
    #[arg(long, value_name = "FACTOR", default_value_t = 0.5, value_parser = simulated::scale, help_heading = "Simulated phones")]
    latency: f64,
    #[command(flatten)]
    walk: WalkArgs,
    #[command(flatten, next_help_heading = "Walk")]
    profiles: ProfileArgs,
    #[command(flatten)]
    events: EventsArgs,
}

/// Signs simulated phones out.
pub(crate) fn run(args: &Args, output: &Output, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    let catalog = args.profiles.catalog()?;
    let bench = Bench::new(&args.scenario, args.latency)?;
    let server = bench.farm.serve_server(0).map_err(simulated::no_port)?;
    let at = AdbServer { host: server.addr().ip().to_string(), port: server.addr().port() };
    output.people(&say!("demo-phones", simulated_phones = bench.phones.len(), name = args.scenario.name()));
    let mut passwords = Passwords::default();
    for phone in &bench.phones {
        passwords.for_serial(Serial::new(phone.serial()), Secret::new(phone.password()));
    }
    let devices = adb::list(&at, std::time::Duration::from_secs(10))
        .map_err(|error| Failure::new(ExitStatus::Adb, error.to_string()))?;
    let numbers = if devices.len() > 1 { Numbers::of(&devices) } else { Numbers::default() };
    let run = PhoneRun {
        walk: &args.walk,
        json: args.events.json,
        catalog: &catalog,
        passwords: &passwords,
        several_accounts: true,
        again: false,
        interactive: false,
        output,
    };
    let status = run.run(&devices, &numbers, &AdbConnector::new(&devices), Record::none(), interrupt)?;
    for phone in &bench.phones {
        output.people(&phone.summary());
    }
    Ok(status)
}
