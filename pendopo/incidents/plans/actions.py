"""The verb of plans: set one."""

from collections.abc import Sequence

from django.db import transaction

from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.regions.models import Region

from ..field.models import Resource, Shelter
from ..procedures.models import Procedure
from .models import Plan, PlanLine


@transaction.atomic
def set_plan(
    *, hazard: Procedure, region: Region, by: Person | None, shelters: Sequence[Shelter], resources: Sequence[Resource], note: str = ""
) -> Plan:
    """The plan for a hazard in an area, new or changed: shelters and resources in the order in which they are used."""
    plan, _new = Plan.objects.select_for_update(of=("self",)).get_or_create(hazard=hazard, region=region)
    plan.note = note.strip()[:4000]
    plan.save(update_fields=["note"])
    plan.lines.all().delete()
    lines = [PlanLine(plan=plan, place=place, shelter=one) for place, one in enumerate(shelters, 1)]
    lines += [PlanLine(plan=plan, place=place, resource=one) for place, one in enumerate(resources, len(lines) + 1)]
    PlanLine.objects.bulk_create(lines)
    after = {"hazard": hazard.code, "shelters": [one.name for one in shelters], "resources": [one.name for one in resources]}
    record(by=by, room="incidents", verb="set_plan", about=plan.get_absolute_url(), after=after, region=region.pk)
    return plan
