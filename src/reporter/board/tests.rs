//! The board at moments of a tray.

use chrono::TimeDelta;

use super::*;
use crate::model::Reason;
use crate::report::samples;
use crate::text;

fn told(board: &mut Board, seconds: i64, serial: &str, kind: EventKind) -> Option<String> {
    board.emit(&Event { at: samples::at(seconds), subject: Subject::Phone(Serial::new(serial)), kind })
}

/// Forty phones of a tray: some wait, one is lost, some are done.
fn tray(hold: bool, colour: bool) -> Board {
    let mut board = Board::new(hold, colour);
    let models = ["Redmi Note 10", "POCO X3 Pro", "Xiaomi 13 Ultra Limited Edition", "Redmi 9A"];
    for n in 0..40_i64 {
        let serial = format!("serial{n:02}");
        let model = models[n as usize % 4].to_owned();
        let place = Some(format!("1-4.{}.{}", n / 10 + 1, n % 10 + 1));
        told(&mut board, n / 10, &serial, EventKind::Started { model: Some(model), place, tray: Some(n as u32 + 1) });
        let kind = match n % 13 {
            3 => EventKind::WaitingForPerson {
                reason: Reason::InputNotAllowed,
                hint: "on the phone: Settings > Additional settings > Developer options > USB debugging (Security settings)"
                    .into(),
            },
            7 => EventKind::Lost,
            _ => EventKind::Screen { name: ["account-page", "password", "signing-out"][n as usize % 3].into() },
        };
        told(&mut board, 20 + n, &serial, kind);
        if n % 4 == 1 {
            let mut row = samples::rows().remove(usize::from(n % 8 == 1));
            row.serial.clone_from(&serial);
            row.model = None;
            told(&mut board, 65, &serial, EventKind::Ended(Box::new(row)));
        }
    }
    board
}

#[test]
fn forty_phones_on_a_small_terminal() {
    let lines = tray(false, false).lines(samples::at(70), 80, 23);
    assert!(lines.len() <= 23 && lines.iter().all(|l| measure_text_width(l) <= 80));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn results_are_held_until_the_phone_is_unplugged() {
    let mut board = tray(true, false);
    insta::assert_snapshot!(board.lines(samples::at(70), 120, 50).join("\n"));
    let before = board.lines(samples::at(70), 80, 99).len();
    told(&mut board, 71, "serial05", EventKind::Lost);
    assert_eq!(board.lines(samples::at(72), 80, 99).len(), before - 1);
    told(&mut board, 73, "serial05", EventKind::Started { model: None, place: Some("1-4.1.6".into()), tray: Some(6) });
    assert_eq!(board.lines(samples::at(74), 80, 99).len(), before);
}

#[test]
fn who_waits_its_turn_says_so_and_comes_after_who_works() {
    let mut board = Board::new(false, false);
    let place = |n: u32| Some(format!("1-{n}"));
    for n in 1..=3_u32 {
        let begin = EventKind::Started { model: Some("Redmi 9A".into()), place: place(n), tray: Some(n) };
        told(&mut board, 0, &format!("s{n}"), begin);
        told(&mut board, 1, &format!("s{n}"), EventKind::Screen { name: "password".into() });
    }
    told(&mut board, 1, "s4", EventKind::Queued { model: None, place: place(4), tray: Some(4) });
    told(&mut board, 5, "s1", EventKind::WaitingForTurn);
    told(&mut board, 6, "s3", EventKind::WaitingForTurn);
    told(&mut board, 9, "s3", EventKind::Resumed);
    insta::assert_snapshot!(board.lines(samples::at(10), 79, 24).join("\n"), @"
    0 of 4 done, 2 wait their turn                                             0:10
      #2 1-2         Redmi 9A           password                               0:10
      #3 1-3         Redmi 9A           password                               0:10
    . #1 1-1         Redmi 9A           waits: other phone of the account      0:05
    . #4 1-4         -                  waits its turn                         0:09
    ");
    // The rest is counted with what it waits for.
    assert_eq!(board.lines(samples::at(10), 80, 3)[2].trim(), "and 1 more at work, 2 more waiting their turn");
}

#[test]
fn phones_that_wait_for_the_same_stand_in_the_order_of_the_tray() {
    let mut board = Board::new(false, false);
    for (n, reason) in [(7_u32, "unlock"), (2, "allow"), (5, "unlock"), (1, "allow"), (6, "unlock")] {
        let serial = format!("s{n}");
        told(&mut board, 0, &serial, EventKind::Started { model: None, place: Some(format!("1-{n}")), tray: Some(n) });
        let waits = EventKind::WaitingForPerson { reason: Reason::ScreenLocked, hint: reason.into() };
        told(&mut board, i64::from(10 - n), &serial, waits);
    }
    let lines = board.lines(samples::at(70), 80, 24);
    let order: Vec<&str> =
        lines[1..].iter().map(|line| line.split_whitespace().nth(1).unwrap_or(line.trim())).collect();
    assert_eq!(order, ["#5", "unlock", "#6", "#7", "#1", "allow", "#2"]);
}

#[test]
fn colour_changes_no_text_and_no_size_is_exceeded() {
    let (plain, colour) = (tray(true, false), tray(true, true));
    for (width, height) in [(20, 3), (40, 10), (80, 24), (200, 60), (1, 1)] {
        let now = samples::at(70) + TimeDelta::hours(30);
        let (plain, colour) = (plain.lines(now, width, height), colour.lines(now, width, height));
        assert!(colour.len() <= height && colour.iter().all(|l| measure_text_width(l) <= width), "{width}x{height}");
        let bare: Vec<_> = colour.iter().map(|l| console::strip_ansi_codes(l).into_owned()).collect();
        assert_eq!(bare, plain);
    }
}

#[test]
fn what_a_phone_says_moves_no_cursor() {
    let mut board = Board::new(false, false);
    told(
        &mut board,
        0,
        "a",
        EventKind::Started { model: Some("Mi\u{1b}[2J\n9".into()), place: Some("\u{202e}x".into()), tray: None },
    );
    told(&mut board, 0, "a", EventKind::Screen { name: "s\u{7}".into() });
    let note = told(&mut board, 1, "a", EventKind::Note { text: "n\u{9b}2J".into() }).unwrap();
    let text = board.lines(samples::at(2), 80, 24).join("|") + note.as_str();
    assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'), "{text:?}");
}

#[test]
fn the_board_comes_out_in_a_second_language() {
    let lines = text::in_language(text::Language::MadeUp, || tray(false, false).lines(samples::at(70), 80, 23));
    assert!(lines[0].contains(" el 40 finitaj") && lines[0].contains("atendas vin"), "{}", lines[0]);
    assert!(lines.iter().any(|line| line.contains("konekto perdita")), "{lines:?}");
}
