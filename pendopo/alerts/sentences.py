"""Why a rule fired, in the house's language: `pendopo alerts try` keeps its English, an alert is read by people."""

from datetime import timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pendopo.ui.words import language_of, number_text

from .logic import Sign
from .rules import Rule


def figure(value: float | None, unit: str, language: str) -> str:
    """A number with its unit."""
    if value is None:
        return "–"
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{number_text(value, min(3, len(text.partition('.')[2])), language_of(language))} {unit}".strip()


def span(length: timedelta) -> str:
    """A duration in its largest fitting unit."""
    seconds = int(length.total_seconds())
    for size, one, many in (
        (86_400, "%(n)s day", "%(n)s days"),
        (3600, "%(n)s hour", "%(n)s hours"),
        (60, "%(n)s minute", "%(n)s minutes"),
    ):
        if seconds >= size:
            number = round(seconds / size, 1)
            text = number_text(number, 0 if number.is_integer() else 1, language_of(get_language()))
            return ngettext(one, many, int(number)) % {"n": text}
    return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}


def why(rule: Rule, sign: Sign, value: float | None, unit: str, language: str) -> str:
    """The reason of a sign, as people read it."""
    about = rule.about
    said = {"value": figure(value, unit, language)}
    match rule.kind:
        case "threshold" if "above" in about:
            return _("%(value)s, above %(limit)s") % {**said, "limit": figure(about["above"], unit, language)}
        case "threshold":
            return _("%(value)s, below %(limit)s") % {**said, "limit": figure(about["below"], unit, language)}
        case "levels":
            reached = next((start for start, severity in about["levels"] if severity == sign.severity), about["levels"][0][0])
            return _("%(value)s, has reached %(limit)s") % {**said, "limit": figure(reached, unit, language)}
        case "change":
            amount = f"{100 * sign.size:.0f} %" if about["relative"] else figure(sign.size, unit, language)
            text = (
                _("rose by %(amount)s within %(window)s, to %(value)s")
                if about["change"] > 0
                else _("fell by %(amount)s within %(window)s, to %(value)s")
            )
            return text % {**said, "amount": amount, "window": span(about["window"])}
        case "coverage":
            return _("%(share)s of the expected reports are here, fewer than %(limit)s") % {
                "share": f"{100 * (value or 0):.0f} %",
                "limit": f"{100 * about['below']:.0f} %",
            }
        case "anomaly":
            return _("%(value)s is unusual: %(size)s robust standard deviations away") % {**said, "size": figure(sign.size, "", language)}
        case "ears":
            method = about["method"].upper()
            return _("%(value)s is more than expected (%(method)s = %(size)s)") % {**said, "method": method, "size": f"{sign.size:.1f}"}
        case "cusum":
            return _("%(value)s: counts have been above their mean for some time (CUSUM = %(size)s)") % {**said, "size": f"{sign.size:.1f}"}
    return sign.reason
