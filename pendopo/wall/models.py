"""Boards for the wall with their versions and sharing, pictures on them, goals that they show, and tokens of screens without a person."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Agency, Person, Post, Role
from pendopo.incidents.posture.models import Level

from .brief.models import BriefSent, BriefWish
from .desk.models import Desk

__all__ = ["BriefSent", "BriefWish", "Desk"]


class Board(models.Model):
    """A board as its newest version declares it (wall/logic.py holds the format). A deleted one is kept and can come back."""

    code = models.SlugField(max_length=60, unique=True)
    definition = models.JSONField()
    changed = models.DateTimeField(default=timezone.now)
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="boards")
    deleted = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("board")
        verbose_name_plural = _("boards")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class BoardVersion(models.Model):
    """What a board was from one saving to the next: who saved it, when and why. Never changed."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    saved = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=300, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("version of a board")
        verbose_name_plural = _("versions of boards")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["board", "number"], name="board_version_has_one_number")]

    def __str__(self) -> str:
        return f"{self.board} {self.number}"


class Right(models.TextChoices):
    """What a share allows."""

    SEE = "see", _("May see")
    CHANGE = "change", _("May see and change")


class BoardShare(models.Model):
    """With whom a board is shared: a role or an agency. A board without any share is seen by everyone who may see boards."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="shares")
    role = models.CharField(max_length=14, choices=Role.choices, blank=True)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.CASCADE, related_name="board_shares")
    right = models.CharField(max_length=6, choices=Right.choices, default=Right.SEE)

    class Meta:
        verbose_name = _("share of a board")
        verbose_name_plural = _("shares of boards")
        ordering = ["role", "agency__name"]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(role="") & models.Q(agency__isnull=False)) | (~models.Q(role="") & models.Q(agency__isnull=True)),
                name="board_share_is_with_a_role_or_an_agency",
                violation_error_message=_("A board is shared with a role or with an agency: choose one of them."),
            ),
            models.UniqueConstraint(fields=["board", "role", "agency"], name="board_is_shared_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.board} – {self.role or self.agency}"


class Picture(models.Model):
    """A picture for boards, decoded and written anew as WebP, so that nothing else of the uploaded file remains."""

    digest = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    width = models.PositiveIntegerField(help_text=_("Pixels."))
    height = models.PositiveIntegerField(help_text=_("Pixels."))
    added = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RollUp(models.TextChoices):
    """How the state of a goal follows from the goals below it."""

    WORST = "worst", _("The worst below it")
    WEIGHTED = "weighted", _("The weighted share reached below it")


class Direction(models.TextChoices):
    """Which way an indicator is better."""

    UP = "up", _("Higher is better")
    DOWN = "down", _("Lower is better")


class Goal(models.Model):
    """A goal: one indicator with owner, target and traffic light, or a branch whose state follows from the goals below it."""

    code = models.SlugField(max_length=60, unique=True)
    name_id = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    weight = models.FloatField(default=1.0, help_text=_("Its share within the goal above, relative to its siblings."))
    rollup = models.CharField(max_length=8, choices=RollUp.choices, default=RollUp.WORST)
    owner = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="goals")
    indicator = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=13, default="auto")
    direction = models.CharField(max_length=4, choices=Direction.choices, default=Direction.UP)
    target = models.FloatField(null=True, blank=True, help_text=_("In the unit of the indicator: from here on it is green."))
    limit = models.FloatField(
        null=True, blank=True, help_text=_("In the unit of the indicator: beyond it, it is red; between the two, amber.")
    )
    due = models.DateField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weight__gt=0),
                name="goal_weight_is_positive",
                violation_error_message=_("The weight of a goal is greater than 0."),
            ),
            models.CheckConstraint(
                condition=models.Q(indicator="") | models.Q(target__isnull=False, limit__isnull=False),
                name="goal_of_an_indicator_has_target_and_limit",
                violation_error_message=_("A goal with an indicator needs a target and a limit."),
            ),
        ]

    def __str__(self) -> str:
        return self.name_id


class KioskToken(models.Model):
    """A screen's right to show boards. `?kiosk=TOKEN` becomes a cookie; revoking it darkens the screen. Only the SHA-256 is kept.

    `meanwhile` is the code of the board that it shows, whatever its address says, while a posture from `from_posture` on holds.
    """

    label = models.CharField(max_length=100)
    meanwhile = models.SlugField(max_length=60, blank=True)
    from_posture = models.CharField(max_length=10, choices=Level.choices, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(default=timezone.now)
    revoked = models.DateTimeField(null=True, blank=True)
    last_seen = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("wall screen")
        verbose_name_plural = _("wall screens")
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label
