"""Where people are reached and what they wish to hear; notices, their dispatches and every attempt to deliver them."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.access import User, may
from pendopo.agencies.models import Person

from .kinds import KINDS
from .logic import masked


class Channel(models.TextChoices):
    """A way to reach somebody. Each has one line in `transports.TRANSPORTS`."""

    EMAIL = "email", _("E-mail")
    TELEGRAM = "telegram", "Telegram"
    WHATSAPP = "whatsapp", "WhatsApp"
    SMS = "sms", "SMS"
    PUSH = "push", _("Browser")
    CHAT = "chat", _("The government's chat")
    CALL = "call", _("Telephone call")
    SIREN = "siren", _("Siren")
    WEBHOOK = "webhook", _("Webhook")


# What stands in a notice in the place of what is secret of it.
HIDDEN = "•••"

# What no person has an address on.
IMPERSONAL = frozenset({Channel.WEBHOOK.value, Channel.SIREN.value})
# What no gateway hands replies in for.
SILENT = IMPERSONAL | {Channel.PUSH.value}


class Urgency(models.IntegerChoices):
    """How soon a notice must arrive. The greater goes first; only urgent ones ignore quiet hours."""

    ROUTINE = 0, _("Routine")
    NORMAL = 1, _("Normal")
    URGENT = 2, _("Urgent")


class State(models.TextChoices):
    """How far a dispatch is."""

    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed, will be tried again")
    GIVEN_UP = "given_up", _("Given up")


OPEN = (State.QUEUED, State.SENDING, State.FAILED)


class AddressQuerySet(models.QuerySet["Address"]):
    """Addresses by whether they may be used."""

    def kept(self) -> Self:
        """Those that the person has not taken away."""
        return self.filter(removed=None)


class Address(models.Model):
    """Where a person is reached beside the e-mail address of the account. Used only after the person has typed the code sent there."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    channel = models.CharField(max_length=10, choices=[choice for choice in Channel.choices if choice[0] not in IMPERSONAL])
    target = models.CharField(max_length=200)
    urgent_only = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now)
    asked = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    confirmed = models.DateTimeField(null=True, editable=False)
    removed = models.DateTimeField(null=True, editable=False)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "channel", "target"],
                condition=Q(removed=None),
                name="address_once_a_person",
                violation_error_message=_("You have this address already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.masked}"

    @property
    def masked(self) -> str:
        """The address as others may see it."""
        return masked(self.channel, self.target)

    @property
    def shown(self) -> str:
        """The address as its owner recognises it."""
        return f"{self.get_channel_display()} {self.target[:6]}" if self.channel == Channel.PUSH else self.target


class Subscription(models.Model):
    """Where a browser's push service takes letters for it, and the browser's own keys for them. Its address holds the digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    endpoint = models.CharField(max_length=1000)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("subscription of a browser")
        verbose_name_plural = _("subscriptions of browsers")

    def __str__(self) -> str:
        return self.digest[:6]


class Wishes(models.Model):
    """What a person wishes to hear and when. Without a row: everything, at any hour, by e-mail."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.CASCADE, related_name="wishes")
    email = models.BooleanField(default=True)
    muted = models.JSONField(default=list, blank=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("wishes")
        verbose_name_plural = _("wishes")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_two_ends",
                violation_error_message=_("Quiet hours need a beginning and an end."),
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Webhooks by who may change them."""

    def changeable_by(self, user: User) -> Self:
        """Own ones; those of the house for who holds `notify.change`."""
        own = Q(person=user.pk) if isinstance(user, Person) else Q(pk__in=[])
        return self.filter(own | Q(person=None)) if may(user, "notify.change") else self.filter(own)

    def of_house(self) -> Self:
        """Those that hear notices whoever they are for."""
        return self.filter(person=None)


class Endpoint(models.Model):
    """A web address that notices are posted to, signed. With a person: only those for that person; without: all of the chosen kinds.

    `secret` is encrypted (`sealing.py`) and shown once. After a change of secret the one before signs too, until `previous_until`.
    """

    name = models.CharField(max_length=100)
    url = models.URLField(max_length=500)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="endpoints")
    kinds = models.JSONField(default=list, blank=True)
    secret = models.TextField(editable=False)
    previous = models.TextField(blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, editable=False)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    active = models.BooleanField(default=True)
    off_because = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    rests_until = models.DateTimeField(default=timezone.now, editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the webhook."""
        return reverse("notify:endpoint", args=[self.pk])

    def listens_to(self, kind: str) -> bool:
        """Whether a kind of notice is wanted here; no choice = all. A test or confirmation is for one address only."""
        return KINDS[kind].may_mute and (not self.kinds or kind in self.kinds)


class Notice(models.Model):
    """Something that people were told, once: its kind, what it is about (a path) and what the templates fill in.

    `sealed` is what only the receiver may read, such as the key of a personal link: encrypted, until every letter of the notice was sent.
    Everywhere else `HIDDEN` stands in its place, and the enclosed file is encrypted as a whole.
    """

    kind = models.CharField(max_length=40)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.NORMAL)
    about = models.CharField(max_length=300)
    subject = models.CharField(max_length=300, help_text=_("The English template of the subject."))
    context = models.JSONField(default=dict, blank=True)
    sealed = models.TextField(blank=True, editable=False)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class Enclosure(models.Model):
    """A file that goes with a notice by e-mail. Kept until every dispatch of the notice was sent; whoever made it can make it again."""

    notice = models.OneToOneField(Notice, primary_key=True, on_delete=models.CASCADE, related_name="enclosure")
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    body = models.BinaryField()

    class Meta:
        verbose_name = _("enclosure")
        verbose_name_plural = _("enclosures")

    def __str__(self) -> str:
        return self.name


class Told(models.Model):
    """When somebody last heard a thing: the lock that keeps the same notice from being sent twice within its window."""

    who = models.CharField(max_length=40)
    key = models.CharField(max_length=400)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("last told")
        verbose_name_plural = _("last told")
        constraints = [models.UniqueConstraint(fields=["who", "key"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.who}: {self.key}"


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    """Dispatches by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Everything for who holds `notify.log` in the house, else one's own."""
        if may(user, "notify.log"):
            return self
        return self.filter(person=user.pk) if isinstance(user, Person) else self.none()


class Dispatch(models.Model):
    """One notice on its way to one address. `mark` is the id that receivers see: the same at every attempt, so that they can tell a repeat.

    `due` is when it is tried next; while it is being sent, when the sender counts as lost. Subject and text are kept as sent.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="dispatches")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="dispatches")
    address = models.ForeignKey(Address, null=True, on_delete=models.SET_NULL, related_name="dispatches")
    endpoint = models.ForeignKey(Endpoint, null=True, on_delete=models.SET_NULL, related_name="dispatches")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    target = models.CharField(max_length=500)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    mark = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now)
    due = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["due"], name="dispatch_due", condition=Q(state__in=["queued", "sending", "failed"])),
            models.Index(fields=["person", "-id"], name="dispatch_by_person"),
            models.Index(fields=["endpoint", "-id"], name="dispatch_by_endpoint"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["sent", "given_up"], finished__isnull=False)
                | Q(state__in=["queued", "sending", "failed"], finished=None),
                name="dispatch_ends_once",
                violation_error_message=_("A dispatch that was sent or given up has the moment when it ended."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.masked}"

    def get_absolute_url(self) -> str:
        """The page of the dispatch."""
        return reverse("notify:dispatch", args=[self.pk])

    @property
    def masked(self) -> str:
        """The address as others may see it."""
        return masked(self.channel, self.target)


class Result(models.TextChoices):
    """How an attempt ended."""

    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    REFUSED = "refused", _("Refused for good")
    INTERRUPTED = "interrupted", _("Interrupted: nobody knows whether it left")


class Attempt(models.Model):
    """One try to deliver, written when it ended. A trigger keeps these rows as they are: the log only grows.

    `code` is the answer of the mail server (250, 451, 550) or of the web address (200, 503); null when there was none.
    """

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    result = models.CharField(max_length=12, choices=Result.choices)
    code = models.PositiveSmallIntegerField(null=True)
    detail = models.CharField(max_length=300, blank=True)
    took_ms = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.dispatch_id}: {self.result}"


class FollowPosition(models.Model):
    """How far the book of deeds was followed: one row, written in the same transaction as the notices."""

    seq = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("position in the book")
        verbose_name_plural = _("positions in the book")

    def __str__(self) -> str:
        return str(self.seq)
