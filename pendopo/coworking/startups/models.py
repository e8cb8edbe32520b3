"""Start-ups with their team, the data they use and what they reached; programmes with applications and mentors' hours; events."""

from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency, Person
from pendopo.coworking.members.models import Member
from pendopo.coworking.places.models import Place
from pendopo.indicators.models import Indicator, Source
from pendopo.regions.models import Region


class Stage(models.TextChoices):
    """How far a start-up is."""

    IDEA = "idea", _("Idea")
    PROTOTYPE = "prototype", _("Prototype")
    MARKET = "market", _("On the market")
    GROWTH = "growth", _("Growing")


class StartupQuerySet(models.QuerySet["Startup"]):
    """Start-ups by who may read them."""

    def published(self) -> Self:
        """Those in the public directory."""
        return self.filter(published__isnull=False, ended=None)

    def of(self, person: Any) -> Self:
        """Those in whose team the person is."""
        return self.filter(team__member__person=person).distinct() if isinstance(person, Person) else self.none()


class Startup(models.Model):
    """A young enterprise. It is in the public directory once a steward has published it. `agency` looks after it."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    line = models.CharField(max_length=160, blank=True)
    about = models.TextField(blank=True)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.IDEA)
    sector = models.CharField(max_length=80, blank=True)
    needs = models.CharField(max_length=300, blank=True)
    site = models.URLField(max_length=300, blank=True)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    founded = models.DateField(null=True, blank=True)
    added = models.DateTimeField(default=timezone.now)
    published = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    sandbox = models.OneToOneField(Source, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = StartupQuerySet.as_manager()

    class Meta:
        verbose_name = _("start-up")
        verbose_name_plural = _("start-ups")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The public page of the start-up."""
        return reverse("coworking:startup", args=[self.code])


class TeamMember(models.Model):
    """Somebody of a start-up; `shown` on the public page only when they wish so."""

    startup = models.ForeignKey(Startup, on_delete=models.CASCADE, related_name="team")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="teams")
    name = models.CharField(max_length=120)
    task = models.CharField(max_length=120, blank=True)
    shown = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("member of a team")
        verbose_name_plural = _("members of a team")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class DatasetUse(models.Model):
    """A start-up builds on an indicator of the government, and what for."""

    startup = models.ForeignKey(Startup, on_delete=models.CASCADE, related_name="datasets")
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="+")
    what_for = models.CharField(max_length=200, blank=True)
    since = models.DateField(default=timezone.localdate)

    class Meta:
        verbose_name = _("use of a dataset")
        verbose_name_plural = _("uses of datasets")
        constraints = [
            models.UniqueConstraint(
                fields=["startup", "indicator"],
                name="coworking_uses_a_dataset_once",
                violation_error_message=_("This start-up names that dataset already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.startup} – {self.indicator}"


class Programme(models.Model):
    """A programme for start-ups: its call, its cohort, and when it runs."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    about = models.TextField(blank=True)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    call_opens = models.DateField()
    call_closes = models.DateField()
    begins = models.DateField()
    ends = models.DateField()
    seats = models.PositiveSmallIntegerField(default=10)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["-begins"]
        constraints = [
            models.CheckConstraint(
                condition=Q(call_closes__gte=F("call_opens"), ends__gte=F("begins")),
                name="coworking_programme_ends_later",
                violation_error_message=_("A call and a programme end on their first day or later."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The public page of the programme."""
        return reverse("coworking:programme", args=[self.code])


class Verdict(models.TextChoices):
    """What became of an application."""

    SENT = "sent", _("Sent")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class Application(models.Model):
    """A start-up applies for a programme. Those accepted are its cohort."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="applications")
    startup = models.ForeignKey(Startup, on_delete=models.CASCADE, related_name="applications")
    text = models.TextField(blank=True)
    sent = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.SENT)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "startup"],
                name="coworking_applies_once",
                violation_error_message=_("This start-up has applied already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.startup} → {self.programme}"


class MentorHour(models.Model):
    """An hour that a mentor gives; the first start-up that takes it has it. A mentor is in one place at a time."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="hours")
    mentor = models.CharField(max_length=120)
    topic = models.CharField(max_length=160, blank=True)
    start = models.DateTimeField()
    end = models.DateTimeField()
    startup = models.ForeignKey(Startup, null=True, blank=True, on_delete=models.SET_NULL, related_name="hours")

    class Meta:
        verbose_name = _("mentor's hour")
        verbose_name_plural = _("mentors' hours")
        ordering = ["start"]
        constraints = [
            ExclusionConstraint(
                name="coworking_mentor_is_in_one_place",
                expressions=[
                    (models.Func("start", "end", function="TSTZRANGE", output_field=DateTimeRangeField()), RangeOperators.OVERLAPS),
                    ("mentor", RangeOperators.EQUAL),
                ],
                violation_error_message=_("This mentor has another hour at that time."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.mentor} {self.start:%Y-%m-%d %H:%M}"


class Milestone(models.Model):
    """What a start-up set itself to reach and, once reached, what came of it: jobs, revenue and funding since the milestone before, in
    rupiah. Figures count once a steward has seen the proof (`checked`)."""

    startup = models.ForeignKey(Startup, on_delete=models.CASCADE, related_name="milestones")
    programme = models.ForeignKey(Programme, null=True, blank=True, on_delete=models.SET_NULL, related_name="milestones")
    title = models.CharField(max_length=200)
    due = models.DateField()
    reached = models.DateField(null=True, blank=True)
    jobs = models.PositiveIntegerField(default=0)
    revenue = models.DecimalField(max_digits=16, decimal_places=0, default=Decimal(0))
    funding = models.DecimalField(max_digits=16, decimal_places=0, default=Decimal(0))
    proof = models.CharField(max_length=300, blank=True)
    checked = models.DateTimeField(null=True, blank=True)
    public = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["due", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked=None) | Q(reached__isnull=False),
                name="coworking_only_what_is_reached_is_checked",
                violation_error_message=_("Only a milestone that was reached can be checked."),
            ),
            models.CheckConstraint(
                condition=Q(revenue__gte=0, funding__gte=0),
                name="coworking_no_negative_results",
                violation_error_message=_("Revenue and funding are not negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Event(models.Model):
    """Something that takes place, open to everybody or to members."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    about = models.TextField(blank=True)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    start = models.DateTimeField()
    end = models.DateTimeField()
    seats = models.PositiveIntegerField(default=40)
    cancelled = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="coworking_event_ends_later",
                violation_error_message=_("The end must be later than the beginning."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The public page of the event."""
        return reverse("coworking:event", args=[self.code])


class Registration(models.Model):
    """Somebody wants to come to an event; `came` when they did."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="registrations")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    made = models.DateTimeField(default=timezone.now)
    came = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "email"],
                name="coworking_comes_once",
                violation_error_message=_("This address is registered already."),
            )
        ]

    def __str__(self) -> str:
        return self.name
