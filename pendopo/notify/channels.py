"""Which channels this installation can send on. Pages ask here, so that only the sender loads the transports' libraries."""

from django.conf import settings

from pendopo.agencies.letters import mail_is_set_up

from .models import Channel


def is_set_up(channel: str) -> bool:
    """Whether the operator named a mail server, or a service, for the channel. Webhooks and browsers need none."""
    if channel == Channel.EMAIL:
        return mail_is_set_up()
    return channel in (Channel.WEBHOOK, Channel.PUSH) or bool(settings.GATEWAYS.get(channel) or settings.COMMANDS.get(channel))
