//! The binary: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(mi_signout::cli::run())
}
