"""Minutes with their points and tasks, attendance that somebody states, and papers as they were pressed."""

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person, Post
from pendopo.orders.models import Order


class PaperKind(models.TextChoices):
    """The papers of a meeting."""

    INVITATION = "invitation", _("Invitation (undangan)")
    ATTENDANCE = "attendance", _("Attendance (daftar hadir)")
    MINUTES = "minutes", _("Minutes (notulen)")


class Minutes(models.Model):
    """The minutes of a meeting: a draft until somebody approves them. `revision` tells the later of two who write at once."""

    meeting = models.OneToOneField("meetings.Meeting", on_delete=models.CASCADE, related_name="record")
    opening = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    saved = models.DateTimeField(default=timezone.now)
    approved = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")

    def __str__(self) -> str:
        return f"{self.meeting_id}"


class Point(models.Model):
    """A point of the agenda: what was said, and what was decided."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="points")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    discussion = models.TextField(blank=True)
    decision = models.TextField(blank=True)

    class Meta:
        verbose_name = _("point of the minutes")
        verbose_name_plural = _("points of the minutes")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["minutes", "number"], name="point_once")]

    def __str__(self) -> str:
        return self.title


class Task(models.Model):
    """Something to do, by a post, until a day. It becomes an order when the minutes are approved and lives on in room `orders`."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="tasks")
    what = models.CharField(max_length=1000)
    to = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    due = models.DateTimeField(null=True, blank=True)
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("task of the minutes")
        verbose_name_plural = _("tasks of the minutes")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.what[:80]


class Declared(models.Model):
    """Somebody who was there without our seeing it: in the hall, or in another system. The convener states it."""

    meeting = models.ForeignKey("meetings.Meeting", on_delete=models.CASCADE, related_name="declared")
    name = models.CharField(max_length=120)
    agency = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("stated attendance")
        verbose_name_plural = _("stated attendances")
        ordering = ["agency", "name"]
        constraints = [models.UniqueConstraint(fields=["meeting", "name", "agency"], name="stated_once")]

    def __str__(self) -> str:
        return self.name


class Paper(models.Model):
    """A paper as it was pressed: never changed; a newer one stands beside it. `digest` (SHA-256) is in the book of deeds."""

    meeting = models.ForeignKey("meetings.Meeting", on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=10, choices=PaperKind.choices)
    number = models.CharField(max_length=80, blank=True)
    file = models.FileField(upload_to="papers/%Y/%m", max_length=300)
    digest = models.CharField(max_length=64)
    signed = models.BooleanField(default=False)
    made = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["-made"]

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:8]}"

    def get_absolute_url(self) -> str:
        """Where the file is read."""
        return reverse("meetings:paper", args=[self.pk])
