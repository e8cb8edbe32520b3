"""InfluxDB line protocol to rows, so that Telegraf and other agents send as they are.

`measurement,tag=value field=1.5,other=2i 1715230000000000000`: every field is a row. The indicator is `measurement` for a field named
`value`, else `measurement-field` (lower case, `_` and `.` become `-`). The tag `region` is the region, without it the source's own; all
other tags are dims. A line without a time is about now. Pure: time and default region are arguments.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from .bodies import Rows, Unreadable
from .checks import EPOCH, MICROSECOND, Observation, Refused

# How many units of a precision make a microsecond (numerator, denominator).
PRECISIONS = {
    "ns": (1, 1000),
    "n": (1, 1000),
    "us": (1, 1),
    "u": (1, 1),
    "ms": (1000, 1),
    "s": (1_000_000, 1),
    "m": (60_000_000, 1),
    "h": (3_600_000_000, 1),
}

KEY = r"(?:\\.|[^\\,= ])+"
HEAD = re.compile(rf"(?P<name>(?:\\.|[^\\, ])+)(?P<tags>(?:,{KEY}={KEY})*) +")
TAG = re.compile(rf",({KEY})=({KEY})")
FIELD = re.compile(rf'({KEY})=("(?:\\.|[^"\\])*"|[^, "]+)(,|(?= |$))')
TIME = re.compile(r" +(-?\d{1,19}) *")
VALUE = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[iu]?")
TRUTH = {"t": 1.0, "true": 1.0, "f": 0.0, "false": 0.0}


def read_lines(body: bytes, *, precision: str, region: str, now: datetime) -> Rows:
    """The rows of a body. Rows are numbered by field in the order they stand. Raises Unreadable for no row, no UTF-8, no such precision."""
    if precision not in PRECISIONS:
        raise Unreadable("precision", precision[:10])
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("not-utf8", str(error)) from None
    found = Rows([], [], [])
    number = 0
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        for row in _line(line.strip(), precision, region, now):
            number += 1
            if isinstance(row, Refused):
                found.refused.append(row._replace(row=number))
            else:
                found.rows.append(row)
                found.numbers.append(number)
    if not number:
        raise Unreadable("no-rows")
    return found


def _line(line: str, precision: str, region: str, now: datetime) -> Iterator[Observation | Refused]:
    head = HEAD.match(line)
    if head is None:
        yield Refused(0, "", "unreadable-row", {"why": "measurement,tag=value field=value time"}, line[:4000])
        return
    tags: dict[str, str | int | float] = {_plain(key): _plain(value) for key, value in TAG.findall(head["tags"])}
    place = str(tags.pop("region", region))
    fields, position = _fields(line, head.end())
    at = _time(line[position:], precision, now)
    if not fields or at is None:
        yield Refused(0, "", "unreadable-row", {"why": "measurement,tag=value field=value time"}, line[:4000])
        return
    for name, written in fields:
        value = _value(written)
        if value is None:
            yield Refused(0, "value", "not-a-number", {"given": written[:60]}, line[:4000])
        else:
            yield Observation(indicator_code(_plain(head["name"]), _plain(name)), place, at, value, dims=tags or None)


def _fields(line: str, position: int) -> tuple[list[tuple[str, str]], int]:
    fields = []
    while match := FIELD.match(line, position):
        fields.append((match[1], match[2]))
        position = match.end()
        if not match[3]:
            return fields, position
    return [], position


def _time(rest: str, precision: str, now: datetime) -> str | None:
    if not rest.strip():
        return now.isoformat()
    match = TIME.fullmatch(rest)
    if match is None:
        return None
    times, per = PRECISIONS[precision]
    try:
        return (EPOCH + int(match[1]) * times // per * MICROSECOND).isoformat()
    except OverflowError:
        return "9999-01-01T00:00:00+00:00"  # refused by name as out of range


def _value(written: str) -> float | None:
    if written.lower() in TRUTH:
        return TRUTH[written.lower()]
    match = VALUE.fullmatch(written)
    return float(match[1]) if match else None


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def indicator_code(measurement: str, field: str) -> str:
    """The indicator that a field writes."""
    name = measurement if field == "value" else f"{measurement}-{field}"
    return name.lower().replace("_", "-").replace(".", "-")
