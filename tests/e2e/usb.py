"""The production program over libusb, with emulated devices on an emulated USB bus."""
import functools
import operator
import pathlib

import control
from harness import check, e2e, equal
from hospital_process import Hospital
from kiosk_process import Kiosk


class UsbKiosk(Kiosk):
    """`kiosk run` on a bus of its own; what is done to devices is done on that bus."""

    devices = ()  # NAME=KIND@PORT[/SERIAL]; none: printer, reader and scanner
    keeps_paper = True

    def __init__(self, case, hospital, changes=None, **more):
        folder = case.folder / "K1"
        super().__init__(case, hospital, changes={
            "test": "true",
            "server.url": f'"{hospital.url}"',
            "files.ledger": f'"{folder}/state/ledger.db"',
            "vault.key_file": f'"{folder}/state/key"',
            "control.socket": f'"{folder}/control"',
            **(changes or {})}, **more)

    def start(self):
        self.lives += 1
        self.out = self.folder / f"paper-{self.lives}"
        self.out.mkdir()
        self.bus = self.folder / "bus"
        for path in (self.socket, self.bus):
            path.unlink(missing_ok=True)
        arguments = [self.case.build.program("kiosk-usbfs"), "--socket", str(self.bus)]
        if self.keeps_paper:
            arguments += ["--out", str(self.out)]
        for device in self.devices:
            arguments += ["--device", device]
        arguments += ["--", self.case.build.program("kiosk"), "run", "--config", str(self.config),
                      "--headless", "--automation", str(self.socket)]
        self.process = self.case.start(arguments, self.folder / "stderr.log", self.environment)
        self.case.until("the kiosk serves its socket", self._serves)

    def ask(self, op, **members):
        if op in ("card", "lift_card", "scan", "printer", "device", "paper", "halt", "bus",
                  "take_paper", "tear_off"):
            return control.ask(self.bus, {"op": op, **members}, self.case.limit(10))
        return super().ask(op, **members)

    def bus_state(self):
        return self.ask("bus")["devices"]


@e2e("usb: a whole visit over libusb, then each device goes and comes back without a restart",
     short=True, seconds=8)
def whole_visit(case):
    hospital = Hospital(case)
    kiosk = UsbKiosk(case, hospital).ready()
    people = hospital.people
    who = people["one_booked"]
    kiosk.lay(who)
    number, _ = kiosk.confirm()
    kiosk.ticket_printed(1)
    kiosk.home()
    kiosk.synced()
    hospital.knows_arrival(who["appointments"][0], number)
    kiosk.printed(1)  # the paper is out before the printer says so; pulled now, nobody would know
    for device in ("printer", "reader", "scanner"):
        kiosk.device(device, "unplugged")
        kiosk.until_status(**{device: "unplugged"})
        kiosk.device(device, "ok")
        kiosk.until_status(**{device: "ok"})
    who = people["by_booking"]
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    kiosk.ticket_printed(2)
    kiosk.home()
    kiosk.synced()
    hospital.knows_arrival(who["appointments"][0], number)
    kiosk.printed(2)
    for name, device in kiosk.bus_state().items():
        equal(device["complaints"], [], f"the {name}'s complaints")
    kiosk.stop()
    equal([job[2] for job in kiosk.print_jobs()], ["printed", "printed"], "print jobs")


@e2e("usb: the printer's cable is pulled while it prints; the patient is told, the next ticket good",
     seconds=5)
def pulled_while_printing(case):
    hospital = Hospital(case)
    kiosk = UsbKiosk(case, hospital).ready()
    who, other = hospital.people["one_booked"], hospital.people["by_booking"]
    kiosk.tap("language:en")
    kiosk.lay(who)
    kiosk.wait("confirm")
    kiosk.tap("confirm")
    kiosk.until("it is sent", lambda: "state=sending" in kiosk.log())
    kiosk.device("printer", "unplugged")
    kiosk.wait("done")
    number = kiosk.number()
    kiosk.until("it says that there may be no ticket",
                lambda: kiosk.says("Did the ticket come out?")
                or kiosk.says("The ticket did not come out."))
    kiosk.home()
    kiosk.device("printer", "ok")
    kiosk.until_status(printer="ok")
    kiosk.scan(other["booking"])
    others, _ = kiosk.confirm()
    check(others != number, "one number for two people")
    kiosk.printed()
    papers = len(kiosk.tickets())
    check(1 <= papers <= 2, lambda: f"{papers} papers: at most the torn one beside the good one")
    kiosk.home()
    kiosk.synced()
    kiosk.stop()
    first, second = [job[2] for job in kiosk.print_jobs()]
    check(first in ("unknown", "held"), lambda: f"the torn ticket is {first}")
    equal(second, "printed", "the other patient's ticket")


@e2e("usb: the kernel's drivers get their devices back when the kiosk ends", seconds=3)
def drivers_given_back(case):
    hospital = Hospital(case)
    kiosk = UsbKiosk(case, hospital).ready()
    drivers = {name: device["driver"] for name, device in kiosk.bus_state().items()}
    equal(drivers, {"printer": "usbfs", "reader": "usbfs", "scanner": "usbfs"}, "drivers")
    kiosk.stop()
    check("printer=usblp reader=none scanner=usbhid" in kiosk.log(), kiosk.log)


def ink_of(picture):
    """Width of a PBM file, and the first and last column that have ink."""
    head, size, bits = picture.read_bytes().split(b"\n", 2)
    equal(head, b"P4", f"{picture} is a bitmap")
    width = int(size.split()[0])
    row_bytes = (width + 7) // 8
    rows = [int.from_bytes(bits[at:at + row_bytes]) for at in range(0, len(bits), row_bytes)]
    black = functools.reduce(operator.or_, rows)
    columns = [x for x in range(width) if black >> (row_bytes * 8 - 1 - x) & 1]
    return width, columns[0], columns[-1]


class TwoModels(UsbKiosk):
    devices = ("narrow=clone_58@1-1", "wide=epson_tm_t88@1-4", "reader=reader@1-2",
               "scanner=scanner@1-3")


@e2e("usb: a 58 mm clone, then a TM-T88 in its place: each ticket is whole at its model's width",
     short=True, seconds=8)
def models_swapped(case):
    hospital = Hospital(case)
    kiosk = TwoModels(case, hospital, changes={"printer.profile": '"auto"'})
    program = case.build.program("kiosk")

    def devices_say(*words):
        said = case.run(program, "devices", "--config", str(kiosk.config)).stdout
        return all(word in said for word in words)

    kiosk.device("wide", "unplugged")
    kiosk.until("the clone is known", lambda: devices_say(
        "POS-58", "profile clone-58 (by its name)", "384 dots in a row, no cut"))
    kiosk.ready()
    kiosk.lay(hospital.people["one_booked"])
    kiosk.confirm()
    kiosk.printed(1)
    kiosk.home()
    kiosk.ask("tear_off", device="narrow")
    kiosk.device("narrow", "unplugged")
    kiosk.until_status(printer="unplugged")
    kiosk.device("wide", "ok")
    kiosk.until_status(printer="ok")
    kiosk.scan(hospital.people["by_booking"]["booking"])
    kiosk.confirm()
    kiosk.printed(2)
    check(devices_say("TM-T88V", "profile epson-tm-t88 (by its name)", "512 dots in a row"),
          "the devices do not tell the model")
    # Rules go from edge to edge in whole cells of 12 dots, in the middle of the paper.
    for name, cut, ink in (("narrow", False, (384, 0, 383)), ("wide", True, (512, 4, 507))):
        paper = kiosk.ask("paper", device=name)
        equal(paper["protocol_errors"], [], f"what {name} complains of")
        equal([ticket["cut"] for ticket in paper["tickets"]], [cut], f"cuts of {name}")
        equal(ink_of(pathlib.Path(paper["tickets"][0]["picture"])), ink, f"ink of {name}")
    kiosk.home()
    kiosk.stop()


class NamelessModel(TwoModels):
    devices = ("narrow=clone_58@1-1", "wide=nameless_tm_t88@1-4", "reader=reader@1-2",
               "scanner=scanner@1-3")


@e2e("usb: a ticket that was made for the printer before is made anew for the one that came",
     seconds=6)
def made_anew(case):
    hospital = Hospital(case)
    kiosk = NamelessModel(case, hospital, changes={"printer.profile": '"auto"'})
    kiosk.device("wide", "unplugged")
    kiosk.until("the clone is known", lambda: "profile clone-58" in kiosk.log())
    kiosk.ready()
    kiosk.device("narrow", "unplugged")
    kiosk.until_status(printer="unplugged")
    kiosk.lay(hospital.people["one_booked"])
    kiosk.confirm()
    kiosk.device("wide", "ok")  # ready before GS I says what it is: the ticket is on its way
    kiosk.printed()
    check("printer_is_another" in kiosk.log(), kiosk.log)
    paper = kiosk.ask("paper", device="wide")
    equal(paper["protocol_errors"], [], "what the printer complains of")
    equal(ink_of(pathlib.Path(paper["tickets"][0]["picture"])), (512, 4, 507), "ink")
    equal(len(paper["tickets"]), 1, "tickets")
    kiosk.home()
    kiosk.stop()
    equal([job[2] for job in kiosk.print_jobs()], ["printed"], "print jobs")
