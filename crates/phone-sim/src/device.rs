//! A simulated phone as its front ends see it: the phone, its shell and its files joined.

use std::io::Write;
use std::sync::Arc;

use tokio::sync::watch;

use super::clock::Cancel;
use super::endpoint::{ConnState, Endpoint, Files, Identity};
use super::fs::Fs;
use super::input::Input;
use super::phone::{Disconnect, SimPhone};
use super::shell::{Refusals, Shell, Sink, Source, Streams};

/// A simulated phone with a cable. Cheap to clone; clones are the same phone.
#[derive(Clone)]
pub struct SimDevice {
    phone: SimPhone,
    fs: Fs,
    refusals: Refusals,
    state: Arc<watch::Sender<ConnState>>,
}

impl SimDevice {
    /// Joins a phone with a shell and an empty file system, and connects it.
    #[must_use]
    pub fn new(phone: SimPhone) -> Self {
        let fs = Fs::new(phone.clock().clone());
        phone.attach_files(Arc::new(PhoneFiles(fs.clone())));
        let state = Arc::new(watch::Sender::new(ConnState::Device));
        let cable = Arc::clone(&state);
        let clock = phone.clock().clone();
        phone.on_disconnect(move |disconnect| {
            let away = match disconnect {
                Disconnect::Cable { back_after } => back_after,
                Disconnect::Reboot { takes } => Some(takes),
                Disconnect::Server => return,
            };
            cable.send_replace(ConnState::Gone);
            let Some(away) = away else { return };
            let (cable, clock) = (Arc::clone(&cable), clock.clone());
            std::thread::spawn(move || {
                std::thread::sleep(clock.host(away));
                cable.send_replace(ConnState::Device);
            });
        });
        Self { phone, fs, refusals: Refusals::default(), state }
    }

    /// The phone itself.
    #[must_use]
    pub fn phone(&self) -> &SimPhone {
        &self.phone
    }

    /// Its files.
    #[must_use]
    pub fn fs(&self) -> &Fs {
        &self.fs
    }

    /// Changes the connection: cable out, unauthorised, offline, back.
    pub fn connect(&self, state: ConnState) {
        self.state.send_replace(state);
    }

    /// How many things its shell refused since it does not know them.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refusals.count()
    }
}

impl Endpoint for SimDevice {
    fn serial(&self) -> String {
        self.phone.serial().to_owned()
    }

    fn identity(&self) -> Identity {
        let spec = self.phone.spec();
        Identity { product: spec.product.clone(), model: spec.model.clone(), device: spec.device.clone() }
    }

    fn watch(&self) -> watch::Receiver<ConnState> {
        self.state.subscribe()
    }

    fn run(
        &self,
        script: Option<&str>,
        _interactive: bool,
        stdin: Box<dyn Input>,
        stdout: Box<dyn Write + Send>,
        stderr: Box<dyn Write + Send>,
        cancel: Cancel,
    ) -> i32 {
        self.phone.shell_called();
        let programs = Arc::new(self.phone.clone());
        let mut shell =
            Shell::new(self.fs.clone(), programs, self.phone.clock().clone(), cancel).refusals(&self.refusals);
        let streams = Streams { stdin: Source::new(stdin), stdout: Sink::new(stdout), stderr: Sink::new(stderr) };
        match script {
            Some(script) => shell.run(script, streams),
            None => shell.run_stdin(streams),
        }
    }

    fn reboot(&self, _mode: &str) {
        self.phone.fault(super::phone::Fault::Reboot { takes: 20_000 });
    }

    fn files(&self) -> &dyn Files {
        &self.fs
    }
}

/// The file system as the phone's own programs write to it.
struct PhoneFiles(Fs);

impl super::phone::Files for PhoneFiles {
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.write("/", path, bytes).map_err(|error| error.to_string())
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.read("/", path).ok().map(|bytes| bytes.to_vec())
    }

    fn set_full(&self, full: bool) {
        self.0.set_full(full);
    }
}

#[cfg(test)]
mod tests {
    use super::super::phone::{Generation, PhoneSpec, Stats};
    use super::*;

    /// What a script costs a phone.
    fn cost(generation: Generation, script: &str) -> Stats {
        let device = SimDevice::new(SimPhone::new(PhoneSpec::of(generation).scale(0.0005)));
        let out = || Box::new(std::io::sink());
        let before = device.phone().stats();
        device.run(Some(script), false, Box::new(std::io::empty()), out(), out(), Cancel::default());
        assert_eq!(device.refused(), 0, "{script}");
        device.phone().stats().since(&before)
    }

    #[test]
    fn a_process_is_counted_for_each_program_and_none_for_the_shell_itself() {
        let processes = |script: &str| cost(Generation::Miui14, script).processes;
        for (script, expected) in [
            ("echo a; x=$(echo b); [ -n \"$x\" ] && true; f() { :; }; f; while read l; do :; done </dev/null", 0),
            ("dumpsys account | grep type", 2),
            ("sleep 0; cat /dev/null; mkdir -p /data/local/tmp/a; rm -r /data/local/tmp/a", 4),
            ("sh -c 'getprop ro.serialno'", 2),
            ("timeout 9999 getprop", 2),
            ("nohup getprop; env A=1 getprop", 2),
            ("for i in 1 2 3; do input keyevent 0; done", 3),
            ("exec getprop ro.serialno", 0),
            ("echo 'getprop a' >/data/local/tmp/s; chmod 755 /data/local/tmp/s; /data/local/tmp/s", 3),
            ("no-such-program; /system/bin/echo a", 1),
            ("printf 'a\\nb\\n' | xargs -n 1 getprop", 4),
        ] {
            assert_eq!(processes(script), expected, "{script}");
        }
    }

    #[test]
    fn calls_dumps_and_java_machines_are_counted() {
        let script = "uiautomator dump /data/local/tmp/a.xml; input tap 1 1; input keyevent 0; \
                      cmd window dump-visible-window-views";
        let new = cost(Generation::Miui14, script);
        assert_eq!(new, Stats { shell_calls: 1, processes: 4, java_machines: 1, dumps: 1, views_dumps: 1 });
        let old = cost(Generation::Miui12, script);
        assert_eq!(old, Stats { java_machines: 3, ..new });
    }
}
