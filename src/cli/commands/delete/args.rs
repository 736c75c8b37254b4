//! The options of `mi-signout delete`.

use std::path::PathBuf;

use crate::cli::args::JournalArgs;

/// Options of `delete`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Args {
    /// List the accounts that wait for deletion
    ///
    /// Shows how far each deletion got, and the phones of the account.
    #[arg(long)]
    pub(crate) list: bool,
    /// Print the steps as a checklist
    ///
    /// Prints the address, what is lost, the reasons for a refusal and the steps. Needs no browser driver and no journal. On a
    /// terminal, the address is opened in the default browser.
    #[arg(long, conflicts_with = "list")]
    pub(crate) guide: bool,
    /// Do not open the default browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Press the last Delete, after you confirm it
    ///
    /// You confirm by typing the words that are asked for. It is pressed once.
    #[arg(long, conflicts_with_all = ["list", "guide"])]
    pub(crate) press_final: bool,
    /// The account to delete, if several wait
    ///
    /// Its masked id, or its name in the list.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// The driver: chromedriver, msedgedriver or geckodriver
    ///
    /// Without this option, the first one on PATH. If there is none, mi-signout offers to download one.
    #[arg(long, value_name = "PATH", help_heading = "Browser")]
    pub(crate) driver: Option<PathBuf>,
    /// The browser
    ///
    /// Without this option, the one on PATH that fits the driver.
    #[arg(long, value_name = "PATH", help_heading = "Browser")]
    pub(crate) browser: Option<PathBuf>,
    /// A directory with more page descriptions
    ///
    /// A description in it replaces the built-in one of the same name.
    #[arg(long, value_name = "DIR", help_heading = "Browser")]
    pub(crate) pages: Option<PathBuf>,
    /// A driver that runs already (Selenium Grid); for tests only, never for a real account
    #[arg(long, value_name = "URL", hide = true, conflicts_with_all = ["driver", "browser"])]
    pub(crate) webdriver: Option<String>,
    /// A replica on a loopback address, for tests
    #[arg(long, value_name = "URL", hide = true)]
    pub(crate) site: Option<String>,
    /// Where drivers are downloaded from: a loopback address, with a replica only, for tests
    #[arg(long, value_name = "URL", hide = true, requires = "site")]
    pub(crate) driver_mirror: Option<String>,
    #[command(flatten)]
    pub(crate) journal: JournalArgs,
    /// Print JSON lines (with --list)
    #[arg(long, requires = "list", help_heading = "Output")]
    pub(crate) json: bool,
}
