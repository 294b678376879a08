#!/usr/bin/env python3
"""kill -9 at random moments while patients check in, again and again on one ledger.

Two kiosks beside each other, each with its own patients, by card and by code, against one hospital
whose answers get lost now and then. Afterwards ledgers, paper and hospital are compared: nothing is
lost, nothing doubled, no number names two visits, no second ticket without COPY.
"""
import argparse
import collections
import concurrent.futures
import pathlib
import random
import shutil
import sys
import threading
import time

sys.dont_write_bytecode = True
import harness  # noqa: E402
from harness import check, equal  # noqa: E402
from hospital_process import NUMBER, VISIT_KEY, Hospital, identifiers  # noqa: E402
from kiosk_process import Kiosk  # noqa: E402
from server import WRITES  # noqa: E402
from soak import citizen_number  # noqa: E402

KIOSKS = 2
PATIENTS_OF_A_KIOSK = 100_000  # their indices
IN_STARTING = 0.15  # of the kills fall before the kiosk can be used
STARTING_S, LIFE_S = 0.4, 2.5  # the longest life, from the start and from when it can be used
LOST_ANSWER = 0.2  # of the lives lose the answer to what they tell the hospital
COPIES = 0.5  # of those whose ticket may have come out ask for another


class Patient:
    def __init__(self, who):
        self.who = who
        self.tapped = False  # confirm, whether or not it was answered
        self.number = None  # that she was shown
        self.tickets = 0  # that fell while she stood there

    @property
    def appointment(self):
        return self.who["appointments"][0]


class CrashingKiosk:
    """One machine, its hospital, and who stands before it."""

    def __init__(self, case, place, seed):
        self.random = random.Random(f"{seed}/{place}")
        self.hospital = Hospital(case, f"hospital-{place}")
        self.first = place * PATIENTS_OF_A_KIOSK
        self.patients, self.here = [], None
        self.killed_at = collections.Counter()
        self.lost_answers = 0
        self.struck, self.killer = False, None
        self.kiosk = Kiosk(case, self.hospital, f"K{place + 1}")
        self.kiosk.kill()

    # ---- a patient

    def next_patient(self):
        """Whoever was sent away by a power cut comes back first."""
        if self.here is None:
            index = self.first + len(self.patients)
            self.here = Patient(self.hospital.admit(index, citizen_number=citizen_number(index)))
            self.patients.append(self.here)
        return self.here

    def visit(self):
        kiosk, patient = self.kiosk, self.next_patient()
        self.moment = "arriving"
        if self.random.random() < 0.5:
            kiosk.lay(patient.who)
        else:
            kiosk.scan(patient.who["booking"])
        if kiosk.wait("confirm", "already_checked_in") == "confirm":
            check(patient.number is None, "her check-in is gone")
            self.moment, patient.tapped = "confirming", True
            kiosk.tap("confirm")
            kiosk.wait("done")
            self.see_number(patient)
            self.await_ticket("printing")
        else:
            check(patient.tapped, "checked in without a word of hers")
            self.see_number(patient)
            if "copy" not in kiosk.actions():  # it never came out: now its patient is here
                self.await_ticket("printing late")
            elif self.random.random() < COPIES:
                kiosk.tap("copy")
                self.await_ticket("copying")
        self.moment = "leaving"
        kiosk.home()
        self.count_paper()
        self.here = None

    def see_number(self, patient):
        number = self.kiosk.number()
        equal(number, patient.number or number, "her number")
        patient.number = number

    def await_ticket(self, moment):
        self.moment = moment
        self.kiosk.until("her ticket", lambda: self.fallen() > self.seen or self.struck)
        check(self.fallen() > self.seen, "killed before her ticket fell")

    def fallen(self):
        """Tickets of this life."""
        return len(list(self.kiosk.out.glob("ticket-*.bin")))

    def count_paper(self):
        fell, self.seen = self.fallen() - self.seen, self.fallen()
        if self.here is None or self.moment == "starting":
            equal(fell, 0, "tickets that fell before nobody")
        else:
            self.here.tickets += fell

    # ---- a life

    def life(self):
        """From the start to the kill."""
        self.moment, self.seen, self.struck = "starting", 0, False
        if self.random.random() < LOST_ANSWER:
            self.lost_answers += 1
            self.hospital.network("cut_response", only=WRITES["transaction"], times=1)
        else:
            self.hospital.network("none")
        try:
            if self.random.random() < IN_STARTING:
                self.kill_after(STARTING_S)
            self.kiosk.start()
            self.kiosk.ready(server=False)
            if self.killer is None:
                self.kill_after(LIFE_S)
            while True:
                self.visit()
                self.moment = "between"
        except (OSError, harness.Failure):
            if not self.struck:  # nobody killed it
                raise
        self.killer.join()
        self.killer = None
        equal(self.kiosk.process.wait(10), -9, "how the kiosk ended")
        self.kiosk.process.stdout.close()
        self.killed_at[self.moment] += 1
        self.count_paper()
        shutil.rmtree(self.kiosk.out, ignore_errors=True)

    def kill_after(self, seconds_max):
        """Of the process that runs now, or of the next one if none does."""
        ended = self.kiosk.process if self.kiosk.process.poll() is not None else None
        seconds = self.random.uniform(0, seconds_max)

        def strike():
            while self.kiosk.process is ended:
                time.sleep(0.001)
            time.sleep(seconds)  # the instant of the kill is what this test varies
            self.struck = True
            self.kiosk.process.kill()
        self.killer = threading.Thread(target=strike)
        self.killer.start()

    def lives(self, count):
        for _ in range(count):
            self.life()
        return self

    # ---- afterwards

    def settle(self):
        self.moment, self.seen, self.struck = "starting", 0, False
        self.hospital.network("none")
        self.kiosk.start()
        self.kiosk.ready()
        if self.here is not None:
            self.visit()
        self.kiosk.synced(60)
        outbox = self.kiosk.status()["outbox"]
        equal((outbox["refused"], outbox["unacknowledged"]), (0, 0), "error lists")
        self.kiosk.stop()

    def compare(self):
        came = {one.appointment: one for one in self.patients if one.number}
        equal(len(came), len([one for one in self.patients if one.tapped]), "who has a number")
        numbers = {appointment: one.number for appointment, one in came.items()}
        equal(len(set(numbers.values())), len(numbers), "different numbers")
        recorded = dict(self.kiosk.ledger("SELECT appointment_id, number FROM check_in"))
        equal(recorded, numbers, "the ledger's check-ins")
        equal(self.kiosk.ledger("SELECT count(*) FROM check_in"), [(len(numbers),)], "check-ins")
        equal(self.kiosk.ledger("SELECT count(*) FROM outbox WHERE state <> 1"), [(0,)], "outbox")
        held = {}
        for one in self.hospital.state()["encounters"]:
            keys = [key for key in identifiers(one, VISIT_KEY) if key.startswith("ax")]
            for key in keys if one["status"] != "entered-in-error" else []:
                held.setdefault(key, []).extend(identifiers(one, NUMBER))
        equal(held, {key: [number] for key, number in numbers.items()}, "the hospital's arrivals")
        jobs = self.kiosk.ledger(
            "SELECT appointment_id, sum(print_job.copy = 0), sum(print_job.copy = 1) "
            "FROM print_job JOIN check_in ON check_in.id = check_in_id GROUP BY 1")
        for appointment, originals, copies in jobs:
            equal(originals, 1, "original print jobs")
            check(came[appointment].tickets <= 1 + copies,
                  lambda: f"{came[appointment].tickets} tickets, {copies} of them copies")


def crash_loop(case, seed, kills):
    began = time.monotonic()
    places = [CrashingKiosk(case, place, seed) for place in range(KIOSKS)]
    shares = [kills // KIOSKS + (place < kills % KIOSKS) for place in range(KIOSKS)]
    with concurrent.futures.ThreadPoolExecutor(KIOSKS) as workers:
        for place in workers.map(CrashingKiosk.lives, places, shares):
            place.settle()
            place.compare()
    case.check_logs()
    killed_at = sum((place.killed_at for place in places), collections.Counter())
    patients = [one for place in places for one in place.patients if one.number]
    print(f"{kills} kills of seed {seed} in {time.monotonic() - began:.0f} s: "
          f"{len(patients)} check-ins, each in the hospital once; "
          f"{sum(one.tickets for one in patients)} tickets; "
          f"{sum(place.lost_answers for place in places)} lives lost an answer; killed while "
          + ", ".join(f"{moment} {count}" for moment, count in sorted(killed_at.items())))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("build_dir", type=pathlib.Path)
    arguments.add_argument("--kills", type=int, default=16)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    harness.run_alone(options.build_dir, "kiosk-crash-",
                      lambda case: crash_loop(case, options.seed, options.kills))


if __name__ == "__main__":
    main()
