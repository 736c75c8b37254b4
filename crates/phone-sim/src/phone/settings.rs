//! The phone's `settings`.

use super::call::Call;

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
            let value = call.world(|w, _| w.system.setting(&space, &key).map(str::to_owned));
            let value = if cards { "1".to_owned() } else { value.unwrap_or_else(|| "null".to_owned()) };
            call.out(value + "\n");
        }
        "list" => {
            for (key, value) in call.world(|w, _| w.system.settings(&space)) {
                call.out(format!("{key}={value}\n"));
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
            let value = (verb == "put").then(|| word(3));
            call.world(|w, _| w.system.set(&space, &key, value.as_deref()));
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
