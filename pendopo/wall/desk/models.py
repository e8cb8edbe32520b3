"""The desks at which somebody is on watch."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person

from . import logic


class DeskQuerySet(models.QuerySet["Desk"]):
    """Desks by whether they would hear an alarm."""

    def awake(self, now: datetime) -> Self:
        """Those that would hear one now."""
        return self.filter(ended=None, sound=True, beat__gte=now - logic.SLEEPS_AFTER)


class Desk(models.Model):
    """One browser on watch, from the sound test at the start of a shift until it is ended. `beat` is its last heartbeat; `sound` whether
    its alarm can be heard, as the browser itself said with it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="desks")
    began = models.DateTimeField(default=timezone.now)
    tested = models.DateTimeField(default=timezone.now)
    beat = models.DateTimeField(default=timezone.now)
    sound = models.BooleanField(default=True)
    ended = models.DateTimeField(null=True, blank=True)

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")
        ordering = ["-began"]
        indexes = [models.Index(fields=["-beat"], name="desk_on_watch", condition=models.Q(ended=None))]

    def __str__(self) -> str:
        return f"{self.person} {self.began:%H:%M}"

    def is_awake(self, now: datetime) -> bool:
        """Whether somebody there would hear an alarm now."""
        return logic.Seat(self.beat, self.sound, self.ended is not None).is_awake(now)
