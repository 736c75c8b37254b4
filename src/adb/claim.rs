//! Which run works on a phone, written on the phone itself: two runs of two users, or of two computers, share nothing else.
//!
//! A claim is a folder on the phone, since making one is atomic, with one line in it: `TOKEN TIME HOST PID`. The time is the phone's
//! own, in seconds, and is written anew while the run works. A claim is void once it is [`CLAIM_LASTS`] old, or where it was made on
//! this computer by a process that has ended.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::boundary::random_boundary;
use crate::model::Serial;
use crate::phone::{CLAIM_LASTS, PhoneClaim};
use crate::text::say;

/// The folder. It does not begin as the files do that are cleared away.
pub(super) const FOLDER: &str = "/data/local/tmp/mi-signout.claim";
/// How often a claim is renewed, by the steps that are taken anyway.
const RENEW: Duration = Duration::from_secs(20);

/// What this process writes into its claims: its token, its computer and its id.
struct Owner {
    token: String,
    host: String,
}

fn owner() -> &'static Owner {
    static OWNER: OnceLock<Owner> = OnceLock::new();
    OWNER.get_or_init(|| Owner { token: random_boundary(), host: host() })
}

/// The name of this computer, in characters that need no quoting.
fn host() -> String {
    let name = crate::platform::computer_name();
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-._".contains(*c)).take(60).collect();
    if plain.is_empty() { "unknown".into() } else { plain }
}

/// Phones that this process has claimed, with when the claim was last renewed.
static CLAIMED: Mutex<Option<HashMap<Serial, Instant>>> = Mutex::new(None);

fn claimed<T>(act: impl FnOnce(&mut HashMap<Serial, Instant>) -> T) -> T {
    act(CLAIMED.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

/// Notes that the phone is claimed by this process, or renewed.
pub(super) fn note(serial: &Serial) {
    claimed(|phones| phones.insert(serial.clone(), Instant::now()));
}

/// Notes that it no longer is.
pub(super) fn forget(serial: &Serial) {
    claimed(|phones| phones.remove(serial));
}

/// What a step on this phone does about the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// This process has no claim on it.
    None,
    /// Nothing is done where the claim is another run's by now.
    Check,
    /// The same, and it is renewed.
    Renew,
}

/// What the next step on this phone does.
pub(super) fn guard(serial: &Serial) -> Guard {
    claimed(|phones| match phones.get(serial) {
        None => Guard::None,
        Some(at) if at.elapsed() < RENEW => Guard::Check,
        Some(_) => Guard::Renew,
    })
}

/// Lines that read the claim's line into `l`; empty where there is none.
pub(super) fn read() -> String {
    format!("l=; if [ -f {FOLDER}/by ]; then read -r l <{FOLDER}/by; fi 2>/dev/null")
}

/// Lines that write this process's claim, so that a reader sees the old line or the new one.
fn write() -> String {
    let (token, by) = (&owner().token, format!("{FOLDER}/by"));
    format!("{} >{by}-{token} 2>/dev/null && mv -f {by}-{token} {by} 2>/dev/null", line())
}

/// Lines that write it into a folder that this process has just made: whoever reads an empty line there waits for a whole one.
fn write_first() -> String {
    format!("{} >{FOLDER}/by 2>/dev/null", line())
}

/// A command that prints the line of this process's claim.
fn line() -> String {
    let Owner { token, host } = owner();
    format!("echo \"{token} $(date +%s) {host} {}\"", std::process::id())
}

/// Lines that tell the claim that was read: the phone's time, where it matters, and the claim's line.
pub(super) fn print() -> &'static str {
    "if [ -n \"$l\" ]; then date +%s; else echo; fi\necho \"$l\""
}

/// Lines for the beginning of a step: `x` is set, and `lost` told, where the claim is another run's.
pub(super) fn guarded(guard: Guard, boundary: &str) -> String {
    let mut lines = String::new();
    if guard == Guard::None {
        return lines;
    }
    let token = &owner().token;
    let _ = writeln!(lines, "{}", read());
    let _ = writeln!(
        lines,
        "if [ \"${{l%% *}}\" != {token} ]; then if [ -n \"$l\" ]; then x=1\necho \"{boundary} claimed\"\necho \"$l\"\nfi"
    );
    if guard == Guard::Renew {
        let _ = writeln!(lines, "else\n{}", write());
    }
    lines.push_str("fi\n");
    lines
}

/// Lines that take the phone, where its claim is still the line that was read: none, a void one, or this process's own. They say
/// whose it is then.
///
/// A folder without a line is most likely another run's, which made it a moment ago and has not written yet: two runs that start
/// together once took the phone from each other that way. So it gets two seconds to write; only then was it left behind.
pub(super) fn take(seen: &str, boundary: &str) -> String {
    let aside = format!("{FOLDER}-{}", owner().token);
    let seen = super::quote::quote(seen);
    let read_aside = format!("l=; if [ -f {aside}/by ]; then read -r l <{aside}/by; fi 2>/dev/null");
    format!(
        "k=\nif mkdir {FOLDER} 2>/dev/null; then k=1\nelse\n{read}\n\
         for t in 1 2; do if [ -z \"$l\" ]; then sleep 1; {read}\nfi; done\n\
         if [ \"$l\" = {seen} ]; then\n\
         if mv {FOLDER} {aside} 2>/dev/null; then\n{read_aside}\n\
         if [ \"$l\" = {seen} ]; then rm -f {aside}/by 2>/dev/null; rmdir {aside} 2>/dev/null\n\
         if mkdir {FOLDER} 2>/dev/null; then k=1; fi\n\
         else mv {aside} {FOLDER} 2>/dev/null; fi\nfi\nfi\nfi\n\
         if [ -n \"$k\" ]; then {write}\nfi\n{read}\necho \"{boundary} claim\"\n\
         if [ \"${{l%% *}}\" = {token} ]; then echo; else date +%s; fi\necho \"$l\"\n",
        read = read(),
        write = write_first(),
        token = owner().token,
    )
}

/// Lines that remove this process's claim, and no other's.
pub(super) fn release() -> String {
    let token = &owner().token;
    format!("{}\nif [ \"${{l%% *}}\" = {token} ]; then rm -f {FOLDER}/by; rmdir {FOLDER}; fi 2>/dev/null", read())
}

/// What the reading of a claim says: the phone's time, and the claim's line.
pub(super) fn parse(text: &str) -> (PhoneClaim, String) {
    let mut lines = text.lines();
    let now = lines.next().and_then(|line| line.trim().parse::<i64>().ok());
    let line = lines.next().unwrap_or_default().trim().to_owned();
    (of(now, &line), line)
}

fn of(now: Option<i64>, line: &str) -> PhoneClaim {
    let mut words = line.split_whitespace();
    let (Some(token), time, host, pid) = (words.next(), words.next(), words.next(), words.next()) else {
        return PhoneClaim::None;
    };
    let own = owner();
    if token == own.token {
        return PhoneClaim::Ours;
    }
    let (time, pid) = (time.and_then(|time| time.parse::<i64>().ok()), pid.and_then(|pid| pid.parse::<u32>().ok()));
    let (Some(host), Some(time), Some(now)) = (host, time, now) else {
        // What can't be read is no claim of this program, and no run renews it.
        return PhoneClaim::Void;
    };
    let ended = host == own.host && pid.is_some_and(crate::platform::has_ended);
    // A clock that was set back does not keep a phone for ever.
    if ended || (now - time).unsigned_abs() > CLAIM_LASTS.as_secs() {
        return PhoneClaim::Void;
    }
    PhoneClaim::Held { by: holder(line) }
}

/// Whose a claim's line is, in words.
pub(super) fn holder(line: &str) -> String {
    let mut words = line.split_whitespace().skip(2);
    let word = |word: Option<&str>| crate::model::short_name(word.unwrap_or("?"), 60);
    let (computer, process) = (word(words.next()), word(words.next()));
    say!("run-on-another-computer", computer, process)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b32_a_claim_holds_while_it_is_renewed() {
        let held = |line: &str| matches!(of(Some(1000), line), PhoneClaim::Held { .. });
        assert!(held("t 990 bench2 17") && held("t 1100 bench2 17") && held("t 821 bench2 17"));
        // Not renewed, from a clock that was set back, cut short, or another program's.
        for line in ["t 819 bench2 17", "t 1200 bench2 17", "t 990", "t", "some other text here"] {
            assert_eq!(of(Some(1000), line), PhoneClaim::Void, "{line}");
        }
        assert_eq!(of(Some(1000), ""), PhoneClaim::None);
    }

    /// A claim's folder on this computer, for a real shell.
    struct ClaimFolder {
        dir: tempfile::TempDir,
    }

    impl ClaimFolder {
        fn new() -> Self {
            Self { dir: tempfile::tempdir().unwrap() }
        }

        fn folder(&self) -> std::path::PathBuf {
            self.dir.path().join("claim")
        }

        /// What a script says in a real mksh, with this folder in place of the phone's.
        fn mksh(&self, script: &str, other: &str) -> String {
            let folder = self.folder().to_string_lossy().into_owned();
            let (script, other) = (script.replace(FOLDER, &folder), other.replace(FOLDER, &folder));
            let mut mksh = std::process::Command::new("mksh");
            let output = mksh.args(["-c", &script]).env("OTHER", other).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        }

        /// Takes the phone in a shell in which `sleep` does this. Gives whose claim the phone carries in the end.
        fn take(&self, seen: &str, sleep: &str) -> PhoneClaim {
            let said = self.mksh(&format!("sleep() {{ {sleep}; }}\n{}", take(seen, "mark")), "");
            parse(said.strip_prefix("mark claim\n").unwrap()).0
        }
    }

    #[test]
    fn b32_a_claim_that_has_no_line_yet_is_left_to_the_run_that_made_it() {
        let claim = ClaimFolder::new();
        std::fs::create_dir(claim.folder()).unwrap();
        // The other run writes while this one waits.
        let held = claim.take("", &format!("echo \"other $(date +%s) bench2 17\" >{FOLDER}/by"));
        assert_eq!(held, PhoneClaim::Held { by: "a run on computer bench2, process 17".to_owned() });
    }

    #[test]
    fn b32_a_claim_that_never_gets_a_line_is_taken() {
        let claim = ClaimFolder::new();
        std::fs::create_dir(claim.folder()).unwrap();
        assert_eq!(claim.take("", ":"), PhoneClaim::Ours);
        assert_eq!(claim.take("", "exit 9"), PhoneClaim::Ours, "its own is read without waiting");
    }

    #[test]
    fn b32_of_two_runs_only_one_goes_on_where_one_came_between_the_folder_and_the_line_of_the_other() {
        let claim = ClaimFolder::new();
        let as_other = |script: String| script.replace(&owner().token, "othertoken");
        // The other run takes the phone, without any patience, right after this one made the folder.
        let other = as_other(format!("sleep() {{ :; }}\n{}", take("", "other")));
        let between =
            "once=\nmkdir() { command mkdir \"$@\" || return 1; [ -n \"$once\" ] || { once=1; mksh -c \"$OTHER\"; }; }";
        let said = claim.mksh(&format!("{between}\n{}", take("", "this")), &other);
        assert!(said.contains("other claim\n") && said.contains("this claim\n"), "{said}");
        let goes_on = |guard: String| claim.mksh(&format!("x=\n{guard}\necho \"x=$x\""), "").ends_with("x=\n");
        let (this, that) = (guarded(Guard::Check, "mark"), as_other(guarded(Guard::Check, "mark")));
        assert_ne!(goes_on(this), goes_on(that), "{said}");
    }

    #[test]
    fn b32_of_two_runs_that_found_the_same_void_claim_the_later_one_loses() {
        let claim = ClaimFolder::new();
        let void = "other 5 bench2 17";
        std::fs::create_dir(claim.folder()).unwrap();
        std::fs::write(claim.folder().join("by"), "third 9999999999 bench3 18\n").unwrap();
        assert_ne!(claim.take(void, "exit 9"), PhoneClaim::Ours);
        assert!(std::fs::read_to_string(claim.folder().join("by")).unwrap().starts_with("third "));
    }

    #[test]
    fn b32_a_claim_of_a_process_that_ended_is_void_on_its_own_computer() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let line = |pid: u32| format!("t 990 {} {pid}", owner().host);
        assert_eq!(of(Some(1000), &line(child.id())), PhoneClaim::Void);
        assert!(matches!(of(Some(1000), &line(std::process::id())), PhoneClaim::Held { .. }));
    }
}
