//! Which phones are meant. Never "the first one".

use crate::model::{Device, Serial};
use crate::text::say;

/// What the command line said about phones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Serials that were named.
    pub serials: Vec<Serial>,
    /// Every attached phone.
    pub all: bool,
}

/// Why no phones could be chosen, by what the caller says next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// Nothing is attached.
    #[error("{}", say!("no-phone-is-attached"))]
    Nothing,
    /// A serial that is not attached was named.
    #[error("{}", say!("no-attached-phone-has-serial", serial = .serial))]
    NoSuch {
        /// The serial that was named.
        serial: Serial,
        /// What is there.
        attached: Vec<Device>,
    },
    /// Several phones, and none was chosen.
    #[error("{}", say!("none-of-several-phones-was-chosen", phones = .attached.len()))]
    Several {
        /// What is there.
        attached: Vec<Device>,
    },
}

impl Selection {
    /// Chooses among what is attached.
    ///
    /// # Errors
    /// Where nothing is attached, a named serial is not there, or several are and none was named.
    pub fn choose(&self, attached: &[Device]) -> Result<Vec<Device>, SelectError> {
        if attached.is_empty() {
            return match self.serials.first() {
                Some(serial) => Err(SelectError::NoSuch { serial: serial.clone(), attached: Vec::new() }),
                None => Err(SelectError::Nothing),
            };
        }
        for serial in &self.serials {
            if !attached.iter().any(|d| d.serial == *serial) {
                return Err(SelectError::NoSuch { serial: serial.clone(), attached: attached.to_vec() });
            }
        }
        if !self.serials.is_empty() {
            return Ok(attached.iter().filter(|d| self.serials.contains(&d.serial)).cloned().collect());
        }
        match attached {
            [_] => Ok(attached.to_vec()),
            _ if self.all => Ok(attached.to_vec()),
            _ => Err(SelectError::Several { attached: attached.to_vec() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::samples;

    fn device(serial: &str) -> Device {
        samples::device(serial, None)
    }

    fn named(serials: &[&str]) -> Selection {
        Selection { serials: serials.iter().map(|s| Serial::new(*s)).collect(), all: false }
    }

    #[test]
    fn one_phone_is_meant_without_naming_it() {
        assert_eq!(Selection::default().choose(&[device("a")]).unwrap().len(), 1);
    }

    #[test]
    fn several_are_never_guessed_among() {
        let two = [device("a"), device("b")];
        assert!(
            matches!(Selection::default().choose(&two), Err(SelectError::Several { attached }) if attached.len() == 2)
        );
        assert_eq!(named(&["b"]).choose(&two).unwrap(), [device("b")]);
        assert_eq!(Selection { serials: vec![], all: true }.choose(&two).unwrap().len(), 2);
    }

    #[test]
    fn an_unknown_serial_lists_what_is_there() {
        let error = named(&["b", "x"]).choose(&[device("a"), device("b")]).unwrap_err();
        assert!(
            matches!(error, SelectError::NoSuch { serial, attached } if serial.as_str() == "x" && attached.len() == 2)
        );
        assert!(matches!(named(&["x"]).choose(&[]), Err(SelectError::NoSuch { .. })));
        assert_eq!(Selection { serials: vec![], all: true }.choose(&[]), Err(SelectError::Nothing));
    }
}
