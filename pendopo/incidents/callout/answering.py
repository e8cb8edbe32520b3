"""Where answers come in, without signing in: the address in a message, and the address a gateway posts replies to."""

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pendopo.notify.models import SILENT, Channel

from . import actions
from .logic import Answer
from .tokens import call_of, is_reply_key

LARGEST = 64 * 1024
SENDER = ("from", "From", "sender", "msisdn", "number")
TEXT = ("text", "Body", "body", "message", "Text")


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
    """Sender and text of a reply in any of the usual shapes; '' where there is none."""
    body: object = request.POST
    if not request.POST:
        try:
            body = msgspec.json.decode(request.body[:LARGEST])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return "", ""
    if isinstance(body, dict) and isinstance(body.get("message"), dict):
        message = body["message"]
        chat = message.get("chat")
        return (str(chat.get("id", "")) if isinstance(chat, dict) else ""), str(message.get("text", ""))
    if not hasattr(body, "get"):
        return "", ""
    return _first(body, SENDER), _first(body, TEXT)


def _first(body: object, names: tuple[str, ...]) -> str:
    found = (body.get(name) for name in names)  # type: ignore[attr-defined]
    return next((str(value) for value in found if value not in (None, "")), "")
