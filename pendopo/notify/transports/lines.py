"""Channels with two ways out: the gateway on the internet first, then the program on this machine, in one attempt."""

from django.conf import settings
from django.utils.translation import gettext as _

from ..logic import Outcome
from ..models import Result
from ..writing import Letter
from . import command, gateway


def send(letter: Letter) -> Outcome:
    """The first way that takes the letter counts; else what each of them said."""
    said = []
    for send_by, named in ((gateway.send, settings.GATEWAYS), (command.send, settings.COMMANDS)):
        if named.get(letter.channel):
            outcome = send_by(letter)
            if outcome.result == Result.SENT:
                return outcome
            said.append(outcome)
    if not said:
        return Outcome(Result.FAILED, detail=_("This channel is not set up: name its service in the settings."))
    return Outcome(Result.FAILED, said[0].code, "; ".join(outcome.detail for outcome in said))
