//! Hands that hurry, go back or stop, and recordings that end early, are damaged or of two kinds of phones.

use mi_signout::learn::{Ended, RecorderError, Recording, Seen};
use phone_sim::device::SimDevice;
use phone_sim::generations::AppGeneration;
use phone_sim::phone::SimPhone;

use super::hand::{Manner, ScriptedHand};
use super::{draft, phone, record};
use crate::support::{RIGHT, TestBed};

/// Signs out the phone at a place with a profile, and says how.
fn outcome(bed: &TestBed, index: usize, profiles: &std::path::Path) -> String {
    let profiles = profiles.display().to_string();
    let args = ["-s", &bed.serials[index], "--profiles", &profiles, "--non-interactive"];
    let ran = bed.sign_out(RIGHT, &args).run();
    let line = ran.stdout.lines().find(|line| line.contains("\"type\":\"result\"")).unwrap_or_default().to_owned();
    let row: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
    row["outcome"].as_str().map_or(ran.stdout, str::to_owned)
}

#[test]
fn a_missed_page_is_said_and_a_second_recording_fills_it_in() {
    let kind = AppGeneration::OtherOrder;
    let bed = TestBed::own((0..4).map(|n| phone(kind, &format!("m{n}"))));
    let (hasty, whole) = (bed.path("hasty"), bed.path("whole"));
    let mut hand = ScriptedHand::new(bed.phone(0), Manner::Hasty);
    let mut recording = record(&bed, 0, &mut hand, &hasty).unwrap();
    assert!(hand.told.contains(&Seen::Missed) && recording.missed() == 1, "{:?}", recording.manifest.runs);
    let (made, _) = draft(&recording, &hasty);
    assert!(
        made.questions == 1 && made.toml.as_ref().unwrap().contains("a page came and went after"),
        "{:?}",
        made.toml
    );
    assert_ne!(outcome(&bed, 2, &hasty), "signed-out", "what was not shown is not done");
    assert_eq!(bed.phone(2).record().passwords_submitted(), 0);

    let second = record(&bed, 1, &mut ScriptedHand::new(bed.phone(1), Manner::Plain), &bed.path("second")).unwrap();
    recording.merge(second).unwrap();
    std::fs::create_dir(&whole).unwrap();
    let (made, verified) = draft(&recording, &whole);
    assert_eq!((made.questions, verified.wrong), (0, Vec::new()), "{:?}", made.toml);
    assert_eq!(outcome(&bed, 3, &whole), "signed-out");
}

#[test]
fn a_detour_is_not_part_of_the_way() {
    let bed = TestBed::own((0..3).map(|n| phone(AppGeneration::OtherIds, &format!("d{n}"))));
    let folder = bed.path("learned");
    let recording = record(&bed, 0, &mut ScriptedHand::new(bed.phone(0), Manner::Detour), &folder).unwrap();
    let (made, verified) = draft(&recording, &folder);
    let toml = made.toml.unwrap();
    assert_eq!((made.questions, verified.wrong), (0, Vec::new()), "{toml}");
    assert!(!toml.contains("later_action"), "the button that went back is not pressed:\n{toml}");
    assert_eq!(outcome(&bed, 1, &folder), "signed-out");
    assert_eq!(bed.phone(1).record().taps_on("com.miui.cloudservice:id/later_action"), 0);
    // The hand kept the data; the button beside it was identified too.
    let profiles = folder.display().to_string();
    bed.sign_out(RIGHT, &["-s", "d2", "--profiles", &profiles, "--data", "remove"]).run();
    let removals = bed.phone(2).record().removals;
    assert_eq!(removals.iter().map(|removal| removal.data_kept).collect::<Vec<_>>(), [Some(false)]);
}

#[test]
fn a_recording_that_ends_with_the_account_there_yields_no_profile() {
    let bed = TestBed::own([phone(AppGeneration::NoIds, "s0")]);
    let folder = bed.path("learned");
    let recording = record(&bed, 0, &mut ScriptedHand::new(bed.phone(0), Manner::Stops), &folder).unwrap();
    assert_eq!(recording.manifest.runs[0].ended, Ended::Stopped);
    let (made, _) = draft(&recording, &folder);
    assert!(made.toml.is_none() && !made.expected.is_empty(), "fixtures, and nothing that claims to work");
    assert!(bed.phone(0).account_present());
}

#[test]
fn a_phone_that_is_unplugged_midway_leaves_what_was_recorded() {
    let bed = TestBed::own([]);
    let sim = SimDevice::new(SimPhone::new(phone(AppGeneration::OtherIds, "u0")));
    let plug = bed.plug(&sim, "1-1");
    let mut bed = bed;
    bed.serials.push("u0".to_owned());
    let folder = bed.path("learned");
    let bed = std::sync::Arc::new(bed);
    let mut hand = ScriptedHand::new(sim.phone(), Manner::Plain);
    let unplugged = std::sync::Arc::clone(&bed);
    hand.at_data_choice = Some(Box::new(move || unplugged.unplug(plug)));
    let recording = record(&bed, 0, &mut hand, &folder).unwrap();
    assert_eq!(recording.manifest.runs[0].ended, Ended::Disconnected);
    let again = Recording::read(&folder).unwrap();
    assert_eq!(again.manifest, recording.manifest);
    assert!(again.trees.len() >= 3, "{}", again.trees.len());
    assert!(draft(&again, &folder).0.toml.is_none());
}

#[test]
fn a_phone_without_an_account_has_nothing_to_show() {
    let bed = TestBed::own([phone(AppGeneration::OtherIds, "n0").account(None)]);
    let error = record(&bed, 0, &mut ScriptedHand::new(bed.phone(0), Manner::Plain), &bed.path("learned")).unwrap_err();
    assert!(matches!(error, RecorderError::NoAccount), "{error}");
}
