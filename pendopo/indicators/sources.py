"""The verbs of sources: add, change, make and revoke a key, remember a mapping. Each is one transaction with its entry in the book."""

import hashlib
import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.models import Agency
from pendopo.audit.actions import Actor, record

from .catalogue import CODE
from .credentials import KEY_PREFIX
from .declaring import source_facts
from .derivation.actions import DERIVED_SOURCES
from .models import Source, SourceKey

KEY_BYTES = 32


class Refused(ValueError):
    """A verb that cannot be done; the message is a sentence that says what to do."""


@transaction.atomic
def add_source(*, by: Actor | None, code: str, name: str, agency: Agency, quota: int = 0, simulated: bool = False) -> Source:
    """A new source of an agency. It may write nothing until a catalogue names it at an indicator."""
    if not CODE.fullmatch(code) or len(code) > 60:
        raise Refused(_("A code has small letters, digits, “-”, “_” and “.”, and at most 60 of them."))
    if Source.objects.filter(code=code).exists():
        raise Refused(_("There is already a source “%(code)s”: choose another code.") % {"code": code})
    source = Source.objects.create(code=code, name=name.strip(), agency=agency, quota=quota, simulated=simulated)
    record(by=by, room="indicators", verb="add_source", about=f"/sources/{code}", after=source_facts(source))
    return source


@transaction.atomic
def change_source(*, source: Source, by: Actor | None, **fields: Any) -> Source:
    """Changes name, agency, quota, simulated or active; writes nothing when nothing differs."""
    kept = Source.objects.select_for_update(of=("self",)).select_related("agency").get(pk=source.pk)
    before = {**source_facts(kept), "active": kept.active}
    for name, value in fields.items():
        setattr(kept, name, value)
    after = {**source_facts(kept), "active": kept.active}
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        kept.save(update_fields=changed)
        record(
            by=by,
            room="indicators",
            verb="change_source",
            about=f"/sources/{kept.code}",
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return kept


@transaction.atomic
def new_key(*, source: Source, by: Actor | None, label: str = "") -> tuple[SourceKey, str]:
    """A key for the source and its secret (`pds_…`), which is shown once: only its hash is kept."""
    if source.code in DERIVED_SOURCES:
        raise Refused(_("Derived figures are written by the house alone: there is no key for them."))
    if not source.active:
        raise Refused(_("The source “%(code)s” is retired: take it into use again first.") % {"code": source.code})
    secret = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    key = SourceKey.objects.create(source=source, label=label.strip()[:100], digest=hashlib.sha256(secret.encode()).hexdigest())
    record(by=by, room="indicators", verb="new_key", about=f"/sources/{source.code}", after={"key": key.pk, "label": key.label})
    return key, secret


@transaction.atomic
def revoke_key(*, key: SourceKey, by: Actor | None) -> bool:
    """Ends a key at once. False when it was revoked before."""
    done = SourceKey.objects.filter(pk=key.pk, revoked=None).update(revoked=timezone.now())
    if done:
        record(by=by, room="indicators", verb="revoke_key", about=f"/sources/{key.source.code}", after={"key": key.pk, "label": key.label})
    return bool(done)


@transaction.atomic
def remember_mapping(*, source: Source, by: Actor | None, mapping: dict[str, Any] | None) -> None:
    """Keeps the mapping that the source's files are read with, for the next upload."""
    kept = Source.objects.select_for_update().get(pk=source.pk)
    if kept.mapping != mapping:
        before, kept.mapping = kept.mapping, mapping
        kept.save(update_fields=["mapping"])
        about = f"/sources/{kept.code}"
        record(by=by, room="indicators", verb="remember_mapping", about=about, before={"mapping": before}, after={"mapping": mapping})
