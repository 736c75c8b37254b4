//! What phones cost the database, measured: docs/stations.md has the figures of this test, which prints them with
//! `cargo test --test it -- stations::cost --nocapture`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::office::Office;
use super::*;
use crate::support::postgres::PostgresServer;
use crate::support::{TestBed, spec, talk, wait_until};

/// Phones of the larger run.
const MANY: usize = 25;

/// One figure of a run.
type Figure = fn(&Cost) -> f64;

/// What one run cost.
#[derive(Debug, Default)]
struct Cost {
    /// Statements by their first word, as the server logged them.
    statements: BTreeMap<String, usize>,
    /// Transactions that were committed, with those of one statement.
    commits: i64,
    /// Rows that were inserted, updated and deleted.
    written: [i64; 3],
    /// Rows that stay, by table.
    rows: BTreeMap<String, i64>,
    /// All tables with their indexes.
    bytes: i64,
    /// The most connections at once.
    connections: usize,
}

impl Cost {
    fn all(&self) -> usize {
        self.statements.values().sum()
    }
}

fn number(server: &PostgresServer, url: &str, sql: &str) -> i64 {
    server.query(url, sql)[0].parse().unwrap()
}

/// One run of one bench over so many phones, each of an account of its own.
fn cost(server: &PostgresServer, count: usize) -> Cost {
    let url = server.database();
    let database = url.rsplit('/').next().unwrap();
    let carried = tempfile::tempdir().unwrap();
    // Renewals depend on how long phones take, and are counted by themselves.
    let office = Office::open_with_lease(&url, &carried.path().join("key"), "3600");
    let of_database = format!("FROM pg_stat_database WHERE datname = '{database}'");
    // Backends tell what they did when they end, so this one connection asks for nothing before.
    let figures = || {
        wait_until("the connections end", || {
            let others = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mi-signout'";
            number(server, "/postgres", others) == 0
        });
        ["xact_commit", "tup_inserted", "tup_updated", "tup_deleted"]
            .map(|column| number(server, "/postgres", &format!("SELECT {column} {of_database}")))
    };
    let (before, log) = (figures(), server.log().len());
    let own = |n: usize| spec(&format!("own{n:02}")).account(Some(&format!("{}000{n:03}", 7000 + n)));
    let bed = TestBed::own((0..count).map(own));
    let (over, connections) = (AtomicBool::new(false), AtomicUsize::new(0));
    let said = std::thread::scope(|scope| {
        scope.spawn(|| {
            let sql = format!(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mi-signout' AND datname = '{database}'"
            );
            while !over.load(Ordering::Relaxed) {
                connections.fetch_max(number(server, "/postgres", &sql) as usize, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let said = talk(office.sign_out(&[&bed]), b"");
        over.store(true, Ordering::Relaxed);
        said
    });
    assert_eq!(said.code, 0, "{said:?}");
    let after = figures();
    let mut cost = Cost { connections: connections.into_inner(), commits: after[0] - before[0], ..Cost::default() };
    cost.written = [1, 2, 3].map(|n| after[n] - before[n]);
    for line in server.log()[log..].lines() {
        let Some((_, said)) = line.split_once(&format!(" {database} LOG:  ")) else { continue };
        let Some((_, text)) = said.split_once("statement: ").or_else(|| said.split_once(": ")) else { continue };
        if said.starts_with("statement: ") || said.starts_with("execute ") {
            let word = text.split_whitespace().next().unwrap_or_default().trim_end_matches(';').to_owned();
            *cost.statements.entry(word).or_default() += 1;
        }
    }
    let tables =
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1";
    for table in server.query(&url, tables) {
        let rows = number(server, &url, &format!("SELECT count(*) FROM {table}"));
        cost.bytes += number(server, &url, &format!("SELECT pg_total_relation_size('{table}')"));
        cost.rows.insert(table, rows);
    }
    cost
}

#[test]
fn a_phone_costs_the_database_what_the_document_says() {
    let server = PostgresServer::start();
    let (few, many) = (cost(&server, 1), cost(&server, MANY));
    let each = |of: fn(&Cost) -> f64| (of(&many) - of(&few)) / (MANY - 1) as f64;
    let of_run = |of: fn(&Cost) -> f64| of(&few) - each(of);
    let stays = |cost: &Cost| cost.rows.values().sum::<i64>() as f64;
    let lines: [(&str, Figure); 7] = [
        ("statements", |cost| cost.all() as f64),
        ("transactions", |cost| cost.commits as f64),
        ("rows inserted", |cost| cost.written[0] as f64),
        ("rows updated", |cost| cost.written[1] as f64),
        ("rows deleted", |cost| cost.written[2] as f64),
        ("rows that stay", |cost| cost.rows.values().sum::<i64>() as f64),
        ("bytes with indexes", |cost| cost.bytes as f64),
    ];
    println!("| | for each phone | for each run |\n|---|---|---|");
    for (what, of) in lines {
        println!("| {what} | {:.1} | {:.0} |", each(of), of_run(of));
    }
    for table in many.rows.keys() {
        let more = many.rows[table] - few.rows[table];
        println!("| rows in `{table}` | {:.1} | |", more as f64 / (MANY - 1) as f64);
    }
    for word in many.statements.keys() {
        let more = many.statements[word] as f64 - few.statements.get(word).copied().unwrap_or_default() as f64;
        println!("| {word} | {:.1} | |", more / (MANY - 1) as f64);
    }
    println!("connections of a bench: {}", many.connections.max(few.connections));
    let statements = each(lines[0].1);
    println!("10,000 phones a day: {:.0} statements, {:.1} a second", statements * 1e4, statements * 1e4 / 86_400.0);
    println!("10,000 phones a day: {:.0} MB", each(lines[6].1) * 1e4 / 1e6);

    // What the document promises, with room for another turn of the walk.
    assert!((20.0..150.0).contains(&statements), "{statements} statements a phone: {many:#?}");
    assert!((1..=4).contains(&many.connections), "{} connections", many.connections);
    assert!(stays(&many) / (MANY as f64) < 60.0, "{:#?}", many.rows);
    // Nothing of a phone that has its row is left among what does not stay.
    for table in ["held", "submissions", "writers", "pictures"] {
        assert_eq!(many.rows[table], 0, "{table}: {:#?}", many.rows);
    }
}
