//! A profile in words: conditions and reactions, labels by name.

use crate::model::Presence;
use crate::profile::{
    Action, DeviceProfile, Direction, Entry, Options, Reaction, Reactions, SIGN_OUT, Screen, Verdict,
};
use crate::ui::Selector;

/// The ways in, one a line.
pub(super) fn entries(profile: &DeviceProfile) -> Vec<String> {
    let words = |entry: &Entry| match entry {
        Entry::Open(open) => format!("open {}", open.describe()),
        Entry::Flow(flow) => format!("go on by flow {flow}"),
    };
    profile.entry.iter().enumerate().map(|(n, entry)| format!("  way in {}  {}", n + 1, words(entry))).collect()
}

/// One screen, over several lines.
pub(super) fn screen(profile: &DeviceProfile, screen: &Screen, popup: bool) -> Vec<String> {
    let kind = if popup { "popup " } else { "" };
    let mut lines = vec![format!("{kind}{}: {}", screen.name, screen.title)];
    let mut line = |name: &str, words: &str| lines.push(format!("  {name:<16} {words}"));
    line("evidence", &screen.evidence.to_string());
    let condition = &screen.condition;
    if !condition.focus.is_empty() {
        line("in front", &condition.focus.join(" or "));
    }
    if !condition.not_focus.is_empty() {
        line("not in front", &condition.not_focus.join(" or "));
    }
    match condition.account {
        Some(Presence::Present) => line("account", "present"),
        Some(Presence::Absent) => line("account", "absent"),
        Some(Presence::Unknown) | None => {}
    }
    for selector in &condition.all {
        line("shows", &words(selector));
    }
    for selector in &condition.none {
        line("does not show", &words(selector));
    }
    match screen.verdict {
        Some(Verdict::Accepted) => line("says", "the password was right"),
        Some(Verdict::Rejected) => line("says", "the password was wrong"),
        None => {}
    }
    if popup {
        if let Some(reaction) = profile.reaction(SIGN_OUT, &screen.name, &Options::default()) {
            line("at any time", &does(reaction));
        }
        if let Some(max) = screen.max {
            line("at most", &format!("{max} times"));
        }
        return lines;
    }
    let mut done = 0;
    for (flow, reactions) in profile.flows.iter().filter_map(|(name, f)| Some((name, f.on.get(&screen.name)?))) {
        each(reactions, |option, reaction| {
            line(flow, &format!("{option}{}", does(reaction)));
            done += 1;
        });
    }
    if done == 0 {
        line("does", "nothing: a run that comes here stops");
    }
    lines
}

fn each(reactions: &Reactions, mut tell: impl FnMut(&str, &Reaction)) {
    for (option, value, reaction) in &reactions.by_option {
        tell(&format!("with --{option} {value}: "), reaction);
    }
    if let Some(reaction) = &reactions.otherwise {
        tell(if reactions.by_option.is_empty() { "" } else { "else: " }, reaction);
    }
}

fn does(reaction: &Reaction) -> String {
    match reaction {
        Reaction::Do { actions, mutates } => {
            let steps = actions.iter().map(act).collect::<Vec<_>>().join(", then ");
            format!("{steps}{}", if *mutates { " (changes something: once)" } else { "" })
        }
        Reaction::Wait { max } => format!("wait, at most {} s", max.as_secs()),
        Reaction::End { outcome, reason, hint, settle: None } => format!("end as {outcome}, {reason}: {hint}"),
        Reaction::End { outcome, reason, hint, settle: Some(max) } => {
            format!("end as {outcome}, {reason}, once it stays the same or after {} s: {hint}", max.as_secs())
        }
    }
}

fn act(action: &Action) -> String {
    match action {
        Action::Tap { target, scroll } => {
            let scrolled = scroll.map_or_else(String::new, |s| {
                let way = if s.direction == Direction::Down { "down" } else { "up" };
                format!(", scrolling {way} at most {} times", s.max)
            });
            format!("tap {}{scrolled}", words(target))
        }
        Action::Type { into } => format!("type the password into {}", words(into)),
        Action::Submit { tap } => format!("submit it by {}", words(tap)),
        Action::Words { words: typed, into } => format!("type the words {} into {}", typed.name, words(into)),
        Action::Key(_) | Action::Open(_) => action.describe(),
    }
}

/// A selector in full, labels by name.
pub(super) fn words(selector: &Selector) -> String {
    let mut parts = Vec::new();
    let mut text = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            parts.push(format!("{name} {value}"));
        }
    };
    text("id", &selector.id);
    text("class", &selector.class);
    text("package", &selector.package);
    if let Some(label) = &selector.label {
        parts.push(format!("label {}", label.name()));
    }
    for (name, flag) in [
        ("password", selector.password),
        ("clickable", selector.clickable),
        ("enabled", selector.enabled),
        ("focused", selector.focused),
        ("checkable", selector.checkable),
        ("checked", selector.checked),
        ("selected", selector.selected),
        ("scrollable", selector.scrollable),
        ("filled", selector.filled),
    ] {
        match flag {
            Some(true) => parts.push(name.to_owned()),
            Some(false) => parts.push(format!("not {name}")),
            None => {}
        }
    }
    if !selector.any.is_empty() {
        let any: Vec<String> = selector.any.iter().map(words).collect();
        parts.push(format!("any of [{}]", any.join(" | ")));
    }
    for (name, within) in [("inside", &selector.inside), ("around", &selector.has), ("after", &selector.after)] {
        if let Some(within) = within {
            parts.push(format!("{name} ({})", words(within)));
        }
    }
    if let Some(count) = selector.count {
        parts.push(format!("exactly {count} times"));
    }
    parts.join(", ")
}
