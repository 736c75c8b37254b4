//! Where the database server of several benches is, and why an address is refused: nothing may cross a network without encryption, and
//! this program brings no TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use super::{JournalError, Result};
use crate::text::say;

/// How long the server may take for one answer, where the address says nothing else (`?connect_timeout=`).
const ANSWER: Duration = Duration::from_secs(10);
/// Between these an address may choose.
const SHORTEST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(120);
/// A server on the other end of a broken line is given up after this long.
const SILENCE: Duration = Duration::from_secs(10);

/// Where the database is, and whether this process still has the time to wait for it. It never shows a password.
#[derive(Clone)]
pub(in crate::journal) struct Address {
    pub(super) config: Config,
    /// `postgres://host:port/database`: what people read.
    shown: PathBuf,
    /// How long the server may take for one answer: to a connection, and to a statement, which may wait for another bench's transaction.
    pub(super) answer: Duration,
    /// Set by Ctrl-C: then nothing waits for the database any more.
    interrupted: Arc<AtomicBool>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shown.fmt(f)
    }
}

impl Address {
    /// Reads `postgres://[USER@]HOST[:PORT]/DATABASE`. The password comes from `PGPASSWORD`, `PGPASSFILE` or `~/.pgpass`.
    pub(in crate::journal) fn parse(url: &str) -> Result<Self> {
        // The text itself is never repeated: it may hold a password.
        let bad = |why| JournalError::Address { why };
        let form = || bad(say!("not-a-postgres-address"));
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(form());
        }
        let (url, wants_tls) = without_tls(url);
        let mut config: Config = url.parse().map_err(|_| form())?;
        if config.get_password().is_some() {
            return Err(bad(say!("address-holds-a-password")));
        }
        let (host, port) = local_host(&mut config)?;
        if wants_tls {
            return Err(bad(say!("address-asks-for-tls")));
        }
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let user = config.get_user().map(str::to_owned).or_else(|| variable("PGUSER")).or_else(|| variable("USER"));
        let user = user.unwrap_or_else(|| "postgres".into());
        let database = config.get_dbname().map_or_else(|| user.clone(), str::to_owned);
        let shown = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let shown = PathBuf::from(format!("postgres://{shown}:{port}/{database}"));
        config.user(&user).dbname(&database).application_name("mi-signout").ssl_mode(SslMode::Disable);
        let answer = config.get_connect_timeout().copied().unwrap_or(ANSWER).clamp(SHORTEST, LONGEST);
        config.connect_timeout(answer).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
        if let Some(password) = variable("PGPASSWORD") {
            config.password(password);
        } else {
            let file = variable("PGPASSFILE").map(PathBuf::from);
            let file = file.or_else(|| etcetera::home_dir().ok().map(|home| home.join(".pgpass")));
            if let Some(password) = file.and_then(|file| from_file(&file, &host, port, &database, &user)) {
                config.password(password);
            }
        }
        Ok(Self { config, shown, answer, interrupted: Arc::default() })
    }

    /// The address as people read it, without credentials.
    pub(in crate::journal) fn shown(&self) -> &Path {
        &self.shown
    }

    /// The same, for a process that sets `interrupted` when it has to end.
    pub(in crate::journal) fn until(self, interrupted: Arc<AtomicBool>) -> Self {
        Self { interrupted, ..self }
    }

    /// Whether the process has to end.
    pub(in crate::journal) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// The address without what it says of TLS, and whether it asks for TLS. The driver knows but some of libpq's words for it, and an address on
/// another computer has to be refused for that reason whatever it says here.
fn without_tls(url: &str) -> (String, bool) {
    let Some((address, options)) = url.split_once('?') else { return (url.to_owned(), false) };
    let mut wants_tls = false;
    let kept: Vec<&str> = options
        .split('&')
        .filter(|option| match option.split_once('=') {
            Some(("sslmode", mode)) => {
                wants_tls |= !["disable", "allow", "prefer"].contains(&mode);
                false
            }
            Some(("channel_binding", mode)) => {
                wants_tls |= mode == "require";
                false
            }
            Some((name, _)) => !name.starts_with("ssl") || name == "sslpassword",
            None => true,
        })
        .collect();
    let kept = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    (format!("{address}{kept}"), wants_tls)
}

/// The one host of an address, which has to be this computer, and its port. No name is looked up: one that leads here today may lead elsewhere
/// tomorrow, so `localhost` is what the standard says it is (RFC 6761), and any other name is another computer.
fn local_host(config: &mut Config) -> Result<(String, u16)> {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let hosts: Vec<String> = config.get_hosts().iter().map(crate::platform::host_in_words).collect();
    let addresses: Vec<String> = config.get_hostaddrs().iter().map(ToString::to_string).collect();
    // Where both are given, `hostaddr` is where the connection goes.
    let reached = if addresses.is_empty() { &hosts } else { &addresses };
    if let Some(host) = reached.iter().find(|host| !is_local(host)) {
        return Err(JournalError::NotLocal { host: host.clone(), port });
    }
    if hosts.len() > 1 || addresses.len() > 1 || config.get_ports().len() > 1 {
        return Err(JournalError::Address { why: say!("address-names-several-hosts") });
    }
    let host = hosts.first().or(addresses.first()).cloned();
    match &host {
        None => {
            config.host("127.0.0.1");
        }
        Some(host) if host == "localhost" && addresses.is_empty() => {
            config.host(host).hostaddr(IpAddr::V4(Ipv4Addr::LOCALHOST)).hostaddr(IpAddr::V6(Ipv6Addr::LOCALHOST));
        }
        Some(_) => {}
    }
    Ok((host.unwrap_or_else(|| "127.0.0.1".to_owned()), port))
}

fn is_local(host: &str) -> bool {
    host == "localhost" || host.starts_with('/') || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The password of `~/.pgpass` (<https://www.postgresql.org/docs/current/libpq-pgpass.html>): the first line that fits. A file that others
/// can read is passed over, as libpq does.
fn from_file(file: &Path, host: &str, port: u16, database: &str, user: &str) -> Option<String> {
    if crate::journal::folder::is_exposed(file).unwrap_or(true) {
        return None;
    }
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(file).ok()?);
    let wanted = [host.to_owned(), port.to_string(), database.to_owned(), user.to_owned()];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let (password, place) = fields.split_last()?;
        let fits = place.len() == 4 && place.iter().zip(&wanted).all(|(is, wanted)| is == "*" || is == wanted);
        fits.then(|| password.clone())
    })
}

/// The fields of a line, which are parted by `:`; a backslash takes the next character as it is.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            ':' => fields.push(String::new()),
            '\\' => fields.last_mut().into_iter().for_each(|field| field.extend(characters.next())),
            other => fields.last_mut().into_iter().for_each(|field| field.push(other)),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    use tokio_postgres::config::Host;

    /// What no message may hold.
    const CANARY: &str = "hunter22";

    #[test]
    fn an_address_shows_no_password_and_refuses_one() {
        let address = Address::parse("postgres://ana@localhost:6000/lot?connect_timeout=3").unwrap();
        assert_eq!(address.shown().to_str(), Some("postgres://localhost:6000/lot"));
        assert_eq!(format!("{address:?}"), "\"postgres://localhost:6000/lot\"");
        for url in [
            "postgres://ana:hunter22@localhost/lot",
            "postgres://ana:hunter22@db.example.com/lot",
            "postgres://ana:p@hunter22@localhost/lot",
            "postgres://ana:x/hunter22@localhost/lot",
            "postgres://:hunter22@localhost/lot",
            "postgres://ana:hunter22/lot",
            "postgres://ana@localhost/lot?password=hunter22",
            "postgres://ana@db.example.com/lot?password=hunter22&sslmode=verify-full",
            "postgres://ana@localhost/lot?sslpassword=hunter22",
            "postgres://ana@localhost/lot?hunter22",
            "host=localhost user=ana password=hunter22",
            "POSTGRES://ana:hunter22@localhost/lot",
        ] {
            let error = Address::parse(url).unwrap_err();
            assert!(matches!(error, JournalError::Address { .. }), "{url}: {error}");
            assert!(!format!("{error} {error:?} {}", error.hint()).contains(CANARY), "{url}: {error:?}");
        }
    }

    #[test]
    fn whatever_leads_off_this_computer_is_refused_with_the_ssh_line() {
        for (url, host, port) in [
            ("postgres://ana@db.example.com:5433/lot", "db.example.com", 5433),
            ("postgres://ana@192.168.1.9/lot", "192.168.1.9", 5432),
            ("postgres://ana@[2001:db8::1]:6000/lot", "2001:db8::1", 6000),
            ("postgres://ana@[::ffff:192.168.1.9]/lot", "::ffff:192.168.1.9", 5432),
            ("postgres://ana@0.0.0.0/lot", "0.0.0.0", 5432),
            // A name is never looked up, wherever it would lead today.
            ("postgres://ana@localhost.example.com/lot", "localhost.example.com", 5432),
            ("postgres://ana@127.0.0.1.example.com/lot", "127.0.0.1.example.com", 5432),
            ("postgres:///lot?host=db.example.com", "db.example.com", 5432),
            ("postgres://ana@/lot?hostaddr=192.168.1.9", "192.168.1.9", 5432),
            // The name is this computer's, and the connection would go elsewhere.
            ("postgres://ana@localhost/lot?hostaddr=192.168.1.9", "192.168.1.9", 5432),
            ("postgres://ana@127.0.0.1/lot?host=db.example.com", "db.example.com", 5432),
            ("postgres://ana@localhost,db.example.com/lot", "db.example.com", 5432),
            ("postgres://ana@127.0.0.1:1,192.168.1.9:2/lot", "192.168.1.9", 1),
            ("postgres://ana@db.example.com/lot?sslmode=disable", "db.example.com", 5432),
            ("postgres://ana@db.example.com/lot?sslmode=require", "db.example.com", 5432),
            ("postgres://ana@db.example.com/lot?sslmode=verify-full&sslrootcert=system", "db.example.com", 5432),
        ] {
            let error = Address::parse(url).unwrap_err();
            let JournalError::NotLocal { host: said, port: at } = &error else { panic!("{url}: {error}") };
            assert_eq!((said.as_str(), *at), (host, port), "{url}");
            assert!(error.to_string().contains(&format!("'ssh -L {port}:127.0.0.1:{port} {host}'")), "{error}");
        }
    }

    #[test]
    fn every_address_that_is_taken_leads_to_this_computer_alone() {
        for url in [
            "postgres://",
            "postgres://ana@localhost/lot",
            "postgres://ana@127.0.0.1:6000/lot",
            "postgres://ana@127.8.8.8/lot",
            "postgres://ana@[::1]/lot",
            "postgres://ana@%2Frun%2Fpostgresql/lot",
            "postgres:///lot?host=/run/postgresql",
            "postgres://ana@localhost/lot?hostaddr=127.0.0.2",
            "postgres://ana@db.example.com/lot?hostaddr=127.0.0.1",
            "postgresql://ana@localhost/lot?sslmode=prefer",
            "postgresql://ana@localhost/lot?sslmode=disable&connect_timeout=9",
        ] {
            let config = Address::parse(url).unwrap_or_else(|error| panic!("{url}: {error}")).config;
            assert_eq!(config.get_ssl_mode(), SslMode::Disable);
            let addresses = config.get_hostaddrs();
            assert!(addresses.iter().all(IpAddr::is_loopback), "{url}: {addresses:?}");
            // Without an address the driver would look the name up: then it is one, or a socket.
            let is_literal = |host: &Host| match host {
                Host::Tcp(name) => name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
                #[cfg(unix)]
                Host::Unix(_) => true,
            };
            assert!(!addresses.is_empty() || config.get_hosts().iter().all(is_literal), "{url}: {config:?}");
        }
    }

    #[test]
    fn tls_and_several_hosts_on_this_computer_are_refused_with_a_reason() {
        for (url, why) in [
            ("postgres://ana@localhost/lot?sslmode=require", "asks for TLS"),
            ("postgres://ana@[::1]/lot?sslmode=verify-full", "asks for TLS"),
            ("postgres://ana@localhost/lot?channel_binding=require", "asks for TLS"),
            ("postgres://ana@127.0.0.1,[::1]/lot", "several hosts"),
            ("postgres://ana@127.0.0.1/lot?port=1,2", "several hosts or ports"),
        ] {
            let error = Address::parse(url).unwrap_err();
            assert!(matches!(&error, JournalError::Address { why: said } if said.contains(why)), "{url}: {error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_line_of_pgpass_fits_by_its_fields_and_an_open_file_is_passed_over() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pgpass");
        std::fs::write(&file, "# mine\nother:5432:*:*:no\nlocalhost:*:lot:ana:p\\:a\\\\ss\n*:*:*:*:last\n").unwrap();
        let mode = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        mode(0o600);
        assert_eq!(from_file(&file, "localhost", 5432, "lot", "ana").as_deref(), Some("p:a\\ss"));
        assert_eq!(from_file(&file, "localhost", 5432, "lot", "bo").as_deref(), Some("last"));
        mode(0o644);
        assert_eq!(from_file(&file, "localhost", 5432, "lot", "ana"), None);
    }
}
