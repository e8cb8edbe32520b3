"""Rules as they are declared (YAML): from a mapping to what judges a series. Pure.

Keys: `kind` and, by kind, `above` `below` `clear` `for` (threshold) · `change` `window` `for` · `for` (silence) · `season` `sensitivity`
(anomaly) · `method` (ears) · `h` `k` `window` (cusum) · `levels` `margin` (levels) · `below` `for` (coverage) · `all` or `any`, `least`
(composite). Durations as in a catalogue: 30s, 10m, 1h, 1d.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from pendopo.indicators.logic import Duration
from pendopo.ui.sentence import Sentence

from .anomalies import Anomaly
from .counts import Cusum, Ears
from .limits import Change, Levels, Threshold
from .logic import NONE, Detector, Firing, firings, silences

# What each kind of rule must say, and what it may say.
KINDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "threshold": (frozenset(), frozenset({"above", "below", "clear", "for"})),
    "change": (frozenset({"change", "window"}), frozenset({"for"})),
    "silence": (frozenset({"for"}), frozenset()),
    "anomaly": (frozenset(), frozenset({"season", "sensitivity"})),
    "ears": (frozenset({"method"}), frozenset()),
    "cusum": (frozenset(), frozenset({"h", "k", "window"})),
    "levels": (frozenset({"levels"}), frozenset({"margin"})),
    "coverage": (frozenset({"below"}), frozenset({"for"})),
    "composite": (frozenset(), frozenset({"all", "any", "least"})),
}
# How bad it is, in CAP's words, the mildest first.
SEVERITIES = ("Minor", "Moderate", "Severe", "Extreme")
METHODS = ("c1", "c2", "c3")


class WrongRule(Exception):
    """A rule that cannot be used; the sentence says what to write, in English (files, `alerts try`) or with `words` as the reader reads."""

    def __init__(self, sentence: str, **values: Any) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence, self.values = sentence, values

    def words(self) -> str:
        """The sentence in the reader's language."""
        return gettext(self.sentence) % self.values if self.values else gettext(self.sentence)


@dataclass(frozen=True)
class Rule:
    """A checked rule. `about` holds its numbers and durations."""

    kind: str
    about: Mapping[str, Any]

    def firings(self, points: Iterable[tuple[datetime, float]], until: datetime | None = None) -> list[Firing]:
        """All firings over points in the order of time; silence is judged up to `until`."""
        if self.kind == "silence":
            return silences(points, self.about["for"], until)
        if self.kind == "composite":
            raise WrongRule(Sentence("A composite rule looks at other rules: it cannot be tried over one series."))
        return firings(self.detector(), points, self.holds)

    @property
    def holds(self) -> timedelta:
        """How long it must be met before it fires."""
        found: timedelta = self.about.get("for", NONE)
        return found

    def detector(self) -> Detector:
        """A fresh detector for one series."""
        about = {name: value for name, value in self.about.items() if name != "for"}
        match self.kind:
            case "threshold":
                return Threshold(**about)
            case "change":
                return Change(**about)
            case "levels":
                return Levels(**about)
            case "coverage":
                return Threshold(below=about["below"])
            case "anomaly":
                return Anomaly(**about)
            case "ears":
                return Ears(**about)
            case _:
                return Cusum(**about)


def rule_of(raw: Any) -> Rule:
    """The rule of a declaration; raises WrongRule with a sentence."""
    if not isinstance(raw, Mapping) or raw.get("kind") not in KINDS:
        raise WrongRule(Sentence("A rule is a mapping with `kind`, one of %(kinds)s."), kinds=", ".join(KINDS))
    kind = raw["kind"]
    must, may = KINDS[kind]
    given = {name: value for name, value in raw.items() if name != "kind"}
    if missing := sorted(must - set(given)):
        raise WrongRule(Sentence("A rule of kind %(kind)s needs %(keys)s."), kind=kind, keys=", ".join(missing))
    if unknown := sorted(str(name) for name in set(given) - must - may):
        raise WrongRule(
            Sentence("A rule of kind %(kind)s knows no %(keys)s; it takes %(known)s."),
            kind=kind,
            keys=", ".join(unknown),
            known=", ".join(sorted(must | may)),
        )
    own = {"change"} | ({"window"} if kind == "cusum" else {"below"} if kind == "coverage" else set())
    about = {name: READERS[name](name, value) for name, value in given.items() if name not in own}
    if kind == "coverage":
        about["below"] = _share("below", given["below"])
    if kind == "cusum" and "window" in given:
        about["window"] = _periods(given["window"])
    if kind == "change":
        about |= _change(given["change"])
    if kind == "threshold":
        _consistent(about)
    if kind == "composite":
        _composed(about)
    return Rule(kind, about)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise WrongRule(Sentence("%(name)s must be a number, not %(value)s."), name=name, value=repr(value))
    return float(value)


def _positive(name: str, value: Any) -> float:
    if (number := _number(name, value)) <= 0:
        raise WrongRule(Sentence("%(name)s must be above 0, not %(value)s."), name=name, value=repr(value))
    return number


def _duration(name: str, value: Any) -> timedelta:
    try:
        return timedelta(seconds=Duration.parse(str(value)).seconds)
    except (ValueError, OverflowError):
        sentence = Sentence("%(name)s: %(value)s is not a duration; write a number and s, m, h, d, w, M or y, for example 1h.")
        raise WrongRule(sentence, name=name, value=repr(value)) from None


def _method(name: str, value: Any) -> str:
    if str(value).lower() not in METHODS:
        raise WrongRule(
            Sentence("%(name)s must be one of %(known)s, not %(value)s."), name=name, known=", ".join(METHODS), value=repr(value)
        )
    return str(value).lower()


def _periods(value: Any) -> int:
    """The window of a CUSUM: a number of periods (28), or of days (28d) where a period is a day."""
    text = str(value).removesuffix("d")
    if not text.isdecimal() or not 2 <= int(text) <= 1000:
        raise WrongRule(Sentence("window must be a number of periods from 2 to 1000, such as 28, not %(value)s."), value=repr(value))
    return int(text)


def _change(value: Any) -> dict[str, Any]:
    """A change in the value's unit, or `20%` of the earlier value; below 0 for a fall."""
    relative = isinstance(value, str) and value.strip().endswith("%")
    try:
        number = float(value.strip().removesuffix("%")) / 100 if relative else _number("change", value)
    except ValueError:
        number = 0.0
    if not number or not math.isfinite(number):
        raise WrongRule(Sentence("change must be a number other than 0, or a share such as 20 %%, not %(value)s."), value=repr(value))
    return {"change": number, "relative": relative}


def _consistent(about: Mapping[str, Any]) -> None:
    if ("above" in about) == ("below" in about):
        raise WrongRule(Sentence("A threshold needs either above or below."))
    if "clear" in about and not (about["clear"] <= about["above"] if "above" in about else about["clear"] >= about["below"]):
        raise WrongRule(Sentence("clear must lie on the calm side: not over above, not under below."))


def _levels(name: str, value: Any) -> tuple[tuple[float, str], ...]:
    """`{Minor: 2.5, Severe: 3.5}`: severities with where they begin."""
    if not isinstance(value, Mapping) or not value or set(value) - set(SEVERITIES):
        raise WrongRule(
            Sentence("levels is a mapping of %(words)s to numbers, such as {Minor: 2.5, Severe: 3.5}."), words=", ".join(SEVERITIES)
        )
    found = sorted(((_number(str(word), start), str(word)) for word, start in value.items()), key=lambda level: SEVERITIES.index(level[1]))
    if any(one[0] >= other[0] for one, other in zip(found, found[1:], strict=False)):
        raise WrongRule(Sentence("levels must rise with their severity."))
    return tuple(found)


def _codes(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(code, str) for code in value):
        raise WrongRule(Sentence("%(name)s is a list of codes of rules."), name=name)
    return tuple(value)


def _count(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise WrongRule(Sentence("%(name)s must be a whole number from 1 on, not %(value)s."), name=name, value=repr(value))
    return value


def _share(name: str, value: Any) -> float:
    if not 0 < (number := _number(name, value)) <= 1:
        raise WrongRule(
            Sentence("%(name)s of a coverage rule is a share over 0 and up to 1, such as 0.8, not %(value)s."),
            name=name,
            value=repr(value),
        )
    return number


def _composed(about: Mapping[str, Any]) -> None:
    if ("all" in about) == ("any" in about):
        raise WrongRule(Sentence("A composite rule needs either all or any: a list of codes of rules."))
    if about.get("least", 1) > len(about.get("any", about.get("all", ()))):
        raise WrongRule(Sentence("least is larger than the number of rules named."))


READERS = {
    "above": _number,
    "below": _number,
    "clear": _number,
    "for": _duration,
    "window": _duration,
    "season": _duration,
    "sensitivity": _positive,
    "method": _method,
    "h": _positive,
    "k": _positive,
    "levels": _levels,
    "margin": _positive,
    "all": _codes,
    "any": _codes,
    "least": _count,
}
