//! From a recording to a draft profile: which pages are screens, by what they are known, and what is done there.

use super::pages::{Act, Page, Visit, Walked, is_outside};
use super::picks::{Grade, Pick, Vocabulary, points_at};
use super::plan::{Plan, ReactionPlan, ScreenPlan};
use super::recording::{Recording, SOFTWARE};
use super::words;
use super::write::{self, Written};
use crate::capture::{Identifiers, Known};
use crate::model::ACCOUNT_APP_VERSION;
use crate::profile::{Action, Catalog, DeviceProfile, Options, Reaction, Recognised, SIGN_OUT, View};
use crate::ui::{NodeId, UiTree};

/// A profile that was drafted from a recording.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its name.
    pub name: String,
    /// Its text; `None` where the recording does not end with the account gone.
    pub toml: Option<String>,
    /// Questions that a person has to answer before the profile does everything that was shown.
    pub questions: usize,
    /// Guesses, each a comment with a question.
    pub guesses: usize,
    /// Frames with the screen that each has to be.
    pub expected: Vec<(usize, String)>,
    /// Frames that were pressed on, with the node, for the check.
    pub pressed: Vec<(usize, usize, String)>,
}

/// Drafts a profile. `catalog` are the built-in profiles.
#[must_use]
pub fn draft(recording: &Recording, catalog: &Catalog) -> Draft {
    let known = Known::of(catalog, &recording.manifest.words, Identifiers::default());
    let mut drafter = Drafter::new(recording, catalog, &known);
    drafter.merge_paths();
    let plan = drafter.plan();
    let (expected, pressed) = (drafter.expected(), drafter.pressed());
    let Written { toml, questions, guesses } = write::profile(&plan, &recording.manifest);
    let complete = recording.is_complete();
    Draft { name: plan.name, toml: complete.then_some(toml), questions, guesses, expected, pressed }
}

/// What a page is in the sign-out.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    /// A screen of the base, which does there what the hand did, or nothing is done there.
    Base(String),
    /// Something is done there: the place in the path.
    Path(usize),
    /// It goes on by itself.
    Wait,
    /// The hand was there and came back.
    Detour,
    /// Settings, the home screen: nothing of the sign-out.
    Outside,
}

struct Drafter<'a> {
    recording: &'a Recording,
    catalog: &'a Catalog,
    base: Option<&'a DeviceProfile>,
    vocabulary: Vocabulary<'a>,
    walked: Walked,
    path: Vec<Visit>,
    /// Pages after which a page was missed in every run.
    missed: Vec<usize>,
    roles: Vec<Role>,
    names: Vec<String>,
    without: Vec<String>,
}

impl<'a> Drafter<'a> {
    fn new(recording: &'a Recording, catalog: &'a Catalog, known: &Known) -> Self {
        let base = catalog.choose(&recording.manifest.properties).ok().or_else(|| catalog.get("base"));
        let vocabulary = Vocabulary { labels: catalog.labels(), words: &recording.manifest.words };
        let walked = Walked::of(recording, known);
        let count = walked.pages.len();
        Self {
            recording,
            catalog,
            base,
            vocabulary,
            walked,
            path: Vec::new(),
            missed: Vec::new(),
            roles: vec![Role::Outside; count],
            names: vec![String::new(); count],
            without: Vec::new(),
        }
    }

    /// One path out of those of all runs that led to the end.
    fn merge_paths(&mut self) {
        let paths: Vec<Vec<Visit>> =
            self.walked.runs.iter().filter(|(_, gone)| *gone).map(|(visits, _)| Walked::path(visits)).collect();
        for path in &paths {
            let mut at = 0;
            for visit in path {
                if let Some(known) = self.path.iter().position(|known| known.page == visit.page) {
                    at = known + 1;
                } else {
                    self.path.insert(at, visit.clone());
                    at += 1;
                }
            }
        }
        let all: Vec<&Visit> = paths.iter().flatten().collect();
        self.missed = (self.path.iter().map(|visit| visit.page))
            .filter(|page| all.iter().filter(|v| v.page == *page).all(|v| v.missed))
            .collect();
        self.assign_roles();
    }

    fn tree(&self, frame: usize) -> &'a UiTree {
        &self.recording.trees[frame]
    }

    fn page(&self, page: usize) -> &Page {
        &self.walked.pages[page]
    }

    fn package_of(&self, page: usize) -> String {
        let frame = self.page(page).frames[0];
        let focus = self.recording.focus(frame).map(|focus| focus.package);
        focus.or_else(|| self.tree(frame).nodes().next().map(|(_, n)| n.package.to_string())).unwrap_or_default()
    }

    /// The screens of the base that fit a frame, by name.
    fn base_names(&self, frame: usize) -> Vec<String> {
        let focus = self.recording.focus(frame);
        let view =
            View { focus: focus.as_ref(), presence: self.recording.presence(frame), tree: Some(self.tree(frame)) };
        match self.base.map(|base| base.recognise(&view)) {
            Some(Recognised::Screen(one) | Recognised::Popup(one)) => vec![one.name.clone()],
            Some(Recognised::Several(names)) => names.into_iter().map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    fn assign_roles(&mut self) {
        let began = |visits: &[Visit], path: &[Visit]| {
            let first = path.iter().map(|v| v.page).find(|page| !is_outside(&self.package_of(*page)));
            first.and_then(|first| visits.iter().position(|v| v.page == first))
        };
        let mut by_itself = vec![false; self.walked.pages.len()];
        for (visits, _) in &self.walked.runs {
            let Some(start) = began(visits, &self.path) else { continue };
            for visit in &visits[start..] {
                by_itself[visit.page] |= visit.act == Act::Nothing;
            }
        }
        let mut used = 0;
        for (page, by_itself) in by_itself.iter().enumerate() {
            let names: Vec<Vec<String>> = self.page(page).frames.iter().map(|frame| self.base_names(*frame)).collect();
            let one = match names.first().map(Vec::as_slice) {
                Some([name]) if names.iter().all(|n| n.as_slice() == [name.clone()]) => Some(name.clone()),
                _ => None,
            };
            let place = self.path.iter().position(|visit| visit.page == page);
            let outside = is_outside(&self.package_of(page));
            let role = match (place, one) {
                (Some(place), Some(name)) if self.base_does(&name, &self.path[place].act) => Role::Base(name),
                (Some(_), Some(name)) if outside => Role::Base(name),
                (Some(place), _) => Role::Path(place),
                (None, Some(name)) => Role::Base(name),
                (None, None) if outside => Role::Outside,
                (None, None) if *by_itself => Role::Wait,
                (None, None) => Role::Detour,
            };
            // A screen of the base that also fits a page of the draft would make two of one.
            if !matches!(role, Role::Base(_) | Role::Outside) {
                for name in names.into_iter().flatten() {
                    if !self.without.contains(&name) {
                        self.without.push(name);
                    }
                }
            }
            self.roles[page] = role;
        }
        for (page, by_itself) in by_itself.into_iter().enumerate() {
            // A page of a screen that the base leaves out needs another role.
            if matches!(&self.roles[page], Role::Base(name) if self.without.contains(name)) {
                let place = self.path.iter().position(|visit| visit.page == page);
                let passed = if by_itself { Role::Wait } else { Role::Detour };
                self.roles[page] = place.map_or(passed, Role::Path);
            }
            self.names[page] = match &self.roles[page] {
                Role::Base(name) => name.clone(),
                Role::Outside => "outside".to_owned(),
                role => {
                    used += 1;
                    self.name_of(page, role, used)
                }
            };
        }
    }

    /// Whether the base does on its screen what the hand did there.
    fn base_does(&self, name: &str, act: &Act) -> bool {
        let reaction = self.base.and_then(|base| base.reaction(SIGN_OUT, name, &Options::default()));
        let Some(Reaction::Do { actions, .. }) = reaction else { return false };
        match (act, actions.as_slice()) {
            (Act::Typed, [Action::Type { .. }]) => true,
            (Act::Pressed { frame, node }, [Action::Tap { target, .. } | Action::Submit { tap: target }]) => {
                let tree = self.tree(*frame);
                node_id(tree, *node).is_some_and(|node| points_at(tree, target, node))
            }
            _ => false,
        }
    }

    fn name_of(&self, page: usize, role: &Role, number: usize) -> String {
        let first = self.path.iter().map(|v| v.page).find(|page| !is_outside(&self.package_of(*page)));
        match (self.page(page).filled, role) {
            (Some(false), Role::Path(_)) => format!("learned-password-{number}"),
            (Some(true), Role::Path(_)) => format!("learned-password-filled-{number}"),
            (_, Role::Path(_)) if first == Some(page) => "learned-account-page".to_owned(),
            (_, Role::Path(_)) => format!("learned-page-{number}"),
            (_, Role::Wait) => format!("learned-wait-{number}"),
            _ => format!("learned-detour-{number}"),
        }
    }

    fn plan(&self) -> Plan {
        let properties = &self.recording.manifest.properties;
        let matches: Vec<(String, String)> =
            SOFTWARE.iter().filter_map(|key| Some(((*key).to_owned(), properties.get(*key)?.clone()))).collect();
        let mut plan = Plan {
            name: slug(&matches),
            base: self.base.map_or_else(|| "base".to_owned(), |base| base.name.clone()),
            without: self.without.clone(),
            matches,
            open: Vec::new(),
            screens: Vec::new(),
            way_in: Vec::new(),
            guesses: Vec::new(),
            questions: Vec::new(),
        };
        if !plan.matches.iter().any(|(key, _)| key == ACCOUNT_APP_VERSION) {
            plan.questions
                .push("the account app's version could not be read: which phones have these pages?".to_owned());
        }
        for page in &self.missed {
            plan.questions.push(format!(
                "a page came and went after '{}': show it with a second recording, and learn from both",
                self.names[*page]
            ));
        }
        let submitted = self.path.iter().position(|visit| self.page(visit.page).filled == Some(true));
        for (place, visit) in self.path.iter().enumerate() {
            if is_outside(&self.package_of(visit.page)) {
                self.plan_way_in(visit, &mut plan);
                continue;
            }
            if let Role::Path(_) = self.roles[visit.page] {
                let after_password = submitted.is_some_and(|submitted| place > submitted);
                self.plan_step(visit, after_password, &mut plan);
            }
        }
        for page in 0..self.walked.pages.len() {
            if matches!(self.roles[page], Role::Wait | Role::Detour) {
                self.plan_passed(page, &mut plan);
            }
        }
        self.plan_entry(&mut plan);
        plan
    }

    /// The ways in: the recorded account page itself, then those of the base, then through Settings as the hand went.
    fn plan_entry(&self, plan: &mut Plan) {
        let first = self.path.iter().map(|v| v.page).find(|page| !is_outside(&self.package_of(*page)));
        let focus = first.and_then(|page| self.recording.focus(self.page(page).frames[0]));
        if let Some(focus) = focus.filter(|focus| focus.activity.contains('.')) {
            plan.open.push(format!("{{ component = {} }}", super::picks::quoted(&focus.to_string())));
        }
        plan.open.extend(self.base.into_iter().flat_map(|base| &base.entry).map(write::entry));
        if !plan.way_in.is_empty() {
            plan.open.push("{ action = \"android.settings.SETTINGS\", package = \"com.android.settings\" }".to_owned());
            plan.open.push("{ flow = \"learned-way-in\" }".to_owned());
        }
    }

    fn plan_way_in(&self, visit: &Visit, plan: &mut Plan) {
        let Act::Pressed { frame, node } = visit.act else { return };
        if self.package_of(visit.page) != "com.android.settings" {
            return;
        }
        let Some(target) = self.target(visit.page, frame, node) else { return };
        let name = if let Role::Base(name) = &self.roles[visit.page] {
            name.clone()
        } else {
            let mut screen = self.screen(visit.page, Some(&target));
            "a page of Settings".clone_into(&mut screen.title);
            screen.reaction = ReactionPlan::Nothing;
            let name = screen.name.clone();
            plan.screens.push(screen);
            name
        };
        plan.way_in.push((name, target));
    }

    /// A page on which something is done.
    fn plan_step(&self, visit: &Visit, after_password: bool, plan: &mut Plan) {
        let page = visit.page;
        let target = match visit.act {
            Act::Pressed { frame, node } => self.target(page, frame, node),
            _ => None,
        };
        let mut screen = self.screen(page, target.as_ref());
        screen.accepted = after_password;
        if after_password {
            screen.guesses.push(
                "this page came after the password, and the account was gone in the end, so it tells that the password was right. Is it so?"
                    .to_owned(),
            );
        }
        let filled = self.page(page).filled;
        let into = || self.password_field(page);
        match (&visit.act, filled, target) {
            (Act::Typed, ..) => {
                screen.reaction = into().map_or(ReactionPlan::Nothing, |into| ReactionPlan::Type { into });
            }
            (Act::Pressed { .. }, Some(true), Some(tap)) => screen.reaction = ReactionPlan::Submit { tap },
            (Act::Pressed { .. }, Some(false), Some(tap)) => {
                // No frame shows the page with the password in it.
                let mut with_password = screen.clone();
                with_password.name = format!("{}-filled", screen.name);
                with_password
                    .all
                    .iter_mut()
                    .filter(|pick| pick.filled.is_some())
                    .for_each(|pick| pick.filled = Some(true));
                with_password
                    .guesses
                    .push("the page was not seen with the password in it. Does it look the same?".to_owned());
                with_password.reaction = ReactionPlan::Submit { tap };
                screen.reaction = into().map_or(ReactionPlan::Nothing, |into| ReactionPlan::Type { into });
                plan.screens.push(screen);
                screen = with_password;
            }
            (Act::Pressed { frame, node }, None, Some(target)) => {
                screen.reaction = self.data_choice(page, *frame, *node, &mut screen.guesses).unwrap_or_else(|| {
                    let scroll = self.page(page).scrolled || !self.is_on_every_frame(page, &target);
                    ReactionPlan::Tap { target, scroll }
                });
            }
            _ => {}
        }
        screen.question = Self::question(&screen, visit);
        plan.screens.push(screen);
    }

    /// What keeps a reaction from being done before a person has answered.
    fn question(screen: &ScreenPlan, visit: &Visit) -> Option<String> {
        let target = match &screen.reaction {
            ReactionPlan::Nothing if matches!(visit.act, Act::Pressed { .. } | Act::Typed) => {
                return Some(
                    "nothing tells the place that was pressed from the others of its page: what is it?".to_owned(),
                );
            }
            ReactionPlan::Nothing | ReactionPlan::Wait => return None,
            ReactionPlan::Tap { target, .. } | ReactionPlan::Submit { tap: target } => target,
            ReactionPlan::Type { into } => into,
            ReactionPlan::Data { keep, .. } => keep,
        };
        let strong = |pick: &Pick| pick.grade() <= Grade::Text;
        let types = matches!(screen.reaction, ReactionPlan::Type { .. });
        if !types && target.grade() == Grade::Structure {
            let what = target.class.clone().unwrap_or_default();
            return Some(format!(
                "only its form tells what was pressed here (the one {what} of the page): would another page of this app not look the same?"
            ));
        }
        let told =
            screen.all.iter().any(strong) || screen.all.iter().any(|pick| pick.password.is_some()) || strong(target);
        (!told).then(|| {
            "nothing but the form of this dialog tells it from others of its app: which of its words do? Keep them with another recording"
                .to_owned()
        })
    }

    /// A page that goes on by itself, or on which nothing is to be done.
    fn plan_passed(&self, page: usize, plan: &mut Plan) {
        let mut screen = self.screen(page, None);
        if self.roles[page] == Role::Wait {
            "a page that goes on by itself".clone_into(&mut screen.title);
            screen.reaction = ReactionPlan::Wait;
            screen.guesses.push("it went on without a touch. Does it always?".to_owned());
        } else {
            "a page beside the way".clone_into(&mut screen.title);
            screen.guesses.push(
                "the hand was here and came back, so nothing is done here. Is it no part of a sign-out?".to_owned(),
            );
        }
        plan.screens.push(screen);
    }

    /// How a page is known: window, package, what is pressed, and as few further signs as tell it from every other frame.
    fn screen(&self, page: usize, target: Option<&Pick>) -> ScreenPlan {
        let (frames, labels) = (&self.page(page).frames, self.catalog.labels());
        let others: Vec<usize> = (0..self.recording.trees.len()).filter(|f| self.walked.of_frame[*f] != page).collect();
        let focus = self.recording.manifest.frames[frames[0]].focus.clone();
        let holds = |pick: &Pick, frame: usize| self.tree(frame).holds(&pick.selector(labels));
        let everywhere = |pick: &Pick| frames.iter().all(|frame| holds(pick, *frame));
        let mut all: Vec<Pick> = Vec::new();
        if let Some(filled) = self.page(page).filled {
            let package = Some(self.package_of(page));
            all.push(Pick { package, password: Some(true), filled: Some(filled), count: Some(1), ..Pick::default() });
            all.retain(everywhere);
        }
        all.extend(target.filter(|target| everywhere(target)).cloned());
        if all.is_empty() {
            all.push(Pick { package: Some(self.package_of(page)), ..Pick::default() });
            all.retain(everywhere);
        }
        let mut left: Vec<usize> = (others.into_iter())
            .filter(|frame| self.recording.manifest.frames[*frame].focus == focus)
            .filter(|frame| all.iter().all(|pick| holds(pick, *frame)))
            .collect();
        let candidates: Vec<Pick> =
            self.vocabulary.signs(self.tree(frames[0])).into_iter().filter(everywhere).collect();
        // A dialog's ids are those of every dialog: a word or an id of its own has to be among its signs, where it has one.
        let told = |all: &[Pick]| all.iter().any(|pick| pick.grade() <= Grade::Text || pick.password.is_some());
        if !told(&all)
            && let Some(own) = candidates.iter().find(|pick| pick.grade() <= Grade::Text)
        {
            left.retain(|frame| holds(own, *frame));
            all.push(own.clone());
        }
        while !left.is_empty() {
            let excluded = |pick: &Pick| left.iter().filter(|frame| !holds(pick, **frame)).count();
            let best = candidates.iter().map(|pick| (excluded(pick), pick)).filter(|(n, _)| *n > 0);
            // The most telling grade first; within it the sign that rules out most.
            let best = best.min_by_key(|(n, pick)| (pick.grade(), usize::MAX - n));
            let Some((_, pick)) = best else { break };
            all.push(pick.clone());
            left.retain(|frame| holds(pick, *frame));
        }
        let mut none: Vec<Pick> = Vec::new();
        while let Some(frame) = left.first().copied() {
            let nowhere = |pick: &Pick| !frames.iter().any(|own| holds(pick, *own));
            let Some(pick) = self.vocabulary.signs(self.tree(frame)).into_iter().find(nowhere) else { break };
            left.retain(|frame| !holds(&pick, *frame));
            none.push(pick);
        }
        let mut guesses = Vec::new();
        if !left.is_empty() {
            guesses.push(format!("nothing tells this page from {} other recorded screen(s). What does?", left.len()));
        }
        ScreenPlan {
            name: self.names[page].clone(),
            title: self.title(page),
            focus,
            all,
            none,
            accepted: false,
            reaction: ReactionPlan::Nothing,
            question: None,
            guesses,
        }
    }

    fn title(&self, page: usize) -> String {
        match self.page(page).filled {
            Some(false) => "a page that asks for the password".to_owned(),
            Some(true) => "a page with the password typed in".to_owned(),
            None if self.names[page] == "learned-account-page" => "the account page".to_owned(),
            None => "a page of the sign-out".to_owned(),
        }
    }

    /// The most telling selector that points at a node on the frame where it was pressed, and at nothing else on the page's others.
    fn target(&self, page: usize, frame: usize, node: usize) -> Option<Pick> {
        let (tree, labels) = (self.tree(frame), self.catalog.labels());
        let node = node_id(tree, node)?;
        self.vocabulary.targets(tree, node).into_iter().find(|pick| {
            let selector = pick.selector(labels);
            let on_others = self.page(page).frames.iter().filter(|other| **other != frame);
            points_at(tree, &selector, node)
                && on_others
                    .clone()
                    .all(|other| !matches!(self.tree(*other).target(&selector), crate::ui::Target::Several(_)))
        })
    }

    fn is_on_every_frame(&self, page: usize, target: &Pick) -> bool {
        let selector = target.selector(self.catalog.labels());
        self.page(page).frames.iter().all(|f| matches!(self.tree(*f).target(&selector), crate::ui::Target::One(_)))
    }

    /// The one password field of a page.
    fn password_field(&self, page: usize) -> Option<Pick> {
        let tree = self.tree(self.page(page).frames[0]);
        let fields: Vec<_> = tree.nodes().filter(|(_, node)| node.password).collect();
        let [(_, field)] = fields.as_slice() else { return None };
        let id = Some(field.id.to_string()).filter(|id| !id.is_empty());
        Some(Pick {
            package: Some(field.package.to_string()),
            id,
            password: Some(true),
            count: Some(1),
            ..Pick::default()
        })
    }

    /// The question what happens to synced data, where the words of both buttons tell which is which.
    fn data_choice(&self, page: usize, frame: usize, node: usize, guesses: &mut Vec<String>) -> Option<ReactionPlan> {
        let (keep, remove) = words::data_buttons(self.tree(frame))?;
        if node != keep && node != remove {
            return None;
        }
        let (keep, remove) = (self.target(page, frame, keep)?, self.target(page, frame, remove)?);
        guesses.push("one button keeps the synced data and one removes it, by their names. Is it so?".to_owned());
        Some(ReactionPlan::Data { keep, remove })
    }

    /// Every frame of a drafted or known page, with the screen that it has to be.
    fn expected(&self) -> Vec<(usize, String)> {
        let drafted = |page: usize| {
            let way_in = self.path.iter().any(|visit| visit.page == page);
            !matches!(self.roles[page], Role::Outside) || way_in
        };
        let frames = (0..self.recording.trees.len()).map(|frame| (frame, self.walked.of_frame[frame]));
        frames.filter(|(_, page)| drafted(*page)).map(|(frame, page)| (frame, self.names[page].clone())).collect()
    }

    fn pressed(&self) -> Vec<(usize, usize, String)> {
        let of_path = self.path.iter().filter(|visit| !is_outside(&self.package_of(visit.page)));
        let place = |visit: &Visit| match visit.act {
            Act::Pressed { frame, node } => Some((frame, node, self.names[visit.page].clone())),
            _ => None,
        };
        of_path.filter_map(place).collect()
    }
}

fn node_id(tree: &UiTree, place: usize) -> Option<NodeId> {
    tree.nodes().nth(place).map(|(id, _)| id)
}

/// A profile's name out of the software that it is for.
fn slug(matches: &[(String, String)]) -> String {
    let words = matches.iter().map(|(_, value)| value.to_lowercase()).collect::<Vec<_>>().join("-");
    let plain: String =
        words.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    format!("learned-{}", if parts.is_empty() { "phone".to_owned() } else { parts.join("-") })
}
