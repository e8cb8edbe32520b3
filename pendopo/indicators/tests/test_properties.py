"""What holds for every input: repeating and re-batching change nothing, order does not matter where a place has one value."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pendopo.indicators.actions import Receipt, forget_known, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import KeptRow, Source, Way
from pendopo.indicators.tests.yard import DISTRICTS, lay_out, state

START = datetime(2026, 5, 1, tzinfo=UTC)

# Few places and few values, so that repeats, corrections and jumps are common.
rows = st.builds(
    Observation,
    indicator=st.sampled_from(["level", "free", "cases", "nothing"]),
    region=st.sampled_from([*DISTRICTS, "35.99"]),
    at=st.integers(0, 5).map(lambda hour: (START + timedelta(hours=hour)).isoformat()),
    value=st.one_of(st.none(), st.sampled_from([0.0, 1.0, 3.0, 4.0, 19.5, 25.0]), st.floats(-1e308, 1e308, allow_nan=False)),
    quality=st.sampled_from([None, "ok", "provisional", "suspect"]),
    note=st.sampled_from([None, None, "checked by hand"]),
    dims=st.sampled_from([None, None, {"pos": "BE1"}]),
)
deliveries = st.lists(rows, min_size=1, max_size=12)

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
pytestmark = pytest.mark.django_db


def place(row: Observation) -> tuple[Any, ...]:
    """The series and time that a row speaks of."""
    return row.indicator, row.region, row.at, str(row.dims)


class Fresh(Exception):
    """Ends an example and takes back all that it wrote."""


def outcome(batches: Sequence[Sequence[Observation]]) -> tuple[list[tuple[Any, ...]], list[Receipt]]:
    """The state and the receipts after these deliveries on an empty history; leaves the history as it was."""
    found: list[Any] = []
    forget_known()
    try:
        with transaction.atomic():
            source = Source.objects.get()
            receipts = [take_delivery(source=source, rows=batch, digest="0" * 64, way=Way.API) for batch in batches if batch]
            found = [state(), receipts]
            raise Fresh
    except Fresh:
        forget_known()
        return found[0], found[1]


@pytest.fixture(autouse=True)
def yard() -> None:
    """One yard for all examples of a test."""
    lay_out()


@given(deliveries)
@quick
def test_every_row_gets_one_verdict(sent: list[Observation]) -> None:
    """The five counts add up and every row that was not accepted is named once."""
    _, receipts = outcome([sent])
    for receipt in receipts:
        counts = [receipt.accepted, receipt.flagged, receipt.quarantined, receipt.rejected, receipt.duplicates]
        assert min(counts) >= 0 and sum(counts) == len(sent)
        named = [problem["row"] for problem in receipt.problems]
        assert len(named) == len(set(named)) == len(sent) - receipt.accepted
        assert all(problem["message"] for problem in receipt.problems)


@given(deliveries)
@quick
def test_the_same_again_changes_nothing(sent: list[Observation]) -> None:
    """Sent twice = sent once, when a place has one value in the body: then nothing is a correction the second time."""
    once, _ = outcome([sent])
    twice, receipts = outcome([sent, sent])
    assert once == twice
    assert receipts[1].accepted == receipts[1].flagged == 0


@given(deliveries, st.lists(st.integers(1, 5), min_size=12, max_size=12))
@quick
def test_any_batching_gives_the_same_state(sent: list[Observation], sizes: list[int]) -> None:
    """One body or many: the newest rows and the newest words are the same, and so are the verdicts on repeated input."""
    batches, at = [], 0
    for size in sizes:
        batches.append(sent[at : at + size])
        at += size
    assert at >= len(sent)
    assert outcome([sent])[0] == outcome(batches)[0]


@given(st.lists(rows, min_size=1, max_size=10, unique_by=place), st.randoms(use_true_random=False), st.integers(1, 4))
@quick
def test_any_order_gives_the_same_state_where_a_place_has_one_value(sent: list[Observation], chance: Any, size: int) -> None:
    """Late figures, shuffled files, several senders: history ends the same, the soft verdicts included."""
    shuffled = list(sent)
    chance.shuffle(shuffled)
    batches = [shuffled[at : at + size] for at in range(0, len(shuffled), size)]
    assert outcome([sent])[0] == outcome(batches)[0]


@given(deliveries)
@quick
def test_no_row_is_lost(sent: list[Observation]) -> None:
    """A row is history, or known already, or kept with its reason."""
    forget_known()
    try:
        with transaction.atomic():
            receipt = take_delivery(source=Source.objects.get(), rows=sent, digest="0" * 64, way=Way.API)
            kept = KeptRow.objects.filter(delivery_id=receipt.delivery).count()
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM indicators_observation WHERE delivery_id = %s", [receipt.delivery])
                stored = cursor.fetchone()[0]
            raise Fresh
    except Fresh:
        forget_known()
    assert kept == receipt.quarantined + receipt.rejected
    assert stored >= receipt.accepted + receipt.flagged
    assert stored + kept + receipt.duplicates >= len(sent)
