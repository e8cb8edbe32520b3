"""A body of gigabytes is refused before it is read, or as soon as it has grown too large."""

from typing import Any

import pytest

from pendopo import asgi


async def answer(length: int, path: str = "/assessments/x/r/1/evidence") -> list[dict[str, Any]]:
    """What the application sends for a POST that says it is so long; reading a byte of it fails the test."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("The body was read.")

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-length", str(length).encode())]
    await asgi.application({"type": "http", "method": "POST", "path": path, "headers": headers}, receive, send)
    return sent


async def test_two_gigabytes_are_refused_before_a_byte_is_read() -> None:
    start, body = await answer(2 * 1024**3)
    assert start["status"] == 413 and (b"connection", b"close") in start["headers"] and b"256 MB" in body["body"]


def test_the_limit_lets_the_largest_form_through() -> None:
    assert not asgi.too_large({"headers": [(b"content-length", b"209715200")]})
    assert not asgi.too_large({"headers": []}) and not asgi.too_large({"headers": [(b"content-length", b"-1")]})


async def test_a_body_that_does_not_say_its_length_is_read_to_the_limit_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "LARGEST_BODY", 10_000)
    sent: list[dict[str, Any]] = []
    read = 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 4_000
        assert not sent, "It is read on after the refusal."
        return {"type": "http.request", "body": bytes(4_000), "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/assessments/x/r/1/do",
        "query_string": b"",
        "headers": [(b"transfer-encoding", b"chunked")],
    }
    await asgi.application(scope, receive, send)
    assert [message.get("status") for message in sent] == [413, None] and read == 12_000
