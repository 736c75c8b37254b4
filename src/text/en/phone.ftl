# What a phone, or the way to it, did not do.

phone-is-not-connected = the phone is not connected
phone-is-offline-in-adb = the phone is offline
phone-has-not-allowed-usb-debugging = the phone has not allowed USB debugging from this computer
adb-server-does-not-answer = the adb server at { $server } does not answer
phone-did-not-answer-within = the phone did not answer within { $seconds } s
adb-said = adb: { $why }
