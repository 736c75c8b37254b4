//! `simulate`: simulated phones that stay up until Ctrl-C.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::signals::Interrupt;
use crate::cli::simulated::{self, Bench, ScenarioArgs, no_port};
use crate::model::ExitStatus;
use crate::text::say;
use phone_sim::scenario;

/// Options of `simulate`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// How slow the phones are (1: as a real phone)
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = simulated::scale, help_heading = "Simulated phones")]
    latency: f64,
    /// Serve the phones as one adb server (0: any free port)
    #[arg(long, value_name = "PORT", conflicts_with = "adbd")]
    adb_server: Option<u16>,
    /// Serve each phone as an adbd, for adb connect (0: any free ports)
    ///
    /// The first phone listens at this port, the others at the ports after it. This is what happens without any option, at free
    /// ports.
    #[arg(long, value_name = "PORT")]
    adbd: Option<u16>,
    /// List the scenarios and exit
    #[arg(long)]
    list: bool,
}

/// Serves simulated phones until Ctrl-C, then prints what was done to them.
pub(crate) fn run(args: &Args, output: &Output, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    if args.list {
        for scenario in scenario::scenarios() {
            output.data(&format!("{:<28} {}", scenario.name, scenario.about));
        }
        return Ok(ExitStatus::Done);
    }
    // Print at the end what was done to the phones, also after Ctrl-C.
    let _in_order = interrupt.in_order();
    let bench = Bench::new(&args.scenario, args.latency)?;
    let server = args.adb_server.map(|port| bench.farm.serve_server(port)).transpose().map_err(no_port)?;
    if server.is_none() {
        bench.farm.serve_adbd(args.adbd.unwrap_or(0)).map_err(no_port)?;
    }
    for phone in &bench.phones {
        let address = match &server {
            Some(server) => Some(server.addr()),
            None => bench.farm.adbd_addr(phone.plug),
        };
        let ready = json!({
            "type": "ready", "serial": phone.serial(), "address": address.map(|a| a.to_string()),
            "account": phone.phone.spec().account, "password": phone.password(), "scenario": args.scenario.name(),
        });
        output.data(&ready.to_string());
    }
    output.people(&say!("serving-until-ctrl-c"));
    while !interrupt.load(Ordering::Relaxed) && server.as_ref().is_none_or(phone_sim::farm::ServerHandle::is_running) {
        std::thread::sleep(Duration::from_millis(50));
    }
    for phone in &bench.phones {
        let record = phone.phone.record();
        let line = json!({
            "type": "record", "serial": phone.serial(), "account_present": phone.phone.account_present(),
            "password_submissions": record.passwords_submitted(), "taps": record.taps.len(), "commands": record.commands.len(),
        });
        output.data(&line.to_string());
    }
    Ok(ExitStatus::Done)
}
