//! What `doctor` says: pass, warn or fail for each thing, with its fix. Pure checks over captured facts.

use serde::Serialize;

use super::input_switch;
use crate::model::{AdbServer, Device, DeviceState, Presence};
use crate::phone::{InputProbe, Keyguard, Network, PhoneError, PhoneFacts};
use crate::text::say;

/// How one check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// As it has to be.
    Pass,
    /// Works, but may not for long, or could not be read.
    Warn,
    /// Keeps phones from being signed out.
    Fail,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// A stable name.
    pub id: &'static str,
    /// How it came out.
    pub status: Status,
    /// What was seen.
    pub what: String,
    /// What to do; none where it passed.
    pub fix: Option<String>,
}

impl Check {
    fn pass(id: &'static str, what: impl Into<String>) -> Self {
        Self { id, status: Status::Pass, what: what.into(), fix: None }
    }

    fn warn(id: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { id, status: Status::Warn, what: what.into(), fix: Some(fix.into()) }
    }

    fn fail(id: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { id, status: Status::Fail, what: what.into(), fix: Some(fix.into()) }
    }
}

/// What was read of this computer.
#[derive(Clone, Debug, Default)]
pub struct HostFacts {
    /// The adb program with the number of its version (`1.0.41` → 41) where it could be read; or where it was looked for.
    pub adb: Option<(String, Option<u32>)>,
    /// Where the adb program was looked for, if it was not found.
    pub adb_looked: String,
    /// The adb servers that are meant.
    pub servers: Vec<(AdbServer, ServerState)>,
    /// Phones on the USB bus, adb or not; `None` where the system does not tell.
    pub usb: Option<Vec<UsbPhone>>,
    /// What the servers list.
    pub listed: Vec<Device>,
    /// The browser for `delete`.
    pub browser: Option<String>,
    /// Its driver.
    pub driver: Option<String>,
}

/// An adb server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerState {
    /// It answers, with its version.
    Running(u32),
    /// Nothing answers. It would be started.
    NotRunning,
    /// Something is wrong, in words.
    Wrong(String),
}

/// One phone on the USB bus, as the kernel lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbPhone {
    /// `1-4.2`.
    pub path: String,
    /// Name that it gives itself.
    pub name: String,
    /// Its serial, where it gives one.
    pub serial: Option<String>,
    /// Whether this user may open it; `None` where that could not be told.
    pub may_open: Option<bool>,
    /// Whether one of its interfaces is adb's.
    pub has_adb: bool,
    /// The USB controller that it hangs on.
    pub controller: String,
}

/// Phones of one controller beyond which Intel's xHCI runs out of endpoints: 96 of them, at three a phone.
const PHONES_PER_CONTROLLER: usize = 30;

/// Checks the computer.
#[must_use]
pub fn host(facts: &HostFacts) -> Vec<Check> {
    let mut checks = vec![adb_program(facts)];
    checks.extend(facts.servers.iter().map(|(server, state)| adb_server(facts, server, state)));
    checks.extend(usb(facts));
    checks.push(match (&facts.browser, &facts.driver) {
        (Some(browser), Some(driver)) => Check::pass("browser", say!("browser-driven-by", browser, driver)),
        (Some(browser), None) => {
            Check::warn("browser", say!("browser-without-driver", browser), say!("install-driver-of-browser"))
        }
        (None, _) => Check::warn("browser", say!("no-supported-browser-found"), say!("install-a-browser")),
    });
    checks
}

fn adb_program(facts: &HostFacts) -> Check {
    let running = facts.servers.iter().any(|(_, state)| matches!(state, ServerState::Running(_)));
    let install = say!("install-platform-tools");
    match &facts.adb {
        Some((path, _)) => Check::pass("adb-program", path.clone()),
        None if running => {
            Check::warn("adb-program", say!("adb-not-found-but-server-runs", looked = facts.adb_looked), install)
        }
        None => Check::fail("adb-program", say!("adb-program-not-found", looked = facts.adb_looked), install),
    }
}

fn adb_server(facts: &HostFacts, server: &AdbServer, state: &ServerState) -> Check {
    match state {
        ServerState::Running(version) => match &facts.adb {
            Some((path, Some(own))) if own != version && server.is_loopback() => Check::warn(
                "adb-server",
                say!("adb-versions-differ", server, version, path, own),
                say!("use-one-adb-for-everything"),
            ),
            _ => Check::pass("adb-server", say!("server-has-version", server, version)),
        },
        ServerState::NotRunning if server.is_loopback() && facts.adb.is_some() => {
            Check::pass("adb-server", say!("adb-server-is-started-when-needed", server))
        }
        ServerState::NotRunning => {
            Check::fail("adb-server", say!("nothing-answers-at-server", server), say!("check-adb-host-and-port"))
        }
        ServerState::Wrong(why) => Check::fail("adb-server", why.clone(), say!("another-program-uses-this-port")),
    }
}

fn usb(facts: &HostFacts) -> Vec<Check> {
    let Some(phones) = &facts.usb else {
        return vec![Check::warn("usb", say!("usb-bus-cannot-be-read"), say!("nothing-to-do"))];
    };
    let mut checks = Vec::new();
    for phone in phones {
        let name = say!("phone-at-usb", name = phone.name, path = phone.path);
        let listed = facts.listed.iter().any(|d| d.usb_path.as_deref() == Some(phone.path.as_str()));
        if phone.may_open == Some(false) {
            checks.push(Check::fail(
                "usb-permission",
                say!("user-may-not-open-phone", name),
                say!("let-user-open-usb-phones"),
            ));
        } else if !phone.has_adb {
            checks.push(Check::warn(
                "usb-debugging",
                say!("phone-is-connected-without-adb", name),
                say!("switch-usb-debugging-on"),
            ));
        } else if !listed {
            checks.push(Check::warn(
                "usb-listed",
                say!("no-adb-server-lists-phone", name),
                say!("plug-in-again-or-use-another-port"),
            ));
        }
    }
    let mut controllers: Vec<&str> = phones.iter().map(|p| p.controller.as_str()).collect();
    controllers.sort_unstable();
    for group in controllers.chunk_by(|a, b| a == b).filter(|group| group.len() > PHONES_PER_CONTROLLER) {
        checks.push(Check::warn(
            "usb-controller",
            say!("phones-share-one-usb-controller", phones = group.len(), controller = group[0]),
            say!("spread-hubs-over-controllers"),
        ));
    }
    if checks.is_empty() {
        checks.push(Check::pass("usb", say!("phones-on-the-bus", phones = phones.len())));
    }
    checks
}

/// Checks one phone. `switch` is the title of the input switch in the phone's language.
#[must_use]
pub fn phone(device: &Device, facts: Result<&PhoneFacts, &PhoneError>, switch: &str) -> Vec<Check> {
    let mut checks = Vec::new();
    match super::of_device(device) {
        None => checks.push(Check::pass("authorised", say!("phone-answers-adb"))),
        Some(stop) => {
            let id = if device.state == DeviceState::Unauthorized { "authorised" } else { "connection" };
            checks.push(Check::fail(id, device.state.to_string(), stop.hint.unwrap_or_default()));
            return checks;
        }
    }
    let facts = match facts {
        Ok(facts) => facts,
        Err(error) => {
            let fix = super::of_error(error).hint.unwrap_or_default();
            checks.push(Check::fail("connection", error.to_string(), fix));
            return checks;
        }
    };
    checks.extend([booted(facts), software(facts), account(facts), user(facts), managed(facts), lock_signs(facts)]);
    checks.extend([network(facts), battery(facts), screen(facts), input(facts, switch), automation(facts)]);
    checks.extend(apps(facts));
    checks
}

fn booted(facts: &PhoneFacts) -> Check {
    if super::has_started(facts) {
        Check::pass("booted", say!("phone-has-started"))
    } else {
        Check::fail("booted", say!("phone-is-starting"), say!("wait-until-phone-has-started"))
    }
}

fn software(facts: &PhoneFacts) -> Check {
    let software = super::identify(&facts.props).software.unwrap_or_else(|| say!("software-is-unknown"));
    match super::not_supported(facts) {
        None => Check::pass("software", software),
        Some(stop) => Check::fail("software", software, stop.hint.unwrap_or_default()),
    }
}

fn account(facts: &PhoneFacts) -> Check {
    match (facts.accounts.presence(), facts.accounts.account()) {
        (Presence::Present, Some(account)) => Check::pass("account", say!("phone-is-signed-in", account)),
        (Presence::Absent, _) => Check::pass("account", say!("phone-is-signed-out-already")),
        _ => Check::fail("account", say!("accounts-could-not-be-read"), say!("restart-the-phone")),
    }
}

fn user(facts: &PhoneFacts) -> Check {
    let others: Vec<String> = facts.accounts.other_users().map(|user| user.to_string()).collect();
    match facts.current_user {
        Some(0) | None if others.is_empty() => Check::pass("user", say!("first-space-is-in-front")),
        Some(0) | None => Check::fail(
            "user",
            say!("other-user-is-signed-in-too", others = others.join(", ")),
            say!("sign-out-in-second-space"),
        ),
        Some(user) => Check::fail("user", say!("other-user-is-in-front", user), say!("switch-to-first-space")),
    }
}

fn managed(facts: &PhoneFacts) -> Check {
    match &facts.device_owner {
        None => Check::pass("managed", say!("phone-is-not-managed")),
        Some(owner) => Check::fail("managed", say!("phone-is-managed-by", owner), say!("ask-whoever-manages-phone")),
    }
}

fn lock_signs(facts: &PhoneFacts) -> Check {
    if facts.lock_signs.is_empty() {
        return Check::pass("lost-mode", say!("no-sign-of-a-lock"));
    }
    let fix = say!("owner-has-to-end-the-lock");
    Check::fail("lost-mode", facts.lock_signs.join("; "), fix)
}

fn network(facts: &PhoneFacts) -> Check {
    let join = say!("join-a-network");
    match facts.network {
        Network::Validated => Check::pass("network", say!("internet-is-reached")),
        // The check asks Google's servers, which fails in China where the network works.
        Network::NotValidated => Check::warn("network", say!("internet-is-not-confirmed"), join),
        Network::None => Check::fail("network", say!("there-is-no-network"), join),
        Network::Unknown => Check::warn("network", say!("network-could-not-be-read"), join),
    }
}

fn battery(facts: &PhoneFacts) -> Check {
    match facts.battery {
        Some(percent) if percent < 10 => Check::warn("battery", format!("{percent} %"), say!("charge-the-phone")),
        Some(percent) => Check::pass("battery", format!("{percent} %")),
        None => Check::warn("battery", say!("battery-could-not-be-read"), say!("look-at-the-phone")),
    }
}

fn screen(facts: &PhoneFacts) -> Check {
    match (facts.keyguard, facts.awake) {
        (Keyguard::Secure, _) => Check::fail("screen", say!("screen-is-locked"), say!("unlock-the-screen")),
        (Keyguard::Swipe, _) => Check::pass("screen", say!("swipe-opens-the-screen")),
        (Keyguard::None, Some(false)) => Check::pass("screen", say!("screen-is-off")),
        (Keyguard::None, _) => Check::pass("screen", say!("screen-is-on")),
        (Keyguard::Unknown, _) => {
            Check::warn("screen", say!("lock-screen-could-not-be-read"), say!("unlock-the-phone"))
        }
    }
}

fn input(facts: &PhoneFacts, switch: &str) -> Check {
    let is_set = facts.prop("persist.security.adbinput").is_some();
    if !is_set && facts.input != InputProbe::Refused && super::not_supported(facts).is_some() {
        return Check::pass("input", say!("only-miui-has-the-input-switch"));
    }
    match (facts.input_switch_is_on(), &facts.input) {
        (true, InputProbe::Refused) => {
            Check::fail("input", say!("input-is-refused-all-the-same"), say!("plug-in-again-or-restart"))
        }
        (true, _) => Check::pass("input", say!("input-is-allowed")),
        (false, _) => Check::fail("input", say!("input-switch-is-off", switch), input_switch(switch)),
    }
}

/// Said only where something is missing: on a phone without MIUI these apps mean nothing.
fn apps(facts: &PhoneFacts) -> Option<Check> {
    let missing = super::missing_app(facts)?;
    Some(Check::fail("apps", say!("app-is-not-installed", missing), super::install_again(missing)))
}

fn automation(facts: &PhoneFacts) -> Check {
    match &facts.ui_automation {
        None => Check::pass("ui-automation", say!("no-other-tool-holds-screen-reader")),
        Some(other) => {
            Check::fail("ui-automation", say!("screen-reader-is-held-by", other), say!("close-the-other-tool"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, AccountsProbe, Serial, UserAccounts};

    const SWITCH: &str = "USB-Debugging (Sicherheitseinstellungen)";

    fn device() -> Device {
        Device {
            server: AdbServer { host: "127.0.0.1".into(), port: 5037 },
            serial: Serial::new("8f2a1b"),
            state: DeviceState::Device,
            transport: None,
            usb_path: Some("1-4".into()),
            model: None,
        }
    }

    fn ready() -> PhoneFacts {
        let account = UserAccounts { user: 0, count: 1, xiaomi: vec![AccountId::new("6230***535")] };
        let props =
            [("ro.miui.ui.version.name", "V140"), ("persist.security.adbinput", "1"), ("sys.boot_completed", "1")];
        PhoneFacts {
            props: props.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            accounts: AccountsProbe { users: vec![account] },
            current_user: Some(0),
            awake: Some(true),
            keyguard: Keyguard::None,
            has_lock: Some(false),
            network: Network::Validated,
            battery: Some(80),
            ..PhoneFacts::default()
        }
    }

    fn failing(change: impl FnOnce(&mut PhoneFacts)) -> Vec<&'static str> {
        let mut facts = ready();
        change(&mut facts);
        let checks = phone(&device(), Ok(&facts), SWITCH);
        assert!(checks.iter().all(|c| (c.status == Status::Pass) == c.fix.is_none()));
        checks.iter().filter(|c| c.status != Status::Pass).map(|c| c.id).collect()
    }

    #[test]
    fn each_thing_fails_alone() {
        assert!(failing(|_| ()).is_empty());
        assert_eq!(failing(|f| f.props.remove("sys.boot_completed").map_or((), drop)), ["booted"]);
        assert_eq!(failing(|f| f.props.remove("ro.miui.ui.version.name").map_or((), drop)), ["software"]);
        assert_eq!(failing(|f| f.accounts.users.clear()), ["account"]);
        assert_eq!(failing(|f| f.current_user = Some(10)), ["user"]);
        assert_eq!(failing(|f| f.device_owner = Some("com.mdm".into())), ["managed"]);
        assert_eq!(failing(|f| f.lock_signs.push("lost".into())), ["lost-mode"]);
        assert_eq!(failing(|f| f.network = Network::None), ["network"]);
        assert_eq!(failing(|f| f.battery = Some(3)), ["battery"]);
        assert_eq!(failing(|f| f.keyguard = Keyguard::Secure), ["screen"]);
        assert_eq!(failing(|f| f.input = InputProbe::Refused), ["input"]);
        assert_eq!(failing(|f| f.ui_automation = Some("appium".into())), ["ui-automation"]);
    }

    #[test]
    fn the_switch_is_named_as_the_phone_names_it() {
        let mut facts = ready();
        facts.props.remove("persist.security.adbinput");
        let checks = phone(&device(), Ok(&facts), SWITCH);
        let input = checks.iter().find(|c| c.id == "input").unwrap();
        assert!(input.fix.as_ref().unwrap().contains(SWITCH));
    }

    #[test]
    fn a_version_fight_is_seen() {
        let mut facts =
            HostFacts { adb: Some(("/usr/bin/adb".into(), Some(41))), usb: Some(vec![]), ..HostFacts::default() };
        facts.servers = vec![(device().server, ServerState::Running(39))];
        let status = |facts: &HostFacts| host(facts).iter().find(|c| c.id == "adb-server").unwrap().status;
        assert_eq!(status(&facts), Status::Warn);
        facts.servers[0].1 = ServerState::Running(41);
        assert_eq!(status(&facts), Status::Pass);
        facts.servers[0].1 = ServerState::NotRunning;
        assert_eq!(status(&facts), Status::Pass);
        facts.adb = None;
        assert_eq!(status(&facts), Status::Fail);
    }

    #[test]
    fn the_bus_is_held_against_the_list() {
        let on_bus = |n: usize| UsbPhone {
            path: format!("1-{n}"),
            name: "Redmi".into(),
            serial: None,
            may_open: Some(true),
            has_adb: true,
            controller: "0000:00:14.0".into(),
        };
        let ids = |facts: &HostFacts| {
            host(facts).iter().filter(|c| c.id.starts_with("usb")).map(|c| c.id).collect::<Vec<_>>()
        };
        let mut facts = HostFacts { usb: Some(vec![on_bus(4)]), listed: vec![device()], ..HostFacts::default() };
        assert_eq!(ids(&facts), ["usb"]);
        facts.listed.clear();
        assert_eq!(ids(&facts), ["usb-listed"]);
        facts.usb.as_mut().unwrap()[0].has_adb = false;
        assert_eq!(ids(&facts), ["usb-debugging"]);
        facts.usb.as_mut().unwrap()[0].may_open = Some(false);
        assert_eq!(ids(&facts), ["usb-permission"]);
        facts.usb = Some((0..40).map(on_bus).collect());
        assert_eq!(ids(&facts).iter().filter(|id| **id == "usb-controller").count(), 1);
    }
}
