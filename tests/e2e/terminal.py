"""`kiosk devices` and `kiosk test`: from a terminal, with devices on an emulated USB bus."""
import shutil
import subprocess
import time

import control
import site_config
from cups_servers import Bench
from harness import Skip, check, e2e, equal
from hospital_process import Hospital
from usb import UsbKiosk

# What the committed picture of that name holds.
PICTURE, CODE = "qr-rotation.png", "544959689446089833321968098"


class Terminal:
    """A person at a kiosk on which no kiosk runs, with its devices on a bus."""

    def __init__(self, case, **changes):
        self.case = case
        self.bus = case.folder / "bus"
        self.config = case.folder / "kiosk.toml"
        self.config.write_text(site_config.sample(case.build, changes={
            "test": "true", "server.sign_in": '"none"', "server.url": '"http://127.0.0.1:9/fhir"',
            "control.socket": f'"{case.folder}/control"', **changes}))

    devices = ()  # as in UsbKiosk

    def start(self, *arguments, plugged=True):
        self.bus.unlink(missing_ok=True)
        command = [self.case.build.program("kiosk-usbfs"), "--socket", str(self.bus)]
        if not plugged:
            command.append("--unplugged")
        for device in self.devices:
            command += ["--device", device]
        return subprocess.Popen(
            [*command, "--", self.case.build.program("kiosk"), *arguments, "--config",
             str(self.config)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, cwd=self.case.folder)

    def run(self, *arguments, plugged=True, then=lambda: None):
        """Exit status and what it said; `then` is done when it waits for a person."""
        process = self.start(*arguments, plugged=plugged)
        try:
            said = ""
            for line in process.stdout:
                said += line
                if "waiting" in line:
                    then()
            return process.wait(self.case.limit(40)), said
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def do(self, op, **members):
        return control.ask(self.bus, {"op": op, **members}, self.case.limit(5))


@e2e("terminal: devices are listed with their state, and what is wrong in words", short=True,
     seconds=4)
def devices_listed(case):
    terminal = Terminal(case)
    status, said = terminal.run("devices")
    equal(status, 0, said)
    for words in ("No kiosk runs", "SAM 05.03", "TESTCO TP-80", "HID POS", "0400:c35a",
                  "The kiosk takes it"):
        check(words in said, lambda: f"{words!r} is not in {said}")
    status, said = terminal.run("devices", plugged=False)
    equal(status, 1, said)
    check("not found: check cable and power" in said, said)


@e2e("terminal: a width that is not the printer's is told, and a test page fits without one",
     seconds=5)
def printer_width(case):
    terminal = Terminal(case, **{"printer.profile": '"auto"', "printer.width_dots": "576"})
    terminal.devices = ("printer=epson_tm_t88@1-1", "reader=reader@1-2", "scanner=scanner@1-3")
    status, said = terminal.run("devices")
    equal(status, 0, said)
    for words in ("profile epson-tm-t88 (by its name): 576 dots in a row",
                  "its model prints 512 dots in a row, the configuration says 576",
                  "cut off at the right"):
        check(words in said, lambda: f"{words!r} is not in {said}")
    terminal = Terminal(case, **{"printer.profile": '"auto"'})
    terminal.devices = ("printer=epson_tm_t88@1-1",)
    status, said = terminal.run("test", "print")
    check(status == 0 and "printed" in said, said)


@e2e("terminal: devices of a running kiosk are asked of it, and tried only when it is stopped",
     seconds=4)
def devices_of_a_running_kiosk(case):
    kiosk = UsbKiosk(case, Hospital(case)).ready()
    program = case.build.program("kiosk")
    listed = case.run(program, "devices", "--config", str(kiosk.config))
    equal(listed.returncode, 0, listed.stdout + listed.stderr)
    check("The kiosk runs" in listed.stdout and "TESTCO TP-80" in listed.stdout, listed.stdout)
    kiosk.printer("cover_open")
    kiosk.until_status(printer="cover_open")
    listed = case.run(program, "devices", "--config", str(kiosk.config))
    equal(listed.returncode, 1, listed.stdout)
    check("the cover is open: close it" in listed.stdout, listed.stdout)
    tried = case.run(program, "test", "print", "--config", str(kiosk.config))
    equal(tried.returncode, 69, tried.stdout + tried.stderr)
    check("a kiosk runs" in tried.stderr, tried.stderr)


@e2e("terminal: each device can be tried", seconds=6)
def devices_tried(case):
    terminal = Terminal(case)
    status, said = terminal.run("test", "print")
    check(status == 0 and "printed" in said, said)
    status, said = terminal.run(
        "test", "card", then=lambda: terminal.do("card", document="resident", name="王芳",
                                                 number="990101199003070015"))
    check(status == 0 and "resident ID card, number ...0015" in said, said)
    check("王" not in said, "the terminal shows a name")
    status, said = terminal.run("test", "scan", then=lambda: terminal.do("scan", code="A1-ß"))
    check(status == 0 and "read: A1-ß" in said, said)
    status, said = terminal.run("test", "print", plugged=False)
    check(status == 1 and "not found" in said, said)


@e2e("terminal: pictures are decoded with a line each", short=True, seconds=2)
def pictures_decoded(case):
    folder = case.folder / "pictures"
    folder.mkdir()
    shutil.copy(case.build.source / "tests/unit/drivers/camera/pictures" / PICTURE, folder)
    done = case.run(case.build.program("kiosk"), "test", "camera", "--pictures", str(folder))
    equal(done.returncode, 0, done.stderr)
    file, symbology, text, cpu_ms = done.stdout.rstrip("\n").split("\t")
    equal((file, symbology, text), (PICTURE, "QR", CODE), "the line")
    check(float(cpu_ms) > 0, cpu_ms)
    (folder / PICTURE).write_bytes(b"\x89PNG\r\n\x1a\n torn")
    done = case.run(case.build.program("kiosk"), "test", "camera", "--pictures", str(folder))
    equal(done.returncode, 1, "status for a picture that is none")
    check(PICTURE in done.stderr, done.stderr)


@e2e("camera: a code held before it checks its patient in", seconds=5)
def checked_in_by_camera(case):
    folder = case.folder / "pictures"
    folder.mkdir()
    hospital = Hospital(case)
    who = hospital.admit(1, booking=CODE)
    config = site_config.sample(case.build, changes={
        "test": "true", "server.url": f'"{hospital.url}"', "server.sign_in": '"none"',
        "control.socket": f'"{case.folder}/control"', "scanner.usb": "false",
        "scanner.camera": f'"{folder}"', "files.ledger": f'"{case.folder}/state/ledger.db"',
        "vault.key_file": f'"{case.folder}/state/key"'})
    config = config.replace("pattern = 'BK[0-9]{8}'", "pattern = '[0-9]{27}'")
    check("[0-9]{27}" in config, "the sample site's booking numbers look otherwise")
    kiosk = UsbKiosk(case, hospital, config=config).ready(devices=False)
    shutil.copy(case.build.source / "tests/unit/drivers/camera/pictures" / PICTURE, folder)
    number, _ = kiosk.confirm()
    (folder / PICTURE).unlink()
    kiosk.ticket_printed(1)
    kiosk.synced()
    hospital.knows_arrival(who["appointments"][0], number)


@e2e("cups: a ticket comes out of an IPP printer, and its state is the kiosk's", seconds=6)
def printed_through_ipp(case):
    if shutil.which("ippeveprinter") is None:
        raise Skip("ippeveprinter is not installed")
    bench = Bench(case.build.folder, case.folder / "ipp")
    (case.folder / "ipp").mkdir()
    try:
        printer = bench.printer(roll=True)
        hospital = Hospital(case)
        kiosk = UsbKiosk(case, hospital, changes={
            "server.sign_in": '"none"', "printer.kind": '"cups"',
            "printer.cups_queue": f'"{printer.uri}"'}).ready()
        who = hospital.people["one_booked"]
        kiosk.lay(who)
        number, _ = kiosk.confirm()
        document = printer.arrived()
        check(document.startswith(b"RaS2"), "no PWG raster arrived")
        kiosk.printed()
        kiosk.home()
        kiosk.synced()
        hospital.knows_arrival(who["appointments"][0], number)
        equal(len(kiosk.tickets()), 0, "tickets of the USB printer")
        bench.end()
        bench.made.clear()
        kiosk.until_status(printer="unplugged", seconds=30)
    finally:
        bench.end()
