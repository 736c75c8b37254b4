//! Commands through `adb_client` against a server that answers well, slowly, badly or not at all.

use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mi_signout::adb::{AdbPhone, Cancel, Channel, Places, Script};
use mi_signout::model::{AdbServer, Secret, Serial, TransportId};
use mi_signout::phone::{Input, Look, Phone, PhoneError, Settle, Step};

use crate::support::fake_adb::{FakeServer, fail, okay};

/// A guard against hanging, no expectation.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(200);

fn channel(server: AdbServer) -> Channel {
    Channel::new(server, Serial::new("8f2a1b"), None, Cancel::default())
}

/// A server whose phones answer a script with what `answer` writes, given the exit mark.
fn server(answer: impl Fn(&mut TcpStream, &str) + Send + Sync + 'static) -> FakeServer {
    FakeServer::start(move |request, stream| {
        okay(stream);
        let Some(script) = request.strip_prefix("exec:") else { return true };
        answer(stream, exit_mark(script));
        false
    })
}

/// The mark of the last line, `echo "MARK$?"`.
fn exit_mark(script: &str) -> &str {
    script.lines().last().unwrap().strip_prefix("echo \"").unwrap().strip_suffix("$?\"").unwrap()
}

fn failing(words: &'static str) -> PhoneError {
    let server = FakeServer::start(move |_, stream| fail(stream, words));
    channel(server.address()).run(Script::picture(), LONG).err().unwrap()
}

#[test]
fn output_and_exit_code() {
    let server = server(|stream, mark| {
        let _ = writeln!(stream, "out\0\u{ff}{mark}7");
    });
    let output = channel(server.address()).run(Script::picture(), LONG).unwrap();
    assert_eq!((output.bytes.as_slice(), output.code), ("out\0\u{ff}".as_bytes(), 7));
}

#[test]
fn an_answer_in_single_bytes() {
    let server = server(|stream, mark| {
        stream.set_nodelay(true).unwrap();
        for byte in format!("slow{mark}12\n").bytes() {
            let _ = stream.write_all(&[byte]);
        }
    });
    let output = channel(server.address()).run(Script::picture(), LONG).unwrap();
    assert_eq!((output.bytes.as_slice(), output.code), (&b"slow"[..], 12));
}

#[test]
fn the_end_of_the_script_is_enough() {
    let (tx, rx) = mpsc::channel::<()>();
    let rx = Mutex::new(rx);
    let server = server(move |stream, mark| {
        let _ = writeln!(stream, "{mark}0");
        // The stream stays open, as with a phone that is slow to close it.
        let _ = rx.lock().unwrap().recv();
    });
    assert_eq!(channel(server.address()).run(Script::picture(), LONG).unwrap().code, 0);
    drop(tx);
}

#[test]
fn a_cut_stream_is_a_gone_phone() {
    let server = server(|stream, mark| {
        let _ = write!(stream, "half{mark}");
    });
    assert_eq!(channel(server.address()).run(Script::picture(), LONG).err(), Some(PhoneError::Gone));
}

#[test]
fn the_words_of_adb() {
    assert_eq!(failing("device '8f2a1b' not found"), PhoneError::Gone);
    assert_eq!(failing("closed"), PhoneError::Gone);
    assert_eq!(failing("device offline"), PhoneError::Offline);
    assert_eq!(
        failing("device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set"),
        PhoneError::Unauthorized
    );
    let odd = "insufficient permissions\nfor device: \u{1b}[31mred";
    assert_eq!(failing(odd), PhoneError::Adb("insufficient permissions for device: [31mred".into()));
}

#[test]
fn no_server_and_no_adb_server() {
    let gone = AdbServer { host: "localhost".into(), port: 1 };
    assert_eq!(
        channel(gone.clone()).run(Script::picture(), LONG).err(),
        Some(PhoneError::ServerGone(gone.to_string()))
    );
    let web = FakeServer::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        false
    });
    assert!(matches!(channel(web.address()).run(Script::picture(), LONG), Err(PhoneError::Adb(_))));
    let mute = FakeServer::start(|_, _| false);
    assert_eq!(channel(mute.address()).run(Script::picture(), LONG).err(), Some(PhoneError::Gone));
}

#[test]
fn a_silent_phone_is_given_up_and_then_not_asked_again() {
    // It accepts the connection and never answers: the handshake itself hangs.
    let server = FakeServer::start(|_, _| true);
    let mut channel = channel(server.address());
    for _ in 0..4 {
        assert_eq!(channel.run(Script::picture(), SHORT).err(), Some(PhoneError::Timeout(SHORT)));
    }
    assert_eq!(channel.run(Script::picture(), SHORT).err(), Some(PhoneError::Offline));
}

#[test]
fn a_script_that_does_not_end_is_given_up_and_its_stream_closed() {
    let (tx, rx) = mpsc::channel();
    let tx = Mutex::new(tx);
    let server = FakeServer::start(move |request, stream| {
        okay(stream);
        if request.starts_with("exec:") {
            let _ = stream.write_all(b"and then nothing");
            // Ends when the client hangs up.
            let _ = std::io::copy(stream, &mut std::io::sink());
            let _ = tx.lock().unwrap().send(());
        }
        true
    });
    assert_eq!(channel(server.address()).run(Script::picture(), SHORT).err(), Some(PhoneError::Timeout(SHORT)));
    rx.recv_timeout(LONG).expect("the stream is shut");
}

#[test]
fn cancel_ends_the_running_command_and_every_later_one() {
    let (tx, rx) = mpsc::channel();
    let tx = Mutex::new(tx);
    let server = FakeServer::start(move |request, stream| {
        okay(stream);
        if request.starts_with("exec:") {
            let _ = tx.lock().unwrap().send(());
            let _ = std::io::copy(stream, &mut std::io::sink());
        }
        true
    });
    let mut channel = channel(server.address());
    let cancel = channel.canceller();
    let other = std::thread::spawn(move || {
        rx.recv_timeout(LONG).unwrap();
        cancel.set();
    });
    let cancelled = Some(PhoneError::Adb("cancelled".into()));
    assert_eq!(channel.run(Script::picture(), LONG).err(), cancelled);
    other.join().unwrap();
    assert_eq!(channel.run(Script::picture(), LONG).err(), cancelled);
}

#[test]
fn a_phone_is_addressed_by_transport_where_it_has_one() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let server = FakeServer::start(move |request, stream| {
        log.lock().unwrap().push(request.to_owned());
        fail(stream, "closed")
    });
    for transport in [None, Some(TransportId(42)), Some(TransportId(u64::MAX))] {
        let mut channel = Channel::new(server.address(), Serial::new("my phone"), transport, Cancel::default());
        assert_eq!(channel.run(Script::picture(), LONG).err(), Some(PhoneError::Gone));
    }
    let asked = asked.lock().unwrap();
    assert_eq!(asked.as_slice(), ["host:transport:my phone", "host:transport-id:42", "host:transport:my phone"]);
}

#[test]
fn scripts_are_short_and_a_long_one_is_refused() {
    let server = server(|stream, mark| {
        let _ = writeln!(stream, "{mark}0");
    });
    let words = "a".repeat(66_000);
    let step = |inputs| Step {
        inputs,
        settle: Settle::Change { max: Duration::from_secs(3600) },
        look: Look::Screen { skip_when_absent: true },
    };
    let usual =
        Script::step(&step(vec![Input::Clear { chars: 64 }, Input::Words("settings")]), &Places::default()).unwrap();
    assert!(usual.text().len() < 8000, "{}", usual.text().len());
    let long = Script::step(&step(vec![Input::Words(&words)]), &Places::default()).unwrap();
    assert!(matches!(channel(server.address()).run(long, LONG), Err(PhoneError::Adb(why)) if why.contains("too long")));
}

#[test]
fn a_hundred_phones_and_more_at_once() {
    let server = server(|stream, mark| {
        let _ = writeln!(stream, "{mark}0");
    });
    let phones: Vec<_> = (0..256)
        .map(|n| {
            let address = server.address();
            std::thread::Builder::new()
                .stack_size(128 << 10)
                .spawn(move || {
                    let serial = Serial::new(format!("phone-{n}"));
                    Channel::new(address, serial, None, Cancel::default()).run(Script::picture(), LONG).map(|o| o.code)
                })
                .unwrap()
        })
        .collect();
    for phone in phones {
        assert_eq!(phone.join().unwrap(), Ok(0));
    }
}

const CANARY: &str = "canary-7f3a-%s'x";

/// Every way in which a step with a password can end badly.
fn unkind_servers() -> Vec<FakeServer> {
    vec![
        // Old servers repeat what they do not know.
        FakeServer::start(
            |request, stream| if request.starts_with("exec:") { fail(stream, request) } else { okay(stream) },
        ),
        FakeServer::start(|request, stream| {
            okay(stream);
            let _ = stream.write_all(request.as_bytes());
            !request.starts_with("exec:")
        }),
        server(|stream, _| drop(stream.write_all(format!("sh: syntax error: {CANARY}").as_bytes()))),
        server(|stream, mark| drop(writeln!(stream, "NullPointerException {CANARY}{mark}1"))),
        FakeServer::start(|request, stream| okay(stream) && !request.starts_with("exec:")),
    ]
}

#[test]
fn a_password_is_in_no_error_and_in_no_debug() {
    use std::fmt::Write as _;
    let secret = Secret::new(CANARY.into());
    let step = || Step {
        inputs: vec![Input::Text(&secret)],
        settle: Settle::Nothing,
        look: Look::Screen { skip_when_absent: true },
    };
    let script = Script::step(&step(), &Places::default()).unwrap();
    assert!(script.is_secret() && script.text().contains("canary-7f3a"));
    let mut said = format!("{script:?} {:?}", step());
    for server in unkind_servers() {
        let mut phone = AdbPhone::new(server.address(), Serial::new("8f2a1b"), None);
        let result = phone.step(&step(), Duration::from_secs(10));
        let words = result.as_ref().err().map(ToString::to_string);
        write!(said, "{result:?} {words:?} {phone:?}").unwrap();
    }
    let mut phone = AdbPhone::new(AdbServer { host: "127.0.0.1".into(), port: 1 }, Serial::new("x"), None);
    let untypeable = Secret::new("canary-пароль".into());
    let step = Step { inputs: vec![Input::Text(&untypeable)], settle: Settle::Nothing, look: Look::Probes };
    write!(said, "{:?}", phone.step(&step, LONG)).unwrap();
    assert!(said.contains("cannot be typed"));
    assert!(!said.contains("canary"), "{said}");
}
