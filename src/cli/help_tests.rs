//! What the help of every command looks like.

use clap::{Command, CommandFactory};

use super::Cli;

/// Every command with the words that call it.
fn commands() -> Vec<(String, Command)> {
    fn walk(path: &str, command: &Command, found: &mut Vec<(String, Command)>) {
        found.push((path.to_owned(), command.clone()));
        for below in command.get_subcommands().filter(|c| c.get_name() != "help") {
            walk(&format!("{path} {}", below.get_name()), below, found);
        }
    }
    let mut cli = Cli::command().term_width(100);
    cli.build();
    let mut found = Vec::new();
    walk("mi-signout", &cli, &mut found);
    assert!(found.len() > 20);
    found
}

#[test]
fn clap_finds_no_mistake() {
    Cli::command().debug_assert();
}

#[test]
fn the_short_help_has_one_line_for_each_option() {
    for (path, mut command) in commands() {
        let help = command.render_help().to_string();
        let listed = help
            .lines()
            .skip_while(|line| !line.ends_with("ptions:"))
            .take_while(|line| !line.starts_with("Exit status"));
        for line in listed.filter(|line| line.starts_with(' ')) {
            assert!(line.trim_start().starts_with('-') && line.chars().count() <= 100, "{path}: {line}\n{help}");
        }
    }
}

#[test]
fn the_global_options_are_the_last_ones() {
    for (path, mut command) in commands() {
        let help = command.render_long_help().to_string();
        let last = help.lines().rfind(|line| line.ends_with(':') && !line.starts_with(' '));
        assert_eq!(last, Some("Global options:"), "{path}\n{help}");
    }
}

#[test]
fn help_is_plain_text_and_clap_prints_its_defaults() {
    for (path, command) in commands() {
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let name = arg.get_id();
            let short = arg.get_help().unwrap_or_else(|| panic!("{path} --{name} has no help")).to_string();
            let long = arg.get_long_help().map(ToString::to_string).unwrap_or_default();
            for text in [&short, &long] {
                let text = text.to_lowercase();
                assert!(
                    !text.contains('`') && !text.contains("default:") && !text.contains("env:"),
                    "{path} --{name}: {text}"
                );
            }
            assert!(!short.ends_with('.'), "{path} --{name}: {short}");
        }
    }
}
