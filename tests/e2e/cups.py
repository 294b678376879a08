#!/usr/bin/env python3
"""The CUPS driver (BUILD_DIR/bin/cups-probe) against a real cupsd and real IPP printer programs.

Compares what arrived at the printer with what was sent, dot by dot. Ends with 77 (skipped) where
the servers cannot run.
"""
import concurrent.futures
import os
import pathlib
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
import zlib

sys.dont_write_bytecode = True
from cups_servers import Bench, missing  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TICKET = SOURCE / "tests/golden/ticket/en-576.png"
TESTS = []
WORKERS = 3  # they wait more than they work


def test(function):
    TESTS.append(function)
    return function


def read_png(data):
    """(rows of 0 or 1, 1 is black; dots per metre) of a grey PNG of one bit a dot."""
    at, pixels, header, density = 8, b"", None, 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + size]
        at += 12 + size
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            pixels += body
        elif kind == b"pHYs":
            density = struct.unpack(">I", body[:4])[0]
    width, height, depth = header[:3]
    assert depth == 1 and header[3] == 0, header
    raw, stride = zlib.decompress(pixels), (width + 7) // 8
    above, rows = bytes(stride), []
    for y in range(height):
        kind, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:][:stride])
        for x in range(stride):
            left = row[x - 1] if x else 0
            corner = above[x - 1] if x else 0
            if kind == 1:
                row[x] = (row[x] + left) & 255
            elif kind == 2:
                row[x] = (row[x] + above[x]) & 255
            elif kind == 3:
                row[x] = (row[x] + (left + above[x]) // 2) & 255
            elif kind == 4:
                guess = left + above[x] - corner
                row[x] = (row[x] + min((left, above[x], corner),
                                       key=lambda v: abs(guess - v))) & 255
        above = bytes(row)
        rows.append([1 - (row[x // 8] >> (7 - x % 8) & 1) for x in range(width)])
    return rows, density


def read_pwg(data):
    """[(header, rows of 0 or 1, 1 is black)] of a PWG raster (PWG 5102.4, 4)."""
    assert data[:4] == b"RaS2", data[:4]
    at, pages = 4, []
    while at < len(data):
        head = data[at:at + 1796]
        at += 1796
        names = {"dpi": 276, "points_x": 352, "points_y": 356, "width": 372, "height": 376,
                 "bits": 388, "stride": 392, "space": 400, "pages": 452}
        header = {name: struct.unpack_from(">I", head, offset)[0]
                  for name, offset in names.items()}
        unit, rows = 1, []  # both one-bit and eight-bit dots are packed in units of a byte
        while len(rows) < header["height"]:
            repeat = data[at] + 1
            at += 1
            line = b""
            while len(line) < header["stride"]:
                code = data[at]
                at += 1
                if code < 128:
                    line += data[at:at + unit] * (code + 1)
                    at += unit
                else:
                    line += data[at:at + unit * (257 - code)]
                    at += unit * (257 - code)
            if header["bits"] == 8:
                row = [1 if dot < 128 else 0 for dot in line]
            else:
                row = [line[x // 8] >> (7 - x % 8) & 1 for x in range(header["width"])]
            rows += [row] * repeat
        pages.append((header, rows))
    return pages


def check_picture(rows, sent, dpi, left, top):
    """The picture stands at left, top, scaled from 203 dpi; all else is white."""
    assert len(rows[0]) >= left + len(sent[0]) * dpi // 203
    columns = [(x - left) * 203 // dpi if x >= left else -1 for x in range(len(rows[0]))]
    columns = [x if 0 <= x < len(sent[0]) else -1 for x in columns]
    for y, row in enumerate(rows):
        from_y = (y - top) * 203 // dpi if y >= top else -1
        line = sent[from_y] if 0 <= from_y < len(sent) else None
        wanted = [line[x] if line is not None and x >= 0 else 0 for x in columns]
        assert row == wanted, f"row {y} differs"


SENT = read_png(TICKET.read_bytes())[0]


def check_roll(document):
    (header, rows), = read_pwg(document)
    assert header["dpi"] == 203 and header["width"] == 639, header  # 80 mm
    assert header["height"] == len(SENT) and header["bits"] == 1 and header["space"] == 3, header
    check_picture(rows, SENT, 203, (639 - len(SENT[0])) // 2, 0)


def check_a4(document):
    (header, rows), = read_pwg(document)
    assert (header["dpi"], header["width"], header["height"]) == (600, 4961, 7016), header
    assert (header["points_x"], header["points_y"]) == (595, 842), header
    assert header["bits"] == 8 and header["space"] == 18, header
    wide = -(-len(SENT[0]) * 600 // 203)
    check_picture(rows, SENT, 600, (4961 - wide) // 2, 283)  # 12 mm from the top


@test
def a_server_that_hangs_and_one_that_is_gone(bench):
    printer, cups = bench.printer(), bench.cups()
    cups.add_queue("letters", printer.uri)
    probe = bench.probe("letters", server=cups.server, sheet="a4", job_limit=2)
    probe.expect("state ready")
    printer.will("hold")
    probe.print(1, TICKET)
    printer.arrived()
    cups.process.send_signal(signal.SIGSTOP)
    probe.expect("state silent")
    probe.expect_outcome("unknown 1 silent")
    probe.print(2, TICKET)
    probe.expect_outcome("failed 2 silent")
    printer.go_on()
    cups.process.send_signal(signal.SIGCONT)
    probe.expect("state ready")
    cups.end()
    probe.expect("state unplugged")
    cups.start()
    probe = bench.probe("letters", server=cups.server, sheet="a4")
    probe.expect("state ready")
    probe.print(3, TICKET)
    probe.expect_printed(3)
    cups.process.send_signal(signal.SIGSTOP)
    probe.expect("state silent")
    took = probe.end()
    assert took < 2.0, f"the driver waits {took:.1f} s for a server that hangs"


@test
def a_ticket_on_a_roll_arrives_dot_by_dot(bench):
    printer = bench.printer(roll=True)
    probe = bench.probe(printer.uri)
    probe.expect("state ready")
    for number in (1, 2):
        probe.print(number, TICKET)
        probe.expect_printed(number)
        check_roll(printer.arrived())


@test
def a_ticket_through_a_queue_and_on_a4_driverless(bench):
    roll, a4, cups = bench.printer("roll", roll=True), bench.printer("a4"), bench.cups()
    cups.add_queue("tickets", roll.uri)
    cups.add_queue("letters", a4.uri, "-m", "everywhere")
    tickets = bench.probe("tickets", server=cups.server)
    letters = bench.probe("letters", server=cups.server, sheet="a4")
    tickets.expect("state ready")
    tickets.print(1, TICKET)
    letters.print(2, TICKET)
    tickets.expect_printed(1)
    letters.expect_printed(2)
    check_roll(roll.arrived())
    check_a4(a4.arrived())
    cups.keeps_no_document()


@test
def a_picture_where_no_raster_is_wanted(bench):
    printer = bench.printer()
    probe = bench.probe(printer.uri, sheet="png")
    probe.print(1, TICKET)
    probe.expect_printed(1)
    rows, density = read_png(printer.arrived())
    assert density == 7992 and (len(rows[0]), len(rows)) == (1678, 2374)  # 203 dpi, A4
    check_picture(rows, SENT, 203, (1678 - len(SENT[0])) // 2, 96)


@test
def paper_out_and_an_open_cover_are_states(bench):
    printer = bench.printer()
    probe = bench.probe(printer.uri, sheet="a4")
    probe.expect("state ready")
    printer.media(0)
    probe.expect("state paper_out")
    probe.print(1, TICKET)
    probe.expect_outcome("failed 1 paper_out")
    assert printer.nothing_arrived()
    printer.media(250)
    probe.expect("state ready")
    printer.will("say", "STATE: +cover-open\n")
    printer.will("hold")
    probe.print(2, TICKET)
    probe.expect("state cover_open")
    probe.expect_outcome("unknown 2 cover_open")
    printer.go_on()
    probe.print(3, TICKET)
    probe.expect_outcome("failed 3 cover_open")
    printer.arrived()
    assert printer.nothing_arrived()


@test
def what_a_queue_kept_from_its_last_job_stops_nobody(bench):
    printer, cups = bench.printer(), bench.cups()
    cups.add_queue("letters", printer.uri, "-m", "everywhere")
    probe = bench.probe("letters", server=cups.server, sheet="a4")
    probe.expect("state ready")
    printer.media(0)
    probe.expect("state paper_out")  # the printer's own word: the queue does not know yet
    printer.media(250)
    probe.expect("state ready")
    probe.print(1, TICKET)
    probe.expect_printed(1)


@test
def a_job_that_hangs_is_canceled(bench):
    printer, cups = bench.printer(), bench.cups()
    cups.add_queue("letters", printer.uri)
    direct = bench.probe(printer.uri, sheet="a4", job_limit=2)
    queued = bench.probe("letters", server=cups.server, sheet="a4", job_limit=2)
    direct.expect("state ready")
    queued.expect("state ready")
    printer.will("hold")
    direct.print(1, TICKET)
    printer.arrived()
    direct.expect_outcome("unknown 1 stuck")
    printer.go_on()
    # Behind somebody else's job ours never begins: canceled, nothing of it can be on paper.
    printer.will("hold")
    cups.run("lp", "-d", "letters", "-o", "document-format=image/png", TICKET)
    printer.arrived()
    queued.print(2, TICKET)
    queued.expect_outcome("failed 2 stuck")
    printer.go_on()
    assert printer.nothing_arrived()


@test
def a_queue_that_is_deleted_midway(bench):
    printer, cups = bench.printer(), bench.cups()
    cups.add_queue("letters", printer.uri)
    probe = bench.probe("letters", server=cups.server, sheet="a4")
    probe.expect("state ready")
    printer.will("hold")
    probe.print(1, TICKET)
    printer.arrived()
    cups.delete_queue("letters")
    probe.expect_outcome("unknown 1 ")
    probe.expect("state unplugged") if "state unplugged" not in probe.heard else None
    probe.print(2, TICKET)
    probe.expect_outcome("failed 2 unplugged")
    printer.go_on()
    cups.add_queue("letters", printer.uri)
    probe.expect("state ready")
    probe.print(3, TICKET)
    probe.expect_printed(3)


@test
def a_printer_that_refuses_or_fails_never_counts_as_printed(bench):
    printer, cups = bench.printer(), bench.cups()
    cups.add_queue("raw", printer.uri)
    cups.add_queue("everywhere", printer.uri, "-m", "everywhere")
    wrong = bench.probe(printer.uri, sheet="roll")  # of another size than any paper it has
    wrong.print(1, TICKET)
    wrong.expect_outcome("failed 1 refused")
    printer.will("fail")
    # CUPS calls such a job completed at times: several, so that it gets its chance.
    for number, name in enumerate((printer.uri, "raw", "everywhere", "raw", "everywhere"), 2):
        probe = bench.probe(name, server=cups.server, sheet="a4")
        probe.print(number, TICKET)
        probe.expect_outcome(f"unknown {number} ")
        assert probe.end() < 5


def run_one(one, build):
    """(passed, line to print)"""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="kiosk-cups-"))
    folder.chmod(0o755)  # cupsd's programs run as lp
    bench, began, trouble = Bench(build, folder), time.monotonic(), ""
    try:
        one(bench)
    except Exception as error:  # whatever it is, the other tests go on
        trouble = f"\n   {type(error).__name__}: {error}"
        trouble += "".join(f"\n   {os.path.basename(at.filename)}:{at.lineno}  {at.line}"
                           for at in traceback.extract_tb(error.__traceback__)[1:])
    try:
        bench.end()
    except AssertionError as error:
        trouble += f"\n   at its end: {error}"
    name = one.__name__.replace("_", " ")
    if trouble:
        kept = build / "cups-failed" / one.__name__
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(folder, kept)
        trouble += f"\n   kept: {kept}"
    shutil.rmtree(folder, ignore_errors=True)
    words = "FAILED " if trouble else "ok     "
    return not trouble, f"{words} {time.monotonic() - began:5.1f} s  {name}{trouble}"


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    why = missing()
    if why:
        print(f"cups: {why}")
        return 77
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    chosen = [one for one in TESTS if only in one.__name__]
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
        running = [workers.submit(run_one, one, build) for one in chosen]
        for done in concurrent.futures.as_completed(running):
            good, line = done.result()
            passed += good
            print(line, flush=True)
    failed = len(chosen) - passed
    print(f"test cases: {len(chosen)} | {passed} passed | {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
