#!/usr/bin/env bash
# Signs phones out with a shell and adb, a job a phone, the way such scripts are written: dump, find by id, tap.
#
#   sign_out.sh PORT < lines of "serial password"
set -u
port=$1
export ADB="${ADB:-adb}"

a() { "$ADB" -H 127.0.0.1 -P "$port" -s "$serial" "$@" </dev/null; }

# The middle of the node with this resource id.
center() {
  local bounds
  bounds=$(grep -o "resource-id=\"[^\"]*$1\"[^>]*bounds=\"[^\"]*\"" <<<"$xml" | head -1 | grep -o 'bounds="[^"]*"' | tr -c '0-9\n' ' ')
  [ -n "$bounds" ] || return 1
  set -- $bounds
  [ "$3" -gt "$1" ] && [ "$4" -gt "$2" ] && echo $((($1 + $3) / 2)) $((($2 + $4) / 2))
}

wait_for() { # [swipe] ids...
  local swipe="" name at
  [ "$1" = swipe ] && swipe=1 && shift
  for _ in $(seq 20); do
    a shell uiautomator dump /sdcard/window_dump.xml >/dev/null
    xml=$(a shell cat /sdcard/window_dump.xml)
    for name in "$@"; do
      at=$(center "$name") && { echo "$at"; return 0; }
    done
    [ -n "$swipe" ] && a shell input swipe 540 1800 540 800 400
  done
  return 1
}

work() {
  local serial=$1 password=$2 at
  a shell am start -a android.settings.XIAOMI_ACCOUNT_SYNC_SETTINGS -p com.xiaomi.account >/dev/null
  at=$(wait_for swipe logout_btn) || return 1
  a shell input tap $at
  at=$(wait_for retain_button) || return 1
  a shell input tap $at
  at=$(wait_for input_pwd_view et_account_password) || return 1
  a shell input tap $at
  a shell "input text '${password// /%s}'"
  at=$(wait_for passport_confirm button1) || return 1
  a shell input tap $at
  for _ in $(seq 100); do
    a shell dumpsys account | sed '/Accounts History/q' | grep -q 'type=com.xiaomi}' || { echo "$serial"; return 0; }
    sleep 0.2
  done
  return 1
}

while read -r serial password; do work "$serial" "$password" & done | wc -l
