"""Members, plans and passes, visitors, house rules, vouchers of the network."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person
from pendopo.coworking.places.models import Place
from pendopo.regions.logic import is_desa, level_of, parent_of
from pendopo.regions.models import Level, Region


class Group(models.TextChoices):
    """Groups for whom a share can be kept."""

    FIRST = "first", _("first-timers")
    WOMEN = "women", _("women")
    VILLAGE = "village", _("people from villages")
    STARTUP = "startup", _("start-ups")


class Standing(models.TextChoices):
    """How a membership stands."""

    APPLIED = "applied", _("Applied")
    ACTIVE = "active", _("Active")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")


class HouseRules(models.Model):
    """A version of the house rules; the newest holds. Never changed, only followed by another."""

    text = models.TextField()
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("house rules")
        verbose_name_plural = _("house rules")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk}"


class MemberQuerySet(models.QuerySet["Member"]):
    """Members by standing."""

    def active(self) -> Self:
        """Those who are members now."""
        return self.filter(standing=Standing.ACTIVE)

    def of(self, person: object) -> "Member | None":
        """The person's own membership, while it is active."""
        return self.active().filter(person=person).first() if isinstance(person, Person) else None


class Member(models.Model):
    """A person who registered, for themselves or for a start-up. Without `person` until a steward lets them in.

    `woman` is said by the person and used for nothing but fair shares and figures that show no single person.
    """

    code = models.CharField(max_length=12, unique=True)
    person = models.OneToOneField(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="membership")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    village = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    startup_name = models.CharField(max_length=120, blank=True)
    woman = models.BooleanField(default=False)
    about = models.CharField(max_length=500, blank=True)
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.APPLIED)
    rules = models.ForeignKey(HouseRules, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    applied = models.DateTimeField(default=timezone.now)
    joined = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(standing__in=["applied", "active"]),
                name="coworking_registers_once",
                violation_error_message=_("Somebody has registered with this e-mail address already."),
            ),
            models.CheckConstraint(
                condition=~Q(standing="active") | Q(person__isnull=False),
                name="coworking_member_is_a_person",
                violation_error_message=_("An active member has an account."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the member, for stewards."""
        return reverse("coworking:member", args=[self.code])

    @property
    def is_from_desa(self) -> bool:
        """Whether the member lives in a village in the sense of the law, not in a part of a town."""
        return bool(self.village_id) and is_desa(self.village_id or "")

    @property
    def district(self) -> str:
        """The code of the member's district; '' when not said."""
        code = self.village_id or ""
        return (parent_of(code) or "") if code and level_of(code) == Level.VILLAGE else code

    def rules_to_accept(self) -> HouseRules | None:
        """The newest house rules while the member has accepted only older ones, or none."""
        newest = HouseRules.objects.first()
        return newest if newest is not None and newest.pk != self.rules_id else None


class Plan(models.Model):
    """What a pass gives: hours a day and a week, how many days ahead, rooms or desks only. `price` in rupiah for `days` days."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    about = models.CharField(max_length=300, blank=True)
    hours_day = models.PositiveSmallIntegerField(default=8)
    hours_week = models.PositiveSmallIntegerField(default=40)
    ahead_days = models.PositiveSmallIntegerField(default=90)
    rooms = models.BooleanField(default=True)
    days = models.PositiveSmallIntegerField(default=30)
    price = models.DecimalField(max_digits=12, decimal_places=0, default=0)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["price", "name"]

    def __str__(self) -> str:
        return self.name


class PassQuerySet(models.QuerySet["Pass"]):
    """Passes by day."""

    def on(self, day: date) -> Self:
        """Those that hold on a day."""
        return self.filter(since__lte=day, until__gte=day, ended=None)


class Pass(models.Model):
    """A member has a plan from one day to another, both included."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="passes")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="passes")
    since = models.DateField()
    until = models.DateField()
    given = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)

    objects = PassQuerySet.as_manager()

    class Meta:
        verbose_name = _("pass")
        verbose_name_plural = _("passes")
        ordering = ["-until"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")),
                name="coworking_pass_ends_later",
                violation_error_message=_("A pass ends on its first day or later."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} – {self.plan}"


class Visitor(models.Model):
    """A guest of a member: announced, come, gone. Names are kept for 30 days (`members.actions.forget_visitors`)."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="visitors")
    host = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="visitors")
    name = models.CharField(max_length=200)
    agency = models.CharField(max_length=200, blank=True)
    day = models.DateField()
    came = models.DateTimeField(null=True, blank=True)
    went = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")
        ordering = ["day", "name"]

    def __str__(self) -> str:
        return self.name


class Voucher(models.Model):
    """A code for the network of a place, good on some days; printed on a sheet."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="vouchers")
    code = models.CharField(max_length=20, unique=True)
    since = models.DateField()
    until = models.DateField()
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="vouchers")
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.code
