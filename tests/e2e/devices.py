"""Reader, scanner and printer go away and come back; the kiosk says so and needs no restart."""
import re
import time

from harness import check, e2e, equal
from hospital_process import Hospital
from kiosk_process import Kiosk

CARD, CODE = "Please lay your ID card on the reader", "Please show your booking code"
TYPE_IN = "Check in with your date of birth"


def seen_in_english(kiosk, present, absent=()):
    """The welcome screen, once it has taken notice of its devices."""
    def holds():
        if kiosk.scene()["language"] != "en":
            kiosk.tap("language:en")
        return kiosk.says(*present) and not any(kiosk.says(text) for text in absent)
    kiosk.until(f"welcome says {present} and not {absent}", holds)


def check_in(kiosk, begin, tickets):
    begin()
    number, _ = kiosk.confirm()
    kiosk.ticket_printed(tickets)
    kiosk.home()
    return number


@e2e("devices: reader and scanner unplugged and back; welcome offers only what works", short=True,
     seconds=8)
def reader_and_scanner(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    people = hospital.people
    seen_in_english(kiosk, [CARD, "or show your code"])
    kiosk.device("reader", "unplugged")
    seen_in_english(kiosk, [CODE, "The card reader does not work at the moment."], [CARD])
    check_in(kiosk, lambda: kiosk.scan(people["by_booking"]["booking"]), 1)
    kiosk.device("scanner", "unplugged")
    seen_in_english(kiosk, [TYPE_IN], [CARD, CODE])
    who = people["paper_out"]
    check_in(kiosk, lambda: kiosk.enter(who["birth_date"], who["phone"][-4:]), 2)
    kiosk.device("reader", "ok")
    seen_in_english(kiosk, [CARD], ["or show your code", TYPE_IN])
    check_in(kiosk, lambda: kiosk.lay(people["one_booked"]), 3)
    kiosk.device("scanner", "ok")
    seen_in_english(kiosk, [CARD, "or show your code"])
    check_in(kiosk, lambda: kiosk.scan(people["offline"]["booking"]), 4)
    kiosk.synced()


@e2e("devices: the reader goes while a card is read", seconds=4)
def reader_goes_in_the_middle(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    kiosk.lay(hospital.people["one_booked"])
    kiosk.device("reader", "unplugged")
    kiosk.wait("welcome", "confirm", "card_unreadable")
    kiosk.home()
    kiosk.device("reader", "ok")
    kiosk.until_status(reader="ok")
    kiosk.lay(hospital.people["one_booked"])
    kiosk.confirm()


# With these the countdown begins after one second where there is a ticket, and after more than a
# quarter of a minute where there is a number only: so that stays longer than 60 s.
TIMES = {"time_outs.warning_s": "59", "time_outs.choose_s": "90", "time_outs.entry_s": "90",
         "time_outs.done_s": "60", "time_outs.done_no_paper_s": "75"}


def counts_down(kiosk):
    return re.search(r"Finish \((\d+) s\)", "\n".join(kiosk.texts()))


@e2e("devices: no paper; said before confirming, the number stays 60 s, the ticket waits for its "
     "patient", short=True, seconds=10)
def no_paper(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital, changes=TIMES).ready()
    first, other = hospital.people["one_booked"], hospital.people["by_booking"]
    kiosk.printer("paper_out")
    kiosk.until_status(printer="paper_out")
    seen_in_english(kiosk, ["No paper at the moment.", "Your number will be shown on the screen."])
    kiosk.lay(first)
    kiosk.wait("confirm")
    check(kiosk.says("No paper: your number will be on the screen."), "not said before confirming")
    number, _ = kiosk.confirm()
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        check(not counts_down(kiosk), "the number stays less than 60 s")
        time.sleep(0.1)
    kiosk.home()
    kiosk.until_status(held=1)
    equal(len(kiosk.tickets()), 0, "tickets without paper")
    kiosk.printer("ok")
    kiosk.until_status(printer="ok")
    # Somebody else comes first, and gets her own ticket only.
    kiosk.scan(other["booking"])
    others, _ = kiosk.confirm()
    check(others != number, "one number for two people")
    kiosk.ticket_printed(1)
    kiosk.home()
    equal(kiosk.status()["outbox"]["held"], 1, "tickets that wait")
    kiosk.lay(first)
    kiosk.wait("already_checked_in")
    equal(kiosk.number(), number, "her number")
    kiosk.ticket_printed(2)
    kiosk.printed(2)
    kiosk.until_status(held=0)
    kiosk.home()
    kiosk.synced()
    kiosk.stop()
    equal(kiosk.print_jobs(), [(number, False, "printed"), (others, False, "printed")],
          "print jobs")


@e2e("devices: with a ticket in the hand the screen ends sooner", seconds=4)
def with_paper(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital, changes=TIMES).ready()
    kiosk.tap("language:en")
    kiosk.lay(hospital.people["one_booked"])
    kiosk.confirm()
    kiosk.ticket_printed(1)
    kiosk.until("it counts down", lambda: counts_down(kiosk), 4)


@e2e("devices: each trouble of the printer is known, and over when it is over", seconds=8)
def printer_troubles(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    for state, named in (("cover_open", "cover_open"), ("cutter_error", "cutter_error"),
                         ("unplugged", "unplugged"), ("paper_near_end", "paper_near_end")):
        kiosk.printer(state)
        kiosk.until_status(printer=named)
        if state != "paper_near_end":
            seen_in_english(kiosk, ["No tickets at the moment."])
        kiosk.printer("ok")
        kiosk.until_status(printer="ok")
        seen_in_english(kiosk, [CARD], ["No tickets at the moment."])
    check_in(kiosk, lambda: kiosk.lay(hospital.people["one_booked"]), 1)


@e2e("devices: the printer is unplugged while it prints; the part is void, nothing is lost",
     seconds=8)
def unplugged_while_printing(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    kiosk.tap("language:en")
    kiosk.lay(who)
    kiosk.wait("confirm")
    kiosk.tap("confirm")
    kiosk.until("it is sent", lambda: "state=sending" in kiosk.log())
    kiosk.printer("unplugged")
    kiosk.wait("done")
    number = kiosk.number()
    kiosk.until("the job has ended", lambda: re.search("state=(failed|unknown)", kiosk.log()))
    doubtful = "state=unknown" in kiosk.log()  # all of it was handed over before the plug came out
    if doubtful:
        kiosk.until("it asks", lambda: kiosk.says("Did the ticket come out?"))
        kiosk.tap("no_ticket")
    kiosk.until("the number stands for itself", lambda: "home" in kiosk.actions())
    equal(kiosk.number(), number, "number")
    kiosk.home()
    kiosk.until_status(held=1)
    kiosk.printer("ok")
    kiosk.until_status(printer="ok")
    kiosk.lay_again(who)
    kiosk.wait("already_checked_in")
    equal(kiosk.number(), number, "number")
    kiosk.printed()
    check(1 <= len(kiosk.tickets()) <= 2, "more than what had come out of it, and the ticket")
    kiosk.until_status(held=0)
    kiosk.synced()
    hospital.knows_arrival(who["appointments"][0], number)
    kiosk.stop()
    equal(kiosk.print_jobs(), [(number, False, "unknown"), (number, True, "printed")] if doubtful
          else [(number, False, "printed")], "print jobs")
