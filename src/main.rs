//! The binary: parses, runs, and turns the library's exit status into the process's.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(mi_signout::cli::main(std::env::args_os()).code())
}
