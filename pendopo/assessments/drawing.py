"""Live figures: read from their file, and drawn from the river and the book as they stand at a moment."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.conf import settings
from django.db.models import Count
from django.db.models.functions import TruncDay, TruncMonth, TruncWeek

from pendopo.audit.models import Entry
from pendopo.indicators.history import Question, iterate
from pendopo.indicators.models import Indicator

from .sufficiency import DAY, MONTH, WEEK, Book, LiveFigure, River, Sufficiency, judge, starts

FILE = Path(__file__).with_name("live.yaml")
TRUNCATED = {DAY: TruncDay, WEEK: TruncWeek, MONTH: TruncMonth}


@cache
def live_figures() -> dict[str, LiveFigure]:
    """Every live figure by its code."""
    return {raw["code"]: _figure(raw) for raw in yaml.safe_load(FILE.read_text(encoding="utf-8"))}


def serving(instrument: str, node: str) -> list[LiveFigure]:
    """The live figures that serve a requirement."""
    return [figure for figure in live_figures().values() if node in figure.serves.get(instrument, ())]


def _figure(raw: dict[str, Any]) -> LiveFigure:
    drawn = River(**raw["river"]) if "river" in raw else Book(raw["book"]["room"], tuple(raw["book"]["verbs"]), raw["book"]["least"])
    serves = {instrument: tuple(nodes) for instrument, nodes in raw["serves"].items()}
    return LiveFigure(raw["code"], raw["name"], raw["per"], raw["window"], Fraction(str(raw["enough"])), serves, drawn)


def draw(codes: Iterable[str], now: datetime) -> dict[str, Sufficiency]:
    """How each figure stands at a moment, from what is known now. Unknown codes are left out."""
    known = live_figures()
    return {code: _draw(known[code], now) for code in sorted(set(codes)) if code in known}


def _draw(figure: LiveFigure, now: datetime) -> Sufficiency:
    edges = starts(figure.per, figure.window, now, ZoneInfo(settings.TIME_ZONE))
    if isinstance(figure.drawn, Book):
        return judge(figure, edges, _from_book(figure.drawn, figure.per, edges))
    return judge(figure, edges, _from_river(figure.drawn, figure.per, edges))


def _from_book(book: Book, per: str, edges: list[datetime]) -> dict[datetime, list[float]]:
    deeds = Entry.objects.filter(room=book.room, verb__in=book.verbs, at__gte=edges[0], at__lt=edges[-1]).order_by()
    counted = deeds.annotate(start=TRUNCATED[per]("at", tzinfo=ZoneInfo(settings.TIME_ZONE))).values("start").annotate(n=Count("id"))
    return {row["start"]: [float(row["n"])] for row in counted}


def _from_river(river: River, per: str, edges: list[datetime]) -> dict[datetime, list[float]]:
    indicator = Indicator.objects.filter(code=river.indicator).first()
    if indicator is None:
        return {}
    dims = tuple(sorted(river.dims.items()))
    asked = Question(indicators=[indicator.pk], dims=dims, since=edges[0], until=edges[-1], every=per, agg=river.agg)
    found: dict[datetime, list[float]] = defaultdict(list)
    for known in iterate(asked):
        found[known.at].append(known.value)
    return found
