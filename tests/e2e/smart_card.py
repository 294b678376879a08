#!/usr/bin/env python3
"""Runs BUILD_DIR/bin/pcscd_test with a real pcscd and vsmartcard's virtual reader.

The reader listens on every address and pcscd's socket has one fixed path: both get a network and a
mount namespace of their own. Ends with 77 (skipped) where such namespaces are not permitted.
"""
import ctypes
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
READER = f"""FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:0x8C7B
LIBPATH {DRIVER}
CHANNELID 0x8C7B
"""
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1  # linux/sockios.h, linux/if.h


def skip(why):
    print(f"smart card: {why}")
    sys.exit(77)


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def inside(program, arguments):
    """In the namespaces: an empty /run, the loopback, the reader's configuration."""
    loopback_up()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", b"/run", b"tmpfs", 0, None) != 0:
        skip(f"cannot mount a /run of its own: {os.strerror(ctypes.get_errno())}")
    with tempfile.TemporaryDirectory(prefix="kiosk-readers-") as folder:
        (pathlib.Path(folder) / "vpcd").write_text(READER)
        environment = dict(os.environ, KIOSK_READER_CONF=folder)
        return subprocess.run([program, *arguments], env=environment, check=False).returncode


def main():
    if sys.argv[1] == "--inside":
        return inside(sys.argv[2], sys.argv[3:])
    program = pathlib.Path(sys.argv[1]).resolve() / "bin/pcscd_test"
    if not pathlib.Path(DRIVER).exists() or shutil.which("pcscd") is None:
        skip("needs the packages pcscd and vsmartcard-vpcd")
    # With a user namespace nobody needs to be root, where the machine permits it.
    unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child"]
    if os.getuid() != 0:
        unshare.append("--map-root-user")
    if subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode != 0:
        skip("network and mount namespaces are not permitted here")
    return subprocess.run([*unshare, sys.executable, __file__, "--inside", str(program),
                           *sys.argv[2:]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
