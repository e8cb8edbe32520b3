"""The demonstration: real names, a model that is the same everywhere, gaps on purpose, and nothing that is not marked as SIMULASI."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection

from pendopo.agencies.models import Agency, Holding, Person
from pendopo.cli.demonstration.figures import INSTEAD_OF_REAL, OWN, SILENT
from pendopo.cli.demonstration.hosting import PEOPLE as COWORKERS
from pendopo.cli.demonstration.model import Shape, rain, river, wander
from pendopo.cli.demonstration.moving import moved, one_turn
from pendopo.cli.demonstration.seeding import catch_up, demonstration_catalogue, seed_demonstration
from pendopo.indicators.actions import forget_known
from pendopo.indicators.latest import figures
from pendopo.indicators.models import Delivery, Indicator, Source
from pendopo.meetings.models import Meeting
from pendopo.network.models import Dispute
from pendopo.network.usage import presence_of

HOUR_S = 3600.0


def test_the_model_is_the_same_everywhere() -> None:
    """Numbers that were written down once: no seed of the process, no clock, no library may change them."""
    assert wander("x", 1_700_000_000.0, HOUR_S) == pytest.approx(-0.493494, abs=1e-6)
    assert [rain("pacet", 1_700_000_000.0 + hour * HOUR_S) >= 0 for hour in range(48)] == [True] * 48
    assert all(0.5 < river("sooko", 1_700_000_000.0 + hour * HOUR_S) < 7.6 for hour in range(0, 9000, 7))


def test_a_shape_moves_smoothly_within_its_bounds() -> None:
    """A minute changes little, a year stays inside."""
    shape = Shape(50, 10, 90, daily=20, slow=30, quick=5)
    values = [shape.at("k", 1_700_000_000.0 + minute * 60) for minute in range(3000)]
    assert all(10 <= value <= 90 for value in values)
    assert max(abs(a - b) for a, b in zip(values, values[1:], strict=False)) < 2


@pytest.mark.parametrize("real", [False, True])
def test_every_figure_has_its_indicator_and_its_source(real: bool) -> None:
    """What the model sends is declared, by sources that are marked as simulated; only the population is a fact."""
    catalogue = demonstration_catalogue(real)
    writers = {entry.code: set(entry.sources) for entry in catalogue.indicators}
    simulated = {source.code for source in catalogue.sources if source.simulated is True}
    for figure in (*OWN, *(() if real else INSTEAD_OF_REAL)):
        assert figure.source in writers[figure.indicator], figure.indicator
        assert figure.source in simulated
    assert writers[SILENT] == {"sim-damkar"}
    assert ("satgas-covid" in writers["covid-cases"]) is real
    assert ("sim-dinkes" in writers["covid-cases"]) is not real


@pytest.fixture
def seeded(transactional_db: None) -> Iterator[datetime]:
    """The demonstration as of now. What the migrations laid down may have been swept away by the test before."""
    forget_known()
    laid_down = import_module("pendopo.reports.migrations.0002_categories")
    with connection.cursor() as cursor:
        for position, given in enumerate(laid_down.CATEGORIES):
            cursor.execute(laid_down.SQL, laid_down.row(position, given))
    now = datetime.now(UTC).replace(microsecond=0)
    assert seed_demonstration(now=now) > 40_000
    yield now


@pytest.mark.slow
def test_the_whole_demonstration(seeded: datetime) -> None:
    """Agencies and people in posts, months of history in one go, nothing sent twice, and the gaps that a command center must show."""
    now = seeded
    assert Agency.objects.count() > 70
    assert Agency.objects.filter(kind="district").count() == 18
    assert Agency.objects.filter(kind="vertical").count() >= 8
    members = {email for email, _name in COWORKERS}
    assert Holding.objects.filter(until=None).count() == Person.objects.exclude(email__in=members).count() >= 14
    assert not any(person.has_usable_password() for person in Person.objects.all())
    refused = Delivery.objects.exclude(rejected=0, quarantined=0, duplicates=0)
    assert not refused.exists(), list(refused.values("source__code", "rejected", "quarantined", "duplicates"))
    by_code = {indicator.code: indicator for indicator in Indicator.objects.all()}
    (complaints,) = figures([by_code["complaints-open"]], ["35.16"])
    assert (complaints.reporting, complaints.expected, complaints.partial, complaints.simulated) == (14, 18, True, True)
    (people,) = figures([by_code["population"]], ["35.16"])
    assert (people.value, people.simulated) == (1_138_429.0, False)
    (dust,) = figures([by_code["air-pm25"]], ["35.16"])
    assert dust.freshness(now) == "stale"
    (fire,) = figures([by_code[SILENT]], ["35.16"])
    assert (fire.value, fire.freshness(now)) == (None, "silent")
    (beds,) = figures([by_code["hospital-bor"]], ["35.16"])
    assert beds.freshness(now) == "fresh"
    assert [meeting.start > now for meeting in Meeting.objects.order_by("start")] == [False, True, True]
    assert Meeting.objects.filter(record__isnull=False).count() == 1
    assert sorted(Dispute.objects.values_list("verdict", flat=True)) == ["", "refused"]
    week = presence_of(now - timedelta(days=7), now)
    assert len(week) > 25 and sum(any(not one.up for one in told) for told in week.values()) > 10
    assert all(told[0].begin < now - timedelta(days=6) for told in week.values())
    assert seed_demonstration(now=now) == 0
    assert 0 < catch_up(now + timedelta(hours=1)) < 3000


@pytest.mark.slow
def test_a_turn_moves_the_wall(seeded: datetime) -> None:
    """One series of every moving figure as of now, each from its own source."""
    before = Delivery.objects.count()
    moving = [figure for figure in OWN if figure.moves]
    assert one_turn(3, regular=False) == len(moving)
    assert Delivery.objects.count() == before + len(moving)
    assert moved(moving[2], 0, seeded).region != moved(moving[2], 1, seeded).region
    assert Source.objects.get(code="sim-rsud").last_heard is not None
