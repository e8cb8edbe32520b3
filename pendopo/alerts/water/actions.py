"""The verb of river stations: declare one with its levels, what lies below it, and the villages it threatens. Its rules follow."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from pendopo.audit.actions import Actor, record
from pendopo.indicators.models import Indicator
from pendopo.regions.models import Region

from ..actions.declaring import declare_rule
from .models import Downstream, Level, Station, Threat


@transaction.atomic
def declare_station(
    *,
    by: Actor | None,
    code: str,
    name: str,
    river: str,
    indicator: Indicator,
    region: Region,
    levels: Mapping[int, float],
    dims: Mapping[str, str] | None = None,
    margin: float = 0.1,
    rise: float | None = None,
) -> tuple[Station, bool]:
    """A station under a code, new or changed; answers it and whether anything is different. `levels` are Siaga (3, 2, 1) → height."""
    wanted: dict[str, Any] = {
        "name": name,
        "river": river,
        "indicator_id": indicator.pk,
        "region_id": region.pk,
        "dims": dict(dims or {}),
        "siaga3": levels[Level.THREE],
        "siaga2": levels[Level.TWO],
        "siaga1": levels[Level.ONE],
        "margin": margin,
        "rise": rise,
    }
    station = Station.objects.select_for_update().filter(code=code).first() or Station(code=code)
    before = {field: getattr(station, field) for field in wanted} if station.pk else {}
    if before == wanted:
        return station, False
    for field, value in wanted.items():
        setattr(station, field, value)
    station.full_clean()
    station.save()
    changed = {field: value for field, value in before.items() if value != wanted[field]}
    record(by=by, room="alerts", verb="declared_station", about=f"/rivers/{code}", before=changed, after=wanted, region=region.pk)
    _rules(station, by)
    return station, True


def _rules(station: Station, by: Actor | None) -> None:
    """The station's own rules: its levels, and a quick rise."""
    place = {"indicator": station.indicator, "region": station.region, "dims": station.dims, "group": f"water-{slugify(station.river)}"}
    levels = {"Moderate": station.siaga3, "Severe": station.siaga2, "Extreme": station.siaga1}
    about: dict[str, Any] = {"kind": "levels", "levels": levels} | ({"margin": station.margin} if station.margin > 0 else {})
    with override(settings.LANGUAGE_CODE):
        siaga, quick = _("Siaga at %(station)s"), _("Quick rise at %(station)s")
    declare_rule(by=by, code=f"siaga-{station.code}", name=siaga % {"station": station.name}, about=about, automatic=True, **place)
    if station.rise is not None:
        rise = {"kind": "change", "change": station.rise, "window": "1h"}
        declare_rule(by=by, code=f"rise-{station.code}", name=quick % {"station": station.name}, about=rise, automatic=True, **place)


@transaction.atomic
def set_surroundings(
    *, station: Station, by: Actor | None, below: Sequence[tuple[Station, int]], threats: Sequence[tuple[Region, int, int]]
) -> bool:
    """What lies below a station (station, minutes) and whom it threatens (village, from which Siaga, minutes); False when it stood so."""
    reaches = sorted((lower.pk, minutes) for lower, minutes in below)
    villages = sorted((village.pk, level, minutes) for village, level, minutes in threats)
    now_reaches = sorted(station.below.values_list("lower_id", "minutes"))
    now_villages = sorted(station.threats.values_list("village_id", "level", "minutes"))
    if (reaches, villages) == (now_reaches, now_villages):
        return False
    station.below.all().delete()
    station.threats.all().delete()
    Downstream.objects.bulk_create(Downstream(upper=station, lower_id=lower, minutes=minutes) for lower, minutes in reaches)
    Threat.objects.bulk_create(Threat(station=station, village_id=v, level=level, minutes=minutes) for v, level, minutes in villages)
    after = {"below": [list(one) for one in reaches], "threats": [list(one) for one in villages]}
    record(by=by, room="alerts", verb="surrounded_station", about=f"/rivers/{station.code}", after=after, region=station.region_id)
    return True
