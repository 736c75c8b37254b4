//! What was learned from one phone signs out others of its kind, and none of another kind.

use std::sync::{Arc, Mutex};

use mi_signout::learn::Seen;
use phone_sim::generations::AppGeneration;
use phone_sim::phone::Stage;

use super::hand::{Manner, ScriptedHand};
use super::{draft, phone, record};
use crate::support::{RIGHT, TestBed};

/// How many others follow.
const OTHERS: usize = 10;

/// Answers every question of a profile with yes, as its comments say: the end goes, the lines behind `#?` come in.
fn answer(toml: &str) -> String {
    let lines =
        toml.lines().filter(|line| !["end    =", "reason =", "hint   ="].iter().any(|start| line.starts_with(start)));
    lines.map(|line| line.strip_prefix("#? ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// Learns from the first phone and signs out ten others, beside one of another kind.
fn follow(generation: AppGeneration, language: &str, reads_input: bool) {
    let spec =
        |serial: &str| phone(generation, serial).language(language).change(|spec| spec.reads_input = reads_input);
    let kinds = AppGeneration::ALL;
    let other =
        kinds.into_iter().find(|kind| *kind != generation && kind.phone().generation == generation.phone().generation);
    let other = other.unwrap_or(kinds[(kinds.iter().position(|kind| *kind == generation).unwrap() + 1) % kinds.len()]);
    let specs = (0..=OTHERS).map(|n| spec(&format!("{}{n}", generation.name()))).chain([phone(other, "another")]);
    let bed = TestBed::real(specs);
    let folder = bed.path("learned");
    let mut hand = ScriptedHand::new(bed.phone(0), Manner::Plain);
    let recording = record(&bed, 0, &mut hand, &folder).unwrap();
    assert!(recording.is_complete(), "{:?}", recording.manifest);
    assert_eq!(hand.questions > 0, !reads_input);
    assert_eq!(hand.told[0], Seen::Began { touch_panel: reads_input });
    let (made, verified) = draft(&recording, &folder);
    let toml = made.toml.clone().unwrap();
    assert_eq!(verified.wrong, Vec::<String>::new(), "{toml}");
    let asks = generation == AppGeneration::Pictures;
    assert_eq!(made.questions > 0, asks, "{toml}");
    if asks {
        std::fs::write(folder.join(format!("{}.toml", made.name)), answer(&toml)).unwrap();
    }
    // The hand did everything: nothing was tapped or typed over adb.
    assert!(!bed.phone(0).record().commands.iter().any(|run| ["input", "am"].contains(&run.argv[0].as_str())
        && run.argv.get(1).is_none_or(|w| w != "get-current-user")));

    let order: Arc<Mutex<Vec<(usize, Stage)>>> = Arc::default();
    for n in 1..=OTHERS {
        let order = Arc::clone(&order);
        bed.phone(n).on_stage(move |stage| order.lock().unwrap().push((n, stage)));
    }
    let profiles = folder.display().to_string();
    let ran = bed.sign_out(RIGHT, &["--all", "--profiles", &profiles, "--non-interactive"]).run();
    let signed_out: Vec<usize> = (1..=OTHERS).filter(|n| !bed.phone(*n).account_present()).collect();
    assert_eq!(signed_out.len(), OTHERS, "{}\n{toml}", ran.stdout);
    assert!(bed.phone(OTHERS + 1).account_present(), "a phone of another kind was signed out");
    assert_eq!(bed.phone(OTHERS + 1).record().passwords_submitted(), 0);
    assert_eq!(ran.stdout.matches("\"outcome\":\"signed-out\"").count(), OTHERS, "{}", ran.stdout);
    // Phone by phone, until one was proven out.
    let order = order.lock().unwrap();
    let first = order.iter().position(|(_, stage)| *stage == Stage::AfterSuccess).unwrap();
    assert!(order[..first].iter().all(|(n, _)| *n == order[0].0), "others began before the first was out: {order:?}");
    for n in 1..=OTHERS {
        let record = bed.phone(n).record();
        assert!(record.passwords_submitted() <= 1, "{record:?}");
        assert!(record.removals.iter().all(|removal| removal.data_kept != Some(false)), "{record:?}");
    }
}

macro_rules! kinds {
    ($($name:ident: $generation:ident, $language:literal, $panel:literal;)*) => {
        $(#[test]
        fn $name() {
            follow(AppGeneration::$generation, $language, $panel);
        })*
    };
}

kinds! {
    ten_phones_with_other_ids_follow: OtherIds, "en", true;
    ten_chinese_phones_without_ids_follow: NoIds, "zh-rCN", true;
    ten_phones_with_another_order_follow: OtherOrder, "en", false;
    ten_phones_with_a_web_page_follow: WebPage, "en", true;
    ten_chinese_phones_with_dialogs_of_other_packages_follow: OtherPackages, "zh-rCN", false;
    ten_phones_that_only_settings_opens_follow: SettingsOnly, "en", true;
    ten_phones_with_pictures_follow_once_the_questions_are_answered: Pictures, "en", true;
}

#[test]
fn every_kind_is_learned_in_two_languages_and_the_share_without_a_question_is_told() {
    let kinds: Vec<(AppGeneration, &str)> =
        AppGeneration::ALL.into_iter().flat_map(|kind| [(kind, "en"), (kind, "zh-rCN")]).collect();
    let bed = TestBed::own(
        kinds.iter().enumerate().map(|(n, (kind, language))| phone(*kind, &format!("p{n}")).language(language)),
    );
    let mut asks = Vec::new();
    for (n, (kind, language)) in kinds.iter().enumerate() {
        let folder = bed.path(&format!("{n}"));
        let recording = record(&bed, n, &mut ScriptedHand::new(bed.phone(n), Manner::Plain), &folder).unwrap();
        let (made, verified) = draft(&recording, &folder);
        assert_eq!(
            verified.wrong,
            Vec::<String>::new(),
            "{} {language}\n{}",
            kind.name(),
            made.toml.unwrap_or_default()
        );
        if made.questions > 0 {
            asks.push(format!("{} ({language})", kind.name()));
        }
    }
    println!(
        "learned without a question answered by hand: {} of {} kinds and languages; with one: {}",
        kinds.len() - asks.len(),
        kinds.len(),
        asks.join(", ")
    );
    assert!(asks.iter().all(|name| name.starts_with("pictures")), "{asks:?}");
}

#[test]
fn no_built_in_profile_signs_such_a_phone_out() {
    let bed = TestBed::own(AppGeneration::ALL.into_iter().map(|kind| phone(kind, kind.name())));
    let ran = bed.sign_out(RIGHT, &["--all", "--non-interactive"]).run();
    for (n, kind) in AppGeneration::ALL.into_iter().enumerate() {
        assert!(bed.phone(n).account_present(), "{}: {}", kind.name(), ran.stdout);
        assert_eq!(bed.phone(n).record().passwords_submitted(), 0, "{}", kind.name());
    }
}

#[test]
fn the_learned_profile_of_the_documentation_signs_its_kind_out() {
    let bed = TestBed::own([phone(AppGeneration::Pictures, "one")]);
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/learned-profile.toml");
    let toml = std::fs::read_to_string(&docs).unwrap();
    assert!(!toml.contains("#? ") && toml.contains("# answered: "), "its questions are answered");
    std::fs::create_dir(bed.path("mine")).unwrap();
    std::fs::write(bed.path("mine/learned.toml"), toml).unwrap();
    let ran = bed.sign_out(RIGHT, &["--all", "--profiles", &bed.path("mine").display().to_string()]).run();
    assert!(ran.stdout.contains("\"outcome\":\"signed-out\"") && !bed.phone(0).account_present(), "{}", ran.stdout);
}
