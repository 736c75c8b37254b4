//! `profiles check`: mistakes in files, and saved screens that fit none or two.

use std::path::{Path, PathBuf};

use crate::capture;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::model::{ExitStatus, Presence};
use crate::profile::{self, Catalog, Labels, ProfileError, SavedScreen, Seen};
use crate::text::say;
use crate::ui::{self, UiTree};

/// The file of labels among profiles.
const LABELS: &str = "labels.toml";

/// Bytes that a bug report may have.
const MOST_OF_ZIP: usize = 80 << 20;

/// Options of `profiles check`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// What to check
    ///
    /// Profiles (*.toml), saved screens (*.xml), folders made by capture, zips made by bugreport, and folders of any of these.
    /// Without a path, the built-in profiles.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// What was found under the paths.
#[derive(Default)]
struct Found {
    files: Vec<(String, String)>,
    labels: Vec<(String, String)>,
    saved: Vec<SavedScreen>,
    /// Screens that can't be read, in words.
    unreadable: Vec<Failure>,
}

/// Checks, tells, and gives the exit status.
pub(super) fn run(args: &Args, output: &Output) -> Result<ExitStatus, Failure> {
    let mut found = Found::default();
    for path in &args.paths {
        found.add(path, true)?;
    }
    let mut report = profile::check(&found.files, &found.saved).map_err(|e| Failure::usage(e.to_string()))?;
    report.errors.extend(found.labels.iter().filter_map(|(file, text)| Labels::parse(file, text).err()));
    for name in good_files(&found, &report.errors)? {
        output.data(&name);
    }
    for seen in &report.seen {
        output.data(&line(seen));
    }
    for (saved, why) in &report.unchosen {
        output.data(&format!("{saved}: no profile: {why}"));
    }
    for error in &report.errors {
        output.failure(&Failure::usage(error.to_string()));
    }
    for failure in &found.unreadable {
        output.failure(failure);
    }
    let of = |one: &SavedScreen| report.seen.iter().filter(|s| s.saved == one.name).collect::<Vec<_>>();
    let count = |fits: &dyn Fn(&[&Seen]) -> bool| found.saved.iter().filter(|one| fits(&of(one))).count();
    let ambiguous = count(&|seen| seen.iter().any(|s| s.fits.len() > 1));
    let unknown = count(&|seen| seen.iter().all(|s| s.fits.is_empty()));
    let mistakes = report.errors.len() + found.unreadable.len();
    output.people(&say!("profiles-were-checked", mistakes, saved_screens = found.saved.len(), ambiguous, unknown));
    Ok(if report.is_good() && found.unreadable.is_empty() { ExitStatus::Done } else { ExitStatus::Usage })
}

/// A line for each file without a mistake.
fn good_files(found: &Found, errors: &[ProfileError]) -> Result<Vec<String>, Failure> {
    if found.files.is_empty() && found.labels.is_empty() {
        let catalog = Catalog::builtin().map_err(|e| Failure::usage(e.to_string()))?;
        let words =
            |p: &profile::DeviceProfile| format!("{}: good, {} screens", p.file, p.screens.len() + p.popups.len());
        return Ok(catalog.profiles().map(words).collect());
    }
    let files = found.files.iter().chain(&found.labels).map(|(file, _)| file);
    Ok(files.filter(|f| errors.iter().all(|e| e.file != **f)).map(|f| format!("{f}: good")).collect())
}

fn line(seen: &Seen) -> String {
    let what = match seen.fits.as_slice() {
        [] => "no screen".to_owned(),
        [one] => one.clone(),
        several => format!("more than one screen: {}", several.join(", ")),
    };
    format!("{}: {what} ({})", seen.saved, seen.profile)
}

impl Found {
    /// A file or folder; what a folder holds beside profiles and screens is passed over.
    fn add(&mut self, path: &Path, named: bool) -> Result<(), Failure> {
        let name = path.display().to_string();
        let io = |error| no_reading(path, &error);
        if path.is_dir() {
            return self.folder(path, named);
        }
        match path.extension().and_then(|e| e.to_str()) {
            Some("toml") => {
                let text = capture::read_regular_text(path, profile::MAX_BYTES).map_err(io)?;
                let labels = path.file_name().is_some_and(|n| n == LABELS);
                if labels { self.labels.push((name, text)) } else { self.files.push((name, text)) }
            }
            Some("xml") => match UiTree::parse(&capture::read_regular(path, ui::MAX_BYTES).map_err(io)?) {
                // Without its circumstances, a screen is one of a signed-in phone.
                Ok(tree) => {
                    self.saved.push(SavedScreen { name, focus: None, presence: Presence::Present, tree, props: None });
                }
                Err(error) => self.unreadable.push(Failure::usage(error.to_string()).at(name)),
            },
            Some("zip") if named => {
                let bytes = capture::read_regular(path, MOST_OF_ZIP).map_err(io)?;
                let hint = "copy it again; 'mi-signout bugreport' makes a new one";
                let files = capture::unpack(&bytes)
                    .map_err(|error| Failure::usage(error.to_string()).at(name.clone()).hint(hint))?;
                self.zip(path, &files)?;
            }
            _ if named => {
                let what = "neither a profile (*.toml), a saved screen (*.xml), a bug report (*.zip) nor a folder";
                return Err(Failure::usage(what).at(name));
            }
            _ => {}
        }
        Ok(())
    }

    fn folder(&mut self, path: &Path, named: bool) -> Result<(), Failure> {
        let name = path.display().to_string();
        if capture::is_capture(path) {
            match capture::load(path) {
                Ok(one) => self.saved.push(saved(name, one)),
                Err(error) => self.unreadable.push(Failure::usage(error.to_string()).at(name)),
            }
            return Ok(());
        }
        let before = self.count();
        let entries = std::fs::read_dir(path).map_err(|error| no_reading(path, &error))?;
        let mut entries: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
        entries.sort();
        for entry in entries.iter().filter(|e| !e.is_dir() || capture::is_capture(e)) {
            self.add(entry, false)?;
        }
        if named && before == self.count() {
            let what = "the folder holds no profile (*.toml), no saved screen (*.xml) and no capture";
            return Err(Failure::usage(what).at(name));
        }
        Ok(())
    }

    /// The captures and profiles of a bug report.
    fn zip(&mut self, zip: &Path, files: &capture::Files) -> Result<(), Failure> {
        let before = self.count();
        let place = |inner: &str| zip.join(inner).display().to_string();
        for (inner, bytes) in files {
            if let Some(folder) = inner.strip_suffix("/capture.json") {
                let file = |path: &Path| {
                    let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
                    let found = path.to_str().and_then(|path| files.get(&path.replace('\\', "/")));
                    found.cloned().ok_or_else(missing)
                };
                match capture::load_from(Path::new(folder), file) {
                    Ok(one) => self.saved.push(saved(place(folder), one)),
                    Err(error) => self.unreadable.push(Failure::usage(error.to_string()).at(place(folder))),
                }
            } else if Path::new(inner).extension().is_some_and(|end| end == "toml") {
                match String::from_utf8(bytes.clone()) {
                    Ok(text) => self.files.push((place(inner), text)),
                    Err(_) => self.unreadable.push(Failure::usage("it is no text").at(place(inner))),
                }
            }
        }
        if before == self.count() {
            return Err(Failure::usage("the zip holds no capture and no profile").at(zip.display().to_string()));
        }
        Ok(())
    }

    fn count(&self) -> usize {
        self.files.len() + self.labels.len() + self.saved.len() + self.unreadable.len()
    }
}

fn saved(name: String, one: capture::Saved) -> SavedScreen {
    SavedScreen { name, focus: one.focus, presence: one.presence, tree: one.tree, props: Some(one.props) }
}

fn no_reading(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("it can't be read: {error}")).at(path.display().to_string())
}
