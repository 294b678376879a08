"""A private cupsd and IPP printers (ippeveprinter) on loopback, and the driver as a program."""
import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request

LIMIT = 20.0  # seconds until what must come has come

CUPSD_CONF = """LogLevel info
Listen 127.0.0.1:{port}
DefaultAuthType None
WebInterface No
Browsing Off
<Policy default>
JobPrivateAccess all
JobPrivateValues none
<Limit All>
Order allow,deny
Allow all
</Limit>
</Policy>
<Location />
Order allow,deny
Allow all
</Location>
<Location /admin>
Order allow,deny
Allow all
</Location>
"""

CUPS_FILES_CONF = """ServerRoot {folder}/root
RequestRoot {folder}/spool
TempDir {folder}/tmp
CacheDir {folder}/cache
StateDir {folder}/state
AccessLog {folder}/log/access
ErrorLog {folder}/log/error
PageLog {folder}/log/page
ServerKeychain {folder}/ssl
User lp
Group lp
SystemGroup root
Sandboxing relaxed
"""

# A ticket printer: a roll of 58 to 80 mm at 203 dpi.
ROLL = """ATTR collection media-size-supported {
 MEMBER rangeOfInteger x-dimension 5800-8000
 MEMBER rangeOfInteger y-dimension 1000-60000
}
ATTR keyword media-supported custom_min_58x10mm,custom_max_80x600mm
ATTR keyword media-default custom_80x120mm
ATTR resolution pwg-raster-document-resolution-supported 203dpi
ATTR keyword pwg-raster-document-type-supported black_1,sgray_8
ATTR resolution printer-resolution-supported 203dpi
ATTR resolution printer-resolution-default 203dpi
ATTR mimeMediaType document-format-supported image/pwg-raster,application/octet-stream
ATTR mimeMediaType document-format-default image/pwg-raster
ATTR integer pages-per-minute 600
"""

# What the printer does with a job: keeps what arrived, says what the test wants, waits, succeeds.
COMMAND = """#!/bin/sh
cd {folder}
touch busy
cp "$1" arrived/part && mv arrived/part arrived/$IPP_JOB_ID
if [ -f say ]; then cat say >&2; rm say; fi
while [ -f hold ]; do sleep 0.05; done
rm busy
[ ! -f fail ] && echo "ATTR: job-impressions-completed=1" >&2
"""


given_ports = set()  # tests run beside each other


def free_port():
    while True:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        if port not in given_ports:
            given_ports.add(port)
            return port


def wait_for(what, found, limit=LIMIT):
    until = time.monotonic() + limit
    while time.monotonic() < until:
        value = found()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


def answers(port):
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Printer:
    """An IPP printer program with a folder in which the test finds what arrived."""

    def __init__(self, folder, no_avahi, *, roll):
        self.folder = folder
        self.port = free_port()
        self.uri = f"ipp://localhost:{self.port}/ipp/print"
        (folder / "arrived").mkdir(parents=True)
        (folder / "spool").mkdir()
        command = folder / "command"
        command.write_text(COMMAND.format(folder=folder))
        command.chmod(0o755)
        kind = ["-f", "image/pwg-raster,image/png", "-s", "600"]
        if roll:
            (folder / "roll.conf").write_text(ROLL)
            kind = ["-a", str(folder / "roll.conf")]
        self.log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            ["ippeveprinter", "-n", "localhost", "-p", str(self.port), "-r", "off",
             "-d", str(folder / "spool"), *kind, "-c", str(command), "-v", folder.name],
            stdout=self.log, stderr=self.log, env=dict(os.environ, LD_PRELOAD=str(no_avahi)))
        wait_for("the IPP printer", lambda: answers(self.port))

    def arrived(self):
        """What arrived last; waits for it."""
        def newest():
            files = [f for f in (self.folder / "arrived").iterdir() if f.name != "part"]
            return max(files, key=lambda f: int(f.name), default=None)
        file = wait_for("a document at the printer", newest)
        data = file.read_bytes()
        for one in (self.folder / "arrived").iterdir():
            one.unlink()
        return data

    def nothing_arrived(self):
        return not list((self.folder / "arrived").iterdir())

    def will(self, what, text=""):
        (self.folder / what).write_text(text)

    def go_on(self):
        """Ends what `will("hold")` began."""
        (self.folder / "hold").unlink()
        wait_for("the job's end", lambda: not (self.folder / "busy").exists())

    def media(self, sheets):
        """Sets the paper in the main tray as one would on the printer's own page."""
        form = (f"size1=iso_a4_210x297mm&type1=stationery&level1={sheets}"
                "&size3=na_number-10_4.125x9.5in&type3=envelope&level3=25")
        with urllib.request.urlopen(f"http://localhost:{self.port}/media?{form}") as page:
            page.read()

    def end(self):
        end(self.process)
        self.log.close()


class Cups:
    """A CUPS server of our own."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.server = f"127.0.0.1:{self.port}"
        for name in ("root", "spool", "tmp", "cache", "state", "log", "ssl"):
            (folder / name).mkdir(parents=True)
        (folder / "root/cupsd.conf").write_text(CUPSD_CONF.format(port=self.port))
        (folder / "root/cups-files.conf").write_text(CUPS_FILES_CONF.format(folder=folder))
        self.start()

    def start(self):
        root = self.folder / "root"
        self.process = subprocess.Popen(["cupsd", "-f", "-c", str(root / "cupsd.conf"),
                                         "-s", str(root / "cups-files.conf")])
        wait_for("cupsd", lambda: answers(self.port))

    def run(self, *command):
        subprocess.run(command, check=True, timeout=LIMIT, capture_output=True,
                       env=dict(os.environ, CUPS_SERVER=self.server))

    def add_queue(self, name, uri, *options):
        self.run("lpadmin", "-p", name, "-E", "-v", uri, *options)

    def keeps_no_document(self):
        """Waits until nothing that was printed lies in the server's folder."""
        wait_for("documents removed", lambda: not list((self.folder / "spool").glob("d*")))

    def delete_queue(self, name):
        self.run("lpadmin", "-x", name)

    def end(self):
        end(self.process)


class Probe:
    """The driver, told to print and heard out line by line."""

    def __init__(self, program, printer, server, sheet, job_limit):
        command = [str(program), printer, server, sheet, str(round(job_limit * 1000))]
        self.process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.lines = queue.Queue()
        self.heard = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def expect(self, start, limit=LIMIT):
        """The next line that begins so; all before it are passed over."""
        until = time.monotonic() + limit
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                heard = " | ".join(self.heard[-8:])
                raise AssertionError(f"no \"{start}\" from the driver; it said: {heard}") from None
            self.heard.append(line)
            if line.startswith(start):
                return line

    def expect_outcome(self, wanted):
        """The one line about a job, as "failed 3 paper_out"."""
        number = wanted.split()[1]
        until = time.monotonic() + LIMIT
        while True:
            words = self.expect("", until - time.monotonic()).split(" ")
            if words[0] in ("printed", "failed", "unknown") and words[1] == number:
                break
        line = " ".join(words)
        assert line.startswith(wanted), f"\"{wanted}\" expected: {line}"

    def expect_printed(self, number):
        self.expect_outcome(f"printed {number}")

    def print(self, number, picture):
        self.process.stdin.write(f"print {number} {picture}\n")
        self.process.stdin.flush()

    def end(self):
        """Closes its input; how long it took to end."""
        began = time.monotonic()
        if not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            status = self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the driver does not end") from None
        assert status == 0, f"the driver ended with status {status}"
        return time.monotonic() - began


class Bench:
    """What a test has: servers and drivers, which all end with it."""

    def __init__(self, build, folder):
        self.build = build
        self.folder = folder
        self.made = []

    def keep(self, one):
        self.made.append(one)
        return one

    def printer(self, name="printer", *, roll=False):
        library = next(self.build.rglob("libno_avahi.so"))
        return self.keep(Printer(self.folder / name, library, roll=roll))

    def cups(self):
        return self.keep(Cups(self.folder / "cups"))

    def probe(self, printer, *, server="127.0.0.1:1", sheet="roll", job_limit=LIMIT):
        program = self.build / "bin/cups-probe"
        return self.keep(Probe(program, printer, server, sheet, job_limit))

    def end(self):
        for one in reversed(self.made):
            one.end()


def missing():
    """Why these servers cannot run here; empty if they can."""
    programs = ("cupsd", "lpadmin", "ippeveprinter")
    absent = [name for name in programs if shutil.which(name) is None]
    if absent:
        return f"needs the packages of {', '.join(absent)}"
    if os.getuid() != 0:
        return "cupsd runs its printers' programs as another user: only root may start it"
    backends = pathlib.Path("/usr/lib/cups/backend/ipp")
    return "" if backends.exists() else "needs the package cups-ipp-utils"
