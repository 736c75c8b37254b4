//! The walk in the cases that went wrong once, and the owner's part in it.

use super::*;

#[test]
fn d9_a_press_that_met_a_redrawn_button_is_the_persons_and_never_tried_again() {
    let shows = [sign_in(), caution("box+", "-Delete Mi Account"), verify(), last(), last(), sign_in(), last(), done()];
    let setting = &Setting { press_final: true, press_error: Some(BrowserError::Again), ..Setting::default() };
    let ran = run(shows, setting);
    assert_eq!((ran.ending.clone(), ran.last_pressed()), (Ending::Deleted, 1));
    assert!(ran.owner.notices.contains(&Notice::NotPressing(WhyNot::Missed)));
    assert!(ran.owner.notices.contains(&Notice::YourTurn(Turn::LastDelete)));
    assert!(!ran.owner.notices.contains(&Notice::Did(Act::LastDelete)), "it was not done");
}

#[test]
fn d11_closing_the_window_is_kept_before_the_last_question_and_unknown_after() {
    for (shows, ending) in [
        (vec![sign_in(), gone()], Ending::Kept),
        (vec![sign_in(), caution("box", "Delete Mi Account"), gone()], Ending::Kept),
        (vec![caution("box+", "Delete Mi Account"), verify(), gone()], Ending::Kept),
        (then(to_last(), [gone()]), Ending::Unknown),
    ] {
        assert_eq!(run(shows, &Setting::default()).ending, ending);
    }
}

#[test]
fn d2_after_the_last_question_home_proves_nothing_and_the_owner_says() {
    // The server works for a while behind the account's own page, then says that it is done.
    let shows = then(to_last(), std::iter::repeat_n(home(), 20).chain([done()]));
    let ran = run(shows, &Setting::default());
    assert_eq!(ran.ending, Ending::Deleted);
    assert!(ran.owner.questions.contains(&Question::DeletedOrKept), "asked while the page is watched");
    for (says, deleted, state) in [("kept", false, DeletionState::Kept), ("deleted", true, DeletionState::Done)] {
        let ran = run(then(to_last(), [home()]), &Setting { says: Some(says), ..Setting::default() });
        assert_eq!((ran.ending, ran.states.last()), (Ending::Said { deleted }, Some(&state)));
    }
    let ran = run(then(to_last(), [home()]), &Setting { says: Some("perhaps"), looks: 40, ..Setting::default() });
    assert_eq!((ran.ending, ran.states.last()), (Ending::Unknown, Some(&DeletionState::Unknown)));
    // Nor does any other page of the account.
    let shows = then(to_last(), [verify(), caution("box", "-Delete Mi Account"), gone()]);
    assert_eq!(run(shows, &Setting::default()).ending, Ending::Unknown);
}

#[test]
fn d3_done_is_believed_only_after_the_last_question() {
    let warns = |text: &str, controls: &[&str]| page("/pass/del", text, controls);
    for text in [
        "Once an account has been deleted it can't be restored.",
        "Your account has been deleted is what you will read at the end",
        "帐号已注销后无法恢复",
        "帐号已注销，不可恢复",
    ] {
        let shows =
            [sign_in(), warns(text, &["Next"]), warns(text, &["Next"]), caution("box", "-Delete Mi Account"), gone()];
        assert_eq!(run(shows, &Setting::default()).ending, Ending::Kept, "{text}");
        let shows = [sign_in(), warns(text, &["Next"]), gone()];
        assert_ne!(run(shows, &Setting::default()).ending, Ending::Deleted, "{text}");
    }
}

#[test]
fn d1_after_an_unknown_page_the_owner_says_how_it_ended() {
    let odd = || page("/x/1", "Usuń konto na zawsze", &["Usuń"]);
    for (says, ending, state) in [
        (Some("deleted"), Ending::Said { deleted: true }, DeletionState::Done),
        (Some("kept"), Ending::Said { deleted: false }, DeletionState::Kept),
        (None, Ending::Unknown, DeletionState::Unknown),
    ] {
        let ran = run(std::iter::repeat_n(odd(), 30), &Setting { says, ..Setting::default() });
        assert_eq!((ran.ending, ran.states.last()), (ending, Some(&state)), "{says:?}");
        // On the disk while the page is shown: a run that is killed here leaves it so.
        assert_eq!(ran.states[1], DeletionState::MayBeGone);
        assert!(ran.states[1].may_be_gone());
        assert!(ran.pressed.is_empty());
    }
    // However it goes on from there: a closed window, a sign-in, a page that says that it is done.
    for next in [gone(), sign_in(), done()] {
        let ran = run([sign_in(), odd(), odd(), next, gone()], &Setting::default());
        assert_eq!(ran.ending, Ending::Unknown);
    }
    // A page that only an account gets settles it.
    let ran = run([odd(), odd(), caution("box", "-Delete Mi Account"), gone()], &Setting::default());
    assert_eq!((ran.ending, ran.states.last()), (Ending::Kept, Some(&DeletionState::Kept)));
}

#[test]
fn d1_doubt_outlives_a_run_that_is_cut_off() {
    let set = Setting { before: Some(DeletionState::MayBeGone), looks: 3, ..Setting::default() };
    let ran = run([sign_in()], &set);
    assert_eq!(&ran.states[1..], [DeletionState::Opened, DeletionState::MayBeGone, DeletionState::Unknown]);
}

#[test]
fn d4_another_account_in_any_mask_stops_before_anything_is_ticked() {
    for shown in ["629****111", "629***111", "629••••111", "6290000111", "******0111"] {
        let other = page("/pass/del", &format!("Deleting Mi Account {shown}"), &["box", "Delete Mi Account"]);
        let ran = run([sign_in(), other], &Setting::default());
        let Ending::Stopped { why: StopReason::OtherAccount(_), may_be_gone: false } = ran.ending else {
            panic!("{shown}: {:?}", ran.ending)
        };
        assert!(ran.pressed.is_empty() && ran.owner.questions.is_empty(), "{shown}");
    }
    for shown in ["623****535", "6230***535", "623•••0535", "6230000535", "******0535", "138****5678"] {
        let own = page("/pass/del", &format!("Deleting Mi Account {shown}"), &["box", "Delete Mi Account"]);
        assert_eq!(run([sign_in(), own, gone()], &Setting::default()).ending, Ending::Kept, "{shown}");
    }
}

#[test]
fn d5_after_the_code_page_a_stop_keeps_its_reason() {
    let other = page("/pass/del/confirm", "Mi Account 9990000111 will be gone", &["Delete Mi Account"]);
    let to_code =
        || vec![sign_in(), caution("box+", "Delete Mi Account"), caution("box+", "Delete Mi Account"), verify()];
    let ran = run(then(to_code(), [other]), &Setting::default());
    assert_eq!(ran.ending, other_account("9990***111", false));
    let foreign = Snapshot { url: "https://account.xiaomi.com.evil.example/?t=1".into(), ..Snapshot::default() };
    let ran = run(then(to_code(), [Show::Page(foreign)]), &Setting::default());
    assert_eq!(ran.ending, foreign_host(false));
}

#[test]
fn d6_a_page_that_never_loads_gives_a_sign_of_life_and_ends_at_once() {
    let slow = std::iter::repeat_n(Show::Error(BrowserError::Slow), 5);
    let ran = run(slow, &Setting { looks: 3, ..Setting::default() });
    assert_eq!(ran.ending, Ending::Interrupted);
    assert!(ran.owner.notices.contains(&Notice::Loading));
    let blank = Snapshot { url: "data:,".into(), ..Snapshot::default() };
    let ran = run([Show::Page(blank)], &Setting { looks: 10, ..Setting::default() });
    assert_eq!(ran.owner.notices.iter().filter(|n| **n == Notice::Loading).count(), 1);
}

#[test]
fn d7_an_explanation_beside_a_form_that_works_is_no_refusal() {
    for text in
        ["Do not ask for codes too often.", "If you try too frequently, wait a day", "Too many attempts lock it"]
    {
        let explains = page("/fe/service/identity/authStart", text, &["?code", "Next"]);
        let shows = [sign_in(), caution("box", "-Delete Mi Account"), explains, last(), done()];
        assert_eq!(run(shows, &Setting::default()).ending, Ending::Deleted, "{text}");
        let before_the_form = page("/fe/service/identity/authStart", text, &["Send"]);
        let shows = [sign_in(), caution("box", "-Delete Mi Account"), before_the_form, last(), done()];
        assert_eq!(run(shows, &Setting::default()).ending, Ending::Deleted, "{text}");
    }
    let refuses = page("/fe/service/identity/verify", "Too many attempts. Try again later.", &["OK"]);
    let ran = run([sign_in(), refuses], &Setting::default());
    assert!(matches!(ran.ending, Ending::Refused(reasons) if reasons[0].code == "too-frequent"));
}

#[test]
fn d10_find_device_is_known_in_its_wordings_and_languages() {
    for text in [
        "Find Device is still turned on",
        "find device is enabled on Redmi Note 10",
        "Find Device hasn't been turned off",
        "Поиск устройства включен",
        "デバイスを探す",
        "查找手机 未关闭",
    ] {
        let deny = page("/pass/del", &format!("Your account can't be deleted. {text}"), &["OK"]);
        let Ending::Refused(reasons) = run([sign_in(), deny], &Setting::default()).ending else { panic!("{text}") };
        assert_eq!(reasons.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["find-device"], "{text}");
    }
}

#[test]
fn d11_ctrl_c_at_the_code_page_is_interrupted() {
    let shows = [sign_in(), caution("box+", "-Delete Mi Account"), verify()];
    let ran = run(shows, &Setting { looks: 8, ..Setting::default() });
    assert_eq!((ran.ending, ran.states.last()), (Ending::Interrupted, Some(&DeletionState::Kept)));
}

#[test]
fn the_caution_is_read_before_anything_is_ticked() {
    let shows = || std::iter::repeat_n(caution("box", "Delete Mi Account"), 20);
    let ran = run(shows(), &Setting { reads_on: false, looks: 19, ..Setting::default() });
    assert!(ran.pressed.is_empty());
    assert_eq!(ran.owner.questions, [Question::Caution], "asked once");
    // The owner who goes on in the browser needs no Enter.
    let shows = [sign_in(), caution("box", "-Delete Mi Account"), verify(), last(), done()];
    let ran = run(shows, &Setting { reads_on: false, ..Setting::default() });
    assert_eq!((ran.ending, ran.pressed.len()), (Ending::Deleted, 0));
}

/// An owner who does not answer to a refusal.
struct Waits(Owner);
impl Person for Waits {
    fn notify(&mut self, notice: &Notice) {
        self.0.notify(notice);
    }
    fn consents(&mut self, words: &str) -> bool {
        self.0.consents(words)
    }
    fn ask(&mut self, question: Question) {
        if question != Question::Refused {
            self.0.ask(question);
        }
    }
    fn answered(&mut self) -> Option<String> {
        self.0.answered()
    }
    fn goes_on(&mut self) -> bool {
        self.0.goes_on()
    }
}

#[test]
fn a_refusing_page_is_left_open_and_the_owner_may_go_on() {
    let deny = || page("/pass/del", "Your account can't be deleted.", &["OK"]);
    let mut shows = then(vec![sign_in(), deny()], to_last());
    shows.push(done());
    let account = AccountRef::new(1);
    let mut queue = MemoryQueue::default();
    let mut browser = Scripted { shows: shows.into(), pressed: Vec::new(), opened: 0, windows: 1, press_error: None };
    let mut owner = Waits(Owner::new(&Setting::default()));
    let plan = plan(account, false);
    let ending = walk(&mut browser, &mut owner, &mut queue, &Pages::built_in().unwrap(), &plan).unwrap();
    assert_eq!(ending, Ending::Deleted);
}
