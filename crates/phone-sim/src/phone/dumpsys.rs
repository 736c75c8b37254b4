//! The phone's `dumpsys`: accounts, power, network and the other services that are read here.

use std::fmt::Write as _;

use super::call::Call;
use super::dumpsys_window;
use super::world::World;

/// Time that one service takes, in ms.
const DUMPSYS: u64 = 60;

const SERVICES: &[&str] = &[
    "SurfaceFlinger",
    "accessibility",
    "account",
    "activity",
    "battery",
    "connectivity",
    "device_policy",
    "display",
    "input",
    "input_method",
    "package",
    "power",
    "telephony.registry",
    "trust",
    "uimode",
    "wifi",
    "window",
];

pub(super) fn run(call: &mut Call<'_, '_>) -> i32 {
    let mut args = call.args;
    while let Some(word) = args.first() {
        match word.as_str() {
            "-t" | "-T" => args = args.get(2..).unwrap_or_default(),
            "-l" => {
                call.takes(DUMPSYS);
                return list(call);
            }
            flag if flag.starts_with('-') => args = &args[1..],
            _ => break,
        }
    }
    if !call.takes(DUMPSYS) {
        return 129;
    }
    let Some((service, args)) = args.split_first() else {
        return list(call);
    };
    let text = call.world(|w, now| match service.as_str() {
        "accessibility" => Some(w.accessibility()),
        "account" => Some(w.accounts(now)),
        "window" => Some(dumpsys_window::window(w, args.first().map_or("", String::as_str))),
        "activity" => Some(dumpsys_window::activity(w)),
        "input_method" => Some(dumpsys_window::input_method(w)),
        "power" => Some(w.power(now)),
        "trust" => Some(w.trust()),
        "device_policy" => Some(w.device_policy()),
        "connectivity" => Some(w.connectivity()),
        "battery" => Some(w.battery()),
        "package" => Some(w.package(args.first().map_or("", String::as_str))),
        known if SERVICES.contains(&known) => Some(format!("{known} state:\n")),
        _ => None,
    });
    match text {
        Some(text) => call.out(text),
        None => call.err(format!("Can't find service: {service}\n")),
    }
    0
}

/// The names of all services.
pub(super) fn list(call: &mut Call<'_, '_>) -> i32 {
    call.out(format!("Currently running services:\n  {}\n", SERVICES.join("\n  ")));
    0
}

/// Head, `***`, tail.
fn masked(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    if chars.len() < 8 {
        return format!("{}***", chars.first().copied().unwrap_or('?'));
    }
    let head: String = chars[..4].iter().collect();
    let tail: String = chars[chars.len() - 3..].iter().collect();
    format!("{head}***{tail}")
}

impl World {
    /// Each user's accounts, then the authenticators, which are there whether or not anybody is signed in.
    fn accounts(&self, now: u64) -> String {
        if !self.agenda.is_booted(now) {
            return self.account_block("UserInfo{0:Owner:13}", None, false);
        }
        let second = self.spec.second_space;
        let owner = if second { self.spec.account.as_deref() } else { self.account.name() };
        let mut out = self.account_block("UserInfo{0:Owner:13}", owner, true);
        if second {
            out += &self.account_block("UserInfo{10:Second space:410}", self.account.name(), false);
        }
        out
    }

    fn account_block(&self, user: &str, xiaomi: Option<&str>, others: bool) -> String {
        let mut lines = Vec::new();
        if others {
            lines.push("    Account {name=sam.owner***@example.com, type=com.google}\n".to_owned());
        }
        if let Some(name) = xiaomi {
            let name = if self.spec.masks_account { masked(name) } else { name.to_owned() };
            lines.push(format!("    Account {{name={name}, type=com.xiaomi}}\n"));
        }
        if others {
            lines.push("    Account {name=WPS ***ice, type=cn.wps.moffice}\n".to_owned());
        }
        let mut types = vec![(
            "com.google",
            "com.google.android.gms/.auth.account.authenticator.GoogleAccountAuthenticatorService",
        )];
        if self.spec.has_account_app() {
            types.push(("com.xiaomi", "com.xiaomi.account/.accountservice.AccountAuthenticatorService"));
        }
        types.push(("cn.wps.moffice", "cn.wps.moffice_eng/.AuthenticatorService"));
        let mut services = String::new();
        for (kind, part) in &types {
            let _ = writeln!(
                services,
                "    ServiceInfo: AuthenticatorDescription {{type={kind}}}, ComponentInfo{{{part}}}, uid 10042"
            );
        }
        let accounts = lines.concat();
        format!(
            "User {user}:\n  Accounts: {}\n{accounts}\n  AccountId, Action_Type, timestamp, UID, TableName, Key\n  Accounts History\n  1,action_account_add,2026-01-02 10:11:12,10042,accounts,1\n\n  Active Sessions: 0\n\n  RegisteredServicesCache: {} services\n{services}\n",
            lines.len(),
            types.len()
        )
    }

    fn accessibility(&self) -> String {
        // Android 9 and 10 write it at the end of the user's line.
        if self.spec.sdk < 30 {
            let held = if self.system.automation.is_some() {
                ", Ui Automation[eventTypes=TYPES_ALL_MASK, notificationTimeout=0]\n}"
            } else {
                "}"
            };
            return format!(
                "ACCESSIBILITY MANAGER (dumpsys accessibility)\n\nUser state[attributes:{{id=0, currentUser=true, touchExplorationEnabled=false, displayMagnificationEnabled=false{held}\n           services:{{}}]\n"
            );
        }
        let mut text = "ACCESSIBILITY MANAGER (dumpsys accessibility)\n\nUser state[attributes:{id=0, currentUser=true}\n     installed services: {}\n".to_owned();
        if self.system.automation.is_some() {
            text.push_str(
                "Ui Automation[eventTypes=TYPES_ALL_MASK, notificationTimeout=0, isAccessibilityTool=false]\n",
            );
        }
        text
    }

    fn power(&self, now: u64) -> String {
        let wakefulness = if self.stack.is_awake() { "Awake" } else { "Asleep" };
        format!(
            "POWER MANAGER (dumpsys power)\n\nPower Manager State:\n  mDirty=0x0\n  mWakefulness={wakefulness}\n  mWakefulnessChanging=false\n  mIsPowered=true\n  mPlugType=2\n  mBatteryLevel={}\n  mStayOn=false\n  mBootCompleted={}\nDisplay Power: state={}\n",
            self.spec.battery,
            self.agenda.is_booted(now),
            if self.stack.is_awake() { "ON" } else { "OFF" }
        )
    }

    fn trust(&self) -> String {
        use crate::spec::LockKind;
        let locked = u8::from(self.stack.lock().is_some_and(|lock| lock != LockKind::Swipe));
        let secure = u8::from(self.spec.keyguard == LockKind::Pin || locked == 1);
        format!(
            "Trust manager state:\n User \"Owner\" (id=0, flags=0x13) (current): trusted=0, trustManaged=0, deviceLocked={locked}, strongAuthRequired=0x0\n   secure={secure}\n   Enabled agents:\n"
        )
    }

    fn device_policy(&self) -> String {
        let owner = self.spec.device_owner.as_ref().map_or_else(String::new, |package| {
            format!(
                "  Device Owner: \n    admin=ComponentInfo{{{package}/{package}.AdminReceiver}}\n    name=\n    package={package}\n    User ID: 0\n\n"
            )
        });
        format!(
            "Current Device Policy Manager state:\n{owner}  Enabled Device Admins (User 0, provisioningState: 0):\n  mPasswordOwner=-1\n"
        )
    }

    fn connectivity(&self) -> String {
        let network = if self.system.network {
            "Active default network: 101\n\nCurrent Networks:\n  NetworkAgentInfo{network{101}  handle{436756205581} ni{WIFI CONNECTED extra: } created=2026-01-02T10:11:12Z Score(60 ; Policies : IS_VALIDATED)  everValidated{true} lastValidated{true} created{true} lp{{InterfaceName: wlan0}} nc{[ Transports: WIFI Capabilities: NOT_METERED&INTERNET&NOT_RESTRICTED&TRUSTED&NOT_VPN&VALIDATED&NOT_ROAMING&FOREGROUND ]}}\n"
        } else {
            "Active default network: none\n\nCurrent Networks:\n"
        };
        let network = if self.faults.unvalidated() {
            network
                .replace("&VALIDATED", "")
                .replace("FOREGROUND ]", "FOREGROUND&NOT_CONGESTED&NOT_SUSPENDED&PARTIAL_CONNECTIVITY ]")
                .replace("everValidated{true} lastValidated{true}", "everValidated{false} lastValidated{false}")
        } else {
            network.to_owned()
        };
        format!("NetworkProviders for: WifiNetworkFactory\n\n{network}\nNetwork Requests:\n")
    }

    fn battery(&self) -> String {
        format!(
            "Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  Wireless powered: false\n  status: 2\n  health: 2\n  present: true\n  level: {}\n  scale: 100\n  voltage: 4113\n  temperature: 285\n  technology: Li-poly\n",
            self.spec.battery
        )
    }

    fn package(&self, name: &str) -> String {
        if name == "com.xiaomi.account" && self.spec.has_account_app() {
            let version = self.spec.app_generation.map_or("miui-4.0", crate::spec::AppGeneration::version);
            return format!(
                "Packages:\n  Package [com.xiaomi.account] (1a2b3c4):\n    userId=10042\n    versionCode=120 minSdk=23 targetSdk=28\n    versionName={version}\n"
            );
        }
        format!("Unable to find package: {name}\n")
    }
}
