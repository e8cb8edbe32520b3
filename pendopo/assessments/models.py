"""Assessments with their rounds, answers and evidence; findings, risks, and the doors for auditors."""

from datetime import datetime
from typing import Any, Self, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, agency_ids_of, grants_of, sees_everything
from pendopo.agencies.models import Agency, Person, Post


class OwnInstrument(models.Model):
    """An instrument that the government loaded itself, as its file was. A new version gets a new code."""

    code = models.SlugField(max_length=60, unique=True)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    loaded = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("own instrument")
        verbose_name_plural = _("own instruments")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class OfAgencies:
    """Things of the government as a whole, or of one agency, by who asks."""

    def visible_to(self, user: User) -> Self:
        """Those of the government as a whole for everyone with a post; those of an agency for whoever reaches it."""
        found: Any = self
        if grants_of(user):
            found = found if sees_everything(user) else found.filter(Q(agency=None) | Q(agency__in=agency_ids_of(user)))
        return cast(Self, found if grants_of(user) else found.none())


class AssessmentQuerySet(OfAgencies, models.QuerySet["Assessment"]):
    """Assessments."""


class Assessment(models.Model):
    """One instrument answered for one year, by the government as a whole (`agency` is None) or by one agency."""

    code = models.SlugField(max_length=90, unique=True)
    instrument = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="assessments")
    opened = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-year", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "year", "agency"],
                name="assessment_once_a_year",
                nulls_distinct=False,
                violation_error_message=_("This instrument is being answered for this year already: open that assessment."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of the assessment."""
        return reverse("assessments:assessment", args=[self.code])

    def page_of(self, node: str) -> str:
        """The page of one requirement."""
        return reverse("assessments:requirement", args=[self.code, node])


class RoundKind(models.TextChoices):
    """Whose answers a round holds, in the order in which they are given."""

    SELF = "self", _("Self-assessment")
    INTERNAL = "internal", _("Internal assessor")
    EXTERNAL = "external", _("External assessor")


class Round(models.Model):
    """The answers of one side. Once signed they never change; `content` is all that was signed, `digest` its SHA-256.

    `signature` is by the house's key. `index` is kept rounded to six digits, `predicate` as the unrounded one was classified.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="rounds")
    kind = models.CharField(max_length=8, choices=RoundKind.choices)
    opened = models.DateTimeField(default=timezone.now)
    signed = models.DateTimeField(null=True, blank=True)
    signed_by = models.CharField(max_length=300, blank=True)
    index = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    predicate = models.CharField(max_length=60, blank=True)
    near_threshold = models.BooleanField(default=False)
    content = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "kind"], name="round_once_a_kind"),
            models.CheckConstraint(
                condition=Q(signed=None, digest="") | (Q(signed__isnull=False, index__isnull=False) & ~Q(digest="")),
                name="round_signed_with_its_digest",
                violation_error_message=_("A signed round has its index and its digest."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment} {self.kind}"


class Answer(models.Model):
    """What a round answers to one requirement (or, for published results, to a whole domain). Without a value and with `applies`
    False it does not apply."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="answers")
    node = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True)
    held = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    applies = models.BooleanField(default=True)
    note = models.CharField(max_length=2000, blank=True)
    by = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "node"], name="answer_once_a_requirement"),
            models.CheckConstraint(
                condition=Q(applies=True, value__isnull=False) | (Q(applies=False, value=None) & ~Q(note="")),
                name="answer_or_reason",
                violation_error_message=_("What does not apply has a reason; everything else has an answer."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node}: {self.value}"


class EvidenceKind(models.TextChoices):
    """What evidence is."""

    FILE = "file", _("File")
    LINK = "link", _("Web link")
    LIVE = "live", _("Live figure")


class Verdict(models.TextChoices):
    """What the reviewer says."""

    WAITING = "waiting", _("Not reviewed")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Evidence by who asks."""

    def visible_to(self, user: User) -> Self:
        """What serves an assessment that the reader sees, and what the reader added."""
        serving = Use.objects.filter(assessment__in=Assessment.objects.visible_to(user)).values("evidence")
        return self.filter(Q(pk__in=serving) | Q(by=user.pk))


class Evidence(models.Model):
    """A file, a link or a live figure that proves something. `since` and `until` are when it holds, not when it was added.

    `query` is the code of a live figure (live.yaml). One piece of evidence serves as many requirements of as many instruments as it proves.
    """

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=4, choices=EvidenceKind.choices)
    link = models.URLField(max_length=500, blank=True)
    file = models.FileField(upload_to="assessments/%Y/%m", blank=True, max_length=300)
    file_name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    query = models.CharField(max_length=60, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    added = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")
    verdict = models.CharField(max_length=8, choices=Verdict.choices, default=Verdict.WAITING)
    remark = models.CharField(max_length=1000, blank=True)
    reviewer = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed = models.DateTimeField(null=True, blank=True)
    reminded = models.DateTimeField(null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-added"]
        indexes = [models.Index(fields=["until"], name="evidence_by_end", condition=Q(until__isnull=False))]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=F("since")),
                name="evidence_ends_after_it_begins",
                violation_error_message=_("Evidence cannot end before it begins: correct the dates."),
            ),
            models.CheckConstraint(
                condition=(Q(kind="file") & ~Q(digest="")) | (Q(kind="link") & ~Q(link="")) | (Q(kind="live") & ~Q(query="")),
                name="evidence_is_something",
                violation_error_message=_("Evidence is a file, a link or a live figure."),
            ),
            models.UniqueConstraint(fields=["query"], name="live_figure_once", condition=Q(kind="live")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of the evidence."""
        return reverse("assessments:evidence", args=[self.pk])


class Use(models.Model):
    """Evidence serves a requirement of an assessment."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="uses")
    node = models.CharField(max_length=20)
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="uses")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("use of evidence")
        verbose_name_plural = _("uses of evidence")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["assessment", "node", "evidence"], name="evidence_once_a_requirement")]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.node}: {self.evidence_id}"


class Snapshot(models.Model):
    """A live figure as it stood when a round was signed: `have` of `need` periods, each period's value, and
    the signature over all of it."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="snapshots")
    query = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)
    have = models.PositiveIntegerField()
    need = models.PositiveIntegerField()
    enough = models.BooleanField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["round", "query"], name="snapshot_once_a_round")]

    def __str__(self) -> str:
        return f"{self.query} {self.have}/{self.need}"


class Weight(models.TextChoices):
    """How grave a finding is."""

    MAJOR = "major", _("Major")
    MINOR = "minor", _("Minor")
    NOTE = "note", _("Observation")


class FindingQuerySet(models.QuerySet["Finding"]):
    """Findings by how they stand."""

    def open(self) -> Self:
        """Not verified yet."""
        return self.filter(verified=None)

    def overdue(self, now: datetime) -> Self:
        """Open past their date."""
        return self.open().filter(due__lt=now)


class Finding(models.Model):
    """What an assessor found, who puts it right until when, and who verified that it is right."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="findings")
    node = models.CharField(max_length=20)
    text = models.CharField(max_length=1000)
    weight = models.CharField(max_length=5, choices=Weight.choices, default=Weight.MINOR)
    owner = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    due = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    order = models.BigIntegerField(null=True, blank=True)
    done = models.CharField(max_length=1000, blank=True)
    verified = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_overdue(self) -> bool:
        """Whether it is open past its date now."""
        return self.verified is None and self.due is not None and self.due < timezone.now()


class Treatment(models.TextChoices):
    """What is done about a risk."""

    REDUCE = "reduce", _("Reduce")
    AVOID = "avoid", _("Avoid")
    SHARE = "share", _("Share")
    ACCEPT = "accept", _("Accept")


class RiskQuerySet(OfAgencies, models.QuerySet["Risk"]):
    """Risks."""


class Risk(models.Model):
    """A risk of the government as a whole (`agency` is None) or of one agency, how likely and how bad (1-5 each), what is done about it,
    and the requirement that it belongs to (if any)."""

    text = models.CharField(max_length=500)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="risks")
    assessment = models.ForeignKey(Assessment, null=True, blank=True, on_delete=models.SET_NULL, related_name="risks")
    node = models.CharField(max_length=20, blank=True)
    likelihood = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    treatment = models.CharField(max_length=6, choices=Treatment.choices, default=Treatment.REDUCE)
    plan = models.CharField(max_length=1000, blank=True)
    owner = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="risks")
    review = models.DateField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    closed = models.DateTimeField(null=True, blank=True)

    objects = RiskQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(likelihood__range=(1, 5), impact__range=(1, 5)),
                name="risk_from_one_to_five",
                violation_error_message=_("Likelihood and impact are from 1 to 5."),
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Passage(models.Model):
    """A read-only door for an auditor without an account: one assessment, until `expires`. Only the SHA-256 of its secret is kept."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="passages")
    label = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("door for auditors")
        verbose_name_plural = _("doors for auditors")
        ordering = ["-made"]

    def __str__(self) -> str:
        return self.label
