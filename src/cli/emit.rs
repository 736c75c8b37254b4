//! How a run is shown: the reporter with the views that the output policy wants, and the table at the end.

use super::failure::Failure;
use super::output::Output;
use super::record::Record;
use crate::event::{Event, EventKind, Question, Subject};
use crate::model::{ExitStatus, Outcome, ResultRow};
use crate::report::text;
use crate::reporter::{JsonLines, Live, Options, People, Plain, Reporter, Sink};
use crate::text::say;

/// Starts the reporter of a run. With `holds`, results stay on the board until the phone is unplugged, and a bell rings at each.
pub(super) fn reporter(output: &Output, json: bool, holds: bool, record: &Record) -> Result<Reporter, Failure> {
    let options = Options { colour: output.color, hold: holds, bell: holds, ..Options::default() };
    let live = output.progress.then(|| Live::stderr(options));
    let plain = (live.is_none() && !output.quiet).then(|| Plain::new(std::io::stderr(), output.verbose > 0));
    let owner = output.clone();
    let people = People { live, plain, ask: move |question: &Question| answer(&owner, question) };
    let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(people)];
    if json {
        sinks.push(Box::new(JsonLines::new(std::io::stdout())));
    }
    Reporter::start(record.id(), record.run(), sinks, Some(0)).map_err(|error| {
        Failure::new(ExitStatus::NotDone, say!("no-thread-could-be-started", error))
            .hint(say!("raise-limit-of-processes"))
    })
}

fn answer(output: &Output, question: &Question) -> bool {
    let Question::AnotherTry { account, rejections } = question;
    output.people(&say!("ask-for-another-try", account, rejections));
    output.ask(&say!("ask-for-account"), &account.masked()).is_ok()
}

/// The last event of a run.
pub(super) fn finished(run: &str, rows: &[ResultRow], status: ExitStatus) -> Event {
    let counts = Outcome::ALL
        .into_iter()
        .map(|outcome| (outcome, rows.iter().filter(|row| row.outcome == outcome).count()))
        .filter(|(_, count)| *count > 0)
        .collect();
    Event::now(Subject::Run(run.to_owned()), EventKind::Finished { counts, exit: status.code() })
}

/// The table of a run's rows, on stdout.
pub(super) fn table(output: &Output, rows: &[ResultRow]) {
    let width = usize::from(console::Term::stdout().size_checked().map_or(100, |(_, columns)| columns));
    output.data(text::final_table(rows, width, output.color_stdout).trim_end());
}
