"""Uses a simulated phone as a client of Python's adbutils does. Arguments: the adb server's port, and a serial.

The phone is the plain one of the tests: echo, warn, exit, bytes. Prints "ok", or fails with what differed.
"""

import io
import itertools
import sys

try:
    import adbutils
except ImportError:
    sys.exit("adbutils is missing: python3 -m pip install 'adbutils>=2.8,<3' (in a venv named by MI_SIGNOUT_TEST_PYTHON)")


def same(got, expected):
    if got != expected:
        raise SystemExit(f"got {got!r}, expected {expected!r}")


def main(port, serial):
    client = adbutils.AdbClient(host="127.0.0.1", port=port, socket_timeout=60)
    same(client.server_version(), 41)
    same([(i.serial, i.state) for i in client.list()], [(serial, "device")])
    device = client.device(serial)
    same(device.get_state(), "device")
    same("shell_v2" in device.get_features(), True)

    done = device.shell2("echo out; warn err; exit 7", v2=True)
    same((done.returncode, done.stdout, done.stderr), (7, "out\n", "err\n"))
    same(device.shell("echo plain"), "plain")
    same(device.shell("bytes 70000", encoding=None), bytes((i ^ (i >> 8) ^ (i >> 16)) & 255 for i in range(70000)))

    for length in (0, 1, 65535, 65536, 65537, 3 << 20):
        data = bytes(i & 255 for i in range(length))
        path = f"/sdcard/python-{length}"
        device.sync.push(io.BytesIO(data), path)
        same(device.sync.stat(path).size, length)
        same(device.sync.read_bytes(path), data)
    names = {entry.path: entry.size for entry in device.sync.list("/sdcard")}
    same(names["python-65537"], 65537)
    same(device.sync.exists("/sdcard/python-none"), False)
    first = next(itertools.islice(client.track_devices(), 1))
    same((first.present, first.serial, first.status), (True, serial, "device"))
    print("ok")


main(int(sys.argv[1]), sys.argv[2])
