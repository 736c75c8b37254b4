//! A phone's switches outside of its pages: input gate, network, settings, what other programs hold.

use std::collections::BTreeMap;

use crate::screens::ScreenId;
use crate::spec::{Branch, Gate, PhoneSpec};

/// The switches of one phone.
#[derive(Debug)]
pub(super) struct System {
    /// Whether `input` works.
    pub gate: Gate,
    /// The process that holds the connection which a dump needs.
    pub automation: Option<String>,
    /// Whether there is a network.
    pub network: bool,
    /// Dots per inch.
    pub density: u32,
    settings: BTreeMap<(String, String), String>,
    /// What will come up over the account page when it first shows.
    popup: Option<ScreenId>,
    /// Whether Find Device's app is there for the user in front.
    find_device_app: bool,
}

impl System {
    /// The switches that a phone is made with.
    pub(super) fn new(spec: &PhoneSpec) -> Self {
        Self {
            gate: spec.input_gate,
            automation: spec.automation.clone(),
            network: spec.network,
            density: 440,
            settings: initial_settings(),
            popup: [
                (Branch::AccountAppUpdate, ScreenId::AccountUpdate),
                (Branch::Located, ScreenId::FindDeviceLocated),
                (Branch::Rings, ScreenId::FindDeviceNoise),
            ]
            .into_iter()
            .find_map(|(branch, popup)| spec.has(branch).then_some(popup)),
            find_device_app: !spec.has(Branch::NoFindDeviceApp),
        }
    }

    /// What comes up over the account page; once.
    pub(super) fn take_popup(&mut self) -> Option<ScreenId> {
        self.popup.take()
    }

    /// Whether Find Device's app is there for the user in front.
    pub(super) fn has_find_device_app(&self) -> bool {
        self.find_device_app
    }

    /// Find Device's app, which is in the system's image, comes back for the user in front.
    pub(super) fn install_find_device(&mut self) {
        self.find_device_app = true;
    }

    /// One of Android's settings, by namespace and key.
    pub(super) fn setting(&self, space: &str, key: &str) -> Option<&str> {
        self.settings.get(&(space.to_owned(), key.to_owned())).map(String::as_str)
    }

    /// All settings of a namespace, in the order of their keys.
    pub(super) fn settings(&self, space: &str) -> Vec<(String, String)> {
        let own = self.settings.iter().filter(|((s, _), _)| s == space);
        own.map(|((_, key), value)| (key.clone(), value.clone())).collect()
    }

    /// Sets one; `None` deletes it.
    pub(super) fn set(&mut self, space: &str, key: &str, value: Option<&str>) {
        let place = (space.to_owned(), key.to_owned());
        match value {
            Some(value) => self.settings.insert(place, value.to_owned()),
            None => self.settings.remove(&place),
        };
    }
}

/// What a phone has at the start: (namespace, key) → value.
fn initial_settings() -> BTreeMap<(String, String), String> {
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
