"""Escalation chains with their steps, call-outs, each call of them, and every reply that came back."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, grants_of, sees_everything
from pendopo.agencies.models import Person, Post
from pendopo.alerts.models import Alert, Severity
from pendopo.notify.models import Channel, Dispatch
from pendopo.regions.models import Region

from ..cases.models import Incident
from ..roster.models import Roster


class CallList(models.Model):
    """People who are called together."""

    name = models.CharField(max_length=120, unique=True)
    people = models.ManyToManyField(Person, related_name="call_lists")

    class Meta:
        verbose_name = _("call list")
        verbose_name_plural = _("call lists")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ChainQuerySet(models.QuerySet["Chain"]):
    """Chains by how they begin."""

    def by_themselves(self) -> Self:
        """Those in use that alerts start without anybody's doing."""
        return self.filter(ended=None).exclude(alarm_from="")


class Chain(models.Model):
    """Whom to call one after another until somebody answers. With `alarm_from`, alerts at least so severe start it by themselves: those
    within `region` and with `word` where it names them (`water` covers `water-brantas`)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    alarm_from = models.CharField(max_length=8, choices=Severity.choices, blank=True)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    word = models.CharField(max_length=150, blank=True)
    patience_s = models.PositiveIntegerField(default=120, help_text=_("Seconds that an alert may wait at an awake desk before it starts."))
    ended = models.DateTimeField(null=True, blank=True)

    objects = ChainQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation chain")
        verbose_name_plural = _("escalation chains")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the chain."""
        return reverse("incidents:chain", args=[self.code])


class Whom(models.TextChoices):
    """Whom a step calls."""

    ROSTER = "roster", _("Who is on duty")
    POST = "post", _("Who holds the post")
    PERSON = "person", _("A person")
    LIST = "list", _("A call list")
    SIREN = "siren", _("The siren")
    CHAIN = "chain", _("Go on with another chain")


class Step(models.Model):
    """One step of a chain: whom, on which channels, and how many seconds to wait for an answer."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    whom = models.CharField(max_length=6, choices=Whom.choices)
    roster = models.ForeignKey(Roster, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    call_list = models.ForeignKey(CallList, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    onward = models.ForeignKey(Chain, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    channels = models.JSONField(default=list, blank=True)
    wait_s = models.PositiveIntegerField(default=180)

    class Meta:
        verbose_name = _("step of a chain")
        verbose_name_plural = _("steps of chains")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="step_has_a_number")]

    def __str__(self) -> str:
        return f"{self.get_whom_display()}: {self.target}" if self.target else self.get_whom_display()

    @property
    def target(self) -> Roster | Post | Person | CallList | Chain | None:
        """What `whom` points to; None for the siren."""
        return self.roster or self.post or self.person or self.call_list or self.onward


class State(models.TextChoices):
    """How a call-out stands."""

    RUNNING = "running", _("Calling")
    ANSWERED = "answered", _("Answered")
    UNANSWERED = "unanswered", _("Nobody answered: ring by hand")
    STOPPED = "stopped", _("Stopped")


class CallOutQuerySet(models.QuerySet["CallOut"]):
    """Call-outs by who asks."""

    def visible_to(self, user: User) -> Self:
        """All for a post without a scope; else those about an incident or an alert that the reader sees, and those that they began or that
        called them."""
        if not isinstance(user, Person) or not grants_of(user):
            return self.none()
        if sees_everything(user):
            return self
        own = Q(started_by=user) | Q(pk__in=Call.objects.filter(person=user).values("call_out"))
        for room, seen in (("incidents", Incident.objects.visible_to(user)), ("alerts", Alert.objects.visible_to(user))):
            paths = seen.annotate(path=Concat(models.Value(f"/{room}/"), Cast("pk", models.CharField()))).values("path")
            own |= Q(about__in=paths)
        return self.filter(own)


class CallOut(models.Model):
    """People are called for one thing (`key`), step by step, until one of them comes. `plan` is the chain as it was at the start."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="call_outs")
    key = models.CharField(max_length=300)
    about = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=200)
    detail = models.TextField(blank=True, max_length=2000)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.SEVERE)
    exercise = models.BooleanField(default=False)
    started = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    plan = models.JSONField()
    place = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    ended = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = CallOutQuerySet.as_manager()

    class Meta:
        verbose_name = _("call-out")
        verbose_name_plural = _("call-outs")
        ordering = ["-started", "-id"]
        indexes = [models.Index(fields=["next_at"], name="call_out_due", condition=Q(state="running"))]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(state__in=["running", "answered"]),
                name="called_out_once_for_a_thing",
                violation_error_message=_("People are called for this already."),
            )
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        """The page of the call-out."""
        return reverse("incidents:call-out", args=[self.pk])


class Call(models.Model):
    """One person (or the siren: none) called on one channel. With an obstacle nothing was sent, and it says why.

    `code` is what a reply on this channel names; `target` the address it went to.
    """

    call_out = models.ForeignKey(CallOut, on_delete=models.CASCADE, related_name="calls")
    place = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="calls")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    target = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=4)
    made = models.DateTimeField(default=timezone.now)
    dispatch = models.OneToOneField(Dispatch, null=True, on_delete=models.PROTECT, related_name="call")
    obstacle = models.CharField(max_length=300, blank=True)
    answer = models.CharField(max_length=6, blank=True)
    answered = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["id"]
        indexes = [models.Index(fields=["channel", "target"], name="call_by_target")]
        constraints = [
            models.UniqueConstraint(
                fields=["call_out", "person", "channel"],
                name="called_once_a_channel",
                nulls_distinct=False,
                violation_error_message=_("This person was called for this on this channel already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person or Channel.SIREN.label} ({self.get_channel_display()})"


class Reply(models.Model):
    """What came back on a channel, whether it counted, and if not, why. Never changed."""

    at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    sender = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=500, blank=True)
    call = models.ForeignKey(Call, null=True, on_delete=models.CASCADE, related_name="replies")
    counted = models.BooleanField()
    verdict = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.verdict
