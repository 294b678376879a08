"""The disk under the ledger: full, over its quota, damaged."""
import contextlib
import ctypes
import os
import resource
import sqlite3

from harness import Skip, check, e2e, equal
from hospital_process import Hospital
from kiosk_process import Kiosk
from privacy import damage

LIBC = ctypes.CDLL(None, use_errno=True)


class Tmpfs:
    """A disk of a few megabytes, mounted while the test runs."""

    def __init__(self, case, size):
        if os.geteuid() != 0:
            raise Skip("needs root to mount a small disk")
        self.path = case.folder / "disk"
        self.path.mkdir()
        if LIBC.mount(b"tmpfs", str(self.path).encode(), b"tmpfs", 0, f"size={size}".encode()):
            raise Skip(f"cannot mount: {os.strerror(ctypes.get_errno())}")

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        LIBC.umount2(str(self.path).encode(), 2)  # MNT_DETACH


def fill(path):
    with open(path, "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"\0" * 4096)
        except OSError:
            pass


@e2e("disk: full; nothing is printed or sent, and it recovers by itself", seconds=25)
def disk_full(case):
    hospital = Hospital(case)
    with Tmpfs(case, "4m") as disk:
        kiosk = Kiosk(case, hospital, state=disk).ready()
        kiosk.scan(hospital.people["by_booking"]["booking"])
        number, _ = kiosk.confirm()
        kiosk.ticket_printed(1)
        kiosk.synced()
        kiosk.home()
        who = hospital.people["one_booked"]
        kiosk.scan(who["booking"])
        kiosk.wait("confirm")
        fill(disk / "filler")
        kiosk.tap("confirm")
        kiosk.wait("cannot_record", "closed", seconds=15)
        if kiosk.screen() == "cannot_record":
            kiosk.home()
        kiosk.wait("closed", seconds=30)
        equal(kiosk.status()["ledger"], "cannot_record", "ledger")
        equal(len(kiosk.tickets()), 1, "tickets")
        equal(hospital.encounters(who["appointments"][0]), [], "Encounters")
        (disk / "filler").unlink()
        kiosk.wait("welcome", seconds=30)
        kiosk.scan(who["booking"])
        second, _ = kiosk.confirm()
        check(second != number, "one number for two people")
        kiosk.ticket_printed(2)
        kiosk.synced()
        hospital.knows_arrival(who["appointments"][0], second)
        kiosk.stop()


@e2e("disk: its files may not grow (a quota); it says so, and recovers by itself", seconds=6)
def disk_quota(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    kiosk.scan(who["booking"])
    kiosk.wait("confirm")
    no_limit = resource.prlimit(kiosk.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(kiosk.process.pid, resource.RLIMIT_FSIZE, (4096, no_limit[1]))
    kiosk.tap("confirm")
    kiosk.wait("recording_unknown", seconds=15)  # its log cannot be made sure of
    kiosk.until_status(ledger="cannot_record")
    equal(len(kiosk.tickets()), 0, "tickets")
    kiosk.home()
    kiosk.wait("closed", seconds=30)
    resource.prlimit(kiosk.process.pid, resource.RLIMIT_FSIZE, no_limit)
    kiosk.wait("welcome", seconds=40)
    kiosk.checked_in(hospital, who)
    kiosk.stop()


@e2e("disk: a damaged ledger is set aside, numbers begin a new series", seconds=6)
def damaged_ledger(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    kiosk.scan(hospital.people["one_booked"]["booking"])
    first, _ = kiosk.confirm()
    kiosk.synced()
    kiosk.stop()
    ledger = kiosk.state / "ledger.db"
    held = bytearray(ledger.read_bytes())
    for page in range(2, len(held) // 4096):
        held[page * 4096:page * 4096 + 512] = b"\xA5" * 512
    ledger.write_bytes(held)
    kiosk.start()
    kiosk.ready()
    kept = [file for file in kiosk.state.iterdir()
            if file.name.startswith("ledger") and file.read_bytes()[:len(held)] == held]
    check(kept, "the damaged ledger is not kept")
    kiosk.scan(hospital.people["by_booking"]["booking"])
    second, _ = kiosk.confirm()
    equal((first, second), ("K1-001", "K1B-001"), "numbers")
    kiosk.home()
    kiosk.scan(hospital.people["one_booked"]["booking"])
    kiosk.wait("already_checked_in")
    equal(kiosk.number(), first, "the number of the lost ledger, from the server")


def spoil(ledger, number):
    """This ticket's row no longer says what its patient confirmed."""
    with contextlib.closing(sqlite3.connect(ledger)) as database:
        database.execute("UPDATE outbox SET appointment_id = 'nobody' WHERE number = ?", (number,))
        database.commit()


@e2e("disk: arrivals of a ledger that was set aside are delivered; one that nothing proves is told "
     "at every start", seconds=9)
def arrivals_taken_over(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    people = [hospital.people[name] for name in ("by_booking", "one_booked")]
    hospital.network("down")
    kiosk.until_status(server="offline")
    numbers = []
    for who in people:
        kiosk.scan(who["booking"])
        numbers.append(kiosk.confirm()[0])
        kiosk.ticket_printed(len(numbers))
        kiosk.home()
    kiosk.stop()
    ledger = kiosk.state / "ledger.db"
    spoil(ledger, numbers[1])
    damage(ledger)
    hospital.network("none")
    kiosk.start()
    kiosk.ready()
    kiosk.synced()
    kiosk.scan(people[0]["booking"])
    kiosk.wait("already_checked_in")
    equal(kiosk.number(), numbers[0], "the number of the ledger that was set aside")
    kiosk.home()
    for _ in range(2):
        equal(kiosk.status()["set_aside"], {"files": 1, "left": 1}, "what is set aside")
        kiosk.stop()
        mark = len(kiosk.log())
        kiosk.start()
        kiosk.ready()
        check("ledger_left" in kiosk.log()[mark:], "the log says nothing of what is left")
    (aside,) = [file for file in kiosk.state.glob("ledger.db.aside-*Z")]
    file = kiosk.folder / "left.csv"
    case.run(case.build.program("kiosk"), "list", "unacknowledged", "--export", str(file),
             "--ledger", str(aside), "--config", str(kiosk.config))
    check(numbers[1] in file.read_text(), "the arrival that is left is not exported")
    hospital.knows_arrival(people[0]["appointments"][0], numbers[0])
    equal(hospital.encounters(people[1]["appointments"][0]), [], "told without a proof")
    kiosk.stop()
