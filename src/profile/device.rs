//! A profile after loading: what the engine reads.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::model::Opening;
use crate::ui::{Vocabulary, glob};

use super::condition::Holds;
use super::{Condition, Options, Reaction, Reactions, View};

/// The flow that a run does.
pub const SIGN_OUT: &str = "sign-out";

/// A family of phones: how to know each screen, and what to do there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceProfile {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// The file it was read from.
    pub file: String,
    /// Only the base of others: never chosen for a phone.
    pub is_abstract: bool,
    /// Property to accepted values; all must hold.
    pub matches: BTreeMap<String, Vec<String>>,
    /// Ways to the account page, tried in order.
    pub entry: Vec<Entry>,
    /// The screens, in the order of the file.
    pub screens: Vec<Screen>,
    /// Dialogs that may come at any time; looked for before any screen.
    pub popups: Vec<Screen>,
    /// What to do, by flow.
    pub flows: BTreeMap<String, Flow>,
    /// What its conditions and those of the catalog's other profiles ask for.
    pub(super) vocabulary: Arc<Vocabulary>,
    /// What to do on the popups.
    pub(super) on_popup: BTreeMap<String, Reactions>,
}

/// One way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Open a page.
    Open(Opening),
    /// Follow this flow until a screen of the sign-out is recognised.
    Flow(String),
}

/// The reactions of one flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// By screen.
    pub on: BTreeMap<String, Reactions>,
}

/// One screen, or one popup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Its name.
    pub name: String,
    /// What it is, in words for the progress line.
    pub title: String,
    /// How it is known.
    pub condition: Condition,
    /// How well that is known.
    pub evidence: Evidence,
    /// What it says about a password that was submitted before.
    pub verdict: Option<Verdict>,
    /// How often at most in one run; for popups only.
    pub max: Option<u32>,
}

/// How well a screen is known, and from what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// How well.
    pub confidence: Confidence,
    /// From what.
    pub source: String,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.confidence.as_str(), self.source)
    }
}

/// How well something is known, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A record of a real phone.
    Recorded,
    /// Read in the app itself or its resources.
    SeenInSource,
    /// A person reported it.
    Reported,
    /// Inferred.
    Guess,
}

impl Confidence {
    /// Every grade, best first.
    pub const ALL: [Self; 4] = [Self::Recorded, Self::SeenInSource, Self::Reported, Self::Guess];

    /// The words that an `evidence` begins with.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::SeenInSource => "seen in source",
            Self::Reported => "reported",
            Self::Guess => "guess",
        }
    }
}

/// What a screen says about a password that was submitted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was right.
    Accepted,
    /// It was wrong.
    Rejected,
}

/// What a view turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognised<'p> {
    /// This screen.
    Screen(&'p Screen),
    /// This popup on top of whatever.
    Popup(&'p Screen),
    /// More than one: the profile does not tell them apart, and nothing may be tapped.
    Several(Vec<&'p str>),
    /// No screen of this profile.
    Nothing,
    /// The probes do not decide: read the tree.
    NeedsTree,
}

impl DeviceProfile {
    /// Whether every key of `match` holds for these properties.
    #[must_use]
    pub fn fits(&self, props: &BTreeMap<String, String>) -> bool {
        let value = |key: &str| props.get(key).map(String::as_str).unwrap_or_default();
        self.matches.iter().all(|(key, accepted)| accepted.iter().any(|pattern| glob(pattern, value(key))))
    }

    /// Which screen this is. Popups win over screens, and screens that are known by their tree win over those that the probes
    /// decide alone (which still decide where no tree was read).
    #[must_use]
    pub fn recognise(&self, view: &View<'_>) -> Recognised<'_> {
        let tree = view.tree.map(|tree| tree.indexed(&self.vocabulary));
        let front = view.focus.map(ToString::to_string);
        let holds = |screen: &Screen| screen.condition.holds(view, front.as_deref(), tree.as_ref());
        let holding = |screens: &'_ [Screen], cheap: bool| -> Vec<usize> {
            let fits = |s: &Screen| s.condition.is_cheap() == cheap && holds(s) == Holds::Yes;
            (0..screens.len()).filter(|i| fits(&screens[*i])).collect()
        };
        for (screens, cheap, popup) in
            [(&self.popups, false, true), (&self.screens, false, false), (&self.screens, true, false)]
        {
            match holding(screens, cheap).as_slice() {
                [] => {}
                [one] if popup => return Recognised::Popup(&screens[*one]),
                [one] => return Recognised::Screen(&screens[*one]),
                several => return Recognised::Several(several.iter().map(|i| screens[*i].name.as_str()).collect()),
            }
        }
        let open = |s: &Screen| holds(s) == Holds::NeedsTree;
        if self.popups.iter().chain(&self.screens).any(open) { Recognised::NeedsTree } else { Recognised::Nothing }
    }

    /// What to do on a screen in a flow, under the options of a run; for a popup in any flow. `None` where the flow says nothing
    /// about it.
    #[must_use]
    pub fn reaction(&self, flow: &str, screen: &str, options: &Options) -> Option<&Reaction> {
        let of_flow = self.flows.get(flow).and_then(|f| f.on.get(screen));
        of_flow.or_else(|| self.on_popup.get(screen)).and_then(|r| r.of(options))
    }

    /// Whether it acts on a screen that only a recording shows. Such a profile was learned, and its file does not say that it has signed
    /// out a phone.
    #[must_use]
    pub fn is_learned(&self) -> bool {
        let recorded = |name: &str| self.screen(name).is_some_and(|s| s.evidence.confidence == Confidence::Recorded);
        let flow = self.flows.get(SIGN_OUT).into_iter().flat_map(|flow| &flow.on);
        flow.into_iter().any(|(screen, reactions)| recorded(screen) && reactions.acts())
    }

    /// A screen or popup by name.
    #[must_use]
    pub fn screen(&self, name: &str) -> Option<&Screen> {
        self.screens.iter().chain(&self.popups).find(|s| s.name == name)
    }

    /// Whether the sign-out itself has something to do on this screen: then the way in is behind.
    #[must_use]
    pub fn is_arrival(&self, screen: &str) -> bool {
        self.flows.get(SIGN_OUT).is_some_and(|f| f.on.contains_key(screen))
    }

    /// How many screens and popups have each grade of evidence, best first, without grades that do not occur.
    #[must_use]
    pub fn evidence_summary(&self) -> Vec<(Confidence, usize)> {
        let count =
            |c: Confidence| self.screens.iter().chain(&self.popups).filter(|s| s.evidence.confidence == c).count();
        Confidence::ALL.into_iter().map(|c| (c, count(c))).filter(|(_, n)| *n > 0).collect()
    }
}
