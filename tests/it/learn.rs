//! A phone that no profile knows is signed out by hand once, and the others of its kind follow.

mod ends;
mod followers;
mod hand;
mod whole;

use std::path::Path;
use std::time::Duration;

use mi_signout::adb::{self, AdbPhone, AdbTouches};
use mi_signout::learn::{self, Draft, Pace, Recorder, RecorderError, Recording, Verified, Writer};
use mi_signout::model::{AdbServer, Device};
use mi_signout::profile::Catalog;
use phone_sim::generations::AppGeneration;
use phone_sim::phone::PhoneSpec;

use crate::support::{SCALE, TestBed};
use hand::ScriptedHand;

const OWNER: &str = "Zsuzsanna Owner";
const ACCOUNT: &str = "6230481535";

/// A phone of a made-up generation, quick.
fn phone(generation: AppGeneration, serial: &str) -> PhoneSpec {
    generation
        .phone()
        .serial(serial)
        .account(Some(ACCOUNT))
        .scale(SCALE)
        .change(|spec| OWNER.clone_into(&mut spec.owner))
}

fn pace() -> Pace {
    Pace {
        pause: Duration::from_millis(3),
        again: Duration::from_millis(150),
        // On a busy computer the simulated panel's lines take their time.
        lag: Duration::from_millis(500),
        within: Duration::from_secs(30),
    }
}

/// The device of a test bed's phone, as its server lists it.
fn device(bed: &TestBed, index: usize) -> Device {
    let server = AdbServer { host: "127.0.0.1".into(), port: bed.port() };
    let listed = adb::list(&server, Duration::from_secs(20)).unwrap();
    listed.into_iter().find(|device| device.serial.as_str() == bed.serials[index]).expect("the phone is not listed")
}

/// Records one phone of a test bed into a folder while the hand signs it out.
fn record(bed: &TestBed, index: usize, hand: &mut ScriptedHand, folder: &Path) -> Result<Recording, RecorderError> {
    let (device, catalog) = (device(bed, index), Catalog::builtin().unwrap());
    let recorder = Recorder {
        catalog: &catalog,
        serial: device.serial.as_str(),
        pace: pace(),
        tool: "mi-signout 0.1.0".to_owned(),
        date: "2026-11-27".to_owned(),
        name: &|_| (Some("Xiaomi 18".to_owned()), Some("HyperOS 4.0.1.0".to_owned())),
    };
    let writer = Writer::create(folder).unwrap();
    recorder.run(&mut AdbPhone::of(&device), &mut AdbTouches::of(&device), hand, &writer)
}

/// Drafts, checks, and writes the profile beside the recording.
fn draft(recording: &Recording, folder: &Path) -> (Draft, Verified) {
    let catalog = Catalog::builtin().unwrap();
    let draft = learn::draft(recording, &catalog);
    let verified = learn::verify(recording, &draft, &catalog).unwrap();
    if let Some(toml) = &draft.toml {
        std::fs::write(folder.join(format!("{}.toml", draft.name)), toml).unwrap();
    }
    (draft, verified)
}
