"""Rows and figures as everyone may read them: every public page, file and answer of the API asks here and nowhere else."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from pendopo.agencies.access import grants_of
from pendopo.regions.models import Region

from ..history import Known, Question, iterate, page
from ..latest import Ask, Figure, asked
from ..logic import dims_key
from ..models import Indicator, Source
from ..reader import Reader
from .logic import Cell, concealed, counts_people, is_small, is_small_place

# The longest bucket, and a little more.
BUCKET = timedelta(days=32)
# Rows that are looked through at a time.
LINES = 10_000
INSTANT = timedelta(microseconds=1)


class Key(NamedTuple):
    """One value: whose, where, and when."""

    indicator: str
    region: str
    dims: str
    at: datetime | None


def is_everyone(reader: Reader) -> bool:
    """Whether somebody reads as anybody may: signed out, without a post, or a partner's source."""
    return reader.agency.is_partner if isinstance(reader, Source) else not grants_of(reader)


def conceals(indicator: Indicator) -> bool:
    """Whether small values are left out of it."""
    return counts_people(indicator.unit, indicator.level)


def may_follow(indicator: Indicator, region: str) -> bool:
    """Whether everyone may watch this figure move: what is large enough now may be small in a minute."""
    return not (conceals(indicator) and is_small_place(region))


def hidden_in(question: Question) -> frozenset[Key]:
    """Which values of a question about indicators that conceal are not told. It must reach whole sums: all places below one."""
    return concealed(_cell(key_of_row(known), known.value) for known in iterate(question) if is_small_place(known.region))  # type: ignore[return-value]


def all_told(question: Question, indicators: Iterable[Indicator]) -> Iterator[Known]:
    """Everything the question reaches, as everyone may read it."""
    cursor: str | None = None
    known = list(indicators)
    while True:
        found, cursor = page(question, cursor, LINES)
        yield from told(found, question, known)
        if cursor is None:
            return


def told(found: Sequence[Known], question: Question, indicators: Iterable[Indicator]) -> list[Known]:
    """A page of the question's rows (raw or buckets) as everyone may read it."""
    if question.every is not None and question.agg == "count":
        return list(found)  # how often somebody reported tells of nobody
    hidden: set[Key] = set()
    groups: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    closed = {one.code: one.pk for one in indicators if conceals(one)}
    for known in found:
        if known.indicator in closed and is_small_place(known.region):
            groups[(closed[known.indicator], known.region.rpartition(".")[0])].append(known.at)
    for (pk, parent), moments in groups.items():
        hidden |= _hidden_below(replace(question, indicators=[pk], region=parent, dims=()), min(moments), max(moments))
    return [known._replace(hidden=True) if key_of_row(known) in hidden else known for known in found]


def hidden_words(words: Iterable[tuple[Key, float | None]], as_of: datetime | None = None) -> frozenset[Key]:
    """Which of some stored words are not told: those of few people, and those that history conceals beside them at their moment."""
    told = [(key, value) for key, value in words if is_small_place(key.region)]
    indicators = {one.code: one for one in Indicator.objects.filter(code__in={key.indicator for key, _value in told})}
    hidden: set[Key] = set()
    moments: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    for key, value in told:
        if conceals(indicators[key.indicator]) and value is not None and key.at is not None:
            moments[(indicators[key.indicator].pk, key.region.rpartition(".")[0])].append(key.at)
            if is_small(value):
                hidden.add(key)
    for (pk, parent), ats in moments.items():
        hidden |= _hidden_below(Question([pk], region=parent, as_of=as_of), min(ats), max(ats))
    return frozenset(hidden)


def _hidden_below(question: Question, first: datetime, last: datetime) -> set[Key]:
    """Hidden rows between two moments. A bucket is hidden when it is small itself and when it holds a row that is hidden."""
    if question.every is None:
        return set(hidden_in(replace(question, since=first, until=last + INSTANT)))
    end = last + BUCKET if question.until is None else min(question.until, last + BUCKET)
    since = first if question.since is None else max(question.since, first)
    within = replace(question, since=since, until=end)
    every = question.every
    rows = hidden_in(replace(within, every=None))
    return set(hidden_in(within)) | {key._replace(at=_bucket(key.at, every)) for key in rows if key.at is not None}


def _bucket(at: datetime, every: str) -> datetime:
    """Where the bucket of a moment begins, in the government's zone: as `date_trunc` of the database."""
    day = at.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(minute=0, second=0, microsecond=0)
    if every == "1h":
        return day
    day = day.replace(hour=0)
    if every == "1w":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if every == "1M" else day


def hidden_figures(found: Iterable[Figure], indicators: Mapping[str, Indicator], as_of: datetime | None = None) -> frozenset[Key]:
    """Which of these figures are not told, judged beside those of the places next to them."""
    small = [one for one in found if one.value is not None and not may_follow(indicators[one.indicator], one.region)]
    if not small:
        return frozenset()
    parents = {one.region.rpartition(".")[0] for one in small}
    beside: dict[str, list[str]] = defaultdict(list)
    for code, parent in Region.objects.filter(parent__in=parents).values_list("code", "parent"):
        beside[parent or ""].append(code)
    wanted = {(one.indicator, one.region.rpartition(".")[0]) for one in small}
    asks = [Ask(indicators[code], region) for code, parent in sorted(wanted) for region in beside[parent]]
    known = [one for one in asked(asks, as_of=as_of) if one.value is not None]
    return concealed(_cell(key_of(one), one.value or 0.0) for one in known)  # type: ignore[return-value]


def key_of(figure: Figure) -> Key:
    """Which value a figure is."""
    return Key(figure.indicator, figure.region, dims_key(figure.dims), figure.at)


def key_of_row(known: Known) -> Key:
    """Which value a row is."""
    return Key(known.indicator, known.region, dims_key(known.dims), known.at)


def _cell(key: Key, value: float) -> Cell:
    return Cell(key, (key.indicator, key.dims, key.at), key.region.rpartition(".")[0], value)
