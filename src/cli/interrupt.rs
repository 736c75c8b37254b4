//! Ctrl-C: once ends at the next safe point, twice ends at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use crate::model::ExitStatus;

/// Set by the first Ctrl-C.
pub type Interrupt = Arc<AtomicBool>;

/// Runs `work` on a thread of its own, so that a second Ctrl-C can end the process while it still works.
pub fn guarded(work: impl FnOnce(&Interrupt) -> ExitStatus + Send + 'static) -> ExitStatus {
    let interrupt = Interrupt::default();
    let (send, receive) = mpsc::channel();
    listen(Arc::clone(&interrupt), send.clone());
    let flag = Arc::clone(&interrupt);
    let worker = std::thread::Builder::new().name("command".into()).spawn(move || {
        // A panic has been printed by then; without an answer the process would wait for ever.
        let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&flag)));
        let _ = send.send(worked.unwrap_or(ExitStatus::Unknown));
    });
    if worker.is_err() {
        return ExitStatus::NotDone;
    }
    let status = receive.recv().unwrap_or(ExitStatus::NotDone);
    if interrupt.load(Ordering::Relaxed) { ExitStatus::Interrupted } else { status }
}

fn listen(interrupt: Interrupt, send: mpsc::Sender<ExitStatus>) {
    let listener = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            while wait_for_signal().await {
                if interrupt.swap(true, Ordering::Relaxed) {
                    let _ = send.send(ExitStatus::Interrupted);
                    return;
                }
            }
        });
    };
    let _ = std::thread::Builder::new().name("signals".into()).spawn(listener);
}

#[cfg(unix)]
async fn wait_for_signal() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return false;
    };
    tokio::select! {
        got = interrupt.recv() => got.is_some(),
        got = terminate.recv() => got.is_some(),
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
