"""Reads how sources and agencies stand: punctuality by contract, what was refused, who is silent. A handful of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum

from pendopo.agencies.models import Agency

from ..latest import utc_text
from ..models import Delivery, Source, Way
from .actions import watched_sources
from .logic import Drift, Kept, arrived_share, drifts, ranks, share_of
from .models import ContractDay, SourceDay, Watched
from .tallying import span_of

WINDOWS_DAYS = (7, 30)
DRIFT_DAYS = 30


@dataclass(frozen=True)
class Refusals:
    """Rows sent in a window and those not taken: quarantined and rejected."""

    rows: int = 0
    refused: int = 0

    @property
    def share(self) -> float | None:
        """Refused ÷ sent; None when nothing was sent."""
        return self.refused / self.rows if self.rows else None

    def __add__(self, other: "Refusals") -> "Refusals":
        return Refusals(self.rows + other.rows, self.refused + other.refused)


@dataclass(frozen=True)
class Standing:
    """How a source, or an agency with all its sources, stands. Shares are 0…1 and None when nothing can be said."""

    name: str
    code: str
    agency: Agency
    source: Source | None
    contracts: tuple[Kept, ...]
    day: Refusals
    week: Refusals
    month: Refusals
    last_heard: datetime | None
    silent_since: datetime | None
    silent: int
    simulated: bool
    rank: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For GET /api/v1/sources."""
        return {
            "silent_since": utc_text(self.silent_since),
            "periods_due": self.due,
            "in_time": self.punctual,
            "complete": self.complete,
            "refused_24h": self.day.share,
        }

    @property
    def due(self) -> int:
        """Periods whose time ran out in the window, over all its series."""
        return sum(kept.due for kept in self.contracts)

    @property
    def in_time(self) -> int:
        """Those that arrived in time."""
        return sum(kept.in_time for kept in self.contracts)

    @property
    def punctual(self) -> float | None:
        """The mean over contracts of in time ÷ due."""
        return share_of(self.contracts)

    @property
    def complete(self) -> float | None:
        """The mean over contracts of arrived ÷ due."""
        return arrived_share(self.contracts)


def today() -> date:
    """Today in the government's zone."""
    return datetime.now(ZoneInfo(settings.TIME_ZONE)).date()


def standings(now: datetime, days: int = 30) -> list[Standing]:
    """Every source in use, the best first; equal ones by name, those without a rank last."""
    since = today() - timedelta(days=days - 1)
    contracts: dict[int, list[Kept]] = defaultdict(list)
    sums = ContractDay.objects.filter(day__gte=since).order_by().values("source", "indicator")
    for line in sums.annotate(d=Sum("due"), i=Sum("in_time"), a=Sum("arrived")):
        contracts[line["source"]].append(Kept(line["d"], line["i"], line["a"]))
    month, week, day = _by_day(30), _by_day(7), _since(now - timedelta(hours=24))
    watched = {line.source_id: line.silent_since for line in Watched.objects.all()}
    found = [
        Standing(
            name=source.name,
            code=source.code,
            agency=source.agency,
            source=source,
            contracts=tuple(contracts[source.pk]),
            day=day.get(source.pk, Refusals()),
            week=week.get(source.pk, Refusals()),
            month=month.get(source.pk, Refusals()),
            last_heard=source.last_heard,
            silent_since=watched.get(source.pk),
            silent=int(watched.get(source.pk) is not None),
            simulated=source.simulated,
        )
        for source in watched_sources()
    ]
    return placed(found)


def _by_day(days: int) -> dict[int, Refusals]:
    """Of the days before today by their tallies, and of today as it is."""
    past = SourceDay.objects.filter(day__gt=today() - timedelta(days=days), day__lt=today()).order_by().values("source")
    found = defaultdict(Refusals, _since(span_of(today(), ZoneInfo(settings.TIME_ZONE))[0]))
    for line in past.annotate(r=Sum("rows"), q=Sum("quarantined"), j=Sum("rejected")):
        found[line["source"]] += Refusals(line["r"], line["q"] + line["j"])
    return found


def _since(moment: datetime) -> dict[int, Refusals]:
    lines = Delivery.objects.filter(known_since__gte=moment).exclude(way=Way.DECISION).order_by().values("source")
    summed = lines.annotate(r=Sum("rows"), q=Sum("quarantined"), j=Sum("rejected"))
    return {line["source"]: Refusals(line["r"], line["q"] + line["j"]) for line in summed}


def placed(found: Iterable[Standing]) -> list[Standing]:
    """With their places, in the order of the league."""
    lines = list(found)
    places = ranks([line.punctual for line in lines], [line.due for line in lines])
    ranked = [replace(line, rank=place) for line, place in zip(lines, places, strict=True)]
    return sorted(ranked, key=lambda line: (line.rank is None, line.rank or 0, line.name.casefold()))


def by_agency(sources: Iterable[Standing]) -> list[Standing]:
    """Agencies with the contracts of all their sources together: an agency with many sources is neither better nor worse for it."""
    grouped: dict[int, list[Standing]] = defaultdict(list)
    for line in sources:
        grouped[line.agency.pk].append(line)
    return placed(_together(lines) for lines in grouped.values())


def _together(lines: Sequence[Standing]) -> Standing:
    agency = lines[0].agency
    return Standing(
        name=agency.name,
        code=agency.code,
        agency=agency,
        source=None,
        contracts=tuple(kept for line in lines for kept in line.contracts),
        day=sum((line.day for line in lines), Refusals()),
        week=sum((line.week for line in lines), Refusals()),
        month=sum((line.month for line in lines), Refusals()),
        last_heard=max((line.last_heard for line in lines if line.last_heard), default=None),
        silent_since=min((line.silent_since for line in lines if line.silent_since), default=None),
        silent=sum(line.silent for line in lines),
        simulated=all(line.simulated for line in lines),
    )


@dataclass(frozen=True)
class Drifted:
    """A delivery whose columns differed from those before it."""

    delivery: Delivery
    drift: Drift


def drifted(source: Source, now: datetime) -> list[Drifted]:
    """The source's file deliveries of the last 30 days whose columns differed, the newest first."""
    files = source.deliveries.exclude(columns=None).filter(received__gte=now - timedelta(days=DRIFT_DAYS)).order_by("-id")
    lines = list(files.only("id", "received", "columns", "name", "source")[:200])[::-1]
    found = drifts([line.columns or [] for line in lines])
    return [Drifted(line, drift) for line, drift in zip(lines, found, strict=True) if drift is not None][::-1]
