//! The services of one phone (`shell:`, `exec:`, `sync:`, …), whichever front end a client came through.
//!
//! A service is opened by its name and then runs over any pair of byte streams. The end of the reader is the hang-up.
//! Nothing here knows how the bytes travel.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::endpoint::{ConnState, Endpoint};
use super::session::{self, ShellRequest};
use super::sync;

/// How many services may run at once on one phone; more are refused as a phone out of processes refuses them.
const SERVICES_PER_PHONE: usize = 128;

/// One phone's services. Cheap to clone; clones share the limit of running services.
#[derive(Clone)]
pub struct Services {
    endpoint: Arc<dyn Endpoint>,
    slots: Arc<Semaphore>,
}

/// A service that was opened and waits to be run.
pub struct Service {
    endpoint: Arc<dyn Endpoint>,
    what: What,
    slot: OwnedSemaphorePermit,
}

#[derive(Debug, PartialEq, Eq)]
enum What {
    Shell(ShellRequest),
    Sync,
    Reboot(String),
    Say(&'static str),
}

impl Services {
    /// The services of `endpoint`.
    #[must_use]
    pub fn new(endpoint: Arc<dyn Endpoint>) -> Self {
        Self { endpoint, slots: Arc::new(Semaphore::new(SERVICES_PER_PHONE)) }
    }

    /// The phone itself.
    #[must_use]
    pub fn endpoint(&self) -> &Arc<dyn Endpoint> {
        &self.endpoint
    }

    /// Opens a service by name; `None` where the phone does not have it, is not ready, or has too many running.
    #[must_use]
    pub fn open(&self, name: &str) -> Option<Service> {
        if self.endpoint.state() != ConnState::Device {
            return None;
        }
        let what = parse(name, self.endpoint.features().contains(&"shell_v2"))?;
        let slot = self.slots.clone().try_acquire_owned().ok()?;
        Some(Service { endpoint: self.endpoint.clone(), what, slot })
    }
}

impl Service {
    /// Runs the service until it ends, the client hangs up, or the phone goes away. Dropping the future hangs up too.
    pub async fn run<R, W>(self, reader: &mut R, writer: &mut W)
    where
        R: AsyncRead + Unpin + Send,
        W: AsyncWrite + Unpin + Send,
    {
        let mut state = self.endpoint.watch();
        let endpoint = self.endpoint.clone();
        let work = async {
            match self.what {
                What::Shell(request) => session::run(self.endpoint, request, self.slot, reader, writer).await,
                What::Sync => sync::serve(self.endpoint.as_ref(), reader, writer).await,
                What::Reboot(mode) => {
                    endpoint.reboot(&mode);
                    Ok(())
                }
                What::Say(text) => writer.write_all(text.as_bytes()).await,
            }
        };
        // An error is a stream that broke: the client is gone, and there is nobody to tell.
        tokio::select! {
            _ = work => {}
            _ = state.wait_for(|s| *s != ConnState::Device) => {}
        }
    }
}

fn parse(name: &str, shell_v2: bool) -> Option<What> {
    if name == "sync:" {
        return Some(What::Sync);
    }
    if let Some(mode) = name.strip_prefix("reboot:") {
        return Some(What::Reboot(mode.to_owned()));
    }
    match name {
        "root:" => return Some(What::Say("adbd cannot run as root in production builds\n")),
        "unroot:" => return Some(What::Say("adbd not running as root\n")),
        _ => {}
    }
    if let Some(script) = name.strip_prefix("exec:") {
        return Some(What::Shell(ShellRequest { script: script_of(script), packets: false, terminal: false }));
    }
    let rest = name.strip_prefix("shell")?;
    let (options, script) = rest.split_once(':')?;
    let script = script_of(script);
    // As adbd: no command is a terminal session, a command is not, unless the client says which.
    let mut terminal = script.is_none();
    let mut packets = false;
    for option in options.split(',').filter(|o| !o.is_empty()) {
        match option {
            "v2" if shell_v2 => packets = true,
            "raw" => terminal = false,
            "pty" => terminal = true,
            _ if option.starts_with("TERM=") => {}
            _ => return None,
        }
    }
    if !options.is_empty() && !options.starts_with(',') {
        return None;
    }
    Some(What::Shell(ShellRequest { script, packets, terminal }))
}

fn script_of(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(name: &str) -> ShellRequest {
        match parse(name, true) {
            Some(What::Shell(request)) => request,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn shell_names_of_real_clients_are_read() {
        let v2 = shell("shell,v2,TERM=xterm-256color,raw:echo a:b,c");
        assert_eq!(v2, ShellRequest { script: Some("echo a:b,c".into()), packets: true, terminal: false });
        assert!(shell("shell,v2,pty:").terminal);
        assert!(shell("shell:").terminal);
        assert!(!shell("shell,v2:id").terminal);
        assert!(!shell("shell:id").packets);
        assert!(!shell("exec:id").terminal);
    }

    #[test]
    fn what_a_phone_does_not_have_is_refused() {
        for name in
            ["", "shell", "shellx:id", "shell,v9:id", "tcp:80", "localabstract:x", "framebuffer:", "sync", "jdwp:1"]
        {
            assert_eq!(parse(name, true), None, "{name}");
        }
        assert_eq!(parse("shell,v2,raw:id", false), None, "a phone before Android 7 has no v2");
    }
}
