"""Sources, indicators, series, deliveries and observations: the river of facts."""

from typing import Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, agency_ids_of, grants_of, may, sees_everything
from pendopo.agencies.models import Agency, Person
from pendopo.regions.models import Level, Region

from .closing.models import ClosedMonth as ClosedMonth
from .derivation.models import Computation as Computation
from .derivation.models import DerivedPosition as DerivedPosition
from .derivation.models import Formula as Formula
from .health.models import ContractDay as ContractDay
from .health.models import Roster as Roster
from .health.models import SourceDay as SourceDay
from .health.models import Watched as Watched
from .periods.models import KeptPeriods as KeptPeriods
from .periods.models import PeriodsPosition as PeriodsPosition
from .pings.models import Call as Call
from .pings.models import Check as Check
from .sharing.models import Agreement as Agreement
from .sharing.models import Share as Share
from .uploads.models import Upload as Upload


class Kind(models.TextChoices):
    """What a value says about its period. It decides when the next one is due (CONTRACT, freshness)."""

    GAUGE = "gauge", _("Gauge (a state at a moment)")
    COUNT = "count", _("Count (in a period)")
    CUMULATIVE = "cumulative", _("Cumulative (running total)")
    RATE = "rate", _("Rate")
    PERCENT = "percent", _("Percent")
    INDEX = "index", _("Index")


class Publicity(models.TextChoices):
    """Who may read it."""

    PUBLIC = "public", _("Public")
    GOVERNMENT = "government", _("Government")
    AGENCY = "agency", _("The agencies that report it")


class Quality(models.IntegerChoices):
    """How far a stored value is trusted. The last two are the soft checks' word over `ok` and `provisional`: a later, better
    neighbour may lift it again. Readers see three words: ok, provisional, suspect (`logic.QUALITY_WORDS`)."""

    OK = 0, "ok"
    PROVISIONAL = 1, "provisional"
    SUSPECT = 2, "suspect"
    FLAGGED = 3, "suspect (checked)"
    FLAGGED_PROVISIONAL = 4, "suspect (checked, provisional)"


class Source(models.Model):
    """Who sends figures: a system, an office, a sensor network of one agency. `pendopo` itself is one."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="sources")
    quota = models.PositiveIntegerField(default=0, help_text=_("Rows a minute that this source may send; 0 = no limit."))
    simulated = models.BooleanField(default=False, help_text=_("Figures from a model: shown everywhere as SIMULASI."))
    active = models.BooleanField(default=True)
    mapping = models.JSONField(null=True, blank=True, help_text=_("The mapping its last file was read with."))
    last_heard = models.DateTimeField(null=True, blank=True, editable=False)
    quota_minute = models.DateTimeField(null=True, editable=False)
    quota_used = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_name(self) -> str:
        """How the book of deeds names this source."""
        return f"source:{self.code}"


def sources_for(user: User, verb: str) -> models.QuerySet[Source]:
    """The sources to which the doorkeeper lets the person do the verb."""
    every = Source.objects.select_related("agency")
    if may(user, verb):
        return every
    return every.filter(pk__in=[source.pk for source in every if may(user, verb, source)])


class SourceKey(models.Model):
    """A source's key (`pds_…`). Only the SHA-256 of the secret is kept."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="keys")
    label = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(default=timezone.now)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("source key")
        verbose_name_plural = _("source keys")
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.source} – {self.label or self.created:%Y-%m-%d}"


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    """Indicators by who asks."""

    def published(self) -> Self:
        """What anyone may read."""
        return self.filter(publicity=Publicity.PUBLIC)

    def visible_to(self, reader: "User | Source") -> Self:
        """What this person or source may read: public figures; signed in also the government's; an agency's own by post or key, or while
        it is shared. A partner's source stands outside the government: of what is closed it reads its own and what was agreed."""
        if isinstance(reader, Source):
            if reader.agency.is_partner:
                agreed = Agreement.objects.running(timezone.now()).filter(source=reader).values("indicator")
                return self.filter(models.Q(publicity=Publicity.PUBLIC) | models.Q(sources=reader) | models.Q(pk__in=agreed)).distinct()
            own = {reader.agency_id}
        elif not grants_of(reader):
            return self.published()
        elif sees_everything(reader):
            return self
        else:
            own = agency_ids_of(reader)
        mine = models.Q(sources__agency__in=own) | models.Q(pk__in=Share.objects.running(timezone.now()).values("indicator"))
        agencys = models.Q(publicity=Publicity.AGENCY) & mine
        return self.filter(models.Q(publicity__in=[Publicity.PUBLIC, Publicity.GOVERNMENT]) | agencys).distinct()

    def writable_by(self, source: "Source") -> Self:
        """What this source may write."""
        return self.filter(sources=source)


class Indicator(models.Model):
    """A figure with a contract: what it means, in which unit, how often it comes, who may write and read it.

    `every` and `grace` are durations as the catalogue writes them (`1h`, `1M`). `checks` holds range, step, monotonic and future.
    `rollup` says how districts become a regency: sum, mean, max, min, last, none, or weighted by `weight`. Its rows are kept for `keep`
    ('' = for good); what was before `raw_since` was forgotten, and only its hours and days tell of it.
    """

    code = models.SlugField(max_length=80, unique=True)
    name_id = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    unit = models.CharField(max_length=40, blank=True)
    every = models.CharField(max_length=10)
    grace = models.CharField(max_length=10)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.GAUGE)
    rollup = models.CharField(max_length=10, default="none")
    weight = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.DISTRICT)
    publicity = models.CharField(max_length=12, choices=Publicity.choices, default=Publicity.GOVERNMENT)
    checks = models.JSONField(default=dict, blank=True)
    derived = models.JSONField(null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    keep = models.CharField(max_length=10, blank=True)
    raw_since = models.DateTimeField(null=True, blank=True, editable=False)
    sources = models.ManyToManyField(Source, blank=True, related_name="indicators")

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" and self.name_en else self.name_id


class Series(models.Model):
    """One line of figures: an indicator in a region, with its extra dimensions. `dims_key` is their canonical text, '' without any."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="series")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    dims = models.JSONField(default=dict, blank=True)
    dims_key = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [models.UniqueConstraint(fields=["indicator", "region", "dims_key"], name="series_is_unique")]

    def __str__(self) -> str:
        return f"{self.indicator_id}/{self.region_id}/{self.dims_key}"


class Way(models.TextChoices):
    """How a delivery came in."""

    API = "api", "API"
    FILE = "file", _("File")
    FORM = "form", _("Form")
    BUS = "bus", _("Bus")
    SYSTEM = "system", _("System")
    DECISION = "decision", _("Decision about waiting rows")


class Delivery(models.Model):
    """Who sent what, when and how: the origin of every observation.

    `known_since` is the stamp that all its observations carry; it is given under one short lock just before commit, so it grows
    in commit order. `digest` is the SHA-256 of the raw body or file; `file` its place below the files folder where it was kept.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="deliveries")
    way = models.CharField(max_length=10, choices=Way.choices)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    received = models.DateTimeField(default=timezone.now)
    known_since = models.DateTimeField(unique=True)
    digest = models.CharField(max_length=64)
    file = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    rows = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField(default=0)
    flagged = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    columns = models.JSONField(null=True, blank=True, help_text=_("The columns of a file, in order: what drift is seen by."))
    late = models.PositiveIntegerField(default=0, help_text=_("Rows that came after they were due and the grace was over."))
    out_of_order = models.PositiveIntegerField(default=0, help_text=_("Rows that came after a later one of their series was known."))
    earliest = models.DateTimeField(null=True, editable=False, help_text=_("The earliest time of which something was stored."))
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "idempotency_key"], name="delivery_once_per_key"),
            models.CheckConstraint(
                condition=models.Q(
                    rows=models.F("accepted")
                    + models.F("flagged")
                    + models.F("quarantined")
                    + models.F("rejected")
                    + models.F("duplicates")
                ),
                name="delivery_counts_add_up",
                violation_error_message=_("The verdicts of a delivery must add up to its rows."),
            ),
        ]
        indexes = [models.Index(fields=["source", "-id"], name="delivery_by_source")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Waiting(models.TextChoices):
    """What became of a row that is not an observation."""

    WAITING = "waiting", _("Waiting for a person")
    ACCEPTED = "accepted", _("Accepted")
    CORRECTED = "corrected", _("Corrected")
    DISCARDED = "discarded", _("Discarded")
    REJECTED = "rejected", _("Rejected")
    REPEATED = "repeated", _("Sent again")


class KeptRowQuerySet(models.QuerySet["KeptRow"]):
    """Kept rows by who asks."""

    def visible_to(self, user: User) -> Self:
        """Those of the sources that the doorkeeper opens to this person: by the source's agency."""
        return self.filter(delivery__source__in=sources_for(user, "deliveries.see"))


class KeptRow(models.Model):
    """A row that did not become a figure: quarantined (waits for a person) or rejected (could not be placed). Never deleted.

    `raw` is the row as sent. A quarantined row also has its place (`series`, `at`, `value`), so that it can be accepted. A person's
    decision stays with it: who, when, why, and the delivery in which it became a figure. A row sent again refers to the first one.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="kept")
    row = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=Waiting.choices)
    field = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=40)
    message = models.TextField()
    raw = models.JSONField()
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True, blank=True)
    value = models.FloatField(null=True, blank=True)
    first = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="again", editable=False)
    decided = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False)
    reason = models.CharField(max_length=500, blank=True, editable=False)
    outcome = models.ForeignKey(Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="decided", editable=False)

    objects = KeptRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept row")
        verbose_name_plural = _("kept rows")
        ordering = ["delivery_id", "row"]
        indexes = [
            models.Index(fields=["state", "-id"], name="kept_waiting"),
            models.Index(fields=["series", "at"], name="kept_by_place", condition=models.Q(series__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["accepted", "corrected", "discarded"])
                | models.Q(decided__isnull=False) & ~models.Q(reason=""),
                name="kept_decision_has_a_reason",
                violation_error_message=_("A decision about a waiting row needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}:{self.row} {self.code}"

    def get_absolute_url(self) -> str:
        """The row's page in the quarantine."""
        return reverse("indicators:waiting-row", args=[self.pk])


class Doubt(models.Model):
    """Why a stored row is shown as suspect: the soft check that spoke when it arrived, in words. Never changed."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="doubts")
    row = models.PositiveIntegerField()
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    value = models.FloatField()
    code = models.CharField(max_length=40)
    message = models.TextField()

    class Meta:
        verbose_name = _("doubt")
        verbose_name_plural = _("doubts")
        ordering = ["delivery_id", "row"]
        indexes = [models.Index(fields=["series", "at"], name="doubt_by_place")]

    def __str__(self) -> str:
        return f"{self.delivery_id}:{self.row} {self.code}"


class Latest(models.Model):
    """The newest word of every series: what boards read. Kept by the database function that stores a delivery, in its transaction.

    `newest` is the greatest `at` ever written (also by a retraction): a row beyond it is new without a look at history.

    Every figure that arrives changes one row here, so the table is made for that: pages half full and no index but a summary on what
    changes (then PostgreSQL updates in place), and no foreign key to deliveries, which are never deleted.
    """

    series = models.OneToOneField(Series, primary_key=True, on_delete=models.CASCADE, related_name="latest")
    newest = models.DateTimeField()
    at = models.DateTimeField(null=True)
    value = models.FloatField(null=True)
    quality = models.SmallIntegerField(choices=Quality.choices, default=Quality.OK)
    known_since = models.DateTimeField()
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)

    class Meta:
        verbose_name = _("latest value")
        verbose_name_plural = _("latest values")
        indexes = [BrinIndex(fields=["known_since"], pages_per_range=8, name="latest_known_since")]

    def __str__(self) -> str:
        return f"{self.series_id}: {self.value} @ {self.at}"


class IntakePosition(models.Model):
    """How far the stream of readings has been taken: one row, written in the same transaction as the rows themselves."""

    position = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("position of the intake")
        verbose_name_plural = _("positions of the intake")

    def __str__(self) -> str:
        return str(self.position)
