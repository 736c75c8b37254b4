//! The order that people expect of ports, addresses and names with numbers in them.

/// A text in pieces that sort as people count: digits by their value.
#[must_use]
pub fn natural_order(text: &str) -> Vec<(u64, String)> {
    let mut pieces: Vec<(u64, String)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let words = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| digits + at);
        pieces.push((rest[..digits].parse().unwrap_or(u64::MAX), rest[digits..words].to_owned()));
        rest = &rest[words..];
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_by_their_value() {
        let mut ports = ["1-10", "1-4.10", "1-4.2", "2-1", "1-4"];
        ports.sort_by_key(|port| natural_order(port));
        assert_eq!(ports, ["1-4", "1-4.2", "1-4.10", "1-10", "2-1"]);
    }
}
