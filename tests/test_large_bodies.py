"""A body of gigabytes is refused before it is read."""

from typing import Any

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
