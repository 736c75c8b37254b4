# `capture` and `bugreport`.

no-run-has-been-recorded-yet = no run has been recorded yet
name-another-journal = name another journal with --journal PATH
bug-report-still-names-somebody = an identifier is left after masking, so nothing was written
report-this-mistake-without-the-zip = this is a mistake of mi-signout: please report it without the zip
what-the-bug-report-holds = { $captures } screen(s) of { $phones } phone(s); { $masked } word(s) masked, { $left_out } file(s) left out; nothing was sent
look-through-the-bug-report = manifest.json lists every file; look through it, then give away { $path }
next-profiles-check = next: mi-signout profiles check { $path }
folder-cannot-be-read = it can't be read: { $error }
zip-could-not-be-written = the zip could not be written: { $error }
name-another-file-with-output = name another file with --output

leave-the-page-with-the-password = leave the page; or give --no-picture, which keeps what the page is made of, and nothing of the field's text
clear-the-password-field = clear the field, or leave the page
wait-until-nothing-moves = wait until nothing moves on the screen, close other programs that read it, and capture again
report-this-mistake-without-the-screen = this is a mistake of mi-signout: please report it, with the model and without the screen
no-text-was-masked = no text
what-was-masked = masked: { $texts }; { $properties } properties left out
what-is-left-of-the-picture = picture: only the { $places } places of known texts are left; look at it before you give it away
no-picture-because = no picture: { $why }
screen-is-none-of-the-profile = no screen of it
screen-is-several-of-the-profile = several screens: { $screens }
profile-and-its-screen = profile { $profile }: { $screen }
no-profile-because = no profile: { $why }
masking-changes-the-screen = masking changes which screen this is: keep the texts that matter with --keep TEXT
not-a-whole-zip = it is not a whole zip file: { $why }
zip-holds-too-much = it holds more than a bug report may: { $why }
zip-has-too-long-a-file = bytes in one file
zip-is-too-long = bytes in all

there-are-files-already = there are files already, and none is overwritten
not-a-manifest-of-a-capture = { $path }: it is no manifest of a capture

password-field-is-on-screen = a password field is on the screen, so nothing was captured
something-is-typed-in-password-field = something is typed in a password field, so nothing was captured
screen-cannot-be-read = the screen could not be read: { $why }
identifier-of-phone-is-left = an identifier of the phone is left in { $file } after masking, so nothing was written
picture-was-not-wanted = it was not wanted
screen-did-not-hold-still = the screen did not hold still
screen-was-left-out = it was left out
walk-went-on = the walk went on

picture-cannot-be-read = the picture can't be read: { $why }
picture-has-another-size = the picture is { $width } x { $height } pixels, and the screen reaches to { $right } x { $bottom }
picture-is-too-large = it is too large

file-is-not-regular = it is not a regular file
file-is-too-long = it is longer than { $most } KiB
file-is-not-text = it is not UTF-8
zip-has-too-many-files = files
