"""Filling the demonstration: agencies, people in posts, sources, a catalogue, and the history of the model up to now. Safe to repeat."""

import csv
import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db.models import Max

from pendopo.agencies.actions import agencies, people, posts
from pendopo.agencies.models import Person
from pendopo.alerts.catalogue import load_rules
from pendopo.assessments.models import Assessment
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.catalogue import Catalogue, parse
from pendopo.indicators.checks import Observation
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.files import batches
from pendopo.indicators.models import Indicator, Latest, Source, Way
from pendopo.regions.actions import seed as seed_regions
from pendopo.regions.models import Region
from pendopo.wall.aimfile import load_goals
from pendopo.wall.models import Goal

from .assessing import seed_assessments
from .citizens import seed_citizens
from .figures import INSTEAD_OF_REAL, OWN, POPULATION, POPULATION_AT, REGENCY, Figure
from .gathering import seed_meetings
from .growing import seed_startups
from .hosting import seed_coworking
from .model import DAY_S
from .network_words import seed_words
from .networking import SOURCE, network_rows, seed_network
from .proving import seed_proofs
from .real import take_real_files
from .watch import seed_watch

logger = logging.getLogger(__name__)

HERE = Path(__file__).resolve().parent
PUBLIC = HERE.parents[1] / "indicators/catalogues/public-data.yaml"
DELIVERY_ROWS = 20_000


def seed_demonstration(real: Path | None = None, now: datetime | None = None) -> int:
    """Makes the demonstration whole and its history reach up to now. Returns how many rows were sent; 0 when nothing was missing.

    With `real`, a folder of real files is taken by the ordinary ingestion first, and what they tell is not simulated.
    """
    moment = now or datetime.now(UTC)
    seed_regions(REGENCY)
    sent = 0
    if not Source.objects.filter(code="sim-rsud").exists():
        agencies.import_agencies(rows=read_table("agencies.csv"), within=REGENCY, by=None)
        seat_people(read_table("people.csv"))
        load_catalogue(catalogue=demonstration_catalogue(real is not None))
        sent += send_population()
        load_rules((HERE / "rules.yaml").read_text(encoding="utf-8"))
        if real is not None:
            sent += sum(outcome.rows for outcome in take_real_files(real))
    if not Goal.objects.exists():
        load_goals(text=(HERE / "goals.yaml").read_text(encoding="utf-8"), by=None)
    seed_network()
    seed_words(moment)
    if not Assessment.objects.exists():
        sent += seed_proofs(moment)
    seed_assessments()
    sent += catch_up(moment)
    seed_watch(moment)
    seed_meetings(moment)
    seed_coworking(moment)
    seed_startups(moment)
    seed_citizens(moment)
    return sent


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of one of the demonstration's own tables."""
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def seat_people(rows: Iterable[Mapping[str, str]]) -> None:
    """People with invented names in posts. None has a password: an administrator gives one to whom it concerns."""
    for row in rows:
        if Person.objects.filter(email=row["email"]).exists():
            continue
        person = people.add_person(by=None, email=row["email"], name=row["name"], phone=row["phone"])
        agency = agencies.find_agency(row["agency"]) if row["agency"] else None
        region = Region.objects.get(pk=row["region"]) if row["region"] else None
        post = posts.ensure_post(by=None, title=row["title"], role=row["role"], agency=agency, region=region)
        posts.appoint(post=post, person=person, by=None)


def demonstration_catalogue(real: bool) -> Catalogue:
    """The catalogue of public data and the demonstration's own, with the simulated sources named where they write.

    Without real files only those public indicators are declared that the model tells, the health figures by district.
    """
    public = parse(PUBLIC.read_text(encoding="utf-8"))
    own = parse((HERE / "catalogue.yaml").read_text(encoding="utf-8"))
    writers: dict[str, set[str]] = defaultdict(set)
    for figure in (*OWN, *(() if real else INSTEAD_OF_REAL)):
        writers[figure.indicator].add(figure.source)
    writers["population"].add("penduduk-2020")
    told = [entry for entry in public.indicators if real or entry.code in writers or (entry.inputs and {*entry.inputs} <= {*writers})]
    districts = {figure.indicator for figure in INSTEAD_OF_REAL if len(figure.regions) > 1}
    for entry in told:
        entry.sources = [*(entry.sources if real else ()), *sorted(writers.get(entry.code, ()))]
        if not real and entry.code in districts:
            entry.level = "district"
    return Catalogue([*(public.sources if real else ()), *own.sources], [*told, *own.indicators], {**public.lines, **own.lines})


def send_population() -> int:
    """The people of every district, as published."""
    rows = [Observation("population", code, POPULATION_AT, float(number)) for code, number in POPULATION.items()]
    return send("penduduk-2020", rows, "penduduk")


def catch_up(now: datetime) -> int:
    """Sends everything that the model's sources should have told by now and did not. Returns how many rows."""
    known = newest_told()
    writes = set(Indicator.sources.through.objects.values_list("source__code", "indicator__code"))
    by_source: dict[str, list[Observation]] = defaultdict(list)
    for figure in (*OWN, *INSTEAD_OF_REAL):
        if (figure.source, figure.indicator) in writes:
            by_source[figure.source].extend(history(figure, known.get((figure.source, figure.indicator)), now))
    if Source.objects.filter(code=SOURCE).exists():
        by_source[SOURCE].extend(network_rows(now))
    return sum(send(source, rows, "model") for source, rows in by_source.items() if rows)


def newest_told() -> dict[tuple[str, str], datetime]:
    """The newest time that each simulated source has told of each indicator."""
    told = Latest.objects.filter(delivery__source__simulated=True, at__isnull=False)
    rows = told.values_list("delivery__source__code", "series__indicator__code").annotate(newest=Max("at"))
    return {(source, indicator): newest for source, indicator, newest in rows}


def history(figure: Figure, known: datetime | None, now: datetime) -> Iterator[Observation]:
    """The values of a figure after `known` (or since its history begins) up to now, or up to where it lags."""
    zone = ZoneInfo(settings.TIME_ZONE)
    offset = now.astimezone(zone).utcoffset()
    shift = offset.total_seconds() if offset else 0.0
    end = now.timestamp() + shift - figure.lag_s - (figure.every_s if figure.is_daily and not figure.same_day else 0.0)
    start = now.timestamp() + shift - figure.back_days * DAY_S
    if known is not None:
        start = max(start, known.timestamp() + shift + 1)
    slot = -(-start // figure.every_s)
    while slot * figure.every_s <= end:
        local_s = slot * figure.every_s
        at = datetime.fromtimestamp(local_s - shift, zone).isoformat()
        # A day's figure is the model's at noon: no hour of the day may colour it.
        t_s = local_s + (DAY_S / 2 if figure.is_daily else 0.0)
        for region, post in figure.keys:
            yield Observation(figure.indicator, region, at, figure.value(region, post, t_s), dims={"pos": post} if post else None)
        slot += 1


def send(code: str, rows: list[Observation], name: str) -> int:
    """One source's rows as deliveries of the ordinary kind."""
    source = Source.objects.select_related("agency").get(code=code)
    for part, numbers, _refused in batches(enumerate(rows, 1), 1, DELIVERY_ROWS):
        digest = hashlib.sha256(msgspec.json.encode(part)).hexdigest()
        take_delivery(source=source, rows=part, numbers=numbers, digest=digest, way=Way.SYSTEM, name=name)
    return len(rows)
