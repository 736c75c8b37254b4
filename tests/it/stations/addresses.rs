//! An address of the database that leads off this computer is refused before anything is touched, whoever reads it, and no credential is said.

use super::office::Office;
use crate::support::{TestBed, talk};

/// What no message may hold.
const CANARY: &str = "canary-9f31";

/// A bench without a journal.
fn office(url: &str) -> Office {
    Office { home: tempfile::tempdir().unwrap(), url: url.to_owned() }
}

/// What every command says that reads the address.
fn said_by_all(url: &str, bed: &TestBed) -> Vec<crate::support::Said> {
    let office = office(url);
    let commands = [
        office.sign_out(&[bed]),
        office.command(&["journal", "init", url, "--key", "key"]),
        office.command(&["journal", "copy", url, "elsewhere.db"]),
        office.command(&["journal", "prune", "--keep-days", "1", "--journal", url]),
        office.command(&["report", "last", "--journal", url]),
        office.command(&["devices", "--lot", "lot-1", "--journal", url]),
        office.command(&["delete", "--list", "--journal", url]),
    ];
    commands
        .into_iter()
        .map(|mut command| {
            command.env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace").env("PGPASSWORD", CANARY);
            talk(command, b"")
        })
        .collect()
}

#[test]
fn a_database_on_another_computer_is_refused_by_every_command_with_what_hint_and_code() {
    let bed = TestBed::own([crate::support::spec("8f2a1b")]);
    for url in [
        "postgres://ana@db.example.com:5433/lot",
        "postgres://ana@[2001:db8::7]:5433/lot",
        "postgres://ana@localhost:5433/lot?hostaddr=192.0.2.7",
        "postgres://ana@localhost:5433,db.example.com/lot",
        "postgres://ana@db.example.com:5433/lot?sslmode=disable",
        "postgres://ana@db.example.com:5433/lot?sslmode=require",
        "postgres://ana@db.example.com:5433/lot?sslmode=verify-full&sslrootcert=system",
    ] {
        for said in said_by_all(url, &bed) {
            assert_eq!(said.code, 2, "{url}: {said:?}");
            assert!(said.err.contains("without encryption; run 'ssh -L 5433:127.0.0.1:5433 "), "{url}: {said:?}");
            assert!(said.err.contains("hint: ") && said.err.contains("journal-unusable"), "{url}: {said:?}");
            assert!(!format!("{}{}", said.out, said.err).contains(CANARY), "{url}: {said:?}");
        }
    }
    bed.untouched(0);
    assert!(bed.phone(0).record().commands.is_empty(), "it was not even asked");
}

#[test]
fn tls_on_this_computer_and_another_form_of_address_are_refused_with_a_reason() {
    let bed = TestBed::own([crate::support::spec("8f2a1b")]);
    for (url, why) in [
        ("postgres://ana@127.0.0.1/lot?sslmode=require", "it asks for TLS"),
        ("postgres://ana@127.0.0.1/lot?sslmode=verify-full", "it asks for TLS"),
        ("postgres://ana@127.0.0.1,[::1]/lot", "it names several hosts or ports"),
        ("host=db.example.com dbname=lot user=ana", "it is not postgres://"),
    ] {
        for said in said_by_all(url, &bed) {
            assert!(said.code == 2 && said.err.contains(why), "{url}: {said:?}");
            assert!(said.err.contains("hint: ") && said.err.contains("journal-unusable"), "{url}: {said:?}");
        }
    }
    bed.untouched(0);
}

#[test]
fn a_password_in_an_address_is_refused_and_said_nowhere() {
    let bed = TestBed::own([crate::support::spec("8f2a1b")]);
    for url in [
        format!("postgres://ana:{CANARY}@127.0.0.1/lot"),
        format!("postgres://ana:{CANARY}@db.example.com/lot"),
        format!("postgres://ana@127.0.0.1/lot?password={CANARY}"),
        format!("postgres://ana@127.0.0.1/lot?{CANARY}"),
        format!("host=127.0.0.1 dbname=lot password={CANARY}"),
    ] {
        for said in said_by_all(&url, &bed) {
            assert_eq!(said.code, 2, "{said:?}");
            assert!(!format!("{}{}", said.out, said.err).contains(CANARY), "{url}: {said:?}");
        }
        let office = office(&url);
        for form in [&["config", "show"][..], &["config", "show", "--json"]] {
            let mut command = office.command(form);
            command.env("MI_SIGNOUT_JOURNAL", &url);
            let said = talk(command, b"");
            let password = url.contains(':') && !url.ends_with(&format!("?{CANARY}"));
            assert!(!password || !format!("{}{}", said.out, said.err).contains(CANARY), "{url}: {said:?}");
        }
        let made: Vec<_> =
            std::fs::read_dir(office.home.path()).unwrap().flatten().map(|file| file.file_name()).collect();
        assert!(!made.iter().any(|name| name.to_string_lossy().contains(CANARY)), "{made:?}");
    }
    bed.untouched(0);
}

#[test]
fn a_socket_of_this_computer_needs_no_network() {
    let bed = TestBed::own([crate::support::spec("8f2a1b")]);
    for said in said_by_all("postgres://ana@%2Fnonexistent/lot", &bed) {
        // Nothing listens there: it is reached for, and not refused for where it is.
        assert!(said.code == 2 && said.err.contains("postgres:///nonexistent:5432/lot"), "{said:?}");
    }
}
