"""Datasets: what is published, by whom, how much there is, how fresh it is, and when the next figures are due."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q

from pendopo.agencies.models import Agency
from pendopo.indicators.concealing.reading import conceals
from pendopo.indicators.latest import contract_of
from pendopo.indicators.logic import Duration, Freshness
from pendopo.indicators.models import Indicator, Latest, Quality

from .logic import frequency, slug_of


@dataclass(frozen=True)
class Dataset:
    """One published indicator with what is known of its figures. `modified` is when the newest of them became known."""

    indicator: Indicator
    publishers: tuple[Agency, ...]
    simulated: bool
    series: int
    regions: int
    suspect: int
    newest: datetime | None
    created: datetime | None
    modified: datetime | None

    @property
    def code(self) -> str:
        """The indicator's code, which is the dataset's identifier."""
        return self.indicator.code

    @property
    def slug(self) -> str:
        """Its name in the CKAN-shaped API."""
        return slug_of(self.indicator.code)

    @property
    def frequency(self) -> str:
        """How often it comes, in the catalogues' word."""
        return frequency(Duration.parse(self.indicator.every).seconds)

    @property
    def conceals(self) -> bool:
        """Whether small values are left out of it."""
        return conceals(self.indicator)

    @property
    def sound(self) -> float | None:
        """The share of newest values that no check doubts, in percent; None without values."""
        return 100 * (self.series - self.suspect) / self.series if self.series else None

    @property
    def next_due(self) -> datetime | None:
        """When the next value is due; None before the first."""
        return self.newest + timedelta(seconds=contract_of(self.indicator).due_s) if self.newest else None

    def freshness(self, now: datetime) -> Freshness:
        """How it stands with its contract."""
        return contract_of(self.indicator).freshness(self.newest, now)


def datasets(codes: Collection[str] | None = None) -> list[Dataset]:
    """The published datasets by code (of these codes where given): three queries, however many there are."""
    published = Indicator.objects.published().select_related("weight").prefetch_related("sources__agency").order_by("code")
    found = list(published if codes is None else published.filter(code__in=codes))
    told = Latest.objects.filter(series__indicator__in=[one.pk for one in found], at__isnull=False)
    doubted = Count("pk", filter=Q(quality__gte=Quality.SUSPECT))
    facts: dict[int, Mapping[str, Any]] = {
        row["series__indicator_id"]: row
        for row in told.values("series__indicator_id").annotate(
            lines=Count("pk"),
            places=Count("series__region", distinct=True),
            doubted=doubted,
            newest_at=Max("at"),
            first=Min("known_since"),
            last=Max("known_since"),
        )
    }
    return [_dataset(one, facts.get(one.pk, {})) for one in found]


def _dataset(indicator: Indicator, facts: Mapping[str, Any]) -> Dataset:
    sources = sorted(indicator.sources.all(), key=lambda source: source.code)
    agencies = {source.agency_id: source.agency for source in sources}
    return Dataset(
        indicator=indicator,
        publishers=tuple(agencies.values()),
        simulated=any(source.simulated for source in sources),
        series=facts.get("lines", 0),
        regions=facts.get("places", 0),
        suspect=facts.get("doubted", 0),
        newest=facts.get("newest_at"),
        created=facts.get("first"),
        modified=facts.get("last"),
    )


def dataset(name: str) -> Dataset | None:
    """The published dataset of this code, or of this name in the CKAN-shaped API."""
    clean = name.replace("\x00", "")[:80]
    exact = datasets([clean])
    if exact:
        return exact[0]
    codes = Indicator.objects.published().values_list("code", flat=True)
    named = [code for code in codes if slug_of(code) == clean]
    return datasets(named[:1])[0] if named else None
