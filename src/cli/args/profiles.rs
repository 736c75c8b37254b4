//! Device profiles: the built-in ones, and those of a directory.

use std::path::PathBuf;

use clap::Args;

use crate::capture;
use crate::cli::failure::{ErrorCode, Failure};
use crate::profile::{Catalog, MAX_BYTES, ProfileError};

/// Options about device profiles.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ProfileArgs {
    /// A directory with more device profiles
    ///
    /// A profile in it replaces the built-in one of the same name.
    #[arg(long = "profiles", value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

impl ProfileArgs {
    /// The built-in profiles, and those of the directory.
    ///
    /// # Errors
    /// Where the directory can't be read, holds no profile, or holds one with a mistake.
    pub(crate) fn catalog(&self) -> Result<Catalog, Failure> {
        let broken = |error: ProfileError| Failure::usage(error.to_string()).code(ErrorCode::ProfileInvalid);
        let mut catalog = Catalog::builtin().map_err(broken)?;
        let Some(dir) = &self.dir else { return Ok(catalog) };
        let unreadable = |error: std::io::Error| {
            Failure::usage(format!("could not read the device profiles: {error}"))
                .code(ErrorCode::ProfileInvalid)
                .at(dir.display().to_string())
        };
        let mut files: Vec<PathBuf> = std::fs::read_dir(dir)
            .map_err(unreadable)?
            .filter_map(|entry| entry.ok().map(|e| e.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "toml"))
            .collect();
        files.sort();
        if files.is_empty() {
            return Err(Failure::usage("the directory has no device profile (*.toml)")
                .code(ErrorCode::ProfileInvalid)
                .at(dir.display().to_string()));
        }
        let read = |path: &PathBuf| {
            Ok((path.display().to_string(), capture::read_regular_text(path, MAX_BYTES).map_err(unreadable)?))
        };
        let texts = files.iter().map(read).collect::<Result<Vec<_>, Failure>>()?;
        catalog.add_all(&texts).map_err(broken)?;
        Ok(catalog)
    }
}
