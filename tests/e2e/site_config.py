"""Configurations: the sample site with another kiosk code, server, clock zone ..."""
import datetime
import re


def offset_hours():
    """A zone in which it is late morning now, so that no test meets midnight."""
    hour = datetime.datetime.now(datetime.timezone.utc).hour
    return min(range(-12, 15), key=lambda offset: abs(hour + offset - 11))


OFFSET_HOURS = offset_hours()
ZONE = f"Etc/GMT{-OFFSET_HOURS:+d}"  # these names count westward


def sample(build, code="K1", changes=None):
    """The sample site, always open. `changes`: "table.key" -> TOML value."""
    text = (build.source / "assets/sample-site/kiosk.toml").read_text()
    text = re.sub(r"\[\[opening_hours\]\]\n(?:[^\[\n].*\n)*", "", text)
    text = text.replace('"../templates/', f'"{build.source}/assets/templates/')
    wanted = {
        "kiosk.code": f'"{code}"',
        "site.time_zone": f'"{ZONE}"',
        "server.poll_every_ms": "1000",
        "server.start_spread_ms": "0",
        "server.server_limit_ms": "2000",  # so long an answer that was lost is waited for
        "files.locale": f'"{build.folder}/locale"',
        **(changes or {}),
    }
    for where, value in wanted.items():
        text = with_value(text, where, value)
    return text


def with_value(text, where, value):
    """The text with one key set; None: taken out. The table need not be there."""
    table, _, key = where.rpartition(".")
    head = f"[{table}]\n" if table else ""
    if table and head not in text:
        text += f"\n{head}"
    start = text.index(head) + len(head)
    end = text.find("\n[", start)
    end = len(text) if end < 0 else end
    lines = [line for line in text[start:end].splitlines() if not re.match(rf"{key} *=", line)]
    if value is not None:
        lines.append(f"{key} = {value}")
    return text[:start] + "\n".join(lines) + "\n" + text[end:]
