//! Backslash escapes of `echo`, `printf` and `$'…'`.

/// Reads the escapes of `echo`: octal only as `\0ooo`. Gives the bytes, and whether there was a `\c`, which leaves the line open
/// (in `mksh` what follows is printed all the same).
pub(super) fn echo(text: &str) -> (Vec<u8>, bool) {
    expand(text, Flavour::Echo)
}

/// Reads the escapes of a `printf` format: octal as `\ooo`.
pub(super) fn printf(text: &str) -> (Vec<u8>, bool) {
    expand(text, Flavour::Printf)
}

/// Reads the escapes of `$'…'`.
pub(super) fn dollar_quote(text: &str) -> String {
    String::from_utf8_lossy(&expand(text, Flavour::Dollar).0).into_owned()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flavour {
    Echo,
    Printf,
    Dollar,
}

fn expand(text: &str, flavour: Flavour) -> (Vec<u8>, bool) {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut i = 0;
    let mut cut = false;
    let put = |c: char, out: &mut Vec<u8>| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    while i < chars.len() {
        let c = chars[i];
        i += 1;
        if c != '\\' || i == chars.len() {
            put(c, &mut out);
            continue;
        }
        let escape = chars[i];
        i += 1;
        let mut digits = |radix: u32, most: usize| {
            let start = i;
            let mut value = 0;
            while i < chars.len() && i - start < most {
                let Some(digit) = chars[i].to_digit(radix) else { break };
                value = value * radix + digit;
                i += 1;
            }
            (i > start).then_some(value)
        };
        match escape {
            'a' => out.push(7),
            'b' => out.push(8),
            'c' if flavour == Flavour::Echo => cut = true,
            'c' if flavour == Flavour::Printf => return (out, true),
            'e' | 'E' => out.push(27),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            '\\' => out.push(b'\\'),
            '\'' | '"' if flavour != Flavour::Echo => put(escape, &mut out),
            '0' if flavour == Flavour::Echo => out.push(digits(8, 3).unwrap_or(0) as u8),
            '0'..='7' if flavour != Flavour::Echo => {
                i -= 1;
                let value = chars[i..].iter().take(3).map_while(|c| c.to_digit(8)).fold(0, |v, d| v * 8 + d);
                i += chars[i..].iter().take(3).take_while(|c| c.is_digit(8)).count();
                out.push(value as u8);
            }
            'x' => match digits(16, 2) {
                Some(value) => out.push(value as u8),
                None => out.extend_from_slice(b"\\x"),
            },
            'u' | 'U' => {
                let value = digits(16, if escape == 'u' { 4 } else { 8 });
                put(value.and_then(char::from_u32).unwrap_or('\u{fffd}'), &mut out);
            }
            other => {
                if flavour != Flavour::Dollar {
                    out.push(b'\\');
                }
                put(other, &mut out);
            }
        }
    }
    (out, cut)
}
