//! What a journal costs that has been in use for years: opening it, taking phones up again, writing their rows, and reporting a run, in a
//! journal of 1,000 rows and in one of 100,000.
//!
//! `cargo bench --bench journal [-- --rows 1000,100000] [--page FILE]`; the last writes the HTML report of a run of 1,000 phones and nothing
//! else. Nothing that is done for one phone may take longer because the journal has many
//! rows. The best of several rounds counts: what else the computer does only makes a round slower.

#![expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use mi_signout::event::{Event, EventKind, Progress, Subject};
use mi_signout::journal::{InstallKey, Journal, Mutation, PhoneInfo, PhoneKey, Run, RunInfo};
use mi_signout::model::{AccountId, Outcome, Proof, ResultRow, Serial};
use mi_signout::report::{self, Format};

/// Phones of one run.
const PHONES: usize = 100;
/// Rounds of each question.
const ROUNDS: usize = 5;
/// What the largest journal may take, as a multiple of the smallest.
const LIMIT: f64 = 1.5;

fn main() -> Result<()> {
    // `cargo test --all-targets` starts benchmarks as well, without this word.
    if !std::env::args().any(|arg| arg == "--bench") {
        return Ok(());
    }
    let mut words = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let mut sizes = vec![1_000, 100_000];
    while let Some(word) = words.next() {
        match (word.as_str(), words.next()) {
            ("--page", Some(file)) => return page(Path::new(&file)),
            ("--rows", Some(list)) => sizes = list.split(',').map(str::parse).collect::<Result<_, _>>()?,
            _ => bail!("unknown option {word}; there are --rows and --page"),
        }
    }
    ensure!(!sizes.is_empty() && sizes.iter().all(|rows| *rows >= PHONES), "--rows takes {PHONES} and more");
    let mut table: Vec<Vec<(&str, Duration)>> = Vec::new();
    for rows in &sizes {
        let dir = tempfile::tempdir()?;
        fill(dir.path(), rows / PHONES)?;
        table.push(ask(dir.path())?);
    }
    let names = table[0].iter().map(|(name, _)| *name).enumerate();
    println!("{:<44}{} {:>8}", "ms, the best of rounds; rows:", heads(&sizes), "ratio");
    for (at, name) in names {
        let times: Vec<f64> = table.iter().map(|column| column[at].1.as_secs_f64() * 1e3).collect();
        let cells = times.iter().map(|time| format!("{time:>12.3}")).collect::<Vec<_>>().concat();
        let ratio = times.last().zip(times.first()).map_or(1.0, |(last, first)| last / first);
        println!("{name:<44}{cells} {ratio:>8.2}{}", if ratio > LIMIT { "  over the limit" } else { "" });
    }
    Ok(())
}

/// Writes the report of a run of many phones.
fn page(file: &Path) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let journal = open(dir.path())?;
    let run = begin(&journal)?;
    for n in 0..1_000 {
        sign_out(&run, &format!("phone-{n:04}"), 6_230_000_000 + n)?;
    }
    run.finish(0)?;
    Ok(report::write(&journal.record(run.id())?, file)?)
}

fn heads(sizes: &[usize]) -> String {
    sizes.iter().map(|rows| format!("{rows:>12}")).collect::<Vec<_>>().concat()
}

fn open(dir: &Path) -> Result<Arc<Journal>> {
    Ok(Arc::new(Journal::open(&dir.join("journal.db"), InstallKey::open(dir)?)?))
}

fn begin(journal: &Arc<Journal>) -> Result<Run> {
    Ok(journal.begin(RunInfo { tool: "mi-signout".into(), operator: Some("Ana".into()), ..RunInfo::default() })?)
}

fn info(name: &str) -> PhoneInfo {
    PhoneInfo {
        key: PhoneKey::new(name),
        serial: Serial::new(name),
        adb: "127.0.0.1:5037".into(),
        make: Some("Xiaomi".into()),
        model: Some("Redmi Note 10".into()),
        place: Some("1-4.2".into()),
    }
}

/// What a run writes for one phone.
fn sign_out(run: &Run, name: &str, account: u64) -> Result<()> {
    let (info, account) = (info(name), AccountId::new(account.to_string()));
    run.phone(&info)?;
    ensure!(run.earlier(&info.key)?.is_none(), "nothing is open on {name}");
    run.account(&info.key, &account)?;
    let mut progress = Progress::default();
    for (screen, what) in
        [("account-page", "tap logout_account"), ("keep-or-remove", "tap retain_button"), ("password", "tap ok")]
    {
        let step = EventKind::Step { screen: screen.into(), what: what.into(), mutates: true };
        run.event(&Event::now(Subject::Phone(info.serial.clone()), step))?;
        progress.tapped.insert(screen.to_owned());
        run.before_mutation(&info.key, &Mutation { screen, what }, &progress)?;
        run.observed(&info.key, &progress)?;
        run.event(&Event::now(Subject::Phone(info.serial.clone()), EventKind::Observed { screen: None }))?;
    }
    let row = ResultRow {
        serial: info.serial.to_string(),
        adb: info.adb.clone(),
        model: info.model.clone(),
        software: Some("MIUI 14.0.9".into()),
        profile: Some("miui".into()),
        account: Some(account),
        outcome: Outcome::SignedOut,
        reason: None,
        hint: None,
        proof: Proof { before: Some("account present".into()), after: Some("account absent".into()), ui: None },
        started: chrono::Utc::now(),
        seconds: 12.3,
        steps: 7,
        dumps: 3,
    };
    Ok(run.result(Some(&info.key), &row)?)
}

/// Fills a journal with so many runs: one as it is written, and copies of it with other names.
fn fill(dir: &Path, runs: usize) -> Result<()> {
    let journal = open(dir)?;
    let run = begin(&journal)?;
    let id = run.id().to_owned();
    for n in 0..PHONES {
        sign_out(&run, &format!("phone-0000-{n:03}"), 6_230_000_000 + n as u64)?;
    }
    // What a run that was killed left open on its last phone.
    let left = info("phone-left");
    run.phone(&left)?;
    run.before_mutation(&left.key, &Mutation { screen: "account-page", what: "tap" }, &Progress::default())?;
    drop((run, journal));
    let database = rusqlite::Connection::open(dir.join("journal.db"))?;
    database.execute_batch("PRAGMA synchronous=OFF; BEGIN")?;
    for n in 1..runs {
        let (copy, phones) = (format!("20250101-000000-{n:06x}"), format!("phone-{n:04}-"));
        for sql in COPIES {
            let mut statement = database.prepare_cached(sql)?;
            for (at, value) in [&id, &copy, &phones].into_iter().enumerate() {
                // Not every statement has all three.
                if at < statement.parameter_count() {
                    statement.raw_bind_parameter(at + 1, value)?;
                }
            }
            statement.raw_execute().with_context(|| sql.to_string())?;
        }
    }
    database.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
    drop(database);
    // Else the first durable step of the bench would pay for all of it.
    Ok(std::fs::File::open(dir.join("journal.db"))?.sync_all()?)
}

/// `?1` is the first run, `?2` the copy's id, `?3` what its phones' names begin with. The accounts stay: an owner has several phones.
const COPIES: &[&str] = &[
    "INSERT INTO runs (id, header, genesis, head, rows, pid, started, ended, exit)
     SELECT ?2, replace(header, ?1, ?2), genesis, head, rows, pid, strftime('%Y-%m-%dT%H:%M:%S.000Z', started, '-1 day'), started, 0 FROM runs WHERE id = ?1",
    "INSERT INTO phones (run, key, serial, adb, make, model, place, find_device, begun, progress, pending, outcome, turn)
     SELECT ?2, replace(key, 'phone-0000-', ?3), replace(serial, 'phone-0000-', ?3), adb, make, model, place, find_device, begun, progress, NULL,
         COALESCE(outcome, 'failed'), turn FROM phones WHERE run = ?1 AND key LIKE 'phone-0000-%'",
    "INSERT INTO events (run, key, at, event)
     SELECT ?2, replace(key, 'phone-0000-', ?3), at, replace(event, 'phone-0000-', ?3) FROM events WHERE run = ?1",
    "INSERT INTO rows (run, row, key, outcome, text, previous, hash, picture)
     SELECT ?2, row, replace(key, 'phone-0000-', ?3), outcome, replace(replace(text, ?1, ?2), 'phone-0000-', ?3), previous, hash, picture
     FROM rows WHERE run = ?1",
    "INSERT INTO account_phones (account, key, run, model, outcome, find_device, at)
     SELECT account, replace(key, 'phone-0000-', ?3), ?2, model, outcome, find_device, at FROM account_phones WHERE run = ?1 LIMIT 10",
];

/// The best of some rounds.
fn best<T>(mut what: impl FnMut(usize) -> Result<T>) -> Result<Duration> {
    let mut best = Duration::MAX;
    for round in 0..ROUNDS {
        let began = Instant::now();
        std::hint::black_box(what(round)?);
        best = best.min(began.elapsed());
    }
    Ok(best)
}

fn ask(dir: &Path) -> Result<Vec<(&'static str, Duration)>> {
    let mut found = vec![("open", best(|_| open(dir))?)];
    let journal = open(dir)?;
    found.push(("phones that a run left open", best(|_| Ok(journal.unsettled()?))?));
    found.push(("begin a run", best(|_| begin(&journal))?));
    let run = begin(&journal)?;
    found.push(("what was left open on a phone", best(|_| Ok(run.earlier(&PhoneKey::new("phone-left"))?))?));
    found.push(("a new phone, from claim to row", best(|n| sign_out(&run, &format!("new-{n}"), 7_000_000_000))?));
    let known = |n: usize| sign_out(&run, &format!("phone-0000-{n:03}"), 6_230_000_000 + n as u64);
    found.push(("a known phone, from claim to row", best(known)?));
    for n in 0..PHONES {
        sign_out(&run, &format!("report-{n:03}"), 6_240_000_000 + n as u64)?;
    }
    run.finish(0)?;
    let id = run.id().to_owned();
    drop(run);
    found.push(("the record of a run, a phone", best(|_| Ok(journal.record(&id)?))? / PHONES as u32));
    let record = journal.record(&id)?;
    found.push(("its HTML report, a phone", best(|_| Ok(report::render(&record, Format::Html)?))? / PHONES as u32));
    Ok(found)
}
