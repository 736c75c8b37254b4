//! `*` and `?` in ids, classes, packages and property values.

/// Whether all of `text` fits `pattern`, where `*` is any run of characters and `?` is one. Case counts.
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    // Every node is compared: most patterns that do not fit differ in their last character, which is no wildcard.
    let end = pattern.as_bytes().last().filter(|end| !matches!(end, b'*' | b'?'));
    if end.is_some_and(|end| text.as_bytes().last() != Some(end)) {
        return false;
    }
    let is_plain = |p: &str| memchr::memchr2(b'*', b'?', p.as_bytes()).is_none();
    if is_plain(pattern) {
        return pattern == text;
    }
    if let Some(end) = pattern.strip_prefix('*').filter(|p| is_plain(p)) {
        return text.ends_with(end);
    }
    if text.is_empty() {
        return pattern.bytes().all(|b| b == b'*');
    }
    if pattern.is_ascii() && text.is_ascii() {
        return fits(pattern.as_bytes(), text.as_bytes(), b'*', b'?');
    }
    let chars = |s: &str| s.chars().collect::<Vec<char>>();
    fits(&chars(pattern), &chars(text), '*', '?')
}

fn fits<C: PartialEq + Copy>(pattern: &[C], text: &[C], star: C, one: C) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to go on after the latest star, should what follows it not fit.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(c) if *c == star => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == one || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((after_star, start)) = retry else { return false };
                p = after_star;
                t = start + 1;
                retry = Some((after_star, t));
            }
        }
    }
    pattern[p..].iter().all(|c| *c == star)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text, fits) in [
            ("V10", "V10", true),
            ("V10", "V100", false),
            ("V1?", "V14", true),
            ("V1?", "V1", false),
            ("V1??", "V140", true),
            ("OS?.*", "OS2.0", true),
            ("*:id/logout_btn", "com.xiaomi.account:id/logout_btn", true),
            ("*a*b", "xxaxxbxb", true),
            ("*a*b", "xxaxxbxc", false),
            ("", "", true),
            ("*", "", true),
            ("?*", "", false),
            ("?", "帐", true),
            ("*帐?", "小米帐号", true),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }
}
