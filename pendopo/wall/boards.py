"""Which boards there are, and who may see and change each: those that the product ships (boards/*.yaml), and above them those of this
government."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db.models import QuerySet

from pendopo.agencies.access import grants_of
from pendopo.ui.door import holds

from .logic import BoardSpec, read_board
from .models import Board, Right

SHIPPED = Path(__file__).parent / "boards"


@cache
def shipped_definitions() -> dict[str, dict[str, Any]]:
    """The boards of the product as their files say; overview first."""
    found = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(SHIPPED.glob("*.yaml"))}
    return {code: found[code] for code in sorted(found, key=lambda code: (code != "overview", code))}


@cache
def shipped() -> dict[str, BoardSpec]:
    """The boards of the product, read."""
    return {code: read_board(definition) for code, definition in shipped_definitions().items()}


@dataclass(frozen=True)
class Found:
    """A board with its row (None for one that is as the product ships it) and what the asker may do."""

    spec: BoardSpec
    row: Board | None
    may_change: bool


def _rows() -> QuerySet[Board]:
    return Board.objects.filter(deleted=None).prefetch_related("shares")


def may_see(user: Any, board: Board | None) -> bool:
    """Whether a person (or None: a wall screen, which belongs to nobody) may see a board: one without shares is open to all."""
    if board is None or not board.shares.all():
        return True
    return user is not None and (may_change(user, board) or _shared(user, board, {Right.SEE, Right.CHANGE}))


def may_change(user: Any, board: Board | None) -> bool:
    """Whether a person may change a board: its owner, who may change all boards, and those with whom it is shared so."""
    if holds(user, "boards.change"):
        return True
    return board is not None and (board.owner_id == user.pk or _shared(user, board, {Right.CHANGE}))


def _shared(user: Any, board: Board, rights: set[Right]) -> bool:
    grants = grants_of(user)
    roles, agencies = {grant.role for grant in grants}, {grant.agency_id for grant in grants if grant.agency_id is not None}
    return any(share.right in rights and (share.role in roles or share.agency_id in agencies) for share in board.shares.all())


def boards_for(user: Any) -> list[Found]:
    """All boards that the person (None: a wall screen) may see, the shipped ones first."""
    rows = {row.code: row for row in _rows()}
    first = [(rows.pop(code, None), spec) for code, spec in shipped().items()]
    every = [(row, read_board(row.definition) if row else spec) for row, spec in first] + [
        (row, read_board(row.definition)) for row in rows.values()
    ]
    return [Found(spec, row, user is not None and may_change(user, row)) for row, spec in every if may_see(user, row)]


def every_board() -> list[BoardSpec]:
    """All boards whoever asks, the shipped ones first."""
    loaded = {board.code: read_board(board.definition) for board in Board.objects.filter(deleted=None)}
    first = [loaded.pop(code, spec) for code, spec in shipped().items()]
    return [*first, *loaded.values()]


def find(code: str, user: Any) -> Found | None:
    """The board with this code, if the person (None: a wall screen) may see it."""
    row = _rows().filter(code=code).first()
    spec = read_board(row.definition) if row else shipped().get(code)
    if spec is None or not may_see(user, row):
        return None
    return Found(spec, row, user is not None and may_change(user, row))


def definition_of(code: str) -> dict[str, Any] | None:
    """What a board's file says: of the kept one, else of the shipped one."""
    row = Board.objects.filter(code=code, deleted=None).first()
    return dict(row.definition) if row else shipped_definitions().get(code)


def as_file(definition: dict[str, Any]) -> str:
    """A definition as YAML, in the order in which people read it."""
    order = ("code", "title", "lead", "tiles", "scenes")
    sorted_definition = {name: definition[name] for name in order if name in definition}
    return yaml.safe_dump(sorted_definition, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)
