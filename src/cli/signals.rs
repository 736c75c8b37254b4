//! Ctrl-C, SIGTERM and SIGHUP. The only place that listens for them.
//!
//! Most commands only read, and a prompt waits for a person: there the first signal ends the process at once. A run over phones
//! leaves things behind that it has to put in order (rows, dump files, an open dialer). It holds an [`InOrder`] guard: then the
//! first signal sets the flag, and only a second one ends the process.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use crate::model::ExitStatus;
use crate::platform::{Signals, Terminal};

/// Set by the first signal. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt {
    flag: Arc<AtomicBool>,
    in_order: Arc<AtomicUsize>,
}

impl Deref for Interrupt {
    type Target = AtomicBool;

    fn deref(&self) -> &AtomicBool {
        &self.flag
    }
}

impl Interrupt {
    /// The flag alone, for waits in other rooms.
    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.flag)
    }

    /// Whether a signal came.
    pub(super) fn is_set(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// From here on, and for as long as the guard lives, the first signal asks for an end instead of being one.
    pub(super) fn in_order(&self) -> InOrder {
        self.in_order.fetch_add(1, Ordering::SeqCst);
        InOrder(Arc::clone(&self.in_order))
    }
}

/// While it lives, the work under way is brought to an end in order.
#[derive(Debug)]
pub(super) struct InOrder(Arc<AtomicUsize>);

impl Drop for InOrder {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs `work` on a thread of its own, so that a signal can end the process while it still works.
pub(super) fn guarded(work: impl FnOnce(&Interrupt) -> ExitStatus + Send + 'static) -> ExitStatus {
    let terminal = Terminal::now();
    let interrupt = Interrupt::default();
    let (send, receive) = mpsc::channel();
    listen(interrupt.clone(), send.clone());
    let work = Arc::new(Mutex::new(Some(work)));
    let (shared, flag) = (Arc::clone(&work), interrupt.clone());
    let worker = std::thread::Builder::new().name("command".into()).spawn(move || {
        let work = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A panic has been printed by then; without an answer the process would wait for ever.
        let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            work.map_or(ExitStatus::Unknown, |work| work(&flag))
        }));
        let _ = send.send(worked.unwrap_or(ExitStatus::Unknown));
    });
    let status = if worker.is_ok() {
        receive.recv().unwrap_or(ExitStatus::NotDone)
    } else {
        // Without a thread (`ulimit -u`) the work runs here, and signals have their usual effect.
        let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
        work.map_or(ExitStatus::NotDone, |work| work(&interrupt))
    };
    terminal.restore();
    match status {
        // An unknown outcome is more than an interruption, and a signal has a status of its own.
        ExitStatus::Unknown | ExitStatus::Interrupted | ExitStatus::Terminated | ExitStatus::HungUp => status,
        _ if interrupt.is_set() => ExitStatus::Interrupted,
        _ => status,
    }
}

/// Listens from before this returns, for as long as the process lives.
fn listen(interrupt: Interrupt, send: mpsc::Sender<ExitStatus>) {
    let (ready, is_ready) = mpsc::channel();
    let listener = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let Some(mut signals) = Signals::new() else { return };
            let _ = ready.send(());
            while let Some(status) = signals.next().await {
                let first = !interrupt.swap(true, Ordering::SeqCst);
                if first && interrupt.in_order.load(Ordering::SeqCst) > 0 {
                    continue;
                }
                let _ = send.send(status);
                return;
            }
        });
    };
    if std::thread::Builder::new().name("signals".into()).spawn(listener).is_ok() {
        let _ = is_ready.recv();
    }
}
