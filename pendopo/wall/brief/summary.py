"""The brief in a few lines: what the letter says above its PDF, in the brief's language."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from pendopo.ui.words import language_of, long_day_text, moment_text

from ..news import Item, say, say_change
from .gathering import Brief

MOST_LINES = 5


def summary_of(brief: Brief, zone: str) -> dict[str, Any]:
    """The words of the notice: the day, a headline, and up to five lines of each list."""
    language = language_of(brief.reading.language)
    news = brief.news
    with override(language):
        return {
            "day": long_day_text(brief.reading.now, ZoneInfo(zone), language),
            "moment": moment_text(brief.reading.now, ZoneInfo(zone), language),
            "headline": _headline(brief),
            "red": [say(item, item.pulse.judged.word if item.pulse.judged else "") for item in news.red[:MOST_LINES]],
            "changed": [say_change(item) for item in news.changed[:MOST_LINES]],
            "late": [_late(item) for item in news.late if item.pulse.figure.at is not None][:MOST_LINES],
            "decisions": [f"{one.title}: {one.about}" for one in brief.decisions[:MOST_LINES]],
        }


def _headline(brief: Brief) -> str:
    red, late, waiting = len(brief.news.red), len(brief.news.late), len(brief.decisions)
    parts = [
        ngettext("%(count)d red", "%(count)d red", red) % {"count": red} if red else _("nothing red"),
        ngettext("%(count)d late", "%(count)d late", late) % {"count": late} if late else _("nothing late"),
    ]
    if waiting:
        parts.append(ngettext("%(count)d decision due", "%(count)d decisions due", waiting) % {"count": waiting})
    return ", ".join(parts)


def _late(item: Item) -> str:
    return say(item, item.pulse.freshness_word)
