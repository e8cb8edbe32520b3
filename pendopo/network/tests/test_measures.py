"""Capacity and availability by hand-computed examples and by properties."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pendopo.agencies.holidays import working_calendar
from pendopo.agencies.models import Agency, Person
from pendopo.agencies.tests.people import signed_in
from pendopo.indicators.actions import forget_known, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Source, Way
from pendopo.network.actions import declare
from pendopo.network.measures import availability, cut_out, full_on, percentile_95, percentiles, stretches
from pendopo.network.models import Device, Interface, Link, Site
from pendopo.network.tests.yard import lay_network
from pendopo.network.usage import Load, busy_links, shares, user_of
from pendopo.regions.models import Region

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_95th_percentile_as_it_is_billed() -> None:
    assert percentile_95([]) is None and percentile_95([7.0]) == 7.0
    assert percentile_95(range(1, 101)) == 95 and percentile_95(range(1, 21)) == 19
    at = [MONDAY + 5 * MINUTE * number for number in range(20)]
    inward = [(moment, 100.0 if number < 2 else 10.0) for number, moment in enumerate(at)]
    outward = [(moment, 100.0 if number >= 18 else 10.0) for number, moment in enumerate(at)]
    found = percentiles(inward, outward)
    assert (found.separate, found.combined) == (100.0, 100.0)
    found = percentiles(
        [(moment, 100.0 if number < 1 else 10.0) for number, moment in enumerate(at)],
        [(moment, 100.0 if number > 18 else 10.0) for number, moment in enumerate(at)],
    )
    assert (found.separate, found.combined) == (10.0, 100.0), "the two conventions differ, and both are told"


def test_the_day_when_a_line_is_full() -> None:
    start = date(2026, 1, 1)
    days = [(start + timedelta(days=number), 500.0 + 10 * number) for number in range(10)]
    assert full_on(days, 1000.0) == start + timedelta(days=30)
    assert full_on([*days[:5], (days[5][0], 5000.0), *days[6:]], 1000.0) == start + timedelta(days=30), "one odd day changes nothing"
    assert full_on(days[:3], 1000.0) is None and full_on([(day, 500.0) for day, _value in days], 1000.0) is None
    assert full_on([(day, 900.0) for day, _value in days], 1000.0) == days[-1][0]


def test_working_hours_and_what_is_left_out() -> None:
    week = working_calendar().within(MONDAY, MONDAY + timedelta(days=7))
    assert len(week) == 5 and sum((b - a).total_seconds() for a, b in week) == 5 * 8.5 * 3600
    begin = week[0][0]
    assert begin == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    noon = datetime(2026, 12, 23, 5, tzinfo=UTC)
    assert [b - a for a, b in working_calendar().within(noon, noon + timedelta(days=5))] == [timedelta(hours=4), timedelta(hours=4.5)], (
        "24 December 2026 is joint leave, the 25th Christmas, then comes the weekend"
    )
    left = cut_out(week[:1], [(begin + 60 * MINUTE, begin + 120 * MINUTE)])
    assert left == [(begin, begin + 60 * MINUTE), (begin + 120 * MINUTE, week[0][1])]


def test_what_was_not_measured_is_neither_up_nor_down() -> None:
    counted = [(MONDAY, MONDAY + 60 * MINUTE)]
    samples = [(MONDAY + number * MINUTE, 0.0 if 10 <= number < 15 else 1.0) for number in range(30)]
    found = availability(stretches(samples), counted)
    assert (found.reached_s, found.lost_s, found.unknown_s) == (30 * 60.0, 5 * 60.0, 25 * 60.0)
    assert found.share == pytest.approx(30 / 35) and found.outages == ((MONDAY + 10 * MINUTE, MONDAY + 15 * MINUTE),)
    assert availability([], counted).share is None


@given(
    st.lists(st.tuples(st.integers(0, 600), st.booleans()), max_size=40),
    st.lists(st.tuples(st.integers(0, 600), st.integers(1, 60)), max_size=5),
)
def test_every_second_is_counted_once(told: list[tuple[int, bool]], holes: list[tuple[int, int]]) -> None:
    counted = cut_out([(MONDAY, MONDAY + 600 * MINUTE)], [(MONDAY + a * MINUTE, MONDAY + (a + b) * MINUTE) for a, b in holes])
    samples = sorted({MONDAY + minute * MINUTE: float(up) for minute, up in told}.items())
    found = availability(stretches(samples), counted)
    assert found.reached_s + found.lost_s + found.unknown_s == pytest.approx(sum((b - a).total_seconds() for a, b in counted))


def test_traffic_belongs_to_the_agency_at_the_far_end_whichever_end_is_polled() -> None:
    house, school = Agency(pk=1, code="kominfo", name="Kominfo"), Agency(pk=2, code="disdik", name="Disdik")
    core = Device(pk=1, code="core", role="core", site=Site(agency=house))
    far = Device(pk=2, code="far", site=Site(agency=school))
    near_port, far_port = Interface(pk=1, device=core, name="ge1", number=1), Interface(pk=2, device=far, name="wan", number=1)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for link in (
        Link(a=core, b=far, a_interface=near_port),
        Link(a=far, b=core, a_interface=far_port),
        Link(a=far, b=core, b_interface=near_port),
    ):
        load = Load(link, None, percentiles([(at, 1.0)], []), [(at, 1.0)], [])
        assert [share for _name, share in shares([load])] == [1.0] and user_of(link) == school
    named = Interface(pk=3, device=far, name="wan2", number=2, agency=house)
    assert user_of(Link(a=far, b=core, a_interface=named)) == house


@pytest.mark.django_db
def test_a_link_that_is_nearly_full_is_seen_on_drawing_and_page(regency: Region, rani: Person) -> None:
    lay_network()
    declare()
    now = datetime.now(UTC)
    rows = [Observation("net.up", "35.16.13", now.isoformat(), 1.0, dims={"device": device}) for device in ("core", "r-dinkes", "r-bpbd")]
    for number, bits in enumerate((100e6, 850e6)):
        at = (now - (1 - number) * 5 * MINUTE).isoformat()
        dims = {"device": "core", "interface": "ge-0/0/1"}
        rows += [Observation(code, "35.16.13", at, bits, dims=dims) for code in ("net.in", "net.out")]
    forget_known()
    done = take_delivery(source=Source.objects.get(code="pendopo"), rows=rows, digest="f" * 64, way=Way.SYSTEM)
    assert done.accepted == len(rows), done
    assert busy_links(timezone.now()) == {"core-dinkes"}
    page = signed_in(rani).get("/network").content.decode()
    assert page.count('class="wire attention"') == 2, "on the topology and on the map"
    link = signed_in(rani).get("/network/links/core-dinkes").content.decode()
    assert "<svg" in link.split("Lalu lintas 24 jam")[1].split("</section>")[0] and "/network/availability/links/core-dinkes" in link
    assert "belum diukur" in signed_in(rani).get("/network/links/core-bpbd").content.decode()
    for kind, code in (("sites", "dinkes"), ("devices", "r-dinkes")):
        assert f"/network/availability/{kind}/{code}" in signed_in(rani).get(f"/network/{kind}/{code}").content.decode()
