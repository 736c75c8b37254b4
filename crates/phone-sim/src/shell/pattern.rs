//! Shell patterns: `*`, `?`, `[…]`.

/// One character of a pattern, and whether it was quoted and so stands for itself.
pub(super) type Glyph = (char, bool);

/// Whether a pattern has anything that does not stand for itself.
pub(super) fn is_pattern(pattern: &[Glyph]) -> bool {
    pattern.iter().any(|(c, quoted)| !quoted && "*?[".contains(*c))
}

/// Whether the whole of `text` is matched. Takes time of at most the product of both lengths.
pub(super) fn matches(pattern: &[Glyph], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if p < pattern.len() && pattern[p] == ('*', false) {
            star = Some((p + 1, t));
            p += 1;
            continue;
        }
        if t == text.len() && p == pattern.len() {
            return true;
        }
        let step = if t < text.len() && p < pattern.len() { one(&pattern[p..], text[t]) } else { None };
        if let Some(used) = step {
            p += used;
            t += 1;
        } else {
            let Some((after, from)) = star.filter(|(_, from)| *from < text.len()) else { return false };
            star = Some((after, from + 1));
            p = after;
            t = from + 1;
        }
    }
}

/// How much of the pattern matched this one character.
fn one(pattern: &[Glyph], c: char) -> Option<usize> {
    match pattern[0] {
        ('?', false) => Some(1),
        ('[', false) => match bracket(pattern, c) {
            Some((used, hit)) => hit.then_some(used),
            None => (c == '[').then_some(1),
        },
        (literal, _) => (literal == c).then_some(1),
    }
}

/// The length of a `[…]` and whether it has `c`; `None` where it is not closed.
fn bracket(pattern: &[Glyph], c: char) -> Option<(usize, bool)> {
    let mut i = 1;
    let negated = pattern.get(i).is_some_and(|g| *g == ('!', false) || *g == ('^', false));
    i += usize::from(negated);
    let first = i;
    let mut hit = false;
    loop {
        let (low, quoted) = *pattern.get(i)?;
        if low == ']' && !quoted && i > first {
            return Some((i + 1, hit != negated));
        }
        if low == '[' && !quoted && pattern.get(i + 1).is_some_and(|g| g.0 == ':') {
            let name: String = pattern[i + 2..].iter().map(|g| g.0).take_while(|c| *c != ':').collect();
            let end = i + 2 + name.chars().count();
            if pattern.get(end + 1).is_some_and(|g| g.0 == ']') {
                hit |= class(&name, c);
                i = end + 2;
                continue;
            }
        }
        let range = pattern.get(i + 1).is_some_and(|g| *g == ('-', false)).then(|| pattern.get(i + 2)).flatten();
        if let Some((high, _)) = range.filter(|g| **g != (']', false)) {
            hit |= (low..=*high).contains(&c);
            i += 3;
        } else {
            hit |= low == c;
            i += 1;
        }
    }
}

/// Whether a character is of a POSIX class.
pub(super) fn class(name: &str, c: char) -> bool {
    match name {
        "alpha" => c.is_ascii_alphabetic(),
        "digit" => c.is_ascii_digit(),
        "alnum" => c.is_ascii_alphanumeric(),
        "upper" => c.is_ascii_uppercase(),
        "lower" => c.is_ascii_lowercase(),
        "space" => c.is_ascii_whitespace() || c == '\x0b',
        "blank" => c == ' ' || c == '\t',
        "punct" => c.is_ascii_punctuation(),
        "xdigit" => c.is_ascii_hexdigit(),
        "cntrl" => c.is_ascii_control(),
        "print" => c.is_ascii_graphic() || c == ' ',
        "graph" => c.is_ascii_graphic(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_the_shell() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbbc", true),
            ("a*c", "abbb", false),
            ("*foo*", "x foo y", true),
            ("?", "é", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[", "[", true),
            ("[[:digit:]]*", "1z", true),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
        ] {
            let glyphs: Vec<Glyph> = pattern.chars().map(|c| (c, false)).collect();
            let text: Vec<char> = text.chars().collect();
            assert_eq!(matches(&glyphs, &text), expected, "{pattern} {text:?}");
        }
        assert!(!matches(&[('*', true)], &['a']));
    }
}
