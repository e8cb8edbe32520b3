"""One line of syslog: RFC 5424, RFC 3164, and what routers make of it. Pure; whatever comes, a line comes out of it."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from pendopo.bus.messages import LogLine

# A line of more bytes is cut: no device says anything worth more.
LONGEST = 4096
# A device's clock is believed this far; beyond it the moment counts at which the line was heard.
TRUSTED = timedelta(days=1)
# RFC 5424, 6.2.1: user-level, notice, where no priority is told.
USUAL_PRIORITY = 13
PRIORITY = re.compile(r"<(\d{1,3})>")
NEW = re.compile(r"1 (\S+) (\S+) (\S+) (\S+) (\S+) ?(.*)", re.S)
DATA = re.compile(r'(?:\[(?:[^\]"]|"(?:\\.|[^"\\])*")*\])+|-')
OLD = re.compile(r"([A-Z][a-z]{2})\s+(\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?: (?:[A-Z]{3,5}|\d{4}))?:? (.*)", re.S)
# Cisco puts a number before the time and a star before a time that it does not trust.
COUNTED = re.compile(r"(?:\d+: )?(?:[\w.-]+: )?[*.]?(?=[A-Z][a-z]{2}\s+\d)")
HOST = re.compile(r"([\w.:-]+) (.*)", re.S)
TAG = re.compile(r"([\w./-]{1,48})(?:\[(\w*)\])?: ?(.*)", re.S)
STAMPED = re.compile(r"(\d{4}-\d\d-\d\dT\S+) (.*)", re.S)
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read(data: bytes, sender: str, heard: datetime, zone: tzinfo) -> LogLine:
    """The line as parts. `zone` is that of devices which tell a time without one (RFC 3164)."""
    whole = CONTROL.sub(" ", data[:LONGEST].decode("utf-8", "replace")).strip("\ufeff ")
    raw = whole.encode()[:LONGEST].decode("utf-8", "ignore")
    found = PRIORITY.match(raw)
    priority = int(found[1]) if found and int(found[1]) < 192 else USUAL_PRIORITY
    rest = raw[found.end() :] if found else raw
    new = NEW.match(rest)
    at, host, app, text = _new(new, heard) if new else _old(rest, heard, zone)
    return LogLine(
        at=moment(at or heard),
        sender=sender,
        host=host[:255],
        app=app[:48],
        facility=priority // 8,
        severity=priority % 8,
        text=text,
        raw=raw,
    )


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _new(found: "re.Match[str]", heard: datetime) -> tuple[datetime | None, str, str, str]:
    stamp, host, app, _process, _kind, rest = found.groups()
    data = DATA.match(rest)
    told = rest[data.end() :] if data else rest
    text = told.removeprefix(" ").removeprefix("\ufeff") or (data[0] if data and data[0] != "-" else "")
    return _stamp(stamp, heard), nil(host), nil(app), text


def _old(rest: str, heard: datetime, zone: tzinfo) -> tuple[datetime | None, str, str, str]:
    at, text = _timed(rest, heard, zone)
    host = ""
    if text is not rest:
        named = HOST.match(text)
        if named and not text.startswith("%") and not named[1].endswith(":"):
            host, text = named.groups()
    tag = TAG.match(text)
    if tag and not text.startswith("%"):
        return at, host, tag[1], tag[3]
    return at, host, "", text


def _timed(rest: str, heard: datetime, zone: tzinfo) -> tuple[datetime | None, str]:
    """The time at the beginning of an old line, and what stands behind it; the line itself where there is no time."""
    if stamped := STAMPED.match(rest):
        return _stamp(stamped[1], heard), stamped[2]
    counted = COUNTED.match(rest)
    timed = OLD.match(rest[counted.end() :] if counted else rest)
    if timed is None:
        return None, rest
    month, day, hour, minute, second, text = timed.groups()
    return near(dated(heard.astimezone(zone), month, [int(part) for part in (day, hour, minute, second)]), heard), text


def _stamp(text: str, heard: datetime) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return near(at if at.tzinfo else None, heard)


def dated(near_to: datetime, month: str, parts: list[int]) -> datetime | None:
    """A time without a year: in the year in which it lies nearest to when it was heard."""
    if month not in MONTHS:
        return None
    day, hour, minute, second = parts
    found = []
    for year in (near_to.year - 1, near_to.year, near_to.year + 1):
        try:
            found.append(datetime(year, MONTHS.index(month) + 1, day, hour, minute, min(second, 59), tzinfo=near_to.tzinfo))
        except ValueError:
            continue
    return min(found, key=lambda at: abs(at - near_to), default=None)


def near(at: datetime | None, heard: datetime) -> datetime | None:
    """The time where it can be believed."""
    return at if at is not None and abs(at - heard) <= TRUSTED else None


def nil(word: str) -> str:
    """RFC 5424 writes what is not told as a hyphen."""
    return "" if word == "-" else word
