"""The words of catalogues."""

from pendopo.portal.opendata.logic import frequency


def test_cadences_have_the_catalogues_words() -> None:
    assert [frequency(s) for s in (60, 3600, 86_400, 7 * 86_400, 30 * 86_400, 365 * 86_400)] == [
        "UPDATE_CONT",
        "HOURLY",
        "DAILY",
        "WEEKLY",
        "MONTHLY",
        "ANNUAL",
    ]
