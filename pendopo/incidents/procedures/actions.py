"""Loading procedures from YAML: a new version where the text differs, nothing where it is the same."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.audit.actions import Actor, record

from . import logic
from .models import Procedure, ProcedureVersion

SHIPPED = Path(__file__).with_name("shipped")
LOCK = 0x70726F63


@dataclass
class Loaded:
    """What a file changed: `code number` of every new version; how many stood so already."""

    new: list[str] = field(default_factory=list)
    same: int = 0

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"new": self.new, "same": self.same}


def load(*, text: str, by: Actor | None) -> Loaded:
    """All or nothing. Raises logic.WrongProcedure with every fault of the file."""
    return _load(_read(text), by=by, shipped=False)


def load_shipped() -> Loaded:
    """The procedures that come with the product; those that people replaced stay theirs."""
    given = [logic.read(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in sorted(SHIPPED.glob("*.yaml"))]
    return _load(given, by=None, shipped=True)


def _read(text: str) -> list[logic.Procedure]:
    try:
        given = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as wrong:
        raise logic.WrongProcedure([f"This is not YAML: {wrong}"]) from wrong
    rows = given.get("procedures") if isinstance(given, dict) and "procedures" in given else [given]
    if not isinstance(rows, list) or not rows:
        raise logic.WrongProcedure(["Write one procedure, or a list under procedures."])
    found, problems = [], []
    for row in rows:
        try:
            found.append(logic.read(row))
        except logic.WrongProcedure as wrong:
            problems += wrong.problems
    if problems:
        raise logic.WrongProcedure(problems)
    return found


def follow(*, base: ProcedureVersion, definition: dict[str, Any], by: Actor) -> ProcedureVersion:
    """The version after `base`, within the verb's transaction; from then on the procedure is the house's own.

    Raises logic.WrongProcedure, and Refused when `base` is not the newest or nothing differs.
    """
    read = logic.as_definition(logic.read(definition))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = base.procedure.versions.first()
    if last is None or last.pk != base.pk:
        raise Refused(_("Somebody changed this procedure meanwhile: look at the newest version and change that one."))
    if last.definition == read:
        raise Refused(_("Nothing differs from the version before: change a step first."))
    Procedure.objects.filter(pk=base.procedure_id).update(shipped=False, ended=None)
    return ProcedureVersion.objects.create(procedure=base.procedure, number=base.number + 1, definition=read, by=by.audit_name)


def _load(given: list[logic.Procedure], *, by: Actor | None, shipped: bool) -> Loaded:
    # The first address that a process asks for imports every page: not while a lock is held.
    pages = {one.code: reverse("incidents:procedure", args=[one.code]) for one in given}
    return _keep(given, pages, by=by, shipped=shipped)


@transaction.atomic
def _keep(given: list[logic.Procedure], pages: dict[str, str], *, by: Actor | None, shipped: bool) -> Loaded:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    done = Loaded()
    for procedure in given:
        kept, is_new = Procedure.objects.get_or_create(code=procedure.code, defaults={"shipped": shipped})
        last = kept.versions.first()
        definition = logic.as_definition(procedure)
        theirs = shipped and not kept.shipped and not is_new
        if theirs or (last is not None and last.definition == definition):
            done.same += 1
            continue
        version = ProcedureVersion.objects.create(
            procedure=kept, number=last.number + 1 if last else 1, definition=definition, by=by.audit_name if by else ""
        )
        Procedure.objects.filter(pk=kept.pk).update(shipped=shipped, ended=None)
        record(by=by, room="incidents", verb="load_procedure", about=pages[procedure.code], after={"version": version.number})
        done.new.append(f"{procedure.code} {version.number}")
    return done
