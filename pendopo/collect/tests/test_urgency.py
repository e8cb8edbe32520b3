"""The posture of a region makes its collectors measure oftener, and lets them rest again."""

import time

import pytest

from pendopo.bus.messages import PollDevice, PollValue, PostureWord
from pendopo.collect.credentials import Credentials
from pendopo.collect.polling import UNITS_S, Poller
from pendopo.collect.urgency import LEAST, Urgency

UNTIL = "2026-11-10T12:00:00+00:00"
NOON = 1794312000.0


def test_a_word_holds_in_its_region_and_below_until_its_time_is_over() -> None:
    urgency = Urgency()
    urgency.hear(PostureWord(region="35.16.1", level="emergency", cadence=0.25, until=UNTIL))
    assert urgency.cadence("35.16.1", NOON - 1) == urgency.cadence("35.16.1.2001", NOON - 1) == 0.25
    assert urgency.cadence("35.16", NOON - 1) == urgency.cadence("35.16.13", NOON - 1) == 1.0
    assert urgency.cadence("35.16.1", NOON) == 1.0
    urgency.hear(PostureWord(region="35.16", level="watch", cadence=0.5, until=UNTIL))
    assert urgency.cadence("35.16.1", NOON - 1) == 0.25 and urgency.soonest(["35.16.13"], NOON - 1) == 0.5
    urgency.hear(PostureWord(region="35.16.1", level="normal", cadence=1.0))
    assert urgency.cadence("35.16.1", NOON - 1) == 0.5


def test_nobody_is_driven_without_bounds_and_a_word_without_a_time_is_refused() -> None:
    urgency = Urgency()
    urgency.hear(PostureWord(region="35.16", level="emergency", cadence=0.0, until=UNTIL))
    assert urgency.cadence("35.16", NOON - 1) == LEAST
    with pytest.raises(ValueError, match="soon"):
        urgency.hear(PostureWord(region="35.16", level="emergency", cadence=0.25, until="soon"))
    assert urgency.soonest([], NOON - 1) == 1.0


async def test_a_device_in_an_emergency_is_asked_for_its_temperature_four_times_as_often() -> None:
    device = PollDevice(code="rack", address="127.0.0.1", region="35.16.1", values=[PollValue(unit="temperature", oid="1.3.6.1.4.1.9.1")])
    urgent = {"cadence": 1.0}
    poller = Poller(device, Credentials(), lambda *_: None, lambda *_: None, cadence=lambda: urgent["cadence"])
    asked: list[list[str]] = []

    async def get(oids: list[str]) -> dict[str, int]:
        asked.append(oids)
        return dict.fromkeys(oids, 1)

    poller.agent.get = get  # type: ignore[method-assign,assignment]
    for cadence in (1.0, 0.25):
        urgent["cadence"] = cadence
        poller.units_due = 0.0
        before = time.time()
        await poller.once()
        assert poller.units_due - before == pytest.approx(UNITS_S * cadence, abs=1)
    assert any("1.3.6.1.4.1.9.1" in oids for oids in asked)
