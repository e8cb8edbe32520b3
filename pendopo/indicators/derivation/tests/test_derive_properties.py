"""What holds for every history of inputs: following each change gives what computing everything anew gives, in any order of arrival."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pendopo.indicators.actions import forget_known
from pendopo.indicators.derivation.catalogue import Compiled
from pendopo.indicators.derivation.models import DerivedPosition

from .garden import INCIDENCE, ONE, THREE, TWO, day, declare, plant, send, settle_down

pytestmark = pytest.mark.django_db

FORMULAS: dict[str, Any] = {
    "incidence": INCIDENCE,
    "loose": {"moving_mean": {"of": "cases", "window": "3d", "coverage": 0.5}},
    "total": {"cumulative": "cases"},
    "month": {"cumulative": {"of": "cases", "reset": "M"}},
    "step": {"change": "cases"},
    "grown": {"percent_change": {"of": "cases", "window": "2d"}},
    "place": {"rank": {"of": {"moving_sum": {"of": "cases", "window": "2d"}}, "coverage": 0.6}},
    "part": {"share": {"of": "cases", "within": "regency"}},
    "held": {"where": {"of": "cases", "above": 1, "if": "step", "else": {"clamp": {"of": "total", "max": 9}}}},
    "either": {"where": {"of": "population", "above": 2, "else": "cases"}},
    "chain": {"difference": ["total", {"moving_sum": {"of": "cases", "window": "2d"}}, 0.1]},
}

rows = st.tuples(
    st.sampled_from(["cases", "cases", "cases", "population"]),
    st.sampled_from([ONE, TWO, THREE]),
    st.sampled_from(["2026-04-29", "2026-04-30", *(day(n) for n in range(1, 8))]),
    st.sampled_from([None, 1.0, 2.0, 3.0, 0.1, 7.5]),
    st.sampled_from([None, None, "provisional", "suspect"]),
    st.just("a reason"),
)
batches = st.lists(st.lists(rows, min_size=1, max_size=8), min_size=1, max_size=5)
quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


class Fresh(Exception):
    """Ends an example and takes back all that it wrote."""


@pytest.fixture(autouse=True)
def garden() -> None:
    plant()
    for code, expression in FORMULAS.items():
        declare(code, expression)
    declare("roll", {"weighted": {"of": "cases", "by": "population", "coverage": 0.6}})


def state() -> list[tuple[Any, ...]]:
    """The newest value and quality of every derived series and time, and what boards show."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT * FROM (
                SELECT DISTINCT ON (s.id, o.at) i.code, s.region_id, s.dims_key, o.at, o.value, o.quality
                FROM indicators_observation o JOIN indicators_series s ON s.id = o.series_id
                JOIN indicators_indicator i ON i.id = s.indicator_id WHERE i.derived IS NOT NULL
                ORDER BY s.id, o.at, o.known_since DESC) newest
            WHERE value IS NOT NULL
            UNION ALL
            SELECT i.code, s.region_id, 'latest', l.at, l.value, l.quality FROM indicators_latest l
            JOIN indicators_series s ON s.id = l.series_id JOIN indicators_indicator i ON i.id = s.indicator_id
            WHERE i.derived IS NOT NULL AND l.value IS NOT NULL
            """
        )
        return sorted(cursor.fetchall(), key=repr)


def outcome(deliveries: Sequence[Sequence[tuple[Any, ...]]], each: bool) -> list[tuple[Any, ...]]:
    """The derived figures after these deliveries, derived after each or once at the end; leaves the history as it was."""
    found: list[tuple[Any, ...]] = []
    forget_known()
    try:
        with transaction.atomic():
            compiled = Compiled()
            for delivery in deliveries:
                send(*delivery)
                if each:
                    settle_down(compiled)
            settle_down(compiled)
            found = state()
            DerivedPosition.objects.all().delete()
            assert settle_down(Compiled()) == 0, "computing everything anew found a difference"
            raise Fresh
    except Fresh:
        forget_known()
    return found


@given(batches)
@quick
def test_following_every_change_is_the_same_as_computing_anew(deliveries: list[list[tuple[Any, ...]]]) -> None:
    assert outcome(deliveries, each=True) == outcome(deliveries, each=False)


@given(st.lists(rows, min_size=1, max_size=16, unique_by=lambda row: row[:3]), st.randoms(use_true_random=False), st.integers(1, 5))
@quick
def test_any_order_of_arrival_gives_the_same_figures(sent: list[tuple[Any, ...]], chance: Any, size: int) -> None:
    shuffled = list(sent)
    chance.shuffle(shuffled)
    parts = [shuffled[at : at + size] for at in range(0, len(shuffled), size)]
    assert outcome([sent], each=True) == outcome(parts, each=True)
