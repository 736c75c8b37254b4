//! A phone that follows a script: a few pages with what taps on them do, faults on demand, and a record of every call.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use mi_signout::model::{AccountId, AccountsProbe, Focus, Opening, UserAccounts};
use mi_signout::phone::{
    Input, InputProbe, Keyguard, Look, Network, NotReady, Observation, Phone, PhoneError, PhoneFacts, Refusal,
    ScreenRead, Settle, Step,
};
use mi_signout::profile::{Catalog, DeviceProfile};
use mi_signout::ui::{Point, UiTree};

/// What `miui` is, and beside it a home screen and a popup that tests can rely on.
const PROFILE: &str = r#"
schema = 1
name   = "scripted"
base   = "miui"
[match]
"ro.scripted" = ["1"]
"ro.miui.ui.version.name" = ["V140"]
[[screen]]
name  = "launcher"
title = "the home screen"
focus = "com.miui.home/.launcher.Launcher"
all   = [{ package = "com.miui.home" }]
evidence = "guess: for tests"
[popup.battery]
title = "the low battery warning"
all   = [{ package = "com.miui.securitycenter", text = "Battery low" }]
do    = [{ tap = { package = "com.miui.securitycenter", text = "Got it" } }]
max   = 2
evidence = "guess: for tests"
"#;

/// The built-in profiles, and the one that tests walk by.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let mut catalog = Catalog::builtin().unwrap();
        catalog.add("scripted.toml", PROFILE).unwrap();
        catalog
    })
}

/// The profile that tests walk by.
pub fn profile() -> &'static DeviceProfile {
    catalog().get("scripted").unwrap()
}

/// What a tap does, or the time.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Another page comes.
    Go(&'static str),
    /// The account goes, and another page comes.
    SignOut(&'static str),
    /// The password is checked: the page for a right one, the page for a wrong one.
    Check(&'static str, &'static str),
}

/// One page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub name: &'static str,
    pub focus: &'static str,
    /// The nodes of the dump; `{password}` stands for what is in the password field.
    pub xml: String,
    /// Text or id of a node, and what a tap on it does.
    pub taps: Vec<(&'static str, Effect)>,
    /// After so many looks it changes by itself.
    pub later: Option<(u32, Effect)>,
    /// It moves, so that it gives no dump.
    pub moving: bool,
}

/// When a fault comes.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// In a call on this page.
    On(&'static str),
    /// In the call that taps this.
    Tap(&'static str),
    /// In the call that reads the facts.
    Facts,
    /// In a call that opens a page.
    Open,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The call fails, and nothing of it was done.
    Before(PhoneError),
    /// The call fails after all of it was done.
    After(PhoneError),
    /// The screen can't be read now.
    NotReady(NotReady),
    /// The screen can't be read at all.
    Unreadable,
    /// The accounts can't be read.
    NoAccounts,
    /// The input switch is off.
    Refused,
    /// `am start` finds nothing.
    CannotOpen,
    /// The phone drops the tap.
    Dropped,
    /// So many characters are lost in typing.
    Loses(usize),
    /// Somebody else removes the account.
    Removed,
    /// The code that drives the phone panics.
    Panic,
}

/// What a scripted phone is, and what was done to it.
pub struct Script {
    pub at: &'static str,
    pub pages: Vec<Page>,
    pub account: Option<String>,
    /// Fault, and how often it comes; `u32::MAX` is forever.
    pub faults: Vec<(When, Fault, u32)>,
    pub password: &'static str,
    pub log: Vec<String>,
    pub taps: Vec<String>,
    pub submissions: u32,
    pub time: Duration,
    /// How long a dump takes.
    pub dump_takes: Duration,
    typed: usize,
    right: bool,
    looks: u32,
}

/// The phone, its record shared with the test.
#[derive(Clone)]
pub struct ScriptedPhone(pub Arc<Mutex<Script>>);

/// One node in the form of a real dump.
pub fn node(class: &str, package: &str, id: &str, text: &str, flags: &[&str], bounds: [i32; 4]) -> String {
    let on = |flag: &str| flags.contains(&flag);
    let id = if id.is_empty() || id.contains(':') { id.to_owned() } else { format!("{package}:id/{id}") };
    let [left, top, right, bottom] = bounds;
    format!(
        r#"<node index="0" text="{text}" resource-id="{id}" class="android.widget.{class}" package="{package}" content-desc="" checkable="false" checked="false" clickable="{}" enabled="true" focusable="false" focused="{}" scrollable="{}" long-clickable="false" password="{}" selected="false" bounds="[{left},{top}][{right},{bottom}]" />"#,
        on("clickable"),
        on("focused"),
        on("scrollable"),
        on("password"),
    )
}

pub const ACCOUNT: &str = "com.xiaomi.account";
const CLOUD: &str = "com.miui.cloudservice";
const TOP: [i32; 4] = [0, 100, 1080, 300];
const LEFT: [i32; 4] = [40, 1900, 520, 2040];
const RIGHT: [i32; 4] = [560, 1900, 1040, 2040];

pub fn page(name: &'static str, focus: &'static str, nodes: &[String]) -> Page {
    let package = focus.split('/').next().unwrap();
    let open = node("FrameLayout", package, "", "", &[], [0, 0, 1080, 2340]);
    let xml = format!("{}>{}</node>", open.trim_end_matches("/>").trim_end(), nodes.concat());
    Page { name, focus, xml, ..Page::default() }
}

impl Page {
    pub fn tap(mut self, what: &'static str, effect: Effect) -> Self {
        self.taps.push((what, effect));
        self
    }

    pub fn later(mut self, looks: u32, effect: Effect) -> Self {
        self.later = Some((looks, effect));
        self
    }

    fn moving(mut self) -> Self {
        self.moving = true;
        self
    }

    /// The tree of its dump.
    pub fn tree(&self, typed: usize) -> UiTree {
        let xml = self.xml.replace("{password}", &"•".repeat(typed));
        UiTree::parse(
            format!(
                "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">{xml}</hierarchy>"
            )
            .as_bytes(),
        )
        .unwrap()
    }
}

pub fn text(package: &str, words: &str) -> String {
    node("TextView", package, "", words, &[], TOP)
}

/// A button of a dialog: the left one is `button2`, the right one `button1`.
fn button(package: &str, words: &str, bounds: [i32; 4]) -> String {
    let id = if bounds == LEFT { "android:id/button2" } else { "android:id/button1" };
    node("Button", package, id, words, &["clickable"], bounds)
}

fn password_page(name: &'static str, nodes: &[String]) -> Page {
    let field =
        node("EditText", ACCOUNT, "input_pwd_view", "{password}", &["password", "focused"], [40, 600, 1040, 720]);
    let ok = node("Button", ACCOUNT, "passport_confirm", "OK", &["clickable"], RIGHT);
    page(name, "com.xiaomi.account/.ui.QuickLoginActivity", &[nodes, &[field, ok]].concat())
}

/// Every page that the scripts have, in the order of a sign-out with Find Device on and synced data.
pub fn pages() -> Vec<Page> {
    use Effect::{Check, Go, SignOut};
    let account_focus = "com.xiaomi.account/.ui.AccountSettingsActivity";
    let sign_out = node("Button", ACCOUNT, "logout_btn", "Sign out", &["clickable"], [40, 2000, 1040, 2140]);
    let nick = node("TextView", ACCOUNT, "nick_name", "Owner", &[], TOP);
    vec![
        page("launcher", "com.miui.home/.launcher.Launcher", &[text("com.miui.home", "Camera")]),
        page("account-page", account_focus, &[nick.clone(), sign_out.clone()]).tap("Sign out", Go("confirm")),
        page("confirm", account_focus, &[button(ACCOUNT, "Cancel", LEFT), button(ACCOUNT, "Sign out", RIGHT)])
            .tap("Sign out", Go("checking"))
            .tap("Cancel", Go("account-page")),
        page("checking", account_focus, &[text(ACCOUNT, "Just a sec…")]).later(2, Go("keep-or-remove")),
        page(
            "keep-or-remove",
            "com.miui.cloudservice/.ui.WipeDataActivity",
            &[button(CLOUD, "Keep", LEFT), button(CLOUD, "Remove", RIGHT)],
        )
        .tap("Keep", Go("password"))
        .tap("Remove", Go("password")),
        password_page("password", &[text(ACCOUNT, "Enter your password")]).tap("OK", Check("signing-out", "wrong")),
        password_page("wrong", &[text(ACCOUNT, "Invalid username or password")]),
        page("signing-out", account_focus, &[text(ACCOUNT, "Signing out…")]).later(2, SignOut("sign-in")),
        page("endless", account_focus, &[text(ACCOUNT, "Signing out…")]),
        page("endless-moving", account_focus, &[text(ACCOUNT, "Signing out…")]).moving(),
        page(
            "sign-in",
            "com.xiaomi.account/.ui.LoginActivity",
            &[node("EditText", ACCOUNT, "et_account_name", "", &[], TOP)],
        ),
        page("foreign", "com.android.chrome/.Main", &[button("com.android.chrome", "Sign out", LEFT)]),
        // The account page's nodes under a heading of the pay cards: no profile tells them apart.
        page(
            "ambiguous",
            "com.xiaomi.account/.ui.X",
            &[text(ACCOUNT, "Signing out…"), text(ACCOUNT, "Turning off Find device…"), sign_out, nick],
        ),
        page(
            "battery",
            "com.miui.securitycenter/.Low",
            &[text("com.miui.securitycenter", "Battery low"), button("com.miui.securitycenter", "Got it", RIGHT)],
        )
        .tap("Got it", Go("confirm")),
    ]
}

impl Script {
    /// A phone on its home screen, with all pages.
    pub fn new() -> Self {
        Self {
            at: "launcher",
            pages: pages(),
            account: Some("6230***535".to_owned()),
            faults: Vec::new(),
            password: "correct horse",
            log: Vec::new(),
            taps: Vec::new(),
            submissions: 0,
            time: Duration::ZERO,
            dump_takes: Duration::from_secs(1),
            typed: 0,
            right: false,
            looks: 0,
        }
    }

    pub fn at(mut self, page: &'static str) -> Self {
        self.at = page;
        self
    }

    /// The password field already holds so many characters.
    pub fn holds(mut self, chars: usize) -> Self {
        self.typed = chars;
        self
    }

    /// Another effect of a tap.
    pub fn on_tap(mut self, page: &'static str, what: &'static str, effect: Effect) -> Self {
        let page = self.pages.iter_mut().find(|p| p.name == page).unwrap();
        page.taps.retain(|(w, _)| *w != what);
        page.taps.push((what, effect));
        self
    }

    /// A fault that comes once.
    pub fn fault(self, when: When, fault: Fault) -> Self {
        self.faults(when, fault, 1)
    }

    /// A fault that comes so often.
    pub fn faults(mut self, when: When, fault: Fault, times: u32) -> Self {
        self.faults.push((when, fault, times));
        self
    }

    pub fn page(&self) -> Page {
        self.pages.iter().find(|p| p.name == self.at).unwrap().clone()
    }

    fn accounts(&self) -> AccountsProbe {
        let xiaomi: Vec<AccountId> = self.account.iter().map(|name| AccountId::new(name.as_str())).collect();
        AccountsProbe { users: vec![UserAccounts { user: 0, count: xiaomi.len(), xiaomi }] }
    }

    fn go(&mut self, effect: &Effect) {
        self.looks = 0;
        let next = match effect {
            Effect::Go(page) => page,
            Effect::SignOut(page) => {
                self.account = None;
                page
            }
            Effect::Check(right, wrong) => {
                self.submissions += 1;
                self.log.push(format!("phone: password number {} submitted", self.submissions));
                if self.right { right } else { wrong }
            }
        };
        self.at = next;
    }

    /// What lies under a point, by its text.
    fn under(&self, point: Point) -> String {
        let tree = self.page().tree(self.typed);
        let hit =
            |b: mi_signout::ui::Bounds| (b.left..b.right).contains(&point.x) && (b.top..b.bottom).contains(&point.y);
        let found: Vec<_> = tree.nodes().filter(|(_, n)| hit(n.bounds)).map(|(_, n)| n).collect();
        let deepest = found.last().unwrap();
        if deepest.password { "the password field".to_owned() } else { deepest.text.to_string() }
    }

    /// Takes the fault of this moment, where there is one.
    fn take(&mut self, here: &[When], kind: fn(&Fault) -> bool) -> Option<Fault> {
        let found =
            self.faults.iter_mut().find(|(when, fault, left)| *left > 0 && here.contains(when) && kind(fault))?;
        found.2 = found.2.saturating_sub(1);
        Some(found.1.clone())
    }

    fn input(&mut self, input: &Input<'_>, dropped: bool, loses: usize) -> String {
        match input {
            Input::Tap(at) => {
                let what = self.under(*at);
                self.taps.push(what.clone());
                let effect = self.page().taps.iter().find(|(w, _)| *w == what).map(|(_, e)| e.clone());
                if let (Some(effect), false) = (effect, dropped) {
                    self.go(&effect);
                }
                format!("tap '{what}'")
            }
            Input::While(_) => String::new(),
            Input::Text(secret) => {
                self.typed += secret.chars() - loses;
                self.right = **secret == mi_signout::model::Secret::new(self.password.to_owned());
                "type a secret".to_owned()
            }
            Input::Clear { chars } => {
                self.typed = self.typed.saturating_sub(*chars);
                format!("clear {chars}")
            }
            Input::Key(key) => {
                if *key == mi_signout::model::Key::Home {
                    self.go(&Effect::Go("launcher"));
                }
                format!("key {key:?}")
            }
            Input::Words(words) => format!("words '{words}'"),
            Input::Swipe { .. } => "swipe".to_owned(),
            Input::Open(Opening::Component(what)) => format!("open {what}"),
            Input::Open(Opening::Dial(digits)) => format!("dial {digits}"),
            Input::Open(Opening::Action { action, .. }) => {
                if action.ends_with("XIAOMI_ACCOUNT_SYNC_SETTINGS") && self.at == "launcher" {
                    self.go(&Effect::Go("account-page"));
                }
                format!("open {}", action.rsplit('.').next().unwrap())
            }
        }
    }

    fn screen(&mut self, look: Look, here: &[When]) -> ScreenRead {
        if !look.reads_screen() {
            return ScreenRead::Skipped;
        }
        if look.skips_when_absent() && self.account.is_none() {
            return ScreenRead::Skipped;
        }
        self.time += self.dump_takes;
        match self.take(here, |f| matches!(f, Fault::NotReady(_) | Fault::Unreadable)) {
            Some(Fault::NotReady(kind)) => return ScreenRead::NotReady(kind),
            Some(_) => return ScreenRead::Unreadable("not a dump".to_owned()),
            None => {}
        }
        let page = self.page();
        if page.moving {
            self.time += Duration::from_secs(10);
            return ScreenRead::NotReady(NotReady::NotIdle);
        }
        ScreenRead::Tree(page.tree(self.typed))
    }

    fn step(&mut self, step: &Step<'_>, within: Duration) -> Result<Observation, PhoneError> {
        let mut here = vec![When::On(self.at)];
        // Its pages change between two steps only.
        let inputs = || step.inputs.iter().filter(|input| !matches!(input, Input::While(_)));
        if let Some(Input::Tap(at)) = inputs().next() {
            let what = self.under(*at);
            let known = self.pages.iter().flat_map(|p| &p.taps).map(|(w, _)| *w).find(|w| *w == what);
            here.extend(known.map(When::Tap));
        }
        if matches!(inputs().next(), Some(Input::Open(_))) {
            here.push(When::Open);
        }
        match self.take(&here, |f| matches!(f, Fault::Panic | Fault::Before(_) | Fault::Removed)) {
            Some(Fault::Panic) => panic!("the phone's driver panics, as the script wants"),
            Some(Fault::Before(error)) => {
                self.failed(&error, within);
                return Err(error);
            }
            Some(_) => self.account = None,
            None => {}
        }
        let mut refused = None;
        if !step.inputs.is_empty() {
            refused = match self.take(&here, |f| matches!(f, Fault::Refused | Fault::CannotOpen)) {
                Some(Fault::Refused) => Some(Refusal::InputNotAllowed),
                Some(_) => Some(Refusal::CannotOpen("no such activity".to_owned())),
                None => None,
            };
        }
        let dropped = self.take(&here, |f| *f == Fault::Dropped).is_some();
        let typing = step.inputs.iter().any(|i| matches!(i, Input::Text(_)));
        let lost = if typing { self.take(&here, |f| matches!(f, Fault::Loses(_))) } else { None };
        let loses = lost.map_or(0, |f| if let Fault::Loses(n) = f { n } else { 0 });
        let mut done: Vec<String> = Vec::new();
        if refused.is_none() {
            done.extend(inputs().map(|input| self.input(input, dropped, loses)));
        }
        if let Some(Fault::After(error)) = self.take(&here, |f| matches!(f, Fault::After(_))) {
            self.log.push(format!("phone: {}", done.join(", ")));
            self.failed(&error, within);
            return Err(error);
        }
        let before = (self.at, self.account.is_some());
        self.looks += 1;
        if let Some((looks, effect)) = self.page().later
            && self.looks > looks
        {
            self.go(&effect);
        }
        if let (Settle::Change { max }, true) = (step.settle, before == (self.at, self.account.is_some())) {
            self.time += max;
        }
        self.time += Duration::from_millis(60);
        let seen_on = [When::On(self.at)];
        let no_accounts = self.take(&seen_on, |f| *f == Fault::NoAccounts).is_some();
        let accounts = if no_accounts { AccountsProbe::default() } else { self.accounts() };
        let screen = self.screen(step.look, &seen_on);
        let inputs = if done.is_empty() { "look".to_owned() } else { done.join(", ") };
        self.log.push(format!("phone: {inputs} -> {}", self.shown(refused.as_ref(), &screen)));
        Ok(Observation {
            focus: Some(Focus::parse(self.page().focus)),
            accounts,
            screen,
            views: ScreenRead::Skipped,
            refused,
        })
    }

    fn failed(&mut self, error: &PhoneError, within: Duration) {
        if matches!(error, PhoneError::Timeout(_)) {
            self.time += within;
        }
        self.log.push(format!("phone: failed: {error}"));
    }

    fn shown(&self, refused: Option<&Refusal>, screen: &ScreenRead) -> String {
        let account = if self.account.is_some() { "" } else { ", no account" };
        match (refused, screen) {
            (Some(Refusal::InputNotAllowed), _) => "input refused".to_owned(),
            (Some(Refusal::Claimed(by)), _) => format!("claimed by {by}"),
            (Some(Refusal::CannotOpen(_)), _) => "cannot open".to_owned(),
            (None, ScreenRead::Skipped) => format!("probes{account}"),
            (None, ScreenRead::Tree(_)) => format!("{}{account}", self.at),
            (None, ScreenRead::NotReady(kind)) => format!("not ready: {kind:?}"),
            (None, ScreenRead::Unreadable(_)) => "unreadable".to_owned(),
            (None, ScreenRead::Views(_) | ScreenRead::Refreshed(_)) => format!("views of {}{account}", self.at),
        }
    }
}

impl ScriptedPhone {
    pub fn new(script: Script) -> Self {
        Self(Arc::new(Mutex::new(script)))
    }

    /// Looks at, or changes, the script. A phone whose driver panicked can still be asked.
    pub fn with<T>(&self, what: impl FnOnce(&mut Script) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// The clock of this phone's world: `began` and the time that its calls took.
    pub fn now(&self, began: Instant) -> Instant {
        began + self.with(|s| s.time)
    }
}

impl Phone for ScriptedPhone {
    fn step(&mut self, step: &Step<'_>, within: Duration) -> Result<Observation, PhoneError> {
        self.with(|s| s.step(step, within))
    }

    fn facts(&mut self, _: bool, within: Duration) -> Result<PhoneFacts, PhoneError> {
        self.with(|s| {
            match s.take(&[When::Facts], |_| true) {
                Some(Fault::Before(error)) => {
                    s.failed(&error, within);
                    return Err(error);
                }
                Some(Fault::Panic) => panic!("the phone's driver panics, as the script wants"),
                _ => {}
            }
            Ok(PhoneFacts {
                props: [
                    ("ro.miui.ui.version.name", "V140"),
                    ("ro.scripted", "1"),
                    ("sys.boot_completed", "1"),
                    ("persist.security.adbinput", "1"),
                    ("ro.product.marketname", "Scripted"),
                ]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
                accounts: s.accounts(),
                awake: Some(true),
                keyguard: Keyguard::None,
                has_lock: Some(false),
                network: Network::Validated,
                input: InputProbe::Allowed,
                ..PhoneFacts::default()
            })
        })
    }

    fn picture(&mut self, _: Duration) -> Result<Vec<u8>, PhoneError> {
        Ok(Vec::new())
    }

    fn tidy(&mut self, _: Duration) -> Result<(), PhoneError> {
        Ok(())
    }
}
