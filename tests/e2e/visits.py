"""A patient's visit, by every way to say who one is and every way to tell the hospital."""
import datetime

from harness import check, e2e, equal
from hospital_process import TOKEN, Hospital, identifiers
from kiosk_process import Kiosk


def arrived_at(told, before):
    """The instant that the hospital was told is that of the confirmation."""
    now = datetime.datetime.now(datetime.timezone.utc)
    second = datetime.timedelta(seconds=1)  # the server's clock corrects the kiosk's in seconds
    check(before - 2 * second <= told <= now + 2 * second, f"confirmed {before}, told {told}")


def whole_visit(kiosk, hospital, way, begin, who, tickets):
    """From the welcome screen to the number; the hospital and the paper agree with it."""
    begin()
    number, before = kiosk.confirm()
    kiosk.ticket_printed(tickets)
    kiosk.synced()
    told = hospital.knows_arrival(who["appointments"][0], number, way)
    arrived_at(told, before)
    kiosk.home()
    return number


def all_ways_to_come(case, way):
    hospital = Hospital(case, way=way)
    kiosk = Kiosk(case, hospital, changes={"server.arrival.way": f'"{way}"'}).ready()
    people = hospital.people
    numbers = []
    who = people["one_booked"]
    numbers.append(whole_visit(kiosk, hospital, way, lambda: kiosk.lay(who), who, 1))
    booked = people["by_booking"]
    numbers.append(whole_visit(
        kiosk, hospital, way, lambda: kiosk.scan(booked["booking"]), booked, 2))
    carded = people["offline"]
    numbers.append(whole_visit(
        kiosk, hospital, way, lambda: kiosk.scan(carded["hospital_card"]), carded, 3))
    typed = people["paper_out"]
    numbers.append(whole_visit(
        kiosk, hospital, way, lambda: kiosk.enter(typed["birth_date"], typed["phone"][-4:]),
        typed, 4))
    equal(numbers, ["K1-001", "K1-002", "K1-003", "K1-004"], "numbers")
    # The ticket's own code shows the number again, without another arrival or ticket.
    key = who["appointments"][0]
    resource = (hospital.tickets if way == "appointment_only" else hospital.encounters)(key)[0]
    kiosk.scan("KT1." + identifiers(resource, TOKEN)[0])
    kiosk.wait("already_checked_in")
    equal(kiosk.number(), numbers[0], "number on the screen")
    kiosk.home()
    equal(len(kiosk.tickets()), 4, "tickets")
    hospital.knows_arrival(key, numbers[0], way)
    kiosk.stop()
    equal(kiosk.print_jobs(), [(number, False, "printed") for number in numbers], "print jobs")


@e2e("visit: who is ahead and how long others waited there is told on the screen")
def wait_told(case):
    hospital = Hospital(case)
    hospital.ask("call_patients", location="room-derma", waited_min=[25, 30, 35] * 5)
    kiosk = Kiosk(case, hospital, changes={"check_in.calls_by": '"arrival"'}).ready()
    kiosk.lay(hospital.people["one_booked"])  # at room-derma
    kiosk.confirm()
    texts = "\n".join(kiosk.texts())
    check("前面 0 人" in texts or "0 people ahead" in texts, f"who is ahead: {texts}")
    check("30–35" in texts, f"the wait: {texts}")
    kiosk.home()
    kiosk.stop()


@e2e("visit: card, booking, hospital card, birth date and ticket code; one transaction",
     short=True, seconds=10)
def by_transaction(case):
    all_ways_to_come(case, "transaction")


@e2e("visit: the same where the hospital takes one resource after the other", seconds=10)
def one_by_one(case):
    all_ways_to_come(case, "one_by_one")


@e2e("visit: the same where the hospital knows Appointment and Task only", seconds=10)
def appointment_only(case):
    all_ways_to_come(case, "appointment_only")


@e2e("visit: the instant told is the one in the ledger")
def same_instant(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    kiosk.lay(who)
    number, _ = kiosk.confirm()
    kiosk.synced()
    told = hospital.knows_arrival(who["appointments"][0], number)
    kiosk.stop()
    ((confirmed_ms,),) = kiosk.ledger("SELECT confirmed_ms FROM check_in")
    equal(round(told.timestamp() * 1000), confirmed_ms, "period.start")
