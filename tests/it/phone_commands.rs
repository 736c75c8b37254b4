//! Every program of the simulated phone through Debian's `adb shell`, in forms that this project's own client never sends.

use crate::support::{TestBed, adb, spec};

/// What a person types, the exit code, and what its output has.
const TYPED: &[(&str, i32, &str)] = &[
    ("getprop | grep version.name", 0, "[ro.miui.ui.version.name]: [V140]"),
    ("getprop ro.nobody.set.this; echo end", 0, "end"),
    ("setprop ro.product.model Other", 1, ""),
    ("am start -a android.settings.SETTINGS", 0, "Starting: Intent"),
    ("am start -n com.nobody/.Main", 1, "does not exist"),
    ("am get-current-user", 0, "0"),
    ("dumpsys account | sed -n 1p", 0, "User UserInfo{0:"),
    ("dumpsys -t 3 window windows | grep mCurrentFocus", 0, "mCurrentFocus=Window{"),
    ("dumpsys power | grep -c mWakefulness=Awake", 0, "1"),
    ("dumpsys device_policy | wc -l", 0, ""),
    ("dumpsys nosuchservice", 0, "Can't find service: nosuchservice"),
    ("dumpsys -l | head -n 4", 0, "account"),
    ("uiautomator dump", 0, "UI hierchary dumped to: "),
    ("uiautomator dump --compressed /sdcard/c.xml >/dev/null && grep -c '<hierarchy' /sdcard/c.xml", 0, "1"),
    ("input keyevent 3 && input tap 500 1200; input swipe 500 1500 500 900 300; echo $?", 0, "0"),
    ("input text 'hello%sworld'", 0, ""),
    ("settings get global airplane_mode_on", 0, "0"),
    ("wm size; wm density", 0, "Physical size: 1080x2400"),
    ("pm list packages com.xiaomi.account", 0, "package:com.xiaomi.account"),
    ("pm path com.xiaomi.account", 0, "package:/"),
    ("screencap -p /sdcard/s.png; head -c 4 /sdcard/s.png | grep -c PNG", 0, "1"),
    (
        "echo a b > /sdcard/f; cat /sdcard/f; ls -l /sdcard/f; rm /sdcard/f; ls /sdcard/f 2>&1",
        1,
        "No such file or directory",
    ),
    ("time=$(date +%s); sleep 1; [ $(date +%s) -ge $time ] && echo later", 0, "later"),
    ("id", 0, "uid=2000(shell)"),
    ("for s in 1 2 3; do echo $s; done | tail -n 1", 0, "3"),
    ("nosuchprogram", 127, "not found"),
    ("exit 9", 9, ""),
];

#[test]
fn every_program_answers_debians_adb() {
    let bed = TestBed::real([spec("8f2a1b")]);
    let port = bed.adb().rsplit(':').next().unwrap().parse().unwrap();
    let mut wrong = Vec::new();
    for (line, code, has) in TYPED {
        let said = adb(port, &["shell", line], b"");
        if said.code != *code || !format!("{}{}", said.out, said.err).contains(has) {
            wrong.push(format!("{line}\n    {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let picture = adb(port, &["exec-out", "screencap", "-p"], b"");
    assert!(picture.bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{picture:?}");
    let record = bed.phone(0).record();
    for program in ["getprop", "am", "dumpsys", "uiautomator", "input", "settings", "wm", "pm", "screencap"] {
        assert!(record.commands.iter().any(|c| c.argv[0] == program), "{program} was not run");
    }
}
