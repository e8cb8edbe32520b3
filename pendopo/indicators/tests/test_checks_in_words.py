"""The checks of an indicator on its page: every declared key in words, in both languages."""

import msgspec
import pytest
from django.utils.translation import override

from pendopo.agencies.models import Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.indicators.catalogue import Checks
from pendopo.indicators.checks_in_words import WORDS, checks_in_words
from pendopo.indicators.models import Indicator
from pendopo.indicators.soundness.table import CHECKS
from pendopo.indicators.tests.yard import lay_out

EVERY = {
    "range": [0, None],
    "step": 1.5,
    "monotonic": True,
    "future": "5m",
    "scale": True,
    "season": "week",
    "sensitivity": 4.5,
    "stuck": 12,
    "copy": True,
    "clock": True,
    "total_of": "free",
    "agrees": {"with": "cases", "within": 0.2},
    "adds_up": 0.0,
}


def test_every_key_of_the_catalogue_has_its_words() -> None:
    """`sensitivity` is said with `season`."""
    assert list(WORDS) == [check.key for check in CHECKS if check.key]
    assert set(EVERY) == set(Checks.__struct_fields__) == set(WORDS) | {"sensitivity"}
    msgspec.convert(EVERY, Checks)


@pytest.mark.parametrize("checks", [{}, {"scale": False, "copy": False, "step": None}])
def test_what_is_not_declared_is_not_said(checks: dict[str, object]) -> None:
    assert checks_in_words(checks, {}) == []


def test_numbers_and_names_are_written_the_readers_way() -> None:
    with override("id"):
        said = dict(checks_in_words(EVERY, {"cases": "Kasus"}))
    assert said["Rentang"] == "0 … ∞" and said["Lompatan terbesar"] == "1,5" and said["Mendahului jam"] == "5 menit"
    assert said["Sesuai angka lain"] == "Kasus, dengan selisih paling banyak 20 %" and "4,5 kali" in said["Musim"]
    with override("en"):
        said = dict(checks_in_words(EVERY | {"adds_up": 0.05, "copy": 9}, {}))
    assert said["Sum of the parts"].endswith("within 5 %") and "9 rows" in said["Copy of the day before"]
    assert said["Total of"].startswith("free:") and len(said) == len(WORDS)


def test_the_page_of_an_indicator_says_them_all(transactional_db: None) -> None:
    yard = lay_out()
    Indicator.objects.filter(code="level").update(checks=EVERY)
    page = signed_in(person_in_post("budi@psda.test", "Budi", Role.STEWARD, agency=yard.source.agency)).get("/indicators/level")
    text = page.content.decode()
    for words in ("tidak pernah turun", "12 kali berturut-turut", "mulai 6 baris", "tepat", "cases, dengan selisih"):
        assert words in text, words
