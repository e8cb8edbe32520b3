"""What the catalogue asks of an indicator's figures, as people read it: every key of `checks:` (docs/checks.md) in the active language."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.ui.words import exact_text, language_of

from .derivation.wording import duration_words
from .logic import Duration
from .soundness.asked import COPY_ROWS, Asked

Names = Mapping[str, str]
Asks = Mapping[str, Any]


def checks_in_words(checks: Asks, names: Names) -> list[tuple[str, str]]:
    """A name and a sentence for each check that is declared, in the order of `WORDS`. `names` gives the names of other indicators."""
    declared = {key for key, value in checks.items() if value is not None and value is not False}
    return [words(checks, names) for key, words in WORDS.items() if key in declared]


def compared(checks: Asks) -> set[str]:
    """The codes of the indicators that the checks compare with."""
    return {code for code in (checks.get("total_of"), (checks.get("agrees") or {}).get("with")) if code}


def _number(value: float) -> str:
    return exact_text(float(value), language_of(get_language()))


def _share(value: float) -> str:
    return f"{_number(100 * value)} %"


def _range(checks: Asks, names: Names) -> tuple[str, str]:
    low, high = checks["range"]
    return _("Range"), f"{'−∞' if low is None else _number(low)} … {'∞' if high is None else _number(high)}"


def _copy(checks: Asks, names: Names) -> tuple[str, str]:
    rows = COPY_ROWS if checks["copy"] is True else checks["copy"]
    return _("Copy of the day before"), _("doubted from %(rows)s rows on, when all are equal") % {"rows": rows}


def _adds_up(checks: Asks, names: Names) -> tuple[str, str]:
    allowed = checks["adds_up"]
    said = _("the parts of a region add up to it, within %(share)s") if allowed else _("the parts of a region add up to it exactly")
    return _("Sum of the parts"), said % {"share": _share(allowed)} if allowed else said


def _agrees(checks: Asks, names: Names) -> tuple[str, str]:
    other, within = checks["agrees"]["with"], checks["agrees"].get("within", Asked.within)
    return _("Agrees with another"), _("%(name)s, within %(share)s") % {"name": names.get(other, other), "share": _share(within)}


def _season(checks: Asks, names: Names) -> tuple[str, str]:
    said = {
        "day": _("further than %(times)s times the usual spread at the same hour is doubted"),
        "week": _("further than %(times)s times the usual spread at the same hour of the week is doubted"),
    }[checks["season"]]
    return _("Season"), said % {"times": _number(checks.get("sensitivity") or Asked.sensitivity)}


# In the order of soundness/table.py, which a test compares.
WORDS: dict[str, Callable[[Asks, Names], tuple[str, str]]] = {
    "future": lambda checks, names: (_("Ahead of the clock"), duration_words(Duration.parse(checks["future"]))),
    "range": _range,
    "monotonic": lambda checks, names: (_("Running total"), _("never falls")),
    "clock": lambda checks, names: (_("Clock"), _("times that look like local time taken for UTC, or UTC for local time, are doubted")),
    "copy": _copy,
    "scale": lambda checks, names: (_("Scale"), _("a tenfold, a hundredfold or a thousandfold of the usual, or its inverse, is doubted")),
    "step": lambda checks, names: (_("Largest step"), _number(checks["step"])),
    "total_of": lambda checks, names: (
        _("Total of"),
        _("%(name)s: a total that is not the one before plus it is doubted") % {"name": names.get(checks["total_of"], checks["total_of"])},
    ),
    "adds_up": _adds_up,
    "agrees": _agrees,
    "stuck": lambda checks, names: (
        _("Stuck sensor"),
        _("the same value %(times)s times in a row is doubted") % {"times": checks["stuck"]},
    ),
    "season": _season,
}
