"""Arrivals that the server does not have, as a file for the reception desk."""
import csv
import stat

from audit import AuditedKiosk
from harness import check, e2e, equal
from hospital_process import Hospital
from machine import EX_UNAVAILABLE, EX_USAGE
from privacy import damage
from server import WRITES

COLUMNS = ["number", "confirmed_at", "appointment", "patient", "visit_key", "nonce", "state",
           "reason"]


class Desk:
    """Exports lists, each into a file of its own, and reads them."""

    def __init__(self, kiosk):
        self.kiosk, self.count, self.said = kiosk, 0, ""

    def rows(self, *arguments):
        self.count += 1
        file = self.kiosk.folder / f"list-{self.count}.csv"
        self.said = self.kiosk.command("list", *arguments, "--export", str(file))
        equal(stat.S_IMODE(file.stat().st_mode), 0o600, "its mode")
        with file.open(encoding="utf-8", newline="") as lines:
            table = list(csv.reader(lines))
        equal(table[0], COLUMNS, "the columns")
        check(file.read_bytes().endswith(b"\r\n"), "lines of RFC 4180")
        return [dict(zip(COLUMNS, row)) for row in table[1:]]


@e2e("lists: what the server does not have is exported while the kiosk runs, stands, has lost its "
     "key, or its ledger was set aside", short=True, seconds=12)
def exported(case):
    hospital = Hospital(case)
    kiosk = AuditedKiosk(case, hospital).ready()
    desk = Desk(kiosk)
    refused, waits = hospital.people["one_booked"], hospital.people["by_booking"]
    hospital.network("answer", only=WRITES["transaction"], status=422)
    kiosk.scan(refused["booking"])
    number, _ = kiosk.confirm()
    kiosk.until_status(refused=1)
    kiosk.home()
    (row,) = desk.rows("refused")
    equal((row["number"], row["appointment"], row["patient"], row["state"]),
          (number, refused["appointments"][0], refused["patient"], "refused"), "the refused one")
    check("1 refused arrival in" in desk.said, desk.said)
    check("422" in row["reason"], row)
    file = kiosk.folder / "list-1.csv"
    before = file.read_bytes()
    kiosk.command("list", "refused", "--export", str(file), status=1)
    equal(file.read_bytes(), before, "a file that was there")
    kiosk.command("list", "held", "--export", str(kiosk.folder / "held.csv"), status=EX_USAGE)
    equal(desk.rows("unacknowledged"), [], "those that wait for 3 minutes")

    hospital.network("down")
    kiosk.until_status(server="offline")
    kiosk.scan(waits["booking"])
    second, _ = kiosk.confirm()
    kiosk.kill()
    state = kiosk.folder / "state"
    files = {one.name: one.read_bytes() for one in state.iterdir() if one.is_file()}
    both = desk.rows("unacknowledged")
    equal([(one["number"], one["state"]) for one in both],
          [(number, "refused"), (second, "not_told")], "of a kiosk that was killed")
    equal({one.name: one.read_bytes() for one in state.iterdir() if one.is_file()}, files,
          "the ledger's files")
    text = "".join("".join(one.values()) for one in both)
    for who in (refused, waits):
        for fact in (who["name"], who["number"], who["phone"], who["booking"]):
            check(fact not in text, lambda: f"{fact} stands in {text}")

    key = (state / "key").read_text()
    (state / "key").write_text("0" * 64)
    equal(desk.rows("unacknowledged"), both, "with a wrong key")
    (state / "key").unlink()
    equal(desk.rows("unacknowledged"), both, "without a key")
    (state / "key").write_text(key)
    (state / "key").chmod(0o600)

    kiosk.start()
    kiosk.stop()
    damage(state / "ledger.db")
    kiosk.start()
    kiosk.until_status(ledger="ok")
    asides = [one for one in state.glob("ledger.db.aside-*") if not one.name.endswith("-wal")]
    equal(len(asides), 1, "ledgers set aside")
    equal(desk.rows("unacknowledged"), [], "of the new ledger")
    equal([one["number"] for one in desk.rows("unacknowledged", "--ledger", str(asides[0]))],
          [number, second], "of the one that was set aside")
    kiosk.command("list", "unacknowledged", "--ledger", str(state / "ledger.db"),
                  "--export", str(kiosk.folder / "in-use.csv"), status=1)
    kiosk.stop()
    (state / "ledger.db").unlink()
    kiosk.command("list", "refused", "--export", str(kiosk.folder / "none.csv"), status=1)
    kiosk.command("list", "refused", status=EX_UNAVAILABLE)
