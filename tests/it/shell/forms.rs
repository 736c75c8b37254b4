//! Forms that clients of a phone send, with programs that stand for the phone's: in `mksh` as functions, in the simulated shell
//! as [`Programs`].

use std::sync::Arc;

use phone_sim::clock::{Cancel, Clock};
use phone_sim::fs::Fs;
use phone_sim::shell::{NoPrograms, Programs, Refusals, Shell, Sink, Source, Stdio, Streams};

use super::{real, simulated, simulated_with};

/// The phone's programs as the oracle gets them.
const FUNCTIONS: &str = r#"
uiautomator() { echo "UI hierarchy dumped to: $2"; echo noise >&2; printf '<?xml?>\n<hierarchy a="b"/>' > "$2"; }
dumpsys() { case "$1" in account) printf '  Accounts: 1\n    Account {name=1, type=x}\n';; nothing) echo "no service" >&2; return 1;;
 *) printf 'mCurrentFocus=Window{1 u0 foo/.Bar}\n';; esac; }
input() { shift; printf '<%s>' "$@"; echo; [ "$1" != bad ]; }
a() { echo out-a; }; b() { echo err-b >&2; return 5; }
rm() { command rm "$@"; }
"#;

/// The same programs for the simulated phone.
struct Phone(Fs);

impl Programs for Phone {
    fn run(&self, argv: &[String], io: &mut Stdio<'_>, _: &Clock, _: &Cancel) -> Option<i32> {
        let words: Vec<&str> = argv.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["uiautomator", "dump", path] => {
                writeln!(io.stdout, "UI hierarchy dumped to: {path}").ok()?;
                writeln!(io.stderr, "noise").ok()?;
                self.0.write("/data/local/tmp", path, b"<?xml?>\n<hierarchy a=\"b\"/>").ok()?;
                Some(0)
            }
            ["dumpsys", "account"] => {
                write!(io.stdout, "  Accounts: 1\n    Account {{name=1, type=x}}\n").ok()?;
                Some(0)
            }
            ["dumpsys", "nothing"] => {
                writeln!(io.stderr, "no service").ok()?;
                Some(1)
            }
            ["dumpsys", ..] => {
                writeln!(io.stdout, "mCurrentFocus=Window{{1 u0 foo/.Bar}}").ok()?;
                Some(0)
            }
            ["input", _, rest @ ..] => {
                for word in rest {
                    write!(io.stdout, "<{word}>").ok()?;
                }
                writeln!(io.stdout).ok()?;
                Some(i32::from(rest.first() == Some(&"bad")))
            }
            ["a"] => writeln!(io.stdout, "out-a").ok().map(|()| 0),
            ["b"] => writeln!(io.stderr, "err-b").ok().map(|()| 5),
            _ => None,
        }
    }

    fn has(&self, name: &str) -> bool {
        ["uiautomator", "dumpsys", "input", "a", "b"].contains(&name)
    }
}

const FORMS: &[&str] = &[
    r#"f=x.$$.xml; uiautomator dump "$f" >/dev/null 2>&1; cat "$f" 2>/dev/null; rm -f "$f"; ls"#,
    r#"i=0; while [ $i -lt 10 ]; do case "$(dumpsys window displays 2>/dev/null)" in *foo*) break;; esac; i=$((i+1)); sleep 0.01; done; echo $i"#,
    r#"i=0; while [ $i -lt 3 ]; do case "$(dumpsys window displays 2>/dev/null)" in *gone*) break;; esac; i=$((i+1)); sleep 0.01; done; echo $i"#,
    r#"input text 'a'\''b%s'; echo "MARK$?""#,
    r#"input text bad; echo "MARK$?""#,
    r#"input text '$(id)`id`"\\;&|<>*?[]{}!#~'; echo "MARK$?""#,
    "{ a; b; } 2>&1",
    "{ a; b; } 2>&1; echo $?",
    r"n=$(dumpsys account | grep -c 'Account {'); echo $n",
    r"n=$(dumpsys nothing 2>/dev/null | grep -c 'Account {'); echo $? $n",
    r"dumpsys account | grep -E 'Account \{' | head -n 1; dumpsys nothing || echo failed; dumpsys nothing 2>&1 | cat",
    r#"echo BEGIN; dumpsys account; echo "END $?"; dumpsys nothing; echo "END $?""#,
    r#"for k in a b; do echo "[$k]"; $k; done; x=$(b 2>&1); echo "$? $x""#,
    r#"before=$(dumpsys window); now=$before; i=0; while [ "$now" = "$before" ] && [ $i -lt 2 ]; do now=$(dumpsys window); i=$((i+1)); done; echo $i"#,
];

#[test]
fn the_forms_of_clients_behave_as_in_the_real_shell() {
    for form in FORMS {
        let expected = real(&format!("{FUNCTIONS}\n{form}"));
        let fs = Fs::new(Clock::new(0.001));
        let (found, stderr, refused) = simulated_with(form, fs.clone(), Arc::new(Phone(fs)), "");
        assert_eq!(found.stdout, expected.stdout, "{form}\n{stderr}");
        assert_eq!(found.status, expected.status, "{form}\n{stderr}");
        assert_eq!(refused, 0, "{form}");
        assert_eq!(found.complained, expected.complained, "{form}\n{stderr}");
    }
}

/// In the real shell each `dumpsys` would end by SIGPIPE and the loop go on until the hang-up; here the whole stage ends.
#[test]
fn an_endless_stage_ends_with_its_reader() {
    let fs = Fs::new(Clock::new(0.001));
    let script = "while :; do dumpsys window; done | head -n 1";
    let (found, ..) = simulated_with(script, fs.clone(), Arc::new(Phone(fs)), "");
    assert_eq!((found.stdout.as_str(), found.status), ("mCurrentFocus=Window{1 u0 foo/.Bar}\n", 0));
}

#[test]
fn what_is_not_known_is_refused_and_counted() {
    for script in [
        "sleep 1 &",
        "a=(1 2)",
        "select x in 1; do :; done",
        "echo {a,b}",
        "set -x",
        "sed -i s/a/b/ f",
        "ls -Z",
        "getopts a b",
    ] {
        let (ran, stderr, refused) = simulated(script);
        assert_eq!((ran.status, refused), (2, 1), "{script}");
        assert!(stderr.contains("not known to this simulated phone"), "{stderr}");
    }
}

#[test]
fn refusals_of_many_shells_count_together() {
    let tally = Refusals::default();
    for _ in 0..2 {
        let fs = Fs::new(Clock::new(0.001));
        let mut shell = Shell::new(fs, Arc::new(NoPrograms), Clock::new(0.001), Cancel::default()).refusals(&tally);
        let streams = Streams { stdin: Source::empty(), stdout: Sink::null(), stderr: Sink::null() };
        assert_eq!(shell.run("alias", streams), 2);
    }
    assert_eq!((tally.count(), tally.texts()), (2, vec!["alias".to_owned(), "alias".to_owned()]));
}

#[test]
fn a_script_on_standard_input_is_run_line_by_line() {
    let fs = Fs::new(Clock::new(0.001));
    let (stdout, out) = Sink::captured(1 << 20);
    let mut shell = Shell::new(fs, Arc::new(NoPrograms), Clock::new(0.001), Cancel::default());
    let script = "x=1\nif [ $x = 1 ]\nthen echo one\nfi\nread y\nfor the command\necho \"$y\"\ncat <<E\nhere\nE\nexit 7\necho no\n";
    let streams = Streams { stdin: Source::bytes(script), stdout: stdout.clone(), stderr: stdout };
    assert_eq!(shell.run_stdin(streams), 7);
    assert_eq!(out.text(), "one\nfor the command\nhere\n");
}

#[test]
fn a_phone_says_its_own_words() {
    for (script, stderr, status) in [
        ("nope", "/system/bin/sh: nope: inaccessible or not found\n", 127),
        ("cat /sdcard/nope", "cat: /sdcard/nope: No such file or directory\n", 1),
        ("ls /data", "ls: /data: Permission denied\n", 1),
        ("echo x > /system/x", "/system/bin/sh: can't create /system/x: Read-only file system\n", 1),
        ("echo x > /data/x", "/system/bin/sh: can't create /data/x: Permission denied\n", 1),
        ("rm /system/etc/hosts", "rm: /system/etc/hosts: Read-only file system\n", 1),
        ("/data/local/tmp", "/system/bin/sh: /data/local/tmp: can't execute: Is a directory\n", 126),
    ] {
        let (ran, found, _) = simulated(script);
        assert_eq!((ran.status, found.as_str()), (status, stderr), "{script}");
    }
}

#[test]
fn a_full_phone_fails_every_write() {
    let fs = Fs::new(Clock::new(0.001));
    fs.set_full(true);
    let script = "echo x > /sdcard/f; echo $?; touch /data/local/tmp/t; echo $?; cat /sdcard/f";
    let (ran, stderr, _) = simulated_with(script, fs.clone(), Arc::new(NoPrograms), "");
    assert_eq!(ran.stdout, "1\n1\n");
    assert!(stderr.contains("can't create /sdcard/f: No space left on device"), "{stderr}");
    fs.set_full(false);
    let (ran, ..) = simulated_with("echo x > /sdcard/f; cat /storage/emulated/legacy/f", fs, Arc::new(NoPrograms), "");
    assert_eq!((ran.stdout.as_str(), ran.status), ("x\n", 0));
}
