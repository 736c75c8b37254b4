//! Accepting connections with a bound, for both front ends.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Accepts for ever, at most `most` connections at once; more wait in the listener's queue. Dropping the future ends them.
pub(super) async fn accept_bounded<F, T>(listener: TcpListener, most: usize, mut handle: F)
where
    F: FnMut(TcpStream) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(most));
    let mut running = JoinSet::new();
    while let Ok(slot) = slots.clone().acquire_owned().await {
        match listener.accept().await {
            Ok((socket, _)) => {
                // Small messages must not wait for each other's acknowledgement.
                let _ = socket.set_nodelay(true);
                let work = handle(socket);
                running.spawn(async move {
                    work.await;
                    drop(slot);
                });
            }
            // Out of file descriptors, most likely: some will be free soon.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        while running.try_join_next().is_some() {}
    }
}
