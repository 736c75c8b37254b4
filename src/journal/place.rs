//! Whether the place of a record is a file or the address of a database server, by its text alone.

use std::borrow::Cow;

use crate::text::say;

/// Words that libpq's other form of an address begins with: `host=… dbname=…`. It is no path, and it may hold a password.
const WORDS: [&str; 8] = ["host=", "hostaddr=", "port=", "dbname=", "user=", "password=", "service=", "sslmode="];

/// Whether a place of the record is meant as the address of a database server, and no path.
#[must_use]
pub fn is_address(place: &str) -> bool {
    let place = place.trim_start().to_ascii_lowercase();
    ["postgres:", "postgresql:"].iter().chain(&WORDS).any(|begin| place.starts_with(begin))
}

/// The place as it may be shown: an address that holds a password, which is refused wherever it is used, is not.
#[must_use]
pub fn without_password(place: &str) -> Cow<'_, str> {
    let owner =
        place.rsplit_once('@').map_or("", |(owner, _)| owner.split_once("//").map_or(owner, |(_, owner)| owner));
    if is_address(place) && (owner.contains(':') || place.to_ascii_lowercase().contains("password")) {
        return say!("address-with-a-password-is-not-shown").into();
    }
    place.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_its_beginning() {
        for address in ["postgres://h/d", "POSTGRES://h/d", "postgresql:///d", "host=h dbname=d", " user=ana"] {
            assert!(is_address(address), "{address}");
        }
        for path in ["journal.db", "/var/lib/postgres/journal.db", "./postgres.db", "a/host=1", ""] {
            assert!(!is_address(path), "{path}");
        }
    }

    #[test]
    fn an_address_with_a_password_is_not_shown() {
        for url in [
            "postgres://ana:hunter22@h/d",
            "postgres://:hunter22@h/d",
            "postgres://ana:x@hunter22@h/d",
            "postgres://ana@h/d?password=hunter22",
            "postgres://ana@h/d?sslpassword=hunter22",
            "host=h password=hunter22",
        ] {
            assert!(!without_password(url).contains("hunter22"), "{url}");
        }
        for place in ["postgres://ana@[::1]:5432/d", "postgres://127.0.0.1:5432/d", "a:b@password.db"] {
            assert_eq!(without_password(place), place);
        }
    }
}
