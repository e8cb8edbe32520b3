"""The brief on paper: A4, two pages at most, tagged PDF/UA, made by the press without any network."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from pendopo.regions.models import Region
from pendopo.ui.press import MARK, PAPER, pressed
from pendopo.ui.words import language_of, long_day_text, moment_text

from .gathering import Brief

# What two pages hold; the paper says how many more there are.
MOST_RED, MOST_CHANGED, MOST_LATE, MOST_DECISIONS, MOST_DECIDED = 8, 6, 12, 6, 4


def pdf(brief: Brief, *, reader: str = "") -> bytes:
    """The paper in the brief's language; `reader` is named as the one it was made for. The same brief gives the same words.

    Raises NoPress.
    """
    return pressed(html(brief, reader=reader), PAPER)


def html(brief: Brief, *, reader: str = "") -> str:
    """The page that the press sets."""
    language = language_of(brief.reading.language)
    with override(language):
        return render_to_string("wall/brief/paper.html", _context(brief, reader, language))


def name_of(at: datetime) -> str:
    """The file's name: pendopo-2026-11-24-0630.pdf, in the government's zone."""
    return f"pendopo-{at.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%d-%H%M}.pdf"


def _context(brief: Brief, reader: str, language: str) -> dict[str, Any]:
    zone, news = ZoneInfo(settings.TIME_ZONE), brief.news
    known = [item for item in news.late if item.pulse.figure.at is not None]
    home = Region.objects.filter(pk=settings.REGION).values_list("name", flat=True).first() or ""
    return {
        "language": language,
        "house": home,
        "reader": reader,
        "demo": settings.DEMO,
        "site": settings.SITE_URL,
        "mark": MARK.as_uri(),
        "day": long_day_text(brief.reading.now, zone, language),
        "moment": moment_text(brief.reading.now, zone, language),
        "news": news,
        "red": news.red[:MOST_RED],
        "red_more": len(news.red[MOST_RED:]),
        "changed": news.changed[:MOST_CHANGED],
        "late": known[:MOST_LATE],
        "late_more": len(known[MOST_LATE:]),
        "never": news.never,
        "decisions": brief.decisions[:MOST_DECISIONS],
        "decisions_more": len(brief.decisions[MOST_DECISIONS:]),
        "decided": brief.decided[:MOST_DECIDED],
    }
