//! The thread that hears the stream of a run.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::sink::{Running, Sink};
use crate::event::{Answer, Entry, Event, EventKind, Kept, Listener, Message, Question, Stream, Subject, stream};
use crate::journal::{Availability, JournalError, Run};
use crate::text::say;

/// Messages that are taken in one turn: entries among them are written together.
const TURN: usize = 512;

/// Hears one run: writes its record, and shows what happens.
#[derive(Debug)]
pub struct Reporter {
    stream: Stream,
    /// What the writer of the record says goes into the same stream, for as long as this lives.
    alive: Arc<Stream>,
    journal: Option<Run>,
    thread: JoinHandle<Shown>,
}

/// What is still being shown when the record is complete, as far as it could be written.
#[derive(Debug, Default)]
pub struct Shown {
    sinks: Vec<Running>,
    unwritten: Vec<String>,
}

impl Reporter {
    /// Starts to hear. Events about the run as a whole get `run` for their subject. Questions go to the sink at `asks`.
    ///
    /// # Errors
    /// Where no thread can be had.
    pub fn start(run: &str, journal: Option<Run>, sinks: Vec<Box<dyn Sink>>, asks: Option<usize>) -> io::Result<Self> {
        let sinks = sinks.into_iter().map(Running::start).collect::<io::Result<Vec<_>>>()?;
        let (stream, messages) = stream();
        let alive = Arc::new(stream.clone());
        let writer = match journal.clone().filter(Run::is_shared) {
            Some(run) => Some(RecordThread::start(run, &alive)?),
            None => None,
        };
        let hearing =
            Hearing { run: run.to_owned(), journal: journal.clone(), writer, sinks, asks, told: BTreeSet::new() };
        let thread = std::thread::Builder::new().name("reporter".into()).spawn(move || hearing.hear(&messages))?;
        Ok(Self { stream, alive, journal, thread })
    }

    /// The workers' end.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Tells that the run is over, and waits until the record holds all that was told. Every clone of the stream must be gone.
    #[must_use]
    pub fn close(self, last: Event) -> Shown {
        self.stream.emit(last);
        drop((self.stream, self.alive));
        let shown = self.thread.join();
        if let Some(run) = &self.journal {
            run.telling(None);
        }
        shown.unwrap_or_default()
    }
}

impl Shown {
    /// The serials of phones whose rows are not in the record that benches share: its database was away at their end.
    #[must_use]
    pub fn unwritten(&self) -> &[String] {
        &self.unwritten
    }

    /// Waits until everything is shown.
    ///
    /// # Errors
    /// The first that kept a sink from being written. A reader that went away is none.
    pub fn finish(self) -> io::Result<()> {
        self.sinks.into_iter().map(Running::finish).fold(Ok(()), io::Result::and)
    }
}

/// A batch of entries, and where each one's answer goes.
type Entries = Vec<(Entry, Answer<Kept>)>;

/// Writes the record that benches share, on a thread of its own: while the database is away, everything else is still heard and shown.
struct RecordThread {
    entries: Sender<Entries>,
    /// Ends with the serials of the phones whose rows could not be written.
    thread: JoinHandle<Vec<String>>,
}

impl RecordThread {
    fn start(run: Run, stream: &Arc<Stream>) -> io::Result<Self> {
        let (entries, batches) = channel::<Entries>();
        let stream = Arc::downgrade(stream);
        let note = move |text: String| {
            if let Some(stream) = stream.upgrade() {
                stream.emit(Event::now(Subject::Run("run".into()), EventKind::Note { text }));
            }
        };
        let say = note.clone();
        run.telling(Some(Box::new(move |availability| {
            say(match availability {
                Availability::Away { why } => say!("lost-database-of-record", why),
                Availability::Back => say!("database-of-record-is-back"),
            });
        })));
        let write = move || {
            let (mut told, mut unwritten) = (BTreeSet::new(), Vec::new());
            for batch in batches {
                let batch = batch.into_iter().map(|(entry, answer)| {
                    let row = if let Entry::Row { row, .. } = &entry { Some(row.serial.clone()) } else { None };
                    (entry, (answer, row))
                });
                run.write_all(batch.collect(), |(answer, row): (Answer<Kept>, _), kept| {
                    answer.give(kept.unwrap_or_else(|error: JournalError| {
                        let text = match &row {
                            Some(serial) => say!("row-is-not-in-the-record", serial, error),
                            None => say!("record-is-incomplete", error),
                        };
                        unwritten.extend(row);
                        if told.insert(text.clone()) {
                            note(text);
                        }
                        let why = format!("{error}: {}", error.hint());
                        match error {
                            JournalError::TakenOver { .. } => {
                                Kept::Taken { by_another_run: true, is_silent: false, why }
                            }
                            _ => Kept::Refused { why },
                        }
                    }));
                });
            }
            unwritten
        };
        let thread = std::thread::Builder::new().name("record".into()).spawn(write)?;
        Ok(Self { entries, thread })
    }
}

struct Hearing {
    run: String,
    journal: Option<Run>,
    /// Where benches share the record.
    writer: Option<RecordThread>,
    sinks: Vec<Running>,
    asks: Option<usize>,
    /// What was said about the record: once is enough.
    told: BTreeSet<String>,
}

impl Hearing {
    fn hear(mut self, messages: &Receiver<Message>) -> Shown {
        while let Ok(first) = messages.recv() {
            // A worker waits for its entry, so whatever it sent before stands before it: events first keeps the order of each.
            let mut entries = Vec::new();
            for message in std::iter::once(first).chain(messages.try_iter().take(TURN - 1)) {
                match message {
                    Message::Event(event) => self.event(event),
                    Message::Question(question, answer) => self.ask(question, answer),
                    Message::Entry(entry, answer) => entries.push((entry, answer)),
                }
            }
            self.write(entries);
        }
        let mut unwritten = Vec::new();
        if let Some(RecordThread { entries, thread }) = self.writer.take() {
            drop(entries);
            unwritten = thread.join().unwrap_or_default();
        }
        Shown { sinks: self.sinks, unwritten }
    }

    fn event(&mut self, mut event: Event) {
        if let Subject::Run(run) = &mut event.subject {
            run.clone_from(&self.run);
        }
        if let Some(Err(error)) = self.journal.as_ref().map(|journal| journal.event(&event)) {
            self.incomplete(&error);
        }
        self.show(event);
    }

    fn show(&self, event: Event) {
        let event = Arc::new(event);
        for sink in &self.sinks {
            sink.show(&event);
        }
    }

    fn ask(&self, question: Question, answer: Answer<bool>) {
        match self.asks.and_then(|at| self.sinks.get(at)) {
            Some(sink) => sink.ask(question, answer),
            None => answer.give(false),
        }
    }

    fn write(&mut self, entries: Entries) {
        let Some(journal) = self.journal.clone() else {
            return entries.into_iter().for_each(|(_, answer)| answer.give(Kept::Nowhere));
        };
        if let Some(writer) = &self.writer {
            if !entries.is_empty() {
                // A thread that panicked answers nobody, and an entry without an answer is nowhere.
                let _ = writer.entries.send(entries);
            }
            return;
        }
        journal.write_all(entries, |answer, kept| self.answer(answer, kept));
    }

    fn answer(&mut self, answer: Answer<Kept>, kept: Result<Kept, JournalError>) {
        answer.give(kept.unwrap_or_else(|error| {
            self.incomplete(&error);
            Kept::Nowhere
        }));
    }

    /// A record that can't be written never stops a phone. It is said once.
    fn incomplete(&mut self, error: &JournalError) {
        let text = say!("record-is-incomplete", error);
        if self.told.insert(text.clone()) {
            self.show(Event::now(Subject::Run(self.run.clone()), EventKind::Note { text }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Recorder;
    use crate::model::{AccountId, Serial};

    /// Shows nothing before it is let; then passes on what it is shown.
    struct Sleeper(Receiver<()>, Sender<Event>);

    impl Sink for Sleeper {
        fn show(&mut self, event: &Event) -> io::Result<()> {
            let _ = self.0.recv();
            let _ = self.1.send(event.clone());
            Ok(())
        }
    }

    /// A person who decides when they are told to.
    struct Thinker(Receiver<bool>, Sender<Question>);

    impl Sink for Thinker {
        fn show(&mut self, _: &Event) -> io::Result<()> {
            Ok(())
        }

        fn ask(&mut self, question: &Question) -> Option<bool> {
            let _ = self.1.send(question.clone());
            self.0.recv().ok()
        }
    }

    /// Can't be written.
    struct Broken(io::ErrorKind);

    impl Sink for Broken {
        fn show(&mut self, _: &Event) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    fn journal() -> (tempfile::TempDir, Run) {
        use crate::journal::{InstallKey, Journal, RunInfo};
        let dir = tempfile::tempdir().unwrap();
        let open = Journal::open(&dir.path().join("j.db"), InstallKey::open(dir.path()).unwrap()).unwrap();
        let run = Arc::new(open).begin(RunInfo::default()).unwrap();
        (dir, run)
    }

    fn note(text: &str) -> Event {
        Event::now(Subject::Run("run".into()), EventKind::Note { text: text.into() })
    }

    fn claim(n: usize) -> Entry {
        Entry::Claim(crate::event::PhoneInfo {
            key: crate::event::PhoneKey::new(format!("hw{n}")),
            serial: Serial::new(format!("s{n}")),
            adb: "127.0.0.1:5037".into(),
            make: None,
            model: None,
            place: None,
        })
    }

    #[test]
    fn b2_a_reader_that_sleeps_holds_no_worker_and_gets_everything_later() {
        let (dir, run) = journal();
        let (wake, asleep) = channel();
        let (shown, seen) = channel();
        let id = run.id().to_owned();
        let reporter = Reporter::start(&id, Some(run), vec![Box::new(Sleeper(asleep, shown))], None).unwrap();
        std::thread::scope(|scope| {
            for n in 0..40 {
                let stream = reporter.stream().clone();
                scope.spawn(move || {
                    stream.emit(note(&n.to_string()));
                    assert_eq!(stream.keep(claim(n)), Kept::Written(None), "the disk is not the reader's to stop");
                });
            }
        });
        let last = reporter.close(note("last"));
        assert!(seen.try_recv().is_err(), "nothing was shown yet");
        drop(wake);
        last.finish().unwrap();
        let told: Vec<Event> = seen.into_iter().collect();
        assert_eq!((told.len(), &told[40].kind), (41, &note("last").kind));
        // b10
        assert!(told.iter().all(|event| event.subject == Subject::Run(id.clone())));
        drop(dir);
    }

    #[test]
    fn b3_an_open_question_holds_only_who_asks() {
        let (decide, decision) = channel();
        let (asks, asked) = channel();
        let reporter = Reporter::start("r", None, vec![Box::new(Thinker(decision, asks))], Some(0)).unwrap();
        let question = Question::AnotherTry { account: AccountId::new("6230000535"), rejections: 3 };
        std::thread::scope(|scope| {
            let (stream, open) = (reporter.stream().clone(), question.clone());
            let worker = scope.spawn(move || stream.ask(open));
            assert_eq!(asked.recv().unwrap(), question);
            // While the owner thinks, another worker tells and has its entries answered.
            reporter.stream().emit(note("on"));
            assert_eq!(reporter.stream().keep(claim(1)), Kept::Nowhere);
            assert!(!worker.is_finished());
            decide.send(true).unwrap();
            assert!(worker.join().unwrap());
        });
        reporter.close(note("last")).finish().unwrap();
    }

    #[test]
    fn a11_what_could_not_be_shown_is_an_error_and_a_reader_that_left_is_none() {
        let reporter = Reporter::start("r", None, vec![Box::new(Broken(io::ErrorKind::StorageFull))], None).unwrap();
        assert_eq!(reporter.close(note("last")).finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
        let reporter = Reporter::start("r", None, vec![Box::new(Broken(io::ErrorKind::BrokenPipe))], None).unwrap();
        reporter.close(note("last")).finish().unwrap();
    }
}
