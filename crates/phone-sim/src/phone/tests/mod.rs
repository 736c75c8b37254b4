//! The phone by its own programs only, as a person with a shell would use it.

mod faults;
mod generations;
mod pages;
mod programs;
mod walks;

use std::io::{Cursor, Read};

use super::*;

/// A scale at which a minute passes in a few milliseconds.
const FAST: f64 = 0.0005;

/// One node of a dump.
#[derive(Clone, Debug)]
struct Seen {
    id: String,
    text: String,
    class: String,
    package: String,
    password: bool,
    center: (i32, i32),
}

/// A hand and an eye on a phone.
struct Hand {
    phone: SimPhone,
    files: u32,
}

impl Hand {
    fn on(spec: PhoneSpec) -> Self {
        Self { phone: SimPhone::new(spec.scale(FAST)), files: 0 }
    }

    /// Runs one program: exit code, standard output, standard error.
    fn run(&self, words: &[&str]) -> (i32, String, String) {
        let argv: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut stdin = std::io::empty();
        let stdin: &mut dyn Read = &mut stdin;
        let mut io = Stdio { stdin, stdout: &mut out, stderr: &mut err };
        let code = self.phone.run(&argv, &mut io, self.phone.clock(), &Cancel::default()).unwrap();
        (code, String::from_utf8_lossy(&out).into_owned(), String::from_utf8(err).unwrap())
    }

    fn out(&self, words: &[&str]) -> String {
        self.run(words).1
    }

    /// The page as the dump's file has it.
    fn look(&mut self) -> Vec<Seen> {
        self.files += 1;
        let file = format!("/data/local/tmp/look-{}.xml", self.files);
        for _ in 0..20 {
            self.run(&["uiautomator", "dump", &file]);
            if let Some(xml) = self.phone.files().read(&file) {
                return parse(&String::from_utf8(xml).unwrap());
            }
        }
        panic!("no dump of {:?}", self.phone.current_screen());
    }

    /// Looks until a node is there, scrolling down; then taps it.
    fn tap(&mut self, what: &str) {
        for _ in 0..20 {
            let nodes = self.look();
            if let Some(node) = nodes.iter().find(|n| n.id.ends_with(what) || n.text == what) {
                let (x, y) = node.center;
                self.run(&["input", "tap", &x.to_string(), &y.to_string()]);
                return;
            }
            self.run(&["input", "swipe", "500", "1200", "500", "500", "400"]);
        }
        panic!("no {what} on {:?}", self.phone.current_screen());
    }

    /// Taps the one password field, and types.
    fn enter_password(&mut self, password: &str) {
        let field = self.look().into_iter().find(|n| n.password).expect("a password field");
        self.run(&["input", "tap", &field.center.0.to_string(), &field.center.1.to_string()]);
        self.run(&["input", "text", &password.replace(' ', "%s")]);
    }

    fn open_account(&self) {
        let (code, out, _) = self.run(&[
            "am",
            "start",
            "-a",
            "android.settings.XIAOMI_ACCOUNT_SYNC_SETTINGS",
            "-p",
            "com.xiaomi.account",
        ]);
        assert_eq!(code, 0);
        assert_eq!(
            out,
            "Starting: Intent { act=android.settings.XIAOMI_ACCOUNT_SYNC_SETTINGS pkg=com.xiaomi.account }\n"
        );
    }

    /// Waits on the phone until a page shows.
    fn until(&mut self, screen: ScreenId) {
        for _ in 0..200 {
            if self.phone.current_screen() == screen {
                return;
            }
            let _ = self.phone.clock().sleep(200, &Cancel::default());
        }
        panic!("{screen:?} never came: {:?}", self.phone.record().screens);
    }
}

/// The nodes of a dump, which must be well-formed XML.
fn parse(xml: &str) -> Vec<Seen> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_reader(Cursor::new(xml.as_bytes()));
    let (mut buffer, mut seen) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event_into(&mut buffer).expect("well-formed XML") {
            Event::Eof => break,
            Event::Start(e) | Event::Empty(e) if e.name().as_ref() == b"node" => {
                let all: std::collections::HashMap<String, String> = e
                    .attributes()
                    .with_checks(false)
                    .map(|a| a.expect("an attribute"))
                    .map(|a| (std::str::from_utf8(a.key.as_ref()).unwrap().to_owned(), a.value))
                    .map(|(key, value)| (key, std::str::from_utf8(&value).unwrap().to_owned()))
                    .collect();
                let attribute = |name: &str| quick_xml::escape::unescape(&all[name]).unwrap().into_owned();
                let bounds: Vec<i32> = attribute("bounds")
                    .split(|c: char| !c.is_ascii_digit() && c != '-')
                    .filter_map(|n| n.parse().ok())
                    .collect();
                assert!(bounds[0] < bounds[2] && bounds[1] < bounds[3], "{bounds:?}");
                seen.push(Seen {
                    id: attribute("resource-id"),
                    text: attribute("text"),
                    class: attribute("class"),
                    package: attribute("package"),
                    password: attribute("password") == "true",
                    center: (i32::midpoint(bounds[0], bounds[2]), i32::midpoint(bounds[1], bounds[3])),
                });
            }
            _ => {}
        }
        buffer.clear();
    }
    seen
}
