//! `learn`: the owner signs one phone out by hand, and the others follow. Reads only.

use std::path::{Path, PathBuf};

use crate::adb::{AdbPhone, AdbTouches};
use crate::capture::{self, About, Capture, Files, Forbidden, MaskedTree};
use crate::cli::args::WhereArgs;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::phones::{one_phone, stopped};
use crate::cli::prompt;
use crate::cli::signals::Interrupt;
use crate::learn::{self, Draft, Ended, Hand, Pace, Recorder, RecorderError, Recording, Seen, Verified, Writer};
use crate::model::{ExitStatus, PASSWORD_VARIABLE, Presence};
use crate::preflight;
use crate::profile::Catalog;
use crate::text::say;

/// Fixtures of one screen at most.
const MOST_FIXTURES: usize = 3;

/// Options of `learn`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// The serial of the phone
    ///
    /// Without this option, the serial in ANDROID_SERIAL; without that too, the only connected phone.
    #[arg(short, long, value_name = "SERIAL", conflicts_with = "merge", help_heading = "Phones")]
    serial: Option<String>,
    /// The folder to create
    ///
    /// The folder must not exist, or be empty.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Learn from an earlier recording too (repeatable)
    ///
    /// A folder that 'learn' created with another phone of the same kind, or the zip file in it.
    #[arg(long, value_name = "RECORDING")]
    with: Vec<PathBuf>,
    /// Learn from the recordings of --with alone, without a phone
    #[arg(long, requires = "with")]
    merge: bool,
    #[command(flatten)]
    place: WhereArgs,
}

/// Watches the chosen phone and drafts its profile.
pub(crate) fn run(args: &Args, output: &Output, interrupt: &Interrupt) -> Result<ExitStatus, Failure> {
    let catalog = Catalog::builtin().map_err(|error| Failure::usage(error.to_string()))?;
    let mut earlier = args.with.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?.into_iter();
    let (mut recording, writer) = if args.merge {
        let Some(first) = earlier.next() else { return Err(Failure::usage(say!("there-is-nothing-to-learn"))) };
        (first, None)
    } else {
        let (recording, writer) = watch(args, &catalog, output, interrupt)?;
        (recording, Some(writer))
    };
    for other in earlier {
        recording
            .merge(other)
            .map_err(|error| Failure::usage(error.to_string()).hint(say!("learn-each-kind-into-its-folder")))?;
    }
    let writer = writer.map_or_else(|| create(&args.output), Ok)?;
    conclude(&recording, &writer, &catalog, args, output)
}

fn read(path: &Path) -> Result<Recording, Failure> {
    Recording::read(path).map_err(|error| Failure::usage(error.to_string()).hint(say!("name-a-recording")))
}

fn create(folder: &Path) -> Result<Writer, Failure> {
    Writer::create(folder).map_err(|error| Failure::usage(error.to_string()).at(folder.display().to_string()))
}

/// Watches one phone until its account is gone or the recording ends otherwise.
fn watch(
    args: &Args,
    catalog: &Catalog,
    output: &Output,
    interrupt: &Interrupt,
) -> Result<(Recording, Writer), Failure> {
    if !output.is_interactive() {
        return Err(Failure::usage(say!("learn-needs-terminal")).hint(say!("run-learn-on-a-terminal")));
    }
    let device = one_phone(args.serial.as_slice(), &args.place, output)?;
    output.people(&say!("mi-signout-watches-this-phone"));
    output.people(&say!("sign-out-by-hand-now"));
    output.people(&say!("wait-for-a-line-after-each-page"));
    output.people(&say!("type-the-password-on-the-phone"));
    output.people(&say!("to-stop-type-end"));
    let writer = create(&args.output)?;
    let recorder = Recorder {
        catalog,
        serial: device.serial.as_str(),
        pace: Pace::default(),
        tool: tool(),
        date: chrono::Local::now().format("%Y-%m-%d").to_string(),
        name: &|props| {
            let identity = preflight::identify(props);
            (identity.model, identity.software)
        },
    };
    let _in_order = interrupt.in_order();
    let mut hand = AtTerminal { output, interrupt };
    let (mut phone, mut touches) = (AdbPhone::of(&device), AdbTouches::of(&device));
    let watched = recorder.run(&mut phone, &mut touches, &mut hand, &writer);
    let recording = watched.map_err(|error| explain(&error).at(device.serial.to_string()))?;
    Ok((recording, writer))
}

fn explain(error: &RecorderError) -> Failure {
    let what = error.to_string();
    match error {
        RecorderError::Phone(error) => stopped(what, preflight::of_error(error)),
        RecorderError::NoAccount => Failure::new(ExitStatus::NotDone, what).hint(say!("learn-from-a-signed-in-phone")),
        RecorderError::AccountsUnreadable => {
            Failure::new(ExitStatus::NotDone, what).hint(say!("restart-the-phone-and-learn-again"))
        }
        RecorderError::Recording(_) => Failure::usage(what),
    }
}

/// The person at the terminal.
struct AtTerminal<'a> {
    output: &'a Output,
    interrupt: &'a Interrupt,
}

impl Hand for AtTerminal<'_> {
    fn told(&mut self, seen: &Seen) {
        let line = match seen {
            Seen::Began { touch_panel: true } => say!("touch-panel-is-read"),
            Seen::Began { touch_panel: false } => say!("touch-panel-is-not-read"),
            Seen::Screen { number, focus } => {
                let focus = focus.as_ref().map_or_else(String::new, |focus| format!(" ({focus})"));
                say!("saw-screen", number, focus)
            }
            Seen::Tapped(what) => say!("saw-press", what),
            Seen::Missed => say!("page-went-too-fast"),
        };
        self.output.people(&line);
    }

    fn pressed(&mut self, buttons: &[String]) -> Option<usize> {
        self.output.people(&say!("ask-what-was-pressed"));
        self.output.people(&say!("nothing-was-pressed"));
        for (number, button) in (1..).zip(buttons) {
            self.output.people(&format!("  {number}  {button}"));
        }
        loop {
            let answer = self.output.read(&say!("ask-for-number")).ok()?;
            match answer.parse::<usize>() {
                Ok(0) => return None,
                Ok(number) if number <= buttons.len() => return Some(number - 1),
                _ if self.interrupt.is_set() => return None,
                _ => self.output.people(&say!("type-a-number-from-0", most = buttons.len())),
            }
        }
    }

    fn is_over(&mut self) -> bool {
        if self.interrupt.is_set() {
            return true;
        }
        // Where the system can't tell, asking would hold the recording up.
        if crate::platform::has_input() != Some(true) {
            return false;
        }
        matches!(prompt::line(Some(self.interrupt)), Ok(prompt::Line::Read(line)) if line.trim_ascii().eq_ignore_ascii_case(b"end"))
    }

    fn may_be_written(&mut self, words: &[String]) -> Vec<bool> {
        self.output.people(&say!("profile-may-hold-these-words"));
        for (number, word) in (1..).zip(words) {
            self.output.people(&format!("  {number}  {word}"));
        }
        loop {
            let question = say!("ask-which-words-name-somebody");
            let Ok(answer) = self.output.read(&question) else { return vec![false; words.len()] };
            let numbers: Result<Vec<usize>, _> =
                answer.split([' ', ',']).filter(|part| !part.is_empty()).map(str::parse).collect();
            match numbers {
                Ok(numbers) if numbers.iter().all(|n| (1..=words.len()).contains(n)) => {
                    return (1..=words.len()).map(|number| !numbers.contains(&number)).collect();
                }
                _ if self.interrupt.is_set() => return vec![false; words.len()],
                _ => self.output.people(&say!("type-numbers-of-the-list")),
            }
        }
    }
}

/// Writes the recording, its fixtures and its profile, says what is what, and what comes next.
fn conclude(
    recording: &Recording,
    writer: &Writer,
    catalog: &Catalog,
    args: &Args,
    output: &Output,
) -> Result<ExitStatus, Failure> {
    let failed = |error: learn::RecordingError| Failure::usage(error.to_string());
    let draft = learn::draft(recording, catalog);
    let mut files = recording.files();
    files.extend(fixtures(recording, &draft));
    if let Some(toml) = &draft.toml {
        files.insert(format!("{}.toml", draft.name), toml.clone().into_bytes());
    }
    for (name, bytes) in &files {
        writer.put(name, bytes).map_err(failed)?;
    }
    let words = args.serial.iter().cloned().chain(std::env::var(PASSWORD_VARIABLE).ok());
    let forbidden = Forbidden::of(words);
    let about = serde_json::json!({"tool": tool(), "profile": draft.name});
    capture::look_through(&mut files, &forbidden, &about);
    let zip = capture::pack(&files).map_err(|error| Failure::usage(error.to_string()))?;
    let zip_name = format!("{}.zip", draft.name);
    writer.put(&zip_name, &zip).map_err(failed)?;
    let folder = writer.folder().display();
    output.people(&say!("screens-are-recorded", screens = recording.trees.len(), folder, zip_name));
    output.data(&folder.to_string());
    if draft.toml.is_none() {
        return Err(incomplete(recording));
    }
    let verified = learn::verify(recording, &draft, catalog)
        .map_err(|error| Failure::new(ExitStatus::NotDone, error.to_string()).hint(say!("report-this-mistake")))?;
    summarize(recording, &draft, &verified, writer.folder(), output);
    Ok(if verified.wrong.is_empty() { ExitStatus::Done } else { ExitStatus::NotDone })
}

/// Why there is no profile.
fn incomplete(recording: &Recording) -> Failure {
    let ended = recording.manifest.runs.last().map(|run| run.ended);
    let what = match ended {
        Some(Ended::Disconnected) => say!("phone-was-unplugged-too-early"),
        _ => say!("account-was-still-there"),
    };
    Failure::new(ExitStatus::NotDone, what).hint(say!("learn-again-with-this-one"))
}

fn summarize(recording: &Recording, draft: &Draft, verified: &Verified, folder: &Path, output: &Output) {
    let at = folder.display();
    output.people(&say!(
        "profile-was-drafted",
        name = draft.name,
        screens = verified.screens,
        taps = verified.presses,
        questions = draft.questions,
        notes = draft.guesses
    ));
    for wrong in &verified.wrong {
        output.people(&say!("draft-is-wrong", wrong));
    }
    if recording.missed() > 0 {
        output.people(&say!("pages-were-missed", pages = recording.missed(), at));
    }
    if draft.questions > 0 {
        output.people(&say!("next-answer-the-questions", at, name = draft.name));
    }
    output.people(&say!("next-rehearse-with-the-profile", at));
    output.people(&say!("then-sign-out-with-the-profile", at));
}

/// Each recorded screen as a capture, for `profiles check` and for the tests of whoever takes the profile in.
fn fixtures(recording: &Recording, draft: &Draft) -> Files {
    let mut files = Files::new();
    let manifest = &recording.manifest;
    let about = About {
        tool: manifest.tool.clone(),
        date: manifest.date.clone(),
        model: manifest.model.clone(),
        software: manifest.software.clone(),
    };
    let mut counts = std::collections::BTreeMap::new();
    for (frame, name) in &draft.expected {
        let count = counts.entry(name).or_insert(0_usize);
        *count += 1;
        if *count > MOST_FIXTURES || recording.presence(*frame) == Presence::Unknown {
            continue;
        }
        let capture = Capture {
            props: manifest.properties.clone(),
            props_left_out: 0,
            focus: recording.focus(*frame),
            presence: recording.presence(*frame),
            users: Vec::new(),
            display: None,
            tree: MaskedTree { xml: recording.dumps[*frame].clone(), ..MaskedTree::default() },
            picture: Err(say!("recording-has-no-picture")),
            profile: Ok(draft.name.clone()),
            fits: vec![name.clone()],
            same_as_before: true,
        };
        for (file, bytes) in capture.files(&about) {
            files.insert(format!("screen-{name}-{count}/{file}"), bytes);
        }
    }
    files
}

fn tool() -> String {
    concat!("mi-signout ", env!("CARGO_PKG_VERSION")).to_owned()
}
