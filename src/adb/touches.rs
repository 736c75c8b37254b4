//! The touch panel's events, as they come: `getevent`, which only reads. Not every phone permits it to the shell.

use std::io::{self, ErrorKind, Write};
use std::net::SocketAddrV4;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use adb_client::ADBDeviceExt;
use adb_client::server_device::ADBServerDevice;

use super::smart_socket::resolve;
use super::{AdbError, Cancel, Channel, Script};
use crate::model::{AdbServer, Device, Serial};
use crate::phone::{PhoneError, TouchFeed};
use crate::text::say;

/// A line that is longer than this is no event.
const LONGEST: usize = 4096;

/// The touch panel of one phone of an adb server.
pub struct AdbTouches {
    server: AdbServer,
    serial: Serial,
    transport: Option<u32>,
    channel: Channel,
    /// While it lives, the phone's program runs.
    stream: Option<ADBServerDevice>,
}

impl AdbTouches {
    /// The panel of a phone as its server lists it. No I/O.
    #[must_use]
    pub fn of(device: &Device) -> Self {
        Self {
            server: device.server.clone(),
            serial: device.serial.clone(),
            transport: device.transport.and_then(|id| u32::try_from(id.0).ok()),
            channel: Channel::new(device.server.clone(), device.serial.clone(), device.transport, Cancel::default()),
            stream: None,
        }
    }

    fn address(&self, within: Duration) -> Result<SocketAddrV4, PhoneError> {
        resolve(&self.server, within).map_err(|error| match error {
            AdbError::Timeout { within, .. } => PhoneError::Timeout(within),
            _ => PhoneError::ServerGone(self.server.to_string()),
        })
    }
}

impl TouchFeed for AdbTouches {
    fn devices(&mut self, within: Duration) -> Result<String, PhoneError> {
        let output = self.channel.run(Script::input_devices(), within)?;
        Ok(String::from_utf8_lossy(&output.bytes).into_owned())
    }

    fn follow(&mut self, lines: Sender<String>, within: Duration) -> Result<(), PhoneError> {
        let address = Some(self.address(within)?);
        let mut device = match self.transport {
            Some(id) => ADBServerDevice::new_with_transport_id(id, address),
            None => ADBServerDevice::new(self.serial.as_str().to_owned(), address),
        };
        let (tell, begun) = mpsc::channel();
        // `adb_client` sets no time limit for the handshake.
        let handshake = move || {
            let output = Box::new(Lines { rest: Vec::new(), lines });
            let started = device.exec("getevent -lt 2>/dev/null", &mut io::empty(), output);
            let _ = tell.send(started.map(|()| device).map_err(|_| ()));
        };
        let thread = std::thread::Builder::new().name("adb-touches".into()).spawn(handshake);
        thread.map_err(|_| PhoneError::Adb(say!("no-more-threads-for-touches")))?;
        match begun.recv_timeout(within) {
            Ok(Ok(device)) => self.stream = Some(device),
            Ok(Err(())) => return Err(PhoneError::Gone),
            Err(_) => return Err(PhoneError::Timeout(within)),
        }
        Ok(())
    }
}

/// Parts what comes into lines.
struct Lines {
    rest: Vec<u8>,
    lines: Sender<String>,
}

impl Write for Lines {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        for byte in more {
            match byte {
                b'\n' => {
                    let line = String::from_utf8_lossy(&std::mem::take(&mut self.rest)).into_owned();
                    self.lines.send(line).map_err(|_| io::Error::from(ErrorKind::BrokenPipe))?;
                }
                _ if self.rest.len() < LONGEST => self.rest.push(*byte),
                _ => {}
            }
        }
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_they_come() {
        let (lines, told) = mpsc::channel();
        let mut stream = Lines { rest: Vec::new(), lines };
        for piece in [&b"add dev"[..], b"ice 1\nEV_", b"ABS\n", b"cut"] {
            stream.write_all(piece).unwrap();
        }
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["add device 1", "EV_ABS"]);
        drop(told);
        assert!(stream.write_all(b"\n").is_err(), "nobody listens, so the stream ends");
    }
}
