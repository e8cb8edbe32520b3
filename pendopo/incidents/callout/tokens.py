"""The address in a message by which its call is answered, and the key with which a gateway hands replies in."""

from datetime import timedelta

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import Call

SALT = "pendopo.incidents.call"
LASTS = timedelta(days=7)


def token_of(call: Call) -> str:
    """What stands in the address. It names one call, and with it the channel on which it was made."""
    return signing.dumps(call.pk, salt=SALT)


def call_of(token: str) -> Call | None:
    """The call behind an address; None when it is not one of ours, or older than a week: an old letter opens nothing."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    return Call.objects.select_related("call_out", "person", "dispatch").filter(pk=pk).first()


def reply_key(channel: str) -> str:
    """The key for one channel's gateway. Each channel has its own, so that no gateway can answer for another."""
    return salted_hmac(SALT, f"reply {channel}", algorithm="sha256").hexdigest()[:40]


def is_reply_key(channel: str, key: str) -> bool:
    """Whether the key is the channel's."""
    return constant_time_compare(key.encode(), reply_key(channel).encode())
