//! `simulate`: simulated phones that stay up until Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use super::failure::Failure;
use super::signals::Interrupt;
use super::terminal::Output;
use crate::model::{ExitStatus, did_you_mean};
use phone_sim::device::SimDevice;
use phone_sim::farm::Farm;
use phone_sim::phone::SimPhone;
use phone_sim::scenario::{self, Scenario};

/// Options of `simulate`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Serve them as an adb server of their own, at this port (0: any free one)
    #[arg(long, value_name = "PORT", conflicts_with = "adbd")]
    adb_server: Option<u16>,
    /// Serve each as an adbd for 'adb connect', at this port and those after it (0: any free ones); the default
    #[arg(long, value_name = "PORT")]
    adbd: Option<u16>,
    /// How slow the phones are: 1 is as a real phone
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = scale)]
    latency: f64,
    /// Name the scenarios, and end
    #[arg(long)]
    list: bool,
}

/// Which simulated phones.
#[derive(Clone, Debug, clap::Args)]
pub struct ScenarioArgs {
    /// How many phones
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    phones: u32,
    /// What they are and do; 'simulate --list' names all
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
}

impl ScenarioArgs {
    /// The scenario's name.
    pub fn name(&self) -> &str {
        self.scenario.as_deref().unwrap_or("plain")
    }

    fn find(&self) -> Result<&'static Scenario, Failure> {
        let name = self.name();
        scenario::scenarios().iter().find(|s| s.name == name).ok_or_else(|| {
            let near = did_you_mean(name, scenario::scenarios().iter().map(|s| s.name));
            let hint = near.map_or_else(String::new, |near| format!("did you mean '{near}'? "));
            Failure::usage(format!("there is no scenario '{name}'"))
                .hint(format!("{hint}'mi-signout simulate --list' names all"))
        })
    }
}

/// Reads a latency factor.
pub fn scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && (0.0..=10.0).contains(&factor) => Ok(factor),
        _ => Err("a number from 0 to 10".into()),
    }
}

/// The failure of a port that can't be had.
#[expect(clippy::needless_pass_by_value, reason = "handed to map_err as it is")]
pub fn no_port(error: std::io::Error) -> Failure {
    Failure::usage(format!("the simulated phones can't be served: {error}"))
        .hint("choose another port, or 0 for any free one")
}

/// One phone of a bench.
pub struct BenchPhone {
    /// The phone.
    pub phone: SimPhone,
    /// Where it is plugged in.
    pub plug: phone_sim::server::PlugId,
}

impl BenchPhone {
    /// Its serial.
    pub fn serial(&self) -> String {
        self.phone.serial().to_owned()
    }

    /// The password that its owner gives.
    pub fn password(&self) -> String {
        self.phone.spec().told_password().to_owned()
    }

    /// What was done to it, for people.
    pub fn summary(&self) -> String {
        let record = self.phone.record();
        let account = if self.phone.account_present() { "still signed in" } else { "no account left" };
        format!(
            "{}: the simulated phone itself says: {account}, {} tap(s), {} password submission(s)",
            self.phone.serial(),
            record.taps.len(),
            record.passwords_submitted(),
        )
    }
}

/// Simulated phones on their farm.
pub struct Bench {
    /// Runs them.
    pub farm: Farm,
    /// The phones, in their order.
    pub phones: Vec<BenchPhone>,
}

impl Bench {
    /// Makes the phones of a scenario and plugs them in.
    pub fn new(args: &ScenarioArgs, latency: f64) -> Result<Self, Failure> {
        let scenario = args.find()?;
        let farm = Farm::new().map_err(no_port)?;
        let mut phones = Vec::new();
        for index in 0..args.phones {
            let phone = SimPhone::new(scenario.phone(index as usize).scale(latency));
            let plug = farm.plug(Arc::new(SimDevice::new(phone.clone()))).map_err(no_port)?;
            phones.push(BenchPhone { phone, plug });
        }
        Ok(Self { farm, phones })
    }
}

/// Serves simulated phones until Ctrl-C, then prints what was done to them.
pub fn run(args: &Args, output: &Output, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    if args.list {
        for scenario in scenario::scenarios() {
            output.data(&format!("{:<28} {}", scenario.name, scenario.about));
        }
        return Ok(ExitStatus::Done);
    }
    // What was done to the phones is told at the end, also after Ctrl-C.
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
    output.people("serving until Ctrl-C");
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
