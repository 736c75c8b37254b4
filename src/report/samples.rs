//! Rows, events and a record for the tests of this room.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use crate::event::{Event, EventKind, FindDevice, Subject};
use crate::model::{AccountId, Outcome, Proof, Reason, ResultRow, Serial};
use crate::record::chain::{self, canonical};
use crate::record::{ChainedRow, OpenPhone, PhoneRecord, RunHeader, RunRecord, StepRecord};

/// Ten o'clock, and some seconds.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 10, 0, 0).unwrap() + TimeDelta::seconds(seconds)
}

pub(crate) fn rows() -> Vec<ResultRow> {
    let row = |serial: &str, model: &str, outcome, reason, hint: Option<&str>| ResultRow {
        serial: serial.into(),
        adb: "127.0.0.1:5037".into(),
        model: Some(model.into()),
        software: Some("MIUI 14.0.9".into()),
        profile: Some("miui".into()),
        account: Some(AccountId::new("6230000535")),
        outcome,
        reason,
        hint: hint.map(Into::into),
        proof: Proof { before: Some("account present".into()), after: None, ui: None },
        started: at(0),
        seconds: 31.44,
        steps: 7,
        dumps: 5,
    };
    let mut done = row("8f2a1b", "Redmi Note 10", Outcome::SignedOut, None, None);
    done.proof.after = Some("no com.xiaomi account".into());
    done.proof.ui = Some("sign-in page".into());
    vec![
        done,
        row(
            "31c2aa09",
            "POCO <X3> & \"Pro\"",
            Outcome::NeedsPerson,
            Some(Reason::InputNotAllowed),
            Some(
                "on the phone: Settings > Additional settings > Developer options > USB debugging (Security settings), then run again",
            ),
        ),
        ResultRow {
            account: None,
            ..row("192.168.100.200:5555", "Mi\u{1b}[2J 9T\u{202e}", Outcome::AlreadySignedOut, None, None)
        },
        row(
            "=cmd|' /C calc'!A0",
            "Xiaomi 13",
            Outcome::Unknown,
            Some(Reason::Disconnected),
            Some("plug it in again and look at its account page"),
        ),
    ]
}

pub(crate) fn events() -> Vec<Event> {
    let phone = |at_: i64, kind| Event { at: at(at_), subject: Subject::Phone(Serial::new("8f2a1b")), kind };
    let row = rows().remove(0);
    vec![
        phone(0, EventKind::Started { model: None, place: Some("1-4.2".into()), tray: None }),
        phone(
            1,
            EventKind::Identified {
                model: row.model.clone(),
                software: row.software.clone(),
                profile: row.profile.clone(),
                account: Some("6230***535".into()),
            },
        ),
        phone(2, EventKind::Screen { name: "account-page".into() }),
        phone(3, EventKind::Step { screen: "account-page".into(), what: "tap logout_account".into(), mutates: true }),
        phone(4, EventKind::Observed { screen: Some("password".into()) }),
        phone(
            5,
            EventKind::WaitingForPerson {
                reason: Reason::ScreenLocked,
                hint: "unlock the phone; it goes on by itself".into(),
            },
        ),
        phone(9, EventKind::Resumed),
        phone(10, EventKind::Lost),
        phone(12, EventKind::Back),
        phone(13, EventKind::Note { text: "the screen moves\u{1b}[2J; waiting".into() }),
        phone(31, EventKind::Ended(Box::new(row))),
        Event {
            at: at(32),
            subject: Subject::Run("20261123-100000-9f3a".into()),
            kind: EventKind::Finished { counts: vec![(Outcome::SignedOut, 1)], exit: 0 },
        },
    ]
}

/// A PNG of 2 × 2 pixels.
pub(crate) fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[0, 90, 180, 255]).unwrap();
    bytes
}

/// A record of these rows, chained as the journal does it.
pub(crate) fn record() -> RunRecord {
    let header = RunHeader {
        id: "20261123-100000-9f3a".into(),
        started: at(0),
        tool: "mi-signout 0.1.0".into(),
        operator: Some("Ana <ana@example.org>".into()),
        station: Some("bench 2".into()),
        authorised_by: Some("order 4711, \"Example\" Ltd & Co".into()),
        options: BTreeMap::from([("data".into(), "keep".into())]),
        lot: None,
    };
    let genesis = chain::genesis(&canonical(&header));
    let mut run = RunRecord {
        header: header.clone(),
        ended: Some(at(60)),
        exit: Some(6),
        rows: Vec::new(),
        open: vec![OpenPhone {
            hardware_serial: "77aa".into(),
            serial: "77aa".into(),
            model: Some("Redmi 9A".into()),
            unobserved: Some("tap ok on confirm".into()),
        }],
        head: genesis.clone(),
        genesis,
        seal: "5ea1".into(),
    };
    for (index, mut result) in rows().into_iter().enumerate() {
        result.seconds = 31.4;
        let picture = (result.outcome == Outcome::Unknown).then(png);
        let step = |s, screen: &str, what: &str, mutates| StepRecord {
            at: at(s),
            screen: screen.into(),
            what: what.into(),
            mutates,
        };
        let record = PhoneRecord {
            row: index as u32 + 1,
            run: header.clone(),
            hardware_serial: Some(result.serial.clone()),
            make: Some("Xiaomi".into()),
            place: Some(format!("1-4.{index}")),
            find_device: FindDevice::Off,
            ended: at(32 + i64::try_from(index).unwrap()),
            steps: vec![
                step(3, "account-page", "tap logout_account", true),
                step(9, "password", "type password", false),
            ],
            picture: picture.as_deref().map(chain::sha256),
            result,
        };
        let text = canonical(&record);
        let record = serde_json::from_str(&text).unwrap();
        let hash = chain::link(&run.head, &text);
        let previous = std::mem::replace(&mut run.head, hash.clone());
        run.rows.push(ChainedRow { record, text, previous, hash, picture });
    }
    run
}
