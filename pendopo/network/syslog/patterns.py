"""What a line is about, and what many lines together mean. Pure; moments are arguments."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# The first that matches names the kind; a group `of` says what the line is about.
KINDS: tuple[tuple[str, "re.Pattern[str]"], ...] = tuple(
    (kind, re.compile(pattern, re.I))
    for kind, pattern in (
        (
            "auth_failed",
            r"(?:failed (?:password|publickey|login|keyboard)|authentication failure|login failure|login failed|invalid (?:user|password)|"
            r"access denied|bad password|SEC_LOGIN-\d-LOGIN_FAILED)(?:.*?(?:from|rhost=|Source: ?)\s*(?P<of>[0-9a-f.:]*[0-9a-f]))?",
        ),
        (
            "auth_ok",
            r"(?:accepted (?:password|publickey|keyboard)|session opened|login success|logged in|SEC_LOGIN-\d-LOGIN_SUCCESS)"
            r"(?:.*?(?:from|Source: ?)\s*(?P<of>[0-9a-f.:]*[0-9a-f]))?",
        ),
        (
            "link_down",
            r"(?:interface|port|link)?\s*(?P<of>[\w./-]+)?,?:?\s*(?:changed state to (?:administratively )?down|link (?:is )?down)",
        ),
        ("link_up", r"(?:interface|port|link)?\s*(?P<of>[\w./-]+)?,?:?\s*(?:changed state to up|link (?:is )?up)"),
        ("configured", r"SYS-\d-CONFIG_I|configured from|config(?:uration)? (?:changed|saved)|UI_COMMIT|rule (?:added|changed|removed) by"),
        ("restarted", r"SYS-\d-RESTART|router rebooted|system (?:started|restarted|rebooted)|reload requested"),
        ("hardware", r"temperature|power supply|\bfan\b|voltage|ups (?:on battery|is on)|on battery|overheat|ENVMON"),
    )
)

WINDOW = timedelta(minutes=10)
# So many refused sign-ins from one address within the window are no slip of the hand.
GUESSES = 10
# So many turns of one line within the window are no outage, but a line that flaps.
TURNS = 6
BRUTE_FORCE, BROKEN_IN, FLAPPING = "brute_force", "broken_in", "flapping"


def kind_of(text: str) -> tuple[str, str]:
    """The kind of a line, and what it is about ('' where that is not told)."""
    for kind, pattern in KINDS:
        found = pattern.search(text)
        if found:
            return kind, (found.groupdict().get("of") or "")[:100]
    return "other", ""


@dataclass(frozen=True)
class Word:
    """A line as the patterns read it. `device` is its code, or the address where the device is not known."""

    at: datetime
    device: str
    kind: str
    of: str


@dataclass(frozen=True)
class Pattern:
    """What many lines mean: at which device, about what, how many, first and last."""

    what: str
    device: str
    of: str
    count: int
    first: datetime
    last: datetime


def patterns(words: Iterable[Word], now: datetime) -> list[Pattern]:
    """What the lines of the last minutes mean together: guessed passwords (and one that was guessed right), and lines that flap."""
    since = now - WINDOW
    refused: dict[tuple[str, str], list[Word]] = defaultdict(list)
    turns: dict[tuple[str, str], list[Word]] = defaultdict(list)
    entered: dict[tuple[str, str], datetime] = {}
    for word in sorted(words, key=lambda word: word.at):
        if not since <= word.at <= now or not word.of:
            continue
        key = (word.device, word.of)
        if word.kind == "auth_failed":
            refused[key].append(word)
        elif word.kind == "auth_ok" and len(refused[key]) >= GUESSES:
            entered[key] = word.at
        elif word.kind in ("link_down", "link_up") and (not turns[key] or turns[key][-1].kind != word.kind):
            turns[key].append(word)
    found = [_pattern(BROKEN_IN if key in entered else BRUTE_FORCE, key, rows) for key, rows in refused.items() if len(rows) >= GUESSES]
    return found + [_pattern(FLAPPING, key, rows) for key, rows in turns.items() if len(rows) >= TURNS]


def _pattern(what: str, key: tuple[str, str], rows: list[Word]) -> Pattern:
    return Pattern(what, *key, len(rows), rows[0].at, rows[-1].at)
