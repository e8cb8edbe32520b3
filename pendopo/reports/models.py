"""Categories, citizen reports with their history, those who say "me too", and clusters of reports."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, grants_of, sees_everything
from pendopo.agencies.models import Agency, Person
from pendopo.alerts.models import Severity
from pendopo.regions.models import Region

from . import logic
from .elsewhere.models import Forwarded, Server

__all__ = [
    "Agreement",
    "ByPlace",
    "Category",
    "Channel",
    "Classification",
    "Cluster",
    "Forwarded",
    "Kind",
    "Report",
    "ReportQuerySet",
    "Server",
    "State",
    "Step",
]


# A search looks at so many of the newest reports that hold the words.
MOST_SEARCHED = 2000


class Classification(models.TextChoices):
    """What kind of matter it is: decides how long it may take."""

    INFORMATION = logic.INFORMATION, _("Request for information")
    COMPLAINT = logic.COMPLAINT, _("Complaint")
    SUPERVISION = logic.SUPERVISION, _("Complaint that calls for supervision")
    ASPIRATION = logic.ASPIRATION, _("Aspiration")


class State(models.TextChoices):
    """How a report stands."""

    RECEIVED = logic.RECEIVED, _("Waiting for verification")
    VERIFIED = logic.VERIFIED, _("Being handled")
    ANSWERED = logic.ANSWERED, _("Answered")
    CLOSED = logic.CLOSED, _("Done")
    REFUSED = logic.REFUSED, _("Not taken on")
    MERGED = logic.MERGED, _("Joined with another")


class Channel(models.TextChoices):
    """Where a report came in."""

    WEB = "web", _("Portal")
    OPEN311 = "open311", "Open311"
    LAPOR = "lapor", "SP4N-LAPOR!"


class ByPlace(models.TextChoices):
    """Whether a category goes to one agency or to the office of the place."""

    NO = "", _("one agency")
    DISTRICT = "district", _("the office of the district")
    VILLAGE = "village", _("the office of the village")


class Category(models.Model):
    """What can be reported, and who answers. `handlers` are codes of agencies, tried in order when no agency is chosen.

    So many reports (`cluster`) of one district within a day raise an alert; 0 = never. `answer_days` and `complete_days` are working days
    that differ from the usual ones; `keep_days` is for how many days after its end a report keeps the reporter's contacts.
    """

    code = models.SlugField(max_length=40, unique=True)
    name_id = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    about_id = models.CharField(max_length=200, blank=True)
    about_en = models.CharField(max_length=200, blank=True)
    group = models.CharField(max_length=60, blank=True)
    keywords = models.JSONField(default=list, blank=True)
    handlers = models.JSONField(default=list, blank=True)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="report_categories")
    by_place = models.CharField(max_length=8, choices=ByPlace.choices, default=ByPlace.NO, blank=True)
    classification = models.CharField(max_length=12, choices=Classification.choices, default=Classification.COMPLAINT)
    cluster = models.PositiveSmallIntegerField(default=5)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.MODERATE)
    answer_days = models.PositiveSmallIntegerField(null=True, blank=True)
    complete_days = models.PositiveSmallIntegerField(null=True, blank=True)
    keep_days = models.PositiveSmallIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("category of reports")
        verbose_name_plural = _("categories of reports")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_id

    @property
    def about(self) -> str:
        """What belongs into it, in the reader's language."""
        return self.about_en if get_language() == "en" else self.about_id

    def days_to_answer(self) -> int:
        """Working days for the first answer after verification."""
        return logic.ANSWER_DAYS if self.answer_days is None else self.answer_days

    def days_to_complete(self, classification: str) -> int | None:
        """Working days until a report of this class must be finished; None without such a limit."""
        usual = logic.COMPLETE_DAYS[classification]
        return usual if self.complete_days is None or classification != self.classification else self.complete_days


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports by who asks and how they stand."""

    def published(self) -> Self:
        """What everyone reads: neither confidential nor kept aside, nor refused."""
        return self.filter(confidential=False, held=False).exclude(state=State.REFUSED)

    def visible_to(self, user: User) -> Self:
        """Those of the own agency or of an own region; all for a post without a scope."""
        if not isinstance(user, Person) or not grants_of(user):
            return self.none()
        if sees_everything(user):
            return self
        seen = Q(agency__in={agency for grant in grants_of(user) for agency in grant.agencies})
        for grant in grants_of(user):
            if grant.region is not None:
                seen |= Q(region__in=Region.objects.within(grant.region).values("pk"))
        return self.filter(seen)

    def open(self) -> Self:
        """Those that still need somebody."""
        return self.filter(state__in=logic.OPEN)

    def saying(self, words: str) -> Self:
        """Those in whose public title or text the words stand: what is hidden from readers is not found by searching for it either."""
        low = words.lower()
        known = self.filter(Q(title__icontains=words) | Q(text__icontains=words)).order_by("-created").values_list("pk", "title", "text")
        found = [pk for pk, *parts in known[:MOST_SEARCHED] if any(low in logic.masked(part).lower() for part in parts)]
        return self.filter(Q(pk__in=found) | Q(number__iexact=words))

    def overdue(self) -> Self:
        """Those for which a limit is over (`logic.overdue`)."""
        late = Q(state=State.RECEIVED, verify_by__lte=Now()) | Q(state=State.VERIFIED, answered=None, answer_by__lte=Now())
        return self.filter(late | Q(state__in=[State.RECEIVED, State.VERIFIED], complete_by__lte=Now(), finished=None))


class Report(models.Model):
    """What somebody reports. `number` is public; who holds its key (`keys.py`) may reply, reopen and rate.

    An anonymous report keeps no name and no telephone number. A confidential one is read by its handlers only. `held`: it looks automatic
    or came in a flood, and waits for somebody to look
    at it; or somebody took it out of public view. A place is the chosen region; a point only where the reporter gave one.
    """

    number = models.CharField(max_length=12, unique=True)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.WEB)
    outside_id = models.CharField(max_length=60, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="reports")
    classification = models.CharField(max_length=12, choices=Classification.choices, default=Classification.COMPLAINT)
    title = models.CharField(max_length=200)
    text = models.TextField(max_length=4000)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="reports")
    place = models.CharField(max_length=200, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    photo = models.FileField(upload_to="reports/%Y/%m", blank=True, max_length=200)
    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    anonymous = models.BooleanField(default=False)
    confidential = models.BooleanField(default=False)
    held = models.BooleanField(default=False)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RECEIVED)
    joined = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    created = models.DateTimeField(default=timezone.now)
    touched = models.DateTimeField(default=timezone.now)
    verified = models.DateTimeField(null=True, blank=True)
    answered = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    verify_by = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)
    reply_by = models.DateTimeField(null=True, blank=True)
    complete_by = models.DateTimeField(null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created", "-pk"]
        indexes = [
            models.Index(fields=["category", "region", "-created"], name="report_alike"),
            models.Index(fields=["region", "-created"], name="report_by_place"),
            models.Index(fields=["agency", "state"], name="report_of_agency"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel", "outside_id"], condition=~Q(outside_id=""), name="report_once_from_outside"),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5),
                name="report_rating_is_one_to_five",
                violation_error_message=_("A rating is one to five stars."),
            ),
            models.CheckConstraint(
                condition=Q(anonymous=False) | Q(name="", phone=""),
                name="report_anonymous_has_no_name",
                violation_error_message=_("An anonymous report keeps neither name nor telephone number."),
            ),
            models.CheckConstraint(
                condition=Q(state="merged", joined__isnull=False) | (~Q(state="merged") & Q(joined=None)),
                name="report_merged_leads_on",
                violation_error_message=_("A joined report, and only that, says which one it became part of."),
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                name="report_point_has_two_parts",
                violation_error_message=_("A point has a latitude and a longitude."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        """Its public page."""
        return reverse("reports:report", args=[self.number])

    @property
    def is_public(self) -> bool:
        """Whether everyone reads it."""
        return not self.confidential and not self.held and self.state != State.REFUSED

    @property
    def was_taken_out(self) -> bool:
        """Whether a person took it out of public view, rather than that it waits since it came in."""
        return self.held and self.steps.filter(kind=Kind.HELD).exists()

    @property
    def public_title(self) -> str:
        """The title with personal data hidden."""
        return logic.masked(self.title)

    @property
    def public_text(self) -> str:
        """The text with personal data hidden."""
        return logic.masked(self.text)

    @property
    def public_place(self) -> str:
        """Where exactly, with personal data hidden."""
        return logic.masked(self.place)

    @property
    def clocks(self) -> logic.Clocks:
        """Its clocks as values."""
        return logic.Clocks(self.state, self.verify_by, self.answer_by, self.complete_by, self.answered, self.finished)

    @property
    def late(self) -> str:
        """Which limit is over; '' when none is."""
        return logic.overdue(self.clocks, timezone.now())

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits."""
        if self.late:
            return "danger"
        return {"received": "known", "verified": "attention", "answered": "well", "closed": "well"}.get(self.state, "")


class Kind(models.TextChoices):
    """What a line of a report's history is about."""

    RECEIVED = "received", _("Came in")
    ROUTED = "routed", _("Passed on")
    VERIFIED = "verified", _("Verified")
    NOTE = "note", _("Note")
    ANSWER = "answer", _("Answer")
    REPLY = "reply", _("Reply of the reporter")
    REOPENED = "reopened", _("Opened again")
    REFUSED = "refused", _("Not taken on")
    HELD = "held", _("Taken out of public view")
    MERGED = "merged", _("Joined")
    CLOSED = "closed", _("Done")
    RATED = "rated", _("Rated")


class Step(models.Model):
    """One line of a report's history. Never changed; `public` ones are read by everyone who may read the report."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000, blank=True)
    public = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("step of a report")
        verbose_name_plural = _("steps of reports")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind}"

    @property
    def public_text(self) -> str:
        """The words with personal data hidden."""
        return logic.masked(self.text)


class Agreement(models.Model):
    """Somebody says "me too". Who, is a hash that tells the same browser again and nobody's name."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="agreements")
    who = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [models.UniqueConstraint(fields=["report", "who"], name="agreement_once")]

    def __str__(self) -> str:
        return f"{self.report_id}"


class Cluster(models.Model):
    """Many reports of one category from one district within a day: an alert was raised, from which an incident is opened."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="clusters")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    most = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("cluster of reports")
        verbose_name_plural = _("clusters of reports")
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(fields=["category", "region"], condition=Q(ended=None), name="cluster_once_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.category}, {self.region.name}"

    def get_absolute_url(self) -> str:
        """Where its reports are answered together."""
        return reverse("reports:cluster", args=[self.pk])

    def gathered(self) -> ReportQuerySet:
        """Its reports: of the category and the district, from a day before it began until its end."""
        near = Q(region=self.region_id) | Q(region__code__startswith=f"{self.region_id}.")
        found = Report.objects.filter(near, category=self.category_id, created__gte=self.since - logic.CLUSTER_WINDOW, held=False)
        return found if self.ended is None else found.filter(created__lte=self.ended)
