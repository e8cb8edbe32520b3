"""Verbs inside the room: what happens there is written down; silencing somebody and recording are entries in the book of deeds."""

import io
import secrets
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from pendopo.audit.actions import record

from .models import Happening, Recording, RecordingState

if TYPE_CHECKING:
    from pendopo.meetings.models import Meeting, Seat


PAGE_QUALITY = 82


def happen(*, meeting: "Meeting", seat: "Seat", kind: str, data: dict[str, Any]) -> Happening:
    """Writes down what somebody did in the room. Talk is no deed: it stays with the meeting, not in the book."""
    return Happening.objects.create(meeting=meeting, seat=seat.key, name=seat.name, kind=kind, data=data)


def keep_file(given: "File[bytes]") -> str:
    """Stores a file of the chat under a name that says nothing; where it is."""
    return str(default_storage.save(f"meetings/files/{secrets.token_hex(16)}", given))


def drop_file(stored: str) -> None:
    """Takes a kept file away again: nobody was told of it."""
    default_storage.delete(stored)


def keep_page(kept: str, pixels: bytes) -> None:
    """Keeps a page of a document that was drawn (PPM), as WebP."""
    made = io.BytesIO()
    with Image.open(io.BytesIO(pixels)) as picture:
        picture.save(made, "WEBP", quality=PAGE_QUALITY)
    default_storage.save(kept, ContentFile(made.getvalue()))


@transaction.atomic
def note_silence(*, meeting: "Meeting", key: str, what: str, by: "Seat") -> None:
    """A convener stopped somebody's sound or picture."""
    record(
        by=by.person, room="meetings", verb="silenced", about=meeting.get_absolute_url(), after={"seat": key, "what": what, "by": by.name}
    )


@transaction.atomic
def begin_recording(*, meeting: "Meeting", by: "Seat") -> Recording | None:
    """A recording begins; None when one runs already."""
    try:
        with transaction.atomic():
            made = Recording.objects.create(meeting=meeting)
    except IntegrityError:
        return None
    record(by=by.person, room="meetings", verb="recording", about=meeting.get_absolute_url(), after={"recording": made.pk, "by": by.name})
    return made


@transaction.atomic
def end_recording(*, meeting: "Meeting", people: dict[str, str], by: "Seat | None") -> bool:
    """The running recording ends and waits to be made playable. `people` are names by seat. False when none runs."""
    running = Recording.objects.filter(meeting=meeting, state=RecordingState.RUNNING)
    changed = running.update(state=RecordingState.WAITING, ended=timezone.now(), people=people)
    if changed:
        record(
            by=by.person if by else None, room="meetings", verb="recorded", about=meeting.get_absolute_url(), after={"people": len(people)}
        )
    return bool(changed)


def names_in(meeting: "Meeting") -> dict[str, str]:
    """Name and agency of everybody at the meeting's door, by seat: what stands beside their tracks."""
    return {one.key: f"{one.name}, {one.agency}" if one.agency else one.name for one in meeting.seats.all()}


@transaction.atomic
def finish_recording(*, recording: Recording, tracks: list[dict[str, Any]], mixed: str) -> None:
    """A recording became playable."""
    waiting = Recording.objects.filter(pk=recording.pk, state=RecordingState.WAITING)
    if waiting.update(state=RecordingState.READY, tracks=tracks, mixed=mixed):
        about = recording.meeting.get_absolute_url()
        record(by=None, room="meetings", verb="converted", about=about, after={"recording": recording.pk, "tracks": len(tracks)})


@transaction.atomic
def fail_recording(*, recording: Recording, why: str) -> None:
    """A recording cannot be made playable; what the media server wrote stays until its days are over."""
    Recording.objects.filter(pk=recording.pk, state=RecordingState.WAITING).update(state=RecordingState.FAILED, why=why[:300])


@transaction.atomic
def forget_recording(*, recording: Recording) -> None:
    """A recording has had its days: its files are gone, the row says so."""
    old = Recording.objects.filter(pk=recording.pk).exclude(state=RecordingState.DELETED)
    if old.update(state=RecordingState.DELETED, tracks=[], mixed=""):
        record(by=None, room="meetings", verb="forgotten", about=recording.meeting.get_absolute_url(), after={"recording": recording.pk})
