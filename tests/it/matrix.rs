//! The matrix: the simulated phones draw every page in every language and dump format; each has to be recognised as exactly its
//! own screen, under the profile that the phone's properties choose, and every place to tap has to be the right button.

mod damage;
mod draw;
mod expected;
mod ids;
mod strangers;
mod targets;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use mi_signout::profile::Catalog;
use phone_sim::labels;
use phone_sim::phone::{Branch, DumpFormat, PhoneSpec, SimPhone};
use phone_sim::screens::ScreenId;

use draw::Page;
use expected::{FAMILIES, field_of, is_filled_too, screen_of};

const FORMATS: [DumpFormat; 2] = [DumpFormat::Old, DumpFormat::New];
const SIZES: [(u32, u32); 3] = [(720, 1280), (1080, 2400), (1440, 3200)];
/// The languages that are drawn in every size and generation: the plain one, Chinese, two from right to left, and such as are known
/// for their letters.
const IN_FULL: [&str; 7] = ["en", "zh-rCN", "ar", "hi", "ru", "tr", "de"];

/// One phone of the matrix, with the family that has to be chosen for it.
struct Phone {
    family: &'static str,
    spec: PhoneSpec,
    /// Draw each page with a field also with the keyboard up.
    keyboards: bool,
}

/// The phones of one language: each family in one format, and each format with two families, whose other traits take turns. The
/// languages in full have each family in each format and size, with its generations in turn.
fn phones(turn: usize, language: &str) -> Vec<Phone> {
    let mut phones = Vec::new();
    let full = IN_FULL.contains(&language);
    for (nth, (family, generations)) in FAMILIES.into_iter().enumerate() {
        for (format, dump_format) in FORMATS.into_iter().enumerate() {
            for (nth_size, (width, height)) in SIZES.into_iter().enumerate() {
                let at = turn + nth + format * SIZES.len() + nth_size;
                if !full && ((turn + nth) % 2 != format || !at.is_multiple_of(SIZES.len())) {
                    continue;
                }
                let bit = |n: usize| at >> n & 1 == 1;
                let generation = generations[(if full { at - turn - nth } else { turn }) % generations.len()];
                let spec = PhoneSpec::of(generation).language(language).size(width, height).change(|s| {
                    s.dump_format = dump_format;
                    s.crossed_buttons = bit(0);
                    s.row_at_top = bit(1);
                    s.status_bar = !bit(0);
                    s.china_app = bit(1);
                    if bit(2) {
                        s.branches.push(Branch::OldDataChoice);
                    }
                    if bit(0) {
                        s.branches.push(Branch::JsbPages);
                    }
                    s.button_below_fold = bit(2);
                    s.resource_ids &= !bit(1) || bit(2);
                });
                phones.push(Phone { family, spec, keyboards: full || bit(0) });
            }
        }
    }
    phones
}

/// What one phone showed.
#[derive(Default)]
struct Tally {
    renders: usize,
    screens: BTreeSet<&'static str>,
    targets: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// Draws every page of a phone and checks it.
    fn draw(&mut self, catalog: &Catalog, phone: &Phone) {
        let spec = &phone.spec;
        let name = format!("{} {}", spec.generation.name(), spec.language);
        let profile = match catalog.choose(&SimPhone::new(spec.clone()).props()) {
            Ok(profile) if profile.name == phone.family => profile,
            Ok(other) => return self.wrong.push(format!("{name}: {} is due, {} was chosen", phone.family, other.name)),
            Err(none) => return self.wrong.push(format!("{name}: {} is due: {none}", phone.family)),
        };
        for screen in ScreenId::ALL {
            for filled in [false, true] {
                let expected = screen_of(*screen, phone.family, filled).filter(|_| !filled || is_filled_too(*screen));
                let Some(expected) = expected else { continue };
                for keyboard in [false, true] {
                    if keyboard && !(phone.keyboards && field_of(*screen).is_some()) {
                        continue;
                    }
                    let drawn = Page { spec, screen: *screen, filled, keyboard }.draw();
                    let tree = drawn.tree();
                    let got = drawn.seen(profile, &tree);
                    self.renders += 1;
                    self.screens.insert(screen.name());
                    let traits = format!("{name} {:?} {:?} keyboard {keyboard}", spec.size, spec.dump_format);
                    if got != expected {
                        self.wrong.push(format!("{traits}: {} is {expected}, but {got}", screen.name()));
                        continue;
                    }
                    // Once the account is gone, no way in is walked any more.
                    if *screen != ScreenId::AccountGone {
                        let resolved = targets::resolved(profile, expected, &drawn, &tree);
                        self.targets += resolved.iter().filter(|(_, _, act)| act.is_some()).count();
                        let bad = targets::wrong(expected, &resolved);
                        self.wrong.extend(bad.into_iter().map(|b| format!("{traits}: {b}")));
                    }
                }
            }
        }
    }
}

#[test]
fn every_page_is_exactly_its_screen_and_every_tap_the_right_button() {
    let catalog = &Catalog::builtin().unwrap();
    let languages = labels::languages();
    let phones: Vec<Phone> = languages.iter().enumerate().flat_map(|(turn, l)| phones(turn, l)).collect();
    let next = &AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let work = || {
            let mut tally = Tally::default();
            while let Some(phone) = phones.get(next.fetch_add(1, Ordering::Relaxed)) {
                tally.draw(catalog, phone);
            }
            tally
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let renders: usize = tallies.iter().map(|t| t.renders).sum();
    let targets: usize = tallies.iter().map(|t| t.targets).sum();
    let screens: BTreeSet<_> = tallies.iter().flat_map(|t| &t.screens).collect();
    let wrong: Vec<&String> = tallies.iter().flat_map(|t| &t.wrong).collect();
    println!(
        "matrix: {renders} renders: {} screens × {} languages × {} formats, {} families, {} sizes; {targets} tap targets",
        screens.len(),
        languages.len(),
        FORMATS.len(),
        FAMILIES.len(),
        SIZES.len(),
    );
    assert_eq!(screens.len(), ScreenId::ALL.len(), "a page was never drawn");
    assert!(languages.len() >= 80 && renders >= 20_000, "the matrix has shrunk");
    let shown: Vec<_> = wrong.iter().take(60).map(|w| w.as_str()).collect();
    assert!(wrong.is_empty(), "{} of {renders} wrong:\n{}", wrong.len(), shown.join("\n"));
}

#[test]
fn the_pages_drawn_here_are_those_of_the_phone() {
    for (family, generations) in FAMILIES {
        let spec = PhoneSpec::of(generations[0]);
        let phone = SimPhone::new(spec.clone());
        for screen in ScreenId::ALL {
            phone.show(*screen);
            assert_eq!(phone.current_screen(), *screen);
            if !matches!(screen, ScreenId::SignIn) {
                assert_eq!(Page::of(&spec, *screen).draw().xml(), phone.dump_xml(), "{family} {}", screen.name());
            }
        }
    }
}
