"""Verbs of outcome: tell the room's figures, and open the sandbox of a start-up."""

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused, add_agency
from pendopo.agencies.models import Agency, Kind, Person
from pendopo.audit.actions import record
from pendopo.coworking.startups.models import Startup
from pendopo.indicators.actions import Receipt
from pendopo.indicators.catalogue import parse
from pendopo.indicators.checks import Observation
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.house.actions import declared, send
from pendopo.indicators.sources import add_source, new_key, revoke_key

from . import sandbox
from .figures import figures

CATALOGUE = Path(__file__).with_name("catalogue.yaml")


def publish(*, now: datetime | None = None) -> Receipt | None:
    """Tells sys.coworking.* as figures of the house; None while the government has no sources or the space does not exist."""
    moment = now or timezone.now()
    rows = figures(moment)
    source = declared(CATALOGUE) if rows else None
    if source is None:
        return None
    at = moment.replace(microsecond=0).isoformat()
    return send(source=source, rows=[Observation(row.code, row.region, at, row.value, dims=row.dims) for row in rows])


@transaction.atomic
def open_sandbox(*, startup: Startup, by: Person) -> str:
    """A key for the river, shown once: it reads what is public or agreed and writes the start-up's own test indicators, within a limit.

    The key before it works no more. Refused: the start-up is not published, so that a steward has looked at it.
    """
    kept = Startup.objects.select_for_update(of=("self",)).select_related("sandbox").get(pk=startup.pk)
    if kept.published is None or kept.ended is not None:
        raise Refused(_("The sandbox opens once a steward has published the start-up."))
    if kept.sandbox is None:
        code = sandbox.code_of(kept)
        agency = Agency.objects.filter(code=f"startup-{kept.code}"[:60]).first()
        agency = agency or add_agency(by=by, name=kept.name, code=f"startup-{kept.code}"[:60], kind=Kind.PARTNER)
        kept.sandbox = add_source(by=by, code=code, name=f"{kept.name} (uji)", agency=agency, quota=sandbox.ROWS_A_MINUTE, simulated=True)
        kept.save(update_fields=["sandbox"])
        load_catalogue(catalogue=parse(sandbox.catalogue_of(kept)), by=by)
    for key in kept.sandbox.keys.filter(revoked=None):
        revoke_key(key=key, by=by)
    _key, secret = new_key(source=kept.sandbox, by=by, label="sandbox")
    record(by=by, room="coworking", verb="open_sandbox", about=kept.get_absolute_url(), after={"source": kept.sandbox.code})
    return secret
