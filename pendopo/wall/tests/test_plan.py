"""Which of its alternatives a tile shows."""

from datetime import UTC, datetime

from pendopo.indicators.models import Indicator
from pendopo.wall.logic import read_board
from pendopo.wall.reading import plan

AT = datetime(2026, 5, 9, tzinfo=UTC)
KNOWN = {code: Indicator(code=code, name_id=code, every="1d", grace="1h") for code in ("bor", "cases", "risk")}


def chosen(kind: str, reports: dict[str, list[tuple[str, datetime]]]) -> str:
    board = {"code": "b", "title": {"id": "B"}, "tiles": [{"kind": kind, "indicator": ["cases", "bor", "risk"]}]}
    (one,) = plan(read_board(board).tiles, KNOWN, "35.16", reports)
    return one.indicators[0].code


def test_a_number_takes_the_first_that_reports() -> None:
    assert chosen("number", {"bor": [("35.16", AT)], "risk": [("35.16.01", AT)]}) == "bor"


def test_a_map_and_a_ranking_pass_over_a_figure_of_the_whole_alone() -> None:
    reports = {"bor": [("35.16", AT)], "cases": [("35", AT)], "risk": [("35.16.01", AT)]}
    assert chosen("choropleth", reports) == "risk"
    assert chosen("ranking", reports) == "risk"


def test_without_any_report_below_the_first_that_reports_stands_and_without_any_the_first() -> None:
    assert chosen("ranking", {"bor": [("35.16", AT)]}) == "bor"
    assert chosen("ranking", {}) == "cases"


def test_bands_judge_the_first_named_indicator_and_not_its_stand_in() -> None:
    bands = [{"from": 80, "state": "danger", "word": {"id": "Penuh", "en": "Full"}}]
    board = {"code": "b", "title": {"id": "B"}, "tiles": [{"kind": "number", "indicator": ["bor", "cases"], "bands": bands}]}
    (tile,) = read_board(board).tiles
    assert [band.state for band in tile.bands_of("bor")] == ["danger"]
    assert tile.bands_of("cases") == ()
