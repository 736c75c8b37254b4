//! The connection to the database server of several benches: its part of the port.
//!
//! A server that is stopped, or whose disk hangs, keeps its connections and answers nothing: the operating system then sees nothing wrong. So each
//! answer has a time limit here, and a connection that let it pass is never used again.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use tokio_postgres::{Client, Error, NoTls, Statement};

use super::address::Address;
use super::sql_error::{Sql, SqlError};
use super::value::{Row, Value};

/// How long it may take for an answer where this process has to end.
const HURRY: Duration = Duration::from_secs(2);
/// How long one statement may take that goes over many runs, when nobody waits at a phone.
const LONG: Duration = Duration::from_secs(600);
/// How long the server may take to hear that a connection ends.
const GOODBYE: Duration = Duration::from_millis(500);
/// How often a wait looks whether this process has to end.
const LOOK: Duration = Duration::from_millis(100);

/// What the server does of its own: a statement gives up before this side gives the server up, and a bench that hangs midway is ended before
/// another one's statement gives up.
fn settings(answer: Duration) -> String {
    let (statement, idle) = (answer.as_millis() * 8 / 10, answer.as_millis() * 6 / 10);
    format!("SET statement_timeout = {statement}; SET idle_in_transaction_session_timeout = {idle}")
}

/// A connection to the server. Statements are prepared once.
pub(in crate::journal) struct Server {
    address: Address,
    statements: RefCell<HashMap<String, Statement>>,
    /// How long it may take for one answer.
    limit: Cell<Duration>,
    /// How long it said nothing, where that was too long: what it says later is the answer to something else.
    silent: Cell<Option<Duration>>,
    /// Absent once it is dropped.
    client: Option<Client>,
    /// What the client's messages go through. It goes on only while a caller waits.
    line: JoinHandle<()>,
    runtime: Runtime,
}

impl Server {
    /// Connects.
    pub(super) fn connect(address: &Address) -> Sql<Self> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(SqlError::NoRuntime)?;
        let connected = async {
            let (client, line) = address.config.connect(NoTls).await?;
            let line = tokio::spawn(async { drop(line.await) });
            client.batch_execute(&settings(address.answer)).await?;
            Ok::<_, Error>((client, line))
        };
        let (client, line) = match answer(&runtime, address, address.answer, connected) {
            Ok(connected) => connected?,
            Err(silence) => return Err(SqlError::Silent(silence)),
        };
        Ok(Self {
            address: address.clone(),
            statements: RefCell::default(),
            limit: Cell::new(address.answer),
            silent: Cell::default(),
            client: Some(client),
            line,
            runtime,
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.silent.get().is_some() || self.client.as_ref().is_none_or(Client::is_closed)
    }

    /// For statements that go over many runs: they may take their time.
    pub(super) fn take_time(&self) -> Sql<()> {
        self.limit.set(LONG);
        self.batch("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
    }

    pub(super) fn execute(&self, sql: &str, values: &[Value]) -> Sql<usize> {
        let statement = self.prepared(sql)?;
        self.asked(async |client| client.execute(&statement, &parameters(values)).await).map(|changed| changed as usize)
    }

    pub(super) fn rows(&self, sql: &str, values: &[Value]) -> Sql<Vec<Row>> {
        let statement = self.prepared(sql)?;
        let found = self.asked(async |client| client.query_raw(&statement, values).await)?;
        let mut found = pin!(found);
        let mut rows = Vec::new();
        // Each row has the time of an answer: a report with pictures comes slowly through a tunnel.
        while let Some(row) = self.asked(async |_| found.try_next().await)? {
            rows.push(read(&row)?);
        }
        Ok(rows)
    }

    pub(super) fn batch(&self, sql: &str) -> Sql<()> {
        self.asked(async |client| client.batch_execute(sql).await)
    }

    fn prepared(&self, sql: &str) -> Sql<Statement> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.asked(async |client| client.prepare(sql).await)?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// One question, and its answer within the limit.
    fn asked<'s, T>(&'s self, ask: impl AsyncFnOnce(&'s Client) -> std::result::Result<T, Error>) -> Sql<T> {
        let silence = self.silent.get();
        let (None, Some(client)) = (silence, &self.client) else {
            return Err(SqlError::Silent(silence.unwrap_or_default()));
        };
        match answer(&self.runtime, &self.address, self.limit.get(), ask(client)) {
            Ok(answer) => Ok(answer?),
            Err(silence) => {
                self.silent.set(Some(silence));
                Err(SqlError::Silent(silence))
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.client.take().is_some() && self.silent.get().is_none() {
            let line = &mut self.line;
            let _ = self.runtime.block_on(async { tokio::time::timeout(GOODBYE, line).await });
        }
    }
}

/// Waits for an answer, for as long as the limit and the process allow it; else says how long there was none.
fn answer<T>(
    runtime: &Runtime,
    address: &Address,
    limit: Duration,
    wanted: impl Future<Output = T>,
) -> std::result::Result<T, Duration> {
    let began = Instant::now();
    runtime.block_on(async {
        let mut wanted = pin!(wanted);
        loop {
            if let Ok(answer) = tokio::time::timeout(LOOK, &mut wanted).await {
                return Ok(answer);
            }
            let limit = if address.is_interrupted() { HURRY.min(limit) } else { limit };
            if began.elapsed() >= limit {
                return Err(began.elapsed());
            }
        }
    })
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

fn read(row: &tokio_postgres::Row) -> Sql<Row> {
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
    Ok(Row::new((0..row.len()).map(of).collect::<std::result::Result<_, tokio_postgres::Error>>()?))
}
