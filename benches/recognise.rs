//! How long it takes to read a dump of 2,000 nodes and to hold it against every screen of every profile, in all languages.
//!
//! `cargo bench --bench recognise [-- --write FILE]`; `benches/peers/recognise.py FILE` does the same with lxml and `XPath`, so that
//! both can be compared on one computer. The best of many rounds counts: what else the computer does only makes a round slower.

#![expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use mi_signout::model::{Focus, Presence};
use mi_signout::profile::{Catalog, Recognised, View};
use mi_signout::ui::UiTree;

const NODES: usize = 2_000;
const ROUNDS: usize = 200;
/// The aim.
const TARGET: Duration = Duration::from_millis(1);

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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let page = page();
    let mut args = std::env::args().skip_while(|a| a != "--write").skip(1);
    if let Some(file) = args.next() {
        std::fs::write(file, &page)?;
    }
    let catalog = Catalog::builtin()?;
    let focus = Focus::parse("com.xiaomi.account/.ui.AccountSettingsActivity");
    let time = |what: &dyn Fn()| {
        let round = || {
            let began = Instant::now();
            what();
            began.elapsed()
        };
        (0..ROUNDS).map(|_| round()).min().unwrap_or_default()
    };
    let parse = time(&|| drop(std::hint::black_box(UiTree::parse(page.as_bytes()))));
    let all = time(&|| drop(std::hint::black_box(read(&catalog, &page, &focus))));
    let (nodes, seen) = read(&catalog, &page, &focus);
    let screens: usize = catalog.profiles().map(|p| p.screens.len() + p.popups.len()).sum();
    println!(
        "{nodes} nodes, {} KiB; {screens} screens of {} profiles: {}",
        page.len() / 1024,
        seen.len(),
        seen.join(", ")
    );
    println!("parse                {:>8.3} ms", parse.as_secs_f64() * 1e3);
    println!("parse and recognise  {:>8.3} ms (target: under {} ms)", all.as_secs_f64() * 1e3, TARGET.as_millis());
    Ok(())
}
