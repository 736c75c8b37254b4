//! `config show`, and what it shows: options that come from the environment or the configuration file. An option on the command
//! line wins over its variable `MI_SIGNOUT_…`, and that over the file.
//!
//! The words are those of the options themselves, so a new option has its variable and its key at once. What is found is given to
//! clap as if it had been typed: values are checked in one place only.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use etcetera::BaseStrategy;
use serde_json::json;
use toml::{Table, Value};

use crate::cli::args::JsonArgs;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::model::{ExitStatus, did_you_mean};
use crate::text::say;

/// Names another configuration file; empty: none.
const FILE_VARIABLE: &str = "MI_SIGNOUT_CONFIG";

/// Options that say what to do with which phone now. A file that stays for months can't say that.
const NOT_IN_A_FILE: &[&str] = &["all", "again", "authorised-by", "press-final", "serial", "yes"];

/// Options of `config`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum ConfigCommand {
    /// Show the options that are set, and where each comes from
    ///
    /// Options can be set by the environment (MI_SIGNOUT_ and the name of the option) and by the configuration file. An option on
    /// the command line wins over both, the environment over the file.
    Show {
        /// Show all options, with the variable of each
        #[arg(long)]
        every: bool,
        #[command(flatten)]
        output: JsonArgs,
    },
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Variable(String),
    File(PathBuf),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "{name}"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// An option that was not typed, with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Setting {
    option: String,
    values: Vec<OsString>,
    origin: Origin,
}

/// The environment and the configuration file.
pub(crate) struct Settings {
    variables: BTreeMap<OsString, OsString>,
    file: Option<(PathBuf, Table)>,
}

/// The arguments with what was not typed, and notes that say where those came from.
pub(crate) struct Applied {
    /// For clap.
    pub args: Vec<OsString>,
    /// One line an option that was added.
    pub notes: Vec<String>,
}

impl Settings {
    /// Those of this process.
    ///
    /// # Errors
    /// Where the file can't be read or holds what no command knows.
    pub(crate) fn read(cli: &Command) -> Result<Self, Failure> {
        let variables: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
        let file = match path(&variables) {
            Some(path) => read_file(&path, cli)?.map(|table| (path, table)),
            None => None,
        };
        Ok(Self { variables, file })
    }

    /// Adds to typed arguments what the environment and the file set for their command.
    #[must_use]
    pub(crate) fn apply(&self, cli: &Command, args: Vec<OsString>) -> Applied {
        let mut built = cli.clone();
        built.build();
        let nothing = |args| Applied { args, notes: Vec::new() };
        let Ok(matches) = cli.clone().ignore_errors(true).try_get_matches_from(args.clone()) else {
            return nothing(args);
        };
        let (names, command, matches) = innermost(&built, &matches);
        if names.is_empty() {
            return nothing(args);
        }
        let settings = self.settings(command, &names[0], Some(matches));
        let mut added = Vec::new();
        for setting in &settings {
            let Some(arg) = command.get_arguments().find(|a| a.get_long() == Some(&setting.option)) else { continue };
            added.extend(as_typed(arg, &setting.values));
        }
        let notes = settings.iter().map(|s| say!("option-is-set-by", option = s.option, origin = s.origin)).collect();
        // What follows `--` is no option.
        let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
        let mut all = args;
        all.splice(end..end, added);
        Applied { args: all, notes }
    }

    /// What is set for a command and was not typed. A setting gives way to a typed option that conflicts with it, and one of the
    /// file to one of the environment.
    fn settings(&self, command: &Command, name: &str, typed: Option<&ArgMatches>) -> Vec<Setting> {
        let mut chosen: Vec<(Setting, &Arg)> = Vec::new();
        for from_file in [false, true] {
            for arg in command.get_arguments().filter(|arg| can_be_set(arg)) {
                let Some(option) = arg.get_long() else { continue };
                let is_typed = |arg: &Arg| typed.is_some_and(|m| was_typed(m, arg));
                let conflicts = command.get_arg_conflicts_with(arg);
                let stands_against = |other: &Arg| {
                    conflicts.iter().any(|c| c.get_id() == other.get_id())
                        || command.get_arg_conflicts_with(other).iter().any(|c| c.get_id() == arg.get_id())
                };
                let gives_way = is_typed(arg)
                    || command.get_arguments().any(|other| is_typed(other) && stands_against(other))
                    || chosen.iter().any(|(_, other)| other.get_id() == arg.get_id() || stands_against(other));
                if gives_way {
                    continue;
                }
                let found = if from_file { self.of_file(name, option) } else { self.of_variable(arg, option) };
                if let Some((values, origin)) = found {
                    chosen.push((Setting { option: option.to_owned(), values, origin }, arg));
                }
            }
        }
        chosen.into_iter().map(|(setting, _)| setting).collect()
    }

    fn of_variable(&self, arg: &Arg, option: &str) -> Option<(Vec<OsString>, Origin)> {
        let name = variable(option);
        let value = self.variables.get(OsStr::new(&name)).filter(|value| !value.is_empty())?;
        let values = match value.to_str() {
            Some(text) if matches!(arg.get_action(), ArgAction::Append) => {
                text.split(',').map(OsString::from).collect()
            }
            _ => vec![value.clone()],
        };
        Some((values, Origin::Variable(name)))
    }

    fn of_file(&self, command: &str, option: &str) -> Option<(Vec<OsString>, Origin)> {
        let (path, table) = self.file.as_ref()?;
        let own = table.get(command).and_then(Value::as_table).and_then(|own| own.get(option));
        let value = own.or_else(|| table.get(option).filter(|value| !value.is_table()))?;
        let values = match value {
            Value::Array(values) => values.iter().map(|value| plain(value).into()).collect(),
            value => vec![plain(value).into()],
        };
        Some((values, Origin::File(path.clone())))
    }
}

/// The variable of an option.
fn variable(option: &str) -> String {
    format!("MI_SIGNOUT_{}", option.to_uppercase().replace('-', "_"))
}

/// The file that is meant: the variable's, else the one in the platform's place.
fn path(variables: &BTreeMap<OsString, OsString>) -> Option<PathBuf> {
    match variables.get(OsStr::new(FILE_VARIABLE)) {
        Some(named) if named.is_empty() => None,
        Some(named) => Some(PathBuf::from(named)),
        None => Some(etcetera::choose_base_strategy().ok()?.config_dir().join("mi-signout").join("config.toml")),
    }
}

/// Options that can be set from outside: those with a name, but for help, version and those for tests.
fn can_be_set(arg: &Arg) -> bool {
    let asks =
        matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version);
    arg.get_long().is_some() && !asks && !arg.is_hide_set()
}

fn was_typed(matches: &ArgMatches, arg: &Arg) -> bool {
    matches.try_contains_id(arg.get_id().as_str()).is_ok()
        && matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
}

/// The innermost command that was typed, with the names that lead to it.
fn innermost<'a>(root: &'a Command, matches: &'a ArgMatches) -> (Vec<String>, &'a Command, &'a ArgMatches) {
    let (mut names, mut command, mut matches) = (Vec::new(), root, matches);
    while let Some((name, below)) = matches.subcommand() {
        let Some(next) = command.find_subcommand(name) else { break };
        names.push(name.to_owned());
        (command, matches) = (next, below);
    }
    (names, command, matches)
}

/// An option as it would be typed. A switch that is set to something untrue is left out.
fn as_typed(arg: &Arg, values: &[OsString]) -> Vec<OsString> {
    let Some(long) = arg.get_long() else { return Vec::new() };
    let dashed = OsString::from(format!("--{long}"));
    match arg.get_action() {
        ArgAction::SetTrue => {
            let no = |v: &OsString| ["0", "false", "no", "off"].iter().any(|no| v.eq_ignore_ascii_case(no));
            if values.iter().any(no) { Vec::new() } else { vec![dashed] }
        }
        ArgAction::Count => {
            let times = values.first().and_then(|v| v.to_str()?.parse::<usize>().ok()).unwrap_or(1).min(4);
            vec![dashed; times]
        }
        _ => values
            .iter()
            .map(|value| {
                let mut typed = dashed.clone();
                typed.push("=");
                typed.push(value);
                typed
            })
            .collect(),
    }
}

/// A value as it would be typed.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Reads and checks the file. A missing file is no error.
fn read_file(path: &Path, cli: &Command) -> Result<Option<Table>, Failure> {
    let place = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::usage(say!("configuration-file-could-not-be-read", error))
                .at(place)
                .hint(say!("use-another-configuration-file")));
        }
    };
    let table: Table = text.parse().map_err(|error| {
        Failure::usage(say!("configuration-file-has-mistake", error))
            .at(&place)
            .hint(say!("use-another-configuration-file"))
    })?;
    check(&table, cli).map_err(|failure| failure.at(place))?;
    Ok(Some(table))
}

/// Refuses keys that no command has, and those that a file may not set.
fn check(table: &Table, cli: &Command) -> Result<(), Failure> {
    let every: Vec<&str> = cli.get_subcommands().flat_map(options).collect();
    for (key, value) in table {
        match value {
            Value::Table(own) => {
                let Some(command) = cli.find_subcommand(key) else {
                    return Err(unknown("command", key, cli.get_subcommands().map(Command::get_name)));
                };
                let known: Vec<&str> = options(command).chain(options(cli)).collect();
                own.keys().try_for_each(|key| check_key(key, &known))?;
            }
            _ => check_key(key, &every.iter().copied().chain(options(cli)).collect::<Vec<_>>())?,
        }
    }
    Ok(())
}

fn check_key(key: &str, known: &[&str]) -> Result<(), Failure> {
    if NOT_IN_A_FILE.contains(&key) {
        return Err(Failure::usage(say!("configuration-file-may-not-set", key))
            .hint(say!("give-the-option-with-each-run", key)));
    }
    if known.contains(&key) { Ok(()) } else { Err(unknown("option", key, known.iter().copied())) }
}

fn unknown<'n>(kind: &str, name: &str, known: impl Iterator<Item = &'n str>) -> Failure {
    let failure = Failure::usage(say!("configuration-names-what-is-not-there", kind, name));
    match did_you_mean(name, known) {
        Some(near) => failure.hint(say!("did-you-mean", near)),
        None => failure.hint(say!("config-show-lists-the-options")),
    }
}

/// The options that a command and those below it have.
fn options(command: &Command) -> Box<dyn Iterator<Item = &str> + '_> {
    let own = command.get_arguments().filter(|arg| can_be_set(arg)).filter_map(Arg::get_long);
    Box::new(own.chain(command.get_subcommands().flat_map(options)))
}

/// Shows what is set, and by what.
pub(crate) fn run(args: &Args, cli: &Command, output: &Output) -> Result<ExitStatus, Failure> {
    let ConfigCommand::Show { every, output: JsonArgs { json } } = args.command;
    let settings = Settings::read(cli)?;
    let mut built = cli.clone();
    built.build();
    if !json {
        let place = path(&settings.variables)
            .map_or_else(|| say!("configuration-file-has-no-place"), |path| path.display().to_string());
        output.data(&if settings.file.is_some() {
            say!("configuration-file-is", place)
        } else {
            say!("configuration-file-is-not-there", place)
        });
    }
    for command in built.get_subcommands().filter(|c| c.get_name() != "help") {
        show(command, command.get_name(), &settings, every, json, output);
    }
    Ok(ExitStatus::Done)
}

/// The lines of one command and of those below it.
fn show(command: &Command, path: &str, settings: &Settings, every: bool, json: bool, output: &Output) {
    let first = path.split(' ').next().unwrap_or(path);
    let set = settings.settings(command, first, None);
    for arg in command.get_arguments().filter(|arg| can_be_set(arg)) {
        let Some(option) = arg.get_long() else { continue };
        let setting = set.iter().find(|s| s.option == option);
        if setting.is_none() && !every {
            continue;
        }
        let shown = |v: &OsString| crate::journal::without_password(&v.to_string_lossy()).into_owned();
        let value = setting.map(|s| s.values.iter().map(shown).collect::<Vec<_>>().join(","));
        let origin = setting.map(|s| s.origin.to_string());
        if json {
            let line = json!({"type": "option", "command": path, "option": option, "variable": variable(option), "value": value, "from": origin});
            output.data(&line.to_string());
        } else {
            let shown = value.map_or_else(|| "-".to_owned(), |v| crate::model::printable(&v));
            let from = origin.unwrap_or_else(|| say!("option-is-not-set", variable = variable(option)));
            output.data(&format!("{path} --{option} = {shown}  ({from})"));
        }
    }
    for below in command.get_subcommands().filter(|c| c.get_name() != "help") {
        show(below, &format!("{path} {}", below.get_name()), settings, every, json, output);
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
