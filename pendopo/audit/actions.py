"""Writing into the book. `record` is called by every verb of every room, inside the verb's transaction."""

from typing import Any, Protocol

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from .models import Entry

# The channel on which the sealing loop is woken.
WAKE_CHANNEL = "pendopo_audit"


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
