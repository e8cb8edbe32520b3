"""Orders and every word about them."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import VERBS, User, grants_of
from pendopo.agencies.models import Holding, Person, Post

from . import logic


class State(models.TextChoices):
    """How an order stands."""

    GIVEN = logic.GIVEN, _("Given")
    ACCEPTED = logic.ACCEPTED, _("In hand")
    REPORTED = logic.REPORTED, _("Reported")
    DONE = logic.DONE, _("Done")
    REFUSED = logic.REFUSED, _("Refused")
    WITHDRAWN = logic.WITHDRAWN, _("Withdrawn")


def posts_of(user: User) -> list[int]:
    """The posts that the user holds today."""
    if not isinstance(user, Person):
        return []
    return list(Holding.objects.current().filter(person=user, post__active=True).values_list("post_id", flat=True))


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders by who asks and how they stand."""

    def open(self) -> Self:
        """What somebody must still do something about."""
        return self.filter(state__in=logic.OPEN)

    def overdue(self, now: datetime) -> Self:
        """Open and reported too late or not at all."""
        late = Q(state__in=[State.GIVEN, State.ACCEPTED], due__lt=now) | Q(state=State.REPORTED, reported__gt=models.F("due"))
        return self.filter(late)

    def of(self, user: User) -> Self:
        """Orders to the posts that the user holds today."""
        return self.filter(to__in=posts_of(user))

    def given_by(self, user: User) -> Self:
        """Orders that the user gave, or that came from a post which the user holds today."""
        if not isinstance(user, Person):
            return self.none()
        return self.filter(Q(by=user) | Q(post__in=posts_of(user)))

    def visible_to(self, user: User) -> Self:
        """Those of the own posts, given and received, and those to posts within the reach of whoever may give orders."""
        if not isinstance(user, Person) or not grants_of(user):
            return self.none()
        posts = posts_of(user)
        seen = Q(by=user) | Q(post__in=posts) | Q(to__in=posts)
        for grant in grants_of(user):
            if grant.role not in VERBS["orders.give"]:
                continue
            if grant.agency_id is None and grant.region is None:
                return self
            if grant.agency_id is not None:
                seen |= Q(to__agency__in=grant.agencies)
            if grant.region is not None:
                seen |= Q(to__region=grant.region) | Q(to__region__code__startswith=f"{grant.region}.")
        return self.filter(seen)


class Order(models.Model):
    """What a post shall do until when. `about` is the path of the page it came from, `title` how that page is called.

    `post` is the post in whose name it was given (None: the person's own); `parent` the order that it passes on. `reported` is when the
    post last said that it is done, `ended` when it left the list of open ones. Late is computed, never kept.
    """

    what = models.CharField(max_length=1000)
    about = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="orders")
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="orders_given")
    to = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="orders")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    given = models.DateTimeField(default=timezone.now)
    due = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.GIVEN)
    accepted = models.DateTimeField(null=True, blank=True)
    reported = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    reminded = models.DateTimeField(null=True, blank=True)
    exercise = models.BooleanField(default=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-given"]
        indexes = [
            models.Index(fields=["due"], name="order_open_by_due", condition=Q(state__in=["given", "accepted", "reported"])),
            models.Index(fields=["about"], name="order_by_about"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["given", "accepted", "reported"], ended=None)
                | (~Q(state__in=["given", "accepted", "reported"]) & Q(ended__isnull=False)),
                name="order_ended_has_its_time",
                violation_error_message=_("An order has an end when, and only when, it is done, refused or withdrawn."),
            )
        ]

    def __str__(self) -> str:
        return self.what[:80]

    def get_absolute_url(self) -> str:
        """The page of the order."""
        return reverse("orders:order", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether somebody must still do something about it."""
        return self.state in logic.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether it is late now."""
        return logic.is_overdue(self.state, self.due, timezone.now(), reported=self.reported)

    @property
    def is_close(self) -> bool:
        """Whether it is due within a day."""
        return logic.is_close(self.state, self.due, timezone.now())

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits: danger, attention, well, known or none."""
        if self.is_overdue or self.state == State.REFUSED:
            return "danger"
        if self.state == State.DONE:
            return "well"
        if self.state == State.WITHDRAWN:
            return ""
        return "attention" if self.is_close else "known"


class Word(models.Model):
    """What somebody did or said about an order, with proof where there is one. Never changed."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="words")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=12)
    text = models.CharField(max_length=2000, blank=True)
    link = models.URLField(max_length=500, blank=True)
    file = models.FileField(upload_to="orders/%Y/%m", blank=True, max_length=300)
    file_name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text=_("The SHA-256 of the file, as the book of deeds has it."))

    class Meta:
        verbose_name = _("word about an order")
        verbose_name_plural = _("words about orders")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.order_id} {self.verb}"

    @property
    def said(self) -> str:
        """What was done, in words."""
        return str(WORDS.get(self.verb, self.verb))


WORDS = {
    "give": _("Given"),
    "accept": _("Taken in hand"),
    "refuse": _("Refused"),
    "report": _("Reported as done"),
    "send_back": _("Sent back"),
    "close": _("Closed as done"),
    "withdraw": _("Withdrawn"),
}
