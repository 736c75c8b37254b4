//! A mirror of the place that Chrome's drivers come from, on this computer: an index and an archive, and a count of requests.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const INDEX: &str = "/chrome-for-testing/known-good-versions-with-downloads.json";
const ARCHIVE: &str = "/chromedriver.zip";

/// What the mirror does.
pub enum Gives {
    /// An archive with this program in it, as `chromedriver`.
    Driver(String),
    /// An archive that holds something else.
    OtherArchive,
    /// An index, and no archive.
    NoArchive,
    /// Nothing that it is asked for.
    Nothing,
    /// An answer that never comes.
    Silence,
}

pub struct Mirror {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
}

impl Mirror {
    /// A mirror with a driver for this version of the browser.
    pub fn start(version: &str, gives: Gives) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (seen, stopped, version) = (Arc::clone(&requests), Arc::clone(&stop), version.to_owned());
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let Some(path) = asked(&stream) else { continue };
                seen.lock().unwrap().push(path.clone());
                match answer(&path, &version, address, &gives) {
                    Some(answer) => drop(stream.write_all(&answer)),
                    None => silent.push(stream),
                }
            }
        });
        Self { address, requests, stop }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The paths that were asked for.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

/// The path of a request, with its headers read to the end.
fn asked(stream: &TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    lines.find(|line| line.as_ref().map_or(true, String::is_empty));
    first.split(' ').nth(1).map(str::to_owned)
}

fn answer(path: &str, version: &str, address: SocketAddr, gives: &Gives) -> Option<Vec<u8>> {
    let body = match (path, gives) {
        (_, Gives::Silence) => return None,
        (INDEX, Gives::Driver(_) | Gives::OtherArchive | Gives::NoArchive) => {
            Some(index(version, address).into_bytes())
        }
        (ARCHIVE, Gives::Driver(program)) => Some(zip("chromedriver-linux64/chromedriver", program.as_bytes())),
        (ARCHIVE, Gives::OtherArchive) => Some(zip("LICENSE", b"none")),
        _ => None,
    };
    let (status, body) = body.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    Some([head.as_bytes(), &body].concat())
}

/// The index, with a neighbour's version before and after.
fn index(version: &str, address: SocketAddr) -> String {
    let entry = |version: &str| {
        let download =
            |platform: &str| serde_json::json!({ "platform": platform, "url": format!("http://{address}{ARCHIVE}") });
        serde_json::json!({ "version": version, "revision": "1",
            "downloads": { "chromedriver": [download("linux64"), download("linux-arm64")] } })
    };
    let versions = [entry("1.0.0.0"), entry(version), entry("9999.0.0.0")];
    serde_json::json!({ "timestamp": "2026-11-24T00:00:00Z", "versions": versions }).to_string()
}

/// A ZIP archive of one file, stored as it is (PKWARE's APPNOTE 4.3).
fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len()).unwrap().to_le_bytes();
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    // Version 2.0, no flags, stored, no time; then what both headers say of the file.
    let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 33, 0][..], &crc32(content).to_le_bytes(), &size, &size, &length, &[0, 0]];
    let local = [b"PK\x03\x04", &common.concat()[..], name.as_bytes(), content].concat();
    // Version 2.0 made it; no comment, disk 0, no attributes, at offset 0.
    let central = [b"PK\x01\x02\x14\x00", &common.concat()[..], &[0; 14], name.as_bytes()].concat();
    let (start, length) = (local.len() as u32, central.len() as u32);
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &length.to_le_bytes()[..], &start.to_le_bytes(), &[0, 0]].concat();
    [local, central, end].concat()
}

/// The check sum of ZIP, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 & 0u32.wrapping_sub(crc & 1));
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
