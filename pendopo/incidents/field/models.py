"""Lines of the field sheet, the registers of shelters and resources, what was sent where, families in shelters, and requests."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency, Person, Post
from pendopo.regions.models import Region

from ..cases.models import Incident
from . import logic


class Topic(models.TextChoices):
    """What a line of the sheet is about."""

    PEOPLE = "people", _("People")
    DAMAGE = "damage", _("Damage")
    SERVICE = "service", _("Roads and services")


class People(models.TextChoices):
    """What happened to people."""

    DEAD = "dead", _("Dead")
    MISSING = "missing", _("Missing")
    INJURED = "injured", _("Injured")
    DISPLACED = "displaced", _("Displaced")
    AFFECTED = "affected", _("Affected")


class Damage(models.TextChoices):
    """What is damaged; roads in metres, fields in hectares, all else in pieces."""

    HOUSES_HEAVY = "houses-heavy", _("Houses, heavily")
    HOUSES_MODERATE = "houses-moderate", _("Houses, moderately")
    HOUSES_LIGHT = "houses-light", _("Houses, lightly")
    SCHOOLS = "schools", _("Schools")
    HEALTH = "health", _("Health facilities")
    WORSHIP = "worship", _("Places of worship")
    OFFICES = "offices", _("Offices")
    BRIDGES = "bridges", _("Bridges")
    ROADS = "roads", _("Roads (m)")
    FIELDS = "fields", _("Fields (ha)")


class Service(models.TextChoices):
    """What people rely on."""

    ROAD = "road", _("Road or bridge")
    POWER = "power", _("Electricity")
    WATER = "water", _("Clean water")
    PHONE = "phone", _("Telephone and internet")
    HEALTH = "health", _("Health service")
    SCHOOL = "school", _("School")
    OFFICE = "office", _("Government office")


class Works(models.TextChoices):
    """How a road or service stands."""

    CLOSED = "closed", _("Closed, or fails")
    LIMITED = "limited", _("Limited")
    OPEN = "open", _("Open, works")


WORDS: dict[str, type[models.TextChoices]] = {Topic.PEOPLE: People, Topic.DAMAGE: Damage, Topic.SERVICE: Service}
WORK_TONES = {Works.CLOSED: "danger", Works.LIMITED: "attention", Works.OPEN: "well"}


class Sex(models.TextChoices):
    """As the population register has it."""

    FEMALE = "f", _("female")
    MALE = "m", _("male")


class Age(models.TextChoices):
    """Age groups of BNPB's disaggregated data."""

    TODDLER = "0-4", _("under 5")
    CHILD = "5-17", _("5 to 17")
    ADULT = "18-59", _("18 to 59")
    ELDERLY = "60+", _("60 and older")


class Vulnerable(models.TextChoices):
    """Who needs help first; a person may stand in several."""

    PREGNANT = "pregnant", _("pregnant or nursing")
    DISABLED = "disabled", _("with a disability")
    SICK = "sick", _("ill")


class FieldLine(models.Model):
    """One word from the field about one series. Never changed: a correction is a newer line, a line without number and state takes back.

    `at` is when it was so, `noted` when the house heard it; `source` is who says it.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="field_lines")
    topic = models.CharField(max_length=8, choices=Topic.choices)
    what = models.CharField(max_length=16)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=120, blank=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, blank=True)
    age = models.CharField(max_length=5, choices=Age.choices, blank=True)
    vulnerable = models.CharField(max_length=8, choices=Vulnerable.choices, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=7, choices=Works.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=160)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    noted = models.DateTimeField(default=timezone.now)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = _("line of a field sheet")
        verbose_name_plural = _("lines of field sheets")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["incident", "at"], name="field_line_of_incident")]

    def __str__(self) -> str:
        return f"{self.topic} {self.what} {self.region_id}"

    @property
    def line(self) -> logic.Line:
        """As a value."""
        return logic.Line(
            self.topic,
            self.what,
            self.region_id,
            self.number,
            self.at,
            self.noted,
            self.source,
            self.place,
            (self.sex, self.age, self.vulnerable),
            self.state,
            self.note,
            (float(self.longitude), float(self.latitude)) if self.longitude is not None and self.latitude is not None else None,
        )

    @property
    def word(self) -> str:
        """What it is about, in the reader's language."""
        return str(dict(WORDS[self.topic].choices).get(self.what, self.what))


class Readiness(models.TextChoices):
    """Whether it can be used."""

    READY = "ready", _("Ready")
    SOON = "soon", _("Within a day")
    NOT = "not", _("Not usable")


class Shelter(models.Model):
    """A place where people can stay, in an agency's register."""

    name = models.CharField(max_length=120)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    capacity = models.PositiveIntegerField()
    contact = models.CharField(max_length=160, blank=True)
    facilities = models.CharField(max_length=300, blank=True)
    readiness = models.CharField(max_length=5, choices=Readiness.choices, default=Readiness.READY)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    closed = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("shelter")
        verbose_name_plural = _("shelters")
        ordering = ["region", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"],
                condition=Q(closed=None),
                name="shelter_once_in_a_village",
                violation_error_message=_("There is a shelter of this name in this village already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ShelterReport(models.Model):
    """How many people a shelter said it held, and what it needs. Never changed; the newest counts."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="shelter_reports")
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="reports")
    present = models.PositiveIntegerField()
    needs = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=160)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    noted = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("report of a shelter")
        verbose_name_plural = _("reports of shelters")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.shelter}: {self.present}"


class Stay(models.Model):
    """A family in a shelter, known by the hash of its family card (KK): the number itself is not kept. One shelter at a time.

    `moved_to` says where it was counted next: the former shelter does not count it any more.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="stays")
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="stays")
    card = models.CharField(max_length=64)
    head = models.CharField(max_length=120)
    people = models.PositiveSmallIntegerField()
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    moved_to = models.ForeignKey(Shelter, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("family in a shelter")
        verbose_name_plural = _("families in shelters")
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "card"],
                condition=Q(until=None),
                name="family_in_one_shelter",
                violation_error_message=_("This family is counted in a shelter already."),
            ),
            models.CheckConstraint(condition=Q(people__gte=1), name="family_has_people", violation_error_message=_("A family has people.")),
        ]

    def __str__(self) -> str:
        return f"{self.head} ({self.people})"


class ResourceKind(models.TextChoices):
    """What can be sent."""

    BOAT = "boat", _("Boats")
    TRUCK = "truck", _("Trucks")
    AMBULANCE = "ambulance", _("Ambulances")
    FIRE_ENGINE = "fire-engine", _("Fire engines")
    PUMP = "pump", _("Pumps")
    GENERATOR = "generator", _("Generators")
    TENT = "tent", _("Tents")
    KITCHEN = "kitchen", _("Field kitchens")
    EXCAVATOR = "excavator", _("Excavators")
    VOLUNTEERS = "volunteers", _("Volunteers")
    MEDICS = "medics", _("Medical teams")
    OTHER = "other", _("Something else")


class Resource(models.Model):
    """So many of something, in an agency's register. `out` is how many are with incidents now; it never exceeds what there is."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=11, choices=ResourceKind.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="resources")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    out = models.PositiveIntegerField(default=0)
    contact = models.CharField(max_length=160, blank=True)
    readiness = models.CharField(max_length=5, choices=Readiness.choices, default=Readiness.READY)
    closed = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering = ["kind", "agency__name", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(out__lte=F("quantity")),
                name="resource_not_sent_twice",
                violation_error_message=_("So many are not free."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def free(self) -> int:
        """How many could be sent now."""
        return self.quantity - self.out


class Movement(models.Model):
    """So many were sent to an incident (positive) or came back from it (negative). Never changed."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="movements")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="movements")
    number = models.IntegerField()
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("movement of a resource")
        verbose_name_plural = _("movements of resources")
        ordering = ["at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(number=0), name="movement_moves", violation_error_message=_("Say how many."))]

    def __str__(self) -> str:
        return f"{self.resource}: {self.number:+d}"


class NeedState(models.TextChoices):
    """How a request stands."""

    OPEN = "open", _("Open")
    TAKEN = "taken", _("Taken in hand")
    MET = "met", _("Met")
    REFUSED = "refused", _("Cannot be met")


NEED_TONES = {NeedState.OPEN: "danger", NeedState.TAKEN: "attention", NeedState.MET: "well", NeedState.REFUSED: ""}


class Need(models.Model):
    """A request from the field: what, for whom, who owns it, until when. Its state is that of its newest word.

    `owner` and `due` stay as they were asked; a word may name others, and `known_at` says which hold.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="needs")
    what = models.CharField(max_length=300)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=160, blank=True)
    owner = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    due = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=160, blank=True)
    asked = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=NeedState.choices, default=NeedState.OPEN)

    class Meta:
        verbose_name = _("request from the field")
        verbose_name_plural = _("requests from the field")
        ordering = ["due", "asked"]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        """It stands on the sheet of its incident."""
        return f"{reverse('incidents:sheet', args=[self.incident_id])}#needs"

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits."""
        return NEED_TONES[NeedState(self.state)]

    @property
    def is_overdue(self) -> bool:
        """Whether its time has passed and nobody has met it."""
        return self.due is not None and self.due < timezone.now() and self.state in (NeedState.OPEN, NeedState.TAKEN)

    def known_at(self, at: datetime) -> Self:
        """Itself, with the state, owner and time that the words until this moment gave it. Not to be saved."""
        self.state = NeedState.OPEN
        for word in self.words.all():
            if word.at <= at:
                self.state, self.owner, self.due = NeedState(word.state), word.owner or self.owner, word.due or self.due
        return self


class NeedWord(models.Model):
    """What somebody said of a request, and who answers for it from then on, until when, where that changed. Never changed."""

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="words")
    state = models.CharField(max_length=7, choices=NeedState.choices)
    text = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    due = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("word about a request")
        verbose_name_plural = _("words about requests")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.need_id} {self.state}"
