"""A wall screen without a person: `?kiosk=TOKEN` becomes a cookie that only the server can read, and the address is clean again."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from .actions import digest_of, note_seen
from .models import KioskToken

COOKIE = "pendopo_kiosk"
LIFE_S = 365 * 86_400


def take_token(request: HttpRequest) -> HttpResponse | None:
    """The redirect to the clean address when the request brings a token in it."""
    secret = request.GET.get("kiosk")
    if secret is None:
        return None
    rest = request.GET.copy()
    del rest["kiosk"]
    answer = redirect(f"{request.path}?{rest.urlencode()}" if rest else request.path)
    answer.set_cookie(COOKIE, secret, max_age=LIFE_S, httponly=True, samesite="Lax", secure=settings.SECURE, path="/wall/")
    return answer


def screen_of(request: HttpRequest) -> KioskToken | None:
    """The screen behind the request's cookie, if its right stands."""
    secret = request.COOKIES.get(COOKIE, "")
    screen = KioskToken.objects.filter(digest=digest_of(secret), revoked=None).first() if secret else None
    if screen is not None:
        note_seen(screen=screen)
    return screen
