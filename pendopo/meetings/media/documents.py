"""A document shown to everybody in the room: taken in by whoever may speak, and read page by page as pictures."""

import subprocess
import sys

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pendopo.agencies.actions import Refused

from .actions import keep_page
from .tickets import file_of

PROGRAM = "pendopo.meetings.media.leafing"
PATIENCE_S = 30


def read(body: bytes, *page: str) -> bytes:
    """What the leafing program answers. Raises Refused when the document cannot be read."""
    command = [sys.executable, "-m", PROGRAM, *page]
    try:
        return subprocess.run(command, input=body, capture_output=True, timeout=PATIENCE_S, check=True).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as problem:
        raise Refused(_("This document cannot be shown: send a PDF or a picture that is not locked.")) from problem


def pages_of(stored: str) -> int:
    """How many pages a kept file has. Raises Refused."""
    with default_storage.open(stored) as file:
        return int(read(file.read()))


@require_GET
def page(request: HttpRequest, code: str, address: str, number: int) -> FileResponse:
    """One page as a picture, drawn once. Whoever was told the address may see it for half a day."""
    found = file_of(address, code)
    if found is None or not default_storage.exists(found[0]):
        raise Http404(_("This file is not here any more."))
    kept = f"{found[0]}.pages/{number}.webp"
    if not default_storage.exists(kept):
        with default_storage.open(found[0]) as file:
            try:
                keep_page(kept, read(file.read(), str(number)))
            except Refused as why:
                raise Http404(str(why)) from why
    answer = FileResponse(default_storage.open(kept), content_type="image/webp")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
