"""The yard of the river's tests with a population and derived indicators beside it."""

from typing import Any

from pendopo.indicators.actions import Receipt, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.derivation.actions import derive, derived_source
from pendopo.indicators.derivation.catalogue import Compiled, settle
from pendopo.indicators.derivation.contract import Facts
from pendopo.indicators.models import Indicator, Source, Way
from pendopo.indicators.tests.yard import DISTRICTS, Yard, lay_out

ONE, TWO, THREE = DISTRICTS
INCIDENCE = {"per_100k": {"of": {"moving_sum": {"of": "cases", "window": "7d"}}, "population": "population"}}


def plant(**derived: Any) -> Yard:
    """The yard, a yearly population per district, and these derived indicators (name → expression, `_` for `-`)."""
    yard = lay_out()
    Indicator.objects.filter(code="cases").update(unit="orang")
    population = Indicator.objects.create(
        code="population",
        name_id="Penduduk",
        unit="jiwa",
        every="1y",
        grace="3M",
        kind="gauge",
        rollup="sum",
        level="district",
        publicity="public",
    )
    population.sources.add(yard.source)
    for name, expression in derived.items():
        declare(name.replace("_", "-"), expression)
    return yard


def declare(code: str, expression: Any, **facts: Any) -> Indicator:
    """A derived indicator in the catalogue, settled as loading does it."""
    settled, faults = settle([Facts(code, derived=expression, **facts)])
    assert not faults, faults
    line = settled[code]
    values = {"unit": line.unit, "every": line.every, "kind": line.kind, "level": line.level, "derived": expression, "grace": "1d"}
    indicator, _new = Indicator.objects.update_or_create(code=code, defaults={**values, "name_id": code, "publicity": "public"})
    indicator.sources.set([derived_source()])
    return indicator


def send(*rows: tuple[Any, ...], **other: Any) -> Receipt:
    """Rows as (indicator, region, at, value, quality, note), from the yard's source."""
    source = Source.objects.get(code="psda")
    return take_delivery(source=source, rows=[Observation(*row) for row in rows], digest="0" * 64, way=Way.API, **other)


def settle_down(compiled: Compiled | None = None) -> int:
    """Derives until nothing changes; how many rows that wrote."""
    compiled = compiled or Compiled()
    written = 0
    while (done := derive(compiled=compiled)) > 0 or compiled.rebuilding:
        written += done
    return written


def day(n: int) -> str:
    """The n-th of May 2026."""
    return f"2026-05-{n:02d}"
