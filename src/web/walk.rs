//! The walk: look → classify → at most one act → look again, until an end is seen. It waits, checks and tells; the deciding is
//! the person's. Knows a browser and a person only by their ports.

use crate::model::DeletionState;
use crate::text::say;
use crate::web::{
    Act, Browser, BrowserError, DeletionQueue, Ending, Known, Notice, Page, Pages, Person, Plan, Question, QueueError,
    Refusal, Role, Snapshot, StopReason, Turn, WhyNot, WindowId, classify, classify_but, for_people, place_of,
};

/// Walks the owner through the deletion. Every state is recorded before what it announces is done.
///
/// # Errors
/// Where the hand-off can't be written; nothing further is done then.
pub fn walk(
    browser: &mut impl Browser,
    person: &mut impl Person,
    queue: &mut impl DeletionQueue,
    pages: &Pages,
    plan: &Plan,
) -> Result<Ending, QueueError> {
    let before = queue.last(plan.account)?;
    let mut walk = Walk {
        browser,
        person,
        queue,
        pages,
        plan,
        state: before.clone(),
        seen: Seen { perhaps_gone: before.was_cut_off(), ..Seen::default() },
        visit: Visit::default(),
        windows: Vec::new(),
        reopened: 0,
        asked: None,
        caution_read: false,
        may_press: plan.press_final,
        refused: None,
        lost: 0,
    };
    let ending = walk.run()?;
    let last = match &ending {
        Ending::Deleted => DeletionState::Done,
        Ending::Refused(reasons) => DeletionState::Refused(reasons.iter().map(|r| r.code.clone()).collect()),
        Ending::Kept | Ending::Interrupted | Ending::Stopped { may_be_gone: false, .. } => DeletionState::Kept,
        Ending::Unknown | Ending::Stopped { may_be_gone: true, .. } => DeletionState::Unknown,
        Ending::Said { deleted } => {
            queue.settle(plan.account, *deleted)?;
            return Ok(ending);
        }
    };
    walk.record(last)?;
    Ok(ending)
}

/// What was seen since the last sign-in.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each was seen or not, on its own")]
struct Seen {
    /// The caution, with the digits it showed.
    caution: bool,
    last_four: Option<String>,
    /// A code was asked for after the caution.
    verified: bool,
    /// The account may be gone: the owner was on a page that is not known, or an earlier run was cut off. A page that needs the
    /// account refutes it.
    perhaps_gone: bool,
    /// The last question was on the screen. From then on only an answer of Xiaomi's or of the owner's tells how it ended: a server
    /// that still works shows the same pages as an account that was kept.
    last_question: bool,
    /// This program pressed the last Delete; so many looks ago.
    pressed: Option<u32>,
}

/// A stay on one page. It ends only when another page is recognised, so a slow page gets time and is never pressed again.
#[derive(Default)]
struct Visit {
    role: Option<Role>,
    looks: u32,
    ticks: u32,
    pressed: bool,
    told: bool,
    /// Looks in a row that recognised nothing, and those of them that saw a page.
    unclear: u32,
    unknown: u32,
    told_unclear: bool,
}

enum Sight {
    Page(Box<Snapshot>, Page),
    Nothing,
    Ended(Ending),
}

struct Walk<'a, B, P, H> {
    browser: &'a mut B,
    person: &'a mut P,
    queue: &'a mut H,
    pages: &'a Pages,
    plan: &'a Plan,
    state: DeletionState,
    seen: Seen,
    visit: Visit,
    windows: Vec<WindowId>,
    reopened: u32,
    /// The question that is open at the terminal while the browser is watched.
    asked: Option<Question>,
    /// The owner has read the caution, and wants to go on.
    caution_read: bool,
    /// Whether this program may still press the last Delete. It tries once.
    may_press: bool,
    /// Why Xiaomi refuses, while the refusing page is shown.
    refused: Option<Vec<Refusal>>,
    /// Looks in a row that found the window gone.
    lost: u32,
}

impl<B: Browser, P: Person, H: DeletionQueue> Walk<'_, B, P, H> {
    fn run(&mut self) -> Result<Ending, QueueError> {
        self.record(DeletionState::Opened)?;
        if self.seen.perhaps_gone {
            // What an earlier run left open stays open, also when this one is cut off.
            self.record(DeletionState::MayBeGone)?;
        }
        self.open();
        loop {
            let ending = match self.look() {
                Sight::Ended(ending) => Some(ending),
                Sight::Nothing => None,
                Sight::Page(snapshot, page) => self.turn(&snapshot, &page)?,
            };
            if let Some(ending) = ending.or_else(|| self.answer_overdue()).or_else(|| self.answered()) {
                return Ok(ending);
            }
            if !self.person.goes_on() {
                return Ok(self.turned_back(Ending::Interrupted));
            }
        }
    }

    /// Whether the account may be deleted without a page that said so.
    fn in_doubt(&self) -> bool {
        self.seen.perhaps_gone || self.seen.last_question || self.seen.pressed.is_some()
    }

    /// The end where the owner, or what the owner did, ended the walk: this one only where nothing can have been deleted.
    fn turned_back(&mut self, ending: Ending) -> Ending {
        match self.refused.take() {
            _ if self.in_doubt() => Ending::Unknown,
            Some(reasons) => Ending::Refused(reasons),
            None => ending,
        }
    }

    fn stopped(&self, why: StopReason) -> Ending {
        Ending::Stopped { why, may_be_gone: self.in_doubt() }
    }

    fn record(&mut self, state: DeletionState) -> Result<(), QueueError> {
        // After the press only an end may follow.
        let is_end = matches!(
            state,
            DeletionState::Done | DeletionState::Refused(_) | DeletionState::Kept | DeletionState::Unknown
        );
        if self.state == DeletionState::FinalPressed && !is_end && state != DeletionState::Opened {
            return Ok(());
        }
        if self.state != state || state == DeletionState::Opened {
            self.queue.record(self.plan.account, &state)?;
            self.state = state;
        }
        Ok(())
    }

    fn open(&mut self) {
        self.person.notify(&Notice::Opening(place_of(self.plan.site.start())));
        // Another failure shows in the next look.
        if self.browser.open(self.plan.site.start()) == Err(BrowserError::Slow) {
            self.person.notify(&Notice::Loading);
        }
    }

    /// Puts a question to the owner. The browser is watched while it is open, and what it shows comes first.
    fn ask(&mut self, question: Question) {
        if self.asked != Some(question) {
            self.asked = Some(question);
            self.person.ask(question);
        }
    }

    /// What the owner typed, where a question is open.
    fn answered(&mut self) -> Option<Ending> {
        let question = self.asked?;
        let line = self.person.answered()?;
        match (question, question.answer(&line)) {
            (Question::Caution, Some(_)) => {
                self.asked = None;
                self.caution_read = true;
                self.visit.looks = 0;
                None
            }
            (Question::Refused, Some(_)) => self.refused.take().map(Ending::Refused),
            (Question::DeletedOrKept, Some(deleted)) => Some(match self.look() {
                // What Xiaomi says counts more.
                Sight::Page(_, page) if page.role() == Some(Role::Done) && self.seen.last_question => Ending::Deleted,
                _ => Ending::Said { deleted },
            }),
            (_, None) => {
                self.person.ask(question);
                None
            }
        }
    }

    /// One look: follows windows, then takes the picture, then checks the host before anything else is believed.
    fn look(&mut self) -> Sight {
        let looked = self.follow_windows().and_then(|()| self.browser.snapshot());
        self.lost = if matches!(looked, Err(BrowserError::WindowGone)) { self.lost + 1 } else { 0 };
        let snapshot = match looked {
            Ok(snapshot) => snapshot,
            Err(BrowserError::Gone) => return Sight::Ended(self.turned_back(Ending::Kept)),
            Err(BrowserError::WindowGone) if self.lost > self.plan.patience => {
                return Sight::Ended(self.turned_back(Ending::Kept));
            }
            Err(BrowserError::Dialog) => {
                self.unclear(Turn::Dialog);
                return Sight::Nothing;
            }
            Err(BrowserError::Slow) => {
                self.loading(self.plan.patience);
                return Sight::Nothing;
            }
            Err(BrowserError::Again | BrowserError::WindowGone) => return Sight::Nothing,
        };
        // The browser's own pages: before the first one has come, in a new tab, or where a site can't be reached.
        if ["about:", "chrome:", "edge:", "chrome-error:", "data:,"].iter().any(|p| snapshot.url.starts_with(p)) {
            self.loading(1);
            return Sight::Nothing;
        }
        if !self.plan.site.allows(&snapshot.url) {
            return Sight::Ended(self.stopped(StopReason::ForeignHost(place_of(&snapshot.url))));
        }
        let mut page = classify(&snapshot, self.pages);
        if page.role() == Some(Role::Done) && !self.in_doubt() {
            // Before the last question a page can only speak of what would be: "once the account has been deleted, ...".
            page = classify_but(&snapshot, self.pages, Role::Done);
        }
        Sight::Page(Box::new(snapshot), page)
    }

    /// Looks at the newest window; where that was closed, at the newest that is left.
    fn follow_windows(&mut self) -> Result<(), BrowserError> {
        let open = self.browser.windows()?;
        let Some(newest) = open.last() else { return Err(BrowserError::Gone) };
        let fresh = open.iter().rfind(|w| !self.windows.contains(w));
        let lost = self.windows.iter().any(|w| !open.contains(w));
        if self.windows.is_empty() {
            self.windows.clone_from(&open);
        } else if fresh.is_some() || lost {
            self.browser.switch(fresh.unwrap_or(newest))?;
            if fresh.is_some() {
                self.person.notify(&Notice::NewWindow);
            }
            self.windows.clone_from(&open);
        }
        Ok(())
    }

    /// One turn on what was seen. At most one act.
    fn turn(&mut self, snapshot: &Snapshot, page: &Page) -> Result<Option<Ending>, QueueError> {
        let known = match page {
            Page::Known(known) => known,
            Page::Blank => {
                self.loading(1);
                return Ok(None);
            }
            Page::Unknown => return self.unknown(snapshot).map(|()| None),
        };
        self.visit.unclear = 0;
        self.visit.unknown = 0;
        if self.visit.role == Some(known.role) {
            self.visit.looks += 1;
        } else {
            self.visit = Visit { role: Some(known.role), ..Visit::default() };
        }
        if let Some(other) = self.other_account(snapshot, known.role) {
            return Ok(Some(self.stopped(StopReason::OtherAccount(other))));
        }
        if known.role != Role::Refused && self.refused.take().is_some() {
            self.asked = None;
        }
        if known.role != Role::Caution && self.asked == Some(Question::Caution) {
            self.asked = None;
        }
        match known.role {
            Role::Done if self.seen.last_question => Ok(Some(Ending::Deleted)),
            // Reached over pages that are not known: the owner says whether it is so.
            Role::Done => self.in_the_dark(Turn::SaysDeleted),
            Role::Refused => Ok(self.refuses(known)),
            // After this program's press everything else is only watched.
            _ if self.seen.pressed.is_some() => Ok(None),
            Role::Missing => self.missing(),
            Role::Captcha => Ok(self.your_turn(Turn::Captcha)),
            Role::SignIn => self.sign_in(),
            Role::Verify => self.verify(),
            Role::Caution => self.caution(snapshot, known),
            Role::Final => self.last_question(snapshot, known),
            Role::Home => self.home(),
        }
    }

    /// A page that is not known. Its owner may go on there by hand, as far as deleting.
    fn unknown(&mut self, snapshot: &Snapshot) -> Result<(), QueueError> {
        self.visit.unknown += 1;
        // One look can meet a page half drawn; no person reads and presses in that time.
        if self.visit.unknown >= 2 {
            self.doubt()?;
        }
        let was_told = self.visit.told_unclear;
        self.unclear(Turn::UnknownPage(place_of(&snapshot.url), for_people(&snapshot.title)));
        if self.visit.told_unclear && !was_told {
            self.ask(Question::DeletedOrKept);
        }
        Ok(())
    }

    /// From here on the account may be gone. On the disk before the owner can do anything.
    fn doubt(&mut self) -> Result<(), QueueError> {
        self.seen.perhaps_gone = true;
        if self.seen.last_question { Ok(()) } else { self.record(DeletionState::MayBeGone) }
    }

    /// A page that only an account gets: it is still there. After the last question it proves nothing, as the server may be at work.
    fn account_is_there(&mut self) {
        if !self.seen.last_question {
            self.seen.perhaps_gone = false;
            if self.asked == Some(Question::DeletedOrKept) {
                self.asked = None;
            }
        }
    }

    /// Says what is seen, and asks the owner how it ended.
    fn in_the_dark(&mut self, turn: Turn) -> Result<Option<Ending>, QueueError> {
        self.doubt()?;
        self.your_turn(turn);
        self.ask(Question::DeletedOrKept);
        Ok(None)
    }

    fn refuses(&mut self, known: &Known) -> Option<Ending> {
        if self.refused.is_none() {
            self.refused = Some(known.reasons.clone());
            // Xiaomi's word: nothing was deleted.
            self.seen.perhaps_gone = false;
            self.seen.last_question = false;
            self.seen.pressed = None;
            self.person.notify(&Notice::Refused(known.reasons.clone()));
            self.asked = None;
            self.ask(Question::Refused);
        }
        None
    }

    fn your_turn(&mut self, turn: Turn) -> Option<Ending> {
        if !self.visit.told {
            self.visit.told = true;
            self.person.notify(&Notice::YourTurn(turn));
        }
        None
    }

    fn unclear(&mut self, turn: Turn) {
        self.visit.unclear += 1;
        if self.visit.unclear >= self.plan.patience && !self.visit.told_unclear {
            self.visit.told_unclear = true;
            self.person.notify(&Notice::YourTurn(turn));
        }
    }

    /// Tells that a page is still loading. A look that took long weighs more.
    fn loading(&mut self, weight: u32) {
        let before = self.visit.unclear;
        self.visit.unclear += weight;
        // The first sign of life soon, the next ones seldom.
        let (soon, seldom) = ((self.plan.patience / 3).max(1), self.plan.patience.max(1) * 3);
        let (now, before) = (self.visit.unclear, before);
        if (before < soon && now >= soon) || before / seldom != now / seldom {
            self.person.notify(&Notice::Loading);
        }
    }

    fn missing(&mut self) -> Result<Option<Ending>, QueueError> {
        // Said at sign-in: gone, or mistyped. Only the person can tell which.
        if self.in_doubt() { self.in_the_dark(Turn::NoSuchAccount) } else { Ok(self.your_turn(Turn::NoSuchAccount)) }
    }

    fn sign_in(&mut self) -> Result<Option<Ending>, QueueError> {
        // A session that ran out: caution and code will be asked for again, and only then count again. After a code this may also
        // be what a deletion without a last question leads to.
        if self.seen.verified {
            self.doubt()?;
        }
        let Seen { perhaps_gone, last_question, .. } = self.seen;
        self.seen = Seen { perhaps_gone, last_question, ..Seen::default() };
        Ok(self.your_turn(Turn::SignIn))
    }

    fn verify(&mut self) -> Result<Option<Ending>, QueueError> {
        if self.seen.caution {
            self.account_is_there();
            self.seen.verified = true;
            if !self.seen.last_question {
                self.record(DeletionState::VerifySeen)?;
            }
        }
        Ok(self.your_turn(Turn::Verify))
    }

    fn home(&mut self) -> Result<Option<Ending>, QueueError> {
        // A page on the way to another is no answer: it has to stay.
        if self.visit.looks < 3 && (self.in_doubt() || self.seen.caution) {
            return Ok(None);
        }
        if self.seen.last_question || self.seen.verified {
            if self.visit.looks >= self.plan.patience {
                return self.in_the_dark(Turn::HomeAfterLastQuestion);
            }
            return Ok(None);
        }
        if self.seen.caution {
            return Ok(Some(Ending::Kept));
        }
        self.account_is_there();
        if !self.visit.pressed && self.reopened < 2 {
            self.visit.pressed = true;
            self.reopened += 1;
            self.open();
            return Ok(None);
        }
        self.unclear(Turn::UnknownPage(say!("accounts-own-page"), String::new()));
        Ok(None)
    }

    fn caution(&mut self, snapshot: &Snapshot, known: &Known) -> Result<Option<Ending>, QueueError> {
        if self.seen.verified || self.seen.last_question {
            // A box and a Delete after the code may be the last question of a build that is not known: the person's.
            self.arm()?;
            return Ok(self.your_turn(Turn::LastDelete));
        }
        self.account_is_there();
        if !self.seen.caution {
            self.seen = Seen { caution: true, last_four: snapshot.last_four(), ..Seen::default() };
            self.record(DeletionState::SignedInSeen)?;
            self.person.notify(&Notice::Caution(self.seen.last_four.clone()));
        }
        self.record(DeletionState::CautionSeen)?;
        if !self.caution_read {
            // Xiaomi's words come first. The owner may also go on in the browser, without this program.
            self.ask(Question::Caution);
            return Ok(None);
        }
        let stuck = self.visit.looks >= self.plan.patience;
        if self.visit.pressed || stuck {
            return Ok(if stuck { self.your_turn(Turn::Caution) } else { None });
        }
        let Some(the_box) = &known.tick else { return Ok(self.your_turn(Turn::Caution)) };
        if !the_box.ticked {
            if self.visit.ticks < 3 && the_box.enabled {
                self.visit.ticks += 1;
                self.press(the_box.handle.as_ref(), Act::Ticked);
            }
            return Ok(None);
        }
        if let Some(button) = known.press.as_ref().filter(|b| b.enabled) {
            self.visit.pressed = self.press(button.handle.as_ref(), Act::FirstDelete);
        }
        Ok(None)
    }

    /// Whether the press arrived. A page that changed under it gets another look.
    fn press(&mut self, handle: Option<&crate::web::Handle>, act: Act) -> bool {
        let pressed = handle.is_some_and(|h| self.browser.press(h).is_ok());
        if pressed {
            self.person.notify(&Notice::Did(act));
        }
        pressed
    }

    fn arm(&mut self) -> Result<(), QueueError> {
        self.seen.last_question = true;
        self.record(DeletionState::FinalArmed)
    }

    fn last_question(&mut self, snapshot: &Snapshot, known: &Known) -> Result<Option<Ending>, QueueError> {
        self.arm()?;
        if !self.may_press || self.visit.told {
            return Ok(self.your_turn(Turn::LastDelete));
        }
        let last_four = match self.what_to_type(snapshot, known) {
            Ok(last_four) => last_four,
            // A button that counts down becomes active later: wait.
            Err(WhyNot::NoButton) if self.visit.looks < self.plan.patience => return Ok(None),
            Err(why) => return Ok(self.leave_to_person(why)),
        };
        if !self.person.consents(&consent_words(&last_four)) {
            // The person may have pressed in the browser meanwhile: the page tells.
            return Ok(Some(match self.look() {
                // A button that went off may have been pressed.
                Sight::Page(snapshot, Page::Known(now))
                    if now.role == Role::Final && self.what_to_type(&snapshot, &now).is_ok() =>
                {
                    Ending::Kept
                }
                Sight::Page(_, page) if page.role() == Some(Role::Done) => Ending::Deleted,
                _ => Ending::Unknown,
            }));
        }
        // Typing took a while: only what is there now is pressed.
        let (snapshot, page) = match self.look() {
            Sight::Page(snapshot, page) => (snapshot, page),
            Sight::Ended(ending) => return Ok(Some(ending)),
            Sight::Nothing => return Ok(self.leave_to_person(WhyNot::PageChanged)),
        };
        match &page {
            Page::Known(now) if now.role == Role::Final && self.what_to_type(&snapshot, now) == Ok(last_four) => {
                self.record(DeletionState::FinalPressed)?;
                self.may_press = false;
                if self.press(now.press.as_ref().and_then(|b| b.handle.as_ref()), Act::LastDelete) {
                    self.seen.pressed = Some(0);
                    self.person.notify(&Notice::Watching);
                    return Ok(None);
                }
                // The page was redrawn under the press, or did not take it in time. It is not pressed twice.
                Ok(self.leave_to_person(WhyNot::Missed))
            }
            _ => Ok(self.leave_to_person(WhyNot::PageChanged)),
        }
    }

    fn leave_to_person(&mut self, why: WhyNot) -> Option<Ending> {
        self.person.notify(&Notice::NotPressing(why));
        self.your_turn(Turn::LastDelete)
    }

    /// The digits to type, where everything holds that must hold before the last press.
    fn what_to_type(&self, snapshot: &Snapshot, known: &Known) -> Result<String, WhyNot> {
        if !self.seen.verified {
            return Err(WhyNot::NotVerified);
        }
        let shown = snapshot.last_four().ok_or(WhyNot::NoId)?;
        if self.seen.last_four.as_ref().is_some_and(|caution| *caution != shown) {
            return Err(WhyNot::NoId);
        }
        let button = known.press.as_ref().filter(|b| b.enabled && b.handle.is_some());
        button.map(|_| shown).ok_or(WhyNot::NoButton)
    }

    /// The account that a page of a signed-in owner shows, where the masked id rules it out.
    fn other_account(&self, snapshot: &Snapshot, role: Role) -> Option<String> {
        if !matches!(role, Role::Caution | Role::Final) {
            return None;
        }
        let shown = snapshot.shown_ids();
        let other = shown.first().filter(|_| !shown.iter().any(|id| could_be(id, &self.plan.masked)))?;
        // Its ends are enough to know it by.
        Some(crate::model::AccountId::new(other.as_str()).masked())
    }

    /// Ends the wait for the answer to this program's press.
    fn answer_overdue(&mut self) -> Option<Ending> {
        let looks = self.seen.pressed.as_mut()?;
        *looks += 1;
        (*looks > self.plan.answer_patience).then_some(Ending::Unknown)
    }
}

/// What the person types before this program presses the last Delete.
#[must_use]
pub fn consent_words(last_four: &str) -> String {
    format!("DELETE {last_four}")
}

/// Whether a shown id, whole or masked in any way, can be the one that was masked here. It proves nothing more.
fn could_be(shown: &str, masked: &str) -> bool {
    let is_digit = |c: &char| c.is_ascii_digit();
    let head = |id: &str| id.chars().take_while(is_digit).collect::<String>();
    let tail = |id: &str| id.chars().rev().take_while(is_digit).collect::<String>();
    // As far as both show digits, from either end, these are the same.
    let agree = |a: &str, b: &str| a.chars().zip(b.chars()).all(|(a, b)| a == b);
    let whole = |id: &str| id.chars().all(|c| c.is_ascii_digit());
    (!(whole(shown) && whole(masked)) || shown == masked)
        && agree(&head(shown), &head(masked))
        && agree(&tail(shown), &tail(masked))
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
