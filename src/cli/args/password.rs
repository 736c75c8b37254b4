//! Password: standard input, the environment, a CSV file, a prompt. Never an argument.

use std::path::PathBuf;

use clap::Args;
use zeroize::Zeroizing;

use crate::cli::failure::{ErrorCode, Failure};
use crate::cli::prompt::{self, Line};
use crate::fleet::Passwords;
use crate::model::{PASSWORD_VARIABLE, Secret, Serial};
use crate::text::say;

/// Options about passwords.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Password")]
pub(crate) struct PasswordArgs {
    /// Read the password from standard input
    ///
    /// One line. Without this option and --passwords, the password in the environment variable MI_SIGNOUT_PASSWORD; without that
    /// too, a question on the terminal. A password is never an argument.
    #[arg(long, conflicts_with = "passwords")]
    pub(crate) password_stdin: bool,
    /// Read passwords from a CSV file
    ///
    /// The first line is the header serial,password or account,password. Other users must not be able to read the file.
    #[arg(long, value_name = "FILE")]
    pub(crate) passwords: Option<PathBuf>,
}

impl PasswordArgs {
    /// Reads the passwords that were given; none where nothing gives one. A file may name only phones that are `attached`, where
    /// those are known.
    pub(crate) fn read(&self, attached: Option<&[Serial]>) -> Result<Passwords, Failure> {
        if self.password_stdin {
            return line_of(prompt::line(None)).map(Passwords::one);
        }
        if let Some(path) = &self.passwords {
            return crate::cli::password_file::read(path, attached);
        }
        match std::env::var(PASSWORD_VARIABLE) {
            Ok(text) if !text.is_empty() => return Ok(Passwords::one(Secret::new(text))),
            Err(std::env::VarError::NotUnicode(_)) => {
                return Err(unusable(say!("password-variable-is-not-text")).at(PASSWORD_VARIABLE));
            }
            _ => {}
        }
        Ok(Passwords::default())
    }
}

/// The error of a password that can't be used.
fn unusable(what: impl Into<String>) -> Failure {
    Failure::usage(what).code(ErrorCode::PasswordsUnusable)
}

/// The password on standard input: one line. What follows it is not read.
fn line_of(line: std::io::Result<Line>) -> Result<Secret, Failure> {
    let bytes = match line {
        Ok(Line::Read(bytes)) => bytes,
        Ok(Line::TooLong(length)) => {
            return Err(unusable(say!("line-of-password-is-too-long", length)));
        }
        Ok(Line::End | Line::Interrupted) => Zeroizing::default(),
        Err(error) => return Err(unusable(say!("standard-input-could-not-be-read", error))),
    };
    match std::str::from_utf8(&bytes) {
        Ok("") => Err(unusable(say!("standard-input-held-no-password")).hint(say!("give-the-password-as-one-line"))),
        Ok(line) => Ok(Secret::new(line.to_owned())),
        Err(_) => Err(unusable(say!("password-on-standard-input-is-not-text"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Result<Secret, Failure> {
        line_of(Ok(Line::Read(Zeroizing::new(bytes.to_vec()))))
    }

    #[test]
    fn a_line_is_a_password_where_it_is_text() {
        assert!(of(b"pass word").unwrap() == Secret::new("pass word".into()));
        assert!(of(b"").is_err() && of(b"\xff").is_err() && line_of(Ok(Line::End)).is_err());
    }

    #[test]
    fn a10_a_line_that_is_too_long_names_its_length() {
        assert!(line_of(Ok(Line::TooLong(5000))).unwrap_err().what.contains("5000 bytes"));
    }
}
