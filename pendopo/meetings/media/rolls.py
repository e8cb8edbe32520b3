"""Who is there and who waits, told to those for whom it is: changes of one moment are gathered, so that a crowd at the door costs one list
a moment and not one list a person."""

import asyncio
import logging

from . import seats
from .hall import ALL, CONVENERS, halls

logger = logging.getLogger(__name__)

GATHER_S = 0.15

_changed: dict[tuple[str, bool], asyncio.Task[None]] = {}


def people_changed(code: str) -> None:
    """Somebody came, went, or became something else: everybody hears the new list."""
    _soon(code, lobby=False)


def lobby_changed(code: str) -> None:
    """Somebody waits, or waits no longer: the conveners hear who is at the door."""
    _soon(code, lobby=True)


def _soon(code: str, *, lobby: bool) -> None:
    if (code, lobby) not in _changed:
        _changed[code, lobby] = asyncio.create_task(_tell(code, lobby=lobby))


async def _tell(code: str, *, lobby: bool) -> None:
    try:
        await asyncio.sleep(GATHER_S)
    finally:
        # What changes from here on is told by the next one.
        del _changed[code, lobby]
    try:
        if lobby:
            await halls.tell(code, CONVENERS, {"say": "lobby", "people": await seats.in_database(seats.lobby, code)})
        else:
            await halls.tell(code, ALL, {"say": "people", "people": await seats.in_database(seats.people, code)})
    except Exception:
        logger.exception("media: the list of %s was not told", code)
