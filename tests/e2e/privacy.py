"""Patients' data: whatever ends the kiosk, nothing of a person lies readable on the machine."""
import http.server
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import site_config
from harness import Skip, check, e2e, equal
from hospital_process import Hospital
from kiosk_process import Kiosk
from server import WRITES

# What belongs to the test: the paper that fell out, and the hospital's own files.
NOT_THE_KIOSKS = ("paper-", "hospital.")


def facts_of(hospital):
    """Every name, number, birth date and phone of the day's people."""
    facts = set()
    for who in hospital.people.values():
        facts |= {who["number"], who["hospital_card"], who["booking"]}
        person = hospital.read(f"Patient/{who['patient']}")
        facts.add(person["birthDate"])
        facts |= {one["value"] for one in person["identifier"] + person.get("telecom", [])}
        for name in person["name"]:
            facts |= {name.get("text"), name.get("family"), *name.get("given", [])}
    return {fact for fact in facts if fact and len(fact) > 1}


def spellings(fact):
    """The bytes in which it might stand in a file: as text, and as a recording writes texts."""
    texts = {fact}
    if re.fullmatch(r"[\d +-]{6,}", fact):
        texts.add(re.sub(r"\D", "", fact))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", fact):
        texts |= {fact.replace("-", sign) for sign in "./ "}
    forms = {text.encode(code) for text in texts for code in ("utf-8", "utf-16-le")}
    return forms | {fact.encode().hex().encode(), fact.encode().hex().upper().encode()}


def files_of(case):
    for file in sorted(case.folder.rglob("*")):
        parts = file.relative_to(case.folder).parts
        if file.is_file() and not any(part.startswith(NOT_THE_KIOSKS) for part in parts):
            yield file


def found_in(file, wanted):
    content = file.read_bytes()
    return [(file.name, fact) for fact, forms in wanted.items()
            if any(form in content for form in forms)]


def found(case, wanted):
    """(file, fact) of everything that stands readable somewhere."""
    return [hit for file in files_of(case) for hit in found_in(file, wanted)]


def search_finds(case, wanted):
    """The control: each spelling of each fact would be found, and a folder without any is clean."""
    trap = case.folder / "trap"
    for fact, forms in wanted.items():
        for form in forms:
            trap.write_bytes(b"\x00\xff" + form + b"\x00")
            check((trap.name, fact) in found_in(trap, wanted), f"{form} is not found")
    check(found(case, wanted), "the trap's file is not searched")
    trap.unlink()
    equal(found(case, wanted), [], "before the kiosk ran")


def cores_are_written_here(case):
    """Whether a program that crashes in this folder leaves a core in it."""
    folder = case.folder / "paper-control"
    folder.mkdir()
    script = ("import os, resource as r;"
              "most = r.getrlimit(r.RLIMIT_CORE)[1]; r.setrlimit(r.RLIMIT_CORE, (most, most));"
              "os.abort()")
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=False,
                   stderr=subprocess.DEVNULL)
    return any(folder.glob("*core*"))


def crashes_as_usual():
    """Sanitizers leave the signals alone."""
    given = os.environ.get("ASAN_OPTIONS", "")
    return {"ASAN_OPTIONS": f"{given}:handle_segv=0:handle_abort=0:detect_leaks=0"}


def crash(kiosk, how):
    os.kill(kiosk.process.pid, how)
    equal(kiosk.process.wait(kiosk.case.limit(10)), -how, "exit status")


def core_limit(process):
    lines = open(f"/proc/{process.pid}/limits", encoding="ascii").read().splitlines()
    (line,) = [line for line in lines if line.startswith("Max core file size")]
    return line.split()[4:6]


def damage(ledger):
    """A page of it, so that it is set aside at the next start."""
    with open(ledger, "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 64)


@e2e("privacy: crashed in mid-visit, just after the commit, killed and set aside: no file tells of "
     "anybody", seconds=8)
def nothing_readable(case):
    hospital = Hospital(case)
    people = hospital.people
    wanted = {fact: spellings(fact) for fact in facts_of(hospital)}
    check(len(wanted) > 4 * len(people), f"only {len(wanted)} facts of {len(people)} people")
    search_finds(case, wanted)
    core_possible = cores_are_written_here(case)
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    kiosk = Kiosk(case, hospital, changes={"files.recording": f'"{case.folder}/recordings"'},
                  wrapper=["prlimit", f"--core={'unlimited' if most < 0 else most}"],
                  environment=crashes_as_usual()).ready()
    equal(core_limit(kiosk.process), ["0", "0"], "the limit of a core")
    stored = kiosk.status()["rows"]
    check(stored["people"] >= 5, f"too few people in the ledger: {stored}")

    kiosk.lay(people["one_booked"])
    kiosk.wait("confirm")
    crash(kiosk, signal.SIGSEGV)
    equal(found(case, wanted), [], "after a crash while somebody looked at her appointment")

    kiosk.start()
    kiosk.ready()
    kiosk.scan(people["by_booking"]["booking"])
    kiosk.confirm()
    crash(kiosk, signal.SIGABRT)
    equal(found(case, wanted), [], "after a crash just after the commit")
    check((kiosk.state / "ledger.db-wal").stat().st_size > 0, "no log that could tell anything")

    kiosk.start()
    kiosk.ready(server=False)
    typed = people["paper_out"]
    kiosk.enter(typed["birth_date"], typed["phone"][-4:])
    kiosk.wait("confirm")
    with kiosk.tap_unanswered("confirm"):
        kiosk.kill()
    equal(found(case, wanted), [], "after kill -9 at the confirmation")

    kiosk.start()
    kiosk.ready()
    kiosk.stop()
    damage(kiosk.state / "ledger.db")
    kiosk.start()
    kiosk.ready()
    check(list(kiosk.state.glob("ledger.db.aside-*")), "the damaged ledger was not set aside")
    kiosk.lay(people["one_booked"])
    kiosk.wait("confirm", "already_checked_in")
    crash(kiosk, signal.SIGSEGV)
    equal(found(case, wanted), [], "after a ledger was set aside")
    check(list((case.folder / "recordings").iterdir()), "nothing was recorded")
    cores = [file.name for file in case.folder.glob("*core*")]
    equal(cores, [], f"cores (one is possible here: {core_possible})")


@e2e("privacy: a new key on the disk opens all, and the old one nothing", short=True, seconds=6)
def key_on_disk_changes(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    who = hospital.people["one_booked"]
    kiosk.lay(who)
    number, _ = kiosk.confirm()
    kiosk.ticket_printed(1)
    program = case.build.program("kiosk")
    state = kiosk.state
    config = case.folder / "rotate.toml"
    config.write_text(site_config.sample(case.build, changes={
        "server.url": '"http://127.0.0.1:9/fhir"', "files.ledger": f'"{state}/ledger.db"',
        "vault.key_file": f'"{state}/key"'}))
    old = (state / "key").read_text()
    running = case.run(program, "rotate-key", "--config", str(config))
    equal(running.returncode, 1, "status while the kiosk runs")
    check("in_use" in running.stderr, running.stderr)
    kiosk.stop()
    changed = case.run(program, "rotate-key", "--config", str(config))
    equal(changed.returncode, 0, changed.stderr)
    check("the old one is destroyed" in changed.stdout, changed.stdout)
    new = (state / "key").read_text()
    check(new != old, "the key is the same")
    kiosk.start()
    kiosk.ready()
    kiosk.lay(who)
    kiosk.wait("already_checked_in")
    equal(kiosk.number(), number, "her number")
    kiosk.stop()
    (state / "key").write_text(old)
    refused = case.run(program, "rotate-key", "--config", str(config))
    equal(refused.returncode, 1, "status with the old key")
    check("put the key file that belongs to this ledger back" in refused.stderr, refused.stderr)
    (state / "key").write_text(new)


@e2e("privacy: a command leaves no core either, and no other process may look into it", seconds=3)
def commands_keep_to_themselves(case):
    """`status` holds a connection to a kiosk that never answers."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as silent:
        at = pathlib.Path(folder) / "control"
        at.parent.chmod(0o755)
        silent.bind(str(at))
        at.chmod(0o777)
        silent.listen()
        nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        arguments = nobody + [case.build.program("kiosk"), "status", "--socket", str(at)]
        asking = case.start(arguments, case.folder / "stderr.log")
        silent.settimeout(case.limit(10))
        try:
            silent.accept()
        except TimeoutError as late:
            raise Skip("nobody may run the program here") from late
        equal(core_limit(asking), ["0", "0"], "the limit of a core")
        if nobody:
            # proc(5): the files of a process that is not dumpable are root's.
            equal(os.stat(f"/proc/{asking.pid}/environ").st_uid, 0, "whose the process's files are")


class Webhook:
    """Keeps what it is told."""

    def __init__(self):
        told = self.told = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                told.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@e2e("privacy: a server that names the patient in its words leaves nothing of her in log, list, "
     "status, alerts, webhooks and the ledger", short=True, seconds=15)
def server_names_her(case):
    hospital = Hospital(case)
    hook = Webhook()
    kiosk = Kiosk(case, hospital, changes={"alerts.webhook_url": f'"{hook.url}"'}).ready()
    who = hospital.admit(1)
    person = hospital.read(f"Patient/{who['patient']}")
    person["name"] = [{"use": "official", "text": "Xiaofang Wang"}]
    person["telecom"] = [{"system": "phone", "value": "13905550000"}]
    hospital.put(person)
    facts = ["Xiaofang", "wang", "1985", "7 June", "13905550000", "0555", "a.b@c.example",
             "慕容秀", who["booking"], who["hospital_card"]]
    words = (f"Patient XIAOFANG WANG (Wang, 慕容秀0000, a.b@c.example) born 1985-06-07, 07.06.1985, "
             f"19850607, 7 June 1985, phone 139-0555-0000, {who['hospital_card']}, "
             f"{who['booking']} is locked")

    def says(status, code, only):
        body = {"resourceType": "OperationOutcome", "issue": [
            {"severity": "error", "code": code, "diagnostics": words,
             "details": {"text": "Xiaofang Wang"}}]}
        hospital.network("answer", only=only, status=status, body=json.dumps(body),
                         headers="Content-Type: application/fhir+json\r\n")

    says(409, "conflict", WRITES["transaction"])
    kiosk.scan(who["booking"])
    kiosk.confirm()
    kiosk.until("the conflict is logged", lambda: "code=conflict" in kiosk.log(), 30)
    check("HTTP 409: conflict" in kiosk.log(), kiosk.log())
    says(422, "business-rule", WRITES["transaction"])
    kiosk.until_status(60, refused=1)
    kiosk.until("the webhook is told", lambda: any("refused" in one for one in hook.told))
    (item,) = kiosk.ask("list", list="refused")["items"]
    check("422: business-rule: Patient #" in item["reason"] and "is locked" in item["reason"], item)
    said = json.dumps([item["reason"], kiosk.status(), hook.told, hospital.state()["tasks"]],
                      ensure_ascii=False) + kiosk.log()
    kiosk.stop()
    said += str(kiosk.ledger("SELECT reason FROM outbox"))
    # Other things may hold such digits: a moment, a size.
    told = [fact for fact in facts if fact.lower() in said.lower() and not fact.isdigit()]
    equal(told, [], said)
    wanted = {fact: spellings(fact) for fact in
              ("Xiaofang", "XIAOFANG", "Wang, ", "1985-06-07", "07.06.1985", "7 June", "13905550000",
               "139-0555-0000", "慕容秀", who["booking"], who["hospital_card"])}
    equal(found(case, wanted), [], "in its files")
