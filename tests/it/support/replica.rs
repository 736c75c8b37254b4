//! A small site of our own in the shape of the real one: both generations, with knobs, and a count of what was deleted. It
//! plays the person in the page too: a script in each page acts when the test opens the gate of that step.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::replica_pages as pages;

/// What the person types in the page: neither may ever be seen outside of it.
pub const PASSWORD: &str = "Canary-S3cret-7431";
pub const CODE: &str = "918273";
pub const ID: &str = "6230000535";

/// How the site behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "knobs are switches")]
pub struct Knobs {
    /// Pop-ups of the older generation (Chinese only) instead of pages.
    pub popups: bool,
    pub chinese: bool,
    /// A picture to solve before the sign-in, in a frame of another origin.
    pub captcha: bool,
    /// The verification opens in a window of its own.
    pub new_window: bool,
    /// The code is typed in a frame.
    pub code_in_frame: bool,
    /// Every redirect takes a while.
    pub slow: bool,
    /// Every page is drawn twice.
    pub redraw: bool,
    /// The deny list.
    pub refuse: bool,
    /// No more codes today.
    pub too_frequent: bool,
    /// The session runs out once, after the code.
    pub expires: bool,
    /// The sign-in leads to another host.
    pub wrong_host: bool,
    /// The sign-in leads to the account's page instead of the deletion.
    pub home_first: bool,
    /// How long the last Delete takes.
    pub slow_final: bool,
    /// The server takes the request for the first page and never answers.
    pub silent: bool,
    /// The box of the caution is hidden, and its label stands elsewhere.
    pub hidden_box: bool,
    /// The pages between sign-in and end are in a language and a shape that nobody knows.
    pub unknown: bool,
    /// The person cancels at the last question.
    pub cancels: bool,
}

/// What happened on the site.
#[derive(Default, Debug)]
pub struct Record {
    pub sign_ins: u32,
    pub failed_sign_ins: u32,
    pub codes: u32,
    pub final_presses: u32,
    pub deletions: u32,
    gates: BTreeMap<String, u32>,
    signed_in: bool,
    verified: bool,
    expired_once: bool,
}

pub struct Replica {
    pub address: SocketAddr,
    pub record: Arc<Mutex<Record>>,
    stop: Arc<AtomicBool>,
}

impl Replica {
    pub fn start(knobs: Knobs) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::new(Mutex::new(Record::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, stopped) = (Arc::clone(&record), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), record) = (stream, Arc::clone(&shared)) else { continue };
                std::thread::spawn(move || drop(serve(stream, knobs, address, &record)));
            }
        });
        Self { address, record, stop }
    }

    pub fn start_url(&self) -> String {
        format!("http://{}/pass/del", self.address)
    }

    /// Lets the person in the page do this step, once.
    pub fn open_gate(&self, step: &str) {
        *self.record.lock().unwrap().gates.entry(step.to_owned()).or_default() += 1;
    }

    pub fn deletions(&self) -> u32 {
        self.record.lock().unwrap().deletions
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

/// One request of one connection.
fn serve(stream: TcpStream, knobs: Knobs, address: SocketAddr, record: &Mutex<Record>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    if knobs.silent {
        // Until the browser gives up.
        stream.set_read_timeout(None)?;
        return reader.read_to_end(&mut Vec::new()).map(drop);
    }
    let answer = answer(&method, &target, &body, knobs, address, record);
    let mut stream = stream;
    let text = match answer {
        Answer::Page(html) => format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{html}",
            html.len()
        ),
        Answer::Go(place) => {
            if knobs.slow {
                std::thread::sleep(Duration::from_millis(400));
            }
            format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        Answer::Nothing => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
    };
    stream.write_all(text.as_bytes())
}

enum Answer {
    Page(String),
    Go(String),
    Nothing,
}

fn answer(method: &str, target: &str, body: &str, k: Knobs, address: SocketAddr, record: &Mutex<Record>) -> Answer {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut r = record.lock().unwrap();
    let go = |place: &str| Answer::Go(place.to_owned());
    if let Some(step) = path.strip_prefix("/_test/gate/") {
        let gate = r.gates.entry(step.to_owned()).or_default();
        let open = *gate > 0;
        *gate = gate.saturating_sub(1);
        return Answer::Page(if open { "go" } else { "wait" }.to_owned());
    }
    match (method, path) {
        ("GET", "/pass/del") if !r.signed_in => go("/pass/serviceLogin?callback=del&userId=6230000535"),
        // The real one goes on by script from here.
        ("GET", "/pass/serviceLogin") => Answer::Page(pages::script_redirect("/fe/service/login/password?_sign=x", k)),
        ("GET", "/fe/service/login/password") => {
            Answer::Page(pages::sign_in(k, address.port(), query.contains("wrong")))
        }
        ("GET", "/captcha/v2/page") => Answer::Page(pages::captcha(k)),
        ("POST", "/fe/service/login/password") => {
            if !body.contains(PASSWORD) {
                r.failed_sign_ins += 1;
                return go("/fe/service/login/password?wrong=1");
            }
            r.sign_ins += 1;
            r.signed_in = true;
            r.verified = false;
            if k.wrong_host {
                return Answer::Go(format!("http://localhost:{}/pass/del", address.port()));
            }
            go(if k.home_first && r.sign_ins == 1 { "/pass/auth/security/home" } else { "/pass/del" })
        }
        ("GET", "/pass/del") if k.popups => go("/pass/auth/security/home?pop=warning"),
        ("GET", "/pass/del") if k.unknown => Answer::Page(pages::unknown("/pass/del/unknown", k)),
        ("POST", "/pass/del/unknown") => {
            r.deletions += 1;
            Answer::Page(pages::unknown("", k))
        }
        ("GET", "/pass/del") => Answer::Page(pages::caution(k)),
        ("GET", "/pass/auth/security/home") if k.popups => Answer::Page(pages::popup(k, query)),
        ("GET", "/pass/auth/security/home") => Answer::Page(pages::home(k)),
        ("POST", "/pass/del/start") if k.refuse => Answer::Page(pages::refused(k)),
        ("POST", "/pass/del/start") => go("/fe/service/identity/authStart?sid=passport&context=abc"),
        ("GET", "/fe/service/identity/authStart") => Answer::Page(pages::verify(k)),
        ("GET", "/fe/service/identity/frame") => Answer::Page(pages::code_form(k)),
        ("POST", "/fe/service/identity/verify") if k.too_frequent => Answer::Page(pages::too_frequent(k)),
        ("POST", "/fe/service/identity/verify") => {
            if !r.signed_in || !body.contains(CODE) {
                return go("/fe/service/identity/authStart?again=1");
            }
            r.codes += 1;
            r.verified = true;
            if k.expires && !r.expired_once {
                r.expired_once = true;
                r.signed_in = false;
                r.verified = false;
                return Answer::Page(pages::verified_redirect("/fe/service/login/password?expired=1", k));
            }
            let next = if k.popups { "/pass/auth/security/home?pop=prompt" } else { "/pass/del/confirm" };
            Answer::Page(pages::verified_redirect(next, k))
        }
        ("GET", "/pass/del/confirm") if r.verified => Answer::Page(pages::last_question(k)),
        ("GET", "/pass/del/confirm") => go("/pass/del"),
        ("POST", "/pass/del/final") => {
            r.final_presses += 1;
            if !(r.signed_in && r.verified) {
                return go("/fe/service/login/password?expired=1");
            }
            r.deletions += 1;
            r.signed_in = false;
            r.verified = false;
            drop(r);
            if k.slow_final {
                std::thread::sleep(Duration::from_secs(3));
            }
            go(if k.popups { "/pass/auth/security/home?pop=success" } else { "/pass/del/done" })
        }
        ("GET", "/pass/del/done") => Answer::Page(pages::done(k)),
        _ => Answer::Nothing,
    }
}
