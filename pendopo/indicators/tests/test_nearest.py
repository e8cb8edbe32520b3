"""Where a page looks when a board only says `auto`."""

from datetime import UTC, datetime

import pytest

from pendopo.indicators.nearest import resolve

OLD, NEW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
HOME = "35.16"


@pytest.mark.parametrize(
    ("rule", "reports", "found"),
    [
        ("auto", [("35.16.13", OLD), ("35", NEW)], "35.16"),
        ("auto", [("35", OLD), ("35.14", NEW)], "35"),
        ("auto", [("35.14", OLD), ("35.15", NEW), ("31", NEW)], "35.15"),
        ("auto", [("31", OLD), ("32", NEW)], "32"),
        ("auto", [], "35.16"),
        ("home", [("35", NEW)], "35.16"),
        ("province", [], "35"),
        ("35.14", [], "35.14"),
    ],
)
def test_the_nearest_region_that_reports(rule: str, reports: list[tuple[str, datetime]], found: str) -> None:
    assert resolve(rule, HOME, reports) == found
