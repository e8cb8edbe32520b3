"""Everything a brief tells one reader, now or as it was known at a moment: the same moment always gives the same brief."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from pendopo.agencies.models import Person
from pendopo.indicators.models import Indicator, Publicity

from ..boards import boards_for
from ..logic import Band, BoardSpec, Text, TileSpec
from ..news import HOUSE, News, news_of
from ..reading import Reading, read
from .due import Decision, decided, decisions

MOST_IN_BRIEF = 200


@dataclass(frozen=True)
class Brief:
    """A brief for one reader."""

    reading: Reading
    news: News
    decisions: list[Decision]
    decided: list[Decision]


def gather(person: Person | None, *, now: datetime, as_of: datetime | None, language: str | None) -> Brief:
    """The brief of a person; of nobody in particular (None): public and government figures, no decisions."""
    reading = everything(person, now=now, as_of=as_of, language=language)
    news, at = news_of(reading, house=False), as_of or now
    return Brief(reading, news, decisions(person, at), decided(person, at)) if person else Brief(reading, news, [], [])


def open_in_house() -> QuerySet[Indicator]:
    """The figures that everyone in the government may see."""
    return Indicator.objects.filter(publicity__in=[Publicity.PUBLIC, Publicity.GOVERNMENT])


def everything(person: Person | None, *, now: datetime, as_of: datetime | None, language: str | None) -> Reading:
    """All figures that the reader may see (at most MOST_IN_BRIEF), and the goals. What their boards judge is judged too.

    The house's own figures (`sys.*`) are here only where a board or a goal judges them: how a backup goes is not a leader's news until it
    is late.
    """
    visible = Indicator.objects.visible_to(person) if person else open_in_house()
    bands: dict[str, tuple[Band, ...]] = {}
    for found in boards_for(person):
        for tile in found.spec.tiles:
            if tile.bands:
                bands[tile.indicators[0]] = tile.bands
    named = visible.order_by("code").values_list("code", flat=True)
    codes = [code for code in named if not code.startswith(HOUSE) or code in bands][:MOST_IN_BRIEF]
    one = TileSpec("number", (1, 1))
    tiles = tuple(replace(one, indicators=(code,), bands=bands.get(code, ())) for code in codes)
    goals = TileSpec("goals", (1, 1))
    return read(BoardSpec("brief", Text("", ""), Text("", ""), (*tiles, goals)), visible, now=now, language=language, as_of=as_of)
