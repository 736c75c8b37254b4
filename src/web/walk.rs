//! The walk: look → classify → at most one act → look again, until an end is seen. It waits, checks and tells; the deciding is
//! the person's. Knows a browser and a person only by their ports.

use crate::web::{
    AccountRef, Act, Browser, BrowserError, HandOff, HandOffError, Known, News, Page, Pages, Person, Refusal, Role,
    Site, Snapshot, Turn, WebState, WhyNot, WindowId, classify, for_people, place_of,
};

/// What one walk is about.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The account.
    pub account: AccountRef,
    /// Its masked id (`6230***535`): a page that shows another account ends the walk.
    pub masked: String,
    /// Where it begins, and may be.
    pub site: Site,
    /// Whether this program presses the last Delete after the words were typed.
    pub press_final: bool,
    /// How many looks an unclear page is given before the person is told.
    pub patience: u32,
    /// How many looks the answer to the last press is waited for.
    pub answer_patience: u32,
}

/// How a walk ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Xiaomi said that the account is deleted.
    Deleted,
    /// Xiaomi refused; empty where the page gave no known reason.
    Refused(Vec<Refusal>),
    /// Nothing was deleted: the owner turned back.
    Kept,
    /// Nothing was deleted; to be continued by hand.
    ByHand(ByHand),
    /// It may have been deleted, and could not be seen.
    Unknown,
    /// The owner ended this program, before anything could be deleted.
    Interrupted,
}

/// Why a walk can't go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// The browser went to a host that is not Xiaomi's account service.
    ForeignHost(String),
    /// The browser or its driver does not answer.
    BrowserLost,
    /// The page is about another account than the phones were signed out of.
    OtherAccount,
}

/// Walks the owner through the deletion. Every state is recorded before what it announces is done.
///
/// # Errors
/// Where the hand-off can't be written; nothing further is done then.
pub fn walk(
    browser: &mut impl Browser,
    person: &mut impl Person,
    hand_off: &mut impl HandOff,
    pages: &Pages,
    plan: &Plan,
) -> Result<Ending, HandOffError> {
    let before = hand_off.last(&plan.account)?;
    let mut walk = Walk {
        browser,
        person,
        hand_off,
        pages,
        plan,
        state: before.clone(),
        seen: Seen { perhaps_gone: before.may_be_gone() || before == WebState::VerifySeen, ..Seen::default() },
        visit: Visit::default(),
        windows: Vec::new(),
        reopened: 0,
    };
    let ending = walk.run()?;
    let last = match &ending {
        Ending::Deleted => WebState::DoneSeen,
        Ending::Refused(reasons) => WebState::Refused(reasons.iter().map(|r| r.code.clone()).collect()),
        Ending::Kept | Ending::ByHand(_) | Ending::Interrupted => WebState::Kept,
        Ending::Unknown => WebState::Unknown,
    };
    walk.record(last)?;
    Ok(ending)
}

/// What was seen since the last sign-in.
#[derive(Default)]
struct Seen {
    /// The caution, with the digits it showed.
    caution: bool,
    last_four: Option<String>,
    /// A code was asked for after the caution.
    verified: bool,
    /// The account may be gone already: the last question was shown, or an earlier run left that open.
    perhaps_gone: bool,
    /// This program pressed the last Delete; so many looks ago.
    pressed: Option<u32>,
}

/// A stay on one page. It ends only when another page is recognised, so a slow page is waited for and never pressed again.
#[derive(Default)]
struct Visit {
    role: Option<Role>,
    looks: u32,
    ticks: u32,
    pressed: bool,
    told: bool,
    /// Looks in a row that recognised nothing.
    unclear: u32,
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
    hand_off: &'a mut H,
    pages: &'a Pages,
    plan: &'a Plan,
    state: WebState,
    seen: Seen,
    visit: Visit,
    windows: Vec<WindowId>,
    reopened: u32,
}

impl<B: Browser, P: Person, H: HandOff> Walk<'_, B, P, H> {
    fn run(&mut self) -> Result<Ending, HandOffError> {
        self.record(WebState::Opened)?;
        self.open();
        loop {
            let ending = match self.look() {
                Sight::Ended(ending) => Some(ending),
                Sight::Nothing => None,
                Sight::Page(snapshot, page) => self.turn(&snapshot, &page)?,
            };
            if let Some(ending) = ending.or_else(|| self.answer_overdue()) {
                return Ok(ending);
            }
            if !self.person.goes_on() {
                return Ok(if self.in_doubt() { Ending::Unknown } else { Ending::Interrupted });
            }
        }
    }

    /// Whether the account may be gone without it having been seen.
    fn in_doubt(&self) -> bool {
        self.seen.perhaps_gone || self.seen.verified || self.seen.pressed.is_some()
    }

    fn or_unknown(&self, ending: Ending) -> Ending {
        if self.in_doubt() { Ending::Unknown } else { ending }
    }

    fn record(&mut self, state: WebState) -> Result<(), HandOffError> {
        if self.state != state || state == WebState::Opened {
            self.hand_off.record(&self.plan.account, &state)?;
            self.state = state;
        }
        Ok(())
    }

    fn open(&mut self) {
        self.person.tell(&News::Opening(place_of(self.plan.site.start())));
        // A failure shows in the next look.
        let _ = self.browser.open(self.plan.site.start());
    }

    /// One look: follows windows, then takes the picture, then checks the host before anything else is believed.
    fn look(&mut self) -> Sight {
        let looked = self.follow_windows().and_then(|()| self.browser.snapshot());
        let snapshot = match looked {
            Ok(snapshot) => snapshot,
            Err(BrowserError::Gone) if self.windows.is_empty() => {
                return Sight::Ended(self.or_unknown(Ending::ByHand(ByHand::BrowserLost)));
            }
            Err(BrowserError::Gone) => return Sight::Ended(self.or_unknown(Ending::Kept)),
            Err(BrowserError::Dialog) => {
                self.unclear(Turn::Dialog);
                return Sight::Nothing;
            }
            Err(BrowserError::Again | BrowserError::WindowGone) => return Sight::Nothing,
        };
        let page = classify(&snapshot, self.pages);
        let no_page = snapshot.url.starts_with("about:") || snapshot.url.starts_with("chrome-error:");
        if !no_page && !self.plan.site.allows(&snapshot.url) {
            let place = place_of(&snapshot.url);
            return Sight::Ended(self.or_unknown(Ending::ByHand(ByHand::ForeignHost(place))));
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
                self.person.tell(&News::NewWindow);
            }
            self.windows.clone_from(&open);
        }
        Ok(())
    }

    /// One turn on what was seen. At most one act.
    fn turn(&mut self, snapshot: &Snapshot, page: &Page) -> Result<Option<Ending>, HandOffError> {
        let known = match page {
            Page::Known(known) => known,
            Page::Blank | Page::Unknown => {
                self.unclear(Turn::UnknownPage(place_of(&snapshot.url), for_people(&snapshot.title)));
                return Ok(None);
            }
        };
        self.visit.unclear = 0;
        if self.visit.role == Some(known.role) {
            self.visit.looks += 1;
        } else {
            self.visit = Visit { role: Some(known.role), ..Visit::default() };
        }
        if self.is_other_account(snapshot, known.role) {
            return Ok(Some(self.or_unknown(Ending::ByHand(ByHand::OtherAccount))));
        }
        match known.role {
            Role::Done => Ok(Some(Ending::Deleted)),
            Role::Refused => Ok(Some(Ending::Refused(known.reasons.clone()))),
            // After this program's press everything else is only watched.
            _ if self.seen.pressed.is_some() => Ok(None),
            Role::Missing => Ok(self.missing()),
            Role::Captcha => Ok(self.your_turn(Turn::Captcha)),
            Role::SignIn => Ok(self.sign_in()),
            Role::Verify => self.verify(),
            Role::Caution => self.caution(snapshot, known),
            Role::Final => self.last_question(snapshot, known),
            Role::Home => Ok(self.home()),
        }
    }

    fn your_turn(&mut self, turn: Turn) -> Option<Ending> {
        if !self.visit.told {
            self.visit.told = true;
            self.person.tell(&News::YourTurn(turn));
        }
        None
    }

    fn unclear(&mut self, turn: Turn) {
        self.visit.unclear += 1;
        if self.visit.unclear >= self.plan.patience && !self.visit.told_unclear {
            self.visit.told_unclear = true;
            self.person.tell(&News::YourTurn(turn));
        }
    }

    fn missing(&mut self) -> Option<Ending> {
        // Said at sign-in: gone, or mistyped. Only the person can tell which.
        self.your_turn(Turn::NoSuchAccount)
    }

    fn sign_in(&mut self) -> Option<Ending> {
        // A session that ran out: caution and code will be asked for again, and only then count again.
        let doubt = self.in_doubt();
        self.seen = Seen { perhaps_gone: doubt, ..Seen::default() };
        self.your_turn(Turn::SignIn)
    }

    fn verify(&mut self) -> Result<Option<Ending>, HandOffError> {
        if self.seen.caution {
            self.seen.verified = true;
            self.record(WebState::VerifySeen)?;
        }
        Ok(self.your_turn(Turn::Verify))
    }

    fn home(&mut self) -> Option<Ending> {
        // The account's own page needs an account: it is still there, once the page stays.
        if self.visit.looks < 3 && self.in_doubt() {
            return None;
        }
        if self.seen.caution {
            return Some(Ending::Kept);
        }
        self.seen.perhaps_gone = false;
        if !self.visit.pressed && self.reopened < 2 {
            self.visit.pressed = true;
            self.reopened += 1;
            self.open();
            return None;
        }
        self.unclear(Turn::UnknownPage("the account's own page".to_owned(), String::new()));
        None
    }

    fn caution(&mut self, snapshot: &Snapshot, known: &Known) -> Result<Option<Ending>, HandOffError> {
        if self.seen.verified {
            // A box and a Delete after the code may be the last question of a build that is not known: the person's.
            self.arm()?;
            return Ok(self.your_turn(Turn::LastDelete));
        }
        if !self.seen.caution {
            self.seen = Seen { caution: true, last_four: snapshot.last_four(), ..Seen::default() };
            self.record(WebState::SignedInSeen)?;
            self.record(WebState::CautionSeen)?;
            self.person.tell(&News::Caution(self.seen.last_four.clone()));
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
            self.person.tell(&News::Did(act));
        }
        pressed
    }

    fn arm(&mut self) -> Result<(), HandOffError> {
        self.seen.perhaps_gone = true;
        self.record(WebState::FinalArmed)
    }

    fn last_question(&mut self, snapshot: &Snapshot, known: &Known) -> Result<Option<Ending>, HandOffError> {
        self.arm()?;
        if !self.plan.press_final || self.visit.told {
            return Ok(self.your_turn(Turn::LastDelete));
        }
        let last_four = match self.may_press(snapshot, known) {
            Ok(last_four) => last_four,
            // A button that counts down is waited for.
            Err(WhyNot::NoButton) if self.visit.looks < self.plan.patience => return Ok(None),
            Err(why) => return Ok(self.leave_to_person(why)),
        };
        if !self.person.consents(&consent_words(&last_four)) {
            // The person may have pressed in the browser meanwhile: the page tells.
            return Ok(match self.look() {
                Sight::Page(_, page) if page.role() == Some(Role::Final) => Some(Ending::Kept),
                Sight::Page(_, page) if page.role() == Some(Role::Done) => Some(Ending::Deleted),
                _ => Some(Ending::Unknown),
            });
        }
        // Typing took a while: only what is there now is pressed.
        let (snapshot, page) = match self.look() {
            Sight::Page(snapshot, page) => (snapshot, page),
            Sight::Ended(ending) => return Ok(Some(ending)),
            Sight::Nothing => return Ok(self.leave_to_person(WhyNot::PageChanged)),
        };
        match &page {
            Page::Known(now) if now.role == Role::Final && self.may_press(&snapshot, now) == Ok(last_four) => {
                self.record(WebState::FinalPressed)?;
                self.seen.pressed = Some(0);
                self.press(now.press.as_ref().and_then(|b| b.handle.as_ref()), Act::LastDelete);
                self.person.tell(&News::Watching);
                Ok(None)
            }
            _ => Ok(self.leave_to_person(WhyNot::PageChanged)),
        }
    }

    fn leave_to_person(&mut self, why: WhyNot) -> Option<Ending> {
        self.person.tell(&News::NotPressing(why));
        self.your_turn(Turn::LastDelete)
    }

    /// The digits to type, where everything holds that must hold before the last press.
    fn may_press(&self, snapshot: &Snapshot, known: &Known) -> Result<String, WhyNot> {
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

    /// Whether a page of a signed-in owner shows an account id that the masked one rules out.
    fn is_other_account(&self, snapshot: &Snapshot, role: Role) -> bool {
        // Only whole ids count, which have up to ten digits: an account may be shown by its masked phone number too.
        let mut shown = snapshot.shown_ids();
        shown.retain(|id| (8..=10).contains(&id.len()) && !id.contains('*'));
        matches!(role, Role::Caution | Role::Final)
            && !shown.is_empty()
            && !shown.iter().any(|id| could_be(id, &self.plan.masked))
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

/// Whether a whole id can be the one that was masked. It proves nothing more.
fn could_be(id: &str, masked: &str) -> bool {
    match masked.split_once("***") {
        Some((head, tail)) => id.len() >= head.len() + tail.len() && id.starts_with(head) && id.ends_with(tail),
        None => id == masked,
    }
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
