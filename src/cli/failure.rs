//! An error as a person reads it: what, where, and `hint:` what to do.

use crate::fleet::SelectError;
use crate::model::{Device, ExitStatus};

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Failure {
    /// The exit status it amounts to.
    pub status: ExitStatus,
    /// What went wrong; lower case, no full stop.
    pub what: String,
    /// Where: a serial, a file, an address.
    pub place: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure of what was typed or of a file.
    pub fn usage(what: impl Into<String>) -> Self {
        Self { status: ExitStatus::Usage, what: what.into(), place: None, hint: None }
    }

    /// A failure with its own status.
    pub fn new(status: ExitStatus, what: impl Into<String>) -> Self {
        Self { status, what: what.into(), place: None, hint: None }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<SelectError> for Failure {
    fn from(error: SelectError) -> Self {
        let what = error.to_string();
        match error {
            SelectError::Nothing => Self::new(ExitStatus::NothingAttached, what).hint(
                "plug a phone in by a data cable and switch USB debugging on; 'mi-signout demo' shows the whole job without one",
            ),
            SelectError::NoSuch { attached, .. } if attached.is_empty() => {
                Self::new(ExitStatus::NothingAttached, what).hint("nothing is attached: check cable, port and USB debugging")
            }
            SelectError::NoSuch { attached, .. } => {
                Self::usage(what).at(list(&attached)).hint("name one of these with --serial")
            }
            SelectError::Several { attached } => Self::usage(what)
                .at(list(&attached))
                .hint("choose with --serial SERIAL (repeatable, or ANDROID_SERIAL), or take them all with --all"),
        }
    }
}

/// Phones, one a line, as `adb devices -l` users know them.
fn list(devices: &[Device]) -> String {
    let lines: Vec<String> = devices
        .iter()
        .map(|d| {
            let model = d.model.as_deref().unwrap_or("-");
            let place = d.usb_path.as_deref().map(|p| format!("usb {p}")).unwrap_or_default();
            format!("    {:<22} {:<14} {model:<20} {place}", d.serial.as_str(), d.state.as_str()).trim_end().to_owned()
        })
        .collect();
    format!("attached:\n{}", lines.join("\n"))
}
