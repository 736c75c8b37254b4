//! Numbers with their noun.

/// `1 phone`, `2 phones`, `0 phones`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b11_numbers_agree() {
        assert_eq!([0, 1, 2].map(|n| counted(n, "phone")), ["0 phones", "1 phone", "2 phones"]);
    }
}
