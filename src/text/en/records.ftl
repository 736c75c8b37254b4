# `report`, `journal`, and the record of a run.

no-home-for-the-journal = there is no home directory to keep it in
this-build-has-no-postgres = this build has no 'postgres' feature

no-home-for-the-key = there is no home directory to keep the key in
set-xdg-state-home = set XDG_STATE_HOME
no-passphrase-was-given = no passphrase was given
use-the-journal = use it with --journal { $url }
ask-for-the-passphrase = Passphrase of the benches' key: {""}
key-needs-passphrase = the key needs a passphrase, and there is no terminal to ask on
set-the-passphrase-or-name-a-key = set MI_SIGNOUT_JOURNAL_PASSPHRASE, or name a file for the key with --key FILE
passphrase-is-too-short = the passphrase has fewer than { $shortest } characters
take-several-words = take several words; whoever can read the database can try to guess it
journal-copied = copied { runs } with { rows }
journal-removed = removed { runs } with { rows }
journal-kept = kept { runs } that would have been old enough: still going, or the end of a phone was not seen

say-which-with-format = say which with --format
report-could-not-be-written = the report could not be written: { $error }
wrote-report = wrote { $path }
lot-is-shown-as-table = a lot is shown as a table or as JSON
leave-format-out = leave --format out, or give --format json
run-not-ended = not ended
run-exit = exit { $exit }
report-could-not-be-read = the report could not be read: { $error }
report-was-edited-or-is-none = { $place }: edited, or not a report of this program
report-is-verified = { $place }: run { $run }, { rows }: { $says }
report-has-head = {""}  head { $head }
chain-is-consistent = the chain is consistent; its origin is not proven
journal-has-other-rows = the journal has this run with other rows or another end
edited = edited
not-edited = not edited
sealed-and-as-in-the-journal = sealed by this installation, and as in its journal
sealed-before-the-run-ended = sealed by this installation while the run went on: its journal has more rows
sealed-by-this-installation = sealed by this installation
journal-has-the-same-run = the journal here has the same run with the same head
not-edited-as-far-as-it-goes = not edited as far as it goes
journal-has-more-rows = the journal here has the same rows, and more: write the report again
seal-is-of-another-installation = the seal is not of this installation: verify it where it was made, or compare the head with the journal there
seal-cannot-be-checked = it has no seal that can be checked here: verify it where it was made, or compare the head with the journal there

no-home-for-the-ledger = there is no home directory to keep the ledger of rejected passwords in
set-xdg-state-home-or-name-a-journal = set XDG_STATE_HOME, or name a journal with --journal PATH
run-is-not-recorded =
    warning: this run is not recorded: { $error }
      hint: { $hint }
install-key-has-changed = install.key is not the one of earlier runs: mi-signout can't recognise their accounts, and can't check the seals of their reports
ledger-is-new = the ledger of rejected passwords is new, but the journal has { rejections } for account { $account }, which count
no-folder-for-reports = no folder could be made for the reports of this run: { $error }
report-could-not-be-written-there = the report could not be written there: { $error }
name-another-report-file = name another file with --report; nothing was touched
phone-of-an-earlier-run = { $model }{ $key } (earlier run)
rows-are-not-in-the-record =
    { $rows ->
        [one] 1 row of this run is not in the record: { $serials }
       *[other] { $rows } rows of this run are not in the record: { $serials }
    }
keep-what-is-printed = keep what is printed here, and run again once the database answers: a phone that is signed out gets its row then
warning-record-is-incomplete = warning: the record is incomplete: { $error }
set-up-the-journal = set up the journal { $journal }
joined-the-journal = joined the journal { $journal }
