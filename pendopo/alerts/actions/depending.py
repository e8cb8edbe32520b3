"""The verbs of dependencies: which thing cannot be well while which others are bad."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from pendopo.audit.actions import Actor, record

from ..models import Dependency
from .book import lock

DEEPEST = 100


class LoopingDependency(ValueError):
    """A thing would, over others, depend on itself."""


@transaction.atomic
def depend(*, child: str, parents: Sequence[str], by: Actor | None = None, origin: str = "", wait_s: int = 30) -> None:
    """From now on `child` depends on these parents, and on no others of this origin. All are fingerprints (`verdicts.fingerprint`).

    The child is kept quiet while all its parents are bad, and waits up to `wait_s` seconds for a fresh word of them. Raises
    LoopingDependency.
    """
    lock()
    wanted = sorted(set(parents))
    if child in wanted or child in _all_above(wanted):
        raise LoopingDependency(f"{child} would depend on itself: leave out one of its parents.")
    mine = Dependency.objects.filter(child=child, origin=origin)
    before = {row.parent: row.wait_s for row in mine}
    if before == dict.fromkeys(wanted, wait_s):
        return
    mine.delete()
    rows = [Dependency(child=child, parent=parent, wait_s=wait_s, origin=origin) for parent in wanted]
    Dependency.objects.bulk_create(rows, update_conflicts=True, unique_fields=["child", "parent"], update_fields=["wait_s", "origin"])
    record(by=by, room="alerts", verb="depend", about="/alerts/dependencies", before={"parents": sorted(before)},
           after={"child": child, "parents": wanted, "wait_s": wait_s, "origin": origin})  # fmt: skip


@transaction.atomic
def undepend(*, origin: str, children: Iterable[str], by: Actor | None = None) -> int:
    """These children depend on nothing any more that this origin wrote. Answers how many rows went."""
    names = list(children)
    gone, _each = Dependency.objects.filter(origin=origin, child__in=names).delete()
    if gone:
        record(by=by, room="alerts", verb="undepend", about="/alerts/dependencies", before={"children": names, "origin": origin})
    return gone


def _all_above(names: Iterable[str]) -> set[str]:
    """Everything that these depend on, over all steps."""
    found: set[str] = set()
    step = set(names)
    for _depth in range(DEEPEST):
        step = set(Dependency.objects.filter(child__in=step).values_list("parent", flat=True)) - found
        if not step:
            break
        found |= step
    return found
