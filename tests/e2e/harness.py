"""What every test gets: a folder of its own, processes that end with it, waiting with a limit."""
import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

TESTS = []


class Failure(AssertionError):
    """What should hold does not."""


class Skip(Exception):
    """The machine cannot run this test; the message says why."""


@dataclasses.dataclass
class Test:
    name: str  # a sentence
    run: object
    short: bool
    seconds: float  # about so long, in a release build


def e2e(name, short=False, seconds=3):
    """Registers a test; `short` ones also run in the sanitizers' builds."""

    def register(function):
        TESTS.append(Test(name, function, short, seconds))
        return function

    return register


@dataclasses.dataclass
class Build:
    folder: pathlib.Path
    source: pathlib.Path
    slow: float  # limits are multiplied by it

    def program(self, name):
        return str(self.folder / "bin" / name)


def check(holds, what):
    if not holds:
        raise Failure(what() if callable(what) else what)


def equal(got, wanted, what):
    if got != wanted:
        raise Failure(f"{what}: {got!r} instead of {wanted!r}")


class Case:
    """One run of one test."""

    def __init__(self, build, folder):
        self.build = build
        self.folder = folder
        self._started = []
        self.kiosks = []

    def limit(self, seconds):
        return seconds * self.build.slow

    def until(self, what, holds, seconds=15):
        """Polls what can only be seen from outside; gives back what `holds` gave."""
        end = time.monotonic() + self.limit(seconds)
        while True:
            value = holds()
            if value:
                return value
            if time.monotonic() > end:
                raise Failure(f"never: {what}")
            time.sleep(0.02)

    def start(self, arguments, log, environment=None):
        with open(log, "ab") as stderr:
            process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr,
                cwd=self.folder, env={**os.environ, **(environment or {})},
                start_new_session=True)
        self._started.append(process)
        return process

    def run(self, *arguments, seconds=20, environment=None):
        """A program that ends by itself."""
        return subprocess.run(
            arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=self.folder,
            timeout=self.limit(seconds), env={**os.environ, **(environment or {})}, check=False)

    def check_logs(self):
        """No sanitizer found anything, even where it let the program go on."""
        for log in self.folder.rglob("*.log"):
            text = log.read_text(errors="replace")
            for words in ("Sanitizer", "runtime error:"):
                check(words not in text, lambda: f"{log.name}: {text[-3000:]}")

    def keep_evidence(self):
        for kiosk in self.kiosks:
            kiosk.keep_evidence()

    def end(self):
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)  # a wrapper's child, too
            process.wait()
            process.stdout.close()


def run_alone(build_dir, prefix, test):
    """Runs one case as a program of its own; what a failing one leaves is kept."""
    build = Build(build_dir.resolve(), pathlib.Path(__file__).resolve().parents[2], 1.0)
    root = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    case = Case(build, root)
    try:
        test(case)
    except Exception as error:
        case.keep_evidence()
        print(f"FAILED: {type(error).__name__}: {error}; kept: {root}")
        raise
    finally:
        case.end()
    shutil.rmtree(root, ignore_errors=True)
