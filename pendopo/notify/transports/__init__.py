"""How a letter leaves the house: one file for each kind of transport, one line for each channel in `TRANSPORTS`.

A transport is a function that sends one letter and says how it ended. It never raises for what the other side did, gives up by itself
within a minute, and touches no database.
"""

from collections.abc import Callable

from ..logic import Outcome
from ..models import Channel
from ..writing import Letter
from . import gateway, lines, mail, push, webhook

Transport = Callable[[Letter], Outcome]

TRANSPORTS: dict[str, Transport] = {
    Channel.EMAIL: mail.send,
    Channel.TELEGRAM: gateway.send,
    Channel.WHATSAPP: gateway.send,
    Channel.SMS: lines.send,
    Channel.CALL: lines.send,
    Channel.SIREN: lines.send,
    Channel.CHAT: gateway.send,
    Channel.PUSH: push.send,
    Channel.WEBHOOK: webhook.send,
}

__all__ = ["TRANSPORTS", "Transport"]
