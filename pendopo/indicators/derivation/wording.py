"""A formula as people read it, in the active language: “(jumlah Kasus baru selama 7 hari) ÷ Penduduk × 100.000”."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pendopo.ui.words import language_of, number_text

from ..logic import Duration
from .expressions import Call, Input, Node, Number

Names = Mapping[str, str]


def formula_words(node: Node, names: Names) -> str:
    """The node in words; `names` gives the names of indicators in the reader's language."""
    if isinstance(node, Number):
        return _number(node.value)
    if isinstance(node, Input):
        return names.get(node.code, node.code)
    return WORDS[node.name](node, names)


def duration_words(duration: Duration) -> str:
    """`7 days`."""
    count = {"number": duration.number}
    unit = duration.unit
    if unit == "s":
        return ngettext("%(number)s second", "%(number)s seconds", duration.number) % count
    if unit == "m":
        return ngettext("%(number)s minute", "%(number)s minutes", duration.number) % count
    if unit == "h":
        return ngettext("%(number)s hour", "%(number)s hours", duration.number) % count
    if unit == "d":
        return ngettext("%(number)s day", "%(number)s days", duration.number) % count
    if unit == "w":
        return ngettext("%(number)s week", "%(number)s weeks", duration.number) % count
    if unit == "M":
        return ngettext("%(number)s month", "%(number)s months", duration.number) % count
    return ngettext("%(number)s year", "%(number)s years", duration.number) % count


def _number(value: Decimal) -> str:
    exponent = value.normalize().as_tuple().exponent
    return number_text(float(value), max(0, -exponent) if isinstance(exponent, int) else 0, language_of(get_language()))


def _inside(node: Node, names: Names) -> str:
    """In brackets, when it is a function of its own."""
    text = formula_words(node, names)
    return f"({text})" if isinstance(node, Call) else text


def _joined(sign: str) -> Callable[[Call, Names], str]:
    return lambda node, names: f" {sign} ".join(_inside(part, names) for part in node.operands["of"])


def _of(node: Call, names: Names) -> str:
    return _inside(node.operands["of"][0], names)


def _ratio(node: Call, names: Names) -> str:
    text = f"{_of(node, names)} ÷ {_inside(node.operands['by'][0], names)}"
    return f"{text} × 100 %" if node.factor != 1 else text


def _clamp(node: Call, names: Names) -> str:
    parts = [_of(node, names)]
    if "min" in node.options:
        parts.append(_("not below %(bound)s") % {"bound": _number(node.options["min"])})
    if "max" in node.options:
        parts.append(_("not above %(bound)s") % {"bound": _number(node.options["max"])})
    return ", ".join(parts)


def _where(node: Call, names: Names) -> str:
    tested = _inside(node.operands.get("if", node.operands["of"])[0], names)
    bounds = []
    if "above" in node.options:
        bounds.append(f"{tested} > {_number(node.options['above'])}")
    if "below" in node.options:
        bounds.append(f"{tested} < {_number(node.options['below'])}")
    given = {"of": _of(node, names), "condition": _(" and ").join(bounds)}
    if "else" not in node.operands:
        return _("%(of)s where %(condition)s, else no value") % given
    return _("%(of)s where %(condition)s, else %(other)s") % {**given, "other": _inside(node.operands["else"][0], names)}


def _window(node: Call) -> str:
    return duration_words(node.options["window"]) if "window" in node.options else _("one period")


def _cumulative(node: Call, names: Names) -> str:
    since = {"M": _("the month began"), "y": _("the year began"), None: _("the first report")}[node.options.get("reset")]
    return _("total of %(of)s since %(since)s") % {"of": _of(node, names), "since": since}


# Functions, so that each sentence is translated when it is asked for.
WORDS: dict[str, Callable[[Call, Names], str]] = {
    "sum": _joined("+"),
    "difference": _joined("−"),
    "product": _joined("×"),
    "ratio": _ratio,
    "per_100k": lambda node, names: f"{_of(node, names)} ÷ {_inside(node.operands['population'][0], names)} × {_number(Decimal(100_000))}",
    "clamp": _clamp,
    "where": _where,
    "moving_sum": lambda node, names: _("sum of %(of)s over %(window)s") % {"of": _of(node, names), "window": _window(node)},
    "moving_mean": lambda node, names: _("mean of %(of)s over %(window)s") % {"of": _of(node, names), "window": _window(node)},
    "change": lambda node, names: _("change of %(of)s against %(window)s before") % {"of": _of(node, names), "window": _window(node)},
    "percent_change": lambda node, names: (
        _("change of %(of)s in percent against %(window)s before") % {"of": _of(node, names), "window": _window(node)}
    ),
    "cumulative": _cumulative,
    "share": lambda node, names: _("share of the region in %(of)s of all its neighbours") % {"of": _of(node, names)},
    "percentile": lambda node, names: _("percentile of the region among its neighbours by %(of)s") % {"of": _of(node, names)},
    "rank": lambda node, names: _("rank of the region among its neighbours by %(of)s") % {"of": _of(node, names)},
    "weighted": lambda node, names: (
        _("mean of %(of)s over the regions below, weighted by %(by)s")
        % {"of": _of(node, names), "by": _inside(node.operands["by"][0], names)}
    ),
}
