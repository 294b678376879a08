#!/usr/bin/env python3
"""End-to-end tests: the real programs, driven from outside.

Each test gets a folder and processes of its own; what a failing one leaves (logs, tickets, a
picture of the screen) is kept in BUILD_DIR/e2e-failed/. Limits grow with KIOSK_E2E_SLOW (default:
1, and 4 for a build with sanitizers).
"""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
import harness  # noqa: E402

for module in ("visits", "power", "server", "probe", "sign_in", "devices", "outcomes", "machine",
               "disk", "usb", "terminal", "privacy", "vault", "audit", "lists"):
    __import__(module)  # registers its tests

WORKERS = 2


def slowness(build):
    if "KIOSK_E2E_SLOW" in os.environ:
        return float(os.environ["KIOSK_E2E_SLOW"])
    cache = build / "CMakeCache.txt"
    lines = cache.read_text().splitlines() if cache.exists() else []
    sanitized = any(line.startswith("KIOSK_SANITIZE:") and not line.endswith("=")
                    for line in lines)
    return 4.0 if sanitized else 1.0


def folder_name(name):
    return "".join(c if c.isalnum() else "-" for c in name)[:60].strip("-")


def run_one(test, build, root, verbose):
    """(passed, line to print)"""
    folder = pathlib.Path(tempfile.mkdtemp(dir=root))
    case = harness.Case(build, folder)
    began = time.monotonic()
    words, trouble = "ok     ", ""
    try:
        test.run(case)
        case.check_logs()
    except harness.Skip as skip:
        words, trouble = "skipped", f": {skip}"
    except Exception as error:  # whatever it is, the other tests go on
        words = "FAILED "
        trouble = f"\n   {type(error).__name__}: {error}"
        where = traceback.extract_tb(error.__traceback__)
        trouble += "".join(f"\n   {pathlib.Path(at.filename).name}:{at.lineno}  {at.line}"
                           for at in where[1:] if verbose or "tests/e2e" in at.filename)
        case.keep_evidence()
    finally:
        case.end()
    if words == "FAILED ":
        kept = build.folder / "e2e-failed" / folder_name(test.name)
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(folder, kept, ignore=lambda at, names: [
            n for n in names
            if (pathlib.Path(at) / n).is_socket() or (pathlib.Path(at) / n).is_fifo()])
        trouble += f"\n   kept: {kept}"
    shutil.rmtree(folder, ignore_errors=True)
    return words, f"{words} {time.monotonic() - began:5.1f} s  {test.name}{trouble}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("build_dir", type=pathlib.Path)
    arguments.add_argument("--short", action="store_true", help="a subset, for slow builds")
    arguments.add_argument("--only", default="", help="tests whose name contains this")
    arguments.add_argument("-v", "--verbose", action="store_true")
    options = arguments.parse_args()

    folder = options.build_dir.resolve()
    source = pathlib.Path(__file__).resolve().parents[2]
    build = harness.Build(folder, source, slowness(folder))
    tests = [test for test in harness.TESTS
             if options.only in test.name and (test.short or not options.short)]
    tests.sort(key=lambda test: -test.seconds)  # long ones first: both workers end alike
    shutil.rmtree(folder / "e2e-failed", ignore_errors=True)
    count = {"ok     ": 0, "skipped": 0, "FAILED ": 0}
    with tempfile.TemporaryDirectory(prefix="kiosk-e2e-") as root, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as workers:
        running = [workers.submit(run_one, test, build, root, options.verbose) for test in tests]
        for done in concurrent.futures.as_completed(running):
            words, line = done.result()
            count[words] += 1
            print(line, flush=True)
    passed, failed = count["ok     "], count["FAILED "]
    if count["skipped"]:
        print(f"{count['skipped']} skipped")
    print(f"test cases: {passed + failed} | {passed} passed | {failed} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
