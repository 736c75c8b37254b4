//! One message of adb's wire protocol: 24 bytes of head, six little-endian words, and a payload.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

pub(super) const CNXN: u32 = u32::from_le_bytes(*b"CNXN");
pub(super) const AUTH: u32 = u32::from_le_bytes(*b"AUTH");
pub(super) const OPEN: u32 = u32::from_le_bytes(*b"OPEN");
pub(super) const OKAY: u32 = u32::from_le_bytes(*b"OKAY");
pub(super) const WRTE: u32 = u32::from_le_bytes(*b"WRTE");
pub(super) const CLSE: u32 = u32::from_le_bytes(*b"CLSE");

/// The version since which payloads carry no checksum; also the newest there is.
pub(super) const VERSION_NO_CHECKSUM: u32 = 0x0100_0001;
/// The oldest version.
pub(super) const VERSION_OLDEST: u32 = 0x0100_0000;
/// Largest payload, in bytes.
pub(super) const LARGEST_PAYLOAD: u32 = 1024 * 1024;

/// A message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub command: u32,
    pub arg0: u32,
    pub arg1: u32,
    pub payload: Vec<u8>,
}

impl Frame {
    /// A message without payload.
    pub(super) fn bare(command: u32, arg0: u32, arg1: u32) -> Self {
        Self { command, arg0, arg1, payload: Vec::new() }
    }

    /// The bytes on the wire. Greetings always carry their checksum: the version is not agreed on before them.
    pub(super) fn encode(&self, checksum: bool) -> Vec<u8> {
        let sum = if checksum || matches!(self.command, CNXN | AUTH) { sum(&self.payload) } else { 0 };
        let head = [self.command, self.arg0, self.arg1, self.payload.len() as u32, sum, !self.command];
        let mut bytes: Vec<u8> = head.into_iter().flat_map(u32::to_le_bytes).collect();
        bytes.extend(&self.payload);
        bytes
    }

    /// Reads a message. `checksum` says whether the peer must send one; it may always leave it out of the greeting of a
    /// version that has none.
    ///
    /// # Errors
    /// `InvalidData` for a wrong magic, length or checksum: the peer does not speak adb, and the connection ends.
    pub(super) async fn read<R: AsyncRead + Unpin>(reader: &mut R, checksum: bool) -> io::Result<Self> {
        let mut words = [0; 6];
        for word in &mut words {
            *word = reader.read_u32_le().await?;
        }
        let [command, arg0, arg1, length, check, magic] = words;
        if magic != !command || length > LARGEST_PAYLOAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut payload = vec![0; length as usize];
        reader.read_exact(&mut payload).await?;
        let required = checksum && !(command == CNXN && arg0 >= VERSION_NO_CHECKSUM && check == 0);
        if required && check != sum(&payload) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self { command, arg0, arg1, payload })
    }
}

fn sum(payload: &[u8]) -> u32 {
    payload.iter().fold(0, |sum, &byte| sum.wrapping_add(u32::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], checksum: bool) -> io::Result<Frame> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(Frame::read(&mut &bytes[..], checksum))
    }

    fn write(payload: &[u8]) -> Frame {
        Frame { command: WRTE, arg0: 1, arg1: 2, payload: payload.to_vec() }
    }

    #[test]
    fn a_message_survives_the_wire() {
        for checksum in [false, true] {
            assert_eq!(read(&write(b"abc").encode(checksum), checksum).unwrap(), write(b"abc"));
        }
        assert_eq!(write(b"abc").encode(true)[16..20], 294_u32.to_le_bytes());
        assert_eq!(write(b"abc").encode(false)[16..20], [0; 4]);
    }

    #[test]
    fn what_is_not_adb_is_refused() {
        let good = write(b"abc").encode(true);
        let broken = |at: usize| {
            let mut bytes = good.clone();
            bytes[at] ^= 0x80;
            read(&bytes, true).unwrap_err().kind()
        };
        assert_eq!(broken(0), io::ErrorKind::InvalidData, "magic");
        assert_eq!(broken(15), io::ErrorKind::InvalidData, "length of 2 GiB");
        assert_eq!(broken(24), io::ErrorKind::InvalidData, "checksum");
        assert_eq!(read(&good[..26], true).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
