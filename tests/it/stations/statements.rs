//! One set of statements: what a file keeps and what a database server keeps is the same, and no statement is left out.

use mi_signout::event::{Entry, Event, EventKind, FindDevice, Kept, Progress, Subject};
use mi_signout::journal::{Mutation, Turn};
use mi_signout::model::DeletionState;
use mi_signout::record::chain;

use super::*;
use crate::support::postgres::PostgresServer;

/// Either kind of journal.
enum Kind {
    File(tempfile::TempDir),
    Server(Box<Bench>),
}

impl Kind {
    fn both() -> [Self; 2] {
        let url = PostgresServer::shared().database();
        let key = tempfile::tempdir().unwrap();
        [Self::File(tempfile::tempdir().unwrap()), Self::Server(Box::new(Bench::join(&url, &key.path().join("key"))))]
    }

    fn journal(&self) -> Arc<Journal> {
        match self {
            Self::File(dir) => {
                let key = InstallKey::open(dir.path()).unwrap();
                Arc::new(Journal::open(&dir.path().join("journal.db"), key).unwrap())
            }
            Self::Server(bench) => bench.journal(),
        }
    }

    fn ledger(&self, journal: &Journal, run: &str) -> Ledger {
        match self {
            Self::File(dir) => Ledger::open(dir.path(), InstallKey::open(dir.path()).unwrap()).unwrap(),
            Self::Server(_) => Ledger::shared(journal, run, Duration::from_secs(60)).unwrap(),
        }
    }
}

/// Everything that a journal is for; what it tells, in words.
fn story(kind: &Kind) -> Vec<String> {
    let mut told = Vec::new();
    let journal = kind.journal();
    let account = AccountId::new("6230000535");
    for (n, outcome) in [Outcome::Unknown, Outcome::SignedOut, Outcome::Rejected].into_iter().enumerate() {
        let run = begin(&journal, "lot-1");
        let info = phone("a");
        let claimed = run.write(Entry::Claim(info.clone())).unwrap();
        assert!(matches!(run.write(Entry::Claim(info.clone())).unwrap(), Kept::Written(_)), "the same phone come back");
        told.push(match claimed {
            Kept::Written(earlier) => format!("{n} {:?}", earlier.map(|e| (e.progress, e.unobserved))),
            other => format!("{n} {other:?}"),
        });
        let step = EventKind::Step { screen: "account-page".into(), what: "tap".into(), mutates: true };
        run.event(&Event::now(Subject::Phone(info.serial.clone()), step)).unwrap();
        run.account(&info.key, &account).unwrap();
        let tapped = Progress { tapped: ["account-page".to_owned()].into(), ..Progress::default() };
        let mutation = Mutation { screen: "account-page", what: "tap logout" };
        run.before_mutation(&info.key, &mutation, &tapped).unwrap();
        if n > 0 {
            run.observed(&info.key, &tapped).unwrap();
        }
        run.find_device(&info.key, FindDevice::On).unwrap();
        run.picture(&info.key, b"png").unwrap();
        run.picture(&info.key, b"another").unwrap();
        let open = journal.record(run.id()).unwrap().open;
        told.push(format!("{:?}", open.iter().map(|phone| (&phone.serial, &phone.unobserved)).collect::<Vec<_>>()));
        run.result(Some(&info.key), &row("a", Some("6230000535"), outcome)).unwrap();
        run.result(None, &row("locked", None, Outcome::NeedsPerson)).unwrap();
        run.finish(6).unwrap();
        let record = journal.record(&run.id()[..run.id().len() - 1]).unwrap();
        assert_eq!(chain::problems(&record), Vec::<String>::new());
        assert_eq!(record.rows[0].picture.as_deref(), Some(&b"another"[..]));
        told.push(format!("{} rows, exit {:?}", record.rows.len(), record.exit));
        told.push(format!("unsettled {:?}", journal.unsettled().unwrap()));
    }
    told.push(format!("{:?}", journal.runs().unwrap().iter().map(|line| (line.exit, line.rows)).collect::<Vec<_>>()));
    told.push(format!("last {}", journal.record("last").unwrap().rows.len()));
    told.push(format!("lot {}", journal.lot("lot-1").unwrap().len()));
    told.push(format!("{:?}", journal.lot("lot-2").unwrap_err().to_string()));
    told.push(format!("verify {:?}", journal.verify().unwrap()));
    told.push(format!("rejections {:?}", journal.rejections().unwrap()));
    let waits = journal.queued_accounts().unwrap();
    told.push(format!(
        "{:?}",
        waits.iter().map(|w| (w.account, &w.masked, w.certain, w.phones.len())).collect::<Vec<_>>()
    ));
    let deletion = journal.deletion(waits[0].account).unwrap();
    assert!(matches!(journal.deletion(waits[0].account), Err(JournalError::Busy { .. })));
    deletion.step(&DeletionState::Opened).unwrap();
    assert!(matches!(deletion.step(&DeletionState::FinalPressed), Err(JournalError::OutOfOrder { .. })));
    deletion.step(&DeletionState::MayBeGone).unwrap();
    deletion.settle(&DeletionState::Done).unwrap();
    told.push(format!("{:?}", deletion.state().unwrap()));
    drop(deletion);
    let web = journal.queued_account(waits[0].account).unwrap();
    told.push(format!("{:?}", web.web));
    told.extend(submissions(&kind.ledger(&journal, "run"), &account));
    let later = chrono::Utc::now() + chrono::Duration::days(400);
    told.push(format!("{:?}", journal.prune(10, later).unwrap()));
    told.push(format!("{} runs left", journal.runs().unwrap().len()));
    told
}

/// Everything that a ledger is for.
fn submissions(ledger: &Ledger, account: &AccountId) -> Vec<String> {
    let mut told = Vec::new();
    let key = PhoneKey::new("a");
    let granted = |phone: Option<&PhoneKey>| match ledger.turn(account, phone).unwrap() {
        Turn::Granted(submission) => submission,
        other => panic!("{other:?}"),
    };
    ledger.restore(account, 1).unwrap();
    let lost = granted(Some(&key));
    told.push(format!("{} {}", ledger.rejections(account).unwrap(), ledger.awaits_verdict(&key).unwrap().is_some()));
    ledger.withdrawn(lost).unwrap();
    ledger.rejected(granted(Some(&key))).unwrap();
    told.push(format!("{}", ledger.rejections(account).unwrap()));
    ledger.rejected(granted(None)).unwrap();
    told.push(format!("{:?} {}", ledger.turn(account, None).unwrap(), ledger.may_submit(account).unwrap()));
    ledger.forgive(account).unwrap();
    ledger.accepted(granted(Some(&key))).unwrap();
    let known = ledger.submitting_known(account, Some(&key)).unwrap().unwrap();
    told.push(format!("known {}", ledger.rejections(account).unwrap()));
    ledger.rejected(known).unwrap();
    ledger.submitting_known(account, Some(&key)).unwrap().map(|_| ()).unwrap();
    ledger.settled(&key).unwrap();
    told.push(format!("{}", ledger.awaits_verdict(&key).unwrap().is_some()));
    ledger.close(account, "a phone said no").unwrap();
    told
}

#[test]
fn a_file_and_a_database_server_tell_the_same() {
    let [file, server] = Kind::both().map(|kind| story(&kind));
    assert_eq!(file, server);
}

/// Texts in the journal's sources that begin as statements, with white space made even.
fn statements() -> Vec<String> {
    fn files(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() { files(&entry.path(), found) } else { found.push(entry.path()) }
        }
    }
    let mut found = Vec::new();
    files(&sources(), &mut found);
    let mut all = Vec::new();
    for file in found.iter().filter(|file| !file.ends_with("schema.rs") && !file.ends_with("sqlite.rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        for text in code.split('"').skip(1).step_by(2) {
            let begins = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "].iter().any(|word| text.starts_with(word));
            // What is put together from parts, or is asked of a file only, is no text of both: a server's key is set once, by `set_up`.
            let of_a_file = ["UNION", "sqlite_master", "SET value = excluded.value"];
            if begins && !text.contains('{') && !of_a_file.iter().any(|part| text.contains(part)) {
                all.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
    }
    all
}

#[test]
fn every_statement_of_the_journal_ran_on_the_server() {
    let server = PostgresServer::shared();
    for kind in Kind::both() {
        story(&kind);
    }
    // Copied there, and another bench's heart beats.
    super::leases::copy_and_beat(server);
    let log = server.log().split_whitespace().collect::<Vec<_>>().join(" ");
    let all = statements();
    assert!(all.len() > 50, "{all:#?}");
    let missing: Vec<&String> = all.iter().filter(|text| !log.contains(text.as_str())).collect();
    assert!(missing.is_empty(), "never sent to PostgreSQL: {missing:#?}");
    let refused: Vec<&str> = log.split("ERROR: ").skip(1).filter(|said| said.contains("syntax")).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn every_statement_of_the_journal_is_one_of_a_file_too() {
    let kind = Kind::File(tempfile::tempdir().unwrap());
    drop(kind.ledger(&kind.journal(), "run"));
    let Kind::File(dir) = &kind else { panic!() };
    let files = ["journal.db", "rejections.db"].map(|name| rusqlite::Connection::open(dir.path().join(name)).unwrap());
    // What only a server has: `set_up` is never done to a file.
    let of_a_server = ["to_regclass", "versions"];
    for text in statements().iter().filter(|text| !of_a_server.iter().any(|part| text.contains(part))) {
        let tried = files.each_ref().map(|file| file.prepare(text).map(drop));
        assert!(tried.iter().any(Result::is_ok), "{text}: {tried:?}");
    }
}
