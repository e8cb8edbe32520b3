"""What the people of one agency may send together follows the line that the network measures."""

from datetime import UTC, datetime

import pytest

from pendopo.agencies.actions import ensure_agency
from pendopo.indicators.actions import forget_known, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Source, Way
from pendopo.meetings.media import headroom
from pendopo.meetings.media.logic import smaller_cap
from pendopo.network.actions import declare
from pendopo.network.tests.yard import lay_network
from pendopo.regions.models import Region


def test_the_smaller_of_two_caps() -> None:
    assert [smaller_cap(fixed, measured) for fixed, measured in ((0, None), (500, None), (0, 900.9), (500, 900.0), (5000, 900.0))] == [
        0,
        500,
        900,
        500,
        900,
    ]
    assert smaller_cap(500, 0.0) == 1, "a full line is a cap, and not none"


@pytest.mark.django_db
def test_a_busy_line_leaves_less(regency: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_network()
    declare()
    label = ensure_agency("Dinas Kesehatan").label
    monkeypatch.setattr(headroom, "_kept", {})
    assert headroom.site_kbps(label) == 0, "nobody has measured yet"
    dims = {"device": "core", "interface": "ge-0/0/1"}
    rows = [
        Observation(code, "35.16.13", datetime.now(UTC).isoformat(), value, dims=dims)
        for code, value in (("net.in", 100e6), ("net.out", 790e6))
    ]
    forget_known()
    assert take_delivery(source=Source.objects.get(code="pendopo"), rows=rows, digest="h" * 64, way=Way.SYSTEM).accepted == 2
    assert headroom.site_kbps(label) == 0, "asked again within a minute"
    headroom._kept.clear()
    assert headroom.site_kbps(label) == 10_000, "four fifths of 1 Gbit/s less 790 Mbit/s"
    assert headroom.site_kbps("Perusahaan lain") == 0
