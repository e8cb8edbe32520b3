"""`/meetings/<code>/recordings`: the recordings of a meeting, for its conveners and whoever convenes for the whole house."""

import re
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pendopo.agencies.access import User, may
from pendopo.meetings.models import Meeting, Part
from pendopo.ui.door import opens

from .converting import folder_of, kept_for
from .models import Recording, RecordingState

RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
CHUNK_BYTES = 2 * 1024**2


def may_open(user: User, meeting: Meeting) -> bool:
    """Its conveners, and whoever convenes for the whole house: for this page and for every link to it."""
    return meeting.part_of(user) == Part.CONVENER or may(user, "meetings.convene")


def meeting_of(request: HttpRequest, code: str) -> Meeting:
    """The meeting, for whoever may see its recordings. Raises Http404: whoever may not learns nothing."""
    meeting = get_object_or_404(Meeting, code=code)
    if not may_open(request.user, meeting):
        raise Http404(_("There is no such meeting, or you may not see it."))
    return meeting


@require_GET
@opens("meetings.see")
def recordings(request: HttpRequest, code: str) -> HttpResponse:
    """All recordings of a meeting, how far each is, and each person's track."""
    meeting = meeting_of(request, code)
    found = list(meeting.recordings.all())
    return render(request, "meetings/recordings.html", {"meeting": meeting, "recordings": found, "days": kept_for().days})


@require_GET
@opens("meetings.see")
def recorded(request: HttpRequest, code: str, number: int, file: str) -> HttpResponseBase:
    """A film or a track; a part of it when the player asks for one, so that it can be wound."""
    recording = Recording.objects.filter(meeting=meeting_of(request, code), pk=number, state=RecordingState.READY).first()
    if recording is None or file not in {recording.mixed, *(one["file"] for one in recording.tracks)}:
        raise Http404(_("This recording is not here any more."))
    path = folder_of(recording) / file
    if not path.is_file():
        raise Http404(_("This recording is not here any more."))
    answer = _part(path, request.headers.get("Range", ""))
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _part(path: Path, wanted: str) -> HttpResponseBase:
    """The whole file, or at most `CHUNK_BYTES` of it from where the player is."""
    size, found = path.stat().st_size, RANGE.fullmatch(wanted)
    if found is None:
        return FileResponse(path.open("rb"), content_type="video/webm")
    first = int(found[1])
    if first >= size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    last = min(size - 1, int(found[2] or size - 1), first + CHUNK_BYTES - 1)
    with path.open("rb") as opened:
        opened.seek(first)
        body = opened.read(last - first + 1)
    return HttpResponse(body, status=206, content_type="video/webm", headers={"Content-Range": f"bytes {first}-{last}/{size}"})
