//! `devices` from the outside.

use phone_sim::endpoint::ConnState;

use crate::support::{TestBed, spec};

#[test]
fn a_phone_behind_the_real_server_is_ready() {
    let bed = TestBed::one();
    insta::assert_snapshot!(bed.run(&["devices"]).run(), @r###"
    status: 0
    --- stdout
    SERIAL           STATE   MODEL          SOFTWARE     ACCOUNT     READY
    127.0.0.1:10001  device  Redmi Note 10  MIUI 14.0.9  6230***535  ready
    --- stderr
    "###);
    insta::assert_snapshot!(bed.run(&["devices", "--json"]).run(), @r###"
    status: 0
    --- stdout
    {"type":"device","schema":1,"serial":"127.0.0.1:10001","adb":"127.0.0.1:10000","state":"device","usb":null,"tray":null,"model":"Redmi Note 10","software":"MIUI 14.0.9","account":"6230***535","signed_in":true,"find_device":null,"ready":true,"outcome":null,"reason":null,"hint":null}
    --- stderr
    "###);
    bed.untouched(0);
}

#[test]
fn every_state_says_what_is_missing() {
    let bed = TestBed::own([spec("good"), spec("out").account(None), spec("unauth"), spec("offline"), spec("noperm")]);
    for (n, state) in [(2, ConnState::Unauthorized), (3, ConnState::Offline), (4, ConnState::NoPermissions)] {
        bed.phones[n].connect(state);
    }
    insta::assert_snapshot!(bed.run(&["devices"]).run(), @r###"
    status: 0
    --- stdout
    TRAY    SERIAL   STATE           MODEL          SOFTWARE     ACCOUNT     READY
    #1 1-1  good     device          Redmi Note 10  MIUI 14.0.9  6230***535  ready
    #2 1-2  out      device          Redmi Note 10  MIUI 14.0.9  -           signed out already
    #3 1-3  unauth   unauthorized    -              -            -           unauthorized
    #4 1-4  offline  offline         -              -            -           offline
    #5 1-5  noperm   no permissions  -              -            -           no-permissions
    unauth: hint: unlock the phone and accept 'Allow USB debugging?' (tick 'Always allow'); if it does not come up, plug the cable in again
    offline: hint: the phone does not answer adb: plug the cable in again, or switch USB debugging off and on
    noperm: hint: this computer may not open the USB device (adb: user in plugdev group; are your udev rules wrong?): add the udev rule for vendor 2717 or join the plugdev group, then plug the cable in again
    --- stderr
    "###);
    (0..5).for_each(|n| bed.untouched(n));
    let lines = bed.run(&["devices", "--json"]).run().json(0, "");
    let short: Vec<String> = lines.iter().map(|l| format!("{} {} {}", l["serial"], l["ready"], l["reason"])).collect();
    insta::assert_snapshot!(short.join("\n"), @r###"
    "good" true null
    "out" false null
    "unauth" false "unauthorized"
    "offline" false "offline"
    "noperm" false "no-permissions"
    "###);
}
