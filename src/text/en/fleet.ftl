# A run over phones: which are chosen, who submits a password, what is lost.

second-account-needs-authorised-by = this run signs out account { $first }, and this phone has account { $account }; signing out more than one account needs --authorised-by TEXT

phone-takes-no-keys = it takes no keys
its-lock-screen-could-not-be-read = its lock screen could not be read
its-screen-would-be-locked = its screen would be locked if it went off

two-phones-have-serial = two phones have the serial { $serial }, at { $place } and at { $others }, and the record could not tell them apart: unplug all but one, then run again

run-was-interrupted = the run was interrupted; run again to go on
nothing-is-submitted-for-refused-account = account { $account } was refused { $refused } times, here or in earlier runs, so nothing is submitted: recover the password at account.xiaomi.com, then run on a terminal and confirm that it is the owner's
account-was-refused-times = account { $account } was refused { $times } times
another-bench-submits-for-account = another bench submits for account { $account }
rejections-cannot-be-written-down = no password is submitted while rejections can't be written down: { $why }
phone-refused-password-of-account = phone { $serial } refused the password of account { $key }, so it is not submitted anywhere else: check it at Xiaomi's own sign-in page, then run again
could-not-tell-whether-password-was-accepted = could not tell whether phone { $serial } accepted the password of account { $key }, so it is not tried on any other phone. Check phone { $serial } first

waiting-for-lease-to-expire = { $why }. Waiting for up to { $seconds } s for its lease to expire
waiting-for-claim-to-expire = { $by } left its claim on a phone. Waiting for up to { $seconds } s for it to expire
screen-could-not-be-kept = a screen could not be kept: { $error }
phone-on-another-bench-refused-password = a phone on another bench refused the password of account { $account }, or its verdict could not be had, so it is not submitted here: see that bench's run
record-is-incomplete = the record is incomplete: { $error }

no-phone-is-attached = no phone is attached
no-attached-phone-has-serial = no attached phone has the serial '{ $serial }'
none-of-several-phones-was-chosen = { $phones } phones are attached, and none was chosen

lost-adb-server = lost the adb server at { $server } ({ phones } affected); waiting for it to come back
lost-phones-on-hub = lost { $phones } phones on hub { $hub } at once; check the hub's cable and its power
lost-phones-on-bus = lost { $phones } phones on USB bus { $bus } at once; check the computer's ports

server-has-the-same-phone = the adb server at { $server } has the same phone
same-phone-is-attached-at = the same phone is attached at { $place }
its-serial-is-not-listed = its serial is not listed
its-account-is-not-listed = its account { $account } is not listed
phone-has-no-account = it has no account
its-account-could-not-be-read = its account could not be read

adb-server-does-not-answer-waiting = the adb server at { $server } does not answer; waiting for it
late-adb-server-answers = the adb server at { $server } answers now; joining the run: { phones }
adb-server-answers-again = the adb server at { $server } answers again
phone-is-left-alone = { $serial } ({ $place }) is left alone: { $why }
phone-is-taken-by-its-masked-account = { $serial } counts as account { $account }, which it shows masked: another account may look the same
phone-is-connected-again = { $serial } is connected again; it ended as { $outcome } before
phone-shows-its-number = { $serial } shows the number { $number }
phone-shows-its-number-once-on = { $serial } shows its number once its screen is on
phone-cannot-show-its-number = { $serial } can't show its number
phone-blinks-now = { $serial } blinks now: it has no dialer to show a number in
phone-can-neither-show-nor-blink = { $serial } can't show its number: it has no dialer, and can't blink: { $why }
no-more-threads-plug-in-again = this computer gives no more threads: close other programs, or raise 'ulimit -u', then plug the phone in again

mi-signout-failed-on-this-phone = mi-signout failed on this phone (a bug: please report it); look at the phone before doing anything
this-is-another-connection-of-phone = this is another connection of the phone at { $place }. See its row there
phones-accounts-could-not-be-read = the phone's accounts could not be read ('dumpsys account'): restart the phone, then run again
this-is-another-connection = another connection
several-accounts-of-password-file = several accounts of the password file are { $account }, which is all that this phone shows of its own: list the phone by its serial (a file with the header serial,password), then run again
screen-is-kept-in = { $hint }; the screen is kept in { $folder } ('mi-signout bugreport' packs it)
unknown-screen-is-kept-in = the phone showed a screen that no profile knows; it is kept in { $folder } ('mi-signout bugreport' packs it)
continues-run = continues run { $run }
no-device-profile-fits-this-phone = no device profile fits this phone
profiles-fit-this-phone-alike = the profiles { $names } fit this phone alike
write-a-profile-from-a-capture = { $what }: write one from 'mi-signout capture' (see the README), and give it with --profiles
