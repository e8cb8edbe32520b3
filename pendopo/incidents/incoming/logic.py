"""What may be the same report, when something was said on a phone whose clock is off, and where a place name may lie. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=3)
# Two reports are offered as the same from this likeness on.
ALIKE = 0.45
# A phone's clock that differs less is as good as ours.
SLACK = timedelta(minutes=2)
# Nothing is kept on a phone for longer than that without being sent.
LONGEST_KEPT = timedelta(days=30)
FILLER = frozenset(
    [
        "ada",
        "akan",
        "atau",
        "dan",
        "dari",
        "di",
        "dengan",
        "ini",
        "itu",
        "jadi",
        "juga",
        "karena",
        "ke",
        "lalu",
        "mau",
        "minta",
        "mohon",
        "pada",
        "pak",
        "bu",
        "saya",
        "sama",
        "sudah",
        "tolong",
        "untuk",
        "yang",
    ]
)


@dataclass(frozen=True)
class Told:
    """One report, as far as likeness goes. `number` is the caller's in one spelling, `photos` the digests of its pictures."""

    key: int
    text: str
    region: str
    at: datetime
    number: str = ""
    photos: frozenset[str] = frozenset()


def words_of(text: str) -> frozenset[str]:
    """The words that carry something, without the usual endings of Indonesian."""
    found = (re.sub(r"(nya|lah|kah)$", "", word) for word in re.findall(r"\w{3,}", text.casefold()))
    return frozenset(word for word in found if word not in FILLER)


def likeness(one: Told, other: Told) -> float:
    """From 0 (nothing in common) to 1 (surely the same): a shared picture, the words, the place, the caller, and how close in time."""
    if one.photos & other.photos:
        return 1.0
    apart = abs(one.at - other.at)
    if apart > WINDOW:
        return 0.0
    left, right = words_of(one.text), words_of(other.text)
    shared = len(left & right) / min(len(left), len(right)) if left and right else 0.0
    near = 1.0 if one.region and one.region == other.region else 0.5 if _same_district(one.region, other.region) else 0.0
    caller = 1.0 if one.number and one.number == other.number else 0.0
    if one.region and other.region and not near and not caller:
        return 0.0
    return min(1.0, 0.5 * shared + 0.3 * near + 0.3 * caller) * (1.0 - 0.3 * (apart / WINDOW))


def _same_district(one: str, other: str) -> bool:
    return bool(one and other) and one.split(".")[:3] == other.split(".")[:3] and one.count(".") >= 2


def likely(one: Told, others: Iterable[Told], most: int = 5) -> list[tuple[int, float]]:
    """The keys of what may be the same report, the likeliest first."""
    found = [(other.key, score) for other in others if other.key != one.key and (score := likeness(one, other)) >= ALIKE]
    return sorted(found, key=lambda pair: (-pair[1], -pair[0]))[:most]


def happened(said: datetime | None, sent: datetime | None, received: datetime) -> datetime:
    """When a report was made, by our clock. `said` and `sent` are of the phone's clock: its error is what `sent` differs from `received`.

    Without them, or with what cannot be, it is when it was received.
    """
    if said is None:
        return received
    off = received - sent if sent is not None else timedelta(0)
    at = said + off if abs(off) > SLACK else said
    return at if received - LONGEST_KEPT <= at <= received else received


def narrowed(text: str, places: Sequence[tuple[str, str]]) -> list[str]:
    """The codes of the places that a text may mean; places are (code, name). Exact names win over beginnings, beginnings over parts."""
    wanted = " ".join(re.findall(r"\w+", text.casefold()))
    if not wanted:
        return []
    named = [(code, " ".join(re.findall(r"\w+", name.casefold()))) for code, name in places]
    for fits in (lambda name: name == wanted, lambda name: name.startswith(wanted), lambda name: f" {name} " in f" {wanted} "):
        found = [code for code, name in named if fits(name)]
        if found:
            return found
    return []
