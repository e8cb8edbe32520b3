"""The JSON language of Janus as pure values: what is asked, and what an incoming text means. No network, no clock.

Every request carries a transaction; its answer carries the same. A plugin may first say `ack` (it works on it) and answer later with an
event, so an `ack` only ends requests that ask for nothing more.
"""

import json
from dataclasses import dataclass, field
from typing import Any

VIDEOROOM, AUDIOBRIDGE, SIP = "janus.plugin.videoroom", "janus.plugin.audiobridge", "janus.plugin.sip"
# Requests of the protocol that are over with an `ack`.
OVER_WITH_ACK = frozenset({"keepalive", "trickle"})


class Refused(Exception):
    """Janus refused. `code` is its number: 427 the room exists, 426 there is none, 458 the session is gone, 459 the handle is."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(f"{reason} ({code})")


@dataclass(frozen=True)
class Frame:
    """A request before it has a transaction."""

    janus: str
    session: int = 0
    handle: int = 0
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """The end of a request: its transaction, and what it brought or why it was refused."""

    transaction: str
    data: dict[str, Any] = field(default_factory=dict)
    jsep: dict[str, Any] | None = None
    refused: Refused | None = None


@dataclass(frozen=True)
class Event:
    """What Janus says unasked about a handle: a plugin's event, or `webrtcup`, `hangup`, `media`, `slowlink`, `detached`, `timeout`."""

    kind: str
    session: int
    handle: int
    data: dict[str, Any]
    jsep: dict[str, Any] | None = None


def create() -> Frame:
    """Opens a session."""
    return Frame("create")


def destroy(session: int) -> Frame:
    """Ends a session with all its handles."""
    return Frame("destroy", session)


def keepalive(session: int) -> Frame:
    """Says that a session still lives: needed within its time-out."""
    return Frame("keepalive", session)


def attach(session: int, plugin: str = VIDEOROOM) -> Frame:
    """Opens a handle: one connection of media."""
    return Frame("attach", session, more={"plugin": plugin})


def detach(session: int, handle: int) -> Frame:
    """Closes a handle."""
    return Frame("detach", session, handle)


def message(session: int, handle: int, body: dict[str, Any], jsep: dict[str, Any] | None = None) -> Frame:
    """Asks the plugin behind a handle."""
    return Frame("message", session, handle, {"body": body, **({"jsep": jsep} if jsep else {})})


def trickle(session: int, handle: int, candidate: dict[str, Any] | None) -> Frame:
    """One more way to reach the browser; None = there are no more."""
    return Frame("trickle", session, handle, {"candidate": candidate or {"completed": True}})


def write(frame: Frame, *, transaction: str, secret: str) -> str:
    """The text of a request."""
    words: dict[str, Any] = {"janus": frame.janus, "transaction": transaction, "apisecret": secret, **frame.more}
    if frame.session:
        words["session_id"] = frame.session
    if frame.handle:
        words["handle_id"] = frame.handle
    return json.dumps(words, separators=(",", ":"))


def _plugin_said(words: dict[str, Any]) -> tuple[dict[str, Any], Refused | None]:
    """A plugin's data, or its refusal, which Janus itself calls a success."""
    data = (words.get("plugindata") or {}).get("data") or words.get("data") or {}
    if "error_code" in data:
        return {}, Refused(int(data["error_code"]), str(data.get("error", "")))
    return data, None


def read(text: str | bytes, *, waiting: dict[str, str]) -> Answer | Event | None:
    """What a text means. `waiting` is the kind of each request under way by its transaction; None = nothing that anybody waits for."""
    words = json.loads(text)
    kind, transaction = words.get("janus", ""), words.get("transaction", "")
    if kind == "error":
        problem = words.get("error") or {}
        return Answer(transaction, refused=Refused(int(problem.get("code", 0)), str(problem.get("reason", ""))))
    asked = waiting.get(transaction)
    if kind == "ack":
        return Answer(transaction) if asked in OVER_WITH_ACK else None
    if kind == "success" or (kind == "event" and asked):
        data, refused = _plugin_said(words)
        return Answer(transaction, data, words.get("jsep"), refused)
    told: dict[str, Any] = (words.get("plugindata") or {}).get("data") or {} if kind == "event" else words
    return Event(kind, int(words.get("session_id", 0)), int(words.get("sender", 0)), told, words.get("jsep"))
