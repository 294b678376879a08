"""What a visit can end in: each has its own screen, and none says more of a person than it must."""
import functools

from harness import check, e2e, equal
from hospital_process import Hospital
from kiosk_process import Kiosk

# Story of the emulated hospital -> screen.
BY_CARD = {
    "too_early": "too_early", "late": "late", "another_day": "another_day",
    "another_site": "another_site", "cancelled_by_patient": "cancelled",
    "cancelled_by_hospital": "cancelled", "waitlist": "waiting_list", "pending": "not_confirmed",
    "visit_over": "visit_over", "noshow": "late", "video": "remote", "desk_first": "desk_first",
    "restricted": "restricted", "deceased": "restricted", "inactive": "restricted",
    "no_appointment": "no_appointment", "already_checked_in": "already_checked_in",
}


def says_nothing_of(kiosk, who):
    """Neither screen nor log holds a full name, a number or a phone."""
    said = "\n".join(kiosk.texts())
    for secret in (who["name"], who["number"], who.get("phone", ""), who["hospital_card"]):
        check(not secret or secret not in said, "the screen says too much")
        check(not secret or secret not in kiosk.log(), "the log says too much")


def outcome_of(story, screen, case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people[story]
    kiosk.lay(who)
    kiosk.wait(screen)
    says_nothing_of(kiosk, who)
    chinese = kiosk.texts()
    kiosk.tap("language:en")
    equal(kiosk.screen(), screen, "screen in English")
    check(set(kiosk.texts()) != set(chinese), "the texts are the same in English")
    says_nothing_of(kiosk, who)
    check("home" in kiosk.actions(), "no way back")
    kiosk.home()
    equal(len(kiosk.tickets()), 0, "tickets")
    equal(kiosk.status()["rows"]["check_ins"], 0, "check-ins")


for _story, _screen in BY_CARD.items():
    e2e(f"outcome: {_story}", short=_story in ("too_early", "restricted"))(
        functools.partial(outcome_of, _story, _screen))


@e2e("outcome: who cancelled is said")
def who_cancelled(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    said = []
    for story in ("cancelled_by_patient", "cancelled_by_hospital"):
        kiosk.lay(hospital.people[story])
        kiosk.wait("cancelled")
        kiosk.tap("language:en")
        said.append(set(kiosk.texts()))
        kiosk.home()
    check(said[0] != said[1], "both are told the same")


@e2e("outcome: several today; each chosen one gets its number", seconds=5)
def several_today(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["several_today"]
    kiosk.lay(who)
    kiosk.wait("choose")
    says_nothing_of(kiosk, who)
    kiosk.tap("continue")
    kiosk.wait("confirm")
    kiosk.tap("confirm")
    kiosk.wait("done")
    numbers = kiosk.numbers()
    equal(numbers, ["K1-001", "K1-002"], "numbers on the screen")
    kiosk.ticket_printed(2)
    kiosk.synced()
    for appointment, number in zip(who["appointments"], numbers):
        hospital.knows_arrival(appointment, number)
    equal(hospital.encounters(who["appointments"][2]), [], "Encounters of what is too early")


@e2e("outcome: the booking's own number is the ticket's")
def own_number(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["own_number"]
    kiosk.lay(who)
    number, _ = kiosk.confirm()
    equal(number, "儿012", "number")
    kiosk.synced()
    hospital.knows_arrival(who["appointments"][0], number)


@e2e("outcome: a foreign permanent resident's permit")
def foreign_permit(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["foreign_permit"]
    kiosk.lay(who)
    kiosk.wait("confirm")
    says_nothing_of(kiosk, who)
    number, _ = kiosk.confirm()
    kiosk.synced()
    hospital.knows_arrival(who["appointments"][0], number)


@e2e("outcome: a merged record leads to the one that replaced it")
def merged(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["merged"]
    kiosk.lay(who)
    kiosk.wait("choose")  # the visit of the old record and that of the new one
    equal(sum(action.startswith("toggle:") for action in kiosk.actions()), 2, "visits")
    says_nothing_of(kiosk, who)


@e2e("outcome: an expired card is accepted with a notice")
def expired_card(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    kiosk.tap("language:en")
    kiosk.lay(hospital.people["one_booked"], valid_to="20200101")
    kiosk.wait("confirm")
    check(kiosk.says("Your ID card has expired."), "no notice")
    kiosk.confirm()


@e2e("outcome: a damaged card; after three the desk", short=True, seconds=6)
def damaged_card(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    kiosk.tap("language:en")
    for tries in (1, 2, 3):
        kiosk.lay_again(hospital.people["one_booked"], damaged=1)
        kiosk.until(f"card {tries}", lambda: kiosk.log().count("read_failed") == tries)
        kiosk.wait("card_unreadable")
        lay_again = "Lift the card, lay it on the reader again and leave it there."
        if tries < 3:
            kiosk.until("it asks for the card again", lambda: kiosk.says(lay_again))
        else:
            kiosk.until("the desk", lambda: kiosk.says("The desk can check you in.")
                        and kiosk.says("Registration"))
    kiosk.home()
    kiosk.lay_again(hospital.people["one_booked"])
    kiosk.confirm()


@e2e("outcome: unknown and damaged codes", short=True)
def codes(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    for code, screen in (("https://example.org/poster", "code_unknown"),
                         ("BK99999999999", "code_unknown"), ("S1234567E", "code_damaged"),
                         ("' OR 1=1 --", "code_unknown"), ("BK29999999", "no_appointment"),
                         ("A" * 3000, "code_unknown")):
        kiosk.scan(code)
        kiosk.wait(screen)
        kiosk.home()
    kiosk.scan(hospital.people["one_booked"]["booking"])
    kiosk.confirm()


@e2e("outcome: birth date and digits miss three times, then the way is closed", short=True)
def entry_locked(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    digits = who["phone"][-4:]
    wrong = "0000" if digits != "0000" else "1111"
    kiosk.enter(who["birth_date"], wrong)
    for _ in range(2):
        kiosk.wait("entry_no_match")
        says_nothing_of(kiosk, who)
        kiosk.tap("retry")
        kiosk.wait("entry")
        kiosk.type(who["birth_date"].replace("-", "") + wrong)
        kiosk.tap("submit")
    kiosk.wait("entry_locked")
    kiosk.home()
    check("no_card" not in kiosk.actions(), "the way is still offered")
    kiosk.lay(who)  # the others stay open
    kiosk.confirm()


def last_sync_after(hospital, kiosk):
    """Waits until changes of the hospital until now have come down."""
    kiosk.until_status(server="online")
    before = kiosk.status()["last_sync"]
    seen = set()

    def twice():
        seen.add(kiosk.status()["last_sync"])
        return len(seen - {before}) >= 2
    kiosk.until("two more syncs", twice)


@e2e("outcome: moved while the patient looks; it is shown again before it counts", short=True,
     seconds=6)
def moved_while_looking(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    kiosk.tap("language:en")
    kiosk.scan(who["booking"])
    kiosk.wait("confirm")
    hospital.ask("move", appointment=who["appointments"][0], minutes_from_now=41)
    last_sync_after(hospital, kiosk)
    kiosk.tap("confirm")
    kiosk.until("it is said", lambda: kiosk.says("Something changed. Please look again."))
    equal(kiosk.screen(), "confirm", "screen")
    equal(kiosk.status()["rows"]["check_ins"], 0, "check-ins")
    number, _ = kiosk.confirm()
    kiosk.synced()
    hospital.knows_arrival(who["appointments"][0], number)


@e2e("outcome: cancelled while the patient looks", seconds=6)
def cancelled_while_looking(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    kiosk.scan(who["booking"])
    kiosk.wait("confirm")
    hospital.ask("set_status", appointment=who["appointments"][0], status="cancelled")
    last_sync_after(hospital, kiosk)
    kiosk.tap("confirm")
    kiosk.wait("cancelled")
    equal(kiosk.status()["rows"]["check_ins"], 0, "check-ins")
    equal(len(kiosk.tickets()), 0, "tickets")


@e2e("outcome: off-line nobody hears that there is no appointment", seconds=8)
def off_line(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    hospital.network("down")
    kiosk.until_status(server="offline")
    for story in ("no_appointment", "another_day", "another_site"):
        kiosk.lay(hospital.people[story])
        kiosk.wait("cannot_look_up", seconds=20)
        kiosk.home()


@e2e("outcome: another card before the commit starts anew; a card left lying starts nothing",
     seconds=5)
def another_card(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    first, second = hospital.people["one_booked"], hospital.people["offline"]
    kiosk.lay(first)
    kiosk.wait("confirm")
    kiosk.lift()
    equal(kiosk.screen(), "confirm", "screen after the card was lifted")
    seen = kiosk.texts()
    kiosk.lay_again(second)
    kiosk.until("the second one's appointment",
                lambda: kiosk.screen() == "confirm" and set(kiosk.texts()) - set(seen))
    number, _ = kiosk.confirm()
    kiosk.synced()
    hospital.knows_arrival(second["appointments"][0], number)
    equal(hospital.encounters(first["appointments"][0]), [], "Encounters of who went away")
    kiosk.tap("home")
    kiosk.wait("take_card")
    kiosk.wait("welcome")  # it still lies there
    equal(kiosk.status()["rows"]["check_ins"], 1, "check-ins")
