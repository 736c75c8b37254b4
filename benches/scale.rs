//! Many phones at once: how much longer they take than one, and what that costs this computer.
//!
//! `cargo bench --bench scale -- [--phones 256] [--latency 1.0] [--runs 1]`
//!
//! Three processes, as in life: simulated phones as slow as real ones, a real adb server on a port of its own, and mi-signout.
//! First one phone is signed out, then all the others at once, each with an account of its own (submissions for one account
//! wait for each other). Linux only: what a process cost is read from `/proc`.
#![expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The most that all phones may take, as a multiple of what one takes.
const MOST_RATIO: f64 = 1.2;
/// The most memory that mi-signout may hold, in KiB.
const MOST_MEMORY: u64 = 64 << 10;
/// The most processor time that mi-signout may take for each phone, in ms.
const MOST_CPU: f64 = 20.0;
/// Any one process is given up after this.
const GUARD: Duration = Duration::from_secs(600);
/// `/proc` counts processor time in hundredths of a second on every Linux.
const TICK_MS: f64 = 10.0;

fn main() -> Result<ExitCode> {
    // `cargo test --all-targets` starts benchmarks as well, without this word.
    if !std::env::args().any(|arg| arg == "--bench") {
        return Ok(ExitCode::SUCCESS);
    }
    let options = Options::read(std::env::args().skip(1).filter(|arg| arg != "--bench"))?;
    let mut all_met = true;
    for _ in 0..options.runs {
        all_met &= measure(&options)?;
    }
    Ok(if all_met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Options {
    phones: usize,
    latency: String,
    runs: u32,
}

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self { phones: 256, latency: "1.0".to_owned(), runs: 1 };
        while let Some(word) = words.next() {
            let value = words.next().with_context(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--phones" => options.phones = value.parse().context("--phones")?,
                "--latency" => options.latency = value,
                "--runs" => options.runs = value.parse().context("--runs")?,
                _ => bail!("unknown option {word}; there are --phones, --latency and --runs"),
            }
        }
        ensure!((1..1024).contains(&options.phones), "--phones takes 1 to 1023");
        Ok(options)
    }
}

/// One run: prints its table, and gives whether all targets are met.
fn measure(options: &Options) -> Result<bool> {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let home = tempfile::tempdir()?;
    let farm = Farm::start(options)?;
    let server = Server::start(home.path())?;
    for phone in &farm.phones {
        server.connect(home.path(), phone)?;
    }
    let passwords = home.path().join("passwords.csv");
    farm.write_passwords(&passwords)?;
    let (first, others) = farm.phones.split_at(1);
    let spent = || -> Result<[f64; 2]> { Ok([cpu_ms(farm.process.0.id())?, cpu_ms(server.process.0.id())?]) };
    let one = sign_out(&server, home.path(), &passwords, first)?;
    let before = spent()?;
    let all = sign_out(&server, home.path(), &passwords, others)?;
    let after = spent()?;

    let phones = others.len();
    let ratio = all.wall.as_secs_f64() / one.wall.as_secs_f64();
    let cpu = all.cpu_ms / phones as f64;
    let met = [
        all.signed_out == phones && one.signed_out == 1,
        ratio <= MOST_RATIO,
        all.memory <= MOST_MEMORY,
        cpu <= MOST_CPU,
    ];
    let word = |met: bool| if met { "met" } else { "MISSED" };
    println!("{phones} phones at once, latency {}; load before: {}", options.latency, load.trim());
    println!("  signed out           {} of {phones}{:>27}", all.signed_out, word(met[0]));
    println!("  wall time, one       {:.1} s", one.wall.as_secs_f64());
    println!("  wall time, all       {:.1} s", all.wall.as_secs_f64());
    println!("  ratio                {ratio:<14.2} at most {MOST_RATIO:<8} {}", word(met[1]));
    println!(
        "  peak memory          {:<14} at most {:<8} {}",
        format!("{:.1} MiB", all.memory as f64 / 1024.0),
        format!("{} MiB", MOST_MEMORY >> 10),
        word(met[2])
    );
    println!(
        "  processor, a phone   {:<14} at most {:<8} {}",
        format!("{cpu:.1} ms"),
        format!("{MOST_CPU} ms"),
        word(met[3])
    );
    println!(
        "  processor, in all    mi-signout {:.1} s, simulated phones {:.1} s, adb server {:.1} s; one phone alone: {:.0} ms",
        all.cpu_ms / 1000.0,
        (after[0] - before[0]) / 1000.0,
        (after[1] - before[1]) / 1000.0,
        one.cpu_ms,
    );
    for (outcome, count) in &all.outcomes {
        println!("  outcome              {outcome}: {count}");
    }
    Ok(met.iter().all(|met| *met))
}

/// What one `sign-out` did and cost.
struct Cost {
    wall: Duration,
    cpu_ms: f64,
    /// KiB.
    memory: u64,
    signed_out: usize,
    outcomes: Vec<(String, usize)>,
}

/// Runs `sign-out` on these phones as a process of its own.
fn sign_out(server: &Server, home: &Path, passwords: &Path, phones: &[Phone]) -> Result<Cost> {
    let output = home.join("results.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
    command.arg("sign-out").args(["--adb", &format!("127.0.0.1:{}", server.port)]);
    for phone in phones {
        command.args(["--serial", &phone.address]);
    }
    command.arg("--passwords").arg(passwords).args(["--yes", "--json", "--quiet", "--authorised-by", "the benchmark"]);
    command.arg("--journal").arg(home.join("journal.db"));
    private(&mut command, home);
    command.stdin(Stdio::null()).stdout(std::fs::File::create(&output)?);
    let begun = Instant::now();
    let mut process = Killed(command.spawn()?);
    let (cpu_ms, memory) = watch(process.0.id(), begun)?;
    let wall = begun.elapsed();
    process.0.wait()?;
    let mut outcomes = std::collections::BTreeMap::new();
    for line in std::fs::read_to_string(&output)?.lines() {
        let line: Value = serde_json::from_str(line)?;
        if line["type"] == "result" {
            let word = |key: &str| line[key].as_str().map(str::to_owned);
            let reason = word("reason").map(|reason| format!(" ({reason})")).unwrap_or_default();
            *outcomes.entry(word("outcome").unwrap_or_default() + &reason).or_insert(0) += 1;
        }
    }
    let signed_out = outcomes.get("signed-out").copied().unwrap_or_default();
    Ok(Cost { wall, cpu_ms, memory, signed_out, outcomes: outcomes.into_iter().collect() })
}

/// Waits for the end of a child that nobody has waited for yet: processor time in ms, and the most memory in KiB.
///
/// An ended child stays in `/proc` with its times until it is waited for. Its memory is gone by then: the mark of the most that it
/// ever had is read while it runs.
fn watch(pid: u32, begun: Instant) -> Result<(f64, u64)> {
    let mut memory = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        if let Some(peak) = line("VmHWM:").and_then(|peak| peak.strip_suffix(" kB")) {
            memory = peak.trim().parse()?;
        }
        if line("State:").is_some_and(|state| state.starts_with('Z')) {
            return Ok((cpu_ms(pid)?, memory));
        }
        ensure!(begun.elapsed() < GUARD, "mi-signout does not end");
        sleep(Duration::from_millis(20));
    }
}

/// The processor time of a process so far, user and system, in ms.
fn cpu_ms(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name stands in parentheses, and may hold anything; after it come state, parent, …, and utime and stime as 14th and 15th.
    let (_, rest) = stat.rsplit_once(')').context("/proc/PID/stat")?;
    let ticks: Vec<f64> = rest.split_whitespace().skip(11).take(2).filter_map(|n| n.parse().ok()).collect();
    ensure!(ticks.len() == 2, "/proc/PID/stat has no times");
    Ok(ticks.iter().sum::<f64>() * TICK_MS)
}

/// A child process that ends with its guard.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Nothing of the user's: neither adb's key and servers, nor this program's journal.
fn private(command: &mut Command, home: &Path) {
    command.env("HOME", home).env("ANDROID_SDK_HOME", home).env("XDG_STATE_HOME", home.join("state"));
    for name in ["ADB_VENDOR_KEYS", "ANDROID_SERIAL", "ANDROID_ADB_SERVER_PORT", "ADB_TRACE"] {
        command.env_remove(name);
    }
}

/// A simulated phone, as its line says.
struct Phone {
    address: String,
    account: String,
    password: String,
}

/// The simulated phones: one more than are measured together, for the measurement of one.
struct Farm {
    process: Killed,
    phones: Vec<Phone>,
}

impl Farm {
    fn start(options: &Options) -> Result<Self> {
        let phones = (options.phones + 1).to_string();
        let child = Command::new(env!("CARGO_BIN_EXE_mi-signout"))
            .args(["simulate", "--phones", &phones, "--scenario", "own-accounts", "--adbd", "0"])
            .args(["--latency", &options.latency, "--quiet"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut process = Killed(child);
        let lines = BufReader::new(process.0.stdout.take().context("no output")?).lines();
        let mut found = Vec::new();
        for line in lines.take(options.phones + 1) {
            let line: Value = serde_json::from_str(&line?)?;
            let word = |key: &str| line[key].as_str().map(str::to_owned).with_context(|| format!("no {key}: {line}"));
            found.push(Phone { address: word("address")?, account: word("account")?, password: word("password")? });
        }
        ensure!(found.len() == options.phones + 1, "the simulated phones did not start");
        Ok(Self { process, phones: found })
    }

    fn write_passwords(&self, path: &Path) -> Result<()> {
        use std::os::unix::fs::OpenOptionsExt;
        let mut file = std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
        writeln!(file, "account,password")?;
        for phone in &self.phones {
            writeln!(file, "{},{}", phone.account, phone.password)?;
        }
        Ok(())
    }
}

/// A real adb server on a port of its own.
struct Server {
    process: Killed,
    port: u16,
}

impl Server {
    fn start(home: &Path) -> Result<Self> {
        // Free a moment ago: adb can't be told to take any.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new(adb());
        command.args(["-L", &format!("tcp:localhost:{port}"), "nodaemon", "server"]);
        private(&mut command, home);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut process = Killed(child.context("adb can't be started: install it, or set ADB")?);
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            ensure!(process.0.try_wait()?.is_none() && begun.elapsed() < GUARD, "the adb server does not start");
            sleep(Duration::from_millis(20));
        }
        Ok(Self { process, port })
    }

    fn connect(&self, home: &Path, phone: &Phone) -> Result<()> {
        let mut command = Command::new(adb());
        command.args(["-H", "127.0.0.1", "-P", &self.port.to_string(), "connect", &phone.address]);
        private(&mut command, home);
        let output = command.stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(said.contains("connected to"), "adb connect {}: {said}", phone.address);
        Ok(())
    }
}

fn adb() -> String {
    std::env::var("ADB").unwrap_or_else(|_| "adb".to_owned())
}
