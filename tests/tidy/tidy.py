#!/usr/bin/env python3
"""Looks over the tree: sizes, banned names, include directions, heavy headers, texts of the machine.

Prints one line a finding and ends with status 1 if there is any. Reads what git tracks, or, outside a
checkout, every file.
"""
import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINE_MAX = 100
FILE_MAX, TEST_FILE_MAX = 500, 800
FUNCTION_MAX = 60
HEAVY = {  # at most two .cpp files of the product each, and no header
    "nlohmann/json.hpp": 2, "toml++/toml.h": 2, "httplib.h": 2, "simdjson.h": 2, "curl/curl.h": 2,
}
BANNED = [
    (r"\bstd::(expected|format|source_location|move_only_function)\b", "is not on both compilers"),
    (r"\b(TODO|FIXME|XXX)\b", "is left for later"),
    (r"\bstd::this_thread::sleep", "sleeps: wait for what happens"),
    (r"\b(rand|srand|strtok|gets|sprintf|strcpy|system)\s*\(", "is banned"),
    (r"\busing namespace std;", "is banned"),
    (r"#include <(thread|mutex|condition_variable)>", "threads belong to the adapters"),
]
# Adapters: the only places for threads and locks.
THREADS_OK = re.compile(
    r"^(kiosk/base/bounded_queue\.h|kiosk/app/|kiosk/shell/control_socket|kiosk/sync/curl_|"
    r"drivers/camera/(camera_scanner|decoder_process)|drivers/smart_card/(smart_card_worker|patient)|"
    r"drivers/usb/|printing/cups_printer|screens/ui/.*window|screens/face|tests/)")
CLOCK = re.compile(r"\b(system_clock|steady_clock|high_resolution_clock)::now\(|\bgetenv\(")
CLOCK_OK = re.compile(
    r"^(kiosk/shell/(clock|loop)|kiosk/app/|kiosk/sync/curl_|drivers/(stream|usb)/|"
    r"drivers/camera/(camera_scanner|decoder_process)|drivers/smart_card/smart_card_worker|"
    r"printing/cups_printer|screens/ui/.*window|screens/face|tests/)")


def tracked():
    try:
        names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True,
                               text=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*")]
    return [n for n in names if n and (ROOT / n).is_file() and not n.startswith("build")]


def load_rooms():
    rooms = {}
    for line in (ROOT / "tests/tidy/rooms.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            rooms[words[0]] = words[1:]
    return rooms


def room_of(name, rooms):
    fitting = [r for r in rooms if name == r or name.startswith(r + "/")]
    return max(fitting, key=len) if fitting else None


def included_badly(name, target, rooms):
    """True when `name` may not include `target`, a path from the root."""
    room, other = room_of(name, rooms), room_of(target, rooms)
    if room is None or other is None or room == other:
        return False
    allowed = rooms[room]
    if "*" in allowed:
        return other == "tests" and "tests" not in allowed
    return not any(target == a or target.startswith(a + "/") for a in allowed)


def functions_too_long(lines):
    """Line numbers where a brace block that opens at the end of a line and is no class, namespace
    or initialiser runs longer than FUNCTION_MAX."""
    starts, found = [], []
    for number, line in enumerate(lines, 1):
        code = re.sub(r'R"\(.*?\)"|"(\\.|[^"\\])*"|\'(\\.|[^\'\\])\'|//.*', "", line)
        for char in code:
            if char == "{":
                head = code.split("{")[0]
                body = bool(re.search(r"\)\s*(const|override|noexcept|final|\s)*(->[^{]*)?$", head))
                starts.append((number, body and not re.match(r"\s*(namespace|class|struct)", code)))
            elif char == "}" and starts:
                start, body = starts.pop()
                # A dispatcher lists every alternative: its cases do not count.
                long = sum(not re.match(r"\s*(case|return)\b", one) for one in lines[start:number])
                if body and long > FUNCTION_MAX:
                    found.append(start)
    return found


def look_at_source(name, text, rooms, heavy, say):
    test = name.startswith("tests/")
    lines = text.split("\n")
    if len(lines) > (TEST_FILE_MAX if test else FILE_MAX):
        say(name, 1, f"{len(lines)} lines: which two things is it?")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_MAX:
            say(name, number, f"{len(line)} columns")
        include = re.match(r'#include ["<]([^">]+)[">]', line)
        if include:
            target = include.group(1)
            if included_badly(name, target, rooms):
                say(name, number, f"{room_of(name, rooms)} may not include {target}")
            if target in HEAVY and not test:
                heavy[target].append(name)
        for pattern, why in BANNED:
            if re.search(pattern, line) and not (THREADS_OK.match(name) and "#include" in line):
                if "thread" in pattern and test:
                    continue
                say(name, number, f"{re.search(pattern, line).group(0)} {why}")
        if CLOCK.search(line) and not CLOCK_OK.match(name):
            say(name, number, "the clock and the environment are arguments")
    for number in functions_too_long(lines):
        if not test:
            say(name, number, f"a function of more than {FUNCTION_MAX} lines")
    if name.endswith(".h") and "#pragma once" not in text:
        say(name, 1, "no #pragma once")


def main():
    findings = []
    rooms, heavy = load_rooms(), collections.defaultdict(list)

    def say(name, number, what):
        findings.append(f"{name}:{number}: {what}")

    top = {"CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE",
           "kiosk", "drivers", "screens", "printing", "assets", "tests"}
    names = tracked()
    for first in sorted({n.split("/")[0] for n in names}):
        if first not in top and not first.startswith("."):
            say(first, 1, "is not a room of the house")
    for name in names:
        if not name.endswith((".cpp", ".h")):
            continue
        text = (ROOT / name).read_text(encoding="utf-8")
        look_at_source(name, text, rooms, heavy, say)
    for header, users in heavy.items():
        if len(users) > HEAVY[header] or any(u.endswith(".h") for u in users):
            say(users[-1], 1, f"{header} is heavy: at most {HEAVY[header]} .cpp files may include it")
    for finding in findings:
        print(finding)
    print(f"tidy: {len(names)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
