//! The phone's `am`: opening pages, the user in front, stopping an app.

use super::agenda::Action;
use super::call::Call;
use super::fault::Stage;
use super::stack::Task;
use super::world::World;
use crate::screens::ScreenId;
use crate::spec::{AccountApp, AppGeneration, Branch};

pub(super) fn run(call: &mut Call<'_, '_>) -> i32 {
    match call.arg(0) {
        "start" | "start-activity" => start(call),
        "get-current-user" => {
            call.takes(60);
            let user = call.world(|w, _| w.user());
            call.out(format!("{user}\n"));
            0
        }
        "force-stop" => {
            call.takes(100);
            let package = call.arg(1).to_owned();
            call.world(|w, now| w.force_stop(now, &package));
            0
        }
        "broadcast" => {
            call.takes(100);
            call.out("Broadcast completed: result=0\n");
            0
        }
        other => {
            let text = format!("Error: unknown command '{other}'\n");
            call.err(text);
            255
        }
    }
}

/// What an intent asks for.
#[derive(Default)]
struct Intent {
    action: Option<String>,
    component: Option<String>,
    package: Option<String>,
    data: Option<String>,
    wait: bool,
}

impl Intent {
    fn parse(args: &[String]) -> Option<Self> {
        let mut intent = Self::default();
        let mut words = args.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-a" => intent.action = Some(words.next()?.clone()),
                "-n" => intent.component = Some(words.next()?.clone()),
                "-p" => intent.package = Some(words.next()?.clone()),
                "-d" => intent.data = Some(words.next()?.clone()),
                "-W" => intent.wait = true,
                "-S" | "-R" => {}
                "-c" | "-f" | "-t" | "--user" | "--display" => {
                    words.next()?;
                }
                "--es" | "-e" | "--ez" | "--ei" | "--el" => {
                    words.next()?;
                    words.next()?;
                }
                flag if flag.starts_with("--") => {}
                bare if bare.contains('/') && !bare.contains(':') => intent.component = Some(bare.to_owned()),
                bare if bare.contains(':') => intent.data = Some(bare.to_owned()),
                bare => intent.package = Some(bare.to_owned()),
            }
        }
        let asks = intent.action.is_some() || intent.component.is_some() || intent.package.is_some();
        (asks || intent.data.is_some()).then_some(intent)
    }

    /// The digits of a `tel:` address.
    fn digits(&self) -> String {
        let data = self.data.as_deref().unwrap_or_default();
        data.strip_prefix("tel:").unwrap_or_default().to_owned()
    }

    /// As `am` prints it.
    fn shown(&self) -> String {
        let mut parts = String::new();
        let action =
            self.action.clone().or_else(|| self.data.as_ref().map(|_| "android.intent.action.VIEW".to_owned()));
        for (name, value) in [("act", &action), ("dat", &self.data), ("pkg", &self.package), ("cmp", &self.component)] {
            if let Some(value) = value {
                parts.push_str(name);
                parts.push('=');
                parts.push_str(value);
                parts.push(' ');
            }
        }
        format!("Intent {{ {parts}}}")
    }
}

/// Where an intent leads.
enum Target {
    Page(Task, ScreenId),
    NoSuchClass(String),
    NotExported(String),
    Unresolved,
}

fn start(call: &mut Call<'_, '_>) -> i32 {
    if !call.takes(250) {
        return 129;
    }
    let Some(intent) = Intent::parse(&call.args[1..]) else {
        call.err(
            "\nException occurred while executing 'start':\njava.lang.IllegalArgumentException: No intent supplied\n",
        );
        return 255;
    };
    call.out(format!("Starting: {}\n", intent.shown()));
    match call.world(|w, _| w.resolve(&intent)) {
        Target::Page(task, screen) => {
            if screen == ScreenId::Dialer {
                call.world(|w, _| w.form.dial(intent.digits()));
            }
            opened(call, &intent, task, screen)
        }
        Target::NoSuchClass(class) => {
            call.err(format!("Error type 3\nError: Activity class {{{class}}} does not exist.\n"));
            1
        }
        Target::NotExported(class) => {
            let shown = intent.shown();
            call.err(format!(
                "\nException occurred while executing 'start':\njava.lang.SecurityException: Permission Denial: starting {shown} from null (pid=4242, uid=2000) not exported from uid 10042\n\tat {class}\n"
            ));
            255
        }
        Target::Unresolved => {
            let shown = intent.shown();
            call.err(format!("Error: Activity not started, unable to resolve {shown}\n"));
            1
        }
    }
}

fn opened(call: &mut Call<'_, '_>, intent: &Intent, task: Task, screen: ScreenId) -> i32 {
    let (at, brought) = call.world(|w, now| {
        if task == Task::Account {
            w.reach(now, Stage::BeforeEntry);
        }
        w.launch(now, task, screen)
    });
    if brought {
        call.err("Warning: Activity not started, its current task has been brought to the front\n");
    }
    if intent.wait {
        let now = call.world(|_, now| now);
        call.takes(at.saturating_sub(now));
        let activity = call.world(|w, _| w.drawing().activity);
        call.out(format!(
            "Status: ok\nLaunchState: {}\nActivity: {}\nTotalTime: 300\nWaitTime: 312\nComplete\n",
            if brought { "HOT" } else { "COLD" },
            short(&activity)
        ));
    }
    0
}

/// `package/package.Class` as `package/.Class`.
pub(super) fn short(activity: &str) -> String {
    match activity.split_once('/') {
        Some((package, class)) => {
            format!("{package}/{}", class.strip_prefix(package).filter(|c| c.starts_with('.')).unwrap_or(class))
        }
        None => activity.to_owned(),
    }
}

impl World {
    /// Whether the account app's pages can be opened: not where the phone is managed.
    fn has_account_pages(&self) -> bool {
        self.spec.has_account_app() && self.spec.device_owner.is_none()
    }

    fn account_entry(&self) -> Target {
        let signed_in = self.account.name().is_some();
        Target::Page(Task::Account, if signed_in { ScreenId::AccountPage } else { ScreenId::SignIn })
    }

    fn resolve(&self, intent: &Intent) -> Target {
        if let Some(component) = &intent.component {
            return self.resolve_component(component);
        }
        let package = intent.package.as_deref();
        let within = |wanted: &str| package.is_none_or(|p| p == wanted);
        if let (Some(app), Some(action)) = (&self.spec.account_app, intent.action.as_deref())
            && action == app.action
            && within(&app.package)
        {
            return self.account_entry();
        }
        let made_up = self.spec.app_generation;
        let opens = made_up.is_none_or(AppGeneration::can_be_opened);
        let known = self.spec.account_app.is_none() && opens && !self.has(Branch::NoIntent);
        match intent.action.as_deref() {
            Some(
                "android.settings.XIAOMI_ACCOUNT_SYNC_SETTINGS" | "com.xiaomi.account.action.XIAOMI_ACCOUNT_WELCOME",
            ) if known && self.has_account_pages() && within(AccountApp::KNOWN) => self.account_entry(),
            Some("android.settings.SETTINGS") if within("com.android.settings") => {
                Target::Page(Task::Settings, ScreenId::SettingsHome)
            }
            Some("android.intent.action.DIAL") if self.spec.dialer && within("com.android.contacts") => {
                Target::Page(Task::Dialer, ScreenId::Dialer)
            }
            Some("android.settings.WIFI_SETTINGS" | "android.settings.APPLICATION_DEVELOPMENT_SETTINGS") => {
                Target::Page(Task::Other, ScreenId::OtherApp)
            }
            Some("android.intent.action.MAIN") if package.is_none() => Target::Page(Task::Home, ScreenId::Launcher),
            None | Some("android.intent.action.MAIN") if package == Some("com.android.settings") => {
                Target::Page(Task::Settings, ScreenId::SettingsHome)
            }
            _ => Target::Unresolved,
        }
    }

    fn resolve_component(&self, component: &str) -> Target {
        let (package, class) = component.split_once('/').unwrap_or((component, ""));
        let full = if class.starts_with('.') { format!("{package}{class}") } else { class.to_owned() };
        let known = self.spec.account_app.is_none() && self.has_account_pages();
        if let Some(generation) = self.spec.app_generation
            && package == AccountApp::KNOWN
        {
            let is_page = ScreenId::AccountPage.activity(&self.spec) == format!("{package}/{full}");
            return match (is_page, generation.can_be_opened()) {
                (true, true) => self.account_entry(),
                (true, false) => Target::NotExported(format!("{package}/{full}")),
                _ => Target::NoSuchClass(format!("{package}/{full}")),
            };
        }
        match (package, full.strip_prefix(package).unwrap_or(&full)) {
            (AccountApp::KNOWN, ".ui.AccountSettingsActivity") if known && self.has(Branch::NoComponent) => {
                Target::NotExported(format!("{package}/{full}"))
            }
            (AccountApp::KNOWN, ".ui.AccountSettingsActivity" | ".ui.LoginActivity") if known => self.account_entry(),
            (AccountApp::KNOWN, ".ui.MiPayInfoActivity") if known => Target::NotExported(format!("{package}/{full}")),
            ("com.android.settings", ".Settings") => Target::Page(Task::Settings, ScreenId::SettingsHome),
            ("com.android.settings", ".MiuiSettings" | ".MainSettings") if self.spec.has_account_app() => {
                Target::Page(Task::Settings, ScreenId::SettingsHome)
            }
            ("com.miui.cloudservice", ".ui.MiCloudMainActivity") if self.spec.has_account_app() => {
                Target::Page(Task::Other, ScreenId::OtherApp)
            }
            ("com.miui.cloudservice", ".ui.FindDeviceSettingsActivity") if self.spec.has_account_app() => {
                let on = self.account.find_device();
                let page = if on { ScreenId::FindDeviceStatus } else { ScreenId::FindDeviceGuide };
                Target::Page(Task::Other, page)
            }
            (
                "com.miui.cloudservice",
                ".ui.MiCloudFindDeviceStatusActivity" | ".finddevice.FindDeviceGuideActivity",
            ) if self.spec.has_account_app() => Target::NotExported(format!("{package}/{full}")),
            ("com.miui.notes", ".ui.NotesListActivity") => Target::Page(Task::Other, ScreenId::OtherApp),
            _ => Target::NoSuchClass(format!("{package}/{full}")),
        }
    }

    /// Opens a page, or brings its task to the front where it is still there. Gives when it is drawn, and which it was.
    fn launch(&mut self, now: u64, task: Task, screen: ScreenId) -> (u64, bool) {
        let at = self.drawn_at(now);
        let pages = self.stack.task(task);
        // A sign-out midway keeps its task: the page that asks is what comes to the front.
        let there = pages.is_some_and(|p| p.first() == Some(&screen) && (p.len() == 1 || task == Task::Account));
        if there {
            if self.stack.front() != task {
                self.agenda.later(at, Action::Front(task));
            }
            return (at, true);
        }
        self.stack.forget(task);
        self.agenda.later(at, Action::Push(task, screen));
        (at, false)
    }

    fn force_stop(&mut self, now: u64, package: &str) {
        let before = self.screen();
        match package {
            "com.xiaomi.account" => self.crash(),
            "com.android.settings" if self.stack.discard(Task::Settings) => self.fresh_page(),
            _ => {}
        }
        self.shown(now, before);
    }
}
