"""How a browser sends a long file in parts: it asks how much is here and goes on from there, also after a lost line.

`POST /upload/begin` (source, name, size, mark) answers `{"key", "received", "part", "page", "to"}`; `POST /upload/<key>/part?at=N` with
raw bytes answers `{"received"}`, or 409 with the same when the part does not follow what is here.
"""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from ..views.scope import sources_for
from . import actions
from .views import upload_for

PART_BYTES = 2 * 1024 * 1024


@require_POST
@opens("observations.write")
def begin(request: PersonRequest) -> HttpResponse:
    """Opens an upload or finds the one whose line was lost."""
    source = sources_for(request.user, "observations.write").filter(active=True, pk=_number(request.POST.get("source", ""))).first()
    if source is None:
        return JsonResponse({"detail": _("Choose a source that you may write.")}, status=400)
    name, mark = (request.POST.get(word, "").replace("\x00", "") for word in ("name", "mark"))
    try:
        upload = actions.begin(source=source, by=request.user, name=name, size=_number(request.POST.get("size", "")), mark=mark)
    except actions.Refused as why:
        return JsonResponse({"detail": str(why)}, status=400)
    page, to = (reverse(f"indicators:{name}", args=[upload.key]) for name in ("upload-file", "upload-part"))
    return JsonResponse({"key": str(upload.key), "received": upload.received, "part": PART_BYTES, "page": page, "to": to})


@require_POST
@opens("observations.write")
def part(request: PersonRequest, key: Any) -> HttpResponse:
    """One part of a file."""
    upload = upload_for(request, key)
    body = request.read(PART_BYTES + 1)
    if len(body) > PART_BYTES or not body:
        return JsonResponse({"detail": _("A part has between 1 byte and 2 MiB."), "received": upload.received}, status=400)
    try:
        upload = actions.add_part(upload=upload, at=_number(request.GET.get("at", "")), part=body)
    except actions.Refused as why:
        return JsonResponse({"detail": str(why), "received": why.received}, status=409)
    return JsonResponse({"received": upload.received})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
