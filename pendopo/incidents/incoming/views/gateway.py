"""Where message gateways hand in what people write (Telegram, WhatsApp, SMS): an answer to a call is one, anything else is a report."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pendopo.agencies.actions import Refused
from pendopo.notify.models import IMPERSONAL, Channel

from ...callout.actions import take_reply
from ...callout.actions.replying import sender_on
from ...callout.answering import body_of, given_key, position_in, said_in
from ...callout.models import Call
from ...callout.models import State as CallState
from ...callout.tokens import is_reply_key
from .. import actions
from ..actions import Said
from ..models import Way

NUMBERS = ("id", "message_id", "MessageSid", "messageId", "update_id")


@csrf_exempt
@require_POST
def messages(request: HttpRequest, channel: str) -> HttpResponse:
    """A message of a gateway, in any of the shapes that replies come in. The channel's key proves the gateway.

    Who is being called answers the call with it; else it stands in the log of what came in, once for each number of the message. The
    answer says what to send back.
    """
    if channel not in Channel.values or channel in IMPERSONAL:
        raise Http404
    if not is_reply_key(channel, given_key(request)):
        return JsonResponse({"type": "/problems/reply-key", "title": "This is not the key of the channel.", "status": 403}, status=403)
    sender, text = (part.replace("\x00", "") for part in said_in(request))
    if not sender or not text.strip():
        title = "The message names no sender, or has no text."
        return JsonResponse({"type": "/problems/reply", "title": title, "status": 422}, status=422)
    if _is_called(channel, sender):
        counted, verdict = take_reply(channel=channel, sender=sender, text=text)
        if counted:
            return JsonResponse({"taken": "answer", "reply": verdict})
    try:
        latitude, longitude = position_in(request) or (None, None)
        key = _key(request, channel, sender)
        said = Said(text=text, way=Way.MESSAGE, number=sender, key=key, latitude=latitude, longitude=longitude)
        made, new = actions.take(said=said, by=None)
    except Refused as why:
        return JsonResponse({"type": "/problems/reply", "title": str(why), "status": 422}, status=422)
    answer = _("Received, number %(n)s. If lives are in danger, ring 112.") % {"n": made.pk}
    return JsonResponse({"taken": "report", "record": made.pk, "new": new, "reply": answer})


def _is_called(channel: str, sender: str) -> bool:
    target = sender_on(channel, sender)
    return bool(target) and Call.objects.filter(channel=channel, target=target, call_out__state=CallState.RUNNING).exists()


def _key(request: HttpRequest, channel: str, sender: str) -> str:
    """The message's own number at its gateway; '' where it gives none."""
    get = getattr(body_of(request), "get", None)
    numbers = [str(get(name)) for name in NUMBERS if get(name)] if get else []
    return hashlib.sha256(f"{channel} {sender} {numbers[0]}".encode()).hexdigest() if numbers else ""
