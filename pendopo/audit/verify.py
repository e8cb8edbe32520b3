"""Proves the book unbroken, from what the database holds today."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from .logic import GENESIS, SEAL_WITHIN_S, Head, Problem, Sealed, walk
from .models import Entry

# How the sealing loop names its connection, so that it can be seen whether anybody seals.
RELAY_NAME = "pendopo relay"

# Triggers without which rows could be changed: (table, trigger).
GUARDS = (("audit_entry", "audit_entry_guard"),)

GUARD_SQL = """
SELECT t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relname = %s AND t.tgname = %s AND NOT t.tgisinternal AND pg_table_is_visible(c.oid)
"""


@dataclass(frozen=True)
class Verdict:
    """What a walk over the book found. `waiting` counts entries that have no seal yet because nothing is running that seals."""

    head: Head
    waiting: int
    problems: list[Problem]

    @property
    def unbroken(self) -> bool:
        """Whether everything is as it was sealed."""
        return not self.problems


def verify(*, noted: Head | None = None, guards: Sequence[tuple[str, str]] = GUARDS, now: datetime | None = None) -> Verdict:
    """Walks the whole chain in constant memory; also looks at the guards and at entries that wait for their seal."""
    head = Head(0, GENESIS)
    problems: list[Problem] = []
    for word in walk(_sealed(), noted):
        if isinstance(word, Head):
            head = word
        else:
            problems.append(word)
    waiting = Entry.objects.filter(seq=None)
    if _somebody_seals():
        late = waiting.filter(at__lt=(now or timezone.now()) - timedelta(seconds=SEAL_WITHIN_S)).order_by("id")
        problems.extend(
            Problem("unsealed", 0, f"{entry} of {entry.at:%Y-%m-%d %H:%M:%SZ} waits for its seal: the sealing loop does not reach it.")
            for entry in late[:100]
        )
    problems.extend(problem for table, trigger in guards if (problem := _guard(table, trigger)))
    return Verdict(head, waiting.count(), problems)


def _sealed() -> Iterator[Sealed]:
    for entry in Entry.objects.sealed().order_by("seq", "id").iterator(chunk_size=2000):
        yield Sealed(entry.seq or 0, entry.at, entry.content, bytes(entry.hash or b""))


def _somebody_seals() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()", [RELAY_NAME])
        return bool(cursor.fetchone()[0])


def _guard(table: str, trigger: str) -> Problem | None:
    with connection.cursor() as cursor:
        cursor.execute(GUARD_SQL, [table, trigger])
        row = cursor.fetchone()
    if row is None:
        return Problem("unguarded", 0, f"The guard {trigger} of table {table} was removed: rows can be changed. Restore it from a backup.")
    if row[0] not in ("O", "A"):
        return Problem(
            "unguarded", 0, f"The guard {trigger} of table {table} is switched off: run ALTER TABLE {table} ENABLE TRIGGER {trigger}."
        )
    return None
