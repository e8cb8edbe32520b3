"""The page of services, badges, and choosing what is shown."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens

from ..keeping import kept
from . import actions
from .forms import ShowForm
from .models import PublicService
from .reading import DAYS, services

FRESH_S = 10


@require_safe
@kept(FRESH_S)
def page(request: HttpRequest) -> HttpResponse:
    """How every public service runs, its last thirty days, and planned work."""
    now = timezone.now()
    return render(request, "portal/services/services.html", {"services": services(now), "now": now, "days": DAYS, "home": settings.REGION})


@require_safe
@kept(FRESH_S)
def badge(request: HttpRequest, code: str) -> HttpResponse:
    """A small picture of the state, for other people's pages."""
    found = next((one for one in services(timezone.now(), history=False) if one.service.service.code == code), None)
    if found is None:
        raise Http404
    left, right = 16 + 7 * len(found.service.name), 16 + 7 * len(found.word)
    context = {"one": found, "left": left, "right": right, "width": left + right, "middle": left + right / 2, "first": left / 2}
    return render(request, "portal/services/badge.svg", context, content_type="image/svg+xml")


@opens("portal.change")
def choose(request: PersonRequest) -> HttpResponse:
    """Which services of the network the public sees."""
    form = ShowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.show(by=request.user, **form.cleaned_data)
        return redirect("portal:choose-services")
    return render(request, "portal/services/choose.html", {"form": form, "shown": PublicService.objects.select_related("service")})


@require_POST
@opens("portal.change")
def take_off(request: PersonRequest, pk: int) -> HttpResponse:
    """One less."""
    actions.take_off(service=get_object_or_404(PublicService, pk=pk), by=request.user)
    return redirect("portal:choose-services")
