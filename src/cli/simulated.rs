//! Simulated phones of a scenario, for `demo` and `simulate`.

use std::sync::Arc;

use phone_sim::device::SimDevice;
use phone_sim::farm::Farm;
use phone_sim::phone::SimPhone;
use phone_sim::scenario::{self, Scenario};

use super::failure::Failure;
use crate::model::did_you_mean;
use crate::text::say;

/// Which simulated phones.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Simulated phones")]
pub(super) struct ScenarioArgs {
    /// How many phones
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) phones: u32,
    /// What the phones are and do
    ///
    /// simulate --list names the scenarios.
    #[arg(long, value_name = "NAME", default_value = "plain")]
    scenario: String,
}

impl ScenarioArgs {
    /// The scenario's name.
    pub(super) fn name(&self) -> &str {
        &self.scenario
    }

    fn find(&self) -> Result<&'static Scenario, Failure> {
        let name = self.name();
        scenario::scenarios().iter().find(|s| s.name == name).ok_or_else(|| {
            let near = did_you_mean(name, scenario::scenarios().iter().map(|s| s.name));
            let hint = say!("simulate-lists-the-scenarios");
            Failure::usage(say!("there-is-no-scenario", name)).hint(match near {
                Some(near) => say!("did-you-mean-scenario", near, hint),
                None => hint,
            })
        })
    }
}

/// Reads a latency factor.
pub(super) fn scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && (0.0..=10.0).contains(&factor) => Ok(factor),
        _ => Err(say!("number-from-0-to-10")),
    }
}

/// The failure of a port that can't be had.
#[expect(clippy::needless_pass_by_value, reason = "handed to map_err as it is")]
pub(super) fn no_port(error: std::io::Error) -> Failure {
    Failure::usage(say!("simulated-phones-cant-be-served", error)).hint(say!("choose-another-port"))
}

/// One phone of a bench.
pub(super) struct BenchPhone {
    /// The phone.
    pub phone: SimPhone,
    /// Where it is plugged in.
    pub plug: phone_sim::server::PlugId,
}

impl BenchPhone {
    /// Its serial.
    pub(super) fn serial(&self) -> String {
        self.phone.serial().to_owned()
    }

    /// The password that its owner gives.
    pub(super) fn password(&self) -> String {
        self.phone.spec().told_password().to_owned()
    }

    /// What was done to it, for people.
    pub(super) fn summary(&self) -> String {
        let record = self.phone.record();
        let account =
            if self.phone.account_present() { say!("account-is-still-signed-in") } else { say!("no-account-is-left") };
        say!(
            "simulated-phone-says",
            serial = self.phone.serial(),
            account,
            taps = record.taps.len(),
            submissions = record.passwords_submitted()
        )
    }
}

/// Simulated phones on their farm.
pub(super) struct Bench {
    /// Runs them.
    pub farm: Farm,
    /// The phones, in their order.
    pub phones: Vec<BenchPhone>,
}

impl Bench {
    /// Makes the phones of a scenario and plugs them in.
    pub(super) fn new(args: &ScenarioArgs, latency: f64) -> Result<Self, Failure> {
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
