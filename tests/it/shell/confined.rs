//! Nothing that a client sends reaches the host's files or programs, and no client can hang the host.

use std::path::Path;
use std::sync::Arc;

use phone_sim::clock::{Cancel, Clock};
use phone_sim::fs::Fs;
use phone_sim::input::Input;
use phone_sim::shell::{NoPrograms, Shell, Sink, Source, Streams};

use super::simulated;
use crate::support::wait_until;

/// A word that only a file of the host holds.
const CANARY: &str = "canary-of-the-host-7d1f";

#[test]
fn the_hosts_files_are_neither_read_nor_made() {
    let host = tempfile::tempdir().unwrap();
    let secret = host.path().join("secret");
    std::fs::write(&secret, CANARY).unwrap();
    let secret = secret.to_str().unwrap();
    let escape = host.path().join("escape");
    let made = escape.to_str().unwrap();
    let up = "../".repeat(40);
    let scripts = [
        format!("cat {secret}"),
        format!("cat {up}{secret}"),
        format!("cat < {secret}; cat <{up}{secret}; read x <{secret}; echo $x"),
        format!("echo $(<{secret}); . {secret}; sh {secret}; cp {secret} f; cat f"),
        format!("ln -s {secret} l; cat l; ln -s / r; cat r{secret}; cd r 2>/dev/null; cat .{secret}"),
        format!("ls -la {}; echo {}/*; grep canary {secret}", host.path().display(), host.path().display()),
        format!("cat /proc/self/root{secret}; cat /proc/1/root{secret}; cat /dev/fd/3 /proc/self/environ"),
        format!("echo x > {made}; echo x >> {made}; echo x > {up}{made}; tee {made} </dev/null; touch {made}"),
        format!("mkdir -p {made}; cp /system/etc/hosts {made}; mv /data/local/tmp/f {made}; ln -s a {made}"),
        format!("ln -s {} d; echo x > d/escape; cd d; echo x > escape", host.path().display()),
        format!("/bin/sh -c 'echo x > {made}'; /usr/bin/touch {made}; $(/usr/bin/touch {made}); `touch {made}`"),
        format!("PATH=/usr/bin:/bin touch {made}; exec /usr/bin/touch {made}"),
        format!("trap 'touch {made}' EXIT; eval touch {made}; xargs touch {made} </dev/null; timeout 5 touch {made}"),
        format!(
            "env touch {made}; command touch {made}; nohup touch {made}; rm -rf {secret} {}",
            host.path().display()
        ),
    ];
    for script in &scripts {
        let (ran, stderr, _) = simulated(script);
        assert!(!ran.stdout.contains(CANARY) && !stderr.contains(CANARY), "read by: {script}");
        assert!(!escape.exists(), "made by: {script}");
        assert_eq!(std::fs::read_to_string(secret).unwrap(), CANARY, "changed by: {script}");
    }
    assert_eq!(std::fs::read_dir(host.path()).unwrap().count(), 1);
}

#[test]
fn the_hosts_known_files_and_programs_are_not_there() {
    for path in ["/etc/passwd", "/root", "/etc/hostname", "/usr/bin/env", "/tmp", "/home", "/proc/self"] {
        let (ran, stderr, _) = simulated(&format!("ls {path}; cat ../../..{path}; [ -e {path} ] && echo there"));
        assert_eq!(ran.stdout, "", "{path}");
        assert!(stderr.contains("No such file or directory"), "{path}: {stderr}");
    }
    for program in
        ["/usr/bin/id", "/usr/bin/env", "python3", "perl", "bash", "curl", "/bin/bash", "../../../usr/bin/id"]
    {
        let (ran, stderr, _) = simulated(&format!("{program} -c id"));
        assert_eq!((ran.status, ran.stdout.as_str()), (127, ""), "{program}");
        assert!(stderr.ends_with(&format!("{program}: inaccessible or not found\n")), "{stderr}");
    }
    let (ran, ..) = simulated("id -u; /bin/sh -c 'id -un'; echo ${HOME}; env | grep -c CARGO");
    assert_eq!(ran.stdout, "2000\nshell\n/\n0\n");
    assert!(Path::new("/etc").exists(), "the host has what was asked for");
}

/// Scripts that would never end, or take all memory, end by the bounds of the shell.
#[test]
fn a_hostile_script_is_bounded() {
    for script in [
        "f() { f; }; f",
        "f() { f | f; }; f",
        "eval_() { eval eval_; }; eval_",
        "x=x; while :; do x=$x$x; done",
        "while :; do cat /dev/null; done | true; x=$(yes); echo $x",
        "yes > /data/local/tmp/full",
        "set -- a; while :; do set -- \"$@\" \"$@\"; done",
        "echo 'sh /data/local/tmp/s' > s; sh s",
        "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do x=$x/../../*; done; echo $x/*",
        "printf '%999999999d' 1",
    ] {
        let (ran, stderr, _) = simulated(script);
        assert!(ran.status != 0 || !stderr.is_empty() || ran.stdout.len() < 1 << 20, "{script}");
    }
    let deep = format!("{}echo x{}", "$(".repeat(5000), ")".repeat(5000));
    assert_eq!(simulated(&deep).0.status, 2);
    let deep = format!("echo $(({}1{}))", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(simulated(&deep).0.status, 1);
    let deep = format!("[ {} a ]", "! ".repeat(100_000));
    assert_eq!(simulated(&deep).0.status, 2);
}

#[test]
fn a_hung_up_shell_ends_at_its_next_turn() {
    for script in [
        "while :; do :; done",
        "sleep 1000000",
        "sleep 1000000 | cat",
        "yes | cat >/dev/null",
        "while :; do sleep 1000; done | while read x; do :; done",
        "x=$(while :; do :; done)",
        "timeout 1000000 sleep 1000000",
        "trap 'echo no' EXIT; (while :; do true; done)",
    ] {
        let cancel = Cancel::default();
        let fs = Fs::new(Clock::new(1.0));
        let mut shell = Shell::new(fs.clone(), Arc::new(NoPrograms), Clock::new(1.0), cancel.clone());
        let (stdout, out) = Sink::captured(1 << 20);
        let streams = Streams { stdin: Source::empty(), stdout: stdout.clone(), stderr: stdout };
        let whole = format!(": >/data/local/tmp/begun; {script}");
        let running = std::thread::spawn(move || shell.run(&whole, streams));
        wait_until("the script has begun", || fs.exists("/", "/data/local/tmp/begun"));
        cancel.set();
        assert_eq!(running.join().unwrap(), 129, "{script}");
        assert_eq!(out.text(), "", "{script}");
    }
}

/// What a client sends that never sends anything.
struct Silent;

impl std::io::Read for Silent {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        panic!("it would be waited for without end");
    }
}

impl Input for Silent {
    fn ready(&mut self, _: std::time::Duration) -> bool {
        false
    }
}

#[test]
fn a_read_with_a_limit_ends_as_in_the_real_shell_where_nothing_comes() {
    let mut shell = Shell::new(Fs::new(Clock::new(1.0)), Arc::new(NoPrograms), Clock::new(1.0), Cancel::default());
    let (stdout, out) = Sink::captured(1 << 20);
    let streams = Streams { stdin: Source::new(Silent), stdout: stdout.clone(), stderr: stdout };
    shell.run("IFS= read -r -t 0.2 x; echo $? [$x]", streams);
    assert_eq!(out.text(), "142 []\n");
}
