"""The demonstration's assessments: made once, with the published index of 2023, and every page of them opens."""

import pytest
from django.utils import timezone

from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.assessments.catalogue import instrument_named
from pendopo.assessments.drawing import draw, live_figures
from pendopo.assessments.models import Assessment, Round
from pendopo.assessments.sheet import columns_of
from pendopo.assessments.sufficiency import River
from pendopo.cli.demonstration.assessing import ASSESSOR, LEVELS_2025, seed_assessments
from pendopo.cli.demonstration.proving import PAST, seed_proofs
from pendopo.indicators.tests.yard import lay_out

PAGES = (
    "",
    "trend",
    "findings",
    "risks",
    "spbe-2020-2023",
    "spbe-2020-2025",
    "spbe-2020-2025/r/22",
    "spbe-2020-2025/r/10",
    "spbe-2020-2025/raise?to-23=4&to-30=3",
    "pemdi-2026-2026",
    "pemdi-2026-2026/r/14",
    "evidence/1",
)


@pytest.fixture
def ratna(db: None) -> Person:
    return person_in_post(ASSESSOR, "Ratna Dewanti", Role.ASSESSOR)


@pytest.mark.django_db
def test_the_simulated_past_proves_most_and_leaves_something_open() -> None:
    now = timezone.now()
    rivers = {figure.code: figure.drawn.indicator for figure in live_figures().values() if isinstance(figure.drawn, River)}
    assert set(rivers.values()) == PAST.keys()
    assert seed_proofs(now) == 0, "a house without sources stays empty"
    lay_out()
    assert seed_proofs(now) == sum(live_figures()[code].window for code in rivers)
    enough = {code: found.enough for code, found in draw(rivers, now).items()}
    assert enough["nightly-backup"] and enough["restore-test"] and not enough["network-coverage"] and not enough["packages-renewed"]
    assert sum(enough.values()) > 2 * list(enough.values()).count(False) > 0


@pytest.mark.django_db
def test_the_demonstrations_assessments(ratna: Person) -> None:
    seed_assessments()
    seed_assessments()
    assert Assessment.objects.count() == 3 and len(LEVELS_2025) == 47
    published = Round.objects.get(kind="external")
    assert (round(float(published.index or 0), 2), published.predicate) == (3.52, "Sangat Baik")
    pemdi = Assessment.objects.get(instrument="pemdi-2026")
    (column,) = columns_of(pemdi, instrument_named("pemdi-2026"))
    assert column.open_count == 2 and not column.complete
    client = signed_in(ratna)
    for page in PAGES:
        path = f"/assessments/{page}".rstrip("/").replace("evidence/1", f"evidence/{pemdi.uses.latest('pk').evidence_id}")
        assert client.get(path).status_code == 200, path
