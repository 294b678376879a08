"""Power goes at any instant: nothing is lost, nothing is doubled, no paper by surprise."""
import datetime
import time

from harness import check, e2e, equal
from hospital_process import NUMBER, Hospital, identifiers
from kiosk_process import Kiosk

# After the tap: close together where the ledger commits, then along the way of the ticket.
KILL_MS = [*range(0, 30, 3), *range(30, 120, 15), *range(150, 1100, 95)]


def paper_of(kiosk, before):
    return len(kiosk.paper_of_all_lives()) - before


def confirm_and_kill(kiosk, who, moment):
    kiosk.scan(who["booking"])
    kiosk.wait("confirm")
    mark = len(kiosk.log())
    if moment == "before":
        kiosk.freeze()
    with kiosk.tap_unanswered("confirm"):
        if moment in ("sending", "printed"):
            kiosk.until(moment, lambda: f"state={moment}" in kiosk.log()[mark:])
        elif moment != "before":
            time.sleep(moment / 1000)  # the instant of the kill is what this test varies
        kiosk.kill()


def job_of(kiosk, who):
    """(number, state) of the one print job of her check-in; none: nothing was committed."""
    jobs = kiosk.ledger("SELECT check_in.number, print_job.copy, print_job.state FROM print_job "
                        "JOIN check_in ON check_in.id = print_job.check_in_id "
                        f"WHERE appointment_id = '{who['appointments'][0]}'")
    check(len(jobs) <= 1, lambda: f"print jobs {jobs}")
    if not jobs:
        return None, None
    (number, copy, state), = jobs
    equal(copy, 0, "a copy that nobody asked for")
    return number, ("queued", "sending", "printed", "failed", "unknown", "held")[state]


def nothing_is_sent(kiosk, mark):
    """Since that place in the log the printer was given nothing."""
    kiosk.status()  # is answered by who gives it its jobs, after what was asked before
    check("state=sending" not in kiosk.log()[mark:], "a ticket that nobody asked for is printed")
    equal(len(kiosk.tickets()), 0, "tickets nobody asked for")


def come_back(kiosk, who, number, state):
    """She shows her code again after the power came back; gives back her number."""
    mark = len(kiosk.log())
    kiosk.scan(who["booking"])
    if number is None:
        again, _ = kiosk.confirm()
        kiosk.ticket_printed(1)
        kiosk.home()
        return again
    kiosk.wait("already_checked_in")
    equal(kiosk.number(), number, "the number after the restart")
    if state in ("queued", "held", "failed"):  # it never came out: now its patient is here
        kiosk.ticket_printed(1)
    else:
        check("copy" in kiosk.actions(), "a copy is not offered")
        nothing_is_sent(kiosk, mark)
    kiosk.home()
    return number


@e2e("power: killed at any moment from confirm to printed, each visit is one check-in, one number, "
     "one ticket", seconds=90)
def killed_at_any_moment(case):
    hospital = Hospital(case)
    moments = ["before", *KILL_MS, "sending", "printed"]
    patients = [hospital.admit(index) for index in range(len(moments))]
    kiosk = Kiosk(case, hospital).ready()
    seen, numbers = set(), {}
    for who, moment in zip(patients, moments):
        before = len(kiosk.paper_of_all_lives())
        confirm_and_kill(kiosk, who, moment)
        printed = paper_of(kiosk, before)
        number, state = job_of(kiosk, who)
        seen.add(state)
        if printed:
            check(state in ("sending", "printed"), f"paper came out of a job that is {state}")
        mark = len(kiosk.log())
        kiosk.start()
        kiosk.ready(server=False)
        nothing_is_sent(kiosk, mark)
        number = come_back(kiosk, who, number, state)
        check(paper_of(kiosk, before) <= 1, "two tickets without COPY")
        numbers[who["appointments"][0]] = number
    check({None, "sending", "printed"} <= seen, lambda: f"the kills met only {seen}")
    equal(len(set(numbers.values())), len(numbers), "different numbers")
    kiosk.synced()
    for appointment, number in numbers.items():
        hospital.knows_arrival(appointment, number)
    check("alert kind=clock" not in kiosk.log(), "a restart alone brought the clock in doubt")
    kiosk.stop()
    equal(kiosk.ledger("SELECT count(*) FROM check_in"), [(len(numbers),)], "check-ins")
    check(not [job for job in kiosk.print_jobs() if job[2] == "sending"], "a job is still sending")


@e2e("power: a ticket that may have come out is asked for, and the second one says COPY",
     short=True, seconds=5)
def copy_on_request(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    kiosk.lay(who)
    kiosk.wait("confirm")
    kiosk.tap("confirm")
    kiosk.until("the job is sent", lambda: 'state=sending' in kiosk.log())
    kiosk.kill()
    number, state = job_of(kiosk, who)
    equal(state, "sending", "the job at the kill")
    mark = len(kiosk.log())
    kiosk.start()
    kiosk.ready()
    kiosk.until_status(printing_unknown=1)
    kiosk.lay(who)
    kiosk.wait("already_checked_in")
    equal(kiosk.number(), number, "number")
    nothing_is_sent(kiosk, mark)
    kiosk.tap("copy")
    kiosk.ticket_printed(1)
    kiosk.printed()
    kiosk.home()
    kiosk.stop()
    equal([job[1:] for job in kiosk.print_jobs()], [(False, "unknown"), (True, "printed")],
          "print jobs")


@e2e("power: checked in off-line and killed, the hospital learns the old instant", short=True,
     seconds=8)
def off_line_and_killed(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    hospital.network("down")
    kiosk.until_status(server="offline")
    who = hospital.people["one_booked"]
    kiosk.tap("language:en")
    kiosk.lay(who)
    number, before = kiosk.confirm()
    check(kiosk.says("Show this ticket to the nurse at", "Arrived"), "nothing about the nurse")
    kiosk.ticket_printed(1)
    equal(kiosk.status()["outbox"]["pending"], 1, "arrivals that wait")
    kiosk.kill()
    ((confirmed_ms,),) = kiosk.ledger("SELECT confirmed_ms FROM check_in")
    kiosk.start()
    kiosk.ready(server=False)
    equal(kiosk.status()["outbox"]["pending"], 1, "arrivals that wait after the restart")
    back = datetime.datetime.now(datetime.timezone.utc)
    hospital.network("none")
    kiosk.synced(40)
    told = hospital.knows_arrival(who["appointments"][0], number)
    equal(round(told.timestamp() * 1000), confirmed_ms, "period.start")
    check(before - datetime.timedelta(seconds=2) <= told < back, "the instant is not the old one")
    equal(len(kiosk.tickets()), 0, "tickets of the second life")


@e2e("power: two kiosks cut off check one patient in; one Encounter stays and knows both numbers",
     short=True, seconds=8)
def two_kiosks(case):
    hospital = Hospital(case)
    kiosks = [Kiosk(case, hospital, code) for code in ("K1", "K2")]
    for kiosk in kiosks:
        kiosk.ready()
    hospital.network("down")
    who = hospital.people["one_booked"]
    numbers = []
    for kiosk in kiosks:
        kiosk.until_status(server="offline")
        kiosk.scan(who["booking"])
        numbers.append(kiosk.confirm()[0])
        kiosk.ticket_printed(1)
    equal(numbers, ["K1-001", "K2-001"], "numbers")
    hospital.network("none")
    for kiosk in kiosks:
        kiosk.synced(40)
    (encounter,) = hospital.encounters(who["appointments"][0])
    equal(sorted(identifiers(encounter, NUMBER)), numbers, "numbers of the Encounter")
    first = [one["value"] for one in encounter["identifier"]
             if one.get("system") == NUMBER and one.get("use") != "secondary"]
    equal(first, ["K1-001"], "the number that is called: the earlier confirmation's")
    for kiosk in kiosks:
        outbox = kiosk.status()["outbox"]
        equal((outbox["refused"], outbox["unacknowledged"]), (0, 0), "error lists")
