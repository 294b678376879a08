"""What was done is written down, cannot be changed unseen, and tells a visit's story."""
import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import sqlite3
import zoneinfo

import site_config
from harness import Skip, check, e2e, equal
from hospital_process import Hospital
from kiosk_process import Kiosk
from machine import EX_UNAVAILABLE, EX_USAGE
from server import WRITES


class AuditedKiosk(Kiosk):
    """Its configuration also serves the command line, whether it runs or not."""

    def __init__(self, case, hospital, **more):
        state = case.folder / "K1" / "state"
        super().__init__(case, hospital, **more, changes={
            "server.url": f'"{hospital.url}"', "files.ledger": f'"{state}/ledger.db"',
            "vault.key_file": f'"{state}/key"', "control.socket": f'"{state}/control"'})

    def command(self, *arguments, status=0):
        """What `kiosk ARGUMENTS` printed; it has to end with that status."""
        done = self.case.run(self.case.build.program("kiosk"), *arguments, "--config",
                             str(self.config), seconds=60)
        equal(done.returncode, status, f"{arguments}: {done.stdout}{done.stderr}: status")
        return done.stdout

    def rows(self):
        return [json.loads(line) for line in self.command("audit", "export").splitlines()]

    def tamper(self, sql):
        with contextlib.closing(sqlite3.connect(self.state / "ledger.db")) as database:
            database.execute(sql)
            database.commit()


def in_order(text, *parts):
    at = 0
    for part in parts:
        found = text.find(part, at)
        check(found >= 0, lambda: f"{part!r} does not follow in:\n{text}")
        at = found + len(part)


@e2e("audit: a visit's story tells what was seen, pressed, printed, and the answer that was lost",
     short=True, seconds=12)
def story(case):
    hospital = Hospital(case)
    kiosk = AuditedKiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    hospital.network("cut_response", only=WRITES["transaction"], times=1)
    kiosk.printer("paper_out")
    kiosk.until_status(printer="paper_out")
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    kiosk.printer("ok")
    kiosk.ticket_printed(1)
    kiosk.printed()
    kiosk.home()
    kiosk.scan(hospital.people["by_booking"]["booking"])  # somebody else looks and goes
    kiosk.wait("confirm")
    kiosk.tap("not_me")
    kiosk.wait("welcome")
    kiosk.synced(60)
    told = kiosk.command("audit", "visit", number)
    in_order(told, "showed a code", "saw confirm", "pressed confirm", f"recorded as {number}",
             "no ticket now", "confirmed the ticket", "left: ended")
    in_order(told, "the arrival is being sent, attempt 1", "no answer came", "acknowledged")
    for strange in ("not_me", who["name"], who["number"], who["phone"]):
        check(strange not in told, lambda: f"{strange} stands in:\n{told}")
    equal(kiosk.command("audit", "visit", who["appointments"][0]), told, "the story by its key")
    lines = kiosk.command("audit", "visit", number, "--json").splitlines()
    equal(len(lines), len(told.splitlines()) - 1, "rows as JSON")
    kiosk.command("audit", "visit", "K1-999", status=1)
    kiosk.command("audit", "visit", status=EX_USAGE)
    kiosk.stop()
    equal(kiosk.command("audit", "visit", number), told, "the story when no kiosk runs")


@e2e("audit: what was confirmed is told as it was on the screen, whatever the desk makes of it later",
     short=True, seconds=6)
def as_it_was_shown(case):
    hospital = Hospital(case)
    kiosk = AuditedKiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    key = who["appointments"][0]
    before = hospital.read(f"Appointment/{key}")
    kiosk.tap("language:en")
    kiosk.scan(who["booking"])
    kiosk.wait("confirm")
    shown = ["Dermatology", "周敏 Zhou Min", "Outpatient building, floor 2, room 203"]
    for text in shown:
        check(kiosk.says(text), f"{text} is not on the screen")
    number, _ = kiosk.confirm()
    kiosk.home()
    kiosk.synced()
    hospital.ask("move", appointment=key, minutes_from_now=41)
    last = kiosk.status()["last_sync"]
    kiosk.until("it read that", lambda: kiosk.status()["last_sync"] != last)
    after = hospital.read(f"Appointment/{key}")
    zone = zoneinfo.ZoneInfo(site_config.ZONE)
    then, now = (datetime.datetime.fromisoformat(one["start"]).astimezone(zone)
                 .strftime("%Y-%m-%d %H:%M") for one in (before, after))
    check(then != now, "it was not moved")
    told = kiosk.command("audit", "visit", number)
    (line,) = [one for one in told.splitlines() if "saw confirm" in one]
    version = f"version {before['meta']['versionId']}"
    check(line.endswith(f"confirm in en: {', '.join([then, *shown, version])}"), line)
    check(now not in told, told)
    for person in (who["name"], who["number"], who["phone"]):
        check(person not in told, lambda: f"{person} stands in:\n{told}")
    rows = [json.loads(one) for one in kiosk.command("audit", "visit", number,
                                                     "--json").splitlines()]
    check(any(then in row["detail"] for row in rows), "as JSON")


@e2e("audit: a row that was changed, removed or cut off behind the kiosk's back is named",
     short=True, seconds=8)
def tampering(case):
    hospital = Hospital(case)
    kiosk = AuditedKiosk(case, hospital).ready()
    kiosk.scan(hospital.people["one_booked"]["booking"])
    kiosk.confirm()
    kiosk.ticket_printed(1)
    kiosk.home()
    kiosk.synced()
    check("holds" in kiosk.command("audit", "verify"), "of the running kiosk")
    kiosk.stop()
    check("holds" in kiosk.command("audit", "verify"), "of the stopped one")
    rows = kiosk.rows()
    for before, row in zip(rows, rows[1:]):
        equal((row["seq"], row["previous_hash"]), (before["seq"] + 1, before["hash"]), "the chain")
    last = rows[-1]["seq"]
    kiosk.tamper("UPDATE audit SET instant_ms = instant_ms + 60000 WHERE seq = 3")
    check("row 3 was changed" in kiosk.command("audit", "verify", status=1), "in words")
    kiosk.tamper("UPDATE audit SET instant_ms = instant_ms - 60000 WHERE seq = 3")
    check("holds" in kiosk.command("audit", "verify"), "put back")
    kiosk.tamper(f"DELETE FROM audit WHERE seq = {last}")
    kiosk.tamper(f"UPDATE ledger SET audit_last = {last - 1}")
    check(f"row {last} was removed" in kiosk.command("audit", "verify", status=1), "the tail")
    kiosk.start()
    kiosk.ready()
    check("BROKEN" in kiosk.command("audit", "verify", status=1), "of the kiosk that runs again")


@e2e("audit: the hospital holds the newest hash, and one that takes none is left in peace",
     seconds=10)
def heads(case):
    hospital = Hospital(case)
    kiosk = AuditedKiosk(case, hospital).ready()
    kiosk.until("an AuditEvent", lambda: hospital.state()["audit_events"])
    event = hospital.state()["audit_events"][-1]
    row, head = (one["valueString"] for one in event["entity"][0]["detail"])
    equal(next(one["hash"] for one in kiosk.rows() if one["seq"] == int(row)), head, "its hash")
    kiosk.command("audit", "verify", "--head", f"{row}:{head}")
    kiosk.command("audit", "verify", "--head", f"{row}:{'0' * 64}", status=1)
    kiosk.stop()

    other = Hospital(case, name="other", cannot="audit_events")
    second = Kiosk(case, other, "K2").ready()
    second.scan(other.people["one_booked"]["booking"])
    number, _ = second.confirm()
    second.synced()
    other.knows_arrival(other.people["one_booked"]["appointments"][0], number)
    equal(second.status()["server"], "online", "the server")
    equal(len([one for one in other.ask("requests")["requests"] if "AuditEvent" in one]), 1,
          "AuditEvents that were tried")


@e2e("audit: two days later a ticket's story is still told, but not whose it was", seconds=20)
def days_later(case):
    libraries = list(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        raise Skip("needs faketime")
    then = {"environment": {"LD_PRELOAD": str(libraries[0]), "FAKETIME": "-2d",
                            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}}
    first = Hospital(case, name="first", **then)
    kiosk = AuditedKiosk(case, first, **then).ready()
    key = first.people["one_booked"]["appointments"][0]
    kiosk.scan(first.people["one_booked"]["booking"])
    number, _ = kiosk.confirm()
    kiosk.ticket_printed(1)
    kiosk.printed()
    kiosk.home()
    kiosk.synced()
    whole = kiosk.command("audit", "visit", key)
    in_order(whole, "pressed confirm", "confirmed the ticket")
    check("Encounter/" in whole, whole)
    kiosk.stop()
    kiosk.server, kiosk.environment = Hospital(case).url, None
    kiosk.start()
    kiosk.ready()
    kiosk.until("it is erased whose ticket it was",
                lambda: not any(row.get("visit_key") for row in kiosk.rows()), 25)
    left = kiosk.command("audit", "visit", number)
    told = [re.sub(" Encounter/.*", "", line) for line in whole.splitlines()[1:]]
    equal(left.splitlines()[1:], told, "what is told of the ticket")
    check(key not in left and "Encounter/" not in left, left)
    kiosk.command("audit", "visit", key, status=1)
    check("holds" in kiosk.command("audit", "verify"), "the chain")


@e2e("audit: the server's word finds a trail that was cut off, and one that was made anew with the "
     "right key", short=True, seconds=12)
def server_word(case):
    hospital = Hospital(case)
    kiosk = AuditedKiosk(case, hospital).ready()
    told = lambda: len(hospital.state()["audit_events"])  # noqa: E731
    kiosk.until("an AuditEvent", told)
    early = case.folder / "early"
    kiosk.stop()
    shutil.copytree(kiosk.state, early, ignore=lambda at, names: [
        one for one in names if (pathlib.Path(at) / one).is_socket()])
    kiosk.start()
    kiosk.ready()
    kiosk.scan(hospital.people["one_booked"]["booking"])
    kiosk.confirm()
    kiosk.ticket_printed(1)
    kiosk.home()
    kiosk.synced()
    kiosk.command("sync", "--once")
    before = told()
    kiosk.until("the visit's rows are told", lambda: told() > before or kiosk.command(
        "sync", "--once"))
    said = kiosk.command("audit", "verify", "--server")
    check("are in the trail" in said and "holds" in said, said)
    kiosk.stop()
    check("holds" in kiosk.command("audit", "verify", "--server"), "of the stopped kiosk")

    now = case.folder / "now"
    os.rename(kiosk.state, now)
    os.rename(early, kiosk.state)
    check("holds" in kiosk.command("audit", "verify"), "an old copy holds by itself")
    said = kiosk.command("audit", "verify", "--server", status=1)
    check(re.search(r"row \d+ of \d{4}-\d\d-\d\dT[^ ]+ is not in the trail; the server was told",
                    said), said)
    for file in kiosk.state.glob("ledger.db*"):
        file.unlink()
    kiosk.start()
    kiosk.ready(server=False)
    said = kiosk.command("audit", "verify", "--server", status=1)
    check(re.search("another row has its place|an earlier ledger of K1, which is gone", said), said)
    hospital.network("down")
    kiosk.command("audit", "verify", "--server", status=EX_UNAVAILABLE)
    kiosk.stop()
    other = Hospital(case, name="other", cannot="audit_events")
    site = kiosk.config.read_text().replace(hospital.url, other.url)
    kiosk.config.write_text(site)
    kiosk.command("audit", "verify", "--server", status=1)


@e2e("sync: once, by the command alone and through the running kiosk", short=True, seconds=10)
def sync_once(case):
    hospital = Hospital(case)
    kiosk = AuditedKiosk(case, hospital).ready()
    hospital.network("down")
    kiosk.until_status(server="offline")
    who = hospital.people["one_booked"]
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    kiosk.command("sync", "--once", status=EX_UNAVAILABLE)
    kiosk.kill()
    kiosk.command("sync", "--once", status=EX_UNAVAILABLE)
    hospital.network("none")
    said = kiosk.command("sync", "--once")
    in_order(said, "No kiosk runs", "sent           1", "left           0", "appointments of")
    hospital.knows_arrival(who["appointments"][0], number)
    kiosk.start()
    kiosk.ready()
    check("running kiosk" in kiosk.command("sync", "--once"), "through the kiosk")
    appointment = hospital.people["by_booking"]["appointments"][0]
    hospital.network("answer", only=WRITES["transaction"], status=422)
    kiosk.scan(hospital.people["by_booking"]["booking"])
    kiosk.confirm()
    kiosk.until_status(refused=1)
    in_order(kiosk.command("sync", "--once", status=1), "refused        1")
    equal(hospital.read(f"Appointment/{appointment}")["status"], "booked", "what was refused")
