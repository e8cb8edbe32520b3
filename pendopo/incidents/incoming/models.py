"""Records of what came in, their pictures, and landmarks by which people name a place."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, agency_ids_of, grants_of, sees_everything
from pendopo.agencies.models import Person
from pendopo.regions.models import Region

from ..cases.models import Incident
from ..field.models import Need


class Way(models.TextChoices):
    """How it came in."""

    CALL = "call", _("Telephone")
    RADIO = "radio", _("Radio")
    MESSAGE = "message", _("Message")
    FIELD = "field", _("Field page")
    VISIT = "visit", _("In person")


class State(models.TextChoices):
    """What became of it."""

    NEW = "new", _("New")
    INCIDENT = "incident", _("In an incident")
    REQUEST = "request", _("A request")
    SAME = "same", _("The same as another")
    CLOSED = "closed", _("Nothing to do")


TONES = {State.NEW: "attention", State.INCIDENT: "well", State.REQUEST: "well", State.SAME: "", State.CLOSED: ""}


class Landmark(models.Model):
    """A market, a bridge, a school: a name by which people say where they are."""

    name = models.CharField(max_length=120)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = _("landmark")
        verbose_name_plural = _("landmarks")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"], name="landmark_once", violation_error_message=_("This landmark is known here already.")
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where it is changed."""
        return reverse("incidents:landmark", args=[self.pk])

    @property
    def label(self) -> str:
        """How it is told apart from others of the same name."""
        above = f", {self.region.parent.name}" if self.region.parent else ""
        return f"{self.name}, {self.region.name}{above} ({self.region_id})"


class RecordQuerySet(models.QuerySet["Record"]):
    """Records by who asks."""

    def visible_to(self, user: User) -> Self:
        """All for a post without a scope; else those of an own region or of an own agency's people, and one's own."""
        if not isinstance(user, Person) or not grants_of(user):
            return self.none()
        if sees_everything(user):
            return self
        seen = Q(by=user) | Q(by__holdings__post__agency__in=agency_ids_of(user))
        for grant in grants_of(user):
            if grant.region is not None:
                seen |= Q(region__in=Region.objects.within(grant.region).values("pk"))
        return self.filter(pk__in=Record.objects.filter(seen).values("pk"))


class Record(models.Model):
    """One report, as it came in. Text and place are never changed; what it became stands beside it.

    `at` is when it was said by our clock, `noted` when it was here; `key` is the sender's own number of it, so that the same report sent
    twice is here once. `place` is what was said about where, `region` what it was found to be.
    """

    way = models.CharField(max_length=7, choices=Way.choices)
    key = models.CharField(max_length=120, unique=True, null=True, blank=True)
    caller = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=4000)
    place = models.CharField(max_length=200, blank=True)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    noted = models.DateTimeField(default=timezone.now)
    off_s = models.IntegerField(default=0, help_text=_("By how many seconds the sender's clock was wrong."))
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    incident = models.ForeignKey(Incident, null=True, blank=True, on_delete=models.PROTECT, related_name="records")
    need = models.ForeignKey(Need, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    same_as = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies")
    reason = models.CharField(max_length=300, blank=True)
    exercise = models.BooleanField(default=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at"], name="intake_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="same") | Q(same_as__isnull=False),
                name="record_same_as_what",
                violation_error_message=_("Say which record it is the same as."),
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("incidents:record", args=[self.pk])

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits."""
        return TONES[State(self.state)]

    @property
    def masked(self) -> str:
        """The caller's number for who only reads along: its last three digits."""
        return f"•••{self.number[-3:]}" if self.number else ""


class Photo(models.Model):
    """A picture of a record, without metadata. The same picture is in a record once; in another record it is one file."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="photos")
    file = models.FileField(upload_to="intake/%Y/%m", max_length=300)
    original = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("picture of a record")
        verbose_name_plural = _("pictures of records")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "original"], name="photo_once_in_a_record", violation_error_message=_("This picture is there already.")
            )
        ]

    def __str__(self) -> str:
        return self.digest[:12]
