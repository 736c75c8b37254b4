//! `mi-signout delete`: walks the owner through Xiaomi's permanent deletion of the account.

mod args;
mod driver;
mod list;
mod owner;

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};

pub(crate) use self::args::Args;
use self::driver::find_driver;
use self::owner::Owner;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::signals::Interrupt;
use crate::cli::wrap::fitted;
use crate::event::FindDevice;
use crate::journal::JournalError;
use crate::model::{AccountRef, DeletionState, ExitStatus};
use crate::text::say;
use crate::web::{
    DeletionQueue, DrivenBrowser, DriverError, Ending, Guide, JournalQueue, Looks, Pages, Plan, QueueError, Site, Stop,
    StopReason, WaitingAccount, sweep, walk,
};

/// Only with a replica on a loopback address: how the browser is to run.
const TEST_BROWSER: &str = "MI_SIGNOUT_TEST_BROWSER";

/// How long a page may be unclear before the program tells the person.
const UNCLEAR: Duration = Duration::from_secs(10);
/// How long to wait for the answer to the last press.
const ANSWER: Duration = Duration::from_secs(60);

/// Runs the command, and reports what stopped it.
pub(crate) fn main(args: &Args, output: &Output, interrupt: &Interrupt) -> ExitStatus {
    run(args, output, interrupt, &mut std::io::stdout()).unwrap_or_else(|error| {
        // A reader that has seen enough (`| head`) is no failure.
        if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) {
            return ExitStatus::Done;
        }
        let failure = match error.downcast::<JournalError>() {
            Ok(error) => Failure::from(error),
            Err(error) => Failure::usage(format!("{error:#}")),
        };
        output.failure(&failure);
        ExitStatus::Usage
    })
}

/// Runs the command.
///
/// # Errors
/// Where an option, a page file or the journal can't be used. How a deletion ended is the exit status.
fn run(args: &Args, output: &Output, interrupt: &Interrupt, out: &mut dyn Write) -> Result<ExitStatus> {
    let pages = load_pages(args.pages.as_deref())?;
    if args.guide {
        return guide(&pages, args.no_open || !output.is_interactive(), out);
    }
    let site = args.site.as_deref().map_or_else(|| Ok(Site::xiaomi()), Site::replica)?;
    args.driver_mirror.as_deref().map(Site::replica).transpose()?;
    if args.webdriver.is_some() && !site.is_replica() {
        bail!(say!("webdriver-is-for-tests"));
    }
    let path = args.journal.path().with_context(|| say!("no-folder-for-the-journal"))?;
    let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
    let mut queue = JournalQueue::new(args.journal.open()?);
    if args.list {
        list::print(&queue, &pages, args.json, out)?;
        return Ok(ExitStatus::Done);
    }
    let home = Home { folder: &folder, interrupt, output };
    delete(args, &pages, site, &mut queue, &home)
}

fn load_pages(folder: Option<&Path>) -> Result<Pages> {
    Ok(match folder {
        Some(folder) => Pages::with_folder(folder)?,
        None => Pages::built_in()?,
    })
}

/// Prints the checklist, and opens the default browser unless `no_open`.
fn guide(pages: &Pages, no_open: bool, out: &mut dyn Write) -> Result<ExitStatus> {
    let guide = Guide::new(pages);
    write!(out, "{}", fitted(&guide.to_string(), &console::Term::stdout()))?;
    out.flush()?;
    if !no_open && webbrowser::open(guide.address).is_err() {
        writeln!(out, "{}", say!("default-browser-could-not-be-opened"))?;
    }
    Ok(ExitStatus::Done)
}

/// The journal's folder, the signal that ends the command, and its output.
struct Home<'a> {
    folder: &'a Path,
    interrupt: &'a Interrupt,
    output: &'a Output,
}

fn delete(
    args: &Args,
    pages: &Pages,
    site: Site,
    queue: &mut impl DeletionQueue,
    home: &Home<'_>,
) -> Result<ExitStatus> {
    let output = home.output;
    if sweep(&home.folder.join("web")).with_context(|| say!("browser-folder-cannot-be-used"))? > 0 {
        output.people(&say!("earlier-walk-was-cut-off"));
    }
    let accounts = queue.waiting()?;
    let Some(account) = choose(&accounts, args.account.as_deref())? else {
        output.people(&say!("no-account-waits-for-deletion"));
        return Ok(ExitStatus::NothingAttached);
    };
    if !output.is_interactive() {
        output.people(&say!("deletion-needs-its-owner"));
        return Ok(ExitStatus::NeedsPerson);
    }
    let _lock = match queue.lock(account.account) {
        Err(QueueError::Busy) => {
            output.people(&say!("another-run-is-deleting", account = account.masked));
            return Ok(ExitStatus::NotDone);
        }
        locked => locked?,
    };
    // A replica answers at once; look at Xiaomi's pages twice a second.
    let pace = Duration::from_millis(if site.is_replica() { 80 } else { 500 });
    let mut owner = Owner::new(pace, home.interrupt);
    if let Some(status) = what_was_before(&mut owner, queue, account)? {
        return Ok(status);
    }
    if !is_confirmed(&mut owner, pages, account) {
        return Ok(kept(&mut owner));
    }
    let plan = Plan {
        account: account.account,
        masked: account.masked.clone(),
        site,
        press_final: args.press_final,
        patience: looks_in(UNCLEAR, pace),
        answer_patience: looks_in(ANSWER, pace),
    };
    let mut browser = match start_browser(args, &plan.site, home.folder, &mut owner) {
        Ok(Some(browser)) => browser,
        Ok(None) => return Ok(kept(&mut owner)),
        Err(e) => {
            owner.say(&say!("no-browser-could-be-used", error = format_args!("{e:#}")));
            return Ok(by_hand(&mut owner, pages, args.no_open || plan.site.is_replica()));
        }
    };
    let ending = walk(&mut browser, &mut owner, queue, pages, &plan)?;
    if matches!(ending, Ending::Deleted) {
        owner.say(&say!("account-is-deleted"));
        owner.lets_close();
    }
    drop(browser);
    ended(&ending, &mut owner, queue, &plan)
}

/// How many looks fit into a time.
fn looks_in(time: Duration, pace: Duration) -> u32 {
    u32::try_from(time.as_millis() / pace.as_millis().max(1)).unwrap_or(u32::MAX)
}

/// The account that was named, or the only one that waits.
fn choose<'a>(waiting: &'a [WaitingAccount], named: Option<&str>) -> Result<Option<&'a WaitingAccount>> {
    let fits = |a: &&WaitingAccount| named.is_none_or(|n| a.masked == n || a.account.to_string() == n);
    let found: Vec<_> = waiting.iter().filter(fits).collect();
    let listed = || waiting.iter().map(|a| format!("  {}  {}", a.account, a.masked)).collect::<Vec<_>>().join("\n");
    match (found.as_slice(), named) {
        ([one], _) => Ok(Some(one)),
        ([], None) => Ok(None),
        ([], Some(named)) => bail!(say!("that-account-does-not-wait", named, listed = listed())),
        (_, None) => bail!(say!("several-accounts-wait", listed = listed())),
        // Masked ids can collide: then only the name in the list tells them apart.
        (_, Some(named)) => {
            bail!(say!("masked-id-of-several-accounts", named, listed = listed()))
        }
    }
}

/// Where an earlier run may have deleted the account, only its owner can say how that ended.
fn what_was_before(
    owner: &mut Owner,
    queue: &mut impl DeletionQueue,
    account: &WaitingAccount,
) -> Result<Option<ExitStatus>> {
    let before = queue.last(account.account)?;
    if before == DeletionState::Done {
        owner.say(&say!("account-was-deleted-earlier", account = account.masked));
        return Ok(Some(ExitStatus::Done));
    }
    if !before.may_be_gone() {
        return Ok(None);
    }
    owner.say(&say!("earlier-run-could-not-see-the-end", account = account.masked, entry = crate::web::ENTRY));
    settled(owner, queue, account.account).map(Some)
}

/// Asks how it ended, and records what the owner says. Until then it is unknown.
fn settled(owner: &mut Owner, queue: &mut impl DeletionQueue, account: AccountRef) -> Result<ExitStatus> {
    let Some(deleted) = owner.deleted_or_kept() else {
        owner.say(&say!("end-was-not-said"));
        return Ok(ExitStatus::Unknown);
    };
    queue.settle(account, deleted)?;
    Ok(said(owner, deleted))
}

fn said(owner: &mut Owner, deleted: bool) -> ExitStatus {
    if deleted {
        owner.say(&say!("recorded-as-deleted"));
        owner.say(&say!("next-reset-each-phone"));
        return ExitStatus::Done;
    }
    owner.say(&say!("recorded-as-kept"));
    ExitStatus::NotDone
}

/// Prints what is lost and the page's own steps, and takes the typed words: for phones that are not proven out, and for the deletion itself.
fn is_confirmed(owner: &mut Owner, pages: &Pages, account: &WaitingAccount) -> bool {
    owner.say(&Guide::new(pages).to_string());
    owner.say(&say!("account-to-delete", account = account.masked));
    for other in &account.maybe_same {
        let note = say!("this-other-account-may-be-the-same");
        owner.say(&format!("  {other} {note}"));
    }
    for phone in &account.phones {
        owner.say(&format!("  {}", list::of_phone(phone)));
        if phone.find_device == FindDevice::On {
            owner.say(&say!("find-device-is-on"));
        }
    }
    let unproven: Vec<&str> = account.unproven().map(|p| p.name.as_str()).collect();
    if !unproven.is_empty() {
        let words = format!("without {}", unproven.join(" "));
        let question = say!("ask-about-phones-that-stay-locked", words);
        if !owner.types(&question, &words) {
            return false;
        }
    }
    let end = account.masked.rsplit('*').next().unwrap_or_default();
    let words = format!("delete {end}");
    let question = say!("ask-to-begin-the-deletion", words);
    owner.types(&question, &words)
}

fn kept(owner: &mut Owner) -> ExitStatus {
    if owner.is_interrupted() {
        owner.say(&say!("interrupted-nothing-was-done"));
        return ExitStatus::Interrupted;
    }
    owner.say(&say!("kept-nothing-was-deleted"));
    ExitStatus::NotDone
}

/// None where the person ended the search for a driver.
fn start_browser(args: &Args, site: &Site, home: &Path, owner: &mut Owner) -> Result<Option<DrivenBrowser>> {
    let looks = looks(site, std::env::var_os(TEST_BROWSER).as_deref(), crate::platform::is_root());
    let web = home.join("web");
    let interrupt = owner.interrupt();
    let stop: Stop = Arc::new(move || interrupt.is_set());
    let started = if let Some(url) = &args.webdriver {
        DrivenBrowser::remote(url, &web, looks, stop)
    } else {
        let Some(found) = find_driver(args, site, home, owner)? else { return Ok(None) };
        owner.say(&say!("window-opens-now", product = found.kind.product()));
        DrivenBrowser::start(&found, &web, looks, stop)
    };
    match started {
        Err(DriverError::Interrupted) => Ok(None),
        started => Ok(Some(started?)),
    }
}

/// Visible and sandboxed, except for a test on a replica that asks otherwise. Chromium refuses root with its sandbox.
fn looks(site: &Site, wish: Option<&OsStr>, root: bool) -> Looks {
    let headless = site.is_replica() && wish.is_some_and(|w| w == "headless");
    Looks { headless, no_sandbox: headless && root }
}

fn by_hand(owner: &mut Owner, pages: &Pages, no_open: bool) -> ExitStatus {
    let guide = Guide::new(pages);
    owner.say(&say!("continue-by-hand", guide));
    if !no_open && webbrowser::open(guide.address).is_err() {
        owner.say(&say!("default-browser-could-not-be-opened"));
    }
    ExitStatus::NeedsPerson
}

fn ended(ending: &Ending, owner: &mut Owner, queue: &mut impl DeletionQueue, plan: &Plan) -> Result<ExitStatus> {
    Ok(match ending {
        // Said while the browser was open.
        Ending::Deleted => ExitStatus::Done,
        Ending::Refused(_) => ExitStatus::NotDone,
        Ending::Kept => {
            owner.say(&say!("kept-nothing-was-deleted"));
            ExitStatus::NotDone
        }
        Ending::Said { deleted } => said(owner, *deleted),
        Ending::Unknown => return unknown(owner, queue, plan),
        Ending::Interrupted => {
            owner.say(&say!("interrupted-nothing-was-deleted"));
            ExitStatus::Interrupted
        }
        Ending::Stopped { why, may_be_gone } => {
            let why = match why {
                StopReason::ForeignHost(place) => say!("browser-went-elsewhere", place),
                StopReason::OtherAccount(shown) => say!("page-is-about-another-account", shown, account = plan.masked),
            };
            if *may_be_gone {
                owner.say(&say!("walk-stopped", why));
                return unknown(owner, queue, plan);
            }
            owner.say(&say!("walk-stopped-and-nothing-was-deleted", why));
            ExitStatus::NeedsPerson
        }
    })
}

/// Says that the end could not be seen, and asks the owner, unless the owner wants to leave.
fn unknown(owner: &mut Owner, queue: &mut impl DeletionQueue, plan: &Plan) -> Result<ExitStatus> {
    owner.say(&say!("deletion-could-not-be-seen", entry = crate::web::ENTRY));
    if owner.is_interrupted() {
        owner.say(&say!("run-this-again-when-you-know"));
        return Ok(ExitStatus::Unknown);
    }
    settled(owner, queue, plan.account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_account_always_gets_a_visible_sandboxed_browser() {
        let headless = Some(OsStr::new("headless"));
        assert_eq!(looks(&Site::xiaomi(), headless, true), Looks::default());
        let replica = Site::replica("http://127.0.0.1:1/").unwrap();
        assert_eq!(looks(&replica, None, true), Looks::default());
        assert_eq!(looks(&replica, headless, false), Looks { headless: true, no_sandbox: false });
        assert_eq!(looks(&replica, headless, true), Looks { headless: true, no_sandbox: true });
    }

    #[test]
    fn an_account_is_chosen_by_name_and_never_by_chance() {
        let account = |number: i64, masked: &str| WaitingAccount {
            account: AccountRef::new(number),
            masked: masked.into(),
            maybe_same: Vec::new(),
            phones: Vec::new(),
        };
        let waiting = [account(1, "6230***535"), account(2, "6230***535"), account(3, "7000***111")];
        assert!(choose(&[], None).unwrap().is_none());
        assert_eq!(choose(&waiting[..1], None).unwrap().unwrap().account.number(), 1);
        assert_eq!(choose(&waiting, Some("acct-2")).unwrap().unwrap().account.number(), 2);
        assert_eq!(choose(&waiting, Some("7000***111")).unwrap().unwrap().account.number(), 3);
        for (named, said) in [(None, "several"), (Some("6230***535"), "several"), (Some("x"), "no account 'x'")] {
            let error = choose(&waiting, named).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("acct-3  7000***111"), "{error}");
        }
    }
}
