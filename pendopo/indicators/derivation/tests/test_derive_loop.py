"""The deriving loop with a real database and bus: it follows deliveries, and a killed one loses and doubles nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from nats.aio.client import Client

from pendopo.bus import client as bus
from pendopo.indicators.catalogue import parse
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.derivation import actions as deriving
from pendopo.indicators.derivation import derive as loop
from pendopo.indicators.derivation import reading
from pendopo.indicators.derivation.actions import derive
from pendopo.indicators.derivation.catalogue import Compiled
from pendopo.indicators.derivation.models import Computation, DerivedPosition
from pendopo.indicators.models import Delivery, Indicator, Latest
from pendopo.indicators.tests.yard import DISTRICTS

from .garden import ONE, day, declare, plant, send, settle_down

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = {"moving_sum": {"of": "cases", "window": "7d"}}


@pytest.fixture
async def nc(nats_url: str) -> AsyncIterator[Client]:
    client = await bus.connect(nats_url, name="test")
    yield client
    await client.close()
    await sync_to_async(lambda: connection.close())()


async def shown(code: str, value: float) -> float:
    """Waits until the newest word of the series is this value; the seconds it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < 15:
        if await Latest.objects.filter(series__indicator__code=code, value=value).aexists():
            return time.monotonic() - begun
        await asyncio.sleep(0.02)
    raise AssertionError(f"{code} did not become {value}")


async def test_the_loop_follows_deliveries_and_chains(nc: Client) -> None:
    await sync_to_async(plant)(week=WEEK)
    await sync_to_async(declare)("rise", {"change": "week"})
    closing = asyncio.Event()
    task = asyncio.create_task(loop.run(nc, closing))
    await sync_to_async(send)(*[("cases", ONE, day(n), 1.0) for n in range(1, 10)])
    await shown("week", 7.0)
    await shown("rise", 0.0)
    await sync_to_async(send)(("cases", ONE, day(9), 5.0))
    await shown("rise", 4.0)
    closing.set()
    await asyncio.wait_for(task, 10)


def test_a_failure_between_figures_and_position_leaves_neither() -> None:
    """The position is written with the figures: when it cannot be, the figures are not there either, and the next try writes them once."""
    plant(week=WEEK)
    send(*[("cases", ONE, day(n), 1.0) for n in range(1, 8)])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE indicators_derivedposition ADD CONSTRAINT broken CHECK (version < 0)")
    try:
        with pytest.raises(Exception, match="broken"):
            derive(compiled=Compiled())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE indicators_derivedposition DROP CONSTRAINT broken")
    assert not Delivery.objects.filter(source__code="derived").exists()
    assert settle_down() == 1
    assert Delivery.objects.filter(source__code="derived").count() == Computation.objects.count() == 1


def test_a_lost_position_computes_again_and_writes_nothing() -> None:
    plant(week=WEEK, total={"cumulative": "cases"})
    send(*[("cases", ONE, day(n), 1.0) for n in range(1, 10)])
    settle_down()
    before = Delivery.objects.count()
    DerivedPosition.objects.all().delete()
    assert settle_down() == 0
    assert Delivery.objects.count() == before


def test_a_computation_says_what_it_stood_on() -> None:
    plant(week=WEEK)
    sent = send(*[("cases", ONE, day(n), 1.0) for n in range(1, 9)])
    settle_down()
    corrected = send(("cases", ONE, day(8), 3.0))
    settle_down()
    first, second = Computation.objects.order_by("pk")
    assert (first.versions, second.versions) == ({"week": 1}, {"week": 1})
    assert second.causes == [corrected.delivery]
    assert sent.known_since is not None and corrected.known_since is not None
    assert sent.known_since <= first.raw < corrected.known_since <= second.raw


TWICE_A_DAY = """
indicators:
  - {code: cases, name: Kasus, unit: orang, every: 12h, kind: count, rollup: sum, level: district, sources: [psda]}
  - {code: week, name: Sepekan, derived: {moving_sum: {of: cases, window: 7d}}}
  - {code: total, name: Jumlah, derived: {cumulative: cases}}
  - {code: rise, name: Kenaikan, derived: {change: week}}
"""


async def test_a_correction_does_not_wait_for_the_history_of_a_changed_cadence(nc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue changes the cadence of an input, so all history is computed anew; a correction that comes meanwhile goes before."""
    await sync_to_async(plant)(week=WEEK, total={"cumulative": "cases"})
    await sync_to_async(declare)("rise", {"change": "week"})
    times = [(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=12 * n)).isoformat() for n in range(392)]
    rows = [("cases", region, at, 1.0) for region in DISTRICTS for at in times]
    await sync_to_async(send)(*rows)
    await sync_to_async(settle_down)()
    monkeypatch.setattr(deriving, "SLICE_S", 0.0)
    slices: list[str] = []
    slowly = deriving._write

    def one_slice(code: str, *rest: Any) -> int:
        slices.append(code)
        time.sleep(0.4)
        return slowly(code, *rest)

    monkeypatch.setattr(deriving, "_write", one_slice)
    closing = asyncio.Event()
    task = asyncio.create_task(loop.run(nc, closing))
    await sync_to_async(load_catalogue)(catalogue=parse(TWICE_A_DAY))
    while not slices:
        await asyncio.sleep(0.02)
    await sync_to_async(send)(("cases", ONE, times[-1], 5.0))
    corrected = await shown("total", 396.0)
    done_by_then = len(slices)
    while await DerivedPosition.objects.exclude(after=None).aexists():
        await asyncio.sleep(0.05)
    closing.set()
    await asyncio.wait_for(task, 10)
    assert corrected < 1.5 and done_by_then < len(slices)
    assert await sync_to_async(settle_down)() == 0


def test_what_is_derived_no_longer_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ENOUGH_ROWS", 3)
    plant(week=WEEK, gone={"cumulative": "cases"})
    send(*[("cases", ONE, day(n), 1.0) for n in range(1, 8)])
    settle_down()
    Indicator.objects.filter(code="gone").update(derived=None)
    for n in range(8, 15):
        send(*[("cases", region, day(n), 1.0) for region in DISTRICTS])
        settle_down()
    assert (
        Latest.objects.get(series__indicator__code="week", series__region=ONE).at
        == Latest.objects.get(series__indicator__code="cases", series__region=ONE).at
    )
    assert not DerivedPosition.objects.filter(indicator__code="gone").exists()
