# `delete`: the talk with the account's owner.

no-driver-and-none-to-download =
    { $none }, and { $error }
    hint: install Chrome, Chromium, Edge or Firefox, and its driver
using-a-downloaded-driver = Using { $driver }, which an earlier run downloaded after you said yes.
no-driver-and-this-build-downloads-none =
    { $none }, and this build can't download one (it is built without the feature driver-download)
    { $hint }
no-driver-and-none-was-downloaded =
    { $none }, and nothing was downloaded
    { $hint }
downloading-the-driver = Downloading from { $host } ...
downloaded-the-driver = Downloaded: { $driver }
no-driver-because =
    { $none }, and { $error }
    { $hint }
ask-to-download-a-driver =
    {""}
    To walk you through the pages this program needs a driver, and there is none on PATH. It can download one:
      what:  { $driver }, the program that opens and steers the browser { $browser } (version { $version })
      from:  { $host }
      to:    { $folder }; later runs use it from there without asking
      then:  it is run on this computer, as you, for as long as the browser of this walk is open; nothing is installed
    Without it you get the steps as a checklist. To download it, type: yes
    >
hint-install-the-driver = hint: install { $driver } { $version } ({ $source }), or name one with --driver PATH
driver-for-firefox = for Firefox { $version }
driver-of-version = of version { $version }

no-account-waits-for-deletion = No account waits for deletion. Sign phones out first, or see: mi-signout delete --guide
reason-is-not-described-here = {""}    - { $code }: not described here; read it on Xiaomi's page
refused-for-no-known-reason = {""}    - for no reason that is known here: read it on Xiaomi's page, or ask its customer service
other-account-has-the-same-masked-id = {""}    { $other } has the same masked id: maybe the same account, which only you know
phone-is-proven-signed-out = signed out, proven
phone-is-not-proven-signed-out = NOT proven to be signed out
phone-of-account-to-delete = { $model } { $name }: { $proof }; Find Device { $find_device }
deletion-was-refused = refused by Xiaomi; nothing was deleted. Fix this, then run again:
deletion-is-unknown = unknown (may be gone): check first, then run again and say deleted or kept
deletion-was-begun = begun, not finished

webdriver-is-for-tests = --webdriver is for tests: what you type would travel to it unprotected; leave it out, a driver on this computer is found by itself
no-folder-for-the-journal = no folder for the journal; name one with --journal
default-browser-could-not-be-opened = The default browser could not be opened; open the address yourself.
browser-folder-cannot-be-used = could not use the folder for the browser's profile
earlier-walk-was-cut-off = An earlier run was cut off. Its browser and driver were ended.
deletion-needs-its-owner =
    Deleting an account needs its owner at a terminal. Nothing was done.
    hint: mi-signout delete --guide prints what to do by hand
another-run-is-deleting = Another run is deleting { $account }. Nothing was done here.
no-browser-could-be-used =
    No browser could be used: { $error }
    {""}
that-account-does-not-wait =
    no account '{ $named }' waits for deletion; these do:
    { $listed }
several-accounts-wait =
    several accounts wait; name one with --account:
    { $listed }
masked-id-of-several-accounts =
    '{ $named }' is the masked id of several accounts; use the name in front:
    { $listed }
account-was-deleted-earlier = { $account } was deleted in an earlier run. Nothing is left to do.
earlier-run-could-not-see-the-end =
    An earlier run could not see whether { $account } was deleted: unknown (may be gone). The last Delete is not pressed again.
    Check first: sign in at { $entry }. If Xiaomi says that there is no such account, it is deleted.
end-was-not-said = Unknown (may be gone): it was not seen, and you did not say. Run this again when you know.
recorded-as-deleted = Recorded as deleted, as you say.
recorded-as-kept = Recorded as kept, as you say. Run this again to begin anew.
account-to-delete = Account { $account }:
this-other-account-may-be-the-same = has the same masked id: if it is yours too and the same account, look at its phones first (--list)
find-device-is-on = {""}    Find Device is on: Xiaomi will most likely refuse, or the phone stays locked.
ask-about-phones-that-stay-locked =
    {""}
    These phones may stay locked for good. To go on all the same, type: { $words }
    >
ask-to-begin-the-deletion =
    {""}
    It cannot be undone. To begin in the browser, type: { $words }
    >
interrupted-nothing-was-done =
    {""}
    Interrupted. Nothing was done.
kept-nothing-was-deleted = Kept: nothing was deleted.
window-opens-now = A window of { $product } opens now, apart from your own browser. Sign in and go on in that window. This program waits for you there, as long as you need; Ctrl-C ends it.
continue-by-hand =
    Continue by hand:

    { $guide }
account-is-deleted =
    Deleted: Xiaomi's page says that the account is deleted.
    Next: reset each phone to factory settings before you hand it on, now that it is signed out. It can take up to 15 working days until Xiaomi has removed everything; the number or address may not register again before.
next-reset-each-phone = Next: reset each phone to factory settings before you hand it on. It can take up to 15 working days until Xiaomi has removed everything.
interrupted-nothing-was-deleted = Interrupted. Nothing was deleted.
browser-went-elsewhere = the browser went to { $place }, which is not Xiaomi's account service. Enter nothing there.
page-is-about-another-account = the page is about another account ({ $shown }) than the phones were signed out of ({ $account }). Run this again and sign in with that one.
walk-stopped = Stopped: { $why }
walk-stopped-and-nothing-was-deleted = Stopped: { $why } Nothing was deleted.
deletion-could-not-be-seen = Unknown: mi-signout could not see whether the account was deleted (it may be gone). Check before anything else: sign in at { $entry }. If Xiaomi says that there is no such account, it is deleted.
run-this-again-when-you-know = Run this again when you know, and say so.

ask-for-the-words-again =
    That is not it. Once more, or press Enter to stop. Type: { $words }
    >
ask-deleted-or-kept =
    deleted or kept? (Enter leaves it open)
    >
ask-deleted-or-kept-again =
    Type deleted, or kept, or nothing to leave it open:
    >
press-enter-to-close-browser = Press Enter to close the browser.
ask-for-the-last-delete =
    It cannot be undone. To have the last Delete pressed now, type: { $words }
    >
phone-without-a-model = phone
install-chromium-driver = Debian: apt install chromium-driver
deletion-waits = waits
deletion-is-done = deleted
deletion-was-kept = kept
find-device-is-off-here = off
find-device-is-on-here = ON
find-device-is-unknown-here = unknown
