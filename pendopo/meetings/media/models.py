"""What happens in a room beside faces, as rows: the room is what they add up to (`logic.fold`). And its recordings."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Happening(models.Model):
    """One thing that happened: a line of chat, a hand, a poll, a vote, a timer, a shared tile, a consent. `data` is what it brings."""

    meeting = models.ForeignKey("meetings.Meeting", on_delete=models.CASCADE, related_name="happenings")
    seat = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)
    at = models.DateTimeField(default=timezone.now)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("happening")
        verbose_name_plural = _("happenings")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M}"


class RecordingState(models.TextChoices):
    """How far a recording is."""

    RUNNING = "running", _("Being recorded")
    WAITING = "waiting", _("Waiting to be made playable")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made playable")
    DELETED = "deleted", _("Deleted after its time")


# Why a recording cannot be made playable: what is kept of it is the name, a blank, and what the sentence is filled with.
SILENT, ABSENT, BROKEN = "silent", "absent", "broken"
WHYS = {
    SILENT: _("Nobody sent sound or picture while it was recorded."),
    ABSENT: _("The program %(detail)s is missing: ask the operator to run `apt-get install janus-tools ffmpeg`."),
    BROKEN: _("The files could not be read or written: %(detail)s"),
}


class Recording(models.Model):
    """One recording: from the banner to its end. `tracks` are its files as converted: {"file", "seat", "name", "what", "offset_s"}.

    `why` says why it failed (`WHYS`); people read `reason`.
    """

    meeting = models.ForeignKey("meetings.Meeting", on_delete=models.CASCADE, related_name="recordings")
    begun = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=RecordingState.choices, default=RecordingState.RUNNING)
    people = models.JSONField(default=dict)
    tracks = models.JSONField(default=list)
    mixed = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["-begun"]
        constraints = [
            models.UniqueConstraint(fields=["meeting"], condition=models.Q(state="running"), name="one_recording_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.begun:%Y-%m-%d %H:%M}"

    @property
    def reason(self) -> str:
        """Why it cannot be made playable, in the reader's language; '' when it did not fail."""
        name, _blank, detail = self.why.partition(" ")
        return str(WHYS[name]) % {"detail": detail} if name in WHYS else self.why
