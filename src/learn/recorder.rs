//! Watches a phone while its owner signs it out by hand. It looks, and does nothing else.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use super::pages;
use super::recording::{
    Account, Ended, FrameInfo, MANIFEST, Manifest, Recording, RecordingError, Run, Step, Typed, Writer,
};
use super::touches::{Contact, Panel, TouchReader};
use super::words;
use crate::capture::{Identifiers, Known, harmless, masked_with_marks};
use crate::model::{Focus, Presence};
use crate::phone::{Look, Observation, Phone, PhoneError, PhoneFacts, ScreenRead, Step as Look1, TouchFeed};
use crate::profile::Catalog;
use crate::text::say;
use crate::ui::{Point, UiNode, UiTree};

/// Steps that may fail in a row before the phone counts as lost.
const FAILURES: u32 = 3;

/// How often the recorder looks at the phone, and how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two cheap looks (60 ms each on a phone).
    pub pause: Duration,
    /// A dump at the latest after this time: a dialog over a page need not change the focused window.
    pub again: Duration,
    /// The longest that a touch takes from the panel to this program. The recorder waits this long for the touch that led to a new page.
    pub lag: Duration,
    /// The longest that one question to the phone may take.
    pub within: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            pause: Duration::from_millis(200),
            again: Duration::from_secs(3),
            lag: Duration::from_millis(300),
            within: Duration::from_secs(40),
        }
    }
}

/// What the recorder tells the person at the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The recording has begun; `touch_panel` says whether taps are known from the panel.
    Began {
        /// Whether they are.
        touch_panel: bool,
    },
    /// A screen that was not there before: the hand may go on.
    Screen {
        /// Its number, from 1.
        number: usize,
        /// The window in front.
        focus: Option<Focus>,
    },
    /// A tap on a known node, in words.
    Tapped(String),
    /// A page came and went between two looks.
    Missed,
}

/// The person who signs the phone out.
pub trait Hand {
    /// Is told what was seen.
    fn told(&mut self, seen: &Seen);

    /// Which of these was pressed on the screen before the one in front; `None` where the phone went on by itself. Only asked where the
    /// touch panel can't be read.
    fn pressed(&mut self, buttons: &[String]) -> Option<usize>;

    /// Whether the person has ended the recording.
    fn is_over(&mut self) -> bool;

    /// Which of these words of the screens identify no person, so that the recording may hold them: one answer a word.
    fn may_be_written(&mut self, words: &[String]) -> Vec<bool>;
}

/// Why there is no recording at all.
#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    /// The phone could not be asked before anything was recorded.
    #[error(transparent)]
    Phone(#[from] PhoneError),
    /// Nothing to learn: no account is on the phone.
    #[error("{}", say!("no-account-is-on-the-phone"))]
    NoAccount,
    /// The list of accounts can't be read, so that the end could not be proven.
    #[error("{}", say!("accounts-of-phone-could-not-be-read"))]
    AccountsUnreadable,
    /// The recording could not be written.
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

/// The phone's model and software for people, from its properties.
pub type Naming = dyn Fn(&BTreeMap<String, String>) -> (Option<String>, Option<String>);

/// What a recording is made with.
pub struct Recorder<'a> {
    /// The profiles: their labels are words that identify no person.
    pub catalog: &'a Catalog,
    /// The phone's serial. The recording never holds it.
    pub serial: &'a str,
    /// How often to look.
    pub pace: Pace,
    /// The program and its version.
    pub tool: String,
    /// `2026-11-27`.
    pub date: String,
    /// Model and software for people, from the properties.
    pub name: &'a Naming,
}

impl Recorder<'_> {
    /// Watches until the account is gone, the person ends it, or the phone is lost. What was recorded is in the writer's folder at
    /// any time.
    ///
    /// # Errors
    /// Only where nothing could be recorded, or the recording not be written.
    pub fn run(
        &self,
        phone: &mut dyn Phone,
        feed: &mut dyn TouchFeed,
        hand: &mut dyn Hand,
        writer: &Writer,
    ) -> Result<Recording, RecorderError> {
        let facts = phone.facts(false, self.pace.within)?;
        match facts.accounts.presence() {
            Presence::Present => {}
            Presence::Absent => return Err(RecorderError::NoAccount),
            Presence::Unknown => return Err(RecorderError::AccountsUnreadable),
        }
        let panel = self.panel(&facts, feed);
        let mut session = self.session(&facts, writer, panel);
        hand.told(&Seen::Began { touch_panel: session.touches.is_some() });
        session.save()?;
        let ended = session.watch(phone, hand, self.pace)?;
        // A dump leaves a file on the phone. Where it can't be removed now, the next run does it.
        let _ = phone.tidy(self.pace.within);
        session.run_mut().ended = ended;
        session.save()?;
        session.unmask(self.catalog, hand)
    }

    /// The touch panel, where the phone lets it be read.
    fn panel(&self, facts: &PhoneFacts, feed: &mut dyn TouchFeed) -> Option<(TouchReader, Receiver<String>)> {
        let devices = feed.devices(self.pace.within).ok()?;
        let panel = Panel::find(&devices, facts.display?)?;
        let (lines, told) = mpsc::channel();
        feed.follow(lines, self.pace.within).ok()?;
        Some((TouchReader::new(panel), told))
    }

    fn session<'w>(
        &self,
        facts: &PhoneFacts,
        writer: &'w Writer,
        touches: Option<(TouchReader, Receiver<String>)>,
    ) -> Session<'w> {
        let ids = facts.accounts.users.iter().flat_map(|u| &u.xiaomi).filter(|a| !a.is_masked());
        let others: Vec<&str> = ids.map(crate::model::AccountId::as_given).chain([self.serial]).collect();
        let identifiers = Identifiers::of(&facts.props, &others);
        let mut manifest = Manifest::new(&self.tool, &self.date);
        (manifest.model, manifest.software) = (self.name)(&facts.props);
        manifest.properties = harmless(&facts.props, self.catalog, &identifiers);
        manifest.runs.push(Run { ended: Ended::Unfinished, touch_panel: touches.is_some(), steps: Vec::new() });
        let known = Known::of(self.catalog, &[], identifiers.clone());
        Session { writer, manifest, identifiers, known, raw: Vec::new(), dumps: Vec::new(), front: None, touches }
    }
}

/// A recording under way.
struct Session<'w> {
    writer: &'w Writer,
    manifest: Manifest,
    identifiers: Identifiers,
    known: Known,
    /// The frames as they were read: in memory only.
    raw: Vec<UiTree>,
    dumps: Vec<String>,
    front: Option<usize>,
    touches: Option<(TouchReader, Receiver<String>)>,
}

impl Session<'_> {
    fn run_mut(&mut self) -> &mut Run {
        if self.manifest.runs.is_empty() {
            self.manifest.runs.push(Run { ended: Ended::Unfinished, touch_panel: false, steps: Vec::new() });
        }
        let last = self.manifest.runs.len() - 1;
        &mut self.manifest.runs[last]
    }

    fn push(&mut self, step: Step) {
        self.run_mut().steps.push(step);
    }

    fn save(&self) -> Result<(), RecordingError> {
        self.writer.put(MANIFEST, self.manifest.to_json().as_bytes())
    }

    /// Looks until there is nothing more to see.
    fn watch(&mut self, phone: &mut dyn Phone, hand: &mut dyn Hand, pace: Pace) -> Result<Ended, RecordingError> {
        let (mut focus, mut dirty, mut looked, mut failures) = (None, true, Instant::now(), 0);
        loop {
            if hand.is_over() {
                return Ok(Ended::Stopped);
            }
            dirty |= self.take_touches(hand);
            let probe = match phone.step(&Look1::look(Look::Probes), pace.within) {
                Ok(probe) => probe,
                Err(error) if lost(&error, &mut failures) => return Ok(Ended::Disconnected),
                Err(_) => continue,
            };
            if probe.accounts.presence() == Presence::Absent {
                return self.gone(hand);
            }
            let moved = probe.focus != focus;
            if !dirty && !moved && self.touches.is_some() && looked.elapsed() < pace.again {
                std::thread::sleep(pace.pause);
                continue;
            }
            let look = Look1::look(Look::Screen { skip_when_absent: true });
            let seen = match phone.step(&look, pace.within) {
                Ok(seen) => seen,
                Err(error) if lost(&error, &mut failures) => return Ok(Ended::Disconnected),
                Err(_) => continue,
            };
            (looked, failures) = (Instant::now(), 0);
            if seen.accounts.presence() == Presence::Absent {
                return self.gone(hand);
            }
            // A window that the cheap look saw, and that was no longer there when the screen was read.
            if moved && probe.focus != seen.focus && focus != seen.focus && probe.focus.is_some() {
                let name = probe.focus.as_ref().map(|f| self.known.name(&f.to_string()));
                self.push(Step::Missed(name));
                hand.told(&Seen::Missed);
            }
            dirty = self.look(&seen, dirty || moved, pace.lag, hand)?;
            focus.clone_from(&seen.focus);
        }
    }

    /// The account is gone. What was touched last was touched on the page in front.
    fn gone(&mut self, hand: &mut dyn Hand) -> Result<Ended, RecordingError> {
        self.take_touches(hand);
        if self.touches.is_none() {
            self.ask(hand);
        }
        self.save()?;
        Ok(Ended::AccountGone)
    }

    /// Takes one screen in. `stale` says that the frame before it was known to be gone. Gives whether to look again soon.
    fn look(
        &mut self,
        seen: &Observation,
        stale: bool,
        lag: Duration,
        hand: &mut dyn Hand,
    ) -> Result<bool, RecordingError> {
        let mut during = self.drain();
        let tree = match &seen.screen {
            ScreenRead::Tree(tree) if is_of(tree, seen.focus.as_ref()) => tree,
            _ => {
                self.place_all(&during, self.front, hand);
                return Ok(true);
            }
        };
        let before = self.front;
        let Some(frame) = self.frame(tree, seen)? else { return Ok(true) };
        if before == Some(frame) {
            self.place_all(&during, before, hand);
            return Ok(!during.is_empty());
        }
        let is_new_page = before.is_none_or(|before| {
            pages::key(&self.raw[before], &self.known) != pages::key(tree, &self.known)
                || self.manifest.frames[before].focus != self.manifest.frames[frame].focus
        });
        // A window that only the cheap look saw is no touch: the one that led here may still be on its way from the panel.
        let mut seen_or_touched =
            self.run_mut().steps.iter().rev().filter(|step| !matches!(step, Step::Missed(Some(_))));
        let untouched = seen_or_touched.next().is_none_or(|step| matches!(step, Step::Saw(_)));
        if is_new_page && self.touches.is_some() && before.is_some() {
            std::thread::sleep(lag);
            during.extend(self.drain());
        }
        // The person touched before the recorder showed the new page. The touch that led to it hit the page before; one that hits nothing
        // on the new page was made on a page that no look has read.
        let (early, late): (Vec<Contact>, Vec<Contact>) = during.iter().partition(|contact| {
            let on_before = (!stale || untouched) && self.hits(before, **contact);
            on_before || !self.hits(Some(frame), **contact)
        });
        self.place_all(&early, before, hand);
        if is_new_page && let Some(before) = before {
            self.between(before, tree, hand);
        }
        self.push(Step::Saw(frame));
        self.front = Some(frame);
        if is_new_page {
            hand.told(&Seen::Screen { number: frame + 1, focus: seen.focus.clone() });
        }
        self.place_all(&late, Some(frame), hand);
        self.save()?;
        Ok(true)
    }

    /// What is asked or said where one page has given way to another.
    fn between(&mut self, before: usize, after: &UiTree, hand: &mut dyn Hand) {
        if self.touches.is_none() && !pages::is_typed_between(&self.raw[before], after) {
            self.ask(hand);
        }
        if self.was_touched_twice(before) {
            self.push(Step::Missed(None));
            hand.told(&Seen::Missed);
        }
    }

    /// The frame's number, new or known; `None` where an identifier would be left in it.
    fn frame(&mut self, tree: &UiTree, seen: &Observation) -> Result<Option<usize>, RecordingError> {
        let xml = with_rotation(masked_with_marks(tree, &self.known).xml, tree.rotation());
        if self.known.leaks(&xml) {
            return Ok(None);
        }
        let focus = seen.focus.as_ref().map(|f| Focus::parse(&self.known.name(&f.to_string())).to_string());
        let account = match seen.accounts.presence() {
            Presence::Present => Account::Present,
            Presence::Absent => Account::Absent,
            Presence::Unknown => Account::Unknown,
        };
        let typed = typed_into(tree, &self.known);
        let same = |n: &usize| {
            self.dumps[*n] == xml
                && self.manifest.frames[*n].focus == focus
                && self.manifest.frames[*n].account == account
        };
        if let Some(known) = (0..self.dumps.len()).find(same) {
            self.manifest.frames[known].typed = typed;
            return Ok(Some(known));
        }
        let frame = self.dumps.len();
        self.writer.put(&super::frame_file(frame), xml.as_bytes())?;
        self.dumps.push(xml);
        self.raw.push(tree.clone());
        self.manifest.frames.push(FrameInfo { focus, account, typed });
        Ok(Some(frame))
    }

    /// What the panel has reported since the last time.
    fn drain(&mut self) -> Vec<Contact> {
        let rotation = self.front.and_then(|frame| self.raw.get(frame)).map_or(0, UiTree::rotation);
        let Some((reader, lines)) = &mut self.touches else { return Vec::new() };
        lines.try_iter().filter_map(|line| reader.line(&line, rotation)).collect()
    }

    /// Puts what was touched onto the frame in front; gives whether there was anything.
    fn take_touches(&mut self, hand: &mut dyn Hand) -> bool {
        let contacts = self.drain();
        self.place_all(&contacts, self.front, hand);
        !contacts.is_empty()
    }

    fn hits(&self, frame: Option<usize>, contact: Contact) -> bool {
        let Contact::Tap(at) = contact else { return true };
        frame.and_then(|frame| self.raw.get(frame)).is_some_and(|tree| tapped(tree, at).is_some())
    }

    fn place_all(&mut self, contacts: &[Contact], frame: Option<usize>, hand: &mut dyn Hand) {
        for contact in contacts {
            let step = match *contact {
                Contact::Tap(at) => {
                    let node = frame.and_then(|frame| self.raw.get(frame)).and_then(|tree| tapped(tree, at));
                    Step::Tapped(node)
                }
                Contact::Swipe { from, to } if (from.y - to.y).abs() > (from.x - to.x).abs() => {
                    Step::Scrolled(from.y > to.y)
                }
                Contact::Swipe { .. } => Step::Tapped(None),
            };
            if let (Step::Tapped(Some(node)), Some(frame)) = (&step, frame) {
                hand.told(&Seen::Tapped(self.describe(frame, *node)));
            }
            self.push(step);
        }
    }

    /// Whether something was pressed on a page, and then something else: the first press led to a page that was not read. Where the
    /// page has a field, the keys of the keyboard are touches too.
    fn was_touched_twice(&self, frame: usize) -> bool {
        let tree = &self.raw[frame];
        if tree.nodes().any(|(_, node)| node.password || node.class.contains("EditText")) {
            return false;
        }
        let steps = self.manifest.runs.last().map(|run| run.steps.as_slice()).unwrap_or_default();
        let since = steps.iter().rposition(|step| !matches!(step, Step::Tapped(_) | Step::Missed(Some(_))));
        let mut taps = steps[since.map_or(0, |at| at + 1)..].iter().filter_map(|step| match step {
            Step::Tapped(node) => Some(*node),
            _ => None,
        });
        let Some(first @ Some(_)) = taps.next() else { return false };
        taps.any(|node| node != first)
    }

    /// Asks which button was pressed on the frame in front.
    fn ask(&mut self, hand: &mut dyn Hand) {
        let Some(frame) = self.front else { return };
        let nodes: Vec<usize> = buttons(&self.raw[frame]);
        let words: Vec<String> = nodes.iter().map(|node| self.describe(frame, *node)).collect();
        if words.is_empty() {
            return;
        }
        if let Some(node) = hand.pressed(&words).and_then(|n| nodes.get(n).copied()) {
            self.push(Step::Tapped(Some(node)));
        }
    }

    /// A node in words for the person at its phone.
    fn describe(&self, frame: usize, place: usize) -> String {
        let tree = &self.raw[frame];
        let Some((_, node)) = tree.nodes().nth(place) else { return String::new() };
        let text = |n: &UiNode| {
            [&n.text, &n.content_desc]
                .into_iter()
                .find(|t| !t.trim().is_empty() && !n.password)
                .map(ToString::to_string)
        };
        let inside = || tree.descendants(node).find_map(text);
        let id = || node.id.rsplit('/').next().map(str::to_owned).filter(|id| !id.is_empty());
        let class = || node.class.rsplit('.').next().unwrap_or_default().to_owned();
        match () {
            () if node.password => "the password field".to_owned(),
            () => text(node).or_else(inside).or_else(id).unwrap_or_else(class),
        }
    }

    /// Asks which words may be written, and writes the frames again with those.
    fn unmask(mut self, catalog: &Catalog, hand: &mut dyn Hand) -> Result<Recording, RecorderError> {
        let mut pressed: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut front = None;
        for step in self.manifest.runs.iter().flat_map(|run| &run.steps) {
            match step {
                Step::Saw(frame) => front = Some(*frame),
                Step::Tapped(Some(node)) => pressed.entry(front.unwrap_or_default()).or_default().push(*node),
                _ => {}
            }
        }
        let mut words: Vec<String> = Vec::new();
        for (frame, tree) in self.raw.iter().enumerate() {
            let focus = self.manifest.frames[frame].focus.as_deref().map(Focus::parse);
            let of_sign_out = focus.is_some_and(|focus| !pages::is_outside(&focus.package));
            let nodes = pressed.get(&frame).map(Vec::as_slice).unwrap_or_default();
            for word in words::of_frame(tree, nodes, of_sign_out, &self.known) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        if !words.is_empty() {
            let answers = hand.may_be_written(&words);
            words = words.into_iter().zip(answers).filter(|(_, yes)| *yes).map(|(word, _)| word).collect();
        }
        let known = Known::of(catalog, &words, self.identifiers.clone());
        self.manifest.words = words;
        let mut trees = Vec::new();
        for (frame, tree) in self.raw.iter().enumerate() {
            let xml = with_rotation(masked_with_marks(tree, &known).xml, tree.rotation());
            if !known.leaks(&xml) && xml != self.dumps[frame] {
                self.writer.put(&super::frame_file(frame), xml.as_bytes())?;
                self.dumps[frame] = xml;
            }
            trees.push(UiTree::parse(self.dumps[frame].as_bytes()).unwrap_or_else(|_| tree.clone()));
        }
        self.save()?;
        Ok(Recording { manifest: self.manifest, dumps: self.dumps, trees })
    }
}

/// Whether an error means that the phone is gone; a passing one is counted.
fn lost(error: &PhoneError, failures: &mut u32) -> bool {
    *failures += 1;
    !matches!(error, PhoneError::Timeout(_)) || *failures >= FAILURES
}

/// Whether a tree is of the window in front, and not of one that has just closed.
fn is_of(tree: &UiTree, focus: Option<&Focus>) -> bool {
    let activity = focus.filter(|focus| focus.activity.contains('.'));
    activity.is_none_or(|focus| tree.nodes().any(|(_, node)| node.package == focus.package))
}

/// The node that takes a tap: the deepest one there that can be pressed; on a web page the deepest with a text, since its nodes need
/// not say that they can be.
pub(super) fn tapped(tree: &UiTree, at: Point) -> Option<usize> {
    let there = || tree.nodes().enumerate().filter(|(_, (_, node))| node.enabled && node.bounds.contains(at));
    let pressable = there().filter(|(_, (_, node))| node.clickable && node.package != "com.android.systemui").last();
    let of_web = || {
        let on_web = |node: &UiNode| tree.ancestors(node).any(|around| around.class.ends_with("WebView"));
        there().filter(|(_, (_, node))| on_web(node) && !node.text.trim().is_empty()).last()
    };
    pressable.or_else(of_web).map(|(place, _)| place)
}

/// Everything on a screen that can be pressed and is no field.
fn buttons(tree: &UiTree) -> Vec<usize> {
    let is_button =
        |node: &UiNode| node.clickable && node.enabled && !node.password && !node.class.contains("EditText");
    tree.nodes().enumerate().filter(|(_, (_, node))| is_button(node)).map(|(place, _)| place).collect()
}

/// Fields that are no password fields, with the length of what was typed there.
fn typed_into(tree: &UiTree, known: &Known) -> Vec<Typed> {
    let is_field = |node: &UiNode| !node.password && node.class.contains("EditText") && node.filled();
    let nodes = tree.nodes().enumerate().filter(|(_, (_, node))| is_field(node) && known.masked(&node.text).is_some());
    nodes.map(|(place, (_, node))| Typed { node: place, chars: node.text.chars().count() }).collect()
}

/// The masked dump with the display's rotation, which the masker does not keep.
fn with_rotation(xml: String, rotation: u8) -> String {
    if rotation == 0 { xml } else { xml.replacen("rotation=\"0\"", &format!("rotation=\"{rotation}\""), 1) }
}
