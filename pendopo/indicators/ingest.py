"""POST /api/v1/observations: a lean ASGI route beside Django. Answers only after commit, also when the bus is down."""

import asyncio
import hashlib
import logging
import shutil
import time
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import translation
from django.utils.translation import gettext as _

from . import bodies
from .actions import QuotaExceeded, Receipt, take_delivery
from .credentials import Refusal, Writer, writer_of
from .models import Way

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_BODY = 32 * 1024 * 1024
# The first word of the database must come within this time; then the work may take as long as a large body needs.
DATABASE_ANSWERS_S = 1.8
WORK_S = 120.0
# Below this much free space nothing is taken, so that the database can always finish what it acknowledged.
DISK_RESERVE = 128 * 1024 * 1024

# The type of an answer to an agent whose lines were not all taken.
PARTIAL = "partial-write"

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="ingest")
_disk: tuple[float, bool] = (0.0, False)


class Answer(Exception):
    """An answer other than 201, as problem+json (RFC 9457). `code` is its stable type."""

    def __init__(self, status: int, code: str, detail: str, retry_after_s: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.retry_after_s = status, code, detail, retry_after_s


def language_of(headers: dict[bytes, bytes]) -> str:
    """`en` when the reader asks for it first, else Indonesian."""
    return "en" if headers.get(b"accept-language", b"").lower().startswith(b"en") else "id"


Take = Callable[["Request"], bytes]


@dataclass(frozen=True)
class Request:
    """A request whose writer is known and whose body has arrived."""

    writer: Writer
    body: bytes
    media: str
    query: dict[str, str]
    idempotency_key: str | None


async def route(scope: Scope, receive: Receive, send: Send) -> None:
    """POST /api/v1/observations."""
    await serve(scope, receive, send, take_observations, status=201)


async def serve(scope: Scope, receive: Receive, send: Send, take: Take, *, status: int) -> None:
    """Finds the writer, reads the body up to its limit, hands both to a thread, and sends the answer or the problem."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    language = language_of(headers)
    query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))
    loop = asyncio.get_running_loop()
    try:
        secret = headers.get(b"authorization", b"").decode("latin-1")
        asking = loop.run_in_executor(_threads, _in_database, _authorise, language, secret, query)
        writer = await _in_time(asking, DATABASE_ANSWERS_S)
        media = headers.get(b"content-type", b"").split(b";")[0].strip().lower().decode("latin-1")
        body = await _body(headers, receive, language)
        key = headers.get(b"idempotency-key", b"").decode("latin-1")[:200] or None
        request = Request(writer, unpacked(headers, body, language), media, query, key)
        answer = await _in_time(loop.run_in_executor(_threads, _in_database, take, language, request), WORK_S)
        await _send(send, status, b"application/json", answer)
    except Answer as problem:
        await _send_problem(send, problem, language)


def unpacked(headers: dict[bytes, bytes], body: bytes, language: str) -> bytes:
    """The body as it was before gzip; refused when it would be larger than a body may be."""
    encoding = headers.get(b"content-encoding", b"identity").lower()
    if encoding == b"identity":
        return body
    with translation.override(language):
        if encoding != b"gzip":
            raise Answer(415, "media-type", _("Send the body as it is, or packed with gzip."))
        unpacker = zlib.decompressobj(wbits=31)
        try:
            plain = unpacker.decompress(body, MAX_BODY + 1)
        except zlib.error as error:
            raise Answer(422, "not-gzip", _("The body is not gzip: %(why)s") % {"why": error}) from None
        if len(plain) > MAX_BODY:
            raise Answer(413, "too-large", _("The body is larger than 32 MiB: send it in parts."))
        if not unpacker.eof:
            raise Answer(422, "not-gzip", _("The body is not gzip: %(why)s") % {"why": "cut off"})
        if unpacker.unused_data.strip(b"\0"):
            raise Answer(422, "not-gzip", _("The body is not gzip: %(why)s") % {"why": "more than one part"})
    return plain


async def _in_time(job: asyncio.Future[Any], seconds: float) -> Any:
    try:
        return await asyncio.wait_for(asyncio.shield(job), seconds)
    except TimeoutError:
        job.add_done_callback(lambda done: done.exception())
        raise Answer(503, "unavailable", _("The database does not answer: send the same again shortly."), 2) from None


def _in_database(work: Callable[..., Any], language: str, *arguments: Any) -> Any:
    """Runs in a thread with a pooled connection and the reader's language; a database that cannot keep its word is a 503."""
    with translation.override(language):
        try:
            return work(*arguments)
        except DatabaseError as error:
            logger.warning("ingest: %s", str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)
            sentence = _("Nothing was stored, because the database cannot make it durable now: send the same again shortly.")
            raise Answer(503, "unavailable", sentence, 2) from None
        finally:
            connection.close()


def _authorise(authorization: str, query: dict[str, str]) -> Writer:
    try:
        return writer_of(authorization, query)
    except Refusal as refusal:
        raise Answer(refusal.status, refusal.code, str(refusal)) from None


async def _body(headers: dict[bytes, bytes], receive: Receive, language: str) -> bytes:
    declared = headers.get(b"content-length", b"0")
    size = int(declared) if declared.isdigit() else 0
    parts: list[bytes] = []
    if size <= MAX_BODY:
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Answer(400, "cut-off", "The connection ended before the body did.")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > MAX_BODY or not message.get("more_body", False):
                break
    if size > MAX_BODY:
        with translation.override(language):
            raise Answer(413, "too-large", _("The body is larger than 32 MiB: send it in parts."))
    return b"".join(parts)


def take_observations(request: Request) -> bytes:
    """The receipt of a body in one of the API's own shapes."""
    media = request.media or "application/json"
    if media not in bodies.READERS:
        raise Answer(415, "media-type", _("Send application/json, application/x-ndjson or text/csv."))
    try:
        found = bodies.read(request.body, media)
    except bodies.Unreadable as error:
        raise Answer(422, error.code, unreadable(error)) from None
    return msgspec.json.encode(deliver(request, found).as_json())


def deliver(request: Request, found: bodies.Rows) -> Receipt:
    """Hands the rows to the one door, in the name of the source that fits."""
    _check_disk()
    writer = request.writer
    source = writer.source_for({row.indicator for row in found.rows})
    if isinstance(source, Refusal):
        raise Answer(source.status, source.code, str(source))
    try:
        return take_delivery(
            source=source,
            rows=found.rows,
            numbers=found.numbers,
            refused=found.refused,
            digest=hashlib.sha256(request.body).hexdigest(),
            way=Way.API,
            by=writer.person,
            idempotency_key=request.idempotency_key,
        )
    except QuotaExceeded as error:
        raise Answer(429, "quota", str(error), error.retry_after_s) from None


def unreadable(error: bodies.Unreadable) -> str:
    """The sentence for a body that cannot be read at all."""
    sentences = {
        "no-rows": _("The body holds no row: send at least one observation."),
        "not-json": _("The body is not JSON: %(why)s"),
        "not-observations": _("The JSON is neither {“observations”: […]} nor columns (series, index, at, value): %(why)s"),
        "columns-differ": _("The columns index, at and value must have the same length."),
        "not-utf8": _("The text is not UTF-8: save the file as UTF-8 and send it again (%(why)s)."),
        "not-csv": _("The body cannot be read as CSV: %(why)s"),
        "precision": _("“%(why)s” is no precision: use ns, us, ms, s, m or h."),
        "no-header": _("The first line must name the columns: indicator,region,at,value."),
    }
    return sentences[error.code] % {"why": error.why}


def _check_disk() -> None:
    global _disk
    now = time.monotonic()
    if now - _disk[0] > 1:
        folder = settings.DATA_DIR if settings.DATA_DIR.exists() else settings.BASE_DIR
        _disk = (now, shutil.disk_usage(folder).free < DISK_RESERVE)
    if _disk[1]:
        raise Answer(503, "disk-full", _("The disk of this installation is full: nothing was stored. The operators must free space."), 60)


async def _send(send: Send, status: int, media: bytes, body: bytes, extra: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    headers = [(b"cache-control", b"no-store"), *extra]
    if body:
        headers += [(b"content-type", media), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _send_problem(send: Send, problem: Answer, language: str) -> None:
    title = HTTPStatus(problem.status).phrase
    body = {"type": f"/api/problems#{problem.code}", "title": title, "status": problem.status, "detail": problem.detail}
    if problem.code == PARTIAL:
        body["error"] = problem.detail  # where InfluxDB's clients look
    extra: tuple[tuple[bytes, bytes], ...] = ((b"content-language", language.encode()),)
    if problem.retry_after_s is not None:
        extra += ((b"retry-after", str(problem.retry_after_s).encode()),)
    if problem.status == 401:
        extra += ((b"www-authenticate", b'Bearer realm="Pendopo"'),)
    await _send(send, problem.status, b"application/problem+json", msgspec.json.encode(body), extra)
