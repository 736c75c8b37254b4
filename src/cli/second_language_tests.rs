//! The program in a second language: the one that is made up for the tests, `src/text/made-up.ftl`.

use crate::model::{AccountId, AccountsProbe, Presence, ResultRow, UserAccounts};
use crate::phone::PhoneFacts;
use crate::preflight::{self, Wanted};
use crate::report::{self, Format, samples, verify};
use crate::text::{self, Language, say};
use crate::web::Question;

fn in_it<T>(does: impl FnOnce() -> T) -> T {
    text::in_language(Language::MadeUp, does)
}

/// A German phone whose input switch is off.
fn german_phone() -> PhoneFacts {
    let account = UserAccounts { user: 0, count: 1, xiaomi: vec![AccountId::new("6230***535")] };
    let props = [("ro.miui.ui.version.name", "V140"), ("persist.sys.locale", "de-DE")];
    PhoneFacts {
        props: props.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        accounts: AccountsProbe { users: vec![account] },
        ..PhoneFacts::default()
    }
}

#[test]
fn rows_and_their_hints_come_out_in_it_and_quote_the_phones_own_words() {
    let facts = german_phone();
    assert_eq!(facts.accounts.presence(), Presence::Present);
    let catalog = crate::profile::Catalog::builtin().unwrap();
    let input_switch = preflight::input_switch_name(catalog.labels(), &facts.props);
    let table = in_it(|| {
        let ending = preflight::stop(&facts, Wanted { input_switch, password_not_typeable: false }).unwrap();
        let sample = samples::rows().remove(1);
        let row = ResultRow { outcome: ending.outcome, reason: ending.reason, hint: ending.hint, ..sample };
        report::text::final_table(&[row], 100, false)
    });
    let managed = PhoneFacts { device_owner: Some("com.mdm.主".to_owned()), ..german_phone() };
    let ending = in_it(|| preflight::stop(&managed, Wanted { input_switch, password_not_typeable: false }));
    assert_eq!(ending.unwrap().hint.unwrap(), "com.mdm.主 regas la fonon");
    assert!(table.starts_with("fono") && table.contains("modelo"), "{table}");
    assert!(table.contains("input-not-allowed: sur la fono: 'USB-Debugging (Sicherheitseinstellungen)'"), "{table}");
}

#[test]
fn questions_come_out_in_it_with_their_numbers() {
    let asked = |phones: usize| say!("ask-to-sign-out", phones);
    let said = in_it(|| [asked(1), asked(2), Question::Refused.to_string()]);
    assert_eq!(said, ["Elsaluti 1 fono? Tajpu yes: ", "Elsaluti 2 fonoj? Tajpu yes: ", "Legu la paĝon."]);
    assert_eq!(asked(2), "Sign 2 phones out? Type yes: ");
}

#[test]
fn what_it_does_not_say_is_said_in_english() {
    let error = crate::fleet::SelectError::Nothing;
    assert_eq!(in_it(|| error.to_string()), "no phone is attached");
    let said = in_it(|| say!("what-signing-out-these-phones-does", phones = 2, accounts = 1));
    assert!(said.contains("2 phones, 1 account."), "it takes in a message that the language does not have: {said}");
}

#[test]
fn a_page_comes_out_in_it_and_can_be_verified_in_any_language() {
    let render = |format| String::from_utf8(report::render(&samples::record(), format).unwrap()).unwrap();
    let (english, page) = (render(Format::Html), in_it(|| render(Format::Html)));
    for said in [
        "<html lang=\"art\">",
        "Elsaluto de 5 fonoj",
        "<th>Modelo</th>",
        "<dt>Laboristo</dt>",
        "Atesto: la konto",
        "Ordigu laŭ ĉi tiu kolumno",
    ] {
        assert!(page.contains(said) && !english.contains(said), "{said}");
    }
    assert!(page.contains("<dt>Serial in adb</dt>"), "in English, where the language has no word");
    for made in [&english, &page] {
        assert!(verify(made.as_bytes(), None).is_ok());
        assert!(in_it(|| verify(made.as_bytes(), None)).is_ok());
    }
    let edited = page.replace("Atesto: la konto foriris.", "Atesto: la konto restis.");
    assert!(verify(edited.as_bytes(), None).is_err());
}

#[test]
fn what_scripts_read_is_the_same_in_it() {
    for format in [Format::Json, Format::Csv] {
        let render = || report::render(&samples::record(), format).unwrap();
        assert_eq!(in_it(render), render(), "{format:?}");
    }
}
