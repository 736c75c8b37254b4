# The headings of a report, on its page and on the card of each phone.

report-started = Started
report-ended = Ended
report-operator = Operator
report-station = Station
report-authorised-by = Authorised by
report-tool = Tool
report-options = Options
report-exit-status = Exit status
report-chain = Chain
report-chain-hash-of-this-row = Chain hash of this row
report-make = Make
report-model = Model
report-serial = Serial
report-serial-in-adb = Serial in adb
report-account = Account
report-software = Software
report-find-device = Find Device
report-method = Method
report-proof-before = Proof before
report-proof-after = Proof after
report-screen-at-the-end = Screen at the end
report-took = Took
report-place = Place
report-run = Run
report-last-step = Last step
report-phone = Phone
report-outcome = Outcome
report-time = Time
report-finished = Finished as
report-sort-by-this-column = Sort by this column
report-after = After
report-screen = Screen
report-step = Step

sign-out-of-phones = Sign-out of { phones } — run { $run }
without-a-result = { $count } without a result
run-has-not-ended = not ended: cut off, or still running
rows-are-linked = Rows are linked by SHA-256; { $command } finds an edited, removed or moved one. All times are UTC. Account ids are masked; passwords are in no record.
phones-in-this-run = { phones } in this run.
signed-out-and-proven = Signed out of the Mi / Xiaomi Account, and proven so by the phone's own account list: { phones }.
without-an-account-before = Without such an account before the run, and not changed: { phones }.
not-signed-out-or-not-proven = Not signed out, or not proven so: { phones }. See below for what to do.
next-reset-the-phone = Next: reset each signed-out phone before it changes hands, and switch USB debugging off.
page-carries-no-record = it carries no record
record-of-page-is-cut = its record is cut
picture-of-row-is-missing = row { $row }: its picture { $picture }… is missing

certificate-of-a-sign-out = Certificate: the account was on this phone before, and is proven absent from it after.
certificate-of-no-account = Certificate: no account was on this phone; nothing was changed.
rehearsal-not-certificate = A rehearsal: nothing was changed, the account is still on this phone.
unknown-is-not-a-certificate = Not a certificate: whether the account is still on this phone is not known.
not-a-certificate = Not a certificate: this phone was not signed out.
no-result-is-not-a-certificate = Not a certificate: the run was cut off before this phone had its result, or it still goes on.
no-result = no result
picture-of-the-screen = the screen at the end
caption-of-the-picture = The screen at the end
profile-over-adb = profile { $profile }, over adb
seconds-steps-and-dumps = { $seconds } s, { $steps } steps, { $dumps } dumps
place-at-adb = { $place } at { $adb }
run-and-row = { $run }, row { $row }
step-was-begun = { $step }: begun, and what followed was not seen. Look at the phone.

csv-column-is-missing = the column '{ $name }' is missing

not-a-report-of-this-program = it is no report of this program: { $error }
report-has-another-format = it is '{ $format }' of schema { $schema }, not '{ $wanted }' of schema 1
report-has-another-number-of-rows = it has { $rows } rows and says { $says }
row-cannot-be-read = a row cannot be read: { $error }

place-is-a-folder = it is a folder
place-is-not-a-regular-file = it is not a regular file
place-has-no-file-name = no file name

run-ended-before-this-phone-did = the run ended before this phone did

names-no-report-format = '{ $name }' names no report format (html, json, csv, xml)
cannot-write-report = cannot write { $path }: { $why }
cannot-make-report = cannot make the report: { $why }

nothing-done = nothing done
reason-as-of-first-phone = { $reason }: as { $first }

report-is-not-text = it is not text
report-has-no-rows = it has no rows
report-was-edited = what it shows is not what its rows say: it was edited, or another version than { $tool } made it

lot-with-runs-and-phones = lot { $lot }: { runs }, { phones }: { $counts }
run-of-lot = { $run }  { $station }  { rows }  head { $head }

table-phone = phone
table-model = model
table-account = account
table-outcome = outcome
table-time = time
