//! The text of a drafted profile.

use std::fmt::Write as _;

use super::picks::{Pick, quoted};
use super::plan::{Plan, ReactionPlan, ScreenPlan};
use super::recording::Manifest;
use crate::model::{ACCOUNT_APP_VERSION, Opening};
use crate::profile::Entry;

/// The text, and what in it waits for a person.
pub(super) struct Written {
    pub(super) toml: String,
    pub(super) questions: usize,
    pub(super) guesses: usize,
}

/// The beginning of a comment line that holds a reaction which waits for an answer.
const ANSWER: &str = "#? ";

/// One way in, as the format writes it.
pub(super) fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Flow(flow) => format!("{{ flow = {} }}", quoted(flow)),
        Entry::Open(Opening::Component(name) | Opening::Dial(name)) => format!("{{ component = {} }}", quoted(name)),
        Entry::Open(Opening::Action { action, package }) => {
            let package = package.as_ref().map_or_else(String::new, |p| format!(", package = {}", quoted(p)));
            format!("{{ action = {}{package} }}", quoted(action))
        }
    }
}

struct Writer {
    out: String,
    language: String,
    evidence: String,
    file: String,
    questions: usize,
    guesses: usize,
}

/// Writes the profile.
pub(super) fn profile(plan: &Plan, manifest: &Manifest) -> Written {
    let property = |key: &str| manifest.properties.get(key).cloned().unwrap_or_default();
    let about = [
        manifest.model.clone(),
        manifest.software.clone(),
        Some(format!("account app {}", property(ACCOUNT_APP_VERSION))),
    ];
    let about = about.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let mut writer = Writer {
        out: String::new(),
        language: property("persist.sys.locale"),
        evidence: format!("recorded: {about}, {}", manifest.date),
        file: format!("{}.toml", plan.name),
        questions: 0,
        guesses: 0,
    };
    writer.head(plan, manifest, &about);
    for screen in &plan.screens {
        writer.screen(screen);
    }
    for (screen, target) in &plan.way_in {
        let _ = write!(
            writer.out,
            "\n[flow.learned-way-in.on.{screen}]\ndo = [{{ tap = {}, scroll = \"down\", max = 12 }}]\n",
            target.toml()
        );
    }
    Written { toml: writer.out, questions: writer.questions, guesses: writer.guesses }
}

impl Writer {
    fn question(&mut self, text: &str) {
        self.questions += 1;
        let _ = writeln!(self.out, "# question {}: {text}", self.questions);
    }

    fn guess(&mut self, text: &str) {
        self.guesses += 1;
        let _ = writeln!(self.out, "# guess: {text}");
    }

    fn head(&mut self, plan: &Plan, manifest: &Manifest, about: &str) {
        let _ = write!(
            self.out,
            "# Learned by {} on {} from a sign-out by hand: {about}.\n# Answer each question before the profile is used: docs/recordings.md shows how. A guess may stay as it is.\n",
            manifest.tool, manifest.date
        );
        for text in &plan.questions {
            self.question(text);
        }
        for text in &plan.guesses {
            self.guess(text);
        }
        let _ = writeln!(self.out, "schema = 1\nname   = {}", quoted(&plan.name));
        let _ = writeln!(
            self.out,
            "about  = {}\nbase   = {}",
            quoted(&format!("learned from a sign-out by hand: {about}")),
            quoted(&plan.base)
        );
        if !plan.without.is_empty() {
            self.guess("these screens of the base fit recorded pages on which the hand did something else. Can the base do without them?");
            let names: Vec<String> = plan.without.iter().map(|name| quoted(name)).collect();
            let _ = writeln!(self.out, "without = [{}]", names.join(", "));
        }
        self.out.push_str("\n[match]\n");
        for (key, value) in &plan.matches {
            let _ = writeln!(self.out, "{} = [{}]", quoted(key), quoted(value));
        }
        let _ = writeln!(self.out, "\n[entry]\nopen = [\n  {},\n]", plan.open.join(",\n  "));
    }

    fn list(&mut self, name: &str, picks: &[Pick]) {
        if picks.is_empty() {
            return;
        }
        let _ = writeln!(self.out, "{name} = [");
        for pick in picks {
            let mark = if pick.is_of_language() { self.of_language() } else { String::new() };
            let _ = writeln!(self.out, "  {},{mark}", pick.toml());
        }
        self.out.push_str("]\n");
    }

    fn of_language(&self) -> String {
        format!("  # a text of the phone's language ({})", self.language)
    }

    fn screen(&mut self, screen: &ScreenPlan) {
        self.out.push('\n');
        for text in &screen.guesses {
            self.guess(text);
        }
        let _ = writeln!(self.out, "[[screen]]\nname  = {}\ntitle = {}", quoted(&screen.name), quoted(&screen.title));
        if let Some(focus) = &screen.focus {
            let _ = writeln!(self.out, "focus = {}", quoted(focus));
        }
        self.list("all", &screen.all);
        self.list("none", &screen.none);
        if screen.accepted {
            self.out.push_str("verdict  = \"accepted\"\n");
        }
        let _ = writeln!(self.out, "evidence = {}", quoted(&self.evidence));
        self.reaction(screen);
    }

    fn reaction(&mut self, screen: &ScreenPlan) {
        let lines = match &screen.reaction {
            ReactionPlan::Nothing if screen.question.is_none() => return,
            ReactionPlan::Nothing => {
                vec!["do      = [{ tap = { id = \"...\" } }]".to_owned(), "mutates = true".to_owned()]
            }
            ReactionPlan::Wait => vec!["wait = { max = 120 }".to_owned()],
            ReactionPlan::Tap { target, scroll } => {
                let scroll = if *scroll { ", scroll = \"down\", max = 12" } else { "" };
                vec![format!("do      = [{{ tap = {}{scroll} }}]", target.toml()), "mutates = true".to_owned()]
            }
            ReactionPlan::Data { keep, remove } => vec![
                format!("option.data.keep   = [{{ tap = {} }}]", keep.toml()),
                format!("option.data.remove = [{{ tap = {} }}]", remove.toml()),
                "mutates = true".to_owned(),
            ],
            ReactionPlan::Type { into } => vec![format!("do = [{{ type = \"password\", into = {} }}]", into.toml())],
            ReactionPlan::Submit { tap } => vec![
                format!("do      = [{{ submit = \"password\", tap = {} }}]", tap.toml()),
                "mutates = true".to_owned(),
            ],
        };
        self.out.push('\n');
        if let Some(question) = &screen.question {
            self.question(question);
        }
        let _ = writeln!(self.out, "[flow.sign-out.on.{}]", screen.name);
        if screen.question.is_some() {
            let hint = format!("this step was learned with a question that is not answered yet: see {}", self.file);
            let _ = writeln!(
                self.out,
                "end    = \"needs-person\"\nreason = \"unknown-screen\"\nhint   = {}",
                quoted(&hint)
            );
        }
        let mark = if screen.question.is_some() { ANSWER } else { "" };
        for line in lines {
            let _ = writeln!(self.out, "{mark}{line}");
        }
    }
}
