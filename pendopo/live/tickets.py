"""Signed tickets: a page carries one, and whoever shows it hears what the page shows. Nothing secret is in it."""

import time
from collections.abc import Iterable

from django.core import signing

from .logic import Follow, Ticket, pack, unpack

SALT = "pendopo.live"

# A page asks for a new ticket when its old one has run out: by then a right that was taken away must be gone too.
LIFE_S = 3600.0


class NoTicket(Exception):
    """The ticket is not one of ours, or not any more. `expired` tells the two apart."""

    def __init__(self, *, expired: bool) -> None:
        self.expired = expired
        super().__init__("The ticket has run out: load the page again." if expired else "This is not a ticket of this house.")


def issue(follows: Iterable[Follow], *, holder: str = "", life_s: float = LIFE_S) -> str:
    """A ticket as it stands in a page and in an address."""
    ticket = Ticket(frozenset(follows), time.time() + life_s, holder)
    return signing.dumps(pack(ticket), salt=SALT, compress=True)


def read(text: str) -> Ticket:
    """The ticket behind the text. Raises NoTicket."""
    try:
        ticket = unpack(signing.loads(text, salt=SALT))
    except (signing.BadSignature, KeyError, TypeError, ValueError, AttributeError) as problem:
        raise NoTicket(expired=False) from problem
    if ticket.expires <= time.time():
        raise NoTicket(expired=True)
    return ticket
