"""The configuration of a device: the newest copy, what changed and when."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from ..models import Configuration, Copying, Device
from .comparing import difference

VERSIONS = 50


@opens("network.change")
def configuration(request: PersonRequest, code: str) -> HttpResponse:
    """The versions of a device's configuration; `?version=` what was different in that one from the one before."""
    device = get_object_or_404(Device.objects.visible_to(request.user).select_related("site"), code=code)
    versions = list(Configuration.objects.visible_to(request.user).filter(device=device)[: VERSIONS + 1])
    asked = request.GET.get("version", "")
    shown = next((one for one in versions[:VERSIONS] if str(one.pk) == asked), versions[0] if versions else None)
    before = next((one for one in versions if shown and (one.at, one.pk) < (shown.at, shown.pk)), None)
    context = {
        "device": device,
        "versions": versions[:VERSIONS],
        "shown": shown,
        "lines": difference(before.text, shown.text) if shown and before else [],
        "copying": Copying.objects.filter(device=device).first(),
    }
    return render(request, "network/configuration.html", context)


@require_safe
@opens("network.change")
def as_text(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    """One copy as a file, secrets taken out."""
    found = Configuration.objects.visible_to(request.user).filter(device__code=code, pk=pk).select_related("device").first()
    if found is None:
        raise Http404
    answer = HttpResponse(found.text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.device.code}-{found.at:%Y%m%d-%H%M}.txt"'
    return answer
