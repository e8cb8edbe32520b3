"""Incidents, their timeline, decisions with the figures as known then, marks on the checklist, and the alerts behind them."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, agency_ids_of, grants_of, sees_everything
from pendopo.agencies.models import Agency, Person, Post
from pendopo.alerts.models import RANKS, Alert, Group, Severity
from pendopo.regions.models import Region

from ..procedures.models import ProcedureVersion
from . import logic


class State(models.TextChoices):
    """How an incident stands."""

    OPEN = logic.OPEN, _("Going on")
    CONTAINED = logic.CONTAINED, _("Under control")
    RESOLVED = logic.RESOLVED, _("Over")
    CLOSED = logic.CLOSED, _("Reviewed and closed")
    MERGED = logic.MERGED, _("Merged into another")


TONES = {State.OPEN: "danger", State.CONTAINED: "attention", State.RESOLVED: "well", State.CLOSED: "well", State.MERGED: ""}


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Incidents by who asks and how they stand."""

    def active(self) -> Self:
        """Those that still need somebody."""
        return self.filter(state__in=logic.ACTIVE)

    def visible_to(self, user: User) -> Self:
        """All for a post without a scope; else those that an own agency takes part in, or that touch an own region; and those one leads."""
        if not isinstance(user, Person) or not grants_of(user):
            return self.none()
        if sees_everything(user):
            return self
        seen = Q(lead=user) | Q(agencies__in=agency_ids_of(user))
        for grant in grants_of(user):
            if grant.region is not None:
                own = Region.objects.within(grant.region).values("pk")
                seen |= Q(region__in=own) | Q(regions__in=own)
        return self.filter(pk__in=Incident.objects.filter(seen).values("pk"))

    def worst_first(self) -> Self:
        """By severity, then the newest."""
        ranks = [models.When(severity=word, then=models.Value(rank)) for word, rank in RANKS.items()]
        rank = models.Case(*ranks, default=0, output_field=models.IntegerField())
        return self.annotate(rank=rank).order_by("-rank", "-detected", "-pk")


class Incident(models.Model):
    """Something that happened and needs people. Nothing of it is ever deleted; what was merged leads to where it went.

    `region` is the smallest region that holds all `regions` it touches. `procedure` is pinned: a newer version changes nothing here.
    Clocks: `began` (as far as known), `detected`, `acknowledged` (a person took it on), `first_action`, `responded` (the early steps of
    the procedure are done), `resolved`, `closed`. `exercise`: a drill, marked LATIHAN everywhere; `score` (0 to 100) is given at its end.
    """

    title = models.CharField(max_length=200)
    detail = models.TextField(max_length=4000, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.SEVERE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    procedure = models.ForeignKey(ProcedureVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="incidents")
    regions = models.ManyToManyField(Region, related_name="+", blank=True)
    agencies = models.ManyToManyField(Agency, related_name="incidents", blank=True)
    lead = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents_led")
    opened = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    began = models.DateTimeField(null=True, blank=True)
    detected = models.DateTimeField(default=timezone.now)
    acknowledged = models.DateTimeField(null=True, blank=True)
    first_action = models.DateTimeField(null=True, blank=True)
    responded = models.DateTimeField(null=True, blank=True)
    resolved = models.DateTimeField(null=True, blank=True)
    closed = models.DateTimeField(null=True, blank=True)
    exercise = models.BooleanField(default=False)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    split_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="split")
    touched = models.DateTimeField(default=timezone.now)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["-detected"], name="incident_active", condition=Q(state__in=["open", "contained"]))]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | (~Q(state="merged") & Q(merged_into=None)),
                name="incident_merged_leads_on",
                violation_error_message=_("A merged incident, and only that, says which one it became part of."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The incident's page."""
        return reverse("incidents:incident", args=[self.pk])

    @property
    def is_active(self) -> bool:
        """Whether it still needs somebody."""
        return self.state in logic.ACTIVE

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits."""
        return TONES[State(self.state)]

    @property
    def clocks(self) -> logic.Clocks:
        """Its clocks as values."""
        return logic.Clocks(self.began, self.detected, self.acknowledged, self.first_action, self.responded, self.resolved)


class EntryKind(models.TextChoices):
    """What an entry of the timeline is about."""

    OPENED = "opened", _("Opened")
    STATE = "state", _("State")
    CHANGE = "change", _("Changed")
    NOTE = "note", _("Report")
    STEP = "step", _("Step")
    DECISION = "decision", _("Decision")
    ORDER = "order", _("Order given")
    ALERT = "alert", _("Alert")
    MEETING = "meeting", _("Meeting")
    CALL = "call", _("Call-out")
    PAPER = "paper", _("Report issued")
    JOINED = "joined", _("Merged or split")


class TimelineEntry(models.Model):
    """One line of an incident's timeline, written or made by a verb. Never changed; a correction is a later line.

    `at` is when it happened, `noted` when it was written down: a line that comes late shows both.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=EntryKind.choices, default=EntryKind.NOTE)
    at = models.DateTimeField(default=timezone.now)
    noted = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=4000)
    link = models.CharField(max_length=500, blank=True)
    file = models.FileField(upload_to="incidents/%Y/%m", blank=True, max_length=300)
    file_name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text=_("The SHA-256 of the file, as the book of deeds has it."))

    class Meta:
        verbose_name = _("entry of a timeline")
        verbose_name_plural = _("entries of timelines")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["incident", "at"], name="entry_of_incident")]

    def __str__(self) -> str:
        return self.text[:80]


class Decision(models.Model):
    """What was decided, why, and the figures as they were known at that moment. Never changed.

    `figures` are frozen in the shape of GET /api/v1/latest with `name`; `known` is the moment: any figure can be read again as of it.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000)
    why = models.CharField(max_length=2000, blank=True)
    known = models.DateTimeField()
    figures = models.JSONField(default=list)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.text[:80]


class StepState(models.TextChoices):
    """What somebody says of a step of the procedure."""

    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Not needed")


class StepMark(models.Model):
    """A step of the pinned procedure was done, or left out with a reason. Said once."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="marks")
    step = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=StepState.choices)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000, blank=True)

    class Meta:
        verbose_name = _("mark on a checklist")
        verbose_name_plural = _("marks on checklists")
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["incident", "step"], name="step_marked_once")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.step} {self.state}"


class Cause(models.Model):
    """An alert, or a whole group of alerts, that an incident answers. Each belongs to one incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="causes")
    alert = models.OneToOneField(Alert, null=True, blank=True, on_delete=models.PROTECT, related_name="cause")
    group = models.OneToOneField(Group, null=True, blank=True, on_delete=models.PROTECT, related_name="cause")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("alert of an incident")
        verbose_name_plural = _("alerts of incidents")
        ordering = ["since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(alert=None, group__isnull=False) | Q(alert__isnull=False, group=None),
                name="cause_is_an_alert_or_a_group",
                violation_error_message=_("Name an alert or a group of alerts."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.alert_id or self.group_id}"


def incident_of(alert: Alert) -> Incident | None:
    """The incident that answers an alert, by itself or by its group."""
    asked = Q(alert=alert) | Q(group=alert.group_id) if alert.group_id else Q(alert=alert)
    cause = Cause.objects.filter(asked).select_related("incident").first()
    return cause.incident if cause else None


def alerts_of(incident: Incident) -> models.QuerySet[Alert]:
    """The alerts behind an incident, those included that join its groups later."""
    causes = Cause.objects.filter(incident=incident)
    named = Q(pk__in=causes.exclude(alert=None).values("alert")) | Q(group__in=causes.exclude(group=None).values("group"))
    return Alert.objects.filter(named)


def common_region(codes: list[str], fallback: str) -> str:
    """The smallest region that holds all of them, at least a regency where they share one."""
    shared = codes[0].split(".") if codes else []
    for code in codes[1:]:
        parts = code.split(".")
        shared = [one for place, one in enumerate(shared) if parts[: place + 1] == shared[: place + 1]]
    return ".".join(shared) or fallback
