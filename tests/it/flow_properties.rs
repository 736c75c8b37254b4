//! What holds of every walk, whatever the phone shows: invariants of the engine, and of a run on random pages.

use std::cell::Cell;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use mi_signout::event::{Event, Progress};
use mi_signout::flow::{
    Decision, Engine, Input, Password, Patience, Permit, PlannedAction, Setup, SubmitPermit, VerdictSeen, Walk,
};
use mi_signout::model::{AccountId, AccountsProbe, Ending, Focus, Outcome, Presence, Secret, Serial, UserAccounts};
use mi_signout::phone::{NotReady, Observation, Phone, PhoneError, Refusal, ScreenRead};
use mi_signout::profile::{Options, Recognised, View};
use mi_signout::ui::UiTree;

use crate::support::scripted::{Effect, Fault, Script, ScriptedPhone, When, pages, profile};

fn accounts() -> impl Strategy<Value = AccountsProbe> {
    let of =
        |xiaomi: Vec<AccountId>| AccountsProbe { users: vec![UserAccounts { user: 0, count: xiaomi.len(), xiaomi }] };
    prop_oneof![
        30 => Just(of(vec![AccountId::new("6230***535")])),
        3 => Just(AccountsProbe::default()),
        1 => Just(of(Vec::new())),
    ]
}

/// A page of the script, or nodes of several pages thrown together.
fn tree() -> impl Strategy<Value = (UiTree, Focus)> {
    let count = pages().len();
    let typed = prop_oneof![Just(0_usize), Just(5), Just(13)];
    let whole = (0..count, typed.clone());
    let mixed = (proptest::collection::vec((0..count, any::<prop::sample::Index>()), 1..6), 0..count, typed);
    prop_oneof![
        6 => whole.prop_map(|(at, typed)| { let page = &pages()[at]; (page.tree(typed), Focus::parse(page.focus)) }),
        1 => mixed.prop_map(|(parts, focus, typed)| {
            let all = pages();
            let pick = |(at, which): &(usize, prop::sample::Index)| {
                // The first node of a page is the window around the others.
                let nodes: Vec<&str> = all[*at].xml.split_inclusive("/>").filter(|n| n.contains("<node")).collect();
                nodes[which.index(nodes.len())].replace("</node>", "")
            };
            let xml: String = parts.iter().map(pick).map(|n| n[n.rfind("<node").unwrap()..].to_owned()).collect();
            let page = crate::support::scripted::Page { xml, ..crate::support::scripted::Page::default() };
            (page.tree(typed), Focus::parse(all[focus].focus))
        }),
    ]
}

fn observation() -> impl Strategy<Value = Observation> {
    let unread = prop_oneof![
        Just(ScreenRead::Skipped),
        Just(ScreenRead::NotReady(NotReady::NotIdle)),
        Just(ScreenRead::NotReady(NotReady::NullRoot)),
        Just(ScreenRead::Unreadable("x".to_owned())),
    ];
    let refused = prop_oneof![
        40 => Just(None),
        1 => Just(Some(Refusal::InputNotAllowed)),
        4 => Just(Some(Refusal::CannotOpen("x".to_owned()))),
    ];
    (tree(), proptest::option::weighted(0.2, unread), accounts(), refused, proptest::bool::weighted(0.9)).prop_map(
        |((tree, focus), unread, accounts, refused, read)| Observation {
            focus: read.then_some(focus),
            accounts,
            screen: unread.unwrap_or(ScreenRead::Tree(tree)),
            views: ScreenRead::Skipped,
            refused,
        },
    )
}

fn progress() -> impl Strategy<Value = Progress> {
    let tapped = proptest::sample::subsequence(vec!["account-page", "confirm-sign-out", "keep-or-remove"], 0..=3);
    (tapped, proptest::bool::weighted(0.1)).prop_map(|(tapped, submitted)| Progress {
        tapped: tapped.into_iter().map(str::to_owned).collect(),
        submitted,
        ..Progress::default()
    })
}

/// What happens in one turn beside what is seen.
#[derive(Clone, Debug)]
struct Turn {
    seen: Observation,
    takes: u64,
    reconnects: bool,
    /// So often the same is seen again.
    stays: usize,
}

fn turn() -> impl Strategy<Value = Turn> {
    (observation(), 0..30_u64, proptest::bool::weighted(0.05), prop_oneof![3 => Just(0_usize), 1 => 0..20_usize])
        .prop_map(|(seen, takes, reconnects, stays)| Turn { seen, takes, reconnects, stays })
}

fn setup(password: Password, dry_run: bool) -> Setup<'static> {
    Setup {
        profile: profile(),
        options: Options::default(),
        password,
        dry_run,
        locale: "en",
        patience: Patience::default(),
        hides_passwords: false,
    }
}

fn check_ending(ending: &Ending) {
    match ending.reason {
        Some(reason) => assert!(reason.fits(ending.outcome), "{ending:?}"),
        None => assert!(ending.outcome.is_good(), "{ending:?}"),
    }
    assert_eq!(ending.hint.is_none(), ending.outcome.is_good(), "{ending:?}");
}

/// What was seen of the phone so far, kept apart from the engine.
#[derive(Default)]
struct Watch {
    screen: Option<String>,
    mutated_in_visit: bool,
    submits: u32,
}

impl Watch {
    /// What is in front, and a new visit where it is another screen than the one recognised last.
    fn look(&mut self, seen: &Observation) -> bool {
        let tree = if let ScreenRead::Tree(tree) = &seen.screen { Some(tree) } else { None };
        let view = View { focus: seen.focus.as_ref(), presence: seen.accounts.presence(), tree };
        match profile().recognise(&view) {
            Recognised::Screen(screen) => {
                if self.screen.as_ref() != Some(&screen.name) {
                    self.screen = Some(screen.name.clone());
                    self.mutated_in_visit = false;
                }
                true
            }
            Recognised::Popup(_) => true,
            _ => false,
        }
    }

    fn act(&mut self, action: &PlannedAction, known: bool, dry_run: bool, password: Password) {
        assert!(known, "acts on a screen that is not known: {action:?}");
        if action.mutates() {
            assert!(!dry_run, "a dry run changes nothing: {action:?}");
            assert!(!self.mutated_in_visit, "a second mutating action in one visit: {action:?}");
            self.mutated_in_visit = true;
        }
        if matches!(action, PlannedAction::Submit { .. } | PlannedAction::TypePassword { .. }) {
            assert!(password != Password::None && !dry_run);
        }
        self.submits += u32::from(matches!(action, PlannedAction::Submit { .. }));
        assert!(self.submits <= 1, "a second submission");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_of_screens_ends_and_is_acted_on_with_care(
        turns in proptest::collection::vec(turn(), 1..60),
        given in any::<bool>(),
        dry_run in proptest::bool::weighted(0.2),
        before in progress(),
    ) {
        let password = if given { Password::Given { chars: 13 } } else { Password::None };
        let submitted_before = before.submitted;
        let patience = Patience::default();
        let mut engine = Engine::new(setup(password, dry_run), before);
        let (mut watch, mut now) = (Watch::default(), Duration::ZERO);
        let mut decision = engine.on(Input::Start, now);
        let mut screens = turns.iter().cycle().flat_map(|t| (0..=t.stays).map(move |i| (t, i == 0)));
        let mut ended = None;
        let mut known = false;
        let mut last = Observation::default();
        let mut checks = 0;
        let mut written = false;
        for _ in 0..=3 * patience.turns {
            match &decision {
                Decision::End(ending) => {
                    ended = Some(ending.clone());
                    break;
                }
                Decision::AskPermit => {
                    prop_assert!(given && !dry_run && !submitted_before);
                    decision = engine.on(Input::Permitted(Some(&last)), now);
                    continue;
                }
                Decision::Check => {
                    decision = engine.on(Input::Checked { woken: now.as_secs() % 3 == 0 }, now);
                    checks += 1;
                    continue;
                }
                Decision::WriteAhead { progress, .. } => {
                    prop_assert!(progress.mutated(), "a step that is written down counts");
                    let promised = progress.clone();
                    decision = engine.on(Input::Written, now);
                    prop_assert!(matches!(&decision, Decision::Act(action) if action.mutates()), "{:?}", decision);
                    prop_assert_eq!(engine.progress(), &promised, "what was written is what counts");
                    written = true;
                    continue;
                }
                Decision::Act(action) => {
                    prop_assert_eq!(action.mutates(), std::mem::take(&mut written), "a mutating step is written down first");
                    watch.act(action, known, dry_run, password);
                }
                Decision::Look { .. } | Decision::Open(_) => {}
            }
            let (turn, first) = screens.next().unwrap();
            now += Duration::from_secs(turn.takes);
            if first && turn.reconnects {
                engine.on(Input::Lost, now);
            }
            last = turn.seen.clone();
            known = watch.look(&last);
            decision = engine.on(Input::Seen(&last), now);
        }
        let Some(ending) = ended else { panic!("it never ends") };
        prop_assert!(checks <= patience.turns);
        check_ending(&ending);
        prop_assert_eq!(ending.outcome == Outcome::SignedOut, last.accounts.presence() == Presence::Absent);
        prop_assert!(ending.outcome != Outcome::DryRun || dry_run);
        for fresh in [Presence::Present, Presence::Absent, Presence::Unknown] {
            let (reason, hint) = (mi_signout::model::Reason::Disconnected, "x");
            let Decision::End(cut) = engine.on(Input::CutShort { fresh, reason, hint }, now) else { panic!("it goes on") };
            check_ending(&cut);
            prop_assert_eq!(cut.outcome == Outcome::SignedOut, fresh == Presence::Absent);
            let unsure = if engine.progress().mutated() { Outcome::Unknown } else { Outcome::Failed };
            prop_assert!(fresh != Presence::Unknown || cut.outcome == unsure);
        }
    }
}

/// The ways to the page begin anew after each loss, and none of them opens it.
#[test]
fn a_phone_that_is_lost_at_every_opening_ends_the_walk() {
    let refused = Some(Refusal::CannotOpen("x".into()));
    let users = vec![UserAccounts { user: 0, count: 1, xiaomi: vec![AccountId::new("6230***535")] }];
    let seen = Observation { refused, accounts: AccountsProbe { users }, ..Observation::default() };
    let mut engine = Engine::new(setup(Password::None, false), Progress::default());
    engine.on(Input::Start, Duration::ZERO);
    let turns = 0..=Patience::default().turns;
    let ended = turns.into_iter().any(|_| {
        engine.on(Input::Lost, Duration::ZERO);
        matches!(engine.on(Input::Seen(&seen), Duration::ZERO), Decision::End(_))
    });
    assert!(ended, "it never ends");
}

/// Another effect for one tap or one page.
fn change() -> impl Strategy<Value = (usize, usize, usize, u8)> {
    (0..pages().len(), 0..3_usize, 0..pages().len(), 0..8_u8)
}

fn fault() -> impl Strategy<Value = (When, Fault, u32)> {
    let when = (0..pages().len()).prop_map(|at| When::On(pages()[at].name));
    let fault = prop_oneof![
        Just(Fault::Before(PhoneError::Gone)),
        Just(Fault::After(PhoneError::Gone)),
        Just(Fault::After(PhoneError::Timeout(Duration::from_secs(40)))),
        Just(Fault::Before(PhoneError::Unauthorized)),
        Just(Fault::NotReady(NotReady::NotIdle)),
        Just(Fault::NotReady(NotReady::Killed)),
        Just(Fault::Unreadable),
        Just(Fault::NoAccounts),
        Just(Fault::Refused),
        Just(Fault::CannotOpen),
        Just(Fault::Dropped),
        Just(Fault::Loses(3)),
        Just(Fault::Removed),
    ];
    let fault = (prop_oneof![8 => when, 1 => Just(When::Tap("OK")), 1 => Just(When::Open)], fault, 1..6_u32);
    fault.prop_filter("a tap is never answered like an opening", |(when, fault, _)| {
        !matches!((when, fault), (When::Tap(_), Fault::CannotOpen))
    })
}

/// Says yes, and is told at most one verdict for each yes.
#[derive(Default)]
struct Yes(std::sync::Mutex<(u32, Vec<VerdictSeen>)>);

impl SubmitPermit for Yes {
    fn ask(&self, _: &AccountId, _: &Serial) -> Permit {
        self.0.lock().unwrap().0 += 1;
        Permit::Granted
    }
    fn verdict(&self, _: &AccountId, _: &Serial, verdict: VerdictSeen) {
        self.0.lock().unwrap().1.push(verdict);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn every_walk_on_random_pages_ends_with_what_is_true(
        start in 0..pages().len(),
        changes in proptest::collection::vec(change(), 0..8),
        faults in proptest::collection::vec(fault(), 0..4),
        returns in 0..4_u32,
        right in proptest::bool::weighted(0.7),
        dry_run in proptest::bool::weighted(0.1),
        seconds in prop_oneof![4 => Just(600_u64), 1 => 0..60_u64],
    ) {
        let all = pages();
        let mut script = Script::new().at(all[start].name);
        script.faults = faults;
        for (at, which, to, kind) in changes {
            let effect = match kind {
                0 => Effect::SignOut(all[to].name),
                1 => Effect::Check(all[to].name, "wrong"),
                _ => Effect::Go(all[to].name),
            };
            let page = &mut script.pages[at];
            match page.taps.get_mut(which) {
                Some(tap) => tap.1 = effect,
                None => page.later = Some((which as u32, effect)),
            }
        }
        let phone = ScriptedPhone::new(script);
        let secret = Secret::new(if right { "correct horse" } else { "wrong horse!!" }.to_owned());
        let known = Password::Given { chars: 13 };
        let mut engine =
            Engine::new(setup(known, dry_run), Progress::default());
        let (permit, began) = (Yes::default(), Instant::now());
        let walk = Walk {
            serial: &Serial::new("s"),
            account: &AccountId::new("6230***535"),
            password: Some(&secret),
            permit: &permit,
            listener: &|_: Event| {},
            recorder: &mi_signout::flow::NoRecord,
            check: &|_| Ok(mi_signout::flow::Checked::default()),
        waits_for_person: false,
            deadline: Cell::new(began + Duration::from_secs(seconds)),
            interrupted: &AtomicBool::new(false),
            has_cheap_look: false,
        step_limit: Duration::from_secs(40),
            now: &|| phone.now(began),
        };
        let mut left = returns;
        let ended = walk.run(&mut engine, Box::new(phone.clone()), &mut |_| {
            left = left.checked_sub(1)?;
            Some(Box::new(phone.clone()) as Box<dyn Phone>)
        });
        check_ending(&ended.ending);
        let (asked, told) = permit.0.lock().unwrap().clone();
        prop_assert_eq!(asked as usize, told.len(), "each grant has its one verdict");
        phone.with(|s| {
            let log = s.log.join("\n");
            let presses = s.taps.iter().filter(|t| *t == "OK").count();
            prop_assert!(presses <= 1, "{}", log);
            if ended.ending.outcome == Outcome::SignedOut {
                prop_assert!(s.account.is_none(), "{}", log);
            }
            if ended.ending.outcome == Outcome::Failed && engine.progress().mutated() {
                prop_assert!(s.account.is_some(), "{}", log);
            }
            if presses == 0 {
                prop_assert!(!told.contains(&VerdictSeen::Rejected), "{}", log);
            }
            prop_assert!(!dry_run || s.taps.iter().all(|t| t == "Got it"), "{}", log);
            Ok(())
        })?;
    }
}
