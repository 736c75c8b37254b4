//! What an author of a profile reads when there is a mistake in it.

use mi_signout::profile::Catalog;

/// A profile that loads.
const GOOD: &str = r#"schema = 1
name = "mine"
[match]
"ro.miui.ui.version.name" = ["V99"]
[entry]
open = [{ action = "android.settings.XIAOMI_ACCOUNT_SYNC_SETTINGS" }]
[[screen]]
name = "account-page"
title = "the account page"
all = [{ package = "com.xiaomi.account", label = "logout_account" }]
evidence = "guess: made up"
[[screen]]
name = "captcha"
title = "a picture code"
all = [{ id = "com.xiaomi.account:id/et_captcha_code" }]
evidence = "guess: made up"
[flow.sign-out.on.account-page]
do = [{ tap = { label = "logout_account" }, scroll = "down", max = 12 }]
mutates = true
[flow.sign-out.on.captcha]
end = "needs-person"
reason = "captcha"
hint = "solve it"
"#;

fn error_of(from: &str, to: &str) -> String {
    assert!(from.is_empty() || GOOD.contains(from), "{from}");
    let text = if from.is_empty() { format!("{GOOD}{to}") } else { GOOD.replacen(from, to, 1) };
    match Catalog::builtin().unwrap().add("mine.toml", &text) {
        Ok(()) => "no error".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_profile_without_a_mistake_loads() {
    assert_eq!(error_of("schema", "schema"), "no error");
}

#[test]
fn a_label_with_a_typo() {
    insta::assert_snapshot!(error_of(r#"label = "logout_account" }, scroll"#, r#"label = "logout_acount" }, scroll"#), @r#"
    unknown label `logout_acount`
      --> mine.toml:18:25
       |
    18 | do = [{ tap = { label = "logout_acount" }, scroll = "down", max = 12 }]
       |                         ^^^^^^^^^^^^^^^
       |
       = hint: did you mean `logout_account`?
    "#);
}

#[test]
fn a_screen_that_is_not_there() {
    insta::assert_snapshot!(error_of("on.captcha]", "on.capcha]"), @r"
    unknown screen `capcha`
      --> mine.toml:20:19
       |
    20 | [flow.sign-out.on.capcha]
       |                   ^^^^^^
       |
       = hint: did you mean `captcha`?
    ");
}

#[test]
fn an_unknown_key() {
    insta::assert_snapshot!(error_of(r#"title = "a picture"#, r#"titel = "a picture"#), @r#"
    unknown key `titel`
      --> mine.toml:14:1
       |
    14 | titel = "a picture code"
       | ^^^^^
       |
       = hint: did you mean `title`?
    "#);
}

#[test]
fn an_unknown_action() {
    insta::assert_snapshot!(error_of("{ tap = { label", "{ tapp = { label"), @r#"
    unknown key `tapp`
      --> mine.toml:18:9
       |
    18 | do = [{ tapp = { label = "logout_account" }, scroll = "down", max = 12 }]
       |         ^^^^
       |
       = hint: did you mean `tap`?
    "#);
}

#[test]
fn a_reason_that_does_not_go_with_the_outcome() {
    insta::assert_snapshot!(error_of(r#"reason = "captcha""#, r#"reason = "no-network""#), @r#"
    the reason `no-network` does not go with `needs-person`
      --> mine.toml:22:10
       |
    22 | reason = "no-network"
       |          ^^^^^^^^^^^^
       |
       = hint: with it go unauthorized, input-not-allowed, screen-locked, no-password, password-not-typeable, captcha, second-factor, identity-check, web-verification, session-expired, pay-cards, last-device, account-stopped, unknown-screen, missing-app
    "#);
}

#[test]
fn an_outcome_with_a_typo() {
    insta::assert_snapshot!(error_of(r#""needs-person""#, r#""need-person""#), @r#"
    unknown outcome `need-person`
      --> mine.toml:21:7
       |
    21 | end = "need-person"
       |       ^^^^^^^^^^^^^
       |
       = hint: did you mean `needs-person`?
    "#);
}

#[test]
fn an_outcome_that_takes_a_proof() {
    insta::assert_snapshot!(error_of(r#""needs-person""#, r#""signed-out""#), @r#"
    a profile cannot say `signed-out`: that takes a proof from the account state
      --> mine.toml:21:7
       |
    21 | end = "signed-out"
       |       ^^^^^^^^^^^^
       |
       = hint: leave the screen without a reaction
    "#);
}

#[test]
fn no_hint() {
    insta::assert_snapshot!(error_of(r#"hint = "solve it"
"#, ""), @r#"
    an `end` needs a `hint`: what to do, and where to tap
      --> mine.toml:21:7
       |
    21 | end = "needs-person"
       |       ^^^^^^^^^^^^^^
    "#);
}

#[test]
fn no_evidence() {
    insta::assert_snapshot!(error_of(r#""guess: made up""#, r#""I think so""#), @r#"
    the evidence says neither how well the screen is known, nor from what
      --> mine.toml:11:12
       |
    11 | evidence = "I think so"
       |            ^^^^^^^^^^^^
       |
       = hint: begin with one of `recorded:`, `seen in source:`, `reported:`, `guess:`
    "#);
}

#[test]
fn a_text_that_is_no_toml() {
    insta::assert_snapshot!(error_of(r#"name = "captcha""#, r#"name = captcha""#), @r#"
    missing opening quote, expected `"`
      --> mine.toml:13:8
       |
    13 | name = captcha"
       |        ^
    "#);
}

#[test]
fn a_wrong_type() {
    insta::assert_snapshot!(error_of("mutates = true", r#"mutates = "yes""#), @r#"
    invalid type: string "yes", expected a boolean
      --> mine.toml:19:11
       |
    19 | mutates = "yes"
       |           ^^^^^
    "#);
}

#[test]
fn an_option_with_a_typo() {
    insta::assert_snapshot!(error_of("mutates = true", r#"mutates = true
option.data.keeep = [{ key = "back" }]"#), @r#"
    unknown value `keeep`
      --> mine.toml:20:13
       |
    20 | option.data.keeep = [{ key = "back" }]
       |             ^^^^^
       |
       = hint: did you mean `keep`?
    "#);
}

#[test]
fn a_selector_that_fits_all() {
    insta::assert_snapshot!(error_of(r#"{ id = "com.xiaomi.account:id/et_captcha_code" }"#, "{}"), @r"
    the selector fits every node: say what to look for
      --> mine.toml:15:8
       |
    15 | all = [{}]
       |        ^^
    ");
}

#[test]
fn community_texts_alone() {
    insta::assert_snapshot!(error_of(r#"{ tap = { label = "logout_account" }"#, r#"{ tap = { label = "logout_account", community = true }"#), @r#"
    `community` texts are used beside an `id` or a `package` only
      --> mine.toml:18:15
       |
    18 | do = [{ tap = { label = "logout_account", community = true }, scroll = "down", max = 12 }]
       |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = hint: say in which package the text has to stand
    "#);
}

#[test]
fn a_base_with_a_typo() {
    insta::assert_snapshot!(error_of(r#"name = "mine""#, r#"name = "mine"
base = "hypeross""#), @r#"
    unknown profile `hypeross`
     --> mine.toml:3:8
      |
    3 | base = "hypeross"
      |        ^^^^^^^^^^
      |
      = hint: did you mean `hyperos`?
    "#);
}

#[test]
fn a_submit_that_does_not_mutate() {
    insta::assert_snapshot!(error_of(r#"do = [{ tap = { label = "logout_account" }, scroll = "down", max = 12 }]
mutates = true"#, r#"do = [{ submit = "password", tap = { label = "ok" } }]"#), @r#"
    submitting a password changes something
      --> mine.toml:18:7
       |
    18 | do = [{ submit = "password", tap = { label = "ok" } }]
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = hint: say `mutates = true` in this reaction
    "#);
}

#[test]
fn two_actions_in_one() {
    insta::assert_snapshot!(error_of(r#"{ tap = { label = "logout_account" }, scroll = "down", max = 12 }"#, r#"{ tap = { label = "logout_account" }, key = "back" }"#), @r#"
    an action is one of `tap`, `type` with `into`, `submit` with `tap`, `key`, `open`, `words` with `into`
      --> mine.toml:18:7
       |
    18 | do = [{ tap = { label = "logout_account" }, key = "back" }]
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_flow_that_is_not_there() {
    insta::assert_snapshot!(error_of("open = [{", r#"open = [{ flow = "sign-outt" }, {"#), @r#"
    unknown flow `sign-outt`
     --> mine.toml:6:18
      |
    6 | open = [{ flow = "sign-outt" }, { action = "android.settings.XIAOMI_ACCOUNT_SYNC_SETTINGS" }]
      |                  ^^^^^^^^^^^
      |
      = hint: did you mean `sign-out`?
    "#);
}

#[test]
fn a_later_schema() {
    insta::assert_snapshot!(error_of("schema = 1", "schema = 2"), @r"
    schema must be 1
     --> mine.toml:1:10
      |
    1 | schema = 2
      |          ^
    ");
}
