//! "Did you mean": the known name that a typing mistake most likely meant.

/// How alike two names have to be, from 0 to 1, by Jaro and Winkler. Below it lie words that merely share letters: `zzqqx` is no
/// misspelt `token-expired`.
const ALIKE: f64 = 0.8;

/// The known name nearest to `wrong`, where one is near.
#[must_use]
pub fn did_you_mean<'n>(wrong: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wrong = wrong.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wrong, &name.to_lowercase()), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(score, _)| *score >= ALIKE)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b12_only_what_is_near_is_suggested() {
        let known = ["plain", "tray", "token-expired", "wrong-password"];
        assert_eq!(did_you_mean("token-expird", known), Some("token-expired"));
        assert_eq!(did_you_mean("Plian", known), Some("plain"));
        assert_eq!(did_you_mean("wrongpassword", known), Some("wrong-password"));
        for far in ["zzqqx", "", "xyz", "qqqqqqqqqqqq"] {
            assert_eq!(did_you_mean(far, known), None, "{far}");
        }
    }
}
