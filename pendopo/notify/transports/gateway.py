"""Telegram, WhatsApp, SMS and the government's own chat, through Apprise.

Each is one Apprise address in the settings with `{to}` where the person's number or name goes: `tgram://TOKEN/{to}`,
`jsons://user:TOKEN@gateway.example/send?:to={to}`. The operator chooses the service, people only say who they are, so that nobody can
make the house call a place of their own choice.
"""

import re
from urllib.parse import quote

import apprise
from django.conf import settings
from django.utils.translation import gettext as _

from ..logic import Outcome
from ..models import Result
from ..writing import Letter

# Well before a sender counts as lost (actions/delivering.py, LEASE).
DEADLINE_S = 30

STATUS = re.compile(r"error=(\d{3})\b")


def send(letter: Letter) -> Outcome:
    """Hands the letter to the channel's service. Apprise does not say whether a refusal is for good, so it is tried again."""
    template = settings.GATEWAYS.get(letter.channel, "")
    if not template:
        return Outcome(Result.FAILED, detail=_("This channel is not set up: name its service in the settings."))
    service = apprise.Apprise()
    if not service.add(template.replace("{to}", quote(letter.target, safe=""))):
        return Outcome(Result.FAILED, detail=_("The service of this channel cannot be read: it must be an Apprise address with {to}."))
    answer = service.notify(title=letter.subject, body=letter.plain, body_format=apprise.NotifyFormat.TEXT, timeout=DEADLINE_S)
    if answer:
        return Outcome(Result.SENT)
    words = " ".join(entry.message for entry in answer.logs())
    status = STATUS.search(words)
    return Outcome(Result.FAILED, int(status[1]) if status else None, _without_secrets(words, template))


def _without_secrets(words: str, template: str) -> str:
    """The reason, should Apprise ever repeat a token of the address: every longer part of it is blanked."""
    for part in re.findall(r"[A-Za-z0-9:_-]{16,}", template):
        words = words.replace(part, "•••")
    return words or _("The service did not take it.")
