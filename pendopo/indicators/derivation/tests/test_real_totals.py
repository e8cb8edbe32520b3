"""Running totals and incidence on real figures: the totals that covid19.go.id published itself, to the last person."""

import csv
from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import pytest
from django.conf import settings

from pendopo.indicators.derivation.catalogue import zone
from pendopo.indicators.history import Question, page
from pendopo.indicators.models import Indicator

from .garden import declare, plant, send, settle_down

FILE = Path(settings.BASE_DIR).parent.parent / "shared/data/covid/jawa_timur_harian_2020_2021.csv"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FILE.exists(), reason="../shared/data/covid is not here"),
]


def lines() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def figures(code: str) -> Iterator[tuple[str, float]]:
    cursor = None
    while True:
        found, cursor = page(Question([Indicator.objects.get(code=code).pk]), cursor)
        yield from ((known.at.astimezone(zone()).date().isoformat(), known.value) for known in found)
        if cursor is None:
            return


@pytest.mark.parametrize(
    ("daily", "published"),
    [
        ("KASUS", "AKUMULASI_KASUS"),
        ("MENINGGAL", "AKUMULASI_MENINGGAL"),
        ("SEMBUH", "AKUMULASI_SEMBUH"),
        ("DIRAWAT_OR_ISOLASI", "AKUMULASI_DIRAWAT_OR_ISOLASI"),
    ],
)
def test_running_totals_are_those_that_were_published(daily: str, published: str) -> None:
    """654 days of East Java. "In care" may be negative on a day; our yard refuses negative cases, so the check is lifted for it."""
    plant(total={"cumulative": "cases"})
    Indicator.objects.filter(code="cases").update(checks={})
    rows = lines()
    send(*[("cases", "35", row["tanggal"], float(row[daily])) for row in rows])
    settle_down()
    assert list(figures("total")) == [(row["tanggal"], float(row[published])) for row in rows]


def test_incidence_is_the_nearest_double_of_the_exact_fraction() -> None:
    """Seven days of cases per 100,000 of 40,665,696 people (census 2020), for each of 648 windows; and its running total."""
    plant()
    people = 40_665_696
    declare("incidence", {"per_100k": {"of": {"moving_sum": {"of": "cases", "window": "7d"}}, "population": "population"}})
    declare("tenths", {"cumulative": {"product": ["cases", 0.1]}})
    rows = lines()
    cases = [int(float(row["KASUS"])) for row in rows]
    send(("population", "35", "2020-01-01", float(people)), *[("cases", "35", row["tanggal"], float(row["KASUS"])) for row in rows])
    settle_down()
    exact = [Fraction(sum(cases[n - 6 : n + 1]) * 100_000, people) for n in range(6, len(cases))]
    assert [value for _day, value in figures("incidence")] == [float(value) for value in exact]
    tenths = [float(Fraction(total, 10)) for total in accumulate(cases)]
    assert [value for _day, value in figures("tenths")] == tenths
