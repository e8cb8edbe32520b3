"""Rules, alerts with every change of state as a row, groups, and what keeps alerts quiet: dependencies, maintenance, snoozes."""

from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, grants_of, sees_everything
from pendopo.agencies.models import Person
from pendopo.indicators.models import Indicator, Source
from pendopo.regions.models import Region

from .cap.models import PublicWarning, SigningKey
from .hearing.models import Feed, Heard
from .quiet import Dependency, Maintenance, Snooze, Word
from .water.models import Downstream, Station, Threat

__all__ = ["Dependency", "Downstream", "Feed", "Heard", "Maintenance", "PublicWarning", "SigningKey", "Snooze", "Station", "Threat", "Word"]


class Severity(models.TextChoices):
    """How bad it is, in CAP's words. `RANKS` orders them."""

    EXTREME = "Extreme", _("Extreme")
    SEVERE = "Severe", _("Severe")
    MODERATE = "Moderate", _("Moderate")
    MINOR = "Minor", _("Minor")


RANKS: dict[str, int] = {Severity.MINOR: 1, Severity.MODERATE: 2, Severity.SEVERE: 3, Severity.EXTREME: 4}


class Scope(models.TextChoices):
    """What a rule judges in its region: each series there, or the region's own figure (rolled up)."""

    EACH = "each", _("Each place in the region")
    WHOLE = "whole", _("The region as a whole")


class RuleQuerySet(models.QuerySet["Rule"]):
    """Rules by who asks."""

    def visible_to(self, reader: User | Source) -> Self:
        """Rules on what the reader may read; rules that judge no figure are open to every post."""
        if not isinstance(reader, Source) and not grants_of(reader):
            return self.none()
        return self.filter(models.Q(indicator=None) | models.Q(indicator__in=Indicator.objects.visible_to(reader).values("pk")))


class Rule(models.Model):
    """When to alert. `about` is the declaration as `pendopo alerts try` takes it (`kind` and its keys; docs/rooms/alerts.md).

    `indicator` says on which figure, `source` whose silence is watched, neither for a rule over other rules. `dims` narrows to
    series that carry these values. `automatic` rules are kept by the house itself: silence of a source, levels of a station.
    """

    code = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    about = models.JSONField()
    indicator = models.ForeignKey(Indicator, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.CASCADE, related_name="rules")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.EACH)
    dims = models.JSONField(default=dict, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.MODERATE)
    group = models.SlugField(max_length=80, blank=True, help_text=_("Alerts with the same word are grouped together; empty = the rule."))
    advice = models.CharField(max_length=500, blank=True, help_text=_("What to do first."))
    automatic = models.BooleanField(default=False, editable=False)
    active = models.BooleanField(default=True)
    changed = models.DateTimeField(default=timezone.now, editable=False)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The rule's page."""
        return reverse("alerts:rule", args=[self.code])

    @property
    def kind(self) -> str:
        """threshold, change, silence, …"""
        return str(self.about.get("kind", ""))


class State(models.TextChoices):
    """How an alert stands. All but `ended` are open: what is watched is still bad."""

    WAITING = "waiting", _("Waits for word of what it depends on")
    SUPPRESSED = "suppressed", _("Kept quiet")
    FIRING = "firing", _("Firing")
    ENDED = "ended", _("Ended")


class GroupQuerySet(models.QuerySet["Group"]):
    """Groups by who asks."""

    def visible_to(self, reader: User | Source) -> Self:
        """Groups with an alert that the reader may see."""
        return self.filter(pk__in=Alert.objects.visible_to(reader).exclude(group=None).values("group"))


class Group(models.Model):
    """Alerts that belong together: what one incident answers. Open while one of its alerts fires; `last` is when one joined."""

    key = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    severity = models.CharField(max_length=8, choices=Severity.choices)
    opened = models.DateTimeField()
    last = models.DateTimeField()
    closed = models.DateTimeField(null=True, blank=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group of alerts")
        verbose_name_plural = _("groups of alerts")
        ordering = ["-last"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(closed=None), name="group_open_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The list of its alerts."""
        return f"{reverse('alerts:alerts')}?group={self.pk}&state=all"


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts by who asks and how they stand."""

    def open(self) -> Self:
        """What is still bad, told or kept quiet."""
        return self.exclude(state=State.ENDED)

    def firing(self) -> Self:
        """What people must know of."""
        return self.filter(state=State.FIRING)

    def visible_to(self, reader: User | Source) -> Self:
        """Alerts on figures that the reader may read; those from outside to every post, and to the source that sent them."""
        if isinstance(reader, Source):
            readable = Indicator.objects.visible_to(reader).values("code")
            return self.filter(models.Q(indicator__in=readable) | models.Q(source=reader))
        if not grants_of(reader):
            return self.none()
        if sees_everything(reader):
            return self
        return self.filter(models.Q(indicator="") | models.Q(indicator__in=Indicator.objects.visible_to(reader).values("code")))


class Alert(models.Model):
    """One episode of something being bad. At most one is open for a fingerprint: who says it again says nothing new.

    `fingerprint` names what is bad (`verdicts.fingerprint`), `family` is the word by which alerts are grouped. `started`, `onset` (bad
    again, in the same episode) and `ended` are times of what is watched, `heard` is ours. `last_at` is the time of the newest word about
    it, by the sender's clock: older words change nothing. `quiet` says why it is not told; at `quiet_until` it is looked at again
    without a new word. `touched` moves at every change.
    """

    fingerprint = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    rule = models.ForeignKey(Rule, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="alerts")
    indicator = models.CharField(max_length=80, blank=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="alerts")
    dims = models.JSONField(default=dict, blank=True)
    labels = models.JSONField(default=dict, blank=True)
    link = models.CharField(max_length=500, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    quiet = models.CharField(max_length=300, blank=True)
    quiet_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    value = models.FloatField(null=True, blank=True)
    peak = models.FloatField(null=True, blank=True)
    size = models.FloatField(default=0.0)
    family = models.CharField(max_length=150, blank=True)
    started = models.DateTimeField()
    onset = models.DateTimeField()
    heard = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField()
    calm_since = models.DateTimeField(null=True, blank=True)
    told = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    flaps = models.PositiveIntegerField(default=0)
    flapping = models.BooleanField(default=False)
    acknowledged = models.DateTimeField(null=True, blank=True)
    exercise = models.BooleanField(default=False)
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts")
    touched = models.DateTimeField(default=timezone.now)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], condition=~models.Q(state="ended"), name="alert_open_once"),
            models.CheckConstraint(
                condition=models.Q(state="ended", ended__isnull=False) | (~models.Q(state="ended") & models.Q(ended=None)),
                name="alert_ended_has_its_time",
                violation_error_message=_("An alert has an end when, and only when, it has ended."),
            ),
        ]
        indexes = [
            models.Index(fields=["fingerprint", "-id"], name="alert_by_fingerprint"),
            models.Index(fields=["region"], name="alert_open_by_region", condition=~models.Q(state="ended")),
            models.Index(fields=["touched"], name="alert_touched"),
            models.Index(fields=["quiet_until"], name="alert_due", condition=models.Q(quiet_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The alert's page."""
        return reverse("alerts:alert", args=[self.pk])

    @property
    def region_codes(self) -> tuple[str, str]:
        """The place and the regency above it."""
        return self.region_id, ".".join(self.region_id.split(".")[:2])


class Change(models.Model):
    """One change of an alert's state, or a word of a person about it. Never changed. `at` is our clock."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=20)
    severity = models.CharField(max_length=8, choices=Severity.choices, blank=True)
    value = models.FloatField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("change of an alert")
        verbose_name_plural = _("changes of alerts")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.state}"

    @property
    def word(self) -> str:
        """What happened, in words."""
        said = {"acknowledged": _("Taken on"), "snoozed": _("Put aside"), "woken": _("Rings again"), **dict(State.choices)}
        return str(said.get(self.state, self.state))


class Acknowledgement(models.Model):
    """A person has taken an alert on: it rings no more. Given once; a later one adds a note."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="acknowledgements")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=500, blank=True)
    way = models.CharField(max_length=20, default="page", help_text=_("The channel over which it came: page, email, telegram, …"))

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.by_id}"


class Refused(models.Model):
    """An alert from outside that could not be taken, as it was sent, and why. Never deleted."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="refused_alerts")
    at = models.DateTimeField(default=timezone.now)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=500)
    raw = models.JSONField()

    class Meta:
        verbose_name = _("refused alert")
        verbose_name_plural = _("refused alerts")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source_id} {self.code}"


class Position(models.Model):
    """How far the river was judged: one row. Everything known up to `known_since` has had its say."""

    known_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("position of the judge")
        verbose_name_plural = _("positions of the judge")

    def __str__(self) -> str:
        return str(self.known_since)
