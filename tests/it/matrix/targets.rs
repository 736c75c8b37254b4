//! Where a profile would tap on a drawn page, and what the phone itself would do there.

use mi_signout::profile::{Action, Data, DeviceProfile, Options, PayCards, Reaction};
use mi_signout::ui::{Target, UiTree};
use phone_sim::screens::Act;

use super::draw::Drawn;
use super::expected::{has_target, taps};

/// The options of a run with a word for each.
pub const OPTIONS: [(&str, Options); 2] = [
    ("keep", Options { data: Data::Keep, pay_cards: PayCards::Stop }),
    ("remove", Options { data: Data::Remove, pay_cards: PayCards::Remove }),
];

/// The flow and option that an action belongs to, and what the phone does at its place: `None` where that is not exactly one.
pub type Resolved = (String, &'static str, Option<Act>);

/// What the phone does at the places that a profile's actions on a screen point at.
pub fn resolved(profile: &DeviceProfile, screen: &str, drawn: &Drawn, tree: &UiTree) -> Vec<Resolved> {
    let mut found = Vec::new();
    for flow in profile.flows.keys() {
        for (word, options) in OPTIONS {
            let Some(Reaction::Do { actions, .. }) = profile.reaction(flow, screen, &options) else { continue };
            for selector in actions.iter().filter_map(Action::target) {
                let point = match tree.target(selector) {
                    Target::One(node) => tree.tap_point(node),
                    Target::Missing | Target::Several(_) => None,
                };
                let act = point.map(|at| drawn.root.hit(at.x, at.y).and_then(|n| n.act).unwrap_or(Act::Nothing));
                found.push((flow.clone(), word, act));
            }
        }
    }
    found
}

/// What is wrong with the targets of a recognised screen, in words.
pub fn wrong(screen: &str, resolved: &[Resolved]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (flow, option, act) in resolved {
        let right = match act {
            Some(act) => taps(flow, screen, option).contains(act),
            None => !has_target(flow, screen),
        };
        if !right {
            wrong.push(format!("{flow}, {option}: the tap on {screen} would do {act:?}"));
        }
    }
    wrong
}
