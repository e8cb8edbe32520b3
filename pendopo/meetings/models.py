"""Meetings, who is invited, who sits where in the room, who was there when, and what happened."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, agency_ids_of, may, sees_everything
from pendopo.agencies.models import Agency, Person

from .media.models import Happening, Recording
from .papers.models import Declared, Minutes, Paper, PaperKind, Point, Task
from .planning.models import Answer, DialList, Feed, Series

__all__ = [
    "Answer",
    "Declared",
    "DialList",
    "Feed",
    "Happening",
    "Minutes",
    "Paper",
    "PaperKind",
    "Point",
    "Recording",
    "Series",
    "Task",
]

# A line that fell silent for this long has left, even if nobody said so.
SILENT = timedelta(seconds=70)


class State(models.TextChoices):
    """Where a meeting stands."""

    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open")
    ENDED = "ended", _("Ended")
    CANCELLED = "cancelled", _("Cancelled")


class Part(models.TextChoices):
    """What somebody may do in a meeting."""

    CONVENER = "convener", _("Convener")
    SPEAKER = "speaker", _("Speaker")
    LISTENER = "listener", _("Listener")


class Lobby(models.TextChoices):
    """Who waits until a convener lets them in."""

    GUESTS = "guests", _("Who is not invited waits")
    ALL = "all", _("Everybody waits")


class Where(models.TextChoices):
    """Where somebody stands at the door of a room."""

    WAITING = "waiting", _("Waiting")
    IN = "in", _("Admitted")
    REFUSED = "refused", _("Refused")
    REMOVED = "removed", _("Removed")


def agencies_of(person: Person) -> set[int]:
    """The agencies for which a person comes: those that their posts reach, and those where their posts sit."""
    seats = person.holdings.current().filter(post__active=True).exclude(post__seat=None).values_list("post__seat", flat=True)
    return agency_ids_of(person) | {seat for seat in seats if seat is not None}


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """What people may see of meetings."""

    def visible_to(self, user: User) -> Self:
        """Meetings that the user convenes, is invited to by name or by agency, or all for a post without a scope."""
        if not isinstance(user, Person):
            return self.none()
        return self if sees_everything(user) else self.concerning(user)

    def concerning(self, person: Person) -> Self:
        """Those that the person convenes, or to which they or an agency of their posts are invited."""
        asked = Q(person=person) | Q(agency__in=agencies_of(person))
        return self.filter(Q(convener=person) | Q(pk__in=Invitee.objects.filter(asked, revoked=None).values("meeting")))

    def planned(self) -> Self:
        """Those that are still to come or under way."""
        return self.filter(state__in=[State.PLANNED, State.OPEN])


class Meeting(models.Model):
    """A meeting. `code` is part of its address and cannot be guessed; `about` is the page of this house that it is about, if any.

    `revision` counts changes of the plan: calendars need it, and it tells the later of two who change it at once. `slot` is when the rule
    of its series has it. `quorum` is how many of those invited must be there (0: no quorum). `told_day`, `told_soon`: reminders sent.
    """

    code = models.SlugField(max_length=40, unique=True)
    subject = models.CharField(max_length=200)
    agenda = models.TextField(blank=True)
    convener = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings")
    start = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    lobby = models.CharField(max_length=8, choices=Lobby.choices, default=Lobby.GUESTS)
    locked = models.BooleanField(default=False)
    about = models.CharField(max_length=300, blank=True)
    elsewhere = models.URLField(max_length=500, blank=True)
    place = models.CharField(max_length=200, blank=True)
    quorum = models.PositiveSmallIntegerField(default=0)
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings")
    slot = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    told_day = models.DateTimeField(null=True, blank=True)
    told_soon = models.DateTimeField(null=True, blank=True)
    made = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-start"]
        indexes = [models.Index(fields=["start"])]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        """The address of its room."""
        return reverse("meetings:room", args=[self.code])

    @property
    def page(self) -> str:
        """The address of its plan: who is invited, answers, papers."""
        return reverse("meetings:meeting", args=[self.code])

    @property
    def ends(self) -> datetime:
        """When it is planned to end."""
        return self.start + timedelta(minutes=self.minutes)

    def part_of(self, user: User) -> str | None:
        """What an account may do here by invitation; None = not invited."""
        if not isinstance(user, Person):
            return None
        if self.convener_id == user.pk:
            return Part.CONVENER
        invited = self.invitees.filter(Q(person=user) | Q(agency__in=agencies_of(user)), revoked=None)
        parts = set(invited.values_list("part", flat=True))
        if Part.CONVENER in parts or (self.convener_id is None and may(user, "meetings.convene")):
            return Part.CONVENER
        return Part.SPEAKER if Part.SPEAKER in parts else Part.LISTENER if parts else None


class Invitee(models.Model):
    """Somebody invited: a person of the directory, a whole agency, or a guest with a personal link.

    The link is made of `nonce` and the installation's secret (`actions.guest_token`), its hash is kept to find it. The
    log of notices keeps letters without it.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="invitees")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations")
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations")
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    part = models.CharField(max_length=8, choices=Part.choices, default=Part.SPEAKER)
    digest = models.CharField(max_length=64, blank=True, db_index=True)
    expires = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    nonce = models.CharField(max_length=32, blank=True)
    answer = models.CharField(max_length=5, choices=Answer.choices, blank=True)
    answered = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    remark = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("invitee")
        verbose_name_plural = _("invitees")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "person"], name="invited_once"),
            models.UniqueConstraint(fields=["meeting", "agency"], name="agency_invited_once"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.person or self.agency)

    @property
    def is_good(self) -> bool:
        """Whether the personal link still opens the lobby's door."""
        return self.revoked is None and (self.expires is None or self.expires > timezone.now())


class Seat(models.Model):
    """Somebody at the door of a meeting: who they are to us, and whether they are let in. `key` is the same for the same person.

    `admitted`: a convener let them in, so that no invitation is needed. `appointed`: a convener gave them their part in the room, so that
    it is not the invitation's any more.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="seats")
    key = models.CharField(max_length=40)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    invitee = models.ForeignKey(Invitee, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120)
    agency = models.CharField(max_length=120, blank=True)
    part = models.CharField(max_length=8, choices=Part.choices, default=Part.SPEAKER)
    where = models.CharField(max_length=8, choices=Where.choices, default=Where.WAITING)
    admitted = models.BooleanField(default=False)
    appointed = models.BooleanField(default=False)
    asked = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["asked"]
        constraints = [models.UniqueConstraint(fields=["meeting", "key"], name="one_seat_a_person")]

    def __str__(self) -> str:
        return f"{self.name} ({self.where})"


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    """Who is there, and who was."""

    def present(self, now: datetime) -> Self:
        """Those whose line is open now."""
        return self.filter(left=None, seen__gte=now - SILENT)


class Attendance(models.Model):
    """One stay of somebody in the room. `seen` is the last heartbeat: a stay that nobody ended ended there."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="stays")
    joined = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now)
    left = models.DateTimeField(null=True, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("stay in a meeting")
        verbose_name_plural = _("stays in meetings")
        ordering = ["joined"]
        indexes = [models.Index(fields=["meeting", "left"])]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.joined:%H:%M}"

    def is_open(self, now: datetime) -> bool:
        """Whether the person is there now."""
        return self.left is None and self.seen >= now - SILENT
