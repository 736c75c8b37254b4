//! Python with its adb clients.

use std::path::Path;
use std::process::Command;

use super::process::{Said, talk};
use super::real_adb::private;

/// Runs a script of `tests/clients/` in a Python that has adbutils: `$MI_SIGNOUT_TEST_PYTHON`, else `python3`.
pub fn python(script: &str, args: &[&str]) -> Said {
    let program = std::env::var("MI_SIGNOUT_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let home = tempfile::tempdir().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let mut command = Command::new(&program);
    command.arg(path).args(args);
    private(&mut command, home.path());
    // Packages of the user's own stay where they are.
    if let Some(base) = std::env::var_os("HOME") {
        command.env("PYTHONUSERBASE", Path::new(&base).join(".local"));
    }
    assert!(
        Command::new(&program).arg("--version").output().is_ok(),
        "{program} can't be started: install Python 3, or set MI_SIGNOUT_TEST_PYTHON"
    );
    talk(command, b"")
}
