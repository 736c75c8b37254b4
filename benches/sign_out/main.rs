//! How long mi-signout takes for one phone and for many, and what that costs this computer and the phones; beside it the scripts that
//! people write.
//!
//! `cargo bench --bench sign_out -- [--phones 1,16,64,256] [--latency 1.0] [--python PATH] [--old yes] [--one-account 12]`
//! `cargo bench --bench sign_out -- --timeline yes [--latency 1.0] [--old yes]`: what one phone did when, and nothing else
//!
//! Simulated phones as slow as real ones, a real adb server on a port of its own, and each contestant as a process of its own. The floor
//! is what the phone itself takes for the plain way: the page opened, four dumps, the inputs, the changes of page, replayed in one
//! shell with every place known beforehand. Linux only: what a process cost is read from `/proc`.
#![expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]

mod bed;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use phone_sim::phone::{Generation, PhoneSpec, Stats};

use bed::{Killed, Phones, Server, adb, private, watch};

/// The right password of the simulated phones.
const PASSWORD: &str = "Owner-pass 1";

fn main() -> Result<ExitCode> {
    // `cargo test --all-targets` starts benchmarks as well, without this word.
    if !std::env::args().any(|arg| arg == "--bench") {
        return Ok(ExitCode::SUCCESS);
    }
    let options = Options::read(std::env::args().skip(1).filter(|arg| arg != "--bench"))?;
    measure(&options)?;
    Ok(ExitCode::SUCCESS)
}

struct Options {
    phones: Vec<usize>,
    latency: f64,
    python: Option<String>,
    generation: Generation,
    one_account: Vec<usize>,
    timeline: bool,
}

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self {
            phones: vec![1, 16, 64, 256],
            latency: 1.0,
            python: std::env::var("MI_SIGNOUT_TEST_PYTHON").ok(),
            generation: Generation::Miui14,
            one_account: vec![12],
            timeline: false,
        };
        let numbers = |text: &str| text.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>();
        while let Some(word) = words.next() {
            let value = words.next().with_context(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--phones" => options.phones = numbers(&value).context("--phones")?,
                "--one-account" => options.one_account = numbers(&value).context("--one-account")?,
                "--latency" => options.latency = value.parse().context("--latency")?,
                "--python" => options.python = Some(value),
                "--old" => options.generation = Generation::Miui10,
                "--timeline" => options.timeline = true,
                _ => bail!(
                    "unknown option {word}; there are --phones, --one-account, --latency, --python, --old and --timeline"
                ),
            }
        }
        ensure!(options.phones.iter().all(|n| (1..1024).contains(n)), "--phones takes 1 to 1023");
        Ok(options)
    }

    fn specs(&self, phones: usize, one_account: bool) -> impl Iterator<Item = PhoneSpec> {
        let (generation, latency) = (self.generation, self.latency);
        (0..phones).map(move |n| {
            let account = if one_account { 6_230_000_535 } else { 6_230_000_535 + n as u64 };
            PhoneSpec::of(generation)
                .serial(&format!("bench{n:04}"))
                .scale(latency)
                .change(|spec| spec.account = Some(account.to_string()))
        })
    }
}

/// What one contestant did and cost.
struct Cost {
    wall: Duration,
    cpu_ms: f64,
    /// KiB.
    memory: u64,
    signed_out: usize,
    stats: Stats,
}

fn measure(options: &Options) -> Result<()> {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let home = tempfile::tempdir()?;
    let server = Server::start(home.path())?;
    println!("{}, latency {}; load before: {}", options.generation.name(), options.latency, load.trim());
    if options.timeline {
        return timeline(options, &server, home.path());
    }
    let (floor, inputs) = floor(options, &server, home.path())?;
    println!(
        "floor {:.2} s: the page opened, four dumps and {inputs} inputs, replayed in one shell on the phone",
        floor.as_secs_f64()
    );
    println!(
        "{:<12} {:>6} {:>6} {:>8} {:>8} {:>6} {:>6} {:>7} {:>7} {:>9} {:>8} {:>8}",
        "", "phones", "out", "wall s", "/ floor", "/ one", "dumps", "views", "trips", "processes", "CPU ms", "MiB"
    );
    println!("{:<54} (dumps to CPU: a phone)", "");
    for name in ["mi-signout", "adbutils", "shell + adb"] {
        let mut one = None;
        for phones in &options.phones {
            let Some(cost) = contest(name, options, *phones, false, &server, home.path())? else { continue };
            print_row(name, *phones, &cost, floor, *one.get_or_insert(cost.wall));
        }
    }
    for phones in &options.one_account {
        let alone = contest("mi-signout", options, 1, true, &server, home.path())?.context("mi-signout did not run")?;
        if let Some(cost) = contest("mi-signout", options, *phones, true, &server, home.path())? {
            print_row("one account", *phones, &cost, floor, alone.wall);
        }
    }
    Ok(())
}

/// Prints when each program of one sign-out started on the phone and when each page came, in the phone's milliseconds, from the start of
/// mi-signout's process.
fn timeline(options: &Options, server: &Server, home: &Path) -> Result<()> {
    let phones = Phones::new(server, home, options.specs(1, false))?;
    let phone = phones.devices[0].phone();
    let mut command = mi_signout(server, home, &phones)?;
    private(&mut command, home);
    let begun = phone.clock().now_ms();
    let output = command.stdin(Stdio::null()).output()?;
    let ended = phone.clock().now_ms();
    ensure!(phones.signed_out() == 1, "not signed out: {}", String::from_utf8_lossy(&output.stdout));
    let record = phone.record();
    let mut lines: Vec<(u64, String)> = record.commands.iter().map(|run| (run.at, run.argv.join(" "))).collect();
    lines.extend(record.screens.iter().map(|(at, screen)| (*at, format!("        shows {}", screen.name()))));
    lines.extend(record.removals.iter().map(|removal| (removal.at, "        the account is gone".to_owned())));
    lines.push((ended, "        mi-signout has ended".to_owned()));
    lines.sort_by_key(|(at, _)| *at);
    let mut before = begun;
    for (at, what) in lines.into_iter().filter(|(at, _)| *at >= begun) {
        println!("{:>7} {:>+6}  {what}", at - begun, at.saturating_sub(before));
        before = at;
    }
    println!("{:?}", phones.stats());
    Ok(())
}

fn print_row(name: &str, phones: usize, cost: &Cost, floor: Duration, one: Duration) {
    let wall = cost.wall.as_secs_f64();
    let each = |number: u64| number as f64 / phones as f64;
    println!(
        "{name:<12} {phones:>6} {:>6} {wall:>8.2} {:>8.2} {:>6.2} {:>6.1} {:>7.1} {:>7.1} {:>9.0} {:>8.1} {:>8.1}",
        cost.signed_out,
        wall / floor.as_secs_f64(),
        wall / one.as_secs_f64(),
        each(cost.stats.dumps),
        each(cost.stats.views_dumps),
        each(cost.stats.shell_calls),
        each(cost.stats.processes),
        cost.cpu_ms / phones as f64,
        cost.memory as f64 / 1024.0,
    );
}

/// Lets one contestant sign fresh phones out; `None` where it can't run here.
fn contest(
    name: &str,
    options: &Options,
    phones: usize,
    one_account: bool,
    server: &Server,
    home: &Path,
) -> Result<Option<Cost>> {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    let phones = Phones::new(server, home, options.specs(phones, one_account))?;
    let mut command = match name {
        "mi-signout" => mi_signout(server, home, &phones)?,
        "adbutils" => {
            let Some(python) = &options.python else {
                println!("{name:<12} not run: name a Python that has adbutils with --python");
                return Ok(None);
            };
            let mut command = Command::new(python);
            command.arg(bench.join("sign_out_adbutils.py")).arg(server.port.to_string());
            command
        }
        _ => {
            let mut command = Command::new("bash");
            command.arg(bench.join("sign_out.sh")).arg(server.port.to_string());
            command
        }
    };
    private(&mut command, home);
    command.stdin(Stdio::piped()).stdout(std::fs::File::create(home.join("output"))?);
    let before = phones.stats();
    let begun = Instant::now();
    let mut process = Killed(command.spawn().with_context(|| format!("{name} can't be started"))?);
    if let Some(mut stdin) = process.0.stdin.take()
        && name != "mi-signout"
    {
        for serial in &phones.serials {
            writeln!(stdin, "{serial} {PASSWORD}")?;
        }
    }
    let (cpu_ms, memory) = watch(process.0.id(), begun)?;
    let wall = begun.elapsed();
    process.0.wait()?;
    Ok(Some(Cost { wall, cpu_ms, memory, signed_out: phones.signed_out(), stats: phones.stats().since(&before) }))
}

fn mi_signout(server: &Server, home: &Path, phones: &Phones) -> Result<Command> {
    use std::os::unix::fs::OpenOptionsExt;
    let list = home.join("passwords.csv");
    let _ = std::fs::remove_file(&list);
    let mut file = std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&list)?;
    writeln!(file, "serial,password")?;
    for serial in &phones.serials {
        writeln!(file, "{serial},{PASSWORD}")?;
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
    command.arg("sign-out").args(["--adb", &format!("127.0.0.1:{}", server.port)]);
    for serial in &phones.serials {
        command.args(["--serial", serial]);
    }
    command.arg("--passwords").arg(&list).args(["--yes", "--json", "--quiet", "--authorised-by", "the benchmark"]);
    command.arg("--journal").arg(home.join("journal.db"));
    Ok(command)
}

/// What the phone itself takes for the plain way, and the number of its inputs.
fn floor(options: &Options, server: &Server, home: &Path) -> Result<(Duration, usize)> {
    // Where things are is taken from a walk on a phone of the same kind.
    let model = Phones::new(server, home, options.specs(1, false))?;
    let mut command = mi_signout(server, home, &model)?;
    private(&mut command, home);
    let walked = command.stdin(Stdio::null()).output()?;
    ensure!(model.signed_out() == 1, "the first phone is not signed out: {}", String::from_utf8_lossy(&walked.stdout));
    let commands = model.devices[0].phone().record().commands;
    let inputs: Vec<Vec<String>> = commands
        .into_iter()
        .map(|run| run.argv)
        .filter(|argv| {
            argv.first().is_some_and(|word| word == "input") && argv.get(1).is_some_and(|word| word != "keyevent")
        })
        .collect();
    let dump = "uiautomator dump /data/local/tmp/floor.xml >/dev/null\n";
    let mut script =
        format!("am start -a android.settings.XIAOMI_ACCOUNT_SYNC_SETTINGS -p com.xiaomi.account >/dev/null\n{dump}");
    let (mut dumps, mut taps) = (1, 0);
    for argv in &inputs {
        match argv[1].as_str() {
            "text" => writeln!(script, "input text '{}'", PASSWORD.replace(' ', "%s"))?,
            _ => writeln!(script, "{}", argv.join(" "))?,
        }
        taps += usize::from(argv[1] == "tap");
        // After the sign-out button, the answer to the data question, and the password.
        if (argv[1] == "tap" && taps <= 2) || argv[1] == "text" {
            script.push_str(dump);
            dumps += 1;
        }
    }
    ensure!(dumps == 4, "the plain way has {dumps} dumps: {inputs:?}");
    script.push_str("while dumpsys account | grep -q ', type=com.xiaomi}'; do sleep 0.2; done\n");
    let phones = Phones::new(server, home, options.specs(1, false))?;
    let begun = Instant::now();
    let mut shell = Command::new(adb());
    shell.args(["-H", "127.0.0.1", "-P", &server.port.to_string(), "-s", &phones.serials[0], "shell", &script]);
    private(&mut shell, home);
    let mut process = Killed(shell.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?);
    while phones.signed_out() == 0 && process.0.try_wait()?.is_none() {
        ensure!(begun.elapsed() < Duration::from_secs(120), "the plain way does not sign the phone out:\n{script}");
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = begun.elapsed();
    ensure!(phones.signed_out() == 1, "the plain way did not sign the phone out:\n{script}");
    Ok((took, inputs.len()))
}
