"""The other side, really listening: a mail server and a web address that behave as a test says."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

from pendopo.notify import actions, deliver
from pendopo.notify.logic import Outcome
from pendopo.notify.models import Channel, Result

HOST = "127.0.0.1"


class MailServer:
    """Takes mail. `answers` holds what to say to the next messages ("450 …", "drop", a pause in seconds); then it takes all."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.recipients: list[str] = []
        self.answers: list[str | float] = []
        self.refuse: dict[str, str] = {}
        with socket.create_server((HOST, 0)) as free:
            self.port = int(free.getsockname()[1])
        self.controller = Controller(self, hostname=HOST, port=self.port, ready_timeout=20)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        """Refuses the recipients that the test names."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Says what the test wants, or keeps the message."""
        answer = self.answers.pop(0) if self.answers else ""
        if answer == "drop":
            server.transport.abort()
            return "250 never heard"
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        elif answer:
            return answer
        self.got.append(message_from_bytes(envelope.content or b"", policy=default))
        self.recipients += envelope.rcpt_tos
        return "250 kept"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server that the product's settings name."""
    server = MailServer()
    server.controller.start()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    try:
        with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST=HOST, EMAIL_PORT=server.port, EMAIL_TIMEOUT=5):
            yield server
    finally:
        server.controller.stop()


class Gateway:
    """A web address. `answers` holds what to do with the next requests: a status, a pause in seconds, "drop", headers; then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int | float | str | tuple[int, dict[str, str]]] = []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                gateway.answer(self)

            do_GET = do_POST

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        self.got.append((handler.path, {name.lower(): value for name, value in handler.headers.items()}, body))
        answer = self.answers.pop(0) if self.answers else 200
        if answer == "drop":
            handler.close_connection = True
            handler.connection.shutdown(2)
            return
        if isinstance(answer, float):
            time.sleep(answer)
            answer = 200
        code, headers = answer if isinstance(answer, tuple) else (int(answer), {})
        handler.send_response(code)
        for name, value in {"content-length": "0", **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A web address on this machine, which webhooks may call for the time of the test."""
    server = Gateway()
    server.thread.start()
    try:
        with override_settings(WEBHOOK_PRIVATE=True):
            yield server
    finally:
        server.server.shutdown()
        server.server.server_close()
        server.thread.join(5)


def deliver_due(now: Any = None, spy: Callable[[actions.Claimed], None] | None = None) -> list[Outcome]:
    """What the loop does, once round, in this thread: everything that is due now (or was due at `now`)."""
    outcomes = []
    while claimed := actions.claim(channels=list(Channel.values), now=now):
        if spy:
            spy(claimed)
        outcome = Outcome(Result.REFUSED, detail=claimed.obstacle) if claimed.obstacle else deliver.carry(claimed)
        actions.conclude(claimed=claimed, outcome=outcome, now=now)
        outcomes.append(outcome)
    return outcomes
