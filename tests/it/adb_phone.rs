//! `AdbPhone` over a tiny server whose phone is the real `mksh` with stub programs: every script runs for real.

use std::time::Duration;

use mi_signout::adb::{AdbPhone, Places};
use mi_signout::model::{AdbServer, Focus, Key, Opening, Presence, Secret, Serial};
use mi_signout::phone::{
    Input, InputProbe, Keyguard, Look, Network, NotReady, Observation, Phone, Refusal, ScreenRead, Settle, Step,
};
use mi_signout::ui::Point;

use crate::support::fake_adb::Stubs;

/// A guard against hanging, no expectation.
const LONG: Duration = Duration::from_secs(60);
const SCREEN: Look = Look::Screen { skip_when_absent: false };
const SCREEN_UNLESS_ABSENT: Look = Look::Screen { skip_when_absent: true };
const DUMP: &str = r#"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation="0"><node index="0" text="" resource-id="" class="android.widget.FrameLayout" package="com.xiaomi.account" content-desc="" bounds="[0,0][1080,2400]" /></hierarchy>"#;
const SIGNED_IN: &str = "User UserInfo{0:Owner:13}:
  Accounts: 1
    Account {name=6230***535, type=com.xiaomi}
";
const SIGNED_OUT: &str = "User UserInfo{0:Owner:13}:
  Accounts: 0

  ServiceInfo: AuthenticatorDescription {type=com.xiaomi}
";

/// A signed-in phone that works; tests replace single programs.
fn phone_stubs() -> Stubs {
    let stubs = Stubs::new();
    dumpsys(&stubs, SIGNED_IN);
    std::fs::write(stubs.path("dump.xml"), DUMP).unwrap();
    dump_with(&stubs, "cat \"$DUMP\" >\"$2\"; echo \"UI hierchary dumped to: $2\"");
    stubs.program("input", "echo \"input $*\" >>\"$LOG\"");
    stubs.program("am", "echo \"am $*\" >>\"$LOG\"; echo \"Starting: Intent { }\"");
    stubs
}

fn dumpsys(stubs: &Stubs, accounts: &str) {
    let account = stubs.path("accounts");
    std::fs::write(&account, accounts).unwrap();
    let body = format!(
        "case \"$1 $2\" in
         account*) cat '{}';;
         'window displays') echo '  mCurrentFocus=Window{{1a u0 com.xiaomi.account/com.xiaomi.account.ui.AccountSettingsActivity}}';;
         esac",
        account.display()
    );
    stubs.program("dumpsys", &body);
}

/// `uiautomator dump FILE`; `$DUMP` is a good document. `/dev/tty` has no terminal here, so it prints.
fn dump_with(stubs: &Stubs, body: &str) {
    let dump = stubs.path("dump.xml");
    stubs.program(
        "uiautomator",
        &format!("DUMP='{}'\necho \"uiautomator $1\" >>\"$LOG\"\nif [ \"$2\" = /dev/tty ]; then cat \"$DUMP\"; echo 'UI hierchary dumped to: /dev/tty'; exit 0; fi\n{body}", dump.display()),
    );
}

fn places(stubs: &Stubs) -> Places {
    let place = |name: &str| stubs.path(name).to_str().unwrap().to_owned();
    Places { first: place("tmp"), second: place("sdcard") }
}

fn phone(stubs: &Stubs, server: AdbServer) -> AdbPhone {
    AdbPhone::new(server, Serial::new("8f2a1b"), None).with_places(places(stubs))
}

fn step(stubs: &Stubs, step: &Step<'_>) -> Observation {
    let server = stubs.serve();
    phone(stubs, server.address()).step(step, LONG).unwrap()
}

fn files(stubs: &Stubs, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(stubs.path(folder)).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_look_reads_everything_and_leaves_nothing() {
    let stubs = phone_stubs();
    let seen = step(&stubs, &Step::look(SCREEN));
    assert_eq!(seen.focus.unwrap().to_string(), "com.xiaomi.account/.ui.AccountSettingsActivity");
    assert_eq!(seen.accounts.presence(), Presence::Present);
    assert!(matches!(seen.screen, ScreenRead::Tree(_)), "{:?}", seen.screen);
    assert_eq!(seen.refused, None);
    assert!(files(&stubs, "tmp").is_empty());
}

#[test]
fn each_failure_of_a_dump_is_told_apart() {
    use NotReady as N;
    for (body, expected) in [
        ("echo 'ERROR: could not get idle state.' >&2", N::NotIdle),
        ("echo 'ERROR: null root node returned by UiTestAutomationBridge.' >&2", N::NullRoot),
        ("kill -9 $$", N::Killed),
        ("echo 'java.lang.IllegalStateException: UiAutomationService x already registered!' >&2; exit 1", N::Killed),
        ("printf '<?xml version=\"1.0\"?><hierarchy><node' >\"$2\"", N::Cut),
        (">\"$2\"", N::Cut),
        ("exit 0", N::Cut),
    ] {
        let stubs = phone_stubs();
        dump_with(&stubs, body);
        let screen = step(&stubs, &Step::look(SCREEN)).screen;
        assert!(matches!(screen, ScreenRead::NotReady(why) if why == expected), "{body}: {screen:?}");
        assert!(files(&stubs, "tmp").is_empty(), "{body}");
        assert_eq!(stubs.log().matches("uiautomator").count(), 1, "{body}: one attempt a look");
    }
}

/// A phone whose `input` ends only once a dump has been written, and whose second dump does `body`.
fn slow_input(body: &str) -> Stubs {
    let stubs = phone_stubs();
    let tmp = stubs.path("tmp").display().to_string();
    let wait = format!("n=; while [ -z \"$n\" ]; do for f in {tmp}/mi-signout-*; do [ -s \"$f\" ] && n=1; done; done");
    stubs.program("input", &format!("{wait}\necho \"input $*\" >>\"$LOG\""));
    let first =
        "printf '<?xml version=\"1.0\"?><hierarchy><node text=\"before\" bounds=\"[0,0][9,9]\"/></hierarchy>' >\"$2\"";
    dump_with(&stubs, &format!("if grep -q input \"$LOG\"; then {body}; else {first}; fi"));
    stubs
}

#[test]
fn a_dump_that_was_over_before_its_inputs_were_is_made_again() {
    for look in [SCREEN, SCREEN_UNLESS_ABSENT, Look::ScreenAndViews] {
        let stubs = slow_input("cat \"$DUMP\" >\"$2\"");
        let inputs = vec![Input::Tap(Point { x: 1, y: 2 })];
        let seen = step(&stubs, &Step { inputs, settle: Settle::Nothing, look });
        assert_eq!(texts(&seen), [""], "{look:?}");
        assert_eq!(seen.accounts.presence(), Presence::Present);
        assert_eq!(stubs.log().matches("input tap 1 2").count(), 1, "{look:?}: an input is done once");
        assert_eq!(stubs.log().matches("uiautomator").count(), 2, "{look:?}");
        assert!(files(&stubs, "tmp").is_empty());
    }
    // What the first one wrote is not taken where the second one fails.
    let stubs = slow_input("echo 'ERROR: could not get idle state.' >&2");
    let inputs = vec![Input::Tap(Point { x: 1, y: 2 })];
    let seen = step(&stubs, &Step { inputs, settle: Settle::Nothing, look: SCREEN });
    assert!(matches!(seen.screen, ScreenRead::NotReady(NotReady::NotIdle)), "{:?}", seen.screen);
}

/// Words that are typed into a field.
fn typing<'a>() -> Vec<Input<'a>> {
    vec![Input::Tap(Point { x: 1, y: 2 }), Input::Words("mi account")]
}

#[test]
fn typing_is_done_before_the_page_is_dumped_that_counts() {
    for look in [SCREEN, Look::ScreenAndViews] {
        let stubs = slow_input("cat \"$DUMP\" >\"$2\"");
        let seen = step(&stubs, &Step { inputs: typing(), settle: Settle::Nothing, look });
        assert_eq!(texts(&seen), [""], "{look:?}");
        assert_eq!(seen.accounts.presence(), Presence::Present);
        assert!(seen.focus.is_some());
        assert_eq!(stubs.log().matches("input text mi%saccount").count(), 1, "{look:?}: it is typed once");
        assert_eq!(stubs.log().matches("uiautomator").count(), 2, "{look:?}");
    }
}

#[test]
fn a_field_that_is_cleared_first_is_dumped_once_all_is_typed() {
    let stubs = phone_stubs();
    let inputs = vec![Input::Clear { chars: 3 }, Input::Words("a")];
    let seen = step(&stubs, &Step { inputs, settle: Settle::Nothing, look: SCREEN });
    assert!(matches!(seen.screen, ScreenRead::Tree(_)));
    let log = stubs.log();
    assert!(log.find("input text a") < log.find("uiautomator"), "{log}");
}

#[test]
fn a_page_that_changes_while_it_is_dumped_has_its_window_read_again() {
    let stubs = phone_stubs();
    // The dump goes on until the window was read a second time, which then is another one.
    stubs.program(
        "dumpsys",
        "case \"$1\" in
         account) echo 'User UserInfo{0:Owner:13}:'; echo '  Accounts: 1'; echo '    Account {name=6230***535, type=com.xiaomi}';;
         window) echo window >>\"$LOG\"; n=$(grep -c window \"$LOG\"); if [ \"$n\" -ge 2 ]; then echo ' mCurrentFocus=Window{1 u0 com.xiaomi.account/.New}'; else echo ' mCurrentFocus=Window{1 u0 com.xiaomi.account/.Old}'; fi;;
         esac",
    );
    dump_with(&stubs, "while [ \"$(grep -c window \"$LOG\")\" -lt 2 ]; do :; done; cat \"$DUMP\" >\"$2\"");
    let inputs = vec![Input::Tap(Point { x: 1, y: 2 })];
    let seen = step(&stubs, &Step { inputs, settle: Settle::Nothing, look: SCREEN });
    assert_eq!(seen.focus.unwrap().activity, ".New");
    assert_eq!(seen.accounts.presence(), Presence::Present);
    assert!(matches!(seen.screen, ScreenRead::Tree(_)));
    assert_eq!(stubs.log().matches("uiautomator").count(), 1, "it is dumped once");
}

#[test]
fn views_that_are_read_twice_are_two() {
    let stubs = phone_stubs();
    stubs.program("cmd", "echo \"cmd $*\" >>\"$LOG\"; printf 'PK\\000\\n\\001'");
    let inputs = vec![Input::Tap(Point { x: 1, y: 2 })];
    let settle = Settle::Pause(Duration::from_millis(200));
    let seen = step(&stubs, &Step { inputs, settle, look: Look::ViewsTwice });
    assert_eq!(stubs.log().matches("cmd window dump-visible-window-views").count(), 2);
    assert!(matches!(seen.screen, ScreenRead::Unreadable(_)) && matches!(seen.views, ScreenRead::Unreadable(_)));
    assert_eq!(seen.accounts.presence(), Presence::Present);
    assert_eq!(seen.focus.unwrap().to_string(), "com.xiaomi.account/.ui.AccountSettingsActivity");
}

#[test]
fn noise_and_exit_codes_do_not_spoil_a_good_file() {
    let stubs = phone_stubs();
    dump_with(
        &stubs,
        "echo 'java.io.FileNotFoundException: theme_compatibility.xml: open failed' >&2; cat \"$DUMP\" >\"$2\"; exit 1",
    );
    assert!(matches!(step(&stubs, &Step::look(SCREEN)).screen, ScreenRead::Tree(_)));
}

#[test]
fn a_phone_without_uiautomator_is_unreadable() {
    let stubs = phone_stubs();
    std::fs::remove_file(stubs.path("bin/uiautomator")).unwrap();
    let screen = step(&stubs, &Step::look(SCREEN)).screen;
    assert!(matches!(screen, ScreenRead::Unreadable(_)), "{screen:?}");
}

#[test]
fn the_second_folder_and_then_the_terminal() {
    let stubs = phone_stubs();
    std::fs::remove_dir(stubs.path("tmp")).unwrap();
    std::fs::create_dir(stubs.path("sdcard")).unwrap();
    assert!(matches!(step(&stubs, &Step::look(SCREEN)).screen, ScreenRead::Tree(_)));
    assert!(files(&stubs, "sdcard").is_empty());
    std::fs::remove_dir(stubs.path("sdcard")).unwrap();
    dump_with(&stubs, "exit 9");
    assert!(matches!(step(&stubs, &Step::look(SCREEN)).screen, ScreenRead::Tree(_)));
}

#[test]
fn a_full_disk_falls_back_to_the_terminal() {
    let stubs = phone_stubs();
    dump_with(&stubs, "head -c 60 \"$DUMP\" >\"$2\"; echo \"UI hierchary dumped to: $2\"");
    assert!(matches!(step(&stubs, &Step::look(SCREEN)).screen, ScreenRead::Tree(_)));
    assert!(files(&stubs, "tmp").is_empty());
}

#[test]
fn the_screen_is_left_out_only_where_the_account_is_gone() {
    let stubs = phone_stubs();
    assert!(matches!(step(&stubs, &Step::look(SCREEN_UNLESS_ABSENT)).screen, ScreenRead::Tree(_)));
    dumpsys(&stubs, SIGNED_OUT);
    assert!(matches!(step(&stubs, &Step::look(SCREEN)).screen, ScreenRead::Tree(_)));
    let before = stubs.log().matches("uiautomator").count();
    let seen = step(&stubs, &Step::look(SCREEN_UNLESS_ABSENT));
    assert!(matches!(seen.screen, ScreenRead::Skipped));
    assert_eq!(seen.accounts.presence(), Presence::Absent);
    assert_eq!(stubs.log().matches("uiautomator").count(), before);
}

#[test]
fn a_doubtful_account_reading_does_not_leave_the_screen_out() {
    // Nothing read; and a count that does not hold, which only the host sees.
    for accounts in ["", "Can't find service: account", "User UserInfo{0:Owner:13}:\n  Accounts: 2\n"] {
        let stubs = phone_stubs();
        dumpsys(&stubs, accounts);
        let tap = Step {
            inputs: vec![Input::Tap(Point { x: 1, y: 2 })],
            settle: Settle::Nothing,
            look: SCREEN_UNLESS_ABSENT,
        };
        let seen = step(&stubs, &tap);
        assert_eq!(seen.accounts.presence(), Presence::Unknown, "{accounts:?}");
        assert!(matches!(seen.screen, ScreenRead::Tree(_)), "{accounts:?}");
        assert_eq!(stubs.log().matches("input tap").count(), 1, "an input is done once");
    }
}

#[test]
fn inputs_in_their_order() {
    let stubs = phone_stubs();
    let opening = Opening::Component("com.xiaomi.account/.ui.AccountSettingsActivity".to_owned());
    let inputs = vec![
        Input::Open(&opening),
        Input::Tap(Point { x: 540, y: 1200 }),
        Input::Swipe { from: Point { x: 1, y: 2 }, to: Point { x: 3, y: -4 }, takes: Duration::from_millis(350) },
        Input::Key(Key::Back),
        Input::Clear { chars: 3 },
        Input::Clear { chars: 0 },
        Input::Words("a b"),
    ];
    step(&stubs, &Step { inputs, settle: Settle::Nothing, look: Look::Probes });
    let expected = "am start -n com.xiaomi.account/.ui.AccountSettingsActivity\ninput tap 540 1200\ninput swipe 1 2 3 -4 350\n\
                    input keyevent 4\ninput keyevent 123\ninput keyevent 67 67 67\ninput text a%sb\n";
    assert_eq!(stubs.log(), expected);
}

#[test]
fn nothing_is_done_on_another_window_than_the_one_that_was_looked_at() {
    let secret = Secret::new("canary-7f3a".into());
    for (there, activity, done) in [
        ("a.b/.Page", ".Page", true),
        ("a.b/a.b.Page", ".Page", true),
        ("a.b/c.d.Page", "c.d.Page", true),
        ("a.b/.Other", ".Page", false),
        ("x.a/.b.Page", ".Page", false),
        ("StatusBar", ".Page", false),
    ] {
        for settle in [Settle::Nothing, Settle::Change { max: Duration::from_secs(1) }] {
            let stubs = phone_stubs();
            let window = format!("*) echo ' mCurrentFocus=Window{{1 u0 {there}}}';;");
            stubs.program("dumpsys", &format!("case \"$1\" in account) echo 'Accounts: 0';; {window} esac"));
            let front = Focus { package: "a.b".into(), activity: activity.into() };
            let inputs = vec![Input::While(&front), Input::Tap(Point { x: 1, y: 2 }), Input::Text(&secret)];
            let seen = step(&stubs, &Step { inputs, settle, look: Look::Probes });
            assert_eq!(seen.refused, None);
            assert_eq!(seen.focus, Some(Focus::parse(there)), "{there}");
            assert_eq!(stubs.log().matches("input").count(), if done { 2 } else { 0 }, "{there} {}", stubs.log());
        }
    }
}

#[test]
fn a_refused_input_ends_the_inputs() {
    for words in [
        "java.lang.SecurityException: Injecting to another application requires INJECT_EVENTS permission",
        "java.lang.SecurityException: Injecting input events requires the caller (or the source of the instrumentation, if any) to have the INJECT_EVENTS permission.",
    ] {
        let stubs = phone_stubs();
        stubs.program("input", &format!("echo \"input $1\" >>\"$LOG\"; echo '{words}' >&2; exit 255"));
        let secret = Secret::new("canary-7f3a".into());
        let inputs = vec![Input::Tap(Point { x: 1, y: 2 }), Input::Text(&secret)];
        let seen =
            step(&stubs, &Step { inputs, settle: Settle::Change { max: Duration::from_secs(3) }, look: Look::Probes });
        assert_eq!(seen.refused, Some(Refusal::InputNotAllowed));
        assert_eq!(stubs.log(), "input tap\n");
    }
}

#[test]
fn a_page_that_does_not_open_is_not_tapped() {
    let stubs = phone_stubs();
    stubs.program("am", "echo 'Starting: Intent { }'; echo 'Error type 3' >&2; echo 'Error: Activity class {a/b} does not exist.' >&2; exit 1");
    let opening = Opening::Component("a/b".into());
    let inputs = vec![Input::Open(&opening), Input::Tap(Point { x: 1, y: 2 })];
    let seen = step(&stubs, &Step { inputs, settle: Settle::Nothing, look: Look::Probes });
    assert_eq!(seen.refused, Some(Refusal::CannotOpen("Error: Activity class {a/b} does not exist.".into())));
    assert_eq!(stubs.log(), "");
}

#[test]
fn settling_waits_on_the_phone_for_the_focus_to_change() {
    let stubs = phone_stubs();
    stubs.program("sleep", "echo sleep >>\"$LOG\"");
    stubs.program(
        "dumpsys",
        "case \"$1\" in
         account) echo 'User UserInfo{0:Owner:13}:'; echo '  Accounts: 1'; echo '    Account {name=6230***535, type=com.xiaomi}';;
         window) n=$(grep -c sleep \"$LOG\" 2>/dev/null); if [ \"$n\" -ge 4 ]; then echo ' mCurrentFocus=Window{1 u0 a/.New}'; else echo ' mCurrentFocus=Window{1 u0 a/.Old}'; fi;;
         esac",
    );
    let change = |seconds| Step {
        inputs: vec![Input::Tap(Point { x: 1, y: 2 })],
        settle: Settle::Change { max: Duration::from_secs(seconds) },
        look: Look::Probes,
    };
    let seen = step(&stubs, &change(60));
    assert_eq!(seen.focus.unwrap().activity, ".New");
    assert_eq!(stubs.log().matches("sleep").count(), 4, "the focus is looked at every third time");
    // From `.New` nothing changes any more: the wait is bounded.
    let before = stubs.log().matches("sleep").count();
    step(&stubs, &change(3));
    assert_eq!(stubs.log().matches("sleep").count() - before, 10, "it waits no longer");
}

#[test]
fn settling_ends_when_the_account_goes() {
    let stubs = phone_stubs();
    stubs.program("sleep", "echo sleep >>\"$LOG\"");
    stubs.program(
        "dumpsys",
        "case \"$1\" in
         account) n=$(grep -c sleep \"$LOG\" 2>/dev/null); echo 'User UserInfo{0:Owner:13}:'
           if [ \"${n:-0}\" -ge 2 ]; then echo '  Accounts: 0'; else echo '  Accounts: 1'; echo '    Account {name=6230***535, type=com.xiaomi}'; fi;;
         window) echo ' mCurrentFocus=Window{1 u0 a/.Same}';;
         esac",
    );
    let inputs = vec![Input::Tap(Point { x: 1, y: 2 })];
    let settle = Settle::Change { max: Duration::from_secs(60) };
    let seen = step(&stubs, &Step { inputs, settle, look: SCREEN_UNLESS_ABSENT });
    assert_eq!(seen.accounts.presence(), Presence::Absent);
    assert!(matches!(seen.screen, ScreenRead::Skipped));
    assert_eq!(stubs.log().matches("sleep").count(), 2);
}

#[test]
fn older_androids_name_the_focus_elsewhere() {
    for service in ["window windows", "window "] {
        let stubs = phone_stubs();
        stubs.program(
            "dumpsys",
            &format!("case \"$1 $2\" in '{service}') echo ' mCurrentFocus=Window{{1 u0 a/.B}}';; esac"),
        );
        assert_eq!(step(&stubs, &Step::look(SCREEN)).focus.unwrap().to_string(), "a/.B", "{service}");
    }
}

#[test]
fn facts_in_one_round_trip() {
    let stubs = phone_stubs();
    stubs.program("getprop", "echo '[ro.miui.ui.version.name]: [V14]'; echo '[persist.security.adbinput]: [1]'");
    stubs.program("wm", "echo 'Physical size: 1080x2400'");
    stubs.program("am", "echo 0");
    stubs.program("ps", "echo 'u0_a1 1 2 3 4 0 0 S io.appium.uiautomator2.server'");
    stubs.program(
        "dumpsys",
        "case \"$1 $2\" in
         account*) echo 'User UserInfo{0:Owner:13}:'; echo '  Accounts: 0';;
         device_policy*) echo '  Device Owner: '; echo '    package=com.a.mdm';;
         power*) echo '  mWakefulness=Awake';;
         'window policy') echo '    showing=true'; echo '    secure=false';;
         window*) echo '  mCurrentFocus=Window{1a u0 com.miui.home/.launcher.Launcher}';;
         connectivity*) echo 'Active default network: 100'; echo 'NetworkAgentInfo{network{100} nc{[ Capabilities: INTERNET&VALIDATED ]}}';;
         battery*) echo '  level: 85';;
         accessibility*) echo '    Ui Automation[eventTypes=x]';;
         *) echo \"Can't find service: $1\" >&2;;
         esac",
    );
    let server = stubs.serve();
    let mut phone = phone(&stubs, server.address());
    let facts = phone.facts(false, LONG).unwrap();
    assert_eq!(stubs.log(), "", "nothing is sent to the phone's input unless asked");
    assert_eq!(facts.prop("ro.miui.ui.version.name"), Some("V14"));
    assert_eq!(facts.accounts.presence(), Presence::Absent);
    assert_eq!(facts.focus.unwrap().package, "com.miui.home");
    assert_eq!((facts.current_user, facts.awake, facts.battery), (Some(0), Some(true), Some(85)));
    assert_eq!(facts.device_owner.as_deref(), Some("com.a.mdm"));
    assert_eq!((facts.keyguard, facts.network), (Keyguard::Swipe, Network::Validated));
    assert_eq!(facts.display, Some((1080, 2400)));
    assert_eq!(facts.ui_automation.as_deref(), Some("io.appium.uiautomator2.server"));
    assert_eq!(facts.input, InputProbe::Unknown);
    assert_eq!(phone.facts(true, LONG).unwrap().input, InputProbe::Allowed);
    assert_eq!(stubs.log(), "input keyevent 0\n");
}

#[test]
fn a_picture_is_byte_for_byte() {
    let stubs = phone_stubs();
    let png = b"\x89PNG\r\n\x1a\n\0\xff\r\nlast\n".to_vec();
    std::fs::write(stubs.path("screen.png"), &png).unwrap();
    stubs.program("screencap", &format!("cat '{}'", stubs.path("screen.png").display()));
    let server = stubs.serve();
    assert_eq!(phone(&stubs, server.address()).picture(LONG), Ok(png));
    stubs.program("screencap", "echo 'Error opening' ; exit 1");
    assert!(phone(&stubs, server.address()).picture(LONG).is_err());
}

#[test]
fn tidy_removes_our_files_and_no_others() {
    let stubs = phone_stubs();
    for name in ["mi-signout-0123.xml", "mi-signout-4567.xml", "window_dump.xml", "my mi-signout-note"] {
        std::fs::write(stubs.path("tmp").join(name), "").unwrap();
    }
    let server = stubs.serve();
    phone(&stubs, server.address()).tidy(LONG).unwrap();
    assert_eq!(files(&stubs, "tmp"), ["my mi-signout-note", "window_dump.xml"]);
}

#[test]
fn the_phone_cannot_imitate_a_section() {
    let stubs = phone_stubs();
    dumpsys(&stubs, SIGNED_OUT);
    dump_with(&stubs, "echo 'accounts 0'; echo 'refused'; cat \"$DUMP\" >\"$2\"");
    let seen = step(&stubs, &Step::look(SCREEN));
    assert_eq!((seen.refused, seen.accounts.presence()), (None, Presence::Absent));
}

/// A dialog of another app over the account page, in the form of `uiautomator dump --windows`.
const WINDOWS: &str = r#"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><displays><display id="0"><window index="0" title="" bounds="[0,0][1080,2400]" active="false" focused="false" accessibility-focused="false" id="1" layer="0" type="1"><hierarchy rotation="0"><node text="below" package="com.xiaomi.account" bounds="[0,0][1080,2400]" /></hierarchy></window><window index="1" title="Offer" bounds="[0,1500][1080,2400]" active="true" focused="true" accessibility-focused="false" id="2" layer="1" type="1"><hierarchy rotation="0"><node text="offer" package="com.miui.offer" bounds="[0,1500][1080,2400]" /></hierarchy></window></display></displays>"#;

/// A phone of this API level whose window in front is not in a plain dump.
fn covered(level: &str, knows_windows: bool) -> Stubs {
    let stubs = phone_stubs();
    stubs.program(
        "getprop",
        &format!("if [ $# = 0 ]; then echo '[ro.build.version.sdk]: [{level}]'; else echo {level}; fi"),
    );
    stubs.program("dumpsys", "case \"$1 $2\" in 'window displays') echo '  mCurrentFocus=Window{1a u0 com.miui.offer/com.miui.offer.Offer}';; esac");
    std::fs::write(stubs.path("windows.xml"), WINDOWS).unwrap();
    let windows = if knows_windows {
        format!("cat '{}' >\"$3\"", stubs.path("windows.xml").display())
    } else {
        "echo Usage".to_owned()
    };
    let plain = "cat \"$DUMP\" >\"$2\"; echo \"UI hierchary dumped to: $2\"";
    let body = format!(
        "echo \"dump $2\" | sed 's/ .*\\/.*/ file/' >>\"$LOG\"\nif [ \"$2\" = --windows ]; then {windows}; else {plain}; fi"
    );
    dump_with(&stubs, &body);
    stubs
}

fn texts(seen: &Observation) -> Vec<String> {
    let ScreenRead::Tree(tree) = &seen.screen else { panic!("{:?}", seen.screen) };
    tree.nodes().map(|(_, n)| n.text.to_string()).collect()
}

fn dumps(stubs: &Stubs) -> Vec<String> {
    stubs.log().lines().filter(|l| l.starts_with("dump ")).map(str::to_owned).collect()
}

#[test]
fn a_window_in_front_that_a_plain_dump_does_not_show_is_read_with_all_windows() {
    let stubs = covered("33", true);
    let server = stubs.serve();
    let mut phone = phone(&stubs, server.address());
    let seen = phone.step(&Step::look(SCREEN), LONG).unwrap();
    assert_eq!(texts(&seen), ["offer"]);
    assert_eq!(dumps(&stubs), ["dump file", "dump --windows"]);
}

#[test]
fn that_a_phone_cannot_show_all_windows_is_learned_once() {
    let stubs = covered("33", false);
    let server = stubs.serve();
    let mut phone = phone(&stubs, server.address());
    for _ in 0..3 {
        assert_eq!(texts(&phone.step(&Step::look(SCREEN), LONG).unwrap()), [""]);
    }
    // The plain dump, the attempt with its plain one behind it, and then plain ones only.
    assert_eq!(dumps(&stubs), ["dump file", "dump --windows", "dump file", "dump file", "dump file"]);
}

#[test]
fn an_android_before_12_is_never_asked_for_all_windows() {
    let stubs = covered("30", true);
    let server = stubs.serve();
    let mut phone = phone(&stubs, server.address());
    phone.facts(false, LONG).unwrap();
    for look in [SCREEN, Look::Windows] {
        assert_eq!(texts(&phone.step(&Step::look(look), LONG).unwrap()), [""]);
    }
    assert_eq!(dumps(&stubs), ["dump file", "dump file"]);
}
