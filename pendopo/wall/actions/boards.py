"""Verbs of boards: keep one (every saving is a version), share it, delete it, bring it back."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.models import Agency, Person
from pendopo.audit.actions import SYSTEM, Actor, record

from ..logic import BoardSpec, read_board
from ..models import Board, BoardShare, BoardVersion


class Overtaken(Exception):
    """Somebody saved the board since it was opened for editing."""


@transaction.atomic
def load_board(*, definition: Mapping[str, Any], by: Actor | None, why: str = "", opened: int | None = None) -> tuple[BoardSpec, str]:
    """Keeps a board as its next version; says whether it was `created`, `changed` or `unchanged`. A deleted one comes back with it.

    `opened` is the number of the version that the editor began with (0 = none). Raises logic.WrongBoard, and Overtaken with a sentence
    when there is a newer one.
    """
    spec = read_board(definition)
    owner = by if isinstance(by, Person) else None
    board, created = Board.objects.select_for_update().get_or_create(
        code=spec.code, defaults={"definition": dict(definition), "owner": owner}
    )
    newest = board.versions.aggregate(newest=Max("number"))["newest"] or 0
    if opened is not None and newest != opened and not board.deleted:
        raise Overtaken(_("Somebody saved a newer version meanwhile. Open it, and make your changes there."))
    if not created and board.definition == definition and board.deleted is None:
        return spec, "unchanged"
    before = {} if created else {"definition": board.definition}
    board.definition, board.changed, board.deleted = dict(definition), timezone.now(), None
    board.save(update_fields=["definition", "changed", "deleted"])
    name = (by or SYSTEM).audit_name
    BoardVersion.objects.create(board=board, number=newest + 1, definition=dict(definition), by=name, why=why)
    after = {"definition": dict(definition), "version": newest + 1, "why": why}
    record(by=by, room="wall", verb="loaded", about=address_of(board), before=before, after=after)
    return spec, "created" if created else "changed"


@transaction.atomic
def share_board(*, board: Board, shares: Iterable[tuple[str, Agency | None, str]], by: Actor | None) -> None:
    """Replaces with whom a board is shared: (role, agency, right) each, a role or an agency. No share at all opens it to everyone."""
    before = shares_text(board)
    board.shares.all().delete()
    for role, agency, right in shares:
        share = BoardShare(board=board, role=role, agency=agency, right=right)
        share.full_clean()
        share.save()
    record(by=by, room="wall", verb="shared", about=address_of(board), before={"shares": before}, after={"shares": shares_text(board)})


@transaction.atomic
def delete_board(*, board: Board, by: Actor | None) -> None:
    """Takes a board away; its versions are kept. Where the product ships one with this code, that one stands again."""
    board.deleted = timezone.now()
    board.save(update_fields=["deleted"])
    record(by=by, room="wall", verb="deleted", about=address_of(board), after={"definition": board.definition})


@transaction.atomic
def bring_back(*, board: Board, by: Actor | None) -> None:
    """Undoes a deletion: the board is as it was."""
    board.deleted = None
    board.save(update_fields=["deleted"])
    record(by=by, room="wall", verb="brought-back", about=address_of(board), after={"definition": board.definition})


def shares_text(board: Board) -> list[str]:
    """With whom it is shared, for the book: `officer: see`."""
    return [f"{share.role or share.agency}: {share.right}" for share in board.shares.select_related("agency")]


def address_of(board: Board) -> str:
    """How the book of deeds names it."""
    return f"/wall/{board.code}"
