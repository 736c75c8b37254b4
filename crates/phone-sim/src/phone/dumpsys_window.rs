//! What `dumpsys` says of windows, activities and the keyboard.

use super::am::short;
use super::windows;
use super::world::World;
use crate::spec::LockKind;

/// The focused window's name: an activity, or the name of a window that is none.
fn focus(world: &World) -> String {
    if !world.stack.is_awake() && world.stack.lock().is_none() {
        return "null".to_owned();
    }
    format!("Window{{3f1c2a9 u{} {}}}", world.user(), windows::title(world, world.screen()))
}

/// The activity below pop-ups and lock screen.
fn activity_record(world: &World) -> String {
    let below = short(&world.stack.page().activity(&world.spec));
    format!("ActivityRecord{{8d0b1e7 u{} {below} t42}}", world.user())
}

/// `dumpsys window [displays|windows|policy]`.
pub(super) fn window(world: &World, part: &str) -> String {
    let policy = policy(world);
    let (width, height) = world.spec.size;
    let cast = if world.faults.cast_display() {
        "  Display: mDisplayId=14 (organized)\n    init=1080x2400 440dpi cur=1080x2400 app=1080x2400\n  mCurrentFocus=Window{964a007 u0 com.android.chrome/com.google.android.apps.chrome.Main}\n  mFocusedApp=ActivityRecord{2027231 u0 com.android.chrome/com.google.android.apps.chrome.Main t2}\n"
    } else {
        ""
    };
    let display = format!(
        "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)\n{cast}  Display: mDisplayId=0\n    init={width}x{height} {}dpi cur={width}x{height} app={width}x{height}\n  mCurrentFocus={}\n  mFocusedApp={}\n",
        world.system.density,
        focus(world),
        activity_record(world)
    );
    match part {
        "policy" | "p" => policy,
        "displays" | "d" => display,
        "windows" | "w" => {
            format!(
                "WINDOW MANAGER WINDOWS (dumpsys window windows)\n  Window #1 {}:\n  mCurrentFocus={}\n  mFocusedApp={}\n",
                focus(world),
                focus(world),
                activity_record(world)
            )
        }
        _ => format!("{policy}\n{display}"),
    }
}

fn policy(world: &World) -> String {
    let showing = world.stack.lock().is_some();
    let secure =
        world.stack.lock().is_some_and(|lock| lock != LockKind::Swipe) || world.stack.keyguard() == LockKind::Pin;
    let on = if world.stack.is_awake() { "SCREEN_STATE_ON" } else { "SCREEN_STATE_OFF" };
    let awake = world.stack.is_awake();
    format!(
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n    mSystemReady=true mSystemBooted=true\n    screenState={on}\n    mAwake={awake} mScreenOnEarly={awake} mScreenOnFully={awake}\n    mShowingLockscreen={showing} mShowingDream=false mDreamingLockscreen={showing}\n    KeyguardServiceDelegate\n      showing={showing}\n      showingAndNotOccluded={showing}\n      inputRestricted={showing}\n      occluded=false\n      secure={secure}\n      isKeyguardShowing={showing}\n"
    )
}

/// `dumpsys activity activities`.
pub(super) fn activity(world: &World) -> String {
    let record = activity_record(world);
    format!(
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)\nDisplay #0 (activities from top to bottom):\n    mResumedActivity: {record}\n  ResumedActivity: {record}\n"
    )
}

/// `dumpsys input_method`.
pub(super) fn input_method(world: &World) -> String {
    let shown = world.form.keyboard() && world.form.focus().is_some();
    format!(
        "Current Input Method Manager state:\n  mShowRequested={shown} mShowExplicitlyRequested=false mShowForced=false mInputShown={shown}\n  mInputShown={shown}\n"
    )
}
