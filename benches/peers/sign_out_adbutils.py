#!/usr/bin/env python3
"""Signs phones out with adbutils, a thread a phone, the way such scripts are written: dump, find by id, tap.

    sign_out_adbutils.py PORT < lines of "serial password"

It keeps no record, asks nothing, and trusts every page that it expects.
"""

import re
import sys
import threading
import time

import adbutils

ACCOUNT = "com.xiaomi.account:id/"
CLOUD = "com.miui.cloudservice:id/"


def center(xml, name):
    """The middle of the one node with this resource id, where it is there and not empty."""
    match = re.search(r'resource-id="[^"]*' + re.escape(name) + r'"[^>]*?bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"', xml)
    if not match:
        return None
    left, top, right, bottom = map(int, match.groups())
    return ((left + right) // 2, (top + bottom) // 2) if right > left and bottom > top else None


def wait_for(device, names, swipe=False):
    """Dumps until one of these ids is on the screen."""
    for _ in range(20):
        xml = device.dump_hierarchy()
        for name in names:
            at = center(xml, name)
            if at:
                return name, at
        if swipe:
            device.swipe(540, 1800, 540, 800, 0.4)
    raise RuntimeError(f"none of {names} came up")


def sign_out(device, password):
    device.shell(["am", "start", "-a", "android.settings.XIAOMI_ACCOUNT_SYNC_SETTINGS", "-p", "com.xiaomi.account"])
    _, at = wait_for(device, ["logout_btn"], swipe=True)
    device.click(*at)
    _, at = wait_for(device, ["retain_button"])
    device.click(*at)
    _, at = wait_for(device, ["input_pwd_view", "et_account_password"])
    device.click(*at)
    device.shell(["input", "text", password.replace(" ", "%s")])
    _, at = wait_for(device, ["passport_confirm", "button1"])
    device.click(*at)
    for _ in range(100):
        if "type=com.xiaomi}" not in device.shell("dumpsys account").split("Accounts History")[0]:
            return
        time.sleep(0.2)
    raise RuntimeError("the account stays")


def main():
    client = adbutils.AdbClient(host="127.0.0.1", port=int(sys.argv[1]))
    done, failed = [], []

    def work(serial, password):
        try:
            sign_out(client.device(serial), password)
            done.append(serial)
        except Exception as error:  # noqa: BLE001
            failed.append(f"{serial}: {error}")

    pairs = [line.rstrip("\n").split(" ", 1) for line in sys.stdin if line.strip()]
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for line in failed:
        print(line, file=sys.stderr)
    print(len(done))


main()
