"""What planning adds: answers to an invitation, series, and lists of agencies and people who are called together."""

from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency, Kind, Person


class Answer(models.TextChoices):
    """What somebody said to an invitation."""

    NONE = "", _("No answer yet")
    YES = "yes", _("Comes")
    MAYBE = "maybe", _("Perhaps")
    NO = "no", _("Does not come")


class Series(models.Model):
    """Meetings that repeat by one rule (RRULE of RFC 5545). Each of them is a meeting of its own, with its own room and papers."""

    code = models.SlugField(max_length=40, unique=True)
    rule = models.CharField(max_length=300)
    begins = models.DateTimeField()
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("series of meetings")
        verbose_name_plural = _("series of meetings")

    def __str__(self) -> str:
        return self.rule


class DialListQuerySet(models.QuerySet["DialList"]):
    """Lists that are in use."""

    def kept(self) -> Self:
        """Those that nobody took away."""
        return self.filter(ended=None)


class DialList(models.Model):
    """Who is called together with one click: every agency of a kind (those that come later too), chosen agencies, chosen people."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices, blank=True)
    agencies = models.ManyToManyField(Agency, blank=True, related_name="+")
    people = models.ManyToManyField(Person, blank=True, related_name="+")
    ended = models.DateTimeField(null=True, blank=True)

    objects = DialListQuerySet.as_manager()

    class Meta:
        verbose_name = _("dial list")
        verbose_name_plural = _("dial lists")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page on which it is changed."""
        return reverse("meetings:dial-list", args=[self.code])

    def members(self) -> tuple[list[Agency], list[Person]]:
        """Whom it calls today."""
        chosen = models.Q(pk__in=self.agencies.values("pk"))
        if self.kind:
            chosen |= models.Q(kind=self.kind)
        return list(Agency.objects.filter(chosen, active=True)), list(self.people.filter(is_active=True))
