//! What authors of profiles use: `profiles list`, `show`, `check`, `schema`.

use std::path::Path;

use serde_json::Value;

use crate::capture::mi_signout;

const BROKEN: &str = r#"schema = 1
name = "mine"
base = "miui"
[match]
"ro.mi.os.version.name" = ["OS9.0"]
[flow.sign-out.on.acount-page]
do = [{ key = "back" }]
"#;
const AMBIGUOUS: &str = r#"schema = 1
name = "mine"
base = "miui"
[match]
"ro.mi.os.version.name" = ["OS9.0"]
[[screen]]
name = "second-of-it"
title = "the same again"
all = [{ id = "com.xiaomi.account:id/logout_btn" }]
evidence = "guess: made up"
"#;
const ACCOUNT_PAGE: &str = "tests/fixtures/dumps/miui--account-page.xml";

fn shipped(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("device-profiles").join(name)).unwrap()
}

fn profiles() -> Vec<(String, Value)> {
    ["base.toml", "miui.toml", "miui-8-10.toml", "hyperos.toml", "generic.toml"]
        .map(|file| {
            (file.to_owned(), serde_json::to_value(toml::from_str::<toml::Table>(&shipped(file)).unwrap()).unwrap())
        })
        .into()
}

#[test]
fn a_mistake_is_shown_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mine.toml");
    std::fs::write(&file, BROKEN).unwrap();
    let said = mi_signout(&["profiles", "check", dir.path().to_str().unwrap()]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    insta::assert_snapshot!(said.err.replace(file.to_str().unwrap(), "mine.toml"), @r"
    error: unknown screen `acount-page`
     --> mine.toml:6:19
      |
    6 | [flow.sign-out.on.acount-page]
      |                   ^^^^^^^^^^^
      |
      = hint: did you mean `account-page`?
    1 mistake; 0 saved screens: 0 match several definitions, 0 match none
    ");
}

#[test]
fn one_mistake_does_not_hide_the_next() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.toml"), BROKEN).unwrap();
    std::fs::write(dir.path().join("b.toml"), "schema = 1\nnames = 2\n").unwrap();
    std::fs::write(dir.path().join("c.toml"), AMBIGUOUS).unwrap();
    std::fs::write(dir.path().join("d.xml"), "<hierarchy><node").unwrap();
    std::fs::write(dir.path().join("labels.toml"), "schema = 2\n[label]\n").unwrap();
    let said = mi_signout(&["profiles", "check", dir.path().to_str().unwrap()]);
    assert_eq!(said.code, 2);
    assert_eq!(said.out, format!("{}: good\n", dir.path().join("c.toml").display()));
    for part in ["acount-page", "did you mean `name`?", "d.xml", "schema must be 1", "4 mistakes"] {
        assert!(said.err.contains(part), "no {part} in {}", said.err);
    }
}

#[test]
fn saved_screens_are_told_by_every_profile_and_two_fits_are_a_mistake() {
    let said = mi_signout(&["profiles", "check", ACCOUNT_PAGE]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains(&format!("{ACCOUNT_PAGE}: account-page (miui)\n")), "{}", said.out);
    assert!(said.err.contains("1 saved screen: 0 match several definitions, 0 match none"), "{}", said.err);
    let nothing = "tests/fixtures/dumps/miui--nothing-rename-phone.xml";
    let said = mi_signout(&["profiles", "check", nothing]);
    assert!(said.code == 0 && said.out.contains(&format!("{nothing}: no screen (miui)\n")), "{said:?}");
    assert!(said.err.contains("1 saved screen: 0 match several definitions, 1 matches none"), "{}", said.err);

    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mine.toml");
    std::fs::write(&file, AMBIGUOUS).unwrap();
    let said = mi_signout(&["profiles", "check", file.to_str().unwrap(), ACCOUNT_PAGE]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.out.contains("more than one screen: account-page, second-of-it (mine)"), "{}", said.out);
}

#[test]
fn the_shipped_files_are_good() {
    let said = mi_signout(&["profiles", "check", "device-profiles"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.out.lines().count(), 6, "{}", said.out);
    let said = mi_signout(&["profiles", "check"]);
    assert!(said.code == 0 && said.out.lines().all(|l| l.contains(": good, ")), "{said:?}");
    for (paths, words) in
        [("tests/it/authors.rs", "neither a profile"), ("no/such", "neither"), ("src/profile", "holds no profile")]
    {
        let said = mi_signout(&["profiles", "check", paths]);
        assert!(said.code == 2 && said.err.contains(words), "{said:?}");
    }
}

#[test]
fn the_list_names_every_family() {
    let said = mi_signout(&["profiles", "list"]);
    assert_eq!(said.code, 0);
    let lines = mi_signout(&["profiles", "list", "--json"]);
    let rows: Vec<Value> = lines.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let names: Vec<&str> = rows.iter().map(|r| r["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["generic", "hyperos", "miui", "miui-8-10"]);
    for row in &rows {
        let name = row["name"].as_str().unwrap();
        assert!(said.out.lines().any(|l| l.starts_with(name)), "{}", said.out);
        let graded: u64 = row["evidence"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(graded, row["screens"].as_u64().unwrap() + row["popups"].as_u64().unwrap(), "{name}");
    }
    assert!(said.out.contains("any MIUI or HyperOS phone that no other profile fits"), "{}", said.out);
}

#[test]
fn a_profile_is_shown_screen_by_screen() {
    let catalog = mi_signout::profile::Catalog::builtin().unwrap();
    for profile in catalog.profiles() {
        let said = mi_signout(&["profiles", "show", &profile.name]);
        assert_eq!(said.code, 0);
        let blocks: Vec<&str> = said.out.split("\n\n").skip(1).collect();
        assert_eq!(blocks.len(), profile.screens.len() + profile.popups.len());
        for screen in &profile.screens {
            let start = format!("{}: {}\n", screen.name, screen.title);
            let block = blocks.iter().find(|b| b.starts_with(&start)).unwrap_or_else(|| panic!("no {start}"));
            assert!(block.contains(&screen.evidence.to_string()), "{block}");
        }
    }
    let said = mi_signout(&["profiles", "show", "miui"]);
    let block = said.out.split("\n\n").find(|b| b.starts_with("keep-or-remove:")).unwrap();
    insta::assert_snapshot!(block, @r"
    keep-or-remove: the question what becomes of synced data
      evidence         seen in source: ROMs of MIUI 10, China and Global: MiCloudWipeDataConfirmActivity of the cloud app 9.0 with ids and texts; that MIUI 11 and later kept the ids is a guess
      shows            package com.miui.cloudservice, any of [id com.miui.cloudservice:id/retain_button | label micloud_wipe_data_retain]
      shows            package com.miui.cloudservice, any of [id com.miui.cloudservice:id/remove_button | label micloud_wipe_data_remove]
      does not show    label wipe_data_dialog_title
      does not show    label wipe_secret_photo_dialog_title
      says             the password was right
      sign-out         with --data keep: tap package com.miui.cloudservice, any of [id com.miui.cloudservice:id/retain_button | label micloud_wipe_data_retain] (changes something: once)
      sign-out         with --data remove: tap package com.miui.cloudservice, any of [id com.miui.cloudservice:id/remove_button | label micloud_wipe_data_remove] (changes something: once)
    ");
    let said = mi_signout(&["profiles", "show", "hyperso"]);
    assert!(said.code == 2 && said.err.contains("did you mean 'hyperos'?"), "{said:?}");
}

/// Where a value does not follow a schema: unknown keys, missing keys, other types. Covers the keywords that [`sound`] allows.
fn faults(schema: &Value, root: &Value, value: &Value, at: &str) -> Vec<String> {
    let Some(schema_map) = schema.as_object() else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(name) = schema["$ref"].as_str() {
        found.extend(faults(root.pointer(name.trim_start_matches('#')).unwrap(), root, value, at));
    }
    if let Some(any) = schema["anyOf"].as_array()
        && !any.iter().any(|one| faults(one, root, value, at).is_empty())
    {
        found.push(format!("{at}: fits none of anyOf"));
    }
    let is = |kind: &str| match kind {
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    };
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().map(|k| k.as_str().unwrap()).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|k| is(k)) {
        found.push(format!("{at}: not {kinds:?}"));
    }
    if let Some(map) = value.as_object() {
        for required in schema["required"].as_array().into_iter().flatten() {
            if !map.contains_key(required.as_str().unwrap()) {
                found.push(format!("{at}: no {required}"));
            }
        }
        for (key, inner) in map {
            let at = format!("{at}.{key}");
            match (schema["properties"].get(key), schema_map.get("additionalProperties")) {
                (Some(known), _) => found.extend(faults(known, root, inner, &at)),
                (None, Some(Value::Bool(false))) => found.push(format!("{at}: unknown key")),
                (None, Some(others)) => found.extend(faults(others, root, inner, &at)),
                (None, None) => {}
            }
        }
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (i, inner) in list.iter().enumerate() {
            found.extend(faults(items, root, inner, &format!("{at}[{i}]")));
        }
    }
    found
}

/// The schema is one that [`faults`] reads in full: known keywords of the right types, and references that lead somewhere.
fn sound(schema: &Value, root: &Value) {
    let Some(map) = schema.as_object() else { return assert!(schema.is_boolean(), "{schema}") };
    for (key, value) in map {
        match key.as_str() {
            "$schema" | "title" | "description" | "format" => assert!(value.is_string(), "{key}: {value}"),
            "default" => {}
            "minimum" | "maximum" => assert!(value.is_number(), "{key}: {value}"),
            "type" => assert!(value.is_string() || value.as_array().is_some_and(|a| a.iter().all(Value::is_string))),
            "required" => assert!(value.as_array().unwrap().iter().all(Value::is_string)),
            "$ref" => assert!(root.pointer(value.as_str().unwrap().strip_prefix('#').unwrap()).is_some(), "{value}"),
            "properties" | "$defs" => {
                for one in value.as_object().unwrap().values() {
                    sound(one, root);
                }
            }
            "additionalProperties" | "items" => sound(value, root),
            "anyOf" => {
                for one in value.as_array().unwrap() {
                    sound(one, root);
                }
            }
            other => panic!("the test does not know the keyword {other}"),
        }
    }
}

#[test]
fn the_schema_knows_every_key_of_the_shipped_profiles() {
    let said = mi_signout(&["profiles", "schema"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let schema: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    sound(&schema, &schema);
    for (file, profile) in profiles() {
        assert_eq!(faults(&schema, &schema, &profile, &file), Vec::<String>::new());
    }
    // It can fail, at any depth.
    let (_, good) = profiles().remove(1);
    for (pointer, key) in
        [("", "titel"), ("/screen/0", "titel"), ("/screen/0/all/0", "lable"), ("/flow/sign-out", "onn")]
    {
        let mut bad = good.clone();
        bad.pointer_mut(pointer).unwrap()[key] = Value::from("x");
        assert_eq!(faults(&schema, &schema, &bad, "").len(), 1, "{pointer}/{key}");
    }
}

#[cfg(unix)]
#[test]
fn a14_only_regular_files_are_checked() {
    let dir = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("endless.toml")).unwrap();
    let said = mi_signout(&["profiles", "check", dir.path().to_str().unwrap()]);
    assert!(said.code == 2 && said.err.contains("it is not a regular file"), "{said:?}");
    let said = mi_signout(&["profiles", "list", "--profiles", dir.path().to_str().unwrap()]);
    assert!(said.code == 2 && said.err.contains("it is not a regular file"), "{said:?}");

    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("screen.xml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let said = mi_signout(&["profiles", "check", pipe.to_str().unwrap()]);
    assert!(said.code == 2 && said.err.contains("it is not a regular file"), "{said:?}");

    let dir = tempfile::tempdir().unwrap();
    let large = dir.path().join("large.toml");
    std::fs::write(&large, vec![b' '; mi_signout::profile::MAX_BYTES + 1]).unwrap();
    let said = mi_signout(&["profiles", "check", large.to_str().unwrap()]);
    assert!(said.code == 2 && said.err.contains("it is longer than"), "{said:?}");
}
