//! The command line: one file per command, prompts, exit codes.

pub mod delete;
mod owner;

use std::io::Write;

use clap::{Parser, Subcommand};

use crate::model::ExitStatus;

/// Signs the owner's Xiaomi, Redmi and POCO phones out of their Mi Account over ADB, and proves it.
#[derive(Parser)]
#[command(name = "mi-signout", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Delete(delete::DeleteArgs),
}

/// Parses the process's arguments, runs the command, gives the exit status.
#[must_use]
pub fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            return u8::try_from(e.exit_code()).unwrap_or(ExitStatus::Usage.code());
        }
    };
    let Command::Delete(args) = &cli.command;
    match delete::run(args, &mut std::io::stdout()) {
        Ok(status) => status.code(),
        Err(e) => {
            let _ = writeln!(std::io::stderr(), "error: {e:#}");
            ExitStatus::Usage.code()
        }
    }
}
