//! A phone that calls itself what a terminal, an editor or a browser would obey: none of it reaches any of them.

use crate::support::{RIGHT, Ran, TestBed, spec, talk};

/// Clears a screen, sets a title, turns text round, in 7 and 8 bits; and HTML.
const NAME: &str = "Mi\u{1b}[2J\u{1b}]0;owned\u{7} 9\u{202e}T\u{9b}2J\u{200f}<script>alert(1)</script>";

fn bed() -> TestBed {
    let hostile = spec("8f\u{202e}2a1b").change(|phone| {
        for name in [&mut phone.model, &mut phone.market_name, &mut phone.device, &mut phone.product] {
            NAME.clone_into(name);
        }
    });
    TestBed::own([hostile])
}

/// Characters that a terminal or a reader would obey. Line ends are the program's own.
fn obeyed(text: &str) -> Vec<char> {
    let obeyed = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(obeyed).collect()
}

#[track_caller]
fn inert(ran: &Ran) {
    assert_eq!((obeyed(&ran.stdout), obeyed(&ran.stderr)), (vec![], vec![]), "{:?} {:?}", ran.stdout, ran.stderr);
}

#[test]
fn a_hostile_model_name_is_shown_tame_in_lists_and_checks() {
    let bed = bed();
    let table = bed.run(&["devices"]).run();
    inert(&table);
    assert!(table.stdout.contains("Mi[2J]0;owned 9T2J<script>"), "{}", table.stdout);
    for args in [&["devices", "--json"][..], &["doctor"], &["doctor", "--json"]] {
        let ran = bed.run(args).run();
        inert(&ran);
        assert!(ran.stdout.contains("8f"), "{}", ran.stdout);
    }
    let none_chosen = bed.run(&["sign-out", "--yes", "--password-stdin", "-s", "other"]).stdin("x\n").run();
    inert(&none_chosen);
    assert_eq!(none_chosen.status, 2, "{none_chosen}");
}

#[test]
fn a_hostile_model_name_is_shown_tame_in_a_run_and_its_reports() {
    for json in [false, true] {
        let bed = bed();
        let run = bed.run(&["sign-out", "--all", "--yes", "-vv", "--password-stdin"]).stdin(&format!("{RIGHT}\n"));
        let run = if json { run.args(&["--json"]) } else { run };
        let (command, home) = run
            .args(&["--report", "r.html", "--report", "r.json", "--report", "r.csv", "--report", "r.xml"])
            .into_command();
        let said = talk(command, format!("{RIGHT}\n").as_bytes());
        assert_eq!((said.code, bed.phone(0).account_present()), (0, false), "{said:?}");
        assert_eq!((obeyed(&said.out), obeyed(&said.err)), (vec![], vec![]), "{said:?}");
        for report in ["r.html", "r.json", "r.csv", "r.xml"] {
            let text = std::fs::read_to_string(home.path().join(report)).unwrap();
            assert!(text.contains("owned"), "{report} names the phone");
            assert_eq!(obeyed(&text.replace("\r\n", "\n")), Vec::<char>::new(), "{report}: {text:?}");
            let quoted = ["r.json", "r.csv"].contains(&report);
            assert!(quoted || !text.contains("<script>alert"), "{report}: {text}");
        }
    }
}
