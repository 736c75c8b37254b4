//! Several simulated phones running together, with their front ends, on a runtime of their own.
//!
//! Usable from a plain thread and from within another runtime: nothing here blocks or waits.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::adbd;
use super::endpoint::{ConnState, Endpoint};
use super::server::{self, PlugId, Registry};
use super::service::Services;

/// Most commands that run at once, over all phones; later ones wait.
const COMMAND_THREADS: usize = 2048;

/// Phones, and the front ends they are reached by. Dropping it ends everything.
pub struct Farm {
    /// Always there until the drop, which must not wait for it.
    runtime: Option<Runtime>,
    registry: Arc<Registry>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    phones: HashMap<PlugId, Running>,
    /// The next port for a phone's own front end; 0 for any free one; `None` before they are wanted.
    next_adbd: Option<u16>,
    next_usb_port: u32,
    servers: Vec<ServerHandle>,
}

struct Running {
    services: Services,
    follower: JoinHandle<()>,
    adbd: Option<(SocketAddr, JoinHandle<()>)>,
}

/// A plugged phone, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluggedPhone {
    /// Which plug-in it is.
    pub plug: PlugId,
    /// Its serial.
    pub serial: String,
    /// Its connection.
    pub state: ConnState,
    /// USB path without `usb:`.
    pub usb_path: String,
    /// The number of its connection; 0 if it never was connected.
    pub transport_id: u64,
    /// Where its own front end listens, if that is served.
    pub adbd: Option<SocketAddr>,
}

/// A running adb server of a farm. Dropping the handle does not stop it.
#[derive(Clone, Debug)]
pub struct ServerHandle {
    addr: SocketAddr,
    stop: watch::Sender<bool>,
}

impl ServerHandle {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops it, as `adb kill-server` does.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Whether nobody has stopped it.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !*self.stop.borrow()
    }

    /// Waits until somebody stops it.
    pub async fn stopped(&self) {
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}

impl Farm {
    /// A farm without phones.
    ///
    /// # Errors
    /// When the operating system gives no threads.
    pub fn new() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(COMMAND_THREADS)
            .thread_name("sim")
            .enable_all()
            .build()?;
        Ok(Self { runtime: Some(runtime), registry: Arc::new(Registry::new()), inner: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn runtime(&self) -> io::Result<&Runtime> {
        self.runtime.as_ref().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Plugs a phone in at the next free USB path (`1-1`, `1-2`, …).
    ///
    /// # Errors
    /// As [`Farm::plug_at`].
    pub fn plug(&self, phone: Arc<dyn Endpoint>) -> io::Result<PlugId> {
        let port = {
            let mut inner = self.lock();
            inner.next_usb_port += 1;
            inner.next_usb_port
        };
        self.plug_at(phone, &format!("1-{port}"))
    }

    /// Plugs a phone in at a USB path (without `usb:`). It gets a new transport id, also if it was plugged in before.
    ///
    /// # Errors
    /// When phones' own front ends are served and its port can't be had.
    pub fn plug_at(&self, phone: Arc<dyn Endpoint>, usb_path: &str) -> io::Result<PlugId> {
        let runtime = self.runtime()?;
        let services = Services::new(phone.clone());
        let mut inner = self.lock();
        let adbd = start_adbd(runtime, &mut inner.next_adbd, &services)?;
        let plug = self.registry.plug(services.clone(), usb_path.to_owned());
        let follower = runtime.spawn(self.registry.clone().follow(plug, phone));
        inner.phones.insert(plug, Running { services, follower, adbd });
        Ok(plug)
    }

    /// Pulls a phone's cable: its streams end, and lists no longer show it. Gives whether it was plugged in.
    pub fn unplug(&self, plug: PlugId) -> bool {
        let running = self.lock().phones.remove(&plug);
        if let Some(running) = &running {
            running.follower.abort();
            if let Some((_, task)) = &running.adbd {
                task.abort();
            }
        }
        self.registry.unplug(plug);
        running.is_some()
    }

    /// The plugged phones, in the order of their plug-ins.
    #[must_use]
    pub fn phones(&self) -> Vec<PluggedPhone> {
        let inner = self.lock();
        let slots = self.registry.all().into_iter();
        slots
            .map(|slot| PluggedPhone {
                plug: slot.plug,
                serial: slot.endpoint().serial(),
                state: slot.state,
                usb_path: slot.usb_path.clone(),
                transport_id: slot.transport_id,
                adbd: inner.phones.get(&slot.plug).and_then(|r| r.adbd.as_ref()).map(|(addr, _)| *addr),
            })
            .collect()
    }

    /// Where a phone's own front end listens, if it is served.
    #[must_use]
    pub fn adbd_addr(&self, plug: PlugId) -> Option<SocketAddr> {
        self.lock().phones.get(&plug)?.adbd.as_ref().map(|(addr, _)| *addr)
    }

    /// Starts an adb server for these phones on 127.0.0.1; port 0 is any free one. There may be several.
    ///
    /// # Errors
    /// When the port can't be had.
    pub fn serve_server(&self, port: u16) -> io::Result<ServerHandle> {
        let runtime = self.runtime()?;
        let (listener, addr) = listen(runtime, port)?;
        let handle = ServerHandle { addr, stop: watch::Sender::new(false) };
        runtime.spawn(server::serve(listener, self.registry.clone(), handle.stop.clone()));
        self.lock().servers.push(handle.clone());
        Ok(handle)
    }

    /// Gives each phone, plugged in already or later, its own front end on 127.0.0.1: at `base_port` and the ports after it,
    /// or at any free ones if that is 0. See [`Farm::adbd_addr`].
    ///
    /// # Errors
    /// When a port can't be had.
    pub fn serve_adbd(&self, base_port: u16) -> io::Result<()> {
        let runtime = self.runtime()?;
        let mut inner = self.lock();
        let inner = &mut *inner;
        inner.next_adbd = Some(base_port);
        let mut waiting: Vec<_> = inner.phones.iter_mut().filter(|(_, running)| running.adbd.is_none()).collect();
        waiting.sort_by_key(|(plug, _)| **plug);
        for (_, running) in waiting {
            running.adbd = start_adbd(runtime, &mut inner.next_adbd, &running.services)?;
        }
        Ok(())
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        for server in &self.lock().servers {
            server.stop();
        }
        if let Some(runtime) = self.runtime.take() {
            // Ends the tasks, which hang their commands up; waiting is not allowed inside another runtime.
            runtime.shutdown_background();
        }
    }
}

/// Starts the next front end, if they are wanted.
fn start_adbd(
    runtime: &Runtime,
    next: &mut Option<u16>,
    services: &Services,
) -> io::Result<Option<(SocketAddr, JoinHandle<()>)>> {
    let Some(port) = *next else { return Ok(None) };
    let (listener, addr) = listen(runtime, port)?;
    if port != 0 {
        *next = Some(port.checked_add(1).ok_or(io::ErrorKind::AddrNotAvailable)?);
    }
    Ok(Some((addr, runtime.spawn(adbd::serve(listener, services.clone())))))
}

fn listen(runtime: &Runtime, port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let addr = listener.local_addr()?;
    let _inside = runtime.enter();
    Ok((TcpListener::from_std(listener)?, addr))
}
