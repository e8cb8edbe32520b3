"""Who wishes the brief by e-mail and when, and which briefs were sent."""

from datetime import time
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.notify.models import Notice


def working_days() -> list[int]:
    """Monday to Friday, as ISO weekdays."""
    return [1, 2, 3, 4, 5]


class BriefWish(models.Model):
    """A person's wish for the brief by e-mail: at which time of the government's zone, and on which ISO weekdays. `on` False = paused."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="brief_wish")
    on = models.BooleanField(default=True)
    at = models.TimeField(default=time(6, 30))
    days: Any = models.JSONField(default=working_days)
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("wish for the brief")
        verbose_name_plural = _("wishes for the brief")

    def __str__(self) -> str:
        return f"{self.person} {self.at:%H:%M}"


class BriefSent(models.Model):
    """A brief that was handed to the post: one a person and day. `moment` is what it shows; asked for again with it, it reads the same."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="briefs")
    day = models.DateField()
    moment = models.DateTimeField()
    notice = models.ForeignKey(Notice, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("sent brief")
        verbose_name_plural = _("sent briefs")
        ordering = ["-day", "person"]
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_brief_a_person_and_day")]

    def __str__(self) -> str:
        return f"{self.person} {self.day:%Y-%m-%d}"
