"""What people do in the room beside sending and getting media: one small function a verb, one line in the table.

The rights stand in `logic.VERBS`; whoever comes here may. Words are cut to size and never trusted: who somebody is, the ticket says.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused as Unwise

from . import seats
from .codec import Refused
from .hall import halls
from .janus import Away
from .logic import CONVENER, SPEAKER
from .nodes import node_of
from .rolls import lobby_changed, people_changed

if TYPE_CHECKING:
    from .signalling import Chair

MAX_CHAT, MAX_QUESTION, MAX_OPTIONS = 2000, 300, 8
REACTIONS = frozenset({"clap", "thumb", "heart", "laugh", "wow"})
MAX_TIMER_S = 4 * 3600

Verb = Callable[["Chair", dict[str, Any]], Awaitable[None]]


async def _happen(chair: "Chair", kind: str, **data: Any) -> None:
    """Writes down what happened and tells everybody."""
    happened = await seats.in_database(seats.happen, chair.ticket, kind, data)
    await chair.tell_all({"say": "happened", **happened})


async def chat(chair: "Chair", word: dict[str, Any]) -> None:
    """A line of chat."""
    text = str(word["text"]).strip()[:MAX_CHAT]
    if text:
        await _happen(chair, "chat", text=text)


async def hand(chair: "Chair", word: dict[str, Any]) -> None:
    """Raises or lowers the own hand."""
    await _happen(chair, "hand", up=bool(word["up"]))


async def lower(chair: "Chair", word: dict[str, Any]) -> None:
    """Lowers somebody's hand."""
    await _happen(chair, "hand", up=False, whose=str(word["seat"])[:80])


async def react(chair: "Chair", word: dict[str, Any]) -> None:
    """A sign that passes: told, not kept."""
    if word["sign"] in REACTIONS:
        await chair.tell_all({"say": "reacted", "seat": chair.seat, "sign": word["sign"]})


async def poll(chair: "Chair", word: dict[str, Any]) -> None:
    """Asks everybody a question with two to eight answers."""
    options = [str(option).strip()[:MAX_QUESTION] for option in word["options"] if str(option).strip()][:MAX_OPTIONS]
    question = str(word["question"]).strip()[:MAX_QUESTION]
    if not question or len(options) < 2:
        raise Unwise(_("A poll has a question and at least two answers, one a line."))
    await _happen(chair, "poll", poll=seats.new_name(), question=question, options=options)


async def vote(chair: "Chair", word: dict[str, Any]) -> None:
    """Chooses an answer; the last choice counts while the poll is open."""
    await _happen(chair, "vote", poll=str(word["poll"])[:40], option=int(word["option"]))


async def poll_end(chair: "Chair", word: dict[str, Any]) -> None:
    """Closes a poll."""
    await _happen(chair, "poll-end", poll=str(word["poll"])[:40])


async def timer(chair: "Chair", word: dict[str, Any]) -> None:
    """Starts the speaking time for everybody to see; 0 seconds stops it."""
    seconds = max(0, min(MAX_TIMER_S, int(word["seconds"])))
    await _happen(chair, "timer", seconds=seconds, ends=seats.in_seconds(seconds))


async def tile(chair: "Chair", word: dict[str, Any]) -> None:
    """Shows a board of the wall, or a tile of it, live to everybody; an empty path ends it.

    Figures that are not public are in it only when a convener says so: guests are in the room.
    """
    path, title = str(word["path"]).strip()[:300], str(word.get("title", ""))[:120]
    government = chair.role == CONVENER and word.get("government") is True
    try:
        shown = await seats.in_database(seats.shared_tile, chair.ticket, path, title, government=government)
    except ValueError:
        raise Unwise(_("Only boards of the wall are shown here, such as /wall/overview.")) from None
    await _happen(chair, "tile", **shown)


async def page(chair: "Chair", word: dict[str, Any]) -> None:
    """Turns to a page of the document that is shown; 0 ends showing it."""
    happened = await seats.in_database(seats.turn_page, chair.ticket, int(word["page"]))
    await chair.tell_all({"say": "happened", **happened})


async def line(chair: "Chair", word: dict[str, Any]) -> None:
    """How good the own line is, as the browser measures it: 3 good, 2 thin, 1 bad."""
    on: dict[str, Any] = {name: bool(word[name]) for name in ("mic", "camera", "screen") if name in word}
    await chair.tell_all({"say": "line", "seat": chair.seat, "quality": max(1, min(3, int(word["quality"]))), **on})


async def again(chair: "Chair", word: dict[str, Any]) -> None:
    """The browser lost its connections of media: everything anew."""
    await chair.again()


async def unmute(chair: "Chair", word: dict[str, Any]) -> None:
    """Lets the own sound or picture through again after a convener stopped it."""
    await chair.silence({"what": str(word["what"])[:10], "muted": False})


async def mute(chair: "Chair", word: dict[str, Any]) -> None:
    """Stops somebody's sound or picture at the media server."""
    seat, what = str(word["seat"])[:40], str(word["what"])[:10]
    await seats.in_database(seats.note_silence, chair.ticket, seat, what)
    await halls.tell(chair.code, seat, {"say": "silence", "what": what, "muted": True, "by": chair.name})


async def agree(chair: "Chair", word: dict[str, Any]) -> None:
    """Agrees to be recorded."""
    await _happen(chair, "agree")


async def record(chair: "Chair", word: dict[str, Any]) -> None:
    """Begins or ends the recording; everybody is told before anything else, and also when the media server does not record after all.
    Who presses the button agrees by it."""
    on = bool(word["on"])
    changed = await seats.in_database(seats.begin_recording if on else seats.end_recording, chair.ticket)
    if changed:
        await chair.tell_all({"say": "recording", "on": on})
    if on:
        await agree(chair, word)
    if not changed:
        return
    try:
        await node_of(chair.code).record(chair.code, on=on)
    except (Away, Refused):
        if on and await seats.in_database(seats.end_recording, chair.ticket):
            await chair.tell_all({"say": "recording", "on": False})
        raise


async def admit(chair: "Chair", word: dict[str, Any]) -> None:
    """Lets in who waits: one seat, all of an agency, or everybody. One action however many."""
    seats_in = await seats.in_database(seats.admit, chair.ticket, word.get("seat"), word.get("agency"))
    for seat in seats_in:
        await halls.tell(chair.code, seat, {"say": "standing", "standing": "in"})
    lobby_changed(chair.code)


async def refuse(chair: "Chair", word: dict[str, Any]) -> None:
    """Turns away who waits; one whom another convener admitted first stays."""
    for seat in await seats.in_database(seats.refuse, chair.ticket, str(word["seat"])):
        await halls.tell(chair.code, seat, {"say": "standing", "standing": "refused"})
    lobby_changed(chair.code)


async def remove(chair: "Chair", word: dict[str, Any]) -> None:
    """Puts somebody out for good."""
    if not await seats.in_database(seats.remove, chair.ticket, str(word["seat"])):
        raise Unwise(_("Whoever convenes this meeting by its plan stays in it."))
    await halls.tell(chair.code, str(word["seat"]), {"say": "standing", "standing": "removed"})


async def role(chair: "Chair", word: dict[str, Any]) -> None:
    """Makes somebody speaker, listener or convener."""
    given = await seats.in_database(seats.change_role, chair.ticket, str(word["seat"]), str(word.get("role", SPEAKER)))
    await halls.tell(chair.code, str(word["seat"]), {"say": "role", "role": given})
    people_changed(chair.code)


async def lock(chair: "Chair", word: dict[str, Any]) -> None:
    """Lets nobody new in, or opens again."""
    await seats.in_database(seats.lock, chair.ticket, bool(word["on"]))
    await chair.tell_all({"say": "locked", "on": bool(word["on"])})


async def end(chair: "Chair", word: dict[str, Any]) -> None:
    """Ends the meeting for everybody."""
    await seats.in_database(seats.end, chair.ticket)
    await chair.tell_all({"say": "standing", "standing": "ended"})
    await node_of(chair.code).end_room(chair.code)


VERBS: dict[str, Verb] = {
    "chat": chat,
    "hand": hand,
    "lower": lower,
    "react": react,
    "poll": poll,
    "vote": vote,
    "poll-end": poll_end,
    "timer": timer,
    "tile": tile,
    "page": page,
    "line": line,
    "again": again,
    "unmute": unmute,
    "agree": agree,
    "record": record,
    "mute": mute,
    "admit": admit,
    "refuse": refuse,
    "remove": remove,
    "role": role,
    "lock": lock,
    "end": end,
}
