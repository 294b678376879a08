"""The machine around the visit: command line, log, clock, window, and who talks to the socket."""
import array
import os
import pathlib
import shutil
import socket
import stat
import struct
import time
import zlib

import control
import site_config
from harness import Failure, Skip, check, e2e, equal
from hospital_process import Hospital
from kiosk_process import Kiosk

EX_USAGE, EX_UNAVAILABLE, EX_CONFIG = 64, 69, 78


# ---- the command line

@e2e("command line: help, version, and what it does not know", short=True, seconds=1)
def command_line(case):
    kiosk = case.build.program("kiosk")
    helped = case.run(kiosk, "--help")
    equal(helped.returncode, 0, "status of --help")
    for command in ("run", "check-config", "status", "list"):
        check(command in helped.stdout, f"--help says nothing of {command}")
    version = case.run(kiosk, "--version")
    equal(version.returncode, 0, "status of --version")
    check(version.stdout.startswith("kiosk "), version.stdout)
    equal(case.run(kiosk, "fly").returncode, EX_USAGE, "status of a command that is none")
    equal(case.run(kiosk, "list", "everything").returncode, EX_USAGE, "status of a list")


def checked(case, text):
    """Status and report of check-config."""
    file = case.folder / "site.toml"
    file.write_text(text)
    done = case.run(case.build.program("kiosk"), "check-config", str(file))
    return done.returncode, done.stdout + done.stderr


def line_of(text, start):
    return 1 + next(i for i, line in enumerate(text.splitlines()) if line.startswith(start))


@e2e("command line: check-config names file, line and what is allowed", short=True, seconds=2)
def check_config(case):
    good = site_config.sample(case.build)
    status, report = checked(case, good)
    equal((status, report.count("\n")), (0, 2), f"a good one: {report}")
    check("not protected against theft" in report, f"a key on the disk: {report}")
    bad = site_config.sample(case.build, changes={"printer.width_dots": "500",
                                                  "check_in.colour": '"red"'})
    status, report = checked(case, bad)
    equal(status, EX_CONFIG, "status")
    for start, words in (("width_dots = 500", "384"), ("colour =", "colour")):
        where = f"site.toml:{line_of(bad, start)}"
        check(any(where in line and words in line for line in report.splitlines()),
              f"{where} with {words} is not in:\n{report}")
    status, report = checked(case, "[kiosk\n")
    equal(status, EX_CONFIG, "status of what is no TOML")
    check("site.toml:1" in report, report)


@e2e("command line: where patients are, the server is https and the token nobody else's", seconds=3)
def production_rules(case):
    token = case.folder / "token"
    token.write_text("s3cret\n")
    token.chmod(0o600)
    production = {"test": None, "server.url": '"https://fhir.example.org/r4"',
                  "server.sign_in": '"bearer"', "server.token_file": f'"{token}"'}

    def judged(**changes):
        changes = {key.replace("__", "."): value for key, value in changes.items()}
        text = site_config.sample(case.build, changes={**production, **changes})
        status, report = checked(case, text)
        check("s3cret" not in report, "the secret is printed")
        return status, report

    status, report = judged()
    equal((status, report.splitlines()[-1]), (0, f"{case.folder}/site.toml: good"), "production")
    status, report = judged(vault__key_storage=None)
    equal(status, EX_CONFIG, "without a choice where the key is")
    check("credential, server, disk" in report, report)
    equal(judged(server__sign_in='"none"')[0], EX_CONFIG, "without sign-in")
    equal(judged(server__url='"http://fhir.example.org/r4"')[0], EX_CONFIG, "without TLS")
    equal(judged(server__token_file='"/nonexistent/token"')[0], EX_CONFIG, "without a token")
    equal(judged(files__recording='"/tmp"')[0], EX_CONFIG, "recording")
    token.chmod(0o644)
    equal(judged()[0], EX_CONFIG, "with a token that all may read")


@e2e("command line: status and lists of the running kiosk, on paper too", seconds=5)
def status_and_lists(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    program = case.build.program("kiosk")
    socket_path = str(kiosk.state / "control")
    equal(stat.S_IMODE(os.stat(socket_path).st_mode), 0o600, "mode of the control socket")
    equal(stat.S_IMODE(os.stat(kiosk.socket).st_mode), 0o600, "mode of the automation socket")
    said = case.run(program, "status", "--socket", socket_path)
    equal(said.returncode, 0, "status of status")
    for words in ("K1", "printer", "clock_trust", "last_sync", "pending=0"):
        check(words in said.stdout, f"{words} is not in:\n{said.stdout}")
    equal(case.run(program, "list", "refused", "--socket", socket_path).stdout, "none\n", "list")
    # One ticket held, then printed by staff.
    kiosk.printer("paper_out")
    kiosk.until_status(printer="paper_out")
    kiosk.scan(hospital.people["one_booked"]["booking"])
    number, _ = kiosk.confirm()
    kiosk.home()
    kiosk.until_status(held=1)
    kiosk.printer("ok")
    kiosk.until_status(printer="ok")
    held = case.run(program, "list", "held", "--socket", socket_path)
    check(number in held.stdout, held.stdout)
    check(hospital.people["one_booked"]["name"] not in held.stdout, "a full name on the list")
    equal(len(kiosk.tickets()), 0, "tickets nobody asked for")
    case.run(program, "list", "held", "--print", "--socket", socket_path)
    kiosk.ticket_printed(1)
    case.run(program, "list", "unacknowledged", "--print", "--socket", socket_path)
    kiosk.ticket_printed(2)
    kiosk.stop()
    gone = case.run(program, "status", "--socket", socket_path)
    equal(gone.returncode, EX_UNAVAILABLE, "status when no kiosk runs")
    check(gone.stderr, "no word about why")


# ---- the production binary

def production_config(case, **changes):
    file = case.folder / "kiosk.toml"
    file.write_text(site_config.sample(case.build, changes={
        "server.url": '"http://127.0.0.1:9/fhir"',
        "files.ledger": f'"{case.folder}/ledger.db"', "vault.key_file": f'"{case.folder}/key"',
        "control.socket": f'"{case.folder}/control"', **changes}))
    return str(file)


@e2e("production: automation and headless are refused without test = true", short=True, seconds=2)
def automation_refused(case):
    token = case.folder / "token"
    token.write_text("s3cret\n")
    token.chmod(0o600)
    config = production_config(case, **{
        "test": None, "server.sign_in": '"bearer"', "server.token_file": f'"{token}"'})
    for option in (["--headless"], ["--automation", f"{case.folder}/automation"]):
        done = case.run(case.build.program("kiosk"), "run", "--config", config, *option)
        equal(done.returncode, EX_CONFIG, f"status with {option[0]}")
        check("test = true" in done.stderr, done.stderr)


@e2e("production: the kiosk comes up without devices and server, and ends at SIGTERM", short=True,
     seconds=3)
def comes_up_alone(case):
    config = production_config(case)
    program = case.build.program("kiosk")
    log = case.folder / "stderr.log"
    process = case.start([program, "run", "--headless", "--config", config], log)
    case.until("its status says closed", lambda: process.poll() is None and "closed" in case.run(
        program, "status", "--config", config).stdout)
    wanted = control.ask(case.folder / "control", {"op": "status"}, case.limit(5))
    equal((wanted["reader"], wanted["scanner"], wanted["printer"], wanted["rows"]["appointments"]),
          ("unplugged", "unplugged", "unplugged", 0), "devices and rows")
    try:
        control.ask(case.folder / "control", {"op": "scene"}, case.limit(5))
        raise Failure("the control socket gives the scene without --automation")
    except control.Refused as refused:
        equal(refused.reply["error"], "control/not_allowed", "error")
    process.terminate()
    equal(process.wait(case.limit(10)), 0, "exit status after SIGTERM")


@e2e("production: no emulator is in the binary", short=True, seconds=1)
def no_emulator(case):
    marks = (b"9emulators", b"TESTCO", b"screenshot_with_tray")
    demo = pathlib.Path(case.build.program("kiosk-demo")).read_bytes()
    kiosk = pathlib.Path(case.build.program("kiosk")).read_bytes()
    check(any(mark in demo for mark in marks), "the marks are not even in the demo")
    for mark in marks:
        check(mark not in kiosk, f"{mark} is in the production binary")


# ---- the log

@e2e("log: its reader goes away, the kiosk serves on", seconds=4)
def log_reader_gone(case):
    hospital = Hospital(case)
    log = case.folder / "log"
    os.mkfifo(log)
    reader = os.open(log, os.O_RDONLY | os.O_NONBLOCK)
    kiosk = Kiosk(case, hospital, wrapper=["sh", "-c", f'exec "$@" 2>{log}', "sh"]).ready()
    check(b"started" in os.read(reader, 65536), "the reader read nothing")
    os.close(reader)
    kiosk.checked_in(hospital, hospital.people["one_booked"])
    kiosk.stop()


# ---- the clock

@e2e("clock: in 1970 and off-line nobody is refused; the server puts it right", seconds=8)
def clock_in_1970(case):
    if not shutil.which("faketime"):
        raise Skip("needs faketime")
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()  # knows the day, with a good clock
    kiosk.stop()
    hospital.network("down")
    kiosk.wrapper = ["faketime", "-f", "@1970-01-02 03:04:05"]
    kiosk.environment = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    kiosk.start()
    kiosk.ready(server=False)
    equal(kiosk.status()["clock_trust"], "not_before", "clock_trust")
    for story in ("too_early", "late", "one_booked"):
        kiosk.scan(hospital.people[story]["booking"])
        kiosk.wait("confirm", seconds=20)
        kiosk.tap("not_me")
        kiosk.wait("welcome")
    who = hospital.people["offline"]
    kiosk.tap("language:en")
    kiosk.scan(who["booking"])
    number, _ = kiosk.confirm()
    check(kiosk.says("Show this ticket to the nurse at"), "nothing about the nurse")
    check(not kiosk.says("Arrived"), "a time is named that nobody knows")
    kiosk.ticket_printed(1)
    kiosk.home()
    hospital.network("none")
    kiosk.until_status(clock_trust="server", seconds=40)
    kiosk.synced(40)
    hospital.knows_arrival(who["appointments"][0], number)
    kiosk.scan(hospital.people["too_early"]["booking"])
    kiosk.wait("too_early")  # now it can be told


# ---- the window

def pixels_of_png(path):
    """Decompressed rows of a PNG."""
    data = path.read_bytes()
    check(data.startswith(b"\x89PNG\r\n\x1a\n"), "no PNG")
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += 12 + length
    return zlib.decompress(packed)


@e2e("window: on a real display, with the tray beside it", seconds=6)
def window(case):
    if not shutil.which("Xvfb"):
        raise Skip("needs Xvfb")
    server = case.start(["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1000x24",
                         "-fbdir", str(case.folder), "-nolisten", "tcp"], case.folder / "x.log")
    display = ":" + server.stdout.readline().decode().strip()
    frame = case.folder / "Xvfb_screen0"
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital, headless=False,
                  environment={"DISPLAY": display, "SDL_VIDEODRIVER": "x11",
                               "SDL_AUDIODRIVER": "dummy"}).ready()
    colours = lambda: len(set(array.array("I", frame.read_bytes()[-1600 * 1000 * 4:])))
    case.until("the display shows many colours", lambda: colours() > 50)
    picture = pixels_of_png(kiosk.picture("welcome"))
    check(len(set(picture)) > 30, "the screenshot is blank")
    kiosk.scan(hospital.people["one_booked"]["booking"])
    kiosk.wait("confirm")
    check(pixels_of_png(kiosk.picture("confirm")) != picture, "the picture does not change")
    # A press where the button stands, through hit-testing.
    node = next(node for node in kiosk.scene()["nodes"] if node["action"] == "confirm")
    x, y, width, height = node["rect"]
    kiosk.ask("tap", at=[x + width / 2, y + height / 2])
    kiosk.wait("done")
    kiosk.ticket_printed(1)
    kiosk.stop()


# ---- who talks to the socket

def raw(kiosk, data, wait_for_answer=True):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(kiosk.case.limit(5))
        client.connect(str(kiosk.socket))
        try:
            client.sendall(data)
            return client.recv(65536) if wait_for_answer else b""
        except (BrokenPipeError, ConnectionResetError):
            return b""


@e2e("socket: garbage is answered or dropped, the kiosk goes on", short=True, seconds=4)
def garbage(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    for line in (b"", b"{", b"[]", b"42", b"null", b'"status"', b"{}", b'{"op":7}',
                 b'{"op":"no such thing"}', b"\xff\xfe\x00\x01", b'{"op":"status"',
                 b"[" * 30000, b'{"op":' * 5000, b'{"op":"tap","at":[1]}',
                 b'{"op":"tap","at":[1e400,-1e400]}', b'{"op":"wait","timeout_ms":-5}',
                 b'{"op":"screenshot","path":"/nonexistent/x.png"}', b'{"op":"list"}',
                 b'{"op":"card","document":"passport","number":"1"}',
                 b'{"op":"card","number":"\xf0\x9f\x98\x80","name":"\xed\xa0\x80"}',
                 b'{"op":"printer","state":"on fire"}', b'{"op":"tap","action":"nothing"}'):
        answer = raw(kiosk, line + b"\n")
        check(b'"ok":false' in answer, lambda: f"{line[:60]!r} -> {answer[:200]!r}")
    raw(kiosk, b'{"op":"sta', wait_for_answer=False)  # half a line, then gone
    raw(kiosk, b'{"op":"wait","screen":"done","timeout_ms":60000}\n', wait_for_answer=False)
    raw(kiosk, b"x" * 3_000_000)  # longer than any request
    equal(kiosk.status()["ok"], True, "status")


@e2e("socket: many idle clients keep nobody out for long", seconds=3)
def idle_clients(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    idle = []
    for _ in range(40):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(1)
        try:
            client.connect(str(kiosk.socket))
            idle.append(client)
        except OSError:
            client.close()
    for client in idle:
        client.close()
    began = time.monotonic()
    case.until("it answers again", lambda: answers(kiosk))
    check(time.monotonic() - began < case.limit(5), "it takes long")


def answers(kiosk):
    try:
        return kiosk.status()
    except (OSError, ConnectionError):
        return None


@e2e("socket: a second kiosk does not take a running one's place", seconds=3)
def second_kiosk(case):
    hospital = Hospital(case)
    kiosk = Kiosk(case, hospital).ready()
    done = case.run(case.build.program("kiosk-demo"), "--config", str(kiosk.config), "--server",
                    hospital.url, "--state", str(kiosk.state), "--out", str(kiosk.out),
                    "--automation", str(kiosk.socket), "--headless", "--locale",
                    str(case.build.folder / "locale"))
    check(done.returncode != 0, "the second one runs")
    kiosk.scan(hospital.people["one_booked"]["booking"])
    kiosk.confirm()
