//! The database server of several benches: where it is, how it is reached, and its part of the port.

use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::config::Host;
use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};

use super::schema::{Schema, for_postgres};
use super::{JournalError, Result, Row, Sql, SqlError, Value};

use crate::text::say;

/// How long the server may take to answer a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// A server on the other end of a broken line is given up after this long.
const SILENCE: Duration = Duration::from_secs(10);

/// Where the database is. It never shows a password.
#[derive(Clone)]
pub(in crate::journal) struct Address {
    config: Config,
    /// `postgres://host:port/database`: what people read.
    shown: PathBuf,
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
        let mut config: Config = url.parse().map_err(|_| bad(say!("not-a-postgres-address")))?;
        if config.get_password().is_some() {
            return Err(bad(say!("address-holds-a-password")));
        }
        if config.get_hosts().is_empty() {
            config.host("127.0.0.1");
        }
        let [host] = config.get_hosts() else { return Err(bad(say!("address-names-several-hosts"))) };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let host = match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        };
        if !is_local(&host) {
            return Err(JournalError::NotLocal { host, port });
        }
        let user = config.get_user().map(str::to_owned).or_else(|| variable("PGUSER")).or_else(|| variable("USER"));
        let user = user.unwrap_or_else(|| "postgres".into());
        let database = config.get_dbname().map_or_else(|| user.clone(), str::to_owned);
        let shown = PathBuf::from(format!("postgres://{host}:{port}/{database}"));
        config.user(&user).dbname(&database).application_name("mi-signout");
        config.connect_timeout(CONNECT).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
        if let Some(password) = variable("PGPASSWORD") {
            config.password(password);
        } else {
            let file = variable("PGPASSFILE").map(PathBuf::from);
            let file = file.or_else(|| etcetera::home_dir().ok().map(|home| home.join(".pgpass")));
            if let Some(password) = file.and_then(|file| from_file(&file, &host, port, &database, &user)) {
                config.password(password);
            }
        }
        Ok(Self { config, shown })
    }

    /// The address as people read it, without credentials.
    pub(in crate::journal) fn shown(&self) -> &Path {
        &self.shown
    }
}

/// Whether nothing travels over a network: this program brings no TLS, and `ssh -L` does.
fn is_local(host: &str) -> bool {
    host == "localhost"
        || host.starts_with('/')
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
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

/// A connection to the server. Statements are prepared once.
pub(in crate::journal) struct Server {
    client: RefCell<Client>,
    statements: RefCell<HashMap<String, Statement>>,
}

impl Server {
    /// Connects.
    pub(super) fn connect(address: &Address) -> Sql<Self> {
        let mut client = address.config.connect(NoTls)?;
        // A statement that waits for another bench's transaction waits for a moment, and a bench that hangs midway holds up none.
        client.batch_execute("SET statement_timeout = '20s'; SET idle_in_transaction_session_timeout = '30s'")?;
        Ok(Self { client: RefCell::new(client), statements: RefCell::default() })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.borrow().is_closed()
    }

    pub(super) fn execute(&self, sql: &str, values: &[Value]) -> Sql<usize> {
        let statement = self.prepared(sql)?;
        Ok(self.client.borrow_mut().execute(&statement, &parameters(values))? as usize)
    }

    pub(super) fn rows(&self, sql: &str, values: &[Value]) -> Sql<Vec<Row>> {
        let statement = self.prepared(sql)?;
        let rows = self.client.borrow_mut().query(&statement, &parameters(values))?;
        rows.iter().map(read).collect()
    }

    pub(super) fn batch(&self, sql: &str) -> Sql<()> {
        Ok(self.client.borrow_mut().batch_execute(sql)?)
    }

    fn prepared(&self, sql: &str) -> Sql<Statement> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.borrow_mut().prepare(sql)?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Number(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Self::Number(number) => number.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::TEXT, Type::VARCHAR, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

fn read(row: &postgres::Row) -> Sql<Row> {
    let of = |column: usize| {
        let ty = row.columns()[column].type_();
        Ok(match *ty {
            Type::INT8 => row.try_get::<_, Option<i64>>(column)?.into(),
            Type::INT4 => row.try_get::<_, Option<i32>>(column)?.map(i64::from).into(),
            Type::BOOL => row.try_get::<_, Option<bool>>(column)?.into(),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column)?.as_deref().into(),
            _ => row.try_get::<_, Option<String>>(column)?.into(),
        })
    };
    Ok(Row::new((0..row.len()).map(of).collect::<std::result::Result<_, postgres::Error>>()?))
}

/// What an error says, with its causes, on one line. The errors of this crate hold no password.
pub(super) fn said(error: &postgres::Error) -> String {
    if let Some(of_server) = error.as_db_error() {
        return of_server.message().to_owned();
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !text.ends_with(&why) {
            text = format!("{text}: {why}");
        }
        cause = error.source();
    }
    text
}

/// Whether the connection is gone, or the server says that it stops, starts, or has no room for one more.
pub(super) fn is_away(error: &postgres::Error) -> bool {
    match error.code() {
        Some(code) => {
            code.code().starts_with("08")
                || ["57P01", "57P02", "57P03", "53300", "25P03", "57014"].contains(&code.code())
        }
        None => error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<io::Error>),
    }
}

/// Whether two transactions waited for each other.
pub(super) fn is_conflict(error: &postgres::Error) -> bool {
    error.code().is_some_and(|code| ["40001", "40P01", "55P03"].contains(&code.code()))
}

/// Connects to a database that holds this schema, and brings an older one up to date.
pub(in crate::journal) fn open(address: &Address, schema: &Schema) -> Result<super::Connection> {
    let failed = |e: &SqlError| JournalError::of(address.shown(), e);
    let connection = super::Connection::Postgres(Box::new(Server::connect(address).map_err(|e| failed(&e))?));
    match version(&connection, schema).map_err(|e| failed(&e))? {
        None => Err(JournalError::NotSetUp { path: address.shown().to_owned() }),
        Some(found) if found > schema.latest() => Err(newer(address, schema, found)),
        Some(found) if found < schema.latest() => migrate(address, &connection, schema).map(|()| connection),
        Some(_) => Ok(connection),
    }
}

/// Sets a database up, or brings it up to date: all of it or nothing. Two that do it at once do it one after the other.
pub(in crate::journal) fn set_up(address: &Address, schemas: &[&Schema]) -> Result<()> {
    let failed = |e: &SqlError| JournalError::of(address.shown(), e);
    let connection = super::Connection::Postgres(Box::new(Server::connect(address).map_err(|e| failed(&e))?));
    let known = "CREATE TABLE IF NOT EXISTS versions (name TEXT PRIMARY KEY, version BIGINT NOT NULL)";
    if version(&connection, schemas[0]).map_err(|e| failed(&e))?.is_none() {
        // Of two that make the same table at once, one fails; the table is there then.
        let _ = connection.batch(known);
    }
    schemas.iter().try_for_each(|schema| migrate(address, &connection, schema))
}

fn migrate(address: &Address, connection: &super::Connection, schema: &Schema) -> Result<()> {
    let all = |c: &super::Connection| {
        c.batch("LOCK TABLE versions IN ACCESS EXCLUSIVE MODE")?;
        let found = version(c, schema)?.unwrap_or(0);
        for batch in schema.versions.iter().skip(found as usize) {
            c.batch(&for_postgres(batch))?;
        }
        if found <= schema.latest() {
            c.execute(
                "INSERT INTO versions (name, version) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET version = $2",
                super::values![schema.name, schema.latest()],
            )?;
        }
        Ok(found)
    };
    match connection.transaction(all).map_err(|e| JournalError::of(address.shown(), &e))? {
        found if found > schema.latest() => Err(newer(address, schema, found)),
        _ => Ok(()),
    }
}

fn newer(address: &Address, schema: &Schema, found: u32) -> JournalError {
    JournalError::Newer { path: address.shown().to_owned(), found, known: schema.latest() }
}

/// The version of a schema that the database holds; nothing where it holds none.
fn version(c: &super::Connection, schema: &Schema) -> Sql<Option<u32>> {
    let there = c.row("SELECT to_regclass('versions') IS NOT NULL", &[])?.first::<bool>()?;
    if !there {
        return Ok(None);
    }
    c.row_if_any("SELECT version FROM versions WHERE name = $1", super::values![schema.name])?
        .map(Row::first)
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_no_password_and_refuses_one() {
        let address = Address::parse("postgres://ana@localhost:6000/lot?connect_timeout=3").unwrap();
        assert_eq!(address.shown().to_str(), Some("postgres://localhost:6000/lot"));
        assert_eq!(format!("{address:?}"), "\"postgres://localhost:6000/lot\"");
        let error = Address::parse("postgres://ana:hunter22@localhost/lot").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter22"), "{error:?}");
        assert!(matches!(Address::parse("postgres://"), Ok(_) | Err(JournalError::Address { .. })));
    }

    #[test]
    fn a_server_off_this_computer_is_refused_with_the_ssh_line() {
        for host in ["db.example.com", "192.168.1.9", "[2001:db8::1]"] {
            let error = Address::parse(&format!("postgres://ana@{host}:5432/lot")).unwrap_err();
            assert!(matches!(error, JournalError::NotLocal { .. }), "{error}");
            assert!(error.to_string().contains("ssh -L"), "{error}");
        }
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "%2Frun%2Fpostgresql"] {
            Address::parse(&format!("postgres://ana@{host}/lot")).unwrap();
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
