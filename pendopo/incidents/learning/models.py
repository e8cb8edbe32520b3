"""Findings of after-action reviews."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person

from ..cases.models import Incident
from ..procedures.models import ProcedureVersion


class Finding(models.Model):
    """What a review of an incident found. It waits until a procedure changes because of it (`version`) or it is put aside (`reason`)."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="findings")
    step = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=2000)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    version = models.ForeignKey(ProcedureVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    reason = models.CharField(max_length=500, blank=True)
    settled = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled=None, version=None, reason="")
                | Q(settled__isnull=False, version__isnull=False, reason="")
                | (Q(settled__isnull=False, version=None) & ~Q(reason="")),
                name="finding_is_settled_once",
                violation_error_message=_("A finding changes a procedure, or is put aside with a reason: not both."),
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]

    def get_absolute_url(self) -> str:
        """Where it stands in the review."""
        return f"{reverse('incidents:report', args=[self.incident_id])}#finding-{self.pk}"
