//! Readings that scripts share: the focused window, the accounts, and what must be known before the first tap.
//!
//! Readings that do not depend on each other run side by side: the stages of a pipeline do, on every shell.

/// Leaves of `f` what is of display 0: what stands before its heading, and from the next heading on, is of other displays (casting, a
/// rear screen). An output without headings stays whole. Expansions start no process.
macro_rules! of_display_0 {
    () => {
        "\nf=${f#*Display: mDisplayId=0}; f=${f%%Display: mDisplayId=*}"
    };
}
/// Reads the focused window of display 0 into `f`, from where `w` says. `displays` is short, so the shell picks the lines itself; in the
/// others a program is faster.
macro_rules! read_focus {
    () => {
        concat!(
            "if [ \"$w\" = displays ]; then\nf=$(set -f; IFS='\n'; for q in $(dumpsys window displays 2>/dev/null); do ",
            "case $q in (*'Display: mDisplayId='*|*mCurrentFocus=*) echo \"$q\";; esac; done)\n",
            "else f=$(dumpsys window $w 2>/dev/null | grep -E 'Display: mDisplayId=|mCurrentFocus=')\nfi",
            of_display_0!()
        )
    };
}
/// The focused window. Android 10 and later name it in `displays`, earlier ones in `windows`, and some only in the whole.
pub(super) const FOCUS: &str = concat!(
    "f=\nfor v in displays windows ''; do if [ \"$f\" = \"${f#*mCurrentFocus=}\" ]; then w=$v\n",
    read_focus!(),
    "\nfi; done"
);
/// The same, once `w` says where this phone names it.
pub(super) const FOCUS_AGAIN: &str = read_focus!();
/// Reads the accounts into `a`, and how that ended into `r`.
pub(super) const ACCOUNTS: &str = "a=$(dumpsys account 2>&1); r=$?";
/// Sets `g` where `a` and `r` tell that no Xiaomi account is there. A reading without its count is no proof. The host reads the same text
/// again, and more strictly: as Android prints an account; the description of its authenticator has no comma before the type. One `case`
/// reads the text once; to cut it with an expansion takes a time that grows with the square of its length.
pub(super) const IS_GONE: &str = "if [ $r = 0 ]; then case $a in (*'Accounts: '*', type=com.xiaomi}'*) ;; \
                                  (*'Accounts: '*) g=1;; esac; fi";

/// One fact: its section, and what fills it.
type Fact = (&'static str, &'static str);

/// Facts of which a few lines are wanted, through one `grep`; groups that are read side by side.
pub(super) const IN_LINES: [&[Fact]; 3] = [
    &[("power", "dumpsys power"), ("trust", "dumpsys trust")],
    &[("network", "dumpsys connectivity"), ("automation", "dumpsys accessibility")],
    &[("account-app", "dumpsys package com.xiaomi.account")],
];
/// What these lines have in them.
pub(super) const LINES: &str =
    "mWakefulness|deviceLocked|NetworkAgentInfo|Active default network|versionName=|Ui Automation";
/// Facts that are wanted whole; groups that are read side by side.
pub(super) const WHOLE: [&[Fact]; 3] = [
    &[("owner", "dumpsys device_policy 2>/dev/null"), ("policy", "dumpsys window policy 2>/dev/null")],
    &[("props", "getprop"), ("user", "am get-current-user 2>&1")],
    // The list of apps takes longest.
    &[
        // With the framework's own name in it, the list was read.
        (
            "apps",
            "p=$(set -f; IFS='\n'; for q in $(pm list packages --user 0 2>/dev/null); do case $q in (*:android*|*:com.xiaomi*|*:com.miui*) echo \"$q\";; esac; done); echo \"$p\"",
        ),
        // Also those that were removed for the user and are still in the system; asked where the account app is among the missing.
        (
            "known-apps",
            "q=${p#*:com.xiaomi.account}; if [ \"$q\" = \"$p\" ]; then pm list packages -u 2>/dev/null | grep ':com.xiaomi.account'; fi",
        ),
    ],
];
/// Facts that only a person is told.
pub(super) const FOR_PEOPLE: &[Fact] =
    &[("battery", "dumpsys battery 2>/dev/null"), ("display", "wm size 2>/dev/null")];
