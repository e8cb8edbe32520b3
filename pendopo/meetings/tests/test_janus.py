"""The client of the media server against a real Janus; what needs no network is enough here (the rest: test_room.py)."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator

import pytest

from pendopo.meetings.media import codec
from pendopo.meetings.media.codec import Answer, Event, Refused
from pendopo.meetings.media.janus import Away, Line, open_line
from pendopo.supervise import janus
from pendopo.supervise.child import Child
from pendopo.supervise.refusal import Refusal
from tests.engines import Engines


def is_missing() -> str:
    """Why there is no Janus here; empty when there is."""
    try:
        janus.libraries(janus.binary())
    except Refusal as refusal:
        return str(refusal)
    return ""


needs_janus = pytest.mark.skipif(bool(is_missing()), reason=is_missing())


@pytest.fixture(scope="module")
def server(test_engines: Engines) -> Iterator[tuple[janus.Janus, Child]]:
    """A Janus as `pendopo up` runs it."""
    found = janus.Janus(test_engines.folder)
    found.prepare()
    child = found.child()
    child.start()
    assert child.wait_ready(10), child.last_words()
    yield found, child
    child.stop()


def secret(server: janus.Janus) -> str:
    return server.credentials["PENDOPO_JANUS_SECRET"]


def test_what_is_read_and_written() -> None:
    text = codec.write(codec.message(7, 8, {"request": "exists"}), transaction="t", secret="s")
    assert text == '{"janus":"message","transaction":"t","apisecret":"s","body":{"request":"exists"},"session_id":7,"handle_id":8}'
    waiting = {"t": "message", "k": "keepalive"}
    assert codec.read('{"janus":"ack","transaction":"t"}', waiting=waiting) is None
    assert codec.read('{"janus":"ack","transaction":"k"}', waiting=waiting) == Answer("k")
    answered = codec.read('{"janus":"event","transaction":"t","sender":8,"plugindata":{"data":{"videoroom":"joined"}}}', waiting=waiting)
    assert answered == Answer("t", {"videoroom": "joined"})
    refused = codec.read('{"janus":"success","transaction":"t","plugindata":{"data":{"error_code":427,"error":"there"}}}', waiting=waiting)
    assert isinstance(refused, Answer) and refused.refused and refused.refused.code == 427
    unasked = codec.read('{"janus":"event","session_id":7,"sender":8,"plugindata":{"data":{"leaving":"x"}}}', waiting=waiting)
    assert unasked == Event("event", 7, 8, {"leaving": "x"})
    assert isinstance(codec.read('{"janus":"hangup","session_id":7,"sender":8,"reason":"ICE"}', waiting=waiting), Event)


@needs_janus
async def test_a_room_is_made_once_and_needs_its_keys(server: tuple[janus.Janus, Child]) -> None:
    line = await open_line(f"unix:{server[0].socket}", secret(server[0]))
    session = await line.session(lambda event: None)
    handle = await line.handle(session)
    room = {"request": "create", "room": "rapat", "admin_key": secret(server[0]), "secret": "x", "is_private": True}
    assert (await line.room(session, handle, room)).data["room"] == "rapat"
    with pytest.raises(Refused) as again:
        await line.room(session, handle, room)
    assert again.value.code == 427
    with pytest.raises(Refused):
        await line.room(session, handle, {**room, "room": "lain", "admin_key": "guessed"})
    with pytest.raises(Refused):
        await line.room(session, handle, {"request": "destroy", "room": "rapat", "secret": "guessed"})
    listed = await line.room(session, handle, {"request": "list"})
    assert listed.data["list"] == []
    await line.close()


@needs_janus
async def test_a_wrong_secret_is_refused(server: tuple[janus.Janus, Child]) -> None:
    line = await open_line(f"unix:{server[0].socket}", "guessed")
    with pytest.raises(Refused) as refusal:
        await line.session(lambda event: None)
    assert refusal.value.code == 403
    await line.close()


@needs_janus
async def test_whoever_holds_a_session_hears_that_the_server_died(server: tuple[janus.Janus, Child]) -> None:
    found, child = server
    line: Line = await open_line(f"unix:{found.socket}", secret(found))
    heard: list[Event] = []
    await line.session(heard.append)
    assert child.pid
    os.kill(child.pid, signal.SIGKILL)
    until = time.monotonic() + 5
    while not heard and time.monotonic() < until:
        await asyncio.sleep(0.01)
    assert [event.kind for event in heard] == ["lost"] and line.broken
    with pytest.raises(Away):
        await line.ask(codec.create(), seconds=1)
    child.kill()
    with pytest.raises(Away):
        await open_line(f"unix:{found.socket}", secret(found))
    child.start()
    assert child.wait_ready(10)
