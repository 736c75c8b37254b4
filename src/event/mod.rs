//! Everything that happens, as data. Workers tell events; `reporter` hears them.

mod entry;
mod kind;
mod progress;
mod stream;

pub use entry::{Earlier, Entry, Kept, PhoneInfo, PhoneKey};
pub use kind::{Event, EventKind, Subject};
pub use progress::{FindDevice, Progress};
pub use stream::{Answer, Listener, Message, Question, Recorder, Stream, stream};
