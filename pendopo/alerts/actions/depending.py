"""The verbs of dependencies: which thing cannot be well while which others are bad."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils import timezone

from pendopo.audit.actions import Actor, record
from pendopo.indicators.storing import WAKE_CHANNEL

from ..models import Alert, Dependency
from .book import lock
from .judging import Judge

DEEPEST = 100


def parents() -> set[str]:
    """Every thing on which others depend."""
    return set(Dependency.objects.values_list("parent", flat=True).distinct())


def newest_dependency() -> tuple[int, int]:
    """What changes whenever dependencies do."""
    found = Dependency.objects.aggregate(last=Max("pk"), count=Count("pk"))
    return found["last"] or 0, found["count"]


class LoopingDependency(ValueError):
    """A thing would, over others, depend on itself."""


@transaction.atomic
def depend(*, child: str, parents: Sequence[str], by: Actor | None = None, origin: str = "", wait_s: int = 30) -> None:
    """From now on `child` depends on these parents, and on no others of this origin. All are fingerprints (`verdicts.fingerprint`).

    The child is kept quiet while all its parents are bad, and waits up to `wait_s` seconds for a fresh word of them. An open alert of
    the child stands anew at once. Raises LoopingDependency.
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
    record(
        by=by,
        room="alerts",
        verb="depend",
        about="/alerts/dependencies",
        before={"parents": sorted(before)},
        after={"child": child, "parents": wanted, "wait_s": wait_s, "origin": origin},
    )
    _look_again([child])


@transaction.atomic
def undepend(*, origin: str, children: Iterable[str], by: Actor | None = None) -> int:
    """These children depend on nothing any more that this origin wrote. Answers how many rows went."""
    lock()
    names = list(children)
    gone, _each = Dependency.objects.filter(origin=origin, child__in=names).delete()
    if gone:
        record(by=by, room="alerts", verb="undepend", about="/alerts/dependencies", before={"children": names, "origin": origin})
        _look_again(names)
    return gone


def _look_again(children: Sequence[str]) -> None:
    """Those of them that are bad stand anew, and the loop of rules hears after commit that there are other parents."""
    bad = list(Alert.objects.open().filter(fingerprint__in=children).values_list("fingerprint", flat=True))
    if bad:
        judge = Judge(bad, timezone.now())
        for name in bad:
            judge.look(name)
        judge.write()
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE_CHANNEL}")


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
