//! The files that are compiled in.

/// Texts of user interface resources.
pub(super) const LABELS: (&str, &str) = ("labels.toml", include_str!("../../device-profiles/labels.toml"));

/// The profiles, each base before the profiles that build on it.
pub(super) const PROFILES: &[(&str, &str)] = &[
    ("base.toml", include_str!("../../device-profiles/base.toml")),
    ("miui.toml", include_str!("../../device-profiles/miui.toml")),
    ("miui-8-10.toml", include_str!("../../device-profiles/miui-8-10.toml")),
    ("hyperos.toml", include_str!("../../device-profiles/hyperos.toml")),
    ("generic.toml", include_str!("../../device-profiles/generic.toml")),
];
