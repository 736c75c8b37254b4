# Errors of the journal, the key and the ledger, with what to do.

step-was-not-done = the step was not done

journal-cannot-be-written = cannot write { $path }: { $why }
database-does-not-answer = the database { $path } does not answer: { $why }
database-refuses = the database { $path } refuses: { $why }
address-of-database-cannot-be-used = the address of the database cannot be used: { $why }
database-would-be-reached-without-encryption = the database on { $host } would be reached without encryption; run 'ssh -L { $port }:127.0.0.1:{ $port } { $host }' and name 127.0.0.1 instead
database-holds-no-journal-yet = the database { $path } holds no journal yet
journal-is-closed-to-this-bench = the journal { $path } is closed to this bench: { $why }
journal-holds-runs-already = { $path } holds runs already
two-journals-have-different-keys = the two journals have different keys, so the accounts of one mean nothing to the other
journal-is-damaged = { $path } is damaged or is not a journal: { $why }
journal-is-of-a-later-version = { $path } was written by a later version (format { $found }; this one knows { $known })
journal-can-be-read-by-others = { $path } can be read by other users
folder-is-not-used = { $path } is not used: { $why }
another-run-works-on = run { $run } (process { $pid }, since { $since }) works on { $what }
taken-over-by-another-bench = { $what } was taken over by another bench, since this one did not renew its lease in time
two-phones-have-hardware-serial = two phones have the hardware serial { $serial }
journal-knows-no = the journal knows no { $name }
deletion-is-out-of-order = the deletion is at '{ $from }' and cannot go to '{ $to }'
free-some-space = free some space or name a file that you may write with --journal PATH
check-that-the-database-runs = check that it runs and that this computer reaches it; phones are left as they are, run again then
check-the-user-of-the-database = check the user, its password (PGPASSWORD, PGPASSFILE or ~/.pgpass) and its rights; a new database is set up by 'mi-signout journal init URL'
how-an-address-is-written = write it as postgres://USER@127.0.0.1:5432/DATABASE
keep-that-ssh-running = keep that ssh running in another window for as long as the run takes
set-the-journal-up-once = set it up once with 'mi-signout journal init URL'
set-the-journal-up-on-this-bench = run 'mi-signout journal init URL' on this bench, with the passphrase or the key file of the other benches
copy-into-an-empty-journal = copy into a journal without runs
set-up-with-the-old-key = set the new one up with the old one's key: mi-signout journal init URL --key STATE/install.key
move-the-journal-away = move the file away, or name another with --journal PATH; it was not changed
use-the-later-version = use the version that wrote it, or name another file with --journal PATH
make-the-file-yours-alone = make it yours alone (chmod 600), or remove it to have a new one made
use-a-folder-of-your-own = use a folder of your own that only you can write in (chmod 700)
wait-until-the-other-run-has-ended = wait until the other run has ended, or end it
see-the-other-benchs-run = see the other bench's run for what became of it
unplug-one-of-the-two = unplug one of the two, then run again
list-the-runs = list the runs to see their names
begin-the-deletion-again = begin the deletion again from its page
another-process-keeps-it-locked = another process keeps it locked

folder-is-none = it is not a folder
folder-belongs-to-another-user = it belongs to another user
others-can-write-in-the-folder = other users can write in it

key-was-removed-meanwhile = it was removed while it was made
key-is-not-a-regular-file = it is not a regular file
key-has-another-length = { $bytes } bytes instead of { $length }
key-file-is-missing = there is no such file

journal-was-opened-for-reading = it was opened for reading
another-bench-no-longer-answers = another bench submitted a password of this account and no longer answers, so what the phone said is not known: look at its phones first, then run again

row-of-run-is-wrong = a row of run { $id }: { $error }
row-of-run-has-no-picture = run { $id }: row { $row }: its picture is missing
run-has-another-number-of-rows = run { $id }: { $rows } rows instead of { $counted }

missing-phone-of-run = phone { $key } in this run

key-of-journal-is-in-a-file = its key is in a file; name it with --key FILE
passphrase-does-not-open-the-key = the passphrase does not open its key
bench-does-not-have-the-key = this bench does not have its key yet
key-is-of-another-journal = the key is not the one of this journal

journal-is-a-dead-link = it is a link that leads nowhere
journal-is-a-link = it is a link to another file
journal-is-a-folder = it is a folder
journal-is-not-a-regular-file = it is not a regular file
database-is-of-another-program = it is another program's database

no-answer-within = no answer within { $seconds } s
database-row-is-missing = a row is missing
column-holds-something-unexpected = column { $column } holds something unexpected

not-a-postgres-address = it is not postgres://[USER@]HOST[:PORT]/DATABASE
address-holds-a-password = it holds a password, which other users of this computer can read: put it into ~/.pgpass
address-names-several-hosts = it names several hosts or ports
address-asks-for-tls = it asks for TLS, which this program does not have; leave that out: nothing leaves this computer, and 'ssh -L' encrypts the way to another one
address-with-a-password-is-not-shown = postgres://*** (it holds a password)

missing-run-yet = run yet
journal-has-an-older-format = it has an older format
missing-run = run { $run }
missing-lot = lot { $lot }
missing-account = account { $account }
