//! One phone for each generation: model names and build properties in the form of real ones.

use crate::generations::AppGeneration;
use crate::spec::{DumpFormat, Gate, Generation, LockKind, PhoneSpec};

/// What differs by model.
struct Model {
    generation: Generation,
    brand: &'static str,
    name: &'static str,
    device: &'static str,
    product: &'static str,
    market_name: &'static str,
    mod_device: &'static str,
    incremental: &'static str,
    android: &'static str,
    sdk: u32,
    region: &'static str,
    size: (u32, u32),
}

const MODELS: &[Model] = &[
    model(Generation::Miui9, "Xiaomi", "MI 6", "sagit", "", "V9.2.4.0.NCACNEK", "7.1.1", 25, (1080, 1920)),
    model(Generation::Miui10, "Xiaomi", "Redmi 4A", "rolex", "", "V10.2.3.0.NCCMIXM", "7.1.2", 25, (720, 1280)),
    model(Generation::Miui11, "Xiaomi", "MI MAX 2", "oxygen", "", "V11.0.2.0.NDDMIXM", "7.1.1", 25, (1080, 1920)),
    model(
        Generation::Miui12,
        "Xiaomi",
        "M2007J1SC",
        "cas",
        "Mi 10 Ultra",
        "V12.0.15.0.QJJCNXM",
        "10",
        29,
        (1080, 2340),
    ),
    model(Generation::Miui125, "xiaomi", "Redmi Note 7", "lavender", "", "V12.5.3.0.QFGMIXM", "10", 29, (1080, 2340)),
    model(Generation::Miui13, "Xiaomi", "2201123G", "cupid", "Xiaomi 12", "V13.0.12.0.SLCMIXM", "12", 31, (1080, 2400)),
    Model {
        generation: Generation::Miui14,
        brand: "Redmi",
        name: "M2101K7AG",
        device: "sunny",
        product: "sunny_global",
        market_name: "Redmi Note 10",
        mod_device: "mojito_global",
        incremental: "V14.0.9.0.SKGMIXM",
        android: "12",
        sdk: 31,
        region: "PF",
        size: (1080, 2400),
    },
    model(
        Generation::HyperOs1,
        "Xiaomi",
        "2112123AC",
        "psyche",
        "Xiaomi 12X",
        "V816.0.10.0.TLDCNXM",
        "13",
        33,
        (1080, 2400),
    ),
    model(
        Generation::HyperOs2,
        "Redmi",
        "23013RK75C",
        "mondrian",
        "Redmi K60",
        "OS2.0.207.0.VMNCNXM",
        "15",
        35,
        (1440, 3200),
    ),
    model(
        Generation::HyperOs3,
        "Xiaomi",
        "25010PN30G",
        "xuanyuan",
        "Xiaomi 15",
        "OS3.0.8.0.WOCMIXM",
        "16",
        36,
        (1200, 2670),
    ),
    model(
        Generation::HyperOs4,
        "Xiaomi",
        "26999ZZ00G",
        "tomorrow",
        "Xiaomi 18",
        "OS4.0.1.0.XAAMIXM",
        "18",
        38,
        (1280, 2800),
    ),
    model(Generation::Plain, "google", "Pixel 6", "oriole", "", "11234567", "14", 34, (1080, 2400)),
];

#[expect(clippy::too_many_arguments, reason = "one line a model, as a table")]
const fn model(
    generation: Generation,
    brand: &'static str,
    name: &'static str,
    device: &'static str,
    market_name: &'static str,
    incremental: &'static str,
    android: &'static str,
    sdk: u32,
    size: (u32, u32),
) -> Model {
    // The region is read off the incremental's end: …CNXM and …CNEK are China, …MIXM is Global.
    let bytes = incremental.as_bytes();
    let china = bytes.len() > 4 && bytes[bytes.len() - 4] == b'C' && bytes[bytes.len() - 3] == b'N';
    let region = if china { "CN" } else { "SG" };
    Model {
        generation,
        brand,
        name,
        device,
        product: device,
        market_name,
        mod_device: "",
        incremental,
        android,
        sdk,
        region,
        size,
    }
}

impl Default for PhoneSpec {
    fn default() -> Self {
        of(Generation::Miui14)
    }
}

impl PhoneSpec {
    /// The phone that stands for a generation, with its own model and properties.
    #[must_use]
    pub fn of(generation: Generation) -> Self {
        of(generation)
    }
}

impl AppGeneration {
    /// A phone with this generation of the app, on one of the systems that it could come with.
    #[must_use]
    pub fn phone(self) -> PhoneSpec {
        let system = match self {
            Self::OtherIds | Self::Pictures | Self::SettingsOnly => Generation::HyperOs4,
            Self::OtherOrder | Self::WebPage => Generation::HyperOs3,
            Self::NoIds | Self::OtherPackages => Generation::Miui14,
        };
        PhoneSpec::of(system).change(|spec| {
            spec.app_generation = Some(self);
            spec.resource_ids = true;
            spec.row_at_top = true;
        })
    }
}

/// The phone that stands for a generation.
fn of(generation: Generation) -> PhoneSpec {
    let found = MODELS.iter().find(|m| m.generation == generation).unwrap_or(&MODELS[6]);
    let china = found.region == "CN";
    let plain = generation == Generation::Plain;
    PhoneSpec {
        serial: "sim00001".to_owned(),
        model: found.name.to_owned(),
        device: found.device.to_owned(),
        product: found.product.to_owned(),
        brand: found.brand.to_owned(),
        manufacturer: if plain { "Google".to_owned() } else { "Xiaomi".to_owned() },
        market_name: found.market_name.to_owned(),
        mod_device: found.mod_device.to_owned(),
        incremental: found.incremental.to_owned(),
        generation,
        android: found.android.to_owned(),
        sdk: found.sdk,
        language: "en".to_owned(),
        region: found.region.to_owned(),
        size: found.size,
        account: if plain { None } else { Some("6230000535".to_owned()) },
        owner: "Sam Owner".to_owned(),
        password: "Owner-pass 1".to_owned(),
        believed_password: None,
        captcha_code: "k7pm".to_owned(),
        second_factor_code: "314159".to_owned(),
        scale: 1.0,
        dump_format: if found.sdk >= 34 { DumpFormat::New } else { DumpFormat::Old },
        status_bar: true,
        resource_ids: !generation.is_hyperos() || generation < Generation::HyperOs4,
        button_below_fold: true,
        row_at_top: china || generation.is_hyperos(),
        crossed_buttons: false,
        masks_account: true,
        dialer: true,
        find_device: true,
        synced_data: true,
        cards: false,
        input_gate: Gate::Open,
        automation: None,
        keyguard: LockKind::None,
        boots_for: 0,
        awake: true,
        network: true,
        second_space: false,
        device_owner: None,
        battery: 83,
        keyboard_opens: false,
        // The models stand for their generation on later Androids too.
        shows_password_length: true,
        password_in_clear: false,
        data_labels: None,
        account_app: None,
        app_generation: None,
        reads_input: true,
        china_app: false,
        branches: Vec::new(),
    }
}

/// Android One Mi A2: an incremental that looks like MIUI, and no property of MIUI.
#[must_use]
pub fn android_one() -> PhoneSpec {
    PhoneSpec::of(Generation::Plain).change(|s| {
        "xiaomi".clone_into(&mut s.brand);
        "Xiaomi".clone_into(&mut s.manufacturer);
        "Mi A2".clone_into(&mut s.model);
        "jasmine_sprout".clone_into(&mut s.device);
        "jasmine".clone_into(&mut s.product);
        "V9.6.17.0.ODIMIFE".clone_into(&mut s.incremental);
        "8.1.0".clone_into(&mut s.android);
        s.sdk = 27;
        s.size = (1080, 2160);
        s.dump_format = DumpFormat::Old;
    })
}

/// A custom ROM on Xiaomi hardware.
#[must_use]
pub fn custom_rom() -> PhoneSpec {
    PhoneSpec::of(Generation::Plain).change(|s| {
        "Xiaomi".clone_into(&mut s.brand);
        "Xiaomi".clone_into(&mut s.manufacturer);
        "MI 8".clone_into(&mut s.model);
        "dipper".clone_into(&mut s.device);
        "lineage_dipper".clone_into(&mut s.product);
        "eng.builder.20240101".clone_into(&mut s.incremental);
    })
}

/// A nubia phone that carries MIUI 10.
#[must_use]
pub fn nubia_miui() -> PhoneSpec {
    PhoneSpec::of(Generation::Miui10).change(|s| {
        "nubia".clone_into(&mut s.brand);
        "nubia".clone_into(&mut s.manufacturer);
        "NX529J".clone_into(&mut s.model);
        "NX529J".clone_into(&mut s.device);
        "NX529J".clone_into(&mut s.product);
        "V10.1.1.0.MHOCNFI".clone_into(&mut s.incremental);
        "6.0.1".clone_into(&mut s.android);
        s.sdk = 23;
        s.size = (1080, 1920);
        String::new().clone_into(&mut s.region);
    })
}
