//! One normaliser for what a screen shows and what a label says, so that case, white space, typography and direction marks
//! never decide.

/// Stands for a placeholder while a label is normalised: a private-use character that no label has.
const HOLE: char = '\u{E000}';

/// Lower case (also of the Turkish i's), one space for any white space, `...` for an ellipsis, straight quotes, half-width
/// forms; without direction marks, zero-width characters and simple markup such as `<u>`.
#[must_use]
pub fn normalise(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    normalise_into(text, &mut plain);
    plain
}

/// [`normalise`], in place of what is in `plain`.
pub(super) fn normalise_into(text: &str, plain: &mut String) {
    plain.clear();
    // Most of a screen's texts are of this kind.
    if text.is_ascii() && !text.contains(['<', '`']) {
        plain_ascii(text, plain);
    } else {
        folded(text, plain);
    }
}

/// [`normalise`] for ASCII without markup and back quotes: lower case and single spaces.
fn plain_ascii(text: &str, out: &mut String) {
    // What `char::is_whitespace` holds for white space among them.
    for word in text.split(|c: char| matches!(c, ' ' | '\t'..='\r')).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.make_ascii_lowercase();
}

/// [`normalise`] for any text.
fn folded(text: &str, out: &mut String) {
    let mut mapped = String::with_capacity(text.len());
    for c in text.chars() {
        fold(c, &mut mapped);
    }
    let mut bare = mapped;
    while bare.contains('<') {
        let less = without_tags(&bare);
        if less.len() == bare.len() {
            break;
        }
        bare = less;
    }
    for word in bare.split(' ').filter(|w| !w.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
}

/// One character in its plain form.
fn fold(c: char, out: &mut String) {
    match c {
        c if c.is_whitespace() => out.push(' '),
        // Direction marks, zero-width characters, soft hyphen, and the dot that `İ` leaves behind in lower case.
        '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{061C}'
        | '\u{FEFF}'
        | '\u{00AD}'
        | '\u{0307}' => {}
        '\u{FF01}'..='\u{FF5E}' => {
            if let Some(half) = char::from_u32(u32::from(c) - 0xFEE0) {
                fold(half, out);
            }
        }
        '…' | '⋯' => out.push_str("..."),
        '‘' | '’' | '‚' | '‛' | '′' | '`' | '´' => out.push('\''),
        '“' | '”' | '„' | '‟' | '″' => out.push('"'),
        '‐' | '‑' | '–' | '—' | '−' => out.push('-'),
        'ı' | 'İ' => out.push('i'),
        'ß' | 'ẞ' => out.push_str("ss"),
        'ς' => out.push('σ'),
        // Android drops the Greek accents where it writes a button in capitals.
        'ά' | 'Ά' => out.push('α'),
        'έ' | 'Έ' => out.push('ε'),
        'ή' | 'Ή' => out.push('η'),
        'ί' | 'Ί' | 'ϊ' | 'ΐ' | 'Ϊ' => out.push('ι'),
        'ό' | 'Ό' => out.push('ο'),
        'ύ' | 'Ύ' | 'ϋ' | 'ΰ' | 'Ϋ' => out.push('υ'),
        'ώ' | 'Ώ' => out.push('ω'),
        c => {
            for lower in c.to_lowercase().filter(|l| *l != '\u{0307}') {
                // A few capitals become a letter that has a plain form of its own.
                if lower == c { out.push(lower) } else { fold(lower, out) }
            }
        }
    }
}

/// Without `<u>`, `</b>` and the like; anything else in angle brackets is text.
fn without_tags(text: &str) -> String {
    const TAGS: &[&str] = &["<u>", "</u>", "<b>", "</b>", "<i>", "</i>", "<br>", "<br/>", "<br />"];
    if !text.contains('<') {
        return text.to_owned();
    }
    let mut out = text.to_owned();
    for tag in TAGS {
        out = out.replace(tag, if tag.starts_with("<br") { " " } else { "" });
    }
    out
}

/// A text to look for: a label of an app in its normal form, with its placeholders (`%s`, `%d`, `%1$s`) as gaps that any
/// text but none fits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    parts: Vec<String>,
}

impl Pattern {
    /// Reads a label as an app's resources have it. `None` where nothing but gaps is left, which would fit anything.
    #[must_use]
    pub fn new(label: &str) -> Option<Self> {
        let plain = normalise(&with_holes(label));
        let parts: Vec<String> = plain.split(HOLE).map(str::to_owned).collect();
        parts.iter().any(|p| !p.trim().is_empty()).then_some(Self { parts })
    }

    /// The one text that fits, where the label has no gap.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The character that a fitting text begins with; `None` where a gap comes first.
    #[must_use]
    pub fn first_char(&self) -> Option<char> {
        self.parts.first().and_then(|part| part.chars().next())
    }

    /// Whether an already normalised text fits.
    #[must_use]
    pub fn fits(&self, plain: &str) -> bool {
        let (Some((first, rest)), Some(last)) = (self.parts.split_first(), self.parts.last()) else { return false };
        let Some((_, middle)) = rest.split_last() else { return plain == first };
        let Some(mut left) = plain.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            let Some(after) = skip_one(left).and_then(|l| l.find(part.as_str()).map(|at| &l[at + part.len()..])) else {
                return false;
            };
            left = after;
        }
        skip_one(left).is_some_and(|l| l.ends_with(last.as_str()))
    }
}

/// The text after its first character, which a gap takes.
fn skip_one(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    chars.next().map(|_| chars.as_str())
}

/// The label with a hole for each placeholder; `%%` is a percent sign.
fn with_holes(label: &str) -> String {
    let mut out = String::with_capacity(label.len());
    let mut rest = label;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(left) = after.strip_prefix('%') {
            out.push('%');
            rest = left;
        } else if let Some(left) = placeholder(after) {
            out.push(HOLE);
            rest = left;
        } else {
            out.push('%');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// What follows `s`, `d`, `1$s` or `2$d`.
fn placeholder(after: &str) -> Option<&str> {
    let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let kind = if digits > 0 { after[digits..].strip_prefix('$')? } else { after };
    kind.strip_prefix(['s', 'd'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_short_way_for_ascii_is_the_long_one(text in "[ -~\\t\\n\\r\\x0b\\x0c\\x1c]{0,40}") {
            let mut long = String::new();
            folded(&text, &mut long);
            prop_assert_eq!(normalise(&text), long);
        }
    }

    #[test]
    fn typography_case_and_marks_do_not_count() {
        for (a, b) in [
            ("Sign out", "SIGN\u{a0}OUT"),
            ("Signing out…", "signing out..."),
            ("系统需要验证您的小米帐号，\n请输入您的帐号密码", "系统需要验证您的小米帐号, 请输入您的帐号密码"),
            ("OTURUMU KAPAT", "Oturumu kapat"),
            ("İPTAL", "iptal"),
            ("ıptal", "IPTAL"),
            ("Can’t sign out", "can't sign out"),
            ("\u{200f}تسجيل الخروج\u{202c}", "تسجيل الخروج"),
            ("<u>Forgot password</u>", "Forgot password"),
            ("ＯＫ", "ok"),
            ("ΑΚΥΡΩΣΗ", "Ακύρωση"),
            ("SCHLIESSEN", "Schließen"),
            ("  a \t b\r\n", "a b"),
        ] {
            assert_eq!(normalise(a), normalise(b), "{a:?} {b:?}");
        }
        for (a, b) in [("Sign out", "Sign in"), ("٣", "3"), ("Keluar", "Keluar…"), ("<x>", "")] {
            assert_ne!(normalise(a), normalise(b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn gaps_take_anything_but_nothing() {
        for (label, text, fits) in [
            ("Account: %1$s ", "Account: 6230***535", true),
            ("Account: %1$s", "Account: ", false),
            ("within last %d days. Can't", "Within last 3 days. Can’t", true),
            ("within last %d days. Can't", "Within last ٣ days. Can't", true),
            ("within last %d days. Can't", "Within last  days. Can't", false),
            ("%1$s of %2$s", "1 of 2", true),
            ("%1$s of %2$s", " of 2", false),
            ("100%%", "100%", true),
            ("Accept (%d)", "Accept (5)", true),
            ("%d日", "3日", true),
            ("50% off", "50% off", true),
        ] {
            let pattern = Pattern::new(label).unwrap();
            assert_eq!(pattern.fits(&normalise(text)), fits, "{label:?} {text:?}");
        }
        for empty in ["", " ", "%s", "%1$s %2$d", "\u{200f}"] {
            assert_eq!(Pattern::new(empty), None, "{empty:?}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC{0,40}|[<>ubi/br İıIΣς\u{307}\u{200f}\u{ff1c}\u{ff1e}\u{ff55}]{0,20}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn a_label_fits_itself(label in "[a-zA-Z%sd1$ …]{0,24}", fill in "[a-z0-9]{1,5}") {
            if let Some(pattern) = Pattern::new(&label) {
                let shown = with_holes(&label).replace(HOLE, &fill);
                prop_assert!(pattern.fits(&normalise(&shown)), "{:?} {:?}", pattern, shown);
            }
        }
    }
}
