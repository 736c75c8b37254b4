//! The phone's `settings`.

use std::collections::BTreeMap;

use super::call::Call;

/// What a phone has at the start: (namespace, key) → value.
pub(super) fn initial() -> BTreeMap<(String, String), String> {
    [
        ("global", "adb_enabled", "1"),
        ("global", "airplane_mode_on", "0"),
        ("global", "animator_duration_scale", "1.0"),
        ("global", "development_settings_enabled", "1"),
        ("global", "device_provisioned", "1"),
        ("global", "stay_on_while_plugged_in", "0"),
        ("global", "transition_animation_scale", "1.0"),
        ("global", "window_animation_scale", "1.0"),
        (
            "secure",
            "default_input_method",
            "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME",
        ),
        ("secure", "user_setup_complete", "1"),
        ("system", "screen_brightness", "102"),
        ("system", "screen_off_timeout", "30000"),
    ]
    .into_iter()
    .map(|(space, key, value)| ((space.to_owned(), key.to_owned()), value.to_owned()))
    .collect()
}

pub(super) fn run(call: &mut Call<'_, '_>) -> i32 {
    if !call.takes(100) {
        return 129;
    }
    let mut args = call.args.to_vec();
    if args.first().is_some_and(|a| a == "--user") {
        args.drain(..2.min(args.len()));
    }
    let word = |place: usize| args.get(place).cloned().unwrap_or_default();
    let (verb, space, key) = (word(0), word(1), word(2));
    if !["system", "secure", "global"].contains(&space.as_str()) {
        call.err(format!("Invalid namespace '{space}'\n"));
        return 255;
    }
    match verb.as_str() {
        "get" => {
            let cards = key == "key_bank_card_in_ese" && call.phone.spec().cards;
            let value = call.world(|w, _| w.settings.get(&(space, key)).cloned());
            let value = if cards { "1".to_owned() } else { value.unwrap_or_else(|| "null".to_owned()) };
            call.out(value + "\n");
        }
        "list" => {
            for ((own, key), value) in call.world(|w, _| w.settings.clone()) {
                if own == space {
                    call.out(format!("{key}={value}\n"));
                }
            }
        }
        "put" | "delete" => {
            let permission = if space == "system" {
                "android.permission.WRITE_SETTINGS"
            } else {
                "android.permission.WRITE_SECURE_SETTINGS"
            };
            if let Some(code) = call.gated(permission, &verb) {
                return code;
            }
            call.world(|w, _| {
                if verb == "put" {
                    w.settings.insert((space, key), word(3));
                } else {
                    w.settings.remove(&(space, key));
                }
            });
            if verb == "delete" {
                call.out("Deleted 1 rows\n");
            }
        }
        _ => {
            call.err("Invalid command\n");
            return 255;
        }
    }
    0
}
