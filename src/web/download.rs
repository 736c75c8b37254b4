//! A driver that is brought from its maker: what would come, from where, and the bringing itself. It never asks; whoever
//! calls [`Downloads::bring`] has the person's yes. Beside `driver`, the only place that names `thirtyfour`.
//!
//! The finding and fetching itself is `thirtyfour`'s manager, with archives and all, which a build without the feature
//! `driver-manager` does not hold: it only asks the browser for its version, so that the hint names the driver that fits.

use std::path::{Path, PathBuf};
#[cfg(feature = "driver-manager")]
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[cfg(feature = "driver-manager")]
use serde_json::json;
#[cfg(feature = "driver-manager")]
use thirtyfour::Capabilities;
#[cfg(feature = "driver-manager")]
use thirtyfour::manager::{BrowserKind, Status, StdioMode, WebDriverManager};

use super::find::{Found, Kind};
use super::hosts::{Site, SiteError};
use super::process::private_folder;

use crate::text::say;

/// How long any one answer of a download may take.
#[cfg(feature = "driver-manager")]
const PATIENCE: Duration = Duration::from_secs(300);
/// How often it is looked whether the person still wants it.
#[cfg(feature = "driver-manager")]
const TICK: Duration = Duration::from_millis(100);

/// Where drivers come from, and where they are kept.
#[derive(Clone, Debug)]
pub struct Downloads {
    folder: PathBuf,
    mirror: Option<String>,
}

/// A browser of this computer and the driver that fits it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitting {
    /// Which browser.
    pub kind: Kind,
    /// Its program.
    pub browser: PathBuf,
    /// Its version, as it says itself.
    pub version: String,
    /// The driver, where an earlier run brought it.
    pub kept: Option<PathBuf>,
}

/// Why there is no driver to bring, or why it did not come.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// There is no browser to bring a driver for.
    #[error("{}", say!("no-browser-was-found"))]
    NoBrowser,
    /// The browser that was named tells no version, or is of no known kind.
    #[error("{}", say!("not-a-known-browser", program = .0))]
    OddBrowser(String),
    /// The folder for drivers can't be used.
    #[error("{}", say!("folder-cannot-be-used", folder = .0))]
    Folder(String, #[source] std::io::Error),
    /// It did not come.
    #[error("{}", say!("driver-could-not-be-downloaded", host = .host, why = .why))]
    Failed {
        /// Where it was to come from.
        host: String,
        /// How far it got.
        why: String,
    },
    /// The person ended it.
    #[error("interrupted")]
    Interrupted,
}

/// How far it got, as the bringing itself tells.
#[derive(Clone, Debug, Default)]
struct Seen {
    browser: Option<(PathBuf, String)>,
    is_named: bool,
    has_come: bool,
    driver: Option<PathBuf>,
}

impl Downloads {
    /// From the makers' own hosts, kept in this folder.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, mirror: None }
    }

    /// From a mirror on a loopback address, for tests.
    ///
    /// # Errors
    /// Where the address is not http on a loopback address given by number and port.
    pub fn from_mirror(folder: PathBuf, mirror: &str) -> Result<Self, SiteError> {
        let mirror = format!("{}/", mirror.trim_end_matches('/'));
        Ok(Self { folder, mirror: Some(Site::replica(&mirror)?.start().to_owned()) })
    }

    /// Whether this build can fetch from where it would have to: the makers' hosts need TLS.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        cfg!(feature = "driver-download") || (cfg!(feature = "driver-manager") && self.mirror.is_some())
    }

    /// Where drivers are kept.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the driver of a browser comes from, for people.
    #[must_use]
    pub fn host(&self, kind: Kind) -> String {
        let maker = match kind {
            Kind::Chrome => "googlechromelabs.github.io and storage.googleapis.com (Google)",
            Kind::Edge => "msedgedriver.microsoft.com (Microsoft)",
            Kind::Firefox => "github.com/mozilla/geckodriver (Mozilla)",
        };
        self.mirror.as_deref().map_or_else(|| maker.to_owned(), super::place_of)
    }

    /// The browser that was named, or else the first of this computer, and whether its driver is here already. Asks nothing of
    /// the network.
    ///
    /// # Errors
    /// [`DownloadError::NoBrowser`], [`DownloadError::OddBrowser`].
    pub fn look(&self, browser: Option<&Path>, path: &[PathBuf]) -> Result<Fitting, DownloadError> {
        let fitting = |kind: Kind, browser: Option<PathBuf>| {
            let seen = self.run(kind, browser.as_deref(), true, &|| true);
            let (program, version) = seen.browser?;
            Some(Fitting { kind, browser: browser.unwrap_or(program), version, kept: seen.driver })
        };
        if let Some(named) = browser {
            let odd = || DownloadError::OddBrowser(named.display().to_string());
            let kind = Kind::of_browser(named).ok_or_else(odd)?;
            return fitting(kind, Some(named.to_path_buf())).ok_or_else(odd);
        }
        Kind::ALL.into_iter().find_map(|kind| fitting(kind, kind.browser_on(path))).ok_or(DownloadError::NoBrowser)
    }

    /// Brings the driver. Only after the person's yes; `goes_on` is asked while it comes.
    ///
    /// # Errors
    /// [`DownloadError::Failed`], [`DownloadError::Interrupted`], [`DownloadError::Folder`].
    pub fn bring(&self, fitting: &Fitting, goes_on: &dyn Fn() -> bool) -> Result<Found, DownloadError> {
        private_folder(&self.folder).map_err(|e| DownloadError::Folder(self.folder.display().to_string(), e))?;
        let seen = self.run(fitting.kind, Some(&fitting.browser), false, goes_on);
        let Some(driver) = seen.driver else {
            if !goes_on() {
                return Err(DownloadError::Interrupted);
            }
            let why = match (seen.is_named, seen.has_come) {
                (false, _) => say!("maker-names-no-driver"),
                (true, false) => say!("maker-gives-no-driver"),
                (true, true) => say!("download-holds-no-driver"),
            };
            return Err(DownloadError::Failed { host: self.host(fitting.kind), why });
        };
        Ok(Found { kind: fitting.kind, driver, browser: Some(fitting.browser.clone()) })
    }

    #[cfg(not(feature = "driver-manager"))]
    #[allow(clippy::unused_self, reason = "the manager's form needs it")]
    fn run(&self, _kind: Kind, browser: Option<&Path>, _offline: bool, _goes_on: &dyn Fn() -> bool) -> Seen {
        ask(browser)
    }

    /// Finds the browser's version and its driver. `thirtyfour` also starts what it found: it is told to ask the driver for its
    /// version only and to wait for nothing, because the walk's own start keeps a record and gives the driver no output.
    #[cfg(feature = "driver-manager")]
    fn run(&self, kind: Kind, browser: Option<&Path>, offline: bool, goes_on: &dyn Fn() -> bool) -> Seen {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let told = Arc::clone(&seen);
        let mut manager = WebDriverManager::builder()
            .match_local()
            .cache_dir(self.folder.clone())
            .offline_mode(offline)
            .download_timeout(PATIENCE)
            .ready_timeout(Duration::ZERO)
            .stdio(StdioMode::Null)
            .driver_arg(maker(kind), "--version")
            .on_status(move |status| note(&mut told.lock().unwrap_or_else(PoisonError::into_inner), status));
        // Every host at once, so that a mirror is never passed by.
        if let Some(base) = self.mirror.as_ref().and_then(|m| m.parse().ok()) {
            manager = manager.chrome_metadata_mirror(base);
        }
        if let Some(base) = self.mirror.as_ref().and_then(|m| m.parse().ok()) {
            manager = manager.geckodriver_downloads_mirror(base);
        }
        if let Some(base) = self.mirror.as_ref().and_then(|m| m.parse().ok()) {
            manager = manager.edge_downloads_mirror(base);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let (Ok(runtime), Some(wanted)) = (runtime, wanted(kind, browser)) {
            let manager = manager.build();
            runtime.block_on(async {
                tokio::select! {
                    // It can't succeed: the driver is not waited for. What counts is what was noted.
                    _ = manager.launch(wanted) => {}
                    () = ended(goes_on) => {}
                }
            });
        }
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }
}

/// How long a browser may take to tell its version.
#[cfg(any(test, not(feature = "driver-manager")))]
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// Asks the browser for its version; a driver is neither kept nor brought.
#[cfg(any(test, not(feature = "driver-manager")))]
fn ask(browser: Option<&Path>) -> Seen {
    let asked = browser.and_then(|browser| Some((browser.to_path_buf(), version_of(browser)?)));
    Seen { browser: asked, ..Seen::default() }
}

/// The version that a browser says it has. On Windows a browser opens a window instead of answering, so it is not asked.
#[cfg(any(test, not(feature = "driver-manager")))]
fn version_of(browser: &Path) -> Option<String> {
    if !crate::platform::BROWSERS_PRINT_THEIR_VERSION {
        return None;
    }
    let mut asks = crate::process::command(browser);
    asks.arg("--version");
    let output = crate::process::output(asks, ANSWERS_WITHIN).ok()?;
    version_in(&String::from_utf8_lossy(&output.stdout))
}

/// The version in a browser's words: `Chromium 156.0.1.2 built on Debian`, `Mozilla Firefox 140.0`.
#[cfg(any(test, not(feature = "driver-manager")))]
fn version_in(said: &str) -> Option<String> {
    let is_version = |word: &&str| word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    said.split_whitespace().find(is_version).map(str::to_owned)
}

/// Ends when the person does not want it any more.
#[cfg(feature = "driver-manager")]
async fn ended(goes_on: &dyn Fn() -> bool) {
    while goes_on() {
        tokio::time::sleep(TICK).await;
    }
}

#[cfg(feature = "driver-manager")]
fn note(seen: &mut Seen, status: &Status) {
    match status {
        Status::LocalBrowserDetected { binary, version, .. } => {
            seen.browser = Some((binary.clone(), version.clone()));
        }
        Status::DriverDownloadStarted { .. } => seen.is_named = true,
        Status::DriverDownloadComplete { .. } => seen.has_come = true,
        Status::DriverCacheHit { path, .. } | Status::DriverArchiveExtracted { path, .. } => {
            seen.driver = Some(path.clone());
        }
        _ => {}
    }
}

#[cfg(feature = "driver-manager")]
fn maker(kind: Kind) -> BrowserKind {
    match kind {
        Kind::Chrome => BrowserKind::Chrome,
        Kind::Edge => BrowserKind::Edge,
        Kind::Firefox => BrowserKind::Firefox,
    }
}

/// Which browser is meant, in WebDriver's words.
#[cfg(feature = "driver-manager")]
fn wanted(kind: Kind, browser: Option<&Path>) -> Option<Capabilities> {
    let (name, options) = kind.names();
    let mut wanted = Capabilities::new();
    wanted.set("browserName", json!(name)).ok()?;
    if let Some(browser) = browser {
        wanted.set(options, json!({ "binary": browser })).ok()?;
    }
    Some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_manager_the_version_is_read_from_the_browsers_words() {
        for (said, version) in [
            ("Chromium 156.0.1.2 built on Debian GNU/Linux 12 (bookworm)\n", Some("156.0.1.2")),
            ("Mozilla Firefox 140.0", Some("140.0")),
            ("Microsoft Edge v1.2 stable", None),
            ("", None),
        ] {
            assert_eq!(version_in(said).as_deref(), version, "{said}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn without_the_manager_a_browser_is_asked_and_no_driver_comes() {
        // Any program that tells its version. Only a stable cargo has one of plain numbers.
        let program = Path::new(env!("CARGO"));
        let seen = ask(Some(program));
        let said = std::process::Command::new(program).arg("--version").output().unwrap().stdout;
        let version = version_in(&String::from_utf8(said).unwrap());
        assert_eq!(seen.browser, version.map(|version| (program.to_path_buf(), version)));
        assert_eq!((seen.is_named, seen.has_come, seen.driver), (false, false, None));
        for silent in [None, Some(Path::new("/nowhere/chromium"))] {
            assert_eq!(ask(silent).browser, None, "{silent:?}");
        }
    }
}
