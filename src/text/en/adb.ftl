# The adb server and the way to a phone.

run-on-another-computer = a run on computer { $computer }, process { $process }

no-adb-server-and-no-program = no adb server at { $server }, and no adb program was found ({ $looked })
could-not-start-adb-server = '{ $adb }' could not start an adb server: { $why }
adb-server-does-not-answer-because = the adb server at { $server } does not answer: { $why }
not-an-adb-server-at = what answers at { $server } is no adb server
adb-server-refused-because = the adb server at { $server } refused: { $why }
adb-server-did-not-answer-within = the adb server at { $server } did not answer within { $seconds } s
install-adb = install Android's platform-tools (Debian, Ubuntu: apt install adb; macOS: brew install android-platform-tools; Windows: winget install Google.PlatformTools), or set ADB to the program
start-the-adb-server-yourself = run 'adb start-server' yourself and read what it says
see-whether-adb-answers = run 'adb devices' and see whether it answers; another program may be holding the server
update-platform-tools = the server may be too old: update Android's platform-tools

script-is-too-long = the script is too long for one request
phone-sent-too-much = the phone sent too much
not-an-adb-server = what answers is no adb server
adb-client-failed = adb_client failed
more-than-one-phone-has-the-serial = more than one phone has this serial
adb-server-refused = the adb server refused
no-more-threads = this computer gives no more threads: close other programs, or raise 'ulimit -u'
phone-did-not-understand-the-script = the phone's shell did not understand the script

find-device-has-locked-the-phone = Find Device has locked the phone ({ $focus } is in front)
owner-has-marked-the-phone-as-lost = the owner has marked the phone as lost ({ $focus } is in front)
finance-lock-is-on = a finance lock is on ({ $focus } is in front)
property-is-on = the property { $key } is on
another-uiautomation-client = another UiAutomation client

phone-gave-no-picture = the phone gave no picture (screencap ended with { $code })
am-ended-with = am ended with { $code }

host-has-no-ipv4-address = it has no IPv4 address
server-hung-up = it hung up
no-connection-in-time = no connection in time

adb-did-not-end-within = it did not end within { $seconds } s
no-server-answers-after-adb = no server answers after it ({ $status })
adb-variable-names-no-file = ADB names '{ $file }', which is no file
no-adb-on-path = no '{ $name }' on PATH, and ADB does not name it

no-more-threads-for-touches = this computer gives no more threads
