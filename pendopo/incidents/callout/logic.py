"""Decisions of a call-out, without a database: chains that loop, and what a reply says."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

CODE = re.compile(r"\b(\d{4})\b")
COMING = frozenset({"ya", "y", "ok", "oke", "siap", "hadir", "yes", "datang", "meluncur"})
NOT_COMING = frozenset({"tidak", "tdk", "no", "n", "gak", "nggak", "berhalangan"})


class Answer(StrEnum):
    """What somebody who was called says."""

    COMING = "coming"
    CANNOT = "cannot"


def loop_in(links: Mapping[str, Sequence[str]], start: str) -> list[str]:
    """The way from a chain back to itself or to one met before, as chains lead on to others; [] when there is none."""

    def follow(chain: str, way: list[str]) -> list[str]:
        if chain in way:
            return [*way, chain]
        return next(filter(None, (follow(other, [*way, chain]) for other in links.get(chain, ()))), [])

    return follow(start, [])


def own_key(thing: str, chain: str, since: datetime) -> str:
    """The key of a call-out that begins by itself: for a thing (`alert group 7`, `alert 12`) that rings since a moment, by a chain."""
    return f"{thing} chain {chain} since {since.isoformat()}"


def thing_of(key: str) -> tuple[str, str, str]:
    """What the key of a call-out that began by itself says: the thing, the chain, since when. '' for what it does not say."""
    thing, _chain, rest = key.partition(" chain ")
    chain, _since, since = rest.partition(" since ")
    return thing, chain, since


def read_reply(text: str) -> tuple[Answer | None, str]:
    """The answer in a reply and the code it names ('' = none): `Ya 4821`, `siap`, `TIDAK bisa 4821`."""
    words = re.findall(r"[a-z]+", text.lower())
    code = CODE.search(text)
    said = None
    if any(word in NOT_COMING for word in words):
        said = Answer.CANNOT
    elif any(word in COMING for word in words) or code and not words:
        said = Answer.COMING
    return said, code[1] if code else ""
