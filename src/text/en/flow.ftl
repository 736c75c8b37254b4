# Why a walk through a phone's pages ends.

turn-on-the-input-switch-then-run-again = turn on Developer options > USB debugging (Security settings) on the phone, then run again
phone-asks-for-password-again = the phone asks for the password again after it was submitted once; it is not submitted twice: finish on the phone by hand
bring-phone-back-to-home-screen = { $why }: look at the phone, bring it back to the home screen, then run again

phone-stayed-on-page = the phone stayed on '{ $title }': look at it, then run again
phone-asks-for-accounts-password = the phone asks for the account's password: run again and give it (--password-stdin, or at the prompt)
to-type-the-password = type the password
somebody-else-typed-a-password = a password that this program did not type is in the field: finish on the phone, then run again
to-find-the-password-field = find the password field
could-not-find-exactly-one-place = could not find exactly one place to { $what } on '{ $title }': look at the phone, then run again
secure-keyboard-swallowed-characters = { $shown } characters arrived of { $chars }, so nothing was submitted: turn off the secure keyboard on the phone (Settings > Additional settings > Languages & input > Secure keyboard) and run again, or type the password on the phone yourself and confirm it there
typed-password-cannot-be-checked = Android 7 and older show no program how many characters stand in a password field, so what was typed can't be checked, and nothing was submitted: type the password on the phone yourself and confirm it there, then run again

look-at-phone-first = look at the phone before doing anything; { $hint }
account-is-still-there = the account is still there; { $hint }

walk-took-too-many-turns = the walk took too many turns
another-window-is-in-front = the window in front is not the one that was read
something-lies-over-page = something lies over the page
it-matches-several-screens = it matches several screens: { $names }
no-profile-knows-it = no profile knows it
account-page-could-not-be-opened = the Mi / Xiaomi Account page could not be opened: open Settings > Mi / Xiaomi Account on the phone, look what is there, then run again
page-came-again-and-again = '{ $title }' came again and again
phone-refused-password-of-somebody-else = the phone refused a password that this program did not submit
phone-went-to-another-page = the phone went to '{ $title }', which ends the walk: look at it, then run again
page-stays-in-front = '{ $title }' stays in front: close it on the phone, then run again

screen-could-not-be-read = the screen could not be read ({ $focus }): look at the phone, close other tools that use it, then run again
phone-shows-page-that-is-not-handled = the phone shows a page that mi-signout does not handle ({ $focus }; { $why }): finish or close it on the phone, then run again
the-page-without-a-title = the page
page-did-not-end-within = '{ $title }' did not end within { $seconds } s
page-did-not-react-to-its-last-tap = '{ $title }' did not react to its last tap, which is not repeated: press OK on the phone, then run again
phone-stayed-on-answered-page = the phone stayed on '{ $title }' after it was answered: look at it, then run again
phone-went-back-to-its-home-screen = the phone went back to its home screen: look at it, then run again

phones-time-was-up = the phone's time was up: run again with a longer --timeout
accept-allow-usb-debugging-on-phone = accept 'Allow USB debugging?' on the phone (tick 'Always allow'), then run again
error-check-cable-and-port = { $error }: check cable and port, plug it in again, then run again
focus-is-unknown = unknown
