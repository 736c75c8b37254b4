//! The adb server's own protocol, as far as discovery and starting need it: a request with a four-digit hexadecimal
//! length, `OKAY` or `FAIL`, and blocks with the same kind of length. Every read has a deadline.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::AdbError;
use crate::model::AdbServer;
use crate::text::say;

/// The server's IPv4 address: `adb_client` knows no other. A name is looked up in a thread, so that a slow resolver
/// cannot hold the caller longer than `within`.
pub(super) fn resolve(server: &AdbServer, within: Duration) -> Result<SocketAddrV4, AdbError> {
    // An adb server listens on 127.0.0.1; `::1` means this computer too.
    if server.host == "localhost" || server.host == "::1" {
        return Ok(SocketAddrV4::new(Ipv4Addr::LOCALHOST, server.port));
    }
    if let Ok(ip) = server.host.parse::<Ipv4Addr>() {
        return Ok(SocketAddrV4::new(ip, server.port));
    }
    let (tx, rx) = mpsc::channel();
    let name = (server.host.clone(), server.port);
    std::thread::Builder::new()
        .name("adb-resolve".into())
        .spawn(move || drop(tx.send(name.to_socket_addrs().map(Vec::from_iter))))
        .map_err(|e| unreachable(server, &e))?;
    let found = rx
        .recv_timeout(within)
        .map_err(|_| AdbError::Timeout { server: server.clone(), within })?
        .map_err(|e| unreachable(server, &e))?;
    let v4 = found.into_iter().find_map(|address| match address {
        SocketAddr::V4(v4) => Some(v4),
        SocketAddr::V6(_) => None,
    });
    v4.ok_or_else(|| AdbError::Unreachable { server: server.clone(), why: say!("host-has-no-ipv4-address") })
}

/// A connection to an adb server with a deadline for all that is asked of it.
pub(super) struct SmartSocket {
    stream: TcpStream,
    server: AdbServer,
    within: Duration,
    until: Instant,
}

impl SmartSocket {
    /// Connects within `within`, which also bounds what is asked afterwards, until [`SmartSocket::renew`].
    pub(super) fn connect(server: &AdbServer, within: Duration) -> Result<Self, AdbError> {
        let until = Instant::now() + within;
        let address = resolve(server, within)?;
        let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let stream = TcpStream::connect_timeout(&address.into(), left).map_err(|e| unreachable(server, &e))?;
        let _ = stream.set_nodelay(true);
        Ok(Self { stream, server: server.clone(), within, until })
    }

    /// A handle on the socket, to shut it from another thread.
    pub(super) fn socket(&self) -> Result<TcpStream, AdbError> {
        self.stream.try_clone().map_err(|e| unreachable(&self.server, &e))
    }

    /// Starts a new deadline.
    pub(super) fn renew(&mut self, within: Duration) {
        self.within = within;
        self.until = Instant::now() + within;
    }

    /// Waits until there is something to read; false where `within` passed without anything.
    pub(super) fn wait(&mut self, within: Duration) -> Result<bool, AdbError> {
        self.stream.set_read_timeout(Some(within)).map_err(|e| unreachable(&self.server, &e))?;
        loop {
            match self.stream.peek(&mut [0]) {
                Ok(0) => return Err(unreachable(&self.server, &io::Error::from(ErrorKind::UnexpectedEof))),
                Ok(_) => return Ok(true),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(false),
                Err(e) => return Err(unreachable(&self.server, &e)),
            }
        }
    }

    /// Whether a whole block and the beginning of another one have come: the first is not the latest then. Reads nothing.
    pub(super) fn has_two_blocks(&mut self) -> Result<bool, AdbError> {
        let failed = |e: io::Error| unreachable(&self.server, &e);
        // As much as a list of a thousand phones; a longer one is never passed over.
        let mut ahead = vec![0; 128 << 10];
        self.stream.set_nonblocking(true).map_err(failed)?;
        let seen = self.stream.peek(&mut ahead);
        self.stream.set_nonblocking(false).map_err(failed)?;
        let Ok(seen) = seen else { return Ok(false) };
        let digits = ahead[..seen].get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
        let length = digits.and_then(|digits| usize::from_str_radix(digits, 16).ok());
        Ok(length.is_some_and(|length| seen > length + 4))
    }

    /// Sends one request and reads its `OKAY` or `FAIL`.
    pub(super) fn ask(&mut self, request: &str) -> Result<(), AdbError> {
        let text = format!("{:04x}{request}", request.len());
        let _ = self.stream.set_write_timeout(Some(self.within.max(Duration::from_millis(1))));
        self.stream.write_all(text.as_bytes()).map_err(|e| unreachable(&self.server, &e))?;
        match &self.exactly::<4>()? {
            b"OKAY" => Ok(()),
            b"FAIL" => Err(AdbError::Refused { server: self.server.clone(), why: tame(&self.block()?) }),
            _ => Err(AdbError::NotAdb { server: self.server.clone() }),
        }
    }

    /// Reads one block with its length.
    pub(super) fn block(&mut self) -> Result<String, AdbError> {
        let digits = self.exactly::<4>()?;
        let length = std::str::from_utf8(&digits).ok().and_then(|d| usize::from_str_radix(d, 16).ok());
        let length = length.ok_or_else(|| AdbError::NotAdb { server: self.server.clone() })?;
        let mut body = vec![0; length];
        self.fill(&mut body)?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    fn exactly<const N: usize>(&mut self) -> Result<[u8; N], AdbError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, mut rest: &mut [u8]) -> Result<(), AdbError> {
        while !rest.is_empty() {
            let left = self.until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(AdbError::Timeout { server: self.server.clone(), within: self.within });
            }
            self.stream.set_read_timeout(Some(left)).map_err(|e| unreachable(&self.server, &e))?;
            match self.stream.read(rest) {
                Ok(0) => return Err(unreachable(&self.server, &io::Error::from(ErrorKind::UnexpectedEof))),
                Ok(n) => rest = &mut rest[n..],
                Err(e) if matches!(e.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(e) => return Err(unreachable(&self.server, &e)),
            }
        }
        Ok(())
    }
}

fn unreachable(server: &AdbServer, error: &io::Error) -> AdbError {
    let why = match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => say!("server-hung-up"),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => say!("no-connection-in-time"),
        _ => error.to_string(),
    };
    AdbError::Unreachable { server: server.clone(), why }
}

/// A server's words on one line, without control characters, at most 200 characters.
pub(super) fn tame(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}
