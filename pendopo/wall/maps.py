"""Boundaries for maps: the drawing of a region's children, kept in the process until a boundary changes."""

from functools import lru_cache
from typing import NamedTuple

from django.db.models import TextField, Value
from django.db.models.functions import MD5, Cast, Coalesce

from pendopo.regions.models import BoundaryKind, Region
from pendopo.ui.shapes import Drawing, draw


@lru_cache(maxsize=64)
def _drawing(parent: str, fingerprint: tuple[tuple[str, str], ...]) -> Drawing | None:
    """`fingerprint` names every child and the digest of its boundary: a new boundary is a new drawing."""
    return draw(dict(Region.objects.filter(code__in=[code for code, _digest in fingerprint]).values_list("code", "boundary")))


class Child(NamedTuple):
    """A region right below another, and the digest of its boundary."""

    code: str
    name: str
    kind: str
    digest: str


def children_of(parents: set[str]) -> dict[str, list[Child]]:
    """The regions right below each of the parents. One query."""
    digest = MD5(Coalesce(Cast("boundary", TextField()), Value("", output_field=TextField())))
    rows = Region.objects.filter(parent__in=parents).annotate(digest=digest).order_by("code")
    found: dict[str, list[Child]] = {parent: [] for parent in parents}
    for parent, *child in rows.values_list("parent_id", "code", "name", "boundary_kind", "digest"):
        found[str(parent)].append(Child(*child))
    return found


def drawing_of(parent: str, children: list[Child]) -> Drawing | None:
    """The map of a region's children; None unless at least half of them have a boundary (a ranked table says more then)."""
    bounded = tuple((child.code, child.digest) for child in children if child.kind != BoundaryKind.NONE)
    if not bounded or len(bounded) * 2 < len(children):
        return None
    return _drawing(parent, bounded)
