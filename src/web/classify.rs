//! Which page a look shows. Pure: a snapshot and the pages' data in, a page out.

use super::hosts::path_of;
use super::pages::{Clue, PageRule, Pages, Refusal, Role};
use super::snapshot::{Control, ControlKind, Snapshot, button_text, normalise};

/// What a look shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// Nothing to see yet.
    Blank,
    /// A page that no rule knows. It is never pressed.
    Unknown,
    /// A known page.
    Known(Known),
}

/// A known page, with what can be pressed on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it is for.
    pub role: Role,
    /// The box to tick, on a caution page.
    pub tick: Option<Control>,
    /// The button of the rule; none where there is none or more than one.
    pub press: Option<Control>,
    /// Why Xiaomi refuses, on a refusing page. Empty where no known reason is shown.
    pub reasons: Vec<Refusal>,
}

impl Page {
    /// What it is for, where it is known.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        match self {
            Self::Known(known) => Some(known.role),
            Self::Blank | Self::Unknown => None,
        }
    }
}

/// Recognises the page of a look. Roles are tried in their own order, rules of one role in the order of the files.
#[must_use]
pub fn classify(snapshot: &Snapshot, pages: &Pages) -> Page {
    first(snapshot, pages, Role::ALL.into_iter())
}

/// The same, where the page can't be of this role.
#[must_use]
pub fn classify_but(snapshot: &Snapshot, pages: &Pages, not: Role) -> Page {
    first(snapshot, pages, Role::ALL.into_iter().filter(|role| *role != not))
}

fn first(snapshot: &Snapshot, pages: &Pages, roles: impl Iterator<Item = Role>) -> Page {
    if snapshot.is_blank() {
        return Page::Blank;
    }
    let look = Look::of(snapshot);
    for role in roles {
        if let Some(rule) = pages.pages.iter().find(|p| p.is == role && look.fits(p)) {
            return Page::Known(Known {
                role,
                tick: look.the_box(),
                press: look.the_button(&rule.press),
                reasons: if role == Role::Refused { look.reasons(&pages.refusals) } else { Vec::new() },
            });
        }
    }
    Page::Unknown
}

/// Words that turn a statement into a condition, an advice or an announcement: "once the account has been deleted, ...".
const CONDITIONS: [&str; 24] = [
    "once ",
    "if ",
    "when ",
    "whenever ",
    "after ",
    "before ",
    "until ",
    "unless ",
    "whether ",
    "should ",
    "as soon as ",
    "don't ",
    "do not ",
    "avoid ",
    "will ",
    "may ",
    "might ",
    "一旦",
    "如果",
    "若",
    "当",
    "請勿",
    "请勿",
    "不要",
];
/// The same, right behind the statement: "帐号已注销后无法恢复".
const CONDITIONS_BEHIND: [&str; 6] = ["后", "後", "之后", "以后", "的话", "时"];

/// Whether a clause of the page says this as a fact. `wanted` is normalised.
fn is_stated(wanted: &str, text: &str) -> bool {
    let ends = ['.', '!', '?', ';', ',', '。', '！', '？', '；', '，', '\n'];
    text.split(ends).map(normalise).any(|clause| {
        clause.split_once(wanted).is_some_and(|(_, behind)| {
            !CONDITIONS.iter().any(|c| {
                clause.starts_with(c.trim_start())
                    || clause.contains(&format!(" {c}"))
                    || (!c.is_ascii() && clause.contains(c))
            }) && !CONDITIONS_BEHIND.iter().any(|c| behind.starts_with(c))
        })
    })
}

/// A snapshot with its texts normalised once.
struct Look<'a> {
    snapshot: &'a Snapshot,
    text: String,
    buttons: Vec<String>,
    boxes: Vec<String>,
}

impl<'a> Look<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let texts = |kind, text: fn(&str) -> String| {
            snapshot.controls.iter().filter(|c| c.kind == kind).map(|c| text(&c.text)).collect()
        };
        Self {
            snapshot,
            text: normalise(&snapshot.text),
            buttons: texts(ControlKind::Button, button_text),
            boxes: texts(ControlKind::Box, normalise),
        }
    }

    fn fits(&self, rule: &PageRule) -> bool {
        rule.all.get_ref().iter().all(|c| self.has(c)) && !rule.none.iter().any(|c| self.has(c))
    }

    fn has(&self, clue: &Clue) -> bool {
        let s = self.snapshot;
        match clue {
            Clue::Text(texts) => texts.iter().any(|t| self.text.contains(&normalise(t))),
            Clue::Stated(texts) => texts.iter().any(|t| is_stated(&normalise(t), &s.text)),
            Clue::Button(texts) => texts.iter().any(|t| self.buttons.contains(&normalise(t))),
            Clue::Box(texts) if texts.is_empty() => !self.boxes.is_empty(),
            Clue::Box(texts) => texts.iter().any(|t| self.boxes.iter().any(|b| b.contains(&normalise(t)))),
            Clue::Form(dismissing) => {
                let acts = |c: &Control| {
                    c.kind == ControlKind::Button
                        && c.enabled
                        && !c.text.is_empty()
                        && !dismissing.iter().any(|t| normalise(t) == button_text(&c.text))
                };
                !s.fields.is_empty() && s.controls.iter().any(acts)
            }
            Clue::Field(kinds) => s.fields.iter().any(|f| kinds.contains(&f.kind)),
            Clue::Id(ids) => ids.iter().any(|id| s.ids.contains(id)),
            Clue::Class(classes) => classes.iter().any(|c| s.classes.contains(c)),
            Clue::Frame(places) => places.iter().any(|p| s.frames.iter().any(|f| f.place.contains(p.as_str()))),
            Clue::Path(paths) => paths.iter().any(|p| path_of(&s.url).starts_with(p.as_str())),
        }
    }

    /// The one box of the page; with several, none: which one is meant is the person's to know.
    fn the_box(&self) -> Option<Control> {
        let mut boxes = self.snapshot.controls.iter().filter(|c| c.kind == ControlKind::Box);
        let first = boxes.next()?;
        boxes.next().is_none().then(|| first.clone())
    }

    /// The one button with one of these texts.
    fn the_button(&self, texts: &[String]) -> Option<Control> {
        let wanted: Vec<String> = texts.iter().map(|t| normalise(t)).collect();
        let is_it = |c: &&Control| c.kind == ControlKind::Button && wanted.contains(&button_text(&c.text));
        let mut found = self.snapshot.controls.iter().filter(is_it);
        let first = found.next()?;
        found.next().is_none().then(|| first.clone())
    }

    fn reasons(&self, refusals: &[Refusal]) -> Vec<Refusal> {
        let shows = |r: &&Refusal| {
            r.text.iter().any(|t| self.text.contains(&normalise(t)))
                || r.class.iter().any(|c| self.snapshot.classes.contains(c))
        };
        refusals.iter().filter(shows).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The snapshots of `tests/fixtures/web`: `{ "expect": …, "reasons": […], "snapshot": {…} }`.
    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        expect: String,
        #[serde(default)]
        reasons: Vec<String>,
        #[serde(default)]
        press: Option<String>,
        snapshot: Snapshot,
    }

    #[test]
    fn every_snapshot_is_exactly_its_page() {
        let pages = Pages::built_in().unwrap();
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/fixtures/web/snapshots.json")).unwrap();
        assert!(cases.len() >= 25);
        for case in cases {
            let page = classify(&case.snapshot, &pages);
            let name = match page.role() {
                Some(role) => serde_json::to_value(role).unwrap().as_str().unwrap().to_owned(),
                None => format!("{page:?}").to_lowercase(),
            };
            assert_eq!(name, case.expect, "{}", case.name);
            if let Page::Known(known) = page {
                let reasons: Vec<&str> = known.reasons.iter().map(|r| r.code.as_str()).collect();
                assert_eq!(reasons, case.reasons, "{}", case.name);
                assert_eq!(known.press.map(|c| c.text), case.press, "{}", case.name);
            }
        }
    }

    #[test]
    fn d3_a_condition_is_no_statement() {
        let deleted = "account has been deleted";
        for (text, stated) in [
            ("Your Mi Account has been deleted. You will be signed out.", true),
            ("Done!\nYour account has been deleted, after 10 seconds you leave this page", true),
            ("Once an account has been deleted it can't be restored.", false),
            ("It can't be restored once your account has been deleted", false),
            ("Data is cleared when the account has been deleted; think twice", false),
            ("After your\u{a0}account has been deleted, the number is free", false),
        ] {
            assert_eq!(is_stated(deleted, text), stated, "{text}");
        }
        for (text, stated) in [
            ("您的帐号已注销", true),
            ("帐号已注销，10 秒后将自动退出", true),
            ("帐号已注销后无法恢复", false),
            ("一旦帐号已注销，无法恢复", false),
            ("如果帐号已注销，数据将清空", false),
        ] {
            assert_eq!(is_stated("帐号已注销", text), stated, "{text}");
        }
    }

    #[test]
    fn two_buttons_of_one_text_are_nobodys() {
        let button = |id: &str| Control {
            kind: ControlKind::Button,
            text: "Delete Mi Account".into(),
            id: id.into(),
            enabled: true,
            ticked: false,
            handle: None,
        };
        let snapshot = Snapshot { controls: vec![button("a"), button("b")], ..Snapshot::default() };
        assert!(Look::of(&snapshot).the_button(&["delete mi account".into()]).is_none());
    }
}
