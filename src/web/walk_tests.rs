//! The walk against a scripted browser and person: what it presses, records, tells, and how it ends.

#[path = "walk_case_tests.rs"]
mod cases;

use crate::model::AccountRef;
use std::collections::VecDeque;

use super::*;
use crate::web::{Handle, MemoryQueue, Site};

const START: &str = "https://account.xiaomi.com";

/// What a scripted browser shows at one look.
#[derive(Clone)]
enum Show {
    Page(Snapshot),
    Error(BrowserError),
}

/// Shows one thing a look, and stays at the last one.
struct Scripted {
    shows: VecDeque<Show>,
    pressed: Vec<String>,
    opened: usize,
    windows: usize,
    press_error: Option<BrowserError>,
}

impl Browser for Scripted {
    fn open(&mut self, _: &str) -> Result<(), BrowserError> {
        self.opened += 1;
        Ok(())
    }

    fn snapshot(&mut self) -> Result<Snapshot, BrowserError> {
        let show = if self.shows.len() > 1 { self.shows.pop_front().unwrap() } else { self.shows[0].clone() };
        match show {
            Show::Page(page) => Ok(page),
            Show::Error(e) => Err(e),
        }
    }

    fn press(&mut self, handle: &Handle) -> Result<(), BrowserError> {
        self.pressed.push(handle.0.clone());
        self.press_error.take().map_or(Ok(()), Err)
    }

    fn windows(&mut self) -> Result<Vec<WindowId>, BrowserError> {
        Ok((0..self.windows).map(|n| WindowId(n.to_string())).collect())
    }

    fn switch(&mut self, _: &WindowId) -> Result<(), BrowserError> {
        Ok(())
    }
}

struct Owner {
    consents: bool,
    asked: Vec<String>,
    notices: Vec<Notice>,
    looks_left: u32,
    questions: Vec<Question>,
    /// What is typed at the latest question, one line a look.
    types: VecDeque<String>,
    says: Option<&'static str>,
    reads_on: bool,
}

impl Owner {
    fn new(setting: &Setting) -> Self {
        Self {
            consents: setting.consents,
            asked: Vec::new(),
            notices: Vec::new(),
            looks_left: setting.looks,
            questions: Vec::new(),
            types: VecDeque::new(),
            says: setting.says,
            reads_on: setting.reads_on,
        }
    }
}

impl Person for Owner {
    fn notify(&mut self, notice: &Notice) {
        self.notices.push(notice.clone());
    }

    fn consents(&mut self, words: &str) -> bool {
        self.asked.push(words.to_owned());
        self.consents
    }

    fn ask(&mut self, question: Question) {
        self.questions.push(question);
        self.types.clear();
        let typed = match question {
            Question::Caution => self.reads_on.then_some(""),
            Question::Refused => Some(""),
            Question::DeletedOrKept => self.says,
        };
        self.types.extend(typed.map(str::to_owned));
    }

    fn answered(&mut self) -> Option<String> {
        self.types.pop_front()
    }

    fn goes_on(&mut self) -> bool {
        self.looks_left -= 1;
        self.looks_left > 0
    }
}

/// A page by its controls: `box`, `box+` (ticked), `-Text` (a button that is off), `?kind` (a field), else a button.
fn page(path: &str, text: &str, controls: &[&str]) -> Show {
    let mut snapshot =
        Snapshot { url: format!("{START}{path}"), ready: true, text: text.into(), ..Snapshot::default() };
    for c in controls {
        if let Some(kind) = c.strip_prefix('?') {
            let kind = serde_json::from_str(&format!("\"{kind}\"")).unwrap();
            snapshot.fields.push(crate::web::Field { kind, filled: false });
            continue;
        }
        let is_box = c.starts_with("box");
        snapshot.controls.push(crate::web::Control {
            kind: if is_box { crate::web::ControlKind::Box } else { crate::web::ControlKind::Button },
            text: c.trim_start_matches('-').to_owned(),
            id: String::new(),
            enabled: !c.starts_with('-'),
            ticked: *c == "box+",
            handle: Some(Handle(format!("{path} {c}"))),
        });
    }
    Show::Page(snapshot)
}

fn sign_in() -> Show {
    page("/fe/service/login/password", "Sign in", &["?account", "?password", "Sign in"])
}
fn caution(boxed: &str, button: &str) -> Show {
    page("/pass/del", "Deleting Mi Account 6230000535", &[boxed, button, "Cancel"])
}
fn verify() -> Show {
    page("/fe/service/identity/authStart", "Enter the code", &["?code", "Next"])
}
fn last() -> Show {
    page("/pass/del/confirm", "Mi Account 6230000535 will be gone", &["Delete Mi Account", "Cancel"])
}
fn done() -> Show {
    page("/pass/del/done", "Your Mi Account has been deleted", &[])
}
fn home() -> Show {
    page("/pass/auth/security/home", "Mi Account 6230000535", &["Change password"])
}
fn gone() -> Show {
    Show::Error(BrowserError::Gone)
}

struct Ran {
    ending: Ending,
    pressed: Vec<String>,
    states: Vec<DeletionState>,
    owner: Owner,
    opened: usize,
}

impl Ran {
    fn last_pressed(&self) -> usize {
        self.pressed.iter().filter(|p| p.starts_with("/pass/del/confirm")).count()
    }
}

struct Setting {
    press_final: bool,
    consents: bool,
    before: Option<DeletionState>,
    press_error: Option<BrowserError>,
    looks: u32,
    /// What the owner says where the end can't be seen.
    says: Option<&'static str>,
    /// Whether the owner presses Enter at the caution.
    reads_on: bool,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            press_final: false,
            consents: true,
            before: None,
            press_error: None,
            looks: 60,
            says: None,
            reads_on: true,
        }
    }
}

fn plan(account: AccountRef, press_final: bool) -> Plan {
    Plan { account, masked: "6230***535".into(), site: Site::xiaomi(), press_final, patience: 6, answer_patience: 10 }
}

fn run(shows: impl IntoIterator<Item = Show>, setting: &Setting) -> Ran {
    let account = AccountRef::new(1);
    let mut queue = MemoryQueue::default();
    if let Some(before) = &setting.before {
        queue.record(account, before).unwrap();
    }
    let mut browser = Scripted {
        shows: shows.into_iter().collect(),
        pressed: Vec::new(),
        opened: 0,
        windows: 1,
        press_error: setting.press_error,
    };
    let mut owner = Owner::new(setting);
    let plan = plan(account, setting.press_final);
    let pages = Pages::built_in().unwrap();
    let ending = walk(&mut browser, &mut owner, &mut queue, &pages, &plan).unwrap();
    Ran { ending, pressed: browser.pressed, states: queue.states(account), owner, opened: browser.opened }
}

/// Up to the last question.
fn to_last() -> Vec<Show> {
    vec![
        sign_in(),
        sign_in(),
        caution("box", "-Delete Mi Account"),
        caution("box", "-Delete Mi Account"),
        caution("box+", "Delete Mi Account"),
        caution("box+", "Delete Mi Account"),
        verify(),
        last(),
    ]
}

fn then(mut shows: Vec<Show>, more: impl IntoIterator<Item = Show>) -> Vec<Show> {
    shows.extend(more);
    shows
}

#[test]
fn the_person_presses_the_last_delete() {
    use DeletionState as W;
    let ran = run(then(to_last(), [last(), last(), done()]), &Setting::default());
    assert_eq!(ran.ending, Ending::Deleted);
    assert_eq!(ran.pressed, ["/pass/del box", "/pass/del Delete Mi Account"]);
    assert_eq!(
        ran.states,
        [W::Opened, W::SignedInSeen, W::CautionSeen, W::VerifySeen, W::FinalArmed, W::Done],
        "each state once, in order"
    );
    assert!(ran.owner.asked.is_empty());
}

#[test]
fn press_final_presses_once_after_the_words() {
    let ran =
        run(then(to_last(), [last(), last(), last(), done()]), &Setting { press_final: true, ..Setting::default() });
    assert_eq!((ran.ending.clone(), ran.last_pressed()), (Ending::Deleted, 1));
    assert_eq!(ran.owner.asked, ["DELETE 0535"]);
    assert!(ran.states.contains(&DeletionState::FinalPressed));
}

#[test]
fn other_words_press_nothing() {
    let setting = &Setting { press_final: true, consents: false, ..Setting::default() };
    let ran = run(then(to_last(), [last()]), setting);
    assert_eq!((ran.ending.clone(), ran.last_pressed()), (Ending::Kept, 0));
    assert!(!ran.states.contains(&DeletionState::FinalPressed));
}

#[test]
fn a_press_that_changed_nothing_is_not_tried_again() {
    // The box and the first Delete are done by the person here.
    let shows = [sign_in(), caution("box+", "-Delete Mi Account"), verify(), last()];
    let ran = run(shows, &Setting { press_final: true, ..Setting::default() });
    assert_eq!((ran.ending.clone(), ran.last_pressed()), (Ending::Unknown, 1));
    assert_eq!(ran.states.last(), Some(&DeletionState::Unknown));
}

#[test]
fn without_a_verification_the_last_press_is_the_persons() {
    let shows = [sign_in(), caution("box+", "Delete Mi Account"), last(), last(), gone()];
    let ran = run(shows, &Setting { press_final: true, ..Setting::default() });
    assert_eq!((ran.ending.clone(), ran.last_pressed()), (Ending::Unknown, 0));
    assert!(ran.owner.notices.contains(&Notice::NotPressing(WhyNot::NotVerified)));
}

#[test]
fn an_identity_check_at_sign_in_does_not_count() {
    let shows = [sign_in(), verify(), caution("box+", "Delete Mi Account"), last(), last(), gone()];
    let ran = run(shows, &Setting { press_final: true, ..Setting::default() });
    assert_eq!(ran.last_pressed(), 0);
    assert!(!ran.states.contains(&DeletionState::VerifySeen));
}

#[test]
fn another_id_at_the_last_question_is_not_pressed() {
    let masked_alike = page("/pass/del/confirm", "Mi Account 623099535", &["Delete Mi Account"]);
    let ran = run(
        [sign_in(), caution("box+", "Delete Mi Account"), verify(), masked_alike.clone(), masked_alike, gone()],
        &Setting { press_final: true, ..Setting::default() },
    );
    assert_eq!(ran.last_pressed(), 0);
    assert!(ran.owner.notices.contains(&Notice::NotPressing(WhyNot::NoId)));
}

#[test]
fn an_account_that_the_mask_rules_out_ends_the_walk() {
    let other = page("/pass/del", "Deleting Mi Account 9990000111", &["box", "Delete Mi Account"]);
    let ran = run([sign_in(), other], &Setting::default());
    assert_eq!(ran.ending, other_account("9990***111", false));
    assert!(ran.pressed.is_empty());
}

fn other_account(shown: &str, may_be_gone: bool) -> Ending {
    Ending::Stopped { why: StopReason::OtherAccount(shown.into()), may_be_gone }
}

fn foreign_host(may_be_gone: bool) -> Ending {
    Ending::Stopped { why: StopReason::ForeignHost("account.xiaomi.com.evil.example/".into()), may_be_gone }
}

#[test]
fn a_box_and_delete_after_the_code_are_the_persons() {
    let shows = [
        sign_in(),
        caution("box+", "Delete Mi Account"),
        caution("box+", "Delete Mi Account"),
        verify(),
        caution("box", "Delete Mi Account"),
        done(),
    ];
    let ran = run(shows, &Setting { press_final: true, ..Setting::default() });
    assert_eq!(ran.ending, Ending::Deleted);
    assert_eq!(ran.pressed.len(), 1, "only the first Delete");
    assert!(ran.states.contains(&DeletionState::FinalArmed));
}

#[test]
fn a_slow_page_is_not_pressed_again_and_then_handed_over() {
    let slow = std::iter::repeat_n(caution("box+", "Delete Mi Account"), 20);
    let ran = run(slow.chain([gone()]), &Setting::default());
    assert_eq!(ran.pressed.len(), 1);
    assert!(ran.owner.notices.contains(&Notice::YourTurn(Turn::Caution)));
    assert_eq!(ran.ending, Ending::Kept);
}

#[test]
fn a_press_on_a_redrawn_page_is_done_on_the_next_look() {
    let shows = [
        caution("box", "-Delete Mi Account"),
        caution("box", "-Delete Mi Account"),
        caution("box", "-Delete Mi Account"),
        caution("box+", "-Delete Mi Account"),
        gone(),
    ];
    let ran = run(shows, &Setting { press_error: Some(BrowserError::Again), ..Setting::default() });
    assert_eq!(ran.pressed, ["/pass/del box", "/pass/del box"]);
    assert_eq!(ran.owner.notices.iter().filter(|n| **n == Notice::Did(Act::Ticked)).count(), 1);
}

#[test]
fn what_an_earlier_run_left_open_stays_open_until_the_account_is_seen() {
    for before in [DeletionState::VerifySeen, DeletionState::FinalArmed, DeletionState::Unknown] {
        let set = Setting { before: Some(before.clone()), ..Setting::default() };
        assert_eq!(run([sign_in(), gone()], &set).ending, Ending::Unknown);
        let no_such = page("/fe/service/login/password", "Account does not exist", &["?password"]);
        assert_eq!(run([no_such, gone()], &set).ending, Ending::Unknown);
        assert_eq!(run([sign_in(), caution("box", "-Delete Mi Account"), gone()], &set).ending, Ending::Kept);
    }
}

#[test]
fn cancel_at_the_caution_leads_home_and_home_is_kept() {
    let ran = run([caution("box", "-Delete Mi Account"), home()], &Setting::default());
    assert_eq!(ran.ending, Ending::Kept);
}

#[test]
fn home_after_sign_in_opens_the_deletion_again_but_not_for_ever() {
    let ran = run([sign_in(), home(), caution("box", "-Delete Mi Account"), home()], &Setting::default());
    assert_eq!((ran.ending, ran.opened), (Ending::Kept, 2));
    let ran = run([home(), sign_in(), home(), sign_in(), home(), home(), home(), gone()], &Setting::default());
    assert_eq!((ran.ending, ran.opened), (Ending::Kept, 3));
}

#[test]
fn a_session_that_runs_out_needs_a_new_code() {
    let shows = then(to_last(), [sign_in(), caution("box+", "Delete Mi Account"), last(), last(), gone()]);
    let ran = run(shows, &Setting { press_final: false, ..Setting::default() });
    assert_eq!(ran.ending, Ending::Unknown);
    let shows = [
        sign_in(),
        caution("box+", "Delete Mi Account"),
        verify(),
        sign_in(),
        caution("box+", "Delete Mi Account"),
        last(),
        last(),
        gone(),
    ];
    let ran = run(shows, &Setting { press_final: true, ..Setting::default() });
    assert!(ran.owner.notices.contains(&Notice::NotPressing(WhyNot::NotVerified)));
}

#[test]
fn a_foreign_host_ends_the_walk() {
    let mut foreign = Snapshot { url: "https://account.xiaomi.com.evil.example/?t=1".into(), ..Snapshot::default() };
    foreign.text = "Delete".into();
    let ran = run([sign_in(), Show::Page(foreign.clone())], &Setting::default());
    assert_eq!(ran.ending, foreign_host(false));
    let ran = run(then(to_last(), [Show::Page(foreign)]), &Setting::default());
    assert_eq!((ran.ending, ran.states.last()), (foreign_host(true), Some(&DeletionState::Unknown)));
}

#[test]
fn refusals_carry_their_reasons() {
    let deny = page("/pass/del", "Your account can't be deleted. Turn off Find Device.", &["OK"]);
    let ran = run([sign_in(), deny], &Setting::default());
    let Ending::Refused(reasons) = &ran.ending else { panic!("{:?}", ran.ending) };
    assert_eq!(reasons[0].code, "find-device");
    assert_eq!(ran.states.last(), Some(&DeletionState::Refused(vec!["find-device".into()])));
}

#[test]
fn an_unknown_page_is_told_once_and_never_pressed() {
    let odd = page("/what/6230000535", "Delete account?", &["Delete account", "OK"]);
    let ran = run(std::iter::repeat_n(odd, 30).chain([gone()]), &Setting::default());
    assert!(ran.pressed.is_empty());
    let told: Vec<_> = ran.owner.notices.iter().filter(|n| matches!(n, Notice::YourTurn(_))).collect();
    assert_eq!(told.len(), 1);
    assert!(!told[0].to_owned().to_string().contains("0535"));
}

#[test]
fn errors_between_pages_and_dialogs_are_waited_out() {
    let shows = [
        Show::Error(BrowserError::Again),
        Show::Error(BrowserError::Dialog),
        Show::Error(BrowserError::WindowGone),
        sign_in(),
        last(),
        done(),
    ];
    assert_eq!(run(shows, &Setting::default()).ending, Ending::Deleted);
}

#[test]
fn ctrl_c_is_interrupted_or_unknown() {
    let ran = run([sign_in()], &Setting { looks: 3, ..Setting::default() });
    assert_eq!(ran.ending, Ending::Interrupted);
    let ran = run(to_last(), &Setting { looks: 15, ..Setting::default() });
    assert_eq!(ran.ending, Ending::Unknown);
}

/// A journal whose disk is full when this state is to be written.
struct Full(MemoryQueue, DeletionState);

impl DeletionQueue for Full {
    fn waiting(&self) -> Result<Vec<crate::web::WaitingAccount>, QueueError> {
        self.0.waiting()
    }

    fn last(&self, account: AccountRef) -> Result<DeletionState, QueueError> {
        self.0.last(account)
    }

    fn record(&mut self, account: AccountRef, state: &DeletionState) -> Result<(), QueueError> {
        if *state == self.1 {
            return Err(QueueError::Storage { place: "journal".into(), source: "disk full".into() });
        }
        self.0.record(account, state)
    }

    fn settle(&mut self, account: AccountRef, deleted: bool) -> Result<(), QueueError> {
        self.0.settle(account, deleted)
    }

    fn lock(&mut self, account: AccountRef) -> Result<crate::web::AccountLock, QueueError> {
        self.0.lock(account)
    }
}

#[test]
fn what_cannot_be_recorded_is_not_done() {
    for (state, pressed) in
        [(DeletionState::Opened, 0), (DeletionState::CautionSeen, 0), (DeletionState::FinalPressed, 2)]
    {
        let mut browser =
            Scripted { shows: to_last().into(), pressed: Vec::new(), opened: 0, windows: 1, press_error: None };
        let mut owner = Owner::new(&Setting::default());
        let plan = plan(AccountRef::new(1), true);
        let mut queue = Full(MemoryQueue::default(), state.clone());
        let ended = walk(&mut browser, &mut owner, &mut queue, &Pages::built_in().unwrap(), &plan);
        assert!(matches!(ended, Err(QueueError::Storage { .. })), "{state:?}");
        assert_eq!(browser.pressed.len(), pressed, "{state:?}");
        assert_eq!(browser.opened, usize::from(state != DeletionState::Opened));
    }
}
