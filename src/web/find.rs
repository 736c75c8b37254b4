//! Which driver and browser there are on this computer. What could be brought is `download`'s.

use std::path::{Path, PathBuf};

use crate::text::say;

/// A browser that can be walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Chrome or Chromium, by `chromedriver`.
    Chrome,
    /// Edge, by `msedgedriver`.
    Edge,
    /// Firefox, by `geckodriver`.
    Firefox,
}

impl Kind {
    /// Every kind, in the order tried.
    pub const ALL: [Self; 3] = [Self::Chrome, Self::Edge, Self::Firefox];

    /// The driver's program.
    #[must_use]
    pub fn driver(self) -> &'static str {
        match self {
            Self::Chrome => "chromedriver",
            Self::Edge => "msedgedriver",
            Self::Firefox => "geckodriver",
        }
    }

    fn browsers(self) -> &'static [&'static str] {
        match self {
            Self::Chrome => &["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome"],
            Self::Edge => &["microsoft-edge", "microsoft-edge-stable", "msedge"],
            Self::Firefox => &["firefox", "firefox-esr"],
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn product(self) -> String {
        match self {
            Self::Chrome => say!("chrome-or-chromium"),
            Self::Edge => "Edge".to_owned(),
            Self::Firefox => "Firefox".to_owned(),
        }
    }

    /// Its name and the key of its options in WebDriver's capabilities.
    pub(super) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Chrome => ("chrome", "goog:chromeOptions"),
            Self::Edge => ("MicrosoftEdge", "ms:edgeOptions"),
            Self::Firefox => ("firefox", "moz:firefoxOptions"),
        }
    }

    /// Its program on a search path.
    #[must_use]
    pub fn browser_on(self, path: &[PathBuf]) -> Option<PathBuf> {
        self.browsers().iter().find_map(|name| on(path, name))
    }

    /// Which browser a program is, by its name.
    #[must_use]
    pub fn of_browser(browser: &Path) -> Option<Self> {
        let name = browser.file_stem()?.to_str()?.to_lowercase();
        let marks = [("chrom", Self::Chrome), ("edge", Self::Edge), ("firefox", Self::Firefox)];
        marks.into_iter().find_map(|(mark, kind)| name.contains(mark).then_some(kind))
    }

    /// Which browser a driver is for, by its name.
    #[must_use]
    pub fn of_driver(driver: &Path) -> Option<Self> {
        let name = driver.file_stem()?.to_str()?.to_lowercase();
        Self::ALL.into_iter().find(|k| name.starts_with(k.driver()))
    }
}

/// A driver, and the browser it is to start where one was found or named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which browser.
    pub kind: Kind,
    /// The driver's program.
    pub driver: PathBuf,
    /// The browser's program; none leaves the finding to the driver.
    pub browser: Option<PathBuf>,
}

/// Why no driver can be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FindError {
    /// The one that was named is no file.
    #[error("{}", say!("no-program-at-place", place = .0))]
    NoFile(String),
    /// The one that was named has a name that tells no browser.
    #[error("{}", say!("not-a-known-driver", program = .0))]
    UnknownDriver(String),
    /// None was named, and none is on `PATH` (or none for the browser that was named).
    #[error("{}", say!("no-driver-on-path"))]
    None,
}

/// The driver that was named, or else the first on `path` whose browser is there too, or else the first on `path`. For a named
/// browser only drivers of its kind count.
///
/// # Errors
/// Where a named program is not there, or none is found.
pub fn find(driver: Option<&Path>, browser: Option<&Path>, path: &[PathBuf]) -> Result<Found, FindError> {
    for named in [driver, browser].into_iter().flatten() {
        if !named.is_file() {
            return Err(FindError::NoFile(named.display().to_string()));
        }
    }
    let with_browser = |kind: Kind, driver: PathBuf| {
        let browser = browser.map(Path::to_path_buf).or_else(|| kind.browser_on(path));
        Found { kind, driver, browser }
    };
    if let Some(driver) = driver {
        let kind = Kind::of_driver(driver).ok_or_else(|| FindError::UnknownDriver(driver.display().to_string()))?;
        return Ok(with_browser(kind, driver.to_path_buf()));
    }
    let wanted = browser.and_then(Kind::of_browser);
    let kinds = Kind::ALL.into_iter().filter(|k| wanted.is_none_or(|w| w == *k));
    let found: Vec<Found> = kinds.filter_map(|k| on(path, k.driver()).map(|d| with_browser(k, d))).collect();
    let complete = found.iter().find(|f| f.browser.is_some());
    complete.or(found.first()).cloned().ok_or(FindError::None)
}

/// A program on a search path.
fn on(path: &[PathBuf], name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    path.iter().map(|folder| folder.join(&name)).find(|p| p.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_wins_then_a_driver_with_its_browser_then_any() {
        let folder = tempfile::tempdir().unwrap();
        let path = [folder.path().to_path_buf()];
        let file = |name: &str| {
            let file = folder.path().join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
            std::fs::write(&file, "").unwrap();
            file
        };
        assert_eq!(find(None, None, &path), Err(FindError::None));
        let chromedriver = file("chromedriver");
        assert_eq!(find(None, None, &path).unwrap().browser, None);
        file("geckodriver");
        let firefox = file("firefox");
        let found = find(None, None, &path).unwrap();
        assert_eq!((found.kind, found.browser), (Kind::Firefox, Some(firefox.clone())));
        assert_eq!(find(None, Some(&firefox), &path[..]).unwrap().kind, Kind::Firefox);
        assert_eq!(find(None, Some(&file("chromium")), &path).unwrap().kind, Kind::Chrome);
        assert_eq!(find(None, Some(&file("msedge")), &path), Err(FindError::None));
        assert_eq!(find(Some(&chromedriver), None, &path).unwrap().kind, Kind::Chrome);
        assert!(matches!(find(Some(&folder.path().join("no")), None, &path), Err(FindError::NoFile(_))));
        let odd = file("odd");
        assert!(matches!(find(Some(&odd), None, &path), Err(FindError::UnknownDriver(_))));
    }
}
