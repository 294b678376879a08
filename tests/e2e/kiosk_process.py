"""A kiosk with emulated devices, driven through its automation socket."""
import contextlib
import datetime
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import control
import site_config as site
from harness import Failure, check, equal

TICKET_NUMBER = re.compile(r"^(?:K\d+[A-Z]*-\d{3,}|儿\d+)$")
# Screens that wait for the kiosk, not for the patient.
ENDS_BY_ITSELF = ("reading_card", "looking_up", "committing", "closed")
PRINT_STATES = ("queued", "sending", "printed", "failed", "unknown", "held")


class Kiosk:
    """One machine: its folder outlives the processes that run on it."""

    def __init__(self, case, hospital, code="K1", config=None, changes=None, headless=True,
                 wrapper=(), environment=None, state=None):
        self.case = case
        self.server = hospital.url if hasattr(hospital, "url") else hospital
        self.folder = case.folder / code
        self.state = state or self.folder / "state"
        self.socket = self.folder / "automation"
        self.config = self.folder / "kiosk.toml"
        self.headless = headless
        self.wrapper = list(wrapper)
        self.environment = environment
        self.lives = 0
        self.process = None
        case.kiosks.append(self)
        self.folder.mkdir(parents=True)
        self.state.mkdir(exist_ok=True)
        self.config.write_text(config or site.sample(case.build, code, changes))
        self.start()

    # ---- the process

    def start(self):
        self.lives += 1
        self.out = self.folder / f"paper-{self.lives}"
        self.socket.unlink(missing_ok=True)
        arguments = self.wrapper + [
            self.case.build.program("kiosk-demo"), "--config", str(self.config),
            "--server", self.server, "--state", str(self.state), "--out", str(self.out),
            "--automation", str(self.socket), "--locale", str(self.case.build.folder / "locale"),
            "--assets", str(self.case.build.source / "assets")]
        if self.headless:
            arguments.append("--headless")
        self.process = self.case.start(arguments, self.folder / "stderr.log", self.environment)
        self.case.until("the kiosk serves its socket", self._serves)

    def _serves(self):
        if self.process.poll() is not None:
            raise Failure(f"the kiosk ended with status {self.process.returncode}")
        try:
            return self.ask("scene")
        except (OSError, ConnectionError):
            return None

    def freeze(self):
        """It takes nothing more; only to be killed."""
        self.process.send_signal(signal.SIGSTOP)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """An orderly end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(self.case.limit(10))
        except subprocess.TimeoutExpired as late:
            raise Failure("the kiosk does not end at SIGTERM") from late
        equal(status, 0, "exit status after SIGTERM")

    def ready(self, server=True, devices=True):
        def holds():
            now = self.status()
            return ((not server or now["last_sync"] and now["server"] == "online")
                    and (not devices or now["printer"] == now["reader"] == now["scanner"] == "ok"))
        self.case.until("the kiosk is ready", holds)
        return self

    # ---- operations

    def ask(self, op, **members):
        limit = self.case.limit(10) + members.get("timeout_ms", 0) / 1000
        return control.ask(self.socket, {"op": op, **members}, limit)

    def status(self):
        return self.ask("status")

    def scene(self):
        scene = self.ask("scene")
        ways = {node["action"] for node in scene["nodes"] if node["enabled"]} - {"", "help"}
        by_hand = scene["screen"] in ENDS_BY_ITSELF or scene["screen"] == "welcome"
        ways = {way for way in ways if not way.startswith("language:")}
        check(ways or by_hand, lambda: f"no way out of {scene}")
        return scene

    def screen(self):
        return self.scene()["screen"]

    def texts(self):
        return [node["text"] for node in self.scene()["nodes"] if node["text"]]

    def says(self, *parts):
        text = "\n".join(self.texts())
        return all(part in text for part in parts)

    def actions(self):
        return [node["action"] for node in self.scene()["nodes"]
                if node["action"] and node["enabled"]]

    def tap(self, action):
        self.ask("tap", action=action)

    def tap_unanswered(self, action):
        """Sends the tap and does not wait; the caller closes the connection."""
        return control.send(self.socket, {"op": "tap", "action": action})

    def wait(self, *screens, seconds=12):
        reply = self.ask("wait", screen=list(screens),
                         timeout_ms=int(self.case.limit(seconds) * 1000))
        return reply["screen"]

    def until(self, what, holds, seconds=15):
        return self.case.until(what, holds, seconds)

    def until_status(self, seconds=20, **members):
        """Waits until the status says so; outbox counts are given by their name."""
        def holds():
            now = self.status()
            flat = {**now, **now["outbox"], **now["rows"]}
            return all(flat[name] == value for name, value in members.items())
        self.until(f"status {members}", holds, seconds)

    def lay(self, person, **more):
        self.ask("card", document=person.get("document", "resident"), number=person["number"],
                 name=person["name"], **more)

    def lift(self):
        self.ask("lift_card")

    def lay_again(self, person, **more):
        """Lifts first, for as long as a hand needs and the reader to see that no card is there."""
        self.lift()
        time.sleep(self.case.limit(0.8))
        self.lay(person, **more)

    def scan(self, code):
        self.ask("scan", code=code)

    def scan_again(self, code, screen):
        """Shows a code that was shown before; within 1.5 s it counts as the same showing."""
        self.wait("welcome")
        end = time.monotonic() + self.case.limit(10)
        while self.screen() == "welcome":
            check(time.monotonic() < end, "the code is not taken a second time")
            self.scan(code)
            time.sleep(1.6)  # of the scanner's window, which restarts with each showing
        return self.wait(screen)

    def printer(self, state):
        self.ask("printer", state=state)

    def device(self, device, state):
        self.ask("device", device=device, state=state)

    def number(self):
        """The number in large figures."""
        found = self.numbers()
        check(found, lambda: f"no number on the screen: {self.texts()}")
        return found[0]

    def numbers(self):
        return [text for text in self.texts() if TICKET_NUMBER.match(text)]

    def type(self, text):
        for character in text:
            self.tap(f"digit:{character}")

    def enter(self, birth_date, last_four):
        """The way without card and code."""
        self.tap("no_card")
        self.wait("entry")
        self.type(birth_date.replace("-", ""))
        self.type(last_four)
        self.tap("submit")

    def confirm(self):
        """From the confirm screen to the number; when it was asked for, and what it is."""
        self.wait("confirm")
        before = datetime.datetime.now(datetime.timezone.utc)
        self.tap("confirm")
        self.wait("done")
        return self.number(), before

    def checked_in(self, hospital, who):
        """She shows her code and confirms; the number that the hospital then knows."""
        self.scan(who["booking"])
        number, _ = self.confirm()
        self.synced()
        hospital.knows_arrival(who["appointments"][0], number)
        return number

    def home(self):
        """Ends the visit and takes the card."""
        self.lift()
        if self.screen() not in ("welcome", "closed"):
            self.tap("home")
        if self.wait("take_card", "welcome", "closed") == "take_card":
            self.tap("home")
            self.wait("welcome", "closed")

    # ---- what came of it

    def tickets(self):
        """Paper of the process that runs now."""
        reply = self.ask("paper")
        equal(reply["protocol_errors"], [], "the printer's complaints")
        return reply["tickets"]

    def ticket_printed(self, count):
        self.until(f"{count} tickets", lambda: len(self.tickets()) >= count)
        equal(len(self.tickets()), count, "tickets")

    def printed(self, count=1):
        """The printer has said of so many tickets that they are out; the paper itself comes first."""
        self.until(f"{count} known to be printed",
                   lambda: self.log().count("state=printed") >= count)
        equal(self.log().count("state=printed"), count, "tickets known to be printed")

    def paper_of_all_lives(self):
        """Files of tickets that fell out, those of killed processes too."""
        return sorted(self.folder.glob("paper-*/ticket-*.bin"))

    def log(self):
        return (self.folder / "stderr.log").read_text(errors="replace")

    def synced(self, seconds=20):
        self.until_status(seconds, pending=0)

    def ledger(self, query):
        """Rows of the ledger, read from a copy of its files; no kiosk may run."""
        with tempfile.TemporaryDirectory(dir=self.folder) as copy:
            for file in self.state.glob("ledger.db*"):
                shutil.copy(file, copy)
            with contextlib.closing(sqlite3.connect(f"{copy}/ledger.db")) as database:
                return database.execute(query).fetchall()

    def print_jobs(self):
        """(number, is a copy, state) of every print job."""
        rows = self.ledger("SELECT number, copy, state FROM print_job ORDER BY id")
        return [(number, bool(copy), PRINT_STATES[state]) for number, copy, state in rows]

    def picture(self, name):
        self.ask("screenshot", path=str(self.folder / f"{name}.png"))
        return self.folder / f"{name}.png"

    def keep_evidence(self):
        """After a failure: what was on the screen, as far as it still answers."""
        if self.process.poll() is not None:
            return
        try:
            self.picture("failed")
            (self.folder / "failed.txt").write_text(
                self.screen() + "\n" + "\n".join(self.texts()) + f"\n{self.status()}\n")
        except (OSError, control.Refused, Failure) as error:
            (self.folder / "failed.txt").write_text(f"no answer: {error}\n")

