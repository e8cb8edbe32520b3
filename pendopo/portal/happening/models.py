"""Incidents that a person chose to tell everyone of, in words made for everyone."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.incidents.cases.logic import ACTIVE
from pendopo.incidents.cases.models import Incident, State

# That it is over is told for so long.
AFTERWARDS = timedelta(days=1)


class PublicIncidentQuerySet(models.QuerySet["PublicIncident"]):
    """Public incidents by whether they are news."""

    def shown(self, now: datetime) -> Self:
        """Those that go on or are over since less than a day; what became part of another incident is told there."""
        over = Q(incident__state__in=[State.RESOLVED, State.CLOSED], incident__resolved__gt=now - AFTERWARDS)
        return self.filter(Q(incident__state__in=ACTIVE) | over, withdrawn=None)


class PublicIncident(models.Model):
    """What everyone may read of an incident: its own headline and words, never the title or timeline of those who work on it."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="+")
    headline = models.CharField(max_length=120)
    text = models.TextField(max_length=1000, blank=True)
    since = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    withdrawn = models.DateTimeField(null=True, blank=True)

    objects = PublicIncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("public incident")
        verbose_name_plural = _("public incidents")
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(headline=""),
                name="public_incident_has_a_headline",
                violation_error_message=_("Say in a few words what everyone shall read."),
            )
        ]

    def __str__(self) -> str:
        return self.headline
