//! The cheap look between dumps: what it saves where a phone has it, and that a phone without it, or with a wrong one, is signed out
//! all the same.

use phone_sim::phone::{Branch, Generation, PhoneSpec, Stats};

use crate::support::{RIGHT, TestBed};

/// Fast, and slow enough that a dump takes longer than a cheap look on a busy computer, too.
const SCALE: f64 = 0.2;

/// So many walks at most, of which the one with the fewest dumps counts: where other programs hold the cheap look up, a dump takes its
/// place.
const WALKS: usize = 6;

/// Signs one phone out, and gives what that cost it.
fn cost(spec: PhoneSpec) -> Stats {
    let bed = TestBed::own([spec.serial("a1").scale(SCALE)]);
    let before = bed.phone(0).stats();
    let ran = bed.sign_out(RIGHT, &["--all"]).run();
    ran.json(0, "");
    assert!(!bed.phone(0).account_present(), "{ran}");
    assert_eq!(bed.phone(0).record().passwords_submitted(), 1, "{ran}");
    let cost = bed.phone(0).stats().since(&before);
    println!("{cost:?}");
    cost
}

/// The cost of the walk with the fewest dumps.
fn least_cost(spec: &PhoneSpec, enough: u64) -> Stats {
    let mut costs: Vec<Stats> = Vec::new();
    while costs.len() < WALKS && costs.last().is_none_or(|last| last.dumps > enough) {
        costs.push(cost(spec.clone()));
    }
    costs.into_iter().min_by_key(|cost| cost.dumps).expect("at least one")
}

#[test]
fn a_password_and_a_data_question_take_three_dumps_on_android_11_and_later() {
    for generation in [Generation::Miui13, Generation::Miui14] {
        // The button lies below the fold, of a page that scrolls as a whole and of a list that makes its rows as they come into sight.
        for spec in [PhoneSpec::of(generation), PhoneSpec::of(generation).with(Branch::ScrollingPages)] {
            let cost = least_cost(&spec, 3);
            assert!(cost.dumps <= 3, "{generation:?}: {cost:?}");
            assert!(cost.views_dumps > 0, "{generation:?}: {cost:?}");
        }
    }
}

#[test]
fn a_phone_without_the_cheap_look_does_with_dumps() {
    let old = cost(PhoneSpec::of(Generation::Miui10));
    assert_eq!(old.views_dumps, 0, "it is not asked for what its Android does not have");
    let missing = cost(PhoneSpec::of(Generation::Miui14).with(Branch::ViewsMissing));
    assert_eq!(missing.views_dumps, 1, "asked once, and never again: {missing:?}");
    assert!(missing.dumps > 3, "{missing:?}");
}

#[test]
fn a_cheap_look_that_is_slow_or_wrong_is_given_up() {
    for branch in [Branch::ViewsSlow, Branch::ViewsStale, Branch::ViewsShifted] {
        let cost = cost(PhoneSpec::of(Generation::Miui14).with(branch));
        assert!((1..=2).contains(&cost.views_dumps), "{branch:?}: {cost:?}");
        assert!(cost.dumps > 3, "{branch:?}: {cost:?}");
    }
}

#[test]
fn a_tap_that_the_keyboard_moved_is_looked_at_anew() {
    let spec = PhoneSpec::of(Generation::Miui14).change(|s| s.keyboard_opens = true);
    assert!(cost(spec).dumps <= 5);
}

#[test]
fn a_phone_that_waited_for_its_turn_needs_no_dump_to_go_on() {
    let one = |serial: &str| PhoneSpec::of(Generation::Miui14).serial(serial).scale(SCALE);
    // As in `least_cost`: a dump that a busy computer costs one of these phones comes from no turn.
    let most_dumps = (0..WALKS).map(|_| {
        let bed = TestBed::own(["a1", "a2", "a3"].map(one));
        let ran = bed.sign_out(RIGHT, &["--all"]).run();
        ran.json(0, "");
        let dumps = (0..3).map(|phone| {
            assert_eq!(bed.phone(phone).record().passwords_submitted(), 1);
            bed.phone(phone).stats().dumps
        });
        let most = dumps.max().expect("three phones");
        println!("{most} dumps at most\n{ran}");
        most
    });
    assert!(
        most_dumps.into_iter().any(|most| most <= 3),
        "each time a phone that waited for its turn took a dump more"
    );
}
