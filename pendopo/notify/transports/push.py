"""Web push (RFC 8030): the letter, encrypted for one browser, is posted to that browser's push service."""

import time
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException

from ..logic import Outcome
from ..models import Result
from ..push import private_key
from ..writing import Letter
from .webhook import deliver

# So long a push service keeps the letter for a browser that is not there; the token is good for as long.
LIFE_S = 12 * 3600
LONGEST_TEXT = 1500
GONE = frozenset({404, 410})


def send(letter: Letter) -> Outcome:
    """Encrypts and posts it. A service that knows the browser no more ends the subscription."""
    if len(letter.secrets) != 3:
        return Outcome(Result.REFUSED, detail=_("This browser receives no notices any more."))
    endpoint, p256dh, auth = letter.secrets
    words = {"title": letter.subject, "text": letter.text[:LONGEST_TEXT], "url": letter.link, "tag": letter.mark, "urgent": letter.urgent}
    try:
        pusher = WebPusher({"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}})
        body = pusher.encode(msgspec.json.encode(words), content_encoding="aes128gcm")["body"]
    except (WebPushException, ValueError) as problem:
        return Outcome(Result.REFUSED, detail=str(problem))
    return deliver(endpoint, bytes(body), {**headers_to(endpoint), "urgency": "high" if letter.urgent else "normal"}, GONE)


def headers_to(endpoint: str) -> dict[str, str]:
    """By which the service knows us (VAPID), and how the body is encrypted."""
    parts = urlsplit(endpoint)
    site = settings.SITE_URL if settings.SITE_URL.startswith("https:") else "mailto:pendopo@localhost.invalid"
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + LIFE_S, "sub": site}
    signed = Vapid02(private_key=private_key()).sign(claims)
    return {
        "authorization": signed["Authorization"],
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(LIFE_S),
    }
