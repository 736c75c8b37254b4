//! Who is told the events of a run: the board or plain lines on stderr, JSON lines on stdout.

use std::io::{Stderr, Stdout};

use super::terminal::Output;
use crate::event::{Event, EventKind, Listener, Subject};
use crate::fleet::Owner;
use crate::model::{AccountId, ExitStatus, Outcome, ResultRow};
use crate::report::text;
use crate::reporter::{JsonLines, Live, Options, Plain};

/// All listeners of one run.
pub struct Tellers<'a> {
    output: &'a Output,
    run: String,
    json: Option<JsonLines<Stdout>>,
    live: Option<Live>,
    plain: Option<Plain<Stderr>>,
}

impl<'a> Tellers<'a> {
    /// The listeners that the output policy wants.
    pub fn new(output: &'a Output, json: bool, run: Option<&str>) -> Self {
        Self::with(output, json, run, Options::default())
    }

    /// The same; results stay on the board until the phone is unplugged, and a bell rings at each end.
    pub fn holding(output: &'a Output, json: bool, run: Option<&str>) -> Self {
        Self::with(output, json, run, Options { hold: true, bell: true, ..Options::default() })
    }

    fn with(output: &'a Output, json: bool, run: Option<&str>, options: Options) -> Self {
        let live = output.progress.then(|| Live::stderr(Options { colour: output.color, ..options }));
        let plain = (live.is_none() && !output.quiet).then(|| Plain::new(std::io::stderr(), output.verbose > 0));
        let run = run.unwrap_or("not-recorded").to_owned();
        Self { output, run, json: json.then(|| JsonLines::new(std::io::stdout())), live, plain }
    }

    /// Ends the board, and prints what is left to say.
    pub fn finish(self, rows: &[ResultRow], status: ExitStatus) {
        let counts = Outcome::ALL
            .into_iter()
            .map(|outcome| (outcome, rows.iter().filter(|row| row.outcome == outcome).count()))
            .filter(|(_, count)| *count > 0)
            .collect();
        let finished = EventKind::Finished { counts, exit: status.code() };
        self.tell(Event::now(Subject::Run(self.run.clone()), finished));
        drop(self.live);
        if self.json.is_none() {
            let width = usize::from(console::Term::stdout().size_checked().map_or(100, |(_, columns)| columns));
            self.output.data(text::final_table(rows, width, self.output.color_stdout).trim_end());
        }
    }
}

impl Owner for Tellers<'_> {
    fn allows_another_try(&self, account: &AccountId, rejections: u32) -> bool {
        let ask = || {
            self.output.people(&format!(
                "Account {account} was refused {rejections} times. If you are its owner and know the password, type the account as shown to try once more."
            ));
            self.output.ask("Account: ", &account.masked()).is_ok()
        };
        match &self.live {
            Some(live) => live.suspend(ask),
            None => ask(),
        }
    }
}

impl Listener for Tellers<'_> {
    fn tell(&self, event: Event) {
        if let Some(json) = &self.json {
            json.tell(event.clone());
        }
        if let Some(live) = &self.live {
            live.tell(event.clone());
        }
        if let Some(plain) = &self.plain {
            plain.tell(event);
        }
    }
}
