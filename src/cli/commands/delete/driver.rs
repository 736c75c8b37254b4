//! Finding a driver: the one that was named, then the first on `PATH`, then one that an earlier yes brought, then a download,
//! only after asking.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::args::Args;
use super::owner::Owner;
use crate::text::say;
use crate::web::{DownloadError, Downloads, FindError, Fitting, Found, Kind, Site, find};

/// Finds the driver; none where the person ended the search. `home` is the folder of the journal.
///
/// # Errors
/// Where no driver can be used: says why, and what to do.
pub(super) fn find_driver(args: &Args, site: &Site, home: &Path, owner: &mut Owner) -> Result<Option<Found>> {
    let path: Vec<PathBuf> = std::env::var_os("PATH").map(|p| std::env::split_paths(&p).collect()).unwrap_or_default();
    match find(args.driver.as_deref(), args.browser.as_deref(), &path) {
        Err(FindError::None) => {}
        found => return Ok(Some(found?)),
    }
    let downloads = downloads(args.driver_mirror.as_deref(), site, home)?;
    let none = FindError::None;
    let fitting = match downloads.look(args.browser.as_deref(), &path) {
        Ok(fitting) => fitting,
        Err(error) => bail!(say!("no-driver-and-none-to-download", none, error)),
    };
    let hint = hint(&fitting);
    if let Some(driver) = fitting.kept {
        owner.say(&say!("using-a-downloaded-driver", driver = driver.display()));
        return Ok(Some(Found { kind: fitting.kind, driver, browser: Some(fitting.browser) }));
    }
    if !downloads.is_possible() {
        bail!(say!("no-driver-and-this-build-downloads-none", none, hint));
    }
    if owner.ask(&question(&fitting, &downloads)).is_none_or(|typed| typed != "yes") {
        if owner.is_interrupted() {
            return Ok(None);
        }
        bail!(say!("no-driver-and-none-was-downloaded", none, hint));
    }
    owner.say(&say!("downloading-the-driver", host = downloads.host(fitting.kind)));
    let interrupt = owner.interrupt();
    match downloads.bring(&fitting, &|| !interrupt.is_set()) {
        Ok(found) => {
            owner.say(&say!("downloaded-the-driver", driver = found.driver.display()));
            Ok(Some(found))
        }
        Err(DownloadError::Interrupted) => Ok(None),
        // Ctrl-C also ends the program that is asked for its version, and the download, which may be noticed first.
        Err(_) if owner.was_interrupted() => Ok(None),
        Err(error) => {
            bail!(say!("no-driver-because", none, error = format_args!("{:#}", anyhow::Error::from(error)), hint))
        }
    }
}

/// The makers' hosts; for a replica a mirror on this computer, with a folder of its own: what a test brings is never used on a
/// real account.
fn downloads(mirror: Option<&str>, site: &Site, home: &Path) -> Result<Downloads> {
    Ok(match mirror {
        Some(mirror) if site.is_replica() => Downloads::from_mirror(home.join("drivers-of-replica"), mirror)?,
        _ => Downloads::new(home.join("drivers")),
    })
}

/// What would be done, in plain words.
fn question(fitting: &Fitting, downloads: &Downloads) -> String {
    say!(
        "ask-to-download-a-driver",
        driver = fitting.kind.driver(),
        browser = fitting.browser.display(),
        version = fitting.version,
        host = downloads.host(fitting.kind),
        folder = downloads.folder().display()
    )
}

/// How to get the driver without this program.
fn hint(fitting: &Fitting) -> String {
    let is_chromium = fitting.browser.file_stem().is_some_and(|n| n.to_string_lossy().starts_with("chromium"));
    let source = match fitting.kind {
        Kind::Chrome if is_chromium => say!("install-chromium-driver"),
        Kind::Chrome => "https://googlechromelabs.github.io/chrome-for-testing/".to_owned(),
        Kind::Edge => "https://msedgedriver.microsoft.com/".to_owned(),
        Kind::Firefox => "https://github.com/mozilla/geckodriver/releases".to_owned(),
    };
    let driver = fitting.kind.driver();
    say!("hint-install-the-driver", driver, version = version(fitting), source)
}

/// The driver's version, for people: a driver of Chrome or Edge goes with the browser's, one of Firefox has numbers of its own.
fn version(fitting: &Fitting) -> String {
    match fitting.kind {
        Kind::Firefox => say!("driver-for-firefox", version = fitting.version),
        _ => say!("driver-of-version", version = fitting.version.split('.').next().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitting(kind: Kind, browser: &str) -> Fitting {
        Fitting { kind, browser: browser.into(), version: "156.0.1.2".into(), kept: None }
    }

    #[test]
    fn it_is_asked_in_plain_words() {
        let downloads = downloads(None, &Site::xiaomi(), Path::new("/state")).unwrap();
        let asked = question(&fitting(Kind::Chrome, "/usr/bin/google-chrome"), &downloads);
        insta::assert_snapshot!(asked.trim(), @r"
        To walk you through the pages this program needs a driver, and there is none on PATH. It can download one:
          what:  chromedriver, the program that opens and steers the browser /usr/bin/google-chrome (version 156.0.1.2)
          from:  googlechromelabs.github.io and storage.googleapis.com (Google)
          to:    /state/drivers; later runs use it from there without asking
          then:  it is run on this computer, as you, for as long as the browser of this walk is open; nothing is installed
        Without it you get the steps as a checklist. To download it, type: yes
        >
        ");
    }

    #[test]
    fn the_hint_names_where_the_driver_is() {
        insta::assert_snapshot!(
            [(Kind::Chrome, "chromium"), (Kind::Chrome, "google-chrome"), (Kind::Edge, "msedge"), (Kind::Firefox, "firefox")]
                .map(|(kind, browser)| hint(&fitting(kind, browser)))
                .join("\n"),
            @r"
        hint: install chromedriver of version 156 (Debian: apt install chromium-driver), or name one with --driver PATH
        hint: install chromedriver of version 156 (https://googlechromelabs.github.io/chrome-for-testing/), or name one with --driver PATH
        hint: install msedgedriver of version 156 (https://msedgedriver.microsoft.com/), or name one with --driver PATH
        hint: install geckodriver for Firefox 156.0.1.2 (https://github.com/mozilla/geckodriver/releases), or name one with --driver PATH
        "
        );
    }

    #[test]
    fn a_mirror_is_for_the_replica_and_keeps_its_drivers_apart() {
        let replica = Site::replica("http://127.0.0.1:1/").unwrap();
        let (mirror, home) = (Some("http://127.0.0.1:2"), Path::new("/state"));
        let real = downloads(mirror, &Site::xiaomi(), home).unwrap();
        assert_eq!(real.is_possible(), cfg!(feature = "driver-download"));
        assert_eq!(real.folder(), Path::new("/state/drivers"));
        let test = downloads(mirror, &replica, home).unwrap();
        assert_eq!(test.is_possible(), cfg!(feature = "driver-manager"));
        assert!(test.host(Kind::Chrome).starts_with("127.0.0.1:2"));
        assert_eq!(test.folder(), Path::new("/state/drivers-of-replica"));
        for bad in ["http://example.com:80/", "https://127.0.0.1:2/", "http://localhost:2/"] {
            assert!(downloads(Some(bad), &replica, home).is_err(), "{bad}");
        }
    }
}
