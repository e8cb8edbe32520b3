"""What planning adds: answers to an invitation, series, and lists of agencies and people who are called together."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, agency_ids_of, may, sees_everything
from pendopo.agencies.models import Agency, Kind, Person


class Answer(models.TextChoices):
    """What somebody said to an invitation."""

    NONE = "", _("No answer yet")
    YES = "yes", _("Comes")
    MAYBE = "maybe", _("Perhaps")
    NO = "no", _("Does not come")


class Series(models.Model):
    """Meetings that repeat by one rule (RRULE of RFC 5545). Each of them is a meeting of its own, with its own room and papers."""

    code = models.SlugField(max_length=40, unique=True)
    rule = models.CharField(max_length=300)
    begins = models.DateTimeField()
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("series of meetings")
        verbose_name_plural = _("series of meetings")

    def __str__(self) -> str:
        return self.rule


class DialListQuerySet(models.QuerySet["DialList"]):
    """Lists that are in use, by who sees them."""

    def kept(self) -> Self:
        """Those that nobody took away."""
        return self.filter(ended=None)

    def visible_to(self, user: User) -> Self:
        """Those of the whole government, of an agency of the user's posts, and their own; all for a post without a scope."""
        if not isinstance(user, Person):
            return self.none()
        if sees_everything(user):
            return self
        return self.filter(Q(owner=None, agency=None) | Q(owner=user) | Q(agency__in=agency_ids_of(user)))


class DialList(models.Model):
    """Who is called together with one click: every agency of a kind (those that come later too), chosen agencies, chosen people.

    Whose it is: a person's own (`owner`), an agency's (`agency`), or the whole government's (neither). Who sees it may call it.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices, blank=True)
    agencies = models.ManyToManyField(Agency, blank=True, related_name="+")
    people = models.ManyToManyField(Person, blank=True, related_name="+")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended = models.DateTimeField(null=True, blank=True)

    objects = DialListQuerySet.as_manager()

    class Meta:
        verbose_name = _("dial list")
        verbose_name_plural = _("dial lists")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner=None) | Q(agency=None),
                name="dial_list_is_of_one",
                violation_error_message=_("A dial list is one person's, one agency's, or the whole government's."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page on which it is changed."""
        return reverse("meetings:dial-list", args=[self.code])

    def is_changeable_by(self, user: User) -> bool:
        """Whether the user may change it or take it away: its owner, and whoever convenes for the agency or government whose it is."""
        return self.owner_id == user.pk if self.owner_id else may(user, "meetings.convene", self)

    def members(self) -> tuple[list[Agency], list[Person]]:
        """Whom it calls today."""
        chosen = Q(pk__in=self.agencies.values("pk"))
        if self.kind:
            chosen |= Q(kind=self.kind)
        return list(Agency.objects.filter(chosen, active=True)), list(self.people.filter(is_active=True))


class Feed(models.Model):
    """The address of a person's calendar: whoever holds it reads their meetings.

    `turn` counts renewals, addresses of former turns are dead; without a row it is the first, 0.
    """

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="+")
    turn = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return f"{self.person_id} {self.turn}"
