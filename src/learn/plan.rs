//! What a drafted profile is going to say, before it is text.

use super::picks::Pick;

/// One screen of the draft.
#[derive(Clone, Debug)]
pub(super) struct ScreenPlan {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) focus: Option<String>,
    pub(super) all: Vec<Pick>,
    pub(super) none: Vec<Pick>,
    pub(super) accepted: bool,
    pub(super) reaction: ReactionPlan,
    /// What has to be answered before the reaction is done.
    pub(super) question: Option<String>,
    pub(super) guesses: Vec<String>,
}

/// What is done on a screen.
#[derive(Clone, Debug)]
pub(super) enum ReactionPlan {
    Nothing,
    Wait,
    Tap { target: Pick, scroll: bool },
    Data { keep: Pick, remove: Pick },
    Type { into: Pick },
    Submit { tap: Pick },
}

/// Everything that the text of the profile is made of.
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) base: String,
    pub(super) without: Vec<String>,
    pub(super) matches: Vec<(String, String)>,
    pub(super) open: Vec<String>,
    pub(super) screens: Vec<ScreenPlan>,
    /// Flow of the way in: screen and what is tapped.
    pub(super) way_in: Vec<(String, Pick)>,
    pub(super) guesses: Vec<String>,
    pub(super) questions: Vec<String>,
}
