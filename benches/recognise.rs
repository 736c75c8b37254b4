//! How long it takes to read a dump of 2,000 nodes and to hold it against every screen of every profile, in all languages.
//!
//! `cargo bench --bench recognise [-- --python PATH] [--write FILE]`. Where the Python named, or `MI_SIGNOUT_TEST_PYTHON`, has lxml,
//! `benches/peers/recognise.py` does the same with `XPath` beside it. The shortest of many rounds counts, since what else the computer
//! does only makes a round slower; the median tells how much it did.

#![expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use mi_signout::model::{Focus, Presence};
use mi_signout::profile::{Catalog, Recognised, View};
use mi_signout::ui::UiTree;

const NODES: usize = 2_000;
const ROUNDS: usize = 200;
/// The aim.
const TARGET: Duration = Duration::from_millis(1);
/// As many times faster than lxml.
const TIMES_FASTER: f64 = 10.0;

/// A long list of the account app with the sign-out button at its end: rows of a layout, a title and a summary.
fn page() -> String {
    let mut xml = String::from("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">");
    let mut count = 0;
    let mut node = |xml: &mut String, class: &str, id: &str, text: &str, at: usize, open: bool| {
        let close = if open { "" } else { " /" };
        let _ = write!(
            xml,
            "<node index=\"{count}\" text=\"{text}\" resource-id=\"{id}\" class=\"android.{class}\" package=\"com.xiaomi.account\" content-desc=\"\" checkable=\"false\" checked=\"false\" clickable=\"{open}\" enabled=\"true\" focusable=\"{open}\" focused=\"false\" scrollable=\"false\" long-clickable=\"false\" password=\"false\" selected=\"false\" bounds=\"[0,{at}][1080,{}]\"{close}>",
            at + 120
        );
        count += 1;
        count
    };
    node(&mut xml, "widget.FrameLayout", "", "", 0, true);
    let rows = (NODES - 2) / 3;
    for row in 0..rows {
        node(&mut xml, "widget.LinearLayout", "", "", row * 120, true);
        node(&mut xml, "widget.TextView", "android:id/title", &format!("Device number {row}"), row * 120, false);
        node(&mut xml, "widget.TextView", "android:id/summary", "Signed in on this device", row * 120, false);
        xml.push_str("</node>");
    }
    let mut made = node(&mut xml, "widget.Button", "com.xiaomi.account:id/logout_btn", "Sign out", 2_000, false);
    while made < NODES {
        made = node(&mut xml, "view.View", "", "", 0, false);
    }
    xml.push_str("</node></hierarchy>");
    xml
}

/// Reads the page and asks every profile what it is.
fn read(catalog: &Catalog, page: &str, focus: &Focus) -> (usize, Vec<String>) {
    let Ok(tree) = UiTree::parse(page.as_bytes()) else { return (0, Vec::new()) };
    let view = View { focus: Some(focus), presence: Presence::Present, tree: Some(&tree) };
    let seen = catalog.profiles().map(|profile| match profile.recognise(&view) {
        Recognised::Screen(screen) | Recognised::Popup(screen) => screen.name.clone(),
        other => format!("{other:?}"),
    });
    (tree.count(), seen.collect())
}

/// The shortest and the median of many rounds.
#[derive(Clone, Copy)]
struct Times {
    min: f64,
    median: f64,
}

impl Times {
    fn of(what: &dyn Fn()) -> Self {
        let round = || {
            let began = Instant::now();
            what();
            began.elapsed().as_secs_f64() * 1e3
        };
        let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| round()).collect();
        rounds.sort_by(f64::total_cmp);
        Self { min: rounds[0], median: rounds[ROUNDS / 2] }
    }

    fn print(self, name: &str) {
        println!("{name:<40} {:>9.3} {:>9.3}", self.min, self.median);
    }
}

/// What lxml takes for the page in this file at the shortest, in ms, where a Python that has it was named.
fn lxml(python: Option<String>, page: &Path) -> Result<Option<f64>, Box<dyn std::error::Error>> {
    let Some(python) = python else { return Ok(None) };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(&python);
    command.arg(root.join("benches/peers/recognise.py")).arg(page).arg(root.join("device-profiles/labels.toml"));
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    said.lines().skip(2).for_each(|line| println!("lxml: {line}"));
    // The fastest way.
    let mut times = said.lines().filter_map(|line| line.strip_prefix("one xpath")?.split_whitespace().next());
    let Some(min) = times.next() else {
        println!("lxml: not run: {}", String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default());
        return Ok(None);
    };
    Ok(Some(min.parse()?))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo test --all-targets` starts benchmarks as well, without this word.
    if !std::env::args().any(|arg| arg == "--bench") {
        return Ok(());
    }
    let option = |name: &str| std::env::args().skip_while(|arg| arg != name).nth(1);
    let page = page();
    if let Some(file) = option("--write") {
        std::fs::write(file, &page)?;
    }
    let catalog = Catalog::builtin()?;
    let focus = Focus::parse("com.xiaomi.account/.ui.AccountSettingsActivity");
    let (nodes, seen) = read(&catalog, &page, &focus);
    let screens: usize = catalog.profiles().map(|p| p.screens.len() + p.popups.len()).sum();
    println!(
        "{nodes} nodes, {} KiB; {screens} screens of {} profiles: {}",
        page.len() / 1024,
        seen.len(),
        seen.join(", ")
    );
    println!("{:<40} {:>9} {:>9}", "ms", "shortest", "median");
    Times::of(&|| drop(std::hint::black_box(UiTree::parse(page.as_bytes())))).print("parse");
    let all = Times::of(&|| drop(std::hint::black_box(read(&catalog, &page, &focus))));
    all.print("parse and recognise");
    println!("{}", verdict(all.min < TARGET.as_secs_f64() * 1e3, &format!("under {} ms", TARGET.as_millis())));
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), &page)?;
    let python = option("--python").or_else(|| std::env::var("MI_SIGNOUT_TEST_PYTHON").ok());
    if let Some(peer) = lxml(python, file.path())? {
        let times = peer / all.min;
        println!("{times:.0} times faster than lxml's fastest way");
        println!("{}", verdict(times >= TIMES_FASTER, &format!("at least {TIMES_FASTER} times faster")));
    }
    Ok(())
}

fn verdict(is_met: bool, target: &str) -> String {
    format!("target: {target}: {}", if is_met { "met" } else { "NOT MET" })
}
