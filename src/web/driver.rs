//! The browser through WebDriver: beside `download`, the only place that names `thirtyfour`. Its log is never subscribed to,
//! the driver gets no log path and no output, nothing is ever typed, and no screenshot or page source is taken.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::common::types::WindowHandle;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};
use thirtyfour::{Capabilities, WebDriver, WebElement};
use tokio::runtime::Runtime;

use super::browser::{Browser, BrowserError, WindowId};
use super::find::{Found, Kind};
use super::process::{DriverProcess, OpenRun, children};
use super::snapshot::{Handle, SCRIPT, Snapshot};

use crate::text::say;

/// How long a driver may take until it answers on its port.
const DRIVER_START: Duration = Duration::from_secs(20);
/// How long the browser may take to start.
const BROWSER_START: Duration = Duration::from_secs(60);
/// How long any one command may take. No command waits for a page; one that takes longer is looked at again.
const COMMAND: Duration = Duration::from_secs(10);
/// How long a server may take to answer before the person is told.
const OPENING: Duration = Duration::from_secs(3);
/// How long the browser gets to close in order, before it is ended.
const QUIT: Duration = Duration::from_secs(2);
/// How often it is looked whether the person still wants it.
const TICK: Duration = Duration::from_millis(100);
/// The key of an element in WebDriver's JSON (W3C WebDriver, "web element identifier").
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How the browser is to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// Without a window: only for tests against a replica.
    pub headless: bool,
    /// Without Chromium's sandbox, which root can't have: only for tests against a replica.
    pub no_sandbox: bool,
}

/// Says whether the person wants everything to end (Ctrl-C). Asked while waiting for the driver.
pub type Stop = Arc<dyn Fn() -> bool + Send + Sync>;

/// Why no browser could be started. Each has a remedy.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The folder for profile and record can't be used.
    #[error("{}", say!("folder-cannot-be-used", folder = .0))]
    Folder(String, #[source] std::io::Error),
    /// The driver can't be started, or did not answer.
    #[error("{}", say!("driver-did-not-start", driver = .0))]
    NoDriver(String),
    /// The driver started, and the browser did not.
    #[error("{}", say!("browser-did-not-start"))]
    NoBrowser,
    /// The person ended it.
    #[error("interrupted")]
    Interrupted,
    /// The runtime for the driver's connection could not be made.
    #[error("{}", say!("no-runtime-for-drivers-connection"))]
    Runtime(#[source] std::io::Error),
}

/// A browser of our own: its driver and its profile folder. All of them go when it is dropped.
pub struct DrivenBrowser {
    // In the order in which they are dropped: the session by `Drop`, then the driver, then the rest of the browser and its profile.
    session: Option<WebDriver>,
    _driver: Option<DriverProcess>,
    _run: OpenRun,
    runtime: Runtime,
    stop: Stop,
}

impl DrivenBrowser {
    /// Starts the driver on a free port of this computer, and with it the browser.
    ///
    /// # Errors
    /// Where one of them does not start.
    pub fn start(found: &Found, home: &Path, looks: Looks, stop: Stop) -> Result<Self, DriverError> {
        let run = open_run(home)?;
        let no_driver = || {
            if stop() { DriverError::Interrupted } else { DriverError::NoDriver(found.driver.display().to_string()) }
        };
        let (driver, port) = start_driver(&found.driver, &run, &stop).ok_or_else(no_driver)?;
        let capabilities = capabilities(found, &run.profile(), looks).ok_or(DriverError::NoBrowser)?;
        let watched = is_watched(found.kind).then(|| driver.id());
        Self::connect(&format!("http://127.0.0.1:{port}"), capabilities, (Some(driver), watched), run, stop)
    }

    /// Uses a driver that runs already (a Selenium Grid): only for tests against a replica.
    ///
    /// # Errors
    /// Where it gives no browser.
    pub fn remote(url: &str, home: &Path, looks: Looks, stop: Stop) -> Result<Self, DriverError> {
        let run = open_run(home)?;
        let found = Found { kind: Kind::Chrome, driver: "".into(), browser: None };
        let capabilities = capabilities(&found, &run.profile(), looks).ok_or(DriverError::NoBrowser)?;
        Self::connect(url, capabilities, (None, None), run, stop)
    }

    fn connect(
        url: &str,
        capabilities: Capabilities,
        (driver, watched): (Option<DriverProcess>, Option<u32>),
        run: OpenRun,
        stop: Stop,
    ) -> Result<Self, DriverError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(DriverError::Runtime)?;
        let connecting = WebDriver::builder(url, capabilities).request_timeout(BROWSER_START).connect();
        // The driver's own words are not kept: they can quote addresses.
        let session = runtime.block_on(async {
            tokio::select! {
                session = connecting => session.map_err(|_| DriverError::NoBrowser),
                () = browser_died(watched) => Err(DriverError::NoBrowser),
                () = stopped(&stop) => Err(DriverError::Interrupted),
            }
        })?;
        Ok(Self { session: Some(session), _driver: driver, _run: run, runtime, stop })
    }

    /// Asks the driver. A person who wants to end is heard at once, whatever the driver is doing.
    fn ask<T>(&self, what: impl AsyncFnOnce(&WebDriver) -> Result<T, WebDriverError>) -> Result<T, BrowserError> {
        self.ask_within(COMMAND, what)
    }

    fn ask_within<T>(
        &self,
        time: Duration,
        what: impl AsyncFnOnce(&WebDriver) -> Result<T, WebDriverError>,
    ) -> Result<T, BrowserError> {
        let session = self.session.as_ref().ok_or(BrowserError::Gone)?;
        self.runtime.block_on(async {
            tokio::select! {
                answer = what(session) => answer.map_err(|e| meaning(&e)),
                () = tokio::time::sleep(time) => Err(BrowserError::Slow),
                () = stopped(&self.stop) => Err(BrowserError::Slow),
            }
        })
    }
}

fn open_run(home: &Path) -> Result<OpenRun, DriverError> {
    OpenRun::new(home).map_err(|e| DriverError::Folder(home.display().to_string(), e))
}

/// Ends when the person wants everything to end.
async fn stopped(stop: &Stop) {
    while !stop() {
        tokio::time::sleep(TICK).await;
    }
}

impl Drop for DrivenBrowser {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            // A browser that the person closed can't be quit, and one that hangs is ended with its driver.
            let kept = session.clone();
            let ended = self.runtime.block_on(async { tokio::time::timeout(QUIT, session.quit()).await });
            if !matches!(ended, Ok(Ok(()))) {
                // Dropped unquit, the session would ask the driver once more and wait a minute for its answer.
                let _ = kept.leak();
            }
        }
    }
}

impl Browser for DrivenBrowser {
    fn open(&mut self, url: &str) -> Result<(), BrowserError> {
        // The driver answers once the site's server does, which may be never.
        self.ask_within(OPENING, async |s| s.goto(url).await)
    }

    fn snapshot(&mut self) -> Result<Snapshot, BrowserError> {
        let seen = self.ask(async |s| Ok(s.execute(SCRIPT, Vec::new()).await?.json().clone()))?;
        serde_json::from_value(plain_handles(seen)).map_err(|_| BrowserError::Again)
    }

    fn press(&mut self, handle: &Handle) -> Result<(), BrowserError> {
        self.ask(async |s| WebElement::from_json(json!({ ELEMENT: handle.0 }), s.handle().clone())?.click().await)
    }

    fn windows(&mut self) -> Result<Vec<WindowId>, BrowserError> {
        let windows = self.ask(async |s| s.windows().await)?;
        Ok(windows.into_iter().map(|w| WindowId(w.to_string())).collect())
    }

    fn switch(&mut self, window: &WindowId) -> Result<(), BrowserError> {
        self.ask(async |s| s.switch_to_window(WindowHandle::from(window.0.clone())).await)
    }
}

/// Whether a driver's children tell that its browser died. geckodriver first asks Firefox for its version, in a process that
/// ends; and it notices by itself when Firefox dies.
fn is_watched(kind: Kind) -> bool {
    kind != Kind::Firefox
}

/// Ends when this driver had a browser and has none any more. chromedriver itself waits a minute for a browser that died
/// before it answered on its pipe.
async fn browser_died(driver: Option<u32>) {
    let mut had_one = false;
    while let Some((any, alive)) = driver.and_then(children) {
        had_one |= any;
        if had_one && !alive {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    std::future::pending::<()>().await;
}

/// Element references as plain text, so that a look is plain data.
fn plain_handles(mut seen: Value) -> Value {
    for control in seen.get_mut("controls").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(id) = control.pointer(&format!("/handle/{ELEMENT}")).cloned() {
            control["handle"] = id;
        }
    }
    seen
}

/// What an error of the driver means for the walk.
fn meaning(error: &WebDriverError) -> BrowserError {
    use WebDriverErrorInner as E;
    match error.as_inner() {
        E::UnexpectedAlertOpen(_) => BrowserError::Dialog,
        E::NoSuchWindow(_) => BrowserError::WindowGone,
        E::InvalidSessionId(_)
        | E::SessionNotCreated(_)
        | E::RequestFailed(_)
        | E::HttpError(_)
        | E::FatalError(_)
        | E::IoError(_) => BrowserError::Gone,
        E::UnknownError(info) => {
            let said = info.value.message.as_str();
            let gone = ["not reachable", "disconnected", "crashed", "Failed to decode response from marionette"];
            if gone.iter().any(|g| said.contains(g)) { BrowserError::Gone } else { BrowserError::Again }
        }
        _ => BrowserError::Again,
    }
}

/// Starts a driver on a free port. Another program may take the port first, so a few ports are tried.
fn start_driver(program: &Path, run: &OpenRun, stop: &Stop) -> Option<(DriverProcess, u16)> {
    for _ in 0..3 {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?.local_addr().ok()?.port();
        let mut driver = DriverProcess::start(program, &[format!("--port={port}")], run).ok()?;
        let until = Instant::now() + DRIVER_START;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        while !driver.has_ended() && Instant::now() < until && !stop() {
            if TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok() && !driver.has_ended() {
                return Some((driver, port));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    None
}

/// What is asked of the driver: dialogs are the person's, no command waits for a page, and the browser keeps no passwords.
fn capabilities(found: &Found, profile: &Path, looks: Looks) -> Option<Capabilities> {
    let mut capabilities = Capabilities::new();
    let mut set = |key: &str, value: Value| capabilities.set(key, value).ok();
    set("pageLoadStrategy", json!("none"))?;
    set("unhandledPromptBehavior", json!("ignore"))?;
    let (name, key) = found.kind.names();
    let is_shell = found.browser.as_deref().is_some_and(is_headless_shell);
    set("browserName", json!(if is_shell { HEADLESS_SHELL } else { name }))?;
    let mut options = match found.kind {
        Kind::Chrome | Kind::Edge => chromium_options(profile, looks),
        Kind::Firefox => firefox_options(profile, looks),
    };
    if let Some(browser) = &found.browser {
        options["binary"] = json!(browser);
    }
    set(key, options)?;
    Some(capabilities)
}

/// What chromedriver calls Chromium's build without a window, which it has to steer in another way.
const HEADLESS_SHELL: &str = "chrome-headless-shell";

fn is_headless_shell(browser: &Path) -> bool {
    browser.file_stem().is_some_and(|name| name.to_string_lossy().contains("headless-shell"))
}

fn chromium_options(profile: &Path, looks: Looks) -> Value {
    let mut arguments = vec![
        format!("--user-data-dir={}", profile.display()),
        "--no-first-run".to_owned(),
        "--no-default-browser-check".to_owned(),
        // A browser for one walk: nothing to fetch, nothing to extend.
        "--disable-component-update".to_owned(),
        "--disable-extensions".to_owned(),
        // A pipe instead of a port, which any program on this computer could use to steer a signed-in browser.
        "--remote-debugging-pipe".to_owned(),
    ];
    if looks.headless {
        arguments.push("--headless=new".to_owned());
    }
    if looks.no_sandbox {
        arguments.push("--no-sandbox".to_owned());
    }
    json!({
        "args": arguments,
        // Chromium's own log file would lie in the profile and name addresses.
        "excludeSwitches": ["enable-logging"],
        "prefs": {
            "credentials_enable_service": false,
            "profile.password_manager_enabled": false,
            "autofill.profile_enabled": false,
            "autofill.credit_card_enabled": false,
        },
    })
}

fn firefox_options(profile: &Path, looks: Looks) -> Value {
    let mut arguments = vec!["-profile".to_owned(), profile.display().to_string()];
    if looks.headless {
        arguments.push("-headless".to_owned());
    }
    json!({ "args": arguments, "prefs": { "signon.rememberSignons": false, "browser.formfill.enable": false } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_browser_is_visible_sandboxed_and_keeps_no_password() {
        let found =
            Found { kind: Kind::Chrome, driver: "chromedriver".into(), browser: Some("/usr/bin/chromium".into()) };
        let asked = capabilities(&found, Path::new("/p"), Looks::default()).unwrap();
        let text = serde_json::to_string(&asked).unwrap();
        assert!(text.contains("--user-data-dir=/p") && text.contains("\"profile.password_manager_enabled\":false"));
        for never in ["headless", "no-sandbox", "log-path", "verbose", "debugging-port", "detach"] {
            assert!(!text.contains(never), "{never}");
        }
    }

    #[test]
    fn chromedriver_is_told_of_a_browser_without_a_window() {
        for (browser, name) in [("/usr/bin/chromium", "chrome"), ("/b/chromium-headless-shell", HEADLESS_SHELL)] {
            let found = Found { kind: Kind::Chrome, driver: "chromedriver".into(), browser: Some(browser.into()) };
            let asked = capabilities(&found, Path::new("/p"), Looks::default()).unwrap();
            assert_eq!(asked.get("browserName"), Some(&json!(name)), "{browser}");
        }
    }

    #[test]
    fn geckodrivers_question_for_the_version_is_no_dead_browser() {
        assert!(!is_watched(Kind::Firefox) && is_watched(Kind::Chrome) && is_watched(Kind::Edge));
    }

    #[test]
    fn handles_become_plain() {
        let seen = json!({ "controls": [{ "handle": { ELEMENT: "e1" } }, { "handle": null }] });
        assert_eq!(plain_handles(seen), json!({ "controls": [{ "handle": "e1" }, { "handle": null }] }));
    }
}
