"""Verb: taking a reply that a gateway hands in, whatever it says. Each is kept with the verdict."""

from django.db import transaction
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.notify.logic import normal_handle, normal_phone
from pendopo.notify.models import Channel

from ..logic import Answer, read_reply
from ..models import Call, Reply, State
from .calling import answer

PHONES = frozenset({Channel.SMS.value, Channel.WHATSAPP.value, Channel.CALL.value})
LOOKED_AT = 20


def sender_on(channel: str, sender: str) -> str:
    """The sender in the one spelling in which addresses are kept; '' when it is none."""
    if channel == Channel.EMAIL:
        return sender.strip().lower()
    return (normal_phone(sender) if channel in PHONES else normal_handle(sender)) or ""


def note(*, channel: str, sender: str, text: str, call: Call | None, counted: bool, verdict: str) -> Reply:
    """Keeps what came back and what was made of it."""
    return Reply.objects.create(channel=channel, sender=sender[:200], text=text[:500], call=call, counted=counted, verdict=verdict[:300])


@transaction.atomic
def answer_by_link(*, call: Call, said: Answer) -> tuple[bool, str]:
    """The answer of whoever opened the address in a message: it came over the channel on which that message was sent."""
    try:
        verdict, counted = answer(call=call, said=said, via=call.channel), True
    except Refused as why:
        verdict, counted = str(why), False
    note(channel=call.channel, sender=call.target, text=said, call=call, counted=counted, verdict=verdict)
    return counted, verdict


@transaction.atomic
def take_reply(*, channel: str, sender: str, text: str) -> tuple[bool, str]:
    """Whether the reply counted as an answer, and the sentence to send back."""
    call, verdict, counted = None, "", False
    try:
        call = _call_meant(channel, sender_on(channel, sender), text)
        said, _code = read_reply(text)
        if said is None:
            raise Refused(_("Reply YA %(code)s if you come, TIDAK %(code)s if you cannot.") % {"code": call.code})
        verdict, counted = answer(call=call, said=said, via=channel), True
    except Refused as why:
        verdict = str(why)
    note(channel=channel, sender=sender, text=text, call=call, counted=counted, verdict=verdict)
    return counted, verdict


def _call_meant(channel: str, sender: str, text: str) -> Call:
    """The call that a reply answers: made on this channel to this sender, with the code it names, else the only one that is open."""
    _said, code = read_reply(text)
    mine = Call.objects.filter(channel=channel, target=sender, dispatch__isnull=False).select_related("call_out", "person", "dispatch")
    calls = list(mine.order_by("-id")[:LOOKED_AT]) if sender else []
    if code:
        named = [call for call in calls if call.code == code]
        if named:
            return named[0]
        if Call.objects.filter(code=code, call_out__state=State.RUNNING).exists():
            raise Refused(_("This code belongs to a call on another channel or to somebody else: answer where you were called."))
    waiting = [call for call in calls if call.call_out.state == State.RUNNING]
    if len(waiting) == 1 and not code:
        return waiting[0]
    if waiting:
        raise Refused(_("Several calls wait for you: write the code of the one you answer."))
    raise Refused(_("No call to you waits on this channel."))
