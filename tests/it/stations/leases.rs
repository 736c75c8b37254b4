//! Who works on a phone and who submits for an account, over several benches; and the key that they share.

use mi_signout::event::Progress;
use mi_signout::journal::{Mutation, Turn};

use super::*;
use crate::support::postgres::PostgresServer;
use crate::support::wait_until;

const TAP: Mutation<'_> = Mutation { screen: "account-page", what: "tap logout" };

fn tapped(submitted: bool) -> Progress {
    Progress { tapped: ["account-page".to_owned()].into(), submitted, ..Progress::default() }
}

/// A copy of a file's runs into a database, and a run that lives long enough to renew its leases.
pub(super) fn copy_and_beat(server: &PostgresServer) {
    let dir = tempfile::tempdir().unwrap();
    let own = Journal::open(&dir.path().join("journal.db"), InstallKey::open(dir.path()).unwrap()).unwrap();
    let own = Arc::new(own);
    let run = begin(&own, "lot-0");
    run.phone(&phone("old")).unwrap();
    run.result(Some(&PhoneKey::new("old")), &row("old", Some("6230000535"), Outcome::Rejected)).unwrap();
    run.finish(1).unwrap();
    let bench = Bench::without_key(&server.database());
    let nowhere = dir.path().join("missing/key");
    let failed = bench.database.set_up(bench.state.path(), KeySource::File(&nowhere), None);
    assert!(matches!(failed, Err(JournalError::Unwritable { .. })), "{failed:?}");
    let key = dir.path().join("install.key");
    assert_eq!(bench.database.set_up(bench.state.path(), KeySource::File(&key), Some(LEASE)).unwrap(), SetUp::Made);
    let shared = bench.journal();
    let copied = own.copy_to(&shared).unwrap();
    own.copy_rejections_to(&shared).unwrap();
    assert_eq!((copied.runs, copied.rows), (1, 1));
    assert!(matches!(own.copy_to(&shared), Err(JournalError::NotEmpty { .. })));
    assert_eq!(shared.verify().unwrap(), Vec::<String>::new());
    assert_eq!(shared.record(run.id()).unwrap().seal, own.record(run.id()).unwrap().seal, "the same chain and key");
    // And back into a file.
    let back = Journal::open(&dir.path().join("back.db"), InstallKey::open(dir.path()).unwrap()).unwrap();
    assert_eq!(shared.copy_to(&back).unwrap(), copied);
    assert_eq!(back.verify().unwrap(), Vec::<String>::new());
    let later = begin(&shared, "lot-1");
    later.phone(&phone("new")).unwrap();
    let expires = || server.query(&url_of(&bench), "SELECT expires FROM held").join(",");
    let before = expires();
    wait_until("the lease is renewed", || expires() != before);
    // As `prune` leaves a watch that wrote nothing for a day.
    server.query(&url_of(&bench), "DELETE FROM writers");
    later.account(&PhoneKey::new("new"), &AccountId::new("7000000001")).unwrap();
    assert_eq!(shared.queued_accounts().unwrap().len(), 2, "numbers go on behind those that were copied");
}

fn url_of(bench: &Bench) -> String {
    bench.database.shown().display().to_string()
}

#[test]
fn a_phone_is_one_benchs_until_its_lease_expires_and_then_its_progress_is_known() {
    let server = PostgresServer::shared();
    let url = server.database();
    let (one, two, _key) = two_benches(&url);
    let (first, second) = (begin(&one.journal(), "lot-1"), begin(&two.journal(), "lot-1"));
    let info = phone("8f2a1b");
    first.phone(&info).unwrap();
    first.before_mutation(&info.key, &TAP, &tapped(true)).unwrap();
    let busy = second.phone(&info).unwrap_err();
    assert!(matches!(busy, JournalError::Busy { .. }), "{busy}");
    // The first bench stops answering: its lease runs out by the database's clock, whatever its own says.
    server.query(&url, "UPDATE held SET expires = 0");
    second.phone(&info).unwrap();
    let earlier = second.earlier(&info.key).unwrap().unwrap();
    assert!(earlier.progress.submitted && earlier.progress.tapped.contains("account-page"), "{earlier:?}");
    assert_eq!(earlier.unobserved.as_deref(), Some("tap logout on account-page"));
    // It was only slow: whatever it writes now is refused, and changes nothing.
    let late = first.before_mutation(&info.key, &TAP, &tapped(true)).unwrap_err();
    assert!(matches!(late, JournalError::TakenOver { .. }), "{late}");
    let late = first.result(Some(&info.key), &row("8f2a1b", None, Outcome::SignedOut)).unwrap_err();
    assert!(matches!(late, JournalError::TakenOver { .. }), "{late}");
    second.result(Some(&info.key), &row("8f2a1b", None, Outcome::SignedOut)).unwrap();
    let rows = one.journal().lot("lot-1").unwrap().iter().map(|run| run.rows.len()).collect::<Vec<_>>();
    assert_eq!(rows.iter().sum::<usize>(), 1, "{rows:?}");
}

#[test]
fn an_expired_lease_that_nobody_took_is_still_its_holders() {
    let server = PostgresServer::shared();
    let url = server.database();
    let (one, _two, _key) = two_benches(&url);
    let run = begin(&one.journal(), "lot-1");
    run.phone(&phone("a")).unwrap();
    server.query(&url, "UPDATE held SET expires = 0");
    run.observed(&PhoneKey::new("a"), &tapped(false)).unwrap();
    assert_eq!(server.query(&url, "SELECT count(*) FROM held WHERE expires > 0"), ["1"], "and renewed by that");
}

#[test]
fn one_bench_submits_for_an_account_and_a_rejection_stops_all() {
    let (one, two, _key) = two_benches(&PostgresServer::shared().database());
    let (a, b) = (one.journal(), two.journal());
    let ledger = |journal: &Journal, run: &str| Ledger::shared(journal, run, Duration::from_secs(60)).unwrap();
    let (first, second) = (ledger(&a, "run-1"), ledger(&b, "run-2"));
    let account = AccountId::new("6230000535");
    let turn = |ledger: &Ledger| ledger.turn(&account, None).unwrap();
    let Turn::Granted(submission) = turn(&first) else { panic!() };
    assert!(matches!(turn(&second), Turn::Elsewhere));
    // Accepted there: at once it is this bench's turn.
    first.accepted(submission).unwrap();
    let Turn::Granted(submission) = turn(&second) else { panic!() };
    second.accepted(submission).unwrap();
    assert!(first.submitting_known(&account, None).unwrap().is_some());
    let Turn::Granted(submission) = turn(&second) else { panic!() };
    second.rejected(submission).unwrap();
    second.close(&account, "phone x refused the password").unwrap();
    assert!(matches!(turn(&first), Turn::Closed { why } if why.contains("phone x")));
    assert!(first.submitting_known(&account, None).unwrap().is_none(), "also what was accepted before");
    assert!(matches!(turn(&ledger(&a, "run-3")), Turn::Granted(_)), "a later run begins anew, and its count goes on");
}

#[test]
fn a_bench_that_dies_between_submission_and_verdict_closes_the_account_for_those_that_run() {
    let server = PostgresServer::shared();
    let url = server.database();
    let (one, two, _key) = two_benches(&url);
    let account = AccountId::new("6230000535");
    let (a, b) = (one.journal(), two.journal());
    let other = Ledger::shared(&b, "run-2", Duration::from_secs(60)).unwrap();
    {
        let dies = Ledger::shared(&a, "run-1", Duration::from_secs(60)).unwrap();
        let Turn::Granted(_lost) = dies.turn(&account, None).unwrap() else { panic!() };
    }
    assert!(matches!(other.turn(&account, None).unwrap(), Turn::Elsewhere));
    server.query(&url, "UPDATE gates SET expires = 0");
    assert!(matches!(other.turn(&account, None).unwrap(), Turn::Closed { .. }));
    let later = Ledger::shared(&b, "run-3", Duration::from_secs(60)).unwrap();
    assert!(matches!(later.turn(&account, None).unwrap(), Turn::Granted(_)), "the count of rejections goes on");
}

#[test]
fn a_bench_without_the_key_or_with_another_one_is_refused() {
    let url = PostgresServer::shared().database();
    let carried = tempfile::tempdir().unwrap();
    let key = carried.path().join("key");
    let empty = Bench::without_key(&url);
    assert!(matches!(empty.try_journal(), Err(JournalError::NotSetUp { .. })));
    let first = Bench::join(&url, &key);
    let stranger = Bench::without_key(&url);
    assert!(matches!(stranger.try_journal(), Err(JournalError::OtherKey { .. })));
    let other = carried.path().join("other");
    std::fs::write(&other, [7; 32]).unwrap();
    std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let wrong = stranger.database.set_up(stranger.state.path(), KeySource::File(&other), None);
    assert!(matches!(wrong, Err(JournalError::OtherKey { .. })), "{wrong:?}");
    assert!(matches!(stranger.try_journal(), Err(JournalError::OtherKey { .. })), "and nothing was kept");
    let joined = stranger.database.set_up(stranger.state.path(), KeySource::File(&key), None).unwrap();
    assert_eq!(joined, SetUp::Joined);
    let account = AccountId::new("6230000535");
    let named = |bench: &Bench| bench.journal().key().unwrap().account(&account);
    assert_eq!(named(&first), named(&stranger));
}

#[test]
fn the_key_is_sealed_in_the_database_with_a_passphrase() {
    let url = PostgresServer::shared().database();
    let passphrase = |text: &str| zeroize::Zeroizing::new(text.to_owned());
    let (right, wrong) = (passphrase("four quiet benches"), passphrase("four loud benches"));
    let (first, second) = (Bench::without_key(&url), Bench::without_key(&url));
    let join = |bench: &Bench, text| bench.database.set_up(bench.state.path(), KeySource::Passphrase(text), None);
    assert_eq!(join(&first, &right).unwrap(), SetUp::Made);
    assert!(matches!(join(&second, &wrong), Err(JournalError::OtherKey { .. })));
    assert_eq!(join(&second, &right).unwrap(), SetUp::Joined);
    assert_eq!(first.journal().key().unwrap().seal("x"), second.journal().key().unwrap().seal("x"));
}
