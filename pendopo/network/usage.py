"""Traffic and presence of the network out of history."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from pendopo.agencies.models import Agency
from pendopo.alerts.models import Maintenance
from pendopo.indicators.closing.thawing import thaw
from pendopo.indicators.models import Indicator, Series
from pendopo.indicators.trends import Line, trends

from .measures import FULL, HOLD, UP, Interval, Percentiles, Stretch, full_on, percentile_95, percentiles
from .models import ROOTS, Interface, Link, State
from .standing import FINE, IN, LINE, OUT, PRESENCE

Points = list[tuple[datetime, float]]

STRETCHES_SQL = """
WITH rows AS (
    SELECT DISTINCT ON (o.series_id, o.at) o.series_id, o.at, o.value >= %(up)s AS up FROM indicators_observation o
    WHERE o.series_id = ANY(%(series)s) AND o.at >= %(since)s AND o.at < %(until)s AND o.value IS NOT NULL
    ORDER BY o.series_id, o.at, o.known_since DESC
), turns AS (
    SELECT *, lag(up) OVER w IS DISTINCT FROM up OR at - lag(at) OVER w > %(hold)s::interval AS turns FROM rows
    WINDOW w AS (PARTITION BY series_id ORDER BY at)
), numbered AS (
    SELECT *, sum(turns::int) OVER (PARTITION BY series_id ORDER BY at) AS run FROM turns
), runs AS (
    SELECT series_id, run, up, min(at) AS begin, max(at) AS last, count(*) AS samples FROM numbered GROUP BY 1, 2, 3
)
SELECT series_id, up, begin, least(last + %(hold)s::interval, lead(begin) OVER (PARTITION BY series_id ORDER BY begin)), samples FROM runs
ORDER BY series_id, begin
"""
SAMPLES_SQL = """
SELECT DISTINCT ON (series_id, at) series_id, at, value FROM indicators_observation
WHERE series_id = ANY(%(series)s) AND at >= %(since)s AND at < %(until)s ORDER BY series_id, at, known_since DESC
"""
# The word of a line comes every five minutes, and at once when it turns.
LINE_HOLD = timedelta(minutes=11)
# A load older than this says nothing about now.
NEWEST = timedelta(minutes=20)


def presence_of(since: datetime, until: datetime) -> dict[str, list[Stretch]]:
    """When each device was reached and when not, between two moments. Two queries; only turns leave the database."""
    return {dims.get("device", ""): told for dims, told in _stretches(PRESENCE, since, until, HOLD)}


def lines_of(since: datetime, until: datetime) -> dict[tuple[str, str], list[Stretch]]:
    """When the line at each interface was up and when not: (device, interface) → stretches. Two queries."""
    return {(dims.get("device", ""), dims.get("interface", "")): told for dims, told in _stretches(LINE, since, until, LINE_HOLD)}


def _stretches(code: str, since: datetime, until: datetime, hold: timedelta) -> list[tuple[dict[str, str], list[Stretch]]]:
    series = dict(Series.objects.filter(indicator__code=code).values_list("pk", "dims"))
    found: dict[int, list[Stretch]] = defaultdict(list)
    thaw((pk, since, until) for pk in series)
    with connection.cursor() as cursor:
        kept = f"{hold.total_seconds():.0f} s"
        cursor.execute(STRETCHES_SQL, {"up": UP, "series": list(series), "since": since, "until": until, "hold": kept})
        for pk, up, begin, end, samples in cursor.fetchall():
            found[pk].append(Stretch(begin, min(end, until), up, samples))
    return [(series[pk], told) for pk, told in found.items()]


def samples_of(device: str, since: datetime, until: datetime, *, lines: bool = False) -> list[tuple[str, str, str, str, float]]:
    """Every word about a device's presence, and with `lines` of its lines, in order: (figure, device, interface, moment in UTC, value)."""
    codes = [PRESENCE, LINE] if lines else [PRESENCE]
    series = {
        pk: (code, dims.get("interface", ""))
        for pk, code, dims in Series.objects.filter(indicator__code__in=codes, dims__device=device).values_list(
            "pk", "indicator__code", "dims"
        )
    }
    thaw((pk, since, until) for pk in series)
    with connection.cursor() as cursor:
        cursor.execute(SAMPLES_SQL, {"series": list(series), "since": since, "until": until})
        rows = [(*series[pk], at.astimezone(UTC).isoformat(), value) for pk, at, value in cursor.fetchall() if value is not None]
    return [(code, device, interface, at, value) for code, interface, at, value in rows]


def planned_work(since: datetime, until: datetime) -> list[tuple[str, str, Interval]]:
    """Maintenance windows that touch the time: (name, region, interval). They are left out of availability, and listed."""
    rows = Maintenance.objects.filter(start__lt=until, end__gt=since, cancelled=None, rule=None, source=None).order_by("start")
    return [(one.name, one.region_id, (one.start, one.end)) for one in rows]


@dataclass(frozen=True)
class Load:
    """A link's load over a while. `now` and the percentiles in bit/s; shares of the capacity between 0 and 1 (None: unknown)."""

    link: Link
    now: float | None
    percentiles: Percentiles
    inward: Points
    outward: Points

    @property
    def share_now(self) -> float | None:
        """The larger direction of the newest sample ÷ capacity."""
        return self.now / self.link.capacity_bps if self.now is not None and self.link.capacity_bps else None

    @property
    def headroom(self) -> float | None:
        """Four fifths of the capacity less the newest sample, in bit/s; at least 0."""
        return max(0.0, FULL * self.link.capacity_bps - self.now) if self.now is not None and self.link.capacity_bps else None

    @property
    def share_95(self) -> float | None:
        """The 95th percentile (of each sample's larger direction) ÷ capacity."""
        value = self.percentiles.combined
        return value / self.link.capacity_bps if value is not None and self.link.capacity_bps else None


def headroom_bps(agency: str, now: datetime) -> float | None:
    """What may still be sent from an agency (by its label): four fifths of its roomiest link less that link's load. None: not measured."""
    own = [link for link in links_in_service() if (user := user_of(link)) is not None and user.label == agency]
    return max((one.headroom for one in loads(own, now - NEWEST, now) if one.headroom is not None), default=None)


def busy_links(now: datetime) -> frozenset[str]:
    """The links in service that carry four fifths of their capacity or more."""
    return frozenset(one.link.code for one in loads(links_in_service(), now - NEWEST, now) if (one.share_now or 0.0) >= FULL)


def loads(links: Sequence[Link], since: datetime, until: datetime) -> list[Load]:
    """The load of links that have a polled interface at one end. Six queries, however many there are."""
    indicators = {one.code: one for one in Indicator.objects.filter(code__in=[IN, OUT])}
    ports = {link.pk: port for link in links if (port := _port(link)) is not None}
    if len(indicators) < 2 or not ports:
        return []
    lines = [
        Line(indicators[code], port.device.site.region_id, since, until, {"device": port.device.code, "interface": port.name})
        for port in ports.values()
        for code in (IN, OUT)
    ]
    read = iter(trends(lines))
    answer = []
    for link in links:
        if link.pk not in ports:
            continue
        inward, outward = ([(point.at, float(point.value)) for point in next(read) if point.value is not None] for _direction in (IN, OUT))
        newest = [points[-1][1] for points in (inward, outward) if points]
        answer.append(Load(link, max(newest) if newest else None, percentiles(inward, outward), inward, outward))
    return answer


def fine_load(link: Link, since: datetime, until: datetime) -> tuple[Points, Points]:
    """An uplink's traffic inward and outward every ten seconds, as far as it is kept (seven days)."""
    port = _port(link)
    indicators = {one.code: one for one in Indicator.objects.filter(code__in=FINE)}
    if port is None or len(indicators) < len(FINE):
        return [], []
    dims = {"device": port.device.code, "interface": port.name}
    read = trends([Line(indicators[code], port.device.site.region_id, since, until, dims) for code in FINE])
    inward, outward = ([(point.at, float(point.value)) for point in line if point.value is not None] for line in read)
    return inward, outward


def _port(link: Link) -> Interface | None:
    """The end that is polled; the first where both are."""
    return next((port for port in (link.a_interface, link.b_interface) if port is not None and port.number is not None), None)


def links_in_service() -> list[Link]:
    """With what `loads` looks at."""
    ends = [f"{end}__site__agency" for end in "ab"]
    ports = [f"{end}_interface__{of}" for end in "ab" for of in ("device__site", "agency")]
    return list(Link.objects.filter(state=State.IN_SERVICE).select_related(*ends, *ports).order_by("name"))


def daily_95(load: Load) -> list[tuple[date, float]]:
    """The 95th percentile of each whole day, in the government's zone."""
    zone = ZoneInfo(settings.TIME_ZONE)
    days: dict[date, list[float]] = defaultdict(list)
    larger = dict(load.inward)
    for at, value in load.outward:
        larger[at] = max(value, larger.get(at, value))
    for at, value in larger.items():
        days[at.astimezone(zone).date()].append(value)
    return [(day, percentile_95(values) or 0.0) for day, values in sorted(days.items())]


def full_day(load: Load) -> date | None:
    """When the link reaches 80 % of its capacity, as its days go."""
    return full_on(daily_95(load)[:-1], float(load.link.capacity_bps or 0))


def user_of(link: Link) -> Agency | None:
    """Whose traffic the link carries: what its polled interface says, else who sits at the end that is not the heart of the network."""
    port = _port(link)
    if port is not None and port.agency is not None:
        return port.agency
    ends = [end for end in (link.a, link.b) if end.role not in ROOTS]
    if len(ends) == 1:
        return ends[0].site.agency
    return link.a.site.agency if port is not None and port == link.a_interface else link.b.site.agency


def shares(found: Sequence[Load]) -> list[tuple[str, float]]:
    """Each agency's share of the traffic on the links to its sites, the largest first."""
    sums: dict[str, float] = defaultdict(float)
    for load in found:
        agency = user_of(load.link)
        if agency is not None and load.link.medium != "provider":
            sums[agency.label] += sum(value for _at, value in (*load.inward, *load.outward))
    total = sum(sums.values())
    return sorted(((name, value / total) for name, value in sums.items() if total), key=lambda pair: -pair[1])
