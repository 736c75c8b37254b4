# The deletion in a browser: news, turns of the person, the guide, drivers.

page-changed = the page changed
browser-does-not-answer-yet = the browser does not answer yet
dialog-is-open-in-browser = a dialog is open in the browser
window-was-closed = the window was closed
browser-was-closed = the browser was closed

no-browser-was-found = no Chrome, Chromium, Edge or Firefox was found
not-a-known-browser = { $program } is no Chrome, Chromium, Edge or Firefox that tells its version
folder-cannot-be-used = the folder { $folder } cannot be used
driver-could-not-be-downloaded = the driver could not be downloaded from { $host }: { $why }
maker-names-no-driver = it does not answer (is this computer online?), or names no driver that fits this browser and computer
maker-gives-no-driver = it does not give out the driver that it names
download-holds-no-driver = what came holds no driver, or can't be kept

driver-did-not-start = the driver { $driver } did not start
browser-did-not-start = the browser did not start: there may be no display, this may be root (Chromium refuses root), or driver and browser are of different versions
no-runtime-for-drivers-connection = no runtime for the driver's connection

chrome-or-chromium = Chrome or Chromium
no-program-at-place = there is no program at { $place }
not-a-known-driver = { $program } is none of chromedriver, msedgedriver, geckodriver
no-driver-on-path = no chromedriver, msedgedriver or geckodriver on PATH

before-sign-out-everywhere = Sign the account out of every phone, tablet, TV and other device, and turn Find Device off. A phone elsewhere that stays signed in may stay locked to an account that no longer exists.
before-back-up = Back up what you want to keep from i.mi.com: contacts, pictures, notes, messages.
before-unbind-devices = Unbind your devices in Mi Home, and end subscriptions and automatic renewals, wherever you pay them.
before-keep-bills = Keep copies of bills and warranty papers that are in the account.
loss-of-synced-data = contacts, pictures and everything else synced to Xiaomi Cloud
loss-of-purchases = Mi Coins that are left, bought themes and purchases in apps
loss-of-records = records of purchases, and with them proof for a warranty
loss-of-the-number = where the number was bound to many accounts lately: the right to register it again, for half a year
step-open-the-address = Open the address. If the address bar shows another site than account.xiaomi.com (or global. or in. before it), stop.
step-sign-in = Sign in, with the account that is to be deleted. A picture may have to be solved.
step-read-the-caution = Read the caution. Tick the box that you understand and accept the losses ("Yes").
step-press-delete = Press Delete. (Nothing is deleted yet.)
step-verify = Verify that it is you: have a code sent to your phone or e-mail, and type it on the page. Codes are limited to a few a day.
step-press-delete-again = Press Delete again. This is the last question: after it the account is gone.
step-wait-for-the-end = Wait until the page says that the account was deleted.
deletion-cannot-be-undone = It can't be undone. Xiaomi decides how long it takes; up to 15 working days have been reported.
delete-only-your-account = Delete only an account that is yours. Deleting an account does not unlock a locked phone.

not-the-deletion-page = '{ $address }' is neither Xiaomi's deletion page nor http on a loopback address

ask-to-read-the-caution = Read Xiaomi's caution in the browser. Then press Enter here to have the box ticked and the first Delete pressed (it deletes nothing yet), or do both in the browser.
ask-to-read-the-page = Read the page in the browser. Press Enter here to close the browser.
ask-how-it-ended = This program cannot see how it ends. When you know, type: deleted or kept?
your-turn = your turn: { $turn }
done-for-you = done for you: { $act }
caution-of-account = caution: the page speaks of the account that ends in { $last }
caution-names-the-losses = caution: the page names the losses
page-is-still-loading = the page is still loading; waiting for it (Ctrl-C ends this)
deletion-is-refused = Refused: Xiaomi does not delete this account now. Nothing was deleted.
page-gives-no-reason =
    {""}
      The page gives no reason that mi-signout knows. Read it in the browser, or ask Xiaomi's customer service.
new-window-is-followed = a new window was opened and is followed
last-delete-is-left-to-you = the last Delete is left to you: { $why }
watching-what-follows = watching what follows; it is not pressed again
turn-sign-in = sign in, in the browser; this program does not see what you type
turn-solve-the-picture = solve the picture, in the browser
turn-verify = verification: ask for the code and type it, in the browser
turn-tick-the-box = tick the box and press Delete, in the browser
turn-last-delete = last Delete: press it in the browser to delete for good, or close the window to keep the account
turn-unknown-page = mi-signout does not know this page, go on by hand: { $place } "{ $title }"
turn-no-such-account = Xiaomi says that there is no such account: look whether it is spelt right; if it is, it is gone, and you can close the window
turn-page-says-deleted = the page says that the account is deleted, but this program saw no last question: check that it means your account
turn-accounts-own-page = the account's own page is shown. Xiaomi may still be working: check in the browser whether the account was deleted
turn-answer-the-dialog = answer the dialog in the browser
did-tick-the-box = ticked the box
did-press-first-delete = pressed the first Delete
did-press-last-delete = pressed the last Delete, once
not-verified = no verification was seen after the caution
page-does-not-show-the-id = the page does not show the id of the account that the caution showed
page-has-not-one-button = the page has not exactly one such button that is on
page-changed-under-press = the page changed under the press, so it did not count. Press it yourself
page-changed-meanwhile = the page changed meanwhile

another-run-is-deleting-this-account = another run is deleting this account
account-is-not-locked = the account is not locked by this run
account-is-not-in-the-journal = the account is not in the journal
journal-at-place-cannot-be-used = the journal at { $place } cannot be used

accounts-own-page = the account's own page

deleting-is-permanent = Deleting a Mi / Xiaomi Account is permanent.
guide-before = Before:
guide-lost-for-good = Lost for good:
guide-xiaomi-refuses-where = Xiaomi refuses where:
guide-steps-at = Steps, at { $address }
guide-recovery = If the password is forgotten or the account is locked, only Xiaomi's own page helps: { $address }
guide-another-way = Another way: ask Xiaomi to delete your data, at { $address }
opening = open: { $place }
