//! `simulate` from the outside: a child process whose phones other people's tools use.

use serde_json::json;

use crate::support::{Ran, RealAdbServer, Simulate, adb, mi_signout};

fn sign_out(server: &str, password: &str) -> Ran {
    let args = ["sign-out", "--all", "--password-stdin", "--json", "--yes", "-q", "--adb", server];
    mi_signout(&args).stdin(password).run()
}

#[track_caller]
fn outcome(ran: &Ran, status: i32) -> String {
    let lines = ran.json(status, "");
    let result = lines.iter().find(|line| line["type"] == "result").unwrap();
    format!("{} {}", result["outcome"].as_str().unwrap(), result["reason"])
}

#[test]
fn a_phone_joined_with_adb_connect_is_signed_out() {
    let simulate = Simulate::start(1, &["--adbd", "0"]);
    let keys: Vec<&String> = simulate.ready[0].as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 6, "{keys:?}");
    assert_eq!((simulate.said(0, "type"), simulate.said(0, "scenario")), ("ready".to_owned(), "plain".to_owned()));
    let real = RealAdbServer::start();
    let serial = real.connect(simulate.said(0, "address").parse().unwrap());
    let server = format!("127.0.0.1:{}", real.port());

    let listed = mi_signout(&["devices", "--json", "--adb", &server]).run().json(0, "");
    assert_eq!((listed.len(), &listed[0]["serial"], &listed[0]["ready"]), (1, &json!(serial), &json!(true)));
    let password = simulate.said(0, "password");
    assert_eq!(outcome(&sign_out(&server, &password), 0), "signed-out null");
    assert_eq!(outcome(&sign_out(&server, &password), 0), "already-signed-out null");

    let (record, err, status) = simulate.end("-INT");
    assert_eq!((record.len(), err.as_str(), status), (1, "serving until Ctrl-C\n", 130));
    assert_eq!((&record[0]["type"], &record[0]["account_present"]), (&json!("record"), &json!(false)));
    assert_eq!(record[0]["password_submissions"], 1, "{record:?}");
}

#[test]
fn a_wrong_password_is_submitted_once_and_the_phone_says_so() {
    let simulate = Simulate::start(1, &["--adbd", "0"]);
    let real = RealAdbServer::start();
    real.connect(simulate.said(0, "address").parse().unwrap());
    let ran = sign_out(&format!("127.0.0.1:{}", real.port()), "not the owner's");
    assert_eq!(outcome(&ran, 1), "rejected \"wrong-password\"");
    let (record, err, status) = simulate.end("-TERM");
    assert_eq!((err.as_str(), status), ("serving until Ctrl-C\n", 130));
    assert_eq!((&record[0]["password_submissions"], &record[0]["account_present"]), (&json!(1), &json!(true)));
}

#[test]
fn the_simulations_own_server_serves_this_program_and_adb() {
    let simulate = Simulate::start(2, &["--adb-server", "0"]);
    let server = simulate.said(0, "address");
    assert_eq!(server, simulate.said(1, "address"));
    let port = server.rsplit_once(':').unwrap().1.parse().unwrap();
    let listed = adb(port, &["devices"], b"");
    let serials = [simulate.said(0, "serial"), simulate.said(1, "serial")];
    let expected = format!("List of devices attached\n{}\tdevice\n{}\tdevice\n\n", serials[0], serials[1]);
    assert_eq!((listed.code, listed.out, listed.err.as_str()), (0, expected, ""));
    let model = adb(port, &["-s", &serials[1], "shell", "getprop ro.product.model"], b"");
    assert_eq!((model.code, model.err.as_str(), model.out.is_empty()), (0, "", false));

    let args = ["sign-out", "-s", &serials[1], "--password-stdin", "--json", "--yes", "-q", "--adb", &server];
    let ran = mi_signout(&args).stdin(&simulate.said(1, "password")).run();
    assert_eq!(outcome(&ran, 0), "signed-out null");
    let (record, _, _) = simulate.end("-INT");
    assert_eq!(record.iter().map(|r| r["account_present"] == json!(true)).collect::<Vec<_>>(), [true, false]);
    assert_eq!((&record[0]["taps"], &record[0]["commands"]), (&json!(0), &json!(0)), "the other one was left alone");
}

#[test]
fn scenarios_are_listed_and_a_slip_of_the_pen_is_met() {
    let ran = mi_signout(&["simulate", "--list"]).run();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.starts_with("plain  ") && ran.stdout.lines().count() > 40, "{ran}");
    insta::assert_snapshot!(mi_signout(&["simulate", "--scenario", "wrong-pasword"]).run(), @r###"
    status: 2
    --- stdout
    --- stderr
    error: there is no scenario 'wrong-pasword'
    hint: did you mean 'wrong-password'? 'mi-signout simulate --list' names all
    "###);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = mi_signout(&["simulate", "--adbd", &port]).run();
    insta::assert_snapshot!(ran, @r###"
    status: 2
    --- stdout
    --- stderr
    error: the simulated phones can't be served: Address already in use (os error 98)
    hint: choose another port, or 0 for any free one
    "###);
}
