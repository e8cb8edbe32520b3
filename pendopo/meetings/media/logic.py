"""What a person in a room may ask of the media server, and what a room's happenings add up to. Pure."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

CONVENER, SPEAKER, LISTENER = "convener", "speaker", "listener"

# What a browser may ask on each of its two connections. Joining is the server's; everything else of Janus is closed.
ALLOWED = {
    "pub": frozenset({"publish", "configure", "unpublish"}),
    "sub": frozenset({"join", "start", "pause", "subscribe", "unsubscribe", "update", "configure"}),
}
SENDING = frozenset({"publish", "configure"})
# Fields of a request and of one of its streams that are passed on, with their type. Nothing else reaches Janus.
FIELDS: dict[str, type | tuple[type, ...]] = {"audiocodec": str, "videocodec": str, "restart": bool}
STREAM_FIELDS: dict[str, type | tuple[type, ...]] = {
    "feed": str,
    "mid": str,
    "sub_mid": str,
    "crossrefid": str,
    "send": bool,
    "substream": int,
    "temporal": int,
    "description": str,
}
LISTS = ("streams", "subscribe", "unsubscribe", "descriptions")
MAX_STREAMS, MAX_TEXT, MAX_SDP = 800, 80, 400_000

# How many people may be heard or seen at once in one room, and how often the rooms ask for a whole picture (s).
MAX_PUBLISHERS, KEYFRAME_EVERY_S = 60, 10


class NotAllowed(Exception):
    """A request that nobody in a browser may make, or not this person."""


@dataclass(frozen=True)
class Joined:
    """What the media server knows of a person: the room, the own feed and its secret number."""

    room: str
    feed: str
    name: str
    token: str
    private_id: int = 0
    role: str = LISTENER
    cap_kbps: int = 1500


# However many share a line, each may send sound.
LEAST_KBPS = 64


def cap_of(*, person_kbps: int, site_kbps: int, together: int) -> int:
    """What one person may send: at most the cap of a person, and an even part of what their site may send together (0: no such cap)."""
    if not site_kbps:
        return person_kbps
    return max(LEAST_KBPS, min(person_kbps, site_kbps // max(1, together)))


def smaller_cap(fixed_kbps: int, measured_kbps: float | None) -> int:
    """The smaller of two caps of a site; 0: there is none. A line without any room left keeps one kbit/s, so that it is a cap at all."""
    measured = 0 if measured_kbps is None else max(1, int(measured_kbps))
    return min((cap for cap in (fixed_kbps, measured) if cap), default=0)


def feed_of(seat: str, line: str) -> str:
    """The name of a person's stream: their seat and this line of theirs, so that one who comes back never meets an own ghost."""
    return f"{seat}.{line}"


def seat_of(feed: str) -> str:
    """Whose stream it is."""
    return feed.rpartition(".")[0]


def key(secret: str, *words: str) -> str:
    """A key that only the product can make: HMAC-SHA256, hexadecimal."""
    return hmac.new(secret.encode(), "\0".join(words).encode(), hashlib.sha256).hexdigest()


def _streams(given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > MAX_STREAMS:
        raise NotAllowed("streams is a list")
    kept = []
    for stream in given:
        if not isinstance(stream, dict):
            raise NotAllowed("a stream is an object")
        one = {name: stream[name] for name, kind in STREAM_FIELDS.items() if name in stream and type(stream[name]) is kind}
        if any(isinstance(value, str) and len(value) > MAX_TEXT for value in one.values()):
            raise NotAllowed("a name is too long")
        kept.append(one)
    return kept


def passed(handle: str, body: Any, joined: Joined, *, sends: bool) -> dict[str, Any]:
    """The request as it goes to Janus: only what is allowed, with room, feed, name and keys of the ticket whatever the browser wrote.

    `sends` = the request brings a session description. Raises NotAllowed.
    """
    request = body.get("request") if isinstance(body, dict) else None
    if handle not in ALLOWED or request not in ALLOWED[handle]:
        raise NotAllowed(f"{request} is not for browsers")
    if handle == "pub" and joined.role == LISTENER and (sends or request in SENDING):
        raise NotAllowed("listeners do not send")
    clean = {name: body[name] for name, kind in FIELDS.items() if name in body and type(body[name]) is kind}
    clean |= {name: _streams(body[name]) for name in LISTS if name in body}
    clean["request"] = request
    if handle == "pub":
        clean |= {"display": joined.name}
        if request == "publish":
            clean |= {"bitrate": joined.cap_kbps * 1000}
    if handle == "sub" and request == "join":
        clean |= {"ptype": "subscriber", "room": joined.room, "private_id": joined.private_id, "token": joined.token}
        clean |= {"use_msid": True, "autoupdate": True}
    return clean


def room_body(code: str, *, admin_key: str, secret: str, cap_kbps: int, recordings: str) -> dict[str, Any]:
    """The request that makes a room. Nobody enters without a token that was added for them; nobody records but the product."""
    return {
        "request": "create",
        "room": code,
        "admin_key": admin_key,
        "secret": secret,
        "permanent": False,
        "is_private": True,
        "allowed": [],
        "publishers": MAX_PUBLISHERS,
        "bitrate": cap_kbps * 1000,
        "bitrate_cap": True,
        "fir_freq": KEYFRAME_EVERY_S,
        "require_pvtid": True,
        "lock_record": True,
        "rec_dir": recordings,
        "notify_joining": False,
        "audiocodec": "opus",
        "videocodec": "vp8,h264",
        "audiolevel_event": True,
        "audio_active_packets": 25,
        "audio_level_average": 45,
    }


SECTION = re.compile(r"(?=^m=)", re.M)


def without_data(sdp: str) -> str:
    """A session description without data channels: chat goes through our own server. Raises NotAllowed when it is too big."""
    if len(sdp) > MAX_SDP:
        raise NotAllowed("the session description is too big")
    head, *sections = SECTION.split(sdp)
    gone = [section for section in sections if section.startswith("m=application")]
    mids = {found[1] for section in gone if (found := re.search(r"^a=mid:(\S+)", section, re.M))}
    if mids:
        head = re.sub(
            r"^(a=group:BUNDLE)(.*)$",
            lambda line: line[1] + "".join(f" {mid}" for mid in line[2].split() if mid not in mids),
            head,
            flags=re.M,
        )
    return head + "".join(section for section in sections if not section.startswith("m=application"))


@dataclass
class Room:
    """What a room shows besides faces, as its happenings add up."""

    chat: list[dict[str, Any]] = field(default_factory=list)
    hands: dict[str, str] = field(default_factory=dict)
    polls: dict[str, dict[str, Any]] = field(default_factory=dict)
    timer: dict[str, Any] | None = None
    tile: dict[str, Any] | None = None
    document: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """For the browser. Hands in the order in which they were raised; votes as counts."""
        polls = [{**poll, "votes": counts(poll)} for poll in self.polls.values()]
        shown = {"timer": self.timer, "tile": self.tile, "document": self.document}
        return {"chat": self.chat, "hands": list(self.hands), "polls": polls, **shown}


def counts(poll: dict[str, Any]) -> list[int]:
    """How many chose each option."""
    return [sum(1 for choice in poll["votes"].values() if choice == number) for number in range(len(poll["options"]))]


def fold(happenings: Iterable[dict[str, Any]], room: Room | None = None) -> Room:
    """The room after these happenings, oldest first: dicts with `kind`, `seat`, `name`, `at` and what the kind brings."""
    room = room or Room()
    for one in happenings:
        kind, seat = one["kind"], one["seat"]
        if kind == "chat":
            room.chat.append(one)
        elif kind == "hand":
            whose = one.get("whose") or seat
            if one["up"]:
                room.hands.setdefault(whose, one["at"])
            else:
                room.hands.pop(whose, None)
        elif kind == "poll":
            room.polls[one["poll"]] = {
                "poll": one["poll"],
                "question": one["question"],
                "options": one["options"],
                "votes": {},
                "open": True,
            }
        elif kind == "vote" and (poll := room.polls.get(one["poll"])) and poll["open"]:
            poll["votes"][seat] = one["option"]
        elif kind == "poll-end" and one["poll"] in room.polls:
            room.polls[one["poll"]]["open"] = False
        elif kind == "timer":
            room.timer = {"ends": one["ends"], "seconds": one["seconds"]} if one["seconds"] else None
        elif kind == "tile":
            room.tile = {"path": one["path"], "title": one["title"]} if one["path"] else None
        elif kind == "document":
            room.document = {**{name: one[name] for name in ("seat", "document", "title", "pages")}, "page": 1}
        elif kind == "page" and room.document:
            room.document = {**room.document, "page": one["page"]} if one["page"] else None
    return room


# Who may do what in a room beside watching. A verb that is not here is nobody's.
VERBS: dict[str, frozenset[str]] = {
    "chat": frozenset({CONVENER, SPEAKER, LISTENER}),
    "hand": frozenset({CONVENER, SPEAKER, LISTENER}),
    "react": frozenset({CONVENER, SPEAKER, LISTENER}),
    "vote": frozenset({CONVENER, SPEAKER, LISTENER}),
    "line": frozenset({CONVENER, SPEAKER, LISTENER}),
    "again": frozenset({CONVENER, SPEAKER, LISTENER}),
    "agree": frozenset({CONVENER, SPEAKER, LISTENER}),
    "unmute": frozenset({CONVENER, SPEAKER}),
    "tile": frozenset({CONVENER, SPEAKER}),
    "page": frozenset({CONVENER, SPEAKER}),
    "poll": frozenset({CONVENER}),
    "poll-end": frozenset({CONVENER}),
    "timer": frozenset({CONVENER}),
    "lower": frozenset({CONVENER}),
    "admit": frozenset({CONVENER}),
    "refuse": frozenset({CONVENER}),
    "mute": frozenset({CONVENER}),
    "remove": frozenset({CONVENER}),
    "role": frozenset({CONVENER}),
    "lock": frozenset({CONVENER}),
    "record": frozenset({CONVENER}),
    "end": frozenset({CONVENER}),
}


def may(role: str, verb: str) -> bool:
    """Whether the role may do the verb in its room."""
    return role in VERBS.get(verb, frozenset())
