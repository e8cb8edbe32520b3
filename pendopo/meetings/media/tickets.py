"""Signed tickets of the room: the page carries one, and the line to the room believes nothing else about who somebody is."""

import base64
import hashlib
import hmac
import re
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.conf import settings
from django.core import signing

SALT = "pendopo.meetings.room"
# Long meetings outlast a page; one that reconnects after this reloads.
LIFE_S = 12 * 3600
TURN_LIFE_S = 12 * 3600


class NoTicket(Exception):
    """The ticket is not one of ours, or not any more."""


@dataclass(frozen=True)
class Ticket:
    """Who comes into which room. `seat` is the same for the same person in the same meeting, whatever page they open.

    `invited` = comes in without waiting where the room allows it. `person` and `invitee` are their numbers, if they have one. Refusals are
    told in `language`.
    """

    code: str
    seat: str
    name: str
    agency: str
    role: str
    invited: bool
    person: int | None = None
    invitee: int | None = None
    language: str = ""
    expires: float = 0.0


def issue(ticket: Ticket, *, life_s: float = LIFE_S) -> str:
    """A ticket as it stands in a page; it holds for `life_s` seconds."""
    return signing.dumps(asdict(replace(ticket, expires=time.time() + life_s)), salt=SALT, compress=True)


def read(text: Any) -> Ticket:
    """The ticket behind the text. Raises NoTicket."""
    try:
        ticket = Ticket(**signing.loads(str(text), salt=SALT))
    except (signing.BadSignature, TypeError, ValueError) as problem:
        raise NoTicket("This is not a ticket of this house.") from problem
    if ticket.expires <= time.time():
        raise NoTicket("The ticket has run out: load the page again.")
    return ticket


def ice_servers(seat: str) -> list[dict[str, Any]]:
    """What a browser is told about name servers and relays; the relay's password holds for a day's meeting (coturn `use-auth-secret`)."""
    servers: list[dict[str, Any]] = [{"urls": settings.STUN_URLS}] if settings.STUN_URLS else []
    if settings.TURN_URLS and settings.TURN_SECRET:
        user = f"{int(time.time()) + TURN_LIFE_S}:{seat}"
        password = base64.b64encode(hmac.new(settings.TURN_SECRET.encode(), user.encode(), hashlib.sha1).digest()).decode()
        servers.append({"urls": settings.TURN_URLS, "username": user, "credential": password})
    return servers


SHARE_SALT = "pendopo.meetings.tile"
BOARD = re.compile(r"/wall/[\w-]{1,60}")


@dataclass(frozen=True)
class Shared:
    """A board of the wall, or one tile of it (counted from 0), shown in one meeting. `government` = with figures that are not public."""

    code: str
    place: str
    tile: int | None
    government: bool


def share(code: str, path: str, *, government: bool = False) -> str:
    """A page of the wall under an address that opens for one meeting: `?shared=` holds a signed `Shared`. Raises ValueError."""
    place = path.split("?")[0].split("#")[0]
    if not BOARD.fullmatch(place):
        raise ValueError("only boards of the wall are shown in a meeting")
    found = re.search(r"[?&]tile=(\d{1,3})", path)
    words = [code, place, int(found[1]) if found else None, government]
    return f"{place}?shared={signing.dumps(words, salt=SHARE_SALT)}"


def shared_with(text: str, path: str) -> Shared | None:
    """What was shared under this address; None when nothing was, or not this page."""
    try:
        code, place, tile, government = signing.loads(text, salt=SHARE_SALT, max_age=LIFE_S)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return Shared(str(code), str(place), tile, bool(government)) if place == path else None


FILE_SALT = "pendopo.meetings.file"


def file_address(code: str, stored: str, name: str) -> str:
    """The end of a chat file's address: whoever was told it may fetch it for half a day."""
    return signing.dumps([code, stored, name], salt=FILE_SALT)


def file_of(text: str, code: str) -> tuple[str, str] | None:
    """Where a chat file is stored and how it is called; None when this is no address of ours."""
    try:
        whose, stored, name = signing.loads(text, salt=FILE_SALT, max_age=LIFE_S)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return (str(stored), str(name)) if whose == code else None
