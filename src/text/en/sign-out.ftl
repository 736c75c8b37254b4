# `sign-out`, `watch`, the first minute, simulated phones: questions, what signing out does, what comes next.

synced-data-stays = Synced contacts, messages and notes stay on the phone. What is in Xiaomi Cloud stays there.
synced-data-is-removed = Synced contacts, messages and notes are REMOVED from the phone. What is in Xiaomi Cloud stays there.
phone-with-pay-cards-is-left-alone = A phone with Mi Pay cards is left alone, for you to decide.
pay-cards-are-removed = Mi Pay cards are REMOVED from the phone.
find-device-goes-off = Find Device goes off: the phone asks for the account's password for that.

several-accounts-need-authorised-by = these phones hold { $accounts } accounts; signing out more than one needs --authorised-by
accounts-of-these-phones =
    accounts:
    { $list }
name-who-authorised-it = name who authorised it with --authorised-by TEXT (it goes into the record); nothing was touched
ask-password-of-account = Password of account { $account } ({ $phones }; empty: none): {""}

demo-phones = { simulated-phones }, scenario '{ $name }', behind a simulated adb server; no real phone is touched.

what-signing-out-is =
    Signing out removes the Mi Account from the phone, and its activation lock.
    It does not delete the account, photos, files, or what is in Xiaomi Cloud.
    It needs the account's password, which goes into the phone's own page only.
    A phone that asks for a code waits for you. A locked or lost one is left alone.
    Leave the phones connected, and do not touch them: it takes about a minute each.
these-phones-are-left-alone = These phones are not signed out now:
ask-who-authorised-it = The phones have { $accounts } accounts. Who authorised you to sign out all of them? (It goes into the record): {""}
no-phone-is-left-to-sign-out =
    {""}
    No phone here is left to sign out.
    next: mi-signout delete, if an account is to go for good
next-and-waiting =
    { $next }
    (waiting; this goes on by itself. Ctrl-C ends)
interrupted-before-anything = interrupted; nothing was touched
no-phone-is-connected = no phone is connected
connect-a-phone = connect it with a data cable (a cable that only charges shows nothing), and unlock it
connect-that-phone = connect that phone, or choose no serial (ANDROID_SERIAL, MI_SIGNOUT_SERIAL)
no-phone-yet =
    No phone yet: { $what }.
    next: { $fix }
phone-is-not-ready =
    Found { $serial }, but it is not ready.
    next: { $hint }

signing-out-needs-a-confirmation = signing out needs a confirmation, and there is no terminal to ask on
give-yes = give --yes where a script does it; nothing was touched
ask-to-rehearse = Walk { phones } up to the sign-out, and change nothing? Type yes: {""}
what-signing-out-these-phones-does =
    {""}
    { phones }, { accounts }. What signing out does:
ask-to-sign-out = Sign { phones } out? Type yes: {""}

serving-until-ctrl-c = serving until Ctrl-C

watching-connect-phones = watching: connect phones; Ctrl-C ends
watching-all-has-to-be-typed = signing out every connected phone has to be confirmed by typing, and there is no terminal to ask on
list-the-phones-to-watch = list the phones with --serial SERIAL or --account ID; nothing was touched
no-phone-is-listed = no phone is listed, and mi-signout leaves a phone alone that was only connected
list-phones-or-take-all = list phones with --serial SERIAL or --account ID (both repeatable), or take them all with --all
several-accounts-are-listed = { $accounts } accounts are listed; signing out more than one needs --authorised-by
ask-to-rehearse-all = Walk EVERY phone that is connected now or later up to the sign-out, and change nothing? Type all: {""}
ask-to-sign-all-out = Sign EVERY phone that is connected now or later out? Type all: {""}
ask-to-rehearse-listed = Walk { $phones } up to the sign-out, and change nothing, each when it is connected? Type yes: {""}
ask-to-sign-listed-out = Sign { $phones } out, each when it is connected? Type yes: {""}
what-signing-out-does = What signing out does:
phone-with-serial = phone { $serial }
phones-of-account = the phones of account { $account }
ask-password-of-listed-account = Password of account { $account } (empty: none): {""}
ask-password-of-the-account = Password of the phones' account (empty: none): {""}

no-thread-could-be-started = no thread could be started: { $error }
raise-limit-of-processes = raise the limit of processes (ulimit -u), then run again; nothing was touched
ask-for-another-try = Account { $account } was refused { $rejections } times. If you are its owner and know the password, type the account as shown to try once more.
ask-for-account = Account: {""}

plug-a-phone-in = plug a phone in by a data cable and switch USB debugging on; 'mi-signout demo' shows the whole job without one

phone-cannot-be-reached = {""}  { $serial } ({ $place }) can't be reached: { $state }
phone-shows-on-its-screen = shows { $number } on its screen
phone-shows-once-on = shows { $number } once its screen is on
cannot-show-because = can't show its number: { $error }
blinks-without-dialer = { $line }blinks now: it has no dialer to show a number in
did-not-blink = did not blink as it should: look whether its screen is on and open
blinking-failed = did not blink to the end: { $error }
can-neither-show-nor-blink = can't show its number: it has no dialer, and can't blink: { $why }
ask-to-go-on-after-locating = Press Enter once you have found them: {""}
close-the-dialer = {""}  { $serial }: close the dialer yourself; the phone takes no keys

next-factory-reset = next: factory reset each signed-out phone before you hand it on, and switch USB debugging off
next-delete-account = next: mi-signout delete, if account { $account } is to go for good ({ phones } signed out, none missing)
next-account-may-be-on = next: account { $account } may still be on { $phones }: sign it out there before you hand that on or delete the account

there-is-no-scenario = there is no scenario '{ $name }'
number-from-0-to-10 = a number from 0 to 10
simulated-phones-cant-be-served = the simulated phones can't be served: { $error }
choose-another-port = choose another port, or 0 for any free one
account-is-still-signed-in = still signed in
no-account-is-left = no account left
simulated-phone-says = { $serial }: the simulated phone itself says: { $account }, { $taps } tap(s), { $submissions } password submission(s)
did-you-mean-scenario = did you mean '{ $near }'? { $hint }
simulate-lists-the-scenarios = 'mi-signout simulate --list' names all
