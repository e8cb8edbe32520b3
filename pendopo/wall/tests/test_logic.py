"""Reading boards: what ships is right, and everything wrong is named with its place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from pendopo.wall.logic import Band, Text, WrongBoard, band_of, read_board

BOARDS = sorted((Path(__file__).resolve().parents[1] / "boards").glob("*.yaml"))
GOOD: dict[str, Any] = {"code": "water", "title": "Air", "tiles": [{"kind": "number", "indicator": "river-level"}]}


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_shipped_board_is_right_and_fills_its_grid(path: Path) -> None:
    board = read_board(yaml.safe_load(path.read_text()))
    assert board.code == path.stem
    assert board.title.id and board.title.en
    cells = sum(tile.size[0] * tile.size[1] for tile in board.tiles if tile.kind != "ticker")
    assert cells % 12 == 0, f"{cells} cells leave a hole in the last row"


def test_three_boards_ship() -> None:
    assert {path.stem for path in BOARDS} >= {"overview", "health", "water"}


def test_a_plain_title_stands_for_both_languages() -> None:
    assert read_board(GOOD).title == Text("Air", "Air")
    assert read_board(GOOD | {"title": {"id": "Air", "en": "Water"}}).title.say("en") == "Water"


def with_tile(**changes: Any) -> dict[str, Any]:
    return GOOD | {"tiles": [{"kind": "number", "indicator": "river-level"} | changes]}


@pytest.mark.parametrize(
    ("board", "sentence"),
    [
        ("text", "A board is a mapping"),
        (GOOD | {"code": "Water 1"}, "The board's code must be small letters"),
        (GOOD | {"titel": "x"}, "A board has no field 'titel'"),
        (GOOD | {"tiles": []}, "A board has a list of 1 to 60 tiles."),
        (GOOD | {"title": {"en": "Water"}}, "The board's title is a text"),
        (GOOD | {"tiles": [{"kind": "pie"}]}, "Tile 1 must have a kind, one of number, trend"),
        (with_tile(colour="red"), "Tile 1 (number) has no field 'colour'"),
        (with_tile(indicator=[]), "Tile 1 (number): indicator names an indicator by its code"),
        (with_tile(region=35.16), "Tile 1 (number): region is auto, home, province or a code in quotes"),
        (with_tile(size=[13, 1]), "Tile 1 (number): size is [columns, rows]"),
        (with_tile(spark="soon"), "Tile 1 (number): a span is a number and h, d, w, M or y"),
        (with_tile(dims={"pos": 7}), "Tile 1 (number): dims is a mapping of texts"),
        (with_tile(bands=[{"state": "red", "from": 1}]), "Tile 1 (number): a band is {from: NUMBER"),
        (with_tile(bands=[{"state": "danger", "word": "x"}]), "Tile 1 (number): a band is {from: NUMBER"),
        (GOOD | {"tiles": [{"kind": "choropleth", "indicator": "a", "breaks": [5, 1]}]}, "breaks are up to 4 rising numbers"),
        (GOOD | {"tiles": [{"kind": "ranking", "indicator": "a", "count": 0}]}, "count is a number from 1 to 50"),
        (GOOD | {"tiles": [{"kind": "ranking", "indicator": "a", "order": "up"}]}, "order is high or low"),
    ],
)
def test_what_is_wrong_is_said(board: Any, sentence: str) -> None:
    with pytest.raises(WrongBoard) as wrong:
        read_board(board)
    assert any(problem.startswith(sentence) or sentence in problem for problem in wrong.value.problems), wrong.value.problems
    assert all(problem.endswith(".") for problem in wrong.value.problems)


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(WrongBoard) as wrong:
        read_board({"code": "X", "title": 1, "tiles": [{"kind": "number"}, {}]})
    assert len(wrong.value.problems) == 4


def test_the_gravest_band_that_holds_the_value_judges() -> None:
    watch, danger = Band("attention", Text("Siaga", "Watch"), start=2.5), Band("danger", Text("Bahaya", "Danger"), start=4)
    assert band_of((watch, danger), 2.4) is None
    assert band_of((danger, watch), 4) is danger
    assert band_of((watch, danger), 3) is watch
    assert band_of((Band("attention", Text("Kering", "Dry"), end=0.5),), 0.5) is not None
    assert band_of((watch,), None) is None
