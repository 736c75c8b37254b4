//! Where passwords come from: standard input, the environment, a CSV file, a prompt. Never an argument.

use std::io::{BufRead, Read};
use std::path::PathBuf;

use clap::Args;
use zeroize::Zeroize;

use super::failure::Failure;
use crate::fleet::Passwords;
use crate::model::{PASSWORD_VARIABLE, Secret, Serial};

/// Options about passwords.
#[derive(Clone, Debug, Default, Args)]
pub struct PasswordArgs {
    /// Read the account's password from standard input (one line)
    #[arg(long, conflicts_with = "passwords")]
    pub password_stdin: bool,
    /// CSV file with the header serial,password or account,password; must not be readable by others
    #[arg(long, value_name = "FILE")]
    pub passwords: Option<PathBuf>,
}

impl PasswordArgs {
    /// Reads the passwords that were given; none where nothing gives one. A file may name only phones that are `attached`, where
    /// those are known.
    pub fn read(&self, attached: Option<&[Serial]>) -> Result<Passwords, Failure> {
        if self.password_stdin {
            return line_of(&mut std::io::stdin().lock()).map(Passwords::one);
        }
        if let Some(path) = &self.passwords {
            return super::password_file::read(path, attached);
        }
        match std::env::var(PASSWORD_VARIABLE) {
            Ok(text) if !text.is_empty() => return Ok(Passwords::one(Secret::new(text))),
            Err(std::env::VarError::NotUnicode(_)) => {
                return Err(Failure::usage("the password in the environment is not UTF-8 text").at(PASSWORD_VARIABLE));
            }
            _ => {}
        }
        Ok(Passwords::default())
    }
}

/// One line without its end. What follows it is not read.
fn line_of(input: &mut impl BufRead) -> Result<Secret, Failure> {
    let mut bytes = Vec::with_capacity(256);
    let read = input.take(4096).read_until(b'\n', &mut bytes);
    let line = std::str::from_utf8(&bytes).map(|text| text.trim_end_matches(['\n', '\r']).to_owned());
    bytes.zeroize();
    match (read, line) {
        (Err(error), _) => Err(Failure::usage(format!("standard input could not be read: {error}"))),
        (_, Err(_)) => Err(Failure::usage("the password on standard input is not UTF-8 text")),
        (_, Ok(line)) if line.is_empty() => Err(Failure::usage("standard input held no password")
            .hint("give it as one line, or leave --password-stdin out")),
        (_, Ok(line)) => Ok(Secret::new(line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_its_end() {
        for text in ["pass word\n", "pass word\r\n", "pass word", "pass word\nmore"] {
            assert!(line_of(&mut text.as_bytes()).unwrap() == Secret::new("pass word".into()));
        }
        assert!(line_of(&mut "\n".as_bytes()).is_err());
        assert!(line_of(&mut &b"\xff\n"[..]).is_err());
    }
}
