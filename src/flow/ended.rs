//! What is known of a walk at its end.

use crate::model::{Ending, Focus, Presence};
use crate::ui::UiTree;

/// How a walk ended, with what it saw last.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The ending.
    pub ending: Ending,
    /// The accounts at the end; unknown where the phone was lost after they were read.
    pub presence: Presence,
    /// The screen in front at the end, in words, where it was recognised.
    pub screen: Option<String>,
    /// The last screen that was read, however the walk ended: also where the phone was lost, or the time was up, after that.
    pub last_screen: Option<SeenScreen>,
    /// Screens that the walk passed and no profile knows, each once and at most [`MOST_UNKNOWN`](super::MOST_UNKNOWN), in their order. With
    /// [`Ended::last_screen`] they are the evidence of a first contact with a phone that nobody has seen: `learn` keeps them.
    pub unknown_screens: Vec<SeenScreen>,
    /// Round trips that touched the phone, and screens read.
    pub counts: Counts,
}

/// A screen as it was read. It may show the owner's data: it is masked before it is kept or shown.
#[derive(Clone, Debug)]
pub struct SeenScreen {
    /// The window in front, where it could be read.
    pub focus: Option<Focus>,
    /// The tree.
    pub tree: UiTree,
}

/// What a walk cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Steps: round trips with an input or an opening.
    pub steps: u32,
    /// Screens read.
    pub dumps: u32,
}
