"""The switch between light and dark for readers without JavaScript (the language switch is Django's own `set_language`)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .context import THEMES

YEAR_S = 365 * 86_400


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remembers the theme in a cookie and goes back to where the reader was."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponseBadRequest(_("Choose auto, light or dark."))
    back = request.META.get("HTTP_REFERER", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    answer = redirect(back)
    answer.set_cookie("pendopo_theme", chosen, max_age=YEAR_S, samesite="Lax", secure=settings.SECURE)
    return answer
