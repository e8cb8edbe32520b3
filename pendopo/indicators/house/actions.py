"""The verbs of the house's own figures: declare them once the government has sources, and deliver them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from ..actions import Receipt, take_delivery
from ..catalogue import Catalogue, parse
from ..checks import Observation
from ..declaring import load_catalogue
from ..health.actions import OWN_SOURCES
from ..models import Indicator, Source, Way
from .figures import FIGURES, jobs

CATALOGUE = Path(__file__).resolve().parents[1] / "catalogues/sys.yaml"
SOURCE = "pendopo"
# Held while the catalogue is looked at: two loops publish, and one declares.
LOCK = 0x73797321


def declared(catalogue: Path = CATALOGUE) -> Source | None:
    """The source `pendopo` with the indicators of a room's catalogue declared; None while the government has no sources (an empty house
    stays empty)."""
    if not Source.objects.exclude(code__in=OWN_SOURCES).exists():
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        return _declare(catalogue)


def _declare(catalogue: Path) -> Source:
    wanted = parse(catalogue.read_text(encoding="utf-8"))
    known = set(Indicator.objects.filter(sources__code=SOURCE).values_list("code", flat=True))
    if any(entry.code not in known for entry in wanted.indicators):
        known_source = Source.objects.filter(code=SOURCE).exists()
        load_catalogue(catalogue=Catalogue([] if known_source else wanted.sources, wanted.indicators, wanted.lines))
    return Source.objects.select_related("agency").get(code=SOURCE)


def send(*, source: Source, rows: Sequence[Observation]) -> Receipt:
    """Delivers figures of the house by the one door, as every source does."""
    digest = hashlib.sha256(msgspec.json.encode(rows)).hexdigest()
    return take_delivery(source=source, rows=rows, digest=digest, way=Way.SYSTEM)


def publish(*, now: datetime | None = None) -> Receipt | None:
    """Reads and delivers every figure that has something to say."""
    source = declared()
    if source is None:
        return None
    moment = now or timezone.now()
    at = moment.replace(microsecond=0).isoformat()
    found = {code: read(moment) for code, read in FIGURES.items()}
    rows = [Observation(code, settings.REGION, at, round(value, 4)) for code, value in found.items() if value is not None]
    rows += [Observation("sys.check", settings.REGION, at, value, dims={"job": code}) for code, value in jobs().items()]
    return send(source=source, rows=rows)
