//! The `sync:` service: a phone's files for `adb push`, `pull` and `ls`.
//!
//! Speaks both forms of each request (`STAT` / `STA2` + `LST2`, `LIST` / `LIS2`, `SEND` / `SND2`, `RECV` / `RCV2`), without
//! compression, which is not announced. Bounded: a file that grows past [`LARGEST_FILE`] is refused, not kept.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter};

use super::endpoint::{Endpoint, FileError, Files, Meta};

/// Largest file that a client may send, in bytes; a simulated phone is in memory.
pub(crate) const LARGEST_FILE: usize = 64 * 1024 * 1024;
/// Longest path, in bytes (adb's own limit).
const LONGEST_PATH: u32 = 1024;
/// Most bytes in one `DATA` (adb's own limit).
const LARGEST_DATA: usize = 64 * 1024;

type Id = [u8; 4];

/// Serves requests until `QUIT`, the end of `reader`, or a request that breaks the protocol.
pub(super) async fn serve<R, W>(endpoint: &dyn Endpoint, reader: &mut R, writer: &mut W) -> io::Result<()>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let features = endpoint.features();
    let mut talk = Talk { files: endpoint.files(), reader, writer: BufWriter::with_capacity(LARGEST_DATA + 8, writer) };
    loop {
        let (id, length) = talk.head().await?;
        let known = match &id {
            b"STAT" | b"LIST" | b"SEND" | b"RECV" => true,
            b"STA2" | b"LST2" => features.contains(&"stat_v2"),
            b"LIS2" => features.contains(&"ls_v2"),
            b"SND2" | b"RCV2" => features.contains(&"sendrecv_v2"),
            b"QUIT" => return talk.writer.flush().await,
            _ => false,
        };
        let wrong = if known { "path too long" } else { "unknown command" };
        if !known || length > LONGEST_PATH {
            talk.fail(wrong).await?;
            return talk.writer.flush().await;
        }
        let path = talk.text(length).await?;
        match &id {
            b"STAT" => talk.stat(&path).await?,
            b"STA2" | b"LST2" => talk.stat2(id, &path).await?,
            b"LIST" | b"LIS2" => talk.list(&id == b"LIS2", &path).await?,
            b"RECV" | b"RCV2" => talk.send_to_client(&id == b"RCV2", &path).await?,
            _ => {
                if !talk.receive_from_client(&id == b"SND2", &path).await? {
                    return talk.writer.flush().await;
                }
            }
        }
        talk.writer.flush().await?;
    }
}

struct Talk<'a, R, W> {
    files: &'a dyn Files,
    reader: R,
    writer: BufWriter<W>,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Talk<'_, R, W> {
    async fn head(&mut self) -> io::Result<(Id, u32)> {
        let mut id = [0; 4];
        self.reader.read_exact(&mut id).await?;
        Ok((id, self.reader.read_u32_le().await?))
    }

    async fn text(&mut self, length: u32) -> io::Result<String> {
        let mut bytes = vec![0; length as usize];
        self.reader.read_exact(&mut bytes).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn fail(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(b"FAIL").await?;
        self.writer.write_u32_le(text.len() as u32).await?;
        self.writer.write_all(text.as_bytes()).await
    }

    /// The old form knows no errors: all zeros is "nothing there".
    async fn stat(&mut self, path: &str) -> io::Result<()> {
        let meta = self.files.stat(path, false).unwrap_or_default();
        self.writer.write_all(b"STAT").await?;
        self.writer.write_all(&old_stat(&meta)).await
    }

    async fn stat2(&mut self, id: Id, path: &str) -> io::Result<()> {
        let stat = new_stat(self.files.stat(path, &id == b"STA2"));
        self.writer.write_all(&id).await?;
        self.writer.write_all(&stat).await
    }

    /// A folder that can't be read is listed as empty, as adbd does.
    async fn list(&mut self, new: bool, path: &str) -> io::Result<()> {
        let (id, stat_size) = if new { (b"DNT2", 68) } else { (b"DENT", 12) };
        for (name, meta) in self.files.list(path).unwrap_or_default() {
            self.writer.write_all(id).await?;
            if new {
                self.writer.write_all(&new_stat(Ok(meta))).await?;
            } else {
                self.writer.write_all(&old_stat(&meta)).await?;
            }
            self.writer.write_u32_le(name.len() as u32).await?;
            self.writer.write_all(name.as_bytes()).await?;
        }
        self.writer.write_all(b"DONE").await?;
        self.writer.write_all(&vec![0; stat_size + 4]).await
    }

    async fn send_to_client(&mut self, new: bool, path: &str) -> io::Result<()> {
        if new {
            let (_, flags) = self.head().await?;
            if flags != 0 {
                return self.fail("unsupported flags").await;
            }
        }
        let data = match self.files.read(path) {
            Ok(data) => data,
            Err(error) => return self.fail(&format!("open failed: {error}")).await,
        };
        for chunk in data.chunks(LARGEST_DATA) {
            self.writer.write_all(b"DATA").await?;
            self.writer.write_u32_le(chunk.len() as u32).await?;
            self.writer.write_all(chunk).await?;
        }
        self.writer.write_all(b"DONE\0\0\0\0").await
    }

    /// Gives whether the conversation can go on. What was wrong is said after the client has sent all, as it only listens then.
    async fn receive_from_client(&mut self, new: bool, request: &str) -> io::Result<bool> {
        let mut wrong = None;
        let (path, mode) = if new {
            let mut setup = [0; 12];
            self.reader.read_exact(&mut setup).await?;
            let [_, _, _, _, m0, m1, m2, m3, flags @ ..] = setup;
            if flags != [0; 4] {
                wrong = Some("unsupported flags".to_owned());
            }
            (request, u32::from_le_bytes([m0, m1, m2, m3]))
        } else if let Some((path, mode)) = request.rsplit_once(',') {
            (path, mode.trim().parse().unwrap_or(0o644))
        } else {
            wrong = Some("missing , in ID_SEND".to_owned());
            (request, 0)
        };
        if mode & 0o170_000 == 0o120_000 {
            wrong.get_or_insert_with(|| "symbolic links are not supported".to_owned());
        }
        let mut data = Vec::new();
        let mtime = loop {
            let (id, length) = self.head().await?;
            match &id {
                b"DONE" => break length,
                b"DATA" if length as usize <= LARGEST_DATA => self.take(length, &mut data).await?,
                b"DATA" => return self.fail("oversize data message").await.map(|()| false),
                _ => return self.fail("invalid data message").await.map(|()| false),
            }
        };
        if data.len() > LARGEST_FILE {
            wrong.get_or_insert_with(|| format!("write failed: {}", FileError::NoSpace));
        }
        if wrong.is_none() {
            let written = self.files.write(path, mode & 0o777, mtime, data);
            wrong = written.err().map(|error| format!("couldn't create file: {error}"));
        }
        match wrong {
            Some(text) => self.fail(&text).await?,
            None => self.writer.write_all(b"OKAY\0\0\0\0").await?,
        }
        Ok(true)
    }

    /// Reads a chunk; past the largest size it is read but not kept.
    async fn take(&mut self, length: u32, data: &mut Vec<u8>) -> io::Result<()> {
        let mut chunk = vec![0; length as usize];
        self.reader.read_exact(&mut chunk).await?;
        if data.len() <= LARGEST_FILE {
            data.extend(chunk);
        }
        Ok(())
    }
}

fn old_stat(meta: &Meta) -> Vec<u8> {
    let size = u32::try_from(meta.size).unwrap_or(u32::MAX);
    [meta.mode, size, meta.mtime].into_iter().flat_map(u32::to_le_bytes).collect()
}

/// error, dev, ino, mode, nlink, uid, gid, size, atime, mtime, ctime: 68 bytes. The owner is `shell` (2000).
fn new_stat(found: Result<Meta, FileError>) -> Vec<u8> {
    let error = found.err().map_or(0, FileError::errno);
    let meta = found.unwrap_or_default();
    let (links, owner) = if error == 0 { (1, 2000) } else { (0, 0) };
    let mut bytes = error.to_le_bytes().to_vec();
    bytes.extend([0; 16]);
    bytes.extend([meta.mode, links, owner, owner].into_iter().flat_map(u32::to_le_bytes));
    let time = u64::from(meta.mtime);
    bytes.extend([meta.size, time, time, time].into_iter().flat_map(u64::to_le_bytes));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stats_have_the_sizes_of_the_protocol() {
        assert_eq!(old_stat(&Meta::default()).len(), 12);
        assert_eq!(new_stat(Err(FileError::NotFound)).len(), 68);
        let found = new_stat(Ok(Meta { mode: 0o100_644, size: 5, mtime: 7 }));
        assert_eq!(found[20..24], 0o100_644_u32.to_le_bytes());
        assert_eq!(found[36..44], 5_u64.to_le_bytes());
        assert_eq!(found[52..60], 7_u64.to_le_bytes());
    }
}
