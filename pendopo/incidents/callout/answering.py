"""Where answers come in, without signing in: the address in a message, and the address a gateway posts replies to."""

from decimal import Decimal, InvalidOperation

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pendopo.notify.models import SILENT, Channel

from . import actions
from .logic import Answer
from .tokens import call_of, is_reply_key

LARGEST = 64 * 1024
SENDER = ("from", "From", "sender", "msisdn", "number")
TEXT = ("text", "Body", "body", "message", "Text", "caption")
FILES = ("video", "video_note", "voice", "audio", "document", "animation")


def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the address in a message. Opening it answers nothing (mail programs open addresses by themselves); a button does."""
    call = call_of(token)
    if call is None or call.person is None:
        raise Http404
    with override(call.person.language):
        verdict, counted = "", False
        if request.method == "POST" and request.POST.get("said") in set(Answer):
            counted, verdict = actions.answer_by_link(call=call, said=Answer(request.POST["said"]))
        context = {"call": call, "out": call.call_out, "verdict": verdict, "counted": counted}
        page = render(request, "incidents/callout/answer.html", context)
    page["Cache-Control"] = "no-store"
    page["Referrer-Policy"] = "no-referrer"
    return page


@csrf_exempt
@require_POST
def replies(request: HttpRequest, channel: str) -> HttpResponse:
    """A gateway hands in a reply: JSON or a form with sender and text, or a Telegram update. The channel's key proves the gateway."""
    if channel not in Channel.values or channel in SILENT:
        raise Http404
    if not is_reply_key(channel, given_key(request)):
        return JsonResponse({"type": "/problems/reply-key", "title": "This is not the key of the channel.", "status": 403}, status=403)
    sender, text = (part.replace("\x00", "") for part in said_in(request))
    if not sender:
        return JsonResponse({"type": "/problems/reply", "title": "The reply names no sender.", "status": 422}, status=422)
    counted, verdict = actions.take_reply(channel=channel, sender=sender, text=text)
    return JsonResponse({"counted": counted, "reply": verdict})


def given_key(request: HttpRequest) -> str:
    """Bearer, Telegram's own header, or `?key=` for gateways that can do neither."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return bearer or request.headers.get("X-Telegram-Bot-Api-Secret-Token", "") or request.GET.get("key", "")


def said_in(request: HttpRequest) -> tuple[str, str]:
    """Sender and text of a reply in any of the usual shapes; '' where there is none.

    A message of Telegram without words says what it is: a picture, a position, a file.
    """
    body = body_of(request)
    if isinstance(body, dict) and isinstance(body.get("message"), dict):
        message = body["message"]
        chat = message.get("chat")
        sender = str(chat.get("id", "")) if isinstance(chat, dict) else ""
        return sender, _first(message, ("text", "caption")) or _wordless(message)
    if not hasattr(body, "get"):
        return "", ""
    return _first(body, SENDER), _first(body, TEXT) or (_("Position") if position_in(request) else "")


def position_in(request: HttpRequest) -> tuple[Decimal, Decimal] | None:
    """The latitude and longitude that a message shares (Telegram's `location`, or `Latitude` and `Longitude` of a gateway)."""
    body = body_of(request)
    if isinstance(body, dict) and isinstance(body.get("message"), dict):
        body = body["message"]
    where = body.get("location") if isinstance(body, dict) and isinstance(body.get("location"), dict) else body
    if not hasattr(where, "get"):
        return None
    try:
        latitude, longitude = (Decimal(_first(where, (name, name.title()))) for name in ("latitude", "longitude"))
    except InvalidOperation:
        return None
    known = latitude.is_finite() and longitude.is_finite() and abs(latitude) <= 90 and abs(longitude) <= 180
    return (latitude, longitude) if known else None


def body_of(request: HttpRequest) -> object:
    """The form or the JSON that a gateway sent; None for what is neither."""
    if request.POST:
        return request.POST
    try:
        return msgspec.json.decode(request.body[:LARGEST])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _wordless(message: dict[str, object]) -> str:
    if message.get("location"):
        return _("Position on Telegram")
    if message.get("photo"):
        return _("Picture on Telegram")
    return _("Sound, video or file on Telegram") if any(message.get(name) for name in FILES) else ""


def _first(body: object, names: tuple[str, ...]) -> str:
    found = (body.get(name) for name in names)  # type: ignore[attr-defined]
    return next((str(value) for value in found if value not in (None, "")), "")
