//! Where events are shown: each place has a thread of its own, so that a reader that sleeps, a stopped terminal or an open question
//! holds up nothing but itself.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::event::{Answer, Event, Question};

/// A place where events are shown.
pub trait Sink: Send {
    /// Shows an event.
    ///
    /// # Errors
    /// Where it can't be written: nothing more is shown there.
    fn show(&mut self, event: &Event) -> io::Result<()>;

    /// Asks the person there; `None` where there is none.
    fn ask(&mut self, question: &Question) -> Option<bool> {
        let _ = question;
        None
    }
}

/// What a sink's thread gets.
enum Task {
    Show(Arc<Event>),
    Ask(Question, Answer<bool>),
}

/// A sink at work.
#[derive(Debug)]
pub(super) struct Running {
    tasks: Sender<Task>,
    thread: JoinHandle<io::Result<()>>,
}

impl Running {
    /// Starts the sink's thread.
    pub(super) fn start(sink: Box<dyn Sink>) -> io::Result<Self> {
        let (tasks, received) = channel();
        let thread = std::thread::Builder::new().name("sink".into()).spawn(move || run(sink, &received))?;
        Ok(Self { tasks, thread })
    }

    pub(super) fn show(&self, event: &Arc<Event>) {
        let _ = self.tasks.send(Task::Show(Arc::clone(event)));
    }

    pub(super) fn ask(&self, question: Question, answer: Answer<bool>) {
        let _ = self.tasks.send(Task::Ask(question, answer));
    }

    /// Waits until all is shown. Gives the first error of it; a reader that went away is none.
    pub(super) fn finish(self) -> io::Result<()> {
        drop(self.tasks);
        self.thread.join().unwrap_or(Ok(()))
    }
}

fn run(mut sink: Box<dyn Sink>, tasks: &Receiver<Task>) -> io::Result<()> {
    let mut shown = Ok(());
    for task in tasks {
        match task {
            Task::Show(event) if shown.is_ok() => shown = sink.show(&event),
            Task::Show(_) => {}
            Task::Ask(question, answer) => answer.give(sink.ask(&question).unwrap_or(false)),
        }
    }
    match shown {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
