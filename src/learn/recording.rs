//! The form of a recording: a folder with `recording.json` and one masked dump a frame. `docs/recordings.md` describes it for
//! people. It is written frame by frame, so that a phone that is unplugged, or a program that is killed, leaves what was recorded.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::capture::{self, BundleError, Files};
use crate::model::{Focus, Presence};
use crate::text::say;
use crate::ui::{DumpError, MAX_BYTES, UiTree};

/// Version of the form.
const SCHEMA: u32 = 1;
/// The list of everything in a recording.
pub const MANIFEST: &str = "recording.json";
/// The most frames of a recording. An hour of looks has fewer.
const MOST_FRAMES: usize = 2000;

/// What a recording says, without its trees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// `recording`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Version of the form: 1.
    pub schema: u32,
    /// The program and its version.
    pub tool: String,
    /// `2026-11-27`.
    pub date: String,
    /// The phone's model, for people.
    pub model: Option<String>,
    /// Its software, for people.
    pub software: Option<String>,
    /// The properties of its model and build, and the account app's version. None of them tells one phone from another.
    pub properties: BTreeMap<String, String>,
    /// Words of the screens that identify no person, as the person at the phone confirmed. They are not masked.
    pub words: Vec<String>,
    /// The frames.
    pub frames: Vec<FrameInfo>,
    /// What was done by hand, once for each phone that was recorded.
    pub runs: Vec<Run>,
}

/// One distinct screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FrameInfo {
    /// The focused window, `package/.Activity`.
    pub focus: Option<String>,
    /// `present`, `absent` or `unknown`.
    pub account: Account,
    /// Fields that are no password fields and that were typed into: the node's number and how many characters it holds.
    #[serde(default)]
    pub typed: Vec<Typed>,
}

/// Whether a Xiaomi account was on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Account {
    /// It was.
    Present,
    /// It was not, in any user's list.
    Absent,
    /// The list could not be read.
    Unknown,
}

/// The content of a field: its length, never its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    /// The node's place in document order, from 0.
    pub node: usize,
    /// How many characters.
    pub chars: usize,
}

/// One sign-out by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Run {
    /// How it ended.
    pub ended: Ended,
    /// Whether taps are known from the touch panel; otherwise the person was asked.
    pub touch_panel: bool,
    /// What was seen and done, in order.
    pub steps: Vec<Step>,
}

/// How a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// It is still going on, or its program was killed.
    Unfinished,
    /// The account left the phone: present before, absent after, by the phone's own list.
    AccountGone,
    /// The person ended it with the account still there.
    Stopped,
    /// The phone was unplugged.
    Disconnected,
}

/// One thing that was seen or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// This frame was in front.
    Saw(usize),
    /// A finger tapped this node of the frame in front; `null` where it hit none that is known.
    Tapped(Option<usize>),
    /// A finger scrolled towards the end (true) or the beginning.
    Scrolled(bool),
    /// A page came and went between two looks: its window, where that was read.
    Missed(Option<String>),
}

/// Why a recording could not be written, read or merged.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// There is something already.
    #[error("{}", say!("there-are-files-already"))]
    NotEmpty,
    /// The operating system says no.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it says.
        error: std::io::Error,
    },
    /// It is no recording, or a damaged one.
    #[error("{}", say!("not-a-recording", path = path.display(), why = .why))]
    NotARecording {
        /// The folder or zip.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Two recordings are of different software.
    #[error("{}", say!("recordings-are-of-different-software", key = .key, first = .first, second = .second))]
    DifferentSoftware {
        /// The property.
        key: String,
        /// In the first.
        first: String,
        /// In the second.
        second: String,
    },
}

/// A recording with its trees.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What it says.
    pub manifest: Manifest,
    /// The frames as masked dumps.
    pub dumps: Vec<String>,
    /// The frames as trees.
    pub trees: Vec<UiTree>,
}

/// The properties that two recordings must share to be of one kind of phone.
pub const SOFTWARE: [&str; 3] = ["ro.miui.ui.version.name", "ro.mi.os.version.name", crate::model::ACCOUNT_APP_VERSION];

/// The name of a frame's file.
#[must_use]
pub fn frame_file(frame: usize) -> String {
    format!("frames/{:03}.xml", frame + 1)
}

impl Manifest {
    /// An empty one.
    #[must_use]
    pub fn new(tool: &str, date: &str) -> Self {
        Self {
            kind: "recording".to_owned(),
            schema: SCHEMA,
            tool: tool.to_owned(),
            date: date.to_owned(),
            model: None,
            software: None,
            properties: BTreeMap::new(),
            words: Vec::new(),
            frames: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// As the file holds it.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Every number in it points at something that is there.
    fn check(&self, trees: &[UiTree]) -> Result<(), String> {
        for (run, number) in self.runs.iter().zip(1..) {
            let mut front: Option<usize> = None;
            for step in &run.steps {
                match step {
                    Step::Saw(frame) if *frame < trees.len() => front = Some(*frame),
                    Step::Saw(frame) => return Err(say!("recording-lacks-a-frame", number, frame)),
                    Step::Tapped(Some(node)) => {
                        let count = front.and_then(|frame| trees.get(frame)).map_or(0, UiTree::count);
                        if *node >= count {
                            return Err(say!("recording-lacks-a-node", number, node));
                        }
                    }
                    Step::Tapped(None) | Step::Scrolled(_) | Step::Missed(_) => {}
                }
            }
        }
        Ok(())
    }
}

impl Recording {
    /// Whether the account left the phone in one of its runs.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.manifest.runs.iter().any(|run| run.ended == Ended::AccountGone)
    }

    /// Pages that were touched and gone before they were read. A window that came and went by itself does not count.
    #[must_use]
    pub fn missed(&self) -> usize {
        let steps = self.manifest.runs.iter().map(|run| run.steps.as_slice());
        let between_frames = steps.flat_map(|steps| steps.split(|step| matches!(step, Step::Saw(_))));
        let was_missed = |steps: &&[Step]| {
            let mut after_passing = steps.iter().skip_while(|step| !matches!(step, Step::Missed(Some(_))));
            steps.contains(&Step::Missed(None)) || after_passing.any(|step| *step == Step::Tapped(None))
        };
        between_frames.filter(was_missed).count()
    }

    /// The focused window of a frame.
    #[must_use]
    pub fn focus(&self, frame: usize) -> Option<Focus> {
        self.manifest.frames.get(frame)?.focus.as_deref().map(Focus::parse)
    }

    /// Whether the account was there while a frame was in front.
    #[must_use]
    pub fn presence(&self, frame: usize) -> Presence {
        match self.manifest.frames.get(frame).map(|info| info.account) {
            Some(Account::Present) => Presence::Present,
            Some(Account::Absent) => Presence::Absent,
            Some(Account::Unknown) | None => Presence::Unknown,
        }
    }

    /// Its files, by name.
    #[must_use]
    pub fn files(&self) -> Files {
        let frames = self.dumps.iter().enumerate().map(|(n, xml)| (frame_file(n), xml.clone().into_bytes()));
        let mut files: Files = frames.collect();
        files.insert(MANIFEST.to_owned(), self.manifest.to_json().into_bytes());
        files
    }

    /// Reads a folder, or a zip that holds one.
    ///
    /// # Errors
    /// Where it can't be read or is no whole recording.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let io = |error| RecordingError::Io { path: path.to_owned(), error };
        if path.is_dir() {
            return Self::from_files(path, |name| capture::read_regular(&path.join(name), MAX_BYTES));
        }
        let bytes = capture::read_regular(path, MAX_BYTES).map_err(io)?;
        let not = |why: String| RecordingError::NotARecording { path: path.to_owned(), why };
        let files = capture::unpack(&bytes).map_err(|error: BundleError| not(error.to_string()))?;
        Self::from_files(path, |name| {
            files.get(name).cloned().ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))
        })
    }

    fn from_files(path: &Path, read: impl Fn(&str) -> std::io::Result<Vec<u8>>) -> Result<Self, RecordingError> {
        let not = |why: String| RecordingError::NotARecording { path: path.to_owned(), why };
        let bytes = read(MANIFEST).map_err(|error| not(format!("{MANIFEST}: {error}")))?;
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| not(format!("{MANIFEST}: {error}")))?;
        if manifest.kind != "recording" || manifest.schema != SCHEMA {
            return Err(not(say!(
                "recording-has-another-form",
                kind = manifest.kind,
                schema = manifest.schema,
                wanted = SCHEMA
            )));
        }
        if manifest.frames.len() > MOST_FRAMES {
            return Err(not(say!("recording-has-too-many-frames", most = MOST_FRAMES)));
        }
        let (mut dumps, mut trees) = (Vec::new(), Vec::new());
        for frame in 0..manifest.frames.len() {
            let name = frame_file(frame);
            let bytes = read(&name).map_err(|error| not(format!("{name}: {error}")))?;
            let tree = UiTree::parse(&bytes).map_err(|error: DumpError| not(format!("{name}: {error}")))?;
            dumps.push(String::from_utf8_lossy(&bytes).into_owned());
            trees.push(tree);
        }
        manifest.check(&trees).map_err(not)?;
        Ok(Self { manifest, dumps, trees })
    }

    /// Adds what another recording of the same kind of phone saw. The first one's circumstances stay.
    ///
    /// # Errors
    /// [`RecordingError::DifferentSoftware`].
    pub fn merge(&mut self, other: Self) -> Result<(), RecordingError> {
        for key in SOFTWARE {
            let value = |one: &Manifest| one.properties.get(key).cloned().unwrap_or_default();
            let (first, second) = (value(&self.manifest), value(&other.manifest));
            if first != second {
                return Err(RecordingError::DifferentSoftware { key: key.to_owned(), first, second });
            }
        }
        let places: Vec<usize> = (other.manifest.frames.iter().zip(&other.dumps).zip(&other.trees))
            .map(|((info, dump), tree)| {
                let same = |n: &usize| self.dumps[*n] == *dump && self.manifest.frames[*n] == *info;
                (0..self.dumps.len()).find(same).unwrap_or_else(|| {
                    self.manifest.frames.push(info.clone());
                    self.dumps.push(dump.clone());
                    self.trees.push(tree.clone());
                    self.dumps.len() - 1
                })
            })
            .collect();
        for mut run in other.manifest.runs {
            for step in &mut run.steps {
                if let Step::Saw(frame) = step {
                    *frame = places.get(*frame).copied().unwrap_or_default();
                }
            }
            self.manifest.runs.push(run);
        }
        for word in other.manifest.words {
            if !self.manifest.words.contains(&word) {
                self.manifest.words.push(word);
            }
        }
        Ok(())
    }
}

/// Writes a recording while it grows.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
}

impl Writer {
    /// Makes the folder, for its owner only; an empty one may be there.
    ///
    /// # Errors
    /// Where something is in it, or it can't be made.
    pub fn create(folder: &Path) -> Result<Self, RecordingError> {
        let io = |error| RecordingError::Io { path: folder.to_owned(), error };
        if fs::read_dir(folder).is_ok_and(|entries| entries.count() > 0) {
            return Err(RecordingError::NotEmpty);
        }
        crate::platform::private_folders().recursive(true).create(folder.join("frames")).map_err(io)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes one file under the folder, whole or not at all.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), RecordingError> {
        let path = self.folder.join(name);
        let failed = |error| RecordingError::Io { path: path.clone(), error };
        let parent = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(parent).map_err(failed)?;
        // A reader, or a crash, never meets half a file.
        let mut part = tempfile::NamedTempFile::new_in(parent).map_err(failed)?;
        part.write_all(bytes).map_err(failed)?;
        part.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Removes one file that this program wrote there.
    pub fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.folder.join(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "<hierarchy rotation=\"0\"><node text=\"a\" bounds=\"[0,0][9,9]\"/></hierarchy>";

    fn recording(version: &str) -> Recording {
        let mut manifest = Manifest::new("mi-signout 0", "2026-11-27");
        manifest.properties.insert(crate::model::ACCOUNT_APP_VERSION.to_owned(), version.to_owned());
        manifest.frames.push(FrameInfo { focus: None, account: Account::Present, typed: Vec::new() });
        let steps = vec![Step::Saw(0), Step::Tapped(Some(0)), Step::Missed(None)];
        manifest.runs.push(Run { ended: Ended::AccountGone, touch_panel: true, steps });
        Recording { manifest, dumps: vec![DUMP.to_owned()], trees: vec![UiTree::parse(DUMP.as_bytes()).unwrap()] }
    }

    fn write(recording: &Recording, folder: &Path) {
        let writer = Writer::create(folder).unwrap();
        for (name, bytes) in recording.files() {
            writer.put(&name, &bytes).unwrap();
        }
    }

    #[test]
    fn a_recording_comes_back_from_its_folder_and_its_zip() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, zip) = (dir.path().join("one"), dir.path().join("one.zip"));
        let before = recording("1");
        write(&before, &folder);
        assert!(matches!(Writer::create(&folder), Err(RecordingError::NotEmpty)));
        let bytes = capture::pack(&before.files()).unwrap();
        fs::write(&zip, &bytes).unwrap();
        for path in [&folder, &zip] {
            assert_eq!(Recording::read(path).unwrap().manifest, before.manifest);
        }
        fs::write(&zip, &bytes[..bytes.len() / 2]).unwrap();
        let error = Recording::read(&zip).unwrap_err().to_string();
        assert!(error.contains("one.zip") && error.contains("not a whole zip"), "{error}");
    }

    #[test]
    fn a_damaged_recording_is_refused_with_what_is_wrong() {
        let dir = tempfile::tempdir().unwrap();
        for (n, (wrong, words)) in
            [(Step::Saw(7), "saw frame 7"), (Step::Tapped(Some(9)), "tapped node 9")].into_iter().enumerate()
        {
            let mut damaged = recording("1");
            damaged.manifest.runs[0].steps.push(wrong);
            let folder = dir.path().join(n.to_string());
            write(&damaged, &folder);
            let error = Recording::read(&folder).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        let folder = dir.path().join("cut");
        write(&recording("1"), &folder);
        fs::write(folder.join(frame_file(0)), "<hierarchy><node").unwrap();
        assert!(Recording::read(&folder).unwrap_err().to_string().contains("001.xml"));
        fs::remove_file(folder.join(MANIFEST)).unwrap();
        assert!(Recording::read(&folder).unwrap_err().to_string().contains(MANIFEST));
    }

    /// The window may be noticed before or after the touch that it got.
    #[test]
    fn a_page_that_was_touched_unread_is_missed_once() {
        let window = || Step::Missed(Some("a window".into()));
        for (between, missed) in [
            (vec![], 0),
            (vec![window()], 0),
            (vec![Step::Tapped(None), window()], 0),
            (vec![window(), Step::Tapped(None)], 1),
            (vec![window(), Step::Tapped(None), Step::Missed(None)], 1),
            (vec![Step::Tapped(None), window(), Step::Missed(None)], 1),
        ] {
            let mut one = recording("1");
            one.manifest.runs[0].steps = [vec![Step::Saw(0)], between.clone(), vec![Step::Saw(0)]].concat();
            assert_eq!(one.missed(), missed, "{between:?}");
        }
    }

    #[test]
    fn recordings_merge_where_their_software_is_the_same() {
        let mut one = recording("1");
        one.merge(recording("1")).unwrap();
        assert_eq!((one.dumps.len(), one.manifest.runs.len(), one.missed()), (1, 2, 2));
        let error = one.merge(recording("2")).unwrap_err().to_string();
        assert!(error.contains("account-app.version is '1' in one and '2' in the other"), "{error}");
    }
}
