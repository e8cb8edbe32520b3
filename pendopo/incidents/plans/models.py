"""Plans and their lines, in the order in which they are used."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pendopo.regions.models import Region

from ..cases.models import Incident
from ..field.models import Resource, Shelter
from ..procedures.models import Procedure


class Plan(models.Model):
    """What is used first when this hazard strikes this area and everything below it."""

    hazard = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="plans")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(max_length=4000, blank=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["hazard", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["hazard", "region"],
                name="plan_once",
                violation_error_message=_("There is a plan for this hazard here already: change that one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.hazard.code} {self.region_id}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("incidents:plan", args=[self.pk])


class PlanLine(models.Model):
    """A shelter or a resource of a plan; the lowest place comes first."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="lines")
    place = models.PositiveSmallIntegerField()
    shelter = models.ForeignKey(Shelter, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey(Resource, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("line of a plan")
        verbose_name_plural = _("lines of plans")
        ordering = ["place"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shelter__isnull=True, resource__isnull=False) | Q(shelter__isnull=False, resource__isnull=True),
                name="plan_line_is_one_thing",
                violation_error_message=_("A line of a plan names a shelter or a resource."),
            )
        ]

    def __str__(self) -> str:
        return str(self.shelter or self.resource)


def plan_of(incident: Incident) -> Plan | None:
    """The plan for the hazard of an incident in the smallest area that holds it; None without one."""
    if incident.procedure is None:
        return None
    code = incident.region_id
    above = [".".join(code.split(".")[:length]) for length in range(code.count(".") + 1, 0, -1)]
    asked = Plan.objects.filter(hazard=incident.procedure.procedure, region__in=above).select_related("region")
    found = {plan.region_id: plan for plan in asked.prefetch_related("lines__shelter__region", "lines__resource__agency")}
    return next((found[one] for one in above if one in found), None)
