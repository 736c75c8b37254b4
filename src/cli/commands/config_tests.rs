use super::*;

fn cli() -> Command {
    Command::new("t").subcommand(
        Command::new("sign-out")
            .arg(Arg::new("jobs").long("jobs").value_name("N"))
            .arg(Arg::new("all").long("all").action(ArgAction::SetTrue).conflicts_with("serial"))
            .arg(Arg::new("serial").long("serial").action(ArgAction::Append))
            .arg(Arg::new("data").long("data").value_parser(["keep", "remove"])),
    )
}

fn settings(variables: &[(&str, &str)], file: &str) -> Settings {
    let variables = variables.iter().map(|(k, v)| (OsString::from(k), OsString::from(v))).collect();
    Settings { variables, file: Some((PathBuf::from("config.toml"), file.parse().unwrap())) }
}

fn applied(variables: &[(&str, &str)], file: &str, typed: &[&str]) -> Vec<String> {
    let args = ["t", "sign-out"].iter().chain(typed).map(OsString::from).collect();
    let applied = settings(variables, file).apply(&cli(), args);
    applied.args.into_iter().skip(2).map(|a| a.into_string().unwrap()).collect()
}

#[test]
fn what_is_typed_wins_over_the_variable_and_that_over_the_file() {
    let (variable, file) = (&[("MI_SIGNOUT_JOBS", "2")][..], "jobs = 3");
    assert_eq!(applied(variable, file, &["--jobs", "1"]), ["--jobs", "1"]);
    assert_eq!(applied(variable, file, &[]), ["--jobs=2"]);
    assert_eq!(applied(&[], file, &[]), ["--jobs=3"]);
    assert_eq!(applied(&[], "", &[]), [""; 0]);
    assert_eq!(applied(&[("MI_SIGNOUT_JOBS", "")], "", &[]), [""; 0], "an empty variable is none");
}

#[test]
fn a_table_of_a_command_wins_over_the_top_of_the_file() {
    assert_eq!(applied(&[], "jobs = 3\n[sign-out]\njobs = 4", &[]), ["--jobs=4"]);
}

#[test]
fn a_setting_gives_way_to_a_typed_option_that_conflicts_with_it() {
    let variables = &[("MI_SIGNOUT_SERIAL", "a,b")][..];
    assert_eq!(applied(variables, "", &["--all"]), ["--all"]);
    assert_eq!(applied(variables, "", &[]), ["--serial=a", "--serial=b"]);
    assert_eq!(applied(&[("MI_SIGNOUT_ALL", "1")], "", &["--serial", "x"]), ["--serial", "x"]);
    let both = &[("MI_SIGNOUT_SERIAL", "a"), ("MI_SIGNOUT_ALL", "1")];
    assert_eq!(applied(both, "", &[]).len(), 1, "two settings that conflict are not both taken");
    assert_eq!(applied(&[("MI_SIGNOUT_ALL", "no")], "", &[]), [""; 0]);
}

#[test]
fn nothing_is_added_behind_the_end_of_the_options() {
    assert_eq!(applied(&[("MI_SIGNOUT_JOBS", "2")], "", &["--", "x"]), ["--jobs=2", "--", "x"]);
}

#[test]
fn where_a_value_came_from_is_said() {
    let args = vec!["t".into(), "sign-out".into()];
    let notes = settings(&[("MI_SIGNOUT_JOBS", "many")], "data = 'keep'").apply(&cli(), args).notes;
    assert_eq!(notes, ["--jobs is set by MI_SIGNOUT_JOBS", "--data is set by config.toml"]);
}

#[test]
fn a_file_may_set_no_decision_and_no_unknown_option() {
    let refused = |file: &str| check(&file.parse().unwrap(), &cli()).unwrap_err();
    assert!(refused("all = true").what.contains("may not set 'all'"));
    assert!(refused("[sign-out]\nserial = ['x']").what.contains("may not set 'serial'"));
    assert_eq!(refused("job = 1").hint.unwrap(), "did you mean 'jobs'?");
    assert_eq!(refused("[sign-ot]\njobs = 1").hint.unwrap(), "did you mean 'sign-out'?");
    assert!(check(&"jobs = 1\n[sign-out]\ndata = 'keep'".parse().unwrap(), &cli()).is_ok());
}
