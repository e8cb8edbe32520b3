"""Decisions about citizen reports: working days, the two clocks, what is hidden in a text, what is alike. Pure: time is an argument.

Clocks follow SP4N-LAPOR!: verification within 3 working days, a first answer within 5, 10 for the reporter to reply; and apart from these
the whole within 5 (information), 14 (complaint) or 60 (complaint that calls for supervision) working days.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Reports of one thing within so long are a cluster.
CLUSTER_WINDOW = timedelta(days=1)
VERIFY_DAYS, ANSWER_DAYS, REPLY_DAYS = 3, 5, 10

RECEIVED, VERIFIED, ANSWERED, CLOSED, REFUSED, MERGED = "received", "verified", "answered", "closed", "refused", "merged"
OPEN = frozenset({RECEIVED, VERIFIED, ANSWERED})

INFORMATION, COMPLAINT, SUPERVISION, ASPIRATION = "information", "complaint", "supervision", "aspiration"
# Working days until it must be finished; an aspiration has no such limit.
COMPLETE_DAYS: dict[str, int | None] = {INFORMATION: 5, COMPLAINT: 14, SUPERVISION: 60, ASPIRATION: None}

# Three working days from every state but the last ones; which verbs lead on.
MOVES: dict[str, frozenset[str]] = {
    VERIFIED: frozenset({RECEIVED}),
    ANSWERED: frozenset({RECEIVED, VERIFIED, ANSWERED}),
    REFUSED: frozenset({RECEIVED, VERIFIED}),
    CLOSED: frozenset({ANSWERED}),
    MERGED: frozenset({RECEIVED, VERIFIED}),
}


def working_day_after(start: date, days: int, holidays: Collection[date]) -> date:
    """The last of so many working days after a day: Saturdays, Sundays, national holidays and cuti bersama do not count."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            days -= 1
    return day


def deadline(start: datetime, days: int, holidays: Collection[date], zone: ZoneInfo) -> datetime:
    """The last second of the last working day that may be used."""
    last = working_day_after(start.astimezone(zone).date(), days, holidays)
    return datetime.combine(last, time(23, 59, 59), zone)


@dataclass(frozen=True)
class Clocks:
    """When a report came, was verified, first answered, finished; and when each must have happened (None: no limit now)."""

    state: str
    verify_by: datetime | None
    answer_by: datetime | None
    complete_by: datetime | None
    answered: datetime | None
    finished: datetime | None


def overdue(clocks: Clocks, now: datetime) -> str:
    """Which limit is over: verify, answer or complete; '' when none is."""
    if clocks.state not in OPEN:
        return ""
    if clocks.complete_by and now >= clocks.complete_by and clocks.finished is None and clocks.state != ANSWERED:
        return "complete"
    if clocks.state == VERIFIED and clocks.answer_by and now >= clocks.answer_by and clocks.answered is None:
        return "answer"
    if clocks.state == RECEIVED and clocks.verify_by and now >= clocks.verify_by:
        return "verify"
    return ""


# Personal data in a text. NIK and family-card numbers have 16 digits; telephone numbers begin with 0, 62 or +62 and have 9 to 14.
HIDDEN = "●●●●"
# People write them with blanks, dots, dashes, strokes and the area code in brackets; a date is none of them.
BETWEEN = r"[\s.()/_\u2010-\u2015-]{0,3}"
DATE = r"(?!(?:\d{1,2}[-./])?(?:0?[1-9]|1[0-2])[-./](?:19|20)\d\d(?!\d))"
NUMBERS = re.compile(rf"\(?(?<![\d●]){DATE}(?:\+?62|0){BETWEEN}\d(?:{BETWEEN}\d){{7,12}}(?!\d)|(?<!\d)\d(?:{BETWEEN}\d){{15}}(?!\d)")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def masked(text: str) -> str:
    """The text as others may read it: NIK, family-card and telephone numbers and e-mail addresses are hidden."""
    return EMAIL.sub(HIDDEN, NUMBERS.sub(HIDDEN, text))


WORD = re.compile(r"[a-z]{4,}")
# Words that are in every report and tell nothing.
COMMON = frozenset(
    [
        "yang",
        "sudah",
        "tidak",
        "mohon",
        "tolong",
        "dengan",
        "untuk",
        "pada",
        "dari",
        "kami",
        "saya",
        "kepada",
        "segera",
        "karena",
        "desa",
        "jalan",
    ]
)


def words_of(text: str) -> frozenset[str]:
    """The words by which two reports are compared."""
    return frozenset(WORD.findall(text.lower())) - COMMON


def likeness(one: str, other: str) -> float:
    """How much two texts share, 0 to 1: shared words by all words of the shorter one."""
    first, second = words_of(one), words_of(other)
    if not first or not second:
        return 0.0
    return len(first & second) / min(len(first), len(second))


def suggested(text: str, keywords: dict[str, Collection[str]], fallback: str) -> str:
    """The category whose words a text names most often; the fallback when it names none."""
    low = text.lower()
    hits = {code: sum(word in low for word in words) for code, words in keywords.items()}
    best = max(hits, key=lambda code: hits[code], default=fallback)
    return best if hits.get(best) else fallback


def title_of(text: str) -> str:
    """The first sentence, for a report without a title."""
    first = re.split(r"(?<=[.!?])\s|\n", text.strip(), maxsplit=1)[0]
    if len(first) <= 90:
        return first
    # Half a number would not be known as one, and be read by everyone.
    return re.sub(rf"[\d+]{BETWEEN}(?:\d{BETWEEN})*$", "", first[:87].rsplit(" ", 1)[0]).rstrip() + "…"
