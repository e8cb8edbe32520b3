"""Verbs of posture: declare (or renew), end, and what runs out by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.indicators.catalogue import Catalogue, parse
from pendopo.indicators.checks import Observation
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.house.actions import declared, send
from pendopo.indicators.models import Indicator
from pendopo.indicators.sharing.actions import share
from pendopo.regions.models import Region

from . import logic
from .figures import figures
from .models import Posture

CATALOGUE = Path(__file__).with_name("catalogue.yaml")
LONGEST = timedelta(days=90)


@transaction.atomic
def declare(
    *,
    region: Region,
    level: str,
    until: datetime,
    reason: str,
    by: Person | None,
    basis: str = "",
    exercise: bool = False,
    shared: Sequence[Indicator] = (),
) -> Posture:
    """The region's posture from now until a moment. What ran there ends with it; the same level again renews it. Agencies' own figures that
    are `shared` may be read by all as long as it runs; a drill shares nothing.

    Refused: without a reason, into the past, for longer than 90 days, an emergency without the decree it rests on, or a drill where a real
    posture holds: a drill never ends what is real.
    """
    now = timezone.now()
    if not reason.strip():
        raise Refused(_("Write why."))
    if not now < until <= now + LONGEST:
        raise Refused(_("Choose an end in the future, at most 90 days ahead: it can be renewed."))
    if level == logic.EMERGENCY and not basis.strip() and not exercise:
        raise Refused(_("An emergency rests on a decree: write its number and date."))
    Region.objects.select_for_update().get(pk=region.pk)
    if exercise and Posture.objects.running(now).filter(region=region, exercise=False).exists():
        raise Refused(_("A real posture holds here: a drill would end it. Choose another region, or end it first."))
    Posture.objects.filter(region=region, ended=None).update(ended=now, ended_by=by)
    made = Posture.objects.create(
        region=region, level=level, since=now, until=until, reason=reason.strip()[:500], basis=basis.strip()[:300], by=by, exercise=exercise
    )
    share(indicators=() if exercise else shared, until=until, origin=_origin(region.pk), reason=made.reason, by=by)
    after = {"level": level, "until": until.isoformat(), "reason": made.reason, "basis": made.basis, "exercise": exercise}
    record(by=by, room="incidents", verb="declare_posture", about="/posture", after=after, region=region.pk)
    return made


@transaction.atomic
def end(*, posture: Posture, by: Person, why: str = "") -> bool:
    """Back to normal before its time. False when it had ended."""
    ended = Posture.objects.filter(pk=posture.pk, ended=None).update(ended=timezone.now(), ended_by=by)
    if ended:
        share(indicators=(), until=posture.until, origin=_origin(posture.region_id), reason=why or posture.reason, by=by)
        record(
            by=by,
            room="incidents",
            verb="end_posture",
            about="/posture",
            before={"level": posture.level},
            after={"why": why[:300]},
            region=posture.region_id,
        )
    return bool(ended)


def _origin(region: str) -> str:
    """What the shares of a region's posture rest on."""
    return f"/posture/{region}"


@transaction.atomic
def expire(*, now: datetime | None = None) -> int:
    """Notes the end of every posture whose time has run out; answers how many."""
    at = now or timezone.now()
    over = list(Posture.objects.select_for_update(skip_locked=True).filter(ended=None, until__lte=at))
    for posture in over:
        Posture.objects.filter(pk=posture.pk).update(ended=posture.until)
        record(
            by=None, room="incidents", verb="posture_ran_out", about="/posture", before={"level": posture.level}, region=posture.region_id
        )
    return len(over)


def publish(*, now: datetime | None = None) -> int:
    """Tells sys.posture and sys.incidents.* as figures of the house; answers how many rows, 0 while the house has no sources."""
    source = declared()
    if source is None:
        return 0
    wanted = parse(CATALOGUE.read_text(encoding="utf-8"))
    if Indicator.objects.filter(code__in=[entry.code for entry in wanted.indicators]).count() < len(wanted.indicators):
        load_catalogue(catalogue=Catalogue([], wanted.indicators, wanted.lines))
    at = now or timezone.now()
    stamp = at.replace(microsecond=0).isoformat()
    rows = [Observation(code, region, stamp, value) for code, region, value in figures(at)]
    send(source=source, rows=rows)
    return len(rows)
