//! Where the walk may be: three hosts of Xiaomi's, or one loopback address for the tests' replica. Pages data can't widen it.

use std::net::IpAddr;

use crate::text::say;

/// Xiaomi's own entry to the permanent deletion (facts/web-deletion.md 1.1).
pub const ENTRY: &str = "https://account.xiaomi.com/pass/del";
/// The hosts that serve it (facts/web-deletion.md 1.1).
pub const HOSTS: [&str; 3] = ["account.xiaomi.com", "global.account.xiaomi.com", "in.account.xiaomi.com"];

/// Where the walk begins, and with that where it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    start: String,
    /// `host:port` of the replica; none for Xiaomi.
    replica: Option<String>,
}

/// Why an address is no place to begin at.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SiteError {
    /// The address is neither Xiaomi's nor on this computer.
    #[error("{}", say!("not-the-deletion-page", address = .0))]
    NotAllowed(String),
}

impl Site {
    /// Xiaomi's deletion page, in English where the site obeys.
    #[must_use]
    pub fn xiaomi() -> Self {
        Self { start: format!("{ENTRY}?_locale=en_US"), replica: None }
    }

    /// A replica for tests: `http://127.0.0.1:PORT/…`, by number.
    ///
    /// # Errors
    /// Where the address is not http on a loopback address given by number and port.
    pub fn replica(start: &str) -> Result<Self, SiteError> {
        let not_allowed = || SiteError::NotAllowed(super::for_people(start));
        let host = authority(start).ok_or_else(not_allowed)?;
        let (name, port) = host.rsplit_once(':').ok_or_else(not_allowed)?;
        let loopback = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if start.starts_with("http://") && loopback && port.parse::<u16>().is_ok_and(|p| p > 0) {
            Ok(Self { start: start.to_owned(), replica: Some(host.to_owned()) })
        } else {
            Err(not_allowed())
        }
    }

    /// The address to open.
    #[must_use]
    pub fn start(&self) -> &str {
        &self.start
    }

    /// Whether this is the tests' replica and no real account is touched.
    #[must_use]
    pub fn is_replica(&self) -> bool {
        self.replica.is_some()
    }

    /// Whether the walk may be at this address: exact host, and https except on the replica.
    #[must_use]
    pub fn allows(&self, url: &str) -> bool {
        let Some(host) = authority(url) else { return false };
        match &self.replica {
            Some(replica) => url.starts_with("http://") && host == replica,
            None => url.starts_with("https://") && HOSTS.contains(&host),
        }
    }
}

/// `host[:port]` of an address; none where it has a user name in it, which is a trick.
fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let host = &rest[..end];
    (!host.is_empty() && !host.contains('@')).then_some(host)
}

/// Host and path for people: a query or fragment may hold tokens, and digits may be the account's.
#[must_use]
pub fn place_of(url: &str) -> String {
    let Some(host) = authority(url) else {
        return super::for_people(url.split([':', ',', '?']).next().unwrap_or_default());
    };
    let path = url.split_once("://").map_or("", |(_, rest)| &rest[host.len().min(rest.len())..]);
    let path = path.split(['?', '#', ';']).next().unwrap_or_default();
    format!("{host}{}", super::for_people(path))
}

/// The path of an address.
#[must_use]
pub(super) fn path_of(url: &str) -> &str {
    let Some(host) = authority(url) else { return "" };
    let rest = url.split_once("://").map_or("", |(_, rest)| &rest[host.len().min(rest.len())..]);
    rest.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_hosts_over_https() {
        let site = Site::xiaomi();
        for host in HOSTS {
            assert!(site.allows(&format!("https://{host}/pass/del?x=1")), "{host}");
        }
        for bad in [
            "http://account.xiaomi.com/pass/del",
            "https://account.xiaomi.com.evil.example/pass/del",
            "https://xiaomi.com/",
            "https://account.xiaomi.com@evil.example/",
            "https://account.xiaomi.com:8443/",
            "https://evil.example/https://account.xiaomi.com/",
            "about:blank",
            "",
        ] {
            assert!(!site.allows(bad), "{bad}");
        }
    }

    #[test]
    fn a_replica_is_on_loopback_by_number() {
        let site = Site::replica("http://127.0.0.1:8080/pass/del").unwrap();
        assert!(site.allows("http://127.0.0.1:8080/x") && !site.allows("http://localhost:8080/x"));
        assert!(!site.allows("https://account.xiaomi.com/pass/del"));
        for bad in ["http://localhost:80/", "http://10.0.0.1:80/", "https://127.0.0.1:80/", "http://127.0.0.1/", "x"] {
            assert!(Site::replica(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn people_see_host_and_path_only() {
        assert_eq!(
            place_of("https://account.xiaomi.com/u/6230000535/del?userId=1&context=abc#t"),
            "account.xiaomi.com/u/••••••••••/del"
        );
        assert_eq!(place_of("data:text/html,secret"), "data");
    }
}
