//! Window manager, power and trust → the focused window, the lock screen, whether the screen is on.

use super::word;
use crate::model::Focus;
use crate::phone::Keyguard;

/// The focused window of display 0 in `dumpsys window`. Casting, a rear screen or scrcpy's new display have a focus of their
/// own, and are printed before display 0 (`Display: mDisplayId=14`); taps go to display 0. An output without display headings,
/// as Android 9 and earlier print it, gives the first `mCurrentFocus=` that names a window: it is `null` while windows change.
///
/// A window that is no activity has a title instead of a component. `StatusBar`, `NotificationShade` and the like are given
/// as package; an "Application Not Responding" or "Application Error" window as the package of the application that it is
/// about, with these words as activity.
#[must_use]
pub fn focus(text: &str) -> Option<Focus> {
    let shown = match main_display(text) {
        MainDisplay::Block(block) => block,
        MainDisplay::NoHeadings => text,
        MainDisplay::Missing => return None,
    };
    shown.lines().find_map(|line| focused_window(line.trim()))
}

/// What a listing of displays says of display 0.
enum MainDisplay<'t> {
    /// Its lines.
    Block(&'t str),
    /// Nothing is parted by display.
    NoHeadings,
    /// Only other displays are listed.
    Missing,
}

/// The heading of one display's lines; the number follows.
const DISPLAY: &str = "Display: mDisplayId=";

fn main_display(text: &str) -> MainDisplay<'_> {
    let mut headings = text.match_indices(DISPLAY).map(|(at, _)| at).peekable();
    if headings.peek().is_none() {
        return MainDisplay::NoHeadings;
    }
    let is_main = |at: &usize| {
        let number = &text[at + DISPLAY.len()..];
        number.split(|c: char| !c.is_ascii_digit()).next() == Some("0")
    };
    let Some(start) = headings.find(is_main) else { return MainDisplay::Missing };
    let end = headings.next().unwrap_or(text.len());
    MainDisplay::Block(&text[start..end])
}

/// One line `mCurrentFocus=Window{1a2b3c u0 com.xiaomi.account/com.xiaomi.account.ui.AccountSettingsActivity}`.
fn focused_window(line: &str) -> Option<Focus> {
    let (_, rest) = line.split_once("mCurrentFocus=Window{")?;
    let (inside, _) = rest.rsplit_once('}')?;
    let (_, mut title) = inside.split_once(' ')?;
    // `u0`, the Android user.
    if let Some((user, rest)) = title.split_once(' ')
        && user.strip_prefix('u').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    {
        title = rest;
    }
    for tail in [" paused=false", " paused=true", " EXITING"] {
        title = title.trim_end().strip_suffix(tail).unwrap_or(title);
    }
    let title = title.trim();
    for about in ["Application Not Responding", "Application Error"] {
        if let Some(package) = title.strip_prefix(about).and_then(|r| r.strip_prefix(':')) {
            return Some(Focus { package: package.trim().to_owned(), activity: about.to_owned() });
        }
    }
    (!title.is_empty()).then(|| match title.split_once(' ') {
        // An activity's name has no spaces; Android 4 to 6 may add a word after it.
        Some((component, _)) if component.contains('/') => Focus::parse(component),
        _ => Focus::parse(title),
    })
}

/// Whether the screen is on and in use, by `dumpsys power`'s `mWakefulness` (`Awake`, `Asleep`, `Dozing`, `Dreaming`).
#[must_use]
pub fn awake(power: &str) -> Option<bool> {
    match word(power, "mWakefulness")? {
        "Awake" => Some(true),
        "Asleep" | "Dozing" | "Dreaming" => Some(false),
        _ => None,
    }
}

/// The lock screen, by `dumpsys window policy` and the `deviceLocked` lines of `dumpsys trust`.
///
/// Whether it shows is `showing` of the keyguard delegate (Android 7 and later), else `mIsShowing` of its monitor, else
/// `mShowingLockscreen` (Android 6). Whether a secret is needed is the current user's `deviceLocked`, since a lock that
/// another trust agent holds open needs none, else `secure`.
#[must_use]
pub fn keyguard(policy: &str, trust: &str) -> Keyguard {
    let flag = |keys| flag(policy, keys);
    match flag(&["showing", "mIsShowing", "mShowingLockscreen", "mKeyguardShowing"]) {
        None => Keyguard::Unknown,
        Some(false) => Keyguard::None,
        Some(true) => match device_locked(trust).or_else(|| flag(&["secure", "mSecure"])) {
            Some(true) => Keyguard::Secure,
            Some(false) => Keyguard::Swipe,
            None => Keyguard::Unknown,
        },
    }
}

/// Whether a PIN, pattern or password is set, by the `secure` of the keyguard delegate in `dumpsys window policy`, which says it
/// also while the screen is open (Android 7 and later).
#[must_use]
pub fn has_lock(policy: &str) -> Option<bool> {
    flag(policy, &["secure", "mSecure"])
}

/// The first of these keys that is `true` or `false`.
fn flag(policy: &str, keys: &[&str]) -> Option<bool> {
    keys.iter().find_map(|key| match word(policy, key)? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    })
}

/// `deviceLocked` of the user that is marked `(current)`, or of the only one.
fn device_locked(trust: &str) -> Option<bool> {
    let lines: Vec<&str> = trust.lines().filter(|l| l.contains("deviceLocked=")).collect();
    let line = match lines.as_slice() {
        [only] => only,
        many => many.iter().find(|l| l.contains("(current)"))?,
    };
    match word(line, "deviceLocked")? {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn focus_of_many_androids() {
        let account = "com.xiaomi.account/.ui.AccountSettingsActivity";
        for (text, expected) in [
            (
                "  mCurrentFocus=Window{1a2b3c u0 com.xiaomi.account/com.xiaomi.account.ui.AccountSettingsActivity}",
                account,
            ),
            ("mCurrentFocus=Window{1a2b3c u10 com.xiaomi.account/.ui.AccountSettingsActivity}\r", account),
            ("mCurrentFocus=Window{41d2 com.xiaomi.account/.ui.AccountSettingsActivity paused=false}", account),
            (
                "mCurrentFocus=null\n  mCurrentFocus=Window{1a u0 com.miui.home/com.miui.home.launcher.Launcher}",
                "com.miui.home/.launcher.Launcher",
            ),
            (
                "mCurrentFocus=Window{1a u0 Application Not Responding: com.miui.home}",
                "com.miui.home/Application Not Responding",
            ),
            (
                "mCurrentFocus=Window{1a u0 Application Error: com.android.settings}",
                "com.android.settings/Application Error",
            ),
            ("mCurrentFocus=Window{1a u0 NotificationShade}", "NotificationShade/"),
            ("mCurrentFocus=Window{1a u0 StatusBar}", "StatusBar/"),
            ("mCurrentFocus=Window{1a u0 PopupWindow:5d1f2e}", "PopupWindow:5d1f2e/"),
            ("mCurrentFocus=Window{1a u0 Some Title}", "Some Title/"),
        ] {
            assert_eq!(focus(text).map(|f| f.to_string()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn f02_the_focus_of_display_0_counts_wherever_it_stands() {
        let heading = |id: u32| format!("  Display: mDisplayId={id} (organized)\n");
        let window = |name: &str| format!("  mCurrentFocus=Window{{964a007 u0 {name}}}\n");
        let (zero, other, tenth) = (heading(0), heading(14), heading(10));
        let (account, chrome) =
            (window("com.xiaomi.account/.ui.AccountSettingsActivity"), window("com.android.chrome/.Main"));
        let seen = |text: String| focus(&text).map(|f| f.package);
        let is = |package: &str| Some(package.to_owned());
        assert_eq!(seen(format!("{other}{chrome}{zero}{account}")), is("com.xiaomi.account"));
        assert_eq!(seen(format!("{zero}{account}{other}{chrome}")), is("com.xiaomi.account"));
        assert_eq!(seen(format!("{tenth}{chrome}{zero}{account}{other}{chrome}")), is("com.xiaomi.account"));
        assert_eq!(seen(format!("{zero}  mCurrentFocus=null\n{other}{chrome}")), None, "no focus on display 0");
        assert_eq!(seen(format!("{zero}{other}{chrome}")), None);
        assert_eq!(seen(format!("{tenth}{chrome}")), None, "display 0 is not in it");
    }

    #[test]
    fn no_focus_is_none() {
        for text in ["", "mCurrentFocus=null", "mCurrentFocus=Window{", "mCurrentFocus=Window{}", "mFocusedApp=x"] {
            assert_eq!(focus(text), None, "{text}");
        }
    }

    #[test]
    fn wakefulness() {
        assert_eq!(awake("  mWakefulness=Awake\n  mWakefulnessChanging=false"), Some(true));
        assert_eq!(awake("  mWakefulnessChanging=false\n  mWakefulness=Dozing"), Some(false));
        assert_eq!(awake(""), None);
    }

    #[test]
    fn keyguard_of_many_androids() {
        let now = "  KeyguardServiceDelegate\n    showing=true\n    showingAndNotOccluded=true\n    inputRestricted=false\n    \
                   occluded=false\n    secure=true\n  KeyguardStateMonitor\n    mIsShowing=true\n";
        let open = "KeyguardServiceDelegate\n showing=false\n showingAndNotOccluded=true\n secure=true";
        let old = "    mShowingLockscreen=true mShowingDream=false mDreamingLockscreen=true";
        let locked = " User \"Owner\" (id=0, flags=0x13) (current): trusted=0, trustManaged=0, deviceLocked=1, strongAuthRequired=0x0";
        let other =
            " User \"Second\" (id=10, flags=0x10): trusted=0, trustManaged=0, deviceLocked=1, strongAuthRequired=0x1";
        let free = locked.replace("deviceLocked=1", "deviceLocked=0");
        for (policy, trust, expected) in [
            (now, locked, Keyguard::Secure),
            (now, "", Keyguard::Secure),
            (now, free.as_str(), Keyguard::Swipe),
            (now, &format!("{other}\n{free}"), Keyguard::Swipe),
            (&now.replace("secure=true", "secure=false"), "", Keyguard::Swipe),
            (open, locked, Keyguard::None),
            (old, locked, Keyguard::Secure),
            (old, "", Keyguard::Unknown),
            ("", locked, Keyguard::Unknown),
        ] {
            assert_eq!(keyguard(policy, trust), expected, "{policy} {trust}");
        }
        assert_eq!((has_lock(now), has_lock(open), has_lock(old), has_lock("")), (Some(true), Some(true), None, None));
        assert_eq!(has_lock(&open.replace("secure=true", "secure=false")), Some(false));
    }
}
