"""Writing into the book. `record` is called by every verb of every room, inside the verb's transaction; the loop in `relay.py` seals."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from .logic import link
from .models import Entry

# The channel on which the sealing loop is woken.
WAKE_CHANNEL = "pendopo_audit"

# Held while numbers are given, so that two sealing loops never give one number twice. Writers do not take it.
SEAL_LOCK = 0x70656E64


# Room and verb become parts of a subject.
TOKEN = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class Actor(Protocol):
    """Whoever can be named in the book: a person, a source, the system."""

    pk: Any

    @property
    def audit_name(self) -> str: ...


class System:
    """The product itself, when no person asked (nightly work, sealing, the first start)."""

    pk = None
    audit_name = "pendopo"


SYSTEM = System()


def record(
    *,
    by: Actor | None,
    room: str,
    verb: str,
    about: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    region: str = "",
) -> Entry:
    """One entry for one verb. `about` is the path of the thing (`/agencies/rsud`), `before`/`after` the changed fields as JSON values.

    Must run inside the verb's transaction: a deed without its entry, or an entry without its deed, cannot exist.
    """
    if not (TOKEN.fullmatch(room) and TOKEN.fullmatch(verb)):
        raise ValueError(f"{room}.{verb} cannot be told on the bus: write room and verb in small letters, digits, - and _.")
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("audit.record must run inside the transaction of the verb it records.")
    actor = by or SYSTEM
    entry = Entry.objects.create(
        actor_id=actor.pk if isinstance(actor, AbstractBaseUser) else None,
        actor=actor.audit_name,
        room=room,
        verb=verb,
        about=about,
        region=region,
        before=before or {},
        after=after or {},
    )
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE_CHANNEL}")
    return entry


SEAL_SQL = """
UPDATE audit_entry e SET seq = v.seq, hash = v.hash
FROM unnest(%(ids)s::bigint[], %(seqs)s::bigint[], %(hashes)s::bytea[]) AS v(id, seq, hash)
WHERE e.id = v.id AND e.seq IS NULL
"""


def seal(*, limit: int = 1000) -> int:
    """Gives the next numbers and hashes to committed entries without one, oldest first; answers how many (0 = all are sealed).

    An entry whose transaction commits late is found later: what counts is that it has no seal, not where its id stands.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
        seq, previous = Entry.objects.head()
        ids, seqs, hashes = [], [], []
        for entry in Entry.objects.filter(seq=None).order_by("id")[:limit]:
            seq += 1
            previous = link(previous, seq=seq, at=entry.at, content=entry.content)
            ids.append(entry.pk)
            seqs.append(seq)
            hashes.append(previous)
        if ids:
            cursor.execute(SEAL_SQL, {"ids": ids, "seqs": seqs, "hashes": hashes})
        return len(ids)


def mark_told(*, seqs: Sequence[int]) -> None:
    """Notes that the bus has these entries on disk, so that they are not sent again."""
    Entry.objects.filter(seq__in=seqs, told=False).update(told=True)
