//! The one channel of a run: workers send, and the receiver writes and shows. Sending never blocks.
//!
//! Two messages carry an answer. An [`Entry`] is answered once it is on the disk, and a [`Question`] once the owner has decided.
//! Only the worker that sent it waits.

use std::sync::mpsc::{self, Receiver, SyncSender, sync_channel};

use super::{Entry, Event, Kept};
use crate::model::AccountId;

/// Hears events. Cheap to call, and never answers.
pub trait Listener: Send + Sync {
    /// Takes one event.
    fn emit(&self, event: Event);
}

impl<F: Fn(Event) + Send + Sync> Listener for F {
    fn emit(&self, event: Event) {
        self(event);
    }
}

/// Keeps the record of a run.
pub trait Recorder: Send + Sync {
    /// Writes an entry, and returns once it is on the disk.
    fn keep(&self, entry: Entry) -> Kept;
}

/// What only the owner at the terminal can decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether an account that was refused so often may be tried once more.
    AnotherTry {
        /// The account.
        account: AccountId,
        /// How often it was refused.
        rejections: u32,
    },
}

/// What comes out of the stream.
#[derive(Debug)]
pub enum Message {
    /// Something happened.
    Event(Event),
    /// An entry to write; its sender waits.
    Entry(Entry, Answer<Kept>),
    /// A question to the owner; its sender waits.
    Question(Question, Answer<bool>),
}

/// Where the answer to a message goes. Dropping it tells the sender that no answer comes.
#[derive(Debug)]
pub struct Answer<T>(SyncSender<T>);

impl<T> Answer<T> {
    /// Answers. Does nothing if the sender is gone.
    pub fn give(self, answer: T) {
        let _ = self.0.send(answer);
    }
}

/// The workers' end. Clones send into the same stream.
#[derive(Clone, Debug)]
pub struct Stream(mpsc::Sender<Message>);

/// A stream: the workers' end and the receiver's.
#[must_use]
pub fn stream() -> (Stream, Receiver<Message>) {
    let (sender, receiver) = mpsc::channel();
    (Stream(sender), receiver)
}

impl Stream {
    /// Asks the owner. Without an answer, nothing is allowed.
    #[must_use]
    pub fn ask(&self, question: Question) -> bool {
        self.exchange(|answer| Message::Question(question, answer)).unwrap_or(false)
    }

    fn exchange<T>(&self, message: impl FnOnce(Answer<T>) -> Message) -> Option<T> {
        let (answer, answered) = sync_channel(1);
        self.0.send(message(Answer(answer))).ok()?;
        answered.recv().ok()
    }
}

impl Listener for Stream {
    fn emit(&self, event: Event) {
        // Without a receiver nothing is shown; the phones have their rows all the same.
        let _ = self.0.send(Message::Event(event));
    }
}

impl Recorder for Stream {
    fn keep(&self, entry: Entry) -> Kept {
        self.exchange(|answer| Message::Entry(entry, answer)).unwrap_or(Kept::Nowhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventKind, Subject};

    #[test]
    fn sending_never_waits_and_keeps_the_order() {
        let (stream, heard) = stream();
        let note = |n: usize| Event::now(Subject::Run("run".into()), EventKind::Note { text: n.to_string() });
        let sent: Vec<Event> = (0..10_000).map(note).collect();
        sent.iter().cloned().for_each(|event| stream.emit(event));
        drop(stream);
        let received: Vec<Event> = heard
            .into_iter()
            .map(|message| if let Message::Event(event) = message { event } else { panic!() })
            .collect();
        assert_eq!(received, sent);
    }

    #[test]
    fn an_end_that_is_gone_answers_nothing_and_holds_nobody() {
        let (stream, heard) = stream();
        drop(heard);
        let question = Question::AnotherTry { account: AccountId::new("6230000535"), rejections: 3 };
        assert!(!stream.ask(question.clone()));
        let entry = Entry::FindDevice { key: super::super::PhoneKey::new("a"), seen: crate::event::FindDevice::On };
        assert_eq!(stream.keep(entry), Kept::Nowhere);
        // One that is dropped with the question in it, too.
        let (stream, heard) = super::stream();
        std::thread::scope(|scope| {
            let asks = scope.spawn(|| stream.ask(question));
            let asked = heard.recv().unwrap();
            drop(asked);
            assert!(!asks.join().unwrap());
        });
    }
}
