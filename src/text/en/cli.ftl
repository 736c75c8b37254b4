# `config`, `doctor`, `explain`, `man`, `completions`, the table of phones, and what every command says.

completions-could-not-be-written = the completions could not be written: { $error }
shell-is-not-known = { $name } is not known

option-is-set-by = --{ $option } is set by { $origin }
configuration-file-could-not-be-read = the configuration file could not be read: { $error }
configuration-file-has-mistake = the configuration file has a mistake: { $error }
configuration-file-may-not-set = the configuration file may not set '{ $key }'
give-the-option-with-each-run = it decides what happens to phones: give --{ $key } with each run
configuration-names-what-is-not-there = the configuration file names { $kind } '{ $name }', which does not exist
did-you-mean = did you mean '{ $near }'?
config-show-lists-the-options = 'mi-signout config show --every' lists the options
configuration-file-is = configuration file: { $place }
configuration-file-is-not-there = configuration file: { $place } (not there)
configuration-file-has-no-place = none
option-is-not-set = not set; { $variable }

doctor-this-computer = this computer

there-is-no-code = there is no code '{ $code }'
explain-lists-every-code = 'mi-signout explain' lists every code

manual-page-could-not-be-written = the manual page could not be written: { $error }
wrote-manual-pages = wrote the manual pages to { $dir }
there-is-no-command = there is no command '{ $name }'
help-lists-the-commands = 'mi-signout --help' lists the commands

help-lists-commands-and-options = mi-signout --help lists the commands, and mi-signout COMMAND --help its options
passwords-look-like-this = the first line of the file is 'serial,password' or 'account,password', and each further line has these two
profiles-check-shows-every-mistake = mi-signout profiles check FILE shows every mistake with its line
doctor-checks-this-computer = mi-signout doctor checks this computer
look-first-then-run-again = look first at what this was about, then run again
use-another-configuration-file = correct it, or name another file with MI_SIGNOUT_CONFIG (empty: none)
this-is-how-stations-look = docs/stations.md shows such a file
end-report-in-its-format = end its name with .html, .json, .csv or .xml
name-a-report-of-mi-signout = name a file that mi-signout --report wrote
write-the-server-as-host-port = correct it, or unset it and name the server with --adb HOST:PORT

nothing-is-attached = nothing is attached: check cable, port and USB debugging
name-one-of-these-phones = name one of these with --serial
choose-phones = choose with --serial SERIAL (repeatable, or ANDROID_SERIAL), or take them all with --all
attached-phones =
    attached:
    { $lines }

device-of-vendor = a device of vendor { $vendor }

ask-yes-or-no = Please type yes or no: {""}
not-confirmed = not confirmed; nothing was touched

table-signed-out-already = signed out already

server-is-reached-without-encryption = the adb server at { $server } is reached without encryption, and whoever reaches it too can do anything on its phones: run 'ssh -L { $port }:127.0.0.1:{ $port } { $host }' and name 127.0.0.1:{ $port } instead
station-named = station { $name }: {""}
could-not-ask-adb-server = could not ask the adb server at { $server }
servers-show-the-same-phones = the adb servers at { $first } and { $second } show the same phones; they are used over { $first }

stations-could-not-be-read = the stations could not be read: { $why }
station-is-wrong = station '{ $name }': { $why }
stations-share-a-name-or-address = the stations '{ $name }' and '{ $name2 }' have one name or one address
no-station-in-the-file = it has no [[station]]

could-not-write-every-line = could not write every line to standard output: { $error }
record-has-every-row = the record has every row: mi-signout report last
column-tray = TRAY
column-serial = SERIAL
column-state = STATE
column-model = MODEL
column-software = SOFTWARE
column-account = ACCOUNT
column-ready = READY
table-ready = ready

profiles-were-checked =
    { mistakes }; { saved-screens }: { $ambiguous } { $ambiguous ->
        [one] matches
       *[other] match
    } several definitions, { $unknown } { $unknown ->
        [one] matches
       *[other] match
    } none
