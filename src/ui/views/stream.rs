//! One window's stream, as Android's `ViewHierarchyEncoder` writes it: values with a signature byte, big-endian; maps of short keys
//! up to key 0; and as the last map of the stream the names of the keys.

use super::ViewsError;

/// The most views of one window that are read.
pub const MAX_VIEWS: usize = 20_000;
/// The deepest nesting that is read.
pub const MAX_LEVELS: usize = 500;
/// The most properties of one window that are read.
const MAX_PROPERTIES: usize = 4_000_000;

/// A property's value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'b> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'b [u8]),
    /// The number of a map that begins here; maps are numbered as they begin.
    Map(usize),
}

/// Tells each property as it comes, with the number of its map and its key. Map 0 is the stream's own: the window's properties, and the
/// top maps under key 0. Nothing is kept: a view has a hundred properties, and hardly twenty are wanted.
pub(super) fn walk<'b>(bytes: &'b [u8], mut tell: impl FnMut(usize, u16, Value<'b>)) -> Result<(), ViewsError> {
    let mut reader = Reader { bytes, at: 0 };
    let mut maps = 1;
    // The open maps, each with the key whose value comes next.
    let mut open: Vec<(usize, Option<u16>)> = vec![(0, None)];
    let mut properties = 0;
    while let Some((map, key)) = open.last_mut() {
        let top = *map == 0;
        let Some(now) = key.take() else {
            if top && reader.is_done() {
                break;
            }
            // The stream holds the view and the names without a key of their own.
            let next = if top && reader.peek() == Some(b'M') { Some(0) } else { Some(reader.key()?) };
            match next {
                Some(0) if !top => drop(open.pop()),
                next => *key = next,
            }
            continue;
        };
        properties += 1;
        if properties > MAX_PROPERTIES {
            return Err(ViewsError::TooLarge { what: "properties", limit: MAX_PROPERTIES });
        }
        let map = *map;
        match reader.value()? {
            Some(value) => tell(map, now, value),
            None if maps > MAX_VIEWS => {
                return Err(ViewsError::TooLarge { what: "views", limit: MAX_VIEWS });
            }
            None if open.len() > MAX_LEVELS => {
                return Err(ViewsError::TooLarge { what: "levels", limit: MAX_LEVELS });
            }
            None => {
                tell(map, now, Value::Map(maps));
                open.push((maps, None));
                maps += 1;
            }
        }
    }
    Ok(())
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ViewsError> {
        let part = self.bytes.get(self.at..).and_then(|left| left.first_chunk::<N>()).ok_or(ViewsError::Cut)?;
        self.at += N;
        Ok(*part)
    }

    /// A key is a short; with its signature as a value has one, or without.
    fn key(&mut self) -> Result<u16, ViewsError> {
        if self.peek() == Some(b'S') {
            self.at += 1;
        }
        self.take().map(u16::from_be_bytes)
    }

    /// A value; `None` where a map begins.
    fn value(&mut self) -> Result<Option<Value<'b>>, ViewsError> {
        let [signature] = self.take::<1>()?;
        Ok(Some(match signature {
            b'Z' => Value::Bool(self.take::<1>()? != [0]),
            b'B' => Value::Int(i64::from(i8::from_be_bytes(self.take()?))),
            b'S' => Value::Int(i64::from(i16::from_be_bytes(self.take()?))),
            b'I' => Value::Int(i64::from(i32::from_be_bytes(self.take()?))),
            b'J' => Value::Int(i64::from_be_bytes(self.take()?)),
            b'F' => Value::Float(f64::from(f32::from_be_bytes(self.take()?))),
            b'D' => Value::Float(f64::from_be_bytes(self.take()?)),
            b'R' => {
                let length = usize::from(u16::from_be_bytes(self.take()?));
                let text = self.bytes.get(self.at..self.at + length).ok_or(ViewsError::Cut)?;
                self.at += length;
                Value::Text(text)
            }
            b'M' => return Ok(None),
            _ => return Err(ViewsError::Malformed("a value has an unknown signature")),
        }))
    }
}
