//! Output: what is printed, and how. `--json` belongs to its command; the others are global.

use clap::{ArgAction, Args, ValueEnum};

/// The heading of options that every command has.
const GLOBAL: &str = "Global options";

/// Options of every command about what is printed.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = GLOBAL)]
pub(crate) struct OutputArgs {
    /// Print more (repeatable)
    #[arg(short, long, global = true, action = ArgAction::Count, display_order = 900)]
    pub(crate) verbose: u8,
    /// Print results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", display_order = 901)]
    pub(crate) quiet: bool,
    /// Print plain lines instead of progress bars
    #[arg(long, global = true, display_order = 902)]
    pub(crate) no_progress: bool,
    /// When to print in color
    ///
    /// auto prints in color on a terminal, unless NO_COLOR is set.
    #[arg(
        long,
        value_name = "auto|always|never",
        global = true,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        display_order = 903
    )]
    pub(crate) color: Color,
    /// Print help (-h is short, --help is complete)
    #[arg(short, long, global = true, action = ArgAction::Help, display_order = 904)]
    help: Option<bool>,
}

/// When to print in color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `--json` of a run.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct EventsArgs {
    /// Print events and results as JSON lines
    ///
    /// Standard output carries one JSON object a line: events as they happen, one result when a phone ends, one summary at the
    /// end. docs/json.md describes them. Text for people goes to standard error.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `--json` of a command that lists something.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct JsonArgs {
    /// Print JSON lines
    ///
    /// Standard output carries one JSON object a line. docs/json.md describes them.
    #[arg(long)]
    pub(crate) json: bool,
}
