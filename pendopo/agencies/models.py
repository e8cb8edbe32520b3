"""Agencies, the people in them, and the posts through which people hold rights."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.regions.models import Region

TOKEN_LIFE = timedelta(days=90)


class Kind(models.TextChoices):
    """What an agency is to the government that runs this installation."""

    OPD = "opd", _("Regional agency (perangkat daerah)")
    VERTICAL = "vertical", _("Central office in the region (police, army, statistics, prosecutor)")
    ABOVE = "above", _("Government above (province, ministry)")
    NEIGHBOUR = "neighbour", _("Neighbouring government")
    DISTRICT = "district", _("District office (kecamatan)")
    VILLAGE = "village", _("Village office (desa/kelurahan)")
    ENTERPRISE = "enterprise", _("Regional enterprise or hospital (BUMD/RS)")
    PARTNER = "partner", _("Partner")


VERTICAL_KINDS = frozenset({Kind.VERTICAL, Kind.ABOVE})


class Role(models.TextChoices):
    """What a post may do, within its scope. CONTRACT: viewer, steward, officer, engineer, assessor, convener, administrator."""

    VIEWER = "viewer", _("Viewer")
    STEWARD = "steward", _("Data steward")
    OFFICER = "officer", _("Watch officer")
    ENGINEER = "engineer", _("Engineer")
    ASSESSOR = "assessor", _("Assessor")
    CONVENER = "convener", _("Convener")
    ADMINISTRATOR = "administrator", _("Administrator")


class Standing(models.TextChoices):
    """How a person holds a post: for good, or for the time being (Plt. while it is vacant, Plh. while its holder is away)."""

    DEFINITIVE = "definitive", _("Definitive")
    PLT = "plt", _("Acting (Plt.)")
    PLH = "plh", _("Daily acting (Plh.)")


class Agency(models.Model):
    """An organisation. Whether it stands beside us or above us follows from its kind and is never typed."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.OPD)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="agencies")
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    verified = models.BooleanField(default=True, help_text=_("Someone has checked that this agency exists under this name."))
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_vertical(self) -> bool:
        """True for agencies of a government above, False for those beside and below."""
        return self.kind in VERTICAL_KINDS

    @property
    def is_partner(self) -> bool:
        """True for those outside the government, who read what is public and what was agreed with them."""
        return self.kind == Kind.PARTNER

    @property
    def label(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name


class PersonManager(BaseUserManager["Person"]):
    """People sign in with their e-mail address."""

    def create_user(self, email: str, name: str, password: str | None = None, **fields: Any) -> "Person":
        """A person who may sign in. Called by agencies.actions only."""
        person = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Sign-in does not care for capitals."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser, PermissionsMixin):
    """A human being. Rights belong to the posts that the person holds today (`Holding`), never to the person."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=2, choices=[("id", "Bahasa Indonesia"), ("en", "English")], default="id")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text=_("May open Django's own admin, which is for emergencies."))
    joined = models.DateTimeField(default=timezone.now)
    invited = models.DateTimeField(null=True, blank=True)
    left = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_name(self) -> str:
        """How the book of deeds names this person."""
        return f"{self.name} <{self.email}>"

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """The doorkeeper's verbs (`regions.change`) belong to posts only; a word with an underscore is a right in Django's own admin."""
        if "_" in perm:
            return super().has_perm(perm, obj)
        return self.is_active and any(
            backend.has_perm(self, perm, obj) for backend in get_backends() if getattr(backend, "keeps_door", False)
        )


class Post(models.Model):
    """A post (jabatan): a role within a scope. The scope is an agency, a region with everything below it, or the whole installation.

    The seat is the agency where the post sits; no right follows from it.
    """

    title = models.CharField(max_length=200)
    role = models.CharField(max_length=14, choices=Role.choices)
    seat = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="seats")
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="posts")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="posts")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agency=None) | models.Q(region=None),
                name="post_has_one_scope",
                violation_error_message=_("The scope of a post is an agency or a region, not both."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def home(self) -> Agency | None:
        """The agency that people mean when they ask where this post is."""
        return self.seat or self.agency


class HoldingQuerySet(models.QuerySet["Holding"]):
    """Who holds what at a moment."""

    def current(self, at: datetime | None = None) -> Self:
        """The holdings that have begun and have not ended at the moment (now)."""
        now = at or timezone.now()
        return self.filter(models.Q(until=None) | models.Q(until__gt=now), since__lte=now)

    def unended(self, at: datetime | None = None) -> Self:
        """The holdings that have not ended, those that begin later included."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=at or timezone.now()))


class Holding(models.Model):
    """A person holds a post from one moment to another. Handing over ends one row and begins the next, in one action."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holdings")
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.DEFINITIVE)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("holding of a post")
        verbose_name_plural = _("holdings of posts")
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="holding_ends_after_it_begins",
                violation_error_message=_("A post cannot be given back before it was taken."),
            ),
            ExclusionConstraint(
                name="post_has_one_holder_at_a_time",
                expressions=[
                    (models.Func("since", "until", function="TSTZRANGE", output_field=DateTimeRangeField()), RangeOperators.OVERLAPS),
                    ("post", RangeOperators.EQUAL),
                    ("standing", RangeOperators.EQUAL),
                ],
                violation_error_message=_("This post has a holder already: hand it over instead."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.post}"


class Token(models.Model):
    """A person's API token (`pdt_…`): acts with that person's roles. Only the SHA-256 of the secret is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.person} – {self.label or self.created:%Y-%m-%d}"


class Limit(models.Model):
    """How often somebody failed to sign in lately: a row of Django's database cache (CACHES), which counts for all processes."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
