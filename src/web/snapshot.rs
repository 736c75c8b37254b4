//! What one look at a page gave, as a value, and how page text may be shown to people. No browser here.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

/// The script that takes a [`Snapshot`] in one call. It reads no field's value, only whether there is one.
pub(super) const SCRIPT: &str = include_str!("snapshot.js");

/// A pressable thing of one look. It goes stale with the page, and is never kept across looks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Handle(pub String);

/// The whole picture of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Full address. Never shown: see [`super::place_of`].
    pub url: String,
    /// Title, at most 120 characters.
    #[serde(default)]
    pub title: String,
    /// Whether the document has been parsed.
    #[serde(default = "yes")]
    pub ready: bool,
    /// Text that is shown, frames of the same origin included.
    #[serde(default)]
    pub text: String,
    /// Buttons and boxes that are shown.
    #[serde(default)]
    pub controls: Vec<Control>,
    /// Fields that are shown.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Ids of elements that are shown.
    #[serde(default)]
    pub ids: Vec<String>,
    /// Classes of elements that are shown.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Frames that are shown.
    #[serde(default)]
    pub frames: Vec<Frame>,
}

fn yes() -> bool {
    true
}

/// A button, or a box to tick.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Which of the two.
    pub kind: ControlKind,
    /// Its text, or the text of its label.
    #[serde(default)]
    pub text: String,
    /// Its id; empty where it has none.
    #[serde(default)]
    pub id: String,
    /// Whether it takes a press. A press on a disabled one does nothing and says nothing.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether a box is ticked.
    #[serde(default)]
    pub ticked: bool,
    /// How to press it; none inside a frame, where only the person presses.
    #[serde(default)]
    pub handle: Option<Handle>,
}

/// What a control is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlKind {
    /// Something to press.
    Button,
    /// Something to tick.
    Box,
}

/// An input field: its kind, and whether it holds something. Never its value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What it is for.
    pub kind: FieldKind,
    /// Whether anything is in it.
    #[serde(default)]
    pub filled: bool,
}

/// What a field is for, by its type and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// The account's name, number or address.
    Account,
    /// A password.
    Password,
    /// A code from a message.
    Code,
    /// The letters of a picture.
    Captcha,
    /// Anything else.
    Other,
}

/// A frame that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Host and path of its source.
    #[serde(default)]
    pub place: String,
    /// Whether its inside could be read: not where it is of another origin.
    #[serde(default)]
    pub readable: bool,
}

impl Snapshot {
    /// Nothing to see yet: still loading, or empty.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let empty =
            self.text.trim().is_empty() && self.controls.is_empty() && self.fields.is_empty() && self.frames.is_empty();
        !self.ready || empty || self.url.starts_with("about:")
    }

    /// The last four digits of the account id that the page shows. None where it shows none, or several that differ.
    #[must_use]
    pub fn last_four(&self) -> Option<String> {
        let mut found = self.shown_ids();
        found.retain(|id| tail(id).len() == 4 && tail(id).bytes().all(|b| b.is_ascii_digit()));
        found.dedup_by_key(|id| tail(id).to_owned());
        match found.as_slice() {
            [id] => Some(tail(id).to_owned()),
            _ => None,
        }
    }

    /// Account ids as the page shows them: whole ones behind the word for an account, masked ones anywhere, with `*` for whatever
    /// the page masks with. Phone numbers and cards are longer, or have a `+` and their country in front.
    #[must_use]
    pub fn shown_ids(&self) -> Vec<String> {
        static ID: LazyLock<Option<Regex>> = LazyLock::new(|| {
            let words = "account|帐号|账号|帳號|帳戶|账户|akun|cuenta|conta|compte|konto|аккаунт|учётн|tài khoản|hesab|アカウント|계정|\\bid";
            Regex::new(&format!(
                r"(?i)(?:{words})[^\p{{L}}\d{MASKS}]{{0,6}}(?:id)?[^\p{{L}}\d{MASKS}]{{0,6}}([\d{MASKS}]{{6,}})"
            ))
            .ok()
        });
        static MASKED: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(&format!(r"(?:(\+[\d ()-]*)|\d*[{MASKS}]{{2,}}\d*)")).ok());
        let plain = |id: &str| id.chars().map(|c| if c.is_ascii_digit() { c } else { '*' }).collect::<String>();
        let whole = ID.as_ref().into_iter().flat_map(|id| id.captures_iter(&self.text).filter_map(|c| c.get(1)));
        let masked = MASKED.as_ref().into_iter().flat_map(|id| id.captures_iter(&self.text));
        // What follows a country's number belongs to it.
        let mut after_country = None;
        let masked = masked.filter_map(move |c| {
            let all = c.get(0)?;
            if c.get(1).is_some() {
                after_country = Some(all.end());
                return None;
            }
            // Part of an e-mail address or of a name.
            let is_part = |c: char| c.is_alphanumeric() || c == '@';
            let (before, behind) =
                (self.text[..all.start()].chars().next_back(), self.text[all.end()..].chars().next());
            let stands_alone = !before.is_some_and(|c| is_part(c) && c.is_ascii())
                && !behind.is_some_and(|c| is_part(c) && c.is_ascii());
            (stands_alone && after_country != Some(all.start())).then_some(all)
        });
        let mut found: Vec<String> = whole.map(|m| plain(m.as_str())).collect();
        found.extend(masked.map(|m| plain(m.as_str())));
        let shortest = |id: &str| if id.contains('*') { 6 } else { 8 };
        found
            .retain(|id| (shortest(id)..=10).contains(&id.len()) && id.bytes().filter(u8::is_ascii_digit).count() >= 3);
        found.dedup();
        found
    }
}

/// What sites mask digits with, for a class of characters.
const MASKS: &str = r"*＊•●∙·×✱∗#";

/// The last four characters of ASCII text.
fn tail(id: &str) -> &str {
    &id[id.len().saturating_sub(4)..]
}

/// Lower case, white space collapsed: how texts are compared.
#[must_use]
pub(super) fn normalise(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A button's text without a countdown behind it (`Delete (9s)`, `继续删除（9秒）`), normalised.
#[must_use]
pub(super) fn button_text(text: &str) -> String {
    static COUNTDOWN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\s*[(（]\s*\d{1,3}\s*(?:s|秒)?\s*[)）]$").ok());
    let text = normalise(text);
    COUNTDOWN.as_ref().map_or_else(|| text.clone(), |c| c.replace(&text, "").into_owned())
}

/// Page text for people: without characters that steer a terminal or turn its writing, every digit masked, at most 80
/// characters.
#[must_use]
pub fn for_people(text: &str) -> String {
    let steers = |c: &char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|c| !steers(c)).take(80).map(|c| if c.is_numeric() { '•' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn showing(text: &str) -> Snapshot {
        Snapshot { url: "https://account.xiaomi.com/".into(), ready: true, text: text.into(), ..Snapshot::default() }
    }

    #[test]
    fn the_last_four_are_of_the_account_and_nothing_else() {
        for (text, last) in [
            ("You are deleting Mi Account 6230000535.", Some("0535")),
            ("Mi Account ID: 6230000535", Some("0535")),
            ("您申请删除小米帐号 6230000535，需要验证", Some("0535")),
            ("Mi Account 6230000535 ... account: 6230000535", Some("0535")),
            ("Mi Account 6230000535, not account 6230000777", None),
            ("code sent to +62 812 3456 7890", None),
            ("account 6230***535", None),
            ("account ******0535", Some("0535")),
        ] {
            assert_eq!(showing(text).last_four().as_deref(), last, "{text}");
        }
    }

    #[test]
    fn d4_masked_ids_are_seen_in_any_form() {
        for (text, ids) in [
            ("Deleting Mi Account 629****111", &["629****111"][..]),
            ("Mi Account (629***111)", &["629***111"]),
            ("小米帐号：629••••111", &["629****111"]),
            ("Akun Mi: 629××××111. Hapus?", &["629****111"]),
            ("You delete ●●●●●●0111 now", &["******0111"]),
            ("A code goes to +62 8*******89", &[]),
            ("A code goes to 138****5678", &[]),
            ("mail to 123***@qq.com", &[]),
            ("card 622848******1234", &[]),
            ("Mi Account 6230000535", &["6230000535"]),
        ] {
            assert_eq!(showing(text).shown_ids(), ids, "{text}");
        }
    }

    #[test]
    fn people_see_no_digits_and_no_escape_codes() {
        assert_eq!(for_people("\u{1b}[31mAccount\u{202e} 6230000535"), "[••mAccount ••••••••••");
    }

    #[test]
    fn a_countdown_is_not_part_of_a_button() {
        assert_eq!(button_text(" Delete  Mi Account (9s)"), "delete mi account");
        assert_eq!(button_text("继续删除（9秒）"), "继续删除");
    }
}
