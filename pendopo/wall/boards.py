"""Which boards there are: those that the product ships (boards/*.yaml), and those that this government loaded, which stand above them."""

from functools import cache
from pathlib import Path

import yaml

from .logic import BoardSpec, read_board
from .models import Board

SHIPPED = Path(__file__).parent / "boards"


@cache
def shipped() -> dict[str, BoardSpec]:
    """The boards of the product, in the order of the files' names; overview first."""
    found = {path.stem: read_board(yaml.safe_load(path.read_text())) for path in sorted(SHIPPED.glob("*.yaml"))}
    return {code: found[code] for code in sorted(found, key=lambda code: (code != "overview", code))}


def every_board() -> list[BoardSpec]:
    """All boards, the shipped ones first."""
    loaded = {board.code: read_board(board.definition) for board in Board.objects.all()}
    first = [loaded.pop(code, spec) for code, spec in shipped().items()]
    return [*first, *loaded.values()]


def find(code: str) -> BoardSpec | None:
    """The board with this code."""
    board = Board.objects.filter(code=code).first()
    return read_board(board.definition) if board else shipped().get(code)
