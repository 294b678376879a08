#!/usr/bin/env python3
"""Visit after visit on the production program, its devices on an emulated USB bus, with random faults.

Whatever fails, a check-in reaches the hospital once, no ticket is doubled or falls before a stranger,
the kiosk comes back to its welcome screen, and its memory does not grow.
"""
import argparse
import pathlib
import random
import sys
import time

sys.dont_write_bytecode = True
import control  # noqa: E402
import harness  # noqa: E402
from harness import check, equal  # noqa: E402
from hospital_process import NUMBER, VISIT_KEY, Hospital, identifiers  # noqa: E402
from usb import UsbKiosk  # noqa: E402

FILLED = 1000  # visits that fill caches and pools
MEMORY_KIB = 2 * 1024  # it may grow by so much after them
FILLING_KIB = 6 * 1024  # and in a shorter run, after its first half
TICKET_ROWS = 200  # less is no ticket


def citizen_number(index):
    """A resident's number that checks (GB 11643); region 990101 is nobody's."""
    day = 19400101 + index // 900 % 28 + 100 * (index // 25200 % 12)
    digits = f"990101{day}{100 + index % 900}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights))
    return digits + "10X98765432"[total % 11]


class SoakKiosk(UsbKiosk):
    devices = ("printer=fast_printer@1-1", "reader=reader@1-2", "scanner=scanner@1-3")
    keeps_paper = False

    def memory_kib(self):
        """Resident memory of the kiosk itself, whole and the anonymous part of it; the process
        that was started is its bus."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for child in children.read_text().split():
            status = pathlib.Path(f"/proc/{child}/status").read_text()
            if "Name:\tkiosk\n" in status:
                return [int(status.split(of)[1].split()[0]) for of in ("VmRSS:", "RssAnon:")]
        raise harness.Failure("the kiosk's process is not found")

    def paper_at_rest(self):
        """As `paper`, when no more comes out of what the printer had taken before."""
        fell, rows = self.paper(), None
        while rows != self.uncut_rows:
            rows = self.uncut_rows
            time.sleep(0.1)  # in which a printer that prints brings a thousand rows
            fell += self.paper()
        return fell

    def paper(self):
        """Whole tickets that fell since the last time."""
        reply = self.ask("take_paper")
        self.uncut_rows = reply["uncut_rows"]
        equal(reply["protocol_errors"], [], "the printer's complaints")
        return [one for one in reply["tickets"]
                if one["cut"] and not one["void"] and one["rows"] >= TICKET_ROWS]


class Soak:
    def __init__(self, case, seed):
        self.random = random.Random(seed)
        self.hospital = Hospital(case)
        self.kiosk = SoakKiosk(case, self.hospital, changes={
            "time_outs.done_s": "60", "printer.no_progress_limit_ms": "3000",
            "printer.completion_limit_ms": "3000"}).ready()
        self.numbers = {}  # by appointment
        self.faults = {name: 0 for name in (*self.FAULTS, "asked")}

    # ---- faults: what is done before she comes, what while the ticket prints

    def nothing(self, moment):
        pass

    def paper_out(self, moment):
        if moment == "before":
            self.kiosk.printer("paper_out")
            self.kiosk.until_status(printer="paper_out")

    def cover(self, moment):
        if moment == "printing":
            self.kiosk.printer("cover_open")

    def cutter(self, moment):
        if moment == "printing":
            self.kiosk.printer("cutter_error")

    def printer_cable(self, moment):
        if moment == "printing":
            self.kiosk.device("printer", "unplugged")

    def reader_cable(self, moment):
        if moment == "reading":
            self.kiosk.device("reader", "unplugged")
            self.kiosk.device("reader", "ok")

    def scanner_cable(self, moment):
        if moment == "before":
            self.kiosk.device("scanner", "unplugged")
        if moment == "printing":
            self.kiosk.device("scanner", "ok")

    def network(self, moment):
        if moment == "printing":
            self.hospital.network("down")

    def slow_answer(self, moment):
        if moment == "before":
            self.hospital.network("none", delay_ms=300, times=5)

    FAULTS = ("nothing", "nothing", "nothing", "paper_out", "cover", "cutter", "printer_cable",
              "reader_cable", "scanner_cable", "network", "slow_answer", "walks_away")

    def walks_away(self, moment):
        pass

    # ---- one visit

    def visit(self, index):
        kiosk, fault_name = self.kiosk, self.random.choice(self.FAULTS)
        fault = getattr(self, fault_name)
        self.faults[fault_name] += 1
        who = self.hospital.admit(index, citizen_number=citizen_number(index))
        by_card = fault_name in ("reader_cable", "scanner_cable") or self.random.random() < 0.5
        fault("before")
        self.arrive(who, by_card, fault)
        if fault_name == "walks_away":
            kiosk.tap("not_me")
            kiosk.home()
            equal(len(kiosk.paper()), 0, "tickets of a visit that nobody confirmed")
            return
        number, _ = kiosk.confirm()
        fault("printing")
        if fault_name in ("nothing", "network", "slow_answer", "reader_cable", "scanner_cable"):
            fell = []
            kiosk.until("the ticket", lambda: fell.extend(kiosk.paper()) or fell)
        else:  # it came out whole before the trouble, or it stays for her and for staff
            fell = kiosk.paper_at_rest()
        self.leave(fell)
        fell += kiosk.paper()
        check(len(fell) <= 1, lambda: f"{len(fell)} tickets of one visit")
        check(who["appointments"][0] not in self.numbers, "a second check-in")
        self.numbers[who["appointments"][0]] = number
        self.put_right()
        equal(len(kiosk.paper()), 0, "tickets that fell when their patient had gone")

    def arrive(self, who, by_card, fault):
        kiosk = self.kiosk
        if not by_card:
            kiosk.scan(who["booking"])
        else:
            kiosk.lay(who)
            fault("reading")
        if kiosk.wait("confirm", "card_unreadable", "card_pulled") != "confirm":
            kiosk.until_status(reader="ok")
            kiosk.lay_again(who)
        kiosk.wait("confirm")

    def leave(self, fell):
        """Answers "did the ticket come out?" if she is asked, and goes."""
        kiosk = self.kiosk

        def gone():
            actions = kiosk.actions()
            try:
                if "ticket_came" in actions:
                    self.faults["asked"] += 1
                    kiosk.tap("ticket_came" if fell else "no_ticket")
                elif "home" in actions:
                    kiosk.home()
            except control.Refused:  # the screen changed meanwhile
                pass
            return kiosk.screen() == "welcome"
        kiosk.until("she has gone", gone)

    def put_right(self):
        kiosk = self.kiosk
        self.hospital.network("none")
        kiosk.device("printer", "ok")
        kiosk.printer("ok")
        kiosk.until_status(printer="ok", reader="ok", scanner="ok")

    def compare(self):
        """The hospital holds exactly what was confirmed, with the numbers that were shown."""
        self.kiosk.synced(120)
        held = {}
        for one in self.hospital.state()["encounters"]:
            if one["status"] == "entered-in-error":
                continue
            for key in identifiers(one, VISIT_KEY):
                if key.startswith("ax"):  # those of the day before have arrived elsewhere
                    held.setdefault(key, []).extend(identifiers(one, NUMBER))
        equal(held, {key: [number] for key, number in self.numbers.items()}, "arrivals")
        equal(len(set(self.numbers.values())), len(self.numbers), "different numbers")


def soak(case, seed, visits, minutes):
    run = Soak(case, seed)
    settled, began, index = None, time.monotonic(), 0
    while index < visits and (not minutes or time.monotonic() - began < minutes * 60):
        run.visit(index)
        index += 1
        if index == min(FILLED, visits // 2):
            settled = run.kiosk.memory_kib()[0]
        if index % 100 == 0:
            whole, anonymous = run.kiosk.memory_kib()
            print(f"{index} visits, {time.monotonic() - began:.0f} s, "
                  f"{whole} KiB, {anonymous} of them anonymous", flush=True)
    run.compare()
    grown = run.kiosk.memory_kib()[0] - settled if settled else 0
    run.kiosk.stop()
    case.check_logs()
    allowed = MEMORY_KIB if visits >= 2 * FILLED else FILLING_KIB
    check(grown <= allowed, f"memory grew by {grown} KiB")
    print(f"{index} visits of seed {seed}, {len(run.numbers)} check-ins; grew by {grown} KiB; "
          + ", ".join(f"{name} {count}" for name, count in run.faults.items()))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("build_dir", type=pathlib.Path)
    arguments.add_argument("--visits", type=int, default=200)
    arguments.add_argument("--minutes", type=float, default=0, help="no more than these; 0: all")
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    harness.run_alone(options.build_dir, "kiosk-soak-",
                      lambda case: soak(case, options.seed, options.visits, options.minutes))


if __name__ == "__main__":
    main()
