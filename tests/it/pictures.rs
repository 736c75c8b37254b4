//! The pictures of the documents. `tests/pictures` makes them anew; those of the terminal are compared with every run, so that they
//! stay true.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::support::browser_session::chromium;
use crate::support::replica::{ID, Knobs, PASSWORD, Replica};
use crate::support::{RIGHT, TerminalSession, TestBed, spec};

/// Set by `tests/pictures`: pictures are written instead of compared.
const WRITE: &str = "MI_SIGNOUT_WRITE_PICTURES";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(name)
}

/// Compares a picture of a terminal with the one in the documents, or writes it.
#[track_caller]
fn is_pictured(name: &str, lines: &str) {
    let svg = anstyle_svg::Term::new().render_svg(lines) + "\n";
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(path(name), svg).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(path(name)).unwrap_or_default();
    assert!(kept == svg, "docs/pictures/{name} shows something else than the program prints: run tests/pictures");
}

/// What a terminal of 100 columns shows of a run: without the lines of its log, which have a time each.
fn shown(said: &str) -> String {
    let log = regex::Regex::new(r"(?m)^\d{4}-\d\d-\d\dT\S*Z .*\n").unwrap();
    // A phone that is as slow as a real one needs 16 seconds; this one is quicker.
    let time = regex::Regex::new(r" \d+:\d\d\n").unwrap();
    let said = said.replace('\r', "");
    time.replace_all(&log.replace_all(&said, ""), " 0:16\n").into_owned()
}

#[test]
fn the_terminal_prints_what_the_pictures_show() {
    let bed = TestBed::own([spec("8f2a1b")]);
    let port = bed.port().to_string();
    let mut terminal = TerminalSession::run("", "", &[("ANDROID_ADB_SERVER_PORT", &port), ("TERM", "dumb")]);
    terminal.answers("y");
    terminal.answers(RIGHT);
    let (status, said) = terminal.rest();
    assert_eq!(status, 0, "{said}");
    is_pictured("sign-out.svg", &format!("$ mi-signout\n{}", shown(&said)));

    let (status, said) = TerminalSession::run("delete --guide --no-open", "", &[]).rest();
    assert_eq!(status, 0, "{said}");
    is_pictured("guide.svg", &format!("$ mi-signout delete --guide\n{}", shown(&said)));
}

/// A picture of a page in Chromium, kept in the documents where they are written anew. It has to show something.
fn screenshot(url: &str, size: &str, name: &str) {
    let home = tempfile::tempdir().unwrap();
    let to = if std::env::var_os(WRITE).is_some() { path(name) } else { home.path().join(name) };
    let mut chromium = chromium();
    chromium.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
    ]);
    chromium.arg(format!("--user-data-dir={}", home.path().display())).arg(format!("--window-size={size}"));
    chromium.arg(format!("--screenshot={}", to.display())).arg(url);
    let output = chromium.output().unwrap();
    assert!(output.status.success() && to.exists(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = std::io::BufReader::new(std::fs::File::open(&to).unwrap());
    let mut picture = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; picture.output_buffer_size().unwrap()];
    picture.next_frame(&mut pixels).unwrap();
    let dark = pixels.iter().filter(|byte| **byte < 100).count();
    assert!(dark > 1_000, "{name} shows nothing: {dark} dark bytes");
}

#[test]
fn pictures_of_the_report_and_of_the_deletion() {
    let other = spec("c3").account(Some("7777000111")).password("other");
    let bed = TestBed::own([spec("8f2a1b"), spec("b2c4"), other]);
    let report = bed.path("tray.html");
    let more = ["--all", "--report", report.to_str().unwrap(), "--operator", "Ann", "--station", "bench 2"];
    bed.sign_out(RIGHT, &more).run();
    assert!(report.exists());
    screenshot(&format!("file://{}", report.display()), "1100,900", "report.png");

    let replica = Replica::start(Knobs::default());
    let mut stream = std::net::TcpStream::connect(replica.address).unwrap();
    let form = format!("account={ID}&password={PASSWORD}");
    let head = "POST /fe/service/login/password HTTP/1.1\r\nHost: replica\r\nContent-Length:";
    write!(stream, "{head} {}\r\n\r\n{form}", form.len()).unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    screenshot(&replica.start_url(), "720,360", "deletion.png");
}
